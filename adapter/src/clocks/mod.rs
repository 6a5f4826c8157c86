//! `wasi:clocks`.

mod monotonic_clock;
mod timezone;
mod wall_clock;
