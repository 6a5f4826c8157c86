//! `wasi:filesystem`, in which `error-code` and `descriptor-type` are enumerations.

use super::{Data, interface};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::sync::oneshot;
use wasmtime::component::{
    Access, ComponentType, Destination, FutureConsumer, FutureReader, Lift, Linker, Lower,
    Resource, ResourceType, Source, StreamConsumer, StreamProducer, StreamReader, StreamResult,
    VecBuffer,
};
use wasmtime::{AsContextMut, Result, StoreContextMut};
use wasmtime_wasi::filesystem::{
    Descriptor, WasiFilesystem, WasiFilesystemCtxView, WasiFilesystemView as _,
};
use wasmtime_wasi::p3::bindings::clocks::system_clock::Instant;
use wasmtime_wasi::p3::bindings::filesystem::preopens::Host as _;
use wasmtime_wasi::p3::bindings::filesystem::types as p3;
use wasmtime_wasi::p3::bindings::filesystem::types::{
    HostDescriptor as _, HostDescriptorWithStore as Function,
};
use wasmtime_wasi::p3::filesystem::FilesystemResult;

/// Defines an enumeration that is a variant in WASI 0.3.0, by a case for what has a name there as
/// `other` only, perhaps one that WASI 0.3.0 doesn't have, and the cases of both.
macro_rules! enumeration {
    ($name:ident, $other:ident $( ($first:ident $word:literal) )?: $( $case:ident $kebab:literal, )*) => {
        #[derive(Clone, Copy, ComponentType, Lift, Lower)]
        #[component(enum)]
        #[repr(u8)]
        enum $name {
            $( #[component(name = $word)] $first, )?
            $( #[component(name = $kebab)] $case, )*
        }

        impl From<p3::$name> for $name {
            fn from(value: p3::$name) -> Self {
                match value {
                    p3::$name::Other(_) => Self::$other,
                    $( p3::$name::$case => Self::$case, )*
                }
            }
        }
    };
}

enumeration! {
    DescriptorType, Unknown (Unknown "unknown"):
    BlockDevice "block-device",
    CharacterDevice "character-device",
    Directory "directory",
    Fifo "fifo",
    SymbolicLink "symbolic-link",
    RegularFile "regular-file",
    Socket "socket",
}

enumeration! {
    ErrorCode, Io:
    Access "access",
    Already "already",
    BadDescriptor "bad-descriptor",
    Busy "busy",
    Deadlock "deadlock",
    Quota "quota",
    Exist "exist",
    FileTooLarge "file-too-large",
    IllegalByteSequence "illegal-byte-sequence",
    InProgress "in-progress",
    Interrupted "interrupted",
    Invalid "invalid",
    Io "io",
    IsDirectory "is-directory",
    Loop "loop",
    TooManyLinks "too-many-links",
    MessageSize "message-size",
    NameTooLong "name-too-long",
    NoDevice "no-device",
    NoEntry "no-entry",
    NoLock "no-lock",
    InsufficientMemory "insufficient-memory",
    InsufficientSpace "insufficient-space",
    NotDirectory "not-directory",
    NotEmpty "not-empty",
    NotRecoverable "not-recoverable",
    Unsupported "unsupported",
    NoTty "no-tty",
    NoSuchDevice "no-such-device",
    Overflow "overflow",
    NotPermitted "not-permitted",
    Pipe "pipe",
    ReadOnly "read-only",
    InvalidSeek "invalid-seek",
    TextFileBusy "text-file-busy",
    CrossDevice "cross-device",
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct DescriptorStat {
    #[component(name = "type")]
    ty: DescriptorType,
    #[component(name = "link-count")]
    link_count: u64,
    size: u64,
    #[component(name = "data-access-timestamp")]
    data_access_timestamp: Option<Instant>,
    #[component(name = "data-modification-timestamp")]
    data_modification_timestamp: Option<Instant>,
    #[component(name = "status-change-timestamp")]
    status_change_timestamp: Option<Instant>,
}

impl From<p3::DescriptorStat> for DescriptorStat {
    fn from(stat: p3::DescriptorStat) -> Self {
        Self {
            ty: stat.type_.into(),
            link_count: stat.link_count,
            size: stat.size,
            data_access_timestamp: stat.data_access_timestamp,
            data_modification_timestamp: stat.data_modification_timestamp,
            status_change_timestamp: stat.status_change_timestamp,
        }
    }
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct DirectoryEntry {
    #[component(name = "type")]
    ty: DescriptorType,
    name: String,
}

impl From<p3::DirectoryEntry> for DirectoryEntry {
    fn from(entry: p3::DirectoryEntry) -> Self {
        Self {
            ty: entry.type_.into(),
            name: entry.name,
        }
    }
}

/// A result with the snapshot's error code. An error that is none traps.
fn told<T>(result: FilesystemResult<T>) -> Result<(std::result::Result<T, ErrorCode>,)> {
    match result {
        Ok(value) => Ok((Ok(value),)),
        Err(error) => Ok((Err(error.downcast()?.into()),)),
    }
}

fn files(data: &mut Data) -> WasiFilesystemCtxView<'_> {
    data.state.filesystem()
}

/// Puts files into a linker.
pub fn add_to_linker(linker: &mut Linker<Data>) -> Result<()> {
    let mut preopens = linker.instance(&interface("wasi:filesystem/preopens"))?;
    preopens.func_wrap("get-directories", |mut store, ()| {
        let directories: Vec<(Resource<Descriptor>, String)> =
            files(store.data_mut()).get_directories()?;
        Ok((directories,))
    })?;

    let mut types = linker.instance(&interface("wasi:filesystem/types"))?;
    let descriptor = ResourceType::host::<Descriptor>();
    types.resource("descriptor", descriptor, |mut store, rep| {
        files(store.data_mut()).drop(Resource::new_own(rep))
    })?;

    /// Registers functions that wait, by their names and parameters. Those of `->` have a result of
    /// another type.
    macro_rules! waiting {
        ($( $name:literal $function:ident($( $arg:ident: $ty:ty ),*) $( -> $result:ty )?; )*) => {
            $( types.func_wrap_concurrent(
                concat!("[method]descriptor.", $name),
                |store, (fd, $( $arg, )*): (Resource<Descriptor>, $( $ty, )*)| {
                    let store = store.with_getter::<WasiFilesystem>(files);
                    Box::pin(async move {
                        let result = <WasiFilesystem as Function<Data>>::$function(
                            &store, fd, $( $arg ),*
                        );
                        told(result.await$( .map(<$result>::from) )?)
                    })
                },
            )?; )*
        };
    }
    waiting! {
        "advise" advise(offset: u64, length: u64, advice: p3::Advice);
        "sync-data" sync_data();
        "get-flags" get_flags();
        "get-type" get_type() -> DescriptorType;
        "set-size" set_size(size: u64);
        "set-times" set_times(access: p3::NewTimestamp, modification: p3::NewTimestamp);
        "sync" sync();
        "create-directory-at" create_directory_at(path: String);
        "stat" stat() -> DescriptorStat;
        "stat-at" stat_at(flags: p3::PathFlags, path: String) -> DescriptorStat;
        "set-times-at" set_times_at(
            flags: p3::PathFlags,
            path: String,
            access: p3::NewTimestamp,
            modification: p3::NewTimestamp
        );
        "link-at" link_at(
            flags: p3::PathFlags,
            path: String,
            new: Resource<Descriptor>,
            new_path: String
        );
        "open-at" open_at(
            path_flags: p3::PathFlags,
            path: String,
            open_flags: p3::OpenFlags,
            flags: p3::DescriptorFlags
        );
        "readlink-at" readlink_at(path: String);
        "remove-directory-at" remove_directory_at(path: String);
        "rename-at" rename_at(path: String, new: Resource<Descriptor>, new_path: String);
        "symlink-at" symlink_at(path: String, new_path: String);
        "unlink-file-at" unlink_file_at(path: String);
        "metadata-hash" metadata_hash();
        "metadata-hash-at" metadata_hash_at(flags: p3::PathFlags, path: String);
    }
    types.func_wrap_concurrent(
        "[method]descriptor.is-same-object",
        |store, (fd, other): (Resource<Descriptor>, Resource<Descriptor>)| {
            let store = store.with_getter::<WasiFilesystem>(files);
            Box::pin(async move {
                let is_same = <WasiFilesystem as Function<Data>>::is_same_object(&store, fd, other);
                Ok((is_same.await?,))
            })
        },
    )?;

    types.func_wrap(
        "[method]descriptor.read-via-stream",
        |mut store, (fd, offset): (Resource<Descriptor>, u64)| {
            let files = Access::<_, WasiFilesystem>::new(store.as_context_mut(), files);
            let (bytes, end) = WasiFilesystem::read_via_stream(files, fd, offset)?;
            let end = translated(&mut store, end)?;
            Ok(((bytes, end),))
        },
    )?;
    types.func_wrap(
        "[method]descriptor.write-via-stream",
        |mut store, (fd, bytes, offset): (Resource<Descriptor>, StreamReader<u8>, u64)| {
            let files = Access::<_, WasiFilesystem>::new(store.as_context_mut(), files);
            let end = WasiFilesystem::write_via_stream(files, fd, bytes, offset)?;
            Ok((translated(&mut store, end)?,))
        },
    )?;
    types.func_wrap(
        "[method]descriptor.append-via-stream",
        |mut store, (fd, bytes): (Resource<Descriptor>, StreamReader<u8>)| {
            let files = Access::<_, WasiFilesystem>::new(store.as_context_mut(), files);
            let end = WasiFilesystem::append_via_stream(files, fd, bytes)?;
            Ok((translated(&mut store, end)?,))
        },
    )?;
    types.func_wrap(
        "[method]descriptor.read-directory",
        |mut store, (fd,): (Resource<Descriptor>,)| {
            let files = Access::<_, WasiFilesystem>::new(store.as_context_mut(), files);
            let (entries, end) = WasiFilesystem::read_directory(files, fd)?;
            let (all, known) = oneshot::channel();
            let collecting = Collecting {
                entries: Vec::new(),
                all: Some(all),
            };
            entries.pipe(&mut store, collecting)?;
            let entries = StreamReader::new(&mut store, Collected::Awaited(known))?;
            let end = translated(&mut store, end)?;
            Ok(((entries, end),))
        },
    )
}

/// The end of a stream.
type End<E> = FutureReader<std::result::Result<(), E>>;

/// Makes a future with the snapshot's error code of one with that of WASI 0.3.0.
fn translated(
    mut store: impl AsContextMut<Data = Data>,
    end: End<p3::ErrorCode>,
) -> Result<End<ErrorCode>> {
    let (to, told) = oneshot::channel();
    end.pipe(&mut store, Translating(Some(to)))?;
    FutureReader::new(store, told)
}

/// Takes the end of a stream.
struct Translating(Option<oneshot::Sender<std::result::Result<(), ErrorCode>>>);

impl FutureConsumer<Data> for Translating {
    type Item = std::result::Result<(), p3::ErrorCode>;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        store: StoreContextMut<'_, Data>,
        mut source: Source<'_, Self::Item>,
        _: bool,
    ) -> Poll<Result<()>> {
        let mut end = None;
        source.read(store, &mut end)?;
        if let (Some(to), Some(end)) = (self.0.take(), end) {
            // Nobody takes it when the guest has dropped the future.
            let _ = to.send(end.map_err(ErrorCode::from));
        }
        Poll::Ready(Ok(()))
    }
}

/// Takes the entries of a directory.
struct Collecting {
    entries: Vec<p3::DirectoryEntry>,
    all: Option<oneshot::Sender<Vec<p3::DirectoryEntry>>>,
}

impl StreamConsumer<Data> for Collecting {
    type Item = p3::DirectoryEntry;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        store: StoreContextMut<'_, Data>,
        mut source: Source<'_, Self::Item>,
        _: bool,
    ) -> Poll<Result<StreamResult>> {
        let mut some = Vec::with_capacity(64);
        source.read(store, &mut some)?;
        self.entries.append(&mut some);
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

impl Drop for Collecting {
    fn drop(&mut self) {
        if let Some(all) = self.all.take() {
            // As above.
            let _ = all.send(std::mem::take(&mut self.entries));
        }
    }
}

/// Gives the entries of a directory, once all are there.
enum Collected {
    Awaited(oneshot::Receiver<Vec<p3::DirectoryEntry>>),
    There(VecDeque<p3::DirectoryEntry>),
}

impl StreamProducer<Data> for Collected {
    type Item = DirectoryEntry;
    type Buffer = VecBuffer<DirectoryEntry>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        store: StoreContextMut<'a, Data>,
        mut destination: Destination<'a, Self::Item, Self::Buffer>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        if let Self::Awaited(all) = &mut *self {
            let all = match Pin::new(all).poll(context) {
                Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
                all => ready!(all),
            };
            *self = Self::There(all?.into());
        }
        let Self::There(entries) = &mut *self else {
            unreachable!("they are there")
        };
        let wanted = destination.remaining(store).unwrap_or(entries.len());
        let some: Vec<_> = entries.drain(..wanted.min(entries.len())).collect();
        let some = some
            .into_iter()
            .map(DirectoryEntry::from)
            .collect::<Vec<_>>();
        let result = match entries.is_empty() {
            true => StreamResult::Dropped,
            false => StreamResult::Completed,
        };
        destination.set_buffer(some.into());
        Poll::Ready(Ok(result))
    }
}
