//! Guests and what becomes of them, in `tests/retype/`, and what can't be said in text form.

use super::retype;
use crate::Error;
use crate::error::Place;
use crate::inspect::Guest;
use crate::plan::{ExportFate, ImportFate, Plan, Planned};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};
use wasm_encoder::{Component, CustomSection};
use wasmparser::{Parser, Payload, Validator};

/// A guest, with what its comments ask for.
struct Case {
    folder: PathBuf,
    guest: Vec<u8>,
    /// From `;; waits: import#function`: the functions that wait, of each adapted import.
    waiting: BTreeMap<String, BTreeSet<String>>,
    /// From `;; run: export`.
    run: Option<String>,
}

impl Case {
    fn all() -> Vec<Case> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/retype");
        let folders = fs::read_dir(folder).unwrap();
        let mut folders: Vec<_> = folders.map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        assert!(!folders.is_empty());
        folders.into_iter().map(Case::read).collect()
    }

    fn read(folder: PathBuf) -> Case {
        let text = fs::read_to_string(folder.join("guest.wat")).unwrap();
        let mut case = Case {
            guest: parse(&text),
            folder,
            waiting: BTreeMap::new(),
            run: None,
        };
        for line in text.lines() {
            if let Some(function) = line.strip_prefix(";; waits: ") {
                let (import, function) = function.split_once('#').unwrap();
                let waiting = case.waiting.entry(import.to_string()).or_default();
                waiting.insert(function.to_string());
            }
            if let Some(run) = line.strip_prefix(";; run: ") {
                case.run = Some(run.to_string());
            }
        }
        case
    }

    fn name(&self) -> String {
        self.folder.file_name().unwrap().display().to_string()
    }

    fn retyped(&self) -> Vec<u8> {
        let guest = Guest::read(&self.guest).unwrap();
        retype(&guest, &plan(&guest, &self.waiting, self.run.as_deref()))
            .unwrap()
            .bytes
    }
}

fn parse(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

fn print(component: &[u8]) -> String {
    wasmprinter::print_bytes(component).unwrap()
}

fn plan(
    guest: &Guest<'_>,
    waiting: &BTreeMap<String, BTreeSet<String>>,
    run: Option<&str>,
) -> Plan {
    let import_fate = |name: &str| match waiting.get(name) {
        Some(waiting) => ImportFate::Adapter {
            by: name.to_string(),
            waiting: waiting.clone(),
        },
        None => ImportFate::Host,
    };
    let export_fate = |name: &str| match run {
        Some(run) if run == name => ExportFate::Lifted(name.to_string()),
        _ => ExportFate::Kept,
    };
    let imports = guest.imports.iter().map(|item| Planned {
        item: item.clone(),
        fate: import_fate(&item.name),
    });
    let exports = guest.exports.iter().map(|item| Planned {
        item: item.clone(),
        fate: export_fate(&item.name),
    });
    Plan {
        imports: imports.collect(),
        exports: exports.collect(),
    }
}

/// A plan in which the given functions of imports wait.
fn plan_waiting(guest: &Guest<'_>, functions: &[(&str, &str)]) -> Plan {
    let mut waiting: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (import, function) in functions {
        let waiting = waiting.entry(import.to_string()).or_default();
        waiting.insert(function.to_string());
    }
    plan(guest, &waiting, None)
}

fn modules(component: &[u8]) -> Vec<&[u8]> {
    let payloads = Parser::new(0).parse_all(component);
    let module = |payload| match payload {
        Payload::ModuleSection {
            unchecked_range, ..
        } => Some(&component[unchecked_range]),
        _ => None,
    };
    payloads
        .filter_map(|payload| module(payload.unwrap()))
        .collect()
}

/// `expected.wat` is written again if `BLESS` is set in the environment.
#[test]
fn guests_become_what_is_expected() {
    let mut wrong = Vec::new();
    for case in Case::all() {
        let retyped = print(&case.retyped());
        let path = case.folder.join("expected.wat");
        if env::var_os("BLESS").is_some() {
            fs::write(&path, &retyped).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if print(&parse(&expected)) != retyped {
            wrong.push(format!("{}:\n{retyped}", case.name()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn results_are_valid() {
    for case in Case::all() {
        let result = Validator::new().validate_all(&case.retyped()).map(drop);
        assert!(result.is_ok(), "{}: {result:?}", case.name());
    }
}

#[test]
fn core_modules_are_copied() {
    let mut count = 0;
    for case in Case::all() {
        let retyped = case.retyped();
        assert_eq!(modules(&retyped), modules(&case.guest), "{}", case.name());
        count += modules(&retyped).len();
    }
    assert!(count > 0);
}

#[test]
fn a_guest_in_which_nothing_waits_stays_as_it_is() {
    for case in Case::all() {
        let guest = Guest::read(&case.guest).unwrap();
        let retyped = retype(&guest, &plan(&guest, &BTreeMap::new(), None))
            .unwrap()
            .bytes;
        assert_eq!(print(&retyped), print(&case.guest), "{}", case.name());
    }
}

/// What has become `async` is what the plan says from then on, so there is nothing left to do.
#[test]
fn a_result_stays_as_it_is() {
    for case in Case::all() {
        let once = case.retyped();
        let guest = Guest::read(&once).unwrap();
        let again = plan(&guest, &case.waiting, case.run.as_deref());
        assert_eq!(
            retype(&guest, &again).unwrap().bytes,
            once,
            "{}",
            case.name()
        );
    }
}

/// Guests that nobody would write: those of the cases with one bit changed, where it makes no
/// difference to their being valid.
#[test]
fn what_is_valid_stays_valid() {
    let mut count = 0;
    for case in Case::all() {
        for position in 0..case.guest.len() {
            for bit in [0x01, 0x02, 0x04] {
                let mut changed = case.guest.clone();
                changed[position] ^= bit;
                let Ok(guest) = Guest::read(&changed) else {
                    continue;
                };
                match retype(&guest, &plan(&guest, &case.waiting, case.run.as_deref())) {
                    Ok(retyped) => {
                        let result = Validator::new().validate_all(&retyped.bytes).map(drop);
                        assert!(result.is_ok(), "{} {position}: {result:?}", case.name());
                        count += 1;
                    }
                    // A name that has changed may make an import the host's.
                    Err(Error::Conflict { .. }) => {}
                    Err(error) => panic!("{} {position}: {error:?}", case.name()),
                }
            }
        }
    }
    assert!(count > 0);
}

const TWO_IMPORTS: &str = r#"
    (import "test:api/api" (instance $api (export "wait" (func))))
    (import "other:host/host" (instance $host (export "tick" (func))))
    (alias export $api "wait" (func $wait))
    (alias export $host "tick" (func $tick))
"#;

fn conflict(component: &str, waits: &[(&str, &str)], run: Option<&str>) -> (Place, Place) {
    let component = parse(component);
    let guest = Guest::read(&component).unwrap();
    let mut plan = plan_waiting(&guest, waits);
    for export in &mut plan.exports {
        if run == Some(&export.item.name) {
            export.fate = ExportFate::Lifted(export.item.name.clone());
        }
    }
    match retype(&guest, &plan) {
        Err(Error::Conflict { waits, stays }) => (waits, stays),
        other => panic!("{other:?}"),
    }
}

fn place(name: &str, function: &str) -> Place {
    Place {
        name: name.to_string(),
        function: function.to_string(),
    }
}

#[test]
fn one_place_for_a_function_that_waits_and_one_of_the_host() {
    let user = r#"(component $user (import "do" (func)))"#;
    let wait = r#"(instance (instantiate $user (with "do" (func $wait))))"#;
    let tick = r#"(instance (instantiate $user (with "do" (func $tick))))"#;
    for (first, second) in [(wait, tick), (tick, wait)] {
        let component = format!("(component {TWO_IMPORTS} {user} {first} {second})");
        let (waits, stays) = conflict(&component, &[("test:api/api", "wait")], None);
        assert_eq!(waits, place("test:api/api", "wait"));
        assert_eq!(stays, place("other:host/host", "tick"));
    }
}

#[test]
fn one_instance_type_for_imports_of_both_kinds() {
    let component = r#"(component
        (type $shared (instance (export "wait" (func))))
        (import "test:api/api" (instance (type $shared)))
        (import "other:host/host" (instance (type $shared))))"#;
    let (waits, stays) = conflict(component, &[("test:api/api", "wait")], None);
    assert_eq!(waits, place("test:api/api", "wait"));
    assert_eq!(stays, place("other:host/host", "wait"));
}

#[test]
fn a_run_that_is_the_hosts() {
    let component = r#"(component
        (import "run" (func $run (result (result))))
        (instance $i (export "run" (func $run)))
        (export "wasi:cli/run@0.2.0" (instance $i)))"#;
    let (waits, stays) = conflict(component, &[], Some("wasi:cli/run@0.2.0"));
    assert_eq!(waits, place("wasi:cli/run@0.2.0", "run"));
    assert_eq!(stays, place("run", ""));
}

#[test]
fn a_component_that_the_host_gives() {
    let component = format!(
        r#"(component {TWO_IMPORTS}
            (import "tool" (component $tool (import "do" (func))))
            (instance (instantiate $tool (with "do" (func $wait)))))"#
    );
    let (waits, stays) = conflict(&component, &[("test:api/api", "wait")], None);
    assert_eq!(waits, place("test:api/api", "wait"));
    assert_eq!(stays, place("tool", "do"));
}

/// The guest, with a custom section at its end.
fn with_section(guest: &[u8], section: &CustomSection<'_>) -> Vec<u8> {
    let mut end = Component::new();
    end.section(section);
    [guest, &end.finish()[Component::HEADER.len()..]].concat()
}

/// Names are not validated, so that they may be anything.
#[test]
fn names_that_make_no_sense() {
    const TYPE_NAME: &[u8] = b"\x01\x0b\x03\x03\x01\xff\xff\xff\x7f\x03far";
    let guest = parse(&format!("(component {TWO_IMPORTS})"));
    for (what, names) in [
        ("of a type that isn't there", TYPE_NAME),
        ("cut off", &TYPE_NAME[..5]),
        ("of an unknown kind", b"\x63\x01\x00"),
    ] {
        let section = CustomSection {
            name: "component-name".into(),
            data: names.into(),
        };
        let guest = with_section(&guest, &section);
        let guest = Guest::read(&guest).unwrap();
        let plan = plan_waiting(&guest, &[("test:api/api", "wait")]);
        let retyped = retype(&guest, &plan).unwrap().bytes;
        let names = Parser::new(0).parse_all(&retyped).filter(|payload| {
            matches!(payload, Ok(Payload::CustomSection(section)) if section.name() == "component-name")
        });
        // The guest has some that make sense, too.
        assert_eq!(names.count(), 2, "{what}");
        assert!(Validator::new().validate_all(&retyped).is_ok(), "{what}");
    }
}
