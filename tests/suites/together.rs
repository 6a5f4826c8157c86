//! Two guests in one store, of which one waits.
//!
//! To a host of WASI 0.2, a guest that waits is a call that has not returned, and while it lasts
//! nobody else has the store. Uplifted, the guest is a task that is suspended, and others go on.

use std::sync::Arc;
use tokio::io::DuplexStream;
use tokio::sync::Mutex;
use tokio::task;
use wasi_uplift_tests::host::{self, Wasi};
use wasi_uplift_tests::{Guest, MODES, State, uplifted_bytes};
use wasmtime::component::Component;
use wasmtime::{Engine, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::cli::AsyncStdinStream;
use wasmtime_wasi::p2::bindings::CommandPre as P2CommandPre;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::p3::bindings::CommandPre;

/// What the guest prints that reads its stdin to the end, in `poll`.
const WAITED: &str = "\"\", then closed\n";

/// What the other guest prints.
const WENT_ON: &str = "argument \"guest\"\nargument \"all-by-poll\"\ncwd None\n";

/// A store for both guests, the end of their stdin, and their stdout.
fn store(engine: &Engine) -> (Store<State>, DuplexStream, MemoryOutputPipe) {
    let (feed, stdin) = tokio::io::duplex(1);
    let stdout = MemoryOutputPipe::new(1 << 10);
    let ctx = WasiCtxBuilder::new()
        .stdin(AsyncStdinStream::new(stdin))
        .stdout(stdout.clone())
        .args(&["guest", "all-by-poll"])
        .build();
    (Store::new(engine, State::new(ctx)), feed, stdout)
}

/// The guest that waits, and the other.
fn guests() -> [Guest; 2] {
    ["stdin", "environment"].map(|name| Guest::named(name).unwrap())
}

#[tokio::test]
async fn a_guest_that_waits_holds_nobody_up() {
    for mode in MODES {
        let engine = Engine::default();
        let linker = host::linker(Wasi::V0_3, &engine).unwrap();
        let (mut store, feed, stdout) = store(&engine);
        let mut commands = Vec::new();
        for guest in guests() {
            let bytes = uplifted_bytes(guest, mode);
            let component = host::compiled(&engine, &bytes).unwrap();
            let pre = CommandPre::new(linker.instantiate_pre(&component).unwrap()).unwrap();
            commands.push(pre.instantiate_async(&mut store).await.unwrap());
        }
        let both = async |store: &wasmtime::component::Accessor<State>| {
            let waits = commands[0].wasi_cli_run().call_run(store);
            let goes_on = async {
                let outcome = commands[1].wasi_cli_run().call_run(store).await;
                assert_eq!(stdout.contents(), WENT_ON, "{mode}");
                // Only now is there an end of what the first guest waits for.
                drop(feed);
                outcome
            };
            tokio::join!(waits, goes_on)
        };
        let (waited, went_on) = store.run_concurrent(both).await.unwrap();
        waited.unwrap().unwrap();
        went_on.unwrap().unwrap();
        assert_eq!(stdout.contents(), format!("{WENT_ON}{WAITED}"), "{mode}");
    }
}

#[tokio::test]
async fn as_it_is_it_holds_up_everybody() {
    let engine = Engine::default();
    let linker = host::linker(Wasi::V0_2, &engine).unwrap();
    let (mut store, feed, stdout) = store(&engine);
    let mut commands = Vec::new();
    for guest in guests() {
        let component: Component = host::compiled(&engine, &guest.bytes()).unwrap();
        let pre = P2CommandPre::new(linker.instantiate_pre(&component).unwrap()).unwrap();
        commands.push(pre.instantiate_async(&mut store).await.unwrap());
    }
    // There is no way to call the second without having the store for oneself.
    let store = Arc::new(Mutex::new(store));
    let mut tasks = Vec::new();
    for command in commands {
        let store = store.clone();
        tasks.push(task::spawn(async move {
            let mut store = store.lock().await;
            command.wasi_cli_run().call_run(&mut *store).await
        }));
    }
    for _ in 0..1000 {
        task::yield_now().await;
    }
    assert_eq!(stdout.contents(), "", "the second has not begun");
    drop(feed);
    for task in tasks {
        task.await.unwrap().unwrap().unwrap();
    }
    assert_eq!(stdout.contents(), format!("{WAITED}{WENT_ON}"));
}
