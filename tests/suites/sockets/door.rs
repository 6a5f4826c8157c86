//! Sockets that are let go of by an export whose functions can't wait.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};
use wasi_uplift_tests::host::{self, Wasi};
use wasi_uplift_tests::{LinkMode, State, TIME_LIMIT, compose_sync};
use wasmtime::component::{ComponentNamedList, Instance, Lift, Lower};
use wasmtime::{Result, Store};
use wasmtime_wasi::WasiCtx;

const DOOR: &str = "test:parts/door";
const REST: &str = "test:parts/rest";

/// The library that listens, on a host.
struct Door {
    store: Store<State>,
    instance: Instance,
}

impl Door {
    async fn new(component: &[u8], wasi: Wasi) -> Result<Self> {
        let engine = host::engine();
        let linker = host::linker(wasi, &engine)?;
        let component = host::compiled(&engine, component)?;
        let mut context = WasiCtx::builder();
        context.inherit_stderr().inherit_network().allow_tcp(true);
        let mut store = Store::new(&engine, State::new(context.build()));
        let instance = linker.instantiate_async(&mut store, &component).await?;
        Ok(Door { store, instance })
    }

    async fn call<P, R>(&mut self, interface: &str, name: &str, params: P) -> Result<R>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: ComponentNamedList + Lift + Send + Sync + 'static,
    {
        let store = &mut self.store;
        let of = self.instance.get_export_index(&mut *store, None, interface);
        let index = self
            .instance
            .get_export_index(&mut *store, of.as_ref(), name);
        let index = index.expect("the library has this function");
        let function = self.instance.get_typed_func::<P, R>(&mut *store, index)?;
        function.call_async(store, params).await
    }
}

/// What the guest has asked of its sockets when it lets go of them, and what comes then.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    /// Nothing, and nothing.
    Nothing,
    /// Readiness, which nobody waits for any more. Something that may wait is called.
    Rest,
    /// Readiness. There is news of all, and nothing that may wait is called.
    News,
}

/// Whether sockets that the guest lets go of are closed.
async fn are_closed(component: &[u8], wasi: Wasi, then: Then) -> Result<bool> {
    let asks = then != Then::Nothing;
    let mut door = Door::new(component, wasi).await?;
    let (port,): (u16,) = door.call(DOOR, "open", (asks,)).await?;
    let address = (Ipv4Addr::LOCALHOST, port);
    let mut inside = TcpStream::connect(address)?;
    inside.set_nonblocking(true)?;
    loop {
        let (is_in,): (bool,) = door.call(DOOR, "let-in", (asks,)).await?;
        if is_in {
            break;
        }
        pause().await;
    }
    let () = door.call(DOOR, "shut", ()).await?;
    match then {
        Then::Nothing => {}
        Then::Rest => door.call(REST, "nap", ()).await?,
        Then::News => _ = (inside.write(b"x")?, TcpStream::connect(address)),
    }
    let start = Instant::now();
    let (mut is_listening, mut is_connected) = (true, true);
    while start.elapsed() < TIME_LIMIT && (is_listening || is_connected) {
        // The host may take a moment.
        pause().await;
        if then == Then::News {
            let _: (u16,) = door.call(DOOR, "open", (false,)).await?;
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

/// What is being waited for can't be called off from where nothing may wait.
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
