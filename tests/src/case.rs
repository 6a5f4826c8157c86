//! Cases: a guest, its input, and the outcome on record.

use crate::host::Manner;
use crate::{Guest, LinkMode, MODES, Outcome, Preopen, Source, Thing, blesses};
use std::ffi::OsString;
use std::fmt::Display;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Everything that a run of a guest depends on.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The arguments after the guest's own name.
    pub args: Vec<String>,
    /// Environment variables, each `NAME=VALUE`.
    pub env: Vec<String>,
    /// The working directory that the guest is told.
    pub cwd: Option<String>,
    /// The folders that the guest is given.
    pub preopens: Vec<Preopen>,
    /// `true` if the host works with files in place, and not on another thread.
    pub inline_files: bool,
    /// The name of the manner in which the host of WASI 0.3 answers, if it has one.
    pub manner: Option<&'static str>,
    /// `true` if the guest may use the network.
    pub network: bool,
    /// The length in bytes that a file may grow to, a multiple of 512.
    pub file_limit: Option<u64>,
    /// The source of stdin.
    pub stdin: Stdin,
    /// The reader of stdout.
    pub stdout: Stdout,
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            args: Vec::new(),
            env: Vec::new(),
            cwd: None,
            preopens: Vec::new(),
            inline_files: false,
            manner: None,
            network: false,
            file_limit: None,
            stdin: Stdin::Null,
            stdout: Stdout::Read,
        }
    }
}

/// The source of a guest's stdin.
#[derive(Clone, Debug)]
pub enum Stdin {
    /// The null device.
    Null,
    /// No file descriptor at all.
    Closed,
    /// A directory, which can be opened and fails to read.
    Directory,
    /// A pipe that stays open and never gives a byte.
    Held,
    /// A regular file.
    File(Vec<u8>),
    /// A pipe that gets these bytes, and is closed.
    Pipe(Vec<u8>),
    /// A pipe that gets the next piece, in the end its closing, when the guest has taken the one
    /// before and waits.
    Slow(Vec<Vec<u8>>),
    /// A pipe that gets the next piece, in the end its closing, each time the guest prints a `?`.
    /// So the guest knows which bytes have been sent.
    Asked(Vec<Vec<u8>>),
    /// A pipe that is closed when the guest prints a `?`, after a file was rewritten.
    Rewritten(PathBuf, Vec<u8>),
}

/// The reader of a guest's stdout.
#[derive(Clone, Copy, Debug)]
pub enum Stdout {
    /// A reader that keeps all of it.
    Read,
    /// A reader that begins when the pipe is full.
    Late,
    /// A reader that goes away after so many bytes.
    ClosedAfter(usize),
    /// No reader: a device that is full.
    Full,
    /// A reader that keeps all of it, and of stderr, which is the same pipe.
    Merged,
}

/// The hosts that a case is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Both agree.
    Both,
    /// Only the uplifted guest is run: the WASI 0.2 host lacks the interface, or does not do what
    /// WASI 0.2 asks for.
    UpliftedOnly,
}

/// What a case calls the host of a snapshot.
const SNAPSHOT: &str = "snapshot";

/// A difference that must make no difference to the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// The case as it is written.
    AsWritten,
    /// The host works with files in place.
    InlineFiles,
    /// The host answers in this manner: see [`Manner`](crate::host::Manner).
    Manner(&'static str),
    /// The guest is built for `0.2.0-rc-2023-11-10`.
    Candidate,
    /// The host ships a snapshot of WASI 0.3, for cases with files.
    Snapshot,
}

impl Variant {
    /// All variants in a link mode, in order. A host in a manner, or of a snapshot, has guests of one
    /// of them.
    pub fn all(mode: LinkMode) -> impl Iterator<Item = Self> {
        let manners = Manner::HARMLESS.into_iter();
        let manners = manners.filter(move |(_, of)| *of == mode);
        [Self::AsWritten, Self::InlineFiles, Self::Candidate]
            .into_iter()
            .chain(manners.map(|(manner, _)| Self::Manner(manner)))
            .chain((mode == LinkMode::Fused).then_some(Self::Snapshot))
    }
}

/// A folder in `cases/`.
#[derive(Clone, Debug)]
pub struct Case {
    /// The folder's name.
    pub name: String,
    /// The guest to run.
    pub guest: Guest,
    /// Everything else that a run depends on.
    pub scenario: Scenario,
    /// The hosts that it is for.
    pub hosts: Hosts,
    /// The link modes that it is for.
    pub modes: &'static [LinkMode],
    /// The manners of hosts that give another outcome, or [`SNAPSHOT`].
    not_in: Vec<String>,
    folder: PathBuf,
}

impl Case {
    /// Reads all cases, sorted by name.
    pub fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
        let entries = fs::read_dir(&folder).expect("reading the folder of cases");
        let mut cases: Vec<Self> = entries
            .map(|entry| {
                let folder = entry.expect("reading the folder of cases").path();
                Self::read(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
            })
            .collect();
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        cases
    }

    fn read(folder: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(folder.join("case")).map_err(|e| e.to_string())?;
        let mut guest = None;
        let mut hosts = Hosts::Both;
        let mut modes = &MODES[..];
        let mut not_in = Vec::new();
        let mut scenario = Scenario::default();
        for line in text.lines() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line.split_once(' ').unwrap_or((line, ""));
            match key {
                "guest" => guest = Some(Guest::named(value)?),
                "arg" => scenario.args.push(value.into()),
                "env" => scenario.env.push(value.into()),
                "cwd" => scenario.cwd = Some(value.into()),
                "dir" | "dir-ro" => scenario.preopens.push(Preopen {
                    name: value.into(),
                    writable: key == "dir",
                    source: Source::Fresh(Vec::new()),
                }),
                "host-dir" => scenario.preopens.push(Preopen {
                    name: value.into(),
                    writable: true,
                    source: Source::Host(value.into()),
                }),
                "file" | "pattern" | "folder" | "symlink" | "link" | "modified" => {
                    match scenario.preopens.last_mut().map(|last| &mut last.source) {
                        Some(Source::Fresh(things)) => things.push(thing(key, value)?),
                        _ => return Err(format!("{line:?} comes after no folder")),
                    }
                }
                "network" => scenario.network = true,
                "file-limit" => scenario.file_limit = Some(number(value)?),
                "stdin" => scenario.stdin = stdin(value)?,
                "stdout" => scenario.stdout = stdout(value)?,
                "uplifted-only" => hosts = Hosts::UpliftedOnly,
                "fused-only" => modes = &[LinkMode::Fused],
                "not-in" => not_in.push(value.to_string()),
                "linked-only" => modes = &[LinkMode::Component],
                _ => return Err(format!("unknown line {line:?}")),
            }
        }
        Ok(Self {
            name: folder
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into(),
            guest: guest.ok_or("no guest is named")?,
            scenario,
            hosts,
            modes,
            not_in,
            folder: folder.into(),
        })
    }

    /// Returns the variant of the case, if the case has it.
    pub fn variant(&self, variant: Variant) -> Option<Self> {
        let mut case = self.clone();
        match variant {
            Variant::AsWritten => {}
            Variant::InlineFiles if self.scenario.preopens.is_empty() => return None,
            Variant::InlineFiles => case.scenario.inline_files = true,
            Variant::Manner(manner) if self.not_in.iter().any(|it| it == manner) => return None,
            Variant::Manner(manner) => case.scenario.manner = Some(manner),
            Variant::Snapshot => {
                let is_out = self.not_in.iter().any(|it| it == SNAPSHOT);
                if is_out || self.scenario.preopens.is_empty() {
                    return None;
                }
            }
            Variant::Candidate => {
                case.guest = Guest::named(&format!("{}-candidate", self.guest.name)).ok()?;
            }
        }
        Some(case)
    }

    /// Puts an outcome on record if outcomes are to be blessed.
    pub fn bless(&self, outcome: &Outcome) {
        if blesses() {
            fs::write(self.record(), outcome.to_string()).expect("writing an outcome");
        }
    }

    /// Compares an outcome with the one on record.
    pub fn check(&self, outcome: &Outcome) -> Result<(), String> {
        let expected = fs::read_to_string(self.record())
            .map_err(|e| format!("no outcome on record, {e}: run once with BLESS=1"))?;
        let actual = outcome.to_string();
        if actual == expected {
            Ok(())
        } else {
            let trap = &outcome.trap;
            Err(format!("expected:\n{expected}\nactual:\n{actual}{trap}"))
        }
    }

    fn record(&self) -> PathBuf {
        self.folder.join("expected")
    }
}

fn thing(key: &str, value: &str) -> Result<Thing, String> {
    let (path, rest) = value.split_once(' ').unwrap_or((value, ""));
    let path = PathBuf::from(OsString::from_vec(unescape(path)));
    Ok(match key {
        "file" => Thing::File(path, unescape(rest)),
        "pattern" => Thing::File(path, pattern(rest)?),
        "folder" => Thing::Folder(path),
        "symlink" => Thing::Symlink(path, rest.into()),
        "link" => Thing::Link(path, rest.into()),
        _ => Thing::Modified(path, number(rest)?),
    })
}

fn number<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|e| format!("{text:?}: {e}"))
}

fn pattern(len: &str) -> Result<Vec<u8>, String> {
    Ok((0..number(len)?).map(crate::fnv::pattern).collect())
}

fn stdin(value: &str) -> Result<Stdin, String> {
    let (kind, rest) = value.split_once(' ').unwrap_or((value, ""));
    Ok(match kind {
        "null" => Stdin::Null,
        "closed" => Stdin::Closed,
        "directory" => Stdin::Directory,
        "held" => Stdin::Held,
        "file" => Stdin::File(unescape(rest)),
        "pipe" => Stdin::Pipe(unescape(rest)),
        "slow" => Stdin::Slow(pieces(rest)),
        "asked" => Stdin::Asked(pieces(rest)),
        "pattern" => Stdin::Pipe(pattern(rest)?),
        _ => return Err(format!("unknown stdin {value:?}")),
    })
}

fn stdout(value: &str) -> Result<Stdout, String> {
    match value.split_once(' ') {
        None if value == "full" => Ok(Stdout::Full),
        None if value == "merged" => Ok(Stdout::Merged),
        None if value == "late" => Ok(Stdout::Late),
        Some(("closed-after", bytes)) => Ok(Stdout::ClosedAfter(number(bytes)?)),
        _ => Err(format!("unknown stdout {value:?}")),
    }
}

fn pieces(text: &str) -> Vec<Vec<u8>> {
    text.split_terminator('|').map(unescape).collect()
}

/// Returns the bytes that a text stands for. `\xff` is a byte that no text has.
fn unescape(text: &str) -> Vec<u8> {
    let text = text.replace("\\n", "\n");
    let pieces: Vec<_> = text.split("\\xff").map(str::as_bytes).collect();
    pieces.join(&[0xff][..])
}
