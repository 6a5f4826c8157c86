//! The rule that a guest calls nothing while it allocates, nor in what is called after its functions:
//! whatever it calls, and whoever calls it.

use wasi_uplift::{LinkMode, Target};
use wasi_uplift_tests::host::{self, Wasi};
use wasi_uplift_tests::{MODES, State, compose};
use wasmtime::component::Linker;
use wasmtime::{Result, Store};
use wasmtime_wasi::WasiCtx;

/// The places in which the guest may not leave: when it allocates for a parameter of its own
/// function, for a result of WASI, for one of an import that stays, and after its function.
const PLACES: u32 = 4;

/// What it does there: nothing, `now`, a drop of a `pollable`, an import that stays, `resource.new`,
/// and a drop of a resource of its own.
const ACTS: u32 = 6;

/// `arm` says what is done where, and `pass` returns its parameter after it has been in all places.
const GUEST: &str = r#"(component
  (import "wasi:io/poll@0.2.0" (instance $poll (export "pollable" (type (sub resource)))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (export "now" (func (result u64)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (import "wasi:cli/environment@0.2.0" (instance $environment
    (export "get-arguments" (func (result (list string))))))
  (import "example:kept/kept" (instance $kept
    (export "quick" (func))
    (export "name" (func (result string)))))
  (core module $memory
    (memory (export "memory") 1)
    (table (export "acts") 6 funcref)
    (global $place (export "place") (mut i32) (i32.const 0))
    (global $where (export "where") (mut i32) (i32.const -1))
    (global $what (export "what") (mut i32) (i32.const 0))
    (global $top (mut i32) (i32.const 1024))
    (type $act (func))
    (func $enter (export "enter") (param $place i32)
      (if (i32.eq (global.get $where) (local.get $place))
        (then (call_indirect (type $act) (global.get $what)))))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (call $enter (global.get $place))
      (global.set $top (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
      global.get $top
      (global.set $top (i32.add (global.get $top) (local.get 3)))))
  (core instance $mem (instantiate $memory))
  (alias core export $mem "memory" (core memory $m))
  (alias core export $mem "realloc" (core func $realloc))
  (core func $now (canon lower (func $clock "now")))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core func $drop (canon resource.drop $pollable))
  (core func $arguments
    (canon lower (func $environment "get-arguments") (memory $m) (realloc $realloc)))
  (core func $quick (canon lower (func $kept "quick")))
  (core func $name (canon lower (func $kept "name") (memory $m) (realloc $realloc)))
  (type $mine (resource (rep i32)))
  (core func $new (canon resource.new $mine))
  (core func $drop-mine (canon resource.drop $mine))
  (core module $main
    (import "" "memory" (memory 1))
    (import "" "acts" (table 6 funcref))
    (import "" "place" (global $place (mut i32)))
    (import "" "where" (global $where (mut i32)))
    (import "" "what" (global $what (mut i32)))
    (import "" "enter" (func $enter (param i32)))
    (import "" "now" (func $now (result i64)))
    (import "" "subscribe" (func $subscribe (param i64) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "arguments" (func $arguments (param i32)))
    (import "" "quick" (func $quick))
    (import "" "name" (func $name (param i32)))
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop-mine" (func $drop-mine (param i32)))
    (global $timer (mut i32) (i32.const 0))
    (global $thing (mut i32) (i32.const 0))
    (func $nothing)
    (func $ask (drop (call $now)))
    (func $drop-timer (call $drop (global.get $timer)))
    (func $make (drop (call $new (i32.const 1))))
    (func $drop-thing (call $drop-mine (global.get $thing)))
    (elem (i32.const 0) func $nothing $ask $drop-timer $quick $make $drop-thing)
    (func (export "arm") (param i32 i32)
      (global.set $timer (call $subscribe (i64.const 1000000000)))
      (global.set $thing (call $new (i32.const 1)))
      (global.set $where (local.get 0))
      (global.set $what (local.get 1)))
    (func (export "pass") (param i32 i32) (result i32)
      (global.set $place (i32.const 1))
      (call $arguments (i32.const 512))
      (global.set $place (i32.const 2))
      (call $name (i32.const 528))
      (i32.store (i32.const 544) (local.get 0))
      (i32.store (i32.const 548) (local.get 1))
      (call $quick)
      i32.const 544)
    (func (export "passed") (param i32) (call $enter (i32.const 3)))
  )
  (core instance $i (instantiate $main (with "" (instance
    (export "memory" (memory $m))
    (export "acts" (table $mem "acts"))
    (export "place" (global $mem "place"))
    (export "where" (global $mem "where"))
    (export "what" (global $mem "what"))
    (export "enter" (func $mem "enter"))
    (export "now" (func $now))
    (export "subscribe" (func $subscribe))
    (export "drop" (func $drop))
    (export "arguments" (func $arguments))
    (export "quick" (func $quick))
    (export "name" (func $name))
    (export "new" (func $new))
    (export "drop-mine" (func $drop-mine))
  ))))
  (func (export "arm") (param "where" u32) (param "what" u32) (canon lift (core func $i "arm")))
  (func (export "pass") (param "text" string) (result string)
    (canon lift (core func $i "pass") (memory $m) (realloc $realloc)
      (post-return (core func $i "passed"))))
)"#;

fn linker(wasi: Wasi, engine: &wasmtime::Engine) -> Result<Linker<State>> {
    let mut linker = host::linker(wasi, engine)?;
    let mut kept = linker.instance("example:kept/kept")?;
    kept.func_wrap("quick", |_, ()| Ok(()))?;
    kept.func_wrap("name", |_, ()| Ok(("a name".to_string(),)))?;
    Ok(linker)
}

/// What comes of each act in each place, on a host.
fn outcomes(component: &[u8], wasi: Wasi) -> Result<Vec<String>> {
    let engine = host::engine();
    let linker = linker(wasi, &engine)?;
    let component = host::compiled(&engine, component)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mut outcomes = Vec::new();
    for place in 0..PLACES {
        for act in 0..ACTS {
            let context = WasiCtx::builder().arg("argument").build();
            let mut store = Store::new(&engine, State::new(context));
            let passed: Result<String> = runtime.block_on(async {
                let instance = linker.instantiate_async(&mut store, &component).await?;
                let arm = instance.get_typed_func::<(u32, u32), ()>(&mut store, "arm")?;
                let pass = instance.get_typed_func::<(&str,), (String,)>(&mut store, "pass")?;
                arm.call_async(&mut store, (place, act)).await?;
                let (passed,) = pass.call_async(&mut store, ("text",)).await?;
                // What is called afterwards isn't forbidden anything for good.
                arm.call_async(&mut store, (PLACES, 0)).await?;
                Ok(passed)
            });
            let passed = passed.unwrap_or_else(|_| "trapped".to_string());
            outcomes.push(format!("{act} in {place}: {passed}"));
        }
    }
    Ok(outcomes)
}

#[test]
fn a_guest_does_not_leave_where_it_must_not() {
    let guest = wat::parse_str(GUEST).unwrap();
    let native = outcomes(&guest, Wasi::V0_2).unwrap();
    let trapped = native.iter().filter(|outcome| outcome.ends_with("trapped"));
    assert_eq!(trapped.count() as u32, PLACES * (ACTS - 1), "{native:?}");
    for mode in MODES {
        let uplifted = compose(&guest, mode, Target::default());
        let outcomes = outcomes(&uplifted, Wasi::V0_3).unwrap();
        assert_eq!(outcomes, native, "{mode:?}");
    }
}

/// `pass` returns `true` if an exception that is thrown while the guest allocates comes out of the
/// function that it allocates for. What is forbidden meanwhile isn't afterwards.
const THROWING: &str = r#"(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (export "now" (func (result u64)))))
  (import "wasi:cli/environment@0.2.0" (instance $environment
    (export "get-arguments" (func (result (list string))))))
  (core module $memory
    (tag $thrown (export "thrown"))
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (throw $thrown)))
  (core instance $mem (instantiate $memory))
  (core func $now (canon lower (func $clock "now")))
  (core func $arguments (canon lower (func $environment "get-arguments")
    (memory (core memory $mem "memory")) (realloc (core func $mem "realloc"))))
  (core module $main
    (import "" "thrown" (tag $thrown))
    (import "" "now" (func $now (result i64)))
    (import "" "arguments" (func $arguments (param i32)))
    (func (export "pass") (result i32)
      (block $caught
        (try_table (catch $thrown $caught) (call $arguments (i32.const 512)))
        (return (i32.const 0)))
      (i64.ne (call $now) (i64.const 0))))
  (core instance $i (instantiate $main (with "" (instance
    (export "thrown" (tag $mem "thrown"))
    (export "now" (func $now))
    (export "arguments" (func $arguments))))))
  (func (export "pass") (result bool) (canon lift (core func $i "pass")))
)"#;

/// Whether the exception came out, on a host.
fn passes(component: &[u8], wasi: Wasi) -> Result<bool> {
    let engine = host::engine();
    let linker = linker(wasi, &engine)?;
    let component = host::compiled(&engine, component)?;
    let context = WasiCtx::builder().arg("argument").build();
    let mut store = Store::new(&engine, State::new(context));
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let instance = linker.instantiate_async(&mut store, &component).await?;
        let pass = instance.get_typed_func::<(), (bool,)>(&mut store, "pass")?;
        Ok(pass.call_async(&mut store, ()).await?.0)
    })
}

/// Linked as two components, the engine ends what throws between them.
#[test]
fn an_exception_ends_what_is_forbidden() {
    let guest = wat::parse_str(THROWING).unwrap();
    assert!(passes(&guest, Wasi::V0_2).unwrap());
    let fused = compose(&guest, LinkMode::Fused, Target::default());
    assert!(passes(&fused, Wasi::V0_3).unwrap());
}
