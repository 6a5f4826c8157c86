//! Makes components of core modules of the generation before WASI 0.2.

use crate::{Error, embedded};
use std::borrow::Cow;
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// What such modules import.
const PREVIEW1: &str = "wasi_snapshot_preview1";

/// Returns a module that imports `wasi_snapshot_preview1` as a WASI 0.2 component, and anything
/// else as it is.
///
/// # Errors
///
/// If it is such a module, and can't be made a component.
pub fn componentize(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    if !Parser::is_core_wasm(bytes) {
        return Ok(Cow::Borrowed(bytes));
    }
    // What can't be read is for others to complain about.
    let Some(module) = read(bytes).filter(|module| module.imports_preview1) else {
        return Ok(Cow::Borrowed(bytes));
    };
    let adapter = if module.is_command {
        &embedded::PREVIEW1_COMMAND
    } else {
        &embedded::PREVIEW1_REACTOR
    };
    let encode = || {
        ComponentEncoder::default()
            .module(bytes)?
            .adapter(PREVIEW1, adapter)?
            .encode()
    };
    match encode() {
        Ok(component) => Ok(Cow::Owned(component)),
        Err(error) => Err(Error::Preview1(format!("{error:#}"))),
    }
}

struct Module {
    imports_preview1: bool,
    /// It has a `_start` function, as programs do, as opposed to libraries.
    is_command: bool,
}

fn read(bytes: &[u8]) -> Option<Module> {
    let mut module = Module {
        imports_preview1: false,
        is_command: false,
    };
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.ok()? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    module.imports_preview1 |= import.ok()?.module == PREVIEW1;
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    module.is_command |= export.ok()?.name == "_start";
                }
            }
            _ => {}
        }
    }
    Some(module)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, compose};

    fn composed_imports(module: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
        let composed = compose(&wat::parse_str(module)?, &Options::default())?;
        let result = crate::inspect::Guest::read(&composed.bytes)?;
        Ok(result
            .imports
            .into_iter()
            .map(|import| import.name)
            .collect())
    }

    #[test]
    fn a_command_becomes_one_of_wasi_0_3() -> Result<(), Box<dyn std::error::Error>> {
        let module = r#"(module
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (memory (export "memory") 1)
            (func (export "_start") (call $exit (i32.const 3))))"#;
        let composed = compose(&wat::parse_str(module)?, &Options::default())?;
        let result = crate::inspect::Guest::read(&composed.bytes)?;
        assert_eq!(result.exports[0].name, "wasi:cli/run@0.3.0");
        assert!(
            result
                .imports
                .iter()
                .all(|import| import.name.ends_with("@0.3.0"))
        );
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

    #[test]
    fn what_has_no_place_in_a_component_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        let module = r#"(module
            (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
            (import "env" "something" (func))
            (memory (export "memory") 1)
            (func (export "_start")))"#;
        let error = compose(&wat::parse_str(module)?, &Options::default());
        assert!(matches!(error, Err(Error::Preview1(reason)) if reason.contains("env")));
        Ok(())
    }
}
