//! The unstable `timezone` interface.

use guests::clocks::{timezone, wall_clock};
use guests::out;

guests::command!(run);

fn run() -> Result<(), ()> {
    let now = wall_clock::now();
    out!("offset {}", timezone::utc_offset(now));
    let display = timezone::display(now);
    out!(
        "display {} {} {}",
        display.utc_offset,
        display.name,
        display.in_daylight_saving_time
    );
    Ok(())
}
