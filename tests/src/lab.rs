//! The two hosts, and the comparison of what a guest does on them.

use crate::process::{self, Outcome};
use crate::{Case, Guest, Hosts, LinkMode, Live, NOT_RUN, Scenario, uplift};
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use tempfile::TempDir;

/// Two hosts, and the guests uplifted so far.
pub struct Lab {
    reference: PathBuf,
    p3_only: PathBuf,
    folder: TempDir,
    uplifted: Mutex<HashMap<(&'static str, LinkMode), Uplifted>>,
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
        )
    };
}

impl Lab {
    /// A lab with these two hosts; see also [`lab!`](crate::lab).
    pub fn new(reference: &str, p3_only: &str) -> Self {
        Self {
            reference: reference.into(),
            p3_only: p3_only.into(),
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
        process::run(&self.p3_only, guest.path(), scenario)
    }

    /// Runs a guest, uplifted, on the host with only WASI 0.3.
    pub fn run_uplifted(
        &self,
        guest: Guest,
        mode: LinkMode,
        scenario: &Scenario,
    ) -> Result<Outcome, String> {
        process::run(&self.p3_only, &self.uplifted(guest, mode), scenario)
    }

    /// Starts a guest that has to do with the network: as it is on the WASI 0.2
    /// host without a mode, uplifted on the host with only WASI 0.3 with one.
    pub fn start(&self, guest: Guest, mode: Option<LinkMode>, args: &[&str]) -> Live {
        match mode {
            None => Live::start(&self.reference, guest.path(), args),
            Some(mode) => Live::start(&self.p3_only, &self.uplifted(guest, mode), args),
        }
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

    fn uplifted(&self, guest: Guest, mode: LinkMode) -> PathBuf {
        let cell = {
            let mut all = self.uplifted.lock().expect("no holder panics");
            all.entry((guest.name, mode)).or_default().clone()
        };
        let path = cell.get_or_init(|| {
            // The same file name as the guest's: it becomes the first argument.
            let folder = self.folder.path().join(mode.name());
            fs::create_dir_all(&folder).expect("making a folder");
            let path = folder.join(guest.path().file_name().expect("a guest is a file"));
            fs::write(&path, uplift(&guest.bytes(), mode)).expect("writing a component");
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
