//! Uses clocks and nothing else, so that only its exit code reports failures.

use guests::clocks::{monotonic_clock, wall_clock};

guests::command!(run);

fn run() -> Result<(), ()> {
    let wall = wall_clock::now();
    // Between the years 2023 and 2096.
    check((1_700_000_000..4_000_000_000).contains(&wall.seconds))?;
    check(wall.nanoseconds < 1_000_000_000)?;

    let resolution = wall_clock::resolution();
    check(resolution.seconds > 0 || resolution.nanoseconds > 0)?;
    check(resolution.nanoseconds < 1_000_000_000)?;
    check(monotonic_clock::resolution() > 0)?;

    let start = monotonic_clock::now();
    let mut last = start;
    for _ in 0..10_000 {
        let now = monotonic_clock::now();
        check(now >= last)?;
        last = now;
    }

    monotonic_clock::subscribe_duration(20_000_000).block();
    check(monotonic_clock::now() - start >= 20_000_000)
}

fn check(holds: bool) -> Result<(), ()> {
    holds.then_some(()).ok_or(())
}
