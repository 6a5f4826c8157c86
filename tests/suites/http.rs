//! `wasi:http` of WASI 0.2 in its shapes, over real HTTP on loopback. The stable shape on the
//! WASI 0.2 host is the reference for all.

mod client;
mod http2;
mod languages;
mod load;
mod middleware;
mod peer;
mod place;
mod plain;
mod server;
