//! `wasi:cli`.

mod environment;
mod exit;
pub mod standard;
mod stderr;
mod stdin;
mod stdout;
mod terminal_input;
mod terminal_output;
mod terminal_stderr;
mod terminal_stdin;
mod terminal_stdout;
