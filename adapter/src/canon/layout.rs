//! Values of a host of another target, whose types lie otherwise in memory.
//!
//! A snapshot's types may have fewer cases than those of WASI 0.3.0, or cases that say less. So its
//! values are never larger, and what a host has written can be brought into the layout that
//! everything else here knows, where it lies.

use super::global::WASI_UPLIFT_OTHER_LAYOUT;
use core::mem::size_of;

/// How a value of the other layout becomes one of WASI 0.3.0. The generated bindings have one for
/// each type that differs.
pub enum Layout {
    /// So many bytes are the same.
    Same(usize),
    /// There is nothing to take: so many bytes become zeros, which are a `none`.
    Zeros(usize),
    /// A record or a tuple, in the order of its fields.
    Parts(&'static [Part]),
    /// A variant, an enumeration, an option or a result.
    Cases(&'static Cases),
}

/// A part of a value: where it is, and where it has to be.
pub struct Part {
    pub from: usize,
    pub to: usize,
    pub layout: &'static Layout,
}

/// The cases of a value. The case itself is the first byte of both.
pub struct Cases {
    /// Which case each of the other layout is. Empty if all have the same number.
    pub cases: &'static [u8],
    /// How payloads are converted: each with the number that its case has in the other layout.
    pub payloads: &'static [(u8, &'static Layout)],
    /// Where the payload is, and where it has to be.
    pub from: usize,
    pub to: usize,
}

/// Brings a value into the layout of WASI 0.3.0, if the host has the other one.
///
/// # Safety
///
/// The host has written such a value there, in memory with room for one of WASI 0.3.0, and this has
/// not been done to it before.
pub unsafe fn lay_out(value: *mut u8, layout: &Layout) {
    if WASI_UPLIFT_OTHER_LAYOUT.is_set() {
        // SAFETY: as the caller promises.
        unsafe { convert(value, 0, 0, layout) }
    }
}

/// The same for elements of a stream, which lie at this distance from each other in the other layout.
///
/// # Safety
///
/// As for each of them, one after the other from where the first is.
pub unsafe fn lay_out_elements<T>(elements: &mut [T], distance: usize, layout: &Layout) {
    if WASI_UPLIFT_OTHER_LAYOUT.is_set() {
        // SAFETY: as the caller promises.
        unsafe { convert_elements(elements, distance, layout) }
    }
}

/// # Safety
///
/// As for [`lay_out_elements`].
pub unsafe fn convert_elements<T>(elements: &mut [T], distance: usize, layout: &Layout) {
    let start = elements.as_mut_ptr().cast();
    // None of them is larger than it becomes, so that the last has to move first.
    for n in (0..elements.len()).rev() {
        // SAFETY: as the caller promises.
        unsafe { convert(start, n * distance, n * size_of::<T>(), layout) }
    }
}

/// Brings what is at `from` to `to`, which is no earlier.
///
/// # Safety
///
/// As for [`lay_out`], seen from `base`.
#[inline(never)]
pub unsafe fn convert(base: *mut u8, from: usize, to: usize, layout: &Layout) {
    // SAFETY: the layout is that of the value, so that it stays within its memory. A later part has
    // made room before an earlier one grows.
    unsafe {
        match layout {
            Layout::Same(len) => base.add(from).copy_to(base.add(to), *len),
            Layout::Zeros(len) => base.add(to).write_bytes(0, *len),
            Layout::Parts(parts) => {
                for part in parts.iter().rev() {
                    convert(base, from + part.from, to + part.to, part.layout);
                }
            }
            Layout::Cases(all) => {
                let case = base.add(from).read();
                let mut payloads = all.payloads.iter();
                if let Some((_, payload)) = payloads.find(|(of, _)| *of == case) {
                    convert(base, from + all.from, to + all.to, payload);
                }
                let known = all.cases.get(usize::from(case));
                base.add(to).write(*known.unwrap_or(&case));
            }
        }
    }
}
