//! Every function of every shape is called by a guest, and what guests ask of
//! a host once uplifted.

use crate::place::{Place, Program, SHAPES};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use wasi_uplift_tests::{Guest, Host, LinkMode, imports, uplift_to};
use wit_component::DecodedWasm;
use wit_parser::{Resolve, WorldItem, WorldKey};

/// The functions of an interface, by the interface's name without version.
type Functions = BTreeMap<String, BTreeSet<String>>;

/// What the WIT of a shape has.
fn described(shape: &str) -> Functions {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests/sockets/wit");
    let base = if shape == "stable" {
        folder.join("../../wit/deps")
    } else {
        folder.join("rc")
    };
    let mut resolve = Resolve::default();
    resolve.features.insert("network-error-code".into());
    for file in ["io.wit", "clocks.wit"] {
        resolve
            .push_path(base.join(file))
            .expect("WIT that is read");
    }
    let (package, _) = resolve
        .push_path(folder.join(shape).with_extension("wit"))
        .expect("WIT that is read");
    let interfaces = resolve.packages[package].interfaces.iter();
    interfaces
        .map(|(name, id)| {
            let functions = resolve.interfaces[*id].functions.keys().cloned();
            (name.clone(), functions.collect())
        })
        .collect()
}

/// Adds what a guest imports of `wasi:sockets`. A component names only what its
/// code calls.
fn add_imports(guest: Guest, called: &mut Functions) {
    let decoded = wit_component::decode(&guest.bytes()).expect("a component");
    let DecodedWasm::Component(resolve, world) = decoded else {
        panic!("{} is no component", guest.name);
    };
    for (key, item) in &resolve.worlds[world].imports {
        let (WorldKey::Interface(id), WorldItem::Interface { .. }) = (key, item) else {
            continue;
        };
        let interface = &resolve.interfaces[*id];
        let package = interface.package.map(|id| &resolve.packages[id].name);
        if let (Some(package), Some(name)) = (package, &interface.name)
            && (package.namespace.as_str(), package.name.as_str()) == ("wasi", "sockets")
        {
            let functions = called.entry(name.clone()).or_default();
            functions.extend(interface.functions.keys().cloned());
        }
    }
}

/// On each host, by the programs that tests run there.
#[test]
fn every_function_is_called() {
    let places: Vec<_> = Program::NAMES
        .iter()
        .flat_map(|name| Place::named(name))
        .collect();
    for shape in SHAPES {
        let described = described(shape);
        assert_eq!(described.len(), 7, "{shape}: {:?}", described.keys());
        for host in Host::ALL {
            for mode in LinkMode::ALL {
                let there =
                    |place: &&Place| place.shape() == shape && place.on == Some((*mode, host));
                let mut called = Functions::new();
                for place in places.iter().filter(there) {
                    add_imports(place.guest, &mut called);
                }
                for (interface, functions) in &described {
                    let called = called.remove(interface).unwrap_or_default();
                    let missing: Vec<_> = functions.difference(&called).collect();
                    assert!(
                        missing.is_empty(),
                        "no test on {} calls {missing:?} of {shape} {interface}",
                        host.target()
                    );
                }
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

/// Not a server with files, nor one with a random number.
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
    for place in Place::uplifted(Program::TcpEcho) {
        let Some((mode, host)) = place.on else {
            continue;
        };
        let target = host.target();
        let needed = NEEDED.map(|path| target.interface(path));
        for name in imports(&uplift_to(&place.guest.bytes(), mode, target)) {
            assert!(needed.contains(&name), "{}: {name}", place.name());
        }
    }
}
