//! The hosts as programs, and what they run.

use crate::process::{self, Outcome};
use crate::{Guest, LinkMode, Live, MODES, Scenario, Server, Serving, uplifted};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use wasi_uplift::Target;

/// A host with only WASI 0.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// A host of 0.3.0.
    P3Only,
    /// The example's host of the snapshot of February 2026: sockets, and what a command needs to run.
    SocketsOnly,
    /// A host of the snapshot of February 2026, of all of it.
    Snapshot,
}

impl Host {
    /// The hosts that have sockets of their own.
    pub const ALL: [Self; 2] = [Self::P3Only, Self::SocketsOnly];

    /// Returns the version of WASI 0.3 that this host ships.
    pub fn target(self) -> Target {
        match self {
            Self::P3Only => INSTEAD.map_or(Target::V0_3_0, |instead| instead.target),
            Self::SocketsOnly | Self::Snapshot => Target::Rc2026_02_09,
        }
    }
}

/// A program that takes the place of the host of 0.3.0.
#[derive(Clone, Copy)]
struct Instead {
    program: &'static str,
    /// The version that it ships.
    target: Target,
    /// The only link mode that it takes, if there is one.
    link: Option<LinkMode>,
}

/// The program that `P3_HOST`, `P3_HOST_TARGET` and `P3_HOST_LINK` in the environment describe.
static INSTEAD: LazyLock<Option<Instead>> = LazyLock::new(|| {
    let program = std::env::var("P3_HOST").ok()?;
    let target = std::env::var("P3_HOST_TARGET").expect("P3_HOST comes with P3_HOST_TARGET");
    let link = std::env::var("P3_HOST_LINK").ok();
    Some(Instead {
        program: program.leak(),
        target: target.parse().expect("a target"),
        link: link.map(|link| link.parse().expect("a link mode")),
    })
});

/// A guest on a host.
#[derive(Clone, Copy)]
pub struct Place {
    /// The guest.
    pub guest: Guest,
    /// The host and the way in which the guest is uplifted for it; `None` for the guest as it is on
    /// the WASI 0.2 host.
    pub on: Option<(LinkMode, Host)>,
}

impl Place {
    /// Returns the guest as it is on the WASI 0.2 host.
    pub fn reference(guest: Guest) -> Self {
        Self { guest, on: None }
    }

    /// Returns the guest on a host with only WASI 0.3, in each link mode.
    pub fn uplifted(guest: Guest, host: Host) -> Vec<Self> {
        let only = INSTEAD.and_then(|instead| instead.link);
        let modes = MODES.into_iter();
        modes
            .filter(|mode| only.is_none_or(|only| only == *mode))
            .map(|mode| Self {
                guest,
                on: Some((mode, host)),
            })
            .collect()
    }

    /// Returns `true` for the WASI 0.2 host.
    pub fn is_reference(&self) -> bool {
        self.on.is_none()
    }

    /// Returns the host with only WASI 0.3, if it is one.
    pub fn host(&self) -> Option<Host> {
        self.on.map(|(_, host)| host)
    }

    /// Returns a name for messages.
    pub fn name(&self) -> String {
        let name = self.guest.name;
        match self.on {
            None => format!("{name}, as it is"),
            Some((mode, host)) => format!("{name}, {mode}, {}", host.target()),
        }
    }

    /// Returns the component that the host is given.
    fn component(&self) -> PathBuf {
        match self.on {
            None => self.guest.path().to_owned(),
            Some((mode, host)) => uplifted(self.guest, mode, host.target()),
        }
    }
}

/// A circumstance under which a guest runs.
#[derive(Clone, Copy, Debug)]
pub enum Condition {
    /// The machine and the host as they are.
    None,
    /// A machine that lacks something: `hosts/adverse.rs` has the conditions.
    Machine(&'static str),
    /// An option of the host.
    Host(&'static str),
}

/// The programs that a test program runs. Only there does Cargo say where they are.
#[derive(Clone, Copy)]
pub struct Lab {
    /// The WASI 0.2 host.
    pub reference: &'static str,
    /// The host of 0.3.0.
    pub p3_only: &'static str,
    /// The host with sockets of a snapshot.
    pub sockets_only: &'static str,
    /// The host of a snapshot.
    pub snapshot: &'static str,
    /// The maker of machines that lack something.
    pub adverse: &'static str,
}

impl Lab {
    /// Runs a guest to its end.
    pub fn run(&self, place: Place, scenario: &Scenario) -> Result<Outcome, String> {
        process::run(self.program(place.host()), &place.component(), scenario)
    }

    /// Runs a component, as it is, on a host with only WASI 0.3.
    pub fn run_file(
        &self,
        host: Host,
        file: &Path,
        scenario: &Scenario,
    ) -> Result<Outcome, String> {
        process::run(self.program(Some(host)), file, scenario)
    }

    /// Starts a guest that is given the network.
    pub fn start(&self, place: Place, condition: Condition, args: &[&str]) -> Live {
        let host = self.program(place.host());
        let mut command = match condition {
            Condition::Machine(condition) => {
                let mut command = Command::new(self.adverse);
                command.arg(condition).arg(host);
                command
            }
            Condition::None | Condition::Host(_) => Command::new(host),
        };
        command.arg(place.component()).stdin(Stdio::null());
        // These have no such option: their network is open.
        if !matches!(place.host(), Some(Host::SocketsOnly | Host::Snapshot)) {
            command.arg("--inherit-network");
        }
        if let Condition::Host(option) = condition {
            command.arg(option);
        }
        Live::start(command.arg("--").args(args))
    }

    /// Starts a server.
    pub fn serve(&self, place: Place, serving: Serving) -> Server {
        self.serve_file(place.host(), &place.component(), serving)
    }

    /// Starts a server with a component, as it is, on the host.
    pub fn serve_file(&self, host: Option<Host>, file: &Path, serving: Serving) -> Server {
        Server::start(Command::new(self.program(host)).arg(file), serving)
    }

    fn program(&self, host: Option<Host>) -> &'static str {
        match host {
            None => self.reference,
            Some(Host::P3Only) => INSTEAD.map_or(self.p3_only, |instead| instead.program),
            Some(Host::SocketsOnly) => self.sockets_only,
            Some(Host::Snapshot) => self.snapshot,
        }
    }
}
