//! TCP between guests and native peers, all on loopback.

use crate::support::{Running, TIME_LIMIT, check, guest, host, printed};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream};
use std::process::Stdio;
use std::thread;

fn connect(address: (impl Into<std::net::IpAddr>, u16)) -> TcpStream {
    let stream = TcpStream::connect((address.0.into(), address.1)).expect("the guest listens");
    stream
        .set_read_timeout(Some(TIME_LIMIT))
        .expect("a time limit");
    stream
        .set_write_timeout(Some(TIME_LIMIT))
        .expect("a time limit");
    stream
}

/// Returns bytes of which no two pieces are alike.
fn pattern(seed: usize, len: usize) -> Vec<u8> {
    (0..len)
        .map(|at| (at / 251 + at * 7 + seed) as u8)
        .collect()
}

/// Sends bytes and the FIN, and expects the same back.
fn echo(mut stream: TcpStream, bytes: Vec<u8>) {
    let mut writer = stream.try_clone().expect("sockets can be shared");
    let sent = bytes.clone();
    let writing = thread::spawn(move || {
        writer.write_all(&sent).expect("the guest reads all");
        writer.shutdown(Shutdown::Write).expect("still connected");
    });
    let mut echoed = Vec::new();
    stream
        .read_to_end(&mut echoed)
        .expect("the guest ends well");
    writing.join().expect("all is written");
    assert!(echoed == bytes, "{} of {} bytes", echoed.len(), bytes.len());
}

#[test]
fn a_guest_serves_many() {
    for how in ["serve", "forward"] {
        let mut server = Running::start(&[how, "127.0.0.1:0", "80"]);
        let port = server.port();
        // One after the other, then all at a time.
        for number in 0..40 {
            echo(connect((Ipv4Addr::LOCALHOST, port)), pattern(number, 10));
        }
        let clients: Vec<_> = (0..40)
            .map(|number| {
                // All connections are there before the first byte.
                let stream = connect((Ipv4Addr::LOCALHOST, port));
                let bytes = pattern(number, 1000 * number);
                thread::spawn(move || echo(stream, bytes))
            })
            .collect();
        for client in clients {
            client.join().expect("an echo");
        }
        server.finish(0);
    }
}

#[test]
fn a_lot_of_bytes_come_back() {
    for how in ["serve", "forward"] {
        let mut server = Running::start(&[how, "127.0.0.1:0", "1"]);
        let port = server.port();
        echo(connect((Ipv4Addr::LOCALHOST, port)), pattern(1, 64 << 20));
        server.finish(0);
    }
}

#[test]
fn ipv6_is_only_ipv6() {
    let Ok(_) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else {
        return eprintln!("there is no IPv6 here");
    };
    let mut server = Running::start(&["serve", "[::]:0", "1"]);
    let port = server.port();
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    echo(connect((Ipv6Addr::LOCALHOST, port)), pattern(2, 100));
    server.finish(0);
}

#[test]
fn a_guest_is_a_client() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
    let address = listener.local_addr().expect("it is bound").to_string();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the guest connects");
        let mut said = String::new();
        // Up to the guest's FIN, with the way back still open.
        stream
            .read_to_string(&mut said)
            .expect("the guest ends well");
        write!(stream, "you said {said}").expect("the guest reads all");
    });
    let mut command = host(guest());
    command.args(["--", "talk", &address]).stdin(Stdio::piped());
    let mut client = Running::spawn(&mut command);
    client.type_and_close("hello");
    assert_eq!(client.finish(0).0, "you said hello");
    server.join().expect("it has all been said");
}

/// `connection-reset` for both directions: for the one that sees the reset, and
/// for the one that writes after it, which is EPIPE in POSIX.
#[test]
fn a_peer_resets() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
    let address = listener.local_addr().expect("it is bound").to_string();
    let mut client = Running::start(&["reset", &address]);
    let (stream, peer) = listener.accept().expect("the guest connects");
    assert_eq!(client.port(), peer.port());
    let stream = rustix::fd::OwnedFd::from(stream);
    rustix::net::sockopt::set_socket_linger(&stream, Some(std::time::Duration::ZERO))
        .expect("all sockets can");
    drop(stream);
    check("reset.txt", &client.finish(0).0);
}

#[test]
fn states_of_ipv4() {
    check("tcp-states.txt", &printed(&["tcp-states", "ipv4"]));
}

/// The same as of IPv4, line by line.
#[test]
fn states_of_ipv6() {
    if TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        return eprintln!("there is no IPv6 here");
    }
    check("tcp-states.txt", &printed(&["tcp-states", "ipv6"]));
}
