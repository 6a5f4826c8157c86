//! What is said on standard error: with colours if it is a terminal, and never anywhere else.

use clap::builder::styling::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use std::fmt::Display;
use std::io::Write;

/// What may be said.
#[derive(Clone)]
pub struct Messages {
    level: Level,
    /// Drawn at the bottom of the terminal while work is done.
    bar: ProgressBar,
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
            bar: ProgressBar::hidden(),
        }
    }

    /// The same, with a progress bar if there is a terminal to draw it on.
    pub fn with_progress(&self, length: u64) -> Self {
        let bar = match self.level {
            Level::Quiet => ProgressBar::hidden(),
            _ => ProgressBar::new(length),
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        Messages {
            level: self.level,
            bar,
        }
    }

    /// Shows that one of many is done: as a step of the bar on a terminal, as a line elsewhere.
    pub fn step(&self, name: &str, line: impl Display) {
        self.bar.set_message(name.to_string());
        self.bar.inc(1);
        if self.bar.is_hidden() || self.level == Level::Verbose {
            self.note(line);
        }
    }

    /// Shows that one of many is not to be waited for any more.
    pub fn skip(&self) {
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    pub fn error(&self, error: &anyhow::Error) {
        self.say("error", AnsiColor::Red, format_args!("{error:#}"));
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
        self.bar.suspend(|| {
            // If nobody listens, there is nobody to tell.
            let _ = writeln!(anstream::stderr(), "{line}");
        });
    }
}
