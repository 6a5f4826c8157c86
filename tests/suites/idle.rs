//! A guest that waits costs nothing.
//!
//! Alone in its test target: the kernel counts for all children of a process.

use std::fs;
use std::time::{Duration, Instant};
use wasi_uplift_tests::{Guest, MODES, Scenario, Stdin, lab};

#[test]
fn waiting_takes_no_processor_time() {
    let lab = lab!();
    let scenario = Scenario {
        args: vec!["idle".into()],
        stdin: Stdin::Held,
        ..Scenario::default()
    };
    for mode in MODES {
        let (start, before) = (Instant::now(), time_of_children());
        let guest = Guest::named("interleaved").unwrap();
        let outcome = lab.run_uplifted(guest, mode, &scenario).unwrap();
        assert_eq!(outcome.essence(), (&b"poll [1]\n"[..], &b""[..], 0));

        // Compiling the component is what is left.
        let (waited, worked) = (start.elapsed(), time_of_children() - before);
        assert!(waited >= Duration::from_secs(2), "{waited:?}");
        assert!(worked < Duration::from_secs(1), "{worked:?} of {waited:?}");
    }
}

/// The processor time of all children that have ended, in user and in system
/// mode.
fn time_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The fields after the command's name, which may hold spaces itself: these
    // two are the 16th and 17th of all.
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks: u64 = fields
        .split(' ')
        .skip(13)
        .take(2)
        .map(|f| f.parse::<u64>().unwrap())
        .sum();
    // Linux tells everybody that there are a hundred in a second.
    Duration::from_millis(ticks * 10)
}
