//! The error codes of `wasi:filesystem`.

use crate::bindings::exports::wasi::filesystem0_2_12::types::ErrorCode;
use crate::io::state::StreamError;
use crate::p3::filesystem::ErrorCode as P3;
use crate::p3::{Code, Failure, cli};

/// Defines the mapping of the codes that have the same name.
macro_rules! codes {
    ($( $code:ident )*) => {
        impl From<&P3> for ErrorCode {
            fn from(code: &P3) -> Self {
                match code {
                    $( P3::$code => Self::$code, )*
                    // What has no code of its own is an I/O error to WASI 0.2.
                    P3::Other(_) => Self::Io,
                }
            }
        }
    };
}

codes! {
    Access
    Already
    BadDescriptor
    Busy
    Deadlock
    Quota
    Exist
    FileTooLarge
    IllegalByteSequence
    InProgress
    Interrupted
    Invalid
    Io
    IsDirectory
    Loop
    TooManyLinks
    MessageSize
    NameTooLong
    NoDevice
    NoEntry
    NoLock
    InsufficientMemory
    InsufficientSpace
    NotDirectory
    NotEmpty
    NotRecoverable
    Unsupported
    NoTty
    NoSuchDevice
    Overflow
    NotPermitted
    Pipe
    ReadOnly
    InvalidSeek
    TextFileBusy
    CrossDevice
}

impl From<P3> for ErrorCode {
    fn from(code: P3) -> Self {
        Self::from(&code)
    }
}

/// The code of a failure of a file, or of something that WASI 0.2 takes for one.
pub fn code(failure: &Failure) -> Option<ErrorCode> {
    match &failure.code {
        Code::Filesystem(code) => Some(code.into()),
        Code::Cli(cli::ErrorCode::IllegalByteSequence) => Some(ErrorCode::IllegalByteSequence),
        Code::Cli(_) => Some(ErrorCode::Io),
        _ => None,
    }
}

/// The code of a write, or of a read that has not come to the end, whose stream ended.
pub fn code_of_end(error: &StreamError) -> ErrorCode {
    match error {
        StreamError::Closed => ErrorCode::Io,
        StreamError::LastOperationFailed(failure) => code(failure).unwrap_or(ErrorCode::Io),
    }
}
