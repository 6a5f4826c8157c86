//! What an engine has to have to run a component, beside the component model and WebAssembly 2.0.

use crate::validate;
use std::fmt;
use std::ops::Range;
use wasmparser::{BinaryReaderError, Parser, Payload, Validator, WasmFeatures};

macro_rules! features {
    ($( $(#[$doc:meta])* $feature:ident $name:literal $( $flag:ident )|+; )*) => {
        /// A proposal for WebAssembly or for the component model that an engine may lack, or have
        /// switched off.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum EngineFeature {
            $( $(#[$doc])* $feature, )*
        }

        impl EngineFeature {
            const ALL: &[Self] = &[$( Self::$feature, )*];

            /// The proposal's name, as most engines call the switch for it.
            pub fn name(self) -> &'static str {
                match self {
                    $( Self::$feature => $name, )*
                }
            }

            /// What is switched off to see whether anything needs it.
            fn flags(self) -> WasmFeatures {
                match self {
                    $( Self::$feature => WasmFeatures::empty()$( .union(WasmFeatures::$flag) )+, )*
                }
            }
        }
    };
}

features! {
    /// Streams, futures and `async` functions of the component model, which WASI 0.3 is made of.
    ComponentModelAsync "component-model-async" CM_ASYNC;
    /// Several memories in one core module, by which a fused result copies between guest and adapter.
    MultiMemory "multi-memory" MULTI_MEMORY;
    /// Garbage collection, with typed references to functions.
    Gc "gc" GC;
    /// References to functions, with their types, which garbage collection has, too.
    FunctionReferences "function-references" FUNCTION_REFERENCES | GC;
    /// Exceptions.
    Exceptions "exceptions" EXCEPTIONS;
    /// Shared memories and atomic instructions.
    Threads "threads" THREADS;
    /// Memories and tables with addresses of 64 bits.
    Memory64 "memory64" MEMORY64;
    /// Calls that take the place of their caller.
    TailCall "tail-call" TAIL_CALL;
    /// Vector instructions whose results depend on the machine.
    RelaxedSimd "relaxed-simd" RELAXED_SIMD;
    /// Arithmetic in the initial values of globals and in the places of segments.
    ExtendedConst "extended-const" EXTENDED_CONST;
}

impl fmt::Display for EngineFeature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Finds out what an engine has to have to run a component: that without which it isn't valid.
///
/// # Errors
///
/// If the component isn't valid with all of it.
pub(crate) fn needed_by(component: &[u8]) -> Result<Vec<EngineFeature>, BinaryReaderError> {
    let usual = WasmFeatures::WASM2 | WasmFeatures::COMPONENT_MODEL;
    let mut unusual = Vec::new();
    for module in modules(component)? {
        let module = &component[module];
        if Validator::new_with_features(usual)
            .validate_all(module)
            .is_err()
        {
            Validator::new().validate_all(module)?;
            unusual.push(module);
        }
    }
    let is_valid = |without: WasmFeatures| {
        let with = WasmFeatures::default().difference(without);
        let is_valid = |module: &&[u8]| {
            let mut validator = Validator::new_with_features(with);
            validator.validate_all(module).is_ok()
        };
        validate::without_functions(component, with).is_ok() && unusual.iter().all(is_valid)
    };
    let all = EngineFeature::ALL.iter().copied();
    let mut needed: Vec<_> = all.filter(|it| !is_valid(it.flags())).collect();
    if needed.contains(&EngineFeature::Gc) {
        needed.retain(|feature| *feature != EngineFeature::FunctionReferences);
    }
    Ok(needed)
}

/// Where the core modules of a component are, also those of components in it.
fn modules(component: &[u8]) -> Result<Vec<Range<usize>>, BinaryReaderError> {
    let mut modules = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::ModuleSection {
            unchecked_range, ..
        } = payload?
        {
            modules.push(unchecked_range);
        }
    }
    Ok(modules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_those_of_the_module_or_of_what_is_around() {
        for (text, expected) in [
            ("(core module (func (result i32) i32.const 1))", ""),
            (
                "(core module (func (result v128) v128.const i64x2 1 2))",
                "",
            ),
            ("(core module (memory 1) (memory 1))", "multi-memory"),
            (
                "(core module (func (param i64) (return_call 0 (local.get 0))))",
                "tail-call",
            ),
            ("(core module (type (struct (field i32))))", "gc"),
            (
                "(core module (type $f (func)) (func (param (ref $f))))",
                "function-references",
            ),
            ("(core module (tag))", "exceptions"),
            ("(core module (memory 1 1 shared))", "threads"),
            (
                "(core module (memory 1) (func (drop (i32.atomic.load (i32.const 0)))))",
                "threads",
            ),
            ("(core module (memory i64 1))", "memory64"),
            (
                "(core module (global i32 (i32.add (i32.const 1) (i32.const 1))))",
                "extended-const",
            ),
            (
                "(core module (func (param v128) (drop (i8x16.relaxed_swizzle (local.get 0) (local.get 0)))))",
                "relaxed-simd",
            ),
            (r#"(import "f" (func async))"#, "component-model-async"),
            (
                r#"(import "f" (func async)) (component (core module (memory i64 1) (memory 1)))"#,
                "component-model-async, multi-memory, memory64",
            ),
        ] {
            let bytes = wat::parse_str(format!("(component {text})")).unwrap();
            let needed = needed_by(&bytes).unwrap();
            let names: Vec<_> = needed.iter().map(ToString::to_string).collect();
            assert_eq!(names.join(", "), expected, "{text}");
        }
    }
}
