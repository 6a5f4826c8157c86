//! `wasi:filesystem`.

use crate::operation::Operation;
use crate::wasi::filesystem::preopens::get_directories;
use crate::wasi::filesystem::types::{Descriptor, DirectoryEntryStream, ErrorCode};

/// Makes an operation, if it is one of these.
pub fn call(o: &Operation) -> Option<String> {
    match o.name {
        "preopen" => {
            let index: u32 = o.arg();
            o.show(get_directories().into_iter().nth(index as usize))
        }
        "drop-descriptor" => o.drop::<Descriptor>(),
        "drop-entries" => o.drop::<DirectoryEntryStream>(),
        "entry" => {
            let entries = o.handle::<DirectoryEntryStream>()?;
            let entry = entries.read_directory_entry();
            // Which is the first is the business of the file system.
            o.show(entry.map(|entry| entry.is_some()))
        }
        "entries" => {
            let descriptor = o.handle::<Descriptor>()?;
            o.show(entries(&descriptor))
        }
        _ => of_descriptor(o),
    }
}

fn of_descriptor(o: &Operation) -> Option<String> {
    const NAMES: [&str; 29] = [
        "read-via-stream",
        "write-via-stream",
        "append-via-stream",
        "advise",
        "sync-data",
        "get-flags",
        "get-type",
        "set-size",
        "set-times",
        "read-file",
        "write-file",
        "read-directory",
        "sync",
        "create-directory-at",
        "stat",
        "stat-at",
        "set-times-at",
        "link-at",
        "open-at",
        "readlink-at",
        "remove-directory-at",
        "rename-at",
        "symlink-at",
        "unlink-file-at",
        "is-same-object",
        "metadata-hash",
        "metadata-hash-at",
        "same-hash",
        "same-hash-at",
    ];
    if !NAMES.contains(&o.name) {
        return None;
    }
    let d = o.handle::<Descriptor>()?;
    match o.name {
        "read-via-stream" => o.show(d.read_via_stream(o.arg())),
        "write-via-stream" => o.show(d.write_via_stream(o.arg())),
        "append-via-stream" => o.show(d.append_via_stream()),
        "advise" => o.show(d.advise(o.arg(), o.arg(), o.arg())),
        "sync-data" => o.show(d.sync_data()),
        "get-flags" => o.show(d.get_flags()),
        "get-type" => o.show(d.get_type()),
        "set-size" => o.show(d.set_size(o.arg())),
        "set-times" => o.show(d.set_times(o.arg(), o.arg())),
        "read-file" => o.show(d.read(o.arg(), o.arg())),
        "write-file" => {
            let bytes: Vec<u8> = o.arg();
            o.show(d.write(&bytes, o.arg()))
        }
        "read-directory" => o.show(d.read_directory()),
        "sync" => o.show(d.sync()),
        "create-directory-at" => o.show(d.create_directory_at(&o.arg::<String>())),
        "stat" => o.show(d.stat()),
        "stat-at" => o.show(d.stat_at(o.arg(), &o.arg::<String>())),
        "set-times-at" => o.show(d.set_times_at(o.arg(), &o.arg::<String>(), o.arg(), o.arg())),
        "link-at" => {
            let (flags, path): (_, String) = (o.arg(), o.arg());
            let other = o.handle::<Descriptor>()?;
            o.show(d.link_at(flags, &path, &other, &o.arg::<String>()))
        }
        "open-at" => o.show(d.open_at(o.arg(), &o.arg::<String>(), o.arg(), o.arg())),
        "readlink-at" => o.show(d.readlink_at(&o.arg::<String>())),
        "remove-directory-at" => o.show(d.remove_directory_at(&o.arg::<String>())),
        "rename-at" => {
            let path: String = o.arg();
            let other = o.handle::<Descriptor>()?;
            o.show(d.rename_at(&path, &other, &o.arg::<String>()))
        }
        "symlink-at" => o.show(d.symlink_at(&o.arg::<String>(), &o.arg::<String>())),
        "unlink-file-at" => o.show(d.unlink_file_at(&o.arg::<String>())),
        "is-same-object" => {
            let other = o.handle::<Descriptor>()?;
            o.show(d.is_same_object(&other))
        }
        // A hash says nothing but whether it is the same as another.
        "metadata-hash" => o.show(d.metadata_hash().map(drop)),
        "metadata-hash-at" => o.show(d.metadata_hash_at(o.arg(), &o.arg::<String>()).map(drop)),
        "same-hash" => {
            let other = o.handle::<Descriptor>()?;
            o.show(is_same(|| d.metadata_hash(), || other.metadata_hash()))
        }
        _ => {
            let (flags, path): (_, String) = (o.arg(), o.arg());
            let other = o.handle::<Descriptor>()?;
            let of_path = || d.metadata_hash_at(flags, &path);
            o.show(is_same(of_path, || other.metadata_hash()))
        }
    }
}

use crate::wasi::filesystem::types::MetadataHashValue;

fn is_same(
    first: impl Fn() -> Result<MetadataHashValue, ErrorCode>,
    second: impl Fn() -> Result<MetadataHashValue, ErrorCode>,
) -> Result<bool, ErrorCode> {
    let (first, second) = (first()?, second()?);
    Ok((first.lower, first.upper) == (second.lower, second.upper))
}

/// Returns the entries of a directory in the order of their names.
fn entries(descriptor: &Descriptor) -> Result<String, ErrorCode> {
    let stream = descriptor.read_directory()?;
    let mut entries = Vec::new();
    while let Some(entry) = stream.read_directory_entry()? {
        entries.push(format!("{} {:?}", entry.name, entry.type_));
    }
    entries.sort();
    Ok(entries.join(", "))
}
