//! Calls all of `wasi:random`, and prints nothing random.

use guests::out;
use guests::random::{insecure, insecure_seed, random};

guests::command!(run);

fn run() -> Result<(), ()> {
    guests::mode();
    check_bytes("random", random::get_random_bytes);
    check_bytes("insecure", insecure::get_insecure_random_bytes);
    out!(
        "random u64 differ: {}",
        random::get_random_u64() != random::get_random_u64()
    );
    out!(
        "insecure u64 differ: {}",
        insecure::get_insecure_random_u64() != insecure::get_insecure_random_u64()
    );
    let seed = insecure_seed::insecure_seed();
    out!("seed stable: {}", insecure_seed::insecure_seed() == seed);
    out!("seed set: {}", seed != (0, 0));
    Ok(())
}

fn check_bytes(name: &str, get: fn(u64) -> Vec<u8>) {
    for len in [0, 1, 100, 100_000] {
        out!("{name} {len}: {}", get(len).len());
    }
    out!("{name} calls differ: {}", get(32) != get(32));

    // A host that hands out fewer bytes than asked for must not leave a tail
    // unfilled: each of the last bytes, too, takes every value sooner or later.
    let tail = get(100_000).split_off(90_000);
    let values: std::collections::BTreeSet<u8> = tail.into_iter().collect();
    out!("{name} tail has {} values", values.len());
}
