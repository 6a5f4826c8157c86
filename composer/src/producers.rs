//! Says in a result that this crate has had a hand in it.
//!
//! Tools leave their names in a custom section called `producers`. A guest's own stays, with one
//! name more.

use crate::Error;
use wasm_encoder::{Encode, ProducersField, ProducersSection, Section};
use wasmparser::{BinaryReader, ProducersSectionReader};

/// The section, and the field that says what a component has gone through.
const NAME: &str = "producers";
const PROCESSED_BY: &str = "processed-by";

/// The length of what a component begins with.
const HEADER: usize = 8;

/// The number of custom sections.
const CUSTOM: u8 = 0;

/// A component with this crate among its producers. Inner components are left alone.
pub fn add(component: Vec<u8>) -> Result<Vec<u8>, Error> {
    let mut reader = BinaryReader::new(&component, 0);
    reader.read_bytes(HEADER).map_err(Error::InvalidResult)?;
    while !reader.eof() {
        let start = reader.original_position();
        let id = reader.read_u8().map_err(Error::InvalidResult)?;
        let mut section = reader.read_reader().map_err(Error::InvalidResult)?;
        if id == CUSTOM && section.read_string().map_err(Error::InvalidResult)? == NAME {
            let end = reader.original_position();
            let mut extended = component[..start].to_vec();
            append(
                extend(section).map_err(Error::InvalidResult)?,
                &mut extended,
            );
            extended.extend_from_slice(&component[end..]);
            return Ok(extended);
        }
    }
    let mut section = ProducersSection::new();
    section.field(PROCESSED_BY, &this());
    let mut extended = component;
    append(section, &mut extended);
    Ok(extended)
}

fn append(section: ProducersSection, to: &mut Vec<u8>) {
    to.push(section.id());
    section.encode(to);
}

fn this() -> ProducersField {
    let mut field = ProducersField::new();
    field.value(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    field
}

/// The same section with this crate in it.
fn extend(contents: BinaryReader<'_>) -> wasmparser::Result<ProducersSection> {
    let mut section = ProducersSection::new();
    let mut processed_by = this();
    for field in ProducersSectionReader::new(contents)? {
        let field = field?;
        let mut values = ProducersField::new();
        for value in field.values {
            let value = value?;
            let is_this = value.name == env!("CARGO_PKG_NAME");
            if field.name != PROCESSED_BY {
                values.value(value.name, value.version);
            } else if !is_this {
                processed_by.value(value.name, value.version);
            }
        }
        if field.name != PROCESSED_BY {
            section.field(field.name, &values);
        }
    }
    section.field(PROCESSED_BY, &processed_by);
    Ok(section)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::{KnownCustom, Parser, Payload};

    /// The fields of the outermost component's section, in order, each value as `name version`.
    fn producers(component: &[u8]) -> Vec<(String, Vec<String>)> {
        let mut found = Vec::new();
        let mut depth = 0;
        for payload in Parser::new(0).parse_all(component) {
            let section = match payload.unwrap() {
                Payload::Version { .. } => {
                    depth += 1;
                    continue;
                }
                Payload::End(_) => {
                    depth -= 1;
                    continue;
                }
                Payload::CustomSection(section) if depth == 1 => section,
                _ => continue,
            };
            let KnownCustom::Producers(fields) = section.as_known() else {
                continue;
            };
            for field in fields {
                let field = field.unwrap();
                let values = field.values.into_iter().map(|value| {
                    let value = value.unwrap();
                    format!("{} {}", value.name, value.version)
                });
                found.push((field.name.to_string(), values.collect()));
            }
        }
        found
    }

    fn this_crate() -> String {
        format!("wasi-uplift {}", env!("CARGO_PKG_VERSION"))
    }

    #[test]
    fn a_result_says_what_it_has_gone_through() {
        let text = r#"(component (import "wasi:random/random@0.2.0" (instance
            (export "get-random-u64" (func (result u64))))))"#;
        let guest = wat::parse_str(text).unwrap();
        let composed = crate::compose(&guest, &Default::default()).unwrap();
        let expected = (PROCESSED_BY.to_string(), vec![this_crate()]);
        assert_eq!(producers(&composed.bytes), [expected]);
    }

    #[test]
    fn what_others_have_said_stays() {
        let mut component = wat::parse_str("(component (import \"f\" (func)))").unwrap();
        let mut section = ProducersSection::new();
        let mut field = ProducersField::new();
        field.value("Rust", "2021");
        section.field("language", &field);
        let mut field = ProducersField::new();
        field
            .value("wit-component", "1")
            .value("wasi-uplift", "0.0");
        section.field(PROCESSED_BY, &field);
        append(section, &mut component);
        let after = wat::parse_str("(component (import \"g\" (func)))").unwrap();
        component.extend_from_slice(&after[HEADER..]);

        let extended = add(component.clone()).unwrap();
        wasmparser::Validator::new()
            .validate_all(&extended)
            .unwrap();
        let expected = [
            ("language".to_string(), vec!["Rust 2021".to_string()]),
            (
                PROCESSED_BY.to_string(),
                vec![this_crate(), "wit-component 1".to_string()],
            ),
        ];
        assert_eq!(producers(&extended), expected);
        assert_eq!(producers(&add(extended).unwrap()), expected);
    }
}
