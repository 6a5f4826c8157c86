//! `wasi:filesystem`.

mod error;
mod handle;
mod input;
mod output;
mod preopens;
mod types;
