//! Which guests can't become one component with the adapter, and why.

use crate::catalogue::{Catalogue, Target};
use crate::error::{FuseError, PartsReason};
use crate::fuse::{Failure, fuse};
use crate::inspect::Guest;
use crate::plan::Decisions;

/// Why a guest can't be fused, if it can't.
fn refusal(text: &str) -> Option<FuseError> {
    let bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let guest = Guest::read(&bytes).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let catalogue = Catalogue::new(Target::default(), &[]).unwrap();
    let plan = Decisions::of(&guest, &catalogue).unwrap();
    let plan = plan.into_plan().unwrap();
    match fuse(guest, &plan, &catalogue) {
        Ok(_) => None,
        Err(Failure::Unfusible(reason)) => Some(reason),
        Err(Failure::Internal(error)) => panic!("{error}\n{text}"),
    }
}

/// Checks guests of several parts.
fn check_parts(guests: &[(String, Option<PartsReason>)]) {
    for (text, expected) in guests {
        let expected = expected.map(FuseError::from);
        assert_eq!(refusal(text), expected, "{text}");
    }
}

const MEMORY: &str = r#"(core module $memory (memory (export "m") 1)
      (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
    (core instance $memory (instantiate $memory))"#;
const BOTH: &str = r#"(memory $memory "m") (realloc (func $memory "r"))"#;

/// Two components, of which one calls a function of the other of this type, with core functions of
/// these types.
fn call(ty: &str, lifted: [&str; 2], lowered: [&str; 2]) -> String {
    let [lifted, lifting] = lifted;
    let [lowered, lowering] = lowered;
    format!(
        r#"(component
  (component $a
    {MEMORY}
    (core module $m (func (export "f") {lifted} unreachable))
    (core instance $i (instantiate $m))
    (func (export "f") {ty} (canon lift (core func $i "f") {BOTH} {lifting})))
  (component $b
    (import "f" (func $f {ty}))
    {MEMORY}
    (core func $f' (canon lower (func $f) {BOTH} {lowering}))
    (core module $m (import "" "f" (func {lowered})) (func (export "g")))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f'))))))
    (func (export "g") (canon lift (core func $i "g"))))
  (instance $a (instantiate $a))
  (instance $b (instantiate $b (with "f" (func $a "f"))))
  (export "g" (func $b "g")))"#
    )
}

#[test]
fn what_a_function_between_parts_may_have() {
    const TEXT: &str = r#"(param "x" string)"#;
    const LIST: &str = r#"(param "x" (list u8))"#;
    const PAIR: &str = "(param i32 i32)";
    const UTF16: &str = "string-encoding=utf16";
    const COMPACT: &str = "string-encoding=latin1+utf16";
    check_parts(&[
        (call(TEXT, [PAIR, ""], [PAIR, ""]), None),
        (
            call(TEXT, [PAIR, UTF16], [PAIR, ""]),
            Some(PartsReason::Encoding),
        ),
        (
            call(TEXT, [PAIR, ""], [PAIR, COMPACT]),
            Some(PartsReason::Encoding),
        ),
        (
            call(TEXT, [PAIR, UTF16], [PAIR, UTF16]),
            Some(PartsReason::Encoding),
        ),
        (call(LIST, [PAIR, UTF16], [PAIR, COMPACT]), None),
        (
            call(
                r#"async (param "x" (list u8))"#,
                [PAIR, ""],
                ["(param i32 i32) (result i32)", "async"],
            ),
            Some(PartsReason::Asynchronous),
        ),
        (
            call(r#"async (param "x" (list u8))"#, [PAIR, ""], [PAIR, ""]),
            None,
        ),
        (
            call(
                r#"(param "x" (stream u8))"#,
                ["(param i32)", ""],
                ["(param i32)", ""],
            ),
            Some(PartsReason::Unbridged),
        ),
    ]);
}

/// Types of which each is made of eight of the one before.
fn nested(depth: usize) -> String {
    let mut types = String::from("(type $t0 (tuple u8 u8 u8 u8 u8 u8 u8 u8))");
    for level in 1..depth {
        let inner = format!("$t{}", level - 1);
        types += &format!("(type $t{level} (tuple {}))", [inner.as_str(); 8].join(" "));
    }
    types
}

/// What is done about values is written out, and must not be more than a module can have.
#[test]
fn how_much_a_function_between_parts_may_have() {
    // So many functions, with so many lists of the largest type.
    let guest = |depth: usize, functions: usize, lists: usize| {
        let types = nested(depth);
        let params: String = (0..lists)
            .map(|at| format!("(param \"p{at}\" (list $t{}))", depth - 1))
            .collect();
        let core = format!("(param {})", ["i32 i32"; 7][..lists].join(" "));
        let (mut exports, mut imports, mut lowered, mut args, mut with) = (
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
        );
        for at in 0..functions {
            exports += &format!(
                "(func (export \"f{at}\") {params} (canon lift (core func $i \"f\") {BOTH}))"
            );
            imports += &format!("(import \"f{at}\" (func $f{at} {params}))");
            lowered += &format!("(core func $l{at} (canon lower (func $f{at}) {BOTH}))");
            args += &format!("(export \"f{at}\" (func $l{at}))");
            with += &format!("(with \"f{at}\" (func $a \"f{at}\"))");
        }
        format!(
            r#"(component
  (component $a
    {types}
    {MEMORY}
    (core module $m (func (export "f") {core}))
    (core instance $i (instantiate $m))
    {exports})
  (component $b
    {types}
    {imports}
    {MEMORY}
    {lowered}
    (core module $m (func (export "g")))
    (core instance $i (instantiate $m (with "" (instance {args}))))
    (func (export "g") (canon lift (core func $i "g"))))
  (instance $a (instantiate $a))
  (instance $b (instantiate $b {with}))
  (export "g" (func $b "g")))"#
        )
    };
    check_parts(&[
        (guest(3, 1, 6), None),
        (guest(3, 1, 7), Some(PartsReason::Unbridged)),
        (guest(4, 1, 1), Some(PartsReason::Unbridged)),
        (guest(3, 20, 6), Some(PartsReason::Unbridged)),
    ]);
}

#[test]
fn what_parts_may_have_of_the_host() {
    // A part with a function or a built-in of the host's.
    let guest = |imports: &str, definition: &str, core: &str| {
        let import = format!(
            r#"(import "test:host/host" (instance $h
                (export "r" (type $r (sub resource))) {imports}))"#
        );
        format!(
            r#"(component
  {import}
  (component $a
    {import}
    (alias export $h "r" (type $r))
    {MEMORY}
    (core func $f (canon {definition}))
    (core module $m (import "" "f" (func {core})) (func (export "g")))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
    (func (export "g") (canon lift (core func $i "g"))))
  (instance $a (instantiate $a (with "test:host/host" (instance $h))))
  (export "g" (func $a "g")))"#
        )
    };
    let function = |ty: &str, core: &str| {
        let import = format!("(export \"f\" (func {ty}))");
        guest(&import, &format!("lower (func $h \"f\") {BOTH}"), core)
    };
    let own = Some(PartsReason::HostHandles);
    check_parts(&[
        (function("(result u32)", "(result i32)"), None),
        (function("(param \"x\" (list u8))", "(param i32 i32)"), None),
        (function("(result (own $r))", "(result i32)"), own),
        (function("(param \"x\" (borrow $r))", "(param i32)"), own),
        (
            function(
                "(param \"x\" (list (own $r))) (param \"y\" (option u8))",
                "(param i32 i32 i32 i32)",
            ),
            own,
        ),
        (
            function(
                "(param \"x\" (option u8)) (result (option (own $r)))",
                "(param i32 i32 i32)",
            ),
            own,
        ),
        (guest("", "resource.drop $r", "(param i32)"), own),
        (
            guest("", "context.get i32 0", "(result i32)"),
            Some(PartsReason::Context),
        ),
        (
            guest("", "context.set i32 0", "(param i32)"),
            Some(PartsReason::Context),
        ),
        (guest("", "thread.yield", "(result i32)"), None),
    ]);
    let text = guest("", "waitable-set.new", "(result i32)");
    let built_in = refusal(&text);
    assert!(
        matches!(&built_in, Some(FuseError::BuiltIn { built_in }) if built_in == "WaitableSetNew"),
        "{built_in:?}"
    );
}

/// A guest of one part has its own handles in one table with those of the adapter.
#[test]
fn what_a_guest_may_have_of_wasi_0_3() {
    let guest = |definition: &str, core: &str| {
        format!(
            r#"(component
  (import "wasi:filesystem/types@0.3.0" (instance $files
    (export "descriptor" (type $descriptor (sub resource)))))
  (alias export $files "descriptor" (type $descriptor))
  (import "wasi:random/random@0.3.0" (instance $random
    (export "get-random-u64" (func (result u64)))))
  (import "test:host/host" (instance $host
    (export "r" (type $r (sub resource)))
    (export "get" (func (result (own $r))))))
  (alias export $host "r" (type $r))
  (core func $f (canon {definition}))
  (core module $m (import "" "f" (func {core})) (func (export "g")))
  (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
  (func (export "g") (canon lift (core func $i "g"))))"#
        )
    };
    let drop = guest("resource.drop $descriptor", "(param i32)");
    assert_eq!(
        refusal(&drop),
        Some(FuseError::Handles {
            import: "wasi:filesystem/types@0.3.0".to_string()
        })
    );
    for (definition, core) in [
        ("resource.drop $r", "(param i32)"),
        ("lower (func $host \"get\")", "(result i32)"),
        ("lower (func $random \"get-random-u64\")", "(result i64)"),
        ("context.get i32 0", "(result i32)"),
    ] {
        assert_eq!(refusal(&guest(definition, core)), None, "{definition}");
    }
}

/// A component and one that it has instantiated.
#[test]
fn parts_of_parts_call_no_parts_that_they_are_of() {
    let outer_calls = r#"(component
  (component $p
    (component $c
      (core module $m (func (export "f")))
      (core instance $i (instantiate $m))
      (func (export "f") (canon lift (core func $i "f"))))
    (instance $c (instantiate $c))
    (core func $f (canon lower (func $c "f")))
    (core module $m (import "" "f" (func)) (func (export "g")))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
    (func (export "g") (canon lift (core func $i "g"))))
  (instance $p (instantiate $p))
  (export "g" (func $p "g")))"#;
    let inner_calls = r#"(component
  (component $p
    (core module $m (func (export "f")))
    (core instance $i (instantiate $m))
    (func $f (canon lift (core func $i "f")))
    (component $c
      (import "f" (func $f))
      (core func $f' (canon lower (func $f)))
      (core module $m (import "" "f" (func)) (func (export "g")))
      (core instance $i (instantiate $m (with "" (instance (export "f" (func $f'))))))
      (func (export "g") (canon lift (core func $i "g"))))
    (instance $c (instantiate $c (with "f" (func $f))))
    (export "g" (func $c "g")))
  (instance $p (instantiate $p))
  (export "g" (func $p "g")))"#;
    check_parts(&[
        (outer_calls.to_string(), Some(PartsReason::Nested)),
        (inner_calls.to_string(), Some(PartsReason::Nested)),
    ]);
}

#[test]
fn what_resources_of_parts_may_do() {
    // A resource that one component has, with a function of this type, that another uses.
    let guest = |ty: &str, core: &str, more: &str| {
        format!(
            r#"(component
  (component $a
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core module $m (func (export "f") {core}))
    (core instance $i (instantiate $m))
    (func (export "f") {ty} (canon lift (core func $i "f"))))
  (component $b
    (import "a" (instance $a (export "r" (type $r (sub resource))) (export "f" (func {ty}))))
    (core func $f (canon lower (func $a "f")))
    (core module $m (import "" "f" (func {core})) (func (export "g")))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
    (func (export "g") (canon lift (core func $i "g"))))
  (instance $a (instantiate $a))
  (instance $b (instantiate $b (with "a" (instance $a))))
  {more}
  (export "g" (func $b "g")))"#
        )
    };
    let pair = "(param i32 i32)";
    check_parts(&[
        (
            guest(
                r#"(param "x" (borrow $r)) (param "y" (borrow $r))"#,
                pair,
                "",
            ),
            None,
        ),
        (
            guest(r#"(param "x" (own $r)) (param "y" (own $r))"#, pair, ""),
            None,
        ),
        (
            guest(r#"(param "x" (borrow $r)) (param "y" (own $r))"#, pair, ""),
            Some(PartsReason::LentAndGiven),
        ),
        (
            guest(
                r#"(param "x" (borrow $r))"#,
                "(param i32)",
                r#"(export "r" (type $a "r"))"#,
            ),
            Some(PartsReason::Resource),
        ),
    ]);
}
