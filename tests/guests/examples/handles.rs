//! Handles as numbers: a dropped one is used again, also by who kept it.

use guests::{after_ms, out};

guests::command!(run);

#[link(wasm_import_module = "wasi:io/poll@0.2.12")]
unsafe extern "C" {
    #[link_name = "[method]pollable.block"]
    fn block(handle: u32);
    #[link_name = "[resource-drop]pollable"]
    fn drop_pollable(handle: u32);
}

fn run() -> Result<(), ()> {
    let timer = || after_ms(100_000).take_handle();
    let timers: Vec<u32> = (0..100).map(|_| timer()).collect();
    out!("{timers:?}");
    for index in [3, 17, 99, 0, 50] {
        // SAFETY: the handle is this one's, and dropped once.
        unsafe { drop_pollable(timers[index]) };
    }
    let others: Vec<u32> = (0..7).map(|_| timer()).collect();
    out!("{others:?}");
    // SAFETY: the handle isn't used again, but for what is wrong on purpose.
    unsafe { drop_pollable(timers[1]) };
    let passed = after_ms(0).take_handle();
    // SAFETY: a host can't tell the two from each other.
    unsafe { block(timers[1]) };
    out!("{}", passed == timers[1]);
    Ok(())
}
