//! The core modules that are part of this crate, which `build.rs` has packed. Each is unpacked once,
//! when it is needed first.

use miniz_oxide::inflate::decompress_to_vec_zlib;
use std::sync::LazyLock;

macro_rules! unpacked {
    ($name:literal) => {
        LazyLock::new(|| {
            let packed = include_bytes!(concat!(env!("OUT_DIR"), "/", $name));
            decompress_to_vec_zlib(packed).expect("it is as it was packed")
        })
    };
}

/// What `adapter/` builds.
pub(super) static ADAPTER: LazyLock<Vec<u8>> = unpacked!("adapter");

/// Wasmtime's adapter of `wasi_snapshot_preview1` to WASI 0.2, for programs.
pub(crate) static PREVIEW1_COMMAND: LazyLock<Vec<u8>> = unpacked!("command");

/// The same for libraries.
pub(crate) static PREVIEW1_REACTOR: LazyLock<Vec<u8>> = unpacked!("reactor");
