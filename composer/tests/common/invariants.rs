//! What holds for every guest that composes.

use super::modules;
use wasi_uplift::{LinkMode, Options, compose};
use wasmparser::Validator;

/// Inputs whose result in a link mode [`wit_component::decode`] refuses, though it takes the input,
/// and why. Once a result is decoded, its line has to go.
const UNDECODABLE: [(&str, LinkMode, &str); 1] = [(
    "server.wasm",
    LinkMode::Auto,
    "the export `wasi:http/handler` has the imported types, which WIT can't say",
)];

/// Composes a guest in both link modes, if it composes, and checks the results.
pub fn check(name: &str, guest: &[u8]) -> Result<(), String> {
    for link in [LinkMode::Auto, LinkMode::Component] {
        check_linked(name, guest, link).map_err(|error| format!("{link}: {error}"))?;
    }
    Ok(())
}

fn check_linked(name: &str, guest: &[u8], link: LinkMode) -> Result<(), String> {
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
    check_decoding(name, guest, link, &composed)
}

fn check_decoding(name: &str, guest: &[u8], link: LinkMode, composed: &[u8]) -> Result<(), String> {
    let mut expected = UNDECODABLE.iter();
    let expected = expected.find(|(input, mode, _)| (*input, *mode) == (name, link));
    // Not every component is one that WIT can describe.
    let decoded = match wit_component::decode(guest) {
        Ok(_) => wit_component::decode(composed).map(drop),
        Err(_) => Ok(()),
    };
    match (decoded, expected) {
        (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
        (Err(error), None) => Err(format!("the result can't be decoded: {error:#}")),
        (Ok(()), Some((.., reason))) => Err(format!("the result can be decoded, though {reason}")),
    }
}
