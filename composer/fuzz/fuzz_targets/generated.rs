//! Guests that the input is the source of.

#![no_main]

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::{Corpus, fuzz_target};
use wasi_uplift_fuzz::generator::{Guest, Kind};
use wasi_uplift_fuzz::{check, tolerate_panics};

fuzz_target!(
    init: tolerate_panics(),
    |input: &[u8]| -> Corpus {
        match guest(&mut Unstructured::new(input)) {
            Ok(guest) => check(&guest.bytes, guest.text.as_deref()),
            Err(_) => return Corpus::Reject,
        }
        Corpus::Keep
    }
);

fn guest(source: &mut Unstructured<'_>) -> Result<Guest> {
    let kind = match source.ratio(1, 3)? {
        true => Kind::World,
        false => Kind::Composition,
    };
    Guest::of_kind(kind, source)
}
