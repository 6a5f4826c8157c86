//! Checks a result before anybody gets to see it.

use crate::catalogue::Catalogue;
use crate::component::write::Written;
use crate::error::InternalError;
use crate::name::{Generation, InterfaceName};
use crate::plan::{ImportFate, Plan};
use wasmparser::{BinaryReaderError, Parser, Payload, Validator, WasmFeatures};

/// What a valid result imports and exports, by name and in order.
pub(crate) struct Externs {
    pub imports: Vec<String>,
    pub exports: Vec<String>,
}

/// Why a result is not valid.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Invalid(#[from] BinaryReaderError),
    /// The result would still import what a WASI 0.3 host doesn't have.
    #[error("it would still import `{import}`, which a WASI 0.3 host doesn't have")]
    Remains { import: String },
}

impl From<Error> for InternalError {
    fn from(error: Error) -> Self {
        InternalError::result(error)
    }
}

/// Checks that a result is valid, with the features that a WASI 0.3 host has by default, and that
/// it imports nothing that the adapter was to serve, and nothing of what is left out. Core modules
/// that were validated as parts of the guest are not gone through again: what is around a module
/// doesn't change whether it is valid.
///
/// # Errors
///
/// If it doesn't hold.
pub(crate) fn validate(
    result: &Written,
    plan: &Plan,
    catalogue: &Catalogue,
) -> Result<Externs, Error> {
    let externs = valid(result)?;
    for import in &externs.imports {
        let interface = InterfaceName::parse(import);
        let is_p2 = interface
            .is_some_and(|name| name.is_wasi() && name.generation() == Some(Generation::P2));
        let is_served = is_p2 && plan.import(import) != Some(&ImportFate::Host);
        if is_served || catalogue.left_out_package(import).is_some() {
            let import = import.clone();
            return Err(Error::Remains { import });
        }
    }
    Ok(externs)
}

/// Checks that a component is valid.
///
/// Function bodies are left to `validate_all`: what validates a single one is generic, so that this
/// crate would have a copy of its own.
///
/// # Errors
///
/// If it isn't.
pub(crate) fn valid(result: &Written) -> Result<Externs, BinaryReaderError> {
    let mut externs = Externs {
        imports: Vec::new(),
        exports: Vec::new(),
    };
    let mut validator = Validator::new();
    let mut known = result.validated.iter().peekable();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(&result.bytes) {
        let payload = payload?;
        match &payload {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ModuleSection {
                unchecked_range, ..
            } => {
                let is_known = known.next_if_eq(&unchecked_range).is_some();
                if !is_known {
                    Validator::new().validate_all(&result.bytes[unchecked_range.clone()])?;
                }
            }
            Payload::ComponentImportSection(section) if depth == 1 => {
                externs.imports.reserve(section.count() as usize);
                for import in section.clone() {
                    externs.imports.push(import?.name.name.to_string());
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section.clone() {
                    externs.exports.push(export?.name.name.to_string());
                }
            }
            _ => {}
        }
        validator.payload(&payload)?;
    }
    Ok(externs)
}

/// Checks a component with some features, but for the bodies of functions.
///
/// # Errors
///
/// If it isn't valid.
pub(crate) fn without_functions(
    component: &[u8],
    features: WasmFeatures,
) -> Result<(), BinaryReaderError> {
    let mut validator = Validator::new_with_features(features);
    for payload in Parser::new(0).parse_all(component) {
        validator.payload(&payload?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::Range;

    const VALID: &str = "(core module (func (result i32) i32.const 1))";
    const INVALID: &str = "(core module (func (result i32) i64.const 1))";

    /// A component, and the places of the core modules in it.
    fn component(text: &str) -> (Vec<u8>, Vec<Range<usize>>) {
        let bytes = wat::parse_str(format!("(component {text})")).unwrap();
        let mut modules = Vec::new();
        for payload in Parser::new(0).parse_all(&bytes) {
            if let Payload::ModuleSection {
                unchecked_range, ..
            } = payload.unwrap()
            {
                modules.push(unchecked_range);
            }
        }
        (bytes, modules)
    }

    #[test]
    fn only_what_was_validated_is_not_gone_through() {
        // For each: the positions of the modules that were validated, and whether that is enough.
        for (text, validated, is_valid) in [
            (INVALID.to_string(), vec![0], true),
            (INVALID.to_string(), vec![], false),
            (format!("{VALID} {INVALID}"), vec![0], false),
            (format!("{VALID} {INVALID}"), vec![1], true),
            (format!("{INVALID} {VALID}"), vec![1], false),
            (format!("(component {INVALID}) {VALID}"), vec![1], false),
            (format!("(component {INVALID}) {VALID}"), vec![0], true),
            (format!("(component {VALID}) {INVALID}"), vec![0, 1], true),
        ] {
            let (bytes, modules) = component(&text);
            let validated = validated.into_iter().map(|it: usize| modules[it].clone());
            let validated = validated.collect();
            let result = Written { bytes, validated };
            assert_eq!(valid(&result).is_ok(), is_valid, "{text}");
        }
    }
}
