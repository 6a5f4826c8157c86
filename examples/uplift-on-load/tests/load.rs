//! The host runs a component of WASI 0.2, a core module of the time before, and a result of its
//! own.

use std::path::Path;
use std::process::Command;

fn says(guest: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_uplift-on-load"))
        .arg(guest)
        .output();
    let output = output.unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn guests_are_uplifted_when_they_are_loaded() {
    let guest = |path: &str| wat::parse_file(Path::new("../..").join(path)).unwrap();
    let module = guest("examples/build-script/guest.wat");
    let component = guest("composer/tests/guests/sleeps.wat");
    let uplifted = wasi_uplift::compose(&module, &wasi_uplift::Options::default()).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (name, bytes, expected) in [
        ("module.wasm", module, "hello from 2021\n"),
        ("component.wasm", component, "slept\n"),
        ("uplifted.wasm", uplifted.bytes, "hello from 2021\n"),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(says(&path), expected, "{name}");
    }
}
