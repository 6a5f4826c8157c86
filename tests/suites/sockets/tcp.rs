//! TCP: traffic of all kinds.

use super::peer::{self, Blocks};
use super::place::{self, FAMILIES, InPlace, Program, expect, expect_start};
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Instant;
use wasi_uplift_tests::events::{is_readable, wait_until, wait_until_full, wait_until_still};
use wasi_uplift_tests::{Fnv, LinkMode, Place};

/// Returns so many bytes of the guests' pattern, with their hash.
fn pattern(len: usize) -> (Vec<u8>, String) {
    let bytes: Vec<u8> = (0..len).map(wasi_uplift_tests::pattern).collect();
    let mut hash = Fnv::default();
    hash.update(&bytes);
    (bytes, format!("{:016x}", hash.finish()))
}

fn exchange(mut stream: &TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).expect("sending");
    stream.shutdown(Shutdown::Write).expect("shutting down");
    assert!(peer::rest(stream) == bytes, "not what was sent");
}

#[test]
fn echo() {
    for place in place::all(Program::TcpEcho) {
        for (family, ip) in FAMILIES {
            let mut guest = place.start(&[family, "3"]);
            let port = guest.port();
            exchange(&peer::connect(ip, port), b"");
            exchange(&peer::connect(ip, port), b"x");
            exchange(&peer::connect(ip, port), &pattern(100_000).0);
            expect(guest, "served 3, echoed 100001 bytes\n");
        }
    }
}

/// Every byte is compared. The WASI 0.2 host is no reference for it. The shapes differ in nothing that
/// a byte on its way passes through, so that one of them is enough for the longest stream.
#[test]
fn echo_of_a_long_stream() {
    for place in place::uplifted(Program::TcpEcho) {
        let len: u64 = match place.shape() {
            "stable" => 1 << 28,
            _ => 1 << 25,
        };
        let blocks = len / Blocks::LEN as u64;
        let (family, ip) = FAMILIES[0];
        let mut guest = place.start(&[family, "1"]);
        let stream = peer::connect(ip, guest.port());
        let started = Instant::now();
        thread::scope(|scope| {
            scope.spawn(|| {
                Blocks::new().send(&stream, blocks);
                stream.shutdown(Shutdown::Write).expect("shutting down");
            });
            Blocks::new().receive(&stream, blocks);
        });
        eprintln!("{len} bytes each way in {:?}", started.elapsed());
        expect(guest, &format!("served 1, echoed {len} bytes\n"));
    }
}

/// All of them are open before the first gets a byte, and each has its own.
#[test]
fn echo_of_200_connections() {
    const ROUNDS: usize = 5;
    for place in place::all(Program::TcpEcho) {
        // Tokio lets a task use 128 of its resources at a time. To the WASI 0.2 host, the sockets
        // beyond that are never ready.
        let count = if place.is_reference() { 100 } else { 200 };
        let (family, ip) = FAMILIES[0];
        let mut guest = place.start(&[family, &count.to_string()]);
        let port = guest.port();
        let streams: Vec<_> = (0..count).map(|_| peer::connect(ip, port)).collect();
        for round in 0..ROUNDS {
            let text = |index| format!("round {round} of connection {index}\n").repeat(100);
            for (index, mut stream) in streams.iter().enumerate() {
                stream.write_all(text(index).as_bytes()).expect("sending");
            }
            for (index, mut stream) in streams.iter().enumerate().rev() {
                let mut back = vec![0; text(index).len()];
                stream.read_exact(&mut back).expect("receiving");
                assert_eq!(String::from_utf8_lossy(&back), text(index));
            }
        }
        for stream in &streams {
            stream.shutdown(Shutdown::Write).expect("shutting down");
        }
        for stream in &streams {
            assert_eq!(peer::rest(stream), b"");
        }
        expect_start(guest, &format!("served {count}, echoed "));
    }
}

/// Handles that leak show in the host: in its open files, or in its memory.
#[test]
fn echo_of_many_connections_in_turn() {
    for place in place::uplifted(Program::TcpEcho) {
        // What the adapter keeps for a connection is the same in every shape.
        let count = match place.shape() {
            "stable" => 4_000,
            _ => 1_000,
        };
        let (family, ip) = FAMILIES[0];
        let mut guest = place.start(&[family, &count.to_string()]);
        let port = guest.port();
        let started = Instant::now();
        let exchange = |range: std::ops::Range<usize>| {
            for index in range {
                exchange(
                    &peer::connect(ip, port),
                    format!("number {index}").as_bytes(),
                );
            }
        };
        exchange(0..count / 5);
        let early = Usage::of(guest.id());
        exchange(count / 5..count - 1);
        let late = Usage::of(guest.id());
        exchange(count - 1..count);
        eprintln!(
            "{count} connections in {:?}: {early:?}, {late:?}",
            started.elapsed()
        );
        expect_start(guest, &format!("served {count}, "));
        assert!(late.files <= early.files + 2, "{early:?}, {late:?}");
        // Of 10,000 connections, not even 64 bytes each.
        assert!(
            late.memory_kib < early.memory_kib + 512,
            "{early:?}, {late:?}"
        );
    }
}

/// The resources that a process holds.
#[derive(Debug)]
struct Usage {
    files: usize,
    memory_kib: u64,
}

impl Usage {
    fn of(process: u32) -> Self {
        let folder = format!("/proc/{process}");
        let files = fs::read_dir(format!("{folder}/fd")).expect("the open files");
        let status = fs::read_to_string(format!("{folder}/status")).expect("the status");
        let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let rss = rss
            .and_then(|rss| rss.trim().strip_suffix(" kB"))
            .expect("the memory");
        Self {
            files: files.count(),
            memory_kib: rss.parse().expect("a number"),
        }
    }
}

/// The peer reads nothing before every buffer on the way is full.
#[test]
fn slow_reader() {
    let (bytes, _) = pattern(32 << 20);
    for place in place::all(Program::TcpEcho) {
        let (family, ip) = FAMILIES[0];
        let mut guest = place.start(&[family, "1"]);
        let stream = peer::connect(ip, guest.port());
        thread::scope(|scope| {
            let mut to = &stream;
            let sender = scope.spawn({
                let bytes = &bytes;
                move || {
                    to.write_all(bytes).expect("sending");
                    to.shutdown(Shutdown::Write).expect("shutting down");
                }
            });
            wait_until_full(&stream);
            assert!(
                !sender.is_finished(),
                "nobody has read, and everything is sent"
            );
            assert!(peer::rest(&stream) == bytes, "not what was sent");
        });
        expect(guest, &format!("served 1, echoed {} bytes\n", bytes.len()));
    }
}

/// The peer sends byte by byte, and gets each back before the next.
#[test]
fn slow_writer() {
    for place in place::all(Program::TcpEcho) {
        let (family, ip) = FAMILIES[0];
        let mut guest = place.start(&[family, "1"]);
        let mut stream = peer::connect(ip, guest.port());
        for byte in b"one after the other" {
            stream.write_all(&[*byte]).expect("sending");
            let mut back = [0];
            stream.read_exact(&mut back).expect("receiving");
            assert_eq!(back, [*byte]);
        }
        stream.shutdown(Shutdown::Write).expect("shutting down");
        assert_eq!(peer::rest(&stream), b"");
        expect(guest, "served 1, echoed 19 bytes\n");
    }
}

/// A connection that is reset while bytes are under way leaves the others alone.
#[test]
fn reset_of_one_of_three() {
    for place in place::all(Program::TcpEcho) {
        let (family, ip) = FAMILIES[0];
        let mut guest = place.start(&[family, "3"]);
        let port = guest.port();
        let (first, mut second, third) = (
            peer::connect(ip, port),
            peer::connect(ip, port),
            peer::connect(ip, port),
        );
        second.write_all(&[0; 1 << 16]).expect("sending");
        second.read_exact(&mut [0; 1 << 10]).expect("receiving");
        peer::reset(second);
        exchange(&first, b"first");
        exchange(&third, &pattern(1 << 20).0);
        expect(guest, "served 2, broken 1\n");
    }
}

/// Runs the client in all places, each time with a new peer.
fn client<T: Send + 'static>(
    action: &[&str],
    lines: &str,
    serve: impl FnOnce(TcpStream) -> T + Clone + Send + 'static,
    check: impl Fn(T),
) {
    for place in place::all(Program::TcpClient) {
        for (family, ip) in FAMILIES {
            let (port, server) = peer::listen(ip, serve.clone());
            let mut args = vec![family, &port];
            args.extend(action);
            let guest = place.start(&args);
            let served = server.join().expect("the peer is content");
            expect(guest, lines);
            check(served);
        }
    }
}

#[test]
fn client_sends_and_receives_at_once() {
    const LEN: usize = 3_000_000;
    let (bytes, hash) = pattern(LEN);
    let echo = |stream: TcpStream| {
        let copied = std::io::copy(&mut &stream, &mut &stream);
        copied.expect("sending back") as usize
    };
    client(
        &["exchange", &LEN.to_string()],
        &format!("end: closed\nsent {LEN}, received {LEN}, {hash}\n"),
        echo,
        |copied| assert_eq!(copied, bytes.len()),
    );
}

/// All bytes that a stream has accepted arrive, though the guest has dropped it and ended.
#[test]
fn client_sends_and_ends() {
    const LEN: usize = 5_000_000;
    let (bytes, _) = pattern(LEN);
    client(
        &["send", &LEN.to_string()],
        &format!("sent {LEN}\n"),
        |stream| {
            wait_until_still(&stream);
            peer::rest(&stream)
        },
        |received| assert!(received == bytes, "{} bytes", received.len()),
    );
}

#[test]
fn client_receives_slowly() {
    const LEN: usize = 8 << 20;
    let (bytes, hash) = pattern(LEN);
    client(
        &["sink"],
        &format!("received {LEN}, {hash}\nend: closed\nthen: closed\n"),
        move |mut stream| stream.write_all(&bytes).expect("sending"),
        |()| {},
    );
}

#[test]
fn client_is_reset() {
    client(
        &["until-error"],
        "failed\nthen: ok false\nready: true\n",
        |mut stream| {
            stream.read_exact(&mut [0; 1 << 16]).expect("receiving");
            peer::reset(stream);
        },
        |()| {},
    );
}

#[test]
fn client_is_refused() {
    for place in place::all(Program::TcpClient) {
        for (family, ip) in FAMILIES {
            // Nobody listens at a port that was just given back.
            let (port, server) = peer::listen(ip, drop);
            drop(peer::connect(ip, port.parse().expect("a port")));
            server.join().expect("the peer is content");
            let guest = place.start(&[family, &port, "sink"]);
            expect(guest, "connecting: connection-refused\n");
        }
    }
}

#[test]
fn half_close_by_the_peer() {
    client(
        &["hear-then-speak"],
        "heard \"hello\", closed\nwrite: closed\n",
        |mut stream| {
            stream.write_all(b"hello").expect("sending");
            stream.shutdown(Shutdown::Write).expect("shutting down");
            peer::rest(&stream)
        },
        |received| assert_eq!(received, b"I heard you, all of it"),
    );
}

#[test]
fn half_close_by_the_guest() {
    client(
        &["speak-then-hear"],
        "write: closed\nheard \"I listened\", closed\nbound: true\n",
        |mut stream| {
            let received = peer::rest(&stream);
            stream.write_all(b"I listened").expect("sending");
            received
        },
        |received| assert_eq!(received, b"listen"),
    );
}

#[test]
fn shutdown_of_receiving() {
    client(
        &["deaf"],
        "ready: true\nread: closed\nread: closed\nagain: Ok(())\n",
        |stream| peer::rest(&stream),
        |received| assert_eq!(received, b"no answer, please"),
    );
}

#[test]
fn shutdown_of_both_directions() {
    client(
        &["gone"],
        "read: closed\nwrite: closed\nagain: Ok(())\n",
        |stream| peer::rest(&stream),
        |received| assert_eq!(received, b"last words"),
    );
}

/// Only a shutdown, or the end of the socket, ends the connection.
#[test]
fn a_dropped_output_stream_sends_no_end() {
    for place in place::all(Program::TcpClient) {
        for (family, ip) in FAMILIES {
            let (port, server) = peer::listen(ip, |mut stream| {
                stream.read_exact(&mut [0; 5]).expect("receiving");
                stream
            });
            let mut guest = place.start(&[family, &port, "silent"]);
            let mut stream = server.join().expect("the peer is content");
            assert_eq!(guest.line(), "dropped");
            assert!(!is_readable(&stream), "the connection has ended");
            stream.write_all(b"still here").expect("sending");
            drop(stream);
            expect(guest, "dropped\nheard \"still here\", closed\n");
        }
    }
}

/// The connection ends in this direction after the bytes that are on their way, and not before.
#[test]
fn shutdown_after_what_is_on_its_way() {
    for place in place::all(Program::TcpClient) {
        let (family, ip) = FAMILIES[0];
        let (port, peer) = peer::listen(ip, |stream| stream);
        let mut guest = place.start(&[family, &port, "shut"]);
        let mut stream = peer.join().expect("the peer is content");
        assert_eq!(guest.line(), "stalled");
        assert_eq!(guest.line(), "permit: 0");
        let bytes = peer::rest(&stream);
        assert!(bytes.len() > 1 << 16 && bytes.iter().all(|byte| *byte == 7));
        stream.write_all(b"all of it").expect("sending");
        drop(stream);
        expect(guest, "stalled\npermit: 0\nheard \"all of it\", closed\n");
    }
}

#[test]
fn everything_dropped_while_it_is_busy() {
    for order in ["input-output-socket", "output-input-socket"] {
        client(
            &["abandon", order],
            "ready: false\ndropped\n",
            |stream| peer::rest(&stream),
            |received| assert_eq!(received, [b'x'; 4096]),
        );
    }
}

/// Nobody waits for a peer that reads nothing when a program ends.
#[test]
fn the_end_with_a_stalled_peer() {
    for end in ["exit", "return"] {
        for place in place::all(Program::TcpClient) {
            let (family, ip) = FAMILIES[0];
            let (port, peer) = peer::listen(ip, |stream| stream);
            let guest = place.start(&[family, &port, "stall", end]);
            let stream = peer.join().expect("the peer is content");
            expect(guest, "stalled\n");
            drop(stream);
        }
    }
}

/// What was written before arrives, as long as the peer has room for it.
#[test]
fn the_end_after_small_writes() {
    const WRITES: usize = 2000;
    const LEN: usize = WRITES / 100 * (100 * 101 / 2);
    let (bytes, _) = pattern(LEN);
    for end in ["exit", "return"] {
        client(
            &["queue", end, &WRITES.to_string()],
            &format!("sent {LEN}\n"),
            |stream| peer::rest(&stream),
            |received| assert!(received == bytes, "{} bytes", received.len()),
        );
    }
}

/// Returns where a guest runs in one component with the adapter, and the reference. In a component of
/// its own, the adapter can't wait in a destructor.
fn closing_at_once() -> impl Iterator<Item = Place> {
    let places = place::all(Program::TcpClient).into_iter();
    places.filter(|place| !matches!(place.on, Some((LinkMode::Component, _))))
}

#[test]
fn a_dropped_connection_is_closed_at_once() {
    for place in closing_at_once() {
        let (family, ip) = FAMILIES[0];
        let (port, peer) = peer::listen(ip, |stream| peer::rest(&stream));
        // It computes without an end.
        let mut guest = place.start(&[family, &port, "drop-and-compute"]);
        assert_eq!(guest.line(), "ready: false");
        assert_eq!(peer.join().expect("the peer sees the end"), b"");
    }
}

#[test]
fn a_dropped_listener_is_closed_at_once() {
    for place in closing_at_once() {
        let (family, ip) = FAMILIES[0];
        let (port, peer) = peer::listen(ip, |stream| stream);
        let mut guest = place.start(&[family, &port, "listen-and-compute"]);
        let mut stream = peer.join().expect("the peer is content");
        assert_eq!(guest.line(), "ready: false");
        let at = SocketAddr::new(ip, guest.port());
        stream.write_all(b"x").expect("sending");
        // It computes without an end.
        wait_until("the port is closed", || TcpStream::connect(at).is_err());
    }
}

/// The WASI 0.2 host is no reference: it traps when a parent is dropped before its child, and waits
/// for the peer when an output stream is dropped.
#[test]
fn everything_dropped_in_every_order() {
    for place in place::uplifted(Program::Drops) {
        for (family, _) in FAMILIES {
            expect(
                place.start(&[family]),
                "connections: 120\nlisteners: 6\nconnects: 24\ndatagrams: 2\nlookups: 6\ndone\n",
            );
        }
    }
}
