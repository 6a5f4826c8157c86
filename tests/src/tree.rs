//! The folders that a guest is given, and a listing of them after its run.

use crate::fnv::Fnv;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// The size up to which a file is on record with its hash. Larger ones are mostly holes, and reading
/// them would take longer than the test.
const LONGEST_HASHED: u64 = 16 << 20;

/// The distance from now within which a time was not chosen by a guest: the test ran then.
const NOW: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder that a guest is given.
#[derive(Clone, Debug)]
pub struct Preopen {
    /// The guest's name for it.
    pub name: String,
    /// `true` if the guest may change anything in it.
    pub writable: bool,
    /// Its source on the host.
    pub source: Source,
}

/// The source of a [`Preopen`] on the host.
#[derive(Clone, Debug)]
pub enum Source {
    /// A new folder for this run alone, with these things in it.
    Fresh(Vec<Thing>),
    /// An existing folder of the host.
    Host(PathBuf),
}

/// Something in a folder, made before the guest starts.
#[derive(Clone, Debug)]
pub enum Thing {
    /// A file with this content.
    File(PathBuf, Vec<u8>),
    /// A folder.
    Folder(PathBuf),
    /// A symbolic link, and its target.
    Symlink(PathBuf, String),
    /// A hard link, and its target.
    Link(PathBuf, String),
    /// The time of an existing file's or folder's last change, in seconds from 1970.
    Modified(PathBuf, i64),
}

/// The folders of one run. They are removed when this is dropped.
pub struct Folders(Vec<Folder>);

struct Folder {
    preopen: Preopen,
    /// The new folder, if the source is [`Source::Fresh`].
    own: Option<TempDir>,
}

impl Folders {
    /// Makes the folders.
    pub fn new(preopens: &[Preopen]) -> io::Result<Self> {
        Self::new_in(&std::env::temp_dir(), preopens)
    }

    /// Makes the folders in another one.
    pub fn new_in(parent: &Path, preopens: &[Preopen]) -> io::Result<Self> {
        let folder = |preopen: &Preopen| {
            let own = match &preopen.source {
                Source::Host(_) => None,
                Source::Fresh(things) => {
                    let folder = tempfile::tempdir_in(parent)?;
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

    /// Returns what the guest is given, and where that is on the host.
    pub fn given(&self) -> impl Iterator<Item = (&Preopen, &Path)> {
        self.0.iter().map(|Folder { preopen, own }| {
            let path = match (&preopen.source, own) {
                (Source::Host(path), _) => path,
                (Source::Fresh(_), own) => own.as_ref().expect("it was made").path(),
            };
            (preopen, path)
        })
    }

    /// Returns the options by which a host gives the folders to the guest.
    pub fn options(&self) -> impl Iterator<Item = String> {
        self.given().flat_map(|(preopen, path)| {
            let option = if preopen.writable {
                "--dir"
            } else {
                "--dir-ro"
            };
            let value = format!("{}::{}", path.display(), preopen.name);
            [option.to_owned(), value]
        })
    }

    /// Lists the contents of the new folders.
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

/// Adds a line for the file or folder at `path`, and lines for the contents of a folder.
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
    // Not every guest can choose the time of a link.
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

/// Returns the time in seconds from 1970, if the guest or the case chose it.
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
