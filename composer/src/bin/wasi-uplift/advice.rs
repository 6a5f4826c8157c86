//! What the command can say about errors of the library, which knows no command line.

use anyhow::anyhow;
use wasi_uplift::{
    ComposeError, FixedReason, InspectError, OptionsError, PlanError, Unserved, UnservedImport,
};

/// Adds advice to an error of composing.
pub fn for_compose(error: ComposeError) -> anyhow::Error {
    let advice = match &error {
        ComposeError::Fuse(_) => {
            Some("leave `--link fused` out, and they are linked as two".to_string())
        }
        ComposeError::Options(error) => for_options(error),
        ComposeError::Plan(error) => for_plan(error),
        _ => None,
    };
    with_advice(error, advice)
}

/// Adds advice to an error of inspecting.
pub fn for_inspect(error: InspectError) -> anyhow::Error {
    let advice = match &error {
        InspectError::Options(error) => for_options(error),
        _ => None,
    };
    with_advice(error, advice)
}

fn for_plan(error: &PlanError) -> Option<String> {
    let is_for_a_plug = match error {
        PlanError::Imports { imports, .. } => {
            matches!(
                imports[..],
                [UnservedImport {
                    reason: Unserved::Unknown,
                    ..
                }]
            )
        }
        PlanError::ForeignTypes { .. } => true,
        _ => false,
    };
    is_for_a_plug.then(|| "`compose --plug` joins the two".to_string())
}

fn for_options(error: &OptionsError) -> Option<String> {
    match error {
        OptionsError::FixedExport {
            export,
            reason: FixedReason::Both,
            ..
        } => Some(format!(
            "name `{export}` with `--keep-sync` or with `--async`"
        )),
        _ => None,
    }
}

fn with_advice(
    error: impl std::error::Error + Send + Sync + 'static,
    advice: Option<String>,
) -> anyhow::Error {
    match advice {
        Some(advice) => anyhow!("{error}; {advice}"),
        None => error.into(),
    }
}
