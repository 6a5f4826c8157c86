//! Imports, where guest and adapter are one component.
//!
//! A component can import an interface once only. Where both sides need it, it has to have what
//! either of them takes from it.

use super::{REALLOC, encode, imports_of};
use crate::catalogue::{Catalogue, Excerpt};
use crate::core_module::{Header, MEMORY, val_types};
use crate::error::InternalError;
use std::collections::{BTreeMap, BTreeSet};
use wasm_encoder::reencode::{self, Reencode as _, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, MemorySection, Module,
    ValType,
};
use wasmparser::{Parser, Payload, TypeRef};
use wit_parser::abi::AbiVariant;
use wit_parser::{TypeDefKind, WorldItem};

/// Makes a component that imports these functions of interfaces, and all that their types take. Its
/// imports are all that is of use in it.
///
/// # Errors
///
/// If the adapter is broken.
pub(crate) fn imports(
    catalogue: &Catalogue,
    functions: &BTreeMap<String, BTreeSet<String>>,
) -> Result<Vec<u8>, InternalError> {
    let resolve = catalogue.resolve();
    let mut header = Header::default();
    for item in resolve.worlds[catalogue.world()].imports.values() {
        let &WorldItem::Interface { id, .. } = item else {
            continue;
        };
        let name = resolve.id_of(id).unwrap_or_default();
        let Some(wanted) = functions.get(&name) else {
            continue;
        };
        let interface = &resolve.interfaces[id];
        for (function, ty) in &interface.functions {
            if wanted.contains(function) {
                let signature = resolve.wasm_signature(AbiVariant::GuestImport, ty);
                let (params, results) = (&signature.params, &signature.results);
                header.import(&name, function, &val_types(params), &val_types(results));
            }
        }
        for (resource, ty) in &interface.types {
            if let TypeDefKind::Resource = resolve.types[*ty].kind {
                let drop = format!("[resource-drop]{resource}");
                header.import(&name, &drop, &[ValType::I32], &[]);
            }
        }
    }
    let module = with_memory(header);
    let mut imported = Excerpt::of(catalogue);
    imported.add_imports(&imports_of(&module)?);
    let mut resolve = imported.wit();
    resolve.worlds[catalogue.world()].exports.clear();
    encode(catalogue, module, resolve)
}

/// A core module that imports what another one does, and has nothing else of it.
pub(super) fn only_imports(module: &[u8]) -> Result<Vec<u8>, reencode::Error> {
    let mut types = Vec::new();
    let mut header = Header::default();
    let mut reencoder = RoundtripReencoder;
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    let ty = ty?;
                    let params = reencoder.val_types(ty.params().to_vec())?;
                    types.push((params, reencoder.val_types(ty.results().to_vec())?));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    if let TypeRef::Func(ty) = import.ty
                        && let Some((params, results)) = types.get(ty as usize)
                    {
                        header.import(import.module, import.name, params, results);
                    }
                }
                break;
            }
            _ => {}
        }
    }
    Ok(with_memory(header))
}

/// A core module with these imports. Functions that are lowered for it need a memory and an allocator.
fn with_memory(mut header: Header) -> Vec<u8> {
    let realloc_type = header.ty(&[ValType::I32; 4], &[ValType::I32]);
    let mut definitions = FunctionSection::new();
    definitions.function(realloc_type);
    let mut memories = MemorySection::new();
    memories.memory(MEMORY);
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export(REALLOC, ExportKind::Func, header.functions);
    let mut realloc = Function::new([]);
    realloc.instructions().unreachable().end();
    let mut code = CodeSection::new();
    code.function(&realloc);
    let mut module = Module::new();
    module
        .section(&header.types)
        .section(&header.imports)
        .section(&definitions)
        .section(&memories)
        .section(&exports)
        .section(&code);
    module.finish()
}
