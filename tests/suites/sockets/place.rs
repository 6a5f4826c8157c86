//! Where a program runs: in which shape, on which host.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::LazyLock;
use wasi_uplift_tests::{Guest, Lab, LinkMode, Live, Outcome, lab};

/// The shapes that `wasi:sockets` had.
pub const SHAPES: [&str; 3] = ["stable", "candidate", "draft"];

/// The families, by the words that guests take for them.
pub const FAMILIES: [(&str, IpAddr); 2] = [
    ("ipv4", IpAddr::V4(Ipv4Addr::LOCALHOST)),
    ("ipv6", IpAddr::V6(Ipv6Addr::LOCALHOST)),
];

static LAB: LazyLock<Lab> = LazyLock::new(|| lab!());

/// A program in one shape on one host.
#[derive(Clone, Copy)]
pub struct Place {
    guest: Guest,
    mode: Option<LinkMode>,
}

impl Place {
    /// Everywhere that the program can run. The reference comes first, if it
    /// has the shape: no host of today has the others.
    pub fn all(program: &str) -> Vec<Self> {
        let places: Vec<_> = SHAPES
            .iter()
            .filter_map(|shape| Some((shape, Guest::named(&format!("{shape}-{program}")).ok()?)))
            .flat_map(|(shape, guest)| {
                let reference = (*shape == "stable").then_some(None);
                let modes = LinkMode::ALL.iter().map(|mode| Some(*mode));
                let place = move |mode| Self { guest, mode };
                reference.into_iter().chain(modes).map(place)
            })
            .collect();
        assert!(!places.is_empty(), "no guest for {program}");
        places
    }

    /// Everywhere but on the reference.
    pub fn uplifted(program: &str) -> Vec<Self> {
        let mut places = Self::all(program);
        places.retain(|place| !place.is_reference());
        places
    }

    /// Whether the other program is in the same shape on the same host.
    pub fn beside(&self, other: &Self) -> bool {
        let shape = |place: &Self| place.guest.name.split('-').next();
        shape(self) == shape(other) && self.mode == other.mode
    }

    /// Whether this is the stable shape on the WASI 0.2 host.
    pub fn is_reference(&self) -> bool {
        self.mode.is_none()
    }

    /// A name for messages.
    pub fn name(&self) -> String {
        let mode = self.mode.map_or("as it is", LinkMode::name);
        format!("{}, {mode}", self.guest.name)
    }

    /// Starts the program.
    pub fn start(&self, args: &[&str]) -> Live {
        eprintln!("{} {}", self.name(), args.join(" "));
        LAB.start(self.guest, self.mode, args)
    }

    /// Runs a program that needs nobody.
    pub fn run(&self, args: &[&str]) -> Outcome {
        self.start(args).finish()
    }
}

/// What the guest printed, given that nothing went wrong.
pub fn printed(outcome: &Outcome) -> String {
    let stdout = String::from_utf8_lossy(&outcome.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&outcome.stderr);
    let Outcome { code, trap, .. } = outcome;
    assert!(
        *code == 0 && stderr.is_empty(),
        "exit code {code}\n{stdout}\n{stderr}\n{trap}"
    );
    stdout
}

/// Waits for the guest's end, and for these lines.
pub fn expect(live: Live, lines: &str) {
    assert_eq!(printed(&live.finish()), lines);
}

/// Waits for the guest's end, and for a line that begins like this.
pub fn expect_start(live: Live, line: &str) {
    let stdout = printed(&live.finish());
    assert!(stdout.starts_with(line), "{stdout}");
}

/// A free port of the family's loopback interface.
pub fn any_port(ip: IpAddr) -> SocketAddr {
    SocketAddr::new(ip, 0)
}
