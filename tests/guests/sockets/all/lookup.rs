//! Looks up each argument, and prints its addresses, sorted: every network has its own order.

use sockets_guests::sockets::network::ErrorCode;
use sockets_guests::{arguments, ip, out, resolve};

sockets_guests::command!(run);

fn run() {
    for name in arguments() {
        let stream = match resolve(&name) {
            Ok(stream) => stream,
            Err(error) => {
                out!("{name}: at once {}", error.name());
                continue;
            }
        };
        let pollable = stream.subscribe();
        let mut found = Vec::new();
        let end = loop {
            match stream.resolve_next_address() {
                Ok(Some(address)) => found.push(ip(&address)),
                Ok(None) => break "all".to_owned(),
                Err(ErrorCode::WouldBlock) => pollable.block(),
                Err(error) => break error.name().to_owned(),
            }
        };
        found.sort();
        found.dedup();
        out!("{name}: {found:?}, {end}");
        let ready = pollable.ready();
        let then = stream.resolve_next_address();
        out!(
            "{name}: then ready {ready}, {:?}",
            then.map(|a| a.is_some())
        );
    }
}
