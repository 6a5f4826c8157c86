//! The results of `udp-socket` in each of its states, and datagrams both ways.

use crate::bindings::wasi::sockets::types::{IpAddressFamily, IpSocketAddress, UdpSocket};
use crate::{Report, loopback, port};

fn create(family: IpAddressFamily) -> UdpSocket {
    UdpSocket::create(family).unwrap()
}

fn bound(family: IpAddressFamily) -> (UdpSocket, IpSocketAddress) {
    let socket = create(family);
    socket.bind(loopback(family, 0)).unwrap();
    let address = socket.get_local_address().unwrap();
    (socket, address)
}

async fn send(from: &UdpSocket, to: IpSocketAddress, text: &str) {
    from.send(text.into(), Some(to)).await.unwrap();
}

/// Every function, in right and in wrong states.
pub async fn states(family: IpAddressFamily) {
    let mut report = Report::default();
    let (wrong_family, unspecified) = match family {
        IpAddressFamily::Ipv4 => (loopback(IpAddressFamily::Ipv6, 1), "0.0.0.0:1"),
        IpAddressFamily::Ipv6 => (loopback(IpAddressFamily::Ipv4, 1), "[::]:1"),
    };
    let bad_remotes = [
        ("wrong family", wrong_family),
        ("unspecified", crate::parse(unspecified)),
        ("port 0", loopback(family, 0)),
    ];
    let (peer, peer_address) = bound(family);
    let (other, other_address) = bound(family);

    let socket = create(family);
    assert_eq!(socket.get_address_family(), family);
    options(&mut report, &socket);
    report.line("unbound, local", socket.get_local_address().map(drop));
    report.line("unbound, remote", socket.get_remote_address().map(drop));
    report.line("unbound, receive", socket.receive().await.map(drop));
    report.line("unbound, disconnect", socket.disconnect());
    report.line("send to nobody", socket.send(b"x".to_vec(), None).await);
    for (what, address) in bad_remotes {
        report.line(
            &format!("send, {what}"),
            socket.send(b"x".to_vec(), Some(address)).await,
        );
        report.line(&format!("connect, {what}"), socket.connect(address));
    }
    report.line("still unbound", socket.get_local_address().map(drop));
    report.line("bind, wrong family", socket.bind(wrong_family));
    report.line("bind, in use", socket.bind(peer_address));
    report.line("bind", socket.bind(loopback(family, 0)));
    report.line("bind, bound", socket.bind(loopback(family, 0)));
    let address = socket.get_local_address().unwrap();
    assert_eq!(address, loopback(family, port(address)));
    assert!(port(address) != 0);

    // Before the socket is connected it receives from anybody.
    send(&other, address, "heard").await;
    let (text, from) = socket.receive().await.unwrap();
    report.line(
        "received",
        (String::from_utf8(text).unwrap(), from == other_address),
    );
    // This one comes too early for that, as nobody receives it in time.
    send(&other, address, "too late").await;
    report.line("connect", socket.connect(peer_address));
    assert_eq!(socket.get_remote_address().unwrap(), peer_address);
    assert_eq!(socket.get_local_address().unwrap(), address);
    send(&other, address, "a stranger").await;
    send(&peer, address, "the peer").await;
    let (text, from) = socket.receive().await.unwrap();
    report.line(
        "received",
        (String::from_utf8(text).unwrap(), from == peer_address),
    );
    report.line("connected, bind", socket.bind(loopback(family, 0)));
    report.line(
        "send, somebody else",
        socket.send(b"x".to_vec(), Some(other_address)).await,
    );
    report.line(
        "send, the same",
        socket.send(b"1".to_vec(), Some(peer_address)).await,
    );
    report.line("send, nobody", socket.send(b"2".to_vec(), None).await);
    // A datagram is a datagram, be it empty.
    report.line("send, empty", socket.send(Vec::new(), None).await);
    for _ in 0..3 {
        let (data, from) = peer.receive().await.unwrap();
        report.line("received", (data, from == address));
    }

    report.line("connect again", socket.connect(other_address));
    assert_eq!(socket.get_remote_address().unwrap(), other_address);
    assert_eq!(socket.get_local_address().unwrap(), address);
    report.line("disconnect", socket.disconnect());
    report.line(
        "disconnected, remote",
        socket.get_remote_address().map(drop),
    );
    report.line("disconnected, disconnect", socket.disconnect());
    // It is still where others know it to be.
    assert_eq!(socket.get_local_address().unwrap(), address);
    send(&peer, address, "anybody").await;
    let (text, from) = socket.receive().await.unwrap();
    report.line(
        "received",
        (String::from_utf8(text).unwrap(), from == peer_address),
    );

    for len in [1 << 16, 65_500] {
        let sent = peer.send(vec![7; len], Some(address)).await;
        report.line(&format!("send {len} bytes"), sent);
    }
    let (data, _) = socket.receive().await.unwrap();
    report.line("received", (data.len(), data.iter().all(|byte| *byte == 7)));

    // Ports that the system chooses.
    let implicit = create(family);
    report.line(
        "unbound, send",
        implicit.send(b"x".to_vec(), Some(address)).await,
    );
    let (_, from) = socket.receive().await.unwrap();
    assert_eq!(port(implicit.get_local_address().unwrap()), port(from));
    let implicit = create(family);
    report.line("unbound, connect", implicit.connect(address));
    let local = implicit.get_local_address().unwrap();
    assert_eq!(local, loopback(family, port(local)));
    implicit.disconnect().unwrap();
    assert_eq!(port(implicit.get_local_address().unwrap()), port(local));
    send(&socket, local, "still there").await;
    let (text, _) = implicit.receive().await.unwrap();
    report.line("received", String::from_utf8(text).unwrap());

    // Nobody is at this port any more.
    drop(peer);
    socket.connect(peer_address).unwrap();
    report.line("send into the void", socket.send(b"x".to_vec(), None).await);
    report.line("receive from the void", socket.receive().await.map(drop));
    report.print().await;
}

fn options(report: &mut Report, socket: &UdpSocket) {
    report.line("hop limit 0", socket.set_unicast_hop_limit(0));
    report.line("hop limit 42", socket.set_unicast_hop_limit(42));
    report.line("hop limit", socket.get_unicast_hop_limit());
    report.line("receive buffer 0", socket.set_receive_buffer_size(0));
    report.line(
        "receive buffer max",
        socket.set_receive_buffer_size(u64::MAX),
    );
    report.line(
        "receive buffer 128 KiB",
        socket.set_receive_buffer_size(1 << 17),
    );
    report.line("receive buffer", socket.get_receive_buffer_size());
    report.line("send buffer 0", socket.set_send_buffer_size(0));
    report.line("send buffer max", socket.set_send_buffer_size(u64::MAX));
    report.line("send buffer 128 KiB", socket.set_send_buffer_size(1 << 17));
    report.line("send buffer", socket.get_send_buffer_size());
}
