//! Every function of every shape is called by a guest, and what guests ask of
//! a host once uplifted.

use crate::place::SHAPES;
use wasi_uplift_tests::{Guest, LinkMode, coverage, imports, uplift};

#[test]
fn every_function_is_called() {
    for shape in SHAPES {
        let base = if shape == "stable" { "deps" } else { "rc" };
        let [io, clocks] = ["io", "clocks"].map(|file| format!("wit/{base}/{file}.wit"));
        let described = coverage::described(&[&io, &clocks, &format!("sockets/wit/{shape}.wit")]);
        assert_eq!(described.len(), 7, "{shape}: {:?}", described.keys());
        let prefix = format!("{shape}-");
        let guests = Guest::ALL.iter().copied();
        let called = coverage::called(guests.filter(|it| it.name.starts_with(&prefix)), "sockets");
        coverage::assert_called(shape, described, &called);
    }
}

/// Not a server with files, nor one with a random number.
#[test]
fn an_echo_server_imports_what_it_needs() {
    const NEEDED: [&str; 6] = [
        "wasi:sockets/types@0.3.0",
        "wasi:cli/environment@0.3.0",
        "wasi:cli/stdout@0.3.0",
        "wasi:cli/stderr@0.3.0",
        "wasi:cli/types@0.3.0",
        "wasi:clocks/types@0.3.0",
    ];
    for shape in SHAPES {
        let guest = Guest::named(&format!("{shape}-tcp-echo")).expect("the server");
        for mode in LinkMode::ALL {
            for name in imports(&uplift(&guest.bytes(), *mode)) {
                assert!(NEEDED.contains(&name.as_str()), "{shape}: {name}");
            }
        }
    }
}
