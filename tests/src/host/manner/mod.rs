//! Manners: ways to answer that WASI 0.3 allows a host, and that Wasmtime's own hosts don't have.
//!
//! The functions of WASI 0.3 that wait, or that take or give streams, are Wasmtime's, with something
//! in front of them: what goes through a stream is passed on in other pieces, answers come after some
//! turns, results of streams come before their last item or long after, and some calls fail.

use super::State;
use crate::LinkMode;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use wasmtime::Result;
use wasmtime::component::Linker;

/// Puts turns, and failures, in front of functions that wait. Each line is a function's name in WIT, and
/// the one of a trait that has it, with its parameters.
macro_rules! slow {
    (
        $manner:expr, $instance:expr, $data:ty, $getter:expr, $failure:expr;
        $( $name:literal => $of:ident::$function:ident($( $arg:ident: $ty:ty ),*); )*
    ) => {
        $(
            let manner = $manner.clone();
            $instance.func_wrap_concurrent(
                $name,
                move |store: &wasmtime::component::Accessor<$crate::State>, ($( $arg, )*): ($( $ty, )*)| {
                    let manner = manner.clone();
                    Box::pin(async move {
                        $crate::host::manner::turns::Turns(manner.next_turns()).await;
                        if manner.fails() {
                            return Ok((Err($failure),));
                        }
                        let store = store.with_getter::<$data>($getter);
                        let answer = <$data as $of<$crate::State>>::$function(&store, $( $arg ),*).await;
                        $crate::host::manner::turns::Turns(manner.next_turns()).await;
                        Ok((match answer {
                            Ok(value) => Ok(value),
                            Err(error) => Err(error.downcast()?),
                        },))
                    })
                },
            )?;
        )*
    };
}

mod cli;
mod filesystem;
mod http;
mod sockets;
mod stream;
mod turns;

/// The number of items after which a stream that has few of them fails.
const FEW: usize = 2;

/// How a host answers.
#[derive(Clone, Debug)]
pub struct Manner {
    /// The most items that a stream passes on at once; any number from one to that. It grows with
    /// what has been passed on, so that long streams end.
    piece: usize,
    /// The most turns that an answer takes.
    turns: u64,
    /// When the result of a stream comes.
    results: Results,
    /// Which calls fail.
    failing: Failing,
    /// The number of calls that were made and could have failed.
    calls: Arc<AtomicU64>,
    /// The number of items after which each stream fails.
    closing: Option<usize>,
    /// A stream passes on nothing until it has ended.
    holds: bool,
    /// What is different each time is made of this.
    random: Arc<AtomicU64>,
}

/// Which calls fail, of those that can.
#[derive(Clone, Copy, Debug)]
enum Failing {
    None,
    /// One in so many, at random.
    OneIn(u64),
    /// The one before which so many were made.
    After(u64),
}

/// When the result of a stream comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Results {
    /// As soon as it is known, which may be before the last items are taken.
    Early,
    /// Some turns after the end of the stream.
    Late,
    /// Either.
    Any,
}

impl Manner {
    /// The manners that change hardly any outcome, by their names for [`str::parse`], each with the
    /// link mode of the guests that are tried in it.
    pub const HARMLESS: [(&str, LinkMode); 3] = [
        ("any:1", LinkMode::Component),
        ("bytewise", LinkMode::Fused),
        ("late", LinkMode::Fused),
    ];

    fn new(piece: usize, turns: u64, results: Results, seed: u64) -> Self {
        Self {
            piece,
            turns,
            results,
            failing: Failing::None,
            calls: Arc::default(),
            closing: None,
            holds: false,
            random: Arc::new(AtomicU64::new(seed)),
        }
    }

    /// Returns a number below another, of which each is as likely.
    fn below(&self, limit: u64) -> u64 {
        let mut value = self.random.fetch_add(0x9e37_79b9_7f4a_7c15, Relaxed);
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ (value >> 31)) % limit.max(1)
    }

    /// Returns the most items for the next piece of a stream that has passed on some.
    fn next_piece(&self, passed: usize) -> usize {
        1 + self.below(self.piece.max(passed / 8) as u64) as usize
    }

    /// Returns the number of turns for the next answer.
    fn next_turns(&self) -> u64 {
        self.below(self.turns + 1)
    }

    /// Counts a call, and returns `true` if it is to fail.
    fn fails(&self) -> bool {
        let before = self.calls.fetch_add(1, Relaxed);
        match self.failing {
            Failing::None => false,
            Failing::OneIn(calls) => self.below(calls) == 0,
            Failing::After(calls) => before == calls,
        }
    }

    /// Returns the number of calls that were made and could have failed.
    pub fn calls(&self) -> u64 {
        self.calls.load(Relaxed)
    }

    /// Returns `true` if the result of the next stream is to come after its end.
    fn is_late(&self) -> bool {
        match self.results {
            Results::Early => false,
            Results::Late => true,
            Results::Any => self.below(2) == 0,
        }
    }

    /// Returns the manner for streams that have few items.
    fn of_few(&self) -> Self {
        Self {
            closing: self.closing.map(|_| FEW),
            ..self.clone()
        }
    }

    /// Returns the manner for streams that write to files: where results are late, so are writes,
    /// which begin when the stream has ended.
    fn of_writes(&self) -> Self {
        Self {
            holds: self.results == Results::Late,
            ..self.clone()
        }
    }

    /// Puts the manner in front of what a linker has.
    pub fn add_to_linker(&self, linker: &mut Linker<State>) -> Result<()> {
        linker.allow_shadowing(true);
        cli::add_to_linker(self, linker)?;
        filesystem::add_to_linker(self, linker)?;
        sockets::add_to_linker(self, linker)?;
        http::add_to_linker(self, linker)?;
        linker.allow_shadowing(false);
        Ok(())
    }
}

impl FromStr for Manner {
    type Err = String;

    /// Reads a name, after which a number may come.
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let (name, number) = text.split_once(':').unwrap_or((text, "1"));
        let number: u64 = number.parse().map_err(|e| format!("{text:?}: {e}"))?;
        let any = || Self::new(64, 3, Results::Any, number);
        match name {
            "bytewise" => Ok(Self::new(1, 0, Results::Early, number)),
            "late" => Ok(Self::new(usize::MAX, 8, Results::Late, number)),
            "any" => Ok(any()),
            "failing" => Ok(Self {
                failing: Failing::OneIn(8),
                ..any()
            }),
            "after" => Ok(Self {
                failing: Failing::After(number),
                ..Self::new(usize::MAX, 0, Results::Early, number)
            }),
            "closing" => Ok(Self {
                closing: Some(40),
                ..any()
            }),
            _ => Err(format!("no manner is called {name:?}")),
        }
    }
}
