//! Gives the imports and exports of the adapter's core module other names.

use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode, RoundtripReencoder};
use wasm_encoder::{ExportSection, ImportSection, Module, RawSection};
use wasmparser::{Parser, Payload};

/// The new name of an import (module, name), if it gets one.
pub(super) type Imports<'a> = &'a dyn Fn(&str, &str) -> Option<(String, String)>;
/// The new name of an export, if it gets one.
pub(super) type Exports<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Returns the module with other names. Everything else is copied byte for byte.
pub(super) fn rename(
    module: &[u8],
    imports: Imports<'_>,
    exports: Exports<'_>,
) -> Result<Vec<u8>, Error<Infallible>> {
    let mut renamed = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match payload {
            Payload::ImportSection(section) => {
                renamed.section(&renamed_imports(section, imports)?);
            }
            Payload::ExportSection(section) => {
                renamed.section(&renamed_exports(section, exports)?);
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    let data = &module[range];
                    renamed.section(&RawSection { id, data });
                }
            }
        }
    }
    Ok(renamed.finish())
}

fn renamed_imports(
    section: wasmparser::ImportSectionReader<'_>,
    rename: Imports<'_>,
) -> Result<ImportSection, Error<Infallible>> {
    let mut imports = ImportSection::new();
    for import in section.into_imports() {
        let import = import?;
        let ty = RoundtripReencoder.entity_type(import.ty)?;
        match rename(import.module, import.name) {
            Some((module, name)) => imports.import(&module, &name, ty),
            None => imports.import(import.module, import.name, ty),
        };
    }
    Ok(imports)
}

fn renamed_exports(
    section: wasmparser::ExportSectionReader<'_>,
    rename: Exports<'_>,
) -> Result<ExportSection, Error<Infallible>> {
    let mut exports = ExportSection::new();
    for export in section {
        let export = export?;
        let kind = RoundtripReencoder.export_kind(export.kind)?;
        match rename(export.name) {
            Some(name) => exports.export(&name, kind, export.index),
            None => exports.export(export.name, kind, export.index),
        };
    }
    Ok(exports)
}
