//! Random sequences of a grammar.

use super::grammar::{Grammar, Operation};
use std::collections::BTreeSet;
use std::time::SystemTime;

/// The most operations of a sequence, after those of the start.
const LONGEST: u64 = 40;

/// The largest number of arguments where any number can be.
const MANY: u64 = 4;

/// One in so many arguments is a slot that may be empty.
const EMPTY: u64 = 20;

/// A generator of one sequence.
pub struct Generator<'a> {
    grammar: &'a Grammar,
    random: u64,
    /// The slots that something was put into, each with its type.
    filled: BTreeSet<(&'static str, u64)>,
}

/// Returns a seed that was hardly ever used before.
pub fn fresh_seed() -> u64 {
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    u64::from(time.expect("a time after 1970").subsec_nanos())
}

impl<'a> Generator<'a> {
    /// Returns the generator of the sequence with an index, among those of a seed.
    pub fn new(grammar: &'a Grammar, seed: u64, index: u64) -> Self {
        let mut generator = Self {
            grammar,
            random: seed,
            filled: BTreeSet::new(),
        };
        generator.random = generator.next() ^ index.wrapping_mul(0xd134_2543_de82_ef95);
        generator
    }

    /// Returns the sequence.
    pub fn sequence(mut self) -> Vec<String> {
        let mut sequence: Vec<String> = Vec::new();
        for operation in &self.grammar.start {
            sequence.push((*operation).into());
            self.note(operation);
        }
        for _ in 0..1 + self.below(LONGEST) {
            let operation = self.choose();
            sequence.push(operation);
        }
        sequence
    }

    /// Notes which slots an operation of the start fills: by its number, those of each type.
    fn note(&mut self, operation: &str) {
        if let Some((slot, rest)) = operation.split_once('=') {
            let name = rest.split(' ').next().unwrap_or_default();
            let slot = slot.parse().expect("a slot is a number");
            let known = self
                .grammar
                .operations
                .iter()
                .find(|known| known.name == name);
            for result in &known.expect("an operation of the family").results {
                self.filled.insert((result, slot));
            }
        }
    }

    fn choose(&mut self) -> String {
        let grammar = self.grammar;
        let total = grammar
            .operations
            .iter()
            .map(|operation| operation.weight)
            .sum();
        // Most of the operations that could be taken need something that isn't there at first.
        for _ in 0..20 {
            let mut at = self.below(total);
            let operation = grammar.operations.iter().find(|operation| {
                let is_it = at < operation.weight;
                at = at.saturating_sub(operation.weight);
                is_it
            });
            let operation = operation.expect("the weights add up");
            if self.can_be_made(operation) || self.below(EMPTY) == 0 {
                return self.fill_in(operation);
            }
        }
        "now".into()
    }

    fn can_be_made(&self, operation: &Operation) -> bool {
        operation.arguments.iter().all(|argument| {
            let name = argument.trim_start_matches('!');
            !self.grammar.slots.contains_key(name)
                || self.filled.iter().any(|(filled, _)| *filled == name)
        })
    }

    fn fill_in(&mut self, operation: &Operation) -> String {
        let mut words = Vec::new();
        for argument in &operation.arguments {
            match argument.strip_suffix("...") {
                None => words.push(self.argument(argument)),
                Some(many) => {
                    for _ in 0..1 + self.below(MANY) {
                        words.push(self.argument(many));
                    }
                }
            }
        }
        let mut text = String::new();
        if let Some(first) = operation.results.first() {
            let slot = self.below(self.grammar.slots[first]);
            for result in &operation.results {
                self.filled.insert((result, slot));
            }
            text = format!("{slot}=");
        }
        text += operation.name;
        for word in words {
            text += " ";
            text += &word;
        }
        text
    }

    fn argument(&mut self, argument: &'static str) -> String {
        let name = argument.trim_start_matches('!');
        if let Some(count) = self.grammar.slots.get(name).copied() {
            let filled: Vec<_> = self
                .filled
                .iter()
                .filter(|(filled, _)| *filled == name)
                .collect();
            let filled: Vec<u64> = filled.iter().map(|(_, slot)| *slot).collect();
            let slot = if filled.is_empty() || self.below(EMPTY) == 0 {
                self.below(count)
            } else {
                filled[self.below(filled.len() as u64) as usize]
            };
            if name != argument {
                self.filled.remove(&(name, slot));
            }
            return slot.to_string();
        }
        match self.grammar.pools.get(name) {
            Some(values) => values[self.below(values.len() as u64) as usize].into(),
            None => name.into(),
        }
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// Returns the next number of SplitMix64.
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.random;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }
}
