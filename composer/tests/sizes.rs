//! How many bytes a guest grows by, at most.
//!
//! The guests are made up: each calls every function of some interfaces.

mod common;

use common::wit;
use wasi_uplift::{LinkMode, Options};

const KIB: usize = 1024;

const CLOCKS: [&str; 2] = ["wasi:clocks/monotonic-clock", "wasi:clocks/wall-clock"];

const TCP: [&str; 4] = [
    "wasi:sockets/network",
    "wasi:sockets/instance-network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
];

const SOCKETS: [&str; 3] = [
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
    "wasi:sockets/ip-name-lookup",
];

const REST_OF_COMMAND: [&str; 20] = [
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/random",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:filesystem/types",
    "wasi:filesystem/preopens",
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/stderr",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:cli/terminal-stderr",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
];

/// What a client needs.
const HTTP: [&str; 6] = [
    "wasi:http/types",
    "wasi:http/outgoing-handler",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:clocks/monotonic-clock",
];

const SERVER: &str = "wasi:http/incoming-handler";

/// A guest that calls every function of these interfaces, and exports [`SERVER`] if it is one of them.
fn guest(interfaces: &[&str]) -> Vec<u8> {
    let items: String = interfaces
        .iter()
        .map(|name| match *name {
            SERVER => format!("export {name}@0.2.12;\n"),
            name => format!("import {name}@0.2.12;\n"),
        })
        .collect();
    wit::guest(&format!("package test:guest;\nworld guest {{ {items} }}"))
}

/// By how many bytes a guest of these interfaces grows.
fn growth(interfaces: &[&[&str]], link: LinkMode) -> usize {
    let guest = guest(&interfaces.concat());
    let composed = wasi_uplift::compose(&guest, &Options::default().link(link)).unwrap();
    composed.bytes.len() - guest.len()
}

#[test]
fn guests_grow_by_no_more_than_they_need() {
    let mut sizes = Vec::new();
    let everything = [&REST_OF_COMMAND[..], &TCP, &SOCKETS];
    for (what, interfaces, most) in [
        ("clocks", &[&CLOCKS[..]][..], 9 * KIB),
        ("tcp", &[&TCP[..]][..], 42 * KIB),
        ("sockets", &[&TCP[..], &SOCKETS][..], 56 * KIB),
        ("command", &everything[..], 87 * KIB),
        ("http", &[&HTTP[..], &[SERVER]][..], 85 * KIB),
    ] {
        let growth = growth(interfaces, LinkMode::Fused);
        sizes.push((what, growth, growth <= most));
    }
    assert!(sizes.iter().all(|(.., fits)| *fits), "{sizes:?}");
}
