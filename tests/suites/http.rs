//! `wasi:http` of WASI 0.2 in its shapes, over real HTTP on loopback. The
//! stable shape on the WASI 0.2 host is the reference for all.

#[path = "http/client.rs"]
mod client;
#[path = "http/http2.rs"]
mod http2;
#[path = "toolchains/install.rs"]
mod install;
#[path = "http/languages.rs"]
mod languages;
#[path = "http/load.rs"]
mod load;
#[path = "http/peer.rs"]
mod peer;
#[path = "http/place.rs"]
mod place;
#[path = "http/server.rs"]
mod server;
