//! Whatever the guest: `compose` doesn't panic, an error is no bug here, and a result is valid; see
//! [`common::checks`] for the rest.
//!
//! Guests are made at random, but the same ones every time. `GUESTS` and `SEED` in the environment
//! say how many there are of each kind, and which is the first.

mod common;
mod generator;

use arbitrary::Unstructured;
use common::checks::{self, Outcome};
use common::{files, fixture, guest};
use generator::{Guest, Kind, encoding, noise};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};
use wasi_uplift::{ComposeError, Options, compose};
use wasm_smith::{Component, Config, Module};

#[global_allocator]
static ALLOCATOR: checks::Counting = checks::Counting;

/// How many guests of a kind there are if nothing else is said.
const GUESTS: u64 = 40;

/// How many guests came to what.
#[derive(Default, Debug)]
struct Count(BTreeMap<Outcome, usize>);

impl Count {
    fn check(&mut self, name: &str, guest: &[u8]) {
        let outcome = checks::check(guest).unwrap_or_else(|error| panic!("{name}: {error}"));
        *self.0.entry(outcome).or_default() += 1;
    }

    /// Fails if guests have come to something less often than expected: whatever makes them doesn't
    /// reach all of the composer any more.
    fn assert_at_least(&self, expected: &[(Outcome, usize)]) {
        for (outcome, least) in expected {
            let found = self.0.get(outcome).copied().unwrap_or_default();
            assert!(found >= *least, "{outcome:?} of {self:?}");
        }
    }
}

/// The number that a variable of the environment has.
fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("it is a number"))
}

/// A seed that is another one each time.
fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::from(now.subsec_nanos())
}

/// Checks guests of a kind: of seeds that stay and of one that doesn't, or of those that the
/// environment says.
fn check_generated(kind: Kind, expected: &[(Outcome, usize)]) {
    let (count, first) = (number("GUESTS"), number("SEED"));
    let is_chosen = count.is_some() || first.is_some();
    let mut seeds: Vec<u64> = match is_chosen {
        true => {
            let first = first.unwrap_or_else(fresh_seed);
            (first..first + count.unwrap_or(GUESTS)).collect()
        }
        false => (0..GUESTS).chain([fresh_seed()]).collect(),
    };
    let last = seeds.pop();
    let mut counted = Count::default();
    let mut check = |seed| {
        let noise = noise(seed, 16 << 10);
        // Not every world can be encoded.
        if let Ok(guest) = Guest::of_kind(kind, &mut Unstructured::new(&noise)) {
            let text = guest.text.as_deref().unwrap_or_default();
            counted.check(&format!("SEED={seed}, {kind:?}\n{text}"), &guest.bytes);
        }
    };
    seeds.into_iter().for_each(&mut check);
    if let Some(seed) = last {
        println!("{kind:?}: the last seed is {seed}");
        check(seed);
    }
    println!("{kind:?}: {counted:?}");
    if !is_chosen {
        counted.assert_at_least(expected);
    }
}

/// Guests of a random world, as `wit-component` encodes them.
#[test]
fn worlds() {
    check_generated(
        Kind::World,
        &[
            (Outcome::Fused, 3),
            (Outcome::Linked, 5),
            (Outcome::Refused, 5),
            (Outcome::Invalid, 2),
        ],
    );
}

/// Components made of components.
#[test]
fn compositions() {
    check_generated(
        Kind::Composition,
        &[
            (Outcome::Fused, 8),
            (Outcome::Linked, 8),
            (Outcome::Invalid, 1),
        ],
    );
}

#[test]
fn components_of_all_kinds() {
    let mut count = Count::default();
    for seed in 0..60 {
        let noise = noise(seed, 4096);
        let mut source = Unstructured::new(&noise);
        let Ok(component) = Component::new(Config::default(), &mut source) else {
            continue;
        };
        count.check(&format!("component {seed}"), &component.to_bytes());
    }
    assert!(count.0.values().sum::<usize>() > 20, "{count:?}");
}

#[test]
fn core_modules_of_all_kinds() {
    let mut count = Count::default();
    for seed in 0..40 {
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
        count.check(&format!("module {seed}"), &module.to_bytes());
    }
    count.assert_at_least(&[(Outcome::Fused, 4)]);
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
                assert!(
                    !message.contains("a bug of wasi-uplift"),
                    "{position}: {error:?}"
                );
                refused += 1;
            }
        }
    }
    assert!(refused > guest.len() / 2, "{refused} of {}", guest.len());
}

/// The guests of all tests, and each in another encoding.
#[test]
fn guests_of_the_tests() {
    let mut count = Count::default();
    let mut changed = Count::default();
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
                let name = path.display().to_string();
                count.check(&name, &guest);
                // Of the seed depends what becomes of it, but not of how many guests there are.
                let noise = noise(guest.len() as u64, 512);
                let other = encoding::changed(&guest, &mut Unstructured::new(&noise)).unwrap();
                changed.check(&format!("{name}, changed"), &other);
            }
        }
    }
    count.assert_at_least(&[
        (Outcome::Fused, 20),
        (Outcome::Linked, 5),
        (Outcome::Refused, 20),
    ]);
    changed.assert_at_least(&[
        (Outcome::Fused, 10),
        (Outcome::Linked, 3),
        (Outcome::Refused, 10),
        (Outcome::Invalid, 10),
    ]);
}

/// An error says what is wrong, and can be passed on.
#[test]
fn errors_are_errors() {
    fn is_error<T: std::error::Error + Send + Sync + 'static>() {}
    is_error::<ComposeError>();
}
