//! The raw form of what the adapter imports: names of built-ins, flattened signatures, and where in
//! memory what lies, all taken from the WIT.
//!
//! wit-bindgen's own support of streams and futures isn't used. It has one set of built-ins for each
//! type of a stream, named after the first function that has one: all byte streams would be those of
//! `wasi:cli/stdin`, and every guest would import that. Its operations belong to an executor with a
//! waitable set for each task, block when they are dropped, and can't be asked whether they are
//! ready. And it knows one layout of types, of two that hosts have.

use crate::layouts::Layouts;
use heck::{ToShoutySnakeCase as _, ToSnakeCase as _, ToUpperCamelCase as _};
use std::fmt::Write as _;
use wit_bindgen_core::name_package_module;
use wit_bindgen_core::wit_parser::abi::{AbiVariant, FlatTypes, WasmType};
use wit_bindgen_core::wit_parser::{
    Function, FutureIntrinsic, Handle, InterfaceId, LiftLowerAbi, ManglingAndAbi, Resolve,
    SizeAlign, StreamIntrinsic, Type, TypeDefKind, TypeId, TypeOwner, WasmImport, WorldId,
    WorldItem, WorldKey,
};

/// The sizes of `canon::PAYLOAD` and `canon::MEMORY`.
const PAYLOAD: usize = 40;
const MEMORY: usize = 48;

/// The package whose results are lifted by hand.
const BY_HAND: &str = "sockets";

/// The package of which a result that is also a future's value is lifted by the bindings.
const HTTP: &str = "http";

/// `other` is the WIT with the types of the other layout.
pub fn generate(resolve: &Resolve, other: &Resolve, world: WorldId) -> String {
    let mut sizes = SizeAlign::default();
    sizes.fill(resolve);
    let mut other_sizes = SizeAlign::default();
    other_sizes.fill(other);
    let mut generator = Generator {
        resolve,
        sizes,
        other,
        other_sizes,
        layouts: Layouts::new(resolve, other),
    };
    let mut text = String::new();
    let world = &resolve.worlds[world];
    let imports = world.imports.iter().map(|import| (import, false));
    let exports = world.exports.iter().map(|export| (export, true));
    for ((key, item), exported) in imports.chain(exports) {
        if let WorldItem::Interface { id, .. } = item {
            text += &generator.interface(key, *id, exported);
        }
    }
    text += &generator.layouts.module();
    let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    prettyplease::unparse(&file)
}

/// The name and the version of an interface's package.
fn package(resolve: &Resolve, interface: InterfaceId) -> (&str, String) {
    let package = resolve.interfaces[interface].package;
    let name = &resolve.packages[package.expect("it has a package")].name;
    let version = name.version.as_ref().map(ToString::to_string);
    (&name.name, version.unwrap_or_default())
}

struct Generator<'a> {
    resolve: &'a Resolve,
    sizes: SizeAlign,
    other: &'a Resolve,
    other_sizes: SizeAlign,
    layouts: Layouts<'a>,
}

/// A parameter of a generated function: how it is declared, and what it is lowered to.
struct Parameter {
    declared: String,
    lowered: Vec<String>,
}

impl Generator<'_> {
    fn interface(&mut self, key: &WorldKey, id: InterfaceId, exported: bool) -> String {
        let resolve = self.resolve;
        let interface = &resolve.interfaces[id];
        let (package, version) = package(resolve, id);
        if exported && !version.is_empty() {
            return String::new();
        }
        let mut text = String::new();
        for function in interface.functions.values() {
            let functions = self.function(key, function, exported, package);
            if !functions.is_empty() {
                let name = function_name(function);
                let _ = writeln!(
                    text,
                    "pub mod {name} {{ use crate::canon::*; {functions} }}"
                );
            }
        }
        if let (Some(code), false) = (interface.types.get("error-code"), exported) {
            text += &self.error_code(*code);
        }
        let name = interface_name(resolve, id);
        format!("pub mod {name} {{ {text} }}\n")
    }

    /// The cases of an error code, and their names.
    fn error_code(&self, id: TypeId) -> String {
        let mut text = String::new();
        let cases: Vec<(String, bool)> = match &self.resolve.types[id].kind {
            TypeDefKind::Enum(ty) => ty.cases.iter().map(|it| (it.name.clone(), false)).collect(),
            TypeDefKind::Variant(ty) => {
                let case =
                    |it: &wit_bindgen_core::wit_parser::Case| (it.name.clone(), it.ty.is_some());
                ty.cases.iter().map(case).collect()
            }
            // It is another interface's.
            _ => return text,
        };
        let path = self.type_path(id);
        let (mut names, mut own_names) = (String::new(), String::new());
        let (mut all, mut numbers) = (String::new(), String::new());
        let others = case_names(&self.other.types[id].kind);
        let mut other_numbers = String::new();
        let last = cases.len() - 1;
        for (number, (name, has_payload)) in cases.iter().enumerate() {
            let case = name.to_upper_camel_case();
            let fields = if *has_payload { "(_)" } else { "" };
            // What isn't there has the case that says least.
            let other = others.iter().position(|other| other == name);
            let _ = write!(other_numbers, "Code::{case} => {},", other.unwrap_or(0));
            let name = format!("{name:?}");
            let _ = write!(names, "{path}::{case}{fields} => {name},");
            let _ = write!(own_names, "Code::{case} => {name},");
            let _ = write!(all, "{case} = {number},");
            match number == last {
                true => numbers += &format!("_ => Code::{case},"),
                false => numbers += &format!("{number} => Code::{case},"),
            }
        }
        let _ = write!(
            text,
            "/// The name of an error code.
            #[inline(never)]
            pub fn error_code_name(code: &{path}) -> &'static str {{ match code {{ {names} }} }}
            /// An error code without what it may say beyond its case.
            #[derive(Clone, Copy, PartialEq, Eq)]
            #[repr(u8)]
            pub enum Code {{ {all} }}
            impl Code {{
                /// The code of a case. Unknown ones are the last.
                pub fn of_case(case: u8) -> Self {{ match case {{ {numbers} }} }}
                /// The case that the other layout has for it.
                pub fn other_case(self) -> u8 {{ match self {{ {other_numbers} }} }}
                pub fn name(self) -> &'static str {{ match self {{ {own_names} }} }}
            }}"
        );
        text
    }

    fn function(
        &mut self,
        key: &WorldKey,
        function: &Function,
        exported: bool,
        package: &str,
    ) -> String {
        let mut text = String::new();
        let resolve = self.resolve;
        for (number, id) in function
            .find_futures_and_streams(resolve)
            .into_iter()
            .enumerate()
        {
            text += &match resolve.types[id].kind {
                TypeDefKind::Stream(element) => {
                    self.stream(key, function, number, id, element, exported)
                }
                TypeDefKind::Future(value) => {
                    self.future(key, function, number, id, value, exported, package)
                }
                _ => continue,
            };
        }
        if exported {
            return text;
        }
        if let Some(result) = &function.result {
            self.positions(&mut text, result);
            if let Some(layout) = self.layouts.of(result) {
                self.check_signature(function);
                let _ = write!(text, "pub use {layout} as LAYOUT;");
            }
        }
        match function.kind.is_async() {
            true => text += &self.async_function(key, function, package),
            false => text += &self.sync_function(key, function, package),
        }
        text
    }

    /// Checks that a function is called in the same way where the types are others.
    fn check_signature(&self, function: &Function) {
        for variant in [AbiVariant::GuestImport, AbiVariant::GuestImportAsync] {
            assert_eq!(
                self.resolve.wasm_signature(variant, function),
                self.other.wasm_signature(variant, function),
                "how `{}` is called",
                function.name
            );
        }
    }

    /// A statement that brings what the host has written at `start` into the layout of WASI 0.3.0, if
    /// it can be another.
    fn lay_out(&mut self, ty: &Type, start: &str) -> String {
        let Some(layout) = self.layouts.of(ty) else {
            return String::new();
        };
        format!(
            "// SAFETY: the host has written it, and nobody has read it yet.
            unsafe {{ lay_out({start}, &{layout}) }};"
        )
    }

    fn name(&self, key: &WorldKey, func: &Function, abi: LiftLowerAbi) -> (String, String) {
        let import = WasmImport::Func {
            interface: Some(key),
            func,
        };
        self.resolve
            .wasm_import_name(ManglingAndAbi::Legacy(abi), import)
    }

    /// A function that is called synchronously, if its parameters can be lowered without unsafe code
    /// at the caller.
    fn sync_function(&mut self, key: &WorldKey, function: &Function, package: &str) -> String {
        let signature = self
            .resolve
            .wasm_signature(AbiVariant::GuestImport, function);
        let parameters: Option<Vec<Parameter>> = function
            .params
            .iter()
            .enumerate()
            .map(|(number, param)| self.parameter(number, &param.ty))
            .collect();
        let Some(parameters) = parameters.filter(|_| !signature.indirect_params) else {
            return String::new();
        };
        let (module, name) = self.name(key, function, LiftLowerAbi::Sync);
        let declared: Vec<String> = parameters.iter().map(|it| it.declared.clone()).collect();
        let mut lowered: Vec<String> = parameters.into_iter().flat_map(|it| it.lowered).collect();
        let types: Vec<&str> = signature.params.iter().map(core_type).collect();
        let (result, body) = match (&function.result, signature.retptr) {
            (Some(result), true) => {
                lowered.push("results.as_mut_ptr()".into());
                // Results that are lifted by hand have one type.
                let size = match package {
                    BY_HAND => MEMORY,
                    _ => self.sizes.size(result).size_wasm32(),
                };
                let lay_out = self.lay_out(result, "results.as_mut_ptr()");
                let body = format!(
                    "let mut results = Area::new();
                    // SAFETY: the results are written before the call returns.
                    unsafe {{ function(ARGUMENTS) }};
                    {lay_out}
                    results"
                );
                (format!("-> Area<{size}>"), body)
            }
            _ => {
                let result = signature.results.first().map(core_type);
                let result = result.map_or_else(String::new, |ty| format!("-> {ty}"));
                let body = "// SAFETY: parameters are read before the call returns.
                    unsafe { function(ARGUMENTS) }";
                (result, body.to_string())
            }
        };
        let core_result = match signature.results.first() {
            Some(ty) => format!("-> {}", core_type(ty)),
            None => String::new(),
        };
        let types: Vec<String> = types.iter().map(|ty| format!("_: {ty}")).collect();
        format!(
            "#[allow(clippy::too_many_arguments)]
            pub fn call({}) {result} {{
                {}
            }}
            #[link(wasm_import_module = {module:?})]
            unsafe extern \"C\" {{
                #[link_name = {name:?}]
                fn function({}) {core_result};
            }}",
            declared.join(", "),
            body.replace("ARGUMENTS", &lowered.join(", ")),
            types.join(", "),
        )
    }

    fn parameter(&self, number: usize, ty: &Type) -> Option<Parameter> {
        let name = format!("p{number}");
        let (start, len) = (format!("{name}.as_ptr()"), format!("{name}.len()"));
        if self.is_bytes(ty) {
            return Some(Parameter {
                declared: format!("{name}: &[u8]"),
                lowered: vec![format!("{start}.cast_mut()"), len],
            });
        }
        if let Some(element) = self.list_element(ty) {
            let slices = match self.resolve_type(&element) {
                Type::Id(id) => match &self.resolve.types[id].kind {
                    TypeDefKind::Tuple(tuple) => tuple.types.clone(),
                    _ => vec![element],
                },
                _ => return None,
            };
            if !slices.iter().all(|it| self.is_bytes(it)) {
                return None;
            }
            return Some(Parameter {
                declared: format!("{name}: &[[Slice<'_>; {}]]", slices.len()),
                lowered: vec![format!("{start}.cast_mut().cast()"), len],
            });
        }
        let mut flat = Vec::new();
        self.flatten(ty, &mut flat)?;
        Some(match &flat[..] {
            [ty] => Parameter {
                declared: format!("{name}: {ty}"),
                lowered: vec![name],
            },
            _ => Parameter {
                declared: format!("{name}: ({})", flat.join(", ")),
                lowered: (0..flat.len()).map(|n| format!("{name}.{n}")).collect(),
            },
        })
    }

    /// The numbers that a value without lists is passed as.
    fn flatten(&self, ty: &Type, flat: &mut Vec<&'static str>) -> Option<()> {
        let mut storage = [WasmType::I32; MEMORY];
        let mut types = FlatTypes::new(&mut storage);
        if !self.resolve.push_flat(ty, &mut types) {
            return None;
        }
        for ty in &types.to_vec() {
            if !matches!(ty, WasmType::I32 | WasmType::I64) {
                return None;
            }
            flat.push(core_type(ty));
        }
        Some(())
    }

    /// A function that may block, called so that it doesn't.
    fn async_function(&mut self, key: &WorldKey, function: &Function, package: &str) -> String {
        let signature = self
            .resolve
            .wasm_signature(AbiVariant::GuestImportAsync, function);
        let (module, name) = self.name(key, function, LiftLowerAbi::AsyncCallback);
        let types: Vec<_> = signature.params.iter().map(core_type).collect();
        let declared: Vec<String> = types.iter().map(|ty| format!("_: {ty}")).collect();
        let params: Vec<Type> = function.params.iter().map(|param| param.ty).collect();
        let offsets = self.sizes.field_offsets(&params);
        let offsets: Vec<usize> = offsets.iter().map(|(at, _)| at.size_wasm32()).collect();
        let import = format!(
            "#[link(wasm_import_module = {module:?})]
            unsafe extern \"C\" {{
                #[link_name = {name:?}]
                fn function({}) -> u32;
            }}",
            declared.join(", ")
        );
        if function.result.is_none() && !signature.indirect_params {
            let declared: Vec<String> = (0..)
                .zip(&types)
                .map(|(n, ty): (u32, _)| format!("p{n}: {ty}"))
                .collect();
            let lowered: Vec<String> = (0..types.len()).map(|n| format!("p{n}")).collect();
            return format!(
                "pub fn start({}) -> u32 {{
                    {import}
                    // SAFETY: no memory is involved.
                    unsafe {{ function({}) }}
                }}",
                declared.join(", "),
                lowered.join(", ")
            );
        }
        let mut arguments = Vec::new();
        if signature.indirect_params {
            arguments.push("params.cast_mut()".to_string());
        } else {
            for (at, ty) in offsets.iter().zip(&params) {
                let mut flat = Vec::new();
                if self.is_bytes(ty) {
                    arguments.push(format!("params.add({at}).cast::<*mut u8>().read()"));
                    arguments.push(format!("params.add({}).cast::<usize>().read()", at + 4));
                } else if self.flatten(ty, &mut flat).is_some() && flat.len() == 1 {
                    let size = self.sizes.size(ty).size_wasm32() * 8;
                    let read = format!("params.add({at}).cast::<u{size}>().read()");
                    arguments.push(format!("{}::from({read})", flat[0]));
                } else {
                    return String::new();
                }
            }
        }
        if signature.retptr {
            arguments.push("results".to_string());
        }
        let last = params.last().zip(offsets.last());
        let size = last.map_or(0, |(ty, at)| at + self.sizes.size(ty).size_wasm32());
        let result = function.result.as_ref();
        let result_size = result.map_or(0, |ty| self.sizes.size(ty).size_wasm32());
        if size > MEMORY || result_size > MEMORY {
            return String::new();
        }
        let layout = result.and_then(|ty| self.layouts.of(ty));
        let layout = layout.map_or("None".to_string(), |layout| format!("Some(&{layout})"));
        let mut text = format!(
            "pub static FUNCTION: AsyncFunction = {{
                {import}
                unsafe fn call(params: *const u8, results: *mut u8) -> u32 {{
                    // SAFETY: the caller promises that parameters and results are there.
                    unsafe {{ function({}) }}
                }}
                // SAFETY: it is one of the host's, with these sizes.
                unsafe {{ AsyncFunction::new(call, {layout}) }}
            }};",
            arguments.join(", ")
        );
        if package == HTTP
            && let Some(result) = &function.result
        {
            let ty = self.rust_type(result);
            let _ = write!(
                text,
                "/// Takes the result of a call that has returned.
                pub fn lift(mut results: Area<{MEMORY}>) -> {ty} {{
                    use crate::bindings::wit_future::FuturePayload;
                    // SAFETY: the result is there, and is taken once.
                    unsafe {{ (<{ty} as FuturePayload>::VTABLE.lift)(results.as_mut_ptr()) }}
                }}"
            );
        }
        for (at, param) in offsets.iter().zip(&function.params) {
            let name = format!("PARAM_{}", param.name.to_shouty_snake_case());
            self.leaves(self.resolve, &self.sizes, &mut text, &name, *at, &param.ty);
        }
        text
    }

    /// Declares the positions of the parts of a result, in both layouts.
    fn positions(&self, text: &mut String, result: &Type) {
        self.leaves(self.resolve, &self.sizes, text, "", 0, result);
        let mut other = String::new();
        self.leaves(self.other, &self.other_sizes, &mut other, "", 0, result);
        let _ = write!(text, "pub mod other {{ use super::*; {other} }}");
    }

    /// Declares the positions of a value and of its parts.
    fn leaves(
        &self,
        resolve: &Resolve,
        sizes: &SizeAlign,
        text: &mut String,
        name: &str,
        at: usize,
        ty: &Type,
    ) {
        let part = |part: &str| match name {
            "" => part.to_string(),
            name => format!("{name}_{part}"),
        };
        let plain = |text: &mut String| {
            if !name.is_empty() {
                let _ = write!(text, "pub const {name}: usize = {at};");
            }
        };
        let owned = |text: &mut String, ty: &str| {
            let name = if name.is_empty() { "VALUE" } else { name };
            let _ = write!(
                text,
                "// SAFETY: such a value is there.
                pub const {name}: At<{ty}> = unsafe {{ At::new({at}) }};"
            );
        };
        let ty = self.resolve_type(ty);
        let Type::Id(id) = ty else {
            return match ty {
                Type::String => owned(text, "alloc::string::String"),
                _ => plain(text),
            };
        };
        match &resolve.types[id].kind {
            TypeDefKind::Record(record) => {
                let types: Vec<Type> = record.fields.iter().map(|field| field.ty).collect();
                let offsets = sizes.field_offsets(&types);
                for (field, (offset, ty)) in record.fields.iter().zip(offsets) {
                    let name = part(&field.name.to_shouty_snake_case());
                    self.leaves(resolve, sizes, text, &name, at + offset.size_wasm32(), ty);
                }
            }
            TypeDefKind::Tuple(tuple) => {
                let offsets = sizes.field_offsets(&tuple.types);
                for (number, (offset, ty)) in offsets.into_iter().enumerate() {
                    let name = part(&match name {
                        "" => format!("RESULT_{number}"),
                        _ => number.to_string(),
                    });
                    self.leaves(resolve, sizes, text, &name, at + offset.size_wasm32(), ty);
                }
            }
            TypeDefKind::Result(result) => {
                let cases = [result.ok.as_ref(), result.err.as_ref()];
                let tag = wit_bindgen_core::wit_parser::Int::U8;
                let offset = sizes.payload_offset(tag, cases).size_wasm32();
                for (name, ty) in ["OK", "ERR"].into_iter().zip(cases) {
                    if let Some(ty) = ty {
                        self.leaves(resolve, sizes, text, &part(name), at + offset, ty);
                    }
                }
            }
            TypeDefKind::Option(of) => {
                if let Type::String = self.resolve_type(of) {
                    return owned(text, "Option<alloc::string::String>");
                }
                plain(text);
                let tag = wit_bindgen_core::wit_parser::Int::U8;
                let offset = sizes.payload_offset(tag, [Some(of)]).size_wasm32();
                self.leaves(resolve, sizes, text, &part("SOME"), at + offset, of);
            }
            TypeDefKind::Variant(variant) => {
                plain(text);
                let cases = variant.cases.iter().map(|case| case.ty.as_ref());
                let offset = sizes.payload_offset(variant.tag(), cases).size_wasm32();
                for case in &variant.cases {
                    if let Some(ty) = &case.ty {
                        let name = part(&case.name.to_shouty_snake_case());
                        self.leaves(resolve, sizes, text, &name, at + offset, ty);
                    }
                }
            }
            TypeDefKind::List(of) => {
                let (size, align) = (sizes.size(of).size_wasm32(), sizes.align(of).align_wasm32());
                match (self.resolve_type(of), align) {
                    (Type::U8, _) => owned(text, "alloc::vec::Vec<u8>"),
                    (_, 2) => owned(text, &format!("alloc::vec::Vec<[u16; {}]>", size / 2)),
                    _ => plain(text),
                }
            }
            TypeDefKind::Handle(Handle::Own(of)) => owned(text, &self.type_path(*of)),
            _ => plain(text),
        }
    }

    fn stream(
        &mut self,
        key: &WorldKey,
        func: &Function,
        number: usize,
        id: TypeId,
        element: Option<Type>,
        exported: bool,
    ) -> String {
        let Some(element) = element else {
            return String::new();
        };
        let name = |intrinsic, async_| {
            let import = WasmImport::StreamIntrinsic {
                interface: Some(key),
                func,
                ty: Some(id),
                intrinsic,
                exported,
                async_,
            };
            let abi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);
            self.resolve.wasm_import_name(abi, import)
        };
        let size = self.sizes.size(&element).size_wasm32();
        let ty = match self.resolve_type(&element) {
            Type::U8 => "u8".to_string(),
            Type::Id(id) => match self.resolve.types[id].kind {
                TypeDefKind::Handle(Handle::Own(of)) => self.type_path(of),
                _ => format!("Area<{size}>"),
            },
            _ => return String::new(),
        };
        let mut text = format!("const _: () = assert!(size_of::<{ty}>() == {size});");
        for (end, transfer, cancel, drop) in [
            (
                "READABLE",
                StreamIntrinsic::Read,
                StreamIntrinsic::CancelRead,
                StreamIntrinsic::DropReadable,
            ),
            (
                "WRITABLE",
                StreamIntrinsic::Write,
                StreamIntrinsic::CancelWrite,
                StreamIntrinsic::DropWritable,
            ),
        ] {
            let (module, transfer) = name(transfer, true);
            let (_, cancel) = name(cancel, false);
            let (_, drop) = name(drop, false);
            let _ = write!(
                text,
                "pub static STREAM_{number}_{end}: StreamEnd<{ty}> = {{
                    #[link(wasm_import_module = {module:?})]
                    unsafe extern \"C\" {{
                        #[link_name = {transfer:?}]
                        fn transfer(end: u32, elements: *mut {ty}, len: usize) -> u32;
                        #[link_name = {cancel:?}]
                        fn cancel(end: u32) -> u32;
                        #[link_name = {drop:?}]
                        fn drop(end: u32);
                    }}
                    // SAFETY: they are those of the stream.
                    unsafe {{ StreamEnd::new(transfer, cancel, drop) }}
                }};"
            );
        }
        let (module, new) = name(StreamIntrinsic::New, false);
        let (_, drop) = name(StreamIntrinsic::DropReadable, false);
        text += &new_and_drop("stream", number, &module, &new, &drop);
        if let Some(layout) = self.layouts.of(&element) {
            let distance = self.layouts.their_size(&element);
            let _ = write!(
                text,
                "/// Brings elements that were read just now into the layout of WASI 0.3.0.
                pub fn stream_{number}_lay_out(elements: &mut [{ty}]) {{
                    // SAFETY: the host has written them.
                    unsafe {{ lay_out_elements(elements, {distance}, &{layout}) }}
                }}"
            );
        }
        self.leaves(
            self.resolve,
            &self.sizes,
            &mut text,
            &format!("STREAM_{number}"),
            0,
            &element,
        );
        text
    }

    #[allow(clippy::too_many_arguments)]
    fn future(
        &mut self,
        key: &WorldKey,
        func: &Function,
        number: usize,
        id: TypeId,
        value: Option<Type>,
        exported: bool,
        package: &str,
    ) -> String {
        let Some(value) = value else {
            return String::new();
        };
        let size = self.sizes.size(&value).size_wasm32();
        assert!(size <= PAYLOAD, "canon::PAYLOAD is too small");
        let name = |intrinsic, async_| {
            let import = WasmImport::FutureIntrinsic {
                interface: Some(key),
                func,
                ty: Some(id),
                intrinsic,
                exported,
                async_,
            };
            let abi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);
            self.resolve.wasm_import_name(abi, import)
        };
        let by_hand = package == BY_HAND;
        let ty = match by_hand {
            true => format!("Area<{size}>"),
            false => self.rust_type(&value),
        };
        let lift = match by_hand {
            true => format!("lift_as_it_is::<{ty}>(payload)"),
            false => {
                format!(
                    "(<{ty} as crate::bindings::wit_future::FuturePayload>::VTABLE.lift)(payload)"
                )
            }
        };
        let lay_out = self.lay_out(&value, "payload");
        let allocates = self.has_list(&value);
        let (module, read) = name(FutureIntrinsic::Read, true);
        let (_, cancel) = name(FutureIntrinsic::CancelRead, false);
        let (_, drop) = name(FutureIntrinsic::DropReadable, false);
        let mut text = format!(
            "pub const fn future_{number}_readable<L: From<{ty}> + 'static>() -> FutureReadEnd<L> {{
                #[link(wasm_import_module = {module:?})]
                unsafe extern \"C\" {{
                    #[link_name = {read:?}]
                    fn read(end: u32, payload: *mut u8) -> u32;
                    #[link_name = {cancel:?}]
                    fn cancel(end: u32) -> u32;
                    #[link_name = {drop:?}]
                    fn drop(end: u32);
                }}
                unsafe fn lift<L: From<{ty}>>(payload: *mut u8) -> L {{
                    {lay_out}
                    // SAFETY: the caller promises that the value is there.
                    L::from(unsafe {{ {lift} }})
                }}
                // SAFETY: they are those of the future.
                unsafe {{ FutureReadEnd::new(read, cancel, drop, lift::<L>, {allocates}) }}
            }}"
        );
        let (_, new) = name(FutureIntrinsic::New, false);
        text += &new_and_drop("future", number, &module, &new, &drop);
        if by_hand {
            text += "pub mod completion { use super::*;";
            self.positions(&mut text, &value);
            return text + "}";
        }
        if exported {
            // It is given to the bindings, which pass it on. Their own table for it has the built-ins
            // of the first function with such a future, which a guest may have no use for.
            let _ = write!(
                text,
                "pub fn future_{number}_reader(end: u32) -> crate::bindings::FutureReader<{ty}> {{
                    unsafe extern \"C\" fn write(_: u32, _: *const u8) -> u32 {{ trap() }}
                    unsafe extern \"C\" fn read(_: u32, _: *mut u8) -> u32 {{ trap() }}
                    unsafe extern \"C\" fn cancel(_: u32) -> u32 {{ trap() }}
                    unsafe extern \"C\" fn drop_writable(_: u32) {{ trap() }}
                    unsafe extern \"C\" fn drop_readable(end: u32) {{
                        future_{number}_drop_readable(end);
                    }}
                    unsafe extern \"C\" fn new() -> u64 {{ trap() }}
                    static TABLE: crate::bindings::FutureVtable<{ty}> =
                        crate::bindings::FutureVtable {{
                            layout: core::alloc::Layout::new::<()>(),
                            lower: |_, _| trap(),
                            dealloc_lists: |_| trap(),
                            lift: |_| trap(),
                            start_write: write,
                            start_read: read,
                            cancel_write: cancel,
                            cancel_read: cancel,
                            drop_writable,
                            drop_readable,
                            new,
                        }};
                    // SAFETY: the end is one of this type, or else the host traps.
                    unsafe {{ crate::bindings::FutureReader::new(end, &TABLE) }}
                }}"
            );
        }
        let (_, write) = name(FutureIntrinsic::Write, true);
        let (_, drop) = name(FutureIntrinsic::DropWritable, false);
        let _ = write!(
            text,
            "mod future_{number}_writable {{
                #[link(wasm_import_module = {module:?})]
                unsafe extern \"C\" {{
                    #[link_name = {write:?}]
                    pub fn write(end: u32, payload: *const u8) -> u32;
                    #[link_name = {drop:?}]
                    pub fn drop(end: u32);
                }}
            }}
            pub static FUTURE_{number}_WRITABLE: FutureWriteEnd<{ty}> = {{
                use future_{number}_writable::{{drop, write}};
                use crate::bindings::wit_future::FuturePayload;
                let value = <{ty} as FuturePayload>::VTABLE;
                // SAFETY: they are those of the future.
                unsafe {{
                    FutureWriteEnd::new(write, drop, value.lower, value.lift, value.dealloc_lists)
                }}
            }};"
        );
        if self.has_empty_success(&value) {
            let _ = write!(
                text,
                "/// Writes nothing but successes, so that it takes no code to lower errors.
                pub static FUTURE_{number}_SUCCESS: FutureWriteEnd<()> = {{
                    use future_{number}_writable::{{drop, write}};
                    // SAFETY: they are those of the future, and zeros are a success.
                    unsafe {{ FutureWriteEnd::of_zeros(write, drop) }}
                }};"
            );
        }
        text
    }

    /// Returns `true` if the value is a result that is a success when it is all zeros.
    fn has_empty_success(&self, ty: &Type) -> bool {
        match self.resolve_type(ty) {
            Type::Id(id) => {
                matches!(&self.resolve.types[id].kind, TypeDefKind::Result(it) if it.ok.is_none())
            }
            _ => false,
        }
    }

    fn has_list(&self, ty: &Type) -> bool {
        let has = |ty: &Option<Type>| ty.as_ref().is_some_and(|ty| self.has_list(ty));
        match self.resolve_type(ty) {
            Type::String => true,
            Type::Id(id) => match &self.resolve.types[id].kind {
                TypeDefKind::List(_) => true,
                TypeDefKind::Option(of) => self.has_list(of),
                TypeDefKind::Result(result) => has(&result.ok) || has(&result.err),
                TypeDefKind::Record(it) => it.fields.iter().any(|it| self.has_list(&it.ty)),
                TypeDefKind::Tuple(it) => it.types.iter().any(|it| self.has_list(it)),
                TypeDefKind::Variant(it) => it.cases.iter().any(|it| has(&it.ty)),
                _ => false,
            },
            _ => false,
        }
    }

    /// A type without the names that it is given elsewhere.
    fn resolve_type(&self, ty: &Type) -> Type {
        let mut ty = *ty;
        while let Type::Id(id) = ty
            && let TypeDefKind::Type(of) = self.resolve.types[id].kind
        {
            ty = of;
        }
        ty
    }

    fn list_element(&self, ty: &Type) -> Option<Type> {
        match self.resolve_type(ty) {
            Type::Id(id) => match self.resolve.types[id].kind {
                TypeDefKind::List(element) => Some(element),
                _ => None,
            },
            _ => None,
        }
    }

    fn is_bytes(&self, ty: &Type) -> bool {
        let element = self.list_element(ty).map(|it| self.resolve_type(&it));
        self.resolve_type(ty) == Type::String || element == Some(Type::U8)
    }

    /// The type of the bindings for a value.
    fn rust_type(&self, ty: &Type) -> String {
        let of = |ty: &Option<Type>| ty.as_ref().map_or("()".into(), |ty| self.rust_type(ty));
        match self.resolve_type(ty) {
            Type::Id(id) => match &self.resolve.types[id].kind {
                TypeDefKind::Result(it) => format!("Result<{}, {}>", of(&it.ok), of(&it.err)),
                TypeDefKind::Option(of) => format!("Option<{}>", self.rust_type(of)),
                TypeDefKind::Handle(Handle::Own(id)) => self.type_path(*id),
                _ => self.type_path(id),
            },
            ty => panic!("a future of {ty:?} is not expected"),
        }
    }

    fn type_path(&self, id: TypeId) -> String {
        let Type::Id(id) = self.resolve_type(&Type::Id(id)) else {
            panic!("only defined types have a path");
        };
        let ty = &self.resolve.types[id];
        let TypeOwner::Interface(owner) = ty.owner else {
            panic!("all types are of interfaces");
        };
        let interface = &self.resolve.interfaces[owner];
        let package = interface.package.expect("it has a package");
        format!(
            "crate::bindings::{}::{}::{}::{}",
            self.resolve.packages[package]
                .name
                .namespace
                .to_snake_case(),
            name_package_module(self.resolve, package),
            interface
                .name
                .as_deref()
                .expect("it has a name")
                .to_snake_case(),
            ty.name
                .as_deref()
                .expect("it has a name")
                .to_upper_camel_case(),
        )
    }
}

/// The names of the cases of a variant or an enumeration.
fn case_names(kind: &TypeDefKind) -> Vec<String> {
    match kind {
        TypeDefKind::Enum(ty) => ty.cases.iter().map(|case| case.name.clone()).collect(),
        TypeDefKind::Variant(ty) => ty.cases.iter().map(|case| case.name.clone()).collect(),
        _ => Vec::new(),
    }
}

/// The path of a function's module.
pub fn path(resolve: &Resolve, interface: InterfaceId, function: &Function) -> String {
    let (interface, function) = (interface_name(resolve, interface), function_name(function));
    format!("crate::raw::{interface}::{function}")
}

/// The name of an interface's module.
fn interface_name(resolve: &Resolve, id: InterfaceId) -> String {
    let (package, _) = package(resolve, id);
    let name = resolve.interfaces[id].name.as_deref();
    let name = name.expect("it has a name");
    format!("{package}_{name}").to_snake_case()
}

/// The name of a function's module.
fn function_name(function: &Function) -> String {
    let name = &function.name;
    let name = name.split_once(']').map_or(&**name, |(_, name)| name);
    name.replace('.', "-").to_snake_case()
}

fn core_type(ty: &WasmType) -> &'static str {
    match ty {
        WasmType::I32 => "u32",
        WasmType::I64 | WasmType::PointerOrI64 => "u64",
        WasmType::F32 => "f32",
        WasmType::F64 => "f64",
        WasmType::Pointer => "*mut u8",
        WasmType::Length => "usize",
    }
}

fn new_and_drop(kind: &str, number: usize, module: &str, new: &str, drop: &str) -> String {
    format!(
        "/// Makes both ends: the readable and the writable one.
        pub fn {kind}_{number}_new() -> (u32, u32) {{
            #[link(wasm_import_module = {module:?})]
            unsafe extern \"C\" {{
                #[link_name = {new:?}]
                fn new() -> u64;
            }}
            // SAFETY: no memory is involved.
            ends(unsafe {{ new() }})
        }}
        /// Drops a readable end that was never used.
        pub fn {kind}_{number}_drop_readable(end: u32) {{
            #[link(wasm_import_module = {module:?})]
            unsafe extern \"C\" {{
                #[link_name = {drop:?}]
                fn drop(end: u32);
            }}
            // SAFETY: no memory is involved.
            unsafe {{ drop(end) }};
        }}"
    )
}
