//! The error codes of `wasi:filesystem`.

use crate::bindings::exports::wasi::filesystem0_2_12::types::ErrorCode;
use crate::bindings::wasi::filesystem0_3_0::types::ErrorCode as P3;

/// Declares the table of codes, in the order of WASI 0.3.
macro_rules! codes {
    ($( $code:ident $name:literal )*) => {
        impl From<P3> for ErrorCode {
            fn from(code: P3) -> Self {
                match code {
                    $( P3::$code => Self::$code, )*
                    // What has no code of its own is an I/O error to WASI 0.2.
                    P3::Other(_) => Self::Io,
                }
            }
        }

        /// The codes by their index in WASI 0.3, where they are lowered to that.
        const CODES: &[(ErrorCode, &str)] = &[
            $( (ErrorCode::$code, concat!("wasi:filesystem error-code ", $name)), )*
        ];
    };
}

codes! {
    Access "access"
    Already "already"
    BadDescriptor "bad-descriptor"
    Busy "busy"
    Deadlock "deadlock"
    Quota "quota"
    Exist "exist"
    FileTooLarge "file-too-large"
    IllegalByteSequence "illegal-byte-sequence"
    InProgress "in-progress"
    Interrupted "interrupted"
    Invalid "invalid"
    Io "io"
    IsDirectory "is-directory"
    Loop "loop"
    TooManyLinks "too-many-links"
    MessageSize "message-size"
    NameTooLong "name-too-long"
    NoDevice "no-device"
    NoEntry "no-entry"
    NoLock "no-lock"
    InsufficientMemory "insufficient-memory"
    InsufficientSpace "insufficient-space"
    NotDirectory "not-directory"
    NotEmpty "not-empty"
    NotRecoverable "not-recoverable"
    Unsupported "unsupported"
    NoTty "no-tty"
    NoSuchDevice "no-such-device"
    Overflow "overflow"
    NotPermitted "not-permitted"
    Pipe "pipe"
    ReadOnly "read-only"
    InvalidSeek "invalid-seek"
    TextFileBusy "text-file-busy"
    CrossDevice "cross-device"
}

/// The code that WASI 0.3 has lowered to `index`, and its name.
pub fn lowered(index: u8) -> (ErrorCode, &'static str) {
    let other = (ErrorCode::Io, "wasi:filesystem error-code other");
    CODES.get(index as usize).copied().unwrap_or(other)
}
