//! A UDP client: `FAMILY PORT ACTION`.

use sockets_guests::fnv::{Fnv, pattern};
use sockets_guests::sockets::network::IpSocketAddress;
use sockets_guests::{Udp, arguments, family, loopback, number, out, port};

sockets_guests::command!(run);

fn run() {
    let arguments = arguments();
    let family = family(&arguments[0]);
    let udp = Udp::bind(family, loopback(family, 0));
    let peer = loopback(family, number(1) as u16);
    match arguments[2].as_str() {
        "sizes" => sizes(&udp, peer),
        "too-large" => too_large(&udp, peer),
        "associate" => associate(udp, peer, loopback(family, number(3) as u16)),
        other => panic!("unknown action {other}"),
    }
}

/// Datagrams of all sizes, one after the other, and back.
fn sizes(udp: &Udp, peer: IpSocketAddress) {
    for len in [0, 1, 2, 0, 511, 1472, 1473, 9000, 0, 65_000, 65_507, 1] {
        let data: Vec<u8> = (0..len).map(pattern).collect();
        udp.send(&data, Some(peer)).expect("sending");
        let (back, from) = udp.receive_one().expect("receiving");
        let mut hash = Fnv::default();
        hash.update(&back);
        let same = back == data && port(&from) == port(&peer);
        out!(
            "{len}: {} bytes, {same}, {:016x}",
            back.len(),
            hash.finish()
        );
    }
}

/// Datagrams that are too long, among others that are not.
fn too_large(udp: &Udp, peer: IpSocketAddress) {
    for len in [65_508, 65_535, 65_536, 1 << 20] {
        let error = udp.send(&vec![0; len], Some(peer)).expect_err("too large");
        out!("{len}: {}", error.name());
    }
    udp.send(b"still there", Some(peer)).expect("sending");
    let (back, _) = udp.receive_one().expect("receiving");
    out!("{}", String::from_utf8_lossy(&back));
}

/// Listens to one peer, then to the other. Each `tell` is for the peers to act.
fn associate(mut udp: Udp, first: IpSocketAddress, second: IpSocketAddress) {
    let hear = |udp: &Udp| {
        let (data, from) = udp.receive_one().expect("receiving");
        let from = match port(&from) {
            at if at == port(&first) => "first",
            at if at == port(&second) => "second",
            _ => "somebody",
        };
        out!("{:?} from the {from}", String::from_utf8_lossy(&data));
    };
    out!("remote address: {:?}", udp.socket.remote_address().is_ok());
    udp.send(b"to all", Some(first)).expect("sending");
    hear(&udp);
    hear(&udp);

    udp.associate(first);
    out!("remote address: {:?}", udp.socket.remote_address().is_ok());
    udp.send(b"to the first", None).expect("sending");
    hear(&udp);

    udp.associate(second);
    udp.send(b"to the second", None).expect("sending");
    hear(&udp);
    udp.send(b"end", Some(second))
        .expect("sending to the peer by its name");
}
