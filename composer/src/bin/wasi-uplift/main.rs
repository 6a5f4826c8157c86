//! The `wasi-uplift` command.

mod adapter;
mod advice;
mod completions;
mod compose;
mod describe;
#[cfg(feature = "run")]
mod embedded;
mod files;
mod inspect;
mod messages;
mod retype;
#[cfg(feature = "run")]
mod run;
#[cfg(feature = "run")]
mod serve;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use messages::Messages;
use std::process::ExitCode;
use wasi_uplift::{LinkMode, Options, Target};

/// Makes WASI 0.2 components run, unchanged, on hosts that ship only WASI 0.3.
#[derive(Parser)]
#[command(
    version,
    propagate_version = true,
    after_help = "\
Exit codes: 0 if what was asked for is done, 1 if it isn't, 2 if the command line is wrong. \
`inspect` and `run` have more, see their help."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Say what became of each import and export.
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "quiet",
        display_order = 100
    )]
    verbose: bool,

    /// Say nothing but errors.
    #[arg(short, long, global = true, display_order = 101)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    Compose(compose::Compose),
    Inspect(inspect::Inspect),
    #[cfg(feature = "run")]
    Run(run::Run),
    #[cfg(feature = "run")]
    Serve(serve::Serve),
    Adapter(adapter::Adapter),
    Retype(retype::Retype),
    Completions(completions::Completions),
}

/// The options of composing.
#[derive(Args)]
struct Composition {
    #[command(flatten)]
    choices: Choices,

    #[command(flatten)]
    linking: Linking,
}

/// What the result is to be, however guest and adapter are put together.
#[derive(Args)]
struct Choices {
    /// The version of WASI 0.3 that the result imports: 0.3.0, which every 0.3.x host has,
    /// 0.3.0-rc-2026-03-15 or 0.3.0-rc-2026-02-09.
    #[arg(long, default_value_t, value_name = "VERSION")]
    target: Target,

    /// A package of which the result imports nothing, for a host that ships only a part of WASI
    /// 0.3: `wasi:filesystem`, for example. The guest gets what WASI 0.2 offers for absence. May be
    /// repeated.
    #[arg(long, value_name = "PACKAGE")]
    without: Vec<String>,

    /// An export whose functions keep their types. Others become `async` if the guest may wait;
    /// these trap if they would have to. May be repeated.
    #[arg(long, value_name = "EXPORT")]
    keep_sync: Vec<String>,

    /// An export whose functions become `async`, whether the guest may wait or not. May be repeated.
    #[arg(long = "async", value_name = "EXPORT")]
    make_async: Vec<String>,
}

#[derive(Args)]
struct Linking {
    /// How guest and adapter are put together: `fused` makes one component of them, `component`
    /// links two, and `auto` takes the first where it can be.
    #[arg(long, default_value_t, value_name = "MODE")]
    link: LinkMode,
}

impl Composition {
    fn options(&self) -> Options {
        self.choices.options().link(self.linking.link)
    }
}

impl Choices {
    fn options(&self) -> Options {
        let options = Options::default().target(self.target);
        let options = self.without.iter().fold(options, Options::without);
        let options = self.keep_sync.iter().fold(options, Options::keep_sync);
        self.make_async.iter().fold(options, Options::make_async)
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let messages = Messages::new(cli.quiet, cli.verbose);
    let done = |result: Result<()>| result.map(|()| ExitCode::SUCCESS);
    let result = match cli.command {
        Command::Compose(command) => command.run(&messages),
        Command::Inspect(command) => command.run(),
        #[cfg(feature = "run")]
        Command::Run(command) => Ok(command.run(&messages)),
        #[cfg(feature = "run")]
        Command::Serve(command) => done(command.run(&messages)),
        Command::Adapter(command) => done(command.run(&messages)),
        Command::Retype(command) => done(command.run(&messages)),
        Command::Completions(command) => done(command.run()),
    };
    result.unwrap_or_else(|error| {
        messages.error(&error);
        ExitCode::FAILURE
    })
}
