//! Packs what the library embeds: packed it takes a quarter of the room, in every program that uses
//! the library.

use miniz_oxide::deflate::compress_to_vec_zlib;
use std::path::Path;
use std::{env, fs};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};

const BEST: u8 = 9;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const ARTEFACT: &str = "artefact/adapter.wasm";
    println!("cargo::rerun-if-changed={ARTEFACT}");
    let folder = env::var_os("OUT_DIR").ok_or("it is for Cargo to run")?;
    let mut hash = Fnv::default();
    for (name, bytes) in [
        ("adapter", &*fs::read(ARTEFACT)?),
        ("command", WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER),
        ("reactor", WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER),
    ] {
        hash.add(bytes);
        let packed = compress_to_vec_zlib(bytes, BEST);
        fs::write(Path::new(&folder).join(name), packed)?;
    }
    println!("cargo::rustc-env=WASI_UPLIFT_ADAPTER={:016x}", hash.0);
    Ok(())
}

/// The hash by which adapters are told apart: FNV-1a, of 64 bits.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
