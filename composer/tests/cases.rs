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
//!   `guest` that does nothing, of a `.wac` or `.txt` file the text itself. The guests of
//!   `tests/guests/` are there, too, by their names (`sleeps.wasm`).
//! - `|` passes the output of one command on to the next.
//! - The commands of a case run one after the other, in the same folder. Files that one writes are
//!   named in what is expected. Components that are printed or written have to be valid. A command
//!   that panics, or says that it has met a bug of its own, fails the case. What `inspect --json`
//!   prints has to be as its schema says.
//! - `PRINT:` is for a command that prints a component, whose text is in a file beside the case, with
//!   the extension `printed`: what the [composer](common::printed) wrote of it. Other inputs may be
//!   those of `../tests/compositions/` and `../tests/guests/wat/`.
//! - `N bytes` stands for any number of bytes, and `0xN` for any address, because results change with
//!   the adapter.
//!
//! Whatever the commands of a case are, an input that composes has to compose to a component that
//! keeps the [invariants](common::invariants).

mod common;

use common::{files, fixture, guest, guest_names, invariants, printed, transcript, wit};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = ["cases", "guests"].into_iter().flat_map(|folder| {
        let root = fixture(folder);
        let is_case = |path: &PathBuf| path.extension().is_none_or(|it| it != PRINTED);
        files(&root).into_iter().filter(is_case).map(move |path| {
            let name = path.strip_prefix(fixture("")).unwrap_or(&path);
            let name = name.strip_prefix("cases").unwrap_or(name);
            let name = name.display().to_string();
            Trial::test(name, move || Case::read(&path)?.check())
        })
    });
    let trials = trials.collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The extension of a file with the texts of components.
const PRINTED: &str = "printed";

/// What the input of a case is, by the extension of its file.
#[derive(Clone, Copy)]
enum Form {
    Wat,
    Wit,
    Wac,
    Text,
}

impl Form {
    fn of(path: &Path) -> Result<Form, Failed> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("wat") => Ok(Form::Wat),
            Some("wit") => Ok(Form::Wit),
            Some("wac") => Ok(Form::Wac),
            Some("txt") => Ok(Form::Text),
            _ => Err("a case is a `.wat`, `.wit`, `.wac` or `.txt` file".into()),
        }
    }

    /// The beginning of a comment.
    fn comment(self) -> &'static str {
        match self {
            Form::Wat | Form::Text => ";;",
            Form::Wit | Form::Wac => "//",
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
    /// The commands whose results are printed.
    printing: Vec<String>,
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
            printing: Vec::new(),
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
                "PRINT" => self.printing.push(command.trim().to_string()),
                _ if !directive.contains(|letter: char| !letter.is_ascii_uppercase()) => {
                    return Err(
                        format!("`{directive}:` is no directive, `RUN:` and `PRINT:` are").into(),
                    );
                }
                _ => {}
            }
        }
        if self.commands.is_empty() && self.printing.is_empty() {
            return Err("no comment says what to `RUN:` or to `PRINT:`".into());
        }
        Ok(())
    }

    /// The name and the content of the file that `%` stands for.
    fn input(&self) -> Result<(String, Vec<u8>), Failed> {
        let (extension, bytes) = match self.form {
            Form::Wat => ("wasm", wat::parse_str(&self.head)?),
            Form::Wit => ("wasm", wit::guest(&self.head)),
            Form::Wac => ("wac", self.head.clone().into_bytes()),
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

        let mut said = Vec::new();
        for command in &self.commands {
            let text = transcript::of(folder.path(), &command.replace('%', &name))?;
            said.push(self.comment(&text));
        }
        self.compare(&said.join("\n"))?;
        self.print(folder.path(), &name)?;
        match self.form {
            Form::Wat | Form::Wit => Ok(invariants::check(&input)?),
            Form::Wac | Form::Text => Ok(()),
        }
    }

    /// Compares the results of the commands that print, or writes their text.
    fn print(&self, folder: &Path, name: &str) -> Result<(), Failed> {
        let mut texts = Vec::new();
        for command in &self.printing {
            let command = command.replace('%', name);
            for word in command.split(' ').filter_map(|it| it.strip_suffix(".wasm")) {
                let file = folder.join(word).with_extension("wasm");
                let root = fixture("../../tests");
                let places = [
                    format!("compositions/{word}/guest.wat"),
                    format!("compositions/{word}.wat"),
                    format!("guests/wat/{word}.wat"),
                ];
                let place = places
                    .iter()
                    .map(|place| root.join(place))
                    .find(|it| it.exists());
                if let Some(place) = place.filter(|_| !file.exists()) {
                    fs::create_dir_all(file.parent().unwrap_or(folder))?;
                    fs::write(file, wat::parse_file(place)?)?;
                }
            }
            texts.push(printed::of(folder, &command)?);
        }
        let file = self.path.with_extension(PRINTED);
        let expected = fs::read_to_string(&file).unwrap_or_default();
        let text = texts.join("\n");
        if expected == text {
            return Ok(());
        }
        if is_blessed() {
            return Ok(fs::write(file, text)?);
        }
        let difference = difference(&expected, &text);
        Err(format!("`BLESS=1` would change `{}`:\n{difference}", file.display()).into())
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
        if is_blessed() {
            let space = if transcript.is_empty() { "" } else { "\n" };
            fs::write(&self.path, format!("{}{space}{transcript}", self.head))?;
            return Ok(());
        }
        let difference = difference(&self.transcript, transcript);
        Err(format!("`BLESS=1` would change the file:\n{difference}").into())
    }
}

fn is_blessed() -> bool {
    env::var_os("BLESS").is_some_and(|value| value == "1")
}

/// The lines from the first to the last in which two texts differ.
fn difference(expected: &str, actual: &str) -> String {
    let (mut expected, mut actual): (Vec<_>, Vec<_>) =
        (expected.lines().collect(), actual.lines().collect());
    for _ in 0..2 {
        // What is the same at one end, and then at the other.
        let both = expected.iter().zip(&actual);
        let same = both.take_while(|(a, b)| a == b).count();
        for lines in [&mut expected, &mut actual] {
            lines.drain(..same);
            lines.reverse();
        }
    }
    let signed = |sign: char, lines: Vec<&str>| -> String {
        let lines = lines.iter().map(|line| format!("{sign}{line}\n"));
        lines.collect()
    };
    signed('-', expected) + &signed('+', actual)
}
