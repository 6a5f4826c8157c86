//! Many requests, and long bodies.

use super::peer::{self, connect, get, read};
use super::place;
use crate::LAB;
use crate::sequences::rounds;
use std::io::{BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;
use wasi_uplift_tests::host::Left;
use wasi_uplift_tests::{Fnv, LinkMode, Serving, pattern};

const REQUESTS: usize = 10_000;
const CONNECTIONS: usize = 32;

#[test]
fn many_requests() {
    for place in place::stable("server") {
        let server = LAB.serve(
            place,
            Serving {
                reuse: 128,
                concurrent: 16,
                ..Serving::default()
            },
        );
        let port = server.port;
        thread::scope(|scope| {
            for connection in 0..CONNECTIONS {
                scope.spawn(move || {
                    let mut stream = connect(port);
                    let mut from = BufReader::new(stream.try_clone().expect("another handle"));
                    for request in (connection..REQUESTS).step_by(CONNECTIONS) {
                        echoed(&mut stream, &mut from, request);
                    }
                });
            }
        });
        let (stdout, stderr) = server.end();
        assert_eq!((stdout.as_str(), stderr.as_str()), ("", ""));
    }
}

/// Makes one request of many on a connection, and checks that the server gives back its text.
fn echoed(stream: &mut TcpStream, from: &mut BufReader<TcpStream>, request: usize) {
    let text = format!("request {request}");
    let bytes = peer::post("/echo", &[text.as_bytes()], "");
    stream.write_all(&bytes).expect("sending");
    let message = read(from, false).expect("there is a response");
    assert!(message.whole && message.text == text, "{message:?}");
}

/// One instance has no more after its last request than after its first ones.
#[test]
fn requests_leave_nothing() {
    for place in place::stable("server") {
        let (mode, _) = place.on.expect("it is uplifted");
        let server = LAB.serve(
            place,
            Serving {
                reuse: usize::MAX,
                watches: true,
                ..Serving::default()
            },
        );
        let mut stream = connect(server.port);
        let mut from = BufReader::new(stream.try_clone().expect("another handle"));
        for request in 0..=rounds::count() {
            echoed(&mut stream, &mut from, request);
        }
        let (stdout, stderr) = server.end();
        assert_eq!(stderr, "");
        let left: Vec<Left> = stdout
            .lines()
            .map(|it| it.parse().expect("numbers"))
            .collect();
        assert_eq!(left.len(), rounds::count() + 1);
        let (warm, mut end) = (left[rounds::WARM], left[rounds::count()]);
        if mode == LinkMode::Component {
            // Wasmtime keeps a task for each call between components that is lowered for `async` and
            // returns at once: the adapter's `finish`, once for each request.
            let more = end.waitables.saturating_sub(warm.waitables);
            end.waitables -= more.min(rounds::count() - rounds::WARM);
        }
        rounds::check(&mode.to_string(), warm, end);
    }
}

/// The hash of the pattern.
fn hash(len: usize) -> u64 {
    let mut hash = Fnv::default();
    let bytes: Vec<u8> = (0..1 << 16).map(pattern).collect();
    // The pattern is not periodic in this length.
    for start in (0..len).step_by(bytes.len()) {
        let end = len.min(start + bytes.len());
        let piece: Vec<u8> = (start..end).map(pattern).collect();
        hash.update(&piece);
    }
    hash.finish()
}

const SIZES: [usize; 3] = [0, 1 << 10, 64 << 20];

/// The limit of an instance's memory: its initial size, and some buffers.
const MEMORY: usize = 4 << 20;

#[test]
fn bodies_of_all_sizes() {
    for place in place::stable("server") {
        let server = LAB.serve(
            place,
            Serving {
                memory: MEMORY,
                ..Serving::default()
            },
        );
        for size in SIZES {
            let message = peer::ask(server.port, &get(&format!("/bytes?{size}")));
            let message = message.expect("there is a response");
            assert_eq!(message.body, (size, hash(size)));
            assert!(message.whole);

            // Both ways at once.
            let message = echo(server.port, size);
            assert_eq!(message.body.0, size);
            assert!(message.whole);
        }
        let (stdout, stderr) = server.end();
        assert_eq!((stdout.as_str(), stderr.as_str()), ("", ""));
    }
}

/// Sends a body and reads it back.
fn echo(port: u16, size: usize) -> peer::Message {
    send_and_read(connect(port), "/echo", size)
}

fn send_and_read(stream: TcpStream, path: &str, size: usize) -> peer::Message {
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut stream = &stream;
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: example.com\r\ncontent-length: {size}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).expect("sending");
            let block = vec![b'x'; 1 << 16];
            let mut rest = size;
            while rest > 0 {
                let now = rest.min(block.len());
                stream.write_all(&block[..now]).expect("sending");
                rest -= now;
            }
        });
        read(&mut BufReader::new(&stream), true).expect("there is a response")
    })
}

/// The length of a body that a guest passes on: many times its memory.
const STREAMED: usize = 1 << 28;

/// A guest that passes on a body keeps none of it, however slow the next one is.
#[test]
fn a_proxy_stays_small() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binding");
    let upstream = listener.local_addr().expect("it is bound").port();
    for place in place::stable("server") {
        let server = LAB.serve(
            place,
            Serving {
                memory: MEMORY,
                ..Serving::default()
            },
        );
        let message = thread::scope(|scope| {
            let client = connect(server.port);
            let listener = &listener;
            scope.spawn(move || {
                let (mut stream, _) = listener.accept().expect("accepting");
                let mut from = BufReader::new(stream.try_clone().expect("another handle"));
                // Lets the buffers on the way fill up. No outcome depends on it.
                thread::sleep(Duration::from_millis(500));
                let message = read(&mut from, false).expect("there is a request");
                assert_eq!(message.body.0, STREAMED);
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {STREAMED}\r\n\r\n");
                stream.write_all(head.as_bytes()).expect("sending");
                let block = vec![b'y'; 1 << 16];
                for _ in 0..STREAMED / block.len() {
                    stream.write_all(&block).expect("sending");
                }
                let _ = stream.read(&mut [0; 1]);
            });
            let path = format!("/proxy?127.0.0.1:{upstream},/");
            send_and_read(client, &path, STREAMED)
        });
        assert_eq!(message.body.0, STREAMED);
        assert!(message.whole, "{message:?}");
        let (stdout, stderr) = server.end();
        assert_eq!((stdout.as_str(), stderr.as_str()), ("", ""));
    }
}
