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
    for (name, bytes) in [
        ("adapter", &*fs::read(ARTEFACT)?),
        ("command", WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER),
        ("reactor", WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER),
    ] {
        let packed = compress_to_vec_zlib(bytes, BEST);
        fs::write(Path::new(&folder).join(name), packed)?;
    }
    Ok(())
}
