//! Components that a `.wac` file describes.

use anyhow::{Result, anyhow};
use miette::Diagnostic;
use semver::Version;
use std::path::{Path, PathBuf};
use wac_graph::EncodeOptions;
use wac_graph::types::BorrowedPackageKey;
use wac_parser::Document;
use wac_parser::resolution::Error;

/// A component that a document refers to.
struct Package {
    name: String,
    version: Option<Version>,
    bytes: Vec<u8>,
}

/// Composes what a document says. `read` gives the component of a package, whose name has the
/// version, if there is one.
pub fn compose(source: &str, read: impl Fn(&str) -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    let document = Document::parse(source).map_err(|error| at(source, &error))?;
    let mut packages: Vec<Package> = Vec::new();
    // Resolving tells which package it lacks, one after the other.
    loop {
        let keys = packages.iter().map(|package| {
            let version = package.version.as_ref();
            let key = BorrowedPackageKey::from_name_and_version(&package.name, version);
            (key, package.bytes.clone())
        });
        let error = match document.resolve(keys.collect()) {
            Ok(resolution) => {
                let component = resolution.encode(EncodeOptions::default());
                return component.map_err(|error| {
                    let error = at(source, &error);
                    match error.to_string().contains(UNNAMED) {
                        true => anyhow!(
                            "{error}; it has a type of an instance that isn't exported: export both"
                        ),
                        false => error,
                    }
                });
            }
            Err(error) => error,
        };
        let Error::UnknownPackage { name, span } = &error else {
            return Err(at(source, &error));
        };
        let version = version(&source[span.offset()..]);
        let is_same = |it: &Package| it.name == *name && it.version == version;
        if packages.iter().any(is_same) || document.directive.package.name == name {
            return Err(at(source, &error));
        }
        let reference = match &version {
            Some(version) => format!("{name}@{version}"),
            None => name.clone(),
        };
        packages.push(Package {
            bytes: read(&reference)?,
            name: name.clone(),
            version,
        });
    }
}

/// A part of the validator's message for an export with a type that has no name outside the component.
const UNNAMED: &str = "not valid to be used as export";

/// The place of a package that nobody has named a file for.
pub fn default_path(document: &Path, package: &str) -> PathBuf {
    let name = package.split('@').next().unwrap_or_default();
    let folder = document.parent().unwrap_or(Path::new("")).join("deps");
    let mut path = name.split(':').fold(folder, |path, part| path.join(part));
    path.as_mut_os_string().push(".wasm");
    path
}

/// The version at the end of the package name, or path into a package, with which a text begins.
fn version(text: &str) -> Option<Version> {
    let is_end = |letter: char| !letter.is_ascii_alphanumeric() && !"-_:/.@+%".contains(letter);
    let reference = text.split(is_end).next()?;
    Version::parse(reference.split_once('@')?.1).ok()
}

/// An error with its line, if it has one.
fn at(source: &str, error: &impl Diagnostic) -> anyhow::Error {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    let label = error.labels().and_then(|mut labels| labels.next());
    match label.and_then(|label| source.get(..label.offset())) {
        Some(before) => anyhow!("line {}: {text}", before.matches('\n').count() + 1),
        None => anyhow!("{text}"),
    }
}
