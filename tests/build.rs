//! Builds the guests, and lists them and the cases for the library and the test program.
//!
//! Guests in Rust are built with Cargo, and those in text format are parsed. Every core module
//! becomes a component of the world in `guests/wit`; programs in `guests/std`, `guests/mixed` and
//! `guests/parts` are components as the compiler makes them.

#[path = "src/cargo.rs"]
mod cargo;

use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

/// Builds a package of guests.
fn build(package: &Path, triple: &str, target: &Path, more: &[&str]) -> Result<()> {
    cargo::build(package, triple, target, more).map_err(anyhow::Error::msg)
}

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=guests");
    println!("cargo::rerun-if-changed=cases");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let guests = Path::new("guests");
    let components = out.join("guests");
    fs::create_dir_all(&components)?;

    let mut resolve = Resolve::default();
    resolve.features.insert("clocks-timezone".into());
    let (package, _) = resolve.push_dir(guests.join("wit"))?;
    let world = resolve.select_world(&[package], Some("guest"))?;

    // One folder for all, so that what they have in common is built once. The scripts of the
    // examples use it, too.
    let target = out.ancestors().nth(4).context("the target directory")?;
    let target = target.join("guests");

    let mut built = Vec::new();
    for (name, module) in build_rust_guests(guests, &[], &["examples", "all"], &target)? {
        // The bindings put the world's description into the module already.
        built.push((name, encode(&fs::read(&module)?)?));
    }
    let candidate = ["--features", "candidate"];
    for (name, module) in build_rust_guests(guests, &candidate, &["all"], &target)? {
        built.push((format!("{name}-candidate"), encode(&fs::read(&module)?)?));
    }
    let sockets = guests.join("sockets");
    for (shape, folders) in SOCKETS_SHAPES {
        let features = ["--features", shape];
        for (name, module) in build_rust_guests(&sockets, &features, folders, &target)? {
            // The next shape has programs of the same names.
            built.push((format!("{shape}-{name}"), encode(&fs::read(&module)?)?));
        }
    }
    let http = guests.join("http");
    for shape in HTTP_SHAPES {
        let features = ["--features", shape];
        for (name, module) in build_rust_guests(&http, &features, &["programs"], &target)? {
            built.push((format!("http-{shape}-{name}"), encode(&fs::read(&module)?)?));
        }
    }
    for (name, component) in build_std_guests(&guests.join("std"), &target)? {
        built.push((format!("std-{name}"), fs::read(component)?));
    }
    build(&guests.join("mixed"), "wasm32-wasip2", &target, &[])?;
    let mixed = target.join("wasm32-wasip2/release/mixed_std.wasm");
    built.push(("mixed-std".into(), fs::read(mixed)?));
    // It imports something of its driver's, and so is none for the hosts.
    let triple = "wasm32-unknown-unknown";
    build(&guests.join("sequences"), triple, &target, &[])?;
    let sequences = fs::read(target.join(triple).join("release/sequences.wasm"))?;
    fs::write(components.join("sequences.wasm"), encode(&sequences)?)?;
    // They import from each other.
    let parts = guests.join("parts");
    build(&parts, "wasm32-wasip2", &target, &["--bins", "--examples"])?;
    for part in PARTS {
        let program = target.join("wasm32-wasip2/release").join(part);
        fs::copy(program, components.join(part.replace("examples/", "")))?;
    }
    for text in files(&guests.join("wat"), "wat")? {
        // One with exports of its own has a world of its name.
        let own = resolve.select_world(&[package], Some(&name(&text)));
        let component = build_wat_guest(&text, &resolve, own.unwrap_or(world));
        built.push((name(&text), component.with_context(|| format!("{text:?}"))?));
    }
    built.sort();

    fs::write(out.join("cases.rs"), tests_of_cases(&built)?)?;
    let mut list = String::from("&[\n");
    for (name, bytes) in built {
        let path = components.join(&name).with_extension("wasm");
        fs::write(&path, bytes)?;
        writeln!(list, "    Guest {{ name: {name:?}, path: {path:?} }},")?;
    }
    fs::write(out.join("guests.rs"), list + "]\n")?;
    Ok(())
}

/// The names of tests on hosts that answer in a manner of their own, with these manners and the link
/// modes: those of `Manner::HARMLESS`.
const MANNERS: [(&str, &str, &str); 3] = [
    ("_any", "any:1", "Component"),
    ("_bytewise", "bytewise", "Fused"),
    ("_late", "late", "Fused"),
];

/// Returns a test function for each case in each link mode, and for each variant of it.
fn tests_of_cases(guests: &[(String, Vec<u8>)]) -> Result<String> {
    let mut folders: Vec<_> = fs::read_dir("cases")?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    folders.sort();
    let mut tests = String::new();
    let mut list = String::new();
    for folder in folders {
        let case = name(&folder);
        let text = fs::read_to_string(folder.join("case"))?;
        let has = |key: &str| text.lines().any(|line| line.split(' ').next() == Some(key));
        let guest = text.lines().find_map(|line| line.strip_prefix("guest "));
        let candidate = format!("{}-candidate", guest.context(case.clone())?);
        let mut variants = vec![("", "AsWritten".to_string())];
        let has_files = ["dir", "dir-ro", "host-dir"].iter().any(|key| has(key));
        if has_files {
            variants.push(("_inline_files", "InlineFiles".into()));
        }
        if guests.iter().any(|(name, _)| *name == candidate) {
            variants.push(("_candidate", "Candidate".into()));
        }
        let modes = match (has("fused-only"), has("linked-only")) {
            (true, _) => &["Fused"][..],
            (_, true) => &["Component"],
            _ => &["Component", "Fused"],
        };
        writeln!(tests, "mod {} {{", case.replace('-', "_"))?;
        for mode in modes {
            let manners = MANNERS.iter().filter(|(_, manner, of)| {
                of == mode && !text.lines().any(|line| line == format!("not-in {manner}"))
            });
            let manners = manners.map(|(name, manner, _)| (*name, format!("Manner({manner:?})")));
            let is_in = !text.lines().any(|line| line == "not-in snapshot");
            let snapshot = (has_files && is_in && *mode == "Fused")
                .then(|| ("_snapshot", "Snapshot".to_string()));
            let others = manners.chain(snapshot);
            for (suffix, variant) in variants.iter().cloned().chain(others) {
                let function = mode.to_lowercase() + suffix;
                let arguments = format!("{case:?}, LinkMode::{mode}, Variant::{variant}");
                writeln!(
                    tests,
                    "#[test] fn {function}() {{ super::check({arguments}) }}"
                )?;
                writeln!(list, "({arguments}),")?;
            }
        }
        writeln!(tests, "use super::{{LinkMode, Variant}};\n}}")?;
    }
    writeln!(
        tests,
        "const TESTS: &[(&str, LinkMode, Variant)] = &[\n{list}];"
    )?;
    Ok(tests)
}

/// The components of which `compositions` joins some to one guest.
const PARTS: [&str; 4] = [
    "parts-app.wasm",
    "examples/parts_store.wasm",
    "examples/parts_relay.wasm",
    "examples/parts_door.wasm",
];

/// The shapes that `wasi:sockets` had, each with the folders of its guests.
const SOCKETS_SHAPES: [(&str, &[&str]); 3] = [
    ("stable", &["all", "release"]),
    ("candidate", &["all", "release"]),
    ("draft", &["all", "draft"]),
];

/// The shapes that `wasi:http` had.
const HTTP_SHAPES: [&str; 3] = ["stable", "december", "candidate"];

/// Builds the programs in `folders` of the guests' own workspace, and returns their core modules,
/// each with its name.
fn build_rust_guests(
    guests: &Path,
    more: &[&str],
    folders: &[&str],
    target: &Path,
) -> Result<Vec<(String, PathBuf)>> {
    let triple = "wasm32-unknown-unknown";
    let modules = target.join(triple).join("release/examples");
    let mut arguments = more.to_vec();
    let mut built = Vec::new();
    for folder in folders {
        for source in files(&guests.join(folder), "rs")? {
            // In the names of files, Cargo has `_` for `-`.
            let name = name(&source).replace('_', "-");
            let module = modules.join(name.replace('-', "_") + ".wasm");
            built.push((name, module));
        }
    }
    for (name, _) in &built {
        arguments.extend(["--example", name]);
    }
    build(guests, triple, target, &arguments)?;
    Ok(built)
}

/// Builds the programs over the standard library, and returns their components, each with its name.
fn build_std_guests(guests: &Path, target: &Path) -> Result<Vec<(String, PathBuf)>> {
    let triple = "wasm32-wasip2";
    build(guests, triple, target, &["--bins"])?;
    let programs = target.join(triple).join("release");
    let sources = files(&guests.join("src/bin"), "rs")?;
    let program = |source: &PathBuf| {
        let name = name(source);
        let component = programs.join(&name).with_extension("wasm");
        (name, component)
    };
    Ok(sources.iter().map(program).collect())
}

/// Returns the component of a `.wat` file, which has it or a core module of the guests' world.
fn build_wat_guest(text: &Path, resolve: &Resolve, world: WorldId) -> Result<Vec<u8>> {
    let mut bytes = wat::parse_file(text)?;
    if bytes[4..8] == [0x01, 0x00, 0x00, 0x00] {
        embed_component_metadata(&mut bytes, resolve, world, StringEncoding::UTF8)?;
        bytes = encode(&bytes)?;
    }
    Ok(bytes)
}

fn encode(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)?
        .encode()
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn name(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
