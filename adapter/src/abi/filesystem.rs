//! The streams of `wasi:filesystem` of WASI 0.3.

use super::{BLOCKED, DROPPED, stream_ends};
use super::{ByteReader, ByteWriter, Completion, CompletionAbi, EndAbi, Ending, Lift, Payload};
use crate::bindings::exports::wasi::filesystem0_2_12::types::DescriptorType;
use crate::bindings::wasi::filesystem0_3_0::types::Descriptor;
use crate::filesystem::error::lowered;
use crate::io::error::Failure;
use crate::reactor::{self, Waiter};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

const FILESYSTEM_RESULT: Lift = Lift {
    read: lift_filesystem_result,
    allocates: true,
};

fn lift_filesystem_result(payload: &Payload) -> Ending {
    if payload.0[0] == 0 {
        return Ending::Closed;
    }
    // The case is behind the alignment of the string that the last of them may carry.
    let (code, name) = lowered(payload.0[4]);
    if payload.0[8] == 1 {
        drop(payload.string(12));
    }
    Ending::Failed(Failure::file(code, name))
}

byte_stream!(
    READ,
    READ_COMPLETION,
    FILESYSTEM_RESULT,
    "wasi:filesystem/types@0.3.0",
    "[async-lower][stream-read-0][method]descriptor.read-via-stream",
    "[stream-cancel-read-0][method]descriptor.read-via-stream",
    "[stream-drop-readable-0][method]descriptor.read-via-stream",
    "[async-lower][future-read-1][method]descriptor.read-via-stream",
    "[future-cancel-read-1][method]descriptor.read-via-stream",
    "[future-drop-readable-1][method]descriptor.read-via-stream"
);

byte_stream!(
    WRITE,
    WRITE_COMPLETION,
    FILESYSTEM_RESULT,
    "wasi:filesystem/types@0.3.0",
    "[async-lower][stream-write-0][method]descriptor.write-via-stream",
    "[stream-cancel-write-0][method]descriptor.write-via-stream",
    "[stream-drop-writable-0][method]descriptor.write-via-stream",
    "[async-lower][future-read-1][method]descriptor.write-via-stream",
    "[future-cancel-read-1][method]descriptor.write-via-stream",
    "[future-drop-readable-1][method]descriptor.write-via-stream"
);

byte_stream!(
    APPEND,
    APPEND_COMPLETION,
    FILESYSTEM_RESULT,
    "wasi:filesystem/types@0.3.0",
    "[async-lower][stream-write-0][method]descriptor.append-via-stream",
    "[stream-cancel-write-0][method]descriptor.append-via-stream",
    "[stream-drop-writable-0][method]descriptor.append-via-stream",
    "[async-lower][future-read-1][method]descriptor.append-via-stream",
    "[future-cancel-read-1][method]descriptor.append-via-stream",
    "[future-drop-readable-1][method]descriptor.append-via-stream"
);

/// `descriptor.read-via-stream`.
pub fn read_via_stream(descriptor: &Descriptor, offset: u64) -> (ByteReader, Completion) {
    #[link(wasm_import_module = "wasi:filesystem/types@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[method]descriptor.read-via-stream"]
        fn read_via_stream(descriptor: u32, offset: u64, results: *mut [u32; 2]);
    }
    let mut ends = [0; 2];
    // SAFETY: the results are written before the call returns.
    unsafe { read_via_stream(descriptor.handle(), offset, &mut ends) };
    (
        ByteReader::new(&READ, ends[0]),
        Completion::new(&READ_COMPLETION, ends[1]),
    )
}

/// `descriptor.write-via-stream`.
pub fn write_via_stream(descriptor: &Descriptor, offset: u64) -> (ByteWriter, Completion) {
    #[link(wasm_import_module = "wasi:filesystem/types@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[stream-new-0][method]descriptor.write-via-stream"]
        safe fn stream_new() -> u64;
        #[link_name = "[method]descriptor.write-via-stream"]
        safe fn write_via_stream(descriptor: u32, data: u32, offset: u64) -> u32;
    }
    let (reader, writer) = stream_ends(stream_new());
    let completion = write_via_stream(descriptor.handle(), reader, offset);
    (
        ByteWriter::new(&WRITE, writer),
        Completion::new(&WRITE_COMPLETION, completion),
    )
}

/// `descriptor.append-via-stream`.
pub fn append_via_stream(descriptor: &Descriptor) -> (ByteWriter, Completion) {
    #[link(wasm_import_module = "wasi:filesystem/types@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[stream-new-0][method]descriptor.append-via-stream"]
        safe fn stream_new() -> u64;
        #[link_name = "[method]descriptor.append-via-stream"]
        safe fn append_via_stream(descriptor: u32, data: u32) -> u32;
    }
    let (reader, writer) = stream_ends(stream_new());
    let completion = append_via_stream(descriptor.handle(), reader);
    (
        ByteWriter::new(&APPEND, writer),
        Completion::new(&APPEND_COMPLETION, completion),
    )
}

/// An entry of a directory.
pub struct Entry {
    pub ty: DescriptorType,
    pub name: String,
}

/// A `directory-entry` as it lies in memory: the type, of which the last case may carry a string,
/// and the name.
type Lowered = [u32; 6];

/// How many entries are read at a time.
const BATCH: usize = 64;

/// Notes the code of an event.
struct Note(Cell<Option<u32>>);

impl Waiter for Note {
    fn event(&self, _waitable: u32, code: u32) {
        self.0.set(Some(code));
    }
}

/// `descriptor.read-directory`, to its end. Waits.
pub fn read_directory(descriptor: &Descriptor) -> (Vec<Entry>, Option<Failure>) {
    #[link(wasm_import_module = "wasi:filesystem/types@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[method]descriptor.read-directory"]
        fn read_directory(descriptor: u32, results: *mut [u32; 2]);
        #[link_name = "[async-lower][stream-read-0][method]descriptor.read-directory"]
        fn read(end: u32, entries: *mut Lowered, len: usize) -> u32;
        #[link_name = "[stream-drop-readable-0][method]descriptor.read-directory"]
        safe fn drop_readable(end: u32);
    }
    let mut ends = [0; 2];
    // SAFETY: the results are written before the call returns.
    unsafe { read_directory(descriptor.handle(), &mut ends) };
    let [stream, future] = ends;
    let mut completion = Completion::new(&DIRECTORY_COMPLETION, future);

    let note = Rc::new(Note(Cell::new(None)));
    let mut watched = false;
    let mut entries = Vec::new();
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        batch.clear();
        // SAFETY: the memory stays where it is until the read has ended, which is waited for here.
        let mut code = unsafe { read(stream, batch.as_mut_ptr(), BATCH) };
        if code == BLOCKED {
            if !watched {
                watched = true;
                let waiter: alloc::rc::Weak<Note> = Rc::downgrade(&note);
                reactor::watch(stream, waiter);
            }
            code = wait_for(&note);
        }
        // SAFETY: the host has written that many.
        unsafe { batch.set_len((code >> 4) as usize) };
        entries.extend(batch.iter().map(entry));
        if code & 0xf == DROPPED {
            break;
        }
    }
    reactor::forget(stream);
    drop_readable(stream);

    let waiter = Rc::downgrade(&note);
    let ending = completion.start(&waiter).unwrap_or_else(|| {
        wait_for(&note);
        completion.finish()
    });
    match ending {
        Ending::Closed => (entries, None),
        Ending::Failed(failure) => (entries, Some(failure)),
    }
}

fn wait_for(note: &Note) -> u32 {
    loop {
        if let Some(code) = note.0.take() {
            return code;
        }
        reactor::wait();
    }
}

fn entry(lowered: &Lowered) -> Entry {
    let [ty, has_text, text, text_len, name, name_len] = *lowered;
    // The first byte is the case: what follows it is padding.
    let ty = ty as u8;
    if ty == OTHER && has_text as u8 == 1 {
        drop(super::string(text, text_len));
    }
    Entry {
        ty: match ty {
            0 => DescriptorType::BlockDevice,
            1 => DescriptorType::CharacterDevice,
            2 => DescriptorType::Directory,
            3 => DescriptorType::Fifo,
            4 => DescriptorType::SymbolicLink,
            5 => DescriptorType::RegularFile,
            6 => DescriptorType::Socket,
            _ => DescriptorType::Unknown,
        },
        name: super::string(name, name_len),
    }
}

/// The case of `descriptor-type` that may carry a string.
const OTHER: u8 = 7;

completion!(
    DIRECTORY_COMPLETION,
    FILESYSTEM_RESULT,
    "wasi:filesystem/types@0.3.0",
    "[async-lower][future-read-1][method]descriptor.read-directory",
    "[future-cancel-read-1][method]descriptor.read-directory",
    "[future-drop-readable-1][method]descriptor.read-directory"
);
