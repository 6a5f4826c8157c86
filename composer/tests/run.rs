//! `wasi-uplift run`: what the guest gets, and what becomes of its exit code.

#![cfg(feature = "run")]

mod common;

use common::{guest, text, uplift};
use std::fs;
use std::path::Path;
use std::process::Output;

/// A core module of the time before components. It prints its arguments, then its environment
/// variables, reads the file `file` of its first folder if it has one, prints that, and does what
/// its first argument says: `fail` and `trap`.
const PROGRAM: &str = r#"(module
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $args-sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $env-sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $env (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "file")
    (func $print (param $at i32) (param $length i32)
        (i32.store (i32.const 0) (local.get $at))
        (i32.store (i32.const 4) (local.get $length))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
    (func (export "_start") (local $letter i32)
        ;; The strings are at 4096, and pointers to them at 1024. Each ends with a zero.
        (drop (call $args-sizes (i32.const 32) (i32.const 36)))
        (drop (call $args (i32.const 1024) (i32.const 4096)))
        (call $print (i32.const 4096) (i32.load (i32.const 36)))
        (if (i32.gt_u (i32.load (i32.const 32)) (i32.const 1))
            (then (local.set $letter (i32.load8_u (i32.load (i32.const 1028))))))
        (drop (call $env-sizes (i32.const 32) (i32.const 36)))
        (drop (call $env (i32.const 1024) (i32.const 4096)))
        (call $print (i32.const 4096) (i32.load (i32.const 36)))
        (if (i32.eqz (call $open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 4)
                (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 40)))
            (then
                (i32.store (i32.const 0) (i32.const 8192))
                (i32.store (i32.const 4) (i32.const 100))
                (drop (call $read (i32.load (i32.const 40)) (i32.const 0) (i32.const 1)
                    (i32.const 8)))
                (call $print (i32.const 8192) (i32.load (i32.const 8)))))
        (if (i32.eq (local.get $letter) (i32.const 102)) ;; f
            (then (call $exit (i32.const 1))))
        (if (i32.eq (local.get $letter) (i32.const 116)) ;; t
            (then unreachable))))"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("program.wasm", &wat::parse_str(PROGRAM).unwrap());
    write("sleeps.wasm", &guest("sleeps"));
    write("file", b"from the file\n");
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = uplift(folder);
    command.arg("run").args(arguments).env("GIVEN", "outside");
    command.output().unwrap()
}

/// What the program prints, with a line for each string.
fn lines(output: &Output) -> Vec<String> {
    let text = text(&output.stdout).replace('\0', "\n");
    text.lines().map(str::to_string).collect()
}

#[test]
fn a_guest_gets_what_it_is_given() {
    let folder = folder();
    let given = ["--env", "A=1 2", "--env", "GIVEN", "--dir", ".::/data"];
    let output = run(
        folder.path(),
        &[&["program.wasm"], &given[..], &["--", "one", "--two"]].concat(),
    );
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        lines(&output),
        [
            "program.wasm",
            "one",
            "--two",
            "A=1 2",
            "GIVEN=outside",
            "from the file"
        ]
    );
}

/// After the first argument of the guest's, nothing is an option of the command any more.
#[test]
fn arguments_need_no_dashes() {
    let folder = folder();
    let arguments = ["program.wasm", "--env", "A=1", "one", "--env", "B=2", "--"];
    let output = run(folder.path(), &arguments);
    assert_eq!(text(&output.stderr), "");
    let expected = ["program.wasm", "one", "--env", "B=2", "--", "A=1"];
    assert_eq!(lines(&output), expected);
}

/// The outcome that is on record is that of the same parts, joined by `wac`, on a host of WASI 0.2.
#[test]
fn parts_are_joined_and_run() {
    let compositions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/compositions");
    for (name, parts) in [("nested", ["app", "lib"]), ("virtual", ["app", "clock"])] {
        let case = compositions.join(name);
        let folder = tempfile::tempdir().unwrap();
        for part in parts {
            let bytes = wat::parse_file(case.join(part).with_extension("wat")).unwrap();
            fs::write(folder.path().join(part).with_extension("wasm"), bytes).unwrap();
        }
        fs::copy(case.join("compose.wac"), folder.path().join("compose.wac")).unwrap();
        let [app, plug] = parts.map(|part| format!("{part}.wasm"));
        let dependencies = parts.map(|part| format!("test:{part}={part}.wasm"));
        let [of_app, of_plug] = &dependencies;
        for arguments in [
            &[&*app, "--plug", &plug][..],
            &["compose.wac", "--dep", of_app, "--dep", of_plug],
        ] {
            let output = run(folder.path(), arguments);
            let mut outcome = format!("exit code {}\n", output.status.code().unwrap());
            if !output.stdout.is_empty() {
                outcome += &format!("--- stdout\n{}", text(&output.stdout));
            }
            let expected = fs::read_to_string(case.join("expected")).unwrap();
            assert_eq!(outcome, expected, "{arguments:?}: {}", text(&output.stderr));
        }
        // Without `--dep`, packages are in a folder beside the document.
        fs::create_dir_all(folder.path().join("deps/test")).unwrap();
        for part in [&app, &plug] {
            let to = folder.path().join("deps/test").join(part);
            fs::rename(folder.path().join(part), to).unwrap();
        }
        let output = run(folder.path(), &["compose.wac"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
}

#[test]
fn a_guest_gets_nothing_else() {
    let output = run(folder().path(), &["program.wasm"]);
    assert_eq!(text(&output.stderr), "");
    assert_eq!(lines(&output), ["program.wasm"]);
}

#[test]
fn the_exit_code_is_the_guests() {
    let folder = folder();
    let output = run(folder.path(), &["program.wasm", "--", "fail"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), "");

    let output = run(folder.path(), &["program.wasm", "--", "trap"]);
    assert_eq!(output.status.code(), Some(134));
    let message = text(&output.stderr);
    assert!(
        message.starts_with("error: `program.wasm` trapped: "),
        "{message}"
    );
    assert!(message.contains("unreachable"), "{message}");
}

#[test]
fn a_result_is_run_as_it_is() {
    let folder = folder();
    let guest = fs::read(folder.path().join("sleeps.wasm")).unwrap();
    let composed = wasi_uplift::compose(&guest, &Default::default()).unwrap();
    fs::write(folder.path().join("composed.wasm"), composed.bytes).unwrap();
    let outputs = ["sleeps.wasm", "composed.wasm"].map(|name| run(folder.path(), &[name]));
    for output in &outputs {
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(text(&output.stderr), "");
    }
    assert_eq!(outputs[0].stdout, outputs[1].stdout);
}
