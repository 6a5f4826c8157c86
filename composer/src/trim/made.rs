//! Small modules, made by hand as the linker would, for what the adapter happens not to have.

use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, DataSymbolDefinition, ElementSection,
    Elements, Encode, ExportKind, ExportSection, FunctionSection, LinkingSection, MemorySection,
    MemoryType, Module as Encoder, RefType, SymbolTable, TableSection, TableType, TypeSection,
    ValType,
};
use wasmparser::{Parser, Payload, RelocAddendKind, RelocationType as Kind, Validator};

use super::tests::image;
use super::{Error, Module, Names, Problem};

/// Where the data is.
const BASE: u32 = 1024;

/// The types of functions: no parameters, and one.
const PLAIN: u32 = 0;
const OTHER: u32 = 1;

/// What a relocation adds to a place: its kind, symbol and addend.
struct Mark {
    offset: usize,
    kind: Kind,
    index: u32,
    addend: i32,
}

/// A function, exported by its number.
struct Body {
    ty: u32,
    bytes: Vec<u8>,
    marks: Vec<Mark>,
}

/// Function `n` is symbol `n` and in slot `n + 1` of the table. Symbols of data follow.
#[derive(Default)]
struct Made {
    bodies: Vec<Body>,
    symbols: Vec<(u32, DataSymbolDefinition)>,
    data: Vec<u8>,
    marks: Vec<Mark>,
}

impl Body {
    fn new(ty: u32) -> Self {
        // No locals.
        Self {
            ty,
            bytes: vec![0],
            marks: Vec::new(),
        }
    }

    fn number(&mut self, kind: Kind, index: u32, addend: i32, value: u32) {
        self.marks.push(Mark {
            offset: self.bytes.len(),
            kind,
            index,
            addend,
        });
        for shift in [0, 7, 14, 21] {
            self.bytes.push((value >> shift) as u8 & 0x7f | 0x80);
        }
        self.bytes.push((value >> 28) as u8);
    }

    fn call(mut self, function: u32) -> Self {
        self.bytes.push(0x10);
        self.number(Kind::FunctionIndexLeb, function, 0, function);
        self
    }

    fn call_indirect(mut self, ty: u32) -> Self {
        // The parameter, if there is one, and the place in the table.
        for _ in 0..=ty {
            self.bytes.extend([0x41, 0]);
        }
        self.bytes.push(0x11);
        self.number(Kind::TypeIndexLeb, ty, 0, ty);
        self.bytes.push(0);
        self
    }

    fn address_of(mut self, function: u32) -> Self {
        self.bytes.push(0x41);
        self.number(Kind::TableIndexSleb, function, 0, function + 1);
        self.bytes.push(0x1a);
        self
    }

    fn load(mut self, symbol: u32, addend: i32, address: u32) -> Self {
        self.bytes.extend([0x41, 0, 0x2d, 0]);
        self.number(Kind::MemoryAddrLeb, symbol, addend, address);
        self.bytes.push(0x1a);
        self
    }
}

impl Made {
    /// Adds a function.
    fn with(mut self, body: Body) -> Self {
        self.bodies.push(body);
        self
    }

    /// Adds functions that do nothing.
    fn with_empty(mut self, ty: u32, count: usize) -> Self {
        self.bodies.extend((0..count).map(|_| Body::new(ty)));
        self
    }

    /// Adds a symbol for a part of the data.
    fn symbol(self, offset: u32, size: u32) -> Self {
        self.flagged(0, offset, size)
    }

    fn flagged(mut self, flags: u32, offset: u32, size: u32) -> Self {
        self.symbols.push((
            flags,
            DataSymbolDefinition {
                index: 0,
                offset,
                size,
            },
        ));
        self
    }

    fn data(mut self, data: &[u8]) -> Self {
        self.data = data.to_vec();
        self
    }

    /// Makes a piece of the data a pointer to a function.
    fn function_at(mut self, offset: usize, function: u32) -> Self {
        self.put(offset, Kind::TableIndexI32, function, function + 1);
        self
    }

    /// Makes a piece of the data a pointer to a piece of the data.
    fn pointer_at(mut self, offset: usize, symbol: u32, address: u32) -> Self {
        self.put(offset, Kind::MemoryAddrI32, symbol, address);
        self
    }

    fn put(&mut self, offset: usize, kind: Kind, index: u32, value: u32) {
        self.data[offset..offset + 4].copy_from_slice(&value.to_le_bytes());
        self.marks.push(Mark {
            offset,
            kind,
            index,
            addend: 0,
        });
    }

    /// Links it.
    fn link(&self) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([ValType::I32], []);
        let mut functions = FunctionSection::new();
        let mut exports = ExportSection::new();
        let mut code = CodeSection::new();
        let mut symbols = SymbolTable::new();
        for (index, body) in (0..).zip(&self.bodies) {
            functions.function(body.ty);
            exports.export(&index.to_string(), ExportKind::Func, index);
            code.raw(&[&body.bytes[..], &[0x0b]].concat());
            symbols.function(0, index, Some(&format!("f{index}")));
        }
        for (flags, place) in &self.symbols {
            symbols.data(*flags, "datum", Some(place.clone()));
        }
        exports.export("memory", ExportKind::Memory, 0);
        let addressed = self.addressed();
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: 100,
            maximum: Some(100),
            shared: false,
        });
        let mut elements = ElementSection::new();
        for function in addressed {
            let offset = ConstExpr::i32_const(function as i32 + 1);
            elements.active(None, &offset, Elements::Functions([function][..].into()));
        }
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut data = DataSection::new();
        data.active(
            0,
            &ConstExpr::i32_const(BASE as i32),
            self.data.iter().copied(),
        );

        let mut module = Encoder::new();
        module
            .section(&types)
            .section(&functions)
            .section(&tables)
            .section(&memories);
        module
            .section(&exports)
            .section(&elements)
            .section(&code)
            .section(&data);
        module.section(LinkingSection::new().symbol_table(&symbols));
        // The number of functions, and before each its length, take a byte as long as they are few.
        let mut start = 1;
        let mut marks = Vec::new();
        for body in &self.bodies {
            marks.extend(
                body.marks
                    .iter()
                    .map(|mark| (start + 1 + mark.offset, mark)),
            );
            start += 1 + body.bytes.len() + 1;
        }
        relocations(&mut module, "reloc.CODE", 6, marks);
        // In front of the data: how many segments, one that is active, its address, its length.
        let start = 1 + 1 + 4 + 1;
        let marks = self
            .marks
            .iter()
            .map(|mark| (start + mark.offset, mark))
            .collect();
        relocations(&mut module, "reloc.DATA", 7, marks);
        module.finish()
    }

    /// The functions whose address is taken.
    fn addressed(&self) -> Vec<u32> {
        let marks = self
            .bodies
            .iter()
            .flat_map(|body| &body.marks)
            .chain(&self.marks);
        let taken =
            marks.filter(|mark| matches!(mark.kind, Kind::TableIndexI32 | Kind::TableIndexSleb));
        let mut functions = taken.map(|mark| mark.index).collect::<Vec<_>>();
        functions.sort();
        functions.dedup();
        functions
    }
}

fn relocations(module: &mut Encoder, name: &str, section: u32, marks: Vec<(usize, &Mark)>) {
    let mut data = Vec::new();
    section.encode(&mut data);
    marks.len().encode(&mut data);
    for (offset, mark) in marks {
        data.push(mark.kind as u8);
        offset.encode(&mut data);
        mark.index.encode(&mut data);
        if mark.kind.addend_kind() != RelocAddendKind::None {
            mark.addend.encode(&mut data);
        }
    }
    module.section(&CustomSection {
        name: name.into(),
        data: data.into(),
    });
}

/// What trimming leaves.
#[derive(Debug, Default, PartialEq, Eq)]
struct Left {
    functions: u32,
    table: Option<u64>,
    slots: Vec<u32>,
    /// From the base on, addresses of what isn't zero.
    data: Vec<u32>,
}

/// Links, keeps the function 0, and looks at what is left.
fn trim(made: &Made) -> Left {
    let linked = made.link();
    Validator::new().validate_all(&linked).unwrap();
    let module = Module::parse(&linked).unwrap_or_else(|error| panic!("{error}"));
    let trimmed = module
        .trim(|name| name == "0", |_, _| None, &[], Names::Drop)
        .unwrap();
    Validator::new().validate_all(&trimmed.bytes).unwrap();
    let image = image(&trimmed.bytes);
    let mut left = Left {
        slots: image.table.into_keys().collect(),
        data: image
            .memory
            .into_keys()
            .map(|address| address - BASE)
            .collect(),
        ..Left::default()
    };
    for section in Parser::new(0).parse_all(&trimmed.bytes) {
        match section.unwrap() {
            Payload::FunctionSection(section) => left.functions = section.count(),
            Payload::TableSection(section) => {
                left.table = section
                    .into_iter()
                    .next()
                    .map(|table| table.unwrap().ty.initial);
            }
            _ => {}
        }
    }
    left
}

fn refusal(made: &Made) -> Error {
    match Module::parse(&made.link()) {
        Ok(_) => panic!("this should be an error"),
        Err(error) => error,
    }
}

#[test]
fn calls_are_followed() {
    let made = Made::default()
        .with(Body::new(PLAIN).call(2))
        .with_empty(PLAIN, 1)
        .with(Body::new(PLAIN).call(3))
        .with_empty(PLAIN, 1);
    assert_eq!(
        trim(&made),
        Left {
            functions: 3,
            ..Left::default()
        }
    );
}

#[test]
fn a_vtable_lives_by_who_refers_to_it() {
    let made = |user: u32| {
        let mut made = Made::default();
        for function in 0..2 {
            let body = Body::new(PLAIN).call_indirect(PLAIN);
            // One past the functions: the vtable.
            made = made.with(if function == user {
                body.load(4, 0, BASE)
            } else {
                body
            });
        }
        made.with_empty(PLAIN, 2)
            .symbol(0, 8)
            .data(&[0; 8])
            .function_at(0, 2)
            .function_at(4, 3)
    };
    let live = Left {
        functions: 3,
        table: Some(5),
        slots: vec![3, 4],
        data: vec![0, 4],
    };
    assert_eq!(trim(&made(0)), live);
    assert_eq!(
        trim(&made(1)),
        Left {
            functions: 1,
            table: Some(0),
            ..Left::default()
        }
    );
}

#[test]
fn what_is_in_the_table_lives_by_calls_of_its_type() {
    let made = |called: &[u32]| {
        let body = Body::new(PLAIN).address_of(1).address_of(2).address_of(3);
        let body = called.iter().fold(body, |body, ty| body.call_indirect(*ty));
        Made::default()
            .with(body)
            .with_empty(PLAIN, 1)
            .with_empty(OTHER, 1)
            .with_empty(PLAIN, 1)
    };
    assert_eq!(
        trim(&made(&[])),
        Left {
            functions: 1,
            ..Left::default()
        }
    );
    let holes = Left {
        functions: 3,
        table: Some(5),
        slots: vec![2, 4],
        data: vec![],
    };
    assert_eq!(trim(&made(&[PLAIN])), holes);
    let first = Left {
        functions: 2,
        table: Some(4),
        slots: vec![3],
        data: vec![],
    };
    assert_eq!(trim(&made(&[OTHER])), first);
    let all = Left {
        functions: 4,
        table: Some(5),
        slots: vec![2, 3, 4],
        data: vec![],
    };
    assert_eq!(trim(&made(&[OTHER, PLAIN])), all);
}

#[test]
fn calls_may_come_to_light_after_addresses() {
    // The function found in the table calls by another type, of which there is one, too.
    let made = Made::default()
        .with(
            Body::new(PLAIN)
                .address_of(1)
                .address_of(2)
                .call_indirect(PLAIN),
        )
        .with(Body::new(PLAIN).call_indirect(OTHER))
        .with_empty(OTHER, 1);
    let all = Left {
        functions: 3,
        table: Some(4),
        slots: vec![2, 3],
        data: vec![],
    };
    assert_eq!(trim(&made), all);
}

#[test]
fn pointers_lead_from_data_to_data() {
    let made = Made::default()
        .with(Body::new(PLAIN).load(1, 0, BASE))
        .symbol(0, 4)
        .symbol(40, 2)
        .symbol(20, 4)
        .data(&[7; 42])
        .pointer_at(0, 2, BASE + 40);
    // The address is 1064, 0x428.
    assert_eq!(trim(&made).data, [0, 1, 40, 41]);
}

#[test]
fn an_addend_keeps_the_whole_symbol() {
    for addend in [2, -3, 9] {
        let address = (BASE + 8).wrapping_add_signed(addend);
        let made = Made::default()
            .with(Body::new(PLAIN).load(1, addend, address))
            .symbol(8, 4)
            .symbol(0, 8)
            .data(&[1; 20]);
        assert_eq!(trim(&made).data, [8, 9, 10, 11]);
    }
}

#[test]
fn symbols_may_overlap() {
    let made = |symbol: u32, address| {
        Made::default()
            .with(
                Body::new(PLAIN)
                    .call_indirect(PLAIN)
                    .load(symbol, 0, address),
            )
            .with_empty(PLAIN, 1)
            .symbol(0, 8)
            .symbol(4, 8)
            .symbol(4, 8)
            .data(&[1; 12])
            .function_at(4, 1)
    };
    let outer = Left {
        functions: 2,
        table: Some(3),
        slots: vec![2],
        data: vec![0, 1, 2, 3, 4],
    };
    assert_eq!(trim(&made(2, BASE)), outer);
    let inner = Left {
        data: vec![4, 8, 9, 10, 11],
        ..outer
    };
    assert_eq!(trim(&made(3, BASE + 4)), inner);
    assert_eq!(trim(&made(4, BASE + 4)), inner);
}

#[test]
fn a_pointer_across_the_end_of_a_symbol_counts() {
    let made = Made::default()
        .with(Body::new(PLAIN).call_indirect(PLAIN).load(3, 0, BASE + 6))
        .with_empty(PLAIN, 1)
        .symbol(0, 8)
        .symbol(6, 4)
        .data(&[1; 12])
        .function_at(4, 1);
    assert_eq!(trim(&made).slots, [2]);
}

#[test]
fn a_symbol_without_a_size_reaches_to_the_next() {
    let made = |symbol: u32, address| {
        Made::default()
            .with(Body::new(PLAIN).load(symbol, 0, address))
            .symbol(2, 0)
            .symbol(5, 3)
            .symbol(9, 0)
            .symbol(12, 0)
            .data(&[1; 12])
    };
    assert_eq!(trim(&made(1, BASE + 2)).data, [2, 3, 4]);
    assert_eq!(trim(&made(3, BASE + 9)).data, [9, 10, 11]);
    assert_eq!(trim(&made(4, BASE + 12)).data, [0; 0]);
}

#[test]
fn an_absolute_symbol_is_just_a_number() {
    let made = |address| {
        Made::default()
            .with(Body::new(PLAIN).load(1, 0, address))
            .flagged(wasmparser::SymbolFlags::ABSOLUTE.bits(), address, 0)
            .data(&[1; 12])
    };
    assert_eq!(trim(&made(BASE + 12)).data, [0; 0]);
    let refusal = refusal(&made(BASE + 4));
    assert!(
        matches!(
            refusal,
            Error::Relocation {
                problem: Problem::Absolute(1),
                ..
            }
        ),
        "{refusal}"
    );
}

/// Trimming takes whatever names a type for a call, and no relocation tells what a table is asked for.
#[test]
fn instructions_that_would_not_be_followed_are_refused() {
    let blocks = |opening: &[u8], closing: &[u8]| {
        let mut body = Body::new(PLAIN);
        body.bytes.extend(opening);
        body.number(Kind::TypeIndexLeb, PLAIN, 0, PLAIN);
        body.bytes.extend(closing);
        body
    };
    let mut table_get = Body::new(PLAIN);
    table_get.bytes.extend([0x41, 0, 0x25, 0, 0x1a]);
    let with_end = [0x0b];
    for body in [
        blocks(&[0x02], &with_end),
        blocks(&[0x03], &with_end),
        blocks(&[0x41, 0, 0x04], &with_end),
        table_get,
    ] {
        let refusal = refusal(&Made::default().with(body));
        assert!(matches!(refusal, Error::Unsupported(_)), "{refusal}");
    }
}

#[test]
fn symbols_must_be_where_data_is() {
    let made = Made::default()
        .with(Body::new(PLAIN))
        .symbol(8, 5)
        .data(&[1; 12]);
    assert!(matches!(refusal(&made), Error::Unsupported(_)));
}

#[test]
fn pointers_must_be_in_a_symbol() {
    let made = Made::default()
        .with_empty(PLAIN, 1)
        .symbol(0, 4)
        .data(&[0; 12])
        .function_at(8, 0);
    let refusal = refusal(&made);
    assert!(
        matches!(
            refusal,
            Error::Relocation {
                problem: Problem::OutsideData,
                ..
            }
        ),
        "{refusal}"
    );
}

#[test]
fn an_address_must_be_in_the_table() {
    let mut made = Made::default()
        .with_empty(PLAIN, 2)
        .symbol(0, 4)
        .data(&[0; 4])
        .function_at(0, 1);
    made.data[0] += 1;
    let problem = Problem::Slot {
        slot: 3,
        function: 1,
    };
    let refusal = refusal(&made);
    assert!(matches!(&refusal, Error::Relocation { problem: found, .. } if *found == problem));
}
