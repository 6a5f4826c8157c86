//! `wasi-uplift man`

use crate::{Cli, files};
use anyhow::{Context, Result};
use clap::{Args, CommandFactory};

/// Prints the manual page of the command, or of one of its subcommands.
///
/// To read one: wasi-uplift man compose | man -l -
#[derive(Args)]
pub struct Man {
    /// The subcommand.
    subcommand: Option<String>,
}

impl Man {
    pub fn run(&self) -> Result<()> {
        let mut command = Cli::command();
        command.build();
        if let Some(name) = &self.subcommand {
            let found = command.find_subcommand(name);
            command = found
                .with_context(|| format!("there is no subcommand `{name}`"))?
                .clone();
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        files::to_stdout(&page)
    }
}
