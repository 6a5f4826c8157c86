//! The time that a server takes for a request.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use wasi_uplift_tests::{Server, Serving};

/// The time after which a server counts as one that hangs.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A way to serve requests, and the requests.
struct Load {
    /// The number of requests that an instance serves in all.
    reuse: usize,
    /// The number of requests that an instance serves at once.
    at_once: usize,
    connections: usize,
    /// The number of requests over all connections.
    requests: usize,
}

impl Load {
    /// Returns the load of the measurement with this name.
    fn named(name: &str, is_native: bool) -> Self {
        let is_default = name.ends_with("as served by default");
        let is_engine = name.contains("Python") || name.contains("JavaScript");
        // By default, `wasmtime serve` uses an instance of WASI 0.2 once, and one of WASI 0.3 for
        // 128 requests, of which 16 at once.
        Self {
            reuse: match name.contains("a new instance each") || is_default && is_native {
                true => 1,
                false => 128,
            },
            at_once: match is_default && !is_native {
                true => 16,
                false => 1,
            },
            connections: match name.ends_with("64 connections") {
                true => 64,
                false if is_engine => 4,
                false => 16,
            },
            // An engine takes milliseconds to start.
            requests: if is_engine { 400 } else { 6400 },
        }
    }
}

/// Returns the nanoseconds for one of the many requests of the measurement with this name.
pub fn measure(name: &str, host: &str, server: &Path, is_native: bool) -> f64 {
    let load = Load::named(name, is_native);
    let serving = Serving {
        reuse: load.reuse,
        concurrent: load.at_once,
        memory: usize::MAX,
        shows_host: true,
        ..Serving::default()
    };
    // Pooled instances are what `wasmtime serve` has.
    let mut command = Command::new(host);
    let server = Server::start(command.arg(server).env("POOLED", "1"), serving);
    ask(server.port, 10);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..load.connections {
            scope.spawn(|| ask(server.port, load.requests / load.connections));
        }
    });
    let nanoseconds = start.elapsed().as_nanos() as f64 / load.requests as f64;
    server.end();
    nanoseconds
}

/// Makes so many requests over one connection.
fn ask(port: u16, requests: usize) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("connecting");
    stream.set_nodelay(true).expect("setting an option");
    let limit = Some(TIME_LIMIT);
    stream.set_read_timeout(limit).expect("setting an option");
    let mut answer = vec![0; 4096];
    for _ in 0..requests {
        stream
            .write_all(b"GET /hello HTTP/1.1\r\nhost: example.com\r\n\r\n")
            .expect("sending");
        let mut len = 0;
        // The body comes by its length, or in one chunk with an end.
        while !answer[..len].ends_with(b"\r\n\r\nhello")
            && !answer[..len].ends_with(b"hello\r\n0\r\n\r\n")
        {
            let more = stream.read(&mut answer[len..]).expect("receiving");
            len += more;
            // A host without an answer says so, and keeps the connection.
            let is_fine = more > 0 && !answer[..len].starts_with(b"HTTP/1.1 5");
            assert!(is_fine, "{}", String::from_utf8_lossy(&answer[..len]));
        }
    }
}
