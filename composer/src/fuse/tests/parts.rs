//! Guests of several parts, as components of an engine and as parts of one: what a call returns, and
//! whether it traps, has to be the same.

use super::in_parts;
use wasmtime::component::{Component, Linker, Val};
use wasmtime::{Config, Engine, Store};

/// What differs between the guests.
#[derive(Clone, Copy)]
struct Code<'a> {
    /// What the user does, which leaves a number on the stack.
    user: &'a str,
    /// What the reader does with what it is lent, the first parameter.
    reader: &'a str,
    /// What the owner does before it allocates.
    allocating: &'a str,
    /// What the owner does after it has returned.
    post_return: &'a str,
    /// What the owner's destructor does, with a representation.
    destructor: &'a str,
}

const CODE: Code<'_> = Code {
    user: "(i32.const 0)",
    reader: "(call $get (local.get 0)) (call $drop (local.get 0))",
    allocating: "",
    post_return: "",
    destructor: "",
};

impl Code<'_> {
    /// A component that has resources, one that is lent them, and one that uses both.
    fn component(&self) -> Vec<u8> {
        let Code {
            user,
            reader,
            allocating,
            post_return,
            destructor,
        } = self;
        let owner_type = r#"
            (export "r" (type $r (sub resource)))
            (export "plain" (type $plain (sub resource)))
            (export "make" (func (param "x" u32) (result (own $r))))
            (export "make-plain" (func (param "x" u32) (result (own $plain))))
            (export "get" (func (param "r" (borrow $r)) (result u32)))
            (export "take" (func (param "r" (own $r)) (result u32)))
            (export "pass" (func (param "r" (own $r)) (result (own $r))))
            (export "bad" (func (result u32)))
            (export "dropped" (func (result u32)))
            (export "sum" (func (param "l" (list u8)) (result u32)))
            (export "text" (func (param "l" string) (result string)))"#;
        let names = ["make", "make-plain", "get", "take", "pass", "bad", "dropped"];
        let mut lowered = String::new();
        let mut imports = String::new();
        let mut args = String::new();
        for name in names {
            let params = if matches!(name, "bad" | "dropped") { "" } else { "(param i32)" };
            lowered += &format!("(core func ${name} (canon lower (func $s \"{name}\")))");
            imports += &format!("(import \"\" \"{name}\" (func ${name} {params} (result i32)))");
            args += &format!("(export \"{name}\" (func ${name}))");
        }
        let text = format!(
            r#"(component
  (component $owner
    (core module $state
      (tag $t)
      (memory (export "m") 1)
      (global $dropped (export "dropped") (mut i32) (i32.const 0))
      (func (export "destroy") (param i32)
        {destructor}
        (global.set $dropped (i32.add (i32.mul (global.get $dropped) (i32.const 10)) (local.get 0)))))
    (core instance $state (instantiate $state))
    (type $r' (resource (rep i32) (dtor (func $state "destroy"))))
    (type $plain' (resource (rep i32)))
    (core func $new (canon resource.new $r'))
    (core func $rep (canon resource.rep $r'))
    (core func $drop (canon resource.drop $r'))
    (core func $new-plain (canon resource.new $plain'))
    (core module $m
      (tag $t)
      (import "" "m" (memory 1))
      (import "" "dropped" (global $dropped (mut i32)))
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "rep" (func $rep (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "new-plain" (func $new-plain (param i32) (result i32)))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        {allocating}
        (i32.const 1024))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "make-plain") (param i32) (result i32) (call $new-plain (local.get 0)))
      (func (export "get") (param i32) (result i32) (local.get 0))
      (func (export "take") (param i32) (result i32)
        (call $rep (local.get 0))
        (call $drop (local.get 0)))
      (func (export "pass") (param i32) (result i32) (local.get 0))
      (func (export "bad") (result i32) (call $rep (i32.const 77)))
      (func (export "dropped") (result i32) (global.get $dropped))
      (func (export "sum") (param i32 i32) (result i32)
        (i32.add (i32.load8_u (local.get 0)) (local.get 1)))
      (func (export "text") (param i32 i32) (result i32)
        (i32.store (i32.const 8) (local.get 0))
        (i32.store (i32.const 12) (local.get 1))
        (i32.const 8))
      (func (export "post") (param i32) {post_return}))
    (core instance $i (instantiate $m (with "" (instance
      (export "m" (memory $state "m"))
      (export "dropped" (global $state "dropped"))
      (export "new" (func $new))
      (export "rep" (func $rep))
      (export "drop" (func $drop))
      (export "new-plain" (func $new-plain))))))
    (export $r "r" (type $r'))
    (export $plain "plain" (type $plain'))
    (func (export "make") (param "x" u32) (result (own $r)) (canon lift (core func $i "make")))
    (func (export "make-plain") (param "x" u32) (result (own $plain))
      (canon lift (core func $i "make-plain")))
    (func (export "get") (param "r" (borrow $r)) (result u32) (canon lift (core func $i "get")))
    (func (export "take") (param "r" (own $r)) (result u32) (canon lift (core func $i "take")))
    (func (export "pass") (param "r" (own $r)) (result (own $r)) (canon lift (core func $i "pass")))
    (func (export "bad") (result u32) (canon lift (core func $i "bad")))
    (func (export "dropped") (result u32) (canon lift (core func $i "dropped")))
    (func (export "sum") (param "l" (list u8)) (result u32)
      (canon lift (core func $i "sum") (memory $state "m") (realloc (func $i "realloc"))
        (post-return (func $i "post"))))
    (func (export "text") (param "l" string) (result string)
      (canon lift (core func $i "text") (memory $state "m") (realloc (func $i "realloc"))
        (post-return (func $i "post")))))
  (component $reader
    (import "s" (instance $s {owner_type}))
    (alias export $s "r" (type $r))
    {lowered}
    (core func $drop (canon resource.drop $r))
    (core module $m
      {imports}
      (import "" "drop" (func $drop (param i32)))
      (func (export "read") (param i32) (result i32) {reader})
      (func (export "read-both") (param i32 i32) (result i32)
        (i32.add (call $get (local.get 0)) (i32.mul (call $get (local.get 1)) (i32.const 10)))
        (call $drop (local.get 0))
        (call $drop (local.get 1))))
    (core instance $i (instantiate $m (with "" (instance {args} (export "drop" (func $drop))))))
    (export $r' "r" (type $r))
    (func (export "read") (param "r" (borrow $r')) (result u32) (canon lift (core func $i "read")))
    (func (export "read-both") (param "a" (borrow $r')) (param "b" (borrow $r')) (result u32)
      (canon lift (core func $i "read-both"))))
  (component $user
    (import "s" (instance $s {owner_type}))
    (alias export $s "r" (type $r))
    (alias export $s "plain" (type $plain))
    (import "reader" (instance $reader
      (export "r" (type $r' (eq $r)))
      (export "read" (func (param "r" (borrow $r')) (result u32)))
      (export "read-both" (func (param "a" (borrow $r')) (param "b" (borrow $r')) (result u32)))))
    {lowered}
    (core module $memory (memory (export "m") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 2048))
      (data (i32.const 0) "\07abc"))
    (core instance $memory (instantiate $memory))
    (core func $read (canon lower (func $reader "read")))
    (core func $read-both (canon lower (func $reader "read-both")))
    (core func $sum (canon lower (func $s "sum") (memory $memory "m")))
    (core func $text (canon lower (func $s "text") (memory $memory "m")
      (realloc (func $memory "realloc"))))
    (core func $drop (canon resource.drop $r))
    (core func $drop-plain (canon resource.drop $plain))
    (core module $m
      {imports}
      (import "" "m" (memory 1))
      (import "" "read" (func $read (param i32) (result i32)))
      (import "" "read-both" (func $read-both (param i32 i32) (result i32)))
      (import "" "sum" (func $sum (param i32 i32) (result i32)))
      (import "" "text" (func $text (param i32 i32 i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "drop-plain" (func $drop-plain (param i32)))
      (func (export "use") (result i32) (local $h i32) (local $i i32) {user}))
    (core instance $i (instantiate $m (with "" (instance {args}
      (export "m" (memory $memory "m"))
      (export "read" (func $read))
      (export "read-both" (func $read-both))
      (export "sum" (func $sum))
      (export "text" (func $text))
      (export "drop" (func $drop))
      (export "drop-plain" (func $drop-plain))))))
    (func (export "use") (result u32) (canon lift (core func $i "use"))))
  (instance $owner (instantiate $owner))
  (instance $reader (instantiate $reader (with "s" (instance $owner))))
  (instance $user (instantiate $user
    (with "s" (instance $owner)) (with "reader" (instance $reader))))
  (export "use" (func $user "use")))"#
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// What the only function returns, unless it traps.
fn outcome(engine: &Engine, component: &[u8]) -> Option<Val> {
    let component = Component::new(engine, component).unwrap();
    let mut store = Store::new(engine, ());
    let linker = Linker::new(engine);
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let function = instance.get_func(&mut store, "use").unwrap();
    let mut results = [Val::Bool(false)];
    let called = function.call(&mut store, &[], &mut results);
    let [result] = results;
    called.ok().map(|()| result)
}

/// Checks guests that return a number, or trap.
fn check(guests: &[(Code<'_>, Option<u32>)]) {
    let mut config = Config::new();
    config.wasm_exceptions(true);
    let engine = Engine::new(&config).unwrap();
    for (code, expected) in guests {
        let apart = code.component();
        let expected = expected.map(Val::U32);
        let told = [code.user, code.reader, code.allocating, code.post_return, code.destructor];
        assert_eq!(outcome(&engine, &apart), expected, "as components: {told:?}");
        for one_memory in [false, true] {
            let parts = in_parts(&apart, one_memory);
            assert_eq!(outcome(&engine, &parts), expected, "as parts: {told:?}");
        }
    }
}

#[test]
fn handles_are_as_between_components() {
    let user = |user, expected| (Code { user, ..CODE }, expected);
    check(&[
        user("(call $get (call $make (i32.const 5)))", Some(5)),
        user("(call $take (call $make (i32.const 5)))", Some(5)),
        user("(drop (call $take (call $make (i32.const 5)))) (call $dropped)", Some(5)),
        user("(call $drop (call $make (i32.const 5))) (call $dropped)", Some(5)),
        user("(call $drop-plain (call $make-plain (i32.const 5))) (call $dropped)", Some(0)),
        user("(call $get (call $pass (call $make (i32.const 6))))", Some(6)),
        // A handle that became free is the next.
        user(
            "(call $drop (call $make (i32.const 1)))
            (local.set $h (call $make (i32.const 2)))
            (call $drop (call $make (i32.const 3)))
            (i32.add (local.get $h) (i32.mul (call $make (i32.const 4)) (i32.const 10)))",
            Some(21),
        ),
        // More than a table has room for at first.
        user(
            "(loop $next
                (local.set $h (call $make (local.get $i)))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $next (i32.lt_u (local.get $i) (i32.const 100))))
            (i32.add (call $get (local.get $h)) (call $get (i32.const 2)))",
            Some(100),
        ),
        // None, none yet, one that was dropped, one that was given away, and one of another type.
        user("(call $get (i32.const 0))", None),
        user("(call $get (i32.const 9))", None),
        user("(call $drop (i32.const 9)) (i32.const 0)", None),
        user("(call $drop (i32.const 0)) (i32.const 0)", None),
        user("(call $drop (i32.const -1)) (i32.const 0)", None),
        user("(drop (call $make (i32.const 1))) (call $get (i32.const 2))", None),
        user("(drop (call $make (i32.const 1))) (call $drop (i32.const 2)) (i32.const 0)", None),
        user(
            "(local.set $h (call $make (i32.const 1)))
            (call $drop (local.get $h)) (call $drop (local.get $h)) (i32.const 0)",
            None,
        ),
        user(
            "(local.set $h (call $make (i32.const 1)))
            (drop (call $take (local.get $h))) (call $get (local.get $h))",
            None,
        ),
        user("(call $get (call $make-plain (i32.const 1)))", None),
        user("(call $take (call $make-plain (i32.const 1)))", None),
        user("(call $drop (call $make-plain (i32.const 1))) (i32.const 0)", None),
        user("(call $drop-plain (call $make (i32.const 1))) (i32.const 0)", None),
        user("(call $bad)", None),
    ]);
}

#[test]
fn lending_is_as_between_components() {
    const USER: &str = "(local.set $h (call $make (i32.const 5)))
        (i32.add (call $read (local.get $h)) (call $get (local.get $h)))";
    let reader = |reader, expected| {
        let user = USER;
        (Code { user, reader, ..CODE }, expected)
    };
    let user = |user, expected| (Code { user, ..CODE }, expected);
    check(&[
        reader(CODE.reader, Some(10)),
        // It has to be given back, once.
        reader("(call $get (local.get 0))", None),
        reader("(call $drop (local.get 0)) (call $drop (local.get 0)) (i32.const 0)", None),
        reader("(call $drop (local.get 0)) (call $get (local.get 0))", None),
        // It can't be given away.
        reader("(call $take (local.get 0))", None),
        reader("(call $get (call $pass (local.get 0)))", None),
        // What is its own beside it is no matter.
        reader("(drop (call $make (i32.const 9))) (call $drop (local.get 0)) (i32.const 1)", Some(6)),
        reader(
            "(call $drop (call $make (i32.const 9))) (call $drop (local.get 0)) (call $dropped)",
            Some(14),
        ),
        reader("(call $drop (i32.const 50)) (i32.const 0)", None),
        // Dropping what is lent destroys nothing.
        user(
            "(drop (call $read (call $make (i32.const 5)))) (call $dropped)",
            Some(0),
        ),
        user(
            "(drop (call $read (call $make (i32.const 5))))
            (drop (call $read (call $make (i32.const 6))))
            (call $read-both (i32.const 1) (i32.const 2))",
            Some(65),
        ),
        user("(call $read (call $make-plain (i32.const 5)))", None),
        user("(call $read (i32.const 5))", None),
    ]);
}

#[test]
fn what_may_not_leave_traps_as_between_components() {
    const SUM: &str = "(call $sum (i32.const 0) (i32.const 3))";
    const TEXT: &str = "(call $text (i32.const 1) (i32.const 3) (i32.const 16))
        (i32.load8_u offset=1 (i32.load (i32.const 16)))";
    let allocating = |user, allocating, expected| {
        (Code { user, allocating, ..CODE }, expected)
    };
    let after = |user, post_return, expected| {
        (Code { user, post_return, ..CODE }, expected)
    };
    let destroying = |user, destructor, expected| {
        (Code { user, destructor, ..CODE }, expected)
    };
    const DROPS: &str = "(call $drop (call $make (i32.const 5))) (call $dropped)";
    const DROPS_OWN: &str = "(drop (call $take (call $make (i32.const 5)))) (call $dropped)";
    const COUNTS: &str = "(global.set $dropped (i32.add (global.get $dropped) (i32.const 3)))";
    check(&[
        allocating(SUM, "", Some(10)),
        allocating(TEXT, "", Some(u32::from(b'b'))),
        allocating(SUM, "(drop (call $new (i32.const 1)))", None),
        allocating(SUM, "(call $drop (i32.const 1))", None),
        allocating(SUM, "(throw $t)", None),
        allocating(TEXT, "(throw $t)", None),
        // It may look at what it has.
        allocating(
            "(drop (call $take (call $make (i32.const 5)))) (call $sum (i32.const 0) (i32.const 3))",
            "(drop (call $new (i32.const 1)))",
            None,
        ),
        after("(drop (call $sum (i32.const 0) (i32.const 3))) (call $dropped)", COUNTS, Some(3)),
        after(
            "(call $text (i32.const 1) (i32.const 3) (i32.const 16)) (call $dropped)",
            "(global.set $dropped (local.get 0))",
            Some(8),
        ),
        after(
            "(drop (call $sum (i32.const 0) (i32.const 3))) (call $dropped)",
            "(global.set $dropped (local.get 0))",
            Some(10),
        ),
        after(SUM, "(throw $t)", None),
        destroying(DROPS, "", Some(5)),
        destroying(DROPS, "(throw $t)", None),
        destroying(DROPS_OWN, "(throw $t)", None),
        destroying(DROPS, "unreachable", None),
    ]);
}
