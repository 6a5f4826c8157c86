//! The folders that a guest is given, and what it has made of them.

use crate::fnv::Fnv;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// Larger files are on record by their size alone: those are mostly holes, and
/// reading them would take longer than the test.
const LONGEST_HASHED: u64 = 16 << 20;

/// A time this close to now is the one at which the test ran, no guest's choice.
const NOW: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder that a guest is given.
#[derive(Clone, Debug)]
pub struct Preopen {
    /// What the guest calls it.
    pub name: String,
    /// Whether the host lets the guest change anything in it.
    pub writable: bool,
    /// What it is on the host.
    pub source: Source,
}

/// What a [`Preopen`] is on the host.
#[derive(Clone, Debug)]
pub enum Source {
    /// A folder of the run's own, with these things in it.
    Fresh(Vec<Thing>),
    /// A folder that the host has anyway.
    Host(PathBuf),
}

/// Something in a folder, made before the guest starts.
#[derive(Clone, Debug)]
pub enum Thing {
    /// A file with this content.
    File(PathBuf, Vec<u8>),
    /// A folder.
    Folder(PathBuf),
    /// A symbolic link, and where it leads to.
    Symlink(PathBuf, String),
    /// A hard link, and to what.
    Link(PathBuf, String),
    /// The time, in seconds from 1970, of the last change of a file or folder
    /// that is there.
    Modified(PathBuf, i64),
}

/// The folders of one run. They are removed when this is dropped.
pub struct Folders(Vec<Folder>);

struct Folder {
    preopen: Preopen,
    /// None if it is the host's own.
    own: Option<TempDir>,
}

impl Folders {
    /// Makes the folders.
    pub fn new(preopens: &[Preopen]) -> io::Result<Self> {
        let folder = |preopen: &Preopen| {
            let own = match &preopen.source {
                Source::Host(_) => None,
                Source::Fresh(things) => {
                    let folder = tempfile::tempdir()?;
                    for thing in things {
                        thing.make(folder.path())?;
                    }
                    Some(folder)
                }
            };
            Ok(Folder {
                preopen: preopen.clone(),
                own,
            })
        };
        preopens
            .iter()
            .map(folder)
            .collect::<io::Result<_>>()
            .map(Self)
    }

    /// What to tell a host so that it gives the folders to the guest.
    pub fn options(&self) -> impl Iterator<Item = String> {
        self.0.iter().flat_map(|Folder { preopen, own }| {
            let option = if preopen.writable {
                "--dir"
            } else {
                "--dir-ro"
            };
            let path = match (&preopen.source, own) {
                (Source::Host(path), _) => path,
                (Source::Fresh(_), own) => own.as_ref().expect("it was made").path(),
            };
            let value = format!("{}::{}", path.display(), preopen.name);
            [option.to_owned(), value]
        })
    }

    /// A listing of everything that is in the run's own folders now.
    pub fn list(&self) -> io::Result<String> {
        let mut list = String::new();
        for Folder { preopen, own } in &self.0 {
            if let Some(own) = own {
                describe(own.path(), &preopen.name, &mut list)?;
            }
        }
        Ok(list)
    }
}

impl Thing {
    fn make(&self, folder: &Path) -> io::Result<()> {
        match self {
            Self::File(path, content) => fs::write(folder.join(path), content),
            Self::Folder(path) => fs::create_dir(folder.join(path)),
            Self::Symlink(path, target) => symlink(target, folder.join(path)),
            Self::Link(path, target) => fs::hard_link(folder.join(target), folder.join(path)),
            Self::Modified(path, seconds) => {
                let distance = Duration::from_secs(seconds.unsigned_abs());
                let time = if *seconds < 0 {
                    SystemTime::UNIX_EPOCH - distance
                } else {
                    SystemTime::UNIX_EPOCH + distance
                };
                File::open(folder.join(path))?.set_modified(time)
            }
        }
    }
}

/// Adds a line for what is at `path`, and lines for what is in it.
fn describe(path: &Path, name: &str, list: &mut String) -> io::Result<()> {
    let metadata = path.symlink_metadata()?;
    let kind = metadata.file_type();
    let what = if kind.is_symlink() {
        format!("-> {}", path.read_link()?.display())
    } else if kind.is_dir() {
        "folder".to_owned()
    } else if kind.is_file() {
        let len = metadata.len();
        let mut what = format!("{len} bytes");
        if len <= LONGEST_HASHED {
            let _ = write!(what, ", {:016x}", hash(path)?);
        }
        what
    } else {
        format!("{kind:?}")
    };
    let _ = write!(list, "{name} {what}");
    // That of a link can't be chosen by every guest.
    if !kind.is_symlink() {
        let modified = metadata.modified()?;
        if let Some(time) = chosen(modified) {
            let _ = write!(list, ", modified {time}");
        }
        if let Some(time) = chosen(metadata.accessed()?).filter(|_| kind.is_file()) {
            let _ = write!(list, ", accessed {time}");
        }
    }
    list.push('\n');
    if kind.is_dir() {
        let entries: io::Result<Vec<_>> = fs::read_dir(path)?.collect();
        let mut entries = entries?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = format!("{name}/{}", entry.file_name().display());
            describe(&entry.path(), &name, list)?;
        }
    }
    Ok(())
}

/// The time in seconds from 1970, if it is one that the guest or the case chose.
fn chosen(time: SystemTime) -> Option<String> {
    let now = SystemTime::now();
    let distance = now
        .duration_since(time)
        .unwrap_or_else(|error| error.duration());
    (distance > NOW).then(|| match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => format!("{}.{:09}", after.as_secs(), after.subsec_nanos()),
        Err(error) => format!("{:?} before 1970", error.duration()),
    })
}

fn hash(path: &Path) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let mut hash = Fnv::default();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let len = file.read(&mut buffer)?;
        if len == 0 {
            return Ok(hash.finish());
        }
        hash.update(&buffer[..len]);
    }
}
