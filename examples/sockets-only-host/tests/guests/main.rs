//! Runs the component of `guest/` on the host, against native peers and against
//! itself, all on loopback.

mod host;
mod support;
mod tcp;
mod udp;
