//! `wasi-uplift completions`

use crate::{Cli, files};
use anyhow::Result;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Prints what a shell needs to complete the command line.
///
/// For bash: wasi-uplift completions bash > ~/.local/share/bash-completion/completions/wasi-uplift
#[derive(Args)]
pub struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub fn run(&self) -> Result<()> {
        let mut script = Vec::new();
        let mut command = Cli::command();
        let name = command.get_name().to_string();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        files::to_stdout(&script)
    }
}
