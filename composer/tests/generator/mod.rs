//! Guests made from a source of random bytes: the same bytes give the same guest.
//!
//! | file | what it makes |
//! |---|---|
//! | `wit` | packages: those of WASI in a version, and one of the guest's own |
//! | `world` | a guest of a random world, as `wit-component` encodes it |
//! | `composition` | a component in text form: components in components, with all that they pass on |
//! | `text` | types of WIT in text form |
//! | `encoding` | the same component in another encoding, or a damaged one |

pub mod composition;
pub mod encoding;
mod text;
pub mod wit;
pub mod world;

use arbitrary::{Result, Unstructured};

/// The way in which a guest was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    World,
    Composition,
}

/// A guest, which is valid unless its encoding was changed.
pub struct Guest {
    pub bytes: Vec<u8>,
    /// The guest before its encoding was changed, in text form if it was made so.
    pub text: Option<String>,
}

impl Guest {
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
        Ok(Guest { bytes, text })
    }
}

/// Bytes that look random.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// One of several.
///
/// # Errors
///
/// If there is none, or the source has run out.
fn one_of<T: Clone>(all: &[T], source: &mut Unstructured<'_>) -> Result<T> {
    Ok(source.choose(all)?.clone())
}
