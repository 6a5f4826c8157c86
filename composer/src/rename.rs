//! Gives the imports and exports of a core module other names.

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{ExportSection, ImportSection, Module};
use wasmparser::Parser;

/// Returns the module with the imports (module, name) called what `rename` says, where it says
/// anything.
pub(crate) fn imports(
    module: &[u8],
    rename: impl Fn(&str, &str) -> Option<(String, String)>,
) -> Result<Vec<u8>, Error> {
    imports_and_exports(module, rename, |_| None)
}

/// The same for imports and exports.
pub(crate) fn imports_and_exports(
    module: &[u8],
    imports: impl Fn(&str, &str) -> Option<(String, String)>,
    exports: impl Fn(&str) -> Option<String>,
) -> Result<Vec<u8>, Error> {
    let mut renamed = Module::new();
    Renamer { imports, exports }.parse_core_module(&mut renamed, Parser::new(0), module)?;
    Ok(renamed.finish())
}

struct Renamer<I, E> {
    imports: I,
    exports: E,
}

impl<I, E> Reencode for Renamer<I, E>
where
    I: Fn(&str, &str) -> Option<(String, String)>,
    E: Fn(&str) -> Option<String>,
{
    type Error = std::convert::Infallible;

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Error> {
        for import in section.into_imports() {
            let import = import?;
            let ty = self.entity_type(import.ty)?;
            match (self.imports)(import.module, import.name) {
                Some((module, name)) => imports.import(&module, &name, ty),
                None => imports.import(import.module, import.name, ty),
            };
        }
        Ok(())
    }

    fn parse_export(
        &mut self,
        exports: &mut ExportSection,
        export: wasmparser::Export<'_>,
    ) -> Result<(), Error> {
        let kind = self.export_kind(export.kind)?;
        let index = self.external_index(export.kind, export.index)?;
        match (self.exports)(export.name) {
            Some(name) => exports.export(&name, kind, index),
            None => exports.export(export.name, kind, index),
        };
        Ok(())
    }
}
