//! Random sequences of WASI 0.2 calls: the guest that makes them prints the same on the WASI 0.2
//! host and uplifted on the host with only WASI 0.3, in each link mode.
//!
//! A family of sequences is a grammar in `sequences/`: the operations, and the values for their
//! arguments. A sequence that differs is made as short as it gets, and printed. What is known to
//! differ, and is to stay, is in `sequences/differences.txt`. Sequences that differed once are in
//! `sequences/kept.txt`.

mod compare;
mod differences;
mod generator;
mod grammar;
mod manners;
mod place;
pub mod rounds;
mod shrink;

use compare::compare;
use generator::Generator;
use grammar::Grammar;
use std::fmt::Write as _;

/// The number of sequences of each family.
const COUNT: u64 = 120;

/// The seed that stays.
const SEED: u64 = 1;

/// Sequences that differed once, each with its family.
const KEPT: &str = include_str!("sequences/kept.txt");

/// Compares random sequences of a family, after those that were kept.
///
/// `SEQUENCES=1000` makes as many of a new seed, or of that in `SEED=7`.
fn family(name: &str, grammar: &'static str) {
    let sequences = sequences(name, grammar);
    let found = compare(&sequences);
    let mut text = String::new();
    for difference in &found {
        writeln!(text, "{difference}").expect("writing to text");
    }
    assert!(found.is_empty(), "{name}: {} differ\n{text}", found.len());
}

/// Returns the sequences of a family: those that were kept, and random ones.
fn sequences(name: &str, grammar: &'static str) -> Vec<Vec<String>> {
    let grammar = Grammar::parse(grammar);
    let mut sequences: Vec<Vec<String>> = kept(name);
    let variable = |name| {
        let value = std::env::var(name).ok()?;
        Some(value.parse::<u64>().expect("a number in the variable"))
    };
    let (seed, count) = match variable("SEQUENCES") {
        Some(count) => (
            variable("SEED").unwrap_or_else(generator::fresh_seed),
            count,
        ),
        None => (SEED, COUNT),
    };
    println!("{name}: {count} sequences of seed {seed}");
    let generate = |index| Generator::new(&grammar, seed, index).sequence();
    sequences.extend((0..count).map(generate));
    sequences
}

/// Returns the kept sequences of a family: each is a line with its operations, after the family's
/// name.
fn kept(family: &str) -> Vec<Vec<String>> {
    let lines = KEPT
        .lines()
        .filter_map(|line| line.strip_prefix(family)?.strip_prefix(": "));
    lines
        .map(|line| line.split("; ").map(str::to_owned).collect())
        .collect()
}

macro_rules! families {
    ($( $name:ident $( $grammar:literal )+, )*) => {
        $( #[test]
        fn $name() {
            let grammar = concat!($( include_str!(concat!("sequences/", $grammar)) ),+);
            family(stringify!($name), grammar);
        } )*

        /// The families, each with its grammar.
        const FAMILIES: &[(&str, &str)] = &[
            $( (stringify!($name), concat!($( include_str!(concat!("sequences/", $grammar)) ),+)) ),*
        ];
    };
}

families! {
    files "files.txt",
    tcp "tcp.txt",
    tcp_connected "tcp.txt" "connected.txt",
    udp "udp.txt",
    http "http.txt",
    cli "cli.txt",
}
