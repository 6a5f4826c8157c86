//! A table of many guests: which can run on a host that ships only WASI 0.3, and what it takes.

use crate::report::coloured;
use crate::{describe, differences};
use clap::builder::styling::{AnsiColor, Style};
use std::fmt::Write as _;
use wasi_uplift::{EngineFeature, Linked, PlanError, Report, Verdict};

/// The rows of a table, each with notes to be printed below the table.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

struct Row {
    guest: String,
    outcome: Outcome,
    result: String,
    /// The notes, each with its label.
    details: Vec<(&'static str, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Composes,
    Already,
    Impossible,
    Failed,
}

impl Outcome {
    const ALL: [Outcome; 4] = [
        Outcome::Composes,
        Outcome::Already,
        Outcome::Impossible,
        Outcome::Failed,
    ];

    fn name(self) -> &'static str {
        match self {
            Outcome::Composes => "once composed",
            Outcome::Already => "as it is",
            Outcome::Impossible => "can't",
            Outcome::Failed => "unknown",
        }
    }

    fn colour(self) -> AnsiColor {
        match self {
            Outcome::Composes | Outcome::Already => AnsiColor::Green,
            Outcome::Impossible | Outcome::Failed => AnsiColor::Red,
        }
    }
}

impl Table {
    /// Adds a guest.
    pub fn add(&mut self, name: &str, report: &Report) {
        let mut details = Vec::new();
        let host: Vec<_> = report.of_the_host().map(|it| format!("`{it}`")).collect();
        if !host.is_empty() {
            details.push(("needs", format!("of its host: {}", host.join(", "))));
        }
        // Hosts of WASI 0.3 have the one, and each result that is one component needs the other.
        let is_unusual = |it: &EngineFeature| {
            !matches!(
                it,
                EngineFeature::ComponentModelAsync | EngineFeature::MultiMemory
            )
        };
        let engine: Vec<_> = report.engine.iter().copied().filter(is_unusual).collect();
        if !engine.is_empty() {
            details.push((
                "needs",
                format!("of its engine: {}", describe::engine(&engine)),
            ));
        }
        let (outcome, result) = match &report.verdict {
            Verdict::Already => (Outcome::Already, String::new()),
            Verdict::Composes(composed) => {
                if !composed.became_async.is_empty() {
                    details.push(("async", describe::by_export(&composed.became_async)));
                }
                let way = match composed.linked {
                    Linked::Fused => "one component",
                    _ => "linked",
                };
                let growth = describe::growth(report.size, composed.bytes.len());
                (Outcome::Composes, format!("{way}, {growth}"))
            }
            Verdict::Impossible { error, .. } => {
                details.extend(obstacles(report).into_iter().map(|text| ("because", text)));
                details.extend(error.iter().map(|error| ("because", error.to_string())));
                (Outcome::Impossible, String::new())
            }
            _ => (Outcome::Impossible, String::new()),
        };
        if outcome == Outcome::Composes {
            let differences = differences::of(report);
            details.extend(differences.map(|it| ("differs", it.to_string())));
        }
        self.rows.push(Row {
            guest: name.to_string(),
            outcome,
            result,
            details,
        });
    }

    /// Adds a guest that could not be read.
    pub fn add_failure(&mut self, name: &str, error: &anyhow::Error) {
        self.rows.push(Row {
            guest: name.to_string(),
            outcome: Outcome::Failed,
            result: String::new(),
            details: vec![("error", format!("{error:#}"))],
        });
    }

    pub fn text(&self) -> String {
        const TITLES: [&str; 3] = ["guest", "runs", "result"];
        let guests = self.rows.iter().map(|row| row.guest.chars().count());
        let guest = guests.chain([TITLES[0].len()]).max().unwrap_or_default();
        let outcomes = Outcome::ALL.map(|outcome| outcome.name().len());
        let outcome = outcomes.into_iter().max().unwrap_or_default();
        let style = Style::new().bold();
        let mut text = format!(
            "{style}{:guest$}  {:outcome$}  {}{style:#}\n",
            TITLES[0], TITLES[1], TITLES[2]
        );
        for row in &self.rows {
            let name = row.outcome.name();
            // What is invisible takes no room.
            let room = " ".repeat(outcome - name.len());
            let line = format!(
                "{:guest$}  {}{room}  {}",
                row.guest,
                coloured(row.outcome.colour(), name),
                row.result
            );
            let _ = writeln!(text, "{}", line.trim_end());
            for (label, detail) in &row.details {
                let _ = writeln!(text, "  {label:7}  {detail}");
            }
        }
        let counts = Outcome::ALL.into_iter().filter_map(|outcome| {
            let rows = self.rows.iter();
            match rows.filter(|row| row.outcome == outcome).count() {
                0 => None,
                count => Some(format!("{count} {}", outcome.name())),
            }
        });
        let counts: Vec<_> = counts.collect();
        let _ = writeln!(text, "\n{} guests: {}", self.rows.len(), counts.join(", "));
        text
    }
}

/// The reasons why imports and exports can't be served, each once.
fn obstacles(report: &Report) -> Vec<String> {
    let imports = report.imports.iter();
    let imports = imports.filter_map(|it| Some((&it.item.name, it.fate.as_ref().err()?)));
    let exports = report.exports.iter();
    let exports = exports.filter_map(|it| Some((&it.item.name, it.fate.as_ref().err()?)));
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for (name, error) in imports.chain(exports) {
        let error: &PlanError = error;
        let (reason, name) = (describe::obstacle(error), format!("`{name}`"));
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    let text = |(reason, names): (String, Vec<String>)| format!("{}: {reason}", names.join(", "));
    reasons.into_iter().map(text).collect()
}
