//! What can't be composed, and what the command says about it.
//!
//! Each folder in `tests/errors/` is a case. `guest.wat` is the guest; where bad bytes are the
//! case, they are made below. `options`, if it is there, is the rest of the command line. `error.txt`
//! is what is printed; it is written again if `BLESS` is set in the environment.

mod common;

use common::{difference, fixture, guest, text, uplift};
use std::fs;
use std::path::Path;

/// Runs the command, and returns what it says.
fn message(
    guest: Option<&[u8]>,
    (input, options): (&str, &str),
    output: &str,
    old: Option<&str>,
) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(output);
    fs::create_dir(folder.path().join("folder")).unwrap();
    if let Some(guest) = guest {
        fs::write(folder.path().join("guest.wasm"), guest).unwrap();
    }
    if let Some(old) = old {
        fs::write(&file, old).unwrap();
    }
    let names = || {
        let entries = fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    let result = uplift(folder.path())
        .args(["compose", input, "-o", output])
        .args(options.split_whitespace())
        .output()
        .unwrap();
    assert_eq!(result.status.code(), Some(1), "{result:?}");
    assert_eq!(text(&result.stdout), "");
    // Nothing is there that wasn't before, and what was there is as it was.
    assert_eq!(names(), before);
    assert_eq!(fs::read_to_string(file).ok().as_deref(), old);
    text(&result.stderr)
}

/// The same for a guest, whether the output file exists before or not.
fn message_of_guest(guest: &[u8]) -> String {
    message_with(guest, "")
}

fn message_with(guest: &[u8], options: &str) -> String {
    let input = ("guest.wasm", options);
    let message = |old| message(Some(guest), input, "composed.wasm", old);
    let (without, with) = (message(None), message(Some("the former result")));
    assert_eq!(without, with);
    without
}

fn assert_same(case: &str, message: &str) {
    let difference = difference(&format!("errors/{case}/error.txt"), message);
    assert_eq!(difference, None);
}

#[test]
fn guests() {
    let mut count = 0;
    let mut differences = Vec::new();
    for entry in fs::read_dir(fixture("errors")).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(guest) = wat::parse_file(folder.join("guest.wat")) else {
            // Bad bytes, of one of the tests below.
            assert!(!folder.join("guest.wat").exists(), "{}", folder.display());
            continue;
        };
        let case = folder.file_name().unwrap().to_str().unwrap();
        let options = fs::read_to_string(folder.join("options")).unwrap_or_default();
        let message = message_with(&guest, &options);
        differences.extend(difference(&format!("errors/{case}/error.txt"), &message));
        count += 1;
    }
    assert!(count > 0);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn empty() {
    assert_same("empty", &message_of_guest(b""));
}

#[test]
fn not_wasm() {
    let message = message_of_guest(b"\x7fELF\x02\x01\x01");
    assert_same("not-wasm", &message);
    // As much of the first bytes as there is.
    assert_eq!(message_of_guest(b"\0as"), message);
}

#[test]
fn text_form() {
    assert_same(
        "text-form",
        &message_of_guest(b";; A guest.\n(component)\n"),
    );
}

#[test]
fn truncated() {
    let guest = guest("sleeps");
    for length in [4, 7, 9, 100, guest.len() / 2, guest.len() - 1] {
        let message = message_of_guest(&guest[..length]);
        assert_same("truncated", &message);
    }
}

#[test]
fn damaged() {
    let mut guest = guest("sleeps");
    // An instruction: `i64.const 1000000`, which becomes an `i32.const`.
    const INSTRUCTION: [u8; 4] = [0x42, 0xc0, 0x84, 0x3d];
    let found = guest.windows(4).position(|bytes| bytes == INSTRUCTION);
    guest[found.unwrap()] ^= 0x03;
    assert_same("damaged", &message_of_guest(&guest));
}

#[test]
fn no_input() {
    let message = message(
        None,
        ("guest.wasm", ""),
        "composed.wasm",
        Some("the former result"),
    );
    assert_same("no-input", &message);
}

#[test]
fn input_is_a_folder() {
    let message = message(None, ("folder", ""), "composed.wasm", None);
    assert_same("input-is-a-folder", &message);
}

#[test]
fn no_output_folder() {
    let guest = guest("sleeps");
    let output = Path::new("missing").join("composed.wasm");
    let output = output.to_str().unwrap();
    let message = message(Some(&guest), ("guest.wasm", ""), output, None);
    assert_same("no-output-folder", &message);
}

#[test]
fn output_is_a_folder() {
    let message = message(Some(&guest("sleeps")), ("guest.wasm", ""), "folder", None);
    assert_same("output-is-a-folder", &message);
}

/// Whatever is wrong with the bytes of a guest, it is an error and no bug.
#[test]
fn no_damage_is_taken_for_a_bug() {
    let guest = guest("sleeps");
    let mut refused = 0;
    for position in 0..guest.len() {
        let mut damaged = guest.clone();
        damaged[position] ^= [0x01, 0x40, 0xff][position % 3];
        if let Err(error) = wasi_uplift::compose(&damaged, &wasi_uplift::Options::default()) {
            let message = error.to_string();
            assert!(!message.contains("bug"), "{position}: {error:?}");
            refused += 1;
        }
    }
    assert!(refused > guest.len() / 2, "{refused} of {}", guest.len());
}
