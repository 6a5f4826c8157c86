//! A host that is talked to while it runs.

use crate::process::{self, Outcome, TIME_LIMIT};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};

/// A running host. Dropping it ends it, however far it is.
pub struct Live {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    /// The lines that were taken.
    stdout: String,
    stderr: Option<JoinHandle<Vec<u8>>>,
}

impl Live {
    /// Starts a host, whose stdin is what the command says.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starting the host");
        let stdout = child.stdout.take().expect("stdout is a pipe");
        let mut stderr = child.stderr.take().expect("stderr is a pipe");
        let (to, lines) = channel();
        thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            let mut line = String::new();
            while stdout.read_line(&mut line).is_ok_and(|len| len > 0) {
                // Nobody takes it when the test has failed.
                let _ = to.send(std::mem::take(&mut line));
            }
        });
        let stderr = thread::spawn(move || {
            let mut bytes = Vec::new();
            // Whatever was read before an error is kept.
            let _ = stderr.read_to_end(&mut bytes);
            bytes
        });
        Self {
            stdin: child.stdin.take(),
            child,
            lines,
            stdout: String::new(),
            stderr: Some(stderr),
        }
    }

    /// Returns the id of the host's process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the next line on stdout, and returns it without its end.
    pub fn line(&mut self) -> String {
        match self.lines.recv_timeout(TIME_LIMIT) {
            Ok(line) => {
                self.stdout += &line;
                line.trim_end().to_owned()
            }
            Err(error) => {
                let _ = self.child.kill();
                let _ = self.child.wait();
                panic!("no line: {error}\n{}", self.stderr());
            }
        }
    }

    /// Waits for a line with a port, which differs in every run and so is no part of the outcome.
    pub fn port(&mut self) -> u16 {
        let line = self.line();
        self.stdout.truncate(self.stdout.len() - line.len() - 1);
        line.strip_prefix("port ")
            .and_then(|port| port.parse().ok())
            .unwrap_or_else(|| panic!("no port in {line:?}"))
    }

    /// Closes stdin, if it is a pipe, and waits for the host's end.
    pub fn finish(mut self) -> Outcome {
        drop(self.stdin.take());
        let status = process::wait(&mut self.child);
        while let Ok(line) = self.lines.recv() {
            self.stdout += &line;
        }
        let stderr = self.stderr();
        let stdout = std::mem::take(&mut self.stdout);
        process::outcome(status, stdout.into_bytes(), stderr.into_bytes())
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn stderr(&mut self) -> String {
        let thread = self.stderr.take().expect("stderr is taken once");
        let bytes = thread.join().expect("reading never panics");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // Either fails when the process has ended, as it should have.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
