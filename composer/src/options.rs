//! How to compose.

use crate::catalogue::Target;
use std::fmt;
use std::str::FromStr;

/// How to compose: the version of WASI 0.3, the way to link, and what exports are to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Options {
    pub(crate) target: Target,
    pub(crate) link: LinkMode,
    pub(crate) without: Vec<String>,
    pub(crate) keep_sync: Vec<String>,
    pub(crate) make_async: Vec<String>,
    pub(crate) one_memory: bool,
    pub(crate) front: bool,
}

/// How guest and adapter are to be put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LinkMode {
    /// As one component if that can be, and as two otherwise.
    #[default]
    Auto,
    /// As one component: the adapter becomes a part of the guest.
    Fused,
    /// As two components, one linked to the other.
    Component,
}

impl Options {
    /// Sets the version of WASI 0.3 that the result imports. Every 0.3.x host has 0.3.0, which is
    /// what the result imports otherwise.
    pub fn target(mut self, target: Target) -> Self {
        self.target = target;
        self
    }

    /// Sets how guest and adapter are put together. One component is faster, and lets a guest use
    /// WASI 0.2 where it can't wait: while it is instantiated, for example.
    pub fn link(mut self, link: LinkMode) -> Self {
        self.link = link;
        self
    }

    /// Has the result import nothing of a package, `wasi:filesystem` for example, for a host that
    /// ships only a part of WASI 0.3. The guest gets what WASI 0.2 offers for absence: there are no
    /// folders, no socket can be made, a request is denied. May be called for several packages. A
    /// version, as in `wasi:http@0.3.0`, makes no difference.
    pub fn without(mut self, package: impl Into<String>) -> Self {
        let mut package = package.into();
        package.truncate(package.find('@').unwrap_or(package.len()));
        self.without.push(package);
        self
    }

    /// Has the functions of an export keep the types that they have, though the guest may wait.
    /// One that would have to wait traps. May be called for several exports. A name without version
    /// is that of every version that the guest exports.
    pub fn keep_sync(mut self, export: impl Into<String>) -> Self {
        self.keep_sync.push(export.into());
        self
    }

    /// Has the functions of an export become `async`, whether the guest may wait or not: for a host
    /// that counts on it. May be called for several exports.
    pub fn make_async(mut self, export: impl Into<String>) -> Self {
        self.make_async.push(export.into());
        self
    }

    /// Has no core module with several memories be added, for an engine that has only one for each.
    /// Copying between guest and adapter then goes through calls, which takes longer.
    pub fn one_memory(mut self) -> Self {
        self.one_memory = true;
        self
    }

    /// Puts a component before a guest that is an HTTP server, which gets the answer and waits in a
    /// callback: for a host that hands an answer on only when what it has called returns or waits so.
    /// Where the guest waits meanwhile for somebody to read the body, neither guest nor host would go
    /// on. A request takes longer. Where guest and adapter are two components, there is one anyway.
    pub fn front(mut self) -> Self {
        self.front = true;
        self
    }
}

impl LinkMode {
    /// Every mode.
    pub const ALL: [LinkMode; 3] = [LinkMode::Auto, LinkMode::Fused, LinkMode::Component];

    /// The name of the mode, which [`FromStr`] takes.
    pub fn name(self) -> &'static str {
        match self {
            LinkMode::Auto => "auto",
            LinkMode::Fused => "fused",
            LinkMode::Component => "component",
        }
    }
}

impl fmt::Display for LinkMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no [`LinkMode`] has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no way to link: auto, fused and component are")]
#[non_exhaustive]
pub struct UnknownLinkMode {
    /// The name.
    pub name: String,
}

impl FromStr for LinkMode {
    type Err = UnknownLinkMode;

    fn from_str(name: &str) -> Result<Self, UnknownLinkMode> {
        let mode = LinkMode::ALL.into_iter().find(|mode| mode.name() == name);
        mode.ok_or_else(|| UnknownLinkMode {
            name: name.to_string(),
        })
    }
}
