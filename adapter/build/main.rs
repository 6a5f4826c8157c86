//! Makes Rust of the adapter's WIT: the bindings that wit-bindgen generates, in which waiting is a
//! matter of types, and the raw form of what is imported. And compares it with the WIT of hosts that
//! have other types.

mod bindings;
mod layouts;
mod raw;
mod targets;

use std::path::Path;
use std::{env, fs};
use wit_bindgen_core::wit_parser::Resolve;

/// Unstable features whose functions the adapter serves.
const FEATURES: [&str; 2] = ["clocks-timezone", "network-error-code"];

fn main() {
    println!("cargo::rerun-if-changed=../wit");
    println!("cargo::rerun-if-changed=build");
    let mut resolve = Resolve::default();
    resolve.features.extend(FEATURES.map(String::from));
    let (package, _) = resolve.push_path("../wit").expect("the WIT is valid");
    let world = resolve
        .select_world(&[package], Some("adapter"))
        .expect("the WIT has the world");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let write = |name: &str, text: String| {
        fs::write(Path::new(&out).join(name), text).expect("OUT_DIR is writable");
    };
    let targets = targets::read(&resolve, Path::new("../wit/targets"));
    write("targets.txt", targets::in_words(&targets));
    let other = targets::other_layout(&resolve, &targets);
    write("raw.rs", raw::generate(&resolve, &other, world));
    write("bindings.rs", bindings::generate(resolve, &other, world));
}
