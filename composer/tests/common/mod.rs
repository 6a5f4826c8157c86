//! What the tests share.

#![allow(dead_code, reason = "not every test has a use for everything")]

pub mod checks;
pub mod invariants;
pub mod printed;
pub mod schema;
pub mod transcript;
pub mod wit;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use wasmparser::{Parser, Payload};

/// The command, to be run in a folder: the one that was built, or the one that the variable `COMPOSER`
/// names. A former one shows which tests its faults fail.
pub fn uplift(folder: &Path) -> Command {
    let other = std::env::var_os("COMPOSER");
    let built = || env!("CARGO_BIN_EXE_wasi-uplift").into();
    let mut command = Command::new(other.unwrap_or_else(built));
    // Without a terminal, help is as wide as `COLUMNS` says.
    command.current_dir(folder).env_remove("COLUMNS");
    command.env("RUST_BACKTRACE", "0");
    command
}

/// A file of this folder's.
pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(path)
}

/// The files in a folder and the folders in it, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect();
    files.sort();
    files
}

/// The names of the guests in `tests/guests/`.
pub fn guest_names() -> Vec<String> {
    let entries = fs::read_dir(fixture("guests")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let name = |path: PathBuf| path.file_stem().unwrap().display().to_string();
    paths.map(name).collect()
}

/// A guest in binary form, of `tests/guests/`.
pub fn guest(name: &str) -> Vec<u8> {
    wat::parse_file(fixture(&format!("guests/{name}.wat"))).unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Fails unless a command did what was asked and said nothing about it.
pub fn assert_success(output: &Output) {
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

/// The core modules of a component, also those in components in it.
pub fn modules(component: &[u8]) -> Vec<&[u8]> {
    let payloads = Parser::new(0).parse_all(component);
    let module = |payload| match payload {
        Payload::ModuleSection {
            unchecked_range, ..
        } => Some(&component[unchecked_range]),
        _ => None,
    };
    payloads
        .filter_map(|payload| module(payload.unwrap()))
        .collect()
}
