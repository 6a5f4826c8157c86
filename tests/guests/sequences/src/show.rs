//! Results as text that is the same in every run.

use crate::fnv::Fnv;
use crate::operation::Operation;
use crate::table::Resource;
use crate::wasi::clocks::wall_clock::Datetime;
use crate::wasi::filesystem::types::{
    self, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, filesystem_error_code,
};
use crate::wasi::io::streams::StreamError;

/// The length in bytes above which bytes are shown as their hash.
const LONGEST: usize = 64;

/// The times that operations set are before this one, and those of the machine are after it.
const PAST: u64 = 1_500_000_000;

/// A result.
pub trait Show {
    /// Returns the text. Resources go to the operation's slot.
    fn show(self, operation: &Operation) -> String;
}

impl<T: Resource> Show for T {
    fn show(self, operation: &Operation) -> String {
        operation.keep(self);
        "made".into()
    }
}

/// A value of which all is shown.
pub struct Plain<T>(pub T);

impl<T: std::fmt::Debug> Show for Plain<T> {
    fn show(self, _: &Operation) -> String {
        format!("{:?}", self.0)
    }
}

impl<T: Show, E: Show> Show for Result<T, E> {
    fn show(self, operation: &Operation) -> String {
        match self {
            Ok(value) => value.show(operation),
            Err(error) => format!("error {}", error.show(operation)),
        }
    }
}

impl<T: Show> Show for Option<T> {
    fn show(self, operation: &Operation) -> String {
        self.map_or("none".into(), |value| value.show(operation))
    }
}

impl<A: Show, B: Show> Show for (A, B) {
    fn show(self, operation: &Operation) -> String {
        let first = self.0.show(operation);
        format!("{first}, {}", self.1.show(operation))
    }
}

macro_rules! plain {
    ($( $ty:ty ),* $(,)?) => {
        $( impl Show for $ty {
            fn show(self, _: &Operation) -> String {
                format!("{self:?}")
            }
        } )*
    };
}

plain!(bool, u8, u16, u32, u64, DescriptorFlags, DescriptorType);

impl Show for () {
    fn show(self, _: &Operation) -> String {
        "ok".into()
    }
}

impl Show for String {
    fn show(self, operation: &Operation) -> String {
        self.into_bytes().show(operation)
    }
}

impl Show for Vec<u8> {
    fn show(self, _: &Operation) -> String {
        if self.len() <= LONGEST {
            return format!("\"{}\"", self.escape_ascii());
        }
        let mut hash = Fnv::default();
        hash.update(&self);
        format!("{} bytes {:016x}", self.len(), hash.finish())
    }
}

impl Show for StreamError {
    fn show(self, _: &Operation) -> String {
        match self {
            Self::Closed => "closed".into(),
            Self::LastOperationFailed(error) => {
                assert!(!error.to_debug_string().is_empty());
                let code = filesystem_error_code(&error).map(|code| code.name());
                format!("failed {}", code.unwrap_or("without a code"))
            }
        }
    }
}

impl Show for types::ErrorCode {
    fn show(self, _: &Operation) -> String {
        self.name().into()
    }
}

impl Show for Datetime {
    fn show(self, _: &Operation) -> String {
        match self.seconds {
            ..PAST => format!("{}.{:09}", self.seconds, self.nanoseconds),
            _ => "now".into(),
        }
    }
}

impl Show for DescriptorStat {
    fn show(self, operation: &Operation) -> String {
        let of = format!("{:?}", self.type_);
        // Those of a directory are the business of the file system.
        let size = match self.type_ {
            DescriptorType::Directory => String::new(),
            _ => format!(" {} bytes {} links", self.size, self.link_count),
        };
        let accessed = self.data_access_timestamp.show(operation);
        let modified = self.data_modification_timestamp.show(operation);
        let changed = self.status_change_timestamp.show(operation);
        format!("{of}{size} {accessed} {modified} {changed}")
    }
}

impl Show for DirectoryEntry {
    fn show(self, _: &Operation) -> String {
        format!("{:?} {}", self.type_, self.name)
    }
}
