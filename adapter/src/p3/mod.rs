//! WASI 0.3: typed calls, one file for each package, where the bindings don't have what the adapter
//! needs. That is whatever involves a stream or a future, whatever must not block, and what takes less
//! code by hand.

pub mod cli;
pub mod clocks;
pub mod filesystem;
pub mod http;
pub mod sockets;

use crate::canon::FutureReadEnd;
use crate::op::{Future, Reader, Writer};
use alloc::boxed::Box;
use alloc::string::String;
use core::any::Any;

/// A byte stream to read, and the future that tells how it ended.
pub type Source = (Reader, Future<Ended>);

/// A byte stream to write, and the future that tells how it ended.
pub type Sink = (Writer, Future<Ended>);

/// The readable end of a future that tells how a byte stream ended.
type Completion = FutureReadEnd<Ended>;

/// The end of a byte stream.
pub enum Ended {
    /// Nothing went wrong, or nobody is there any more to read what is written. The value that
    /// follows the stream is of a type that only its package knows.
    Closed(Option<Box<dyn Any>>),
    /// The last operation failed.
    Failed(Failure),
}

impl Default for Ended {
    fn default() -> Self {
        Ended::Closed(None)
    }
}

/// A failure of a byte stream, as WASI 0.3 reports it.
pub struct Failure {
    /// The name of the code.
    pub reason: &'static str,
    /// The host's words beyond its code.
    pub detail: Option<String>,
    /// The code, of the package that the stream is of.
    pub code: Code,
}

/// An error code of a byte stream.
pub enum Code {
    Cli(cli::ErrorCode),
    Filesystem(filesystem::ErrorCode),
    Sockets(sockets::ErrorCode),
    /// Of a type that adapters without HTTP need not know.
    Http(Box<dyn Any>),
    HttpSize(http::WrongSize),
}

impl Code {
    /// The package that the code is of.
    pub fn package(&self) -> &'static str {
        match self {
            Code::Cli(_) => "cli",
            Code::Filesystem(_) => "filesystem",
            Code::Sockets(_) => "sockets",
            Code::Http(_) | Code::HttpSize(_) => "http",
        }
    }
}
