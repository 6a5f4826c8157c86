//! Pollables of the monotonic clock, alone and in lists.

use guests::clocks::monotonic_clock::{now, subscribe_duration, subscribe_instant};
use guests::io::poll::{Pollable, poll};
use guests::{after_ms, mode, never, out, poll_sorted};

guests::command!(run);

fn run() -> Result<(), ()> {
    match mode().as_str() {
        "zero" => soon(|| subscribe_duration(0)),
        "now" => soon(|| subscribe_instant(now())),
        "past" => soon(|| subscribe_instant(now().saturating_sub(1_000_000_000))),
        "start-of-time" => soon(|| subscribe_instant(0)),
        "huge" => huge(),
        "order" => order(),
        "sleep" => sleep(),
        "many" => many(),
        "fired" => fired(50),
        "fired-often" => fired(10_000),
        "duplicates" => duplicates(),
        "empty-list" => {
            out!("before");
            poll(&[]);
            out!("after");
        }
        "spin" => spin(),
        "drop-unfired" => drop_unfired(),
        "abandoned" => abandoned(),
        other => panic!("unknown mode {other}"),
    }
    Ok(())
}

/// A deadline that has passed already. A host may need a moment to see it, but must not wait for
/// anything else.
fn soon(subscribe: impl Fn() -> Pollable) {
    subscribe().block();
    out!("block returned");

    out!(
        "poll {:?}",
        poll_sorted(&[&never(), &subscribe(), &never()])
    );

    let spun = subscribe();
    while !spun.ready() {}
    out!("ready in the end");
}

fn huge() {
    let distant = [
        never(),
        subscribe_instant(u64::MAX),
        subscribe_duration(1 << 62),
    ];
    out!("ready {:?}", distant.each_ref().map(Pollable::ready));
    let soon = after_ms(10);
    out!(
        "poll {:?}",
        poll_sorted(&[&distant[0], &distant[1], &soon, &distant[2]])
    );
    out!("ready {:?}", distant.each_ref().map(Pollable::ready));
}

/// Timers come in the order of their deadlines, whatever their order in the list. A slow machine
/// may see several at once.
fn order() {
    let mut waiting: Vec<(u64, Pollable)> =
        [90, 30, 60, 0, 120].map(|ms| (ms, after_ms(ms))).into();
    let mut seen = Vec::new();
    while !waiting.is_empty() {
        let list: Vec<&Pollable> = waiting.iter().map(|(_, pollable)| pollable).collect();
        let ready = poll_sorted(&list);
        let mut fired: Vec<u64> = ready.iter().map(|i| waiting[*i as usize].0).collect();
        waiting.retain(|(ms, _)| !fired.contains(ms));
        fired.sort_unstable();
        seen.extend(fired);
    }
    out!("{seen:?}");
}

fn sleep() {
    let start = now();
    for _ in 0..3 {
        poll(&[&after_ms(20)]);
    }
    out!("slept by poll: {}", now() - start >= 60_000_000);

    let start = now();
    subscribe_instant(start + 20_000_000).block();
    out!("slept until an instant: {}", now() >= start + 20_000_000);
}

fn many() {
    let mut waiting: Vec<Pollable> = (0..1000).map(|i| after_ms(i % 10)).collect();
    let mut fired = 0;
    while !waiting.is_empty() {
        let list: Vec<&Pollable> = waiting.iter().collect();
        let ready = poll_sorted(&list);
        assert!(!ready.is_empty());
        fired += ready.len();
        for index in ready.into_iter().rev() {
            waiting.swap_remove(index as usize);
        }
    }
    out!("{fired} fired");
}

/// A pollable may be asked again after it was ready.
fn fired(times: u32) {
    let timer = after_ms(100);
    out!("early {}", timer.ready());
    timer.block();
    out!("late {}", (0..times).all(|_| timer.ready()));
    timer.block();
    out!("poll {:?}", poll_sorted(&[&never(), &timer]));
    out!("poll {:?}", poll_sorted(&[&timer]));
    out!("late {}", timer.ready());
}

fn duplicates() {
    let (timer, never) = (after_ms(10), never());
    let list = [&timer, &never, &timer, &timer, &never];
    out!("poll {:?}", poll_sorted(&list));
    out!("poll {:?}", poll_sorted(&list));
}

/// Never blocks, and still sees its timer fire.
fn spin() {
    let (timer, never) = (after_ms(30), never());
    while !timer.ready() {
        assert!(!never.ready());
    }
    out!("fired");
}

fn drop_unfired() {
    for _ in 0..1000 {
        let timer = after_ms(60_000);
        timer.ready();
    }
    drop(never());
    out!("poll {:?}", poll_sorted(&[&after_ms(1)]));
}

/// Timers that were waited for and are dropped before they fire, as most time limits are.
fn abandoned() {
    for _ in 0..20 {
        let limit = after_ms(60_000);
        assert_eq!(poll_sorted(&[&limit, &after_ms(1)]), [1]);
    }
    let limits = [after_ms(60_000), never(), after_ms(5)];
    assert_eq!(poll_sorted(&[&limits[0], &limits[1], &limits[2]]), [2]);
    drop(limits);
    after_ms(1).block();
    out!("done");
}
