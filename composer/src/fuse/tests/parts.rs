//! Guests of several parts, as components of an engine and as parts of one: what a call returns, and
//! whether it traps, has to be the same.

use super::in_parts;
use std::sync::LazyLock;
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
            (export "take-all" (func (param "l" (list (own $r))) (result u32)))
            (export "bad" (func (result u32)))
            (export "dropped" (func (result u32)))
            (export "sum" (func (param "l" (list u8)) (result u32)))
            (export "text" (func (param "l" string) (result string)))"#;
        let names = [
            "make",
            "make-plain",
            "get",
            "take",
            "pass",
            "bad",
            "dropped",
        ];
        let mut lowered = String::new();
        let mut imports = String::new();
        let mut args = String::new();
        for name in names {
            let params = if matches!(name, "bad" | "dropped") {
                ""
            } else {
                "(param i32)"
            };
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
      (func (export "take-all") (param i32 i32) (result i32)
        (call $rep (i32.load (local.get 0))))
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
    (func (export "take-all") (param "l" (list (own $r))) (result u32)
      (canon lift (core func $i "take-all") (memory $state "m") (realloc (func $i "realloc"))))
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
    (core func $take-all (canon lower (func $s "take-all") (memory $memory "m")))
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
      (import "" "take-all" (func $take-all (param i32 i32) (result i32)))
      (import "" "text" (func $text (param i32 i32 i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "drop-plain" (func $drop-plain (param i32)))
      (func (export "use") (result i32) (local $h i32) (local $i i32) {user}))
    (core instance $i (instantiate $m (with "" (instance {args}
      (export "m" (memory $memory "m"))
      (export "read" (func $read))
      (export "read-both" (func $read-both))
      (export "sum" (func $sum))
      (export "take-all" (func $take-all))
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

/// A guest as components, and in each way as parts of one.
struct Guest {
    ways: Vec<Component>,
}

impl Guest {
    fn new(apart: &[u8]) -> Self {
        static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
            let mut config = Config::new();
            config.wasm_exceptions(true);
            Engine::new(&config).unwrap()
        });
        let parts = [false, true].map(|one_memory| in_parts(apart, one_memory));
        let all = [apart.to_vec()].into_iter().chain(parts);
        Guest {
            ways: all.map(|it| Component::new(&ENGINE, it).unwrap()).collect(),
        }
    }

    /// Checks what the only function returns, or that it traps.
    fn check(&self, args: &[i32], expected: Option<u32>, told: &[&str]) {
        let args: Vec<_> = args.iter().copied().map(Val::S32).collect();
        for (way, component) in self.ways.iter().enumerate() {
            let mut store = Store::new(component.engine(), ());
            let linker = Linker::new(component.engine());
            let instance = linker.instantiate(&mut store, component).unwrap();
            let function = instance.get_func(&mut store, "use").unwrap();
            let mut results = [Val::Bool(false)];
            let called = function.call(&mut store, &args, &mut results);
            let [result] = results;
            let outcome = called.ok().map(|()| result);
            assert_eq!(
                outcome,
                expected.map(Val::U32),
                "way {way}: {told:?} {args:?}"
            );
        }
    }
}

fn check_all(guests: &[(Code<'_>, Option<u32>)]) {
    for (code, expected) in guests {
        let told = [
            code.user,
            code.reader,
            code.allocating,
            code.post_return,
            code.destructor,
        ];
        Guest::new(&code.component()).check(&[], *expected, &told);
    }
}

#[test]
fn handles_are_as_between_components() {
    let user = |user, expected| (Code { user, ..CODE }, expected);
    check_all(&[
        user("(call $get (call $make (i32.const 5)))", Some(5)),
        user("(call $take (call $make (i32.const 5)))", Some(5)),
        user(
            "(drop (call $take (call $make (i32.const 5)))) (call $dropped)",
            Some(5),
        ),
        user(
            "(call $drop (call $make (i32.const 5))) (call $dropped)",
            Some(5),
        ),
        user(
            "(call $drop-plain (call $make-plain (i32.const 5))) (call $dropped)",
            Some(0),
        ),
        user(
            "(call $get (call $pass (call $make (i32.const 6))))",
            Some(6),
        ),
        user(
            "(i32.store (i32.const 32) (call $make (i32.const 6)))
            (call $take-all (i32.const 32) (i32.const 1))",
            Some(6),
        ),
        user("(call $take-all (i32.const 32) (i32.const 1))", None),
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
        user(
            "(drop (call $make (i32.const 1))) (call $get (i32.const 2))",
            None,
        ),
        user(
            "(drop (call $make (i32.const 1))) (call $drop (i32.const 2)) (i32.const 0)",
            None,
        ),
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
        user(
            "(call $drop (call $make-plain (i32.const 1))) (i32.const 0)",
            None,
        ),
        user(
            "(call $drop-plain (call $make (i32.const 1))) (i32.const 0)",
            None,
        ),
        user("(call $bad)", None),
    ]);
}

#[test]
fn lending_is_as_between_components() {
    const USER: &str = "(local.set $h (call $make (i32.const 5)))
        (i32.add (call $read (local.get $h)) (call $get (local.get $h)))";
    let reader = |reader, expected| {
        let user = USER;
        (
            Code {
                user,
                reader,
                ..CODE
            },
            expected,
        )
    };
    let user = |user, expected| (Code { user, ..CODE }, expected);
    check_all(&[
        reader(CODE.reader, Some(10)),
        // It has to be given back, once.
        reader("(call $get (local.get 0))", None),
        reader(
            "(call $drop (local.get 0)) (call $drop (local.get 0)) (i32.const 0)",
            None,
        ),
        reader("(call $drop (local.get 0)) (call $get (local.get 0))", None),
        // It can't be given away.
        reader("(call $take (local.get 0))", None),
        reader("(call $get (call $pass (local.get 0)))", None),
        // What is its own beside it is no matter.
        reader(
            "(drop (call $make (i32.const 9))) (call $drop (local.get 0)) (i32.const 1)",
            Some(6),
        ),
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
        (
            Code {
                user,
                allocating,
                ..CODE
            },
            expected,
        )
    };
    let after = |user, post_return, expected| {
        (
            Code {
                user,
                post_return,
                ..CODE
            },
            expected,
        )
    };
    let destroying = |user, destructor, expected| {
        (
            Code {
                user,
                destructor,
                ..CODE
            },
            expected,
        )
    };
    const DROPS: &str = "(call $drop (call $make (i32.const 5))) (call $dropped)";
    const DROPS_OWN: &str = "(drop (call $take (call $make (i32.const 5)))) (call $dropped)";
    const COUNTS: &str = "(global.set $dropped (i32.add (global.get $dropped) (i32.const 3)))";
    check_all(&[
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
        after(
            "(drop (call $sum (i32.const 0) (i32.const 3))) (call $dropped)",
            COUNTS,
            Some(3),
        ),
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

/// Where values are in the memories of two components.
#[derive(Clone, Copy)]
struct Places {
    /// Where the user says that something is.
    at: i32,
    /// What the callee and the user allocate.
    callee_copy: i32,
    user_copy: i32,
    /// Where the callee says that its result or its list is, and how many elements it has.
    result: i32,
    len: i32,
}

const PLACES: Places = Places {
    at: 64,
    callee_copy: 1024,
    user_copy: 2048,
    result: 4096,
    len: 2,
};

/// The end of each memory.
const END: i32 = 0x1_0000;

impl Places {
    /// The component in which the user does something that leaves a number on the stack.
    fn component(user: &str) -> Vec<u8> {
        const OPTION: &str = "(option u64)";
        let wide = ["u64"; 10].join(" ");
        let many: String = (0..8)
            .map(|at| format!("(param \"p{at}\" {OPTION})"))
            .collect();
        let (mut lifted, mut imported) = (String::new(), String::new());
        let (mut lowered, mut imports, mut args) = (String::new(), String::new(), String::new());
        for (name, ty, core) in [
            (
                "numbers",
                "(param \"l\" (list u64)) (result u32)",
                "(param i32 i32) (result i32)",
            ),
            (
                "options",
                &format!("(param \"l\" (list {OPTION})) (result u32)"),
                "(param i32 i32) (result i32)",
            ),
            (
                "text",
                "(param \"t\" string) (result u32)",
                "(param i32 i32) (result i32)",
            ),
            ("get-option", &format!("(result {OPTION})"), "(param i32)"),
            (
                "get-wide",
                &format!("(result (tuple {wide}))"),
                "(param i32)",
            ),
            ("get-numbers", "(result (list u64))", "(param i32)"),
            (
                "get-options",
                &format!("(result (list {OPTION}))"),
                "(param i32)",
            ),
            ("get-text", "(result string)", "(param i32)"),
            (
                "many",
                &format!("(param \"first\" u8) {many} (result u32)"),
                "(param i32) (result i32)",
            ),
            (
                "small",
                r#"(param "a" s8) (param "b" s16) (param "c" bool) (param "d" u8)
                (param "e" u16) (result u32)"#,
                "(param i32 i32 i32 i32 i32) (result i32)",
            ),
            (
                "character",
                "(param \"c\" char) (result u32)",
                "(param i32) (result i32)",
            ),
            ("gaps", "(result u32)", "(result i32)"),
            (
                "set",
                "(param \"copy\" s32) (param \"result\" s32) (param \"len\" s32)",
                "(param i32 i32 i32)",
            ),
        ] {
            lifted += &format!(
                "(func (export \"{name}\") {ty} (canon lift (core func $i \"{name}\")
                    (memory $i \"m\") (realloc (func $i \"realloc\"))))"
            );
            imported += &format!("(export \"{name}\" (func {ty}))");
            lowered += &format!(
                "(core func ${name} (canon lower (func $s \"{name}\")
                    (memory $memory \"m\") (realloc (func $memory \"realloc\"))))"
            );
            imports += &format!("(import \"\" \"{name}\" (func ${name} {core}))");
            args += &format!("(export \"{name}\" (func ${name}))");
        }
        let text = format!(
            r#"(component
  (component $callee
    (core module $m
      (memory (export "m") 1)
      (global $copy (mut i32) (i32.const 0))
      (global $result (mut i32) (i32.const 0))
      (global $len (mut i32) (i32.const 0))
      (global $gaps (mut i32) (i32.const 0))
      (func (export "set") (param i32 i32 i32)
        (global.set $copy (local.get 0))
        (global.set $result (local.get 1))
        (global.set $len (local.get 2)))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (global.get $copy))
      (func $sum (param i32 i32) (result i32)
        (if (i32.eqz (local.get 1)) (then (return (i32.const 0))))
        (i32.add (i32.load8_u (local.get 0)) (local.get 1)))
      (export "numbers" (func $sum))
      (func (export "options") (param i32 i32) (result i32)
        (call $sum (local.get 0) (local.get 1))
        (if (local.get 1)
          (then
            (global.set $gaps
              (i32.add
                (i32.load8_u offset=1 (local.get 0))
                (i32.load8_u offset=8 (local.get 0)))))))
      (func (export "gaps") (result i32) (global.get $gaps))
      (export "text" (func $sum))
      (func $result (result i32) (global.get $result))
      (export "get-option" (func $result))
      (export "get-wide" (func $result))
      (func $list (result i32)
        (i32.store (i32.const 0) (global.get $result))
        (i32.store (i32.const 4) (global.get $len))
        (i32.const 0))
      (export "get-numbers" (func $list))
      (export "get-options" (func $list))
      (export "get-text" (func $list))
      (func (export "many") (param i32) (result i32) (i32.load8_u (local.get 0)))
      (func (export "small") (param i32 i32 i32 i32 i32) (result i32)
        (i32.and
          (i32.and (i32.eq (local.get 0) (i32.const -2)) (i32.eq (local.get 1) (i32.const -3)))
          (i32.and
            (i32.eq (local.get 2) (i32.const 1))
            (i32.and
              (i32.eq (local.get 3) (i32.const 0xfe))
              (i32.eq (local.get 4) (i32.const 0xfffd))))))
      (func (export "character") (param i32) (result i32) (local.get 0)))
    (core instance $i (instantiate $m))
    {lifted})
  (component $user
    (import "s" (instance $s {imported}))
    (core module $memory
      (memory (export "m") 1)
      (global $copy (export "copy") (mut i32) (i32.const 0))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (global.get $copy)))
    (core instance $memory (instantiate $memory))
    {lowered}
    (core module $m
      (import "" "m" (memory 1))
      (import "" "copy" (global $copy (mut i32)))
      {imports}
      (func (export "use")
        (param $at i32) (param $callee i32) (param $user i32) (param $result i32) (param $len i32)
        (result i32)
        (global.set $copy (local.get $user))
        (call $set (local.get $callee) (local.get $result) (local.get $len))
        {user}))
    (core instance $i (instantiate $m (with "" (instance
      (export "m" (memory $memory "m"))
      (export "copy" (global $memory "copy"))
      {args}))))
    (func (export "use")
      (param "at" s32) (param "callee" s32) (param "user" s32) (param "result" s32) (param "len" s32)
      (result u32)
      (canon lift (core func $i "use"))))
  (instance $callee (instantiate $callee))
  (instance $user (instantiate $user (with "s" (instance $callee))))
  (export "use" (func $user "use")))"#
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// A user that calls one of the callee's functions, and what that returns if it doesn't trap.
struct Call {
    guest: Guest,
    expected: u32,
}

impl Call {
    fn new(user: &str, expected: u32) -> Self {
        Call {
            guest: Guest::new(&Places::component(user)),
            expected,
        }
    }

    /// Of a list or text that the user has.
    fn with(name: &str, len: i32) -> Self {
        let user = format!("(call ${name} (local.get $at) (i32.const {len}))");
        Call::new(&user, len as u32)
    }

    /// Of something that is returned.
    fn getting(name: &str) -> Self {
        Call::new(&format!("(call ${name} (local.get $at)) (i32.const 0)"), 0)
    }

    /// Tries something in several places, some of which are possible.
    fn check(&self, place: impl Fn(i32) -> Places, possible: &[i32], impossible: &[i32]) {
        let possible = possible.iter().map(|at| (*at, Some(self.expected)));
        let impossible = impossible.iter().map(|at| (*at, None));
        for (at, expected) in possible.chain(impossible) {
            let Places {
                at,
                callee_copy,
                user_copy,
                result,
                len,
            } = place(at);
            self.guest
                .check(&[at, callee_copy, user_copy, result, len], expected, &[]);
        }
    }
}

/// Calls the function whose parameters are in memory. Of the last, only the tag is looked at.
const MANY: &str = "
    (if (i32.lt_u (local.get $at) (i32.const 0x10000))
      (then (i32.store8 (local.get $at) (i32.const 9))))
    (call $many (local.get $at))";

#[test]
fn what_a_callee_gets_has_to_be_in_memory() {
    let [numbers, options, text] = ["numbers", "options", "text"].map(|name| Call::with(name, 2));
    let many = Call::new(MANY, 9);
    let at = |at| Places { at, ..PLACES };
    numbers.check(at, &[0, 8, END - 16], &[4, 1, END - 8, END, -8]);
    options.check(at, &[0, 8, END - 32], &[4, END - 24, END - 16, -16]);
    text.check(at, &[0, 1, END - 2], &[END - 1, END, -1]);
    many.check(at, &[0, 8, END - 136], &[4, 1, END - 128, END - 8, -8]);
    // Where the callee allocates.
    let callee_copy = |callee_copy| Places {
        callee_copy,
        ..PLACES
    };
    numbers.check(callee_copy, &[0, 8, END - 16], &[4, 1, END - 8, -8]);
    options.check(
        callee_copy,
        &[0, 8, END - 32],
        &[4, END - 24, END - 16, -16],
    );
    text.check(callee_copy, &[0, 1, END - 2], &[END - 1, -1]);
    many.check(
        callee_copy,
        &[0, 8, END - 136],
        &[4, 1, END - 128, END - 8, -8],
    );
    // Nothing, and as many as no memory has.
    for (name, len) in [
        ("numbers", 0x2000_0000),
        ("options", 0x1000_0000),
        ("text", -1),
    ] {
        Call::with(name, 0).check(at, &[0, END], &[]);
        Call::with(name, len).check(at, &[], &[0]);
    }
}

#[test]
fn what_a_callee_returns_has_to_be_in_memory() {
    let [option, wide, numbers, options, text] = ["option", "wide", "numbers", "options", "text"]
        .map(|it| Call::getting(&format!("get-{it}")));
    // Where the caller wants it.
    let at = |at| Places { at, ..PLACES };
    option.check(at, &[0, 8, END - 16], &[4, 1, END - 8, END, -8]);
    wide.check(at, &[0, 8, END - 80], &[4, 1, END - 72, END - 8, -8]);
    numbers.check(at, &[0, 4, END - 8], &[2, 1, END - 4, END, -4]);
    // Where the callee says that it is.
    let result = |result| Places { result, ..PLACES };
    option.check(result, &[8, END - 16], &[4, 1, END - 8, END, -8]);
    wide.check(result, &[8, END - 80], &[4, 1, END - 72, END - 8, -8]);
    numbers.check(result, &[8, END - 16], &[4, 1, END - 8, -8]);
    options.check(result, &[8, END - 32], &[4, END - 24, END - 16, -8]);
    text.check(result, &[8, END - 2], &[END - 1, -1]);
    // Where the caller allocates.
    let user_copy = |user_copy| Places {
        user_copy,
        ..PLACES
    };
    numbers.check(user_copy, &[8, END - 16], &[4, 1, END - 8, -8]);
    options.check(user_copy, &[8, END - 32], &[4, END - 24, END - 16, -8]);
    text.check(user_copy, &[8, END - 2], &[END - 1, -1]);
    // Too many.
    let len = |len| Places { len, ..PLACES };
    numbers.check(len, &[0, 1], &[0x2000_0000]);
    options.check(len, &[0, 1], &[0x1000_0000]);
    text.check(len, &[0, 1], &[-1]);
}

#[test]
fn small_numbers_come_as_what_they_are() {
    // Other bits than those of the type are nobody's business.
    let small = "(call $small (i32.const 0x7fe) (i32.const 0x7fffd) (i32.const 8) (i32.const 0x7fe)
        (i32.const 0x7fffd))";
    Call::new(small, 1).check(|at| Places { at, ..PLACES }, &[0], &[]);
    let character = Guest::new(&Places::component("(call $character (local.get $at))"));
    for at in [0x10_ffff, 0xe000, 0xd7ff] {
        character.check(&[at, 0, 0, 0, 0], Some(at as u32), &[]);
    }
    for at in [0xd800, 0xdfff, 0x11_0000, -1] {
        character.check(&[at, 0, 0, 0, 0], None, &[]);
    }
}

/// Between the fields of a value, and where a case has no payload, nothing is written.
#[test]
fn what_is_between_values_stays() {
    let call = Call::new(
        "(i32.store8 offset=1 (local.get $at) (i32.const 7))
        (i32.store8 offset=8 (local.get $at) (i32.const 7))
        (drop (call $options (local.get $at) (i32.const 2)))
        (call $gaps)",
        0,
    );
    call.check(|at| Places { at, ..PLACES }, &[64], &[]);
    let call = Call::new(
        "(i32.store8 offset=1 (local.get $at) (i32.const 7))
        (i32.store8 offset=8 (local.get $at) (i32.const 7))
        (call $get-option (local.get $at))
        (i32.add
          (i32.load8_u offset=1 (local.get $at))
          (i32.load8_u offset=8 (local.get $at)))",
        14,
    );
    call.check(|at| Places { at, ..PLACES }, &[64], &[]);
}
