//! Repeats an operation, and prints on stderr how many nanoseconds one takes.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{ErrorKind, Read, Result, Seek, SeekFrom, Write};
use std::net::{TcpStream, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};
use wasip2::cli::{stdin, stdout};
use wasip2::clocks::monotonic_clock::{now, subscribe_duration};
use wasip2::io::poll::{Pollable, poll};
use wasip2::io::streams::StreamError;

const HOUR: u64 = 3_600_000_000_000;
const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// The numbers of idle connections: at first, and how many more.
const BEFORE: usize = 50;
const IDLE: usize = 400;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let peer = args.get(2).map_or("", String::as_str);
    let (times, taken) = match args[1].as_str() {
        "nothing" => (1, Duration::ZERO),
        "now" => repeat(1_000_000, || {
            black_box(now());
            Ok(())
        })?,
        "ready" => asking(0)?,
        "ready, of a timer that runs" => asking(HOUR)?,
        "subscribe, ready, drop" => repeat(200_000, || {
            black_box(subscribe_duration(HOUR).ready());
            Ok(())
        })?,
        "poll of 1" => polling(1, 200_000)?,
        "poll of 100" => polling(100, 10_000)?,
        "stdout by 4 KiB" => {
            let (stdout, bytes) = (stdout::get_stdout(), [b'x'; 4 * KIB]);
            repeat(50_000, || {
                stdout.blocking_write_and_flush(&bytes).map_err(failed)
            })?
        }
        "stdout by 64 KiB" => {
            let (stdout, bytes) = (stdout::get_stdout(), vec![b'x'; 64 * KIB]);
            let pollable = stdout.subscribe();
            repeat(8_000, || {
                let mut rest = &bytes[..];
                while !rest.is_empty() {
                    let permit = stdout.check_write().map_err(failed)? as usize;
                    if permit == 0 {
                        pollable.block();
                        continue;
                    }
                    let (first, others) = rest.split_at(permit.min(rest.len()));
                    stdout.write(first).map_err(failed)?;
                    rest = others;
                }
                Ok(())
            })?
        }
        "stdin by 64 KiB" => {
            let stdin = stdin::get_stdin();
            let mut left = 256 * MIB;
            let (_, taken) = repeat(1, || {
                while left > 0 {
                    let bytes = stdin.blocking_read(64 * KIB as u64).map_err(failed)?;
                    left -= bytes.len();
                }
                Ok(())
            })?;
            (256 * MIB / (64 * KIB), taken)
        }
        "tcp receive by 64 KiB" => receiving(peer, 64 * KIB)?,
        "tcp receive by 4 KiB" => receiving(peer, 4 * KIB)?,
        "tcp send by 64 KiB" => sending(peer, 64 * KIB)?,
        "tcp send by 4 KiB" => sending(peer, 4 * KIB)?,
        "tcp ping-pong" => {
            let mut stream = TcpStream::connect(peer)?;
            let mut byte = [1];
            repeat(20_000, || {
                stream.write_all(&byte)?;
                stream.read_exact(&mut byte)
            })?
        }
        "udp ping-pong" => {
            let socket = UdpSocket::bind("127.0.0.1:0")?;
            let mut byte = [1];
            repeat(20_000, || {
                socket.send_to(&byte, peer)?;
                socket.recv_from(&mut byte).map(drop)
            })?
        }
        "file write by 64 KiB" => {
            let mut file = File::create("/home/new")?;
            let bytes = vec![b'x'; 64 * KIB];
            repeat(2_000, || file.write_all(&bytes))?
        }
        "file write by 4 KiB" => {
            let mut file = File::create("/home/new")?;
            let bytes = [b'x'; 4 * KIB];
            repeat(10_000, || file.write_all(&bytes))?
        }
        "file read by 64 KiB" => {
            let mut file = File::open("/home/big")?;
            let mut bytes = vec![0; 64 * KIB];
            repeat(1_000, || file.read_exact(&mut bytes))?
        }
        "file read by 4 KiB" => {
            let mut file = File::open("/home/big")?;
            let mut bytes = [0; 4 * KIB];
            repeat(10_000, || file.read_exact(&mut bytes))?
        }
        "file read at random" => {
            let mut file = File::open("/home/big")?;
            let mut bytes = [0; 4 * KIB];
            let mut place = 1u64;
            repeat(5_000, || {
                place = place.wrapping_mul(6364136223846793005).wrapping_add(1);
                file.seek(SeekFrom::Start((place >> 40) % (60 * MIB) as u64))?;
                file.read_exact(&mut bytes)
            })?
        }
        "file write at random" => {
            let mut file = File::create("/home/new")?;
            let bytes = [b'x'; 4 * KIB];
            let mut place = 1u64;
            repeat(5_000, || {
                place = place.wrapping_mul(6364136223846793005).wrapping_add(1);
                file.seek(SeekFrom::Start((place >> 40) % (60 * MIB) as u64))?;
                file.write_all(&bytes)
            })?
        }
        "file copy by 64 KiB" => {
            let mut from = File::open("/home/big")?;
            let mut to = File::create("/home/new")?;
            let mut bytes = [0; 64 * KIB];
            repeat(1_000, || {
                from.read_exact(&mut bytes)?;
                to.write_all(&bytes)
            })?
        }
        "stat" => repeat(10_000, || fs::metadata("/home/small").map(drop))?,
        "open, read, close" => repeat(5_000, || fs::read("/home/small").map(drop))?,
        "small file read whole" => {
            let mut number = 0;
            repeat(5_000, || {
                number = (number + 7) % 2_000;
                let (folder, file) = (number / 100, number % 100);
                fs::read(format!("/home/tree/{folder}/{file}")).map(drop)
            })?
        }
        "walk over 2,000 files" => repeat(10, || {
            assert_eq!(walk(Path::new("/home/tree"))?, 2_000 * KIB as u64);
            Ok(())
        })?,
        "memory per idle connection" => (1, idling(peer)?),
        other => panic!("nothing is called {other:?}"),
    };
    eprintln!("{}", taken.as_nanos() / times as u128);
    Ok(())
}

fn repeat(times: usize, mut what: impl FnMut() -> Result<()>) -> Result<(usize, Duration)> {
    let start = Instant::now();
    for _ in 0..times {
        what()?;
    }
    Ok((times, start.elapsed()))
}

/// Returns the size of all files in a folder and in those within.
fn walk(folder: &Path) -> Result<u64> {
    let mut size = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        size += match entry.file_type()?.is_dir() {
            true => walk(&entry.path())?,
            false => entry.metadata()?.len(),
        };
    }
    Ok(size)
}

fn asking(duration: u64) -> Result<(usize, Duration)> {
    let timer = subscribe_duration(duration);
    repeat(500_000, || {
        black_box(timer.ready());
        Ok(())
    })
}

fn polling(count: usize, times: usize) -> Result<(usize, Duration)> {
    let timers: Vec<Pollable> = (0..count).map(|_| subscribe_duration(0)).collect();
    let timers: Vec<&Pollable> = timers.iter().collect();
    repeat(times, || {
        black_box(poll(&timers));
        Ok(())
    })
}

fn receiving(peer: &str, size: usize) -> Result<(usize, Duration)> {
    let mut stream = TcpStream::connect(peer)?;
    let mut bytes = vec![0; size];
    repeat(256 * MIB / size, || stream.read_exact(&mut bytes))
}

fn sending(peer: &str, size: usize) -> Result<(usize, Duration)> {
    let mut stream = TcpStream::connect(peer)?;
    let bytes = vec![b'x'; size];
    repeat(256 * MIB / size, || stream.write_all(&bytes))
}

/// Has connections over which nothing comes, and then more of them. In between, and in the end, the
/// host's memory is looked at, until a byte comes over the first.
fn idling(peer: &str) -> Result<Duration> {
    let mut first = TcpStream::connect(peer)?;
    let mut idle = Vec::new();
    for count in [BEFORE, IDLE] {
        for _ in 0..count {
            let mut stream = TcpStream::connect(peer)?;
            stream.set_nonblocking(true)?;
            let nothing = stream.read(&mut [0]);
            assert_eq!(nothing.unwrap_err().kind(), ErrorKind::WouldBlock);
            idle.push(stream);
        }
        first.read_exact(&mut [0])?;
    }
    Ok(Duration::ZERO)
}

fn failed(error: StreamError) -> std::io::Error {
    std::io::Error::other(format!("{error:?}"))
}
