//! A host that serves HTTP requests.

use crate::Live;
use std::process::{Command, Stdio};

/// The way in which a server uses its instances.
#[derive(Clone, Copy)]
pub struct Serving {
    /// The number of requests that an instance serves in all.
    pub reuse: usize,
    /// The number of requests that an instance serves at once, if it takes them.
    pub concurrent: usize,
    /// The number of bytes that each memory may grow to.
    pub memory: usize,
    /// `true` if the guest sees the `host` header.
    pub shows_host: bool,
    /// `true` if the host prints what an instance has whenever a request comes: a line with the number
    /// of waitables and the like, of resources, and of bytes of memory.
    pub watches: bool,
}

impl Default for Serving {
    fn default() -> Self {
        Self {
            reuse: 1,
            concurrent: 1,
            memory: 64 << 20,
            shows_host: false,
            watches: false,
        }
    }
}

impl Serving {
    /// Returns the options that make a host serve in this way.
    fn options(&self) -> Vec<String> {
        let numbers = [
            ("--reuse", self.reuse),
            ("--concurrent", self.concurrent),
            ("--memory", self.memory),
        ];
        let mut options = vec!["--serve".to_owned()];
        options.extend(
            numbers
                .iter()
                .flat_map(|(option, number)| [option.to_string(), number.to_string()]),
        );
        options.extend(self.shows_host.then(|| "--show-host".to_owned()));
        options.extend(self.watches.then(|| "--watch".to_owned()));
        options
    }
}

/// A running server.
pub struct Server {
    live: Live,
    /// The port of loopback at which it serves.
    pub port: u16,
}

impl Server {
    /// Starts a server with this command, which is a host and its component.
    pub fn start(command: &mut Command, serving: Serving) -> Self {
        let command = command.args(serving.options()).stdin(Stdio::piped());
        let mut live = Live::start(command);
        let port = live.port();
        Self { live, port }
    }

    /// Waits for the next line that the guest prints.
    pub fn line(&mut self) -> String {
        self.live.line()
    }

    /// Ends the server, and returns all that the guest has printed and all that the host has said.
    pub fn end(self) -> (String, String) {
        let outcome = self.live.finish();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&outcome.stdout), text(&outcome.stderr) + &outcome.trap)
    }
}
