//! What the adapter offers: its interfaces, as its own WIT has them.
//!
//! The adapter comes as one core module that exports every WASI 0.2 interface, with its WIT in a
//! custom section. Which of its functions are `async` is for that WIT to say; there is no list of
//! them in the composer. A catalogue is for one version of WASI 0.3, and for hosts that ship all of
//! it or only a part.

mod absence;
mod differences;
mod embedded;
mod excerpt;
mod target;
pub(crate) mod wit;

pub(crate) use embedded::{PREVIEW1_COMMAND, PREVIEW1_REACTOR};
pub(crate) use excerpt::Excerpt;
pub use target::{Target, UnknownTarget};

use crate::error::{InternalError, OptionsError, Unserved};
use crate::name::InterfaceName;
use crate::trim::Module;
use absence::Absence;
use differences::Differences;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use wit_component::metadata;
use wit_parser::{InterfaceId, Resolve, WorldId, WorldItem};

/// The interfaces of WASI 0.3 that the adapter doesn't import, with their functions.
const NOT_IMPORTED: [(&str, &[&str]); 3] = [
    ("wasi:cli/run", &["run"]),
    (
        "wasi:clocks/timezone",
        &["iana-id", "to-debug-string", "utc-offset"],
    ),
    ("wasi:http/handler", &["handle"]),
];

/// The interface that front components call: `drain` waits until what the adapter has accepted is
/// with the host.
pub const LIFECYCLE: &str = "wasi-uplift:adapter/lifecycle";

/// The interface by which glue reads files into the guest's memory.
pub(crate) const OFFERS: &str = "wasi-uplift:adapter/offers";

/// The interface through which front components hand requests to a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Incoming {
    /// The adapter's interface for that.
    pub interface: &'static str,
    /// The adapter's export with the types.
    pub types: &'static str,
}

impl Incoming {
    /// For guests of WASI 0.2.
    pub const STABLE: Incoming = Incoming {
        interface: "wasi-uplift:adapter/incoming",
        types: "wasi:http/types@0.2.12",
    };

    /// For guests of its release candidates.
    pub const CANDIDATE: Incoming = Incoming {
        interface: "wasi-uplift:adapter/incoming-candidate",
        types: "wasi:http/types@0.2.0-rc-2023-11-10",
    };

    /// The interface for guests that take their types from this export of the adapter.
    pub fn with_types(types: &str) -> Option<Incoming> {
        let mut all = [Self::STABLE, Self::CANDIDATE].into_iter();
        all.find(|incoming| incoming.types == types)
    }
}

/// The adapter, as far as choosing from it goes.
pub(crate) struct Catalogue {
    adapter: &'static Adapter,
    target: Target,
    absence: Absence,
}

/// The embedded adapter for a target. Reading it takes longer than most of composing and gives the
/// same every time, so that it is read once.
struct Adapter {
    bytes: &'static [u8],
    resolve: Resolve,
    /// The same without what the interfaces have, for [`Excerpt`]s.
    outline: OnceLock<Resolve>,
    world: WorldId,
    interfaces: Vec<Interface>,
    /// Only guests that need something of the adapter need its code.
    module: OnceLock<Result<Module<'static>, InternalError>>,
}

/// An interface that the adapter exports.
pub(crate) struct Interface {
    /// The full name, for example `wasi:io/poll@0.2.12`.
    pub name: String,
    /// The name taken apart.
    pub parts: InterfaceName,
    pub id: InterfaceId,
}

impl Catalogue {
    /// Reads the catalogue of the embedded adapter, for a version of WASI 0.3 and a host that
    /// hasn't got the packages `without`. The adapter still serves these packages of WASI 0.2, with
    /// the answers that WASI 0.2 has for absence.
    ///
    /// # Errors
    ///
    /// If there is no such package, or the adapter is broken.
    pub fn new(target: Target, without: &[String]) -> Result<Self, CatalogueError> {
        let catalogue = Catalogue {
            adapter: Adapter::embedded(target)?,
            target,
            absence: Absence::of(without),
        };
        catalogue.check_packages(without)?;
        Ok(catalogue)
    }

    fn check_packages(&self, names: &[String]) -> Result<(), OptionsError> {
        let packages = self.interfaces().iter().map(|it| it.parts.package());
        let packages: BTreeSet<&str> = packages.filter(|it| it.starts_with("wasi:")).collect();
        let mut unknown = names.iter().filter(|it| !packages.contains(it.as_str()));
        match unknown.next() {
            None => Ok(()),
            Some(package) => Err(OptionsError::UnknownPackage {
                package: package.clone(),
                known: packages.into_iter().map(str::to_string).collect(),
            }),
        }
    }

    /// The version of WASI 0.3 that the adapter imports.
    pub fn target(&self) -> Target {
        self.target
    }

    /// The adapter's interfaces, imports and exports. To copy what is needed of them, there are
    /// [`Excerpt`]s.
    pub fn resolve(&self) -> &'static Resolve {
        &self.adapter.resolve
    }

    fn outline(&self) -> &Resolve {
        let outline = || excerpt::outline(self.resolve());
        self.adapter.outline.get_or_init(outline)
    }

    /// The adapter's world.
    pub fn world(&self) -> WorldId {
        self.adapter.world
    }

    /// The exported interfaces.
    pub fn interfaces(&self) -> &[Interface] {
        &self.adapter.interfaces
    }

    /// The exported interface with this name.
    pub fn interface(&self, name: &str) -> Option<&Interface> {
        let mut interfaces = self.interfaces().iter();
        interfaces.find(|interface| interface.name == name)
    }

    /// The functions and types of an exported interface. A function that is `async` may wait.
    pub fn contents(&self, interface: &Interface) -> &'static wit_parser::Interface {
        &self.resolve().interfaces[interface.id]
    }

    /// Whether nothing is imported of this package.
    pub fn leaves_out(&self, package: &str) -> bool {
        self.absence.has(package)
    }

    /// The package of an interface, if nothing is imported of it.
    pub fn left_out_package<'n>(&self, interface: &'n str) -> Option<&'n str> {
        self.absence.package_of(interface)
    }

    /// Returns why a host that ships the target can't serve an import of WASI 0.3 with these functions.
    /// `None` if it can.
    pub fn missing_of_p3(&self, name: &InterfaceName, functions: &[String]) -> Option<Unserved> {
        let version = self.target.version();
        let label = name.version.as_ref()?;
        if !self.target.has(label) {
            let mut others = Target::ALL.into_iter().filter(|other| other.has(label));
            let instead = others.next().map(Target::version);
            return Some(Unserved::OtherVersion { version, instead });
        }
        let path = name.path();
        let full_name = self.target.interface(&path);
        let known = wit::find(self.resolve(), &full_name).ok();
        let known = known.map(|id| &self.resolve().interfaces[id]);
        let mut others = NOT_IMPORTED.into_iter();
        let other = others.find(|(interface, _)| *interface == path);
        let has = |function: &String| match (known, other) {
            (Some(interface), _) => interface.functions.contains_key(function),
            (None, other) => other.is_some_and(|(_, names)| names.contains(&function.as_str())),
        };
        if known.is_none() && other.is_none() {
            return Some(Unserved::UnknownP3 { version });
        }
        let missing = functions.iter().find(|function| !has(function))?;
        Some(Unserved::FunctionP3 {
            function: missing.clone(),
            version,
        })
    }

    /// The adapter's core module, which can be trimmed.
    pub fn module(&self) -> Result<&'static Module<'static>, InternalError> {
        let adapter = self.adapter;
        // Tests are built with assertions, and see every adapter that there is.
        let parse = match cfg!(debug_assertions) {
            true => Module::parse,
            false => Module::parse_trusted,
        };
        let read = || parse(adapter.bytes).map_err(InternalError::adapter);
        let module = adapter.module.get_or_init(read).as_ref();
        module.map_err(Clone::clone)
    }

    /// Takes out of the WIT what is left out; see [`Absence::detach`].
    pub fn detach(&self, resolve: &mut Resolve) {
        if !self.absence.is_empty() {
            self.absence.detach(resolve);
        }
    }
}

impl Adapter {
    fn embedded(target: Target) -> Result<&'static Self, InternalError> {
        static READ: [OnceLock<Result<Adapter, InternalError>>; Target::ALL.len()] =
            [const { OnceLock::new() }; Target::ALL.len()];
        let read = READ[target as usize].get_or_init(|| Adapter::read(target));
        read.as_ref().map_err(Clone::clone)
    }

    fn read(target: Target) -> Result<Self, InternalError> {
        let differences = Differences::read(&embedded::ADAPTER, target)?;
        let bytes = match target.configure(&embedded::ADAPTER, &differences)? {
            Cow::Borrowed(bytes) => bytes,
            // It is kept for as long as the program runs.
            Cow::Owned(bytes) => bytes.leak(),
        };
        let (_, mut bindgen) = metadata::decode(bytes).map_err(InternalError::adapter)?;
        target.retarget(&differences, &mut bindgen.resolve)?;
        let mut interfaces = Vec::new();
        for id in exported_interfaces(&bindgen.resolve, bindgen.world) {
            let unnamed = || InternalError::adapter("an export is no interface");
            let name = bindgen.resolve.id_of(id).ok_or_else(unnamed)?;
            let parts = InterfaceName::parse(&name).ok_or_else(unnamed)?;
            interfaces.push(Interface { name, parts, id });
        }
        let imports = &bindgen.resolve.worlds[bindgen.world].imports;
        let is_imported_alone = |item: &WorldItem| match item {
            WorldItem::Interface { id, .. } => interfaces.iter().all(|it| it.id != *id),
            _ => false,
        };
        if !imports.values().all(is_imported_alone) {
            let what = "an import is no interface, or is exported, too";
            return Err(InternalError::adapter(what));
        }
        Ok(Adapter {
            bytes,
            outline: OnceLock::new(),
            resolve: bindgen.resolve,
            world: bindgen.world,
            interfaces,
            module: OnceLock::new(),
        })
    }
}

/// Why there is no catalogue.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogueError {
    #[error(transparent)]
    Options(#[from] OptionsError),
    #[error(transparent)]
    Internal(#[from] InternalError),
}

impl From<CatalogueError> for crate::error::ComposeError {
    fn from(error: CatalogueError) -> Self {
        match error {
            CatalogueError::Options(error) => error.into(),
            CatalogueError::Internal(error) => error.into(),
        }
    }
}

/// The interfaces that a world exports.
fn exported_interfaces(resolve: &Resolve, world: WorldId) -> impl Iterator<Item = InterfaceId> {
    let items = resolve.worlds[world].exports.values();
    items.filter_map(|item| match item {
        WorldItem::Interface { id, .. } => Some(*id),
        _ => None,
    })
}
