//! Makes components of core modules of the generation before WASI 0.2.

use crate::catalogue::{PREVIEW1_COMMAND, PREVIEW1_REACTOR};
use crate::component::read::{self, CoreModuleHeader};
use crate::error::{CoreModuleAdvice, InputError};
use std::borrow::Cow;
use wit_component::ComponentEncoder;

/// The module that such core modules import from, and its predecessor.
const PREVIEW1: &str = "wasi_snapshot_preview1";
const PREVIEW0: &str = "wasi_unstable";

/// The export by which a program is started.
const START: &str = "_start";

/// Returns a component: the input itself, or what is made of a core module that imports
/// `wasi_snapshot_preview1`.
///
/// # Errors
///
/// If the input is neither.
pub(crate) fn componentize(bytes: &[u8]) -> Result<Cow<'_, [u8]>, InputError> {
    if bytes.is_empty() {
        return Err(InputError::Empty);
    }
    if !read::is_wasm(bytes) {
        return Err(InputError::NotWasm);
    }
    if !read::is_core_module(bytes) {
        return Ok(Cow::Borrowed(bytes));
    }
    let make_component = InputError::CoreModule {
        advice: CoreModuleAdvice::MakeComponent,
    };
    let header = read::core_module_header(bytes).map_err(|_| make_component.clone())?;
    if !header.imports_from.contains(PREVIEW1) {
        return Err(match advice(&header) {
            Some(advice) => InputError::CoreModule { advice },
            None => make_component,
        });
    }
    if let Some(reason) = obstacle(&header) {
        let reason = reason.to_string();
        return Err(InputError::Preview1 { reason });
    }
    let adapter = match header.exports.contains(START) {
        true => &PREVIEW1_COMMAND,
        false => &PREVIEW1_REACTOR,
    };
    let encoded = ComponentEncoder::default()
        .module(bytes)
        .and_then(|encoder| encoder.adapter(PREVIEW1, adapter)?.encode());
    match encoded {
        Ok(component) => Ok(Cow::Owned(component)),
        Err(error) => Err(InputError::Preview1 {
            reason: format!(
                "{error:#}; make a component of it first, for example with `wasm-tools component \
                 new`"
            ),
        }),
    }
}

/// What can be done about a core module that doesn't import `wasi_snapshot_preview1`.
fn advice(header: &CoreModuleHeader) -> Option<CoreModuleAdvice> {
    if header.imports_from.contains(PREVIEW0) {
        Some(CoreModuleAdvice::Preview0)
    } else if header.imports_from.is_empty() && header.exports.contains(START) {
        Some(CoreModuleAdvice::NoImports)
    } else {
        None
    }
}

/// Why no component can have such a core module.
fn obstacle(header: &CoreModuleHeader) -> Option<&'static str> {
    if header.has_memory64 {
        Some(
            "its memory has addresses of 64 bits, which components can't have; build it for \
             `wasm32`",
        )
    } else if header.has_shared_memory {
        Some(
            "its memory is shared between threads, which components can't have; build it without \
             threads",
        )
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ComposeError, Options, compose};

    fn composed_imports(module: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
        let composed = compose(&wat::parse_str(module)?, &Options::default())?;
        Ok(composed.imports)
    }

    #[test]
    fn a_command_becomes_one_of_wasi_0_3() -> Result<(), Box<dyn std::error::Error>> {
        let module = r#"(module
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (memory (export "memory") 1)
            (func (export "_start") (call $exit (i32.const 3))))"#;
        let composed = compose(&wat::parse_str(module)?, &Options::default())?;
        assert_eq!(composed.exports, ["wasi:cli/run@0.3.0"]);
        let mut imports = composed.imports.iter();
        assert!(imports.all(|import| import.ends_with("@0.3.0")));
        Ok(())
    }

    #[test]
    fn a_library_needs_no_start() -> Result<(), Box<dyn std::error::Error>> {
        let module = r#"(module
            (import "wasi_snapshot_preview1" "random_get"
                (func (param i32 i32) (result i32)))
            (memory (export "memory") 1))"#;
        assert!(composed_imports(module)?.contains(&"wasi:random/random@0.3.0".to_string()));
        Ok(())
    }

    /// Why a core module can't be made a component.
    fn reason(module: &str) -> InputError {
        let module = wat::parse_str(module).unwrap();
        match compose(&module, &Options::default()) {
            Err(ComposeError::Input(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_has_no_place_in_a_component_is_refused() {
        for (memory, named) in [
            (
                r#"(import "env" "something" (func)) (memory (export "memory") 1)"#,
                "env",
            ),
            (r#"(memory (export "memory") i64 1)"#, "wasm32"),
            (r#"(memory (export "memory") 1 1 shared)"#, "threads"),
        ] {
            let error = reason(&format!(
                r#"(module
                    (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
                    {memory}
                    (func (export "_start")))"#
            ));
            assert!(
                matches!(&error, InputError::Preview1 { reason } if reason.contains(named)),
                "{error}"
            );
        }
    }

    #[test]
    fn other_core_modules_get_advice() {
        for (module, advice) in [
            ("(module)", CoreModuleAdvice::MakeComponent),
            (
                r#"(module (func (export "_start")))"#,
                CoreModuleAdvice::NoImports,
            ),
            (
                r#"(module (import "wasi_unstable" "proc_exit" (func (param i32))))"#,
                CoreModuleAdvice::Preview0,
            ),
        ] {
            assert_eq!(
                reason(module),
                InputError::CoreModule { advice },
                "{module}"
            );
        }
    }
}
