//! Values of the other layout, brought into that of WASI 0.3.0 where they lie.

use crate::canon::{Cases, Layout, Part, convert, convert_elements};

/// An enumeration of two cases, `unknown` and `a`, that is a variant here: `a` and `other`, which may
/// have a text.
static KIND: Layout = Layout::Cases(&Cases {
    cases: &[1, 0],
    payloads: &[(0, &Layout::Zeros(12))],
    from: 1,
    to: 4,
});

/// A record of such a value and of two words, which come after one byte there, and after 16 here.
static RECORD: Layout = Layout::Parts(&[
    Part {
        from: 0,
        to: 0,
        layout: &KIND,
    },
    Part {
        from: 4,
        to: 16,
        layout: &Layout::Same(8),
    },
]);

/// A result of such a record, or of an enumeration with the same cases in both layouts.
static RESULT: Layout = Layout::Cases(&Cases {
    cases: &[],
    payloads: &[(0, &RECORD), (1, &Layout::Same(1))],
    from: 4,
    to: 4,
});

/// Memory of which nobody has cleaned what isn't written.
const STALE: u8 = 0xaa;

fn converted<const N: usize>(value: &[u8], layout: &Layout) -> [u8; N] {
    let mut memory = [STALE; N];
    memory[..value.len()].copy_from_slice(value);
    // SAFETY: there is room for the values of these tests.
    unsafe { convert(memory.as_mut_ptr(), 0, 0, layout) };
    memory
}

#[test]
fn a_case_gets_its_number() {
    assert_eq!(converted::<16>(&[1], &KIND)[0], 0);
}

#[test]
fn what_is_unknown_has_no_text() {
    let other = converted::<16>(&[0], &KIND);
    assert_eq!(other[0], 1);
    assert_eq!(other[4..], [0; 12]);
}

#[test]
fn a_case_that_is_not_listed_stays() {
    assert_eq!(converted::<16>(&[7], &KIND)[0], 7);
}

#[test]
fn parts_make_room_for_those_before() {
    let words = [1, 2, 3, 4, 5, 6, 7, 8];
    for (case, number) in [(0, 1), (1, 0)] {
        let value = [&[case, STALE, STALE, STALE][..], &words].concat();
        let record = converted::<24>(&value, &RECORD);
        assert_eq!(record[0], number);
        assert_eq!(record[16..], words);
    }
}

#[test]
fn a_payload_is_that_of_its_case() {
    let words = [1, 2, 3, 4, 5, 6, 7, 8];
    let ok = [
        &[0, STALE, STALE, STALE][..],
        &[1, STALE, STALE, STALE],
        &words,
    ]
    .concat();
    let ok = converted::<28>(&ok, &RESULT);
    assert_eq!([ok[0], ok[4]], [0, 0]);
    assert_eq!(ok[20..], words);
    let error = converted::<28>(&[1, STALE, STALE, STALE, 9], &RESULT);
    assert_eq!([error[0], error[4]], [1, 9]);
}

#[test]
fn elements_move_apart() {
    let element = |n: u8| [n % 2, STALE, STALE, STALE, n, 1, 2, 3, n, 5, 6, 7];
    let lowered = [element(0), element(1), element(2)].concat();
    let mut memory = [[STALE; 24]; 3];
    memory.as_flattened_mut()[..lowered.len()].copy_from_slice(&lowered);
    // SAFETY: there is room for three.
    unsafe { convert_elements(&mut memory, 12, &RECORD) };
    for (n, element) in (0..).zip(memory) {
        assert_eq!(element[0], (n + 1) % 2);
        assert_eq!(element[16..], [n, 1, 2, 3, n, 5, 6, 7]);
    }
}
