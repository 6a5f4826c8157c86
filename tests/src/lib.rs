//! Runs real WASI 0.2 guests, uplifted, on a host that ships only WASI 0.3,
//! and compares them with what the same guests do, as they are, on a WASI 0.2
//! host.
//!
//! A [`Lab`] holds the hosts. A [`Case`] says what to run and what comes
//! out; most live in `cases/`, one folder each.

mod case;
pub mod coverage;
#[path = "../guests/src/fnv.rs"]
mod fnv;
mod lab;
mod live;
mod process;
mod state;
mod tree;

pub use case::{Case, Hosts, Scenario, Stdin, Stdout};
pub use fnv::{Fnv, pattern};
pub use lab::{Condition, Host, Lab};
pub use live::Live;
pub use process::Outcome;
pub use state::State;
pub use tree::{Preopen, Source, Thing};
pub use wasi_uplift::LinkMode;

use std::fs;
use std::path::Path;
use wasi_uplift::Target;

/// The exit code of all hosts when the guest trapped: what a shell reports for
/// a process that aborted.
pub const TRAPPED: u8 = 134;

/// The exit code of all hosts when the component could not even be linked.
pub const NOT_RUN: u8 = 125;

/// What all hosts print on stderr before the reason of a trap.
pub const TRAPPED_PREFIX: &str = "trapped: ";

/// A WASI 0.2 component that the build script made from `guests/`.
#[derive(Clone, Copy, Debug)]
pub struct Guest {
    /// The name of its source file.
    pub name: &'static str,
    path: &'static str,
}

impl Guest {
    /// All guests there are.
    pub const ALL: &'static [Self] = include!(concat!(env!("OUT_DIR"), "/guests.rs"));

    /// The guest of that name.
    pub fn named(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|guest| guest.name == name);
        found
            .copied()
            .ok_or_else(|| format!("no guest is called {name:?}"))
    }

    /// A guest that a test has built.
    pub fn built(name: &'static str, path: &Path) -> Self {
        let path = path.to_str().expect("the path is text").to_owned();
        // There are a few of them, and they are as good as those that are listed.
        let path = path.leak();
        Self { name, path }
    }

    /// Where the component is.
    pub fn path(&self) -> &'static Path {
        Path::new(self.path)
    }

    /// The component's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).expect("reading a guest that was built")
    }
}

/// How guests are linked: every case runs in each of these modes.
pub const MODES: [LinkMode; 2] = [LinkMode::Component, LinkMode::Fused];

/// Makes a WASI 0.2 component run on WASI 0.3.
pub fn uplift(guest: &[u8], mode: LinkMode) -> Vec<u8> {
    uplift_to(guest, mode, Target::default())
}

/// Makes a WASI 0.2 component run on this version of WASI 0.3.
pub fn uplift_to(guest: &[u8], mode: LinkMode, target: Target) -> Vec<u8> {
    let options = wasi_uplift::Options::default().target(target).link(mode);
    let composed = wasi_uplift::compose(guest, &options);
    composed.expect("every guest can be uplifted").bytes
}

/// The names that a component imports, in order.
pub fn imports(component: &[u8]) -> Vec<String> {
    use wasmparser::{Parser, Payload};

    let mut names = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("a valid component") {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    names.push(import.expect("a valid import").name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    names
}
