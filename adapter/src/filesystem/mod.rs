//! `wasi:filesystem`.

pub mod error;
mod preopens;
mod types;
