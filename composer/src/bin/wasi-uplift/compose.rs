//! `wasi-uplift compose`

use crate::files::{self, Output, Replacing};
use crate::messages::Messages;
use crate::parts::Parts;
use crate::{Composition, advice, describe};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use wasi_uplift::Composed;

/// How many guests have come to what.
#[derive(Default)]
struct Counts {
    composed: AtomicUsize,
    copied: AtomicUsize,
    failed: AtomicUsize,
}

impl Counts {
    fn text(&self, folder: &Path) -> String {
        let [composed, copied, failed] =
            [&self.composed, &self.copied, &self.failed].map(|it| it.load(Ordering::Relaxed));
        let counts = [
            (composed, "composed"),
            (copied, "copied"),
            (failed, "failed"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<_> = counts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let total = composed + copied + failed;
        let guests = if total == 1 { "guest" } else { "guests" };
        format!(
            "{total} {guests} for `{}`: {}",
            folder.display(),
            counts.join(", ")
        )
    }
}

/// What changes for who calls a result.
fn changes(guest: &Path, output: &Path, composed: &Composed) -> Option<String> {
    describe::changes(&files::name(guest), &composed.became_async, output)
}

fn say(changes: Option<String>, messages: &Messages) {
    // The details have it, too.
    if let Some(changes) = changes.filter(|_| !messages.is_verbose()) {
        messages.note(changes);
    }
}

/// Joins WASI 0.2 components with the adapter. The results import WASI 0.3 only.
#[derive(Args)]
pub struct Compose {
    /// The component, in binary form, a core module that imports `wasi_snapshot_preview1`, or a
    /// `.wac` file; `-` for standard input. With `--out-dir` as many as you like.
    #[arg(required = true, value_name = "GUEST")]
    guests: Vec<PathBuf>,

    #[command(flatten)]
    parts: Parts,

    #[command(flatten)]
    output: Output,

    #[command(flatten)]
    replacing: Replacing,

    /// The folder for the results, which are called what the guests are called. It is made if it
    /// isn't there.
    #[arg(short = 'd', long, value_name = "FOLDER", conflicts_with = "output")]
    out_dir: Option<PathBuf>,

    #[command(flatten)]
    composition: Composition,
}

impl Compose {
    pub fn run(&self, messages: &Messages) -> Result<ExitCode> {
        if let Some(folder) = &self.out_dir {
            return self.many(folder, messages);
        }
        let [guest] = self.guests.as_slice() else {
            bail!("there are several guests: name a folder for the results with `-d`");
        };
        self.output.check()?;
        self.replacing.check(self.output.path(), self.inputs())?;
        let composed = self.compose(guest, messages)?;
        if composed.plan.is_identity() {
            messages.note(format_args!(
                "`{}` needs nothing of WASI 0.2, the result is a copy of it",
                files::name(guest)
            ));
        }
        let changes = changes(guest, self.output.path(), &composed);
        self.output.write(composed.bytes)?;
        say(changes, messages);
        Ok(ExitCode::SUCCESS)
    }

    /// The files that are read.
    fn inputs(&self) -> impl Iterator<Item = &Path> {
        let guests = self.guests.iter().map(PathBuf::as_path);
        guests.chain(self.parts.paths())
    }

    fn compose(&self, guest: &Path, messages: &Messages) -> Result<Composed> {
        let bytes = self.parts.read(guest, messages)?;
        let name = files::name(guest);
        let composed = wasi_uplift::compose(&bytes, &self.composition.options())
            .map_err(advice::for_compose)
            .with_context(|| format!("`{name}` was not composed"))?;
        if messages.is_verbose() {
            messages.detail(describe::composed(&name, bytes.len(), &composed));
        } else if self.parts.are_joined(guest)
            && let Some(left) = describe::left_to_the_host(&composed)
        {
            messages.note(format_args!(
                "`{name}` still imports {left}, for the host to serve"
            ));
        }
        Ok(composed)
    }

    /// Composes as many guests at once as there are processors.
    fn many(&self, folder: &Path, messages: &Messages) -> Result<ExitCode> {
        let outputs = self.outputs(folder)?;
        fs::create_dir_all(folder)
            .with_context(|| format!("the folder `{}` was not made", folder.display()))?;
        let messages = messages.with_progress(outputs.len() as u64);
        let next = AtomicUsize::new(0);
        let counts = Counts::default();
        let work = || {
            while let Some((guest, output)) = outputs.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.one_of_many(guest, output, &counts, &messages);
            }
        };
        let threads = std::thread::available_parallelism().map_or(1, |count| count.get());
        std::thread::scope(|scope| {
            for _ in 1..threads.min(outputs.len()) {
                scope.spawn(work);
            }
            work();
        });
        messages.finish();
        messages.note(counts.text(folder));
        Ok(match counts.failed.into_inner() {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        })
    }

    fn one_of_many(&self, guest: &Path, output: &Path, counts: &Counts, messages: &Messages) {
        let name = files::name(guest);
        let place = output.display();
        let result = self.compose(guest, messages).and_then(|composed| {
            let changes = changes(guest, output, &composed);
            let is_copy = composed.plan.is_identity();
            files::to_file(output, &files::form(composed.bytes, self.output.wat)?)?;
            Ok((is_copy, changes))
        });
        let (is_copy, changes) = match result {
            Ok(done) => done,
            Err(error) => {
                messages.error(&error);
                messages.skip();
                counts.failed.fetch_add(1, Ordering::Relaxed);
                return;
            }
        };
        if is_copy {
            counts.copied.fetch_add(1, Ordering::Relaxed);
            let line =
                format_args!("`{name}` needs nothing of WASI 0.2, `{place}` is a copy of it");
            messages.step(&name, line);
        } else {
            counts.composed.fetch_add(1, Ordering::Relaxed);
            messages.step(&name, format_args!("`{name}` was composed to `{place}`"));
        }
        say(changes, messages);
    }

    /// Where each guest's result goes.
    fn outputs(&self, folder: &Path) -> Result<Vec<(&Path, PathBuf)>> {
        let mut guests: BTreeMap<PathBuf, &Path> = BTreeMap::new();
        let mut outputs = Vec::new();
        for guest in &self.guests {
            let Some(name) = guest.file_name().filter(|_| guest != Path::new("-")) else {
                bail!(
                    "`{}` has no file name that the result in `{}` could have",
                    files::name(guest),
                    folder.display()
                );
            };
            let mut output = folder.join(name);
            if self.output.wat {
                output.set_extension("wat");
            }
            self.replacing.check(&output, self.inputs())?;
            // Two names may stand for one file, by a link.
            let file = output.canonicalize().unwrap_or_else(|_| output.clone());
            if let Some(other) = guests.insert(file, guest) {
                bail!(
                    "`{}` and `{}` would both be composed to `{}`: compose them into different \
                     folders",
                    other.display(),
                    guest.display(),
                    output.display()
                );
            }
            outputs.push((guest.as_path(), output));
        }
        Ok(outputs)
    }
}
