//! UDP on loopback.

use crate::support::{check, printed};
use std::net::{Ipv6Addr, UdpSocket};

#[test]
fn states_of_ipv4() {
    check("udp-states.txt", &printed(&["udp-states", "ipv4"]));
}

/// IPv6 gives the same lines as IPv4.
#[test]
fn states_of_ipv6() {
    if UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        return eprintln!("there is no IPv6 here");
    }
    check("udp-states.txt", &printed(&["udp-states", "ipv6"]));
}
