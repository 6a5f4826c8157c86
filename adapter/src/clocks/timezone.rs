//! `wasi:clocks/timezone`.
//!
//! WASI 0.3.0 has no stable time zone to ask. WASI 0.2 says what to answer when the zone can't be
//! determined: UTC.

use crate::Adapter;
use crate::bindings::exports::wasi::clocks0_2_12::timezone::{Datetime, Guest, TimezoneDisplay};

impl Guest for Adapter {
    fn display(_when: Datetime) -> TimezoneDisplay {
        TimezoneDisplay {
            utc_offset: 0,
            name: "UTC".into(),
            in_daylight_saving_time: false,
        }
    }

    fn utc_offset(_when: Datetime) -> i32 {
        0
    }
}
