//! Clocks and pollables.

use crate::operation::Operation;
use crate::show::Plain;
use crate::wait;
use crate::wasi::clocks::{monotonic_clock, wall_clock};
use crate::wasi::io::poll::{Pollable, poll};

/// Makes an operation, if it is one of these.
pub fn call(o: &Operation) -> Option<String> {
    match o.name {
        "now" => {
            let first = monotonic_clock::now();
            o.show(first <= monotonic_clock::now())
        }
        "resolution" => o.show(monotonic_clock::resolution() > 0),
        "wall-now" => o.show(wall_clock::now()),
        "wall-resolution" => o.show(wall_clock::resolution().seconds),
        "subscribe-duration" => o.show(monotonic_clock::subscribe_duration(o.arg())),
        "subscribe-instant" => o.show(monotonic_clock::subscribe_instant(o.arg())),
        "ready" => {
            let pollable = o.handle::<Pollable>()?;
            // Whether it is ready already is a matter of time. What it says after is not.
            let _ = pollable.ready();
            let ready = wait::one(&pollable);
            o.show((ready, pollable.ready()))
        }
        "block" => {
            let pollable = o.handle::<Pollable>()?;
            let ready = wait::one(&pollable);
            if ready {
                pollable.block();
            }
            o.show(ready)
        }
        "poll" => {
            let pollables = o.handles::<Pollable>()?;
            let pollables: Vec<_> = pollables.iter().map(|pollable| &***pollable).collect();
            o.show(Plain(wait::all(&pollables)))
        }
        "poll-none" => o.show(Plain(poll(&[]))),
        "drop-pollable" => o.drop::<Pollable>(),
        _ => None,
    }
}
