//! The memory that a host takes for a connection of its guest over which nothing comes.

use crate::instantiate::memory_of;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// The numbers of connections that the guest makes: at first, and how many more.
const BEFORE: usize = 50;
const IDLE: usize = 400;

/// The time after which the guest, which waits, has come to rest.
const REST: Duration = Duration::from_millis(300);

/// Returns the bytes of memory that the host's process takes for one more connection.
pub fn memory(host: &str, guest: &Path) -> f64 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listening");
    let address = listener.local_addr().expect("it has one").to_string();
    let mut child = Command::new(host)
        .arg(guest)
        .args(["--inherit-network", "--", "memory per idle connection"])
        .arg(address)
        .stderr(Stdio::null())
        .spawn()
        .expect("starting the host");
    let accept = || listener.accept().expect("accepting").0;
    let mut first = accept();
    let mut idle: Vec<TcpStream> = Vec::new();
    let mut used = [0; 2];
    for (count, used) in [BEFORE, IDLE].into_iter().zip(&mut used) {
        idle.extend((0..count).map(|_| accept()));
        thread::sleep(REST);
        *used = memory_of(&child.id().to_string());
        first.write_all(&[0]).expect("telling the guest to go on");
    }
    let status = child.wait().expect("waiting for the host");
    assert!(status.success(), "the guest failed");
    used[1].saturating_sub(used[0]) as f64 / IDLE as f64
}
