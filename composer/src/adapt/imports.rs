//! The imports that guest and adapter share, where they are one component.
//!
//! A component can import an interface once only. Where both sides need it, it has to have what
//! either of them takes from it.

use super::{Adapter, broken};
use crate::Error;
use std::collections::{BTreeMap, BTreeSet};
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    MemorySection, MemoryType, Module, TypeSection, ValType,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{InterfaceId, TypeDefKind, WorldItem};

fn val_types(types: &[WasmType]) -> impl ExactSizeIterator<Item = ValType> + '_ {
    types.iter().map(|ty| match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    })
}

impl Adapter<'_> {
    /// The interfaces that the adapter may import, by their names.
    fn imported(&self) -> BTreeMap<String, InterfaceId> {
        let items = self.resolve.worlds[self.world].imports.values();
        let interfaces = items.filter_map(|item| match item {
            WorldItem::Interface { id, .. } => Some((self.resolve.id_of(*id)?, *id)),
            _ => None,
        });
        interfaces.collect()
    }

    /// A component that imports these functions of interfaces, and all that their types take. Its
    /// imports are all that is of use in it.
    ///
    /// # Errors
    ///
    /// If the adapter is broken.
    pub(crate) fn imports(
        &self,
        functions: &BTreeMap<String, BTreeSet<String>>,
    ) -> Result<Vec<u8>, Error> {
        let mut types = TypeSection::new();
        let mut imports = ImportSection::new();
        for (name, id) in self.imported() {
            let Some(wanted) = functions.get(&name) else {
                continue;
            };
            let interface = &self.resolve.interfaces[id];
            for (function, ty) in &interface.functions {
                if wanted.contains(function) {
                    let signature = self.resolve.wasm_signature(AbiVariant::GuestImport, ty);
                    let (params, results) = (&signature.params, &signature.results);
                    imports.import(&name, function, EntityType::Function(types.len()));
                    types.ty().function(val_types(params), val_types(results));
                }
            }
            for (resource, ty) in &interface.types {
                if let TypeDefKind::Resource = self.resolve.types[*ty].kind {
                    let drop = format!("[resource-drop]{resource}");
                    imports.import(&name, &drop, EntityType::Function(types.len()));
                    types.ty().function([ValType::I32], []);
                }
            }
        }
        // What lowered functions need of whoever calls them.
        let imported = types.len();
        types.ty().function([ValType::I32; 4], [ValType::I32]);
        let mut definitions = FunctionSection::new();
        definitions.function(imported);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 0,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut exports = ExportSection::new();
        exports.export("memory", ExportKind::Memory, 0);
        exports.export("cabi_realloc", ExportKind::Func, imported);
        let mut realloc = Function::new([]);
        realloc.instructions().unreachable().end();
        let mut code = CodeSection::new();
        code.function(&realloc);
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&definitions)
            .section(&memories)
            .section(&exports)
            .section(&code);
        let mut module = module.finish();
        let mut resolve = self.resolve.clone();
        resolve.worlds[self.world].exports.clear();
        embed_component_metadata(&mut module, &resolve, self.world, StringEncoding::UTF8)
            .map_err(broken)?;
        ComponentEncoder::default()
            .module(&module)
            .and_then(|encoder| encoder.encode())
            .map_err(broken)
    }
}
