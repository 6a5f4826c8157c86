//! Builds the guests: the Rust ones with cargo, the `.wat` ones as they are,
//! and every core module into a component of the world in `guests/wit`. What
//! is in `guests/std` and `guests/mixed` is a component as it comes out of the
//! compiler.

use anyhow::{Context as _, Result, ensure};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=guests");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let guests = Path::new("guests");
    let components = out.join("guests");
    fs::create_dir_all(&components)?;

    let mut resolve = Resolve::default();
    resolve.features.insert("clocks-timezone".into());
    let (package, _) = resolve.push_dir(guests.join("wit"))?;
    let world = resolve.select_world(&[package], Some("guest"))?;

    let mut built = Vec::new();
    let target = out.join("target");
    for (name, module) in build_rust_guests(guests, &[], &["examples", "all"], &target)? {
        // The bindings put the world's description into the module already.
        built.push((name, encode(&fs::read(&module)?)?));
    }
    let candidate = ["--features", "candidate"];
    for (name, module) in build_rust_guests(guests, &candidate, &["all"], &target)? {
        built.push((format!("{name}-candidate"), encode(&fs::read(&module)?)?));
    }
    let sockets = guests.join("sockets");
    let target = out.join("sockets-target");
    for (shape, folders) in SOCKETS_SHAPES {
        let features = ["--features", shape];
        for (name, module) in build_rust_guests(&sockets, &features, folders, &target)? {
            // Before the next shape's takes its place.
            built.push((format!("{shape}-{name}"), encode(&fs::read(&module)?)?));
        }
    }
    let http = guests.join("http");
    let target = out.join("http-target");
    for shape in HTTP_SHAPES {
        let features = ["--features", shape];
        for (name, module) in build_rust_guests(&http, &features, &["programs"], &target)? {
            built.push((format!("http-{shape}-{name}"), encode(&fs::read(&module)?)?));
        }
    }
    for (name, component) in build_std_guests(&guests.join("std"), &out.join("std-target"))? {
        built.push((format!("std-{name}"), fs::read(component)?));
    }
    let target = out.join("mixed-target");
    run_cargo(&guests.join("mixed"), "wasm32-wasip2", &target, &[])?;
    let mixed = target.join("wasm32-wasip2/release/mixed_std.wasm");
    built.push(("mixed-std".into(), fs::read(mixed)?));
    for text in files(&guests.join("wat"), "wat")? {
        let component = build_wat_guest(&text, &resolve, world);
        built.push((name(&text), component.with_context(|| format!("{text:?}"))?));
    }
    built.sort();

    let mut list = String::from("&[\n");
    for (name, bytes) in built {
        let path = components.join(&name).with_extension("wasm");
        fs::write(&path, bytes)?;
        writeln!(list, "    Guest {{ name: {name:?}, path: {path:?} }},")?;
    }
    fs::write(out.join("guests.rs"), list + "]\n")?;
    Ok(())
}

/// The shapes that `wasi:sockets` had, and where the guests of each are.
const SOCKETS_SHAPES: [(&str, &[&str]); 3] = [
    ("stable", &["all", "release"]),
    ("candidate", &["all", "release"]),
    ("draft", &["all", "draft"]),
];

/// The shapes that `wasi:http` had.
const HTTP_SHAPES: [&str; 3] = ["stable", "december", "candidate"];

/// Runs cargo on the guests' own workspace and returns the core modules of the
/// programs in `folders`, each with its name.
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
            // Cargo turns one into the other for the file's name.
            let name = name(&source).replace('_', "-");
            let module = modules.join(name.replace('-', "_") + ".wasm");
            built.push((name, module));
        }
    }
    for (name, _) in &built {
        arguments.extend(["--example", name]);
    }
    run_cargo(guests, triple, target, &arguments)?;
    Ok(built)
}

/// Runs cargo on the programs over the standard library and returns their
/// components, each with its name.
fn build_std_guests(guests: &Path, target: &Path) -> Result<Vec<(String, PathBuf)>> {
    let triple = "wasm32-wasip2";
    run_cargo(guests, triple, target, &["--bins"])?;
    let programs = target.join(triple).join("release");
    let sources = files(&guests.join("src/bin"), "rs")?;
    let program = |source: &PathBuf| {
        let name = name(source);
        let component = programs.join(&name).with_extension("wasm");
        (name, component)
    };
    Ok(sources.iter().map(program).collect())
}

fn run_cargo(guests: &Path, triple: &str, target: &Path, more: &[&str]) -> Result<()> {
    let mut cargo = Command::new(std::env::var("CARGO")?);
    cargo.current_dir(guests);
    cargo.args(["build", "--release", "--locked"]);
    cargo.args(["--target", triple, "--target-dir"]).arg(target);
    cargo.args(more);
    // What is set for the outer build (lints, flags, profiles) is not meant for
    // the guests. What tells cargo how to reach the world is.
    let outer = [
        "CARGO_BUILD_",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_PROFILE_",
        "CARGO_TARGET_",
        "CLIPPY_",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTFLAGS",
    ];
    for (key, _) in std::env::vars() {
        if outer.iter().any(|prefix| key.starts_with(prefix)) {
            cargo.env_remove(key);
        }
    }
    let status = cargo.status().context("running cargo for the guests")?;
    ensure!(
        status.success(),
        "the guests don't build; is the target installed? `rustup target add {triple}`"
    );
    Ok(())
}

/// A `.wat` file is either a component or a core module of the guests' world.
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
