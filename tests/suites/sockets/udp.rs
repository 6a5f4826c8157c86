//! UDP: datagrams, whole and from the right peer.

use super::place::{self, FAMILIES, InPlace, Program, any_port, expect, printed};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::thread;
use wasi_uplift_tests::TIME_LIMIT;

fn peer(ip: IpAddr) -> UdpSocket {
    let socket = UdpSocket::bind(any_port(ip)).expect("binding");
    socket
        .set_read_timeout(Some(TIME_LIMIT))
        .expect("a time limit");
    socket
}

fn port(socket: &UdpSocket) -> String {
    socket.local_addr().expect("the address").port().to_string()
}

/// The next datagram, as text, and where it comes from.
fn hear(socket: &UdpSocket) -> (String, SocketAddr) {
    let mut buffer = [0; 100];
    let (len, from) = socket.recv_from(&mut buffer).expect("receiving");
    (String::from_utf8_lossy(&buffer[..len]).into_owned(), from)
}

#[test]
fn echo_keeps_the_boundaries() {
    const SIZES: [usize; 8] = [0, 1, 0, 1472, 1473, 65_507, 9000, 0];
    for place in place::all(Program::UdpEcho) {
        for (family, ip) in FAMILIES {
            let mut guest = place.start(&[family, &(2 * SIZES.len()).to_string()]);
            let to = SocketAddr::new(ip, guest.port());
            let socket = peer(ip);
            let mut buffer = vec![0; 1 << 16];
            for len in SIZES {
                let data: Vec<u8> = (0..len).map(wasi_uplift_tests::pattern).collect();
                socket.send_to(&data, to).expect("sending");
                let (back, from) = socket.recv_from(&mut buffer).expect("receiving");
                assert_eq!(from, to);
                assert!(buffer[..back] == data, "{back} bytes instead of {len}");
            }
            // Several at once stay several.
            for index in 0..SIZES.len() {
                socket.send_to(&vec![7; index], to).expect("sending");
            }
            for index in 0..SIZES.len() {
                let (back, _) = socket.recv_from(&mut buffer).expect("receiving");
                assert_eq!(back, index);
            }
            let sum = SIZES.iter().sum::<usize>() + (0..SIZES.len()).sum::<usize>();
            expect(guest, &format!("echoed {sum} bytes\n"));
        }
    }
}

#[test]
fn guests_talk_to_each_other() {
    for place in place::all(Program::UdpPing) {
        let server = place::all(Program::UdpEcho)
            .into_iter()
            .find(|server| server.is_beside(&place))
            .expect("the server in the same place");
        let (family, _) = FAMILIES[0];
        let mut server = server.start(&[family, "12"]);
        let port = server.port().to_string();
        let stdout = printed(&place.run(&[family, &port, "sizes"]));
        assert!(stdout.lines().all(|line| line.contains("true")), "{stdout}");
        assert_eq!(stdout.lines().count(), 12);
        expect(server, "echoed 142967 bytes\n");
    }
}

#[test]
fn too_large() {
    for place in place::all(Program::UdpPing) {
        let (family, ip) = FAMILIES[0];
        let socket = peer(ip);
        let guest = place.start(&[family, &port(&socket), "too-large"]);
        let (text, from) = hear(&socket);
        assert_eq!(text, "still there");
        socket.send_to(b"and back", from).expect("sending");
        let expected: String = [65_508, 65_535, 65_536, 1 << 20]
            .map(|len| format!("{len}: datagram-too-large\n"))
            .concat();
        expect(guest, &(expected + "and back\n"));
    }
}

#[test]
fn association_filters() {
    for place in place::all(Program::UdpPing) {
        for (family, ip) in FAMILIES {
            let (first, second) = (peer(ip), peer(ip));
            let guest = place.start(&[family, &port(&first), "associate", &port(&second)]);

            let (text, guest_at) = hear(&first);
            assert_eq!(text, "to all");
            first.send_to(b"one", guest_at).expect("sending");
            second.send_to(b"two", guest_at).expect("sending");

            assert_eq!(hear(&first), ("to the first".into(), guest_at));
            second.send_to(b"intruder", guest_at).expect("sending");
            first.send_to(b"three", guest_at).expect("sending");
            // What the former peer sends after it was heard is for nobody.
            first.send_to(b"too late", guest_at).expect("sending");

            assert_eq!(hear(&second), ("to the second".into(), guest_at));
            first.send_to(b"intruder", guest_at).expect("sending");
            second.send_to(b"four", guest_at).expect("sending");
            assert_eq!(hear(&second), ("end".into(), guest_at));
            expect(
                guest,
                "remote address: false\n\"one\" from the first\n\"two\" from the second\n\
                 remote address: true\n\"three\" from the first\n\"four\" from the second\n",
            );
        }
    }
}

/// A busy server loses what its host loses, and mixes nothing up.
#[test]
fn many_clients() {
    const CLIENTS: usize = 8;
    const ROUNDS: usize = 200;
    for place in place::all(Program::UdpEcho) {
        let (family, ip) = FAMILIES[0];
        let mut guest = place.start(&[family, &(CLIENTS * ROUNDS).to_string()]);
        let to = SocketAddr::new(ip, guest.port());
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                scope.spawn(move || {
                    let socket = peer(ip);
                    for round in 0..ROUNDS {
                        let text = format!("{round} of {client}");
                        socket.send_to(text.as_bytes(), to).expect("sending");
                        assert_eq!(hear(&socket), (text, to));
                    }
                });
            }
        });
        printed(&guest.finish());
    }
}
