//! Where components are read from and written to.

use anyhow::{Context, Result, bail};
use clap::Args;
use std::fs::{self, File};
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

/// Where to put a component.
#[derive(Args)]
pub struct Output {
    /// Where to put the result; `-` for standard output.
    ///
    /// A file appears whole or not at all.
    #[arg(short, long, default_value = "-")]
    output: PathBuf,

    /// Print the result in text form.
    #[arg(short = 't', long)]
    pub wat: bool,
}

/// The option to replace inputs.
#[derive(Args)]
pub struct Replacing {
    /// Let a result replace a guest, or what it is joined with. Otherwise that is refused.
    #[arg(long)]
    in_place: bool,
}

impl Replacing {
    /// Fails if a result would replace one of the inputs, and nobody has asked for that.
    pub fn check<'a>(
        &self,
        output: &Path,
        mut inputs: impl Iterator<Item = &'a Path>,
    ) -> Result<()> {
        let Some(output) = file(output).filter(|_| !self.in_place) else {
            return Ok(());
        };
        let is_output = |input: &&Path| file(input).as_ref() == Some(&output);
        match inputs.find(is_output) {
            Some(input) => bail!(
                "the result would replace the input `{}`: name another place, or ask for that with \
                 `--in-place`",
                name(input)
            ),
            None => Ok(()),
        }
    }
}

impl Output {
    fn is_stdout(&self) -> bool {
        is_standard(&self.output)
    }

    /// The place.
    pub fn path(&self) -> &Path {
        &self.output
    }

    /// Fails before any work is done if the result can't be put there.
    pub fn check(&self) -> Result<()> {
        if self.is_stdout() && !self.wat && std::io::stdout().is_terminal() {
            bail!(
                "binary output is not for a terminal: name a file with `-o`, or ask for text with \
                 `-t`"
            );
        }
        Ok(())
    }

    pub fn write(&self, component: Vec<u8>) -> Result<()> {
        let bytes = form(component, self.wat)?;
        if self.is_stdout() {
            to_stdout(&bytes)
        } else {
            to_file(&self.output, &bytes)
        }
    }
}

/// The regular file behind a path, if there is one.
fn file(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().filter(|path| path.is_file())
}

pub fn to_stdout(bytes: &[u8]) -> Result<()> {
    let mut stdout = std::io::stdout();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    written.context("standard output was not written")
}

pub fn to_file(path: &Path, bytes: &[u8]) -> Result<()> {
    replace(path, bytes).with_context(|| format!("`{}` was not written", path.display()))
}

/// A component in the form that was asked for.
pub fn form(component: Vec<u8>, wat: bool) -> Result<Vec<u8>> {
    if !wat {
        return Ok(component);
    }
    let text = wasmprinter::print_bytes(&component);
    Ok(text.context("the result was not turned into text")?.into())
}

/// Returns `true` for `-`, which stands for standard input or output.
pub fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// The name of a guest in messages.
pub fn name(path: &Path) -> String {
    if is_standard(path) {
        "standard input".to_string()
    } else {
        path.display().to_string()
    }
}

pub fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if is_standard(path) {
        std::io::stdin().read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    let name = match name(path) {
        name if is_standard(path) => name,
        name => format!("`{name}`"),
    };
    read.with_context(|| format!("{name} was not read"))?;
    Ok(bytes)
}

/// Writes beside the destination and moves the result there, so that nobody ever sees a part.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let path = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => bail!("it is a folder: name a file in it"),
        // It is the file that is to be replaced, not the link to it.
        Ok(metadata) if metadata.is_file() => &path.canonicalize()?,
        // Pipes and devices must stay what they are.
        Ok(_) => return Ok(fs::write(path, bytes)?),
        // Node's WASI can't follow one to a pipe.
        Err(error) if cfg!(target_family = "wasm") && path.is_symlink() => return Err(error.into()),
        Err(_) => path,
    };
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        bail!("there is no folder `{}`: make it first", folder.display());
    }
    let mut file = temporary().tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// Makes temporary files with the permissions that a program asks for which creates a file; the
/// process's mask takes away from them.
#[cfg(unix)]
fn temporary() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    builder.permissions(fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn temporary() -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}
