//! The hosts are what they claim to be, or the comparison would mean nothing.

use wasi_uplift_tests::{Guest, NOT_RUN, Scenario, lab};

#[test]
fn the_p3_only_host_refuses_every_guest_as_it_is() {
    let lab = lab!();
    for guest in Guest::ALL {
        let outcome = lab.run_as_is(*guest, &Scenario::default()).unwrap();
        let stderr = String::from_utf8_lossy(&outcome.stderr);
        assert_eq!(outcome.code, NOT_RUN, "{}: {stderr}", guest.name);
        assert!(
            stderr.contains("wasi:") && stderr.contains("@0.2."),
            "{stderr}"
        );
    }
}
