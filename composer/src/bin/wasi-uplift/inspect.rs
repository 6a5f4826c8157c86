//! `wasi-uplift inspect`

use crate::messages::{Messages, wrap};
use crate::parts::Parts;
use crate::table::Table;
use crate::{Composition, advice, files, json, report};
use anyhow::{Context, Result, bail};
use clap::Args;
use console::Term;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wasi_uplift::{Report, Verdict};

/// The exit codes, of which 1 and 2 are those of every command.
const COMPOSES: u8 = 0;
const FAILED: u8 = 1;
const ALREADY: u8 = 3;
const IMPOSSIBLE: u8 = 4;

/// Says what a guest imports and exports, what would become of it, and whether the guest can run on
/// a host that ships only WASI 0.3. Of many guests, it makes a table.
#[derive(Args)]
#[command(after_help = "\
Exit codes: 0 if the guest runs on a host that ships only WASI 0.3 once it is composed, 3 if it \
does so as it is, 4 if it can't, 1 if it can't be inspected, 2 if the command line is wrong. Of many \
guests: 1 if one can't be inspected, or else 4 if one can't run, or else 3 if all run as they are.")]
pub struct Inspect {
    /// The component, in binary form, a core module that imports `wasi_snapshot_preview1`, or a
    /// `.wac` file; `-` for standard input. As many as you like; with `--verbose`, each has its
    /// report before the table.
    #[arg(required_unless_present = "json_schema", value_name = "GUEST")]
    guests: Vec<PathBuf>,

    #[command(flatten)]
    parts: Parts,

    /// Print JSON: one document, however many guests there are.
    #[arg(long)]
    json: bool,

    /// Print the JSON Schema of what `--json` prints.
    #[arg(long, exclusive = true)]
    json_schema: bool,

    #[command(flatten)]
    composition: Composition,
}

impl Inspect {
    pub fn run(&self, messages: &Messages) -> Result<ExitCode> {
        if self.json_schema {
            print(json::SCHEMA)?;
            return Ok(ExitCode::SUCCESS);
        }
        let target = self.composition.choices.target;
        let [guest] = self.guests.as_slice() else {
            return self.many(messages);
        };
        let name = files::name(guest);
        let report = self.inspect(guest, messages)?;
        if self.json {
            let document = json::one(json::guest(&name, &report, target));
            print(&format!("{document:#}\n"))?;
        } else {
            print(&report::text(&name, &report, target))?;
        }
        Ok(ExitCode::from(code(&report)))
    }

    fn inspect(&self, guest: &Path, messages: &Messages) -> Result<Report> {
        let bytes = self.parts.read(guest, messages)?;
        let name = files::name(guest);
        wasi_uplift::inspect(&bytes, &self.composition.options())
            .map_err(advice::for_inspect)
            .with_context(|| format!("`{name}` was not inspected"))
    }

    fn many(&self, messages: &Messages) -> Result<ExitCode> {
        if self
            .guests
            .iter()
            .filter(|it| files::is_standard(it))
            .count()
            > 1
        {
            bail!("standard input is one guest: name it once");
        }
        let target = self.composition.choices.target;
        let mut documents = Vec::new();
        let mut table = Table::default();
        let mut codes = Vec::new();
        for guest in &self.guests {
            let name = files::name(guest);
            match self.inspect(guest, messages) {
                Ok(report) => {
                    if self.json {
                        documents.push(json::guest(&name, &report, target));
                    } else if messages.is_verbose() {
                        print(&format!("{}\n", report::text(&name, &report, target)))?;
                    }
                    table.add(&name, &report);
                    codes.push(code(&report));
                }
                Err(error) => {
                    if self.json {
                        documents.push(json::failure(&name, &error));
                    }
                    table.add_failure(&name, &error);
                    codes.push(FAILED);
                }
            }
        }
        if self.json {
            print(&format!("{:#}\n", json::many(documents)))?;
        } else {
            print(&table.text())?;
        }
        let mut by_weight = [FAILED, IMPOSSIBLE, COMPOSES, ALREADY].into_iter();
        let code = by_weight.find(|code| codes.contains(code));
        Ok(ExitCode::from(code.unwrap_or(COMPOSES)))
    }
}

fn code(report: &Report) -> u8 {
    match report.verdict {
        Verdict::Already => ALREADY,
        Verdict::Composes(_) => COMPOSES,
        _ => IMPOSSIBLE,
    }
}

fn print(text: &str) -> Result<()> {
    let text = wrap(text.to_string(), &Term::stdout());
    let mut stdout = anstream::stdout();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    written.context("standard output was not written")
}
