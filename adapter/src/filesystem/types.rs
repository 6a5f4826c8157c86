//! `wasi:filesystem/types`.
//!
//! Most functions are those of WASI 0.3 under the same name, which wait where WASI 0.2 blocked.
//! Data moves in streams there, so that reads and writes at a position are streams too. A stream
//! for reading is kept for the read that follows on, and given up as soon as the guest has changed
//! any file, or has done anything by which it could know that others have: what the host had read
//! ahead would be old.

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
use crate::io::output::{Output, settle_files};
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
}

impl Descriptor {
    pub fn new(inner: p3::Descriptor) -> Self {
        Descriptor {
            inner: Rc::new(inner),
            is_directory: Cell::new(None),
            reading: Cell::new(None),
        }
    }

    /// The descriptor, with everything in the files that was written to them.
    fn settled(&self) -> &p3::Descriptor {
        settle_files();
        // Whether a file is there, or how long it is, may be the sign that another program gives
        // when it has changed one.
        input::files_changed();
        &self.inner
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
        match completion.peek() {
            Some(failure) => Err(code(&failure)),
            None => Ok(Output::file((writer, completion))),
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
        Ok(self.settled().advise(offset, length, advice)?)
    }

    fn sync_data(&self) -> Result<(), ErrorCode> {
        Ok(self.settled().sync_data()?)
    }

    fn get_flags(&self) -> Result<DescriptorFlags, ErrorCode> {
        Ok(self.settled().get_flags()?)
    }

    fn get_type(&self) -> Result<DescriptorType, ErrorCode> {
        Ok(descriptor_type(self.settled().get_type()?))
    }

    fn set_size(&self, size: u64) -> Result<(), ErrorCode> {
        let done = self.settled().set_size(size);
        input::files_changed();
        Ok(done?)
    }

    fn set_times(
        &self,
        data_access_timestamp: NewTimestamp,
        data_modification_timestamp: NewTimestamp,
    ) -> Result<(), ErrorCode> {
        let access = timestamp(data_access_timestamp)?;
        let modification = timestamp(data_modification_timestamp)?;
        Ok(self.settled().set_times(access, modification)?)
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
            Err(StreamEnd::LastOperationFailed(failure)) => Err(code(&failure)),
        }
    }

    fn write(&self, buffer: Vec<u8>, offset: u64) -> Result<u64, ErrorCode> {
        let output = self.output(Some(offset))?;
        if buffer.is_empty() {
            self.check_flag(DescriptorFlags::WRITE)?;
            return Ok(0);
        }
        match output.write_to_end(buffer) {
            Ok(len) => Ok(len as u64),
            Err(StreamEnd::Closed) => Err(ErrorCode::Io),
            Err(StreamEnd::LastOperationFailed(failure)) => Err(code(&failure)),
        }
    }

    fn read_directory(&self) -> Result<exports::DirectoryEntryStream, ErrorCode> {
        if !self.is_directory()? {
            return Err(ErrorCode::NotDirectory);
        }
        let (entries, failure) = abi::read_directory(self.settled());
        let failure = failure.as_ref().map(code);
        if let (true, Some(failure)) = (entries.is_empty(), failure) {
            return Err(failure);
        }
        Ok(exports::DirectoryEntryStream::new(DirectoryEntryStream {
            entries: RefCell::new(entries.into_iter()),
            failure: Cell::new(failure),
        }))
    }

    fn sync(&self) -> Result<(), ErrorCode> {
        Ok(self.settled().sync()?)
    }

    fn create_directory_at(&self, path: String) -> Result<(), ErrorCode> {
        Ok(self.settled().create_directory_at(&path)?)
    }

    fn stat(&self) -> Result<DescriptorStat, ErrorCode> {
        Ok(stat(self.settled().stat()?))
    }

    fn stat_at(&self, path_flags: PathFlags, path: String) -> Result<DescriptorStat, ErrorCode> {
        Ok(stat(self.settled().stat_at(path_flags, &path)?))
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
        Ok(self
            .settled()
            .set_times_at(path_flags, &path, access, modification)?)
    }

    fn link_at(
        &self,
        old_path_flags: PathFlags,
        old_path: String,
        new_descriptor: exports::DescriptorBorrow<'_>,
        new_path: String,
    ) -> Result<(), ErrorCode> {
        let new = &new_descriptor.get::<Descriptor>().inner;
        Ok(self
            .settled()
            .link_at(old_path_flags, &old_path, new, &new_path)?)
    }

    fn open_at(
        &self,
        path_flags: PathFlags,
        path: String,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<exports::Descriptor, ErrorCode> {
        let opened = self.settled().open_at(path_flags, &path, open_flags, flags);
        if open_flags.bits() & OpenFlags::TRUNCATE.bits() != 0 {
            input::files_changed();
        }
        Ok(exports::Descriptor::new(Descriptor::new(opened?)))
    }

    fn readlink_at(&self, path: String) -> Result<String, ErrorCode> {
        Ok(self.settled().readlink_at(&path)?)
    }

    fn remove_directory_at(&self, path: String) -> Result<(), ErrorCode> {
        Ok(self.settled().remove_directory_at(&path)?)
    }

    fn rename_at(
        &self,
        old_path: String,
        new_descriptor: exports::DescriptorBorrow<'_>,
        new_path: String,
    ) -> Result<(), ErrorCode> {
        let new = &new_descriptor.get::<Descriptor>().inner;
        Ok(self.settled().rename_at(&old_path, new, &new_path)?)
    }

    fn symlink_at(&self, old_path: String, new_path: String) -> Result<(), ErrorCode> {
        Ok(self.settled().symlink_at(&old_path, &new_path)?)
    }

    fn unlink_file_at(&self, path: String) -> Result<(), ErrorCode> {
        Ok(self.settled().unlink_file_at(&path)?)
    }

    fn is_same_object(&self, other: exports::DescriptorBorrow<'_>) -> bool {
        let other = &other.get::<Descriptor>().inner;
        self.settled().is_same_object(other)
    }

    fn metadata_hash(&self) -> Result<MetadataHashValue, ErrorCode> {
        Ok(self.settled().metadata_hash()?)
    }

    fn metadata_hash_at(
        &self,
        path_flags: PathFlags,
        path: String,
    ) -> Result<MetadataHashValue, ErrorCode> {
        Ok(self.settled().metadata_hash_at(path_flags, &path)?)
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
