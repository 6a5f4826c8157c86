//! Every function of every shape is called by a guest, and what guests ask of
//! a host once uplifted.

use crate::place::SHAPES;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use wasi_uplift_tests::{Guest, LinkMode, imports, uplift};
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

#[test]
fn every_function_is_called() {
    for shape in SHAPES {
        let mut called = Functions::new();
        for guest in Guest::ALL {
            if guest.name.starts_with(&format!("{shape}-")) {
                add_imports(*guest, &mut called);
            }
        }
        let described = described(shape);
        assert_eq!(described.len(), 7, "{shape}: {:?}", described.keys());
        for (interface, functions) in described {
            let called = called.remove(&interface).unwrap_or_default();
            let missing: Vec<_> = functions.difference(&called).collect();
            assert!(missing.is_empty(), "{shape} {interface}: {missing:?}");
        }
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
