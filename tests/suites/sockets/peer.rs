//! The other end of a connection: plain sockets of the operating system.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use wasi_uplift_tests::TIME_LIMIT;

/// Connects to a guest.
pub fn connect(ip: IpAddr, port: u16) -> TcpStream {
    let stream = TcpStream::connect(SocketAddr::new(ip, port)).expect("connecting to the guest");
    limit(&stream);
    stream
}

/// Waits for the connection of a guest, and hands it to `serve`. Returns the port.
pub fn listen<T: Send + 'static>(
    ip: IpAddr,
    serve: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (String, JoinHandle<T>) {
    let listener = TcpListener::bind(SocketAddr::new(ip, 0)).expect("binding");
    let port = listener.local_addr().expect("the address").port();
    listener.set_nonblocking(true).expect("setting the option");
    let server = thread::spawn(move || {
        let stream = accept(&listener);
        limit(&stream);
        serve(stream)
    });
    (port.to_string(), server)
}

fn accept(listener: &TcpListener) -> TcpStream {
    let deadline = Instant::now() + TIME_LIMIT;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).expect("setting the option");
                return stream;
            }
            Err(error) if error.kind() != ErrorKind::WouldBlock => panic!("accepting: {error}"),
            Err(_) => assert!(Instant::now() < deadline, "the guest does not connect"),
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn limit(stream: &TcpStream) {
    stream
        .set_read_timeout(Some(TIME_LIMIT))
        .expect("a time limit");
    stream
        .set_write_timeout(Some(TIME_LIMIT))
        .expect("a time limit");
}

/// Reads to the end.
pub fn rest(mut stream: &TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("reading to the end");
    bytes
}

/// Closes a connection the hard way.
pub fn reset(stream: TcpStream) {
    let socket = socket2::SockRef::from(&stream);
    socket
        .set_linger(Some(Duration::ZERO))
        .expect("setting the option");
}

/// A long stream of bytes in which no two blocks are alike, made and compared at the speed of
/// memory, also in a build that is not optimised.
pub struct Blocks(Vec<u8>);

impl Blocks {
    /// The size of a block.
    pub const LEN: usize = 1 << 16;

    const STAMPS: usize = 4096;

    /// Returns the stream before its first block.
    pub fn new() -> Self {
        Self((0..Self::LEN).map(|at| (at % 251) as u8).collect())
    }

    fn block(&mut self, index: u64) -> &[u8] {
        for at in (0..Self::LEN).step_by(Self::STAMPS) {
            self.0[at..at + 8].copy_from_slice(&(index << 16 | at as u64).to_le_bytes());
        }
        &self.0
    }

    /// Sends so many blocks.
    pub fn send(mut self, mut to: impl Write, blocks: u64) {
        for index in 0..blocks {
            to.write_all(self.block(index)).expect("sending");
        }
    }

    /// Receives so many blocks, and nothing else.
    pub fn receive(mut self, mut from: impl Read, blocks: u64) {
        let mut block = vec![0; Self::LEN];
        for index in 0..blocks {
            from.read_exact(&mut block).expect("receiving");
            assert!(block == self.block(index), "block {index} is another");
        }
        assert_eq!(from.read(&mut block).expect("receiving"), 0, "too much");
    }
}
