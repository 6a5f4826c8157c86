//! The layers: each uses only those before it.

use std::path::{Path, PathBuf};

/// The layers, from the lowest on, and the modules of the crate that each may name.
const LAYERS: [(&str, &[&str]); 6] = [
    ("canon", &["canon"]),
    ("reactor.rs", &["canon"]),
    ("op", &["canon", "reactor"]),
    ("p3", &["canon", "reactor", "op", "raw", "bindings", "p3"]),
    ("freshness.rs", &["canon", "reactor"]),
    (
        "io",
        &[
            "canon",
            "reactor",
            "op",
            "p3",
            "freshness",
            "bindings",
            "Adapter",
        ],
    ),
];

/// Names of the crate that the lower layers may not even use within themselves.
const PREFIX: &str = "crate::";

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            files(&entry.unwrap().path(), found);
        }
    } else {
        found.push(path.to_path_buf());
    }
}

/// The names that text begins with: one, or several in braces.
fn names(text: &str) -> Vec<&str> {
    let names = match text.strip_prefix('{').and_then(|it| it.split_once('}')) {
        Some((group, _)) => group.split(',').map(str::trim).collect(),
        None => vec![text],
    };
    let end = |name: &str| name.find(|c: char| !c.is_alphanumeric() && c != '_');
    let cut = names
        .into_iter()
        .map(|name| &name[..end(name).unwrap_or(name.len())]);
    cut.collect()
}

#[test]
fn each_layer_uses_only_those_before_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    let mut wrong = Vec::new();
    for (layer, allowed) in LAYERS {
        let mut found = Vec::new();
        files(&source.join(layer), &mut found);
        assert!(!found.is_empty(), "{layer} is there");
        for file in found {
            let text = std::fs::read_to_string(&file).unwrap();
            let code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                let uses = line.split(PREFIX).skip(1).flat_map(names);
                for name in uses.filter(|name| !name.is_empty() && !allowed.contains(name)) {
                    wrong.push(format!("{}: {name}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Nothing is `unsafe` but the canonical ABI, from either side, and generated code.
#[test]
fn nothing_else_is_unsafe() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    let lib = std::fs::read_to_string(source.join("lib.rs")).unwrap();
    assert!(lib.contains("#![deny(unsafe_code)]"));
    let mut allowed = Vec::new();
    let mut lines = lib.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("#[allow(unsafe_code") {
            allowed.extend(lines.next().and_then(|line| line.split_whitespace().nth(1)));
        }
    }
    assert_eq!(allowed, ["absent;", "bindings", "canon;", "raw"]);
}
