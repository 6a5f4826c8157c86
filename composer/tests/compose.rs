//! What the library makes of guests, from the outside.

mod common;

use common::guest;
use wasi_uplift::inspect::Guest;
use wasi_uplift::plan::{ExportFate, ImportFate};
use wasi_uplift::{Composed, Options, compose};
use wasmparser::component_types::ComponentEntityType;
use wasmparser::{Parser, Payload, Validator};

fn composed(name: &str) -> Composed {
    compose(&guest(name), &Options::default()).unwrap()
}

fn modules(component: &[u8]) -> Vec<&[u8]> {
    let payloads = Parser::new(0).parse_all(component);
    let module = |payload| match payload {
        Payload::ModuleSection {
            unchecked_range, ..
        } => Some(&component[unchecked_range]),
        _ => None,
    };
    payloads
        .filter_map(|payload| module(payload.unwrap()))
        .collect()
}

#[test]
fn core_modules_of_the_guest_are_in_the_result() {
    for name in ["sleeps", "other-interfaces"] {
        let (guest, composed) = (guest(name), composed(name));
        let all = modules(&composed.bytes);
        for module in modules(&guest) {
            assert!(all.contains(&module), "{name}");
        }
    }
}

#[test]
fn other_interfaces_stay() {
    let composed = composed("other-interfaces");
    let device = "other:host/device@1.2.3";
    assert_eq!(composed.plan.import(device), Some(&ImportFate::Host));
    let fates: Vec<_> = composed.plan.exports.iter().map(|e| &e.fate).collect();
    assert_eq!(fates, [&ExportFate::Kept]);

    let result = Guest::read(&composed.bytes).unwrap();
    let import = |name| result.imports.iter().find(|import| import.name == name);
    assert_eq!(import(device).unwrap().functions, ["read"]);
    assert_eq!(import(device).unwrap().types, ["reading"]);
    for import in &result.imports {
        assert!(!import.name.contains("@0.2"), "{}", import.name);
    }
    let names: Vec<_> = result.exports.iter().map(|export| &export.name).collect();
    assert_eq!(names, ["other:library/api@0.2.0"]);
    assert_eq!(result.exports[0].functions, ["when", "wait"]);
    assert_eq!(result.exports[0].types, ["datetime", "pollable"]);
}

/// Which functions of an import or export of `other-interfaces`, composed so, are `async`.
fn asynchronous(composed: &Composed, name: &str) -> Vec<String> {
    let types = Validator::new().validate_all(&composed.bytes).unwrap();
    let types = types.as_ref();
    let import = types.component_item_for_import(name);
    let item = import.or_else(|| types.component_item_for_export(name));
    let Some(ComponentEntityType::Instance(instance)) = item.map(|item| item.ty) else {
        panic!("{name}");
    };
    let exports = types[instance].exports.iter();
    let functions = exports.filter_map(|(name, item)| match item.ty {
        ComponentEntityType::Func(function) => types[function].async_.then(|| name.clone()),
        _ => None,
    });
    functions.collect()
}

const API: &str = "other:library/api@0.2.0";
const DEVICE: &str = "other:host/device@1.2.3";

fn composed_with(name: &str, options: Options) -> Composed {
    compose(&guest(name), &options).unwrap()
}

fn became_async(composed: &Composed) -> Vec<&str> {
    let places = composed.became_async.iter();
    let functions = places.map(|place| {
        assert_eq!(place.name, API);
        place.function.as_str()
    });
    functions.collect()
}

/// A guest that may wait may wait in whatever it exports. What it imports of the host is as it was.
#[test]
fn exports_of_a_guest_that_may_wait_become_async() {
    let composed = composed("other-interfaces");
    assert_eq!(asynchronous(&composed, API), ["when", "wait"]);
    assert_eq!(asynchronous(&composed, DEVICE), [""; 0]);
    let mut became = became_async(&composed);
    became.sort();
    assert_eq!(became, ["wait", "when"]);
}

#[test]
fn exports_can_be_kept_sync() {
    let composed = composed_with("other-interfaces", Options::default().keep_sync(API));
    assert_eq!(asynchronous(&composed, API), [""; 0]);
    assert_eq!(became_async(&composed), [""; 0]);
    assert_eq!(composed.plan.exports[0].fate, ExportFate::Sync);
}

/// The same guest without anything that may wait.
fn tells_the_time() -> Vec<u8> {
    let text = r#"(component
        (import "wasi:random/random@0.2.0" (instance $random
            (export "get-random-u64" (func (result u64)))))
        (core module $m (func (export "when") (result i64) i64.const 0))
        (core instance $i (instantiate $m))
        (func $when (result u64) (canon lift (core func $i "when")))
        (instance $own (export "when" (func $when)))
        (export "other:library/api@0.2.0" (instance $own))
    )"#;
    wat::parse_str(text).unwrap()
}

#[test]
fn exports_can_be_made_async() {
    let guest = tells_the_time();
    let as_it_is = compose(&guest, &Options::default()).unwrap();
    assert_eq!(became_async(&as_it_is), [""; 0]);
    let made = compose(&guest, &Options::default().make_async(API)).unwrap();
    assert_eq!(asynchronous(&made, API), ["when"]);
    assert_eq!(became_async(&made), ["when"]);
    assert_eq!(made.plan.exports[0].fate, ExportFate::Async);
}

/// That is a change, too, of a guest that needs nothing otherwise.
#[test]
fn a_guest_that_needs_nothing_can_be_made_async() {
    let needs_nothing = wat::parse_str(
        r#"(component
            (core module $m (func (export "f")))
            (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "f")))
            (export "f" (func $f))
        )"#,
    )
    .unwrap();
    let made = compose(&needs_nothing, &Options::default().make_async("f")).unwrap();
    assert!(made.bytes != needs_nothing);
    assert_eq!(made.became_async[0].to_string(), "`f`");
}

#[test]
fn a_result_needs_nothing() {
    let once = composed("sleeps");
    let twice = compose(&once.bytes, &Options::default()).unwrap();
    assert!(twice.plan.is_identity());
    assert!(twice.bytes == once.bytes);
}
