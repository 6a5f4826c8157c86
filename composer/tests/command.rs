//! The command itself: where it reads from and writes to, and how.

mod common;

use common::{assert_success, guest, text, uplift};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use wasmparser::Validator;

/// A folder with a guest in it.
fn folder(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("guest.wasm"), guest(name)).unwrap();
    folder
}

fn compose(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = uplift(folder);
    command.arg("compose").args(arguments).output().unwrap()
}

/// What is written for a guest to standard output.
fn composed(name: &str) -> Vec<u8> {
    let folder = folder(name);
    let output = compose(folder.path(), &["guest.wasm"]);
    assert_success(&output);
    output.stdout
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn all_outputs_are_the_same() {
    let expected = composed("sleeps");
    let folder = folder("sleeps");
    let dash = compose(folder.path(), &["guest.wasm", "-o", "-"]);
    assert_success(&dash);
    assert!(dash.stdout == expected);
    for output in ["composed.wasm", "./composed.wasm"] {
        let file = compose(folder.path(), &["guest.wasm", "--output", output]);
        assert_success(&file);
        assert_eq!(text(&file.stdout), "");
        let path = folder.path().join("composed.wasm");
        assert!(fs::read(&path).unwrap() == expected);
        assert_eq!(names(folder.path()), ["composed.wasm", "guest.wasm"]);
        // The second time, there is something in its place.
        fs::write(&path, "the former result").unwrap();
    }
}

#[test]
fn standard_input_is_a_dash() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = uplift(folder.path())
        .args(["compose", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&guest("sleeps")).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_success(&output);
    assert!(output.stdout == composed("sleeps"));
}

/// Fails unless a text is that of a component, and stands for all of it.
fn assert_text_of(shown: &[u8], component: &[u8]) {
    let parsed = wat::parse_bytes(shown).unwrap();
    Validator::new().validate_all(&parsed).unwrap();
    // Text doesn't say how the bytes are divided into sections.
    let print = |bytes: &[u8]| wasmprinter::print_bytes(bytes).unwrap();
    assert!(print(&parsed) == print(component));
}

#[test]
fn text_is_the_same_component() {
    let folder = folder("sleeps");
    for flag in ["-t", "--wat"] {
        let output = compose(folder.path(), &["guest.wasm", flag]);
        assert_success(&output);
        assert_text_of(&output.stdout, &composed("sleeps"));
    }
    let output = compose(folder.path(), &["guest.wasm", "-t", "-o", "composed.wat"]);
    assert_success(&output);
    let written = fs::read(folder.path().join("composed.wat")).unwrap();
    assert_text_of(&written, &composed("sleeps"));
}

#[test]
fn a_guest_that_needs_nothing_is_copied() {
    let folder = folder("needs-nothing");
    let output = compose(folder.path(), &["guest.wasm", "-o", "composed.wasm"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stdout), "");
    assert_eq!(
        text(&output.stderr),
        "note: `guest.wasm` needs nothing of WASI 0.2, the result is a copy of it\n"
    );
    let copy = fs::read(folder.path().join("composed.wasm")).unwrap();
    assert!(copy == guest("needs-nothing"));
    // So is a result.
    let once = composed("sleeps");
    fs::write(folder.path().join("guest.wasm"), &once).unwrap();
    let output = compose(folder.path(), &["guest.wasm"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout == once);
}

#[test]
fn the_input_may_be_the_output() {
    let folder = folder("sleeps");
    let output = compose(
        folder.path(),
        &["guest.wasm", "-o", "guest.wasm", "--in-place"],
    );
    assert_success(&output);
    assert!(fs::read(folder.path().join("guest.wasm")).unwrap() == composed("sleeps"));
}

/// The adapter is part of the command: no toolchain, no folder and no variable is needed.
#[test]
fn nothing_of_the_machine_is_needed() {
    let folder = folder("sleeps");
    let mut command = uplift(folder.path());
    let output = command
        .env_clear()
        .env("PATH", "/nowhere")
        .args(["compose", "guest.wasm"])
        .output();
    let output = output.unwrap();
    assert_success(&output);
    assert!(output.stdout == composed("sleeps"));
}

#[test]
fn a_failed_run_leaves_the_former_result() {
    let folder = tempfile::tempdir().unwrap();
    let guest = wat::parse_str(r#"(component (import "wasi:io/pipes@0.2.0" (instance)))"#);
    fs::write(folder.path().join("guest.wasm"), guest.unwrap()).unwrap();
    let former = folder.path().join("composed.wasm");
    fs::write(&former, "the former result").unwrap();
    let output = compose(folder.path(), &["guest.wasm", "-o", "composed.wasm"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read(former).unwrap(), b"the former result");
    assert_eq!(names(folder.path()), ["composed.wasm", "guest.wasm"]);
}

#[test]
fn inspect_says_how_long_the_result_is() {
    let folder = folder("sleeps");
    let mut inspect = uplift(folder.path());
    let output = inspect.args(["inspect", "guest.wasm", "--json"]).output();
    let output = output.unwrap();
    assert_success(&output);
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (guest, composed) = (guest("sleeps").len(), composed("sleeps").len());
    assert_eq!(said["size"], guest);
    assert_eq!(said["result"]["size"], composed);
    assert_eq!(said["result"]["added"], composed - guest);
}

#[test]
fn version() {
    let version = |argument: &str| {
        let output = uplift(Path::new(".")).arg(argument).output().unwrap();
        assert_success(&output);
        text(&output.stdout)
    };
    let number = env!("CARGO_PKG_VERSION");
    assert_eq!(version("-V"), format!("wasi-uplift {number}\n"));
    let adapter = wasi_uplift::REVISION.strip_prefix(&format!("{number}+"));
    let adapter = adapter.unwrap();
    assert!(adapter.len() == 16 && u64::from_str_radix(adapter, 16).is_ok());
    assert_eq!(
        version("--version"),
        format!(
            "wasi-uplift {number}\nadapter {adapter}\ntargets 0.3.0, 0.3.0-rc-2026-03-15, \
             0.3.0-rc-2026-02-09\n"
        )
    );
}

#[test]
fn manual_pages() {
    let page = |arguments: &[&str]| {
        let mut command = uplift(Path::new("."));
        let output = command.arg("man").args(arguments).output().unwrap();
        assert_success(&output);
        text(&output.stdout)
    };
    let main = page(&[]);
    assert!(main.contains(".TH wasi-uplift 1"), "{main}");
    assert!(main.contains("wasi\\-uplift\\-compose(1)"), "{main}");
    let compose = page(&["compose"]);
    assert!(compose.contains(".TH wasi-uplift-compose 1"), "{compose}");
    assert!(compose.contains("\\-\\-plug"), "{compose}");
}

#[test]
fn the_schema_is_the_one_that_documents_are_checked_with() {
    let mut command = uplift(Path::new("."));
    let output = command.args(["inspect", "--json-schema"]).output().unwrap();
    assert_success(&output);
    let schema = include_str!("../src/bin/wasi-uplift/schema.json");
    assert_eq!(text(&output.stdout), schema);
    let document = br#"{"schema": 1, "guests": [{"guest": "a", "error": "b", "more": 1}]}"#;
    assert!(common::schema::check(document).is_err());
    let document = br#"{"schema": 1, "guests": [{"guest": "a", "error": "b"}]}"#;
    common::schema::check(document).unwrap();
}

#[test]
fn colours_are_a_choice() {
    let message = |color: &[&str]| {
        let arguments = [&["missing.wasm"], color].concat();
        text(&compose(Path::new("."), &arguments).stderr)
    };
    for plain in [&[][..], &["--color", "auto"], &["--color", "never"]] {
        assert!(message(plain).starts_with("error: "), "{plain:?}");
    }
    let coloured = message(&["--color", "always"]);
    assert!(coloured.contains("\x1b[31merror:\x1b[0m"), "{coloured:?}");
}

#[test]
fn quiet_is_quiet() {
    let folder = folder("store");
    for name in ["app", "logger", "needs-nothing"] {
        let path = folder.path().join(name).with_extension("wasm");
        fs::write(path, guest(name)).unwrap();
    }
    for arguments in [
        &["guest.wasm", "-o", "composed.wasm"][..],
        &["needs-nothing.wasm", "-o", "composed.wasm"],
        &["guest.wasm", "needs-nothing.wasm", "-d", "out"],
        &["logger.wasm", "--plug", "guest.wasm", "-o", "composed.wasm"],
        &["app.wasm", "--plug", "logger.wasm", "-o", "composed.wasm"],
    ] {
        let loud = compose(folder.path(), arguments);
        assert_eq!(loud.status.code(), Some(0));
        assert!(text(&loud.stderr).starts_with("note: "), "{loud:?}");
        assert_success(&compose(folder.path(), &[arguments, &["-q"]].concat()));
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::fs::File;
    use std::io::Read;
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};

    /// A terminal, and the end of it that a program writes to.
    fn terminal() -> (File, File) {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap();
        let end = File::options()
            .read(true)
            .write(true)
            .open(name.to_str().unwrap())
            .unwrap();
        (File::from(terminal), end)
    }

    /// What a terminal is sent until nobody has its other end any more.
    fn shown(mut terminal: File) -> Vec<u8> {
        let mut shown = Vec::new();
        let mut buffer = [0; 4096];
        // The end is an error or nothing to read, as the system likes it.
        while let Ok(length @ 1..) = terminal.read(&mut buffer) {
            shown.extend(&buffer[..length]);
        }
        shown
    }

    /// Runs the command with a terminal for its standard output, and returns what it says on
    /// standard error, what the terminal got, and the exit code.
    fn on_a_terminal(folder: &Path, arguments: &[&str]) -> (String, Vec<u8>, Option<i32>) {
        let (terminal, end) = terminal();
        let mut command = uplift(folder);
        command.arg("compose").args(arguments);
        command.stdout(end).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        // It holds the terminal's other end, without which reading comes to an end.
        drop(command);
        let shown = shown(terminal);
        let output = child.wait_with_output().unwrap();
        (text(&output.stderr), shown, output.status.code())
    }

    /// Runs the command with a terminal for its standard error, and returns what that got.
    fn messages_on_a_terminal(folder: &Path, arguments: &[&str], colours: bool) -> String {
        let (terminal, end) = terminal();
        let mut command = uplift(folder);
        command.arg("compose").args(arguments);
        command
            .env("TERM", "xterm")
            .env_remove("CI")
            .stdout(Stdio::null())
            .stderr(end);
        if colours {
            command.env_remove("NO_COLOR");
        } else {
            command.env("NO_COLOR", "1");
        }
        let mut child = command.spawn().unwrap();
        drop(command);
        let shown = shown(terminal);
        child.wait().unwrap();
        text(&shown)
    }

    #[test]
    fn messages_have_colours_on_a_terminal_only() {
        let folder = folder("sleeps");
        let missing = &["missing.wasm"];
        let coloured = messages_on_a_terminal(folder.path(), missing, true);
        assert!(
            coloured.contains("\x1b[31merror:\x1b[0m `missing.wasm`"),
            "{coloured:?}"
        );
        let never = &["missing.wasm", "--color", "never"];
        let never = messages_on_a_terminal(folder.path(), never, true);
        assert!(never.starts_with("error: `missing.wasm`"), "{never:?}");
        let plain = messages_on_a_terminal(folder.path(), missing, false);
        assert!(plain.starts_with("error: `missing.wasm`"), "{plain:?}");
        let elsewhere = compose(folder.path(), missing);
        assert!(text(&elsewhere.stderr).starts_with("error: `missing.wasm`"));
    }

    #[test]
    fn a_terminal_gets_a_progress_bar() {
        let folder = folder("sleeps");
        fs::copy(
            folder.path().join("guest.wasm"),
            folder.path().join("other.wasm"),
        )
        .unwrap();
        let arguments = ["guest.wasm", "other.wasm", "-d", "out"];
        let shown = messages_on_a_terminal(folder.path(), &arguments, true);
        assert!(shown.contains("2/2"), "{shown:?}");
        assert!(!shown.contains("was composed"), "{shown:?}");
        assert!(
            shown.ends_with("2 guests for `out`: 2 composed\r\n"),
            "{shown:?}"
        );
        let shown =
            messages_on_a_terminal(folder.path(), &[&arguments[..], &["-q"]].concat(), true);
        assert_eq!(shown, "");
    }

    #[test]
    fn a_terminal_gets_no_binary() {
        let folder = folder("sleeps");
        for arguments in [&["guest.wasm"][..], &["guest.wasm", "-o", "-"]] {
            let (message, shown, code) = on_a_terminal(folder.path(), arguments);
            assert_eq!(code, Some(1));
            assert_eq!(text(&shown), "");
            assert_eq!(
                message,
                "error: binary output is not for a terminal: name a file with `-o`, or ask for \
                 text with `-t`\n"
            );
        }
    }

    #[test]
    fn a_terminal_gets_text() {
        let folder = folder("sleeps");
        let (message, shown, code) = on_a_terminal(folder.path(), &["guest.wasm", "-t"]);
        assert_eq!(message, "");
        assert_eq!(code, Some(0));
        assert_text_of(&shown, &composed("sleeps"));
    }

    #[test]
    fn a_terminal_does_not_matter_to_a_file() {
        let folder = folder("sleeps");
        let arguments = ["guest.wasm", "-o", "composed.wasm"];
        let (message, shown, code) = on_a_terminal(folder.path(), &arguments);
        assert_eq!((message.as_str(), text(&shown).as_str()), ("", ""));
        assert_eq!(code, Some(0));
    }

    #[test]
    fn permissions_are_those_of_any_new_file() {
        let folder = folder("sleeps");
        for (mask, expected) in [("022", 0o644), ("077", 0o600), ("002", 0o664)] {
            let script = format!("umask {mask} && exec \"$0\" compose guest.wasm -o composed.wasm");
            let status = Command::new("sh")
                .args(["-c", &script, env!("CARGO_BIN_EXE_wasi-uplift")])
                .current_dir(folder.path())
                .status()
                .unwrap();
            assert!(status.success());
            let composed = folder.path().join("composed.wasm");
            let permissions = fs::metadata(&composed).unwrap().permissions();
            assert_eq!(permissions.mode() & 0o7777, expected, "{mask}");
            fs::remove_file(composed).unwrap();
        }
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = folder("sleeps");
        fs::create_dir(folder.path().join("elsewhere")).unwrap();
        let target = folder.path().join("elsewhere/composed.wasm");
        fs::write(&target, "the former result").unwrap();
        let link = folder.path().join("composed.wasm");
        symlink("elsewhere/composed.wasm", &link).unwrap();
        assert_success(&compose(
            folder.path(),
            &["guest.wasm", "-o", "composed.wasm"],
        ));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read(&target).unwrap() == composed("sleeps"));
        assert_eq!(names(&folder.path().join("elsewhere")), ["composed.wasm"]);
    }

    /// Two names in a folder that stand for one file are one place.
    #[test]
    fn no_result_replaces_another() {
        let folder = folder("sleeps");
        let path = |name: &str| folder.path().join(name);
        fs::copy(path("guest.wasm"), path("other.wasm")).unwrap();
        fs::create_dir(path("out")).unwrap();
        fs::write(path("out/guest.wasm"), "the former result").unwrap();
        symlink("guest.wasm", path("out/other.wasm")).unwrap();
        let output = compose(folder.path(), &["guest.wasm", "other.wasm", "-d", "out"]);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(
            text(&output.stderr),
            "error: `guest.wasm` and `other.wasm` would both be composed to `out/other.wasm`: \
             compose them into different folders\n"
        );
        let former = fs::read(path("out/guest.wasm")).unwrap();
        assert_eq!(former, b"the former result");
    }

    /// What is no file, such as a pipe or `/dev/null`, is written to and not replaced.
    #[test]
    fn a_pipe_stays_a_pipe() {
        let folder = folder("sleeps");
        let pipe = folder.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read(pipe).unwrap()
        });
        assert_success(&compose(folder.path(), &["guest.wasm", "-o", "pipe"]));
        assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
        assert!(reader.join().unwrap() == composed("sleeps"));
    }

    /// Whoever reads the output may have seen enough.
    #[test]
    fn a_reader_that_goes_away() {
        let folder = folder("sleeps");
        let mut child = uplift(folder.path())
            .args(["compose", "guest.wasm"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(
            text(&output.stderr),
            "error: standard output was not written: Broken pipe (os error 32)\n"
        );
    }
}

mod many {
    use super::*;

    /// A folder with guests, each in a folder of its own.
    fn guests(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            fs::create_dir(folder.path().join(name)).unwrap();
            let path = folder.path().join(name).join(name).with_extension("wasm");
            fs::write(path, guest(name)).unwrap();
        }
        folder
    }

    fn lines(output: &[u8]) -> Vec<String> {
        let mut lines: Vec<_> = text(output).lines().map(str::to_string).collect();
        lines.sort();
        lines
    }

    #[test]
    fn guests_are_composed_into_a_folder() {
        let folder = guests(&["sleeps", "other-interfaces"]);
        let arguments = [
            "sleeps/sleeps.wasm",
            "other-interfaces/other-interfaces.wasm",
        ];
        let output = compose(
            folder.path(),
            &[&arguments[..], &["-d", "out/deep"]].concat(),
        );
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(text(&output.stdout), "");
        let other = "other-interfaces.wasm";
        let expected = [
            format!("note: `other-interfaces/{other}` was composed to `out/deep/{other}`"),
            "note: `sleeps/sleeps.wasm` was composed to `out/deep/sleeps.wasm`".to_string(),
        ];
        let mut said = lines(&output.stderr);
        let summary = "note: 2 guests for `out/deep`: 2 composed";
        assert_eq!(text(&output.stderr).lines().last(), Some(summary));
        said.retain(|line| line.contains("was composed"));
        assert_eq!(said, expected);
        let out = folder.path().join("out/deep");
        assert_eq!(names(&out), ["other-interfaces.wasm", "sleeps.wasm"]);
        assert!(fs::read(out.join("sleeps.wasm")).unwrap() == composed("sleeps"));
    }

    #[test]
    fn quiet_is_quiet_and_text_is_text() {
        let folder = guests(&["sleeps"]);
        let output = compose(folder.path(), &["sleeps/sleeps.wasm", "-qtd", "."]);
        assert_success(&output);
        let written = fs::read(folder.path().join("sleeps.wat")).unwrap();
        assert_text_of(&written, &composed("sleeps"));
    }
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
