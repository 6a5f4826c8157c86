//! Events that tests wait for instead of sleeping.

use crate::process::TIME_LIMIT;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fs;
use std::os::fd::AsFd;
use std::thread;
use std::time::{Duration, Instant};

/// The pause between two looks at a condition that nothing tells of.
const TICK: Duration = Duration::from_millis(1);

/// The number of looks after which a state that lasts counts as one that stays.
const STAYS: usize = 20;

/// Waits until the condition holds, however long it takes within the time limit of a test.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + TIME_LIMIT;
    while !holds() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        thread::sleep(TICK);
    }
}

/// Waits until the reader of a pipe or socket is so far behind that nothing more can be written.
pub fn wait_until_full(writer: impl AsFd) {
    let mut looks = 0;
    wait_until("the reader falls behind", || {
        looks = if is_full(&writer) { looks + 1 } else { 0 };
        looks == STAYS
    });
}

/// Waits until a socket holds bytes, and no more arrive.
pub fn wait_until_still(reader: impl AsFd) {
    let (mut last, mut looks) = (0, 0);
    wait_until("no more bytes arrive", || {
        let held = rustix::io::ioctl_fionread(&reader).expect("asking for the bytes held");
        looks = if held == last { looks + 1 } else { 0 };
        last = held;
        held > 0 && looks >= STAYS
    });
}

/// Returns `true` if nothing can be written at the moment.
pub fn is_full(writer: impl AsFd) -> bool {
    !has(writer, PollFlags::OUT)
}

/// Returns `true` if there is something to read at the moment, be it the end.
pub fn is_readable(reader: impl AsFd) -> bool {
    has(reader, PollFlags::IN)
}

/// Returns `true` if one of the events, or an error, is there.
fn has(fd: impl AsFd, events: PollFlags) -> bool {
    let at_once = Timespec::default();
    let count = poll(&mut [PollFd::new(&fd, events)], Some(&at_once));
    count.expect("asking for events") > 0
}

/// Returns `true` if a pipe holds nothing, or nobody is left to read what it holds.
pub fn is_empty(pipe: impl AsFd) -> bool {
    rustix::io::ioctl_fionread(&pipe).is_ok_and(|held| held == 0) || has(pipe, PollFlags::ERR)
}

/// Waits until all threads of a process sleep, as those of a host do whose guest waits. A guest
/// that asks again and again never sleeps, and isn't waited for much longer.
pub fn wait_until_asleep(process: u32) {
    for _ in 0..STAYS {
        if is_asleep(process) {
            break;
        }
        thread::sleep(TICK);
    }
}

fn is_asleep(process: u32) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
        return true;
    };
    threads.flatten().all(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        // The state comes after the name, which is in parentheses.
        !stat
            .rsplit_once(") ")
            .is_some_and(|(_, rest)| rest.starts_with('R'))
    })
}
