//! Gives the imports of a core module other names.

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{ImportSection, Module};
use wasmparser::Parser;

/// Returns the module with the imports (module, name) called what `rename` says, where it says
/// anything.
pub(crate) fn imports(
    module: &[u8],
    rename: impl Fn(&str, &str) -> Option<(String, String)>,
) -> Result<Vec<u8>, Error> {
    let mut renamed = Module::new();
    Renamer(rename).parse_core_module(&mut renamed, Parser::new(0), module)?;
    Ok(renamed.finish())
}

struct Renamer<F>(F);

impl<F: Fn(&str, &str) -> Option<(String, String)>> Reencode for Renamer<F> {
    type Error = std::convert::Infallible;

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Error> {
        for import in section.into_imports() {
            let import = import?;
            let ty = self.entity_type(import.ty)?;
            match self.0(import.module, import.name) {
                Some((module, name)) => imports.import(&module, &name, ty),
                None => imports.import(import.module, import.name, ty),
            };
        }
        Ok(())
    }
}
