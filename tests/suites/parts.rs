//! Guests that are composed of several components: what these do to each other is what it is with a
//! host between them, be it allowed or not.

mod random;

use std::fmt::Write as _;
use wasi_uplift::Target;
use wasi_uplift_tests::host::{self, Wasi};
use wasi_uplift_tests::{MODES, State, compose};
use wasmtime::{Result, Store};
use wasmtime_wasi::WasiCtx;

/// Defines two resources, `thing` and `other`, of which it has numbers. `arm` has it do something
/// when it allocates, or after its function `text`: nothing, ask the time, make a resource, or drop
/// one.
const STORE: &str = r#"(component $store
  (import "clock" (instance $clock (export "now" (func (result u64)))))
  (core module $library
    (import "" "now" (func $now (result i64)))
    (memory (export "memory") 1)
    (table (export "acts") 4 funcref)
    (type $act (func))
    (global $where (export "where") (mut i32) (i32.const -1))
    (global $what (export "what") (mut i32) (i32.const 0))
    (global $gone (export "gone") (mut i32) (i32.const 0))
    (global $top (mut i32) (i32.const 4096))
    (func $enter (export "enter") (param i32)
      (if (i32.eq (global.get $where) (local.get 0))
        (then (call_indirect (type $act) (global.get $what)))))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (call $enter (i32.const 1))
      (global.set $top (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
      global.get $top
      (global.set $top (i32.add (global.get $top) (local.get 3))))
    (func (export "drop") (param i32)
      (drop (call $now))
      (global.set $gone (i32.add (global.get $gone) (local.get 0)))))
  (core func $now (canon lower (func $clock "now")))
  (core instance $lib (instantiate $library (with "" (instance (export "now" (func $now))))))
  (alias core export $lib "memory" (core memory $memory))
  (alias core export $lib "realloc" (core func $realloc))
  (type $thing' (resource (rep i32) (dtor (func $lib "drop"))))
  (type $other' (resource (rep i32)))
  (core func $new (canon resource.new $thing'))
  (core func $rep (canon resource.rep $thing'))
  (core func $drop (canon resource.drop $thing'))
  (core func $new-other (canon resource.new $other'))
  (core module $main
    (import "" "memory" (memory 1))
    (import "" "acts" (table 4 funcref))
    (import "" "where" (global $where (mut i32)))
    (import "" "what" (global $what (mut i32)))
    (import "" "gone" (global $gone (mut i32)))
    (import "" "enter" (func $enter (param i32)))
    (import "" "now" (func $now (result i64)))
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "new-other" (func $new-other (param i32) (result i32)))
    (global $mine (mut i32) (i32.const 0))
    (global $after (mut i32) (i32.const 0))
    (func $nothing)
    (func $ask (drop (call $now)))
    (func $make-one (drop (call $new (i32.const 1))))
    (func $drop-one (call $drop (global.get $mine)))
    (elem (i32.const 0) func $nothing $ask $make-one $drop-one)
    (data (i32.const 600) "\c3\28good")
    (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "make-other") (param i32) (result i32) (call $new-other (local.get 0)))
    (func (export "peek") (param i32) (result i32) local.get 0)
    (func (export "eat") (param i32) (result i32)
      (call $rep (local.get 0))
      (call $drop (local.get 0)))
    (func (export "pass") (param i32) (result i32) local.get 0)
    (func (export "gone") (result i32) global.get $gone)
    (func (export "forge") (result i32) i32.const 77)
    (func (export "stale") (param i32) (result i32)
      (call $drop (local.get 0))
      local.get 0)
    (func $pair (param i32 i32) (result i32)
      (i32.store (i32.const 512) (local.get 0))
      (i32.store (i32.const 516) (local.get 1))
      i32.const 512)
    (func (export "text") (param i32 i32) (result i32) (call $pair (local.get 0) (local.get 1)))
    (func (export "after-text") (param i32)
      (global.set $after (i32.add (global.get $after) (i32.eq (local.get 0) (i32.const 512))))
      (call $enter (i32.const 2)))
    (func (export "after") (result i32) global.get $after)
    (func (export "spoilt") (result i32) (call $pair (i32.const 600) (i32.const 2)))
    (func (export "beyond") (result i32) (call $pair (i32.const 65530) (i32.const 100)))
    (func (export "many") (result i32)
      (i32.store (i32.const 640) (call $new (i32.const 20)))
      (i32.store (i32.const 644) (call $new (i32.const 3)))
      (call $pair (i32.const 640) (i32.const 2)))
    (func (export "askew") (result i32) (call $pair (i32.const 641) (i32.const 1)))
    (func (export "arm") (param i32 i32)
      (global.set $mine (call $new (i32.const 1)))
      (global.set $where (local.get 0))
      (global.set $what (local.get 1))))
  (core instance $i (instantiate $main (with "" (instance
    (export "memory" (memory $memory))
    (export "acts" (table $lib "acts"))
    (export "where" (global $lib "where"))
    (export "what" (global $lib "what"))
    (export "gone" (global $lib "gone"))
    (export "enter" (func $lib "enter"))
    (export "now" (func $now))
    (export "new" (func $new))
    (export "rep" (func $rep))
    (export "drop" (func $drop))
    (export "new-other" (func $new-other))))))
  (export $thing "thing" (type $thing'))
  (export $other "other" (type $other'))
  (func (export "make") (param "n" u32) (result (own $thing)) (canon lift (core func $i "make")))
  (func (export "make-other") (param "n" u32) (result (own $other))
    (canon lift (core func $i "make-other")))
  (func (export "peek") (param "it" (borrow $thing)) (result u32)
    (canon lift (core func $i "peek")))
  (func (export "eat") (param "it" (own $thing)) (result u32) (canon lift (core func $i "eat")))
  (func (export "pass") (param "it" (own $thing)) (result (own $thing))
    (canon lift (core func $i "pass")))
  (func (export "gone") (result u32) (canon lift (core func $i "gone")))
  (func (export "forge") (result (own $thing)) (canon lift (core func $i "forge")))
  (func (export "stale") (param "it" (own $thing)) (result (own $thing))
    (canon lift (core func $i "stale")))
  (func (export "text") (param "it" string) (result string)
    (canon lift (core func $i "text") (memory $memory) (realloc $realloc)
      (post-return (core func $i "after-text"))))
  (func (export "after") (result u32) (canon lift (core func $i "after")))
  (func (export "spoilt") (result string) (canon lift (core func $i "spoilt") (memory $memory)))
  (func (export "beyond") (result string) (canon lift (core func $i "beyond") (memory $memory)))
  (func (export "many") (result (list (own $thing)))
    (canon lift (core func $i "many") (memory $memory)))
  (func (export "askew") (result (list u32))
    (canon lift (core func $i "askew") (memory $memory)))
  (func (export "arm") (param "where" u32) (param "what" u32)
    (canon lift (core func $i "arm"))))
"#;

/// What others import of it.
const STORE_TYPE: &str = r#"(instance $store
    (export "thing" (type $thing (sub resource)))
    (export "other" (type $other (sub resource)))
    (export "make" (func (param "n" u32) (result (own $thing))))
    (export "make-other" (func (param "n" u32) (result (own $other))))
    (export "peek" (func (param "it" (borrow $thing)) (result u32)))
    (export "eat" (func (param "it" (own $thing)) (result u32)))
    (export "pass" (func (param "it" (own $thing)) (result (own $thing))))
    (export "gone" (func (result u32)))
    (export "forge" (func (result (own $thing))))
    (export "stale" (func (param "it" (own $thing)) (result (own $thing))))
    (export "text" (func (param "it" string) (result string)))
    (export "after" (func (result u32)))
    (export "spoilt" (func (result string)))
    (export "beyond" (func (result string)))
    (export "many" (func (result (list (own $thing)))))
    (export "askew" (func (result (list u32))))
    (export "arm" (func (param "where" u32) (param "what" u32))))"#;

/// Is lent things that it doesn't define.
const LENDER: &str = r#"
  (alias export $store "thing" (type $thing'))
  (core func $peek (canon lower (func $store "peek")))
  (core func $eat (canon lower (func $store "eat")))
  (core func $drop (canon resource.drop $thing'))
  (core module $main
    (import "" "peek" (func $peek (param i32) (result i32)))
    (import "" "eat" (func $eat (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (global $held (mut i32) (i32.const 0))
    (func (export "keep") (param i32))
    (func (export "look") (param i32) (result i32)
      (call $peek (local.get 0))
      (call $drop (local.get 0)))
    (func (export "give") (param i32) (result i32) (call $eat (local.get 0)))
    (func (export "hold") (param i32)
      (global.set $held (local.get 0))
      (call $drop (local.get 0)))
    (func (export "later") (result i32) (call $peek (global.get $held)))
    (func (export "twice") (param i32)
      (call $drop (local.get 0))
      (call $drop (local.get 0)))
    (func (export "number") (param i32) (result i32)
      (call $drop (local.get 0))
      local.get 0))
  (core instance $i (instantiate $main (with "" (instance
    (export "peek" (func $peek))
    (export "eat" (func $eat))
    (export "drop" (func $drop))))))
  (export $thing "thing" (type $thing'))
  (func (export "keep") (param "it" (borrow $thing)) (canon lift (core func $i "keep")))
  (func (export "look") (param "it" (borrow $thing)) (result u32)
    (canon lift (core func $i "look")))
  (func (export "give") (param "it" (borrow $thing)) (result u32)
    (canon lift (core func $i "give")))
  (func (export "hold") (param "it" (borrow $thing)) (canon lift (core func $i "hold")))
  (func (export "later") (result u32) (canon lift (core func $i "later")))
  (func (export "twice") (param "it" (borrow $thing)) (canon lift (core func $i "twice")))
  (func (export "number") (param "it" (borrow $thing)) (result u32)
    (canon lift (core func $i "number"))))
"#;

const LENDER_TYPE: &str = r#"(instance $lender
    (alias outer 1 $thing' (type $thing''))
    (export "thing" (type $thing (eq $thing'')))
    (export "keep" (func (param "it" (borrow $thing))))
    (export "look" (func (param "it" (borrow $thing)) (result u32)))
    (export "give" (func (param "it" (borrow $thing)) (result u32)))
    (export "hold" (func (param "it" (borrow $thing))))
    (export "later" (func (result u32)))
    (export "twice" (func (param "it" (borrow $thing))))
    (export "number" (func (param "it" (borrow $thing)) (result u32))))"#;

/// The functions that the acts call, with their core types, and whether they have to do with memory.
const CALLED: [(&str, &str, &str, bool); 23] = [
    ("store", "make", "(param i32) (result i32)", false),
    ("store", "make-other", "(param i32) (result i32)", false),
    ("store", "peek", "(param i32) (result i32)", false),
    ("store", "eat", "(param i32) (result i32)", false),
    ("store", "pass", "(param i32) (result i32)", false),
    ("store", "gone", "(result i32)", false),
    ("store", "forge", "(result i32)", false),
    ("store", "stale", "(param i32) (result i32)", false),
    ("store", "text", "(param i32 i32 i32)", true),
    ("store", "after", "(result i32)", false),
    ("store", "spoilt", "(param i32)", true),
    ("store", "beyond", "(param i32)", true),
    ("store", "many", "(param i32)", true),
    ("store", "askew", "(param i32)", true),
    ("store", "arm", "(param i32 i32)", false),
    ("lender", "keep", "(param i32)", false),
    ("lender", "look", "(param i32) (result i32)", false),
    ("lender", "give", "(param i32) (result i32)", false),
    ("lender", "hold", "(param i32)", false),
    ("lender", "later", "(result i32)", false),
    ("lender", "twice", "(param i32)", false),
    ("lender", "number", "(param i32) (result i32)", false),
    ("store", "now", "(result i64)", false),
];

/// What is done, each in a new instance, and what comes of it: a number.
const ACTS: [&str; 42] = [
    "(call $peek (call $make (i32.const 5)))",
    "(call $make (i32.const 5))",
    "(call $eat (call $make (i32.const 5)))",
    "(local.set $a (call $make (i32.const 5)))
     (drop (call $eat (local.get $a)))
     (call $eat (local.get $a))",
    "(local.set $a (call $make (i32.const 5)))
     (drop (call $eat (local.get $a)))
     (call $peek (local.get $a))",
    "(local.set $a (call $make (i32.const 5)))
     (call $drop (local.get $a))
     (call $peek (local.get $a))",
    "(call $drop (call $make (i32.const 5))) (call $gone)",
    "(drop (call $eat (call $make (i32.const 5)))) (call $gone)",
    "(call $peek (i32.const 0))",
    "(call $peek (i32.const 1))",
    "(call $peek (i32.const -1))",
    "(call $drop (i32.const 3)) (i32.const 0)",
    "(call $forge)",
    "(call $stale (call $make (i32.const 5)))",
    "(call $peek (call $pass (call $make (i32.const 5))))",
    "(local.set $a (call $make (i32.const 5)))
     (drop (call $make (i32.const 6)))
     (drop (call $pass (local.get $a)))
     (call $peek (local.get $a))",
    "(call $peek (call $make-other (i32.const 5)))",
    "(call $drop (call $make-other (i32.const 5))) (i32.const 0)",
    "(call $drop-other (call $make-other (i32.const 5))) (i32.const 1)",
    "(call $keep (call $make (i32.const 5))) (i32.const 0)",
    "(local.set $a (call $make (i32.const 5)))
     (drop (call $look (local.get $a)))
     (i32.add (call $look (local.get $a)) (call $peek (local.get $a)))",
    "(call $give (call $make (i32.const 5)))",
    "(call $hold (call $make (i32.const 5))) (call $later)",
    "(call $hold (call $make (i32.const 5))) (call $gone)",
    "(call $twice (call $make (i32.const 5))) (i32.const 0)",
    "(call $number (call $make (i32.const 5)))",
    "(call $look (call $make-other (i32.const 5)))",
    "(call $text (i32.const 700) (i32.const 5) (i32.const 16)) (i32.load (i32.const 20))",
    "(call $text (i32.const 710) (i32.const 2) (i32.const 16)) (i32.load (i32.const 20))",
    "(call $text (i32.const 65535) (i32.const 2) (i32.const 16)) (i32.load (i32.const 20))",
    "(call $text (i32.const -1) (i32.const 2) (i32.const 16)) (i32.load (i32.const 20))",
    "(call $text (i32.const 700) (i32.const 5) (i32.const 17)) (i32.load (i32.const 21))",
    "(call $text (i32.const 700) (i32.const 5) (i32.const 65532)) (i32.const 0)",
    "(call $spoilt (i32.const 16)) (i32.const 0)",
    "(call $beyond (i32.const 16)) (i32.const 0)",
    "(call $askew (i32.const 16)) (i32.const 0)",
    "(call $many (i32.const 16))
     (local.set $a (i32.load (i32.const 16)))
     (i32.add (call $peek (i32.load (local.get $a)))
       (call $peek (i32.load offset=4 (local.get $a))))",
    // What the parameter of `act` says, in a place where nothing may be called.
    "(call $arm (i32.const 1) (local.get $n))
     (call $text (i32.const 700) (i32.const 5) (i32.const 16)) (call $peek (call $make (i32.const 9)))",
    "(call $arm (i32.const 2) (local.get $n))
     (call $text (i32.const 700) (i32.const 5) (i32.const 16)) (call $peek (call $make (i32.const 9)))",
    "(global.set $armed (local.get $n))
     (call $text (i32.const 700) (i32.const 5) (i32.const 16)) (call $peek (call $make (i32.const 9)))",
    "(i32.wrap_i64 (i64.and (call $now) (i64.const 0)))",
    "(call $text (i32.const 700) (i32.const 5) (i32.const 16)) (call $after)",
];

/// How many values the parameter has.
const WAYS: u32 = 4;

/// Does one of the acts.
fn user() -> String {
    let mut lowered = String::new();
    let mut imported = String::new();
    let mut passed = String::new();
    for (instance, name, ty, with_memory) in CALLED {
        let instance = if name == "now" { "clock" } else { instance };
        let options = match with_memory {
            true => "(memory $memory) (realloc $realloc)",
            false => "",
        };
        writeln!(
            lowered,
            "(core func ${name} (canon lower (func ${instance} \"{name}\") {options}))"
        )
        .unwrap();
        writeln!(imported, "(import \"\" \"{name}\" (func ${name} {ty}))").unwrap();
        writeln!(passed, "(export \"{name}\" (func ${name}))").unwrap();
    }
    let mut acts = String::new();
    for (number, act) in ACTS.iter().enumerate() {
        writeln!(
            acts,
            "(if (i32.eq (local.get $act) (i32.const {number})) (then {act} return))"
        )
        .unwrap();
    }
    format!(
        r#"(component $user
  (import "clock" (instance $clock (export "now" (func (result u64)))))
  (import "store" {STORE_TYPE})
  (alias export $store "thing" (type $thing'))
  (alias export $store "other" (type $other'))
  (import "lender" {LENDER_TYPE})
  (core module $library
    (memory (export "memory") 1)
    (table (export "acts") 4 funcref)
    (type $act (func))
    (global $armed (export "armed") (mut i32) (i32.const 0))
    (global $top (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (call_indirect (type $act) (global.get $armed))
      (global.set $top (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
      global.get $top
      (global.set $top (i32.add (global.get $top) (local.get 3)))))
  (core instance $lib (instantiate $library))
  (alias core export $lib "memory" (core memory $memory))
  (alias core export $lib "realloc" (core func $realloc))
  {lowered}
  (core func $drop (canon resource.drop $thing'))
  (core func $drop-other (canon resource.drop $other'))
  (core module $main
    (import "" "memory" (memory 1))
    (import "" "acts" (table 4 funcref))
    (import "" "armed" (global $armed (mut i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "drop-other" (func $drop-other (param i32)))
    {imported}
    (global $mine (mut i32) (i32.const 0))
    (func $nothing)
    (func $ask (drop (call $now)))
    (func $make-one (drop (call $make (i32.const 1))))
    (func $drop-one (call $drop (global.get $mine)))
    (elem (i32.const 0) func $nothing $ask $make-one $drop-one)
    (data (i32.const 700) "hello")
    (data (i32.const 710) "\e2\82")
    (func (export "act") (param $act i32) (param $n i32) (result i32) (local $a i32)
      (global.set $mine (call $make (i32.const 1)))
      {acts}
      unreachable))
  (core instance $i (instantiate $main (with "" (instance
    (export "memory" (memory $memory))
    (export "acts" (table $lib "acts"))
    (export "armed" (global $lib "armed"))
    (export "drop" (func $drop))
    (export "drop-other" (func $drop-other))
    {passed}))))
  (func (export "act") (param "act" u32) (param "n" u32) (result u32)
    (canon lift (core func $i "act"))))"#
    )
}

fn guest() -> Vec<u8> {
    let user = user();
    wat::parse_str(format!(
        r#"(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (export "now" (func (result u64)))))
  {STORE}
  (component $lender (import "store" {STORE_TYPE}) {LENDER}
  {user}
  (instance $store (instantiate $store (with "clock" (instance $clock))))
  (instance $lender (instantiate $lender (with "store" (instance $store))))
  (instance $user (instantiate $user
    (with "clock" (instance $clock))
    (with "store" (instance $store))
    (with "lender" (instance $lender))))
  (export "act" (func $user "act")))"#
    ))
    .unwrap()
}

/// What comes of each act, on a host.
fn outcomes(component: &[u8], wasi: Wasi) -> Result<Vec<String>> {
    let engine = host::engine();
    let linker = host::linker(wasi, &engine)?;
    let component = host::compiled(&engine, component)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mut outcomes = Vec::new();
    for act in 0..ACTS.len() as u32 {
        for way in 0..WAYS {
            let mut store = Store::new(&engine, State::new(WasiCtx::builder().build()));
            let done: Result<u32> = runtime.block_on(async {
                let instance = linker.instantiate_async(&mut store, &component).await?;
                let act_of = instance.get_typed_func::<(u32, u32), (u32,)>(&mut store, "act")?;
                Ok(act_of.call_async(&mut store, (act, way)).await?.0)
            });
            let done = done.map_or_else(|_| "trapped".to_string(), |it| it.to_string());
            outcomes.push(format!("{act} {way}: {done}"));
        }
    }
    Ok(outcomes)
}

#[test]
fn components_do_to_each_other_what_they_may() {
    let guest = guest();
    let native = outcomes(&guest, Wasi::V0_2).unwrap();
    let trapped = native.iter().filter(|outcome| outcome.ends_with("trapped"));
    assert_eq!(trapped.count(), 98, "{native:?}");
    for mode in MODES {
        let uplifted = compose(&guest, mode, Target::default());
        let outcomes = outcomes(&uplifted, Wasi::V0_3).unwrap();
        assert_eq!(outcomes, native, "{mode:?}");
    }
}
