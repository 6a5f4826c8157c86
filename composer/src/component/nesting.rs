//! How deep components and types are nested, found out before anything is parsed.
//!
//! wasmparser and the passes descend into nested types by recursion. A few kilobytes can nest
//! thousands of them, which would exhaust the stack. The validator refuses types that are nested
//! more than 100 levels deep anyway, but only after they have been parsed.

use wasmparser::{BinaryReader, BinaryReaderError};

/// The number of levels that components, and types within a component, may be nested.
pub(crate) const MAX_NESTING: usize = 100;

/// What the sections of a component show before they are parsed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outline {
    /// Every section is whole, and nothing is nested too deep.
    Complete,
    /// The bytes end in the middle of a section.
    Truncated,
    /// Components or types are nested more than [`MAX_NESTING`] levels deep.
    TooDeep,
}

const HEADER: usize = 8;
/// The number of sections that are components, and of those that are types.
const COMPONENT: u8 = 4;
const TYPES: u8 = 7;
/// What tells a component type and an instance type from other types.
const COMPONENT_TYPE: u8 = 0x41;
const INSTANCE_TYPE: u8 = 0x42;

/// Looks at the sections of a component and of the components in it.
pub(crate) fn outline(bytes: &[u8]) -> Outline {
    let mut pending = vec![(bytes, 0)];
    while let Some((component, depth)) = pending.pop() {
        let Ok(sections) = sections(component) else {
            // What is within a section is for the parser to judge.
            match depth {
                0 => return Outline::Truncated,
                _ => continue,
            }
        };
        for (id, contents) in sections {
            match id {
                COMPONENT if depth == MAX_NESTING => return Outline::TooDeep,
                COMPONENT => pending.push((contents, depth + 1)),
                TYPES if may_nest_too_deep(contents) && nests_too_deep(contents) => {
                    return Outline::TooDeep;
                }
                _ => {}
            }
        }
    }
    Outline::Complete
}

fn sections(component: &[u8]) -> Result<Vec<(u8, &[u8])>, BinaryReaderError> {
    let mut reader = BinaryReader::new(component, 0);
    reader.read_bytes(HEADER)?;
    let mut sections = Vec::new();
    while !reader.eof() {
        let id = reader.read_u8()?;
        let length = reader.read_var_u32()? as usize;
        sections.push((id, reader.read_bytes(length)?));
    }
    Ok(sections)
}

/// `false` if a section has too few types with declarations to be nested too deep. This spares
/// almost every component the walk.
fn may_nest_too_deep(section: &[u8]) -> bool {
    let nests = |byte: &&u8| matches!(**byte, COMPONENT_TYPE | INSTANCE_TYPE);
    section.iter().filter(nests).count() > MAX_NESTING
}

/// Walks through a section of types. What can't be read is for the parser to judge.
fn nests_too_deep(section: &[u8]) -> bool {
    let mut reader = BinaryReader::new(section, 0);
    let Ok(types) = reader.read_var_u32() else {
        return false;
    };
    // The declarations that are left to read, of each type that contains the one being read.
    let mut levels = vec![Level {
        left: types,
        kind: Kind::Section,
    }];
    while let Some(level) = levels.last_mut() {
        if level.left == 0 {
            levels.pop();
            continue;
        }
        level.left -= 1;
        let kind = level.kind;
        match declaration(&mut reader, kind) {
            Ok(Some(inner)) => {
                levels.push(inner);
                // The section itself is no level.
                if levels.len() > MAX_NESTING + 1 {
                    return true;
                }
            }
            Ok(None) => {}
            Err(_) => return false,
        }
    }
    false
}

struct Level {
    left: u32,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Section,
    Declarations,
}

/// A declaration can't be read.
struct Unreadable;

impl From<BinaryReaderError> for Unreadable {
    fn from(_: BinaryReaderError) -> Self {
        Unreadable
    }
}

/// Reads a declaration up to its end, or up to the declarations within it.
fn declaration(reader: &mut BinaryReader<'_>, kind: Kind) -> Result<Option<Level>, Unreadable> {
    if let Kind::Declarations = kind {
        match reader.read_u8()? {
            0x00 => {
                reader.read::<wasmparser::CoreType<'_>>()?;
                return Ok(None);
            }
            0x01 => {}
            0x02 => {
                reader.read::<wasmparser::ComponentAlias<'_>>()?;
                return Ok(None);
            }
            0x03 => {
                reader.read::<wasmparser::ComponentImport<'_>>()?;
                return Ok(None);
            }
            0x04 => {
                reader.read::<wasmparser::ComponentExternName<'_>>()?;
                reader.read::<wasmparser::ComponentTypeRef>()?;
                return Ok(None);
            }
            // No declaration begins like this.
            _ => return Err(Unreadable),
        }
    }
    let mut ahead = reader.clone();
    if let COMPONENT_TYPE | INSTANCE_TYPE = ahead.read_u8()? {
        let left = ahead.read_var_u32()?;
        *reader = ahead;
        return Ok(Some(Level {
            left,
            kind: Kind::Declarations,
        }));
    }
    // Any other type has no types within it.
    reader.read::<wasmparser::ComponentType<'_>>()?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{Component, ComponentTypeSection, InstanceType, NestedComponentSection};

    /// A component with an instance type in an instance type, and so on.
    fn types(depth: usize) -> Vec<u8> {
        let mut inner = InstanceType::new();
        for _ in 1..depth {
            let mut outer = InstanceType::new();
            outer.ty().instance(&inner);
            inner = outer;
        }
        let mut types = ComponentTypeSection::new();
        types.instance(&inner);
        let mut component = Component::new();
        component.section(&types);
        component.finish()
    }

    fn components(depth: usize) -> Vec<u8> {
        let mut inner = Component::new();
        for _ in 0..depth {
            let mut outer = Component::new();
            outer.section(&NestedComponentSection(&inner));
            inner = outer;
        }
        inner.finish()
    }

    #[test]
    fn the_limit_is_exact() {
        for nested in [types, components] {
            assert_eq!(outline(&nested(MAX_NESTING)), Outline::Complete);
            assert_eq!(outline(&nested(MAX_NESTING + 1)), Outline::TooDeep);
            assert_eq!(outline(&nested(5_000)), Outline::TooDeep);
        }
    }

    #[test]
    fn a_part_of_a_component_is_truncated() {
        let whole = types(2);
        for length in HEADER + 1..whole.len() {
            assert_eq!(outline(&whole[..length]), Outline::Truncated, "{length}");
        }
        assert_eq!(outline(&whole), Outline::Complete);
    }
}
