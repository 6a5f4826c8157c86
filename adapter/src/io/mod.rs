//! `wasi:io`, and the byte streams that other interfaces give out as its streams.

pub mod buffer;
pub mod error;
pub mod input;
pub mod output;
pub mod poll;
pub mod state;
pub mod streams;
