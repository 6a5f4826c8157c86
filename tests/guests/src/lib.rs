//! The bindings of a WASI 0.2 world that all guests share, and helpers that keep a guest's output
//! deterministic and its failures readable.

pub mod fnv;

/// The bindings, one module for each interface.
#[cfg(not(feature = "candidate"))]
pub mod bindings {
    wit_bindgen::generate!({
        world: "guest",
        path: "wit",
        features: ["clocks-timezone"],
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "guests::bindings",
    });
}

/// The bindings, one module for each interface.
#[cfg(feature = "candidate")]
pub mod bindings {
    wit_bindgen::generate!({
        inline: "
            package tests:guests;

            world guest {
                import wasi:io/error@0.2.0-rc-2023-11-10;
                import wasi:io/poll@0.2.0-rc-2023-11-10;
                import wasi:io/streams@0.2.0-rc-2023-11-10;
                import wasi:clocks/monotonic-clock@0.2.0-rc-2023-11-10;
                import wasi:clocks/wall-clock@0.2.0-rc-2023-11-10;
                import wasi:filesystem/types@0.2.0-rc-2023-11-10;
                import wasi:filesystem/preopens@0.2.0-rc-2023-11-10;
                import wasi:cli/environment@0.2.0-rc-2023-11-10;
                import wasi:cli/stdin@0.2.0-rc-2023-11-10;
                import wasi:cli/stdout@0.2.0-rc-2023-11-10;
                import wasi:cli/stderr@0.2.0-rc-2023-11-10;

                export wasi:cli/run@0.2.0-rc-2023-11-10;
            }
        ",
        path: ["wit/rc/io.wit", "wit/rc/clocks.wit", "wit/rc/filesystem.wit", "wit/rc/cli.wit"],
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "guests::bindings",
    });
}

pub use bindings::exports::wasi::cli::run::Guest;
#[cfg(not(feature = "candidate"))]
pub use bindings::wasi::random;
pub use bindings::wasi::{cli, clocks, filesystem, io};

use cli::{environment, stderr::get_stderr, stdout::get_stdout};
use clocks::monotonic_clock::subscribe_duration;
use io::poll::{Pollable, poll};
use io::streams::{OutputStream, StreamError};

/// Exports `$run`, a `fn() -> Result<(), ()>`, as `wasi:cli/run`.
#[macro_export]
macro_rules! command {
    ($run:path) => {
        struct Command;
        impl $crate::Guest for Command {
            fn run() -> Result<(), ()> {
                $run()
            }
        }
        $crate::bindings::export!(Command);
    };
}

/// Prints a line on stdout, delivered when this returns.
#[macro_export]
macro_rules! out {
    ($($arg:tt)*) => { $crate::print(&$crate::stdout(), &format!("{}\n", format_args!($($arg)*))) };
}

/// Prints a line on stderr, delivered when this returns.
#[macro_export]
macro_rules! err {
    ($($arg:tt)*) => { $crate::print(&$crate::stderr(), &format!("{}\n", format_args!($($arg)*))) };
}

/// Returns a new handle of stdout.
pub fn stdout() -> OutputStream {
    get_stdout()
}

/// Returns a new handle of stderr.
pub fn stderr() -> OutputStream {
    get_stderr()
}

/// Writes `text` in pieces that `blocking-write-and-flush` takes.
pub fn print(stream: &OutputStream, text: &str) {
    for piece in text.as_bytes().chunks(4096) {
        stream.blocking_write_and_flush(piece).expect("printing");
    }
}

/// Writes `bytes` with `check-write` and `write`, waiting for permits, and leaves them unflushed.
pub fn write_all(stream: &OutputStream, mut bytes: &[u8]) -> Result<(), StreamError> {
    let writable = stream.subscribe();
    while !bytes.is_empty() {
        let permit = stream.check_write()? as usize;
        if permit == 0 {
            writable.block();
            continue;
        }
        let (now, later) = bytes.split_at(permit.min(bytes.len()));
        stream.write(now)?;
        bytes = later;
    }
    Ok(())
}

/// Returns the first argument after the program's name, which chooses a part of the guest. Also
/// makes panics print on stderr, which they don't without an operating system.
pub fn mode() -> String {
    std::panic::set_hook(Box::new(|info| print(&stderr(), &format!("{info}\n"))));
    let mut arguments = environment::get_arguments();
    assert!(arguments.len() > 1, "this guest needs an argument");
    arguments.swap_remove(1)
}

/// Returns `ok` with the value, or the kind of the error: every host has its own text for it.
pub fn kind<T: std::fmt::Debug>(result: Result<T, StreamError>) -> String {
    match result {
        Ok(value) => format!("ok {value:?}"),
        Err(StreamError::Closed) => "closed".into(),
        Err(StreamError::LastOperationFailed(error)) => {
            assert!(!error.to_debug_string().is_empty());
            "last-operation-failed".into()
        }
    }
}

/// Returns the indices that `poll` reports, sorted: WASI 0.2 promises no order.
pub fn poll_sorted(pollables: &[&Pollable]) -> Vec<u32> {
    let mut ready = poll(pollables);
    ready.sort_unstable();
    ready
}

/// Returns a timer.
pub fn after_ms(ms: u64) -> Pollable {
    subscribe_duration(ms * 1_000_000)
}

/// Returns a timer that does not fire in 584 years.
pub fn never() -> Pollable {
    subscribe_duration(u64::MAX)
}

/// Asks the writer of stdin for the next piece.
pub fn ask() {
    print(&stdout(), "?");
}
