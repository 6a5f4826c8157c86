//! Allocators of guests that are of no use: what comes of them is the same, whoever asks them.

use wasi_uplift::{LinkMode, Target};
use wasi_uplift_tests::host::{self, Wasi};
use wasi_uplift_tests::{MODES, State, compose};
use wasmtime::component::Linker;
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::WasiCtx;

/// For what the guest allocates: a parameter of its own function, a result of an import that stays,
/// and two of WASI, a list of text and one of pairs of text.
const PLACES: u32 = 4;

/// Which of the allocations there goes wrong.
const ALLOCATIONS: u32 = 4;

/// How it goes wrong, by the number that the guest is given.
const ACTS: [&str; 10] = [
    "does right",
    "misaligns",
    "returns 0",
    "returns -1",
    "returns the end of the memory",
    "returns the last place where it fits",
    "returns a place that is short by one",
    "grows the memory",
    "traps",
    "returns what is in use",
];

const ENCODINGS: [&str; 3] = ["utf8", "utf16", "latin1+utf16"];

/// Text of which each encoding makes something else.
const TEXTS: [&str; 4] = ["", "text", "tëxt", "of → longer"];

/// `arm` says which allocation goes wrong and how, and `pass` returns the text that came about with
/// it.
const GUEST: &str = r#"(component
  (import "wasi:cli/environment@0.2.0" (instance $environment
    (export "get-environment" (func (result (list (tuple string string)))))
    (export "get-arguments" (func (result (list string))))))
  (import "example:kept/kept" (instance $kept (export "name" (func (result string)))))
  (core module $memory
    (memory (export "memory") 1)
    (global $place (export "place") (mut i32) (i32.const 0))
    (global $where (export "where") (mut i32) (i32.const -1))
    (global $left (export "left") (mut i32) (i32.const 0))
    (global $what (export "what") (mut i32) (i32.const 0))
    (global $top (mut i32) (i32.const 1024))
    (func $end (result i32) (i32.mul (memory.size) (i32.const 65536)))
    (func $wrong (param $align i32) (param $size i32) (result i32)
      (block $9 (block $8 (block $7 (block $6 (block $5 (block $4 (block $3 (block $2 (block $1
        (br_table $1 $1 $2 $3 $4 $5 $6 $7 $8 $9 (global.get $what)))
        (return (i32.const 1025)))
        (return (i32.const 0)))
        (return (i32.const -1)))
        (return (call $end)))
        (return (i32.sub (call $end)
          (i32.and (i32.add (local.get $size) (i32.const 7)) (i32.const -8)))))
        (return (i32.add (i32.sub (call $end) (local.get $size)) (local.get $align))))
        (return (i32.mul (memory.grow (i32.const 1)) (i32.const 65536))))
        unreachable)
      i32.const 512)
    (func (export "realloc")
      (param $old i32) (param $held i32) (param $align i32) (param $size i32) (result i32)
      (local $new i32)
      (global.set $top (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
      (local.set $new (global.get $top))
      (global.set $top (i32.add (local.get $new) (local.get $size)))
      (if (i32.eq (global.get $where) (global.get $place))
        (then
          (global.set $left (i32.sub (global.get $left) (i32.const 1)))
          (if (i32.and (i32.eq (global.get $left) (i32.const -1)) (global.get $what))
            (then (local.set $new (call $wrong (local.get $align) (local.get $size)))))))
      (if (local.get $held)
        (then (memory.copy (local.get $new) (local.get $old)
          (select (local.get $held) (local.get $size)
            (i32.lt_u (local.get $held) (local.get $size))))))
      local.get $new))
  (core instance $mem (instantiate $memory))
  (alias core export $mem "memory" (core memory $m))
  (alias core export $mem "realloc" (core func $realloc))
  (core func $environment
    (canon lower (func $environment "get-environment") (memory $m) (realloc $realloc)
      string-encoding=ENCODING))
  (core func $arguments
    (canon lower (func $environment "get-arguments") (memory $m) (realloc $realloc)
      string-encoding=ENCODING))
  (core func $name
    (canon lower (func $kept "name") (memory $m) (realloc $realloc) string-encoding=ENCODING))
  (core module $main
    (import "" "memory" (memory 1))
    (import "" "place" (global $place (mut i32)))
    (import "" "where" (global $where (mut i32)))
    (import "" "left" (global $left (mut i32)))
    (import "" "what" (global $what (mut i32)))
    (import "" "environment" (func $environment (param i32)))
    (import "" "arguments" (func $arguments (param i32)))
    (import "" "name" (func $name (param i32)))
    (func (export "arm") (param i32 i32 i32)
      (global.set $place (i32.const 0))
      (global.set $where (local.get 0))
      (global.set $left (local.get 1))
      (global.set $what (local.get 2)))
    (func (export "pass") (param i32 i32) (result i32)
      (i64.store (i32.const 256) (i64.or (i64.extend_i32_u (local.get 0))
        (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
      (global.set $place (global.get $where))
      (block $3 (block $2 (block $1 (block $0
        (br_table $0 $1 $2 $3 (global.get $where)))
        (return (i32.const 256)))
        (call $name (i32.const 256))
        (return (i32.const 256)))
        (call $arguments (i32.const 256))
        (return (i32.load (i32.const 256))))
      (call $environment (i32.const 256))
      (i32.add (i32.load (i32.const 256)) (i32.const 8)))
  )
  (core instance $i (instantiate $main (with "" (instance
    (export "memory" (memory $m))
    (export "place" (global $mem "place"))
    (export "where" (global $mem "where"))
    (export "left" (global $mem "left"))
    (export "what" (global $mem "what"))
    (export "environment" (func $environment))
    (export "arguments" (func $arguments))
    (export "name" (func $name))
  ))))
  (func (export "arm") (param "where" u32) (param "which" u32) (param "what" u32)
    (canon lift (core func $i "arm")))
  (func (export "pass") (param "text" string) (result string)
    (canon lift (core func $i "pass") (memory $m) (realloc $realloc) string-encoding=ENCODING))
)"#;

fn linker(wasi: Wasi, engine: &Engine, text: &'static str) -> Result<Linker<State>> {
    let mut linker = host::linker(wasi, engine)?;
    let mut kept = linker.instance("example:kept/kept")?;
    kept.func_wrap("name", move |_, ()| Ok((text.to_owned(),)))?;
    Ok(linker)
}

/// Returns an outcome on a host for each text, place, allocation (of the first so many) and way to go
/// wrong: the text that came about, or that the guest trapped.
fn outcomes(component: &[u8], wasi: Wasi, allocations: u32) -> Result<Vec<String>> {
    let engine = host::engine();
    let component = host::compiled(&engine, component)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mut outcomes = Vec::new();
    for text in TEXTS {
        let linker = linker(wasi, &engine, text)?;
        for place in 0..PLACES {
            for (which, what) in
                (0..allocations).flat_map(|it| (0..ACTS.len()).map(move |act| (it, act)))
            {
                let context = WasiCtx::builder()
                    .arg(text)
                    .arg("more")
                    .env("NAME", text)
                    .build();
                let mut store = Store::new(&engine, State::new(context));
                let passed: Result<String> = runtime.block_on(async {
                    let instance = linker.instantiate_async(&mut store, &component).await?;
                    let arm = instance.get_typed_func::<(u32, u32, u32), ()>(&mut store, "arm")?;
                    let pass = instance.get_typed_func::<(&str,), (String,)>(&mut store, "pass")?;
                    arm.call_async(&mut store, (place, which, what as u32))
                        .await?;
                    Ok(pass.call_async(&mut store, (text,)).await?.0)
                });
                let passed = passed.map_or_else(|_| "trapped".to_string(), |it| format!("{it:?}"));
                let act = ACTS[what];
                outcomes.push(format!(
                    "{text:?} in {place}: allocation {which} {act}: {passed}"
                ));
            }
        }
    }
    Ok(outcomes)
}

/// Text that is not UTF-8 is allocated for once by a fused guest's glue, where the host may ask for more
/// room than it then needs, and for the room to be less. So what comes after the first text is not
/// compared.
#[test]
fn an_allocator_that_goes_wrong_does_as_on_the_host() {
    for encoding in ENCODINGS {
        let guest = wat::parse_str(GUEST.replace("ENCODING", encoding)).unwrap();
        for mode in MODES {
            let allocations = match (encoding, mode) {
                ("utf8", _) | (_, LinkMode::Component) => ALLOCATIONS,
                _ => 2,
            };
            let native = outcomes(&guest, Wasi::V0_2, allocations).unwrap();
            let has = |end: &str| native.iter().any(|outcome| outcome.ends_with(end));
            assert!(has("trapped") && has("\"text\""), "{native:?}");
            let uplifted = compose(&guest, mode, Target::default());
            let outcomes = outcomes(&uplifted, Wasi::V0_3, allocations).unwrap();
            for (outcome, native) in outcomes.iter().zip(&native) {
                assert_eq!(outcome, native, "{encoding}, {mode}");
            }
        }
    }
}
