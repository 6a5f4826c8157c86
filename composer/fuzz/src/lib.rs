//! What the targets share, which is what the property test of the composer uses, too.

#[path = "../../tests/common/checks.rs"]
pub mod checks;
#[path = "../../tests/generator/mod.rs"]
pub mod generator;

#[global_allocator]
static ALLOCATOR: checks::Counting = checks::Counting;
