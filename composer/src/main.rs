//! The `wasi-uplift` command.

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use std::fs::{self, File};
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wasi_uplift::{LinkMode, Options, Target};

/// Makes WASI 0.2 components run, unchanged, on hosts that ship only WASI 0.3.
#[derive(Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Compose(Compose),
}

/// Joins a WASI 0.2 component with the adapter. The result imports WASI 0.3 only.
#[derive(Args)]
struct Compose {
    /// The component, in binary form; `-` for standard input.
    guest: PathBuf,

    /// Where to put the result; `-` for standard output.
    ///
    /// A file appears whole or not at all.
    #[arg(short, long, default_value = "-")]
    output: PathBuf,

    /// The version of WASI 0.3 that the result imports: 0.3.0, which every 0.3.x host has,
    /// 0.3.0-rc-2026-03-15 or 0.3.0-rc-2026-02-09.
    #[arg(long, default_value_t, value_name = "VERSION")]
    target: Target,

    /// How guest and adapter are put together: `fused` makes one component of them, `component`
    /// links two, and `auto` takes the first where it can be.
    #[arg(long, default_value_t, value_name = "MODE")]
    link: LinkMode,

    /// Print the result in text form.
    #[arg(short = 't', long)]
    wat: bool,
}

fn main() -> ExitCode {
    let Command::Compose(compose) = Cli::parse().command;
    match compose.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Compose {
    fn run(&self) -> Result<()> {
        let to_stdout = self.output == Path::new("-");
        if to_stdout && !self.wat && std::io::stdout().is_terminal() {
            bail!(
                "binary output is not for a terminal: name a file with `-o`, or ask for text with `-t`"
            );
        }
        let guest = read(&self.guest)?;
        let name = display(&self.guest, "standard input");
        let options = Options::default().target(self.target).link(self.link);
        let composed = wasi_uplift::compose(&guest, &options)
            .with_context(|| format!("`{name}` was not composed"))?;
        if composed.plan.is_identity() {
            eprintln!("note: `{name}` needs nothing of WASI 0.2, the result is a copy of it");
        }
        let bytes = if self.wat {
            let text = wasmprinter::print_bytes(&composed.bytes)
                .context("the result was not turned into text")?;
            text.into_bytes()
        } else {
            composed.bytes
        };
        if to_stdout {
            let mut stdout = std::io::stdout();
            let written = stdout.write_all(&bytes).and_then(|()| stdout.flush());
            written.context("standard output was not written")
        } else {
            write_file(&self.output, &bytes)
                .with_context(|| format!("`{}` was not written", self.output.display()))
        }
    }
}

fn display(path: &Path, standard: &str) -> String {
    if path == Path::new("-") {
        standard.to_string()
    } else {
        path.display().to_string()
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin()
            .read_to_end(&mut bytes)
            .context("standard input was not read")?;
    } else {
        File::open(path)
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .with_context(|| format!("`{}` was not read", path.display()))?;
    }
    Ok(bytes)
}

/// Writes beside the destination and moves the result there, so that nobody ever sees a part.
fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let path = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => bail!("it is a folder: name a file in it"),
        // It is the file that is to be replaced, not the link to it.
        Ok(metadata) if metadata.is_file() => &path.canonicalize()?,
        // Pipes and devices must stay what they are.
        Ok(_) => return Ok(fs::write(path, bytes)?),
        Err(_) => path,
    };
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        bail!("there is no folder `{}`: make it first", folder.display());
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // What a program that creates a file asks for; the process's mask takes away from it.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}
