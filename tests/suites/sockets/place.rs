//! Where a program runs: in which shape, on which host.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::LazyLock;
use wasi_uplift_tests::{Condition, Guest, Host, Lab, LinkMode, Live, MODES, Outcome, lab};

/// The shapes that `wasi:sockets` had.
pub const SHAPES: [&str; 3] = ["stable", "candidate", "draft"];

/// The families, by the words that guests take for them.
pub const FAMILIES: [(&str, IpAddr); 2] = [
    ("ipv4", IpAddr::V4(Ipv4Addr::LOCALHOST)),
    ("ipv6", IpAddr::V6(Ipv6Addr::LOCALHOST)),
];

static LAB: LazyLock<Lab> = LazyLock::new(|| lab!());

macro_rules! programs {
    ($( $program:ident $name:literal, )*) => {
        /// The programs: each is a guest in one shape at least.
        // One that no test runs would count for nothing.
        #[deny(dead_code)]
        #[derive(Clone, Copy)]
        pub enum Program {
            $( #[doc = $name] $program, )*
        }

        impl Program {
            /// The names of all.
            pub const NAMES: &[&str] = &[$( $name, )*];

            fn name(self) -> &'static str {
                match self {
                    $( Self::$program => $name, )*
                }
            }
        }
    };
}

programs! {
    Documented "documented",
    Drops "drops",
    Lookup "lookup",
    TcpClient "tcp-client",
    TcpEcho "tcp-echo",
    Traps "traps",
    UdpEcho "udp-echo",
    UdpPing "udp-ping",
    Walk "walk",
}

/// A program in one shape on one host.
#[derive(Clone, Copy)]
pub struct Place {
    /// The program in that shape.
    pub guest: Guest,
    /// None for the guest as it is, on the WASI 0.2 host.
    pub on: Option<(LinkMode, Host)>,
}

impl Place {
    /// Everywhere that the program can run. The reference comes first, if it
    /// has the shape: no host of today has the others.
    pub fn all(program: Program) -> Vec<Self> {
        let places = Self::named(program.name());
        assert!(!places.is_empty(), "no guest for {}", program.name());
        places
    }

    /// Everywhere that the program of this name can run.
    pub fn named(program: &str) -> Vec<Self> {
        let guest = |shape: &&str| Guest::named(&format!("{shape}-{program}")).ok();
        let guests = SHAPES.iter().filter_map(guest);
        guests.flat_map(Self::of).collect()
    }

    /// Everywhere that the guest can run.
    fn of(guest: Guest) -> impl Iterator<Item = Self> {
        let reference = guest.name.starts_with("stable-").then_some(None);
        let uplifted = Host::ALL
            .into_iter()
            .flat_map(|host| MODES.map(|mode| Some((mode, host))));
        let hosts = reference.into_iter().chain(uplifted);
        hosts.map(move |on| Self { guest, on })
    }

    /// Everywhere but on the reference.
    pub fn uplifted(program: Program) -> Vec<Self> {
        let mut places = Self::all(program);
        places.retain(|place| !place.is_reference());
        places
    }

    /// Whether the other program is in the same shape on the same host.
    pub fn beside(&self, other: &Self) -> bool {
        self.shape() == other.shape() && self.on == other.on
    }

    /// The shape's name.
    pub fn shape(&self) -> &'static str {
        self.guest.name.split('-').next().unwrap_or_default()
    }

    /// Whether this is the stable shape on the WASI 0.2 host.
    pub fn is_reference(&self) -> bool {
        self.on.is_none()
    }

    /// A name for messages.
    pub fn name(&self) -> String {
        let name = self.guest.name;
        match self.on {
            None => format!("{name}, as it is"),
            Some((mode, host)) => format!("{name}, {}, {}", mode, host.target()),
        }
    }

    /// The host with only WASI 0.3, if it is one.
    pub fn host(&self) -> Option<Host> {
        self.on.map(|(_, host)| host)
    }

    /// Starts the program.
    pub fn start(&self, args: &[&str]) -> Live {
        self.start_under(Condition::None, args)
    }

    /// Starts the program under a condition.
    pub fn start_under(&self, condition: Condition, args: &[&str]) -> Live {
        eprintln!("{} {} {condition:?}", self.name(), args.join(" "));
        LAB.start(self.guest, self.on, condition, args)
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
