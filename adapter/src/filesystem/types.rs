//! `wasi:filesystem/types`.
//!
//! Most functions are those of WASI 0.3 under the same name, which wait where WASI 0.2 blocked.
//! Data moves in streams there, so that reads and writes at a position are streams too. A stream
//! for reading is kept for the read that follows on, and given up as soon as the guest has changed
//! any file, or has done anything by which it could know that others have: what the host had read
//! ahead would be old. A stream for writing is kept for the write that follows on, and brought to its
//! end before anything else looks at files.

use crate::Adapter;
use crate::abi::filesystem as abi;
use crate::bindings::exports::wasi::clocks0_2_12::wall_clock::Datetime;
use crate::bindings::exports::wasi::filesystem0_2_12::types::{
    self as exports, Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry,
    ErrorCode, Guest, GuestDescriptor, GuestDirectoryEntryStream, MetadataHashValue, NewTimestamp,
    OpenFlags, PathFlags,
};
use crate::bindings::exports::wasi::io::error::ErrorBorrow;
use crate::bindings::exports::wasi::io::streams as p2_streams;
use crate::bindings::wasi::clocks0_3_0::system_clock::Instant;
use crate::bindings::wasi::filesystem0_3_0::types as p3;
use crate::io::error::Failure;
use crate::io::input::{self, Input};
use crate::io::life::StreamEnd;
use crate::io::output::{Output, finish_kept, settle_files};
use crate::io::streams::{InputStream, OutputStream};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// A `descriptor`.
pub struct Descriptor {
    inner: Rc<p3::Descriptor>,
    is_directory: Cell<Option<bool>>,
    /// What the last `read` left, and where the next has to begin to go on with it.
    reading: Cell<Option<(u64, Rc<Input>)>>,
    /// The stream of the last `write`, and where the next has to begin to go on with it.
    writing: Cell<Option<(u64, Rc<Output>)>>,
    /// The host has taken a stream to write. It refuses a descriptor, not a position.
    writable: Cell<bool>,
}

impl Descriptor {
    pub fn new(inner: p3::Descriptor) -> Self {
        Descriptor {
            inner: Rc::new(inner),
            is_directory: Cell::new(None),
            reading: Cell::new(None),
            writing: Cell::new(None),
            writable: Cell::new(false),
        }
    }

    /// Asks the host something, with everything in the files that was written to them.
    fn settled<T>(
        &self,
        ask: impl FnOnce(&p3::Descriptor) -> Result<T, p3::ErrorCode>,
    ) -> Result<T, ErrorCode> {
        settle_files();
        let answer = ask(&self.inner);
        // The guest may have changed a file. And whether one is there, or how long it is, may be
        // the sign that another program gives when it has.
        input::files_changed();
        Ok(answer?)
    }

    fn is_directory(&self) -> Result<bool, ErrorCode> {
        if let Some(known) = self.is_directory.get() {
            return Ok(known);
        }
        let is_directory = matches!(self.inner.get_type()?, p3::DescriptorType::Directory);
        self.is_directory.set(Some(is_directory));
        Ok(is_directory)
    }

    /// Fails if the descriptor was not opened for this.
    fn check_flag(&self, flag: DescriptorFlags) -> Result<(), ErrorCode> {
        match self.inner.get_flags()?.bits() & flag.bits() {
            0 => Err(ErrorCode::BadDescriptor),
            _ => Ok(()),
        }
    }

    fn input(&self, offset: u64) -> Rc<Input> {
        let inner = self.inner.clone();
        Input::file(offset, move |position| {
            abi::read_via_stream(&inner, position)
        })
    }

    /// Opens a stream that writes at `offset`, or at the end.
    fn output(&self, offset: Option<u64>) -> Result<Rc<Output>, ErrorCode> {
        if self.is_directory()? {
            return Err(ErrorCode::BadDescriptor);
        }
        let (writer, mut completion) = match offset {
            Some(offset) => abi::write_via_stream(&self.inner, offset),
            None => abi::append_via_stream(&self.inner),
        };
        // A host that won't have the file written says so at once.
        if !self.writable.get() {
            if let Some(failure) = completion.peek() {
                return Err(code(&failure));
            }
            self.writable.set(true);
        }
        Ok(Output::file((writer, completion)))
    }

    /// Fails if the last `write` turns out to have failed after all.
    fn written(&self) -> Result<(), ErrorCode> {
        match self.writing.take() {
            Some((_, output)) if !output.is_kept() => output.overdue().map_err(ended),
            kept => {
                self.writing.set(kept);
                Ok(())
            }
        }
    }

    fn output_stream(&self, offset: Option<u64>) -> Result<p2_streams::OutputStream, ErrorCode> {
        let output = self.output(offset)?;
        Ok(p2_streams::OutputStream::new(OutputStream(output)))
    }
}

/// What a failure of a file's stream means.
fn code(failure: &Failure) -> ErrorCode {
    failure.filesystem.unwrap_or(ErrorCode::Io)
}

/// What it means to a write, or to a read that has not come to the end, that its stream ended.
fn ended(end: StreamEnd) -> ErrorCode {
    match end {
        StreamEnd::Closed => ErrorCode::Io,
        StreamEnd::LastOperationFailed(failure) => code(&failure),
    }
}

fn descriptor_type(ty: p3::DescriptorType) -> DescriptorType {
    match ty {
        p3::DescriptorType::BlockDevice => DescriptorType::BlockDevice,
        p3::DescriptorType::CharacterDevice => DescriptorType::CharacterDevice,
        p3::DescriptorType::Directory => DescriptorType::Directory,
        p3::DescriptorType::Fifo => DescriptorType::Fifo,
        p3::DescriptorType::SymbolicLink => DescriptorType::SymbolicLink,
        p3::DescriptorType::RegularFile => DescriptorType::RegularFile,
        p3::DescriptorType::Socket => DescriptorType::Socket,
        p3::DescriptorType::Other(_) => DescriptorType::Unknown,
    }
}

/// A time in the form of WASI 0.2, which has none before 1970.
fn datetime(instant: Option<Instant>) -> Option<Datetime> {
    let instant = instant?;
    Some(Datetime {
        seconds: u64::try_from(instant.seconds).ok()?,
        nanoseconds: instant.nanoseconds,
    })
}

fn timestamp(timestamp: NewTimestamp) -> Result<p3::NewTimestamp, ErrorCode> {
    Ok(match timestamp {
        NewTimestamp::NoChange => p3::NewTimestamp::NoChange,
        NewTimestamp::Now => p3::NewTimestamp::Now,
        NewTimestamp::Timestamp(at) => p3::NewTimestamp::Timestamp(Instant {
            seconds: i64::try_from(at.seconds).map_err(|_| ErrorCode::Overflow)?,
            nanoseconds: at.nanoseconds,
        }),
    })
}

fn stat(stat: p3::DescriptorStat) -> DescriptorStat {
    DescriptorStat {
        type_: descriptor_type(stat.type_),
        link_count: stat.link_count,
        size: stat.size,
        data_access_timestamp: datetime(stat.data_access_timestamp),
        data_modification_timestamp: datetime(stat.data_modification_timestamp),
        status_change_timestamp: datetime(stat.status_change_timestamp),
    }
}

impl Guest for Adapter {
    type Descriptor = Descriptor;
    type DirectoryEntryStream = DirectoryEntryStream;

    fn filesystem_error_code(err: ErrorBorrow<'_>) -> Option<ErrorCode> {
        err.get::<Failure>().filesystem
    }
}

impl GuestDescriptor for Descriptor {
    fn read_via_stream(&self, offset: u64) -> Result<p2_streams::InputStream, ErrorCode> {
        if self.is_directory()? {
            return Err(ErrorCode::IsDirectory);
        }
        let input = self.input(offset);
        Ok(p2_streams::InputStream::new(InputStream(input)))
    }

    fn write_via_stream(&self, offset: u64) -> Result<p2_streams::OutputStream, ErrorCode> {
        self.output_stream(Some(offset))
    }

    fn append_via_stream(&self) -> Result<p2_streams::OutputStream, ErrorCode> {
        self.output_stream(None)
    }

    fn advise(&self, offset: u64, length: u64, advice: Advice) -> Result<(), ErrorCode> {
        self.settled(|it| it.advise(offset, length, advice))
    }

    fn sync_data(&self) -> Result<(), ErrorCode> {
        let done = self.settled(p3::Descriptor::sync_data);
        self.written().and(done)
    }

    fn get_flags(&self) -> Result<DescriptorFlags, ErrorCode> {
        Ok(self.inner.get_flags()?)
    }

    fn get_type(&self) -> Result<DescriptorType, ErrorCode> {
        Ok(descriptor_type(self.inner.get_type()?))
    }

    fn set_size(&self, size: u64) -> Result<(), ErrorCode> {
        self.settled(|it| it.set_size(size))
    }

    fn set_times(
        &self,
        data_access_timestamp: NewTimestamp,
        data_modification_timestamp: NewTimestamp,
    ) -> Result<(), ErrorCode> {
        let access = timestamp(data_access_timestamp)?;
        let modification = timestamp(data_modification_timestamp)?;
        self.settled(|it| it.set_times(access, modification))
    }

    fn read(&self, length: u64, offset: u64) -> Result<(Vec<u8>, bool), ErrorCode> {
        if self.is_directory()? {
            return Err(ErrorCode::BadDescriptor);
        }
        if length == 0 {
            // A host is not even asked for no bytes.
            self.check_flag(DescriptorFlags::READ)?;
            return Ok((Vec::new(), true));
        }
        let input = match self.reading.take() {
            Some((position, input)) if position == offset => input,
            _ => self.input(offset),
        };
        match input.blocking_read(length) {
            Ok(bytes) => {
                let position = offset.saturating_add(bytes.len() as u64);
                self.reading.set(Some((position, input)));
                Ok((bytes, false))
            }
            Err(StreamEnd::Closed) => Ok((Vec::new(), true)),
            Err(end) => Err(ended(end)),
        }
    }

    fn write(&self, buffer: Vec<u8>, offset: u64) -> Result<u64, ErrorCode> {
        if buffer.is_empty() {
            self.output(Some(offset))?;
            self.check_flag(DescriptorFlags::WRITE)?;
            return Ok(0);
        }
        let output = match self.writing.take() {
            Some((position, output)) if position == offset && output.is_kept() => output,
            last => {
                finish_kept();
                self.writing.set(last);
                self.written()?;
                self.output(Some(offset))?
            }
        };
        let len = output.write_all(buffer).map_err(ended)? as u64;
        self.writing.set(Some((offset.saturating_add(len), output)));
        Ok(len)
    }

    fn read_directory(&self) -> Result<exports::DirectoryEntryStream, ErrorCode> {
        if !self.is_directory()? {
            return Err(ErrorCode::NotDirectory);
        }
        let (entries, failure) = self.settled(|it| Ok(abi::read_directory(it)))?;
        let failure = failure.as_ref().map(code);
        match failure {
            // That is of an entry.
            Some(ErrorCode::IllegalByteSequence) => {}
            Some(failure) if entries.is_empty() => return Err(failure),
            _ => {}
        }
        Ok(exports::DirectoryEntryStream::new(DirectoryEntryStream {
            entries: RefCell::new(entries.into_iter()),
            failure: Cell::new(failure),
        }))
    }

    fn sync(&self) -> Result<(), ErrorCode> {
        let done = self.settled(p3::Descriptor::sync);
        self.written().and(done)
    }

    fn create_directory_at(&self, path: String) -> Result<(), ErrorCode> {
        self.settled(|it| it.create_directory_at(&path))
    }

    fn stat(&self) -> Result<DescriptorStat, ErrorCode> {
        self.settled(p3::Descriptor::stat).map(stat)
    }

    fn stat_at(&self, path_flags: PathFlags, path: String) -> Result<DescriptorStat, ErrorCode> {
        self.settled(|it| it.stat_at(path_flags, &path)).map(stat)
    }

    fn set_times_at(
        &self,
        path_flags: PathFlags,
        path: String,
        data_access_timestamp: NewTimestamp,
        data_modification_timestamp: NewTimestamp,
    ) -> Result<(), ErrorCode> {
        let access = timestamp(data_access_timestamp)?;
        let modification = timestamp(data_modification_timestamp)?;
        self.settled(|it| it.set_times_at(path_flags, &path, access, modification))
    }

    fn link_at(
        &self,
        old_path_flags: PathFlags,
        old_path: String,
        new_descriptor: exports::DescriptorBorrow<'_>,
        new_path: String,
    ) -> Result<(), ErrorCode> {
        let new = &new_descriptor.get::<Descriptor>().inner;
        self.settled(|it| it.link_at(old_path_flags, &old_path, new, &new_path))
    }

    fn open_at(
        &self,
        path_flags: PathFlags,
        path: String,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<exports::Descriptor, ErrorCode> {
        let opened = self.settled(|it| it.open_at(path_flags, &path, open_flags, flags))?;
        Ok(exports::Descriptor::new(Descriptor::new(opened)))
    }

    fn readlink_at(&self, path: String) -> Result<String, ErrorCode> {
        self.settled(|it| it.readlink_at(&path))
    }

    fn remove_directory_at(&self, path: String) -> Result<(), ErrorCode> {
        self.settled(|it| it.remove_directory_at(&path))
    }

    fn rename_at(
        &self,
        old_path: String,
        new_descriptor: exports::DescriptorBorrow<'_>,
        new_path: String,
    ) -> Result<(), ErrorCode> {
        let new = &new_descriptor.get::<Descriptor>().inner;
        self.settled(|it| it.rename_at(&old_path, new, &new_path))
    }

    fn symlink_at(&self, old_path: String, new_path: String) -> Result<(), ErrorCode> {
        self.settled(|it| it.symlink_at(&old_path, &new_path))
    }

    fn unlink_file_at(&self, path: String) -> Result<(), ErrorCode> {
        self.settled(|it| it.unlink_file_at(&path))
    }

    fn is_same_object(&self, other: exports::DescriptorBorrow<'_>) -> bool {
        self.inner.is_same_object(&other.get::<Descriptor>().inner)
    }

    fn metadata_hash(&self) -> Result<MetadataHashValue, ErrorCode> {
        self.settled(p3::Descriptor::metadata_hash)
    }

    fn metadata_hash_at(
        &self,
        path_flags: PathFlags,
        path: String,
    ) -> Result<MetadataHashValue, ErrorCode> {
        self.settled(|it| it.metadata_hash_at(path_flags, &path))
    }
}

/// A `directory-entry-stream`: what was in the directory when it was asked for, so that a guest may
/// change the directory while it goes through it.
pub struct DirectoryEntryStream {
    entries: RefCell<vec::IntoIter<abi::Entry>>,
    /// Why there is no more, to be told once.
    failure: Cell<Option<ErrorCode>>,
}

impl GuestDirectoryEntryStream for DirectoryEntryStream {
    fn read_directory_entry(&self) -> Result<Option<DirectoryEntry>, ErrorCode> {
        if let Some(entry) = self.entries.borrow_mut().next() {
            return Ok(Some(DirectoryEntry {
                type_: entry.ty,
                name: entry.name,
            }));
        }
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(None),
        }
    }
}
