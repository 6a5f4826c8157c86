//! Other encodings of a component, and damaged ones.
//!
//! A component is taken apart into its sections and their items. Gentle changes keep what it means:
//! numbers that are longer than they have to be, sections that are split, joined or empty, custom
//! sections anywhere. Harsh ones drop, double and swap items and sections, and change bytes, so that
//! most of what comes of them is not valid.

use super::one_of;
use arbitrary::{Result, Unstructured};
use wasmparser::{
    BinaryReader, CanonicalFunction, ComponentAlias, ComponentExport, ComponentImport,
    ComponentInstance, ComponentType, CoreType, FromReader, Instance, SectionLimited,
};

const HEADER: usize = 8;
const CUSTOM: u8 = 0;
const MODULE: u8 = 1;
const COMPONENT: u8 = 4;

/// The ids of sections that are a list of items.
const LISTS: [u8; 8] = [2, 3, 5, 6, 7, 8, 10, 11];

/// Names of custom sections that mean something to some tools.
const NAMES: [&str; 7] = [
    "",
    "name",
    "component-name",
    "producers",
    "component-type:own",
    "package-docs",
    "own",
];

/// A component, or a core module, taken apart.
struct Binary {
    header: Vec<u8>,
    sections: Vec<Section>,
}

struct Section {
    id: u8,
    body: Body,
    /// By how many bytes the numbers before the body, and before its items, are longer than they
    /// have to be.
    padding: usize,
}

enum Body {
    Bytes(Vec<u8>),
    Items(Vec<Vec<u8>>),
    Binary(Binary),
}

/// Changes a component.
///
/// # Errors
///
/// If the source has run out.
pub fn changed(bytes: &[u8], source: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let Some(mut binary) = Binary::parse(bytes) else {
        return damaged(bytes, source);
    };
    let is_gentle = source.ratio(1, 2)?;
    for _ in 0..source.int_in_range(1..=5)? {
        match is_gentle {
            true => binary.anywhere(source, Binary::change_gently)?,
            false => binary.anywhere(source, Binary::change_harshly)?,
        }
    }
    let mut changed = Vec::new();
    binary.write(&mut changed);
    match !is_gentle && source.ratio(1, 4)? {
        true => damaged(&changed, source),
        false => Ok(changed),
    }
}

/// Changes some bytes, or cuts some off.
fn damaged(bytes: &[u8], source: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut bytes = bytes.to_vec();
    for _ in 0..source.int_in_range(1..=3)? {
        if bytes.is_empty() {
            break;
        }
        let position = source.choose_index(bytes.len())?;
        match source.int_in_range(0..=7)? {
            0 => bytes.truncate(position),
            1 => bytes.insert(position, source.arbitrary()?),
            2 => _ = bytes.remove(position),
            3 => bytes[position] = source.arbitrary()?,
            _ => bytes[position] ^= 1 << source.int_in_range(0..=7)?,
        }
    }
    Ok(bytes)
}

impl Binary {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let (header, mut rest) = bytes.split_at_checked(HEADER)?;
        let mut sections = Vec::new();
        while let [id, ..] = rest {
            let mut reader = BinaryReader::new(&rest[1..], 0);
            let length = reader.read_var_u32().ok()? as usize;
            let body = reader.read_bytes(length).ok()?;
            let end = 1 + reader.original_position();
            rest = &rest[end..];
            let is_component = header[6] == 1;
            let body = match *id {
                COMPONENT | MODULE if is_component => match Binary::parse(body) {
                    Some(binary) => Body::Binary(binary),
                    None => Body::Bytes(body.to_vec()),
                },
                id if is_component => match items(id, body) {
                    Some(items) => Body::Items(items),
                    None => Body::Bytes(body.to_vec()),
                },
                _ => Body::Bytes(body.to_vec()),
            };
            sections.push(Section {
                id: *id,
                body,
                padding: 0,
            });
        }
        Some(Binary {
            header: header.to_vec(),
            sections,
        })
    }

    fn write(&self, to: &mut Vec<u8>) {
        to.extend(&self.header);
        for section in &self.sections {
            let mut body = Vec::new();
            match &section.body {
                Body::Bytes(bytes) => body.extend(bytes),
                Body::Binary(binary) => binary.write(&mut body),
                Body::Items(items) => {
                    number(items.len(), section.padding, &mut body);
                    items.iter().for_each(|item| body.extend(item));
                }
            }
            to.push(section.id);
            number(body.len(), section.padding, to);
            to.extend(body);
        }
    }

    /// Whether this is a component, and no core module.
    fn is_component(&self) -> bool {
        self.header[6] == 1
    }

    /// Changes this, or what is in one of its sections.
    fn anywhere(
        &mut self,
        source: &mut Unstructured<'_>,
        change: fn(&mut Self, &mut Unstructured<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut inner: Vec<&mut Binary> = Vec::new();
        for section in &mut self.sections {
            if let Body::Binary(binary) = &mut section.body {
                inner.push(binary);
            }
        }
        if !inner.is_empty() && source.ratio(1, 2)? {
            let number = source.choose_index(inner.len())?;
            return inner.swap_remove(number).anywhere(source, change);
        }
        change(self, source)
    }

    fn change_gently(&mut self, source: &mut Unstructured<'_>) -> Result<()> {
        match source.int_in_range(0..=4)? {
            0 => {
                for section in &mut self.sections {
                    section.padding = source.int_in_range(0..=3)?;
                }
            }
            1 => {
                let place = source.int_in_range(0..=self.sections.len())?;
                let section = custom(source)?;
                self.sections.insert(place, section);
            }
            2 if self.is_component() => {
                let place = source.int_in_range(0..=self.sections.len())?;
                let id = one_of(&LISTS, source)?;
                let body = Body::Items(Vec::new());
                let padding = 0;
                self.sections.insert(place, Section { id, body, padding });
            }
            3 => {
                // Every item gets a section.
                let mut split = Vec::new();
                for section in self.sections.drain(..) {
                    match section.body {
                        Body::Items(items) => split.extend(items.into_iter().map(|item| Section {
                            id: section.id,
                            body: Body::Items(vec![item]),
                            padding: section.padding,
                        })),
                        _ => split.push(section),
                    }
                }
                self.sections = split;
            }
            _ => self.sections.dedup_by(|next, section| {
                let is_same = next.id == section.id;
                match (&mut section.body, &mut next.body) {
                    (Body::Items(items), Body::Items(more)) if is_same => {
                        items.append(more);
                        true
                    }
                    _ => false,
                }
            }),
        }
        Ok(())
    }

    fn change_harshly(&mut self, source: &mut Unstructured<'_>) -> Result<()> {
        if self.sections.is_empty() {
            return Ok(());
        }
        let place = source.choose_index(self.sections.len())?;
        let other = source.choose_index(self.sections.len())?;
        match source.int_in_range(0..=9)? {
            0 => self.sections.swap(place, other),
            1 => _ = self.sections.remove(place),
            2 => {
                let mut bytes = Vec::new();
                let copy = Binary {
                    header: self.header.clone(),
                    sections: vec![self.sections.remove(place)],
                };
                copy.write(&mut bytes);
                let copies = [Binary::parse(&bytes), Binary::parse(&bytes)];
                for copy in copies.into_iter().flatten() {
                    for section in copy.sections {
                        self.sections.insert(place, section);
                    }
                }
            }
            3 => {
                let depth = source.int_in_range(1..=120)?;
                self.sections.insert(place, nested(depth));
            }
            _ => {
                let section = &mut self.sections[place];
                if let Body::Items(items) = &mut section.body
                    && !items.is_empty()
                {
                    let place = source.choose_index(items.len())?;
                    let other = source.choose_index(items.len())?;
                    match source.int_in_range(0..=3)? {
                        0 => items.swap(place, other),
                        1 => _ = items.remove(place),
                        2 => items.insert(other, items[place].clone()),
                        _ => {
                            let item = &mut items[place];
                            let at = source.choose_index(item.len())?;
                            item[at] = source.int_in_range(0..=20)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

/// A custom section.
fn custom(source: &mut Unstructured<'_>) -> Result<Section> {
    let name = one_of(&NAMES, source)?;
    let mut body = Vec::new();
    number(name.len(), source.int_in_range(0..=2)?, &mut body);
    body.extend(name.as_bytes());
    let length = source.int_in_range(0..=12)?;
    body.extend(source.bytes(length)?);
    Ok(Section {
        id: CUSTOM,
        body: Body::Bytes(body),
        padding: source.int_in_range(0..=3)?,
    })
}

/// A component in a component, and so on.
fn nested(depth: usize) -> Section {
    let mut binary = Binary {
        header: b"\0asm\x0d\0\x01\0".to_vec(),
        sections: Vec::new(),
    };
    for _ in 1..depth {
        let section = Section {
            id: COMPONENT,
            body: Body::Binary(binary),
            padding: 0,
        };
        binary = Binary {
            header: b"\0asm\x0d\0\x01\0".to_vec(),
            sections: vec![section],
        };
    }
    Section {
        id: COMPONENT,
        body: Body::Binary(binary),
        padding: 0,
    }
}

/// Appends a number, in some more bytes than it needs if that can be.
fn number(value: usize, padding: usize, to: &mut Vec<u8>) {
    const MOST: usize = 5;
    let mut value = value;
    let mut bytes = Vec::new();
    loop {
        bytes.push((value & 0x7f) as u8);
        value >>= 7;
        if value == 0 {
            break;
        }
    }
    let length = (bytes.len() + padding).min(MOST);
    bytes.resize(length, 0);
    let last = length - 1;
    bytes[..last].iter_mut().for_each(|byte| *byte |= 0x80);
    to.extend(bytes);
}

/// The items of a section, if it is a list that can be read.
fn items(id: u8, body: &[u8]) -> Option<Vec<Vec<u8>>> {
    fn split<'a, T: FromReader<'a>>(body: &'a [u8]) -> Option<Vec<Vec<u8>>> {
        let section = SectionLimited::<T>::new(BinaryReader::new(body, 0)).ok()?;
        let mut starts = Vec::new();
        for item in section.into_iter_with_offsets() {
            starts.push(item.ok()?.0);
        }
        starts.push(body.len());
        let items = starts.windows(2).map(|it| body[it[0]..it[1]].to_vec());
        Some(items.collect())
    }
    match id {
        2 => split::<Instance<'_>>(body),
        3 => split::<CoreType<'_>>(body),
        5 => split::<ComponentInstance<'_>>(body),
        6 => split::<ComponentAlias<'_>>(body),
        7 => split::<ComponentType<'_>>(body),
        8 => split::<CanonicalFunction>(body),
        10 => split::<ComponentImport<'_>>(body),
        11 => split::<ComponentExport<'_>>(body),
        _ => None,
    }
}
