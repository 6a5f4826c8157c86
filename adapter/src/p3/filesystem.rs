//! `wasi:filesystem` of WASI 0.3: the streams of descriptors.

use super::{Code, Completion, Ended, Failure, Sink, Source};
use crate::canon::{Area, Event, Task};
use crate::op::{Future, Read, Reader, Writer};
use crate::raw::filesystem_types as raw;
use crate::reactor::{self, Waiter};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

pub use crate::bindings::wasi::filesystem0_3_0::types::{Descriptor, DescriptorType, ErrorCode};

impl From<Result<(), ErrorCode>> for Ended {
    #[inline(never)]
    fn from(result: Result<(), ErrorCode>) -> Self {
        match result {
            Ok(()) => Ended::Closed(None),
            Err(code) => Ended::Failed(Failure {
                reason: raw::error_code_name(&code),
                detail: None,
                code: Code::Filesystem(code),
            }),
        }
    }
}

/// `descriptor.read-via-stream`.
pub fn read_via_stream(descriptor: &Descriptor, offset: u64) -> Source {
    use raw::descriptor_read_via_stream as function;
    static COMPLETION: Completion = function::future_1_readable();
    let ends = function::call(descriptor.handle(), offset);
    (
        Reader::new(&function::STREAM_0_READABLE, ends.u32(function::RESULT_0)),
        Future::new(&COMPLETION, ends.u32(function::RESULT_1)),
    )
}

/// `descriptor.write-via-stream`.
pub fn write_via_stream(descriptor: &Descriptor, offset: u64) -> Sink {
    use raw::descriptor_write_via_stream as function;
    static COMPLETION: Completion = function::future_1_readable();
    let (reader, writer) = function::stream_0_new();
    let completion = function::call(descriptor.handle(), reader, offset);
    (
        Writer::new(&function::STREAM_0_WRITABLE, writer),
        Future::new(&COMPLETION, completion),
    )
}

/// `descriptor.append-via-stream`.
pub fn append_via_stream(descriptor: &Descriptor) -> Sink {
    use raw::descriptor_append_via_stream as function;
    static COMPLETION: Completion = function::future_1_readable();
    let (reader, writer) = function::stream_0_new();
    let completion = function::call(descriptor.handle(), reader);
    (
        Writer::new(&function::STREAM_0_WRITABLE, writer),
        Future::new(&COMPLETION, completion),
    )
}

/// An entry of a directory.
pub struct Entry {
    pub ty: DescriptorType,
    pub name: String,
}

/// The number of entries that are read at a time.
const BATCH: usize = 64;

/// An event that somebody waits for.
struct Awaited(Cell<Option<Event>>);

impl Waiter for Awaited {
    fn event(&self, event: Event) {
        self.0.set(Some(event));
    }
}

impl Awaited {
    fn wait(&self, task: Task<'_>) -> Event {
        loop {
            if let Some(event) = self.0.take() {
                return event;
            }
            reactor::wait(task);
        }
    }
}

/// `descriptor.read-directory`, to its end.
pub fn read_directory(descriptor: &Descriptor, task: Task<'_>) -> (Vec<Entry>, Ended) {
    use raw::descriptor_read_directory as function;
    static COMPLETION: Completion = function::future_1_readable();
    let ends = function::call(descriptor.handle());
    let mut stream = Reader::new(&function::STREAM_0_READABLE, ends.u32(function::RESULT_0));
    let mut completion = Future::new(&COMPLETION, ends.u32(function::RESULT_1));

    let awaited = Rc::new(Awaited(Cell::new(None)));
    let owner = Rc::downgrade(&awaited);
    let mut entries = Vec::new();
    let mut buffer = Vec::new();
    loop {
        let read = stream.start(buffer, BATCH, &owner);
        let Read {
            elements, is_last, ..
        } = read.unwrap_or_else(|| stream.finish(awaited.wait(task)));
        buffer = elements;
        function::stream_0_lay_out(&mut buffer);
        entries.extend(buffer.iter_mut().map(entry));
        if is_last {
            break;
        }
    }
    drop(stream);
    let ended = completion.start(&owner);
    let ended = ended.unwrap_or_else(|| completion.finish(awaited.wait(task)));
    (entries, ended)
}

fn entry(lowered: &mut Area<24>) -> Entry {
    use raw::descriptor_read_directory as function;
    let ty = match lowered.u8(function::STREAM_0_TYPE) {
        0 => DescriptorType::BlockDevice,
        1 => DescriptorType::CharacterDevice,
        2 => DescriptorType::Directory,
        3 => DescriptorType::Fifo,
        4 => DescriptorType::SymbolicLink,
        5 => DescriptorType::RegularFile,
        6 => DescriptorType::Socket,
        _ => DescriptorType::Other(lowered.take_option(function::STREAM_0_TYPE_OTHER)),
    };
    Entry {
        ty,
        name: lowered.take_string(function::STREAM_0_NAME),
    }
}
