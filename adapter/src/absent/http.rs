//! `wasi:http` where there is none: requests can be made, and are denied.
//!
//! Fields and options are kept here. The handle of either is its address.

use super::{NO_END, RETURNED, of_layout};
use crate::bindings::wit_future::FuturePayload;
use crate::canon::Area;
use crate::http::syntax;
use crate::p3::http::{Answer, ErrorCode};
use crate::raw::http_types::{fields_append, fields_from_list as from_list};
use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

/// A list, string or slice as it is passed.
#[repr(C)]
#[derive(Clone, Copy)]
struct Raw {
    start: *const u8,
    len: usize,
}

impl Raw {
    /// # Safety
    ///
    /// The bytes are there.
    unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: the caller promises it.
        unsafe { core::slice::from_raw_parts(self.start, self.len) }
    }
}

/// A list as it is returned.
#[repr(C)]
struct List<T> {
    start: *mut T,
    len: usize,
}

/// Gives a list away.
fn give<T>(items: Vec<T>) -> List<T> {
    let items = Box::leak(items.into_boxed_slice());
    List {
        start: items.as_mut_ptr(),
        len: items.len(),
    }
}

/// A `fields`: names, in lower case, and values.
#[derive(Clone, Default)]
struct Fields(Vec<(String, Vec<u8>)>);

/// The only error of a change of fields: no host is there to forbid anything.
struct InvalidSyntax;

impl Fields {
    fn into_handle(self) -> u32 {
        Box::into_raw(Box::new(self)).expose_provenance() as u32
    }

    fn address(handle: u32) -> *mut Fields {
        core::ptr::with_exposed_provenance_mut(handle as usize)
    }

    /// # Safety
    ///
    /// The handle is one of these, and nobody else uses it meanwhile.
    unsafe fn of<'a>(handle: u32) -> &'a mut Fields {
        // SAFETY: the caller promises it.
        unsafe { &mut *Fields::address(handle) }
    }

    fn remove(&mut self, name: &[u8]) -> Result<String, InvalidSyntax> {
        let name = checked_name(name)?;
        self.0.retain(|(other, _)| *other != name);
        Ok(name)
    }

    fn append(&mut self, name: &[u8], value: &[u8]) -> Result<(), InvalidSyntax> {
        let name = checked_name(name)?;
        if !syntax::is_field_value(value) {
            return Err(InvalidSyntax);
        }
        let mut value = value.to_vec();
        // A message has one length at most, which is a number.
        if name == "content-length" {
            let length = syntax::content_length(&value).ok_or(InvalidSyntax)?;
            if self.named(name.as_bytes()).next().is_some() {
                return Err(InvalidSyntax);
            }
            value = length.to_string().into_bytes();
        }
        self.0.push((name, value));
        Ok(())
    }

    fn named<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = &'a Vec<u8>> {
        let is = |other: &str| other.as_bytes().eq_ignore_ascii_case(name);
        self.0
            .iter()
            .filter_map(move |(other, value)| is(other).then_some(value))
    }
}

fn checked_name(name: &[u8]) -> Result<String, InvalidSyntax> {
    let name = core::str::from_utf8(name)
        .ok()
        .filter(|it| syntax::is_field_name(it));
    Ok(name.ok_or(InvalidSyntax)?.to_ascii_lowercase())
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[constructor]fields")]
extern "C" fn fields_new() -> u32 {
    Fields::default().into_handle()
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[resource-drop]fields")]
unsafe extern "C" fn fields_drop(fields: u32) {
    // SAFETY: the handle is given up.
    drop(unsafe { Box::from_raw(Fields::address(fields)) });
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[method]fields.clone")]
unsafe extern "C" fn fields_clone(fields: u32) -> u32 {
    // SAFETY: the caller has the handle.
    unsafe { Fields::of(fields) }.clone().into_handle()
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[static]fields.from-list")]
unsafe extern "C" fn fields_from_list(entries: *const [Raw; 2], len: usize, result: &mut Change) {
    let mut fields = Fields::default();
    for n in 0..len {
        // SAFETY: the caller passes a list of that length, of names and values.
        let [name, value] = unsafe { *entries.add(n) };
        // SAFETY: as above.
        let appended = unsafe { fields.append(name.bytes(), value.bytes()) };
        if let Err(InvalidSyntax) = appended {
            return set_invalid_syntax(result, of_layout(from_list::ERR, from_list::other::ERR));
        }
    }
    result.put(0, [OK]);
    result.put(from_list::OK.position(), fields.into_handle().to_le_bytes());
}

/// The memory of a change's result, in the size that the callers have.
type Change = Area<20>;

/// The cases of a result.
const OK: u8 = 0;
const ERR: u8 = 1;

/// The case of the only error that there is here.
const INVALID_SYNTAX: u8 = 0;

fn set_invalid_syntax(result: &mut Change, at: usize) {
    result.put(0, [ERR]);
    result.put(at, [INVALID_SYNTAX]);
}

fn tell(result: &mut Change, changed: Result<(), InvalidSyntax>) {
    match changed {
        Ok(()) => result.put(0, [OK]),
        Err(InvalidSyntax) => {
            set_invalid_syntax(
                result,
                of_layout(fields_append::ERR, fields_append::other::ERR),
            );
        }
    }
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[method]fields.append")]
unsafe extern "C" fn append(
    fields: u32,
    name: *const u8,
    name_len: usize,
    value: *const u8,
    value_len: usize,
    result: &mut Change,
) {
    let (name, value) = (
        Raw {
            start: name,
            len: name_len,
        },
        Raw {
            start: value,
            len: value_len,
        },
    );
    // SAFETY: the caller has the handle, and passes a name and a value.
    let appended = unsafe { Fields::of(fields).append(name.bytes(), value.bytes()) };
    tell(result, appended);
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[method]fields.delete")]
unsafe extern "C" fn fields_delete(fields: u32, start: *const u8, len: usize, result: &mut Change) {
    // SAFETY: the caller has the handle, and passes a name.
    let removed = unsafe { Fields::of(fields).remove(Raw { start, len }.bytes()) };
    tell(result, removed.map(drop));
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[method]fields.set")]
unsafe extern "C" fn fields_set(
    fields: u32,
    name: *const u8,
    name_len: usize,
    values: *const Raw,
    values_len: usize,
    result: &mut Change,
) {
    // SAFETY: the caller has the handle.
    let fields = unsafe { Fields::of(fields) };
    // SAFETY: the caller passes a name.
    let name = unsafe {
        Raw {
            start: name,
            len: name_len,
        }
        .bytes()
    };
    let mut changed = fields.clone();
    let mut set = changed.remove(name).map(drop);
    for n in 0..values_len {
        // SAFETY: the caller passes a list of that length, of values.
        let value = unsafe { (*values.add(n)).bytes() };
        set = set.and_then(|()| changed.append(name, value));
    }
    if set.is_ok() {
        *fields = changed;
    }
    tell(result, set);
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[method]fields.has")]
unsafe extern "C" fn fields_has(fields: u32, start: *const u8, len: usize) -> u32 {
    // SAFETY: the caller has the handle, and passes a name.
    let (fields, name) = unsafe { (Fields::of(fields), Raw { start, len }.bytes()) };
    u32::from(fields.named(name).next().is_some())
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[method]fields.get")]
unsafe extern "C" fn fields_get(
    fields: u32,
    start: *const u8,
    len: usize,
    values: &mut List<List<u8>>,
) {
    // SAFETY: the caller has the handle, and passes a name.
    let (fields, name) = unsafe { (Fields::of(fields), Raw { start, len }.bytes()) };
    *values = give(
        fields
            .named(name)
            .map(|value| give(value.clone()))
            .collect(),
    );
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[method]fields.copy-all")]
unsafe extern "C" fn fields_copy_all(fields: u32, entries: &mut List<[List<u8>; 2]>) {
    // SAFETY: the caller has the handle.
    let fields = unsafe { Fields::of(fields) };
    let copy =
        |(name, value): &(String, Vec<u8>)| [give(name.clone().into_bytes()), give(value.clone())];
    *entries = give(fields.0.iter().map(copy).collect());
}

/// A `request-options`: the three timeouts.
type Options = [Option<u64>; 3];

fn options_address(handle: u32) -> *mut Options {
    core::ptr::with_exposed_provenance_mut(handle as usize)
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[constructor]request-options")]
extern "C" fn options_new() -> u32 {
    Box::into_raw(Box::new(Options::default())).expose_provenance() as u32
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[resource-drop]request-options")]
unsafe extern "C" fn options_drop(options: u32) {
    // SAFETY: the handle is given up.
    drop(unsafe { Box::from_raw(options_address(options)) });
}

/// An `option<u64>` as it is returned.
#[repr(C)]
struct Timeout {
    is_some: u8,
    value: u64,
}

/// Declares the functions of a timeout.
macro_rules! timeout {
    ($number:literal $get:ident $get_name:literal $set:ident $set_name:literal) => {
        #[unsafe(export_name = $get_name)]
        unsafe extern "C" fn $get(options: u32, timeout: &mut Timeout) {
            // SAFETY: the caller has the handle.
            let value = unsafe { (&*options_address(options))[$number] };
            timeout.is_some = u8::from(value.is_some());
            timeout.value = value.unwrap_or(0);
        }

        #[unsafe(export_name = $set_name)]
        unsafe extern "C" fn $set(options: u32, is_some: u32, value: u64, result: &mut Change) {
            // SAFETY: the caller has the handle.
            unsafe { (&mut *options_address(options))[$number] = (is_some != 0).then_some(value) };
            result.put(0, [OK]);
        }
    };
}

timeout!(
    0
    get_connect_timeout "wasi-uplift:absent/wasi:http/types@0.3.0#[method]request-options.get-connect-timeout"
    set_connect_timeout "wasi-uplift:absent/wasi:http/types@0.3.0#[method]request-options.set-connect-timeout"
);
timeout!(
    1
    get_first_byte_timeout "wasi-uplift:absent/wasi:http/types@0.3.0#[method]request-options.get-first-byte-timeout"
    set_first_byte_timeout "wasi-uplift:absent/wasi:http/types@0.3.0#[method]request-options.set-first-byte-timeout"
);
timeout!(
    2
    get_between_bytes_timeout "wasi-uplift:absent/wasi:http/types@0.3.0#[method]request-options.get-between-bytes-timeout"
    set_between_bytes_timeout "wasi-uplift:absent/wasi:http/types@0.3.0#[method]request-options.set-between-bytes-timeout"
);

/// The handle of all requests: nothing of them matters.
const REQUEST: u32 = NO_END;

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[static]request.new")]
unsafe extern "C" fn request_new(
    headers: u32,
    _: u32,
    _: u32,
    _: u32,
    has_options: u32,
    options: u32,
    results: &mut [u32; 2],
) {
    // SAFETY: the handles are given up.
    unsafe {
        fields_drop(headers);
        if has_options != 0 {
            options_drop(options);
        }
    }
    *results = [REQUEST, NO_END];
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/types@0.3.0#[resource-drop]request")]
extern "C" fn request_drop(_: u32) {}

/// Declares functions that say that they have set a part of a request. The guest has had its part
/// looked at before.
macro_rules! set {
    ($( $function:ident ( $( $param:ty ),* ) $name:literal )*) => {
        $(
            #[unsafe(export_name = $name)]
            extern "C" fn $function(_: u32, $( _: $param ),*) -> u32 {
                0
            }
        )*
    };
}

set! {
    set_method(u32, u32, u32) "wasi-uplift:absent/wasi:http/types@0.3.0#[method]request.set-method"
    set_scheme(u32, u32, u32, u32) "wasi-uplift:absent/wasi:http/types@0.3.0#[method]request.set-scheme"
    set_authority(u32, u32, u32) "wasi-uplift:absent/wasi:http/types@0.3.0#[method]request.set-authority"
    set_path_with_query(u32, u32, u32) "wasi-uplift:absent/wasi:http/types@0.3.0#[method]request.set-path-with-query"
}

/// Denies a request.
///
/// # Safety
///
/// The memory is for an answer.
unsafe fn deny(answer: &mut Area<48>) {
    let denied = Err(ErrorCode::HttpRequestDenied);
    // SAFETY: the caller promises it.
    unsafe {
        (<Answer as FuturePayload>::VTABLE.lower)(denied, core::ptr::from_mut(answer).cast())
    };
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/client@0.3.0#[async-lower]send")]
unsafe extern "C" fn send(_: u32, answer: &mut Area<48>) -> u32 {
    // SAFETY: the caller passes memory for an answer.
    unsafe { deny(answer) };
    RETURNED
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:http/handler@0.3.0#handle")]
unsafe extern "C" fn handle(_: u32, answer: &mut Area<48>) {
    // SAFETY: as above.
    unsafe { deny(answer) };
}
