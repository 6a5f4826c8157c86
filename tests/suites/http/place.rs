//! Where a guest runs: as it is on the WASI 0.2 host, or uplifted on the host
//! with only WASI 0.3.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::{self, JoinHandle};
use tempfile::TempDir;
use wasi_uplift_tests::{Guest, LinkMode, MODES, uplift};

/// A host and a component for it.
pub struct Place {
    host: &'static str,
    component: PathBuf,
    /// What to say when it fails.
    pub name: String,
}

/// How a server uses its instances.
#[derive(Clone, Copy)]
pub struct Serving {
    /// How many requests an instance serves.
    pub reuse: usize,
    /// How many of them at once, if it takes them.
    pub concurrent: usize,
    /// How large its memories may become.
    pub memory: usize,
    /// Whether it lets the guest see the `host` header.
    pub shows_host: bool,
}

impl Default for Serving {
    fn default() -> Self {
        Self {
            reuse: 1,
            concurrent: 1,
            memory: 64 << 20,
            shows_host: false,
        }
    }
}

fn uplifted(guest: Guest, mode: LinkMode) -> PathBuf {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().expect("making a temporary folder"));
    let thread = thread::current().id();
    let file = format!("{}-{}-{thread:?}.wasm", guest.name, mode);
    let path = folder.path().join(file);
    fs::write(&path, uplift(&guest.bytes(), mode)).expect("writing a component");
    path
}

impl Place {
    /// The reference.
    pub fn reference(program: &str) -> Self {
        Self::guest(Guest::named(&format!("http-stable-{program}")).unwrap())
    }

    /// The stable shape, uplifted.
    pub fn stable(program: &str) -> impl Iterator<Item = Self> {
        Self::shape("stable", program)
    }

    /// Every shape, uplifted.
    pub fn uplifted(program: &str) -> impl Iterator<Item = Self> {
        let shapes = ["stable", "december", "candidate"].into_iter();
        shapes.flat_map(move |shape| Self::shape(shape, program))
    }

    fn shape(shape: &str, program: &str) -> impl Iterator<Item = Self> + use<> {
        Self::uplifted_guest(Guest::named(&format!("http-{shape}-{program}")).unwrap())
    }

    /// A guest as it is.
    pub fn guest(guest: Guest) -> Self {
        Self {
            host: env!("CARGO_BIN_EXE_p2-http-host"),
            component: guest.path().to_owned(),
            name: format!("{} as it is", guest.name),
        }
    }

    /// A guest, uplifted.
    pub fn uplifted_guest(guest: Guest) -> impl Iterator<Item = Self> {
        MODES.into_iter().map(move |mode| Self {
            host: env!("CARGO_BIN_EXE_p3-http-host"),
            component: uplifted(guest, mode),
            name: format!("{} {mode}", guest.name),
        })
    }

    /// Runs a command: what it prints, and its exit code.
    pub fn run(&self, args: &[&str]) -> (String, i32) {
        let output = Command::new(self.host)
            .arg(&self.component)
            .args(args)
            .stdin(Stdio::null())
            .output()
            .expect("starting the host");
        let mut text = String::from_utf8(output.stdout).expect("guests print text");
        if !output.status.success() {
            text += &String::from_utf8_lossy(&output.stderr);
        }
        (text, output.status.code().unwrap_or(-1))
    }

    /// Starts a server.
    pub fn serve(&self, serving: Serving) -> Server {
        let numbers = [serving.reuse, serving.concurrent, serving.memory];
        let hidden = if serving.shows_host { "" } else { "host" };
        let mut child = Command::new(self.host)
            .arg(&self.component)
            .arg("--serve")
            .args(numbers.map(|number| number.to_string()))
            .arg(hidden)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starting the host");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut stderr = child.stderr.take().expect("it is piped");
        let stderr = thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the host prints text");
        let port = line
            .trim()
            .strip_prefix("port ")
            .and_then(|port| port.parse().ok());
        let Some(port) = port else {
            let _ = child.wait();
            panic!("{}: no port: {}", self.name, stderr.join().unwrap());
        };
        let stdout = thread::spawn(move || {
            let mut text = String::new();
            let _ = stdout.read_to_string(&mut text);
            text
        });
        Server {
            child,
            port,
            output: Some((stdout, stderr)),
        }
    }
}

/// A server that runs until it is asked to end.
pub struct Server {
    child: Child,
    pub port: u16,
    output: Option<(JoinHandle<String>, JoinHandle<String>)>,
}

impl Server {
    /// Ends it: what the guest has printed, and what the host has said.
    pub fn end(mut self) -> (String, String) {
        drop(self.child.stdin.take());
        self.child.wait().expect("it ends");
        let (stdout, stderr) = self.output.take().expect("it ends once");
        (stdout.join().unwrap(), stderr.join().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Either fails when the process has ended, as it should have.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
