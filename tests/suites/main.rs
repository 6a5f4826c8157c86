//! The tests: guests as they are on a WASI 0.2 host, and uplifted on hosts with only WASI 0.3.
//!
//! They are one program, so that each guest is uplifted once, and Wasmtime is linked once.

mod allocating;
mod by_hand;
mod cases;
mod compositions;
mod exports;
mod folders;
mod hosts;
mod http;
mod idle;
mod imports;
mod leaving;
mod library;
mod partial;
mod parts;
mod sequences;
mod sockets;
mod together;
mod toolchains;

use wasi_uplift_tests::Lab;

/// The hosts.
const LAB: Lab = Lab {
    reference: env!("CARGO_BIN_EXE_p2-reference-host"),
    p3_only: env!("CARGO_BIN_EXE_p3-only-host"),
    sockets_only: env!("CARGO_BIN_EXE_rc-sockets-only-host"),
    snapshot: env!("CARGO_BIN_EXE_rc-2026-02-09-host"),
    adverse: env!("CARGO_BIN_EXE_adverse-machine"),
};
