//! `wasi:sockets` of WASI 0.2 in its three shapes, over real sockets on loopback, uplifted to
//! WASI 0.3.0 and to the snapshot of February 2026. The stable shape on the WASI 0.2 host is the
//! reference for all.

mod coverage;
mod door;
mod draft;
mod lookup;
mod peer;
mod place;
mod tcp;
mod udp;
mod walk;
