//! Whatever the guest: `compose` doesn't panic, an error is no bug here, and a result is valid.
//!
//! Guests are made at random, but the same ones every time.

mod common;

use arbitrary::Unstructured;
use common::{files, fixture, guest};
use wasi_uplift::{ComposeError, LinkMode, Options, Target, Verdict, compose, inspect};
use wasm_smith::{Component, Config, Module};
use wasmparser::Validator;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve, WorldItem};

/// What came of guests in each link mode, and for each target.
#[derive(Default, Debug)]
struct Count {
    composed: usize,
    refused: usize,
}

impl Count {
    fn check(&mut self, name: &str, guest: &[u8]) {
        let links = LinkMode::ALL.map(|link| Options::default().link(link));
        let targets = Target::ALL.map(|target| Options::default().target(target));
        for options in links.iter().chain(&targets[1..]) {
            self.check_with(&format!("{name}, {options:?}"), guest, options);
        }
    }

    fn check_with(&mut self, name: &str, guest: &[u8], options: &Options) {
        let report = inspect(guest, options);
        match compose(guest, options) {
            Ok(composed) => {
                self.composed += 1;
                if let Err(error) = Validator::new().validate_all(&composed.bytes) {
                    panic!("{name}: {error}");
                }
                let verdict = report.unwrap().verdict;
                let expected = match verdict {
                    Verdict::Already => composed.plan.is_identity(),
                    Verdict::Composes(same) => same.bytes == composed.bytes,
                    _ => false,
                };
                assert!(expected, "{name}");
            }
            Err(error) => {
                self.refused += 1;
                let message = error.to_string();
                assert!(!message.contains("bug"), "{name}: {error:?}");
                match report {
                    Ok(report) => assert!(
                        matches!(report.verdict, Verdict::Impossible { .. }),
                        "{name}: {report:?}"
                    ),
                    Err(same) => assert_eq!(same.to_string(), message, "{name}"),
                }
            }
        }
    }
}

/// Bytes that look random.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn components_of_all_kinds() {
    let mut count = Count::default();
    for seed in 0..200 {
        let noise = noise(seed, 4096);
        let mut source = Unstructured::new(&noise);
        let Ok(component) = Component::new(Config::default(), &mut source) else {
            continue;
        };
        let name = format!("component {seed}");
        count.check_with(&name, &component.to_bytes(), &Options::default());
    }
    assert!(count.composed + count.refused > 50, "{count:?}");
}

#[test]
fn core_modules_of_all_kinds() {
    let mut count = Count::default();
    for seed in 0..100 {
        let noise = noise(seed, 2048);
        let mut source = Unstructured::new(&noise);
        let config = Config {
            available_imports: Some(
                wat::parse_str(
                    r#"(module
                        (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
                        (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
                        (import "wasi_snapshot_preview1" "fd_write"
                            (func (param i32 i32 i32 i32) (result i32)))
                        (import "env" "other" (func)))"#,
                )
                .unwrap(),
            ),
            exports: Some(
                wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "_start")))"#)
                    .unwrap(),
            ),
            ..Config::default()
        };
        let Ok(module) = Module::new(config, &mut source) else {
            continue;
        };
        let name = format!("module {seed}");
        count.check_with(&name, &module.to_bytes(), &Options::default());
    }
    assert!(count.composed > 10, "{count:?}");
}

/// Guests that import some of the functions of WASI 0.2, and do anything with them.
#[test]
fn guests_of_wasi_0_2() {
    let mut resolve = Resolve::default();
    resolve.features.insert("clocks-timezone".into());
    let wit = fixture("../../tests/guests/wit");
    let (package, _) = resolve.push_dir(wit).unwrap();
    let world = resolve.select_world(&[package], Some("guest")).unwrap();
    let mut count = Count::default();
    for seed in 0..12 {
        let noise = noise(seed, 8192);
        let (choice, code) = noise.split_at(1024);
        let mut choice = choice.iter().cycle();
        let mut resolve = resolve.clone();
        for item in resolve.worlds[world].imports.clone().values() {
            if let WorldItem::Interface { id, .. } = item {
                let wanted =
                    |_: &String, _: &mut _| choice.next().is_some_and(|byte| byte % 4 == 0);
                resolve.interfaces[*id].functions.retain(wanted);
            }
        }
        let shape = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
        let config = Config {
            module_shape: Some(shape),
            ..Config::default()
        };
        let mut module = Module::new(config, &mut Unstructured::new(code))
            .unwrap()
            .to_bytes();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        let encoder = ComponentEncoder::default();
        let guest = encoder.module(&module).unwrap().encode().unwrap();
        count.check(&format!("guest {seed}"), &guest);
    }
    assert!(count.composed > 12, "{count:?}");
}

/// Every other byte of a guest is changed, and the guest is cut off before it.
#[test]
fn damaged_guests() {
    let guest = guest("sleeps");
    let mut refused = 0;
    for position in (0..guest.len()).step_by(2) {
        let mut damaged = guest.clone();
        damaged[position] ^= [0x01, 0x40, 0xff][position % 3];
        for bytes in [&damaged, &guest[..position]] {
            if let Err(error) = compose(bytes, &Options::default()) {
                let message = error.to_string();
                assert!(!message.contains("bug"), "{position}: {error:?}");
                refused += 1;
            }
        }
    }
    assert!(refused > guest.len() / 2, "{refused} of {}", guest.len());
}

#[test]
fn guests_of_the_tests() {
    let mut count = Count::default();
    for folder in [
        "cases",
        "guests",
        "../../tests/guests/wat",
        "../../examples",
    ] {
        for path in files(&fixture(folder)) {
            if path.extension().is_none_or(|extension| extension != "wat") {
                continue;
            }
            // Other text than that of a component is for other tests.
            if let Ok(guest) = wat::parse_file(&path) {
                count.check(&path.display().to_string(), &guest);
            }
        }
    }
    assert!(count.composed > 20 && count.refused > 20, "{count:?}");
}

/// An error says what is wrong, and can be passed on.
#[test]
fn errors_are_errors() {
    fn is_error<T: std::error::Error + Send + Sync + 'static>() {}
    is_error::<ComposeError>();
}
