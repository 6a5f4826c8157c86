//! Drops everything in every order while it is busy: sockets, streams and
//! pollables, with reads, writes, accepts, connects, receives and lookups under
//! way. What was written before arrives all the same.

use sockets_guests::sockets::network::IpAddressFamily;
use sockets_guests::sockets::tcp_create_socket::create_tcp_socket;
use sockets_guests::{
    Udp, accept, after_ms, arguments, connect, connecting, family, kind, listen, loopback, out,
    read_to_end, resolve,
};
use std::any::Any;

sockets_guests::command!(run);

fn run() {
    let family = family(&arguments()[0]);
    connections(family);
    listeners(family);
    connects(family);
    datagrams(family);
    lookups();
    // The instance lives on, and no event of a dropped resource arrives.
    after_ms(20).block();
    out!("done");
}

/// Returns every order of so many things.
fn orders(len: usize) -> Vec<Vec<usize>> {
    if len == 0 {
        return vec![Vec::new()];
    }
    let mut orders = Vec::new();
    for order in self::orders(len - 1) {
        for at in 0..len {
            let mut order = order.clone();
            order.insert(at, len - 1);
            orders.push(order);
        }
    }
    orders
}

/// Drops `things` in that order.
fn drop_in(order: &[usize], things: Vec<Box<dyn Any>>) {
    let mut things: Vec<_> = things.into_iter().map(Some).collect();
    for index in order {
        drop(things[*index].take());
    }
}

/// Drops while a read waits, and a write for which the peer's host has no room.
fn connections(family: IpAddressFamily) {
    let orders = orders(5);
    for order in &orders {
        let (listener, port) = listen(family);
        listener.set_receive_buffer_size(4096).unwrap_or_default();
        let client = create_tcp_socket(family).expect("creating a socket");
        client.set_send_buffer_size(4096).expect("setting");
        let (input, output) = connect(&client, loopback(family, port)).expect("connecting");
        let (_socket, from, _to) = accept(&listener);

        let (readable, writable) = (input.subscribe(), output.subscribe());
        assert!(!readable.ready());
        let mut sent = 0;
        loop {
            let permit = output.check_write().expect("the peer is there") as usize;
            if permit == 0 {
                break;
            }
            output.write(&vec![7; permit]).expect("the peer is there");
            sent += permit;
        }
        assert!(!writable.ready());
        drop_in(
            order,
            vec![
                Box::new(client),
                Box::new(input),
                Box::new(output),
                Box::new(readable),
                Box::new(writable),
            ],
        );
        let (received, end) = read_to_end(&from);
        assert_eq!((received.len(), kind(&end)), (sent, "closed"), "{order:?}");
    }
    out!("connections: {}", orders.len());
}

/// Drops while an accept waits. The address is free again at once.
fn listeners(family: IpAddressFamily) {
    let orders = orders(3);
    for order in &orders {
        let (listener, port) = listen(family);
        let (one, other) = (listener.subscribe(), listener.subscribe());
        assert!(!one.ready() && !other.ready());
        drop_in(
            order,
            vec![Box::new(listener), Box::new(one), Box::new(other)],
        );
        let again = create_tcp_socket(family).expect("creating a socket");
        again
            .start_bind(&sockets_guests::network(), loopback(family, port))
            .expect("binding again");
        again.finish_bind().expect("binding again");
        again.start_listen().expect("listening again");
        again.finish_listen().expect("listening again");
    }
    out!("listeners: {}", orders.len());
}

/// Drops while a connect waits, and another has a result that nobody asked for.
fn connects(family: IpAddressFamily) {
    let orders = orders(4);
    let (_listener, mut sockets) = connecting(family);
    let waiting = sockets.pop().expect("at least one");
    let pollable = waiting.subscribe();
    assert!(!pollable.ready());
    drop((waiting, pollable));
    let (listener, port) = listen(family);
    for order in &orders {
        let answered = create_tcp_socket(family).expect("creating a socket");
        let network = sockets_guests::network();
        answered
            .start_connect(&network, loopback(family, port))
            .expect("connecting");
        let pollable = answered.subscribe();
        pollable.block();
        let (accepted, input, output) = accept(&listener);
        drop((output, input, accepted));
        drop_in(
            order,
            vec![
                Box::new(answered),
                Box::new(pollable),
                Box::new(network),
                Box::new(listener.subscribe()),
            ],
        );
    }
    out!("connects: {}", orders.len());
}

/// Drops while a receive waits.
fn datagrams(family: IpAddressFamily) {
    let orders = orders(2);
    for order in &orders {
        let udp = Udp::bind(family, loopback(family, 0));
        let readable = udp.readable();
        assert!(!readable.ready());
        drop_in(order, vec![Box::new(udp), Box::new(readable)]);
    }
    out!("datagrams: {}", orders.len());
}

/// Drops while a lookup is in progress.
fn lookups() {
    let orders = orders(3);
    for order in &orders {
        let stream = resolve("localhost").expect("a fine name");
        let other = resolve("no-such-name.invalid");
        let pollable = stream.subscribe();
        drop_in(
            order,
            vec![Box::new(stream), Box::new(pollable), Box::new(other)],
        );
    }
    out!("lookups: {}", orders.len());
}
