//! The text of a result without what is the adapter's or the guest's own, for snapshots of what the
//! composer writes between the two.

use super::{files, modules, uplift};
use libtest_mimic::Failed;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use wasmparser::{ExternalKind, Parser, Payload};

/// How names of functions end, as texts have them where there are several of the same name.
const AGAIN: [&str; 7] = [
    " find\" (@name",
    " find-lent\" (@name",
    " borrow\" (@name",
    " take\" (@name",
    " give\" (@name",
    " lend\" (@name",
    " release\" (@name",
];

/// What the adapter's core modules allocate with.
const ALLOCATOR: &str = "cabi_realloc";

/// Runs the commands of one line, and returns the line and the text of the component that it prints.
pub fn of(folder: &Path, line: &str) -> Result<String, Failed> {
    let output = uplift(folder).args(line.split_whitespace()).output()?;
    if !output.status.success() {
        return Err(format!("`{line}`: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    wasmparser::Validator::new().validate_all(&output.stdout)?;
    let mut inputs = Vec::new();
    for path in files(folder) {
        if path
            .extension()
            .is_some_and(|extension| extension == "wasm")
        {
            inputs.push(fs::read(path)?);
        }
    }
    let of_guests: Vec<_> = inputs.iter().flat_map(|input| modules(input)).collect();
    let whose = modules(&output.stdout).into_iter().map(|module| {
        if of_guests.contains(&module) {
            Whose::Guest
        } else if exports(module).contains(&ALLOCATOR) {
            Whose::Adapter
        } else {
            Whose::Composer
        }
    });
    let text = wasmprinter::print_bytes(&output.stdout)?;
    let lines: Vec<_> = text.lines().collect();
    let mut printer = Printer {
        whose: whose.collect::<Vec<_>>().into_iter(),
        text: format!("$ wasi-uplift {line}\n"),
        table: 0,
    };
    printer.items(&lines)?;
    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    Ok(printer.text.replace(&version, "\"N\""))
}

/// Who has written a core module.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Guest,
    Adapter,
    Composer,
}

fn exports(module: &[u8]) -> Vec<&str> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Ok(Payload::ExportSection(section)) = payload {
            let functions = section.into_iter().flatten();
            let functions = functions.filter(|export| export.kind == ExternalKind::Func);
            names.extend(functions.map(|export| export.name));
        }
    }
    names
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The items that begin with the least indentation among some lines, each with its lines.
fn split<'l>(lines: &'l [&'l str]) -> Vec<&'l [&'l str]> {
    let Some(outer) = lines.first().map(|line| indent(line)) else {
        return Vec::new();
    };
    lines
        .chunk_by(|_, next| indent(next) > outer || next.trim() == ")")
        .collect()
}

struct Printer {
    /// Of the core modules that come next.
    whose: std::vec::IntoIter<Whose>,
    text: String,
    /// The size of the adapter's table.
    table: i64,
}

impl Printer {
    fn items(&mut self, lines: &[&str]) -> Result<(), Failed> {
        let items = split(lines);
        for (at, item) in items.iter().enumerate() {
            let (first, rest) = item.split_first().ok_or("an item without lines")?;
            let word = first.trim_start();
            let next = items.get(at + 1).map(|next| next[0].trim_start());
            if word.starts_with("(core module") {
                let whose = self.whose.next().ok_or("one core module too many")?;
                match whose {
                    Whose::Guest => writeln!(self.text, "{first} ...)")?,
                    Whose::Adapter => self.adapter(first, rest)?,
                    Whose::Composer => self.glue(item)?,
                }
            } else if word.starts_with("(component") && rest.len() > 1 {
                self.component(first, rest)?;
            } else if next.is_some_and(|next| next.starts_with("(import \"wasi:")) {
                // What the adapter needs of an interface.
                self.shortened(item)?;
            } else {
                self.lines(item)?;
            }
        }
        Ok(())
    }

    /// A component with what is in it, but for the adapter.
    fn component(&mut self, first: &str, rest: &[&str]) -> Result<(), Failed> {
        let start = self.text.len();
        let before = self.whose.clone();
        writeln!(self.text, "{first}")?;
        let (last, inner) = rest.split_last().ok_or("a component without an end")?;
        self.items(inner)?;
        let taken = before.len() - self.whose.len();
        let inside: Vec<_> = before.take(taken).collect();
        if inside.contains(&Whose::Adapter) && !inside.contains(&Whose::Guest) {
            self.text.truncate(start);
            writeln!(self.text, "{first} ...)")?;
        } else {
            writeln!(self.text, "{last}")?;
        }
        Ok(())
    }

    fn lines(&mut self, lines: &[&str]) -> Result<(), Failed> {
        for line in lines {
            writeln!(self.text, "{line}")?;
        }
        Ok(())
    }

    fn shortened(&mut self, lines: &[&str]) -> Result<(), Failed> {
        match lines {
            [first, _, ..] => writeln!(self.text, "{first} ...)")?,
            lines => self.lines(lines)?,
        }
        Ok(())
    }

    /// A core module of the composer's. Places in the adapter's table are counted from its end.
    fn glue(&mut self, lines: &[&str]) -> Result<(), Failed> {
        const OFFSET: &str = "(i32.const ";
        for line in lines {
            if line.trim_start().starts_with("(elem")
                && let Some((before, rest)) = line.split_once(OFFSET)
                && let Some((offset, after)) = rest.split_once(')')
            {
                let offset = self.table - offset.parse::<i64>()?;
                writeln!(self.text, "{before}(i32.const $end-{offset}){after}")?;
            } else {
                writeln!(self.text, "{line}")?;
            }
        }
        Ok(())
    }

    /// What the composer has joined to the adapter's core module: functions with names, and what is
    /// exported of it. Others have numbers that are not the adapter's.
    fn adapter(&mut self, first: &str, rest: &[&str]) -> Result<(), Failed> {
        writeln!(self.text, "{first}")?;
        let (last, inner) = rest.split_last().ok_or("a module without an end")?;
        let mut numbers = Numbers::default();
        let items = split(inner);
        // By these names, the composer exports functions of its own.
        let exported: Vec<String> = items
            .iter()
            .filter_map(|item| {
                let (name, rest) = item[0].trim().strip_prefix("(export \"")?.split_once('"')?;
                let digits = name.strip_prefix(['h', 'c', 's'])?;
                digits
                    .starts_with(|it: char| it.is_ascii_digit())
                    .then_some(())?;
                let index = rest.strip_prefix(" (func ")?.strip_suffix("))")?;
                Some(format!("(func (;{index};)"))
            })
            .collect();
        for item in items {
            let word = item[0].trim_start();
            if let Some(size) = word.strip_prefix("(table (;0;) ") {
                self.table = size.split(' ').next().unwrap_or_default().parse()?;
            }
            // Each part has the same functions for handles.
            let is_again = AGAIN.iter().any(|name| item[0].contains(name));
            let is_exported = exported.iter().any(|it| word.starts_with(it));
            let of_composer = word.starts_with("(func $") && !is_again || is_exported;
            let name = word.strip_prefix("(export \"");
            // An export of the adapter's own has a number.
            let is_export =
                name.is_some_and(|name| !name.starts_with(|it: char| it.is_ascii_digit()));
            if of_composer || is_export {
                for line in item {
                    writeln!(self.text, "{}", numbers.replaced(line))?;
                }
            }
        }
        writeln!(self.text, "{last}")?;
        Ok(())
    }
}

/// Other numbers for the adapter's, in the order in which they come.
#[derive(Default)]
struct Numbers(HashMap<(String, String), usize>);

impl Numbers {
    fn replaced(&mut self, line: &str) -> String {
        let mut words: Vec<String> = line.split(' ').map(str::to_string).collect();
        // Which number an item has, and which type, says nothing that its text doesn't.
        let mut at = 0;
        while at < words.len() {
            if words[at].starts_with("(;") && words[at].ends_with(";)") {
                words.remove(at);
            } else if words[at] == "(type" {
                words.drain(at..at + 2);
            } else {
                at += 1;
            }
        }
        for word in &mut words {
            // What tells functions of the same name apart.
            if let Some(number) = word.strip_prefix("$\"#func") {
                let number = number.to_string();
                *word = format!("$\"{}", self.renamed("other", number));
            }
        }
        for at in 1..words.len() {
            let space = match words[at - 1].as_str() {
                "call" | "(func" => "function",
                "global.get" | "global.set" | "(global" => "global",
                _ => continue,
            };
            let end = words[at].trim_start_matches(|it: char| it.is_ascii_digit());
            let (number, end) = (words[at].strip_suffix(end).unwrap_or(""), end.to_string());
            if !number.is_empty() {
                words[at] = format!("${}{end}", self.renamed(space, number.to_string()));
            }
        }
        words.join(" ")
    }

    fn renamed(&mut self, space: &str, number: String) -> String {
        let count = self.0.keys().filter(|(of, _)| of == space).count();
        let place = self.0.entry((space.to_string(), number)).or_insert(count);
        format!("{space}-{place}")
    }
}
