//! `wasi:cli` and `wasi:random`.

use crate::operation::Operation;
use crate::wasi::cli::{
    environment, exit, stderr, stdin, stdout, terminal_stderr, terminal_stdin, terminal_stdout,
};
use crate::wasi::random::{insecure, insecure_seed, random};

/// Makes an operation, if it is one of these. Of random numbers only how many there are is shown.
pub fn call(o: &Operation) -> Option<String> {
    match o.name {
        "get-stdin" => o.show(stdin::get_stdin()),
        "get-stdout" => o.show(stdout::get_stdout()),
        "get-stderr" => o.show(stderr::get_stderr()),
        "get-terminal-stdin" => o.show(terminal_stdin::get_terminal_stdin().is_some()),
        "get-terminal-stdout" => o.show(terminal_stdout::get_terminal_stdout().is_some()),
        "get-terminal-stderr" => o.show(terminal_stderr::get_terminal_stderr().is_some()),
        "get-arguments" => o.show(environment::get_arguments().join(" ")),
        "get-environment" => o.show(format!("{:?}", environment::get_environment())),
        "initial-cwd" => o.show(environment::initial_cwd()),
        "exit" => {
            let is_good: bool = o.arg();
            exit::exit(if is_good { Ok(()) } else { Err(()) });
            None
        }
        "get-random-bytes" => o.show(random::get_random_bytes(o.arg()).len() as u64),
        "get-random-u64" => {
            let _ = random::get_random_u64();
            o.show(())
        }
        "get-insecure-random-bytes" => {
            o.show(insecure::get_insecure_random_bytes(o.arg()).len() as u64)
        }
        "get-insecure-random-u64" => {
            let _ = insecure::get_insecure_random_u64();
            o.show(())
        }
        "insecure-seed" => {
            let _ = insecure_seed::insecure_seed();
            o.show(())
        }
        _ => None,
    }
}
