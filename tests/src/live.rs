//! A guest on a host that is talked to over the network while it runs.

use crate::process::{self, Outcome, TIME_LIMIT};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};

/// See the [module](self). It ends when this is dropped, however far it is.
pub struct Live {
    child: Child,
    lines: Receiver<String>,
    /// All of the lines that were taken.
    stdout: String,
    stderr: Option<JoinHandle<Vec<u8>>>,
}

impl Live {
    /// Starts a host with its guest.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starting the host");
        let stdout = child.stdout.take().expect("it is piped");
        let mut stderr = child.stderr.take().expect("it is piped");
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
            // What was read before an error is what there is to say.
            let _ = stderr.read_to_end(&mut bytes);
            bytes
        });
        Self {
            child,
            lines,
            stdout: String::new(),
            stderr: Some(stderr),
        }
    }

    /// The host's process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line on stdout, without its end.
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

    /// The port that the next line tells. What is on record has none: it is
    /// another in every run.
    pub fn port(&mut self) -> u16 {
        let line = self.line();
        self.stdout.truncate(self.stdout.len() - line.len() - 1);
        line.strip_prefix("port ")
            .and_then(|port| port.parse().ok())
            .unwrap_or_else(|| panic!("no port in {line:?}"))
    }

    /// Waits for the guest's end.
    pub fn finish(mut self) -> Outcome {
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
        let bytes = self.stderr.take().map(|thread| thread.join());
        let bytes = bytes
            .expect("it is asked for once")
            .expect("it never panics");
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
