//! `wasi:random`, all of it from the system's generator: the insecure interfaces may be secure,
//! too.

use crate::State;
use crate::bindings::wasi::random::{insecure, insecure_seed, random};
use wasmtime::{Result, ensure, format_err};

/// The largest number of bytes at once: a guest must not use up the host's memory.
const LONGEST: u64 = 64 << 20;

fn bytes(len: u64) -> Result<Vec<u8>> {
    ensure!(len <= LONGEST, "{len} random bytes are too many at once");
    let mut bytes = vec![0; len as usize];
    getrandom::fill(&mut bytes).map_err(|error| format_err!("no random bytes: {error}"))?;
    Ok(bytes)
}

fn u64() -> Result<u64> {
    getrandom::u64().map_err(|error| format_err!("no random bytes: {error}"))
}

/// Returns a seed, or zeros where the system has no random bytes.
pub(crate) fn seed() -> (u64, u64) {
    (u64().unwrap_or_default(), u64().unwrap_or_default())
}

impl random::Host for State {
    fn get_random_bytes(&mut self, len: u64) -> Result<Vec<u8>> {
        bytes(len)
    }

    fn get_random_u64(&mut self) -> Result<u64> {
        u64()
    }
}

impl insecure::Host for State {
    fn get_insecure_random_bytes(&mut self, len: u64) -> Result<Vec<u8>> {
        bytes(len)
    }

    fn get_insecure_random_u64(&mut self) -> Result<u64> {
        u64()
    }
}

impl insecure_seed::Host for State {
    fn get_insecure_seed(&mut self) -> Result<(u64, u64)> {
        Ok(self.insecure_seed)
    }
}
