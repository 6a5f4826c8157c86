//! The comparison of the places.

use super::differences::{self, Line};
use super::place::Place;
use super::shrink::shrink;
use std::collections::BTreeMap;
use std::fmt;
use std::thread;
use std::time::Duration;
use wasi_uplift_tests::MODES;

/// The number of sequences that are made at once.
pub const AT_ONCE: usize = 16;

/// The time to wait for something that may never happen.
pub const PATIENCE: Duration = Duration::from_millis(20);

/// The same for a sequence that seems to differ.
const MORE_PATIENCE: Duration = Duration::from_millis(150);

/// The number of times that a sequence has to differ to count.
const REPEATS: usize = 3;

/// The most differences that are looked into.
const MOST: usize = 12;

/// A sequence that differs, as short as it gets.
pub struct Difference {
    sequence: Vec<String>,
    place: String,
    line: Line,
    /// The number of sequences that have it.
    count: usize,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            place, line, count, ..
        } = self;
        writeln!(f, "{}", self.sequence.join("; "))?;
        writeln!(f, "  {place}, {count} times, at {}", line.operation)?;
        writeln!(f, "  reference {}", line.reference)?;
        writeln!(f, "  uplifted  {}", line.uplifted)
    }
}

/// Makes all sequences in all places, and returns those that differ, one for each kind.
pub fn compare(sequences: &[Vec<String>]) -> Vec<Difference> {
    let reference = Place::reference();
    let uplifted = MODES.map(Place::uplifted);
    let run = |place: &Place| place.run(sequences, AT_ONCE, PATIENCE);
    let (expected, actual) = thread::scope(|scope| {
        let run = &run;
        let start = |place| scope.spawn(move || run(place));
        let threads = uplifted.each_ref().map(start);
        let expected = run(&reference);
        let joined = threads.map(|thread| thread.join().expect("no place panics"));
        (expected, joined)
    });
    let mut kinds: BTreeMap<_, Vec<(usize, &Place)>> = BTreeMap::new();
    for (place, outcomes) in uplifted.iter().zip(&actual) {
        for (index, sequence) in sequences.iter().enumerate() {
            let found = differences::first(sequence, &expected[index], &outcomes[index]);
            if let Some(line) = found {
                kinds.entry(line.kind()).or_default().push((index, place));
            }
        }
    }
    let mut found = Vec::new();
    for alike in kinds.into_values() {
        // Not all of a kind need have the same cause, or differ always.
        let differs = |sequence: &[String], place: &Place| always(&reference, place, sequence);
        let first = alike
            .iter()
            .find(|(index, place)| differs(&sequences[*index], place).is_some());
        if let Some((index, place)) = first {
            let sequence = shrink(&sequences[*index], |candidates| {
                let sequences = [
                    reference.run(candidates, AT_ONCE, MORE_PATIENCE),
                    place.run(candidates, AT_ONCE, MORE_PATIENCE),
                ];
                (0..candidates.len()).find(|at| {
                    let [expected, actual] = sequences.each_ref().map(|outcomes| &outcomes[*at]);
                    differences::first(&candidates[*at], expected, actual).is_some()
                        && differs(&candidates[*at], place).is_some()
                })
            });
            // What is so short may differ less often, and what differs now and then isn't told.
            let whole = || {
                Some((
                    differs(&sequences[*index], place)?,
                    sequences[*index].clone(),
                ))
            };
            let line = differs(&sequence, place);
            if let Some((line, sequence)) = line.map(|line| (line, sequence)).or_else(whole) {
                found.push(Difference {
                    line,
                    sequence,
                    place: place.name.clone(),
                    count: alike.len(),
                });
            }
        }
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// Returns the line in which a sequence differs, if it does so whenever it is made by itself.
fn always(reference: &Place, place: &Place, sequence: &[String]) -> Option<Line> {
    let sequence = sequence.to_vec();
    let repeated = vec![sequence.clone(); REPEATS];
    let expected = reference.run(&repeated, 1, MORE_PATIENCE);
    let actual = place.run(&repeated, 1, MORE_PATIENCE);
    let mut first = None;
    // Nor may it be what the reference does now and then.
    for expected in &expected {
        for actual in &actual {
            first = Some(differences::first(&sequence, expected, actual)?);
        }
    }
    first
}
