//! Performs every function of `wasi:sockets` in right and in wrong states and prints each result on
//! a line: `tcp`, `udp`, `lookup`, or `own` for the functions that only this shape has, which in
//! the stable shape takes the port of a peer that resets.

use sockets_guests::sockets::network::IpAddressFamily::{self, Ipv4, Ipv6};
use sockets_guests::sockets::network::IpSocketAddress;
use sockets_guests::sockets::tcp::{ShutdownType, TcpSocket};
use sockets_guests::sockets::tcp_create_socket::create_tcp_socket;
use sockets_guests::sockets::udp::{
    IncomingDatagramStream, OutgoingDatagram, OutgoingDatagramStream, UdpSocket,
};
use sockets_guests::sockets::udp_create_socket::create_udp_socket;
use sockets_guests::{
    Show as _, accept, after_ms, arguments, bound, connecting, foreign, listen, loopback, mapped,
    multicast, network, other, out, port, read_to_end, resolve, unspecified, v4, walk,
};

sockets_guests::command!(run);

fn run() {
    match arguments()[0].as_str() {
        "tcp" => [Ipv4, Ipv6].into_iter().for_each(tcp),
        "udp" => [Ipv4, Ipv6].into_iter().for_each(udp),
        "lookup" => lookup(),
        "own" => own(),
        other => panic!("unknown walk {other}"),
    }
}

// ---------------------------------------------------------------------------
// TCP
// ---------------------------------------------------------------------------

fn getters(state: &str, socket: &TcpSocket) {
    walk! { state;
        socket.local_address();
        socket.remote_address();
        socket.is_listening();
        socket.address_family();
        socket.keep_alive_enabled();
        socket.keep_alive_idle_time();
        socket.keep_alive_interval();
        socket.keep_alive_count();
        socket.hop_limit();
        socket.receive_buffer_size();
        socket.send_buffer_size();
    }
}

fn setters(state: &str, socket: &TcpSocket) {
    walk! { state;
        socket.set_listen_backlog_size(0);
        socket.set_listen_backlog_size(10);
        socket.set_listen_backlog_size(u64::MAX);
        socket.set_keep_alive_enabled(true);
        socket.keep_alive_enabled();
        socket.set_keep_alive_enabled(false);
        socket.keep_alive_enabled();
        socket.set_keep_alive_idle_time(0);
        socket.set_keep_alive_idle_time(1);
        socket.keep_alive_idle_time();
        socket.set_keep_alive_idle_time(7_000_000_000);
        socket.keep_alive_idle_time();
        socket.set_keep_alive_idle_time(u64::MAX);
        socket.keep_alive_idle_time();
        socket.set_keep_alive_interval(0);
        socket.set_keep_alive_interval(1);
        socket.keep_alive_interval();
        socket.set_keep_alive_interval(u64::MAX);
        socket.keep_alive_interval();
        socket.set_keep_alive_count(0);
        socket.set_keep_alive_count(5);
        socket.keep_alive_count();
        socket.set_keep_alive_count(u32::MAX);
        socket.keep_alive_count();
        socket.set_hop_limit(0);
        socket.set_hop_limit(1);
        socket.hop_limit();
        socket.set_hop_limit(255);
        socket.hop_limit();
        socket.set_receive_buffer_size(0);
        socket.set_receive_buffer_size(16_384);
        socket.receive_buffer_size();
        socket.set_receive_buffer_size(u64::MAX);
        socket.receive_buffer_size();
        socket.set_send_buffer_size(0);
        socket.set_send_buffer_size(16_384);
        socket.send_buffer_size();
        socket.set_send_buffer_size(u64::MAX);
        socket.send_buffer_size();
    }
}

/// Calls that are wrong for a socket that can bind, connect or listen.
fn wrong_for_new(state: &str, socket: &TcpSocket, family: IpAddressFamily) {
    let network = network();
    walk! { state;
        socket.finish_bind();
        socket.finish_connect();
        socket.finish_listen();
        socket.accept();
        socket.shutdown(ShutdownType::Receive);
        socket.shutdown(ShutdownType::Send);
        socket.shutdown(ShutdownType::Both);
        socket.start_bind(&network, loopback(other(family), 0));
        socket.start_bind(&network, multicast(family, 0));
        socket.start_bind(&network, foreign(family, 0));
        socket.start_connect(&network, loopback(other(family), 80));
        socket.start_connect(&network, unspecified(family, 80));
        socket.start_connect(&network, loopback(family, 0));
        socket.start_connect(&network, multicast(family, 80));
        socket.finish_connect();
    }
    if family == Ipv6 {
        walk! { state;
            socket.start_bind(&network, mapped(0));
            socket.start_connect(&network, mapped(80));
        }
    } else {
        walk! { state;
            socket.start_bind(&network, v4((255, 255, 255, 255), 0));
            socket.start_connect(&network, v4((255, 255, 255, 255), 80));
        }
    }
}

/// Calls that are wrong for a socket that listens or is connected.
fn wrong_for_old(state: &str, socket: &TcpSocket, family: IpAddressFamily) {
    let network = network();
    walk! { state;
        socket.start_bind(&network, loopback(family, 0));
        socket.start_bind(&network, loopback(other(family), 0));
        socket.start_connect(&network, loopback(family, 80));
        socket.start_connect(&network, loopback(other(family), 80));
        socket.start_connect(&network, loopback(family, 0));
        socket.start_listen();
        socket.finish_bind();
        socket.finish_connect();
        socket.finish_listen();
    }
}

/// Calls that are wrong while another operation is in progress.
fn conflicts(state: &str, socket: &TcpSocket, family: IpAddressFamily) {
    let network = network();
    walk! { state;
        socket.start_bind(&network, loopback(family, 0));
        socket.start_bind(&network, loopback(other(family), 0));
        socket.start_connect(&network, loopback(family, 80));
        socket.start_connect(&network, loopback(family, 0));
        socket.start_listen();
        socket.accept();
        socket.shutdown(ShutdownType::Both);
    }
}

fn tcp(family: IpAddressFamily) {
    let network = network();
    let socket = create_tcp_socket(family).expect("creating a socket");
    let ready = |state: &str, socket: &TcpSocket| {
        walk! { state; socket.subscribe().ready(); }
    };

    let state = "new";
    getters(state, &socket);
    wrong_for_new(state, &socket, family);
    walk! { state; socket.start_listen(); }
    setters(state, &socket);
    ready(state, &socket);

    let state = "binding";
    walk! { state; socket.start_bind(&network, loopback(family, 0)); }
    conflicts(state, &socket, family);
    walk! { state;
        socket.finish_connect();
        socket.finish_listen();
    }
    getters(state, &socket);
    setters(state, &socket);
    ready(state, &socket);
    walk! { state; socket.finish_bind(); }

    let state = "bound";
    getters(state, &socket);
    wrong_for_new(state, &socket, family);
    walk! { state; socket.start_bind(&network, loopback(family, 0)); }
    ready(state, &socket);

    let state = "starting to listen";
    walk! { state; socket.start_listen(); }
    conflicts(state, &socket, family);
    walk! { state;
        socket.finish_bind();
        socket.finish_connect();
    }
    getters(state, &socket);
    ready(state, &socket);
    walk! { state; socket.finish_listen(); }

    let state = "listening";
    getters(state, &socket);
    wrong_for_old(state, &socket, family);
    setters(state, &socket);
    walk! { state;
        socket.accept();
        socket.shutdown(ShutdownType::Receive);
        socket.shutdown(ShutdownType::Send);
        socket.shutdown(ShutdownType::Both);
    }
    ready(state, &socket);

    let state = "another at its address";
    let listener = socket;
    let address = listener.local_address().expect("the address");
    let socket = create_tcp_socket(family).expect("creating a socket");
    walk! { state;
        socket.start_bind(&network, address);
        socket.finish_bind();
        socket.local_address();
    }

    let state = "connecting to it";
    walk! { state; socket.start_connect(&network, address); }
    conflicts(state, &socket, family);
    walk! { state;
        socket.finish_bind();
        socket.finish_listen();
    }
    socket.subscribe().block();
    ready(state, &socket);
    // The connection is there, and the guest has not asked.
    getters(state, &socket);
    setters(state, &socket);
    let (input, output) = socket.finish_connect().expect("connecting");

    let state = "connected";
    getters(state, &socket);
    wrong_for_old(state, &socket, family);
    setters(state, &socket);
    walk! { state; socket.accept(); }
    ready(state, &socket);

    let state = "listening with a connection";
    listener.subscribe().block();
    ready(state, &listener);
    let (accepted, from, to) = accept(&listener);
    walk! { state; listener.accept(); }
    ready(state, &listener);
    getters(state, &listener);

    let state = "accepted";
    getters(state, &accepted);
    wrong_for_old(state, &accepted, family);
    setters(state, &accepted);
    ready(state, &accepted);

    let state = "streams";
    walk! { state;
        input.read(0);
        input.read(10);
        input.skip(10);
        input.subscribe().ready();
        output.check_write().map(|permit| permit > 0);
        output.write(b"one ");
        output.check_write().map(|permit| permit > 0);
        output.write_zeroes(2);
        output.flush();
        output.blocking_flush();
        output.subscribe().ready();
        output.blocking_write_and_flush(b" two");
        output.blocking_write_zeroes_and_flush(1);
        from.blocking_read(3);
        from.blocking_skip(1);
        from.blocking_read(2);
        to.splice(&from, 1);
        to.blocking_splice(&from, 2);
        input.blocking_read(1);
        input.blocking_read(2);
    }

    let state = "sending is shut down";
    walk! { state;
        socket.shutdown(ShutdownType::Send);
        socket.shutdown(ShutdownType::Send);
        output.check_write();
        output.write(b"");
        output.flush();
        output.blocking_write_and_flush(b"x");
        output.subscribe().ready();
        input.read(10);
    }
    getters(state, &socket);
    let (rest, end) = read_to_end(&from);
    walk! { state;
        rest;
        Err::<(), _>(end);
        from.read(0);
        from.read(1);
        from.blocking_read(1);
        from.skip(1);
        from.subscribe().ready();
        to.blocking_write_and_flush(b"still there");
        input.blocking_read(100);
    }
    getters("the peer has ended", &accepted);

    let state = "receiving is shut down";
    walk! { state;
        socket.shutdown(ShutdownType::Receive);
        input.read(0);
        input.read(1);
        input.blocking_read(1);
        input.skip(1);
        input.subscribe().ready();
        socket.shutdown(ShutdownType::Both);
        socket.local_address();
        accepted.shutdown(ShutdownType::Both);
        accepted.local_address();
        to.check_write();
        from.read(1);
    }
    drop((input, output, from, to));
    walk! { "without streams";
        socket.shutdown(ShutdownType::Both);
        socket.local_address();
        socket.subscribe().ready();
        accepted.shutdown(ShutdownType::Both);
    }
    drop((socket, accepted));

    let state = "refused";
    let (nobody, at) = bound(family);
    let socket = create_tcp_socket(family).expect("creating a socket");
    walk! { state; socket.start_connect(&network, loopback(family, at)); }
    socket.subscribe().block();
    getters(state, &socket);
    walk! { state; socket.finish_connect(); }
    getters(state, &socket);
    wrong_for_old(state, &socket, family);
    setters(state, &socket);
    walk! { state;
        socket.accept();
        socket.shutdown(ShutdownType::Both);
    }
    ready(state, &socket);
    drop((socket, nobody));

    let state = "connecting for long";
    let (busy, mut sockets) = connecting(family);
    let socket = sockets.pop().expect("at least one");
    conflicts(state, &socket, family);
    getters(state, &socket);
    setters(state, &socket);
    walk! { state;
        socket.finish_bind();
        socket.finish_listen();
        socket.finish_connect();
        socket.finish_connect();
    }
    ready(state, &socket);
    // In flight, and with nobody who has asked how it went.
    drop((socket, sockets, busy));

    let state = "bound, then connected";
    let (socket, _) = bound(family);
    let before = socket.local_address().map(|address| port(&address));
    let streams = sockets_guests::connect(&socket, address);
    walk! { state;
        streams;
        socket.local_address();
        socket.local_address().map(|address| port(&address)) == before;
        socket.remote_address().map(|peer| port(&peer)) == Ok(port(&address));
    }
    let (accepted, input, output) = accept(&listener);
    drop((input, output, accepted));

    let state = "at no interface";
    let (socket, other) = (
        create_tcp_socket(family).expect("creating a socket"),
        create_tcp_socket(family).expect("creating a socket"),
    );
    walk! { state;
        socket.start_bind(&network, unspecified(family, 0));
        socket.finish_bind();
        socket.local_address();
        socket.start_listen();
        socket.finish_listen();
        socket.local_address();
    }
    let at = loopback(family, port(&socket.local_address().expect("the address")));
    let streams = sockets_guests::connect(&other, at);
    let (accepted, ..) = accept(&socket);
    walk! { state;
        streams;
        accepted.local_address();
        accepted.remote_address();
        other.local_address();
    }

    let state = "options of a listener";
    let (listener, at) = bound(family);
    walk! { state;
        listener.set_hop_limit(42);
        listener.set_keep_alive_enabled(true);
        listener.set_keep_alive_count(3);
        listener.start_listen();
        listener.finish_listen();
    }
    let client = create_tcp_socket(family).expect("creating a socket");
    let streams = sockets_guests::connect(&client, loopback(family, at));
    let (accepted, ..) = accept(&listener);
    walk! { state;
        streams;
        accepted.hop_limit();
        accepted.keep_alive_enabled();
        accepted.keep_alive_count();
    }

    let state = "the address again";
    let (listener, at) = listen(family);
    let client = create_tcp_socket(family).expect("creating a socket");
    let streams = sockets_guests::connect(&client, loopback(family, at));
    // This side ends the connection first, which keeps the address in use.
    let (accepted, input, output) = accept(&listener);
    drop((input, output, accepted, listener));
    let again = create_tcp_socket(family).expect("creating a socket");
    walk! { state;
        streams;
        again.start_bind(&network, loopback(family, at));
        again.finish_bind();
        again.start_listen();
        again.finish_listen();
    }
}

// ---------------------------------------------------------------------------
// UDP
// ---------------------------------------------------------------------------

fn udp_getters(state: &str, socket: &UdpSocket) {
    walk! { state;
        socket.local_address();
        socket.remote_address();
        socket.address_family();
        socket.unicast_hop_limit();
        socket.receive_buffer_size();
        socket.send_buffer_size();
        socket.subscribe().ready();
    }
}

fn udp_setters(state: &str, socket: &UdpSocket) {
    walk! { state;
        socket.set_unicast_hop_limit(0);
        socket.set_unicast_hop_limit(1);
        socket.unicast_hop_limit();
        socket.set_unicast_hop_limit(255);
        socket.unicast_hop_limit();
        socket.set_receive_buffer_size(0);
        socket.set_receive_buffer_size(32_768);
        socket.receive_buffer_size();
        socket.set_receive_buffer_size(u64::MAX);
        socket.receive_buffer_size();
        socket.set_send_buffer_size(0);
        socket.set_send_buffer_size(32_768);
        socket.send_buffer_size();
        socket.set_send_buffer_size(u64::MAX);
        socket.send_buffer_size();
    }
}

type DatagramStreams = (IncomingDatagramStream, OutgoingDatagramStream);

/// Returns a bound socket and its address.
fn bound_udp(family: IpAddressFamily) -> (UdpSocket, IpSocketAddress) {
    let socket = create_udp_socket(family).expect("creating a socket");
    socket
        .start_bind(&network(), loopback(family, 0))
        .expect("binding");
    socket.finish_bind().expect("binding");
    let address = socket.local_address().expect("the address");
    (socket, address)
}

/// Asks for a permit and sends.
fn send(
    streams: &DatagramStreams,
    text: &str,
    to: Option<IpSocketAddress>,
) -> Result<u64, sockets_guests::sockets::network::ErrorCode> {
    let outgoing = &streams.1;
    while outgoing.check_send()? == 0 {
        outgoing.subscribe().block();
    }
    outgoing.send(&[OutgoingDatagram {
        data: text.into(),
        remote_address: to,
    }])
}

/// Waits for so many datagrams, one by one: when the WASI 0.2 host has looked for one too many, it
/// may trap when streams are opened again.
fn receive(streams: &DatagramStreams, count: usize) -> String {
    let mut datagrams = Vec::new();
    while datagrams.len() < count {
        streams.0.subscribe().block();
        datagrams.extend(streams.0.receive(1).expect("receiving"));
    }
    let texts: Vec<_> = datagrams.iter().map(|d| d.data.show()).collect();
    texts.join(" ")
}

fn udp(family: IpAddressFamily) {
    let network = network();
    let socket = create_udp_socket(family).expect("creating a socket");

    let state = "new";
    udp_getters(state, &socket);
    udp_setters(state, &socket);
    walk! { state;
        socket.finish_bind();
        socket.stream(None).is_ok();
        socket.stream(None).map(drop);
        socket.stream(Some(loopback(family, 80))).map(drop);
        socket.start_bind(&network, loopback(other(family), 0));
        socket.start_bind(&network, foreign(family, 0));
    }
    if family == Ipv6 {
        walk! { state; socket.start_bind(&network, mapped(0)); }
    }

    let state = "binding";
    walk! { state;
        socket.start_bind(&network, loopback(family, 0));
        socket.start_bind(&network, loopback(family, 0));
        socket.start_bind(&network, loopback(other(family), 0));
    }
    udp_getters(state, &socket);
    udp_setters(state, &socket);
    walk! { state; socket.finish_bind(); }

    let state = "bound";
    udp_getters(state, &socket);
    walk! { state;
        socket.finish_bind();
        socket.start_bind(&network, loopback(family, 0));
        socket.start_bind(&network, loopback(other(family), 0));
        socket.stream(Some(loopback(other(family), 80))).map(drop);
        socket.stream(Some(unspecified(family, 80))).map(drop);
        socket.stream(Some(loopback(family, 0))).map(drop);
    }
    let address = socket.local_address().expect("the address");
    let second = create_udp_socket(family).expect("creating a socket");
    walk! { "another at its address";
        second.start_bind(&network, address);
        second.start_bind(&network, loopback(family, 0));
        second.finish_bind();
    }
    let second_at = second.local_address().expect("the address");

    let state = "with streams";
    let streams = socket.stream(None).expect("opening streams");
    let peer = second.stream(None).expect("opening streams");
    udp_getters(state, &socket);
    walk! { state;
        streams.1.check_send();
        streams.1.send(&[]);
        streams.1.send(&[]);
        send(&streams, "nowhere", None);
        send(&streams, "other family", Some(loopback(other(family), 80)));
        send(&streams, "no address", Some(unspecified(family, 80)));
        send(&streams, "no port", Some(loopback(family, 0)));
        streams.1.subscribe().ready();
        streams.0.receive(0).map(|list| list.len());
        send(&streams, "one", Some(second_at));
        send(&streams, "", Some(second_at));
        send(&streams, "three", Some(second_at));
        receive(&peer, 3);
        socket.start_bind(&network, loopback(family, 0));
        socket.finish_bind();
    }
    if family == Ipv6 {
        walk! { state; send(&streams, "mapped", Some(mapped(80))); }
    }
    walk! { "a list of datagrams";
        streams.1.check_send();
        streams.1.send(&[
            OutgoingDatagram { data: b"a".into(), remote_address: Some(second_at) },
            OutgoingDatagram { data: b"b".into(), remote_address: Some(second_at) },
            OutgoingDatagram { data: b"c".into(), remote_address: None },
            OutgoingDatagram { data: b"d".into(), remote_address: Some(second_at) },
        ]);
        receive(&peer, 2);
    }
    drop(streams);

    let state = "associated";
    let streams = socket.stream(Some(second_at)).expect("associating");
    udp_getters(state, &socket);
    walk! { state;
        socket.remote_address().map(|to| port(&to)) == Ok(port(&second_at));
        send(&streams, "to the peer", None);
        send(&streams, "by its name", Some(second_at));
        send(&streams, "to another", Some(loopback(family, 9)));
        send(&streams, "to nobody", Some(loopback(family, 0)));
        receive(&peer, 2);
        send(&peer, "answer", Some(address));
        receive(&streams, 1);
    }
    drop(streams);

    let state = "associated again";
    let (third, third_at) = bound_udp(family);
    let third_streams = third.stream(None).expect("opening streams");
    let streams = socket.stream(Some(third_at)).expect("associating");
    walk! { state;
        send(&peer, "from the former peer", Some(address));
        send(&third_streams, "from the peer", Some(address));
        receive(&streams, 1);
    }
    drop(streams);

    let state = "associated with nobody";
    // A refused address leaves the association as it is.
    walk! { state; socket.stream(Some(loopback(family, 0))).map(drop); }
    udp_getters(state, &socket);
    let streams = socket.stream(None).expect("opening streams");
    walk! { state;
        socket.remote_address();
        send(&streams, "nowhere", None);
        send(&streams, "somewhere", Some(second_at));
        receive(&peer, 1);
    }

    drop(streams);

    let state = "an association that fails";
    let (socket, _) = bound_udp(family);
    walk! { state;
        socket.stream(Some(second_at)).map(drop);
        socket.stream(Some(foreign(family, 9))).map(drop);
        socket.remote_address();
        socket.stream(None).map(drop);
        socket.stream(None).map(drop);
        socket.stream(Some(second_at)).map(drop);
        socket.stream(Some(unspecified(family, 9))).map(drop);
        socket.remote_address().is_ok();
        socket.stream(None).map(drop);
        socket.remote_address();
    }
    if family == Ipv6 {
        walk! { state;
            socket.stream(Some(mapped(9))).map(drop);
            socket.stream(None).map(drop);
        }
    }

    let state = "errors of a former association";
    for again in [None, Some(second_at)] {
        let (socket, _) = bound_udp(family);
        let (closed, closed_at) = bound_udp(family);
        drop(closed);
        let streams = socket.stream(Some(closed_at)).expect("associating");
        walk! { state; send(&streams, "to nobody", None); }
        streams.0.subscribe().block();
        drop(streams);
        let streams = socket.stream(again).expect("associating");
        walk! { state;
            streams.0.receive(8).map(|list| list.len());
            streams.0.subscribe().ready();
            send(&streams, "to somebody", again.is_none().then_some(second_at));
            receive(&peer, 1);
        }
    }

    let state = "a peer by another name";
    let mut alias = second_at;
    if let IpSocketAddress::Ipv6(alias) = &mut alias {
        (alias.scope_id, alias.flow_info) = (1, 7);
    }
    let (socket, socket_at) = bound_udp(family);
    let streams = socket.stream(Some(alias)).expect("associating");
    walk! { state;
        socket.remote_address().map(|to| port(&to)) == Ok(port(&second_at));
        send(&streams, "to the peer", None);
        receive(&peer, 1);
        send(&peer, "back", Some(socket_at));
        receive(&streams, 1);
    }

    // The last operation on a socket: a wait here must not hold up any other.
    let state = "nothing there";
    walk! { state;
        third_streams.0.receive(8).map(|list| list.len());
        third_streams.0.receive(u64::MAX).map(|list| list.len());
        third_streams.0.subscribe().ready();
        third_streams.1.subscribe().ready();
        send(&peer, "at last", Some(third_at));
        receive(&third_streams, 1);
        third_streams.0.receive(8).map(|list| list.len());
    }

    let state = "at no interface";
    let socket = create_udp_socket(family).expect("creating a socket");
    walk! { state;
        socket.start_bind(&network, unspecified(family, 0));
        socket.finish_bind();
        socket.local_address();
    }
    let streams = socket.stream(Some(second_at)).expect("associating");
    walk! { state;
        socket.local_address();
        socket.remote_address();
        send(&streams, "hello", None);
        receive(&peer, 1);
    }
}

// ---------------------------------------------------------------------------
// Name lookup, and what is new
// ---------------------------------------------------------------------------

fn lookup() {
    for name in [
        "localhost",
        "LOCALHOST",
        "127.0.0.1",
        "::1",
        "[::1]",
        "2001:db8::1",
        "127.1",
        "0x7f.1",
        "::ffff:192.0.2.1",
        "",
        ".",
        "a b",
        "a..b",
        "-",
        "exa[mple",
        "name:80",
        "192.0.2.300",
        "b\u{fc}cher.invalid",
        "xn--bcher-kva.invalid",
        "no-such-name.invalid",
        &"x".repeat(64),
        &"x.".repeat(200),
    ] {
        let stream = match resolve(name) {
            Ok(stream) => stream,
            // Some hosts fail at once, and others later.
            Err(error) => {
                out!("{name}: error {}", error.name());
                continue;
            }
        };
        let pollable = stream.subscribe();
        pollable.block();
        let mut found = Vec::new();
        let end = loop {
            match stream.resolve_next_address() {
                Ok(Some(address)) => found.push(address.show()),
                other => break other,
            }
        };
        assert!(pollable.ready());
        assert_eq!(stream.resolve_next_address().show(), end.show());
        found.sort();
        found.dedup();
        match end {
            Ok(_) => out!("{name}: {found:?}"),
            Err(error) => out!("{name}: error {}", error.name()),
        }
    }
    // A lookup that nobody waits for, dropped in either order.
    let stream = resolve("localhost").expect("a fine name");
    let pollable = stream.subscribe();
    drop((pollable, stream));
    drop(resolve("no-such-name.invalid"));
    after_ms(5).block();
}

#[cfg(feature = "stable")]
fn own() {
    use sockets_guests::io::streams::StreamError;
    use sockets_guests::sockets::network::network_error_code;

    let client = create_tcp_socket(Ipv4).expect("creating a socket");
    let peer = loopback(Ipv4, sockets_guests::number(1) as u16);
    let (input, output) = sockets_guests::connect(&client, peer).expect("connecting");
    output
        .blocking_write_and_flush(b"go")
        .expect("the peer reads");
    match input.blocking_read(1) {
        Ok(bytes) => out!("read {}", bytes.show()),
        Err(StreamError::Closed) => out!("closed"),
        Err(StreamError::LastOperationFailed(error)) => {
            out!(
                "{}",
                network_error_code(&error).map_or("none", |code| code.name())
            );
        }
    }
    out!("then: {}", input.blocking_read(1).show());
}

#[cfg(feature = "candidate")]
fn own() {
    for family in [Ipv4, Ipv6] {
        let network = network();
        let tcp = create_tcp_socket(family).expect("creating a socket");
        let udp = create_udp_socket(family).expect("creating a socket");
        walk! { "new";
            tcp.ipv6_only();
            tcp.set_ipv6_only(true);
            tcp.set_ipv6_only(false);
            tcp.ipv6_only();
            udp.ipv6_only();
            udp.set_ipv6_only(true);
            udp.set_ipv6_only(false);
            udp.ipv6_only();
            tcp.start_bind(&network, loopback(family, 0));
            udp.start_bind(&network, loopback(family, 0));
        }
        walk! { "binding";
            tcp.ipv6_only();
            tcp.set_ipv6_only(true);
            udp.ipv6_only();
            udp.set_ipv6_only(true);
            tcp.finish_bind();
            udp.finish_bind();
        }
        walk! { "bound";
            tcp.ipv6_only();
            tcp.set_ipv6_only(true);
            udp.ipv6_only();
            udp.set_ipv6_only(true);
        }
    }
}
