//! Files and directories.

use super::Manner;
use super::stream::{self, Store};
use crate::State;
use wasmtime::Result;
use wasmtime::component::{Access, Linker, Resource, StreamReader};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystem, WasiFilesystemView as _};
use wasmtime_wasi::p3::bindings::filesystem::types::{
    Advice, DescriptorFlags, ErrorCode, HostDescriptorWithStore, NewTimestamp, OpenFlags, PathFlags,
};

pub fn add_to_linker(manner: &Manner, linker: &mut Linker<State>) -> Result<()> {
    let mut types = linker.instance("wasi:filesystem/types@0.3.0")?;
    let own = manner.clone();
    types.func_wrap(
        "[method]descriptor.read-via-stream",
        move |store: Store<'_>, (file, offset): (Resource<Descriptor>, u64)| {
            let given = stream::given(&own, store, ErrorCode::Io, |store| {
                WasiFilesystem::read_via_stream(access(store), file, offset)
            });
            Ok((given?,))
        },
    )?;
    let own = manner.clone();
    types.func_wrap(
        "[method]descriptor.read-directory",
        move |store: Store<'_>, (file,): (Resource<Descriptor>,)| {
            let given = stream::given(&own, store, ErrorCode::Io, |store| {
                WasiFilesystem::read_directory(access(store), file)
            });
            Ok((given?,))
        },
    )?;
    let own = manner.of_writes();
    types.func_wrap(
        "[method]descriptor.write-via-stream",
        move |store: Store<'_>,
              (file, items, offset): (Resource<Descriptor>, StreamReader<u8>, u64)| {
            let taken = stream::taken(&own, store, items, ErrorCode::Io, |store, items| {
                WasiFilesystem::write_via_stream(access(store), file, items, offset)
            });
            Ok((taken?,))
        },
    )?;
    let own = manner.of_writes();
    types.func_wrap(
        "[method]descriptor.append-via-stream",
        move |store: Store<'_>, (file, items): (Resource<Descriptor>, StreamReader<u8>)| {
            let taken = stream::taken(&own, store, items, ErrorCode::Io, |store, items| {
                WasiFilesystem::append_via_stream(access(store), file, items)
            });
            Ok((taken?,))
        },
    )?;
    slow! {
        manner, types, WasiFilesystem, State::filesystem, ErrorCode::Io;
        "[method]descriptor.advise" => HostDescriptorWithStore::advise(
            file: Resource<Descriptor>, offset: u64, length: u64, advice: Advice);
        "[method]descriptor.sync-data" => HostDescriptorWithStore::sync_data(file: Resource<Descriptor>);
        "[method]descriptor.get-flags" => HostDescriptorWithStore::get_flags(file: Resource<Descriptor>);
        "[method]descriptor.get-type" => HostDescriptorWithStore::get_type(file: Resource<Descriptor>);
        "[method]descriptor.set-size" => HostDescriptorWithStore::set_size(
            file: Resource<Descriptor>, size: u64);
        "[method]descriptor.set-times" => HostDescriptorWithStore::set_times(
            file: Resource<Descriptor>, access: NewTimestamp, modification: NewTimestamp);
        "[method]descriptor.sync" => HostDescriptorWithStore::sync(file: Resource<Descriptor>);
        "[method]descriptor.create-directory-at" => HostDescriptorWithStore::create_directory_at(
            file: Resource<Descriptor>, path: String);
        "[method]descriptor.stat" => HostDescriptorWithStore::stat(file: Resource<Descriptor>);
        "[method]descriptor.stat-at" => HostDescriptorWithStore::stat_at(
            file: Resource<Descriptor>, flags: PathFlags, path: String);
        "[method]descriptor.set-times-at" => HostDescriptorWithStore::set_times_at(
            file: Resource<Descriptor>, flags: PathFlags, path: String, access: NewTimestamp,
            modification: NewTimestamp);
        "[method]descriptor.link-at" => HostDescriptorWithStore::link_at(
            file: Resource<Descriptor>, flags: PathFlags, path: String, other: Resource<Descriptor>,
            other_path: String);
        "[method]descriptor.open-at" => HostDescriptorWithStore::open_at(
            file: Resource<Descriptor>, flags: PathFlags, path: String, open: OpenFlags,
            with: DescriptorFlags);
        "[method]descriptor.readlink-at" => HostDescriptorWithStore::readlink_at(
            file: Resource<Descriptor>, path: String);
        "[method]descriptor.remove-directory-at" => HostDescriptorWithStore::remove_directory_at(
            file: Resource<Descriptor>, path: String);
        "[method]descriptor.rename-at" => HostDescriptorWithStore::rename_at(
            file: Resource<Descriptor>, path: String, other: Resource<Descriptor>, other_path: String);
        "[method]descriptor.symlink-at" => HostDescriptorWithStore::symlink_at(
            file: Resource<Descriptor>, path: String, other_path: String);
        "[method]descriptor.unlink-file-at" => HostDescriptorWithStore::unlink_file_at(
            file: Resource<Descriptor>, path: String);
        "[method]descriptor.metadata-hash" => HostDescriptorWithStore::metadata_hash(
            file: Resource<Descriptor>);
        "[method]descriptor.metadata-hash-at" => HostDescriptorWithStore::metadata_hash_at(
            file: Resource<Descriptor>, flags: PathFlags, path: String);
    }
    Ok(())
}

fn access(store: Store<'_>) -> Access<'_, State, WasiFilesystem> {
    Access::<_, WasiFilesystem>::new(store, State::filesystem)
}
