//! Drops from the adapter's core module what a guest doesn't need.
//!
//! The adapter is linked with `--emit-relocs`: beside its code it carries a symbol table and a list
//! of every place that refers to a symbol. So it is known, not guessed, which function calls which,
//! which takes the address of what, and which piece of data (a vtable, say) points where. From the
//! exports that a guest needs, everything reachable is followed; the rest is left out.
//!
//! Addresses don't change: a function keeps its place in the table, a piece of data its place in
//! memory. Only functions, types and globals are renumbered.
//!
//! This is no general tool. It serves modules as `wasm-ld` links them for this project and answers
//! anything else with an error, while parsing, where the tests see it.

use crate::core_module::indices::Indices;
use graph::Graph;
use live::Live;
use read::{FunctionExport, Input};
use std::collections::BTreeSet;
use wasmparser::SymbolInfo;

mod emit;
mod graph;
mod live;
#[cfg(test)]
mod made;
mod read;
#[cfg(test)]
mod tests;

/// A core module that can be trimmed, for as many guests as one likes.
pub struct Module<'a> {
    input: Input<'a>,
    graph: Graph,
}

/// Whether a trimmed module says how its functions are called in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Add a `name` section, for backtraces.
    Keep,
    /// Leave them out.
    Drop,
}

/// What takes the place of a function that a module imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StandIn {
    /// The function that the module exports under this name.
    Export(String),
    /// One that traps.
    Trap,
}

/// What remains of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trimmed {
    /// The module, without custom sections other than perhaps `name`.
    pub bytes: Vec<u8>,
    /// The indices in its code.
    pub indices: Indices,
    /// The functions it imports (module, name).
    pub imports: Vec<(String, String)>,
    /// The functions it exports.
    pub exports: Vec<String>,
}

/// Why a module cannot be trimmed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It isn't a core module, or a section of it is malformed.
    #[error("invalid module: {0}")]
    Invalid(#[from] wasmparser::Error),
    /// It wasn't linked with `--emit-relocs`, or was stripped afterwards.
    #[error("the module has no `{0}` section; it must be linked with --emit-relocs")]
    Missing(&'static str),
    /// It has something that an adapter has no use for, and that isn't followed.
    #[error("the module has {0}, which cannot be trimmed")]
    Unsupported(String),
    /// A relocation doesn't fit the module.
    #[error("relocation at offset {offset:#x} of the {section} section: {problem}")]
    Relocation {
        /// The section that it applies to.
        section: Section,
        /// Where in that section.
        offset: u32,
        /// What is wrong with it.
        problem: Problem,
    },
    /// A function refers to something without a relocation, so its other references are not known
    /// either.
    #[error("function {function} refers to {reference} without a relocation")]
    Unrelocated {
        /// The function's index.
        function: u32,
        /// What it refers to.
        reference: String,
    },
    /// There is nothing to take the place of an import, or it is of another type.
    #[error("nothing called `{0}` can take the place of an import")]
    StandIn(String),
    /// No data has this symbol.
    #[error("there is no data called `{0}`")]
    Data(String),
    /// A function is in the table although no relocation takes its address.
    #[error("no relocation refers to function {function} in slot {slot} of the table")]
    Unaddressed {
        /// Its place in the table.
        slot: u32,
        /// Its index.
        function: u32,
    },
    /// What is left refers to something that was dropped: a mistake in this very module.
    #[error("cannot encode the trimmed module: {0}")]
    Encode(String),
}

/// A section that relocations apply to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Functions.
    Code,
    /// The contents of memory.
    Data,
}

impl std::fmt::Display for Section {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Code => "code",
            Self::Data => "data",
        })
    }
}

/// What can be wrong with a relocation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is of a kind that this section of an adapter doesn't have.
    #[error("unsupported kind {0:?}")]
    Kind(wasmparser::RelocationType),
    /// It is in no function, or there in no instruction that could have it.
    #[error("it is in no instruction that has such a reference")]
    OutsideCode,
    /// It is in no segment, or there in no symbol.
    #[error("it is in no data symbol")]
    OutsideData,
    /// The symbol isn't in the table, is undefined, or not of the kind that the relocation needs.
    #[error("there is no such symbol to refer to ({0})")]
    Symbol(u32),
    /// The symbol is a bare address, and something lies there; how much isn't known.
    #[error("symbol {0} is an absolute address of data")]
    Absolute(u32),
    /// The section holds something else than the relocation says.
    #[error("expected {expected} there, found {found}")]
    Value {
        /// What the relocation says.
        expected: u32,
        /// What the section holds.
        found: u32,
    },
    /// The section holds no number in the form that the relocation says.
    #[error("there is no number of that form")]
    NoValue,
    /// The function that it refers to isn't where in the table the section says.
    #[error("slot {slot} of the table doesn't hold function {function}")]
    Slot {
        /// The place in the table.
        slot: u32,
        /// The function's index.
        function: u32,
    },
}

impl<'a> Module<'a> {
    /// Reads a module and checks that all in it can be followed.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        read::check(bytes)?;
        let module = Self::parse_trusted(bytes)?;
        module.graph.check(&module.input)?;
        Ok(module)
    }

    /// Reads a module without the checks of [`parse`](Self::parse), which must have succeeded for the
    /// same bytes before. What a function refers to is read when a guest first needs the function: in
    /// other bytes, an error may come as late as that, or none.
    pub fn parse_trusted(bytes: &'a [u8]) -> Result<Self, Error> {
        let input = read::read(bytes)?;
        let graph = graph::build(&input)?;
        Ok(Self { input, graph })
    }

    /// The names of the functions that it exports.
    pub fn exports(&self) -> impl Iterator<Item = &'a str> {
        self.input.exports.iter().map(|export| export.name)
    }

    /// Keeps the function exports that `keep` says, the start function, the memory, and what these
    /// need. Exports of globals go. Others take the place of the imports (module, name) that
    /// `stand_in` says. The first byte of each piece of data whose symbol is in `set` becomes 1.
    pub fn trim(
        &self,
        keep: impl Fn(&str) -> bool,
        stand_in: impl Fn(&str, &str) -> Option<StandIn>,
        set: &[&str],
        names: Names,
    ) -> Result<Trimmed, Error> {
        let replaced = self.replaced(stand_in)?;
        let (exports, live) = self.live(keep, &replaced)?;
        let left = Left {
            live: &live,
            replaced: &replaced,
            exports: &exports,
            set: set
                .iter()
                .map(|name| self.address(name))
                .collect::<Result<_, _>>()?,
        };
        let (bytes, indices) = emit::emit(&self.input, &self.graph, &left, names)?;
        Ok(Trimmed {
            bytes,
            indices,
            imports: self.imports(&live),
            exports: exports
                .iter()
                .map(|export| export.name.to_owned())
                .collect(),
        })
    }

    /// The functions (module, name) that what [`trim`](Self::trim) leaves imports.
    pub fn needs(
        &self,
        keep: impl Fn(&str) -> bool,
        stand_in: impl Fn(&str, &str) -> Option<StandIn>,
    ) -> Result<Vec<(String, String)>, Error> {
        let (_, live) = self.live(keep, &self.replaced(stand_in)?)?;
        Ok(self.imports(&live))
    }

    fn live(
        &self,
        keep: impl Fn(&str) -> bool,
        replaced: &[Replaced],
    ) -> Result<(Vec<&FunctionExport<'a>>, Live), Error> {
        let exports = self
            .input
            .exports
            .iter()
            .filter(|export| keep(export.name))
            .collect::<Vec<_>>();
        let roots = exports
            .iter()
            .map(|export| export.function)
            .chain(self.input.start)
            .collect();
        let live = Live::from_roots(&self.input, &self.graph, replaced, roots)?;
        Ok((exports, live))
    }

    fn imports(&self, live: &Live) -> Vec<(String, String)> {
        let imports = self
            .input
            .imports
            .iter()
            .zip(&live.functions)
            .filter(|(_, live)| **live);
        imports
            .map(|(import, _)| (import.module.to_owned(), import.name.to_owned()))
            .collect()
    }

    fn replaced(
        &self,
        stand_in: impl Fn(&str, &str) -> Option<StandIn>,
    ) -> Result<Vec<Replaced>, Error> {
        let replaced = self.input.imports.iter().map(|import| {
            Ok(match stand_in(import.module, import.name) {
                Some(StandIn::Export(name)) => Replaced::By(self.exported(&name, import.ty)?),
                Some(StandIn::Trap) => Replaced::ByTrap,
                None => Replaced::Not,
            })
        });
        replaced.collect()
    }

    /// Where the data with this symbol begins.
    fn address(&self, name: &str) -> Result<u32, Error> {
        let found = self.input.symbols.iter().find_map(|symbol| match symbol {
            SymbolInfo::Data {
                name: found,
                symbol: Some(data),
                ..
            } if *found == name => Some(data),
            _ => None,
        });
        let missing = || Error::Data(name.to_owned());
        let data = found.ok_or_else(missing)?;
        let mut segments = self.input.segments.iter();
        let segment = segments.find(|segment| segment.index == data.index);
        Ok(segment.ok_or_else(missing)?.address + data.offset)
    }

    /// The function with this name and type.
    fn exported(&self, name: &str, ty: u32) -> Result<u32, Error> {
        let ty = self.input.types.get(ty as usize);
        let fits = |function: u32| {
            let other = self.input.type_of(function);
            other.and_then(|other| self.input.types.get(other as usize)) == ty
        };
        let named = self.input.exports.iter().find(|it| it.name == name);
        let function = named.map(|export| export.function);
        let function = function.filter(|function| fits(*function));
        function.ok_or_else(|| Error::StandIn(name.to_owned()))
    }
}

/// What is left of a module.
struct Left<'l, 'a> {
    live: &'l Live,
    replaced: &'l [Replaced],
    exports: &'l [&'l FunctionExport<'a>],
    /// The addresses of bytes that become 1.
    set: BTreeSet<u32>,
}

/// Whether something takes an import's place.
#[derive(Clone, Copy)]
enum Replaced {
    Not,
    By(u32),
    ByTrap,
}
