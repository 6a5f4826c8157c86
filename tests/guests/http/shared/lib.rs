//! What the guests with HTTP share, apart from what depends on their bindings.

#[path = "../../src/fnv.rs"]
pub mod fnv;
