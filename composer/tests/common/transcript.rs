//! What commands print and write, as text.

use super::{files, schema, uplift};
use libtest_mimic::Failed;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use wasmparser::Validator;

/// The exit code of a program that panicked.
const PANIC: i32 = 101;

/// Runs the commands of one line, and returns the line and what they printed and wrote.
pub fn of(folder: &Path, line: &str) -> Result<String, Failed> {
    let before = contents(folder)?;
    let output = pipe(folder, line)?;
    let mut text = format!("$ wasi-uplift {}\n", line.replace("| ", "| wasi-uplift "));
    let code = output.status.code().ok_or("a signal ended the command")?;
    let stderr = std::str::from_utf8(&output.stderr)?;
    if code == PANIC || stderr.contains("bug of wasi-uplift") {
        return Err(format!("`{line}`: {stderr}").into());
    }
    let is_document = line.contains("inspect") && line.split_whitespace().any(|it| it == "--json");
    if is_document && !output.stdout.is_empty() {
        schema::check(&output.stdout)?;
    }
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
            return Err(format!("`{}` is not the last one: {output:?}", command.trim()).into());
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

/// The text with `N` for each number of bytes, also in JSON, and for each address in a backtrace.
fn without_sizes(text: &str) -> String {
    let line = |line: &str| {
        if let Some((frame, address)) = line.split_once(" 0x")
            && frame.trim().trim_end_matches(':').parse::<u32>().is_ok()
        {
            let rest = address.trim_start_matches(|letter: char| letter.is_ascii_hexdigit());
            return format!("{} 0xN{rest}", frame.trim_end());
        }
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
