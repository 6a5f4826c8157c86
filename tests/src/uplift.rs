//! Guests that are uplifted, each once for a link mode and a target.

use crate::Guest;
use std::collections::HashMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use tempfile::NamedTempFile;
use wasi_uplift::{LinkMode, Options, Target};

/// The folder of uplifted guests, which are put there anew by every test program.
const FOLDER: &str = concat!(env!("OUT_DIR"), "/uplifted");

/// A guest's name, its link mode and its target's version.
type Key = (&'static str, LinkMode, &'static str);

/// The file of each uplifted guest, made by whoever needs it first while others wait.
static FILES: LazyLock<Mutex<HashMap<Key, Arc<OnceLock<PathBuf>>>>> = LazyLock::new(Mutex::default);

/// Returns the file of a guest, uplifted to a version of WASI 0.3.
pub fn uplifted(guest: Guest, mode: LinkMode, target: Target) -> PathBuf {
    let cell = {
        let mut files = FILES.lock().expect("no holder panics");
        files
            .entry((guest.name, mode, target.version()))
            .or_default()
            .clone()
    };
    let file = cell.get_or_init(|| {
        let folder = Path::new(FOLDER)
            .join(target.version())
            .join(mode.name())
            .join(guest.name);
        // The same file name as the guest's, which becomes the first argument.
        let file = folder.join(guest.path().file_name().expect("a guest is a file"));
        write(&file, &compose(&guest.bytes(), mode, target));
        file
    });
    file.clone()
}

/// Returns the bytes of a guest, uplifted to WASI 0.3.0.
pub fn uplifted_bytes(guest: Guest, mode: LinkMode) -> Vec<u8> {
    fs::read(uplifted(guest, mode, Target::default())).expect("reading an uplifted guest")
}

/// Composes a guest anew.
pub fn compose(guest: &[u8], mode: LinkMode, target: Target) -> Vec<u8> {
    let options = Options::default().target(target).link(mode);
    let composed = wasi_uplift::compose(guest, &options);
    composed.expect("every guest can be uplifted").bytes
}

/// Replaces a file that another test program may be reading.
fn write(file: &Path, bytes: &[u8]) {
    let folder = file.parent().expect("a file has a parent");
    fs::create_dir_all(folder).expect("making a folder");
    let mut part = NamedTempFile::new_in(folder).expect("making a file");
    part.write_all(bytes).expect("writing a component");
    part.persist(file).expect("renaming a file");
}
