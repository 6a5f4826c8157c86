//! Guests of unusual making: the report of each, and its outcome.
//!
//! Each folder in `compositions/` is a case. `guest.wat` is the guest, or `compose.wac` makes it of
//! the other `.wat` there, and of the components in `guests/parts`. A core module has its types in `world.wit`, if it has any. `report` is
//! the report of `inspect`, and `expected` the outcome of a run, on a host with only WASI 0.2 and,
//! composed, on one with only WASI 0.3. `BLESS=1` puts both on record. Cases without `expected` need
//! a host of their own, and those without a label of a release can't be run on the first.

use crate::LAB;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use wac_graph::EncodeOptions;
use wac_graph::types::BorrowedPackageKey;
use wac_parser::Document;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
    WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasi_uplift::{ExportFate, ImportFate, LinkMode, Linked, Options, Target, Verdict, inspect};
use wasi_uplift_tests::{Guest, Host, Outcome, Place, Scenario, blesses, compose};
use wasmparser::Parser;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// A case, with the bytes of its guest.
struct Case {
    folder: PathBuf,
    bytes: Vec<u8>,
}

impl Case {
    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("compositions");
        let entries = fs::read_dir(folder).unwrap();
        let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        folders.into_iter().map(Self::read).collect()
    }

    fn read(folder: PathBuf) -> Self {
        let bytes = match fs::read_to_string(folder.join("compose.wac")) {
            Ok(source) => composed(&folder, &source),
            Err(_) => {
                let mut bytes = wat::parse_file(folder.join("guest.wat")).unwrap();
                let world = folder.join("world.wit");
                if world.exists() {
                    let mut resolve = Resolve::default();
                    let package = resolve.push_file(world).unwrap();
                    let world = resolve.select_world(&[package], None).unwrap();
                    let encoding = StringEncoding::UTF8;
                    embed_component_metadata(&mut bytes, &resolve, world, encoding).unwrap();
                }
                bytes
            }
        };
        Case { folder, bytes }
    }

    fn name(&self) -> String {
        let name = self.folder.file_name().unwrap();
        name.to_string_lossy().into_owned()
    }

    /// Asserts that a text is the same as in a file of the folder.
    fn check(&self, file: &str, actual: &str) {
        let path = self.folder.join(file);
        if blesses() {
            fs::write(&path, actual).unwrap();
        }
        let expected = fs::read_to_string(path).unwrap_or_default();
        assert_eq!(actual, expected, "{}: {file}", self.name());
    }

    /// Returns the component that a host of WASI 0.2 runs.
    fn component(&self) -> Vec<u8> {
        if !Parser::is_core_wasm(&self.bytes) {
            return self.bytes.clone();
        }
        let adapter = match self.name().as_str() {
            "preview1-command" => WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
            _ => WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        };
        ComponentEncoder::default()
            .module(&self.bytes)
            .and_then(|encoder| encoder.adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter))
            .and_then(|mut encoder| encoder.encode())
            .unwrap()
    }
}

/// The components over Rust's standard library, and what a `compose.wac` calls them.
const PARTS: [(&str, &str); 3] = [
    ("parts:app", "parts-app.wasm"),
    ("parts:store", "parts_store.wasm"),
    ("parts:relay", "parts_relay.wasm"),
];

/// Joins the components in a folder as its `compose.wac` says.
fn composed(folder: &Path, source: &str) -> Vec<u8> {
    let mut parts = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wat") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            parts.push((format!("test:{name}"), wat::parse_file(path).unwrap()));
        }
    }
    for (name, file) in PARTS {
        let built = Path::new(env!("OUT_DIR")).join("guests").join(file);
        parts.push((name.to_string(), fs::read(built).unwrap()));
    }
    let packages = parts.iter().map(|(name, bytes)| {
        let key = BorrowedPackageKey::from_name_and_version(name, None);
        (key, bytes.clone())
    });
    let document = Document::parse(source).unwrap();
    let resolution = document.resolve(packages.collect()).unwrap();
    resolution.encode(EncodeOptions::default()).unwrap()
}

/// Returns the report of `inspect` as text.
fn report(guest: &[u8]) -> String {
    let report = inspect(guest, &Options::default()).unwrap();
    let mut text = String::new();
    for import in &report.imports {
        let fate = match import.fate.as_ref().unwrap() {
            ImportFate::Adapter { by, waiting, .. } => format!("{by}, may wait: {waiting:?}"),
            other => format!("{other:?}"),
        };
        writeln!(text, "import {}: {fate}", import.item.name).unwrap();
    }
    for export in &report.exports {
        let fate = match export.fate.as_ref().unwrap() {
            ExportFate::Lifted { to, .. } => to.clone(),
            other => format!("{other:?}"),
        };
        writeln!(text, "export {}: {fate}", export.item.name).unwrap();
    }
    let Verdict::Composes(composed) = report.verdict else {
        panic!("{:?}", report.verdict);
    };
    for import in composed.imports {
        writeln!(text, "the result imports {import}").unwrap();
    }
    let linked = match composed.linked {
        Linked::Fused => "one component".to_string(),
        Linked::Components {
            because: Some(reason),
            ..
        } => format!("two components: {reason}"),
        other => format!("{other:?}"),
    };
    writeln!(text, "{linked}").unwrap();
    text
}

#[test]
fn reports() {
    for case in Case::all() {
        case.check("report", &report(&case.bytes));
    }
}

#[test]
fn outcomes() {
    let scenario = Scenario::default();
    let mut count = 0;
    for case in Case::all() {
        let name = case.name();
        if name == "other-wasi" {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("guest.wasm");
        let written = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            path.as_path()
        };
        // Where a guest trapped isn't the same everywhere.
        let check = |outcome: Outcome| case.check("expected", &outcome.to_string());
        if name != "candidates" {
            let guest = Guest::built("composition", written(&case.component()));
            check(LAB.run(Place::reference(guest), &scenario).unwrap());
        }
        for link in [LinkMode::Auto, LinkMode::Component] {
            if case.folder.join("one-component-only").exists() && link == LinkMode::Component {
                continue;
            }
            let path = written(&compose(&case.bytes, link, Target::default()));
            check(LAB.run_file(Host::P3Only, path, &scenario).unwrap());
            count += 1;
        }
    }
    assert!(count > 0);
}
