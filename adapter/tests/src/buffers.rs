//! The buffer between reads and the guest.

use crate::choice::{explore, one_of};
use crate::host;
use crate::io::buffer::Buffer;

const STEPS: usize = 5;

/// Around the size from which on a buffer is handed over instead of copied.
const SIZES: [usize; 4] = [0, 2, 4096, 4097];

#[derive(Clone, Copy)]
enum Step {
    Push,
    Take(u64),
    Skip(u64),
    Clear,
    TakeMemory,
}

const STEPS_OF_ALL: [Step; 9] = [
    Step::Push,
    Step::Take(1),
    Step::Take(4096),
    Step::Take(u64::MAX),
    Step::Skip(0),
    Step::Skip(1),
    Step::Skip(u64::MAX),
    Step::Clear,
    Step::TakeMemory,
];

/// Bytes are taken and skipped in the order in which they were pushed.
#[test]
fn every_order_of_using_a_buffer() {
    let runs = explore(|| {
        let buffer = Buffer::default();
        let (mut pushed, mut gone) = (0, 0);
        for _ in 0..STEPS {
            let all = pushed - gone;
            match one_of(&STEPS_OF_ALL) {
                Step::Push => {
                    let end = pushed + one_of(&SIZES);
                    buffer.push(host::bytes(pushed..end));
                    pushed = end;
                }
                // Whoever takes has looked whether there is something.
                Step::Take(_) if all == 0 => break,
                Step::Take(max) => {
                    let len = all.min(usize::try_from(max).unwrap_or(usize::MAX));
                    assert!(buffer.take(max) == host::bytes(gone..gone + len));
                    gone += len;
                }
                Step::Skip(max) => {
                    let len = all.min(usize::try_from(max).unwrap_or(usize::MAX));
                    assert_eq!(buffer.skip(max), len);
                    gone += len;
                }
                Step::Clear => {
                    buffer.clear();
                    gone = pushed;
                }
                Step::TakeMemory if all == 0 => drop(buffer.take_memory()),
                Step::TakeMemory => break,
            }
            assert_eq!(buffer.len(), pushed - gone);
            assert_eq!(buffer.is_empty(), pushed == gone);
        }
    });
    assert!(runs > 1000, "{runs}");
}

/// A large read that is taken whole is not copied, and the memory of any other is used again.
#[test]
fn memory_is_handed_over_or_used_again() {
    for (len, is_handed_over) in [(4095, false), (4096, true)] {
        let buffer = Buffer::default();
        let bytes = host::bytes(0..len);
        let address = bytes.as_ptr();
        buffer.push(bytes);
        let taken = buffer.take(u64::MAX);
        assert_eq!(taken.as_ptr() == address, is_handed_over);
        let memory = buffer.take_memory();
        assert_eq!(memory.as_ptr() == address, !is_handed_over);
    }
}
