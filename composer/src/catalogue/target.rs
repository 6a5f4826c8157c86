//! The versions of WASI 0.3 that a result can import.
//!
//! The adapter is built against 0.3.0. Other versions have the same functions under another label;
//! where a snapshot's types differ, the adapter says itself how, and is told by a byte in its data
//! that it is for that snapshot.

use super::differences::Differences;
use crate::error::InternalError;
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use wasmparser::{KnownCustom, Linking, Parser, Payload, SymbolInfo};
use wit_parser::Resolve;

/// The version of WASI 0.3 that a result imports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// 0.3.0, which every 0.3.x host has.
    #[default]
    V0_3_0,
    /// The snapshot `0.3.0-rc-2026-03-15`, which has the shapes of 0.3.0.
    Rc2026_03_15,
    /// The snapshot `0.3.0-rc-2026-02-09`.
    Rc2026_02_09,
}

/// The version that the adapter is built against.
const BUILT: &str = "0.3.0";

/// The latest 0.3.x whose functions are known to be those of 0.3.0.
const LATEST_PATCH: u64 = 2;

/// A snapshot in which `write-via-stream` of `stdout`, `stderr` and `descriptor`, `append-via-stream`,
/// `read-directory` and `tcp-socket.send` are `async` functions.
/// Nothing but another adapter could call them.
const WAITING_FOR_STREAMS: &str = "0.3.0-rc-2026-01-06";

/// The data symbol by which the adapter knows that the host lays types out otherwise.
const OTHER_LAYOUT: &str = "WASI_UPLIFT_OTHER_LAYOUT";

impl Target {
    /// Every target.
    pub const ALL: [Target; 3] = [Target::V0_3_0, Target::Rc2026_03_15, Target::Rc2026_02_09];

    /// The label of the target's interfaces.
    pub fn version(self) -> &'static str {
        match self {
            Target::V0_3_0 => BUILT,
            Target::Rc2026_03_15 => "0.3.0-rc-2026-03-15",
            Target::Rc2026_02_09 => "0.3.0-rc-2026-02-09",
        }
    }

    /// Whether a host that ships this target has interfaces of a version. Hosts take releases of one
    /// line for each other, and those that are known have the same functions.
    pub(crate) fn has(self, version: &semver::Version) -> bool {
        let is_release = version.pre.is_empty() && (version.major, version.minor) == (0, 3);
        match self {
            Target::V0_3_0 => is_release && version.patch <= LATEST_PATCH,
            other => version.to_string() == other.version(),
        }
    }

    /// The interface of the target with this name, which is given without version.
    pub fn interface(self, path: &str) -> String {
        format!("{path}@{}", self.version())
    }

    /// Tells the adapter's core module how the target lays types out.
    pub(super) fn configure<'a>(
        self,
        artefact: &'a [u8],
        differences: &Differences<'_>,
    ) -> Result<Cow<'a, [u8]>, InternalError> {
        if !differences.is_other_layout() {
            return Ok(Cow::Borrowed(artefact));
        }
        let position = position_of(artefact, OTHER_LAYOUT)?;
        let mut configured = artefact.to_vec();
        let byte = position.and_then(|position| configured.get_mut(position));
        *byte
            .ok_or_else(|| InternalError::adapter(format!("it has no data `{OTHER_LAYOUT}`")))? = 1;
        Ok(Cow::Owned(configured))
    }

    /// Gives the adapter's WIT the target's interfaces.
    pub(super) fn retarget(
        self,
        differences: &Differences<'_>,
        resolve: &mut Resolve,
    ) -> Result<(), InternalError> {
        differences.apply(resolve, BUILT)?;
        let version = self
            .version()
            .parse()
            .map_err(|error: semver::Error| InternalError::adapter(error))?;
        for (_, package) in resolve.packages.iter_mut() {
            let is_built = |version: &semver::Version| version.to_string() == BUILT;
            if package.name.version.as_ref().is_some_and(is_built) {
                package.name.version = Some(semver::Version::clone(&version));
            }
        }
        Ok(())
    }

    /// The name that the target has for an interface which the adapter's core module imports, if
    /// it is another one.
    pub(crate) fn renamed(self, interface: &str) -> Option<String> {
        let path = interface.strip_suffix(BUILT)?;
        let renamed = self.version() != BUILT && path.ends_with('@');
        renamed.then(|| format!("{path}{}", self.version()))
    }
}

/// Where in a module the first byte of a data symbol is.
fn position_of(module: &[u8], wanted: &str) -> Result<Option<usize>, InternalError> {
    let broken = |error: wasmparser::BinaryReaderError| InternalError::adapter(error);
    let mut segments = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload.map_err(broken)? {
            Payload::DataSection(section) => {
                for segment in section {
                    let segment = segment.map_err(broken)?;
                    // The contents are what the segment ends with.
                    segments.push(segment.range.end - segment.data.len());
                }
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Linking(linking) = section.as_known() else {
                    continue;
                };
                for subsection in linking.subsections() {
                    let Linking::SymbolTable(symbols) = subsection.map_err(broken)? else {
                        continue;
                    };
                    for symbol in symbols {
                        if let SymbolInfo::Data {
                            name,
                            symbol: Some(symbol),
                            ..
                        } = symbol.map_err(broken)?
                            && name == wanted
                        {
                            let segment = segments.get(symbol.index as usize);
                            return Ok(segment.map(|start| start + symbol.offset as usize));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    Ok(None)
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.version())
    }
}

/// A version of WASI 0.3 that is no [`Target`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", describe_unknown(.version))]
#[non_exhaustive]
pub struct UnknownTarget {
    /// The version.
    pub version: String,
}

fn describe_unknown(version: &str) -> String {
    if version == WAITING_FOR_STREAMS {
        return format!(
            "`{version}` is no target: six of its functions that take or give a stream are `async`, \
             where every later version has a future beside the stream; take a host that is later \
             than Wasmtime 42"
        );
    }
    // The functions of later releases are those of the first.
    match version.strip_prefix("0.3.").map(str::parse::<u64>) {
        Some(Ok(_)) => format!(
            "`{version}` is no target of its own: take {BUILT}, which a host of {version} has, too"
        ),
        _ => {
            let known = Target::ALL.map(Target::version).join(", ");
            format!("`{version}` is no known version of WASI 0.3: {known} are")
        }
    }
}

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(version: &str) -> Result<Self, UnknownTarget> {
        let named = |target: &Target| target.version() == version;
        let target = Target::ALL.into_iter().find(named);
        target.ok_or_else(|| UnknownTarget {
            version: version.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::component::shape::Shapes;
    use std::collections::BTreeMap;

    /// The functions and types, in words, of a resolve's interfaces that belong to a version.
    fn interfaces(resolve: &Resolve, version: &str) -> BTreeMap<String, BTreeMap<String, String>> {
        let mut shapes = Shapes::default();
        let named = resolve.interfaces.iter().filter_map(|(id, _)| {
            let name = resolve.id_of(id)?;
            let belongs = name.ends_with(&format!("@{version}"));
            belongs.then(|| (name, shapes.of_interface(resolve, id)))
        });
        let named: BTreeMap<_, _> = named.collect();
        let in_words = |(name, items): (String, crate::component::shape::InterfaceShapes)| {
            let items = items.into_iter();
            let items = items.map(|(item, shape)| (item, shapes.text(shape)));
            (name, items.collect())
        };
        named.into_iter().map(in_words).collect()
    }

    #[test]
    fn the_adapter_imports_what_the_snapshot_defines() -> Result<(), Box<dyn std::error::Error>> {
        let target = Target::Rc2026_02_09;
        let mut published = Resolve {
            // What a host may have behind a flag.
            all_features: true,
            ..Resolve::default()
        };
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../wit/targets/0.3.0-rc-2026-02-09"
        );
        published.push_dir(folder)?;
        let published = interfaces(&published, target.version());
        let ours = Catalogue::new(target, &[])?;
        let ours = interfaces(ours.resolve(), target.version());
        assert!(ours.contains_key("wasi:sockets/types@0.3.0-rc-2026-02-09"));
        assert!(ours.contains_key("wasi:http/client@0.3.0-rc-2026-02-09"));
        assert!(ours.contains_key("wasi:filesystem/types@0.3.0-rc-2026-02-09"));
        for (name, ours) in ours {
            let published = &published[&name];
            for (item, shape) in ours {
                assert_eq!(Some(&shape), published.get(&item), "{item} of {name}");
            }
        }
        Ok(())
    }

    #[test]
    fn labels_are_read_and_written() {
        for target in Target::ALL {
            assert_eq!(target.to_string().parse::<Target>().ok(), Some(target));
        }
        assert!("0.2.0".parse::<Target>().is_err());
    }
}
