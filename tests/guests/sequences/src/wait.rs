//! Waiting, with a limit where nothing may ever happen.

use crate::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::wasi::io::poll::{Pollable, poll};
use std::cell::Cell;

thread_local!(static PATIENCE: Cell<u64> = const { Cell::new(0) });

/// Sets the longest time, in nanoseconds, to wait for something that may never happen.
pub fn set_patience(nanoseconds: u64) {
    PATIENCE.set(nanoseconds);
}

/// Waits for one of these, and returns the indexes of those that are ready: none, if that takes too
/// long.
pub fn any(pollables: &[&Pollable]) -> Vec<usize> {
    let limit = subscribe_duration(PATIENCE.get());
    let mut all = pollables.to_vec();
    all.push(&limit);
    let mut ready: Vec<_> = poll(&all).into_iter().map(|index| index as usize).collect();
    ready.retain(|index| *index < pollables.len());
    ready
}

/// Waits for all of these, and returns for each whether it has been ready.
pub fn all(pollables: &[&Pollable]) -> Vec<bool> {
    let mut seen = vec![false; pollables.len()];
    loop {
        let waiting: Vec<_> = (0..seen.len()).filter(|index| !seen[*index]).collect();
        if waiting.is_empty() {
            return seen;
        }
        let asked: Vec<_> = waiting.iter().map(|index| pollables[*index]).collect();
        let ready = any(&asked);
        if ready.is_empty() {
            return seen;
        }
        for index in ready {
            seen[waiting[index]] = true;
        }
    }
}

/// Waits for one, and returns `true` if it is ready.
pub fn one(pollable: &Pollable) -> bool {
    !any(&[pollable]).is_empty()
}
