//! A TCP echo server: `FAMILY COUNT`.
//!
//! It serves that many connections, all at once in one `poll` loop, and ends.

use sockets_guests::io::poll::{Pollable, poll};
use sockets_guests::io::streams::{InputStream, OutputStream, StreamError};
use sockets_guests::sockets::network::ErrorCode;
use sockets_guests::sockets::tcp::{ShutdownType, TcpSocket};
use sockets_guests::{arguments, family, listen, number, out};

sockets_guests::command!(run);

/// The order of the fields is the one in which they are dropped: children first.
struct Connection {
    readable: Pollable,
    writable: Pollable,
    input: InputStream,
    output: OutputStream,
    socket: TcpSocket,
    held: Vec<u8>,
    echoed: u64,
    /// The peer has sent everything, and it is on its way back.
    draining: bool,
}

/// The result of a step.
enum Step {
    GoOn,
    Done,
    Broken,
}

impl Connection {
    fn waits_for(&self) -> &Pollable {
        if self.held.is_empty() && !self.draining {
            &self.readable
        } else {
            &self.writable
        }
    }

    fn step(&mut self) -> Result<Step, StreamError> {
        if self.held.is_empty() && !self.draining {
            match self.input.read(1 << 16) {
                Ok(bytes) => self.held = bytes,
                Err(StreamError::Closed) => {
                    self.output.flush()?;
                    self.draining = true;
                }
                Err(error) => return Err(error),
            }
        }
        let permit = self.output.check_write()? as usize;
        if permit == 0 {
            return Ok(Step::GoOn);
        }
        if self.draining {
            self.socket
                .shutdown(ShutdownType::Send)
                .expect("it is connected");
            return Ok(Step::Done);
        }
        if self.held.len() <= permit {
            self.output.write(&self.held)?;
            self.echoed += self.held.len() as u64;
            self.held.clear();
        } else {
            self.output.write(&self.held[..permit])?;
            self.echoed += permit as u64;
            self.held.drain(..permit);
        }
        Ok(Step::GoOn)
    }
}

fn run() {
    let (listener, port) = listen(family(&arguments()[0]));
    let count = number(1);
    out!("port {port}");

    let incoming = listener.subscribe();
    let mut connections: Vec<Connection> = Vec::new();
    let (mut accepted, mut done, mut broken, mut echoed) = (0, 0, 0, 0);
    while done + broken < count {
        let mut waits: Vec<&Pollable> = connections.iter().map(Connection::waits_for).collect();
        if accepted < count {
            waits.push(&incoming);
        }
        let mut ready = poll(&waits);
        ready.sort_unstable();
        let served = connections.len();
        // From the last to the first: taking one out moves only those behind it.
        for index in ready.into_iter().rev().map(|index| index as usize) {
            if index == served {
                match listener.accept() {
                    Ok((socket, input, output)) => {
                        accepted += 1;
                        connections.push(Connection {
                            readable: input.subscribe(),
                            writable: output.subscribe(),
                            input,
                            output,
                            socket,
                            held: Vec::new(),
                            echoed: 0,
                            draining: false,
                        });
                    }
                    Err(ErrorCode::WouldBlock) => {}
                    Err(error) => panic!("accepting: {error:?}"),
                }
                continue;
            }
            match connections[index].step().unwrap_or(Step::Broken) {
                Step::GoOn => continue,
                Step::Done => done += 1,
                Step::Broken => broken += 1,
            }
            echoed += connections.remove(index).echoed;
        }
    }
    if broken == 0 {
        out!("served {done}, echoed {echoed} bytes");
    } else {
        out!("served {done}, broken {broken}");
    }
}
