//! Guests that are uplifted, each once for a link mode and a target.

use crate::Guest;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use tempfile::NamedTempFile;
use wasi_uplift::{LinkMode, Linked, Options, Target};

/// The folder of uplifted guests, which are put there anew by every test program.
const FOLDER: &str = concat!(env!("OUT_DIR"), "/uplifted");

/// The server, of those that are of one source, that has a front wherever it runs. With
/// `P3_HOST_FRONT` in the environment, all have.
const WITH_FRONT: &str = "http-december-server";

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
        write(&file, &compose_guest(guest, mode, target));
        file
    });
    file.clone()
}

/// Returns the bytes of a guest, uplifted to WASI 0.3.0.
pub fn uplifted_bytes(guest: Guest, mode: LinkMode) -> Vec<u8> {
    fs::read(uplifted(guest, mode, Target::default())).expect("reading an uplifted guest")
}

/// Composes one of the guests anew.
pub fn compose_guest(guest: Guest, mode: LinkMode, target: Target) -> Vec<u8> {
    let front = guest.name == WITH_FRONT || std::env::var_os("P3_HOST_FRONT").is_some();
    composed(&guest.bytes(), mode, target, &[], front)
}

/// Composes a component anew.
pub fn compose(guest: &[u8], mode: LinkMode, target: Target) -> Vec<u8> {
    composed(guest, mode, target, &[], false)
}

/// Composes a guest anew whose export of this name keeps its types.
pub fn compose_sync(guest: &[u8], mode: LinkMode, export: &str) -> Vec<u8> {
    composed(guest, mode, Target::default(), &[export], false)
}

/// Composes with the library, or with the command that the variable `COMPOSER` names. A former one
/// shows which tests its faults fail.
fn composed(guest: &[u8], mode: LinkMode, target: Target, sync: &[&str], front: bool) -> Vec<u8> {
    if let Some(command) = std::env::var_os("COMPOSER") {
        return compose_with(&command, guest, mode, target, sync, front);
    }
    let mut options = Options::default().target(target).link(mode);
    // What is for the snapshot tries modules with one memory, too.
    if target == Target::Rc2026_02_09 {
        options = options.one_memory();
    }
    if front {
        options = options.front();
    }
    for export in sync {
        options = options.keep_sync(*export);
    }
    let composed = wasi_uplift::compose(guest, &options);
    let composed = composed.expect("every guest can be uplifted");
    let is_fused = composed.linked == Linked::Fused;
    assert!(mode == LinkMode::Auto || is_fused == (mode == LinkMode::Fused));
    composed.bytes
}

fn compose_with(
    command: &OsStr,
    guest: &[u8],
    mode: LinkMode,
    target: Target,
    sync: &[&str],
    front: bool,
) -> Vec<u8> {
    let mut input = NamedTempFile::new().expect("making a file");
    input.write_all(guest).expect("writing a component");
    let output = Command::new(command)
        .args(["compose", "--link", mode.name()])
        .args(["--target", target.version()])
        .args(sync.iter().map(|export| format!("--keep-sync={export}")))
        .args(front.then_some("--front"))
        .arg(input.path())
        .output()
        .expect("starting a command");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{message}");
    output.stdout
}

/// Replaces a file that another test program may be reading.
fn write(file: &Path, bytes: &[u8]) {
    let folder = file.parent().expect("a file has a parent");
    fs::create_dir_all(folder).expect("making a folder");
    let mut part = NamedTempFile::new_in(folder).expect("making a file");
    part.write_all(bytes).expect("writing a component");
    part.persist(file).expect("renaming a file");
}
