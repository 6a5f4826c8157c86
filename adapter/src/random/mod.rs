//! `wasi:random`.

mod insecure;
mod insecure_seed;
#[allow(clippy::module_inception, reason = "named like the interface")]
mod random;

use alloc::vec::Vec;

/// WASI 0.3 may return fewer bytes than asked for, WASI 0.2 returns all of them.
fn all_bytes(len: u64, some_bytes: fn(u64) -> Vec<u8>) -> Vec<u8> {
    let mut bytes = some_bytes(len);
    while (bytes.len() as u64) < len {
        bytes.append(&mut some_bytes(len - bytes.len() as u64));
    }
    bytes
}
