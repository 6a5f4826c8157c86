//! Strings of a guest that has no component boundary between itself and the adapter.
//!
//! Within one component nobody checks or converts strings on the way. The core functions that the
//! composer puts between guest and adapter copy a guest's bytes into this memory and call these.
//! Every string here is UTF-8; a guest's may be UTF-16, or Latin-1 where that is enough.

use alloc::alloc::Layout;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem::MaybeUninit;
use core::slice;

/// Marks the length of a string that is UTF-16 where it could be Latin-1.
const UTF16_TAG: u32 = 1 << 31;

/// A string's address and length, as the callers take them apart.
fn pair(start: u32, len: u32) -> u64 {
    u64::from(start) | u64::from(len) << 32
}

/// Gives a string away, in an allocation of its own size.
fn give(string: String) -> u64 {
    leak(string.into_bytes().into_boxed_slice())
}

fn leak<T>(values: Box<[T]>) -> u64 {
    let len = values.len() as u32;
    pair(Box::into_raw(values).expose_provenance() as u32, len)
}

/// Traps if a string isn't UTF-8.
///
/// # Safety
///
/// The string is in this memory.
#[unsafe(export_name = "wasi-uplift:text/check-utf8")]
unsafe extern "C" fn check_utf8(start: u32, len: u32) {
    let start = core::ptr::with_exposed_provenance(start as usize);
    // SAFETY: the caller promises it.
    let bytes = unsafe { slice::from_raw_parts(start, len as usize) };
    if core::str::from_utf8(bytes).is_err() {
        core::arch::wasm32::unreachable();
    }
}

/// Makes a string of UTF-16, of so many units, which it takes. Traps if it isn't.
///
/// # Safety
///
/// The units are in this memory, in an allocation of their size that nobody else uses.
#[unsafe(export_name = "wasi-uplift:text/from-utf16")]
unsafe extern "C" fn from_utf16(start: u32, units: u32) -> u64 {
    let string = {
        let at = core::ptr::with_exposed_provenance(start as usize);
        // SAFETY: the caller promises it.
        String::from_utf16(unsafe { slice::from_raw_parts(at, units as usize) })
    };
    // SAFETY: the caller promises that nobody else uses it.
    unsafe { free(start, units * 2) };
    match string {
        Ok(string) => give(string),
        Err(_) => core::arch::wasm32::unreachable(),
    }
}

/// Makes a string of Latin-1, or of UTF-16 if the length says so.
///
/// # Safety
///
/// See [`from_utf16`]. The alignment is that of UTF-16 in both cases.
#[unsafe(export_name = "wasi-uplift:text/from-latin1-or-utf16")]
unsafe extern "C" fn from_latin1_or_utf16(start: u32, len: u32) -> u64 {
    if len & UTF16_TAG != 0 {
        // SAFETY: the caller promises it.
        return unsafe { from_utf16(start, len & !UTF16_TAG) };
    }
    let string = {
        let at = core::ptr::with_exposed_provenance::<u8>(start as usize);
        // SAFETY: the caller promises that the bytes are in this memory.
        let bytes = unsafe { slice::from_raw_parts(at, len as usize) };
        bytes.iter().map(|byte| char::from(*byte)).collect()
    };
    // SAFETY: the caller promises that nobody else has it.
    unsafe { free(start, len) };
    give(string)
}

/// Makes UTF-16 of a string, and returns it with the number of its units.
///
/// # Safety
///
/// The string is in this memory, and it is one.
#[unsafe(export_name = "wasi-uplift:text/to-utf16")]
unsafe extern "C" fn to_utf16(start: u32, len: u32) -> u64 {
    // SAFETY: the caller promises it.
    let units: Vec<u16> = unsafe { text(start, len) }.encode_utf16().collect();
    leak(units.into_boxed_slice())
}

/// Makes Latin-1 of a string if it can be, or else UTF-16, of which the length tells.
///
/// # Safety
///
/// See [`to_utf16`].
#[unsafe(export_name = "wasi-uplift:text/to-latin1-or-utf16")]
unsafe extern "C" fn to_latin1_or_utf16(start: u32, len: u32) -> u64 {
    // SAFETY: the caller promises it.
    let text = unsafe { text(start, len) };
    if !text.chars().all(|char| u8::try_from(char).is_ok()) {
        // SAFETY: as above.
        return unsafe { to_utf16(start, len) } | u64::from(UTF16_TAG) << 32;
    }
    let count = text.chars().count();
    let start = allocate(count);
    // SAFETY: it has just been allocated, in that size.
    let bytes = unsafe { slice::from_raw_parts_mut(start.cast::<MaybeUninit<u8>>(), count) };
    for (byte, char) in bytes.iter_mut().zip(text.chars()) {
        byte.write(char as u8);
    }
    pair(start.expose_provenance() as u32, count as u32)
}

/// The layout of a string that isn't UTF-8.
fn layout(bytes: usize) -> Layout {
    match Layout::from_size_align(bytes, 2) {
        Ok(layout) => layout,
        Err(_) => core::arch::wasm32::unreachable(),
    }
}

fn allocate(bytes: usize) -> *mut u8 {
    if bytes == 0 {
        return core::ptr::without_provenance_mut(2);
    }
    let layout = layout(bytes);
    // SAFETY: the size isn't 0.
    let start = unsafe { alloc::alloc::alloc(layout) };
    if start.is_null() {
        alloc::alloc::handle_alloc_error(layout);
    }
    start
}

/// The string at `start`.
///
/// # Safety
///
/// It is in this memory, and it is one.
unsafe fn text<'a>(start: u32, len: u32) -> &'a str {
    if len == 0 {
        return "";
    }
    let start = core::ptr::with_exposed_provenance(start as usize);
    // SAFETY: the caller promises it.
    unsafe { core::str::from_utf8_unchecked(slice::from_raw_parts(start, len as usize)) }
}

/// Frees what one of these functions has returned to be copied, of so many bytes, or a string that
/// isn't UTF-8 and that one of them got.
///
/// # Safety
///
/// It is that, and nobody uses it any more.
#[unsafe(export_name = "wasi-uplift:text/free")]
unsafe extern "C" fn free(start: u32, bytes: u32) {
    if bytes > 0 {
        let start = core::ptr::with_exposed_provenance_mut(start as usize);
        // SAFETY: the caller promises it.
        unsafe { alloc::alloc::dealloc(start, layout(bytes as usize)) };
    }
}
