//! Arguments as words.

use crate::fnv::pattern;
use crate::wasi::clocks::wall_clock::Datetime;
use crate::wasi::filesystem::types::{Advice, DescriptorFlags, NewTimestamp, OpenFlags, PathFlags};
use crate::wasi::sockets::network::IpAddressFamily;
use crate::wasi::sockets::tcp::ShutdownType;

/// A value that is one word of an operation.
pub trait Argument: Sized {
    /// Parses the word.
    fn parse(word: &str) -> Option<Self>;
}

macro_rules! numbers {
    ($( $ty:ty ),*) => {
        $( impl Argument for $ty {
            fn parse(word: &str) -> Option<Self> {
                word.parse().ok()
            }
        } )*
    };
}

numbers!(u8, u16, u32, u64, bool);

/// Text, with `""` for none and `*N` at the end for the word N times.
impl Argument for String {
    fn parse(word: &str) -> Option<Self> {
        Some(match word.rsplit_once('*') {
            Some((word, times)) => word.repeat(times.parse().ok()?),
            None if word == "\"\"" => String::new(),
            None => word.into(),
        })
    }
}

/// Text, or `%N` for N bytes of a pattern.
impl Argument for Vec<u8> {
    fn parse(word: &str) -> Option<Self> {
        match word.strip_prefix('%') {
            Some(len) => Some((0..len.parse().ok()?).map(pattern).collect()),
            None => String::parse(word).map(String::into_bytes),
        }
    }
}

/// `none`, or the value.
impl<A: Argument> Argument for Option<A> {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "none" => Some(None),
            _ => A::parse(word).map(Some),
        }
    }
}

/// Parses flags: `-`, or their letters.
fn flags<F: std::ops::BitOr<Output = F> + Copy>(
    word: &str,
    empty: F,
    letters: &[(char, F)],
) -> Option<F> {
    let mut flags = empty;
    for letter in word.chars().filter(|letter| *letter != '-') {
        let (_, flag) = letters.iter().find(|(known, _)| *known == letter)?;
        flags = flags | *flag;
    }
    Some(flags)
}

impl Argument for PathFlags {
    fn parse(word: &str) -> Option<Self> {
        flags(word, Self::empty(), &[('f', Self::SYMLINK_FOLLOW)])
    }
}

impl Argument for OpenFlags {
    fn parse(word: &str) -> Option<Self> {
        let letters = [
            ('c', Self::CREATE),
            ('d', Self::DIRECTORY),
            ('x', Self::EXCLUSIVE),
            ('t', Self::TRUNCATE),
        ];
        flags(word, Self::empty(), &letters)
    }
}

impl Argument for DescriptorFlags {
    fn parse(word: &str) -> Option<Self> {
        let letters = [
            ('r', Self::READ),
            ('w', Self::WRITE),
            ('f', Self::FILE_INTEGRITY_SYNC),
            ('d', Self::DATA_INTEGRITY_SYNC),
            ('s', Self::REQUESTED_WRITE_SYNC),
            ('m', Self::MUTATE_DIRECTORY),
        ];
        flags(word, Self::empty(), &letters)
    }
}

impl Argument for Advice {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "normal" => Self::Normal,
            "sequential" => Self::Sequential,
            "random" => Self::Random,
            "will-need" => Self::WillNeed,
            "dont-need" => Self::DontNeed,
            "no-reuse" => Self::NoReuse,
            _ => return None,
        })
    }
}

impl Argument for IpAddressFamily {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "ipv4" => Some(Self::Ipv4),
            "ipv6" => Some(Self::Ipv6),
            _ => None,
        }
    }
}

impl Argument for ShutdownType {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "receive" => Some(Self::Receive),
            "send" => Some(Self::Send),
            "both" => Some(Self::Both),
            _ => None,
        }
    }
}

/// `same`, `now`, or `SECONDS.NANOSECONDS`.
impl Argument for NewTimestamp {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "same" => Self::NoChange,
            "now" => Self::Now,
            _ => {
                let (seconds, nanoseconds) = word.split_once('.')?;
                Self::Timestamp(Datetime {
                    seconds: seconds.parse().ok()?,
                    nanoseconds: nanoseconds.parse().ok()?,
                })
            }
        })
    }
}
