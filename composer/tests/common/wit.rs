//! Guests made of WIT.

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

/// The packages of WASI 0.2, each after those that it uses.
const PACKAGES: [&str; 7] = [
    "io",
    "clocks",
    "random",
    "filesystem",
    "sockets",
    "cli",
    "http",
];

/// A component for the world `guest` of a package in WIT, which may use WASI 0.2.12. It imports
/// every function of the world, and traps where it is called.
pub fn guest(wit: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    for package in PACKAGES {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../wit/deps");
        let path = format!("{folder}/{package}-0.2.12.wit");
        let wit = std::fs::read_to_string(&path).unwrap();
        // There it says which functions wait. A guest knows nothing of that.
        resolve
            .push_str(&path, &wit.replace("async func", "func"))
            .unwrap();
    }
    let package = resolve.push_str("guest.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some("guest")).unwrap();
    let abi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);
    let mut module = dummy_module(&resolve, world, abi);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let encoder = ComponentEncoder::default();
    encoder.module(&module).unwrap().encode().unwrap()
}
