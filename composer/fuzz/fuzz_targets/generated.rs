//! Guests that the input is the source of.

#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::{Corpus, fuzz_target};
use wasi_uplift_fuzz::generator::Guest;
use wasi_uplift_fuzz::{check, tolerate_panics};

fuzz_target!(
    init: tolerate_panics(),
    |input: &[u8]| -> Corpus {
        let Ok(guest) = Guest::arbitrary(&mut Unstructured::new(input)) else {
            return Corpus::Reject;
        };
        check(&guest.bytes, guest.text.as_deref());
        Corpus::Keep
    }
);
