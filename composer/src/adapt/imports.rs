//! The imports that guest and adapter share, where they are one component.
//!
//! A component can import an interface once only. Where both sides need it, it has to have what
//! either of them takes from it.

use super::Adapter;
use crate::Error;
use crate::core_module::{Header, MEMORY, val_types};
use std::collections::{BTreeMap, BTreeSet};
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, MemorySection, Module,
    ValType,
};
use wit_parser::abi::AbiVariant;
use wit_parser::{InterfaceId, TypeDefKind, WorldItem};

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
        let mut header = Header::default();
        for (name, id) in self.imported() {
            let Some(wanted) = functions.get(&name) else {
                continue;
            };
            let interface = &self.resolve.interfaces[id];
            for (function, ty) in &interface.functions {
                if wanted.contains(function) {
                    let signature = self.resolve.wasm_signature(AbiVariant::GuestImport, ty);
                    let (params, results) = (&signature.params, &signature.results);
                    header.import(&name, function, &val_types(params), &val_types(results));
                }
            }
            for (resource, ty) in &interface.types {
                if let TypeDefKind::Resource = self.resolve.types[*ty].kind {
                    let drop = format!("[resource-drop]{resource}");
                    header.import(&name, &drop, &[ValType::I32], &[]);
                }
            }
        }
        // What lowered functions need of whoever calls them.
        let realloc_type = header.ty(&[ValType::I32; 4], &[ValType::I32]);
        let mut definitions = FunctionSection::new();
        definitions.function(realloc_type);
        let mut memories = MemorySection::new();
        memories.memory(MEMORY);
        let mut exports = ExportSection::new();
        exports.export("memory", ExportKind::Memory, 0);
        exports.export("cabi_realloc", ExportKind::Func, header.functions);
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
        let mut resolve = self.resolve.clone();
        resolve.worlds[self.world].exports.clear();
        self.encode(module.finish(), &resolve)
    }
}
