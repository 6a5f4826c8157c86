//! `wasi-uplift retype`

use crate::files::{self, Output, Replacing};
use crate::messages::Messages;
use crate::{Choices, advice};
use anyhow::{Context, Result};
use clap::Args;
use std::path::PathBuf;
use wasi_uplift::by_hand;

/// Makes a guest fit the adapter, for composing by hand.
///
/// The functions of WASI 0.2 that may wait become `async` in the guest's types; its core modules
/// stay as they are. The result runs nowhere by itself: its WASI 0.2 imports have to be given the
/// exports of `wasi-uplift adapter`, whose versions may have other labels. `--verbose` says which
/// export is for which import.
#[derive(Args)]
pub struct Retype {
    /// The component, in binary form, or a core module that imports `wasi_snapshot_preview1`; `-`
    /// for standard input.
    guest: PathBuf,

    #[command(flatten)]
    output: Output,

    #[command(flatten)]
    replacing: Replacing,

    #[command(flatten)]
    choices: Choices,
}

impl Retype {
    pub fn run(&self, messages: &Messages) -> Result<()> {
        self.output.check()?;
        let inputs = std::iter::once(self.guest.as_path());
        self.replacing.check(self.output.path(), inputs)?;
        let bytes = files::read(&self.guest)?;
        let name = files::name(&self.guest);
        let retyped = by_hand::retype(&bytes, &self.choices.options())
            .map_err(advice::for_compose)
            .with_context(|| format!("`{name}` was not retyped"))?;
        if retyped.plan.is_identity() {
            messages.note(format_args!("`{name}` needs nothing of WASI 0.2"));
        }
        for (import, export) in retyped.plan.adapted() {
            messages.detail(format_args!("{}: {export}", import.name));
        }
        self.output.write(retyped.bytes)
    }
}
