//! `wasi:random` where there is none. Nothing here stands in for random numbers that have to be
//! good. Those that don't have to be are the same in each instance, which WASI allows.

use crate::canon::Global;
use alloc::vec::Vec;
use core::cell::Cell;

/// The state of SplitMix64.
static STATE: Global<Cell<u64>> = Global::new(Cell::new(0));

fn next() -> u64 {
    let state = STATE.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    STATE.set(state);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// WASI 0.3 may return fewer bytes than asked for.
const MOST: u64 = 4096;

#[unsafe(export_name = "wasi-uplift:absent/wasi:random/insecure@0.3.0#get-insecure-random-bytes")]
extern "C" fn get_insecure_random_bytes(len: u64, list: &mut [u32; 2]) {
    let bytes: Vec<u8> = (0..len.min(MOST)).map(|_| next() as u8).collect();
    let bytes = alloc::boxed::Box::leak(bytes.into_boxed_slice());
    *list = [
        bytes.as_mut_ptr().expose_provenance() as u32,
        bytes.len() as u32,
    ];
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:random/insecure@0.3.0#get-insecure-random-u64")]
extern "C" fn get_insecure_random_u64() -> u64 {
    next()
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:random/insecure-seed@0.3.0#get-insecure-seed")]
extern "C" fn get_insecure_seed(seed: &mut [u64; 2]) {
    *seed = [next(), next()];
}
