//! Guests made from a source of random bytes: the same bytes give the same guest.
//!
//! | file | what it makes |
//! |---|---|
//! | `wit` | packages: those of WASI in a version, and one of the guest's own |
//! | `world` | a guest of a random world, as `wit-component` encodes it |
//! | `composition` | a component in text form: components in components, with all that they pass on |
//! | `encoding` | the same component in another encoding, or a damaged one |

#![allow(dead_code, reason = "not everybody has a use for everything")]

pub mod composition;
pub mod encoding;
pub mod wit;
pub mod world;

use arbitrary::{Result, Unstructured};

/// The way in which a guest was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    World,
    Composition,
}

/// A guest, and where it comes from.
pub struct Guest {
    pub kind: Kind,
    /// Whether the encoding was changed afterwards, so that it may not be valid.
    pub is_changed: bool,
    pub bytes: Vec<u8>,
    /// The guest before its encoding was changed, in text form if it was made so.
    pub text: Option<String>,
}

impl Guest {
    /// Makes a guest.
    ///
    /// # Errors
    ///
    /// If the source has run out.
    pub fn arbitrary(source: &mut Unstructured<'_>) -> Result<Self> {
        let kind = match source.ratio(1, 3)? {
            true => Kind::World,
            false => Kind::Composition,
        };
        Guest::of_kind(kind, source)
    }

    /// Makes a guest of a kind.
    ///
    /// # Errors
    ///
    /// If the source has run out.
    pub fn of_kind(kind: Kind, source: &mut Unstructured<'_>) -> Result<Self> {
        let is_changed = source.ratio(1, 3)?;
        let packages = wit::Packages::arbitrary(source)?;
        let (mut bytes, text) = match kind {
            Kind::World => (world::guest(packages, source)?, None),
            Kind::Composition => {
                let text = composition::guest(&packages, source)?;
                let bytes = wat::parse_str(&text);
                let bytes = bytes.unwrap_or_else(|error| panic!("{error}\n{text}"));
                (bytes, Some(text))
            }
        };
        if is_changed {
            bytes = encoding::changed(&bytes, source)?;
        }
        Ok(Guest {
            kind,
            is_changed,
            bytes,
            text,
        })
    }
}

/// One of several.
///
/// # Errors
///
/// If there is none, or the source has run out.
fn one_of<T: Clone>(all: &[T], source: &mut Unstructured<'_>) -> Result<T> {
    Ok(source.choose(all)?.clone())
}
