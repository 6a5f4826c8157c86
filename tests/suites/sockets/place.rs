//! The programs with sockets, in the shapes that `wasi:sockets` had.

use crate::LAB;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use wasi_uplift_tests::{Condition, Guest, Host, Live, Outcome, Place};

/// The shapes that `wasi:sockets` had.
pub const SHAPES: [&str; 3] = ["stable", "candidate", "draft"];

/// The families, by the words that guests take for them.
pub const FAMILIES: [(&str, IpAddr); 2] = [
    ("ipv4", IpAddr::V4(Ipv4Addr::LOCALHOST)),
    ("ipv6", IpAddr::V6(Ipv6Addr::LOCALHOST)),
];

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
            /// The names of all programs.
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

/// Returns all places where a program can run. The reference comes first, if it has the shape: no
/// host of today has the others.
pub fn all(program: Program) -> Vec<Place> {
    let places = named(program.name());
    assert!(!places.is_empty(), "no guest for {}", program.name());
    places
}

/// Returns all places where the program of this name can run.
pub fn named(program: &str) -> Vec<Place> {
    let guest = |shape: &&str| Guest::named(&format!("{shape}-{program}")).ok();
    let mut places = Vec::new();
    for guest in SHAPES.iter().filter_map(guest) {
        if guest.name.starts_with("stable-") {
            places.push(Place::reference(guest));
        }
        for host in Host::ALL {
            places.extend(Place::uplifted(guest, host));
        }
    }
    places
}

/// Returns all places where a program can run, but for the reference.
pub fn uplifted(program: Program) -> Vec<Place> {
    let mut places = all(program);
    places.retain(|place| !place.is_reference());
    places
}

/// A program with sockets, in its place.
pub trait InPlace {
    /// Returns the shape's name.
    fn shape(&self) -> &'static str;

    /// Returns `true` if the other program is in the same shape on the same host.
    fn is_beside(&self, other: &Self) -> bool;

    /// Starts the program under a condition.
    fn start_under(&self, condition: Condition, args: &[&str]) -> Live;

    /// Starts the program.
    fn start(&self, args: &[&str]) -> Live {
        self.start_under(Condition::None, args)
    }

    /// Runs a program that has no peer.
    fn run(&self, args: &[&str]) -> Outcome {
        self.start(args).finish()
    }
}

impl InPlace for Place {
    fn shape(&self) -> &'static str {
        self.guest.name.split('-').next().unwrap_or_default()
    }

    fn is_beside(&self, other: &Self) -> bool {
        self.shape() == other.shape() && self.on == other.on
    }

    fn start_under(&self, condition: Condition, args: &[&str]) -> Live {
        eprintln!("{} {} {condition:?}", self.name(), args.join(" "));
        LAB.start(*self, condition, args)
    }
}

/// Returns the output of a guest that ended well.
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

/// Returns an address of the family's loopback interface with any free port.
pub fn any_port(ip: IpAddr) -> SocketAddr {
    SocketAddr::new(ip, 0)
}
