//! What trimming does to the real adapter, and to damaged copies of it.

use std::collections::BTreeMap;

use wasm_encoder::{CustomSection, Encode, RawSection};
use wasmparser::{
    DataKind, ElementItems, ElementKind, Operator, Parser, Payload, RelocAddendKind,
    RelocSectionReader, RelocationEntry, RelocationType, Validator,
};

use super::{Error, Module, Names, Problem, StandIn, Trimmed};

const ADAPTER: &[u8] = include_bytes!("../../artefact/adapter.wasm");

const NOW: &str = "wasi:clocks/monotonic-clock@0.2.12#now";

const RESOLUTION: &str = "wasi:clocks/monotonic-clock@0.2.12#resolution";

fn trim(keep: impl Fn(&str) -> bool) -> Trimmed {
    trim_parsed(&Module::parse(ADAPTER).unwrap(), keep)
}

fn trim_parsed(module: &Module<'_>, keep: impl Fn(&str) -> bool) -> Trimmed {
    let trimmed = module.trim(keep, |_, _| None, &[], Names::Drop).unwrap();
    Validator::new().validate_all(&trimmed.bytes).unwrap();
    trimmed
}

/// The sections of a module by their kind.
fn sections(bytes: &[u8]) -> Vec<Payload<'_>> {
    Parser::new(0)
        .parse_all(bytes)
        .collect::<Result<_, _>>()
        .unwrap()
}

fn imports_from<'a>(trimmed: &'a Trimmed, module: &str) -> Vec<&'a str> {
    let from = trimmed
        .imports
        .iter()
        .filter(|(from, _)| from.starts_with(module));
    from.map(|(_, name)| name.as_str()).collect()
}

#[test]
fn a_function_that_needs_little_gets_little() {
    let trimmed = trim(|name| name == NOW);
    let import = (
        "wasi:clocks/monotonic-clock@0.3.0".to_owned(),
        "now".to_owned(),
    );
    assert_eq!(trimmed.imports, [import]);
    assert_eq!(trimmed.exports, [NOW]);
    for section in sections(&trimmed.bytes) {
        let needless = matches!(
            section,
            Payload::TableSection(_)
                | Payload::ElementSection(_)
                | Payload::DataSection(_)
                | Payload::GlobalSection(_)
                | Payload::CustomSection(_)
        );
        assert!(!needless, "{section:?}");
    }
}

/// Trims to `export`, where something takes the place of the imports that are called so.
fn replaced(export: &str, import: &str, by: StandIn) -> Result<Trimmed, Error> {
    let module = Module::parse(ADAPTER).unwrap();
    let named = |_: &str, name: &str| (name == import).then(|| by.clone());
    let trimmed = module.trim(|name| name == export, named, &[], Names::Drop)?;
    assert_eq!(
        module.needs(|name| name == export, named)?,
        trimmed.imports,
        "what is needed is what is left"
    );
    Validator::new().validate_all(&trimmed.bytes).unwrap();
    Ok(trimmed)
}

#[test]
fn an_import_can_be_answered_for() {
    const FOLDERS: &str = "wasi:filesystem/preopens@0.2.12#get-directories";
    let none = "wasi-uplift:absent/wasi:filesystem/preopens@0.3.0#get-directories";
    let trimmed = replaced(FOLDERS, "get-directories", StandIn::Export(none.to_owned())).unwrap();
    assert_eq!(imports_from(&trimmed, "wasi:filesystem/preopens@"), [""; 0]);
    // What stands in is called, and not exported.
    assert_eq!(trimmed.exports, [FOLDERS]);
}

#[test]
fn an_import_can_be_a_trap() {
    let trimmed = replaced(RESOLUTION, "get-resolution", StandIn::Trap).unwrap();
    assert_eq!(trimmed.imports, []);
    let traps = sections(&trimmed.bytes).into_iter().any(|section| {
        let Payload::CodeSectionEntry(body) = section else {
            return false;
        };
        let operators = body.get_operators_reader().unwrap();
        let operators: Vec<_> = operators.into_iter().collect::<Result<_, _>>().unwrap();
        matches!(operators[..], [Operator::Unreachable, Operator::End])
    });
    assert!(traps);
}

#[test]
fn what_stands_in_has_to_fit() {
    for name in ["nothing", "wasi:cli/exit@0.2.12#exit"] {
        let refused = replaced(
            RESOLUTION,
            "get-resolution",
            StandIn::Export(name.to_owned()),
        );
        assert!(matches!(refused, Err(Error::StandIn(named)) if named == name));
    }
}

#[test]
fn clocks_need_nothing_of_cli() {
    let trimmed = trim(|name| {
        name.contains("wasi:clocks/monotonic-clock@") || name.contains("wasi:io/poll@")
    });
    let clock = imports_from(&trimmed, "wasi:clocks/monotonic-clock@");
    assert!(
        clock.iter().any(|name| name.contains("wait-until")),
        "{clock:?}"
    );
    assert_eq!(imports_from(&trimmed, "wasi:cli/"), [""; 0]);
    assert_eq!(imports_from(&trimmed, "wasi:random/"), [""; 0]);
}

#[test]
fn one_standard_stream_needs_no_other() {
    let trimmed =
        trim(|name| name == "wasi:cli/stdout@0.2.12#get-stdout" || name.contains("output-stream"));
    assert!(!imports_from(&trimmed, "wasi:cli/stdout@").is_empty());
    assert_eq!(imports_from(&trimmed, "wasi:cli/stderr@"), [""; 0]);
    assert_eq!(imports_from(&trimmed, "wasi:cli/stdin@"), [""; 0]);
}

#[test]
fn everything_needs_every_import() {
    let module = Module::parse(ADAPTER).unwrap();
    let trimmed = trim(|_| true);
    assert_eq!(trimmed.imports.len(), module.input.imports.len());
    assert!(
        module
            .exports()
            .eq(trimmed.exports.iter().map(String::as_str))
    );
    assert!(trimmed.bytes.len() < ADAPTER.len());
}

#[test]
fn nothing_needs_nothing() {
    let trimmed = trim(|_| false);
    assert_eq!(trimmed.imports, []);
    assert_eq!(trimmed.exports, [""; 0]);
}

#[test]
fn every_export_can_stand_alone() {
    let all = trim(|_| true);
    let module = Module::parse(ADAPTER).unwrap();
    for export in module.exports() {
        let trimmed = trim_parsed(&module, |name| name == export);
        assert_eq!(trimmed.exports, [export]);
        assert!(trimmed.bytes.len() < all.bytes.len(), "{export}");
    }
}

#[test]
fn the_output_says_what_it_has() {
    let trimmed = trim(|name| name.contains("environment"));
    let mut imports = Vec::new();
    let mut exports = Vec::new();
    for section in sections(&trimmed.bytes) {
        match section {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.unwrap();
                    imports.push((import.module.to_owned(), import.name.to_owned()));
                }
            }
            Payload::ExportSection(section) => {
                exports.extend(
                    section
                        .into_iter()
                        .map(|export| export.unwrap().name.to_owned()),
                );
            }
            _ => {}
        }
    }
    assert_eq!(imports, trimmed.imports);
    assert_eq!(exports[0], "memory");
    assert_eq!(exports[1..], trimmed.exports);
}

#[test]
fn the_result_is_the_same_every_time() {
    assert_eq!(
        trim(|name| name.contains("stream")),
        trim(|name| name.contains("stream"))
    );
}

#[test]
fn names_are_those_of_what_is_left() {
    let module = Module::parse(ADAPTER).unwrap();
    let trimmed = module
        .trim(
            |name| name.contains("monotonic-clock"),
            |_, _| None,
            &[],
            Names::Keep,
        )
        .unwrap();
    Validator::new().validate_all(&trimmed.bytes).unwrap();
    let text = String::from_utf8_lossy(&trimmed.bytes);
    assert!(text.contains("monotonic_clock"));
    assert!(!text.contains("get_stdin"));
}

/// What memory and table hold when a module starts.
#[derive(Default)]
pub(super) struct Image {
    /// Bytes that aren't zero.
    pub memory: BTreeMap<u32, u8>,
    pub table: BTreeMap<u32, u32>,
}

pub(super) fn image(bytes: &[u8]) -> Image {
    let number = |expression: wasmparser::ConstExpr<'_>| match expression
        .get_operators_reader()
        .read()
        .unwrap()
    {
        Operator::I32Const { value } => value.cast_unsigned(),
        other => panic!("{other:?}"),
    };
    let mut image = Image::default();
    for section in sections(bytes) {
        match section {
            Payload::DataSection(section) => {
                for segment in section {
                    let segment = segment.unwrap();
                    let DataKind::Active { offset_expr, .. } = segment.kind else {
                        panic!()
                    };
                    let bytes = segment.data.iter().copied();
                    let bytes = (number(offset_expr)..)
                        .zip(bytes)
                        .filter(|(_, byte)| *byte != 0);
                    image.memory.extend(bytes);
                }
            }
            Payload::ElementSection(section) => {
                for element in section {
                    let element = element.unwrap();
                    let ElementKind::Active { offset_expr, .. } = element.kind else {
                        panic!()
                    };
                    let ElementItems::Functions(functions) = element.items else {
                        panic!()
                    };
                    let functions = functions.into_iter().map(Result::unwrap);
                    image.table.extend((number(offset_expr)..).zip(functions));
                }
            }
            _ => {}
        }
    }
    image
}

#[test]
fn nothing_moves() {
    let before = image(ADAPTER);
    for part in ["", "stdout", "output-stream", "environment", "timezone"] {
        let trimmed = trim(|name| name.contains(part));
        let after = image(&trimmed.bytes);
        for (address, byte) in &after.memory {
            assert_eq!(before.memory.get(address), Some(byte), "{part} {address}");
        }
        // Functions got new numbers, but those in the same order.
        let live = after
            .table
            .keys()
            .map(|slot| before.table[slot])
            .collect::<Vec<_>>();
        let mut pairs = live.iter().zip(after.table.values()).collect::<Vec<_>>();
        pairs.sort();
        assert!(
            pairs.windows(2).all(|pair| pair[0].1 <= pair[1].1),
            "{part}"
        );
    }
}

#[test]
fn truncated_input_is_an_error() {
    for len in (0..ADAPTER.len()).step_by(997) {
        assert!(Module::parse(&ADAPTER[..len]).is_err(), "{len}");
    }
}

#[test]
fn flipped_bits_do_no_harm() {
    // What remains valid may be trimmed, to something valid; the rest is an error.
    for place in (0..ADAPTER.len()).step_by(1873) {
        let mut bytes = ADAPTER.to_vec();
        bytes[place] ^= 1 << (place % 8);
        if let Ok(module) = Module::parse(&bytes) {
            let trimmed = module
                .trim(|name| !name.is_empty(), |_, _| None, &[], Names::Keep)
                .unwrap();
            Validator::new().validate_all(&trimmed.bytes).unwrap();
        }
    }
}

/// A copy of the adapter in which some custom sections are different, or gone.
fn with_customs(mut change: impl FnMut(&str, &[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut copy = wasm_encoder::Module::new();
    for section in sections(ADAPTER) {
        if let Payload::CustomSection(custom) = &section {
            if let Some(data) = change(custom.name(), custom.data()) {
                copy.section(&CustomSection {
                    name: custom.name().into(),
                    data: data.into(),
                });
            }
        } else if let Some((id, range)) = section.as_section() {
            let data = &ADAPTER[range];
            copy.section(&RawSection { id, data });
        }
    }
    copy.finish()
}

/// A copy of the adapter with other relocations.
fn with_relocations(section: &str, change: impl Fn(&mut Vec<RelocationEntry>)) -> Vec<u8> {
    with_customs(|name, data| {
        if name != section {
            return Some(data.to_vec());
        }
        let reader = RelocSectionReader::new(wasmparser::BinaryReader::new(data, 0)).unwrap();
        let mut entries = reader
            .entries()
            .into_iter()
            .collect::<Result<Vec<_>, _>>()
            .unwrap();
        change(&mut entries);
        let mut data = Vec::new();
        reader.section_index().encode(&mut data);
        entries.len().encode(&mut data);
        for entry in entries {
            data.push(entry.ty as u8);
            entry.offset.encode(&mut data);
            entry.index.encode(&mut data);
            match entry.ty.addend_kind() {
                RelocAddendKind::None => {}
                _ => entry.addend.encode(&mut data),
            }
        }
        Some(data)
    })
}

fn error(bytes: &[u8]) -> Error {
    match Module::parse(bytes) {
        Ok(_) => panic!("this should be an error"),
        Err(error) => error,
    }
}

fn problem(bytes: &[u8]) -> Problem {
    match error(bytes) {
        Error::Relocation { problem, .. } => problem,
        other => panic!("{other}"),
    }
}

fn find(entries: &mut [RelocationEntry], kind: RelocationType) -> &mut RelocationEntry {
    entries.iter_mut().find(|entry| entry.ty == kind).unwrap()
}

#[test]
fn a_copy_is_as_good() {
    let copy = with_relocations("reloc.CODE", |_| {});
    let module = Module::parse(&copy).unwrap();
    assert_eq!(
        module
            .trim(|_| true, |_, _| None, &[], Names::Drop)
            .unwrap(),
        trim(|_| true)
    );
}

#[test]
fn all_linking_data_must_be_there() {
    for missing in ["linking", "reloc.CODE"] {
        let copy = with_customs(|name, data| (name != missing).then(|| data.to_vec()));
        assert!(matches!(error(&copy), Error::Missing(name) if name == missing));
    }
    // Nothing else shows that these are missing, but that vtables are never referred to.
    let copy = with_customs(|name, data| (name != "reloc.DATA").then(|| data.to_vec()));
    assert!(matches!(error(&copy), Error::Unaddressed { .. }));
}

#[test]
fn relocations_must_be_for_their_section() {
    let copy = with_customs(|name, data| {
        let mut data = data.to_vec();
        if name == "reloc.DATA" {
            data[0] -= 1;
        }
        Some(data)
    });
    assert!(matches!(error(&copy), Error::Unsupported(_)));
}

#[test]
fn every_reference_in_code_needs_a_relocation() {
    let copy = with_relocations("reloc.CODE", |entries| {
        entries.retain(|entry| entry.ty != RelocationType::FunctionIndexLeb);
    });
    assert!(matches!(error(&copy), Error::Unrelocated { .. }));
}

#[test]
fn relocations_must_fit_what_is_there() {
    use RelocationType as Kind;
    let other_symbol =
        |kind| with_relocations("reloc.CODE", move |entries| find(entries, kind).index += 1);
    for kind in [
        Kind::FunctionIndexLeb,
        Kind::MemoryAddrLeb,
        Kind::TypeIndexLeb,
    ] {
        let problem = problem(&other_symbol(kind));
        assert!(
            matches!(problem, Problem::Value { .. } | Problem::Symbol(_)),
            "{problem:?}"
        );
    }
    let other_addend = with_relocations("reloc.CODE", |entries| {
        find(entries, Kind::MemoryAddrLeb).addend += 4;
    });
    assert!(matches!(problem(&other_addend), Problem::Value { .. }));
    let no_symbol = with_relocations("reloc.DATA", |entries| entries[0].index = u32::MAX);
    assert_eq!(problem(&no_symbol), Problem::Symbol(u32::MAX));
}

#[test]
fn relocations_must_be_somewhere() {
    // The first bytes of both sections say how much there is in them.
    let before = with_relocations("reloc.CODE", |entries| entries[0].offset = 0);
    assert_eq!(problem(&before), Problem::OutsideCode);
    let behind = with_relocations("reloc.CODE", |entries| {
        let last = entries.last_mut().unwrap();
        last.offset = u32::MAX;
    });
    assert!(matches!(
        error(&behind),
        Error::Unrelocated { .. }
            | Error::Relocation {
                problem: Problem::OutsideCode,
                ..
            }
    ));
    let before = with_relocations("reloc.DATA", |entries| entries[0].offset = 0);
    assert_eq!(problem(&before), Problem::OutsideData);
    let behind = with_relocations("reloc.DATA", |entries| {
        entries.last_mut().unwrap().offset = u32::MAX;
    });
    assert_eq!(problem(&behind), Problem::OutsideData);
}

#[test]
fn relocations_must_not_overlap() {
    let twice = with_relocations("reloc.CODE", |entries| {
        let entry = *find(entries, RelocationType::MemoryAddrLeb);
        let place = entries.partition_point(|it| it.offset < entry.offset);
        entries.insert(place, entry);
    });
    assert!(matches!(error(&twice), Error::Unsupported(_)));
    let swapped = with_relocations("reloc.CODE", |entries| entries.swap(0, 1));
    assert!(matches!(error(&swapped), Error::Unsupported(_)));
}

#[test]
fn relocations_must_fit_their_instructions() {
    use RelocationType as Kind;
    for (kind, other) in [
        (Kind::MemoryAddrSleb, Kind::MemoryAddrLeb),
        (Kind::MemoryAddrLeb, Kind::MemoryAddrSleb),
    ] {
        let copy = with_relocations("reloc.CODE", |entries| find(entries, kind).ty = other);
        assert_eq!(problem(&copy), Problem::OutsideCode);
    }
}

#[test]
fn kinds_that_are_not_followed_are_refused() {
    for section in ["reloc.CODE", "reloc.DATA"] {
        let kind = RelocationType::MemoryAddrRelSleb;
        let copy = with_relocations(section, |entries| entries.last_mut().unwrap().ty = kind);
        assert_eq!(problem(&copy), Problem::Kind(kind));
    }
}
