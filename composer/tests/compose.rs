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
        } => Some(&component[unchecked_range.start as usize..unchecked_range.end as usize]),
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

/// What may wait is `async`, what the guest's imports don't let it wait for isn't.
#[test]
fn the_types_say_what_may_wait() {
    let composed = composed("other-interfaces");
    let types = Validator::new().validate_all(&composed.bytes).unwrap();
    let types = types.as_ref();
    let is_async = |item: Option<&wasmparser::component_types::ComponentItem>, name: &str| {
        let Some(ComponentEntityType::Instance(instance)) = item.map(|item| item.ty) else {
            panic!("{name}");
        };
        let Some(ComponentEntityType::Func(function)) =
            types[instance].exports.get(name).map(|item| item.ty)
        else {
            panic!("{name}");
        };
        types[function].async_
    };
    let api = types.component_item_for_export("other:library/api@0.2.0");
    assert!(is_async(api, "wait"));
    let device = types.component_item_for_import("other:host/device@1.2.3");
    assert!(!is_async(device, "read"));
}

#[test]
fn a_result_needs_nothing() {
    let once = composed("sleeps");
    let twice = compose(&once.bytes, &Options::default()).unwrap();
    assert!(twice.plan.is_identity());
    assert!(twice.bytes == once.bytes);
}
