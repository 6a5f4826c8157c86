//! A TCP client: `FAMILY PORT ACTION`.

use sockets_guests::cli::exit::exit;
use sockets_guests::clocks::monotonic_clock::now;
use sockets_guests::fnv::{Fnv, pattern};
use sockets_guests::io::poll::poll;
use sockets_guests::io::streams::{InputStream, OutputStream, StreamError};
use sockets_guests::sockets::tcp::{ShutdownType, TcpSocket};
use sockets_guests::sockets::tcp_create_socket::create_tcp_socket;
use sockets_guests::{
    after_ms, arguments, connect, family, kind, listen, loopback, number, out, read_to_end,
};

sockets_guests::command!(run);

fn run() {
    let arguments = arguments();
    let family = family(&arguments[0]);
    let socket = create_tcp_socket(family).expect("creating a socket");
    let (input, output) = match connect(&socket, loopback(family, number(1) as u16)) {
        Ok(streams) => streams,
        Err(error) => return out!("connecting: {}", error.name()),
    };
    match arguments[2].as_str() {
        "exchange" => exchange(&socket, &input, &output, number(3)),
        "send" => send(&output, number(3)),
        "sink" => sink(&input),
        "until-error" => until_error(&output),
        "hear-then-speak" => hear_then_speak(&socket, &input, &output),
        "speak-then-hear" => speak_then_hear(&socket, &input, &output),
        "deaf" => deaf(&socket, &input, &output),
        "gone" => gone(&socket, &input, &output),
        "shut" => shut(&socket, &input, &output),
        "silent" => silent(output, &input),
        "abandon" => abandon(socket, input, output, &arguments[3]),
        "stall" => {
            stall(&output);
            end(&arguments[3], (input, output, socket));
        }
        "queue" => {
            queue(&output, number(4));
            end(&arguments[3], (input, output, socket));
        }
        "drop-and-compute" => drop_and_compute(socket, input, output),
        "listen-and-compute" => listen_and_compute(&arguments[0], &input),
        other => panic!("unknown action {other}"),
    }
}

/// Sends `len` bytes and receives at the same time, until both are at the end.
fn exchange(socket: &TcpSocket, input: &InputStream, output: &OutputStream, len: u64) {
    let (readable, writable) = (input.subscribe(), output.subscribe());
    let (mut sent, mut received, mut hash) = (0, 0, Fnv::default());
    let (mut sending, mut receiving) = (true, true);
    while sending || receiving {
        let mut waits = Vec::new();
        if sending {
            waits.push(&writable);
        }
        if receiving {
            waits.push(&readable);
        }
        poll(&waits);
        if sending {
            let permit = output.check_write().expect("the peer reads");
            let piece = permit.min(len - sent);
            if permit > 0 && piece == 0 {
                socket
                    .shutdown(ShutdownType::Send)
                    .expect("it is connected");
                sending = false;
            } else if piece > 0 {
                let bytes: Vec<u8> = (sent..sent + piece)
                    .map(|at| pattern(at as usize))
                    .collect();
                output.write(&bytes).expect("the peer reads");
                sent += piece;
            }
        }
        if receiving {
            match input.read(1 << 16) {
                Ok(bytes) => {
                    received += bytes.len() as u64;
                    hash.update(&bytes);
                }
                Err(end) => {
                    out!("end: {}", kind(&end));
                    receiving = false;
                }
            }
        }
    }
    out!("sent {sent}, received {received}, {:016x}", hash.finish());
}

/// Sends `len` bytes, and drops everything at once: the host delivers the rest.
fn send(output: &OutputStream, len: u64) {
    let writable = output.subscribe();
    let mut sent = 0;
    while sent < len {
        let piece = output
            .check_write()
            .expect("the peer reads")
            .min(len - sent);
        if piece == 0 {
            writable.block();
            continue;
        }
        let bytes: Vec<u8> = (sent..sent + piece)
            .map(|at| pattern(at as usize))
            .collect();
        output.write(&bytes).expect("the peer reads");
        sent += piece;
    }
    out!("sent {sent}");
}

/// Receives slowly, up to the end.
fn sink(input: &InputStream) {
    let (mut received, mut hash, mut calls) = (0, Fnv::default(), 0);
    let end = loop {
        match input.blocking_read(1 << 14) {
            Ok(bytes) => {
                received += bytes.len();
                hash.update(&bytes);
                calls += 1;
                if calls % 64 == 0 {
                    after_ms(1).block();
                }
            }
            Err(end) => break end,
        }
    };
    out!("received {received}, {:016x}", hash.finish());
    out!("end: {}", kind(&end));
    out!("then: {}", kind(&input.read(1).expect_err("it has ended")));
}

/// Sends until that fails, and prints how.
fn until_error(output: &OutputStream) {
    let writable = output.subscribe();
    let error = loop {
        writable.block();
        let sent = output
            .check_write()
            .and_then(|permit| output.write(&vec![7; permit.min(4096) as usize]));
        if let Err(error) = sent {
            break error;
        }
    };
    // Which of the two it is depends on the moment at which the host sees the reset.
    match error {
        StreamError::Closed | StreamError::LastOperationFailed(_) => out!("failed"),
    }
    out!("then: ok {}", output.check_write().is_ok());
    out!("ready: {}", writable.ready());
}

/// The peer speaks first, and closes its direction; then this one speaks.
fn hear_then_speak(socket: &TcpSocket, input: &InputStream, output: &OutputStream) {
    let (bytes, end) = read_to_end(input);
    out!(
        "heard {:?}, {}",
        String::from_utf8_lossy(&bytes),
        kind(&end)
    );
    output
        .blocking_write_and_flush(b"I heard you")
        .expect("the peer reads");
    output
        .blocking_write_and_flush(b", all of it")
        .expect("the peer reads");
    socket
        .shutdown(ShutdownType::Send)
        .expect("it is connected");
    out!(
        "write: {}",
        kind(&output.check_write().expect_err("it is shut down"))
    );
}

/// This one speaks first, and closes its direction; then the peer speaks.
fn speak_then_hear(socket: &TcpSocket, input: &InputStream, output: &OutputStream) {
    output
        .blocking_write_and_flush(b"listen")
        .expect("the peer reads");
    socket
        .shutdown(ShutdownType::Send)
        .expect("it is connected");
    out!(
        "write: {}",
        kind(&output.check_write().expect_err("it is shut down"))
    );
    let (bytes, end) = read_to_end(input);
    out!(
        "heard {:?}, {}",
        String::from_utf8_lossy(&bytes),
        kind(&end)
    );
    out!("bound: {}", socket.local_address().is_ok());
}

/// Shuts down receiving, and goes on to send.
fn deaf(socket: &TcpSocket, input: &InputStream, output: &OutputStream) {
    let readable = input.subscribe();
    socket
        .shutdown(ShutdownType::Receive)
        .expect("it is connected");
    out!("ready: {}", readable.ready());
    out!(
        "read: {}",
        kind(&input.read(1).expect_err("it is shut down"))
    );
    output
        .blocking_write_and_flush(b"no answer, please")
        .expect("the peer reads");
    out!(
        "read: {}",
        kind(&input.blocking_read(1).expect_err("it is shut down"))
    );
    out!("again: {:?}", socket.shutdown(ShutdownType::Receive));
}

/// Shuts down both directions.
fn gone(socket: &TcpSocket, input: &InputStream, output: &OutputStream) {
    output
        .blocking_write_and_flush(b"last words")
        .expect("the peer reads");
    socket
        .shutdown(ShutdownType::Both)
        .expect("it is connected");
    out!(
        "read: {}",
        kind(&input.read(1).expect_err("it is shut down"))
    );
    out!(
        "write: {}",
        kind(&output.check_write().expect_err("it is shut down"))
    );
    out!("again: {:?}", socket.shutdown(ShutdownType::Both));
}

/// Shuts down sending while bytes are on their way, and lives on.
fn shut(socket: &TcpSocket, input: &InputStream, output: &OutputStream) {
    stall(output);
    socket
        .shutdown(ShutdownType::Send)
        .expect("it is connected");
    // The stream is closed when they are gone.
    out!("permit: {}", output.check_write().expect("it isn't closed"));
    let (bytes, end) = read_to_end(input);
    out!(
        "heard {:?}, {}",
        String::from_utf8_lossy(&bytes),
        kind(&end)
    );
}

/// Drops the output stream, which does not end the connection.
fn silent(output: OutputStream, input: &InputStream) {
    output
        .blocking_write_and_flush(b"go on")
        .expect("the peer reads");
    drop(output);
    out!("dropped");
    let (bytes, end) = read_to_end(input);
    out!(
        "heard {:?}, {}",
        String::from_utf8_lossy(&bytes),
        kind(&end)
    );
}

/// Ends the program with a connection that nobody has dropped.
fn end(how: &str, connection: (InputStream, OutputStream, TcpSocket)) {
    std::mem::forget(connection);
    match how {
        "exit" => exit(Ok(())),
        "return" => {}
        _ => panic!("unknown end {how}"),
    }
}

/// Writes until the peer takes no more.
fn stall(output: &OutputStream) {
    let writable = output.subscribe();
    loop {
        let permit = output.check_write().expect("the peer is there");
        if permit > 0 {
            output
                .write(&vec![7; permit as usize])
                .expect("the peer is there");
        } else if poll(&[&writable, &after_ms(200)]) == [1] {
            break;
        }
    }
    out!("stalled");
}

/// Makes small writes as fast as there are permits, and flushes none.
fn queue(output: &OutputStream, writes: u64) {
    let writable = output.subscribe();
    let mut at = 0;
    for len in (1..=100).cycle().take(writes as usize) {
        // There may be some room, and too little.
        while output.check_write().expect("the peer reads") < len {
            writable.block();
        }
        let bytes: Vec<u8> = (at..at + len).map(|at| pattern(at as usize)).collect();
        output.write(&bytes).expect("the peer reads");
        at += len;
    }
    out!("sent {at}");
}

/// Computes until somebody ends the guest, and calls nothing: what happens then has happened before.
fn compute() -> ! {
    loop {
        std::hint::spin_loop();
    }
}

/// Drops a connection while a read is waiting.
fn drop_and_compute(socket: TcpSocket, input: InputStream, output: OutputStream) -> ! {
    let readable = input.subscribe();
    out!("ready: {}", readable.ready());
    drop((readable, input, output, socket));
    compute();
}

/// Drops a listener while it waits for a connection.
fn listen_and_compute(family: &str, peer: &InputStream) -> ! {
    let (listener, at) = listen(self::family(family));
    let pollable = listener.subscribe();
    out!("ready: {}", pollable.ready());
    out!("port {at}");
    peer.blocking_read(1).expect("the peer is there");
    drop((pollable, listener));
    compute();
}

/// Drops everything in some order while a read is waiting and a write is on its
/// way.
fn abandon(socket: TcpSocket, input: InputStream, output: OutputStream, order: &str) {
    let readable = input.subscribe();
    out!("ready: {}", readable.ready());
    let permit = output.check_write().expect("the peer is there");
    output
        .write(&vec![b'x'; permit.min(4096) as usize])
        .expect("the peer is there");
    let writable = output.subscribe();
    // Children first: a host may trap otherwise.
    drop((readable, writable));
    match order {
        "input-output-socket" => drop((input, output, socket)),
        "output-input-socket" => drop((output, input, socket)),
        _ => panic!("unknown order {order}"),
    }
    out!("dropped");
    // The instance lives on, and the written bytes arrive.
    after_ms(20).block();
}
