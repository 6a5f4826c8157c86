//! The committed artefact.

use std::path::Path;
use std::process::Command;

#[test]
fn the_artefact_is_built_from_these_sources() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../build.sh");
    let output = Command::new(script).arg("--fresh").output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{message}");
}
