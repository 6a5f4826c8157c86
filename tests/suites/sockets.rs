//! `wasi:sockets` of WASI 0.2 in its three shapes, over real sockets on
//! loopback, uplifted to WASI 0.3.0 and to the snapshot of February 2026. The
//! stable shape on the WASI 0.2 host is the reference for all.

#[path = "sockets/coverage.rs"]
mod coverage;
#[path = "sockets/draft.rs"]
mod draft;
#[path = "sockets/lookup.rs"]
mod lookup;
#[path = "sockets/peer.rs"]
mod peer;
#[path = "sockets/place.rs"]
mod place;
#[path = "sockets/tcp.rs"]
mod tcp;
#[path = "sockets/udp.rs"]
mod udp;
#[path = "sockets/walk.rs"]
mod walk;
