//! Names of interfaces, and the generations of WASI that their versions belong to.

use semver::Version;
use std::fmt;

/// The name of an interface, taken apart: `wasi:io/poll@0.2.6`, for example.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InterfaceName {
    pub(crate) package: String,
    pub(crate) interface: String,
    pub(crate) version: Option<Version>,
}

/// A generation of WASI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    /// WASI 0.2 and its release candidates that are known here.
    P2,
    /// WASI 0.3 and its release candidates.
    P3,
}

/// The release candidates of WASI 0.2 whose types are known.
const P2_CANDIDATES: [&str; 2] = ["rc-2023-11-10", "rc-2023-12-05"];

impl InterfaceName {
    /// Takes a name apart. `None` if it is another kind of name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (package, interface) = name.split_once('/')?;
        let is_package = package.contains(':') && !package.contains('@');
        if !is_package {
            return None;
        }
        let (interface, version) = match interface.split_once('@') {
            Some((interface, version)) => (interface, Some(Version::parse(version).ok()?)),
            None => (interface, None),
        };
        Some(InterfaceName {
            package: package.to_string(),
            interface: interface.to_string(),
            version,
        })
    }

    /// The package, as in `wasi:io`.
    pub fn package(&self) -> &str {
        &self.package
    }

    /// The interface within the package, as in `poll`.
    pub fn interface(&self) -> &str {
        &self.interface
    }

    /// The version, as in `0.2.6`, if the name has one.
    pub fn version(&self) -> Option<String> {
        Some(self.version.as_ref()?.to_string())
    }

    /// The name without the version, as in `wasi:io/poll`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.package, self.interface)
    }

    /// Whether this is an interface of WASI, of whatever version.
    pub(crate) fn is_wasi(&self) -> bool {
        self.package.starts_with("wasi:")
    }

    /// The generation that the version belongs to, if it is known.
    pub(crate) fn generation(&self) -> Option<Generation> {
        let version = self.version.as_ref()?;
        let candidate = version.pre.as_str();
        match (version.major, version.minor) {
            (0, 2) if candidate.is_empty() => Some(Generation::P2),
            (0, 2) if version.patch == 0 && P2_CANDIDATES.contains(&candidate) => {
                Some(Generation::P2)
            }
            (0, 3) => Some(Generation::P3),
            _ => None,
        }
    }
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path())?;
        match &self.version {
            Some(version) => write!(f, "@{version}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generation(name: &str) -> Option<Generation> {
        InterfaceName::parse(name).unwrap().generation()
    }

    #[test]
    fn names_are_taken_apart() {
        let name = InterfaceName::parse("wasi:io/poll@0.2.6").unwrap();
        assert_eq!(name.package(), "wasi:io");
        assert_eq!(name.interface(), "poll");
        assert_eq!(name.version().as_deref(), Some("0.2.6"));
        assert_eq!(name.path(), "wasi:io/poll");
        for name in [
            "wasi:io/poll@0.2.6",
            "wasi:io/poll",
            "a:b/c@1.0.0-rc.1+build",
        ] {
            assert_eq!(InterfaceName::parse(name).unwrap().to_string(), name);
        }
    }

    #[test]
    fn other_names_are_not_interfaces() {
        for name in [
            "run",
            "a/b",
            "wasi:io",
            "wasi:io/poll@new",
            "wasi:io/poll@",
            "wasi:io@0.2.0/poll",
        ] {
            assert_eq!(InterfaceName::parse(name), None, "{name}");
        }
    }

    #[test]
    fn versions_belong_to_generations() {
        for version in [
            "0.2.0",
            "0.2.12",
            "0.2.99",
            "0.2.0-rc-2023-11-10",
            "0.2.0-rc-2023-12-05",
        ] {
            let name = format!("wasi:io/poll@{version}");
            assert_eq!(generation(&name), Some(Generation::P2), "{version}");
        }
        for version in ["0.3.0", "0.3.2", "0.3.0-rc-2026-02-09"] {
            let name = format!("wasi:cli/run@{version}");
            assert_eq!(generation(&name), Some(Generation::P3), "{version}");
        }
        for version in [
            "0.2.0-rc-2023-10-18",
            "0.2.1-rc-2023-11-10",
            "0.1.0",
            "0.4.0",
            "1.2.0",
        ] {
            let name = format!("wasi:io/poll@{version}");
            assert_eq!(generation(&name), None, "{version}");
        }
        assert_eq!(generation("wasi:io/poll"), None);
    }
}
