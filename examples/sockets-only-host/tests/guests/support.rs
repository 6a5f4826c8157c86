//! A guest on the host, as a process of its own that is given only so much time.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{fs, thread};
use wit_component::ComponentEncoder;

/// The time after which a guest counts as one that hangs.
pub const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Returns the component of `guest/`, which is built once.
pub fn guest() -> &'static Path {
    static GUEST: OnceLock<PathBuf> = OnceLock::new();
    GUEST.get_or_init(|| {
        let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
        // All guests are built in one folder, so that what they have in common is built once.
        let target = tmp.with_file_name("guests");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("guest"));
        cargo.args(["build", "--release", "--locked"]);
        cargo.args(["--target", "wasm32-unknown-unknown", "--target-dir"]);
        cargo.arg(&target);
        // The settings of the host's own build are not for the guest.
        for (name, _) in std::env::vars() {
            let outer = ["CARGO_", "RUSTC_", "CLIPPY_"];
            if (outer.iter().any(|prefix| name.starts_with(prefix)) && name != "CARGO_HOME")
                || name == "RUSTFLAGS"
            {
                cargo.env_remove(name);
            }
        }
        let status = cargo.status().expect("cargo runs");
        assert!(
            status.success(),
            "the guest doesn't build; is the target wasm32-unknown-unknown installed?"
        );
        let module = target.join("wasm32-unknown-unknown/release/sockets_only_guest.wasm");
        let module = fs::read(module).expect("the module is there");
        let component = ComponentEncoder::default()
            .validate(true)
            .module(&module)
            .and_then(|mut encoder| encoder.encode())
            .expect("the guest is a component");
        let path = tmp.join("guest.wasm");
        fs::write(&path, component).expect("there is space for a component");
        path
    })
}

/// Returns the command that runs a component on the host.
pub fn host(component: &Path) -> Command {
    let mut host = Command::new(env!("CARGO_BIN_EXE_sockets-only-host"));
    host.arg(component).stdin(Stdio::null());
    host
}

/// A running guest, whose stdout is read line by line.
pub struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Running {
    pub fn start(args: &[&str]) -> Self {
        Self::spawn(host(guest()).arg("--").args(args))
    }

    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the host starts");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        Self { child, stdout }
    }

    /// Reads the next line, which is a port.
    pub fn port(&mut self) -> u16 {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("stdout is text");
        match line.trim().parse() {
            Ok(port) => port,
            Err(_) => {
                let mut stderr = String::new();
                let pipe = self.child.stderr.as_mut().expect("stderr is a pipe");
                // For the message only.
                let _ = pipe.read_to_string(&mut stderr);
                panic!("no port: {line:?}\n{stderr}")
            }
        }
    }

    /// Writes to a stdin that is a pipe, and closes it.
    pub fn type_and_close(&mut self, text: &str) {
        let mut stdin = self.child.stdin.take().expect("stdin is a pipe");
        stdin
            .write_all(text.as_bytes())
            .expect("the guest reads it");
    }

    /// Waits for the end, whose exit code has to be this, and returns stdout and
    /// stderr.
    pub fn finish(mut self, code: i32) -> (String, String) {
        let mut stderr = self.child.stderr.take().expect("stderr is a pipe");
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).expect("stderr is text");
            text
        });
        let mut stdout = self.stdout;
        let stdout = thread::spawn(move || {
            let mut text = String::new();
            stdout.read_to_string(&mut text).expect("stdout is text");
            text
        });
        let status = wait(&mut self.child);
        let stdout = stdout.join().expect("reading doesn't panic");
        let stderr = stderr.join().expect("reading doesn't panic");
        match status {
            Some(status) => assert_eq!(status, code, "{stdout}\n{stderr}"),
            None => panic!("still running after {TIME_LIMIT:?}\n{stdout}\n{stderr}"),
        }
        (stdout, stderr)
    }
}

/// Returns the exit code, or `None` after killing a process that hangs.
fn wait(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + TIME_LIMIT;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().expect("the host is our child") {
            return status.code();
        }
        thread::sleep(Duration::from_millis(2));
    }
    child.kill().expect("the host is our child");
    child.wait().expect("the host is our child");
    None
}

/// Runs a guest that has no peer, and returns its output.
pub fn printed(args: &[&str]) -> String {
    Running::start(args).finish(0).0
}

/// Compares with a file in `expected/`. `BLESS=1` writes the file.
pub fn check(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/guests/expected")
        .join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, actual).expect("the folder is there");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "{name} differs; expected:\n{expected}\nactual:\n{actual}"
    );
}
