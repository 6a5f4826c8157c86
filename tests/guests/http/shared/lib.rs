//! The code of the guests with HTTP that does not depend on their bindings.

#[path = "../../src/fnv.rs"]
pub mod fnv;
