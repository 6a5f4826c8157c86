//! Uses all of WASI that Rust's standard library does, and goes on where something is absent.

use std::collections::HashMap;
use std::io::{IsTerminal, Read, Result, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;
use std::{env, fs, io, thread};
use std_guests::show;

fn main() -> Result<()> {
    println!("arguments: {}", env::args().count());
    println!("variable: {:?}", env::var("ALONE").ok());
    show("read", fs::read("/home/file"));
    show("write", fs::write("/home/new", "new"));
    show("list", fs::read_dir("/home").map(Iterator::count));
    show("input", io::stdin().read(&mut [0; 8]));
    println!("terminal: {}", io::stdout().is_terminal());
    println!("map: {}", HashMap::from([("one", 1)])["one"]);
    let lookup = ("localhost", 80).to_socket_addrs();
    show("lookup", lookup.map(|mut found| found.next().is_some()));
    let datagrams = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0));
    show("datagrams", datagrams.map(drop));
    show("echo", echo());
    thread::sleep(Duration::from_millis(10));
    Ok(())
}

/// Returns both ends of a connection.
fn echo() -> Result<usize> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;
    client.write_all(b"hello")?;
    drop(client);
    server.read_to_end(&mut Vec::new())
}
