//! Runs the command on the cases in `tests/cases/` and the guests in `tests/guests/`.
//!
//! A case is one file. Comments before the input give the commands, and comments after it say what
//! they print:
//!
//! ```text
//! ;; No version of WASI 0.2 has this interface.
//! ;; RUN: compose %
//!
//! (component
//!   (import "wasi:io/pipes@0.2.0" (instance)))
//!
//! ;; $ wasi-uplift compose pipes.wasm
//! ;; exit code: 1
//! ;; stderr:
//! ;;   error: ...
//! ```
//!
//! `BLESS=1 cargo test -p wasi-uplift --test cases` writes what comes after the input.
//!
//! - `%` is the input: of a `.wat` file the binary form, of a `.wit` file a component for its world
//!   `guest` that does nothing, of a `.txt` file the text itself. The guests of `tests/guests/` are
//!   there, too, by their names (`sleeps.wasm`).
//! - `|` passes the output of one command on to the next.
//! - The commands of a case run one after the other, in the same folder. Files that one writes are
//!   named in what is expected. Components that are printed or written have to be valid.
//! - `N bytes` stands for any number of bytes, because results change with the adapter.
//!
//! Whatever the commands of a case are, an input that composes has to compose to a component that
//! keeps the [invariants](common::invariants).

mod common;

use common::{fixture, guest, guest_names, invariants, uplift, wit};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Output, Stdio};
use wasmparser::Validator;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = ["cases", "guests"].into_iter().flat_map(|folder| {
        let root = fixture(folder);
        files(&root).into_iter().map(move |path| {
            let name = path.strip_prefix(fixture("")).unwrap_or(&path);
            let name = name.strip_prefix("cases").unwrap_or(name);
            let name = name.display().to_string();
            Trial::test(name, move || Case::read(&path)?.check())
        })
    });
    let trials = trials.collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The files in a folder and the folders in it, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect();
    files.sort();
    files
}

/// What the input of a case is, by the extension of its file.
#[derive(Clone, Copy)]
enum Form {
    Wat,
    Wit,
    Text,
}

impl Form {
    fn of(path: &Path) -> Result<Form, Failed> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("wat") => Ok(Form::Wat),
            Some("wit") => Ok(Form::Wit),
            Some("txt") => Ok(Form::Text),
            _ => Err("a case is a `.wat`, `.wit` or `.txt` file".into()),
        }
    }

    /// The beginning of a comment.
    fn comment(self) -> &'static str {
        match self {
            Form::Wat | Form::Text => ";;",
            Form::Wit => "//",
        }
    }
}

/// A file with an input, commands, and what the commands are expected to do.
struct Case {
    path: PathBuf,
    form: Form,
    /// The input and the comments before it.
    head: String,
    commands: Vec<String>,
    /// The comments after the input.
    transcript: String,
}

impl Case {
    fn read(path: &Path) -> Result<Case, Failed> {
        let form = Form::of(path)?;
        let text = fs::read_to_string(path)?;
        let mark = format!("{} $ ", form.comment());
        let mut head = String::new();
        let mut lines = text.split_inclusive('\n').peekable();
        while let Some(line) = lines.next_if(|line| !line.starts_with(&mark)) {
            head.push_str(line);
        }
        let mut case = Case {
            path: path.to_owned(),
            form,
            head: head.trim_end().to_string() + "\n",
            commands: Vec::new(),
            transcript: lines.collect(),
        };
        case.read_commands()?;
        Ok(case)
    }

    fn read_commands(&mut self) -> Result<(), Failed> {
        for line in self.head.lines() {
            let Some(comment) = line.strip_prefix(self.form.comment()) else {
                continue;
            };
            let Some((directive, command)) = comment.trim().split_once(':') else {
                continue;
            };
            match directive {
                "RUN" => self.commands.push(command.trim().to_string()),
                _ if !directive.contains(|letter: char| !letter.is_ascii_uppercase()) => {
                    return Err(format!("`{directive}:` is no directive, `RUN:` is").into());
                }
                _ => {}
            }
        }
        if self.commands.is_empty() {
            return Err("no comment says what to `RUN:`".into());
        }
        Ok(())
    }

    /// The name and the content of the file that `%` stands for.
    fn input(&self) -> Result<(String, Vec<u8>), Failed> {
        let (extension, bytes) = match self.form {
            Form::Wat => ("wasm", wat::parse_str(&self.head)?),
            Form::Wit => ("wasm", wit::guest(&self.head)),
            Form::Text => ("txt", self.head.clone().into_bytes()),
        };
        let name = self.path.with_extension(extension);
        let name = name.file_name().unwrap_or_default();
        Ok((name.display().to_string(), bytes))
    }

    fn check(&self) -> Result<(), Failed> {
        let (name, input) = self.input()?;
        let folder = tempfile::tempdir()?;
        for name in guest_names() {
            let file = folder.path().join(&name).with_extension("wasm");
            fs::write(file, guest(&name))?;
        }
        fs::write(folder.path().join(&name), &input)?;

        let mut transcript = Vec::new();
        for command in &self.commands {
            let said = run(folder.path(), &command.replace('%', &name))?;
            transcript.push(self.comment(&said));
        }
        self.compare(&transcript.join("\n"))?;
        match self.form {
            Form::Wat | Form::Wit => Ok(invariants::check(&name, &input)?),
            Form::Text => Ok(()),
        }
    }

    fn comment(&self, text: &str) -> String {
        let line = |line: &str| {
            format!("{} {line}", self.form.comment())
                .trim_end()
                .to_string()
        };
        text.lines().map(|text| line(text) + "\n").collect()
    }

    /// Compares what the commands did with what the file expects, or writes it there.
    fn compare(&self, transcript: &str) -> Result<(), Failed> {
        if self.transcript == transcript {
            return Ok(());
        }
        if env::var_os("BLESS").is_some_and(|value| value == "1") {
            fs::write(&self.path, format!("{}\n{transcript}", self.head))?;
            return Ok(());
        }
        let (expected, actual) = (self.transcript.lines(), transcript.lines());
        let same = expected
            .clone()
            .zip(actual.clone())
            .take_while(|(a, b)| a == b);
        let same = same.count();
        let lines = |lines: std::str::Lines<'_>, sign: &str| -> String {
            lines
                .skip(same)
                .map(|line| format!("{sign}{line}\n"))
                .collect()
        };
        let (expected, actual) = (lines(expected, "-"), lines(actual, "+"));
        Err(format!("`BLESS=1` would change the file:\n{expected}{actual}").into())
    }
}

/// Runs the commands of one line, and returns the command line and what came of it.
fn run(folder: &Path, line: &str) -> Result<String, Failed> {
    let before = contents(folder)?;
    let output = pipe(folder, line)?;
    let mut text = format!("$ wasi-uplift {}\n", line.replace("| ", "| wasi-uplift "));
    let code = output.status.code().ok_or("a signal ended the command")?;
    writeln!(text, "exit code: {code}")?;
    print(&mut text, "stdout", &output.stdout)?;
    print(&mut text, "stderr", &output.stderr)?;
    let after = contents(folder)?;
    for (name, content) in &after {
        if before.get(name) != Some(content) {
            writeln!(text, "writes {name}: {}", kind(content)?)?;
        }
    }
    if let Some((name, _)) = before.iter().find(|(name, _)| !after.contains_key(*name)) {
        return Err(format!("`{name}` is gone").into());
    }
    Ok(text.replace(&folder.display().to_string(), "%tmpdir"))
}

/// Runs one command after the other, each with the output of the one before as its input.
fn pipe(folder: &Path, line: &str) -> Result<Output, Failed> {
    let mut input = Vec::new();
    let mut commands = line.split('|').peekable();
    while let Some(command) = commands.next() {
        let mut stdin = tempfile::tempfile()?;
        stdin.write_all(&input)?;
        stdin.rewind()?;
        let output = uplift(folder)
            .args(command.split_whitespace())
            .stdin(Stdio::from(stdin))
            .output()?;
        if commands.peek().is_none() {
            return Ok(output);
        }
        if !output.status.success() || !output.stderr.is_empty() {
            return Err(format!("`{command}` is not the last one: {output:?}").into());
        }
        input = output.stdout;
    }
    unreachable!("splitting gives at least one part")
}

/// The files in a folder, by their paths in it.
fn contents(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failed> {
    let name = |path: &Path| {
        path.strip_prefix(folder)
            .unwrap_or(path)
            .display()
            .to_string()
    };
    let read = |path: PathBuf| Ok((name(&path), fs::read(&path)?));
    files(folder).into_iter().map(read).collect()
}

/// Adds what a command has printed: text as it is, of components only what they are.
fn print(to: &mut String, stream: &str, printed: &[u8]) -> Result<(), Failed> {
    let kind = match printed {
        [] => return Ok(()),
        printed => kind(printed)?,
    };
    if kind == Kind::Component {
        writeln!(to, "{stream}: {kind}")?;
        return Ok(());
    }
    let text = without_sizes(std::str::from_utf8(printed)?);
    let end = if text.ends_with('\n') {
        ""
    } else {
        " (without a newline at the end)"
    };
    writeln!(to, "{stream}:{end}")?;
    for line in text.lines() {
        writeln!(to, "  {line}")?;
    }
    Ok(())
}

/// What a file or an output is.
#[derive(PartialEq, Eq)]
enum Kind {
    Component,
    ComponentText,
    Text,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Kind::Component => "a component",
            Kind::ComponentText => "a component in text form",
            Kind::Text => "text",
        })
    }
}

/// Says what bytes are. Fails if they are a component that isn't valid.
fn kind(bytes: &[u8]) -> Result<Kind, Failed> {
    let (kind, component) = if bytes.starts_with(b"\0asm") {
        (Kind::Component, bytes.to_vec())
    } else if bytes.starts_with(b"(component") {
        (Kind::ComponentText, wat::parse_bytes(bytes)?.into_owned())
    } else {
        return Ok(Kind::Text);
    };
    Validator::new().validate_all(&component)?;
    Ok(kind)
}

/// The text with `N` for each number of bytes, also in JSON.
fn without_sizes(text: &str) -> String {
    let line = |line: &str| {
        let mut words: Vec<_> = line.split(' ').map(str::to_string).collect();
        for next in 1..words.len() {
            let is_number = words[next - 1].ends_with(|letter: char| letter.is_ascii_digit());
            if is_number && words[next].starts_with("bytes") {
                words[next - 1] = "N".to_string();
            }
            if matches!(words[next - 1].as_str(), "\"size\":" | "\"added\":") {
                words[next] = words[next].replace(|letter: char| letter.is_ascii_digit(), "");
                words[next].insert(0, 'N');
            }
        }
        words.join(" ")
    };
    text.split_inclusive('\n').map(line).collect()
}
