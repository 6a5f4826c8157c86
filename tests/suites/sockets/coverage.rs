//! The functions that guests call, which are all of every shape, and the imports of an echo server.

use super::place::{self, InPlace, Program, SHAPES};
use std::fs;
use wasi_uplift_tests::{Guest, Host, MODES, Place, coverage, imports, uplifted};

/// Only the programs that tests run on a host count there.
#[test]
fn every_function_is_called() {
    let places: Vec<_> = Program::NAMES
        .iter()
        .flat_map(|name| place::named(name))
        .collect();
    for shape in SHAPES {
        let base = if shape == "stable" { "deps" } else { "rc" };
        let [io, clocks] = ["io", "clocks"].map(|file| format!("wit/{base}/{file}.wit"));
        let described = coverage::described(&[&io, &clocks, &format!("sockets/wit/{shape}.wit")]);
        assert_eq!(described.len(), 7, "{shape}: {:?}", described.keys());
        for host in Host::ALL {
            for mode in MODES {
                let there =
                    |place: &&Place| place.shape() == shape && place.on == Some((mode, host));
                let guests = places.iter().filter(there).map(|place| place.guest);
                let called = coverage::called(guests, "sockets");
                let what = format!("on {} no test calls these of {shape}", host.target());
                coverage::assert_called(&what, described.clone(), &called);
            }
        }
    }
}

/// A guest is a program that tests run.
#[test]
fn every_guest_is_run() {
    for guest in Guest::ALL {
        if let Some((shape, name)) = guest.name.split_once('-')
            && SHAPES.contains(&shape)
        {
            assert!(Program::NAMES.contains(&name), "no test runs {name}");
        }
    }
}

/// It imports neither files nor random numbers.
#[test]
fn an_echo_server_imports_what_it_needs() {
    const NEEDED: [&str; 6] = [
        "wasi:sockets/types",
        "wasi:cli/environment",
        "wasi:cli/stdout",
        "wasi:cli/stderr",
        "wasi:cli/types",
        "wasi:clocks/types",
    ];
    for place in place::uplifted(Program::TcpEcho) {
        let Some((mode, host)) = place.on else {
            continue;
        };
        let target = host.target();
        let needed = NEEDED.map(|path| target.interface(path));
        for name in imports(&fs::read(uplifted(place.guest, mode, target)).unwrap()) {
            assert!(needed.contains(&name), "{}: {name}", place.name());
        }
    }
}
