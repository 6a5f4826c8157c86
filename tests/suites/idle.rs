//! A guest that waits costs nothing, however long it waits, and little for each thing that it waits
//! for.

use std::future::poll_fn;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use wasi_uplift_tests::events::wait_until;
use wasi_uplift_tests::host::{self, Wasi};
use wasi_uplift_tests::{Guest, LinkMode, MODES, State, uplifted_bytes};
use wasmtime::{Config, Engine, Result, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::cli::AsyncStdinStream;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::p3::bindings::CommandPre;

/// The work that a run takes.
#[derive(Clone, Copy, Debug)]
struct Work {
    /// The units of fuel that the guest and the adapter use, about one for each instruction.
    fuel: u64,
    /// The number of times that the host's future is polled.
    polls: usize,
}

#[test]
fn waiting_longer_takes_no_more_work() {
    for mode in MODES {
        let short = wait(mode, 100);
        let long = wait(mode, 500);
        // A guest that asks again and again uses millions.
        let is_same = long.fuel <= short.fuel + 10_000 && long.polls <= short.polls + 10;
        assert!(is_same, "{mode}: {short:?}, {long:?}");
    }
}

/// Runs a guest that waits, in one `poll`, for a stdin that gives nothing and for a timer.
fn wait(mode: LinkMode, milliseconds: u64) -> Work {
    let guest = Guest::named("interleaved").unwrap();
    let mut config = Config::new();
    config.consume_fuel(true);
    let engine = Engine::new(&config).unwrap();
    let component = host::compiled(&engine, &uplifted_bytes(guest, mode)).unwrap();
    let pre = host::linker(Wasi::V0_3, &engine)
        .unwrap()
        .instantiate_pre(&component);
    let command = CommandPre::new(pre.unwrap()).unwrap();

    let (_silent, stdin) = tokio::io::duplex(1);
    let stdout = MemoryOutputPipe::new(1 << 10);
    let ctx = WasiCtxBuilder::new()
        .stdin(AsyncStdinStream::new(stdin))
        .stdout(stdout.clone())
        .args(&["guest", "idle", &milliseconds.to_string()])
        .build();
    let mut store = Store::new(&engine, State::new(ctx));
    store.set_fuel(u64::MAX).unwrap();
    let polls = AtomicUsize::new(0);
    let run = async {
        let command = command.instantiate_async(&mut store).await?;
        let run = store.run_concurrent(async |store| command.wasi_cli_run().call_run(store).await);
        let mut run = pin!(run);
        poll_fn(|context| {
            polls.fetch_add(1, Ordering::Relaxed);
            run.as_mut().poll(context)
        })
        .await?
    };
    let outcome: Result<Result<(), ()>> = tokio::runtime::Runtime::new().unwrap().block_on(run);
    outcome.unwrap().unwrap();
    assert_eq!(stdout.contents(), "poll [1]\n");
    Work {
        fuel: u64::MAX - store.get_fuel().unwrap(),
        polls: polls.into_inner(),
    }
}

/// The number of connections that a guest waits for.
const CONNECTIONS: usize = 400;

/// The limit of each memory: its initial size, some buffers, and 1 KiB for each connection.
const MEMORY: usize = 2 << 20;

/// A guest may wait for many connections at once that bring nothing.
#[test]
fn idle_connections_take_little_memory() {
    for mode in MODES {
        let guest = Guest::named("stable-tcp-echo").unwrap();
        let engine = Engine::default();
        let component = host::compiled(&engine, &uplifted_bytes(guest, mode)).unwrap();
        let pre = host::linker(Wasi::V0_3, &engine)
            .unwrap()
            .instantiate_pre(&component);
        let command = CommandPre::new(pre.unwrap()).unwrap();
        let stdout = MemoryOutputPipe::new(1 << 10);
        let ctx = WasiCtxBuilder::new()
            .stdout(stdout.clone())
            .inherit_network()
            .allow_tcp(true)
            .args(&["guest", "ipv4", &CONNECTIONS.to_string()])
            .build();
        let mut store = State::with_memory(ctx, MEMORY).into_store(&engine);
        let peers = thread::spawn({
            let stdout = stdout.clone();
            move || be_idle(&stdout)
        });
        let run = async {
            let command = command.instantiate_async(&mut store).await?;
            let run = async |store: &_| command.wasi_cli_run().call_run(store).await;
            store.run_concurrent(run).await?
        };
        let outcome: Result<Result<(), ()>> = tokio::runtime::Runtime::new().unwrap().block_on(run);
        outcome.unwrap().unwrap();
        peers.join().unwrap();
    }
}

/// Connects to the guest that has printed its port, and says something on the last connection only.
fn be_idle(stdout: &MemoryOutputPipe) {
    wait_until("the guest prints its port", || {
        stdout.contents().ends_with(b"\n")
    });
    let line = String::from_utf8(stdout.contents().to_vec()).unwrap();
    let port: u16 = line.trim().trim_start_matches("port ").parse().unwrap();
    let connect = |_| TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut streams: Vec<_> = (0..CONNECTIONS).map(connect).collect();
    // Connections are accepted in their order.
    let last = streams.last_mut().unwrap();
    last.write_all(b"x").unwrap();
    last.read_exact(&mut [0]).unwrap();
    for stream in &streams {
        stream.shutdown(Shutdown::Write).unwrap();
    }
    for stream in &mut streams {
        assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    }
}
