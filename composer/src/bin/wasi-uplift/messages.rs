//! What is said on standard error: with colours if it is a terminal, and never anywhere else.

use crate::progress::Progress;
use clap::builder::styling::{AnsiColor, Style};
use console::{Term, measure_text_width};
use std::fmt::Display;
use std::io::Write;

/// The longest line for which a message is not taken apart.
const LINE: usize = 120;

/// What may be said.
#[derive(Clone)]
pub struct Messages {
    level: Level,
    progress: Progress,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Quiet,
    Normal,
    Verbose,
}

impl Messages {
    pub fn new(quiet: bool, verbose: bool) -> Self {
        let level = match (quiet, verbose) {
            (true, _) => Level::Quiet,
            (_, true) => Level::Verbose,
            _ => Level::Normal,
        };
        Messages {
            level,
            progress: Progress::hidden(),
        }
    }

    /// The same, with a progress bar if there is a terminal to draw it on.
    pub fn with_progress(&self, length: u64) -> Self {
        Messages {
            level: self.level,
            progress: match self.level {
                Level::Quiet => Progress::hidden(),
                _ => Progress::new(length),
            },
        }
    }

    /// Shows that one of many is done: as a step of the bar on a terminal, as a line elsewhere.
    pub fn step(&self, name: &str, line: impl Display) {
        self.progress.step(name);
        if self.progress.is_hidden() || self.level == Level::Verbose {
            self.note(line);
        }
    }

    /// Shows that one of many is not to be waited for any more.
    pub fn skip(&self) {
        self.progress.skip();
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.progress.clear();
    }

    /// Says what has gone wrong: in a line if that is enough, and as a headline with its reasons
    /// below it otherwise.
    pub fn error(&self, error: &anyhow::Error) {
        let mut text = format!("{error:#}");
        if text.lines().next().is_some_and(|line| line.len() > LINE) {
            text = error.to_string();
            for cause in error.chain().skip(1) {
                text.push(':');
                for line in cause.to_string().lines() {
                    text.push_str("\n  ");
                    text.push_str(line);
                }
            }
        }
        self.say("error", AnsiColor::Red, text);
    }

    /// Says what is good to know.
    pub fn note(&self, message: impl Display) {
        if self.level >= Level::Normal {
            self.say("note", AnsiColor::Cyan, message);
        }
    }

    pub fn is_verbose(&self) -> bool {
        self.level == Level::Verbose
    }

    /// Says what only those want to know who ask.
    pub fn detail(&self, message: impl Display) {
        if self.is_verbose() {
            self.line(message);
        }
    }

    fn say(&self, kind: &str, colour: AnsiColor, message: impl Display) {
        let style = Style::new().bold().fg_color(Some(colour.into()));
        self.line(format_args!("{style}{kind}:{style:#} {message}"));
    }

    fn line(&self, line: impl Display) {
        let text = wrap(line.to_string(), &Term::stderr());
        self.progress.suspend(|| {
            // If nobody listens, there is nobody to tell.
            let _ = writeln!(anstream::stderr(), "{text}");
        });
    }
}

/// Breaks the lines that are longer than a terminal is wide, and indents what comes after. What goes
/// elsewhere stays as it is.
pub fn wrap(text: String, terminal: &Term) -> String {
    match terminal.size_checked() {
        Some((_, width)) if terminal.is_term() => wrap_to(&text, width.into()),
        _ => text,
    }
}

fn wrap_to(text: &str, width: usize) -> String {
    let mut wrapped = String::new();
    for line in text.split_inclusive('\n') {
        let start = line.len() - line.trim_start_matches(' ').len();
        let indent = start + 2;
        let mut column = 0;
        for word in line.split_inclusive(' ') {
            let length = measure_text_width(word.trim_end());
            if column > indent && column + length > width {
                wrapped.truncate(wrapped.trim_end_matches(' ').len());
                wrapped.push('\n');
                wrapped.extend(std::iter::repeat_n(' ', indent));
                column = indent;
            }
            wrapped.push_str(word);
            column += measure_text_width(word.trim_end_matches('\n'));
        }
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::wrap_to;

    #[test]
    fn long_lines_hang() {
        let text = "error: it is too long\n  for a line\n";
        let wrapped = "error: it is\n  too long\n  for a line\n";
        assert_eq!(wrap_to(text, 12), wrapped);
        assert_eq!(wrap_to(text, 80), text);
        // What is longer than a line stays in one piece.
        assert_eq!(
            wrap_to("one abcdefghijklmnop two", 8),
            "one\n  abcdefghijklmnop\n  two"
        );
    }
}
