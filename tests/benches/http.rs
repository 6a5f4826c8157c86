//! The time that a server takes for a request.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;
use wasi_uplift_tests::{Server, Serving};

const CONNECTIONS: usize = 16;
const REQUESTS: usize = 100;

/// The number of requests that an instance serves, in all and at once.
pub struct Reuse {
    pub requests: usize,
    pub at_once: usize,
}

/// Returns the nanoseconds for one of many requests, some of which are made at once.
pub fn measure(host: &str, server: &Path, reuse: &Reuse) -> f64 {
    let serving = Serving {
        reuse: reuse.requests,
        concurrent: reuse.at_once,
        memory: usize::MAX,
        shows_host: true,
        ..Serving::default()
    };
    let server = Server::start(Command::new(host).arg(server), serving);
    ask(server.port, 10);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| ask(server.port, REQUESTS));
        }
    });
    let nanoseconds = start.elapsed().as_nanos() as f64 / (CONNECTIONS * REQUESTS) as f64;
    server.end();
    nanoseconds
}

/// Makes so many requests over one connection.
fn ask(port: u16, requests: usize) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("connecting");
    stream.set_nodelay(true).expect("setting an option");
    let mut answer = vec![0; 4096];
    for _ in 0..requests {
        stream
            .write_all(b"GET /hello HTTP/1.1\r\nhost: example.com\r\n\r\n")
            .expect("sending");
        let mut len = 0;
        // The one chunk of the body, and the end.
        while !answer[..len].ends_with(b"hello\r\n0\r\n\r\n") {
            match stream.read(&mut answer[len..]).expect("receiving") {
                0 => panic!("{}", String::from_utf8_lossy(&answer[..len])),
                more => len += more,
            }
        }
    }
}
