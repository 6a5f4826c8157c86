//! `wasi:cli` of WASI 0.3: the standard streams.

use super::{Code, Completion, Ended, Failure, Sink, Source};
use crate::op::{Future, Reader, Writer};
use crate::raw::{cli_stderr, cli_stdin, cli_stdout, cli_types};

pub use crate::bindings::wasi::cli0_3_0::types::ErrorCode;

impl From<Result<(), ErrorCode>> for Ended {
    #[inline(never)]
    fn from(result: Result<(), ErrorCode>) -> Self {
        match result {
            // `pipe`: the other side is gone, which WASI 0.2 calls closed.
            Ok(()) | Err(ErrorCode::Pipe) => Ended::Closed(None),
            Err(code) => Ended::Failed(Failure {
                reason: cli_types::error_code_name(&code),
                detail: None,
                code: Code::Cli(code),
            }),
        }
    }
}

/// `stdin.read-via-stream`.
pub fn stdin() -> Source {
    use cli_stdin::read_via_stream as function;
    static COMPLETION: Completion = function::future_1_readable();
    let ends = function::call();
    (
        Reader::new(&function::STREAM_0_READABLE, ends.u32(function::RESULT_0)),
        Future::new(&COMPLETION, ends.u32(function::RESULT_1)),
    )
}

/// Defines a function that opens a stream for output.
macro_rules! output {
    ($(#[$doc:meta])* $name:ident $interface:ident) => {
        $(#[$doc])*
        pub fn $name() -> Sink {
            use $interface::write_via_stream as function;
            static COMPLETION: Completion = function::future_1_readable();
            let (reader, writer) = function::stream_0_new();
            let completion = function::call(reader);
            (
                Writer::new(&function::STREAM_0_WRITABLE, writer),
                Future::new(&COMPLETION, completion),
            )
        }
    };
}

output! {
    /// `stdout.write-via-stream`.
    stdout cli_stdout
}

output! {
    /// `stderr.write-via-stream`.
    stderr cli_stderr
}
