//! Guests of a random world, whose core module is a dummy, as `wit-component` encodes them.

use super::one_of;
use super::wit::Packages;
use arbitrary::{Result, Unstructured};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use wasm_smith::{Config, Module};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::ManglingAndAbi;

/// Makes a guest.
///
/// # Errors
///
/// If the source has run out, or the world is one that can't be encoded.
pub fn guest(mut packages: Packages, source: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let text = world(&packages, source)?;
    let resolve = &mut packages.resolve;
    // A name of a type can be taken by two `use`s, which makes no world.
    let Ok(package) = resolve.push_source("world.wit", &text) else {
        return Err(arbitrary::Error::IncorrectFormat);
    };
    let world = resolve.select_world(&[package], Some("guest")).unwrap();
    let most = source.int_in_range(1..=4)?;
    for (_, interface) in resolve.interfaces.iter_mut() {
        let mut result = Ok(());
        interface.functions.retain(|_, _| {
            source.ratio(most, 4).unwrap_or_else(|error| {
                result = Err(error);
                false
            })
        });
        result?;
    }
    let mangling = one_of(
        &[
            ManglingAndAbi::Standard32,
            ManglingAndAbi::Legacy(wit_parser::LiftLowerAbi::Sync),
            ManglingAndAbi::Legacy(wit_parser::LiftLowerAbi::AsyncCallback),
        ],
        source,
    )?;
    let mut module = dummy_module(resolve, world, mangling);
    if source.ratio(1, 4)? {
        let config = Config {
            module_shape: Some(module.clone()),
            ..Config::default()
        };
        if let Ok(smith) = Module::new(config, source) {
            module = smith.to_bytes();
        }
    }
    let encoding = one_of(
        &[
            StringEncoding::UTF8,
            StringEncoding::UTF8,
            StringEncoding::UTF16,
            StringEncoding::CompactUTF16,
        ],
        source,
    )?;
    let encoded = embed_component_metadata(&mut module, resolve, world, encoding)
        .and_then(|()| ComponentEncoder::default().module(&module)?.encode());
    encoded.map_err(|_| arbitrary::Error::IncorrectFormat)
}

/// Makes the text of a world.
fn world(packages: &Packages, source: &mut Unstructured<'_>) -> Result<String> {
    let mut text = String::from("package test:guest;\nworld guest {\n");
    let mut imports = BTreeSet::new();
    for _ in 0..source.int_in_range(0..=8)? {
        let import = packages.import(source)?;
        imports.insert(import);
    }
    for (all, of) in [(&packages.own, 12), (&packages.later, 3)] {
        for interface in all {
            if source.ratio(1, of)? {
                imports.insert(*interface);
            }
        }
    }
    for import in imports {
        writeln!(text, "import {};", packages.name(import)).unwrap();
    }
    let mut exports = BTreeSet::new();
    for interface in &packages.own {
        if source.ratio(1, 2)? {
            exports.insert(*interface);
        }
    }
    // The names of exports in a core module don't tell versions of 0.2 apart.
    let mut paths = BTreeSet::new();
    for interface in &packages.wasi {
        let name = packages.name(*interface);
        let path = name.split('@').next().unwrap_or_default().to_string();
        let is_entry = name.contains("cli/run") || name.contains("incoming-handler");
        let (times, of) = if is_entry { (1, 3) } else { (1, 300) };
        if source.ratio(times, of)? && paths.insert(path) {
            exports.insert(*interface);
        }
    }
    for export in exports {
        writeln!(text, "export {};", packages.name(export)).unwrap();
    }
    let all: Vec<_> = packages.wasi.iter().chain(&packages.own).copied().collect();
    for number in 0..source.int_in_range(0..=4_usize)?.saturating_sub(2) {
        let interface = one_of(&all, source)?;
        let types = &packages.resolve.interfaces[interface].types;
        let types: Vec<_> = types.keys().collect();
        if types.is_empty() {
            continue;
        }
        let ty = one_of(&types, source)?;
        let name = packages.name(interface);
        writeln!(text, "use {name}.{{{ty} as t{number}}};").unwrap();
        let kind = one_of(&["import", "export"], source)?;
        writeln!(
            text,
            "{kind} f{number}: func(a: list<t{number}>) -> tuple<t{number}>;"
        )
        .unwrap();
    }
    text.push_str("}\n");
    Ok(text)
}
