//! `wasi:sockets` where there is none: no socket can be made, and no name has an address.

use super::{RETURNED, of_layout};
use crate::canon::Area;
use crate::p3::sockets::{ErrorCode, LookupErrorCode};
use crate::raw::sockets_ip_name_lookup::resolve_addresses as lookup;
use crate::raw::sockets_types::tcp_socket_create as create;

/// The memory of a result, in the size that the callers have.
type Results = Area<48>;

/// Makes it an error.
fn fail(results: &mut Results, at: usize, case: u8) {
    results.put(0, [1]);
    results.put(at, [case]);
}

fn fail_to_create(results: &mut Results) {
    let at = of_layout(create::ERR, create::other::ERR);
    let code = ErrorCode::NotSupported;
    fail(results, at, of_layout(code as u8, code.other_case()));
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:sockets/types@0.3.0#[static]tcp-socket.create")]
extern "C" fn create_tcp_socket(_: u32, results: &mut Results) {
    fail_to_create(results);
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:sockets/types@0.3.0#[static]udp-socket.create")]
extern "C" fn create_udp_socket(_: u32, results: &mut Results) {
    fail_to_create(results);
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:sockets/ip-name-lookup@0.3.0#[async-lower]resolve-addresses")]
extern "C" fn resolve_addresses(_: *const u8, _: usize, results: &mut Results) -> u32 {
    let at = of_layout(lookup::ERR, lookup::other::ERR);
    let code = LookupErrorCode::PermanentResolverFailure;
    fail(results, at, of_layout(code as u8, code.other_case()));
    RETURNED
}
