//! Guests that are the input. Half of the mutations are of sections and their items.

#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use wasi_uplift_fuzz::generator::{encoding, noise};
use wasi_uplift_fuzz::{check, tolerate_panics};

fuzz_target!(
    init: tolerate_panics(),
    |guest: &[u8]| check(guest, None)
);

fuzz_mutator!(|guest: &mut [u8], size: usize, most: usize, seed: u32| {
    if seed.is_multiple_of(2) {
        return fuzzer_mutate(guest, size, most);
    }
    let noise = noise(seed.into(), 256);
    match encoding::changed(&guest[..size], &mut Unstructured::new(&noise)) {
        Ok(changed) if changed.len() <= most => {
            guest[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        _ => fuzzer_mutate(guest, size, most),
    }
});
