//! Repeats an operation in the way of a guest of WASI 0.3, and prints on stderr how many
//! nanoseconds one takes. Arguments and stderr are the standard library's, which is of WASI 0.2;
//! the operation is not.

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use wasip3::cli::{stdin, stdout};
use wasip3::clocks::monotonic_clock::now;
use wasip3::filesystem::preopens::get_directories;
use wasip3::filesystem::types::{
    Descriptor, DescriptorFlags, DirectoryEntry, OpenFlags, PathFlags,
};
use wasip3::sockets::types::{
    IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, TcpSocket, UdpSocket,
};
use wasip3::wit_bindgen::{StreamReader, StreamResult, StreamWriter};
use wasip3::wit_stream;

wasip3::cli::command::export!(Bench);

struct Bench;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

impl wasip3::exports::cli::run::Guest for Bench {
    async fn run() -> Result<(), ()> {
        let args: Vec<String> = std::env::args().collect();
        let (times, taken) = match args[1].as_str() {
            "now" => {
                let start = Instant::now();
                for _ in 0..1_000_000 {
                    black_box(now());
                }
                (1_000_000, start.elapsed())
            }
            "stdout by 4 KiB" => printing(4 * KIB, 50_000).await,
            "stdout by 64 KiB" => printing(64 * KIB, 8_000).await,
            "stdin by 64 KiB" => {
                let (stream, _end) = stdin::read_via_stream();
                taking(stream, 256 * MIB, 64 * KIB).await
            }
            "tcp receive by 64 KiB" => receiving(&args[2], 64 * KIB).await,
            "tcp receive by 4 KiB" => receiving(&args[2], 4 * KIB).await,
            "tcp send by 64 KiB" => sending(&args[2], 64 * KIB).await,
            "tcp send by 4 KiB" => sending(&args[2], 4 * KIB).await,
            "tcp ping-pong" => {
                let socket = connected(&args[2]).await;
                let (mut writer, reader) = wit_stream::new();
                let (mut from, _received) = socket.receive();
                let _sent = socket.send(reader);
                let mut byte = vec![1];
                let start = Instant::now();
                for _ in 0..20_000 {
                    writer.write_all(byte).await;
                    byte = from.read(Vec::with_capacity(1)).await.1;
                }
                (20_000, start.elapsed())
            }
            "udp ping-pong" => {
                let socket = UdpSocket::create(IpAddressFamily::Ipv4).unwrap();
                let peer = address(&args[2]);
                let start = Instant::now();
                for _ in 0..20_000 {
                    socket.send(vec![1], Some(peer)).await.unwrap();
                    black_box(socket.receive().await.unwrap());
                }
                (20_000, start.elapsed())
            }
            "file read by 64 KiB" => reading(64 * KIB, 1_000).await,
            "file read by 4 KiB" => reading(4 * KIB, 10_000).await,
            "file read at random" => {
                let file = open("big").await;
                let mut place = 1u64;
                let start = Instant::now();
                for _ in 0..5_000 {
                    place = place.wrapping_mul(6364136223846793005).wrapping_add(1);
                    let (stream, _end) = file.read_via_stream((place >> 40) % (60 * MIB as u64));
                    taking(stream, 4 * KIB, 4 * KIB).await;
                }
                (5_000, start.elapsed())
            }
            "stat" => {
                let home = home();
                let start = Instant::now();
                for _ in 0..10_000 {
                    let stat = home.stat_at(PathFlags::SYMLINK_FOLLOW, "small".into());
                    black_box(stat.await.unwrap());
                }
                (10_000, start.elapsed())
            }
            "open, read, close" => {
                let start = Instant::now();
                for _ in 0..5_000 {
                    read_whole("small").await;
                }
                (5_000, start.elapsed())
            }
            "small file read whole" => {
                let mut number = 0;
                let start = Instant::now();
                for _ in 0..5_000 {
                    number = (number + 7) % 2_000;
                    let (folder, file) = (number / 100, number % 100);
                    read_whole(&format!("tree/{folder}/{file}")).await;
                }
                (5_000, start.elapsed())
            }
            "walk over 2,000 files" => {
                let start = Instant::now();
                for _ in 0..10 {
                    assert_eq!(walk().await, 2_000 * KIB as u64);
                }
                (10, start.elapsed())
            }
            // WASI 0.3 has no such operation, or it is not measured.
            _ => return Err(()),
        };
        eprintln!("{}", taken.as_nanos() / times as u128);
        Ok(())
    }
}

/// Reads `all` bytes, or fewer if the stream ends, in pieces of `size` at most.
async fn taking(mut stream: StreamReader<u8>, all: usize, size: usize) -> (usize, Duration) {
    let mut left = all;
    let mut bytes = Vec::with_capacity(size);
    let start = Instant::now();
    while left > 0 {
        bytes.clear();
        let (result, filled) = stream.read(bytes).await;
        left = left.saturating_sub(filled.len());
        bytes = filled;
        if let StreamResult::Dropped = result {
            break;
        }
    }
    (all / size, start.elapsed())
}

/// Writes as many bytes, in pieces of `size`.
async fn giving(mut writer: StreamWriter<u8>, size: usize, times: usize) -> (usize, Duration) {
    let mut bytes = vec![b'x'; size];
    let start = Instant::now();
    for _ in 0..times {
        let mut rest = writer.write(bytes).await.1;
        while rest.remaining() > 0 {
            rest = writer.write_buf(rest).await.1;
        }
        bytes = rest.into_vec();
        bytes.resize(size, b'x');
    }
    (times, start.elapsed())
}

async fn printing(size: usize, times: usize) -> (usize, Duration) {
    let (writer, reader) = wit_stream::new();
    let _printed = stdout::write_via_stream(reader);
    giving(writer, size, times).await
}

fn address(peer: &str) -> IpSocketAddress {
    match peer.parse().expect("an address") {
        SocketAddr::V4(address) => {
            let [a, b, c, d] = address.ip().octets();
            IpSocketAddress::Ipv4(Ipv4SocketAddress {
                port: address.port(),
                address: (a, b, c, d),
            })
        }
        SocketAddr::V6(_) => panic!("the peer is reached by IPv4"),
    }
}

async fn connected(peer: &str) -> TcpSocket {
    let socket = TcpSocket::create(IpAddressFamily::Ipv4).unwrap();
    socket.connect(address(peer)).await.unwrap();
    socket
}

async fn receiving(peer: &str, size: usize) -> (usize, Duration) {
    let socket = connected(peer).await;
    let (stream, _end) = socket.receive();
    taking(stream, 256 * MIB, size).await
}

async fn sending(peer: &str, size: usize) -> (usize, Duration) {
    let socket = connected(peer).await;
    let (writer, reader) = wit_stream::new();
    let _sent = socket.send(reader);
    giving(writer, size, 256 * MIB / size).await
}

async fn reading(size: usize, times: usize) -> (usize, Duration) {
    let file = open("big").await;
    let (stream, _end) = file.read_via_stream(0);
    taking(stream, size * times, size).await
}

fn home() -> Descriptor {
    let mut folders = get_directories().into_iter();
    folders.next().expect("there is a folder").0
}

async fn read_whole(name: &str) {
    let file = open(name).await;
    let size = file.stat().await.unwrap().size as usize;
    let (stream, end) = file.read_via_stream(0);
    taking(stream, usize::MAX, size + 1).await;
    end.await.unwrap();
}

/// Returns the size of all files in the folders of `tree`.
async fn walk() -> u64 {
    let mut size = 0;
    for folder in entries(&open("tree").await).await {
        let folder = open(&format!("tree/{}", folder.name)).await;
        for file in entries(&folder).await {
            let stat = folder.stat_at(PathFlags::empty(), file.name);
            size += stat.await.unwrap().size;
        }
    }
    size
}

async fn entries(folder: &Descriptor) -> Vec<DirectoryEntry> {
    let (stream, end) = folder.read_directory();
    let entries = stream.collect().await;
    end.await.unwrap();
    entries
}

async fn open(name: &str) -> Descriptor {
    let home = home();
    let opened = home.open_at(
        PathFlags::SYMLINK_FOLLOW,
        name.into(),
        OpenFlags::empty(),
        DescriptorFlags::READ,
    );
    opened.await.unwrap()
}
