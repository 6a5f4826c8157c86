//! The imports of uplifted guests, and their sizes.

use wasi_uplift::{Options, Target};
use wasi_uplift_tests::{
    Guest, LinkMode, MODES, State, compose, compose_guest, coverage, host, imports, uplifted_bytes,
};
use wasmparser::{Validator, WasmFeatures};
use wasmtime::Store;
use wasmtime::component::{Component, ComponentType, Lift, Linker, Lower};
use wasmtime_wasi::WasiCtx;

#[test]
fn guests_import_wasi_0_2() {
    for guest in Guest::ALL {
        let names = imports(&guest.bytes());
        assert!(!names.is_empty(), "{}", guest.name);
        for name in names {
            if guest.is_driven() && name == DRIVER {
                continue;
            }
            assert!(name.starts_with("wasi:"), "{}: {name}", guest.name);
            let is_known = name.contains("@0.2.") || is_mixed(guest);
            assert!(is_known, "{}: {name}", guest.name);
        }
    }
}

/// What tells a guest that is driven what to do.
const DRIVER: &str = "tests:sequences/driver";

/// Returns `true` if the guest imports some of WASI 0.3 itself.
fn is_mixed(guest: &Guest) -> bool {
    guest.name.starts_with("mixed-")
}

#[test]
fn uplifted_guests_import_wasi_0_3_0() {
    for (guest, mode) in everything() {
        for name in imports(&uplifted_bytes(guest, mode)) {
            assert!(name.starts_with("wasi:"), "{}: {name}", guest.name);
            let is_known = name.ends_with("@0.3.0") || is_mixed(&guest) && name.contains("@0.3.");
            assert!(is_known, "{}: {name}", guest.name);
        }
    }
}

#[test]
fn a_guest_that_uses_clocks_imports_clocks_only() {
    let guest = Guest::named("clocks").unwrap();
    for mode in MODES {
        let names = imports(&uplifted_bytes(guest, mode));
        assert!(!names.is_empty());
        for name in names {
            assert!(name.starts_with("wasi:clocks/"), "{name}");
        }
    }
}

/// The limits are in KiB. `composer/tests/sizes.rs` has some for made-up guests that call every
/// function of some interfaces.
#[test]
fn guests_grow_by_little() {
    let limits = [
        ("clocks", 16),
        ("stable-tcp-client", 48),
        ("stable-tcp-echo", 48),
        ("stable-udp-echo", 48),
        ("draft-tcp-echo", 48),
        ("std-names", 128),
        ("std-process", 128),
        ("std-files", 128),
        ("http-stable-server", 128),
    ];
    for (name, limit) in limits {
        let guest = Guest::named(name).unwrap();
        let grown = uplifted_bytes(guest, LinkMode::Fused).len() - guest.bytes().len();
        println!("{name}: {grown} bytes");
        assert!(grown <= limit * 1024, "{name}: {grown} bytes");
    }
}

/// A guest pays for HTTP only if it imports it, and then for the functions that it calls.
#[test]
fn guests_import_http_only_if_they_use_it() {
    for (guest, mode) in everything() {
        let names = imports(&uplifted_bytes(guest, mode));
        let has = |name: &str| names.iter().any(|import| import.starts_with(name));
        let uses_http = guest.name.starts_with("http-");
        assert_eq!(has("wasi:http/"), uses_http, "{}", guest.name);
        if uses_http {
            assert!(
                !has("wasi:filesystem/") && !has("wasi:sockets/"),
                "{names:?}"
            );
        }
    }
}

/// However the guest is linked: every guest here can be fused.
#[test]
fn the_same_guest_gives_the_same_bytes() {
    for (guest, mode) in everything() {
        let again = match mode {
            LinkMode::Fused => LinkMode::Auto,
            mode => mode,
        };
        let again = compose_guest(guest, again, Target::default());
        assert!(uplifted_bytes(guest, mode) == again, "{}", guest.name);
    }
}

#[test]
fn results_are_valid() {
    for (guest, mode) in everything() {
        assert_valid(&uplifted_bytes(guest, mode), guest.name);
    }
}

/// Only a guest that is of WASI 0.3 itself has a target of its own.
#[test]
fn results_are_valid_whatever_the_target() {
    for guest in Guest::ALL {
        for target in Target::ALL {
            let options = Options::default().target(target);
            match wasi_uplift::compose(&guest.bytes(), &options) {
                Ok(composed) => assert_valid(&composed.bytes, guest.name),
                Err(error) => assert!(is_mixed(guest), "{}, {target}: {error}", guest.name),
            }
        }
    }
}

#[test]
fn results_have_one_memory_in_each_module_where_asked_for() {
    let one_memory = WasmFeatures::default().difference(WasmFeatures::MULTI_MEMORY);
    for guest in Guest::ALL {
        let options = Options::default().one_memory();
        if let Ok(composed) = wasi_uplift::compose(&guest.bytes(), &options) {
            assert_valid(&composed.bytes, guest.name);
            let result = Validator::new_with_features(one_memory).validate_all(&composed.bytes);
            assert!(result.is_ok(), "{}: {:?}", guest.name, result.err());
        }
    }
}

fn assert_valid(component: &[u8], name: &str) {
    let result = Validator::new().validate_all(component).map(|_| ());
    assert!(result.is_ok(), "{name}: {result:?}");
    // Every tool for WIT can read it.
    if let Err(error) = wit_component::decode(component) {
        panic!("{name}: {error:?}");
    }
}

/// A guest that asks WASI 0.2 for the time, and passes it on to an interface of the host.
const CALENDAR: &str = include_str!("../../composer/tests/cases/inspect/values-of-0.2.wat");

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

/// Types of values go where they are needed, whoever defined them.
#[test]
fn an_interface_of_the_host_has_values_of_wasi_0_2() {
    let guest = wat::parse_str(CALENDAR).unwrap();
    for mode in MODES {
        let composed = compose(&guest, mode, Target::default());
        let names = imports(&composed);
        assert!(names.iter().any(|name| name == "other:host/calendar"));
        assert!(!names.iter().any(|name| name.contains("@0.2")), "{names:?}");
        let engine = host::engine();
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p3::add_to_linker(&mut linker).unwrap();
        let mut calendar = linker.instance("other:host/calendar").unwrap();
        calendar
            .func_wrap("a-day-after", |_, (mut when,): (Datetime,)| {
                when.seconds += 24 * 60 * 60;
                Ok((when,))
            })
            .unwrap();
        let component = Component::new(&engine, composed).unwrap();
        let mut store = Store::new(&engine, State::new(WasiCtx::builder().build()));
        let answer = tokio::runtime::Runtime::new().unwrap().block_on(async {
            let instance = linker.instantiate_async(&mut store, &component).await?;
            let ask = instance.get_typed_func::<(), (u64,)>(&mut store, "ask")?;
            ask.call_async(&mut store, ()).await
        });
        assert_eq!(answer.unwrap(), (24 * 60 * 60,), "{mode}");
    }
}

/// In both shapes, so that a case for each is a case for every function.
#[test]
fn every_function_of_the_filesystem_is_called() {
    for (name, base) in [("filesystem", "deps"), ("filesystem-candidate", "rc")] {
        let files = ["io", "clocks", "filesystem"].map(|file| format!("wit/{base}/{file}.wit"));
        let described = coverage::described(&files.each_ref().map(String::as_str));
        assert_eq!(described.len(), 2, "{name}: {:?}", described.keys());
        let guest = Guest::named(name).unwrap();
        let called = coverage::called([guest], "filesystem");
        coverage::assert_called(name, described, &called);
    }
}

/// All guests that import nothing but WASI, in each link mode.
fn everything() -> impl Iterator<Item = (Guest, LinkMode)> {
    let modes = |guest: &'static Guest| guest.modes().iter().map(|mode| (*guest, *mode));
    let guests = Guest::ALL.iter().filter(|guest| !guest.is_driven());
    guests.flat_map(modes)
}
