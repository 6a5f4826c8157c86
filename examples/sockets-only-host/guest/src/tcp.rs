//! Servers and clients, and the results of `tcp-socket` in each of its states.

use crate::bindings::wasi::cli::{stdin, stdout};
use crate::bindings::wasi::clocks::monotonic_clock;
use crate::bindings::wasi::sockets::types::{
    ErrorCode, IpAddressFamily, IpSocketAddress, TcpSocket,
};
use crate::bindings::wit_stream;
use crate::{Report, family_of, from_std, loopback, port, print, read};
use futures_util::future::{Either, join, select};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use wit_bindgen::rt::async_support::{StreamReader, StreamResult};

/// A listener whose port is printed.
async fn listener(address: IpSocketAddress) -> StreamReader<TcpSocket> {
    let socket = TcpSocket::create(family_of(address)).unwrap();
    socket.bind(address).unwrap();
    let connections = socket.listen().unwrap();
    print(format!("{}\n", port(socket.get_local_address().unwrap()))).await;
    connections
}

/// Serves so many connections, all of them at a time.
async fn serve_all<F>(address: IpSocketAddress, connections: &str, serve: impl Fn(TcpSocket) -> F)
where
    F: Future<Output = ()>,
{
    let mut accepted = listener(address).await;
    let mut served = FuturesUnordered::new();
    for _ in 0..connections.parse().unwrap() {
        let mut next = pin!(accepted.next());
        let connection = poll_fn(|cx| {
            while let Poll::Ready(Some(())) = served.poll_next_unpin(cx) {}
            next.as_mut().poll(cx)
        });
        let connection = connection.await.unwrap();
        served.push(serve(connection));
    }
    while let Some(()) = served.next().await {}
}

/// Echoes what is sent.
pub async fn serve(address: IpSocketAddress, connections: &str) {
    serve_all(address, connections, |connection| async move {
        let (mut input, received) = connection.receive();
        let (mut output, data) = wit_stream::new();
        let sent = connection.send(data);
        loop {
            let bytes = read(&mut input).await;
            if bytes.is_empty() {
                break;
            }
            assert!(output.write_all(bytes).await.is_empty());
        }
        // The FIN.
        drop(output);
        received.await.unwrap();
        sent.await.unwrap();
    })
    .await;
}

/// The same without touching the bytes: what is received is the very stream that
/// is sent.
pub async fn forward(address: IpSocketAddress, connections: &str) {
    serve_all(address, connections, |connection| async move {
        let (data, received) = connection.receive();
        connection.send(data).await.unwrap();
        received.await.unwrap();
    })
    .await;
}

/// Sends stdin to the peer, and prints the peer's bytes.
pub async fn talk(address: IpSocketAddress) {
    let socket = TcpSocket::create(family_of(address)).unwrap();
    socket.connect(address).await.unwrap();
    let (input, _) = stdin::read_via_stream();
    let (output, received) = socket.receive();
    let (sent, written) = join(
        socket.send(input).into_future(),
        stdout::write_via_stream(output).into_future(),
    )
    .await;
    sent.unwrap();
    written.unwrap();
    received.await.unwrap();
}

/// Reads until the peer's reset, then writes into it. Prints its port first, as a reset that comes
/// sooner is one for `connect`.
pub async fn reset(address: IpSocketAddress) {
    let socket = TcpSocket::create(family_of(address)).unwrap();
    socket.connect(address).await.unwrap();
    print(format!("{}\n", port(socket.get_local_address().unwrap()))).await;
    let mut report = Report::default();

    let (mut input, received) = socket.receive();
    while !read(&mut input).await.is_empty() {}
    report.line("received", received.await);

    let (mut output, data) = wit_stream::new();
    let sent = socket.send(data);
    let left = output.write_all(vec![0; 10]).await;
    report.line("left", left.len());
    report.line("sent", sent.await);
    report.print().await;
}

pub async fn try_connect(address: IpSocketAddress) {
    let socket = TcpSocket::create(family_of(address)).unwrap();
    let mut report = Report::default();
    report.line("connect", socket.connect(address).await);
    report.print().await;
}

/// Every function, in right and in wrong states.
pub async fn states(family: IpAddressFamily) {
    let mut report = Report::default();
    let wrong_family = match family {
        IpAddressFamily::Ipv4 => IpAddressFamily::Ipv6,
        IpAddressFamily::Ipv6 => IpAddressFamily::Ipv4,
    };
    let create = || TcpSocket::create(family).unwrap();
    let bad_remotes = bad_addresses(family, wrong_family);

    let listener = create();
    report.line("unbound", state(&listener).await);
    options(&mut report, &listener);
    for (what, address) in &bad_remotes[..3] {
        report.line(&format!("bind, {what}"), listener.bind(*address));
    }
    let documentation = match family {
        IpAddressFamily::Ipv4 => from_std(([192, 0, 2, 1], 0).into()),
        IpAddressFamily::Ipv6 => from_std(([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 0).into()),
    };
    report.line("bind, not ours", listener.bind(documentation));
    report.line("bind", listener.bind(loopback(family, 0)));
    report.line("bind, bound", listener.bind(loopback(family, 0)));
    let address = listener.get_local_address().unwrap();
    assert!(port(address) != 0);
    assert_eq!(address, loopback(family, port(address)));
    report.line("bound", state(&listener).await);

    let client = create();
    report.line("connect, refused", client.connect(address).await);
    report.line("closed", state(&client).await);
    report.line("closed, bind", client.bind(loopback(family, 0)));
    report.line("closed, connect", client.connect(address).await);
    report.line("closed, listen", client.listen().map(drop));
    report.line("closed, hop limit", client.get_hop_limit());

    let mut connections = listener.listen().unwrap();
    report.line("listening", state(&listener).await);
    report.line("listening, bind", listener.bind(loopback(family, 0)));
    report.line("listening, connect", listener.connect(address).await);
    report.line("listening, listen", listener.listen().map(drop));
    report.line("listening, backlog", listener.set_listen_backlog_size(5));
    report.line("bind, in use", create().bind(address));

    let client = create();
    for (what, address) in bad_remotes {
        report.line(&format!("connect, {what}"), client.connect(address).await);
    }
    report.line("connect", client.connect(address).await);
    let accepted = connections.next().await.unwrap();
    assert_eq!(client.get_remote_address().unwrap(), address);
    assert_eq!(accepted.get_local_address().unwrap(), address);
    assert_eq!(
        accepted.get_remote_address().unwrap(),
        client.get_local_address().unwrap()
    );
    report.line("connected, bind", client.bind(loopback(family, 0)));
    report.line("connected, connect", client.connect(address).await);
    report.line("connected, listen", client.listen().map(drop));
    report.line("connected, backlog", client.set_listen_backlog_size(5));
    assert_eq!(accepted.get_address_family(), family);
    let inherited = (
        accepted.get_hop_limit(),
        accepted.get_keep_alive_enabled(),
        accepted.get_keep_alive_idle_time(),
        accepted.get_keep_alive_interval(),
        accepted.get_keep_alive_count(),
    );
    report.line("inherited", inherited);

    // The first of each may go on, the second is too late.
    let (mut input, received) = client.receive();
    let (mut output, data) = wit_stream::new();
    let sent = accepted.send(data);
    report.line("connected", state(&client).await);
    report.line("accepted", state(&accepted).await);
    assert!(output.write_all(b"one".to_vec()).await.is_empty());
    report.line("read", read(&mut input).await);
    drop(output);
    report.line("sent", sent.await);
    report.line("read at the end", read(&mut input).await);
    report.line("received", received.await);

    // Half of a connection is closed, the other is not.
    let (mut output, data) = wit_stream::new();
    let client_sends = create();
    let other = {
        let (connected, other) = join(client_sends.connect(address), connections.next()).await;
        connected.unwrap();
        other.unwrap()
    };
    let (unread, received) = client_sends.receive();
    drop(unread);
    report.line("dropped unread", received.await);
    let sent = client_sends.send(data);
    let (mut input, received) = other.receive();
    assert!(output.write_all(b"two".to_vec()).await.is_empty());
    report.line("read", read(&mut input).await);
    // A socket that goes away leaves its streams.
    drop(other);
    drop(client_sends);
    assert!(output.write_all(b"three".to_vec()).await.is_empty());
    drop(output);
    report.line("read", read(&mut input).await);
    report.line("read at the end", read(&mut input).await);
    report.line("received", received.await);
    report.line("sent", sent.await);

    let implicit = create();
    let connections = implicit.listen().unwrap();
    assert!(port(implicit.get_local_address().unwrap()) != 0);
    drop(connections);

    questions(&mut report, family).await;
    connecting(&mut report, family).await;
    report.print().await;
}

/// Prints the results of all getters in a state.
#[derive(Debug)]
#[allow(dead_code, reason = "they are printed")]
struct State {
    local: Result<(), ErrorCode>,
    remote: Result<(), ErrorCode>,
    listening: bool,
    received: Result<(), ErrorCode>,
    bytes: usize,
    sent: Result<(), ErrorCode>,
}

async fn state(socket: &TcpSocket) -> State {
    let (input, received) = socket.receive();
    let bytes = input.collect().await.len();
    let (output, data) = wit_stream::new();
    let sent = socket.send(data);
    drop(output);
    State {
        local: socket.get_local_address().map(drop),
        remote: socket.get_remote_address().map(drop),
        listening: socket.get_is_listening(),
        received: received.await,
        bytes,
        sent: sent.await,
    }
}

/// The first three are no addresses to bind to either.
fn bad_addresses(
    family: IpAddressFamily,
    wrong_family: IpAddressFamily,
) -> [(&'static str, IpSocketAddress); 5] {
    // An IPv4 socket has no IPv4-mapped addresses, but broadcast.
    let (mapped, multicast, unspecified) = match family {
        IpAddressFamily::Ipv4 => ("255.255.255.255:1", "224.0.0.1:1", "0.0.0.0:1"),
        IpAddressFamily::Ipv6 => ("[::ffff:127.0.0.1]:1", "[ff02::1]:1", "[::]:1"),
    };
    [
        ("wrong family", loopback(wrong_family, 1)),
        ("mapped or broadcast", crate::parse(mapped)),
        ("multicast", crate::parse(multicast)),
        ("unspecified", crate::parse(unspecified)),
        ("port 0", loopback(family, 0)),
    ]
}

fn options(report: &mut Report, socket: &TcpSocket) {
    const SECOND: u64 = 1_000_000_000;
    report.line("hop limit 0", socket.set_hop_limit(0));
    report.line("hop limit 42", socket.set_hop_limit(42));
    report.line("hop limit", socket.get_hop_limit());

    report.line("receive buffer 0", socket.set_receive_buffer_size(0));
    report.line(
        "receive buffer max",
        socket.set_receive_buffer_size(u64::MAX),
    );
    report.line("receive buffer 1", socket.set_receive_buffer_size(1));
    report.line(
        "receive buffer 64 KiB",
        socket.set_receive_buffer_size(1 << 16),
    );
    report.line("receive buffer", socket.get_receive_buffer_size());
    report.line("send buffer 0", socket.set_send_buffer_size(0));
    report.line("send buffer max", socket.set_send_buffer_size(u64::MAX));
    report.line("send buffer 1", socket.set_send_buffer_size(1));
    report.line("send buffer 64 KiB", socket.set_send_buffer_size(1 << 16));
    report.line("send buffer", socket.get_send_buffer_size());

    report.line("backlog 0", socket.set_listen_backlog_size(0));
    report.line("backlog max", socket.set_listen_backlog_size(u64::MAX));
    report.line("backlog 10", socket.set_listen_backlog_size(10));

    report.line("keep-alive", socket.get_keep_alive_enabled());
    report.line("idle time 0", socket.set_keep_alive_idle_time(0));
    report.line("idle time 1 ns", socket.set_keep_alive_idle_time(1));
    report.line("idle time", socket.get_keep_alive_idle_time());
    report.line("idle time max", socket.set_keep_alive_idle_time(u64::MAX));
    report.line("idle time", socket.get_keep_alive_idle_time());
    report.line("interval 0", socket.set_keep_alive_interval(0));
    report.line("interval 3 s", socket.set_keep_alive_interval(3 * SECOND));
    report.line("interval", socket.get_keep_alive_interval());
    report.line("count 0", socket.set_keep_alive_count(0));
    report.line("count max", socket.set_keep_alive_count(u32::MAX));
    report.line("count", socket.get_keep_alive_count());
    report.line("keep-alive still", socket.get_keep_alive_enabled());
    report.line("keep-alive true", socket.set_keep_alive_enabled(true));
    report.line("keep-alive", socket.get_keep_alive_enabled());
}

/// Reads and writes of nothing, which ask whether there is something to read or space to write, and
/// reads that are cancelled.
async fn questions(report: &mut Report, family: IpAddressFamily) {
    let listener = TcpSocket::create(family).unwrap();
    let mut connections = listener.listen().unwrap();
    let address = loopback(family, port(listener.get_local_address().unwrap()));

    let nobody = briefly(&mut connections, Vec::with_capacity(1)).await;
    report.line("nobody", nobody);
    let client = TcpSocket::create(family).unwrap();
    {
        let question = pin!(connections.read(Vec::new()));
        let connect = pin!(client.connect(address));
        let (answer, connected) = join(question, connect).await;
        report.line("somebody there", (answer.0, connected));
    }
    let accepted = connections.next().await.unwrap();

    let (mut output, data) = wit_stream::new();
    let sent = client.send(data);
    let (mut input, received) = accepted.receive();
    let nothing = briefly(&mut input, Vec::with_capacity(8)).await;
    report.line("nothing", nothing);
    report.line("nothing there", briefly(&mut input, Vec::new()).await);
    report.line("space", output.write(Vec::new()).await.0);
    assert!(output.write_all(b"four".to_vec()).await.is_empty());
    report.line("something there", input.read(Vec::new()).await.0);
    report.line("read", read(&mut input).await);
    drop(output);
    report.line("the end there", input.read(Vec::new()).await.0);
    report.line("received", received.await);
    report.line("sent", sent.await);
}

/// Waits a little for a read, then cancels it.
async fn briefly<T>(stream: &mut StreamReader<T>, buffer: Vec<T>) -> StreamResult {
    let mut read = pin!(stream.read(buffer));
    let time = pin!(monotonic_clock::wait_for(20_000_000));
    if let Either::Left(((result, _), _)) = select(read.as_mut(), time).await {
        return result;
    }
    read.cancel().0
}

/// A listener who accepts nobody, and one who is kept waiting.
async fn connecting(report: &mut Report, family: IpAddressFamily) {
    let listener = TcpSocket::create(family).unwrap();
    listener.set_listen_backlog_size(1).unwrap();
    listener.bind(loopback(family, 0)).unwrap();
    let _connections = listener.listen().unwrap();
    let address = listener.get_local_address().unwrap();

    let mut in_queue = Vec::new();
    for _ in 0..20 {
        let client = TcpSocket::create(family).unwrap();
        let kept_waiting = {
            let connect = pin!(client.connect(address));
            let time = pin!(monotonic_clock::wait_for(100_000_000));
            match select(connect, time).await {
                Either::Left((connected, _)) => {
                    assert_eq!(connected, Ok(()));
                    false
                }
                // The end of this block cancels `connect`.
                Either::Right(((), _connect)) => {
                    report.line("connecting", state(&client).await);
                    report.line("connecting, connect", client.connect(address).await);
                    report.line("connecting, bind", client.bind(address));
                    report.line("connecting, listen", client.listen().map(drop));
                    report.line("connecting, backlog", client.set_listen_backlog_size(1));
                    report.line("connecting, hop limit", client.set_hop_limit(7));
                    true
                }
            }
        };
        if kept_waiting {
            report.line("taken back", state(&client).await);
            assert_eq!(client.connect(address).await, Err(ErrorCode::InvalidState));
            return;
        }
        in_queue.push(client);
    }
    unreachable!("a queue for one takes twenty");
}
