//! A UDP echo server: `FAMILY COUNT`.

use sockets_guests::{Udp, arguments, family, loopback, number, out, port};

sockets_guests::command!(run);

fn run() {
    let family = family(&arguments()[0]);
    let udp = Udp::bind(family, loopback(family, 0));
    out!(
        "port {}",
        port(&udp.socket.local_address().expect("it is bound"))
    );
    let mut bytes = 0;
    for _ in 0..number(1) {
        let (data, from) = udp.receive_one().expect("receiving");
        bytes += data.len();
        udp.send(&data, Some(from)).expect("sending");
    }
    out!("echoed {bytes} bytes");
}
