//! Provokes the errors that the draft's document lists and prints, for each, the function, the
//! error of the document and the actual error: `errors`, or one of the conditions that only some
//! machines have. With `values` it calls the functions that only the draft has.

use sockets_guests::sockets::ip_name_lookup::resolve_addresses;
use sockets_guests::sockets::network::ErrorCode;
use sockets_guests::sockets::network::IpAddressFamily::{self, Ipv4, Ipv6};
use sockets_guests::sockets::network::IpSocketAddress;
use sockets_guests::sockets::tcp::{ShutdownType, TcpSocket};
use sockets_guests::sockets::tcp_create_socket::create_tcp_socket;
use sockets_guests::sockets::udp::{Datagram, UdpSocket};
use sockets_guests::sockets::udp_create_socket::create_udp_socket;
use sockets_guests::{
    Show as _, accept, arguments, bound, connect, connecting, foreign, listen, loopback, mapped,
    multicast, network, other, out, port, unspecified, walk,
};
use std::cell::RefCell;

sockets_guests::command!(run);

fn run() {
    match arguments()[0].as_str() {
        "errors" => {
            for family in [Ipv4, Ipv6] {
                udp_errors(family);
                tcp_errors(family);
            }
            ipv6_only_errors();
            lookup_errors();
            going_on();
        }
        "alone" => alone(),
        "few-files" => few_files(),
        "full-buffers" => full_buffers(),
        "no-ipv6" => no_ipv6(),
        "no-listening" => no_listening(),
        "no-sockets" => no_sockets(),
        "nonsense" => nonsense(),
        "one-port" => one_port(),
        "one-port-udp" => one_port_udp(),
        "no-answers" => lookup("temporary-resolver-failure"),
        "no-lookup" => lookup("permanent-resolver-failure"),
        "values" => values(),
        other => panic!("unknown walk {other}"),
    }
}

/// Prints the error of a call beside the document's.
macro_rules! refused {
    ($function:literal; $( $code:literal: $call:expr; )*) => {
        $( out!("{} {}: {}", $function, $code, name($call)); )*
    };
}

fn name<T>(result: Result<T, ErrorCode>) -> String {
    match result {
        Ok(_) => "nothing".into(),
        Err(error) => error.name().into(),
    }
}

fn tcp(family: IpAddressFamily) -> TcpSocket {
    create_tcp_socket(family).expect("creating a socket")
}

fn udp(family: IpAddressFamily) -> UdpSocket {
    create_udp_socket(family).expect("creating a socket")
}

/// Returns a bound socket and its address.
fn bound_udp(family: IpAddressFamily) -> (UdpSocket, IpSocketAddress) {
    let socket = udp(family);
    socket
        .start_bind(&network(), loopback(family, 0))
        .expect("binding");
    socket.finish_bind().expect("binding");
    let address = socket.local_address().expect("the address");
    (socket, address)
}

fn datagram(data: &[u8], remote_address: IpSocketAddress) -> Datagram {
    Datagram {
        data: data.to_vec(),
        remote_address,
    }
}

// ---------------------------------------------------------------------------
// UDP
// ---------------------------------------------------------------------------

fn udp_errors(family: IpAddressFamily) {
    let network = network();
    let to = |address| [datagram(b"x", address)];
    let (_taken, taken_at) = bound_udp(family);

    let socket = udp(family);
    refused! { "udp-socket.finish-bind"; "not-in-progress": socket.finish_bind(); }
    refused! { "udp-socket.finish-connect"; "not-in-progress": socket.finish_connect(); }
    refused! { "udp-socket.local-address"; "not-bound": socket.local_address(); }
    refused! { "udp-socket.remote-address"; "not-connected": socket.remote_address(); }
    refused! { "udp-socket.receive"; "not-bound": socket.receive(1); }
    refused! { "udp-socket.send"; "not-bound": socket.send(&to(taken_at)); }
    refused! { "udp-socket.start-bind";
        "address-family-mismatch": socket.start_bind(&network, loopback(other(family), 0));
    }
    if family == Ipv6 {
        refused! { "udp-socket.start-bind";
            "address-family-mismatch": socket.start_bind(&network, mapped(0));
        }
    }
    socket.start_bind(&network, taken_at).expect("told later");
    refused! { "udp-socket.finish-bind"; "address-in-use": socket.finish_bind(); }
    socket
        .start_bind(&network, foreign(family, 0))
        .expect("told later");
    refused! { "udp-socket.finish-bind"; "address-not-bindable": socket.finish_bind(); }

    socket
        .start_bind(&network, loopback(family, 0))
        .expect("binding");
    refused! { "udp-socket.start-bind";
        "concurrency-conflict": socket.start_bind(&network, loopback(family, 0));
    }
    refused! { "udp-socket.start-connect";
        "concurrency-conflict": socket.start_connect(&network, taken_at);
    }
    refused! { "udp-socket.finish-connect"; "not-in-progress": socket.finish_connect(); }
    udp_conflicts(&socket);
    socket.finish_bind().expect("binding");

    refused! { "udp-socket.start-bind";
        "already-bound": socket.start_bind(&network, loopback(family, 0));
    }
    refused! { "udp-socket.receive"; "would-block": socket.receive(1); }
    refused! { "udp-socket.send";
        "address-family-mismatch": socket.send(&to(loopback(other(family), 80)));
        "invalid-remote-address": socket.send(&to(unspecified(family, 80)));
        "invalid-remote-address": socket.send(&to(loopback(family, 0)));
        "datagram-too-large": socket.send(&[datagram(&[0; 65_530], taken_at)]);
    }
    refused! { "udp-socket.start-connect";
        "address-family-mismatch": socket.start_connect(&network, loopback(other(family), 80));
        "invalid-remote-address": socket.start_connect(&network, unspecified(family, 80));
        "invalid-remote-address": socket.start_connect(&network, loopback(family, 0));
    }

    socket
        .start_connect(&network, taken_at)
        .expect("connecting");
    refused! { "udp-socket.start-connect";
        "concurrency-conflict": socket.start_connect(&network, taken_at);
    }
    refused! { "udp-socket.finish-bind"; "not-in-progress": socket.finish_bind(); }
    udp_conflicts(&socket);
    socket.finish_connect().expect("connecting");
    refused! { "udp-socket.send"; "already-connected": socket.send(&to(loopback(family, 9))); }
    refused! { "udp-socket.start-bind";
        "already-bound": socket.start_bind(&network, loopback(family, 0));
    }

    // Nobody is at an address that was just given back.
    let (gone, gone_at) = bound_udp(family);
    drop(gone);
    let (socket, _) = bound_udp(family);
    socket.start_connect(&network, gone_at).expect("connecting");
    socket.finish_connect().expect("connecting");
    let refusal = (0..100).find_map(|_| {
        sockets_guests::after_ms(1).block();
        socket.send(&to(gone_at)).err()
    });
    refused! { "udp-socket.send"; "remote-unreachable": refusal.map_or(Ok(()), Err); }
    let _ = socket.send(&to(gone_at));
    let refusal = loop {
        socket.subscribe().block();
        match socket.receive(1) {
            Err(ErrorCode::WouldBlock) => {}
            result => break result,
        }
    };
    refused! { "udp-socket.receive"; "remote-unreachable": refusal; }
}

fn udp_conflicts(socket: &UdpSocket) {
    refused! { "udp-socket.set-unicast-hop-limit";
        "concurrency-conflict": socket.set_unicast_hop_limit(64);
    }
    refused! { "udp-socket.set-receive-buffer-size";
        "concurrency-conflict": socket.set_receive_buffer_size(65_536);
    }
    refused! { "udp-socket.set-send-buffer-size";
        "concurrency-conflict": socket.set_send_buffer_size(65_536);
    }
}

// ---------------------------------------------------------------------------
// TCP
// ---------------------------------------------------------------------------

fn tcp_errors(family: IpAddressFamily) {
    let network = network();
    let (listener, at) = listen(family);
    let address = loopback(family, at);

    let socket = tcp(family);
    refused! { "tcp-socket.finish-bind"; "not-in-progress": socket.finish_bind(); }
    refused! { "tcp-socket.finish-connect"; "not-in-progress": socket.finish_connect(); }
    refused! { "tcp-socket.finish-listen"; "not-in-progress": socket.finish_listen(); }
    refused! { "tcp-socket.start-listen"; "not-bound": socket.start_listen(); }
    refused! { "tcp-socket.accept"; "not-listening": socket.accept(); }
    refused! { "tcp-socket.local-address"; "not-bound": socket.local_address(); }
    refused! { "tcp-socket.remote-address"; "not-connected": socket.remote_address(); }
    refused! { "tcp-socket.shutdown";
        "not-connected": socket.shutdown(ShutdownType::Receive);
        "not-connected": socket.shutdown(ShutdownType::Send);
        "not-connected": socket.shutdown(ShutdownType::Both);
    }
    refused! { "tcp-socket.start-bind";
        "address-family-mismatch": socket.start_bind(&network, loopback(other(family), 0));
    }
    refused! { "tcp-socket.start-connect";
        "address-family-mismatch": socket.start_connect(&network, loopback(other(family), 80));
        "invalid-remote-address": socket.start_connect(&network, unspecified(family, 80));
        "invalid-remote-address": socket.start_connect(&network, loopback(family, 0));
        "invalid-remote-address": socket.start_connect(&network, multicast(family, 80));
    }
    if family == Ipv6 {
        refused! { "tcp-socket.start-bind";
            "address-family-mismatch": socket.start_bind(&network, mapped(0));
        }
        refused! { "tcp-socket.start-connect";
            "address-family-mismatch": socket.start_connect(&network, mapped(80));
        }
    }
    socket.start_bind(&network, address).expect("told later");
    refused! { "tcp-socket.finish-bind"; "address-in-use": socket.finish_bind(); }
    socket
        .start_bind(&network, foreign(family, 0))
        .expect("told later");
    refused! { "tcp-socket.finish-bind"; "address-not-bindable": socket.finish_bind(); }
    socket
        .start_bind(&network, multicast(family, 0))
        .expect("told later");
    refused! { "tcp-socket.finish-bind"; "address-not-bindable": socket.finish_bind(); }

    socket
        .start_bind(&network, loopback(family, 0))
        .expect("binding");
    tcp_conflicts(&socket, address);
    socket.finish_bind().expect("binding");
    refused! { "tcp-socket.start-bind";
        "already-bound": socket.start_bind(&network, loopback(family, 0));
    }
    socket.start_listen().expect("listening");
    tcp_conflicts(&socket, address);
    socket.finish_listen().expect("listening");

    refused! { "tcp-socket.accept"; "would-block": socket.accept(); }
    refused! { "tcp-socket.start-listen"; "already-listening": socket.start_listen(); }
    refused! { "tcp-socket.start-connect";
        "already-listening": socket.start_connect(&network, address);
    }
    refused! { "tcp-socket.remote-address"; "not-connected": socket.remote_address(); }
    refused! { "tcp-socket.shutdown"; "not-connected": socket.shutdown(ShutdownType::Both); }
    refused! { "tcp-socket.set-unicast-hop-limit";
        "already-listening": socket.set_unicast_hop_limit(64);
    }
    refused! { "tcp-socket.set-receive-buffer-size";
        "already-listening": socket.set_receive_buffer_size(65_536);
    }
    refused! { "tcp-socket.set-send-buffer-size";
        "already-listening": socket.set_send_buffer_size(65_536);
    }

    let client = tcp(family);
    let _streams = connect(&client, address).expect("connecting");
    let (accepted, _input, _output) = accept(&listener);
    for socket in [&client, &accepted] {
        refused! { "tcp-socket.start-bind";
            "already-bound": socket.start_bind(&network, loopback(family, 0));
        }
        refused! { "tcp-socket.start-connect";
            "already-connected": socket.start_connect(&network, address);
        }
        refused! { "tcp-socket.start-listen"; "already-connected": socket.start_listen(); }
        refused! { "tcp-socket.accept"; "not-listening": socket.accept(); }
        refused! { "tcp-socket.set-listen-backlog-size";
            "already-connected": socket.set_listen_backlog_size(10);
        }
        refused! { "tcp-socket.set-unicast-hop-limit";
            "already-connected": socket.set_unicast_hop_limit(64);
        }
        refused! { "tcp-socket.set-receive-buffer-size";
            "already-connected": socket.set_receive_buffer_size(65_536);
        }
        refused! { "tcp-socket.set-send-buffer-size";
            "already-connected": socket.set_send_buffer_size(65_536);
        }
    }

    let (_nobody, nobody_at) = bound(family);
    let socket = tcp(family);
    refused! { "tcp-socket.finish-connect";
        "connection-refused": connect(&socket, loopback(family, nobody_at));
    }

    let (_busy, mut sockets) = connecting(family);
    let socket = sockets.pop().expect("at least one");
    refused! { "tcp-socket.finish-connect"; "would-block": socket.finish_connect(); }
    tcp_conflicts(&socket, address);
}

fn tcp_conflicts(socket: &TcpSocket, address: IpSocketAddress) {
    let network = network();
    refused! { "tcp-socket.start-bind";
        "concurrency-conflict": socket.start_bind(&network, loopback(socket.address_family(), 0));
    }
    refused! { "tcp-socket.start-connect";
        "concurrency-conflict": socket.start_connect(&network, address);
    }
    refused! { "tcp-socket.start-listen"; "concurrency-conflict": socket.start_listen(); }
    refused! { "tcp-socket.set-listen-backlog-size";
        "concurrency-conflict": socket.set_listen_backlog_size(10);
    }
    refused! { "tcp-socket.set-keep-alive";
        "concurrency-conflict": socket.set_keep_alive(true);
    }
    refused! { "tcp-socket.set-no-delay"; "concurrency-conflict": socket.set_no_delay(true); }
    refused! { "tcp-socket.set-unicast-hop-limit";
        "concurrency-conflict": socket.set_unicast_hop_limit(64);
    }
    refused! { "tcp-socket.set-receive-buffer-size";
        "concurrency-conflict": socket.set_receive_buffer_size(65_536);
    }
    refused! { "tcp-socket.set-send-buffer-size";
        "concurrency-conflict": socket.set_send_buffer_size(65_536);
    }
}

fn ipv6_only_errors() {
    let network = network();
    let (tcp4, tcp6, udp4, udp6) = (tcp(Ipv4), tcp(Ipv6), udp(Ipv4), udp(Ipv6));
    refused! { "tcp-socket.ipv6-only"; "ipv6-only-operation": tcp4.ipv6_only(); }
    refused! { "udp-socket.ipv6-only"; "ipv6-only-operation": udp4.ipv6_only(); }
    refused! { "tcp-socket.set-ipv6-only";
        "ipv6-only-operation": tcp4.set_ipv6_only(true);
        "not-supported": tcp6.set_ipv6_only(false);
    }
    refused! { "udp-socket.set-ipv6-only";
        "ipv6-only-operation": udp4.set_ipv6_only(true);
        "not-supported": udp6.set_ipv6_only(false);
    }
    tcp6.start_bind(&network, loopback(Ipv6, 0))
        .expect("binding");
    udp6.start_bind(&network, loopback(Ipv6, 0))
        .expect("binding");
    refused! { "tcp-socket.set-ipv6-only"; "concurrency-conflict": tcp6.set_ipv6_only(true); }
    refused! { "udp-socket.set-ipv6-only"; "concurrency-conflict": udp6.set_ipv6_only(true); }
    tcp6.finish_bind().expect("binding");
    udp6.finish_bind().expect("binding");
    refused! { "tcp-socket.set-ipv6-only"; "already-bound": tcp6.set_ipv6_only(true); }
    refused! { "udp-socket.set-ipv6-only"; "already-bound": udp6.set_ipv6_only(true); }
}

// ---------------------------------------------------------------------------
// Name lookup
// ---------------------------------------------------------------------------

fn lookup_errors() {
    let network = network();
    for name in ["", "a b", "exa[mple", "name:80"] {
        refused! { "resolve-addresses";
            "invalid-name": resolve_addresses(&network, name, None, false);
        }
    }
    for name in [
        "127.0.0.1",
        "::1",
        "[::1]",
        "127.1",
        "0x7f.1",
        "1.2.3.4.",
        "::ffff:1.2.3.4",
    ] {
        refused! { "resolve-addresses";
            "invalid-name": resolve_addresses(&network, name, None, true);
        }
    }

    // The document leaves open which of the two functions fails. Where the first does, the host got
    // the same question.
    let outcome = resolve_addresses(&network, "no-such-name.invalid", None, false);
    let outcome = outcome.and_then(|stream| {
        stream.subscribe().block();
        stream.resolve_next_address()
    });
    refused! { "resolve-address-stream.resolve-next-address"; "name-unresolvable": outcome; }

    // A resolver may be quick, hardly every time.
    let slow = (0..1000).find_map(|_| {
        let stream = resolve_addresses(&network, "localhost", None, false).ok()?;
        stream.resolve_next_address().err()
    });
    refused! { "resolve-address-stream.resolve-next-address";
        "would-block": slow.map_or(Ok(()), Err);
    }
}

/// Calls that can't fail, for the reasons in the table.
fn going_on() {
    let network = network();
    let other_network = sockets_guests::network();
    let (listener, at) = listen(Ipv4);
    let address = loopback(Ipv4, at);

    let socket = udp(Ipv4);
    socket
        .start_bind(&network, loopback(Ipv4, 0))
        .expect("binding");
    refused! { "udp-socket.finish-bind"; "would-block": socket.finish_bind(); }
    refused! { "udp-socket.start-connect";
        "already-attached": socket.start_connect(&other_network, address);
    }
    refused! { "udp-socket.finish-connect"; "would-block": socket.finish_connect(); }

    let socket = tcp(Ipv4);
    socket
        .start_bind(&network, loopback(Ipv4, 0))
        .expect("binding");
    refused! { "tcp-socket.finish-bind"; "would-block": socket.finish_bind(); }
    refused! { "tcp-socket.start-connect";
        "already-attached": socket.start_connect(&other_network, address);
    }
    let (socket, _) = bound(Ipv4);
    socket.start_listen().expect("listening");
    refused! { "tcp-socket.finish-listen"; "would-block": socket.finish_listen(); }
    drop(listener);
}

// ---------------------------------------------------------------------------
// Machines that lack something
// ---------------------------------------------------------------------------

/// There is no peer, and a peer that doesn't answer is given up soon.
fn alone() {
    for family in [Ipv4, Ipv6] {
        refused! { "tcp-socket.finish-connect";
            "remote-unreachable": connect(&tcp(family), foreign(family, 80));
        }
    }
    let (_busy, mut sockets) = connecting(Ipv4);
    let socket = sockets.pop().expect("at least one");
    socket.subscribe().block();
    refused! { "tcp-socket.finish-connect"; "timeout": socket.finish_connect(); }
}

fn few_files() {
    let first_refused = |create: &dyn Fn() -> Result<(), ErrorCode>| {
        let mut outcomes = (0..1000).map(|_| create());
        outcomes.find(Result::is_err).unwrap_or(Ok(()))
    };
    let sockets = RefCell::new(Vec::new());
    let create = || create_tcp_socket(Ipv4).map(|socket| sockets.borrow_mut().push(socket));
    refused! { "create-tcp-socket"; "new-socket-limit": first_refused(&create); }
    drop(sockets);
    let sockets = RefCell::new(Vec::new());
    let create = || create_udp_socket(Ipv6).map(|socket| sockets.borrow_mut().push(socket));
    refused! { "create-udp-socket"; "new-socket-limit": first_refused(&create); }
}

fn full_buffers() {
    let (_receiver, at) = bound_udp(Ipv4);
    let (socket, _) = bound_udp(Ipv4);
    let mut outcomes = (0..100).map(|_| socket.send(&[datagram(b"x", at)]));
    let outcome = outcomes.find_map(Result::err).map_or(Ok(()), Err);
    refused! { "udp-socket.send"; "would-block": outcome; }
}

fn no_ipv6() {
    refused! { "create-tcp-socket"; "address-family-not-supported": create_tcp_socket(Ipv6); }
    refused! { "create-udp-socket"; "address-family-not-supported": create_udp_socket(Ipv6); }
    // The lookup of such addresses may succeed or not.
    let refusal = resolve_addresses(&network(), "localhost", Some(Ipv6), false).err();
    let refusal = refusal.filter(|code| *code != ErrorCode::NameUnresolvable);
    refused! { "resolve-addresses";
        "address-family-not-supported": refusal.map_or(Ok(()), Err);
    }
}

fn no_listening() {
    let (socket, _) = bound(Ipv4);
    socket.start_listen().expect("told later");
    refused! { "tcp-socket.finish-listen";
        "ephemeral-ports-exhausted": socket.finish_listen();
    }
    refused! { "tcp-socket.accept"; "not-listening": socket.accept(); }
}

fn no_sockets() {
    for family in [Ipv4, Ipv6] {
        refused! { "create-tcp-socket"; "not-supported": create_tcp_socket(family); }
        refused! { "create-udp-socket"; "not-supported": create_udp_socket(family); }
    }
}

/// A peer resets connections before there are any.
fn nonsense() {
    refused! { "tcp-socket.finish-connect";
        "connection-reset": connect(&tcp(Ipv4), loopback(Ipv4, 80));
    }
}

fn one_port() {
    let network = network();
    // A port that nobody asks for by its number is left alone.
    let peer = loopback(Ipv4, 50_000);
    let listener = tcp(Ipv4);
    listener.start_bind(&network, peer).expect("binding");
    listener.finish_bind().expect("binding");
    listener.start_listen().expect("listening");
    listener.finish_listen().expect("listening");

    let _only = bound(Ipv4);
    let socket = tcp(Ipv4);
    socket
        .start_bind(&network, loopback(Ipv4, 0))
        .expect("told later");
    refused! { "tcp-socket.finish-bind"; "ephemeral-ports-exhausted": socket.finish_bind(); }
    refused! { "tcp-socket.finish-connect";
        "ephemeral-ports-exhausted": connect(&tcp(Ipv4), peer);
    }
}

fn one_port_udp() {
    let network = network();
    let _only = bound_udp(Ipv4);
    let socket = udp(Ipv4);
    socket
        .start_bind(&network, loopback(Ipv4, 0))
        .expect("told later");
    refused! { "udp-socket.finish-bind"; "ephemeral-ports-exhausted": socket.finish_bind(); }
    let socket = udp(Ipv4);
    socket
        .start_connect(&network, loopback(Ipv4, 50_000))
        .expect("told later");
    refused! { "udp-socket.finish-connect";
        "ephemeral-ports-exhausted": socket.finish_connect();
    }
}

/// Names can't be looked up.
fn lookup(code: &str) {
    let stream = resolve_addresses(&network(), "somebody.example", None, false);
    let outcome = stream.and_then(|stream| {
        stream.subscribe().block();
        stream.resolve_next_address()
    });
    let function = "resolve-address-stream.resolve-next-address";
    out!("{function} {code}: {}", name(outcome));
}

// ---------------------------------------------------------------------------
// What only the draft has
// ---------------------------------------------------------------------------

fn values() {
    let network = network();
    let (socket, _) = bound(Ipv6);
    walk! { "tcp";
        socket.ipv6_only();
        socket.keep_alive();
        socket.set_keep_alive(true);
        socket.keep_alive();
        socket.no_delay();
        socket.set_no_delay(true);
        socket.set_unicast_hop_limit(42);
        socket.unicast_hop_limit();
        socket.set_receive_buffer_size(65_536);
        socket.receive_buffer_size();
        socket.set_send_buffer_size(65_536);
        socket.send_buffer_size();
        socket.set_listen_backlog_size(10);
        socket.address_family();
    }
    drop(socket);

    let (first, first_at) = bound_udp(Ipv4);
    let (second, second_at) = bound_udp(Ipv4);
    let two_good_ones = [
        datagram(b"one", second_at),
        datagram(b"", second_at),
        datagram(b"no port", loopback(Ipv4, 0)),
        datagram(b"never", second_at),
    ];
    walk! { "udp";
        first.set_unicast_hop_limit(42);
        first.unicast_hop_limit();
        first.set_receive_buffer_size(65_536);
        first.receive_buffer_size();
        first.set_send_buffer_size(65_536);
        first.send_buffer_size();
        first.address_family();
        first.receive(0).map(|list| list.len());
        udp(Ipv4).receive(0).map(|list| list.len());
        first.send(&[]);
        first.send(&two_good_ones);
        receive(&second, 2);
        second.start_connect(&network, first_at);
        second.finish_connect();
        second.remote_address().map(|at| port(&at)) == Ok(port(&first_at));
        second.send(&[datagram(b"back", first_at)]);
        receive(&first, 1);
    }

    // Without an address, connecting gives one.
    let socket = udp(Ipv4);
    walk! { "udp without an address";
        socket.start_connect(&network, first_at);
        socket.finish_connect();
        socket.local_address();
        socket.remote_address();
        socket.send(&[datagram(b"hello", first_at)]);
        receive(&first, 1);
    }

    // The fate of a datagram is told to the association that it was sent by.
    let (_, nobody_at) = bound_udp(Ipv4);
    let (socket, _) = bound_udp(Ipv4);
    walk! { "udp again";
        socket.start_connect(&network, nobody_at);
        socket.finish_connect();
        socket.send(&[datagram(b"nobody", nobody_at)]);
    }
    socket.subscribe().block();
    walk! { "udp again";
        socket.start_connect(&network, first_at);
        socket.finish_connect();
        socket.receive(1).map(|list| list.len());
        socket.send(&[datagram(b"again", first_at)]);
        receive(&first, 1);
    }

    for family in [None, Some(Ipv4), Some(Ipv6)] {
        let stream = resolve_addresses(&network, "localhost", family, true);
        let outcome = stream.and_then(|stream| {
            stream.subscribe().block();
            stream.resolve_next_address()
        });
        let right = match (&outcome, family) {
            (Ok(Some(_)), None) => true,
            (Ok(Some(address)), Some(Ipv4)) => address.show().contains('.'),
            (Ok(Some(address)), Some(Ipv6)) => address.show().contains(':'),
            // A machine needs no IPv6 name, and this one needs no IPv4 name.
            (Err(ErrorCode::NameUnresolvable), Some(_)) => true,
            _ => false,
        };
        out!("lookup: {right}");
    }
}

/// Waits for so many datagrams.
fn receive(socket: &UdpSocket, count: usize) -> String {
    let mut datagrams = Vec::new();
    while datagrams.len() < count {
        socket.subscribe().block();
        match socket.receive(8) {
            Err(ErrorCode::WouldBlock) => {}
            result => datagrams.extend(result.expect("receiving")),
        }
    }
    let texts: Vec<_> = datagrams.iter().map(|d| d.data.show()).collect();
    texts.join(" ")
}
