//! `wasi:filesystem`.

mod error;
mod input;
mod output;
mod preopens;
mod types;
