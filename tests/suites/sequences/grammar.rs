//! The operations of a family, and the values for their arguments.
//!
//! A line is one of these; names of types and pools are in capitals.
//!
//! | line | |
//! |---|---|
//! | `slots TYPE COUNT` | a type of resources, and the number of its slots |
//! | `pool NAME VALUE...` | values, each as likely as another |
//! | `start OPERATION` | an operation at the beginning of each sequence |
//! | `WEIGHT OPERATION` | an operation |
//!
//! In an operation, `TYPE=NAME` or `TYPE,TYPE=NAME` says of what type the results are, `!TYPE` is an
//! argument that is gone afterwards, and `TYPE...` stands for any number of them.

use std::collections::BTreeMap;

/// A family of sequences.
#[derive(Default)]
pub struct Grammar {
    /// The types of resources, each with the number of its slots.
    pub slots: BTreeMap<&'static str, u64>,
    /// Values for arguments.
    pub pools: BTreeMap<&'static str, Vec<&'static str>>,
    /// The operations at the beginning of each sequence.
    pub start: Vec<&'static str>,
    /// The operations.
    pub operations: Vec<Operation>,
}

/// An operation, and how likely it is.
pub struct Operation {
    /// How often it is taken, compared with the others.
    pub weight: u64,
    /// The types of the results.
    pub results: Vec<&'static str>,
    /// The name.
    pub name: &'static str,
    /// The arguments, or the types or pools that they are of.
    pub arguments: Vec<&'static str>,
}

impl Grammar {
    /// Parses the lines.
    pub fn parse(text: &'static str) -> Self {
        let mut grammar = Self::default();
        for line in text.lines() {
            let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
            let mut words = rest.split_ascii_whitespace();
            match first {
                "" | "#" => {}
                "start" => grammar.start.push(rest),
                "slots" => {
                    let name = words.next().expect("a type");
                    let count = words.next().and_then(|count| count.parse().ok());
                    grammar
                        .slots
                        .insert(name, count.expect("a number of slots"));
                }
                "pool" => {
                    let name = words.next().expect("a name");
                    grammar.pools.insert(name, words.collect());
                }
                weight => {
                    let name = words.next().expect("an operation");
                    let (results, name) = name.split_once('=').unwrap_or(("", name));
                    grammar.operations.push(Operation {
                        weight: weight.parse().expect("a weight"),
                        results: results.split(',').filter(|name| !name.is_empty()).collect(),
                        name,
                        arguments: words.collect(),
                    });
                }
            }
        }
        grammar
    }
}
