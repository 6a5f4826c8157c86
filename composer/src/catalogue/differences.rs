//! The differences between the version of WASI 0.3 that the adapter is built of and other versions.
//!
//! The adapter's build finds them, and lists them in a section of the adapter: the form of the lines
//! is described in `adapter/build/targets.rs`.

use super::target::Target;
use super::wit;
use crate::error::InternalError;
use wasmparser::{Parser, Payload};
use wit_parser::{Enum, EnumCase, InterfaceId, Resolve, TypeDefKind, TypeId};

/// The custom section of the adapter that has them.
const SECTION: &str = "wasi-uplift:targets";

/// The differences of one version.
#[derive(Default)]
pub(super) struct Differences<'a> {
    lines: Vec<Line<'a>>,
}

/// A difference.
struct Line<'a> {
    what: What,
    /// The interface, without version.
    interface: &'a str,
    /// The type or the function.
    item: &'a str,
    names: Vec<&'a str>,
}

#[derive(Clone, Copy, PartialEq)]
enum What {
    /// A variant is an enumeration with these cases.
    Enumeration,
    /// A variant has only these of its cases.
    Variant,
    /// The parameters of a function have these names.
    Parameters,
}

impl<'a> Differences<'a> {
    /// Reads the differences of a target. The one that the adapter is built of has none.
    ///
    /// # Errors
    ///
    /// If the adapter doesn't say it in words that are known here.
    pub fn read(artefact: &'a [u8], target: Target) -> Result<Self, InternalError> {
        if target == Target::default() {
            return Ok(Self::default());
        }
        let broken = |error: wasmparser::BinaryReaderError| InternalError::adapter(error);
        for payload in Parser::new(0).parse_all(artefact) {
            if let Payload::CustomSection(section) = payload.map_err(broken)?
                && section.name() == SECTION
            {
                let text = std::str::from_utf8(section.data()).map_err(InternalError::adapter)?;
                return Self::parse(text, target);
            }
        }
        Err(InternalError::adapter(format!(
            "it has no section `{SECTION}`"
        )))
    }

    fn parse(text: &'a str, target: Target) -> Result<Self, InternalError> {
        let mut differences = Differences::default();
        let mut is_wanted = false;
        for line in text.lines() {
            let unknown = || InternalError::adapter(format!("nobody knows what `{line}` says"));
            let mut words = line.split_ascii_whitespace();
            let mut word = || words.next().ok_or_else(unknown);
            let what = match word()? {
                "target" => {
                    is_wanted = word()? == target.version();
                    continue;
                }
                "enum" => What::Enumeration,
                "variant" => What::Variant,
                "parameters" => What::Parameters,
                _ => return Err(unknown()),
            };
            if is_wanted {
                differences.lines.push(Line {
                    what,
                    interface: word()?,
                    item: word()?,
                    names: words.collect(),
                });
            }
        }
        Ok(differences)
    }

    /// Whether values of some types lie otherwise in memory.
    pub fn is_other_layout(&self) -> bool {
        self.lines.iter().any(|line| line.what != What::Parameters)
    }

    /// Has the interfaces of one version in the adapter's WIT say what they say in the target.
    ///
    /// # Errors
    ///
    /// If the WIT has nothing of what differs.
    pub fn apply(&self, resolve: &mut Resolve, version: &str) -> Result<(), InternalError> {
        for line in &self.lines {
            let Line {
                interface, item, ..
            } = line;
            let id = wit::find(resolve, &format!("{interface}@{version}"))?;
            line.apply(resolve, id).ok_or_else(|| {
                InternalError::adapter(format!("it has no `{item}` of `{interface}` to change"))
            })?;
        }
        Ok(())
    }
}

impl Line<'_> {
    fn apply(&self, resolve: &mut Resolve, interface: InterfaceId) -> Option<()> {
        match self.what {
            What::Enumeration => {
                let ty = self.ty(resolve, interface)?;
                resolve.types[ty].kind = enumeration(&self.names);
            }
            What::Variant => {
                let ty = self.ty(resolve, interface)?;
                let TypeDefKind::Variant(variant) = &mut resolve.types[ty].kind else {
                    return None;
                };
                let is_kept = |name: &str| self.names.contains(&name);
                variant.cases.retain(|case| is_kept(&case.name));
            }
            What::Parameters => {
                let functions = &mut resolve.interfaces[interface].functions;
                let function = functions.get_mut(self.item)?;
                for (param, name) in function.params.iter_mut().zip(&self.names) {
                    param.name = name.to_string();
                }
            }
        }
        Some(())
    }

    fn ty(&self, resolve: &Resolve, interface: InterfaceId) -> Option<TypeId> {
        resolve.interfaces[interface].types.get(self.item).copied()
    }
}

fn enumeration(names: &[&str]) -> TypeDefKind {
    let case = |name: &&str| EnumCase {
        name: name.to_string(),
        docs: Default::default(),
        span: Default::default(),
    };
    TypeDefKind::Enum(Enum {
        cases: names.iter().map(case).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_nobody_knows_are_an_error() {
        let target = Target::Rc2026_02_09;
        let parse = |text| Differences::parse(text, target).map(|it| it.lines.len());
        let known = "target 0.3.0-rc-2026-02-09\nenum wasi:a/b c d\ntarget x\nvariant a b c";
        assert_eq!(parse(known).ok(), Some(1));
        assert!(parse("record wasi:a/b c").is_err());
        assert!(parse("target").is_err());
    }

    #[test]
    fn what_isnt_there_cant_differ() {
        let target = Target::Rc2026_02_09;
        let text = "target 0.3.0-rc-2026-02-09\nenum wasi:a/b c d";
        let differences = Differences::parse(text, target).expect("the words are known");
        assert!(differences.apply(&mut Resolve::default(), "0.3.0").is_err());
    }
}
