//! The hosts, and the comparison of what a guest does on them.

use crate::process::{self, Outcome};
use crate::{Case, Guest, Hosts, LinkMode, Live, NOT_RUN, Scenario, uplift_to};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use tempfile::TempDir;
use wasi_uplift::Target;

/// A host with only WASI 0.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// All of 0.3.0.
    P3Only,
    /// Sockets, and what a command needs to run, of the snapshot of February 2026.
    SocketsOnly,
}

impl Host {
    /// Both.
    pub const ALL: [Self; 2] = [Self::P3Only, Self::SocketsOnly];

    /// What guests are uplifted to for this host.
    pub fn target(self) -> Target {
        match self {
            Self::P3Only => Target::V0_3_0,
            Self::SocketsOnly => Target::Rc2026_02_09,
        }
    }
}

/// What a guest finds where it runs.
#[derive(Clone, Copy, Debug)]
pub enum Condition {
    /// What there is anyway.
    None,
    /// A machine that lacks something: `hosts/adverse.rs` has the conditions.
    Machine(&'static str),
    /// An option of the host.
    Host(&'static str),
}

/// The hosts, and the guests uplifted so far.
pub struct Lab {
    reference: PathBuf,
    p3_only: PathBuf,
    sockets_only: PathBuf,
    adverse: PathBuf,
    folder: TempDir,
    uplifted: Mutex<HashMap<(&'static str, LinkMode, Host), Uplifted>>,
}

/// Filled by whoever needs the guest first; others wait.
type Uplifted = Arc<OnceLock<PathBuf>>;

/// The lab of a test target: only there does cargo tell where the hosts are.
#[macro_export]
macro_rules! lab {
    () => {
        $crate::Lab::new(
            env!("CARGO_BIN_EXE_p2-reference-host"),
            env!("CARGO_BIN_EXE_p3-only-host"),
            env!("CARGO_BIN_EXE_rc-sockets-only-host"),
            env!("CARGO_BIN_EXE_adverse-machine"),
        )
    };
}

impl Lab {
    /// A lab with these hosts, and the program that makes adverse machines; see
    /// also [`lab!`](crate::lab).
    pub fn new(reference: &str, p3_only: &str, sockets_only: &str, adverse: &str) -> Self {
        Self {
            reference: reference.into(),
            p3_only: p3_only.into(),
            sockets_only: sockets_only.into(),
            adverse: adverse.into(),
            folder: tempfile::tempdir().expect("making a temporary folder"),
            uplifted: Mutex::default(),
        }
    }

    /// Runs a guest, as it is, on the WASI 0.2 host.
    pub fn run_reference(&self, guest: Guest, scenario: &Scenario) -> Result<Outcome, String> {
        process::run(&self.reference, guest.path(), scenario)
    }

    /// Runs a guest, as it is, on the host with only WASI 0.3.
    pub fn run_as_is(&self, guest: Guest, scenario: &Scenario) -> Result<Outcome, String> {
        self.run_on(Host::P3Only, guest.path(), scenario)
    }

    /// Runs a component, as it is, on a host with only WASI 0.3.
    pub fn run_on(&self, host: Host, path: &Path, scenario: &Scenario) -> Result<Outcome, String> {
        let host = match host {
            Host::P3Only => &self.p3_only,
            Host::SocketsOnly => &self.sockets_only,
        };
        process::run(host, path, scenario)
    }

    /// Runs a guest, uplifted, on the host with only WASI 0.3.
    pub fn run_uplifted(
        &self,
        guest: Guest,
        mode: LinkMode,
        scenario: &Scenario,
    ) -> Result<Outcome, String> {
        let component = self.uplifted(guest, mode, Host::P3Only);
        process::run(&self.p3_only, &component, scenario)
    }

    /// Starts a guest that has to do with the network: uplifted on a host with
    /// only WASI 0.3, or, where none is named, as it is on the WASI 0.2 host.
    pub fn start(
        &self,
        guest: Guest,
        on: Option<(LinkMode, Host)>,
        condition: Condition,
        args: &[&str],
    ) -> Live {
        let (host, component) = match on {
            None => (&self.reference, guest.path().to_owned()),
            Some((mode, host)) => {
                let path = match host {
                    Host::P3Only => &self.p3_only,
                    Host::SocketsOnly => &self.sockets_only,
                };
                (path, self.uplifted(guest, mode, host))
            }
        };
        let mut command = match condition {
            Condition::Machine(condition) => {
                let mut command = Command::new(&self.adverse);
                command.arg(condition).arg(host);
                command
            }
            Condition::None | Condition::Host(_) => Command::new(host),
        };
        command.arg(component);
        // What opens the network, where it is not open anyway.
        if *host != self.sockets_only {
            command.arg("--inherit-network");
        }
        if let Condition::Host(option) = condition {
            command.arg(option);
        }
        Live::start(command.arg("--").args(args))
    }

    /// Runs a case on its hosts. All have to agree with each other and with the
    /// outcome on record, which `BLESS=1` in the environment writes anew.
    pub fn differential(&self, case: &Case, mode: LinkMode) -> Result<(), String> {
        let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
        let reference = match case.hosts {
            Hosts::UpliftedOnly => None,
            Hosts::Both => {
                let outcome = ran(self.run_reference(case.guest, &case.scenario))
                    .and_then(|outcome| case.check(outcome, bless));
                Some(outcome.map_err(|error| format!("on the WASI 0.2 host: {error}"))?)
            }
        };
        let uplifted = ran(self.run_uplifted(case.guest, mode, &case.scenario))
            .and_then(|outcome| case.check(outcome, bless && reference.is_none()))
            .map_err(|error| format!("uplifted: {error}"))?;
        // Equal records may stand for unequal bytes, if hardly ever.
        match reference {
            Some(reference)
                if reference.essence() != uplifted.essence() || reference.tree != uplifted.tree =>
            {
                Err("the hosts agree in short, and differ in full".into())
            }
            _ => Ok(()),
        }
    }

    /// Runs a case's guest uplifted alone, as a variant of the case that has to
    /// come out like the case itself.
    pub fn as_on_record(&self, variant: &Case, mode: LinkMode) -> Result<(), String> {
        ran(self.run_uplifted(variant.guest, mode, &variant.scenario))
            .and_then(|outcome| variant.check(outcome, false))
            .map(drop)
    }

    fn uplifted(&self, guest: Guest, mode: LinkMode, host: Host) -> PathBuf {
        let cell = {
            let mut all = self.uplifted.lock().expect("no holder panics");
            all.entry((guest.name, mode, host)).or_default().clone()
        };
        let path = cell.get_or_init(|| {
            // The same file name as the guest's: it becomes the first argument.
            let target = host.target();
            let folder = self.folder.path().join(mode.name()).join(target.version());
            fs::create_dir_all(&folder).expect("making a folder");
            let path = folder.join(guest.path().file_name().expect("a guest is a file"));
            let component = uplift_to(&guest.bytes(), mode, target);
            fs::write(&path, component).expect("writing a component");
            path
        });
        path.clone()
    }
}

/// A component that a host could not link has no outcome to compare.
fn ran(outcome: Result<Outcome, String>) -> Result<Outcome, String> {
    outcome.and_then(|outcome| match outcome.code {
        NOT_RUN => Err(String::from_utf8_lossy(&outcome.stderr).into_owned()),
        _ => Ok(outcome),
    })
}
