//! Runs real WASI 0.2 guests, uplifted, on a host that ships only WASI 0.3, and compares them with
//! the same guests, as they are, on a WASI 0.2 host.
//!
//! A [`Lab`] holds the hosts, a [`Place`] is a guest on one of them, and a [`Case`] is a guest with
//! its input and its outcome: most live in `cases/`, one folder each.

pub mod cargo;
mod case;
pub mod coverage;
pub mod events;
#[path = "../guests/src/fnv.rs"]
mod fnv;
pub mod host;
mod lab;
mod live;
mod process;
mod server;
mod tree;
mod uplift;

pub use case::{Case, Hosts, Scenario, Stdin, Stdout, Variant};
pub use fnv::{Fnv, pattern};
pub use host::State;
pub use lab::{Condition, Host, Lab, Place};
pub use live::Live;
pub use process::{Outcome, TIME_LIMIT};
pub use server::{Server, Serving};
pub use tree::{Folders, Preopen, Source, Thing};
pub use uplift::{compose, compose_guest, compose_sync, uplifted, uplifted_bytes};
pub use wasi_uplift::LinkMode;

use std::fs;
use std::path::Path;

/// The exit code of all hosts when the guest trapped: the one that a shell reports for a process
/// that aborted.
pub const TRAPPED: u8 = 134;

/// The exit code of all hosts when the component could not even be linked.
pub const NOT_RUN: u8 = 125;

/// The text that all hosts print on stderr before the reason of a trap.
pub const TRAPPED_PREFIX: &str = "trapped: ";

/// A WASI 0.2 component that the build script made from `guests/`.
#[derive(Clone, Copy, Debug)]
pub struct Guest {
    /// The name of its source file.
    pub name: &'static str,
    path: &'static str,
}

impl Guest {
    /// All guests of the build script.
    pub const ALL: &'static [Self] = include!(concat!(env!("OUT_DIR"), "/guests.rs"));

    /// Returns the guest of that name.
    pub fn named(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|guest| guest.name == name);
        found
            .copied()
            .ok_or_else(|| format!("no guest is called {name:?}"))
    }

    /// Returns `true` if the guest imports functions that a test serves, beside WASI.
    pub fn is_driven(&self) -> bool {
        self.name == "sequences"
    }

    /// Returns a guest that a test has built.
    pub fn built(name: &'static str, path: &Path) -> Self {
        let path = path.to_str().expect("the path is text").to_owned();
        // There are a few of them, and they live as long as those of the build script.
        let path = path.leak();
        Self { name, path }
    }

    /// Returns the file of the component.
    pub fn path(&self) -> &'static Path {
        Path::new(self.path)
    }

    /// Returns the link modes that the guest can be composed in. One with built-ins of its own for
    /// asynchronous work can't be fused.
    pub fn modes(&self) -> &'static [LinkMode] {
        match self.name {
            "mixed-std" => &[LinkMode::Component],
            _ => &MODES,
        }
    }

    /// Returns the component's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).expect("reading a guest that was built")
    }
}

/// The link modes that every case runs in.
pub const MODES: [LinkMode; 2] = [LinkMode::Component, LinkMode::Fused];

/// Returns `true` if outcomes are to be put on record: with `BLESS=1` in the environment.
pub fn blesses() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}

/// Returns the names that a component imports, in order.
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
