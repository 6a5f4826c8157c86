//! `wasi:io`.

pub mod error;
pub mod input;
pub mod life;
pub mod output;
pub mod poll;
pub mod streams;
