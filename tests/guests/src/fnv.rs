//! FNV-1a with 64 bits: names a large stream of bytes in a line of text.

/// The state of a hash of many pieces.
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// Adds bytes to the hash.
    pub fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// Returns the hash of all bytes so far.
    pub fn finish(&self) -> u64 {
        self.0
    }
}

/// Returns byte `index` of the test pattern, which repeats only after 251 * 256 bytes, so that
/// pieces that are lost, doubled or swapped show.
pub fn pattern(index: usize) -> u8 {
    ((index % 251) ^ (index / 251 % 256)) as u8
}
