//! Says in a result that this crate has had a hand in it.
//!
//! Tools leave their names in a custom section called `producers`. A guest's own stays, with one
//! name more.

use crate::component::{Definition, Model, ScopeId, Sort};
use std::borrow::Cow;
use wasm_encoder::{Encode, ProducersField, ProducersSection};
use wasmparser::{BinaryReader, ProducersSectionReader};

/// The section, and the field that says what a component has gone through.
const NAME: &str = "producers";
const PROCESSED_BY: &str = "processed-by";

/// Adds this crate to the producers of a component. Inner components are left alone.
pub(crate) fn add(model: &mut Model<'_>, root: ScopeId) {
    for id in model[root].items.clone() {
        if let Definition::Custom { name: NAME, data } = &mut model[id].definition {
            // A section that can't be read is nobody's business, and stays as it is.
            if let Ok(extended) = extend(data) {
                *data = Cow::Owned(contents(&extended));
            }
            return;
        }
    }
    let mut section = ProducersSection::new();
    section.field(PROCESSED_BY, &this());
    let data = Cow::Owned(contents(&section));
    let section = model.add(Sort::None, Definition::Custom { name: NAME, data });
    model[root].items.push(section);
}

/// The contents of the section, without its name.
fn contents(section: &ProducersSection) -> Vec<u8> {
    let mut encoded = Vec::new();
    section.encode(&mut encoded);
    // What comes before is the length, and the name with its own.
    let name = encoded
        .windows(NAME.len())
        .position(|it| it == NAME.as_bytes());
    encoded.split_off(name.map_or(0, |name| name + NAME.len()))
}

fn this() -> ProducersField {
    let mut field = ProducersField::new();
    field.value(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    field
}

/// The same section with this crate in it.
fn extend(contents: &[u8]) -> wasmparser::Result<ProducersSection> {
    let mut section = ProducersSection::new();
    let mut processed_by = this();
    for field in ProducersSectionReader::new(BinaryReader::new(contents, 0))? {
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
    use crate::component::write;
    use wasm_encoder::Section;
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

    fn add(component: &[u8]) -> Vec<u8> {
        let mut model = Model::default();
        let root = model.read(component).unwrap();
        super::add(&mut model, root);
        write::component(&model, root).unwrap().bytes
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
        component.push(section.id());
        section.encode(&mut component);
        let after = wat::parse_str("(component (import \"g\" (func)))").unwrap();
        component.extend_from_slice(&after[wasm_encoder::Component::HEADER.len()..]);

        let extended = add(&component);
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
        assert_eq!(producers(&add(&extended)), expected);
    }

    #[test]
    fn a_damaged_section_is_left_alone() {
        let text = r#"(component (@custom "producers" "\ff\ff\ff\ff\0f") (import "f" (func)))"#;
        let component = wat::parse_str(text).unwrap();
        assert_eq!(add(&component), component);
    }
}
