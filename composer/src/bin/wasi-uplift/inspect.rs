//! `wasi-uplift inspect`

use crate::messages::wrap;
use crate::{Composition, advice, describe, files};
use anyhow::{Context, Result};
use clap::Args;
use clap::builder::styling::{AnsiColor, Style};
use console::Term;
use serde_json::{Value, json};
use std::fmt::{Display, Write as _};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use wasi_uplift::{
    Composed, ExportFate, Extern, ImportFate, Linked, PlanError, Report, SyncCode, Verdict,
};

/// The exit codes, of which 1 and 2 are those of every command.
const COMPOSES: u8 = 0;
const ALREADY: u8 = 3;
const IMPOSSIBLE: u8 = 4;

/// Says what a guest imports and exports, what would become of it, and whether the guest can run on
/// a host that ships only WASI 0.3.
#[derive(Args)]
#[command(after_help = "\
Exit codes: 0 if the guest runs on a host that ships only WASI 0.3 once it is composed, 3 if it \
does so as it is, 4 if it can't, 1 if it can't be inspected, 2 if the command line is wrong.")]
pub struct Inspect {
    /// The component, in binary form, or a core module that imports `wasi_snapshot_preview1`; `-`
    /// for standard input.
    guest: PathBuf,

    /// Print JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    composition: Composition,
}

impl Inspect {
    pub fn run(&self) -> Result<ExitCode> {
        let bytes = files::read(&self.guest)?;
        let name = files::name(&self.guest);
        let report = wasi_uplift::inspect(&bytes, &self.composition.options())
            .map_err(advice::for_inspect)
            .with_context(|| format!("`{name}` was not inspected"))?;
        let text = if self.json {
            format!("{:#}\n", self.json(&name, &report))
        } else {
            wrap(self.text(&name, &report), &Term::stdout())
        };
        let mut stdout = anstream::stdout();
        let written = stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush());
        written.context("standard output was not written")?;
        Ok(ExitCode::from(match report.verdict {
            Verdict::Already => ALREADY,
            Verdict::Composes(_) => COMPOSES,
            _ => IMPOSSIBLE,
        }))
    }

    fn text(&self, name: &str, report: &Report) -> String {
        let kind = if report.is_module {
            "core module"
        } else {
            "component"
        };
        let mut text = format!("{name}: {kind}, {}\n", describe::size(report.size));
        let imports = report.imports.iter().map(|import| {
            let variant = import.variant();
            let shape = variant.map_or(String::new(), |variant| format!(" ({variant} shape)"));
            let name = format!("{}{shape}", import.item.name);
            (name, fate(&import.fate, describe::import))
        });
        list(&mut text, "imports", imports.collect());
        let became_async = match &report.verdict {
            Verdict::Composes(composed) => composed.became_async.as_slice(),
            _ => &[],
        };
        let exports = report.exports.iter();
        let exports = exports.map(|export| {
            let name = &export.item.name;
            let describe = |fate: &ExportFate| describe::export(name, fate, became_async);
            (name.clone(), fate(&export.fate, describe))
        });
        list(&mut text, "exports", exports.collect());
        if let Verdict::Composes(composed) = &report.verdict {
            let imports = composed.imports.iter();
            let imports = imports.map(|name| (name.clone(), String::new()));
            list(&mut text, "the result imports", imports.collect());
            let _ = writeln!(
                text,
                "\nresult: {}, {}; {}",
                describe::size(composed.bytes.len()),
                describe::growth(report.size, composed.bytes.len()),
                describe::linked(&composed.linked)
            );
            if let Some(bindings) = describe::bindings(became_async) {
                let _ = writeln!(text, "{bindings}");
            }
            if let Some(cannot_wait) = describe::cannot_wait(composed) {
                let _ = writeln!(text, "{cannot_wait}");
            }
        }
        let _ = writeln!(text, "\n{}", self.verdict(report));
        text
    }

    fn verdict(&self, report: &Report) -> String {
        let version = match report.verdict {
            // Which version that is, the guest's own imports say.
            Verdict::Already => "0.3",
            _ => self.composition.choices.target.version(),
        };
        let mut host = format!("a host that ships only WASI {version}");
        let more: Vec<_> = report
            .of_the_host()
            .map(|name| format!("`{name}`"))
            .collect();
        if !more.is_empty() {
            host = format!("{host} and serves {}", more.join(", "));
        }
        match &report.verdict {
            Verdict::Already => coloured(AnsiColor::Green, format!("It runs on {host} as it is.")),
            Verdict::Composes(_) => coloured(
                AnsiColor::Green,
                format!("Once composed, it runs on {host}."),
            ),
            Verdict::Impossible {
                error: Some(error), ..
            } => coloured(AnsiColor::Red, format!("It can't run on {host}: {error}.")),
            _ => coloured(
                AnsiColor::Red,
                format!("It can't run on {host}: see above."),
            ),
        }
    }

    fn json(&self, name: &str, report: &Report) -> Value {
        let imports = report.imports.iter().map(|import| {
            let mut value = item(&import.item);
            if let Some(variant) = import.variant() {
                value["shape"] = json!(variant.to_string());
            }
            match &import.fate {
                Ok(ImportFate::Adapter { by, waiting, .. }) => {
                    value["fate"] = json!("adapter");
                    value["by"] = json!(by);
                    value["waiting"] = json!(waiting);
                }
                Ok(ImportFate::AlreadyP3) => value["fate"] = json!("already-p3"),
                Ok(ImportFate::Host) => value["fate"] = json!("host"),
                Ok(other) => value["fate"] = json!(format!("{other:?}")),
                Err(error) => impossible(&mut value, error),
            }
            value
        });
        let exports = report.exports.iter().map(|export| {
            let mut value = item(&export.item);
            match &export.fate {
                Ok(ExportFate::Lifted { to, .. }) => {
                    value["fate"] = json!("lifted");
                    value["to"] = json!(to);
                }
                Ok(ExportFate::AlreadyP3) => value["fate"] = json!("already-p3"),
                Ok(ExportFate::Kept) => value["fate"] = json!("kept"),
                Ok(ExportFate::Sync) => value["fate"] = json!("sync"),
                Ok(ExportFate::Async) => value["fate"] = json!("async"),
                Ok(other) => value["fate"] = json!(format!("{other:?}")),
                Err(error) => impossible(&mut value, error),
            }
            if let Verdict::Composes(composed) = &report.verdict {
                let became_async = composed.became_async.iter();
                let of_it = became_async.filter(|place| place.name == export.item.name);
                let functions: Vec<_> = of_it.map(|place| &place.function).collect();
                value["became-async"] = json!(functions);
            }
            value
        });
        let mut value = json!({
            "guest": name,
            "kind": if report.is_module { "module" } else { "component" },
            "size": report.size,
            "target": self.composition.choices.target.version(),
            "imports": imports.collect::<Vec<_>>(),
            "exports": exports.collect::<Vec<_>>(),
            "verdict": match report.verdict {
                Verdict::Already => "already",
                Verdict::Composes(_) => "composes",
                _ => "impossible",
            },
        });
        match &report.verdict {
            Verdict::Composes(composed) => value["result"] = result(report, composed),
            Verdict::Impossible {
                error: Some(error), ..
            } => value["reason"] = json!(error.to_string()),
            _ => {}
        }
        value
    }
}

/// Names, and what is to be said of each.
fn list(text: &mut String, title: &str, items: Vec<(String, String)>) {
    if items.is_empty() {
        return;
    }
    let style = Style::new().bold();
    let _ = writeln!(text, "\n{style}{title}{style:#}");
    let width = items.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or_default();
    for (name, fate) in items {
        let line = format!("  {name:width$}  {fate}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn fate<Fate>(fate: &Result<Fate, PlanError>, describe: impl Fn(&Fate) -> String) -> String {
    match fate {
        Ok(fate) => describe(fate),
        Err(error) => {
            let reason = describe::obstacle(error);
            format!("{}: {reason}", coloured(AnsiColor::Red, "impossible"))
        }
    }
}

fn coloured(colour: AnsiColor, text: impl Display) -> String {
    let style = Style::new().bold().fg_color(Some(colour.into()));
    format!("{style}{text}{style:#}")
}

fn item(item: &Extern) -> Value {
    let interface = item.interface.as_ref();
    json!({
        "name": item.name,
        "interface": interface.map(|interface| interface.path()),
        "version": interface.and_then(|interface| interface.version()),
        "functions": item.functions,
    })
}

fn impossible(value: &mut Value, error: &PlanError) {
    value["fate"] = json!("impossible");
    value["reason"] = json!(describe::obstacle(error));
}

fn result(report: &Report, composed: &Composed) -> Value {
    let (linked, reason) = match &composed.linked {
        Linked::Fused => ("fused", None),
        Linked::Components { because, .. } => {
            ("component", because.as_ref().map(ToString::to_string))
        }
        _ => ("not", None),
    };
    let cannot_wait = composed.cannot_wait.iter().map(|it| {
        let mut value = json!({ "kind": it.code.kind(), "component": it.component });
        match &it.code {
            SyncCode::Function {
                export, function, ..
            } => {
                value["export"] = json!(export);
                value["function"] = json!(function);
            }
            SyncCode::Destructor { resource, .. } => value["resource"] = json!(resource),
            _ => {}
        }
        value
    });
    json!({
        "size": composed.bytes.len(),
        "added": composed.bytes.len() as i64 - report.size as i64,
        "imports": composed.imports,
        "exports": composed.exports,
        "cannot-wait": cannot_wait.collect::<Vec<_>>(),
        "link": linked,
        "not-fused": reason,
    })
}
