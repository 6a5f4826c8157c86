//! The adapter's own resources where guest and adapter are one component.
//!
//! There the adapter has no table of handles: nobody but itself has those that it makes, so nothing
//! has to be checked. A handle is the representation. The composer puts [`same`] in the place of
//! `resource.new` and `resource.rep`, and the destructor in that of `resource.drop`.

/// Returns the handle of a representation, and the representation of a handle.
#[unsafe(export_name = "wasi-uplift:resource/same")]
pub extern "C" fn same(it: u32) -> u32 {
    it
}
