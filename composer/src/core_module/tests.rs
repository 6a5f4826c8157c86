//! What becomes of modules that are joined or taken apart, run on an engine.

use super::indices::Indices;
use super::sections::Sections;
use super::shim;
use super::{APART_MEMORY, APART_TABLE, Apart, Unit, apart, join};
use wasm_encoder::ValType;
use wasmparser::{Parser, Payload, Validator};
use wasmtime::{Engine, Extern, Instance, Module, Store};

/// Text as a module.
fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// Instances of modules, each of which imports from those before it by their names.
fn instances(modules: &[(&str, &[u8])]) -> (Store<()>, Vec<Instance>) {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let mut instances: Vec<Instance> = Vec::new();
    for (_, bytes) in modules {
        Validator::new().validate_all(bytes).unwrap();
        let module = Module::new(&engine, bytes).unwrap();
        let mut imports: Vec<Extern> = Vec::new();
        for import in module.imports() {
            let place = modules
                .iter()
                .position(|(name, _)| *name == import.module());
            let from = instances[place.unwrap()];
            imports.push(from.get_export(&mut store, import.name()).unwrap());
        }
        instances.push(Instance::new(&mut store, &module, &imports).unwrap());
    }
    (store, instances)
}

/// What an exported function of the last of the modules returns.
fn call(modules: &[(&str, &[u8])], name: &str) -> i32 {
    let (mut store, instances) = instances(modules);
    let function = instances.last().unwrap();
    let function = function
        .get_typed_func::<(), i32>(&mut store, name)
        .unwrap();
    function.call(&mut store, ()).unwrap()
}

/// The indices in the code of a module.
fn indices(module: &[u8]) -> Indices {
    Indices::find(&Sections::read(module).unwrap().bodies).unwrap()
}

fn imports(module: &[u8]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(section) = payload.unwrap() {
            for import in section.into_imports() {
                let import = import.unwrap();
                found.push((import.module.to_string(), import.name.to_string()));
            }
        }
    }
    found
}

const OUTSIDE: &str = r#"(module
    (memory (export "memory") 1)
    (func (export "seven") (result i32) i32.const 7))"#;

/// Has one of everything, and imports from the outside and from the other unit.
const ONE: &str = r#"(module
    (type (func (result i64)))
    (import "outside" "seven" (func $seven (result i32)))
    (import "outside" "memory" (memory 1))
    (import "other" "add" (func $add (param i32 i32) (result i32)))
    (import "other" "count" (global $count (mut i32)))
    (table 2 funcref)
    (elem (i32.const 1) $own)
    (global $ten i32 (i32.const 10))
    (global (export "function") funcref (ref.func $own))
    (data (i32.const 8) "\2a")
    (start $start)
    (func $start (global.set $count (i32.const 100)))
    (func $own (result i32) (call $add (call $seven) (global.get $ten)))
    (func (export "sum") (result i32)
        (call $add
            (call_indirect (result i32) (i32.const 1))
            (i32.add (i32.load8_u (i32.const 8)) (global.get $count))))
    (export "memory" (memory 0))
    (export "seven" (func $seven)))"#;

/// Imports what the other unit imports and exports again.
const OTHER: &str = r#"(module
    (import "one" "seven" (func $seven (result i32)))
    (import "outside" "seven" (func $again (result i32)))
    (import "one" "memory" (memory 0))
    (global $unused i64 (i64.const 1))
    (global $count (export "count") (mut i32) (i32.const 1))
    (func (export "add") (param i32 i32) (result i32)
        (i32.add (i32.add (local.get 0) (local.get 1)) (i32.mul (call $seven) (call $again)))))"#;

fn units<'u>(one: &'u [u8], other: &'u [u8]) -> [Unit<'u>; 2] {
    [
        Unit {
            bytes: one,
            indices: None,
            prefix: "",
            args: vec![("other", 1)],
        },
        Unit {
            bytes: other,
            indices: None,
            prefix: "other-",
            args: vec![("one", 0)],
        },
    ]
}

#[test]
fn units_call_each_other() {
    let joint = join("joint", &units(&wat(ONE), &wat(OTHER)), 0).unwrap();
    let all: [(&str, &[u8]); 2] = [("outside", &wat(OUTSIDE)), ("joint", &joint)];
    assert_eq!(call(&all, "sum"), (7 + 10 + 49) + (42 + 100) + 49);
    // A constant has the index of a function, too.
    let (mut store, instances) = instances(&all);
    let function = instances[1].get_global(&mut store, "function").unwrap();
    let function = *function.get(&mut store).unwrap_funcref().unwrap();
    let function = function.typed::<(), i32>(&store).unwrap();
    assert_eq!(function.call(&mut store, ()).unwrap(), 7 + 10 + 49);
    // What both import is imported once.
    let of_outside = |name: &str| ("outside".to_string(), name.to_string());
    assert_eq!(imports(&joint), [of_outside("seven"), of_outside("memory")]);
}

#[test]
fn exports_have_prefixes() {
    let joint = join("joint", &units(&wat(ONE), &wat(OTHER)), 0).unwrap();
    let (mut store, instances) = instances(&[("outside", &wat(OUTSIDE)), ("joint", &joint)]);
    let exports = instances[1].exports(&mut store);
    let mut names: Vec<String> = exports.map(|export| export.name().to_string()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "function",
            "memory",
            "other-add",
            "other-count",
            "seven",
            "sum"
        ]
    );
}

#[test]
fn what_is_imported_has_to_be_there() {
    for (one, other) in [
        // No such export.
        (r#"(module (import "other" "f" (func)))"#, "(module)"),
        // It is none of a function.
        (
            r#"(module (import "other" "f" (func)))"#,
            r#"(module (memory (export "f") 1))"#,
        ),
        // Each has it of the other.
        (
            r#"(module (import "other" "f" (func $f)) (export "f" (func $f)))"#,
            r#"(module (import "one" "f" (func $f)) (export "f" (func $f)))"#,
        ),
        // Nothing says which one comes first.
        (
            "(module (func $start) (start $start))",
            "(module (func $start) (start $start))",
        ),
    ] {
        let joint = join("joint", &units(&wat(one), &wat(other)), 0);
        assert!(joint.is_err(), "{one} and {other}");
    }
}

/// An instruction that uses the first memory doesn't say so.
#[test]
fn memories_stay_what_they_are() {
    let with_memory = wat("(module (memory 1))");
    let joint = join("joint", &units(&with_memory, &wat("(module)")), 0);
    assert!(joint.is_ok());
    assert!(join("joint", &units(&with_memory, &with_memory), 0).is_err());
}

/// Allocates one byte after the other.
const WITH_MEMORY: &str = r#"(module
    (import "outside" "seven" (func $seven (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "\05")
    (table 1 funcref)
    (elem (i32.const 0) $calls)
    (global $unused i32 (i32.const 0))
    (global $next (mut i32) (i32.const 1000))
    (global $factor i32 (i32.const 3))
    (global $started (mut i32) (i32.const 0))
    (start $start)
    (func $start (global.set $started (i32.const 10000)))
    (func $calls (result i32) (call $bump) drop (i32.mul (call $seven) (global.get $factor)))
    (func $bump (result i32)
        (global.set $next (i32.add (global.get $next) (i32.load8_u (i32.const 16))))
        (global.get $next))
    (func $allocate (export "allocate") (result i32) (call $bump))
    (func (export "run") (result i32)
        (i32.store8 (i32.const 16) (i32.const 6))
        (drop (call $allocate))
        (i32.add
            (i32.add (call_indirect (result i32) (i32.const 0)) (global.get $next))
            (global.get $started)))
    (export "again" (func $allocate)))"#;

#[test]
fn a_module_apart_does_the_same() {
    let whole = wat(WITH_MEMORY);
    let Apart {
        memory,
        rest,
        indices: of_rest,
        table,
    } = apart(&whole, &indices(&whole), "allocate", ["memory", "rest"]).unwrap();
    assert_eq!(imports(&memory), []);
    assert_eq!(table, Some(1));
    assert_eq!(of_rest, indices(&rest));
    let without_table = wat(r#"(module (memory 1) (func (export "allocate")))"#);
    let apart = apart(
        &without_table,
        &indices(&without_table),
        "allocate",
        ["", ""],
    )
    .unwrap();
    assert_eq!(apart.table, None);
    let outside = wat(OUTSIDE);
    for name in ["run", "allocate", "again"] {
        let expected = call(&[("outside", &outside), ("whole", &whole)], name);
        let all: [(&str, &[u8]); 3] = [
            ("outside", &outside),
            (APART_MEMORY, &memory),
            ("rest", &rest),
        ];
        assert_eq!(call(&all, name), expected, "{name}");
    }
    let all: [(&str, &[u8]); 2] = [("outside", &outside), (APART_MEMORY, &memory)];
    assert_eq!(call(&all, "allocate"), 1005);
}

#[test]
fn what_allocates_needs_nothing_else() {
    for module in [
        // It isn't there.
        "(module (memory 1))",
        // It calls what is imported.
        r#"(module (import "" "f" (func $f)) (memory 1) (func (export "allocate") (call $f)))"#,
        // It calls what is in a table.
        r#"(module (memory 1) (table 1 funcref)
            (func (export "allocate") (call_indirect (i32.const 0))))"#,
    ] {
        let bytes = wat(module);
        let apart = apart(&bytes, &indices(&bytes), "allocate", ["", ""]);
        assert!(apart.is_err(), "{module}");
    }
}

#[test]
fn indices_are_those_of_the_module() {
    let whole = wat(WITH_MEMORY);
    assert!(apart(&whole, &Indices::default(), "allocate", ["", ""]).is_err());
    let mut others = Indices::default();
    let bodies = Sections::read(&whole).unwrap().bodies.len();
    (0..bodies).for_each(|_| others.end_function());
    assert!(apart(&whole, &others, "allocate", ["", ""]).is_err());
}

/// Instructions with an index that [`Indices::find`] doesn't look for.
#[test]
fn other_indices_are_refused() {
    for function in [
        "(drop (table.get 0 (i32.const 0)))",
        "(drop (memory.size 1))",
        "(i32.store 1 (i32.const 0) (i32.const 0))",
        "(data.drop 0)",
        "(i32.const 1) (block (type 1) drop)",
    ] {
        let module = wat(&format!(
            "(module (type (func)) (type (func (param i32))) (memory 1) (memory 1)
                (table 1 funcref) (data \"\") (func {function}))"
        ));
        let read = Sections::read(&module).unwrap();
        assert!(Indices::find(&read.bodies).is_err(), "{function}");
    }
}

/// What encoders make: a table with functions in front of it, and what fills it.
const FIRST: &str = r#"(module
    (type $one (func (param i32 i64) (result i32)))
    (table (export "$imports") 2 2 funcref)
    (func (export "0") (param i32 i64) (result i32)
        local.get 0 local.get 1 i32.const 0 call_indirect (type $one))
    (func (export "1") i32.const 1 call_indirect (type 1))
    (type (func)))"#;
const SECOND: &str = r#"(module
    (import "" "0" (func (param i32 i64) (result i32)))
    (import "" "1" (func))
    (import "" "$imports" (table 2 2 funcref))
    (elem (i32.const 0) func 0 1))"#;

#[test]
fn a_table_of_imports_is_known() {
    let first = (vec![ValType::I32, ValType::I64], vec![ValType::I32]);
    let second = (Vec::new(), Vec::new());
    assert_eq!(shim::slots(&wat(FIRST)), Some(vec![first, second]));
    assert!(shim::fills(&wat(SECOND), 2));
    assert!(!shim::fills(&wat(SECOND), 1) && !shim::fills(&wat(SECOND), 3));
    assert_eq!(shim::slots(&wat(SECOND)), None);
    assert!(!shim::fills(&wat(FIRST), 2));
}

/// Anything else is something that others may count on.
#[test]
fn what_does_more_is_no_table_of_imports() {
    for (from, to) in [
        (r#"(export "$imports")"#, r#"(export "imports")"#),
        (r#"(export "1")"#, ""),
        (r#"(export "1")"#, r#"(export "2")"#),
        ("i32.const 1 call_indirect", "i32.const 0 call_indirect"),
        ("local.get 0 local.get 1", "local.get 0 i64.const 1"),
        ("i32.const 1 call", "nop i32.const 1 call"),
        ("(type $one))\n", "(type $one) nop)\n"),
        ("(type (func)))", "(type (func)) (memory 1))"),
        (
            "(type (func)))",
            "(type (func)) (global i32 (i32.const 1)))",
        ),
        (
            "(type (func)))",
            "(type (func)) (elem (i32.const 0) func 0))",
        ),
        ("(type (func)))", "(type (func)) (start 1))"),
        ("2 2 funcref", "1 2 funcref"),
        ("(table (export", "(table 2 2 funcref) (table (export"),
    ] {
        assert!(FIRST.contains(from), "{from}");
        let changed = wat::parse_str(FIRST.replace(from, to));
        assert_eq!(shim::slots(&changed.unwrap()), None, "{from}: {to}");
    }
    for (from, to) in [
        (r#""1""#, r#""2""#),
        ("$imports", "imports"),
        ("(i32.const 0) func 0 1", "(i32.const 0) func 1 0"),
        ("(i32.const 0) func 0 1", "(i32.const 1) func 0 1"),
        ("(i32.const 0) func 0 1", "(i32.const 0) func 0"),
        ("(elem (i32.const 0) func 0 1)", ""),
        ("func 0 1)", "func 0 1) (elem (i32.const 0) func 1)"),
        ("func 0 1)", "func 0 1) (start 1)"),
        ("func 0 1)", "func 0 1) (func)"),
        ("func 0 1)", "func 0 1) (table 1 funcref)"),
        ("func 0 1)", "func 0 1) (memory 1)"),
        (
            "func 0 1)",
            "func 0 1) (memory 1) (data (i32.const 0) \"a\")",
        ),
        ("func 0 1)", "func 0 1) (global i32 (i32.const 0))"),
        (
            "(elem (i32.const 0)",
            "(table 2 funcref) (elem (table 1) (i32.const 0)",
        ),
        ("func 0 1)", r#"func 0 1) (export "" (func 0))"#),
    ] {
        assert!(SECOND.contains(from), "{from}");
        let changed = wat::parse_str(SECOND.replace(from, to));
        assert!(!shim::fills(&changed.unwrap(), 2), "{from}: {to}");
    }
}

/// Slots are added to the table that there is, or there is one with nothing else.
#[test]
fn slots_come_after_what_is_in_the_table() {
    let slots = [(); 2].map(|()| (vec![ValType::I32], vec![ValType::I32]));
    let with_table = format!(
        r#"(module (table 1 1 funcref) (elem (i32.const 0) $seven) (export "{APART_TABLE}" (table 0))
            (func $seven (result i32) i32.const 7)
            (func (export "own") (result i32) (call_indirect (result i32) (i32.const 0))))"#
    );
    let without = r#"(module (func (export "own") (result i32) i32.const 7))"#;
    for (one, size) in [(wat(&with_table), Some(1)), (wat(without), None)] {
        let calls = shim::calls(["one", APART_TABLE], size, &slots, |at| format!("slot{at}"));
        let units = [
            Unit {
                bytes: &one,
                indices: None,
                prefix: "",
                args: Vec::new(),
            },
            Unit {
                bytes: &calls,
                indices: None,
                prefix: "",
                args: vec![("one", 0)],
            },
        ];
        let joint = join("joint", &units, 2).unwrap();
        let fills = format!(
            r#"(module (import "joint" "{APART_TABLE}" (table 0 funcref))
                (import "joint" "own" (func $own (result i32)))
                (import "joint" "slot0" (func $double (param i32) (result i32)))
                (import "joint" "slot1" (func $next (param i32) (result i32)))
                (elem (i32.const {}) func $one $two)
                (func $one (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
                (func $two (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
                (func (export "run") (result i32)
                    (i32.add (call $own) (call $double (call $next (i32.const 20))))))"#,
            size.unwrap_or_default()
        );
        let all: [(&str, &[u8]); 2] = [("joint", &joint), ("fills", &wat(&fills))];
        assert_eq!(call(&all, "run"), 7 + 42);
    }
}
