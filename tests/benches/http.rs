//! How long a request takes a server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

const CONNECTIONS: usize = 16;
const REQUESTS: usize = 100;

/// What an instance may do, and for how many requests.
pub struct Reuse {
    pub requests: usize,
    pub at_once: usize,
}

/// Nanoseconds for one of many requests, some of which are made at once.
pub fn measure(host: &str, server: &Path, reuse: &Reuse) -> f64 {
    let Reuse { requests, at_once } = reuse;
    let mut child = Command::new(host)
        .arg(server)
        .arg("--serve")
        .args([requests, at_once, &usize::MAX].map(usize::to_string))
        // No header is hidden from it.
        .arg("")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starting the host");
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    stdout.read_line(&mut line).expect("the host says a port");
    let port: u16 = line
        .trim_start_matches("port ")
        .trim()
        .parse()
        .expect("a port");
    ask(port, 10);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| ask(port, REQUESTS));
        }
    });
    let nanoseconds = start.elapsed().as_nanos() as f64 / (CONNECTIONS * REQUESTS) as f64;
    // At the end of its stdin the host ends.
    drop(child.stdin.take());
    child.wait().expect("the host ends");
    nanoseconds
}

/// Makes so many requests on one connection.
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
