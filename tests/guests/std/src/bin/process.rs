//! The process itself: arguments and environment, exits, and time.

use std::io::{Read, Result, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs, process, thread};
use std_guests::{at, dispatch, fnv, show};

fn main() -> Result<()> {
    dispatch(&[
        ("told", told),
        ("nothing", || Ok(())),
        ("panic", || panic!("as it was asked to")),
        ("error", || fs::read_to_string(at("none")).map(drop)),
        ("exit", || process::exit(7)),
        ("abort", || process::abort()),
        ("unflushed", unflushed),
        ("time", time),
        ("echo", echo),
        ("udp", udp),
    ])
}

fn told() -> Result<()> {
    println!("{:?}", env::args().collect::<Vec<_>>());
    println!("{:?}", env::vars().collect::<Vec<_>>());
    show("folder", env::current_dir());
    show("relative", fs::read_to_string("told"));
    show("go", env::set_current_dir("/home/folder"));
    show("relative", fs::read_to_string("told"));
    show("write", fs::write("new", "written"));
    show("threads", thread::Builder::new().spawn(|| ()).map(drop));
    Ok(())
}

/// Leaves bytes in a buffer, in a file and on stdout, and ends the program at once.
fn unflushed() -> Result<()> {
    let mut file = fs::File::create(at("written"))?;
    for i in 0..100 {
        writeln!(file, "line {i}")?;
    }
    print!("no newline");
    std::io::stdout().flush()?;
    process::exit(0)
}

fn time() -> Result<()> {
    let start = Instant::now();
    let clock = SystemTime::now();
    thread::sleep(Duration::from_millis(50));
    let slept = start.elapsed();
    println!(
        "{}",
        slept >= Duration::from_millis(50) && slept < Duration::from_secs(5)
    );
    println!(
        "{}",
        clock
            .elapsed()
            .is_ok_and(|it| it >= Duration::from_millis(40))
    );
    println!(
        "{}",
        clock
            .duration_since(SystemTime::UNIX_EPOCH)
            .is_ok_and(|it| it.as_secs() > 1_700_000_000)
    );
    // A file that is written now has the time of now.
    fs::write(at("now"), "now")?;
    let modified = fs::metadata(at("now"))?.modified()?;
    let age = modified
        .duration_since(clock)
        .or_else(|_| clock.duration_since(modified));
    println!("{}", age.is_ok_and(|it| it < Duration::from_secs(60)));
    Ok(())
}

/// Returns both ends of a connection.
fn echo() -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let mut client = TcpStream::connect(address)?;
    let (mut server, peer) = listener.accept()?;
    println!("{}", peer == client.local_addr()?);
    client.set_nodelay(true)?;
    let bytes: Vec<u8> = (0..20_000).map(fnv::pattern).collect();
    let mut echoed = Vec::new();
    for piece in bytes.chunks(700) {
        client.write_all(piece)?;
        let mut there = vec![0; piece.len()];
        server.read_exact(&mut there)?;
        server.write_all(&there)?;
        let mut back = vec![0; piece.len()];
        client.read_exact(&mut back)?;
        echoed.extend_from_slice(&back);
    }
    println!("{}", echoed == bytes);
    client.shutdown(std::net::Shutdown::Write)?;
    show("end", server.read(&mut [0; 8]));
    drop(server);
    show("end", client.read(&mut [0; 8]));
    drop(listener);
    show("refused", TcpStream::connect(address).map(drop));
    Ok(())
}

fn udp() -> Result<()> {
    let one = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let other = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut bytes = [0; 64];
    for text in ["first", "", "third"] {
        one.send_to(text.as_bytes(), other.local_addr()?)?;
        let (len, from) = other.recv_from(&mut bytes)?;
        println!(
            "{:?} {}",
            String::from_utf8_lossy(&bytes[..len]),
            from == one.local_addr()?
        );
    }
    other.connect(one.local_addr()?)?;
    show("send", other.send(b"connected"));
    show("receive", one.recv(&mut bytes));
    Ok(())
}
