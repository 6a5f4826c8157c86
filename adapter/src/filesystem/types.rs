//! `wasi:filesystem/types`.
//!
//! Most functions are those of WASI 0.3 under the same name, which wait where WASI 0.2 blocked.
//! Data moves in streams there, so that reads and writes at a position are streams too. A stream
//! for reading is kept for the read that follows on. A stream for writing is kept for the write that
//! follows on, and brought to its end before anything else looks at files.

use super::error::{code, code_of_end};
use super::handle::Handle;
use super::input::FileInput;
use super::output::{File, Place, settle, settle_file};
use crate::Adapter;
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
use crate::canon::Task;
use crate::freshness;
use crate::io::output::Output;
use crate::io::state::StreamError;
use crate::io::streams::{Input as _, input_stream, output_stream};
use crate::p3::Ended;
use crate::p3::filesystem::{Entry, read_directory};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// A `descriptor`.
pub struct Descriptor {
    inner: Rc<Handle>,
    is_directory: Cell<Option<bool>>,
    /// The stream of the last `read`, and the position at which the next can go on with it.
    reading: Cell<Option<(u64, Rc<FileInput>)>>,
    /// The stream of the last `write`, and the position at which the next can go on with it.
    writing: Cell<Option<(u64, Rc<Output>)>>,
    /// It was opened to write, or the host has taken a stream to write. It refuses a descriptor, not a
    /// position.
    is_writable: Cell<bool>,
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        if let Some((_, output)) = self.writing.take() {
            output.note_drop();
        }
    }
}

impl Descriptor {
    /// Makes a descriptor, which may have been opened to write.
    pub fn new(inner: p3::Descriptor, is_writable: bool) -> Self {
        Descriptor {
            inner: Handle::new(inner),
            is_directory: Cell::new(None),
            reading: Cell::new(None),
            writing: Cell::new(None),
            is_writable: Cell::new(is_writable),
        }
    }

    /// Asks the host about files by their names, with everything in them that was written to them.
    fn settled<T>(
        &self,
        task: Task<'_>,
        ask: impl FnOnce(&p3::Descriptor) -> Result<T, p3::ErrorCode>,
    ) -> Result<T, ErrorCode> {
        settle(task);
        self.told(ask)
    }

    /// Asks the host about the descriptor's file, with everything in it that was written to it.
    fn settled_file<T>(
        &self,
        task: Task<'_>,
        ask: impl FnOnce(&p3::Descriptor) -> Result<T, p3::ErrorCode>,
    ) -> Result<T, ErrorCode> {
        settle_file(&self.inner, task);
        self.told(ask)
    }

    fn told<T>(
        &self,
        ask: impl FnOnce(&p3::Descriptor) -> Result<T, p3::ErrorCode>,
    ) -> Result<T, ErrorCode> {
        let answer = ask(&self.inner);
        // The guest may have changed a file. And whether one is there, or how long it is, may be
        // the sign that another program gives when it has.
        freshness::note_news();
        Ok(answer?)
    }

    fn is_directory(&self, task: Task<'_>) -> Result<bool, ErrorCode> {
        if let Some(known) = self.is_directory.get() {
            return Ok(known);
        }
        let is_directory = matches!(self.inner.get_type(task)?, p3::DescriptorType::Directory);
        self.is_directory.set(Some(is_directory));
        Ok(is_directory)
    }

    /// Fails if the descriptor was not opened for this.
    fn check_flag(&self, flag: DescriptorFlags, task: Task<'_>) -> Result<(), ErrorCode> {
        match self.inner.get_flags(task)?.bits() & flag.bits() {
            0 => Err(ErrorCode::BadDescriptor),
            _ => Ok(()),
        }
    }

    /// Opens something that writes.
    fn output(&self, place: Place, task: Task<'_>) -> Result<Rc<Output>, ErrorCode> {
        if self.is_directory(task)? {
            return Err(ErrorCode::BadDescriptor);
        }
        let (writer, mut completion) = place.open(&self.inner);
        // A host that won't have the file written says so at once.
        if !self.is_writable.get()
            && let Some(may_wait) = task.may_wait()
        {
            if let Some(Ended::Failed(failure)) = completion.peek(may_wait) {
                return Err(code(failure).unwrap_or(ErrorCode::Io));
            }
            self.is_writable.set(true);
        }
        let file = File::new(self.inner.clone(), place);
        Ok(file.output((writer, completion)))
    }

    /// Fails if the last `write` turns out to have failed after all.
    fn check_written(&self) -> Result<(), ErrorCode> {
        match self.writing.take() {
            Some((_, output)) if !output.is_open() => {
                output.overdue().map_err(|error| code_of_end(&error))
            }
            open => {
                self.writing.set(open);
                Ok(())
            }
        }
    }

    fn output_stream(
        &self,
        place: Place,
        task: Task<'_>,
    ) -> Result<p2_streams::OutputStream, ErrorCode> {
        Ok(output_stream(self.output(place, task)?))
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

fn times(
    access: NewTimestamp,
    modification: NewTimestamp,
) -> Result<(p3::NewTimestamp, p3::NewTimestamp), ErrorCode> {
    Ok((timestamp(access)?, timestamp(modification)?))
}

/// Fails if there is no such position in a file. A host says so only if it is asked for some bytes.
fn check_position(offset: u64) -> Result<(), ErrorCode> {
    i64::try_from(offset)
        .map(drop)
        .map_err(|_| ErrorCode::Invalid)
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
        code(err.get())
    }
}

impl GuestDescriptor for Descriptor {
    fn read_via_stream(
        &self,
        offset: u64,
        task: Task<'_>,
    ) -> Result<p2_streams::InputStream, ErrorCode> {
        if self.is_directory(task)? {
            return Err(ErrorCode::IsDirectory);
        }
        let input = FileInput::new(self.inner.clone(), offset, task);
        Ok(input_stream(input))
    }

    fn write_via_stream(
        &self,
        offset: u64,
        task: Task<'_>,
    ) -> Result<p2_streams::OutputStream, ErrorCode> {
        self.output_stream(Place::At(offset), task)
    }

    fn append_via_stream(&self, task: Task<'_>) -> Result<p2_streams::OutputStream, ErrorCode> {
        self.output_stream(Place::End, task)
    }

    fn advise(
        &self,
        offset: u64,
        length: u64,
        advice: Advice,
        task: Task<'_>,
    ) -> Result<(), ErrorCode> {
        self.settled_file(task, |it| it.advise(offset, length, advice, task))
    }

    fn sync_data(&self, task: Task<'_>) -> Result<(), ErrorCode> {
        let done = self.settled_file(task, |it| it.sync_data(task));
        self.check_written().and(done)
    }

    fn get_flags(&self, task: Task<'_>) -> Result<DescriptorFlags, ErrorCode> {
        Ok(self.inner.get_flags(task)?)
    }

    fn get_type(&self, task: Task<'_>) -> Result<DescriptorType, ErrorCode> {
        Ok(descriptor_type(self.inner.get_type(task)?))
    }

    fn set_size(&self, size: u64, task: Task<'_>) -> Result<(), ErrorCode> {
        self.settled_file(task, |it| it.set_size(size, task))
    }

    fn set_times(
        &self,
        data_access_timestamp: NewTimestamp,
        data_modification_timestamp: NewTimestamp,
        task: Task<'_>,
    ) -> Result<(), ErrorCode> {
        let (access, modification) = times(data_access_timestamp, data_modification_timestamp)?;
        self.settled_file(task, |it| it.set_times(access, modification, task))
    }

    fn read(&self, length: u64, offset: u64, task: Task<'_>) -> Result<(Vec<u8>, bool), ErrorCode> {
        if self.is_directory(task)? {
            return Err(ErrorCode::BadDescriptor);
        }
        if length == 0 {
            // A host is not even asked for no bytes.
            check_position(offset)?;
            self.check_flag(DescriptorFlags::READ, task)?;
            return Ok((Vec::new(), true));
        }
        let input = match self.reading.take() {
            Some((position, input)) if position == offset => input,
            _ => FileInput::new(self.inner.clone(), offset, task),
        };
        input.fill_waiting(length, task);
        match input.take(length) {
            Ok(bytes) => {
                let position = offset.saturating_add(bytes.len() as u64);
                self.reading.set(Some((position, input)));
                Ok((bytes, false))
            }
            Err(StreamError::Closed) => Ok((Vec::new(), true)),
            Err(error) => Err(code_of_end(&error)),
        }
    }

    fn write(&self, buffer: Vec<u8>, offset: u64, task: Task<'_>) -> Result<u64, ErrorCode> {
        if buffer.is_empty() {
            self.output(Place::At(offset), task)?;
            check_position(offset)?;
            self.check_flag(DescriptorFlags::WRITE, task)?;
            return Ok(0);
        }
        let output = match self.writing.take() {
            Some((position, output)) if position == offset && output.is_open() => output,
            last => {
                settle_file(&self.inner, task);
                self.writing.set(last);
                self.check_written()?;
                self.output(Place::At(offset), task)?
            }
        };
        let len = output.write_all(buffer, task);
        let len = len.map_err(|error| code_of_end(&error))? as u64;
        self.writing.set(Some((offset.saturating_add(len), output)));
        Ok(len)
    }

    fn read_directory(&self, task: Task<'_>) -> Result<exports::DirectoryEntryStream, ErrorCode> {
        if !self.is_directory(task)? {
            return Err(ErrorCode::NotDirectory);
        }
        let (entries, ended) = self.settled(task, |it| Ok(read_directory(it, task)))?;
        let failure = match ended {
            Ended::Closed(_) => None,
            Ended::Failed(failure) => Some(code(&failure).unwrap_or(ErrorCode::Io)),
        };
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

    fn sync(&self, task: Task<'_>) -> Result<(), ErrorCode> {
        let done = self.settled_file(task, |it| it.sync(task));
        self.check_written().and(done)
    }

    fn create_directory_at(&self, path: String, task: Task<'_>) -> Result<(), ErrorCode> {
        self.settled(task, |it| it.create_directory_at(&path, task))
    }

    fn stat(&self, task: Task<'_>) -> Result<DescriptorStat, ErrorCode> {
        let told = self.settled_file(task, |it| it.stat(task))?;
        self.inner.note_size(told.size);
        Ok(stat(told))
    }

    fn stat_at(
        &self,
        path_flags: PathFlags,
        path: String,
        task: Task<'_>,
    ) -> Result<DescriptorStat, ErrorCode> {
        self.settled(task, |it| it.stat_at(path_flags, &path, task))
            .map(stat)
    }

    fn set_times_at(
        &self,
        path_flags: PathFlags,
        path: String,
        data_access_timestamp: NewTimestamp,
        data_modification_timestamp: NewTimestamp,
        task: Task<'_>,
    ) -> Result<(), ErrorCode> {
        let times = times(data_access_timestamp, data_modification_timestamp);
        // The host, which isn't asked then, would say this first.
        if times.is_err() && !self.is_directory(task)? {
            return Err(ErrorCode::NotDirectory);
        }
        let (access, modification) = times?;
        self.settled(task, |it| {
            it.set_times_at(path_flags, &path, access, modification, task)
        })
    }

    fn link_at(
        &self,
        old_path_flags: PathFlags,
        old_path: String,
        new_descriptor: exports::DescriptorBorrow<'_>,
        new_path: String,
        task: Task<'_>,
    ) -> Result<(), ErrorCode> {
        let new = &new_descriptor.get::<Descriptor>().inner;
        self.settled(task, |it| {
            it.link_at(old_path_flags, &old_path, new, &new_path, task)
        })
    }

    fn open_at(
        &self,
        path_flags: PathFlags,
        path: String,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
        task: Task<'_>,
    ) -> Result<exports::Descriptor, ErrorCode> {
        let opened = self.settled(task, |it| {
            it.open_at(path_flags, &path, open_flags, flags, task)
        })?;
        let is_writable = flags.bits() & DescriptorFlags::WRITE.bits() != 0;
        let opened = Descriptor::new(opened, is_writable);
        Ok(exports::Descriptor::new(opened))
    }

    fn readlink_at(&self, path: String, task: Task<'_>) -> Result<String, ErrorCode> {
        self.settled(task, |it| it.readlink_at(&path, task))
    }

    fn remove_directory_at(&self, path: String, task: Task<'_>) -> Result<(), ErrorCode> {
        self.settled(task, |it| it.remove_directory_at(&path, task))
    }

    fn rename_at(
        &self,
        old_path: String,
        new_descriptor: exports::DescriptorBorrow<'_>,
        new_path: String,
        task: Task<'_>,
    ) -> Result<(), ErrorCode> {
        let new = &new_descriptor.get::<Descriptor>().inner;
        self.settled(task, |it| it.rename_at(&old_path, new, &new_path, task))
    }

    fn symlink_at(
        &self,
        old_path: String,
        new_path: String,
        task: Task<'_>,
    ) -> Result<(), ErrorCode> {
        self.settled(task, |it| it.symlink_at(&old_path, &new_path, task))
    }

    fn unlink_file_at(&self, path: String, task: Task<'_>) -> Result<(), ErrorCode> {
        self.settled(task, |it| it.unlink_file_at(&path, task))
    }

    fn is_same_object(&self, other: exports::DescriptorBorrow<'_>, task: Task<'_>) -> bool {
        let other = &other.get::<Descriptor>().inner;
        self.inner.is_same_object(other, task)
    }

    fn metadata_hash(&self, task: Task<'_>) -> Result<MetadataHashValue, ErrorCode> {
        self.settled_file(task, |it| it.metadata_hash(task))
    }

    fn metadata_hash_at(
        &self,
        path_flags: PathFlags,
        path: String,
        task: Task<'_>,
    ) -> Result<MetadataHashValue, ErrorCode> {
        self.settled(task, |it| it.metadata_hash_at(path_flags, &path, task))
    }
}

/// A `directory-entry-stream`: what was in the directory when it was asked for, so that a guest may
/// change the directory while it goes through it.
pub struct DirectoryEntryStream {
    entries: RefCell<vec::IntoIter<Entry>>,
    /// The failure that ended the list, to be told once.
    failure: Cell<Option<ErrorCode>>,
}

impl GuestDirectoryEntryStream for DirectoryEntryStream {
    fn read_directory_entry(&self, _task: Task<'_>) -> Result<Option<DirectoryEntry>, ErrorCode> {
        if let Some(entry) = self.entries.borrow_mut().next() {
            return Ok(Some(DirectoryEntry {
                type_: descriptor_type(entry.ty),
                name: entry.name,
            }));
        }
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(None),
        }
    }
}
