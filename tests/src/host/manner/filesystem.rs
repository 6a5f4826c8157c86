//! Files and directories.

use super::{Manner, stream};
use crate::State;
use wasmtime::component::{Access, Linker, Resource, StreamReader};
use wasmtime::{AsContextMut as _, Result, StoreContextMut};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystem, WasiFilesystemView as _};
use wasmtime_wasi::p3::bindings::filesystem::types::{
    Advice, DescriptorFlags, ErrorCode, HostDescriptorWithStore, NewTimestamp, OpenFlags, PathFlags,
};

pub fn add_to_linker(manner: &Manner, linker: &mut Linker<State>) -> Result<()> {
    let mut types = linker.instance("wasi:filesystem/types@0.3.0")?;
    let own = manner.clone();
    types.func_wrap(
        "[method]descriptor.read-via-stream",
        move |mut store: StoreContextMut<'_, State>,
              (file, offset): (Resource<Descriptor>, u64)| {
            if own.fails() {
                return Ok((stream::failed(store, ErrorCode::Io)?,));
            }
            let access =
                Access::<_, WasiFilesystem>::new(store.as_context_mut(), State::filesystem);
            let (items, result) = WasiFilesystem::read_via_stream(access, file, offset)?;
            let (items, end) = stream::pass_on(&own, &mut store, items)?;
            let result = stream::result(&own, &mut store, result, end, ErrorCode::Io)?;
            Ok(((items, result),))
        },
    )?;
    let own = manner.clone();
    types.func_wrap(
        "[method]descriptor.read-directory",
        move |mut store: StoreContextMut<'_, State>, (file,): (Resource<Descriptor>,)| {
            if own.fails() {
                return Ok((stream::failed(store, ErrorCode::Io)?,));
            }
            let access =
                Access::<_, WasiFilesystem>::new(store.as_context_mut(), State::filesystem);
            let (items, result) = WasiFilesystem::read_directory(access, file)?;
            let (items, end) = stream::pass_on(&own, &mut store, items)?;
            let result = stream::result(&own, &mut store, result, end, ErrorCode::Io)?;
            Ok(((items, result),))
        },
    )?;
    let own = manner.clone();
    types.func_wrap(
        "[method]descriptor.write-via-stream",
        move |mut store: StoreContextMut<'_, State>,
              (file, items, offset): (Resource<Descriptor>, StreamReader<u8>, u64)| {
            let (mut items, end) = stream::pass_on(&own, &mut store, items)?;
            if own.fails() {
                items.close(&mut store)?;
                return Ok((stream::failure_of(store, ErrorCode::Io)?,));
            }
            let access =
                Access::<_, WasiFilesystem>::new(store.as_context_mut(), State::filesystem);
            let result = WasiFilesystem::write_via_stream(access, file, items, offset)?;
            Ok((stream::result(
                &own,
                &mut store,
                result,
                end,
                ErrorCode::Io,
            )?,))
        },
    )?;
    let own = manner.clone();
    types.func_wrap(
        "[method]descriptor.append-via-stream",
        move |mut store: StoreContextMut<'_, State>,
              (file, items): (Resource<Descriptor>, StreamReader<u8>)| {
            let (mut items, end) = stream::pass_on(&own, &mut store, items)?;
            if own.fails() {
                items.close(&mut store)?;
                return Ok((stream::failure_of(store, ErrorCode::Io)?,));
            }
            let access =
                Access::<_, WasiFilesystem>::new(store.as_context_mut(), State::filesystem);
            let result = WasiFilesystem::append_via_stream(access, file, items)?;
            Ok((stream::result(
                &own,
                &mut store,
                result,
                end,
                ErrorCode::Io,
            )?,))
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
