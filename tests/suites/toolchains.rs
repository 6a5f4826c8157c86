//! Programs of other languages: C by way of wasi-libc, and CPython.
//!
//! Their toolchains come from PyPI, into a folder of the target directory.

pub mod install;

use crate::LAB;
use install::{componentize_py, folder, guests, python, run};
use std::fs;
use std::path::Path;
use std::process::Command;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
};
use wasi_uplift_tests::{Guest, Host, Outcome, Place, Preopen, Scenario, Source, Stdin};
use wit_component::ComponentEncoder;

#[test]
fn a_c_program_works_with_files() {
    let module = folder("c").join("files.wasm");
    let source = guests().join("c/files.c");
    let zig = ["-m", "ziglang", "cc", "-target", "wasm32-wasi", "-Os", "-s"];
    run(Command::new(python())
        .args(zig)
        .arg("-o")
        .args([&module, &source]));
    let component = folder("c-component").join("files.wasm");
    fs::write(&component, component_of(&module)).unwrap();

    let scenario = scenario();
    let module = Guest::built("c-module", &module);
    let component = Guest::built("c-component", &component);
    let reference = compare(component, &scenario);
    assert_eq!(reference.code, 1, "C's 3 is WASI 0.2's failure");
    assert_eq!(reference.stderr, b"to stderr\n");
    // The module itself, as the compiler makes it, is enough.
    for place in Place::uplifted(module, Host::P3Only) {
        let uplifted = LAB.run(place, &scenario).unwrap();
        assert_same(&reference, &uplifted);
    }
}

#[test]
fn a_python_program_works_with_files_sockets_and_asyncio() {
    let place = folder("python");
    let component = place.join("app.wasm");
    run(componentize_py("python", &place, "wit", "guest")
        .arg("-o")
        .arg(&component));

    let reference = compare(Guest::built("python", &component), &scenario());
    assert_eq!(reference.code, 0, "{reference}{}", reference.trap);
    assert!(reference.stdout.ends_with(b"from stdin\n"), "{reference}");
}

fn scenario() -> Scenario {
    Scenario {
        args: vec!["one".into(), "two words".into()],
        env: vec!["NAME=value".into()],
        stdin: Stdin::Pipe(b"from stdin".into()),
        network: true,
        preopens: vec![Preopen {
            name: "/home".into(),
            writable: true,
            source: Source::Fresh(Vec::new()),
        }],
        ..Scenario::default()
    }
}

/// Runs a guest on both hosts, and returns the outcome, which has to be the same.
fn compare(guest: Guest, scenario: &Scenario) -> Outcome {
    let reference = LAB.run(Place::reference(guest), scenario).unwrap();
    for place in Place::uplifted(guest, Host::P3Only) {
        let uplifted = LAB.run(place, scenario).unwrap();
        assert_same(&reference, &uplifted);
    }
    reference
}

fn assert_same(reference: &Outcome, uplifted: &Outcome) {
    assert_eq!(
        reference.to_string(),
        uplifted.to_string(),
        "{}{}",
        reference.trap,
        uplifted.trap
    );
    assert_eq!(reference.essence(), uplifted.essence());
    assert_eq!(reference.tree, uplifted.tree);
}

fn component_of(module: &Path) -> Vec<u8> {
    ComponentEncoder::default()
        .module(&fs::read(module).unwrap())
        .unwrap()
        .adapter(
            WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
        )
        .unwrap()
        .encode()
        .unwrap()
}
