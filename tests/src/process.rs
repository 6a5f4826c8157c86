//! A process with a guest, fed and read as a scenario says.

use crate::events::{is_empty, is_full, wait_until, wait_until_asleep};
use crate::fnv::Fnv;
use crate::tree::Folders;
use crate::{Scenario, Stdin, Stdout, TRAPPED, TRAPPED_PREFIX};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, PipeReader, PipeWriter, Read, Seek, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The time after which a guest or its peer counts as one that hangs, also on a busy machine.
pub const TIME_LIMIT: Duration = Duration::from_secs(600);

/// The length above which an output is recorded by its hash.
const LONGEST_TEXT: usize = 2_000;

/// The output and the end of a guest.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// All that was read of its stdout.
    pub stdout: Vec<u8>,
    /// Its stderr, without the host's own message about a trap.
    pub stderr: Vec<u8>,
    /// The host's exit code.
    pub code: u8,
    /// A listing of the folders that it was given.
    pub tree: String,
    /// The host's own message about a trap, for a person to read: every host has its own words.
    pub trap: String,
}

impl Outcome {
    /// Returns the parts that all hosts have to agree on.
    pub fn essence(&self) -> (&[u8], &[u8], u8) {
        (&self.stdout, &self.stderr, self.code)
    }
}

/// The form in which an outcome is put on record.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.code == TRAPPED {
            writeln!(f, "trapped")?;
        } else {
            writeln!(f, "exit code {}", self.code)?;
        }
        let parts = [
            ("stdout", &self.stdout[..]),
            ("stderr", &self.stderr),
            ("tree", self.tree.as_bytes()),
        ];
        for (name, bytes) in parts {
            match std::str::from_utf8(bytes) {
                Ok("") => {}
                Ok(text) if text.len() <= LONGEST_TEXT && !text.contains('\0') => {
                    let end = if text.ends_with('\n') {
                        ""
                    } else {
                        "(no newline)\n"
                    };
                    write!(f, "--- {name}\n{text}{end}")?;
                }
                _ => {
                    let mut hash = Fnv::default();
                    hash.update(bytes);
                    let len = bytes.len();
                    writeln!(f, "--- {name}\n{len} bytes, {:016x}", hash.finish())?;
                }
            }
        }
        Ok(())
    }
}

/// Runs a component on a host to its end.
pub fn run(host: &str, component: &Path, scenario: &Scenario) -> Result<Outcome, String> {
    let told = |what: &'static str| move |error: io::Error| format!("{what}: {error}");
    let folders = Folders::new(&scenario.preopens).map_err(told("making folders"))?;
    let started = start(host, component, scenario, &folders).map_err(told("starting the host"))?;
    let Started {
        mut child,
        stdout,
        mut stderr,
        held_back,
    } = started;

    let (asks, asked) = channel();
    let reads = scenario.stdout;
    let stdout = thread::spawn(move || {
        if let Some(writer) = held_back {
            wait_until("the pipe is full", || is_full(&writer));
        }
        read_stdout(stdout, reads, &asks)
    });
    let stderr = thread::spawn(move || {
        let mut bytes = Vec::new();
        stderr.read_to_end(&mut bytes).map(|_| bytes)
    });
    // Held here, a pipe that nobody feeds stays open until the guest's end.
    let mut held = child.stdin.take();
    if !matches!(scenario.stdin, Stdin::Held)
        && let Some(pipe) = held.take()
    {
        let source = scenario.stdin.clone();
        let host = child.id();
        thread::spawn(move || feed(pipe, source, &asked, host));
    }

    let status = wait(&mut child);
    drop(held);
    let join = |thread: thread::JoinHandle<io::Result<Vec<u8>>>| {
        thread
            .join()
            .expect("a reader never panics")
            .map_err(told("reading"))
    };
    let outcome = outcome(status, join(stdout)?, join(stderr)?)?;
    Ok(Outcome {
        tree: folders.list().map_err(told("listing folders"))?,
        ..outcome
    })
}

/// Puts an outcome together. A host that was killed has none.
pub(crate) fn outcome(
    status: Result<ExitStatus, String>,
    stdout: Vec<u8>,
    mut stderr: Vec<u8>,
) -> Result<Outcome, String> {
    let status =
        status.map_err(|error| format!("{error}\n{}", String::from_utf8_lossy(&stderr)))?;
    let code = status.code().ok_or_else(|| {
        format!(
            "the host died, {status}\n{}",
            String::from_utf8_lossy(&stderr)
        )
    })? as u8;
    let mut trap = String::new();
    if code == TRAPPED
        && let Some(at) = find(&stderr, TRAPPED_PREFIX.as_bytes())
    {
        trap = String::from_utf8_lossy(&stderr.split_off(at)).into_owned();
    }
    Ok(Outcome {
        stdout,
        stderr,
        code,
        tree: String::new(),
        trap,
    })
}

/// A host that has been started.
struct Started {
    child: Child,
    stdout: PipeReader,
    stderr: PipeReader,
    /// Another end of the pipe that is stdout, if its reader comes late.
    held_back: Option<PipeWriter>,
}

fn start(
    host: &str,
    component: &Path,
    scenario: &Scenario,
    folders: &Folders,
) -> io::Result<Started> {
    let mut command = Command::new(host);
    if let Stdin::Closed = scenario.stdin {
        // Only a shell can start a process without a stdin.
        command = Command::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" <&-"]).arg(host);
    }
    if let Some(limit) = scenario.file_limit {
        // A shell can set limits, too. Without the trap, a signal comes with the error.
        let limited = format!(
            "trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"",
            limit / 512
        );
        command = Command::new("sh");
        command.arg("-c").arg(limited).arg(host);
    }
    command.arg(component).args(folders.options());
    if scenario.inline_files {
        command.arg("--inline-files");
    }
    if let Some(manner) = scenario.manner {
        command.args(["--manner", manner]);
    }
    if scenario.network {
        command.arg("--inherit-network");
    }
    for variable in &scenario.env {
        command.args(["--env", variable]);
    }
    if let Some(cwd) = &scenario.cwd {
        command.args(["--cwd", cwd]);
    }
    command.arg("--").args(&scenario.args);
    command.stdin(match &scenario.stdin {
        Stdin::Null | Stdin::Closed => Stdio::null(),
        Stdin::Directory => File::open(component.parent().expect("a file has a parent"))?.into(),
        Stdin::Held | Stdin::Pipe(_) | Stdin::Slow(_) | Stdin::Asked(_) | Stdin::Rewritten(..) => {
            Stdio::piped()
        }
        Stdin::File(bytes) => {
            let mut file = tempfile::tempfile()?;
            file.write_all(bytes)?;
            file.rewind()?;
            file.into()
        }
    });
    let (stdout, stdout_end) = io::pipe()?;
    let (stderr, mut stderr_end) = io::pipe()?;
    let held_back = match scenario.stdout {
        Stdout::Late => Some(stdout_end.try_clone()?),
        _ => None,
    };
    // A pipe that is replaced has no writer left, and is empty.
    command.stdout(match scenario.stdout {
        Stdout::Full => Stdio::from(File::options().write(true).open("/dev/full")?),
        Stdout::Merged => {
            stderr_end = stdout_end.try_clone()?;
            stdout_end.into()
        }
        Stdout::Read | Stdout::Late | Stdout::ClosedAfter(_) => stdout_end.into(),
    });
    // The command owns our copies of the write ends. It ends with this function,
    // or reading would never end.
    let child = command.stderr(stderr_end).spawn()?;
    Ok(Started {
        child,
        stdout,
        stderr,
        held_back,
    })
}

/// Writes to the guest's stdin. A guest that does not read it all, or ends before, is no failure:
/// the comparison of outcomes decides.
fn feed(mut pipe: ChildStdin, source: Stdin, asked: &Receiver<()>, host: u32) -> io::Result<()> {
    match source {
        Stdin::Pipe(bytes) => pipe.write_all(&bytes)?,
        Stdin::Slow(pieces) => {
            for piece in pieces {
                pipe.write_all(&piece)?;
                wait_until("the guest reads", || is_empty(&pipe));
                wait_until_asleep(host);
            }
        }
        Stdin::Asked(pieces) => {
            for piece in pieces {
                if asked.recv().is_err() {
                    return Ok(());
                }
                pipe.write_all(&piece)?;
            }
            // Closing is the last answer. An error means that the guest is gone.
            let _ = asked.recv();
        }
        Stdin::Rewritten(file, contents) => {
            if asked.recv().is_ok() {
                fs::write(file, contents)?;
            }
        }
        Stdin::Null | Stdin::Closed | Stdin::Directory | Stdin::Held | Stdin::File(_) => {}
    }
    Ok(())
}

fn read_stdout(mut pipe: impl Read, reads: Stdout, asks: &Sender<()>) -> io::Result<Vec<u8>> {
    let limit = match reads {
        Stdout::Read | Stdout::Late | Stdout::Full | Stdout::Merged => usize::MAX,
        Stdout::ClosedAfter(bytes) => bytes,
    };
    let mut bytes = Vec::new();
    let mut buffer = [0; 1 << 16];
    while bytes.len() < limit {
        let space = buffer.len().min(limit - bytes.len());
        let len = pipe.read(&mut buffer[..space])?;
        if len == 0 {
            break;
        }
        for _ in buffer[..len].iter().filter(|byte| **byte == b'?') {
            // Nobody listens where stdin is none that answers.
            let _ = asks.send(());
        }
        bytes.extend_from_slice(&buffer[..len]);
    }
    Ok(bytes)
}

/// Waits for the host's end, and kills a host that hangs.
pub(crate) fn wait(child: &mut Child) -> Result<ExitStatus, String> {
    let deadline = Instant::now() + TIME_LIMIT;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
            Ok(None) => {
                // Either may fail if the process ends by itself just now.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("still running after {TIME_LIMIT:?}"));
            }
            Err(error) => return Err(format!("waiting for the host: {error}")),
        }
    }
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes
        .windows(pattern.len())
        .position(|window| window == pattern)
}
