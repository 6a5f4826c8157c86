//! `wasi:sockets` where there is none: no socket can be made, and no name has an address.

use crate::abi::RETURNED;
use crate::abi::sockets::{Area, CODES, LOOKUP_CODES, Layout, RESOLVED};
use crate::sockets::error::Fault;

impl Area {
    /// Makes it an error: the one of `codes` that stands for `fault`, at `at`.
    fn fail(&mut self, at: usize, codes: &[Fault], fault: Fault) {
        let index = codes.iter().position(|code| *code == fault);
        let first = u8::from(Layout::of_host() == Layout::Enumeration);
        self.0[0] = 1;
        self.0[at] = index.unwrap_or(0) as u8 + first;
    }

    fn fail_to_create(&mut self) {
        self.fail(Layout::of_host().payload(4), &CODES, Fault::NotSupported);
    }
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:sockets/types@0.3.0#[static]tcp-socket.create")]
extern "C" fn create_tcp_socket(_: u32, result: &mut Area) {
    result.fail_to_create();
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:sockets/types@0.3.0#[static]udp-socket.create")]
extern "C" fn create_udp_socket(_: u32, result: &mut Area) {
    result.fail_to_create();
}

#[unsafe(export_name = "wasi-uplift:absent/wasi:sockets/ip-name-lookup@0.3.0#[async-lower]resolve-addresses")]
extern "C" fn resolve_addresses(_: *const u8, _: usize, result: &mut Area) -> u32 {
    result.fail(RESOLVED, &LOOKUP_CODES, Fault::PermanentResolverFailure);
    RETURNED
}
