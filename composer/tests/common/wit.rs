//! Guests made of WIT.

use super::fixture;
use std::fs;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

/// The packages of WASI 0.2.12 as guests know them, each after those that it uses.
const PACKAGES: [&str; 7] = [
    "wit/deps/io.wit",
    "wit/deps/clocks.wit",
    "wit/deps/random.wit",
    "wit/deps/filesystem.wit",
    "sockets/wit/stable.wit",
    "wit/deps/cli.wit",
    "http/wit/stable/deps/http.wit",
];

/// A component for the world `guest` of a package in WIT, which may use WASI 0.2.12. It imports
/// every function of the world, and traps where it is called.
pub fn guest(wit: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    for package in PACKAGES {
        let path = fixture("../../tests/guests").join(package);
        let wit = fs::read_to_string(&path).unwrap();
        resolve.push_str(&path, &wit).unwrap();
    }
    let package = resolve.push_str("guest.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some("guest")).unwrap();
    let abi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);
    let mut module = dummy_module(&resolve, world, abi);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let encoder = ComponentEncoder::default();
    encoder.module(&module).unwrap().encode().unwrap()
}
