//! Builds of guests, by the build script and by the benchmark.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// The beginnings of the variables that the outer build sets for itself: lints, flags and profiles.
/// The settings by which Cargo reaches a registry are for the guests, too.
const OUTER: [&str; 7] = [
    "CARGO_BUILD_",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
    "CLIPPY_",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTFLAGS",
];

/// Builds a package for WebAssembly into a target directory.
pub fn build(package: &Path, triple: &str, target: &Path, more: &[&str]) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut cargo = Command::new(cargo);
    cargo.current_dir(package);
    cargo.args(["build", "--release", "--locked"]);
    cargo.args(["--target", triple, "--target-dir"]).arg(target);
    cargo.args(more);
    for (key, _) in std::env::vars() {
        if OUTER.iter().any(|prefix| key.starts_with(prefix)) {
            cargo.env_remove(key);
        }
    }
    match cargo.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!(
            "{} doesn't build; is the target installed? `rustup target add {triple}`",
            package.display()
        )),
        Err(error) => Err(format!("running cargo: {error}")),
    }
}
