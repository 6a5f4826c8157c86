//! The types of imports and exports in results.

mod common;

use common::{guest, wit};
use std::collections::BTreeSet;
use wasi_uplift::{Composed, ImportFate, LinkMode, Options, compose};
use wasmparser::component_types::ComponentEntityType;
use wasmparser::{CanonicalFunction, CanonicalOption, Parser, Payload, Validator};

const API: &str = "other:library/api@0.2.0";
const DEVICE: &str = "other:host/device@1.2.3";

fn composed(options: Options) -> Composed {
    compose(&guest("other-interfaces"), &options).unwrap()
}

/// What an instance that a component imports or exports has, with `async` before the names of
/// `async` functions, and `type` before those of types.
fn items(component: &[u8], name: &str) -> Vec<String> {
    let types = Validator::new().validate_all(component).unwrap();
    let types = types.as_ref();
    let import = types.component_item_for_import(name);
    let item = import.or_else(|| types.component_item_for_export(name));
    let Some(ComponentEntityType::Instance(instance)) = item.map(|item| item.ty) else {
        panic!("{name}");
    };
    let exports = types[instance].exports.iter();
    let items = exports.map(|(name, item)| match item.ty {
        ComponentEntityType::Func(function) if types[function].async_ => format!("async {name}"),
        ComponentEntityType::Func(_) => name.clone(),
        ComponentEntityType::Type { .. } => format!("type {name}"),
        other => panic!("{name}: {other:?}"),
    });
    items.collect()
}

fn became_async(composed: &Composed) -> Vec<String> {
    let places = composed.became_async.iter();
    let mut places: Vec<_> = places.map(ToString::to_string).collect();
    places.sort();
    places
}

#[test]
fn a_plan_tells_what_becomes_of_an_import() {
    let plan = composed(Options::default()).plan;
    assert_eq!(plan.import(DEVICE), Some(&ImportFate::Host));
    let clock = plan
        .imports
        .iter()
        .find(|import| import.fate != ImportFate::Host);
    let clock = clock.unwrap();
    assert_eq!(plan.import(&clock.item.name), Some(&clock.fate));
    assert_eq!(plan.import(API), None);
}

/// A guest that may wait may wait in whatever it exports. What it imports of the host is as it was.
#[test]
fn exports_of_a_guest_that_may_wait_become_async() {
    let composed = composed(Options::default());
    assert_eq!(
        items(&composed.bytes, API),
        ["type datetime", "type pollable", "async when", "async wait"]
    );
    assert_eq!(items(&composed.bytes, DEVICE), ["type reading", "read"]);
    let functions = ["wait", "when"].map(|function| format!("`{function}` of `{API}`"));
    assert_eq!(became_async(&composed), functions);
}

#[test]
fn exports_can_be_kept_sync() {
    let composed = composed(Options::default().keep_sync(API));
    assert_eq!(
        items(&composed.bytes, API),
        ["type datetime", "type pollable", "when", "wait"]
    );
    assert_eq!(became_async(&composed), [""; 0]);
}

#[test]
fn exports_can_be_made_async() {
    let text = include_str!("cases/compose/async.wat");
    let guest = wat::parse_str(text).unwrap();
    let as_it_is = compose(&guest, &Options::default()).unwrap();
    assert_eq!(items(&as_it_is.bytes, API), ["when"]);
    assert_eq!(became_async(&as_it_is), [""; 0]);
    let made = compose(&guest, &Options::default().make_async(API)).unwrap();
    assert_eq!(items(&made.bytes, API), ["async when"]);
    assert_eq!(became_async(&made).len(), 1);
}

/// The number of memories of a component that the host writes to when it reads a stream.
fn memories_read_to(component: &[u8]) -> usize {
    let mut memories = BTreeSet::new();
    for payload in Parser::new(0).parse_all(component) {
        let Payload::ComponentCanonicalSection(section) = payload.unwrap() else {
            continue;
        };
        for function in section {
            if let CanonicalFunction::StreamRead { options, .. } = function.unwrap() {
                memories.extend(options.iter().filter_map(|option| match option {
                    CanonicalOption::Memory(memory) => Some(*memory),
                    _ => None,
                }));
            }
        }
    }
    memories.len()
}

/// The bytes of a file get from the host to the guest's memory without being in the adapter's.
#[test]
fn files_are_read_to_the_guests_memory() {
    let files = wit::guest(
        "package test:guest;
        world guest {
            import wasi:filesystem/types@0.2.12;
            import wasi:io/streams@0.2.12;
        }",
    );
    let memories = |options: Options| {
        let composed = compose(&files, &options.link(LinkMode::Fused)).unwrap();
        memories_read_to(&composed.bytes)
    };
    assert_eq!(memories(Options::default()), 2);
    // What has two memories would copy from one to the other.
    assert_eq!(memories(Options::default().one_memory()), 1);
}
