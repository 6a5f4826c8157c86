//! Runs a component on the host of this example.

use sockets_only_host::program;
use std::process::ExitCode;
use wasmtime::Engine;
use wasmtime::component::Component;

fn main() -> ExitCode {
    program::main(|path| Component::from_file(&Engine::default(), path))
}
