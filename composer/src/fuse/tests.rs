//! Values of random types, through the glue and through a component boundary of the engine: what
//! comes out has to be the same.
//!
//! A guest passes on what the host gives it, as it is, to a callee that gives it back. Once both
//! are one component, once they are two, and once they are two that have become parts of one.

mod parts;
mod refusals;

use super::fuse;
use super::glue::{ADAPTER, ADAPTER_MEMORY, ADAPTER_REALLOC, Callee, Strings, Types};
use super::guest::{self, GuestPart};
use super::handles::{self, Table};
use super::removed::{Encoding, Removal, Replaced};
use super::replacements::Replacements;
use crate::catalogue::{Catalogue, Target};
use crate::component::assembly::Assembly;
use crate::component::read::{self, Validated};
use crate::component::write;
use crate::core_module::val_type;
use crate::flatten::Flat;
use crate::inspect::Guest;
use crate::plan::Decisions;
use crate::trim::Names;
use arbitrary::{Result, Unstructured};
use hashbrown::{HashMap, HashSet};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use std::collections::BTreeMap;
use std::fmt::Write;
use wasm_encoder::ValType;
use wasmtime::component::{Component, Func, Linker, Val};
use wasmtime::{Config, Engine, Store};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::abi::AbiVariant;
use wit_parser::{Function, Resolve, SizeAlign, WorldId};

/// How many types there are to be, and how many values of each.
const TYPES: u64 = 60;
/// The encodings of a guest's strings.
const ENCODINGS: usize = 3;
const VALUES: usize = 12;
/// How often bytes are tried that are no value, perhaps.
const IMAGES: usize = 30;

/// A type, and how it is written.
#[derive(Clone, Debug)]
enum Ty {
    Plain(&'static str),
    List(Box<Ty>),
    Option(Box<Ty>),
    Tuple(Vec<Ty>),
    Result(Option<Box<Ty>>, Option<Box<Ty>>),
    /// Types with a name of their own, which is the number.
    Record(usize, Vec<Ty>),
    Variant(usize, Vec<Option<Ty>>),
    Enum(usize, usize),
    Flags(usize, usize),
}

const PLAIN: [&str; 13] = [
    "bool", "u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "char", "string",
];

/// Makes types up.
struct Inventor {
    definitions: String,
    count: usize,
}

impl Inventor {
    fn invent(&mut self, from: &mut Unstructured<'_>, depth: u32) -> Result<Ty> {
        let kind = if depth == 0 {
            0
        } else {
            from.int_in_range(0..=9)?
        };
        Ok(match kind {
            2 => Ty::List(self.boxed(from, depth)?),
            3 => Ty::Option(self.boxed(from, depth)?),
            4 => Ty::Tuple(self.several(from, depth)?),
            5 => {
                let mut half = || -> Result<_> {
                    let is_there: bool = from.arbitrary()?;
                    is_there.then(|| self.boxed(from, depth)).transpose()
                };
                Ty::Result(half()?, half()?)
            }
            6 => {
                let fields = self.several(from, depth)?;
                let named = fields.iter().enumerate();
                let body: String = named
                    .map(|(i, ty)| format!("f{i}: {}, ", ty.wit()))
                    .collect();
                Ty::Record(self.define("record", &body), fields)
            }
            7 => {
                let mut cases = Vec::new();
                for ty in self.several(from, depth)? {
                    cases.push(from.ratio(3, 4)?.then_some(ty));
                }
                let case = |(i, ty): (usize, &Option<Ty>)| match ty {
                    Some(ty) => format!("c{i}({}), ", ty.wit()),
                    None => format!("c{i}, "),
                };
                let body: String = cases.iter().enumerate().map(case).collect();
                Ty::Variant(self.define("variant", &body), cases)
            }
            8 => {
                let count = *from.choose(&[1, 3, 256, 300])?;
                let body: String = (0..count).map(|i| format!("c{i}, ")).collect();
                Ty::Enum(self.define("enum", &body), count)
            }
            9 => {
                let count = *from.choose(&[1, 8, 9, 17, 32])?;
                let body: String = (0..count).map(|i| format!("b{i}, ")).collect();
                Ty::Flags(self.define("flags", &body), count)
            }
            _ => Ty::Plain(from.choose(&PLAIN)?),
        })
    }

    /// Types that have to be among those that are tried.
    fn chosen(&mut self) -> Vec<Ty> {
        let plain = |name| Ty::Plain(name);
        let wide = |name, count| Ty::Tuple(vec![Ty::Plain(name); count]);
        let mut flags = |count: usize| {
            let body: String = (0..count).map(|i| format!("b{i}, ")).collect();
            Ty::Flags(self.define("flags", &body), count)
        };
        let (few, some, many) = (flags(3), flags(9), flags(20));
        let either = |ok: Ty, err: Ty| Ty::Result(Some(Box::new(ok)), Some(Box::new(err)));
        vec![
            plain("string"),
            Ty::Tuple(vec![few, some, plain("string"), many]),
            // A long piece between gaps.
            Ty::Tuple(vec![plain("u8"), wide("u64", 12), plain("u16")]),
            // Slots that several types share, and of which one case needs fewer.
            either(plain("u8"), wide("f64", 2)),
            either(plain("f32"), plain("u64")),
            Ty::List(Box::new(Ty::Tuple(vec![plain("u8"), plain("u32")]))),
            Ty::Option(Box::new(wide("string", 2))),
        ]
    }

    fn boxed(&mut self, from: &mut Unstructured<'_>, depth: u32) -> Result<Box<Ty>> {
        Ok(Box::new(self.invent(from, depth - 1)?))
    }

    fn several(&mut self, from: &mut Unstructured<'_>, depth: u32) -> Result<Vec<Ty>> {
        let count = from.int_in_range(1..=4)?;
        (0..count).map(|_| self.invent(from, depth - 1)).collect()
    }

    fn define(&mut self, keyword: &str, body: &str) -> usize {
        self.count += 1;
        let name = self.count;
        writeln!(self.definitions, "{keyword} t{name} {{ {body} }}").unwrap();
        name
    }
}

impl Ty {
    fn wit(&self) -> String {
        let all = |types: &[Ty]| types.iter().map(Ty::wit).collect::<Vec<_>>().join(", ");
        match self {
            Ty::Plain(name) => name.to_string(),
            Ty::List(ty) => format!("list<{}>", ty.wit()),
            Ty::Option(ty) => format!("option<{}>", ty.wit()),
            Ty::Tuple(types) => format!("tuple<{}>", all(types)),
            Ty::Result(ok, err) => {
                let half = |ty: &Option<Box<Ty>>| ty.as_ref().map_or("_".into(), |ty| ty.wit());
                match (ok, err) {
                    (None, None) => "result".into(),
                    (Some(ok), None) => format!("result<{}>", ok.wit()),
                    _ => format!("result<{}, {}>", half(ok), half(err)),
                }
            }
            Ty::Record(name, _) | Ty::Variant(name, _) | Ty::Enum(name, _) | Ty::Flags(name, _) => {
                format!("t{name}")
            }
        }
    }

    fn has_pointers(&self) -> bool {
        match self {
            Ty::Plain(name) => *name == "string",
            Ty::List(_) => true,
            Ty::Option(ty) => ty.has_pointers(),
            Ty::Tuple(types) | Ty::Record(_, types) => types.iter().any(Ty::has_pointers),
            Ty::Variant(_, cases) => cases.iter().flatten().any(Ty::has_pointers),
            Ty::Result(ok, err) => ok.iter().chain(err).any(|ty| ty.has_pointers()),
            Ty::Enum(..) | Ty::Flags(..) => false,
        }
    }

    fn value(&self, from: &mut Unstructured<'_>) -> Result<Val> {
        let half = |ty: &Option<Box<Ty>>, from: &mut Unstructured<'_>| -> Result<_> {
            let value = ty.as_ref().map(|ty| ty.value(from)).transpose()?;
            Ok(value.map(Box::new))
        };
        Ok(match self {
            Ty::Plain(name) => match *name {
                "bool" => Val::Bool(from.arbitrary()?),
                "u8" => Val::U8(from.arbitrary()?),
                "s8" => Val::S8(from.arbitrary()?),
                "u16" => Val::U16(from.arbitrary()?),
                "s16" => Val::S16(from.arbitrary()?),
                "u32" => Val::U32(from.arbitrary()?),
                "s32" => Val::S32(from.arbitrary()?),
                "u64" => Val::U64(from.arbitrary()?),
                "s64" => Val::S64(from.arbitrary()?),
                // A number, which equals itself.
                "f32" => Val::Float32(from.arbitrary::<i32>()? as f32 / 3.0),
                "f64" => Val::Float64(from.arbitrary::<i64>()? as f64 / 3.0),
                "char" => Val::Char(from.arbitrary()?),
                _ => Val::String(text(from)?),
            },
            Ty::List(ty) => {
                let count = from.int_in_range(0..=3)?;
                let values: Result<_> = (0..count).map(|_| ty.value(from)).collect();
                Val::List(values?)
            }
            Ty::Option(ty) => {
                let is_there = from.arbitrary()?;
                let value = if is_there {
                    Some(Box::new(ty.value(from)?))
                } else {
                    None
                };
                Val::Option(value)
            }
            Ty::Tuple(types) => {
                let values: Result<_> = types.iter().map(|ty| ty.value(from)).collect();
                Val::Tuple(values?)
            }
            Ty::Record(_, types) => {
                let field = |(i, ty): (usize, &Ty)| Ok((format!("f{i}"), ty.value(from)?));
                let fields: Result<_> = types.iter().enumerate().map(field).collect();
                Val::Record(fields?)
            }
            Ty::Result(ok, err) => {
                let is_ok = from.arbitrary()?;
                Val::Result(if is_ok {
                    Ok(half(ok, from)?)
                } else {
                    Err(half(err, from)?)
                })
            }
            Ty::Variant(_, cases) => {
                let index = from.choose_index(cases.len())?;
                let value = cases[index].as_ref().map(|ty| ty.value(from)).transpose()?;
                Val::Variant(format!("c{index}"), value.map(Box::new))
            }
            Ty::Enum(_, count) => Val::Enum(format!("c{}", from.choose_index(*count)?)),
            Ty::Flags(_, count) => {
                let mut set = Vec::new();
                for flag in 0..*count {
                    if from.arbitrary()? {
                        set.push(format!("b{flag}"));
                    }
                }
                Val::Flags(set)
            }
        })
    }
}

/// Empty, Latin-1, or beyond.
fn text(from: &mut Unstructured<'_>) -> Result<String> {
    let alphabet = *from.choose(&["", "ab\u{e9}\u{ff}", "a\u{e9}\u{20ac}\u{1f600}"])?;
    let letters: Vec<char> = alphabet.chars().collect();
    let count = if letters.is_empty() {
        0
    } else {
        from.int_in_range(0..=9)?
    };
    (0..count).map(|_| Ok(*from.choose(&letters)?)).collect()
}

const INTERFACE: &str = "t:t/callee";

/// The callee's functions: `echo` returns the list that it gets, `flat` has flat parameters, and `many`
/// so many that they are in memory.
const FUNCTIONS: [&str; 3] = ["echo", "flat", "many"];

fn world(definitions: &str, ty: &str) -> (Resolve, WorldId, WorldId) {
    let many: String = (0..16).map(|index| format!(", p{index}: u8")).collect();
    let functions = format!(
        "echo: func(values: list<{ty}>) -> list<{ty}>;
        flat: func(first: u8, value: {ty}, last: char) -> list<u64>;
        many: func(value: {ty}, last: u64{many}) -> tuple<{ty}, u64>;"
    );
    let wit = format!(
        "package t:t;
        interface callee {{ {definitions} {functions} }}
        interface caller {{
            {definitions} {functions}
            raw: func(image: list<u8>, count: u32) -> list<{ty}>;
            raw-flat: func(image: list<u8>) -> list<u64>;
            raw-many: func(image: list<u8>) -> tuple<{ty}, u64>;
        }}
        world guest {{ import callee; export caller; }}
        world implementation {{ export callee; }}"
    );
    let mut resolve = Resolve::default();
    let package = resolve.push_str("test.wit", &wit).expect(&wit);
    let select = |world| resolve.select_world(&[package], Some(world)).unwrap();
    let (guest, implementation) = (select("guest"), select("implementation"));
    (resolve, guest, implementation)
}

/// Where an instance's first allocation is.
const TOP: u32 = 4096;

/// What both core modules allocate with.
const REALLOC: &str = r#"
    (global $top (mut i32) (i32.const 4096))
    (func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (local $at i32)
        ;; Of bytes a guest here makes anything.
        (local.set 2 (i32.const 8))
        global.get $top
        local.get 2
        i32.add
        i32.const 1
        i32.sub
        i32.const 0
        local.get 2
        i32.sub
        i32.and
        local.tee $at
        local.get 3
        i32.add
        global.set $top
        ;; A string that is converted on the way may be allocated more than once.
        local.get $at
        local.get 0
        local.get 1
        local.get 3
        local.get 1
        local.get 3
        i32.lt_u
        select
        memory.copy
        local.get $at)"#;

/// Core function types of a function of the interface.
struct Signature {
    params: Vec<ValType>,
    indirect: bool,
}

impl Signature {
    fn of(resolve: &Resolve, name: &str) -> Signature {
        let signature = resolve.wasm_signature(AbiVariant::GuestExport, function(resolve, name));
        Signature {
            params: signature.params.into_iter().map(val_type).collect(),
            indirect: signature.indirect_params,
        }
    }

    fn wat(&self) -> String {
        let name = |ty: &ValType| match ty {
            ValType::I32 => "i32 ",
            ValType::I64 => "i64 ",
            ValType::F32 => "f32 ",
            _ => "f64 ",
        };
        self.params.iter().map(name).collect()
    }
}

fn function<'a>(resolve: &'a Resolve, name: &str) -> &'a Function {
    let mut interfaces = resolve.interfaces.iter();
    let named = interfaces.find(|(id, _)| resolve.id_of(*id).as_deref() == Some(INTERFACE));
    &named.unwrap().1.functions[name]
}

/// A guest that passes everything on.
fn guest(resolve: &Resolve) -> String {
    let mut module = format!("(module (memory (export \"memory\") 64) {REALLOC}");
    let mut imports = String::new();
    for name in FUNCTIONS {
        let signature = Signature::of(resolve, name);
        let params = signature.wat();
        let passed: String = (0..signature.params.len())
            .map(|index| format!("local.get {index} "))
            .collect();
        write!(
            imports,
            "(import \"{INTERFACE}\" \"{name}\" (func ${name} (param {params} i32)))"
        )
        .unwrap();
        write!(
            module,
            "(func (export \"t:t/caller#{name}\") (param {params}) (result i32)
                {passed} i32.const 16 call ${name} i32.const 16)"
        )
        .unwrap();
    }
    let flat = Signature::of(resolve, "flat");
    let last = flat.params.len() - 1;
    let load = |(index, ty): (usize, &ValType)| match ty {
        // Most numbers are no character.
        ValType::I32 if index == last => {
            format!(
                "local.get 0 i32.load offset={} i32.const 127 i32.and ",
                index * 8
            )
        }
        ValType::I32 => format!("local.get 0 i32.load offset={} ", index * 8),
        ValType::I64 => format!("local.get 0 i64.load offset={} ", index * 8),
        ValType::F32 => format!("local.get 0 f32.load offset={} ", index * 8),
        _ => format!("local.get 0 f64.load offset={} ", index * 8),
    };
    let loads: String = match flat.indirect {
        true => "local.get 0".to_string(),
        false => flat.params.iter().enumerate().map(load).collect(),
    };
    // Takes the bytes for as many values, for parameters, or for what is in memory of them.
    write!(
        module,
        "(func (export \"t:t/caller#raw\") (param i32 i32 i32) (result i32)
            local.get 0 local.get 2 i32.const 16 call $echo i32.const 16)
        (func (export \"t:t/caller#raw-flat\") (param i32 i32) (result i32)
            {loads} i32.const 16 call $flat i32.const 16)
        (func (export \"t:t/caller#raw-many\") (param i32 i32) (result i32)
            local.get 0 i32.const 16 call $many i32.const 16)"
    )
    .unwrap();
    let module = module.replacen("(module", &format!("(module {imports}"), 1);
    format!("{module})")
}

/// A callee that returns a list as it is, and of flat parameters what they are; `environment` is
/// where its memory comes from.
///
/// With `sums`, the second of what is in memory comes back as the sum of all bytes there: also of those
/// that belong to no value, which a component boundary doesn't copy.
fn callee(resolve: &Resolve, ty: &Ty, environment: &str, sums: bool) -> String {
    let mut sizes = SizeAlign::default();
    sizes.fill(resolve);
    let params: Vec<_> = function(resolve, "many")
        .params
        .iter()
        .map(|it| it.ty)
        .collect();
    let last = sizes.field_offsets(&params)[1].0.size_wasm32();
    let size = sizes.record(&params).size.size_wasm32();
    let sum = match sums && !ty.has_pointers() {
        false => String::new(),
        true => format!(
            "(local $sum i64) (local $at i32)
            (loop $bytes
                (i64.load8_u (i32.add (local.get 0) (local.get $at)))
                (local.set $sum (i64.add (local.get $sum)))
                (local.tee $at (i32.add (local.get $at) (i32.const 1)))
                (br_if $bytes (i32.lt_u (i32.const {size}))))
            (i64.store offset={last} (local.get 0) (local.get $sum))"
        ),
    };
    let signature = Signature::of(resolve, "flat");
    let mut stores = String::new();
    let mut count = 0;
    for (index, ty_of_param) in signature.params.iter().enumerate() {
        // Where something lies is not the same on both sides.
        let compared = index == 0 || index == signature.params.len() - 1 || !ty.has_pointers();
        if signature.indirect || !compared {
            continue;
        }
        let convert = match ty_of_param {
            ValType::I32 => "i64.extend_i32_u",
            ValType::F32 => "i32.reinterpret_f32 i64.extend_i32_u",
            ValType::F64 => "i64.reinterpret_f64",
            _ => "",
        };
        let offset = 8 + count * 8;
        write!(
            stores,
            "local.get $area local.get {index} {convert} i64.store offset={offset} "
        )
        .unwrap();
        count += 1;
    }
    format!(
        "(module {environment}
        (func (export \"{INTERFACE}#echo\") (param i32 i32) (result i32)
            (local $area i32)
            (local.set $area
                (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 8)))
            (i32.store (local.get $area) (local.get 0))
            (i32.store offset=4 (local.get $area) (local.get 1))
            local.get $area)
        ;; The result is what the parameters begin with.
        (func (export \"{INTERFACE}#many\") (param i32) (result i32)
            {sum}
            local.get 0)
        (func (export \"{INTERFACE}#flat\") (param {params}) (result i32)
            (local $area i32)
            (local.set $area
                (call $realloc (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 256)))
            {stores}
            (i32.store (local.get $area) (i32.add (local.get $area) (i32.const 8)))
            (i32.store offset=4 (local.get $area) (i32.const {count}))
            local.get $area))",
        params = signature.wat(),
    )
}

fn component(module: &str, resolve: &Resolve, world: WorldId, encoding: StringEncoding) -> Vec<u8> {
    let mut module = wat::parse_str(module).unwrap_or_else(|error| panic!("{error}\n{module}"));
    embed_component_metadata(&mut module, resolve, world, encoding).unwrap();
    let encoder = ComponentEncoder::default().module(&module);
    encoder.unwrap().encode().unwrap()
}

/// Guest and callee with a component boundary between them.
fn linked(guest: Vec<u8>, callee: Vec<u8>) -> Vec<u8> {
    use wac_graph::types::Package;
    let mut graph = wac_graph::CompositionGraph::new();
    let mut instantiate = |name: &str, bytes| {
        let package = Package::from_bytes(name, None, bytes, graph.types_mut()).unwrap();
        let package = graph.register_package(package).unwrap();
        graph.instantiate(package)
    };
    let callee = instantiate("t:callee", callee);
    let guest = instantiate("t:guest", guest);
    let export = graph.alias_instance_export(callee, INTERFACE).unwrap();
    graph
        .set_instantiation_argument(guest, INTERFACE, export)
        .unwrap();
    let export = graph.alias_instance_export(guest, "t:t/caller").unwrap();
    graph.export(export, "t:t/caller").unwrap();
    graph.encode(Default::default()).unwrap()
}

/// Guest and callee without one.
fn fused(
    guest: &[u8],
    resolve: &Resolve,
    ty: &Ty,
    encoding: Encoding,
    one_memory: bool,
) -> Vec<u8> {
    let both_ways = Strings {
        incoming: true,
        outgoing: true,
    };
    let helpers = both_ways.exports(encoding);
    let catalogue = Catalogue::new(Target::default(), &[]).unwrap();
    let real = catalogue.module().unwrap();
    let wanted = |name: &str| name == ADAPTER_REALLOC || helpers.contains(&name);
    let real = real.trim(wanted, |_, _| None, &[], Names::Drop).unwrap();
    assert_eq!(real.imports, []);
    // The callee passes on what the adapter has for any guest.
    let mut environment = format!(
        "(import \"env\" \"{ADAPTER_MEMORY}\" (memory 0))
        (export \"{ADAPTER_MEMORY}\" (memory 0))
        (import \"env\" \"{ADAPTER_REALLOC}\"
            (func $realloc (param i32 i32 i32 i32) (result i32)))
        (export \"{ADAPTER_REALLOC}\" (func $realloc))"
    );
    let mut reexports = String::new();
    for (index, name) in helpers.iter().enumerate() {
        let result = if name.ends_with("check-utf8") || name.ends_with("free") {
            ""
        } else {
            "(result i64)"
        };
        write!(
            environment,
            "(import \"env\" \"{name}\" (func $helper{index} (param i32 i32) {result}))"
        )
        .unwrap();
        write!(reexports, "(export \"{name}\" (func $helper{index}))").unwrap();
    }
    let callee = callee(resolve, ty, &(environment + &reexports), false);
    let callee_module = wat::parse_str(callee).unwrap();

    let Validated {
        mut model,
        root,
        signatures,
    } = read::validated(guest).unwrap();
    let mut removal = Removal::of(&model, root, false, |_| true);
    removal.find_live(&model, root, |_| false).unwrap();
    let mut assembly = Assembly::new(&mut model);
    let real = assembly.instantiate_core(real.bytes, Vec::new());
    let adapter = assembly.instantiate_core(callee_module, vec![("env".into(), real)]);
    let args = vec![(ADAPTER.into(), adapter)];
    let handles = assembly.instantiate_core(handles::module(&Table::default()), args);
    let types = Types::new(resolve);
    let interfaces = resolve.interfaces.iter();
    let names = interfaces.flat_map(|(_, interface)| interface.functions.keys());
    let exports: BTreeMap<_, _> = names
        .map(|name| (name.clone(), format!("{INTERFACE}#{name}")))
        .collect();
    let tags = BTreeMap::new();
    let replacements = Replacements::default();
    let part = GuestPart {
        flat: &Flat::of_one(root),
        removal: &removal,
        replacements: &replacements,
        callee: &|lowered| {
            let Replaced::Lowered(item, _) = &removal.replaced[&lowered] else {
                unreachable!("there are no resources");
            };
            Ok(Callee {
                function: function(resolve, &item.name),
                export: &exports[&item.name],
                post_return: None,
                go_on: None,
                tags: &tags,
            })
        },
        types: &types,
        part_types: &types,
        handles: &[handles],
        adapter_instance: adapter,
        file_bytes: None,
        direct: &HashMap::new(),
        filled: &HashMap::new(),
        needless: &HashSet::new(),
        signatures: &signatures,
        waits: false,
        one_memory,
        is_entered: true,
        throws: false,
        named: true,
        wrapped: HashMap::new(),
        renamed: None,
    };
    guest::place(&mut assembly, part).unwrap();
    let root = assembly.finish();
    write::component(&model, root).unwrap().bytes
}

/// Guest and callee as parts of one component.
fn in_parts(linked: &[u8], one_memory: bool) -> Vec<u8> {
    let guest = Guest::read(linked).unwrap();
    let catalogue = Catalogue::new(Target::default(), &[]).unwrap();
    let plan = Decisions::of(&guest, &catalogue).unwrap();
    let mut plan = plan.into_plan().unwrap();
    plan.one_memory = one_memory;
    let Ok(fused) = fuse(guest, &plan, &catalogue) else {
        panic!("the components can't be parts");
    };
    assert!(fused.cannot_wait.is_some());
    fused.written.bytes
}

struct Running {
    store: Store<()>,
    list: Func,
    flat: Func,
    many: Func,
    raw: Func,
    raw_flat: Func,
    raw_many: Func,
}

impl Running {
    fn start(engine: &Engine, component: &Component) -> Running {
        let mut store = Store::new(engine, ());
        let linker = Linker::new(engine);
        let instance = linker.instantiate(&mut store, component).unwrap();
        let caller = instance
            .get_export_index(&mut store, None, "t:t/caller")
            .unwrap();
        let mut function = |name| {
            let index = instance
                .get_export_index(&mut store, Some(&caller), name)
                .unwrap();
            instance.get_func(&mut store, index).unwrap()
        };
        Running {
            list: function("echo"),
            flat: function("flat"),
            many: function("many"),
            raw: function("raw"),
            raw_flat: function("raw-flat"),
            raw_many: function("raw-many"),
            store,
        }
    }

    fn call(&mut self, function: Func, args: &[Val]) -> wasmtime::Result<Val> {
        let mut results = [Val::Bool(false)];
        function.call(&mut self.store, args, &mut results)?;
        let [result] = results;
        Ok(result)
    }
}

/// Bytes that may be values.
fn image(random: &mut SmallRng) -> Vec<u8> {
    // Small numbers are likelier to mean something, and addresses within the image itself.
    let limit = [2, 3, 5, 256][random.random_range(0..4)];
    let has_pointers = random.random();
    let words = (0..128).map(|_| match random.random_range(0..4) {
        0 if has_pointers => (TOP + random.random_range(0..512)).to_le_bytes(),
        1 | 2 if has_pointers => u32::to_le_bytes(random.random_range(0..3)),
        _ => [(); 4].map(|()| random.random_range(0..limit) as u8),
    });
    words.flatten().collect()
}

#[test]
fn values_come_through_as_through_a_component_boundary() {
    let engine = Engine::new(&Config::new()).unwrap();
    // How many images were values, and how many were not.
    let mut outcomes = [0; 2];
    for seed in 0..TYPES {
        let mut random = SmallRng::seed_from_u64(seed);
        let bytes: Vec<u8> = (0..1 << 16).map(|_| random.random()).collect();
        let mut from = Unstructured::new(&bytes);
        let mut inventor = Inventor {
            definitions: String::new(),
            count: 0,
        };
        let mut chosen = inventor.chosen();
        let ty = match chosen.len() * ENCODINGS > seed as usize {
            true => chosen.swap_remove(seed as usize / ENCODINGS),
            false => inventor.invent(&mut from, 3).unwrap(),
        };
        let (resolve, guest_world, callee_world) = world(&inventor.definitions, &ty.wit());
        let (encoding, string_encoding) = match seed as usize % ENCODINGS {
            0 => (Encoding::Utf8, StringEncoding::UTF8),
            1 => (Encoding::Utf16, StringEncoding::UTF16),
            _ => (Encoding::Compact, StringEncoding::CompactUTF16),
        };
        let wat = guest(&resolve);
        let guest = component(&wat, &resolve, guest_world, string_encoding);
        let environment = format!("(memory (export \"memory\") 64) {REALLOC}");
        let callee = callee(&resolve, &ty, &environment, true);
        let callee = component(&callee, &resolve, callee_world, StringEncoding::UTF8);
        let one_memory = seed % 2 == 1;
        let fused = fused(&guest, &resolve, &ty, encoding, one_memory);
        let of_utf8 = match encoding {
            Encoding::Utf8 => guest.clone(),
            _ => component(&wat, &resolve, guest_world, StringEncoding::UTF8),
        };
        let parts = in_parts(&linked(of_utf8, callee.clone()), one_memory);
        let linked = Component::new(&engine, linked(guest, callee)).unwrap();
        let fused = Component::new(&engine, fused).unwrap();
        let parts = Component::new(&engine, parts).unwrap();
        let mut apart = Running::start(&engine, &linked);
        let mut together = Running::start(&engine, &fused);
        let mut in_parts = Running::start(&engine, &parts);
        for _ in 0..VALUES {
            let value = Ty::List(Box::new(ty.clone())).value(&mut from).unwrap();
            let args = [value.clone()];
            let one = apart.call(apart.list, &args).unwrap();
            let other = together.call(together.list, &args).unwrap();
            assert_eq!(one, value, "{ty:?}");
            assert_eq!(other, value, "{ty:?}");
            let other = in_parts.call(in_parts.list, &args).unwrap();
            assert_eq!(other, value, "{ty:?}");
            let value = ty.value(&mut from).unwrap();
            let args = [Val::U8(7), value, Val::Char('\u{1f600}')];
            let one = apart.call(apart.flat, &args).unwrap();
            let other = together.call(together.flat, &args).unwrap();
            assert_eq!(one, other, "{ty:?} {args:?}");
            let other = in_parts.call(in_parts.flat, &args).unwrap();
            assert_eq!(one, other, "{ty:?} {args:?}");
            let value = ty.value(&mut from).unwrap();
            let last = Val::U64(from.arbitrary().unwrap());
            let many = (0..16).map(Val::U8);
            let args: Vec<_> = [value.clone(), last].into_iter().chain(many).collect();
            for running in [&mut apart, &mut together, &mut in_parts] {
                let Val::Tuple(result) = running.call(running.many, &args).unwrap() else {
                    unreachable!("it is a tuple");
                };
                assert_eq!(result[0], value, "{ty:?}");
            }
        }
        for turn in 0..IMAGES {
            let image = Val::List(image(&mut random).into_iter().map(Val::U8).collect());
            let count = Val::U32(random.random_range(0..=2));
            // What has trapped can't be used any more.
            let outcome = |component| {
                let mut running = Running::start(&engine, component);
                match turn % 3 {
                    0 => running.call(running.raw, &[image.clone(), count.clone()]),
                    1 => running.call(running.raw_flat, std::slice::from_ref(&image)),
                    _ => running.call(running.raw_many, std::slice::from_ref(&image)),
                }
                .ok()
            };
            // What isn't a number equals nothing, but looks the same. The adapter looks at no slot that
            // a value leaves unused, and at no byte.
            let value = |outcome: Option<Val>| match (turn % 3, outcome) {
                (1, outcome) => outcome.map_or("None".into(), |_| "Some".into()),
                (2, Some(Val::Tuple(result))) => format!("{:?}", result[0]),
                (_, outcome) => format!("{outcome:?}"),
            };
            let one = outcome(&linked);
            // Bytes are other text in another encoding.
            if encoding == Encoding::Utf8 {
                let other = format!("{:?}", outcome(&parts));
                assert_eq!(format!("{one:?}"), other, "{ty:?} {image:?} {count:?}");
            }
            let one = value(one);
            assert_eq!(one, value(outcome(&fused)), "{ty:?} {image:?} {count:?}");
            outcomes[usize::from(one == "None")] += 1;
        }
    }
    assert!(outcomes.iter().all(|count| *count > 50), "{outcomes:?}");
}
