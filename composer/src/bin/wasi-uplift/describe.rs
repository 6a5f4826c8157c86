//! Imports, exports and the decisions on them, in words.

use std::fmt::Write;
use std::path::Path;
use wasi_uplift::{Composed, EngineFeature, ExportFate, ImportFate, Linked, Place, PlanError};

/// The decision on an import.
pub fn import(fate: &ImportFate) -> String {
    match fate {
        ImportFate::Adapter { waiting, .. } if waiting.is_empty() => "adapter".to_string(),
        ImportFate::Adapter { waiting, .. } => {
            let waiting: Vec<_> = waiting.iter().map(String::as_str).collect();
            format!("adapter; may wait: {}", waiting.join(", "))
        }
        ImportFate::AlreadyP3 => "host; it is WASI 0.3 already".to_string(),
        ImportFate::Host => "host, as it is; it is not of WASI 0.2".to_string(),
        other => format!("{other:?}"),
    }
}

/// The decision on an export, of whose functions some may become `async`.
pub fn export(name: &str, fate: &ExportFate, became_async: &[Place]) -> String {
    let mut text = match fate {
        ExportFate::Lifted { to, .. } => format!("becomes {to}"),
        ExportFate::AlreadyP3 => "stays; it is WASI 0.3 already".to_string(),
        ExportFate::Kept | ExportFate::Async => "stays, under the same name".to_string(),
        ExportFate::Sync => "stays, and can't wait".to_string(),
        other => format!("{other:?}"),
    };
    let functions = became_async.iter().filter(|place| place.name == name);
    let functions: Vec<_> = functions.map(|place| place.function.as_str()).collect();
    match functions[..] {
        [] => {}
        [""] => text.push_str("; becomes async"),
        _ => _ = write!(text, "; become async: {}", functions.join(", ")),
    }
    text
}

/// The imports of a result that are neither of WASI 0.2 nor of 0.3.
pub fn left_to_the_host(composed: &Composed) -> Option<String> {
    let imports = composed.plan.imports.iter();
    let left = imports.filter(|import| import.fate == ImportFate::Host);
    let left: Vec<_> = left.map(|it| format!("`{}`", it.item.name)).collect();
    (!left.is_empty()).then(|| left.join(", "))
}

/// Functions that have become `async`, by the exports that they are of.
pub fn by_export(became_async: &[Place]) -> String {
    let mut exports: Vec<(&str, Vec<&str>)> = Vec::new();
    for Place { name, function, .. } in became_async {
        match exports.last_mut().filter(|(export, _)| export == name) {
            Some((_, functions)) => functions.push(function),
            None => exports.push((name, vec![function])),
        }
    }
    let text = |(export, functions): (&str, Vec<&str>)| match functions[..] {
        [""] => format!("`{export}`"),
        _ => format!("`{export}` ({})", functions.join(", ")),
    };
    exports.into_iter().map(text).collect::<Vec<_>>().join(", ")
}

/// What changes for the callers of a result, in a sentence or two.
pub fn changes(name: &str, became_async: &[Place], output: &Path) -> Option<String> {
    if became_async.is_empty() {
        return None;
    }
    let output = match crate::files::is_standard(output) {
        true => "RESULT".to_string(),
        false => output.display().to_string(),
    };
    Some(format!(
        "exports of `{name}` become `async`: {}. A host's bindings for them are made from the \
         result, whose WIT `wasm-tools component wit {output}` prints",
        by_export(became_async)
    ))
}

/// What it means for a host that functions have become `async`.
pub fn bindings(became_async: &[Place]) -> Option<&'static str> {
    (!became_async.is_empty()).then_some(
        "Functions that become async are called otherwise than before: a host's bindings for them \
         have to be made from the result.",
    )
}

/// A sentence about the code of a result that can't wait: where it is, and when it traps.
pub fn cannot_wait(composed: &Composed) -> Option<String> {
    if composed.cannot_wait.is_empty() {
        return None;
    }
    let code = composed.cannot_wait.iter().map(ToString::to_string);
    let code = code.collect::<Vec<_>>().join(", ");
    let trap = match composed.linked {
        Linked::Fused => "traps when it would have to wait",
        _ => "traps when it calls a function of WASI 0.2 that may wait",
    };
    Some(format!("Not `async`, so that it {trap}: {code}."))
}

/// What is in the way of an import or export, whose name has been said.
pub fn obstacle(error: &PlanError) -> String {
    match error {
        PlanError::Imports { imports, .. } => {
            let reasons = imports.iter().map(|import| import.reason.to_string());
            reasons.collect::<Vec<_>>().join("; ")
        }
        PlanError::Shape { reason, .. } => {
            format!("its types are not those that WASI 0.2 gives it: {reason}")
        }
        other => other.to_string(),
    }
}

/// The way in which guest and adapter are put together.
pub fn linked(composed: &Composed) -> String {
    match &composed.linked {
        Linked::Not => "as it was".to_string(),
        Linked::Fused if composed.has_front() => {
            "one component with the adapter, behind a front".to_string()
        }
        Linked::Fused => "one component with the adapter".to_string(),
        Linked::Components { because: None, .. } => "linked to the adapter".to_string(),
        Linked::Components {
            because: Some(reason),
            ..
        } => format!("linked to the adapter, not one component with it because {reason}"),
        other => format!("{other:?}"),
    }
}

/// A number of bytes.
pub fn size(bytes: usize) -> String {
    let digits = bytes.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + if bytes == 1 { " byte" } else { " bytes" }
}

/// The names of an engine's features, in one text.
pub fn engine(features: &[EngineFeature]) -> String {
    let names: Vec<_> = features.iter().map(|feature| feature.name()).collect();
    names.join(", ")
}

/// By how many bytes a result is longer than the guest.
pub fn growth(from: usize, to: usize) -> String {
    if to < from {
        format!("{} less than the guest", size(from - to))
    } else {
        format!("{} added", size(to - from))
    }
}

/// A result: its size, its parts, and the decision on each import and export of the guest.
pub fn composed(name: &str, guest: usize, composed: &Composed) -> String {
    let length = composed.bytes.len();
    let mut text = format!(
        "{name}: {}, {}; {}",
        size(length),
        growth(guest, length),
        linked(composed)
    );
    for planned in &composed.plan.imports {
        let _ = write!(text, "\n  {}: {}", planned.item.name, import(&planned.fate));
    }
    for planned in &composed.plan.exports {
        let name = &planned.item.name;
        let fate = export(name, &planned.fate, &composed.became_async);
        let _ = write!(text, "\n  {name}: {fate}");
    }
    if let Some(bindings) = bindings(&composed.became_async) {
        let _ = write!(text, "\n{bindings}");
    }
    if let Some(cannot_wait) = cannot_wait(composed) {
        let _ = write!(text, "\n{cannot_wait}");
    }
    text
}
