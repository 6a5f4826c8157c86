//! The folder that the programs work in, and output that is the same on all hosts that behave the
//! same.

#[path = "../../src/fnv.rs"]
pub mod fnv;

use std::fmt::Debug;
use std::io::Result;

/// The folder that the guest is given.
pub const HOME: &str = "/home";

/// Returns a path in [`HOME`].
pub fn at(name: &str) -> String {
    format!("{HOME}/{name}")
}

/// Prints a result, and an error by its kind and its number, which programs depend on.
pub fn show<T: Debug>(what: &str, result: Result<T>) {
    match result {
        Ok(value) => println!("{what}: {value:?}"),
        Err(error) => println!("{what}: {:?} {:?}", error.kind(), error.raw_os_error()),
    }
}

/// Returns the hash of bytes that are too many to print.
pub fn hash(bytes: &[u8]) -> u64 {
    let mut hash = fnv::Fnv::default();
    hash.update(bytes);
    hash.finish()
}

/// A part of a program, and its name.
pub type Part = (&'static str, fn() -> Result<()>);

/// Runs the program's part that the first argument names.
pub fn dispatch(parts: &[Part]) -> Result<()> {
    let name = std::env::args().nth(1).unwrap_or_default();
    match parts.iter().find(|(part, _)| *part == name) {
        Some((_, part)) => part(),
        None => panic!("no part is called {name:?}"),
    }
}
