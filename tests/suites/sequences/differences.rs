//! What differs, and what of it is to stay.

use std::sync::LazyLock;

/// The differences that stay, each with its reason.
const LISTED: &str = include_str!("differences.txt");

/// A line of an outcome that differs.
pub struct Line {
    /// The operation, or what comes after them.
    pub operation: String,
    pub reference: String,
    pub uplifted: String,
}

impl Line {
    /// Returns what is the same for all differences of a kind.
    pub fn kind(&self) -> (String, String, String) {
        let name = self.operation.split(' ').next().unwrap_or_default();
        let name = name.rsplit('=').next().unwrap_or_default();
        let shape = |text: &str| text.replace(|letter: char| letter.is_ascii_digit(), "");
        (name.into(), shape(&self.reference), shape(&self.uplifted))
    }
}

/// A difference that stays: patterns in which `*` stands for any text.
struct Listed {
    operation: &'static str,
    /// An operation that was made before, if that matters.
    after: Option<&'static str>,
    /// Set where the line says `again`: it is a difference only if the reference gave the same result
    /// to an earlier operation of the sequence.
    again: bool,
    reference: &'static str,
    uplifted: &'static str,
}

static ALL: LazyLock<Vec<Listed>> = LazyLock::new(|| {
    let lines = LISTED
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let listed = lines.map(|line| {
        let (operation, results) = line.split_once(": ").expect("an operation");
        let (reference, uplifted) = results.split_once(" => ").expect("two results");
        let (operation, again) = match operation.strip_suffix(" again") {
            Some(operation) => (operation, true),
            None => (operation, false),
        };
        let (operation, after) = match operation.split_once(" after ") {
            Some((operation, after)) => (operation, Some(after)),
            None => (operation, None),
        };
        Listed {
            operation,
            after,
            again,
            reference,
            uplifted,
        }
    });
    listed.collect()
});

/// Returns the first line that differs, unless it is listed: what comes after that may differ, too.
pub fn first(sequence: &[String], reference: &[String], uplifted: &[String]) -> Option<Line> {
    let len = reference.len().max(uplifted.len());
    for index in 0..len {
        let line = |lines: &[String]| lines.get(index).cloned().unwrap_or("nothing".into());
        let earlier = &reference[..index.min(reference.len())];
        let (reference, uplifted) = (line(reference), line(uplifted));
        if reference == uplifted {
            continue;
        }
        let after = || "the end and the folders".into();
        let line = Line {
            operation: sequence.get(index).cloned().unwrap_or_else(after),
            reference,
            uplifted,
        };
        let before = &sequence[..index.min(sequence.len())];
        let is_listed = ALL.iter().any(|listed| listed.is(&line, before, earlier));
        return (!is_listed).then_some(line);
    }
    None
}

impl Listed {
    /// Returns `true` if a line that differs is this, given the operations before it, and their results
    /// on the reference.
    fn is(&self, line: &Line, before: &[String], earlier: &[String]) -> bool {
        let is_after = |after| before.iter().any(|made| matches(after, operation(made)));
        matches(self.operation, operation(&line.operation))
            && self.after.is_none_or(is_after)
            && (!self.again || earlier.contains(&line.reference))
            && matches(self.reference, &line.reference)
            && matches(self.uplifted, &line.uplifted)
    }
}

/// Returns an operation without the slot for its results.
fn operation(text: &str) -> &str {
    text.split_once('=')
        .map_or(text, |(_, operation)| operation)
}

/// Returns `true` if the text is of the pattern.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}
