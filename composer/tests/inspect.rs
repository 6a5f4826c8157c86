//! `wasi-uplift inspect`: what it says of a guest, and the exit codes.
//!
//! Each `tests/inspect/*.wat` is a guest, and the `.txt` beside it what is printed. Guests of
//! `tests/guests/` have a `.txt` there, too. Numbers of bytes are left out of these.

mod common;

use common::{assert_success, difference, fixture, guest, text, uplift};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn inspect(guest: &[u8], arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("guest.wasm"), guest).unwrap();
    let mut command = uplift(folder.path());
    command.args(["inspect", "guest.wasm"]).args(arguments);
    command.output().unwrap()
}

fn inspected(guest: &[u8], arguments: &[&str], code: i32) -> String {
    let output = inspect(guest, arguments);
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    text(&output.stdout)
}

fn json(guest: &[u8], code: i32) -> Value {
    serde_json::from_str(&inspected(guest, &["--json"], code)).unwrap()
}

/// A guest of `tests/inspect/`.
fn own(name: &str) -> Vec<u8> {
    wat::parse_file(fixture(&format!("inspect/{name}.wat"))).unwrap()
}

/// The text with `N` for each number of bytes.
fn without_sizes(text: &str) -> String {
    let line = |line: &str| {
        let mut words: Vec<_> = line.split(' ').map(str::to_string).collect();
        for position in 1..words.len() {
            if words[position].starts_with("bytes") {
                words[position - 1] = "N".to_string();
            }
        }
        words.join(" ") + "\n"
    };
    text.lines().map(line).collect()
}

#[test]
fn what_is_said_of_a_guest() {
    for (name, guest, code) in [
        ("sleeps", guest("sleeps"), 0),
        ("other-interfaces", guest("other-interfaces"), 0),
        ("needs-nothing", guest("needs-nothing"), 3),
        ("two-shapes", own("two-shapes"), 0),
        ("impossible", own("impossible"), 4),
        ("conflict", own("conflict"), 4),
        ("unknown-of-0.3", own("unknown-of-0.3"), 4),
        ("values-of-0.2", own("values-of-0.2"), 0),
    ] {
        let said = without_sizes(&inspected(&guest, &[], code));
        assert_eq!(difference(&format!("inspect/{name}.txt"), &said), None);
    }
}

#[test]
fn a_core_module_is_inspected_as_the_component_that_it_becomes() {
    let module = r#"(module
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (func (export "_start") (call $exit (i32.const 3))))"#;
    let value = json(&wat::parse_str(module).unwrap(), 0);
    assert_eq!(value["kind"], "module");
    assert_eq!(value["exports"][0]["to"], "wasi:cli/run@0.3.0");
}

#[test]
fn json_has_it_all() {
    let guest = own("two-shapes");
    let value = json(&guest, 0);
    assert_eq!(value["guest"], "guest.wasm");
    assert_eq!(value["kind"], "component");
    assert_eq!(value["verdict"], "composes");
    assert_eq!(value["target"], "0.3.0");
    assert_eq!(value["size"], guest.len());
    let size = |key: &str| value["result"][key].as_u64().unwrap();
    assert_eq!(size("added") + guest.len() as u64, size("size"));
    let composed = wasi_uplift::compose(&guest, &Default::default()).unwrap();
    assert_eq!(size("size"), composed.bytes.len() as u64);
    assert_eq!(
        value["result"]["imports"],
        json!([
            "wasi:clocks/monotonic-clock@0.3.0",
            "other:host/device@1.2.3"
        ])
    );

    let network = &value["imports"][0];
    assert_eq!(network["interface"], "wasi:sockets/network");
    assert_eq!(network["version"], "0.2.0-rc-2023-11-10");
    assert_eq!(network["shape"], "draft");
    assert_eq!(network["fate"], "adapter");
    let clock = &value["imports"][1];
    assert_eq!(clock["functions"], json!(["now"]));
    assert_eq!(clock["waiting"], json!([]));
    assert_eq!(clock["shape"], Value::Null);
    assert_eq!(value["imports"][2]["fate"], "host");
}

#[test]
fn json_says_what_is_in_the_way() {
    let value = json(&own("impossible"), 4);
    assert_eq!(value["verdict"], "impossible");
    assert_eq!(value["result"], Value::Null);
    let fates = |key: &str| {
        let items = value[key].as_array().unwrap().iter();
        let fate = |item: &Value| item["fate"].as_str().unwrap().to_string();
        items.map(fate).collect::<Vec<_>>()
    };
    let imports = ["impossible", "adapter", "impossible", "impossible", "host"];
    assert_eq!(fates("imports"), imports);
    assert_eq!(fates("exports"), ["impossible"]);
    assert_eq!(json(&own("conflict"), 4)["verdict"], "impossible");
    let already = json(&guest("needs-nothing"), 3);
    assert_eq!(already["verdict"], "already");
    assert_eq!(already["imports"][0]["fate"], "already-p3");
}

/// The verdict is about what `compose` does.
#[test]
fn the_verdict_is_what_happens() {
    let mut guests = vec![own("two-shapes"), own("impossible"), own("conflict")];
    guests.extend(["sleeps", "other-interfaces", "needs-nothing"].map(guest));
    for entry in fs::read_dir(fixture("errors")).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("options").exists() {
            guests.extend(wat::parse_file(folder.join("guest.wat")));
        }
    }
    for guest in guests {
        let composed = wasi_uplift::compose(&guest, &Default::default());
        let expected = match &composed {
            Ok(composed) if composed.plan.is_identity() => 3,
            Ok(_) => 0,
            Err(wasi_uplift::Error::CoreModule | wasi_uplift::Error::Preview1(_)) => 1,
            Err(_) => 4,
        };
        let output = inspect(&guest, &[]);
        assert_eq!(output.status.code(), Some(expected), "{composed:?}");
    }
}

/// It is about what `compose` does with the same options.
#[test]
fn the_verdict_is_about_the_options() {
    for (case, code) in [
        ("without-clocks", 4),
        ("without-random", 4),
        ("without-what-the-guest-has-itself", 4),
        ("without-http-a-server", 4),
        ("keep-sync-of-what-waits", 4),
        ("async-of-what-the-host-has", 4),
        ("without-unknown-package", 1),
        ("keep-sync-of-no-export", 1),
        ("keep-sync-of-run", 1),
    ] {
        let file = |name: &str| fixture(&format!("errors/{case}/{name}"));
        let guest = wat::parse_file(file("guest.wat")).unwrap();
        let options = fs::read_to_string(file("options")).unwrap();
        let options: Vec<_> = options.split_whitespace().collect();
        let output = inspect(&guest, &options);
        assert_eq!(output.status.code(), Some(code), "{case}: {output:?}");
    }
    let sync = ["--keep-sync", "other:library/api@0.2.0"];
    let said = without_sizes(&inspected(&guest("other-interfaces"), &sync, 0));
    assert!(
        said.contains("other:library/api@0.2.0  stays, and can't wait\n"),
        "{said}"
    );
}

#[test]
fn what_is_no_component_is_an_error() {
    let output = inspect(b"nothing of the kind", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "");
    let message = text(&output.stderr);
    assert!(
        message.starts_with("error: `guest.wasm` was not inspected: "),
        "{message}"
    );
}

#[test]
fn quiet_and_verbose_do_not_go_together() {
    let output = inspect(&guest("sleeps"), &["-q", "-v"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn completions_are_for_the_shell_that_is_asked_for() {
    let completions = |shell: &str| {
        let mut command = uplift(Path::new("."));
        let output = command.args(["completions", shell]).output().unwrap();
        assert_success(&output);
        text(&output.stdout)
    };
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(completions(shell).contains("compose"), "{shell}");
    }
    // What bash makes of it.
    let script = format!(
        "{}\nCOMP_WORDS=(wasi-uplift insp) COMP_CWORD=1
        function=$(complete -p wasi-uplift | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        $function wasi-uplift insp wasi-uplift; echo \"${{COMPREPLY[@]}}\"",
        completions("bash")
    );
    let Ok(output) = Command::new("bash").args(["-c", &script]).output() else {
        // A machine without bash has nothing to be completed by it.
        return;
    };
    assert_eq!(
        text(&output.stdout),
        "inspect\n",
        "{}",
        text(&output.stderr)
    );
}
