//! `wasi:clocks`: the system's two clocks, and Tokio's timer to wait.

use crate::bindings::wasi::clocks::monotonic_clock::{self, Mark};
use crate::bindings::wasi::clocks::system_clock::{self, Instant};
use crate::bindings::wasi::clocks::types::{self, Duration as Nanoseconds};
use crate::{State, Wasi};
use std::time::{Duration, SystemTime};
use wasmtime::Result;
use wasmtime::component::Accessor;

/// Both clocks count nanoseconds, on every system that matters.
const RESOLUTION: Nanoseconds = 1;

impl types::Host for State {}

impl monotonic_clock::Host for State {
    fn now(&mut self) -> Result<Mark> {
        // Nanoseconds since the start of the host: enough for 584 years.
        Ok(self.start.elapsed().as_nanos() as u64)
    }

    fn get_resolution(&mut self) -> Result<Nanoseconds> {
        Ok(RESOLUTION)
    }
}

impl<T> monotonic_clock::HostWithStore<T> for Wasi {
    async fn wait_until(accessor: &Accessor<T, Self>, when: Mark) -> Result<()> {
        let now = accessor.with(|mut access| monotonic_clock::Host::now(access.get()))?;
        Self::wait_for(accessor, when.saturating_sub(now)).await
    }

    async fn wait_for(_: &Accessor<T, Self>, how_long: Nanoseconds) -> Result<()> {
        // Tokio would round no time at all up to a millisecond.
        if how_long > 0 {
            tokio::time::sleep(Duration::from_nanos(how_long)).await;
        }
        Ok(())
    }
}

impl system_clock::Host for State {
    fn now(&mut self) -> Result<Instant> {
        Ok(
            match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
                Ok(since) => Instant {
                    seconds: since.as_secs() as i64,
                    nanoseconds: since.subsec_nanos(),
                },
                // A clock set to a time before 1970: the nanoseconds still count up
                // from the second before.
                Err(error) => {
                    let before = error.duration();
                    let nanoseconds = before.subsec_nanos();
                    let begun = i64::from(nanoseconds > 0);
                    Instant {
                        seconds: -(before.as_secs() as i64) - begun,
                        nanoseconds: (1_000_000_000 - nanoseconds) % 1_000_000_000,
                    }
                }
            },
        )
    }

    fn get_resolution(&mut self) -> Result<Nanoseconds> {
        Ok(RESOLUTION)
    }
}
