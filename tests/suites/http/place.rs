//! The guests with HTTP, in the shapes that `wasi:http` had.

use crate::LAB;
use wasi_uplift_tests::{Guest, Host, LinkMode, Place, Scenario};

pub const SHAPES: [&str; 3] = ["stable", "december", "candidate"];

/// Returns the reference: the stable shape on the WASI 0.2 host.
pub fn reference(program: &str) -> Place {
    Place::reference(guest("stable", program))
}

/// Returns the stable shape, uplifted.
pub fn stable(program: &str) -> Vec<Place> {
    Place::uplifted(guest("stable", program), Host::P3Only)
}

/// Returns every shape, uplifted, and one for the snapshot.
pub fn uplifted(program: &str) -> impl Iterator<Item = Place> {
    let places = |shape| Place::uplifted(guest(shape, program), Host::P3Only);
    let snapshot = Place {
        guest: guest("stable", program),
        on: Some((LinkMode::Fused, Host::Snapshot)),
    };
    SHAPES.into_iter().flat_map(places).chain([snapshot])
}

fn guest(shape: &str, program: &str) -> Guest {
    Guest::named(&format!("http-{shape}-{program}")).expect("every shape has the program")
}

/// Runs a command, and returns its output and its exit code.
pub fn run(place: Place, args: &[&str]) -> (String, u8) {
    let scenario = Scenario {
        args: args.iter().map(|arg| arg.to_string()).collect(),
        ..Scenario::default()
    };
    let outcome = LAB.run(place, &scenario).expect("the host runs");
    let output = [outcome.stdout, outcome.stderr].concat();
    let text = String::from_utf8(output).expect("guests print text");
    (text + &outcome.trap, outcome.code)
}
