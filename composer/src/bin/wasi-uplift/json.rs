//! Reports in JSON, for programs. `schema.json` describes them.

use crate::{describe, differences};
use serde_json::{Value, json};
use wasi_uplift::{
    Composed, ExportFate, Extern, ImportFate, Linked, PlanError, Report, SyncCode, Target, Verdict,
};

/// The version of the documents' form. What is added doesn't change it.
const VERSION: u32 = 1;

/// The JSON Schema of the documents.
pub const SCHEMA: &str = include_str!("schema.json");

/// The document for one guest.
pub fn one(mut guest: Value) -> Value {
    guest["schema"] = json!(VERSION);
    guest
}

/// The document for many guests.
pub fn many(guests: Vec<Value>) -> Value {
    json!({ "schema": VERSION, "guests": guests })
}

/// A guest that could not be inspected, and why.
pub fn failure(name: &str, error: &anyhow::Error) -> Value {
    json!({ "guest": name, "error": format!("{error:#}") })
}

/// A guest that has been inspected.
pub fn guest(name: &str, report: &Report, target: Target) -> Value {
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
    let differences = differences::of(report);
    let differences = differences.map(|it| json!({ "subject": it.subject, "instead": it.instead }));
    let mut value = json!({
        "guest": name,
        "kind": if report.is_module { "module" } else { "component" },
        "size": report.size,
        "target": target.version(),
        "imports": imports.collect::<Vec<_>>(),
        "exports": exports.collect::<Vec<_>>(),
        "verdict": match report.verdict {
            Verdict::Already => "already",
            Verdict::Composes(_) => "composes",
            _ => "impossible",
        },
        "host": report.of_the_host().collect::<Vec<_>>(),
        "engine": report.engine.iter().map(|it| it.name()).collect::<Vec<_>>(),
        "differences": differences.collect::<Vec<_>>(),
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

fn item(item: &Extern) -> Value {
    let interface = item.interface.as_ref();
    json!({
        "name": item.name,
        "interface": interface.map(|interface| interface.path()),
        "version": interface.and_then(|interface| interface.version()),
        "functions": item.functions(),
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
        "front": composed.has_front(),
    })
}
