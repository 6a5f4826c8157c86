//! What `io` uses of WASI 0.3: the types of a byte stream, of a package that only the tests have.

use crate::host::Value;
use crate::op::{Future, Reader, Writer};
use std::any::Any;

/// A byte stream to read, and the future that tells how it ended.
pub type Source = (Reader, Future<Ended>);

/// A byte stream to write, and the future that tells how it ended.
pub type Sink = (Writer, Future<Ended>);

/// The end of a byte stream.
pub enum Ended {
    Closed(Option<Box<dyn Any>>),
    Failed(Failure),
}

/// A failure of a byte stream.
pub struct Failure {
    pub reason: &'static str,
    pub detail: Option<String>,
    /// In the place of an error code. It is counted, so that none gets lost.
    pub code: Value,
}

impl Value {
    /// The package that the code is of.
    pub fn package(&self) -> &'static str {
        "tests"
    }
}
