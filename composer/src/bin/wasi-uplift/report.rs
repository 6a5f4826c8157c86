//! Reports in words: what a guest imports and exports, and what becomes of it.

use crate::{describe, differences};
use clap::builder::styling::{AnsiColor, Style};
use std::fmt::{Display, Write as _};
use wasi_uplift::{ExportFate, PlanError, Report, Target, Verdict};

/// All that is known of a guest.
pub fn text(name: &str, report: &Report, target: Target) -> String {
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
            describe::linked(composed)
        );
        if let Some(engine) = engine(report) {
            let _ = writeln!(text, "{engine}");
        }
        if let Some(bindings) = describe::bindings(became_async) {
            let _ = writeln!(text, "{bindings}");
        }
        if let Some(cannot_wait) = describe::cannot_wait(composed) {
            let _ = writeln!(text, "{cannot_wait}");
        }
        let differences = differences::of(report);
        let differences = differences.map(|it| (it.to_string(), String::new()));
        list(&mut text, "known differences", differences.collect());
    }
    if let Verdict::Already = report.verdict
        && let Some(engine) = engine(report)
    {
        let _ = writeln!(text, "\n{engine}");
    }
    let _ = writeln!(text, "\n{}", verdict(report, target));
    text
}

/// A line with the features that the engine has to have, if there are any.
fn engine(report: &Report) -> Option<String> {
    let features = describe::engine(&report.engine);
    (!features.is_empty()).then(|| format!("engine: {features}"))
}

fn verdict(report: &Report, target: Target) -> String {
    let version = match report.verdict {
        // Which version that is, the guest's own imports say.
        Verdict::Already => "0.3",
        _ => target.version(),
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

/// A text in a colour, which is left out where there are none.
pub fn coloured(colour: AnsiColor, text: impl Display) -> String {
    let style = Style::new().bold().fg_color(Some(colour.into()));
    format!("{style}{text}{style:#}")
}
