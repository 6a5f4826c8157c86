//! Sockets that are let go of by an export whose functions can't wait.

use crate::library::Library;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};
use wasi_uplift_tests::host::Wasi;
use wasi_uplift_tests::{LinkMode, TIME_LIMIT, compose_sync};
use wasmtime::Result;
use wasmtime_wasi::WasiCtx;

const DOOR: &str = "test:parts/door";
const REST: &str = "test:parts/rest";

/// What happens to a listener and a connection around the drop of both in an export kept sync.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    /// Nothing: no operation was pending on them.
    Nothing,
    /// The guest had asked whether they are ready, so that an `accept` and a read were pending. After
    /// the drop, the host calls an export that is `async`.
    Rest,
    /// The same was pending, and ends by itself after the drop: a peer connects, and the other one
    /// sends a byte. The host calls only exports kept sync.
    News,
}

/// Drops a listener and a connection, and returns whether their peers see both closed.
async fn are_closed(component: &[u8], wasi: Wasi, then: Then) -> Result<bool> {
    let asks = then != Then::Nothing;
    let mut context = WasiCtx::builder();
    context.inherit_stderr().inherit_network().allow_tcp(true);
    let mut door = Library::new(component, wasi, context.build()).await;
    let (port,) = door.call::<_, (u16,)>(DOOR, "open", (asks,)).await.1?;
    let address = (Ipv4Addr::LOCALHOST, port);
    let mut inside = TcpStream::connect(address)?;
    inside.set_nonblocking(true)?;
    loop {
        let (is_in,) = door.call::<_, (bool,)>(DOOR, "let-in", (asks,)).await.1?;
        if is_in {
            break;
        }
        pause().await;
    }
    door.call::<_, ()>(DOOR, "shut", ()).await.1?;
    match then {
        Then::Nothing => {}
        Then::Rest => door.call::<_, ()>(REST, "nap", ()).await.1?,
        Then::News => _ = (inside.write(b"x")?, TcpStream::connect(address)),
    }
    let start = Instant::now();
    let (mut is_listening, mut is_connected) = (true, true);
    while start.elapsed() < TIME_LIMIT && (is_listening || is_connected) {
        // The host may take a moment.
        pause().await;
        if then == Then::News {
            door.call::<_, (u16,)>(DOOR, "open", (false,)).await.1?;
        }
        is_connected &= match inside.read(&mut [0]) {
            Ok(_) => false,
            Err(error) => error.kind() != ErrorKind::ConnectionReset,
        };
        is_listening &= match TcpStream::connect(address) {
            Ok(_) => true,
            Err(error) => error.kind() != ErrorKind::ConnectionRefused,
        };
    }
    Ok(!is_listening && !is_connected)
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// A sync task can't cancel a pending operation. So sockets with one are closed by the next task that
/// may wait, or once the operation has ended; others at once.
#[test]
fn what_is_let_go_of_in_an_export_kept_sync_is_closed() {
    let guest = Path::new(env!("OUT_DIR")).join("guests/parts_door.wasm");
    let guest = std::fs::read(guest).unwrap();
    let uplifted = compose_sync(&guest, LinkMode::Fused, DOOR);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for then in [Then::Nothing, Then::Rest, Then::News] {
        for (component, wasi) in [(&guest, Wasi::V0_2), (&uplifted, Wasi::V0_3)] {
            let are_closed = are_closed(component, wasi, then);
            assert!(runtime.block_on(are_closed).unwrap(), "{wasi:?}: {then:?}");
        }
    }
}
