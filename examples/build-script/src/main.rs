//! Writes the guest that its build script has uplifted to standard output.

use std::io::Write;

const GUEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guest.wasm"));

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(GUEST)
}

#[test]
fn the_guest_needs_nothing_of_wasi_0_2() {
    let report = wasi_uplift::inspect(GUEST, &wasi_uplift::Options::default()).unwrap();
    assert!(matches!(report.verdict, wasi_uplift::Verdict::Already));
    assert_eq!(report.exports[0].item.name, "wasi:cli/run@0.3.0");
}
