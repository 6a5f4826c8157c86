//! The hosts ship what they claim to, or the comparison would mean nothing.

use crate::LAB;
use wasi_uplift_tests::{Guest, Host, NOT_RUN, Scenario};

#[test]
fn the_p3_only_host_refuses_every_guest_as_it_is() {
    for guest in Guest::ALL.iter().filter(|guest| !guest.is_driven()) {
        let outcome = LAB.run_file(Host::P3Only, guest.path(), &Scenario::default());
        let outcome = outcome.unwrap();
        let stderr = String::from_utf8_lossy(&outcome.stderr);
        assert_eq!(outcome.code, NOT_RUN, "{}: {stderr}", guest.name);
        assert!(
            stderr.contains("wasi:") && stderr.contains("@0.2."),
            "{stderr}"
        );
    }
}
