//! Exports other than those of WASI, called by a host.

use crate::library::Library;
use wasi_uplift::{
    ComposeError, FixedReason, FuseError, LinkMode, Options, OptionsError, Target, compose,
};
use wasi_uplift_tests::host::Wasi;
use wasi_uplift_tests::{self as uplift, MODES, compose_sync};
use wasmtime::bail;
use wasmtime::component::ResourceAny;
use wasmtime_wasi::WasiCtx;

const TIMER: &str = "example:timer/timer";
const BUSY: &str = "example:timer/busy";

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

/// A library that is of WASI 0.3 as far as its own code goes, and of WASI 0.2 as far as its language
/// runtime does: `nap` waits for a timer of WASI 0.3 and lets other tasks in meanwhile, `wait` for
/// one of WASI 0.2.
const MIXED: &str = r#"(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
  ))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $old
    (alias outer 1 $pollable (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))
  ))
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance $new
    (export "wait-for" (func async (param "how-long" u64)))
  ))
  (core func $subscribe (canon lower (func $old "subscribe-duration")))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $drop (canon resource.drop $pollable))
  (core func $wait-for (canon lower (func $new "wait-for") async))
  (core func $new-set (canon waitable-set.new))
  (core func $drop-set (canon waitable-set.drop))
  (core func $join (canon waitable.join))
  (core func $drop-subtask (canon subtask.drop))
  (core func $return (canon task.return))
  (core func $set-context (canon context.set i32 0))
  (core func $get-context (canon context.get i32 0))
  (core module $m
    (import "" "subscribe" (func $subscribe (param i64) (result i32)))
    (import "" "block" (func $block (param i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "wait-for" (func $wait-for (param i64) (result i32)))
    (import "" "new-set" (func $new-set (result i32)))
    (import "" "drop-set" (func $drop-set (param i32)))
    (import "" "join" (func $join (param i32 i32)))
    (import "" "drop-subtask" (func $drop-subtask (param i32)))
    (import "" "return" (func $return))
    (import "" "set-context" (func $set-context (param i32)))
    (import "" "get-context" (func $get-context (result i32)))
    (func (export "nap") (param i64) (result i32) (local $status i32) (local $set i32)
      (local.set $status (call $wait-for (local.get 0)))
      (if (i32.eq (local.get $status) (i32.const 2)) ;; it has returned
        (then (call $return) (return (i32.const 0))))
      (local.set $set (call $new-set))
      (call $set-context (local.get $set))
      (call $join (i32.shr_u (local.get $status) (i32.const 4)) (local.get $set))
      ;; To be called back when something is in the set.
      (i32.or (i32.shl (local.get $set) (i32.const 4)) (i32.const 2)))
    (func (export "woken") (param $event i32) (param $subtask i32) (param $state i32) (result i32)
      (call $drop-subtask (local.get $subtask))
      (call $drop-set (call $get-context))
      (call $return)
      i32.const 0)
    (func (export "wait") (param i64) (local $timer i32)
      (local.set $timer (call $subscribe (local.get 0)))
      (call $block (local.get $timer))
      (call $drop (local.get $timer)))
  )
  (core instance $i (instantiate $m (with "" (instance
    (export "subscribe" (func $subscribe))
    (export "block" (func $block))
    (export "drop" (func $drop))
    (export "wait-for" (func $wait-for))
    (export "new-set" (func $new-set))
    (export "drop-set" (func $drop-set))
    (export "join" (func $join))
    (export "drop-subtask" (func $drop-subtask))
    (export "return" (func $return))
    (export "set-context" (func $set-context))
    (export "get-context" (func $get-context))
  ))))
  (func $nap async (param "for" u64)
    (canon lift (core func $i "nap") async (callback (core func $i "woken"))))
  (func $wait (param "for" u64) (canon lift (core func $i "wait")))
  (instance $timer
    (export "nap" (func $nap))
    (export "wait" (func $wait))
  )
  (export "example:timer/timer" (instance $timer))
)"#;

/// A library that leaves a timer behind which its host waits for: `leave` waits for a short one and a
/// long one at once. `is-over` and the destructor of `thing` ask again and again whether another one
/// has run out.
const LEAVES: &str = r#"(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.ready" (func (param "self" (borrow $pollable)) (result bool)))
    (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))
  ))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $pollable'))
    (export "pollable" (type $pollable (eq $pollable')))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))
  ))
  (core module $memory
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
  (core instance $memory (instantiate $memory))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core func $ready (canon lower (func $poll "[method]pollable.ready")))
  (core func $poll (canon lower (func $poll "poll")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core func $drop (canon resource.drop $pollable))
  (core module $m
    (import "" "memory" (memory 1))
    (import "" "subscribe" (func $subscribe (param i64) (result i32)))
    (import "" "ready" (func $ready (param i32) (result i32)))
    (import "" "poll" (func $poll (param i32 i32 i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "leave") (param i64 i64)
      (i32.store (i32.const 0) (call $subscribe (local.get 0)))
      (i32.store (i32.const 4) (call $subscribe (local.get 1)))
      (call $poll (i32.const 0) (i32.const 2) (i32.const 16))
      (call $drop (i32.load (i32.const 0)))
      (call $drop (i32.load (i32.const 4))))
    (func $is-over (export "is-over") (param i64) (result i32)
      (local $timer i32) (local $asked i32) (local $over i32)
      (local.set $timer (call $subscribe (local.get 0)))
      (loop $again
        (local.set $over (call $ready (local.get $timer)))
        (local.set $asked (i32.add (local.get $asked) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $asked) (i32.const 1000))))
      (call $drop (local.get $timer))
      (local.get $over))
    (func (export "end") (param i32)
      (drop (call $is-over (i64.const 3600000000000)))
      (i32.store (i32.const 8) (local.get 0)))
    (func (export "ended") (result i32) (i32.load (i32.const 8)))
  )
  (core instance $i (instantiate $m (with "" (instance
    (export "memory" (memory $memory "memory"))
    (export "subscribe" (func $subscribe))
    (export "ready" (func $ready))
    (export "poll" (func $poll))
    (export "drop" (func $drop))
  ))))
  (alias core export $i "end" (core func $end))
  (type $thing (resource (rep i32) (dtor (core func $end))))
  (core func $new (canon resource.new $thing))
  (core module $n
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "make") (result i32) (call $new (i32.const 7))))
  (core instance $n (instantiate $n (with "" (instance (export "new" (func $new))))))
  (func $leave (param "one" u64) (param "other" u64) (canon lift (core func $i "leave")))
  (func $is-over (param "after" u64) (result bool) (canon lift (core func $i "is-over")))
  (func $ended (result u32) (canon lift (core func $i "ended")))
  (func $make (result (own $thing)) (canon lift (core func $n "make")))
  (instance $busy (export "leave" (func $leave)))
  (instance $timer
    (export "thing" (type $thing))
    (export "make" (func $make))
    (export "ended" (func $ended))
    (export "is-over" (func $is-over))
  )
  (export "example:timer/busy" (instance $busy))
  (export "example:timer/timer" (instance $timer))
)"#;

/// A library with so many functions, and so many resources with destructors, all of which call what
/// may wait.
fn many(count: usize) -> String {
    let (mut items, mut exports) = (String::new(), String::new());
    for index in 0..count {
        items += &format!(
            r#"(func $f{index} (canon lift (core func $i "f")))
            (type $r{index} (resource (rep i32) (dtor (core func $i "end"))))"#
        );
        exports += &format!(r#"(export "f{index}" (func $f{index}))"#);
    }
    format!(
        r#"(component
          (import "wasi:io/poll@0.2.0" (instance $poll
            (export "pollable" (type $pollable (sub resource)))
            (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
          (core func $block (canon lower (func $poll "[method]pollable.block")))
          (core module $m
            (import "" "block" (func $block (param i32)))
            (func (export "f"))
            (func (export "end") (param i32) (call $block (local.get 0))))
          (core instance $i (instantiate $m (with "" (instance
            (export "block" (func $block))))))
          {items}
          (instance $timer {exports})
          (export "example:timer/timer" (instance $timer)))"#
    )
}

/// Nanoseconds that never pass while a test runs.
const LONG: u64 = 3_600_000_000_000;

/// Nanoseconds that a test can wait for.
const SHORT: u64 = 5_000_000;

/// A library, uplifted and instantiated.
async fn uplifted(text: &str, mode: LinkMode) -> Library {
    let guest = wat::parse_str(text).unwrap();
    instantiated(&uplift::compose(&guest, mode, Target::default())).await
}

/// The same where the functions of its timer keep their types.
async fn kept_sync(text: &str, mode: LinkMode) -> Library {
    let guest = wat::parse_str(text).unwrap();
    instantiated(&compose_sync(&guest, mode, TIMER)).await
}

async fn instantiated(component: &[u8]) -> Library {
    Library::new(component, Wasi::V0_3, WasiCtx::builder().build()).await
}

fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

/// All exports are `async`, because the guest may wait.
#[test]
fn exports_may_wait() {
    for mode in MODES {
        wait(async {
            let mut library = uplifted(LIBRARY, mode).await;
            let (is_async, now) = library.call::<_, (u64,)>(TIMER, "now", ()).await;
            assert!(is_async && now.unwrap().0 > 0);
            let (is_async, over) = library.call::<_, (bool,)>(TIMER, "is-over", (LONG,)).await;
            assert!(is_async && !over.unwrap().0);
            let (is_async, waited) = library.call::<_, (u64,)>(TIMER, "wait", (SHORT,)).await;
            assert!(is_async && waited.unwrap().0 >= SHORT);
        });
    }
}

/// Exports that keep their types work as long as they don't wait, and trap if they would have to.
#[test]
fn a_kept_export_does_not_wait() {
    wait(async {
        let mut library = kept_sync(LIBRARY, LinkMode::Fused).await;
        let (is_async, now) = library.call::<_, (u64,)>(TIMER, "now", ()).await;
        assert!(!is_async && now.unwrap().0 > 0);
        for _ in 0..1000 {
            let (is_async, over) = library.call::<_, (bool,)>(TIMER, "is-over", (LONG,)).await;
            assert!(!is_async && !over.unwrap().0);
        }
        let (is_async, waited) = library.call::<_, (u64,)>(TIMER, "wait", (0_u64,)).await;
        assert!(!is_async && waited.is_ok());
        let (is_async, waited) = library.call::<_, (u64,)>(TIMER, "wait", (LONG,)).await;
        let trap = waited.unwrap_err();
        assert!(!is_async, "{trap:?}");
        assert!(
            format!("{trap:#}").contains("cannot block a synchronous task"),
            "{trap:?}"
        );
    });
}

/// A task that can't wait leaves alone the timers that other tasks have left behind.
#[test]
fn what_can_not_wait_does_not_clean_up() {
    wait(async {
        let mut library = kept_sync(LEAVES, LinkMode::Fused).await;
        let leave = library.function::<(u64, u64), ()>(BUSY, "leave");
        for _ in 0..3 {
            leave
                .call_async(&mut library.store, (LONG, SHORT))
                .await
                .unwrap();
            let (is_async, over) = library.call::<_, (bool,)>(TIMER, "is-over", (LONG,)).await;
            assert!(!is_async && !over.unwrap().0);

            leave
                .call_async(&mut library.store, (LONG, SHORT))
                .await
                .unwrap();
            let (_, made) = library.call::<_, (ResourceAny,)>(TIMER, "make", ()).await;
            let (thing,) = made.unwrap();
            thing.resource_drop_async(&mut library.store).await.unwrap();
            let (_, ended) = library.call::<_, (u32,)>(TIMER, "ended", ()).await;
            assert_eq!(ended.unwrap(), (7,));
        }
    });
}

/// What is around functions that keep their types, and around destructors, takes up few of the core
/// instances that an engine allows.
#[test]
fn many_exports_can_be_kept() {
    wait(async {
        let mut library = kept_sync(&many(1200), LinkMode::Fused).await;
        let (is_async, called) = library.call::<_, ()>(TIMER, "f1199", ()).await;
        assert!(!is_async && called.is_ok());
    });
}

/// Linked as two components, any call of a function that may wait traps.
#[test]
fn a_kept_export_that_is_linked_calls_nothing_that_may_wait() {
    wait(async {
        let mut library = kept_sync(LIBRARY, LinkMode::Component).await;
        let (is_async, now) = library.call::<_, (u64,)>(TIMER, "now", ()).await;
        assert!(!is_async && now.unwrap().0 > 0);
        let (_, waited) = library.call::<_, (u64,)>(TIMER, "wait", (0_u64,)).await;
        assert!(waited.is_err());
    });
}

#[test]
fn an_export_is_not_both() {
    let options = Options::default().keep_sync(TIMER).make_async(TIMER);
    let refused = compose(&wat::parse_str(LIBRARY).unwrap(), &options);
    let Err(ComposeError::Options(OptionsError::FixedExport { export, reason, .. })) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!((export.as_str(), reason), (TIMER, FixedReason::Both));
}

/// A guest with built-ins of its own for asynchronous work stays apart from the adapter, which has
/// handles of the same kinds.
#[test]
fn a_mixed_guest_is_not_fused() {
    let guest = wat::parse_str(MIXED).unwrap();
    let refused = compose(&guest, &Options::default().link(LinkMode::Fused));
    let Err(ComposeError::Fuse(FuseError::BuiltIn { built_in, .. })) = refused else {
        panic!("{refused:?}");
    };
    assert!(!built_in.is_empty());
}

/// While one task waits for ever, others go on to their ends.
#[test]
fn tasks_of_a_mixed_guest_wait_at_the_same_time() {
    for mode in [LinkMode::Auto, LinkMode::Component] {
        wait(async {
            let mut library = uplifted(MIXED, mode).await;
            let nap = library.function::<(u64,), ()>(TIMER, "nap");
            let wait = library.function::<(u64,), ()>(TIMER, "wait");
            let ended = library.store.run_concurrent(async |store| {
                let short = async {
                    for _ in 0..3 {
                        wait.call_concurrent(store, (SHORT,)).await?;
                        nap.call_concurrent(store, (SHORT,)).await?;
                    }
                    wasmtime::error::Ok(())
                };
                tokio::select! {
                    // In this order: the long one starts first.
                    biased;
                    ended = nap.call_concurrent(store, (LONG,)) => bail!("{ended:?}"),
                    ended = short => ended,
                }
            });
            ended.await.unwrap().unwrap();
        });
    }
}

/// A task that waits by way of WASI 0.2 holds others up until it is done, and all of them end.
#[test]
fn tasks_of_a_mixed_guest_come_after_one_another() {
    for mode in [LinkMode::Auto, LinkMode::Component] {
        wait(async {
            let mut library = uplifted(MIXED, mode).await;
            let nap = library.function::<(u64,), ()>(TIMER, "nap");
            let wait = library.function::<(u64,), ()>(TIMER, "wait");
            let all = library.store.run_concurrent(async |store| {
                tokio::try_join!(
                    wait.call_concurrent(store, (4 * SHORT,)),
                    nap.call_concurrent(store, (SHORT,)),
                    wait.call_concurrent(store, (2 * SHORT,)),
                    nap.call_concurrent(store, (SHORT,)),
                )
            });
            all.await.unwrap().unwrap();
        });
    }
}
