//! Exports that are no business of WASI: what becomes of them, and whether a host can call them.

use wasi_uplift::{Error, LinkMode, Options, compose};
use wasmtime::component::{
    Component, ComponentNamedList, Instance, Lift, Linker, Lower, ResourceTable,
};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

const TIMER: &str = "example:timer/timer";

const MODES: [LinkMode; 2] = [LinkMode::Fused, LinkMode::Component];

/// A library with an export that asks the time, one that asks whether a timer has run out, and one
/// that waits until it has.
const LIBRARY: &str = r#"(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.ready" (func (param "self" (borrow $pollable)) (result bool)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
  ))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (export "now" (func (result u64)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))
  ))
  (core func $now (canon lower (func $clock "now")))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core func $ready (canon lower (func $poll "[method]pollable.ready")))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $drop (canon resource.drop $pollable))
  (core module $m
    (import "" "now" (func $now (result i64)))
    (import "" "subscribe" (func $subscribe (param i64) (result i32)))
    (import "" "ready" (func $ready (param i32) (result i32)))
    (import "" "block" (func $block (param i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "now") (result i64) call $now)
    (func (export "is-over") (param i64) (result i32) (local $timer i32)
      (local.set $timer (call $subscribe (local.get 0)))
      (call $ready (local.get $timer))
      (call $drop (local.get $timer)))
    (func (export "wait") (param i64) (result i64) (local $timer i32) (local $start i64)
      (local.set $start (call $now))
      (local.set $timer (call $subscribe (local.get 0)))
      (call $block (local.get $timer))
      (call $drop (local.get $timer))
      (i64.sub (call $now) (local.get $start)))
  )
  (core instance $i (instantiate $m (with "" (instance
    (export "now" (func $now))
    (export "subscribe" (func $subscribe))
    (export "ready" (func $ready))
    (export "block" (func $block))
    (export "drop" (func $drop))
  ))))
  (func $now' (result u64) (canon lift (core func $i "now")))
  (func $is-over (param "after" u64) (result bool) (canon lift (core func $i "is-over")))
  (func $wait (param "for" u64) (result u64) (canon lift (core func $i "wait")))
  (instance $timer
    (export "now" (func $now'))
    (export "is-over" (func $is-over))
    (export "wait" (func $wait))
  )
  (export "example:timer/timer" (instance $timer))
)"#;

/// So long that an answer would not come in time.
const LONG: u64 = 3_600_000_000_000;

/// So short that nobody minds.
const SHORT: u64 = 5_000_000;

struct State {
    ctx: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.ctx,
            table: &mut self.table,
        }
    }
}

/// The library, on a host that has nothing of WASI but 0.3.
struct Library {
    store: Store<State>,
    instance: Instance,
}

impl Library {
    async fn new(options: Options) -> Self {
        let composed = compose(&wat::parse_str(LIBRARY).unwrap(), &options).unwrap();
        let engine = Engine::default();
        let component = Component::new(&engine, composed.bytes).unwrap();
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p3::add_to_linker(&mut linker).unwrap();
        let state = State {
            ctx: WasiCtxBuilder::new().build(),
            table: ResourceTable::new(),
        };
        let mut store = Store::new(&engine, state);
        let instance = linker.instantiate_async(&mut store, &component).await;
        let instance = instance.unwrap();
        Library { store, instance }
    }

    /// Calls a function, and says what kind it is.
    async fn call<P, R>(&mut self, name: &str, params: P) -> (bool, Result<R>)
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: ComponentNamedList + Lift + Send + Sync + 'static,
    {
        let timer = self.instance.get_export_index(&mut self.store, None, TIMER);
        let index = self
            .instance
            .get_export_index(&mut self.store, timer.as_ref(), name);
        let function = self
            .instance
            .get_typed_func::<P, R>(&mut self.store, index.unwrap())
            .unwrap();
        let is_async = function.func().ty(&self.store).async_();
        (is_async, function.call_async(&mut self.store, params).await)
    }
}

fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

/// All of them are `async`, because the guest may wait, and they do wait.
#[test]
fn exports_may_wait() {
    for mode in MODES {
        wait(async {
            let mut library = Library::new(Options::default().link(mode)).await;
            let (is_async, now) = library.call::<_, (u64,)>("now", ()).await;
            assert!(is_async && now.unwrap().0 > 0);
            let (is_async, over) = library.call::<_, (bool,)>("is-over", (LONG,)).await;
            assert!(is_async && !over.unwrap().0);
            let (is_async, waited) = library.call::<_, (u64,)>("wait", (SHORT,)).await;
            assert!(is_async && waited.unwrap().0 >= SHORT);
        });
    }
}

/// Those that are kept do what they can do without waiting, and trap if they would have to wait.
#[test]
fn a_kept_export_does_not_wait() {
    wait(async {
        let options = Options::default().link(LinkMode::Fused).keep_sync(TIMER);
        let mut library = Library::new(options).await;
        let (is_async, now) = library.call::<_, (u64,)>("now", ()).await;
        assert!(!is_async && now.unwrap().0 > 0);
        for _ in 0..1000 {
            let (is_async, over) = library.call::<_, (bool,)>("is-over", (LONG,)).await;
            assert!(!is_async && !over.unwrap().0);
        }
        let (is_async, waited) = library.call::<_, (u64,)>("wait", (0_u64,)).await;
        assert!(!is_async && waited.is_ok());
        let (is_async, waited) = library.call::<_, (u64,)>("wait", (LONG,)).await;
        let trap = waited.unwrap_err();
        assert!(!is_async, "{trap:?}");
        assert!(
            format!("{trap:#}").contains("cannot block a synchronous task"),
            "{trap:?}"
        );
    });
}

/// Linked as two components, a call of what may wait is enough.
#[test]
fn a_kept_export_that_is_linked_calls_nothing_that_may_wait() {
    wait(async {
        let options = Options::default()
            .link(LinkMode::Component)
            .keep_sync(TIMER);
        let mut library = Library::new(options).await;
        let (is_async, now) = library.call::<_, (u64,)>("now", ()).await;
        assert!(!is_async && now.unwrap().0 > 0);
        let (_, waited) = library.call::<_, (u64,)>("wait", (0_u64,)).await;
        assert!(waited.is_err());
    });
}

#[test]
fn an_export_is_not_both() {
    let options = Options::default().keep_sync(TIMER).make_async(TIMER);
    let refused = compose(&wat::parse_str(LIBRARY).unwrap(), &options);
    assert!(matches!(refused, Err(Error::Settled { export, .. }) if export == TIMER));
}
