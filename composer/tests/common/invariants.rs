//! What holds for every guest that composes.

use super::modules;
use wasi_uplift::{LinkMode, Options, compose};
use wasmparser::Validator;

/// Composes a guest in both link modes, if it composes, and checks the results.
pub fn check(guest: &[u8]) -> Result<(), String> {
    for link in [LinkMode::Auto, LinkMode::Component] {
        check_linked(guest, link).map_err(|error| format!("{link}: {error}"))?;
    }
    Ok(())
}

fn check_linked(guest: &[u8], link: LinkMode) -> Result<(), String> {
    let options = Options::default().link(link);
    let Ok(composed) = compose(guest, &options) else {
        return Ok(());
    };
    let composed = composed.bytes;
    if let Err(error) = Validator::new().validate_all(&composed) {
        return Err(format!("the result is not valid: {error}"));
    }
    let again = compose(guest, &options).map_err(|error| error.to_string())?;
    if again.bytes != composed {
        return Err("the result is another one the second time".to_string());
    }
    let result = compose(&composed, &options).map_err(|error| error.to_string())?;
    if result.bytes != composed {
        return Err("the result needs something".to_string());
    }
    let kept = modules(&composed);
    if !modules(guest).iter().all(|module| kept.contains(module)) {
        return Err("a core module of the guest is not in the result".to_string());
    }
    check_decoding(guest, &composed)
}

/// Checks that tools for WIT take the result, if they take the guest: not every component is one that
/// WIT can describe.
fn check_decoding(guest: &[u8], composed: &[u8]) -> Result<(), String> {
    if wit_component::decode(guest).is_err() {
        return Ok(());
    }
    let decoded = wit_component::decode(composed).map(drop);
    decoded.map_err(|error| format!("the result can't be decoded: {error:#}"))
}
