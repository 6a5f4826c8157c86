//! Checks JSON documents against the schema that the command prints.

use serde_json::Value;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../src/bin/wasi-uplift/schema.json");
    serde_json::from_str(text).unwrap()
});

/// Checks a document. Unlike other validators it takes no property that the schema doesn't have.
pub fn check(document: &[u8]) -> Result<(), String> {
    let document = serde_json::from_slice(document).map_err(|error| error.to_string())?;
    conforms(&document, &SCHEMA, "the document")
}

fn conforms(value: &Value, schema: &Value, place: &str) -> Result<(), String> {
    let fails = |what: &dyn std::fmt::Display| Err(format!("{place}: {what}"));
    for (keyword, argument) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "title" | "description" | "$defs" => {}
            "$ref" => {
                let pointer = argument.as_str().unwrap().trim_start_matches('#');
                conforms(value, SCHEMA.pointer(pointer).unwrap(), place)?;
            }
            "anyOf" => {
                let schemas = argument.as_array().unwrap().iter();
                let results: Vec<_> = schemas.map(|it| conforms(value, it, place)).collect();
                if results.iter().all(Result::is_err) {
                    return fails(&format!("{results:?}"));
                }
            }
            "const" if value != argument => return fails(&format!("is not {argument}")),
            "enum" if !argument.as_array().unwrap().contains(value) => {
                return fails(&format!("{value} is none of {argument}"));
            }
            "const" | "enum" => {}
            "type" => {
                let types = match argument {
                    Value::Array(types) => types.as_slice(),
                    one => std::slice::from_ref(one),
                };
                if !types.iter().any(|it| it == type_of(value)) {
                    return fails(&format!("{value} is not of type {argument}"));
                }
            }
            "required" => {
                for name in argument.as_array().unwrap() {
                    if value.get(name.as_str().unwrap()).is_none() {
                        return fails(&format!("{name} is missing"));
                    }
                }
            }
            "properties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    let Some(schema) = argument.get(name) else {
                        return fails(&format!("`{name}` is not in the schema"));
                    };
                    conforms(value, schema, &format!("{place}: {name}"))?;
                }
            }
            "items" => {
                for (position, value) in value.as_array().into_iter().flatten().enumerate() {
                    conforms(value, argument, &format!("{place}: {position}"))?;
                }
            }
            other => panic!("`{other}` is a keyword that this doesn't know"),
        }
    }
    Ok(())
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
