//! `wasi:filesystem`.

mod error;
mod input;
pub mod output;
mod preopens;
mod types;
