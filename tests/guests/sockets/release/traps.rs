//! Misuse of sockets that traps.

use sockets_guests::sockets::network::IpAddressFamily::Ipv4;
use sockets_guests::sockets::udp::OutgoingDatagram;
use sockets_guests::sockets::udp_create_socket::create_udp_socket;
use sockets_guests::{arguments, loopback, network, out};

sockets_guests::command!(run);

fn run() {
    let socket = create_udp_socket(Ipv4).expect("creating a socket");
    socket
        .start_bind(&network(), loopback(Ipv4, 0))
        .expect("binding");
    socket.finish_bind().expect("binding");
    let address = socket.local_address().expect("the address");
    let (incoming, outgoing) = socket.stream(None).expect("opening streams");
    let datagram = || OutgoingDatagram {
        data: b"x".to_vec(),
        remote_address: Some(address),
    };
    match arguments()[0].as_str() {
        "no-permit" => _ = outgoing.send(&[datagram()]),
        "permit-used" => {
            outgoing.check_send().expect("a permit");
            outgoing.send(&[datagram()]).expect("sending");
            out!("sent one");
            _ = outgoing.send(&[datagram()]);
        }
        "beyond-permit" => {
            let permit = outgoing.check_send().expect("a permit");
            let list: Vec<_> = (0..=permit).map(|_| datagram()).collect();
            _ = outgoing.send(&list);
        }
        "streams-anew" => drop(socket.stream(None)),
        "one-stream-left" => {
            drop(outgoing);
            drop(socket.stream(None));
        }
        "other-stream-left" => {
            drop(incoming);
            drop(socket.stream(None));
        }
        other => panic!("unknown trap {other}"),
    }
    out!("not trapped");
}
