//! The components that a guest is made of.

use crate::messages::Messages;
use crate::{files, plug, wac};
use anyhow::{Context, Result, anyhow};
use clap::Args;
use std::path::{Path, PathBuf};
use wasi_uplift::by_hand;

/// The components that a guest is joined with before it is uplifted.
#[derive(Args)]
pub struct Parts {
    /// A component whose exports serve imports of the guest, or of another plug. May be repeated.
    #[arg(long = "plug", value_name = "COMPONENT")]
    plugs: Vec<PathBuf>,

    /// Where a package is that a `.wac` file names: `example:store=store.wasm`. Others are taken
    /// from the folder `deps` beside that file: `deps/example/store.wasm`. May be repeated.
    #[arg(long = "dep", value_name = "PACKAGE=FILE", value_parser = dependency)]
    dependencies: Vec<(String, PathBuf)>,
}

impl Parts {
    /// Reads a guest: a component, a core module, or a `.wac` file that says how to make one. Joins
    /// it with the plugs.
    pub fn read(&self, guest: &Path, messages: &Messages) -> Result<Vec<u8>> {
        let bytes = self.component(guest)?;
        if self.plugs.is_empty() {
            return Ok(bytes);
        }
        let part = |path: &Path, bytes: &[u8]| -> Result<plug::Part> {
            let name = files::name(path);
            let bytes = by_hand::componentize(bytes)
                .with_context(|| format!("`{name}` can't be joined with other components"))?;
            Ok(plug::Part {
                bytes: bytes.into_owned(),
                name,
            })
        };
        let mut parts = vec![part(guest, &bytes)?];
        for path in &self.plugs {
            parts.push(part(path, &self.component(path)?)?);
        }
        let joined = plug::join(parts)?;
        for connection in &joined.connections {
            messages.detail(connection);
        }
        Ok(joined.bytes)
    }

    /// The files that are read beside the guests.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let plugs = self.plugs.iter();
        let dependencies = self.dependencies.iter().map(|(_, path)| path);
        plugs.chain(dependencies).map(PathBuf::as_path)
    }

    /// Whether a guest is made of several components.
    pub fn are_joined(&self, guest: &Path) -> bool {
        !self.plugs.is_empty() || is_document(guest)
    }

    fn component(&self, path: &Path) -> Result<Vec<u8>> {
        let bytes = files::read(path)?;
        if !is_document(path) {
            return Ok(bytes);
        }
        let name = files::name(path);
        let source = String::from_utf8(bytes).map_err(|_| anyhow!("`{name}` is no text"))?;
        wac::compose(&source, |package| {
            let found = self.dependencies.iter().find(|(name, _)| name == package);
            match found {
                Some((_, path)) => files::read(path),
                None => files::read(&wac::default_path(path, package)),
            }
        })
        .with_context(|| format!("`{name}` was not composed"))
    }
}

fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wac")
}

fn dependency(argument: &str) -> Result<(String, PathBuf), String> {
    match argument.split_once('=') {
        Some((package, path)) if package.contains(':') && !path.is_empty() => {
            Ok((package.to_string(), path.into()))
        }
        _ => Err("a package and its file are needed: `example:store=store.wasm`".to_string()),
    }
}
