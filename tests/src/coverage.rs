//! The functions of WASI, and those of them that guests call.

use crate::Guest;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use wit_component::DecodedWasm;
use wit_parser::{Resolve, WorldItem, WorldKey};

/// The functions of a package's interfaces, by the interface's name.
pub type Functions = BTreeMap<String, BTreeSet<String>>;

/// Returns the functions in the last of these WIT files, which may refer to the others. The paths
/// are relative to `guests`.
pub fn described(files: &[&str]) -> Functions {
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests");
    let mut resolve = Resolve::default();
    resolve.features.insert("network-error-code".into());
    let mut described = Functions::new();
    for file in files {
        let (package, _) = resolve
            .push_path(guests.join(file))
            .expect("WIT that is read");
        let interfaces = resolve.packages[package].interfaces.iter();
        described = interfaces
            .map(|(name, id)| {
                let functions = resolve.interfaces[*id].functions.keys().cloned();
                (name.clone(), functions.collect())
            })
            .collect();
    }
    described
}

/// Returns the functions of a package of WASI that these guests import. A component imports only
/// the functions that its code calls.
pub fn called(guests: impl IntoIterator<Item = Guest>, package: &str) -> Functions {
    let mut called = Functions::new();
    for guest in guests {
        let decoded = wit_component::decode(&guest.bytes()).expect("a component");
        let DecodedWasm::Component(resolve, world) = decoded else {
            panic!("{} is no component", guest.name);
        };
        for (key, item) in &resolve.worlds[world].imports {
            let (WorldKey::Interface(id), WorldItem::Interface { .. }) = (key, item) else {
                continue;
            };
            let interface = &resolve.interfaces[*id];
            let of = interface.package.map(|id| &resolve.packages[id].name);
            if let (Some(of), Some(name)) = (of, &interface.name)
                && (of.namespace.as_str(), of.name.as_str()) == ("wasi", package)
            {
                let functions = called.entry(name.clone()).or_default();
                functions.extend(interface.functions.keys().cloned());
            }
        }
    }
    called
}

/// Asserts that every function is called.
pub fn assert_called(what: &str, described: Functions, called: &Functions) {
    for (interface, functions) in described {
        let none = BTreeSet::new();
        let called = called.get(&interface).unwrap_or(&none);
        let missing: Vec<_> = functions.difference(called).collect();
        assert!(missing.is_empty(), "{what} {interface}: {missing:?}");
    }
}
