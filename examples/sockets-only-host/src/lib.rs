//! An example for authors of hosts: Wasmtime with WASI 0.3 **sockets** and the
//! little that a command needs besides, all in the snapshot
//! `0.3.0-rc-2026-02-09`.
//!
//! Nothing of WASI 0.2 is here, and of WASI 0.3 neither files nor HTTP. A
//! program built for the sockets of WASI 0.2 runs on this host all the same,
//! once `wasi-uplift` has made it a program of this snapshot. A component that
//! imports anything else does not start, and Wasmtime says what is missing.
//!
//! ```text
//! wasi-uplift compose old.wasm --target 0.3.0-rc-2026-02-09 --output new.wasm
//! sockets-only-host new.wasm --env NAME=VALUE -- some arguments
//! ```
//!
//! The program's exit code is the host's, but for 125, when it could not be
//! started, and 134, when it trapped. The sockets are those of Unix.
//!
//! # What a host implements
//!
//! `bindgen!` turns the WIT files into a trait for each interface ([`bindings`]).
//! There is one module for each, and [`add_to_linker`] puts them together:
//!
//! | interface | module |
//! |---|---|
//! | `wasi:sockets/types` | [`sockets`], [`sockets::tcp`], [`sockets::udp`] |
//! | `wasi:sockets/ip-name-lookup` | [`sockets::lookup`] |
//! | `wasi:clocks` | [`clocks`] |
//! | `wasi:random` | [`random`] |
//! | `wasi:cli`: environment, exit, terminals | [`cli`] |
//! | `wasi:cli`: stdin, stdout, stderr | [`cli::stdin`], [`cli::stdout`] |
//!
//! Each function is of one of three kinds:
//! - A plain one gets the host's own data, `&mut State`, and returns.
//! - An `async` one gets an [`Accessor`]. It may take the data for a moment,
//!   within [`Accessor::with`], but can't hold on to it while it waits, as other
//!   functions run meanwhile. So it first takes out what it waits for, here an
//!   `Arc` of the socket.
//! - One that makes a stream or a future gets an [`Access`], through which the
//!   store is reached as well as the data.
//!
//! # How streams work
//!
//! A stream that the host writes is a [`StreamProducer`]: whenever the guest
//! reads, `poll_produce` is called until it has something, as any `poll` is. A
//! stream that the host reads is a [`StreamConsumer`], the other way round.
//! Either can work right on the guest's memory, as [`sockets::tcp`] does. Three
//! things to know:
//! - With `finish` the guest takes its read or write back: answer `Cancelled`
//!   instead of waiting.
//! - A read or write of no bytes is a question: is there something to read, is
//!   there space to write?
//! - When the guest drops its end, the producer or consumer is dropped. That is
//!   where TCP shuts down the direction, and where the future gets its `ok`.
//!
//! # Restricting the network
//!
//! Any address can be used here, and any name looked up. [`State::allow_address`]
//! is asked about every address that a socket is bound to, connected to, sends
//! to or receives from; [`State::allow_lookup`] about every name. Nothing but
//! loopback is, for example:
//!
//! ```
//! # use std::sync::Arc;
//! let mut state = sockets_only_host::State::new();
//! state.allow_address = Arc::new(|address| address.ip().is_loopback());
//! state.allow_lookup = Arc::new(|name| name == "localhost");
//! ```
//!
//! [`Access`]: wasmtime::component::Access
//! [`Accessor`]: wasmtime::component::Accessor
//! [`Accessor::with`]: wasmtime::component::Accessor::with
//! [`StreamConsumer`]: wasmtime::component::StreamConsumer
//! [`StreamProducer`]: wasmtime::component::StreamProducer

pub mod cli;
pub mod clocks;
mod end;
pub mod program;
pub mod random;
pub mod sockets;

/// What `bindgen!` makes of the WIT files in `wit/`.
#[allow(missing_docs)]
pub mod bindings {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "command",
        imports: {
            // `store`: with access to the store, to make a stream or a future.
            "wasi:cli/stdin": store | trappable,
            "wasi:cli/stdout": store | trappable,
            "wasi:cli/stderr": store | trappable,
            "wasi:sockets/types.[method]tcp-socket.listen": store | trappable,
            "wasi:sockets/types.[method]tcp-socket.send": store | trappable,
            "wasi:sockets/types.[method]tcp-socket.receive": store | trappable,
            // `trappable`: a function can also end the guest, by an error that
            // is not in its type.
            default: trappable,
        },
        exports: { default: async | store },
        with: {
            "wasi:sockets/types.tcp-socket": crate::sockets::tcp::TcpSocket,
            "wasi:sockets/types.udp-socket": crate::sockets::udp::UdpSocket,
        },
        trappable_error_type: {
            "wasi:sockets/types.error-code" => crate::sockets::SocketError,
        },
    });
}

use bindings::{Command, CommandPre};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::io::Stdin;
use wasmtime::component::{Component, HasData, Linker, ResourceTable};
use wasmtime::{Result, Store};

/// All that the host keeps for one running component.
pub struct State {
    /// What the guest gets as its arguments, its own name first.
    pub arguments: Vec<String>,
    /// What the guest gets as its environment.
    pub environment: Vec<(String, String)>,
    /// Whether a socket may deal with this address.
    pub allow_address: Arc<dyn Fn(SocketAddr) -> bool + Send + Sync>,
    /// Whether this name may be looked up.
    pub allow_lookup: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// The sockets, by the numbers that the guest's handles stand for.
    table: ResourceTable,
    /// One for all streams of stdin, as it may hold what it has read ahead.
    stdin: Arc<Mutex<Stdin>>,
    /// The monotonic clock's zero.
    start: Instant,
    /// What `insecure-seed` answers.
    insecure_seed: (u64, u64),
}

/// Tells the bindings that what they need of the store's data is all of it.
pub struct Wasi;

impl HasData for Wasi {
    type Data<'a> = &'a mut State;
}

impl State {
    /// A guest without arguments and environment, and without restrictions.
    pub fn new() -> Self {
        Self {
            arguments: Vec::new(),
            environment: Vec::new(),
            allow_address: Arc::new(|_| true),
            allow_lookup: Arc::new(|_| true),
            table: ResourceTable::new(),
            stdin: Arc::new(Mutex::new(tokio::io::stdin())),
            start: Instant::now(),
            insecure_seed: random::seed(),
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

/// Puts all that this host ships into `linker`, for stores whose data has a [`State`].
pub fn add_to_linker<T: Send>(
    linker: &mut Linker<T>,
    state: fn(&mut T) -> &mut State,
) -> Result<()> {
    // The one function that is not stable yet: with it, a guest's exit code is
    // more than a yes or no.
    let mut unstable = bindings::LinkOptions::default();
    unstable.cli_exit_with_code(true);
    Command::add_to_linker::<_, Wasi>(linker, &unstable, state)
}

/// Looks up all imports of a component.
///
/// # Errors
///
/// When the component imports anything that this host does not ship, or when it is not a command,
/// which exports `wasi:cli/run`.
pub fn link(component: &Component) -> Result<CommandPre<State>> {
    let mut linker = Linker::new(component.engine());
    add_to_linker(&mut linker, |state| state)?;
    CommandPre::new(linker.instantiate_pre(component)?)
}

/// Runs a command to its end, within a Tokio runtime.
///
/// # Errors
///
/// When the guest traps, or, then the error is a [`cli::Exit`], calls `exit`.
pub async fn run(command: &CommandPre<State>, state: State) -> Result<Result<(), ()>> {
    let mut store = Store::new(command.engine(), state);
    let command = command.instantiate_async(&mut store).await?;
    // Runs the guest's call together with all that it starts in the host.
    store
        .run_concurrent(async |accessor| command.wasi_cli_run().call_run(accessor).await)
        .await?
}
