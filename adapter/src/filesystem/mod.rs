//! `wasi:filesystem`.

mod error;
mod handle;
pub mod input;
mod output;
mod preopens;
mod types;
