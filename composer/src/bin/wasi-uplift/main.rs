//! The `wasi-uplift` command.

mod adapter;
mod advice;
mod completions;
mod compose;
mod describe;
mod differences;
#[cfg(feature = "run")]
mod embedded;
mod files;
mod inspect;
mod json;
mod man;
mod messages;
mod parts;
mod plug;
mod progress;
mod report;
mod retype;
#[cfg(feature = "run")]
mod run;
#[cfg(feature = "run")]
mod serve;
mod table;
mod wac;

use anstream::ColorChoice;
use anyhow::Result;
use clap::{Args, Parser, Subcommand, ValueEnum};
use messages::Messages;
use std::process::ExitCode;
use std::sync::LazyLock;
use wasi_uplift::{LinkMode, Options, Target};

/// Makes WASI 0.2 components run, unchanged, on hosts that ship only WASI 0.3.
#[derive(Parser)]
#[command(
    version,
    long_version = version(),
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

    /// When messages and reports have colours; `auto` is on terminals, unless `NO_COLOR` is set.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        display_order = 102
    )]
    color: Color,
}

/// When there are colours.
#[derive(Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }
}

/// The version of the command, of the adapter in it, and of the WASI 0.3 that results can import.
fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let (version, adapter) = wasi_uplift::REVISION.split_once('+').unwrap_or_default();
        let targets = Target::ALL.map(Target::version).join(", ");
        format!("{version}\nadapter {adapter}\ntargets {targets}")
    });
    &VERSION
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
    Man(man::Man),
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

    /// Add no core module with several memories, for an engine that has only one for each. Copying
    /// takes longer then.
    #[arg(long)]
    no_multi_memory: bool,

    /// Put a component before a guest that is an HTTP server, for an engine that else hands the
    /// answer on only when the guest has returned: jco, for example. A request takes longer. With
    /// `--link component`, there is one anyway.
    #[arg(long)]
    front: bool,
}

impl Composition {
    fn options(&self) -> Options {
        self.linking.add_to(self.choices.options())
    }
}

impl Linking {
    fn add_to(&self, options: Options) -> Options {
        let mut options = options.link(self.link);
        if self.no_multi_memory {
            options = options.one_memory();
        }
        match self.front {
            true => options.front(),
            false => options,
        }
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
    // A program in WebAssembly starts without a folder that names are relative to.
    #[cfg(target_family = "wasm")]
    if let Some(folder) = std::env::var_os("PWD") {
        // Where there is no such folder, names stay relative to the root.
        let _ = std::env::set_current_dir(folder);
    }
    let cli = Cli::parse();
    ColorChoice::from(cli.color).write_global();
    let messages = Messages::new(cli.quiet, cli.verbose);
    let done = |result: Result<()>| result.map(|()| ExitCode::SUCCESS);
    let result = match cli.command {
        Command::Compose(command) => command.run(&messages),
        Command::Inspect(command) => command.run(&messages),
        #[cfg(feature = "run")]
        Command::Run(command) => Ok(command.run(&messages)),
        #[cfg(feature = "run")]
        Command::Serve(command) => done(command.run(&messages)),
        Command::Adapter(command) => done(command.run(&messages)),
        Command::Retype(command) => done(command.run(&messages)),
        Command::Completions(command) => done(command.run()),
        Command::Man(command) => done(command.run()),
    };
    result.unwrap_or_else(|error| {
        messages.error(&error);
        ExitCode::FAILURE
    })
}
