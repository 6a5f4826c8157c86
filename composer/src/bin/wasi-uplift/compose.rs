//! `wasi-uplift compose`

use crate::files::{self, Output, Replacing};
use crate::messages::Messages;
use crate::{Composition, advice, describe};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use wasi_uplift::Composed;

/// Joins WASI 0.2 components with the adapter. The results import WASI 0.3 only.
#[derive(Args)]
pub struct Compose {
    /// The component, in binary form, or a core module that imports `wasi_snapshot_preview1`; `-`
    /// for standard input. With `--out-dir` as many as you like.
    #[arg(required = true, value_name = "GUEST")]
    guests: Vec<PathBuf>,

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
        self.replacing.check(self.output.path(), &self.guests)?;
        let composed = self.compose(guest, messages)?;
        self.output.write(composed.bytes)?;
        Ok(ExitCode::SUCCESS)
    }

    fn compose(&self, guest: &Path, messages: &Messages) -> Result<Composed> {
        let bytes = files::read(guest)?;
        let name = files::name(guest);
        let composed = wasi_uplift::compose(&bytes, &self.composition.options())
            .map_err(advice::for_compose)
            .with_context(|| format!("`{name}` was not composed"))?;
        if composed.plan.is_identity() {
            messages.note(format_args!(
                "`{name}` needs nothing of WASI 0.2, the result is a copy of it"
            ));
        }
        if messages.is_verbose() {
            messages.detail(describe::composed(&name, bytes.len(), &composed));
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
        let failed = AtomicBool::new(false);
        let work = || {
            while let Some((guest, output)) = outputs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let result = self
                    .compose(guest, &messages)
                    .and_then(|composed| files::form(composed.bytes, self.output.wat))
                    .and_then(|bytes| files::to_file(output, &bytes));
                let name = files::name(guest);
                match result {
                    Ok(()) => messages.step(
                        &name,
                        format_args!("`{name}` was composed to `{}`", output.display()),
                    ),
                    Err(error) => {
                        messages.error(&error);
                        messages.skip();
                        failed.store(true, Ordering::Relaxed);
                    }
                }
            }
        };
        let threads = std::thread::available_parallelism().map_or(1, |count| count.get());
        std::thread::scope(|scope| {
            for _ in 0..threads.min(outputs.len()) {
                scope.spawn(work);
            }
        });
        messages.finish();
        Ok(if failed.into_inner() {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
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
            self.replacing.check(&output, &self.guests)?;
            if let Some(other) = guests.insert(output.clone(), guest) {
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
