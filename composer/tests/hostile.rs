//! Small guests that take much memory, or a deep stack, where types are walked as trees.

mod common;

use common::checks::{Counting, measured};
use wasi_uplift::{Options, compose};
use wasm_encoder::{
    Component, ComponentImportSection, ComponentTypeRef, ComponentTypeSection, ComponentValType,
    InstanceType, PrimitiveValType, TypeBounds,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn import_of(instance: &InstanceType) -> Vec<u8> {
    let mut types = ComponentTypeSection::new();
    types.instance(instance);
    let mut imports = ComponentImportSection::new();
    imports.import("a:b/c", ComponentTypeRef::Instance(0));
    let mut component = Component::new();
    component.section(&types).section(&imports);
    component.finish()
}

/// A guest with a type that, written out as a tree, has 2^`depth` leaves with a name of `length`.
fn graph_of_types(depth: u32, length: usize) -> Vec<u8> {
    let mut instance = InstanceType::new();
    let field = "a".repeat(length);
    let byte = ComponentValType::Primitive(PrimitiveValType::U8);
    instance
        .ty()
        .defined_type()
        .record([(field.as_str(), byte)]);
    instance.export("r0", ComponentTypeRef::Type(TypeBounds::Eq(0)));
    for current in 1..=depth {
        let current = ComponentValType::Type(current);
        instance.ty().defined_type().tuple([current, current]);
    }
    let parameter = ComponentValType::Type(depth + 1);
    instance
        .ty()
        .function()
        .params([("p", parameter)])
        .result(None);
    instance.export("f", ComponentTypeRef::Func(depth + 2));
    import_of(&instance)
}

/// A guest with an instance type in an instance type, and so on.
fn nested_types(depth: u32) -> Vec<u8> {
    let mut instance = InstanceType::new();
    for _ in 0..depth {
        let mut outer = InstanceType::new();
        outer.ty().instance(&instance);
        instance = outer;
    }
    let mut types = ComponentTypeSection::new();
    types.instance(&instance);
    let mut component = Component::new();
    component.section(&types);
    component.finish()
}

/// The bytes that composing takes at a time.
fn memory(guest: &[u8]) -> usize {
    let (composed, cost) = measured(|| compose(guest, &Options::default()));
    composed.unwrap();
    cost.memory
}

#[test]
fn memory_is_in_proportion_to_the_input() {
    let (shallow, deep) = (graph_of_types(1, 1000), graph_of_types(18, 1000));
    assert!(deep.len() < shallow.len() + 200);
    let (shallow, deep) = (memory(&shallow), memory(&deep));
    assert!(deep < shallow + (64 << 10), "{shallow}, {deep}");
}

#[test]
fn nesting_has_a_limit() {
    let message = compose(&nested_types(2500), &Options::default()).unwrap_err();
    let message = message.to_string();
    assert!(message.contains("deep"), "{message}");
    assert!(!message.contains("bug"), "{message}");
}
