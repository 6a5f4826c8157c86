//! What the tests share.

#![allow(dead_code, reason = "not every test has a use for everything")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

/// The command, to be run in a folder.
pub fn uplift(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wasi-uplift"));
    // Without a terminal, help is as wide as this says.
    command.current_dir(folder).env_remove("COLUMNS");
    command
}

/// A file of this folder's.
pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(path)
}

/// A guest in binary form, of `tests/guests/`.
pub fn guest(name: &str) -> Vec<u8> {
    wat::parse_file(fixture(&format!("guests/{name}.wat"))).unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What is the same as in a file of this folder's is `None`, anything else is said. If `BLESS` is
/// set in the environment, the file is written.
pub fn difference(path: &str, actual: &str) -> Option<String> {
    let file = fixture(path);
    if env::var_os("BLESS").is_some() {
        fs::write(&file, actual).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    (expected != actual).then(|| format!("{path}: expected\n{expected}\nbut got\n{actual}"))
}

/// Fails unless a command did what was asked and said nothing about it.
pub fn assert_success(output: &Output) {
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}
