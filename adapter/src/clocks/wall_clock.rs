//! `wasi:clocks/wall-clock`.

use crate::Adapter;
use crate::bindings::exports::wasi::clocks0_2_12::wall_clock::{Datetime, Guest};
use crate::bindings::wasi::clocks0_3_0::system_clock as p3;

const NANOSECONDS: u64 = 1_000_000_000;

impl Guest for Adapter {
    fn now() -> Datetime {
        let now = p3::now();
        match u64::try_from(now.seconds) {
            Ok(seconds) => Datetime {
                seconds,
                nanoseconds: now.nanoseconds,
            },
            // WASI 0.2 has no time before 1970.
            Err(_) => Datetime {
                seconds: 0,
                nanoseconds: 0,
            },
        }
    }

    fn resolution() -> Datetime {
        let resolution = p3::get_resolution();
        Datetime {
            seconds: resolution / NANOSECONDS,
            nanoseconds: (resolution % NANOSECONDS) as u32,
        }
    }
}
