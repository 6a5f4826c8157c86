//! Definitions that no pass looks into: core types, and the built-ins that are neither lifted nor
//! lowered functions nor about resources.
//!
//! They stay as wasmparser parsed them, with the indices of the input in them. What each index
//! stands for is listed beside it. wasm-encoder's traversal both finds the indices and writes the
//! definition with the new ones, so that the two can't disagree.

use super::{ItemId, Sort};
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent};
use wasm_encoder::{CanonicalFunctionSection, ComponentCoreTypeEncoder, CoreTypeSection};
use wasmparser::{CanonicalFunction, CanonicalOption, ComponentValType, CoreType};

/// A definition as it was parsed, with the items that its indices stand for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parsed<T> {
    pub parsed: Box<T>,
    /// In the order of the places.
    pub bindings: Vec<(Place, ItemId)>,
}

/// An index in the input, as seen from a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub sort: Sort,
    /// The number of scopes between the definition and the scope that the index counts in.
    pub outer: u32,
    pub index: u32,
}

type Result<T = ()> = std::result::Result<T, Error<Infallible>>;

impl<'a> Parsed<CoreType<'a>> {
    /// Binds a core type: `bind` says what a place stands for.
    ///
    /// # Errors
    ///
    /// If `bind` fails, or the type is one that wasm-encoder doesn't know.
    pub fn core_type<E: From<Error<Infallible>>>(
        parsed: CoreType<'a>,
        bind: impl FnMut(Place) -> std::result::Result<ItemId, E>,
    ) -> std::result::Result<Self, E> {
        let mut section = CoreTypeSection::new();
        let bindings = bindings(bind, |traversal| {
            traversal.parse_component_core_type(section.ty(), parsed.clone())
        })?;
        Ok(Parsed {
            parsed: Box::new(parsed),
            bindings,
        })
    }

    /// Encodes the type; `number` gives the new number of a bound item.
    ///
    /// # Errors
    ///
    /// If wasm-encoder doesn't know the type.
    pub fn encode(
        &self,
        encoder: ComponentCoreTypeEncoder<'_>,
        number: &dyn Fn(ItemId) -> u32,
    ) -> Result {
        let mut renumber = self.renumber(number);
        let mut traversal = Traversal::new(&mut renumber);
        traversal.parse_component_core_type(encoder, CoreType::clone(&self.parsed))
    }
}

impl Parsed<CanonicalFunction> {
    /// Binds a built-in: `bind` says what a place stands for.
    ///
    /// # Errors
    ///
    /// If `bind` fails, or the built-in is one that wasm-encoder doesn't know.
    pub fn built_in<E: From<Error<Infallible>>>(
        parsed: CanonicalFunction,
        bind: impl FnMut(Place) -> std::result::Result<ItemId, E>,
    ) -> std::result::Result<Self, E> {
        let mut section = CanonicalFunctionSection::new();
        let bindings = bindings(bind, |traversal| {
            encode_built_in(traversal, &mut section, parsed.clone())
        })?;
        Ok(Parsed {
            parsed: Box::new(parsed),
            bindings,
        })
    }

    /// Encodes the built-in; `number` gives the new number of a bound item.
    ///
    /// # Errors
    ///
    /// If wasm-encoder doesn't know the built-in.
    pub fn encode(
        &self,
        section: &mut CanonicalFunctionSection,
        number: &dyn Fn(ItemId) -> u32,
    ) -> Result {
        let mut renumber = self.renumber(number);
        let mut traversal = Traversal::new(&mut renumber);
        let parsed = CanonicalFunction::clone(&self.parsed);
        encode_built_in(&mut traversal, section, parsed)
    }
}

impl Parsed<CoreType<'_>> {
    /// The number of core types that the definition is of: those of a recursive group are several.
    pub fn types(&self) -> usize {
        match &*self.parsed {
            CoreType::Rec(group) => group.types().len(),
            CoreType::Module(_) => 1,
        }
    }
}

impl Parsed<CanonicalFunction> {
    /// A built-in that refers to nothing.
    pub fn unbound(parsed: CanonicalFunction) -> Self {
        Parsed {
            parsed: Box::new(parsed),
            bindings: Vec::new(),
        }
    }

    /// `task.return` for a result with strings in UTF-8, which lies in a memory.
    pub fn task_return(result: ItemId, memory: ItemId) -> Self {
        let parsed = CanonicalFunction::TaskReturn {
            result: Some(ComponentValType::Type(0)),
            options: Box::new([CanonicalOption::Memory(0), CanonicalOption::UTF8]),
        };
        Parsed::about(result, Some(memory), parsed)
    }

    /// `stream.read`, lowered asynchronously, into a memory.
    pub fn stream_read(stream: ItemId, memory: ItemId) -> Self {
        let parsed = CanonicalFunction::StreamRead {
            ty: 0,
            options: Box::new([CanonicalOption::Memory(0), CanonicalOption::Async]),
        };
        Parsed::about(stream, Some(memory), parsed)
    }

    /// A built-in whose one type, and one memory if it has one, have the index 0 in `parsed`.
    pub fn about(ty: ItemId, memory: Option<ItemId>, parsed: CanonicalFunction) -> Self {
        let place = |sort| Place {
            sort,
            outer: 0,
            index: 0,
        };
        let memory = memory.map(|memory| (place(Sort::CoreMemory), memory));
        let mut bindings: Vec<(Place, ItemId)> = memory.into_iter().collect();
        bindings.push((place(Sort::Type), ty));
        Parsed {
            parsed: Box::new(parsed),
            bindings,
        }
    }
}

impl<T> Parsed<T> {
    /// The first type that the definition refers to.
    pub fn ty(&self) -> Option<ItemId> {
        let mut bindings = self.bindings.iter();
        let ty = bindings.find(|(place, _)| place.sort == Sort::Type);
        ty.map(|(_, id)| *id)
    }

    fn renumber(&self, number: &dyn Fn(ItemId) -> u32) -> impl FnMut(Place) -> u32 {
        move |place| {
            let bound = self
                .bindings
                .binary_search_by_key(&place, |(bound, _)| *bound);
            bound.map_or(place.index, |at| number(self.bindings[at].1))
        }
    }
}

fn encode_built_in(
    traversal: &mut Traversal<'_>,
    section: &mut CanonicalFunctionSection,
    function: CanonicalFunction,
) -> Result {
    match function {
        // Before its version 0.258, wasm-encoder left the types of these as they were.
        CanonicalFunction::StreamCancelRead { ty, async_ } => {
            section.stream_cancel_read(traversal.component_type_index(ty), async_);
        }
        CanonicalFunction::StreamCancelWrite { ty, async_ } => {
            section.stream_cancel_write(traversal.component_type_index(ty), async_);
        }
        CanonicalFunction::FutureCancelRead { ty, async_ } => {
            section.future_cancel_read(traversal.component_type_index(ty), async_);
        }
        CanonicalFunction::FutureCancelWrite { ty, async_ } => {
            section.future_cancel_write(traversal.component_type_index(ty), async_);
        }
        other => traversal.parse_component_canonical(section, other)?,
    }
    Ok(())
}

/// The items that the places of a definition stand for: each place once, in order.
fn bindings<E: From<Error<Infallible>>>(
    mut bind: impl FnMut(Place) -> std::result::Result<ItemId, E>,
    encode: impl FnOnce(&mut Traversal<'_>) -> Result,
) -> std::result::Result<Vec<(Place, ItemId)>, E> {
    let mut places = Vec::new();
    let mut collect = |place: Place| {
        places.push(place);
        place.index
    };
    encode(&mut Traversal::new(&mut collect))?;
    places.sort_unstable();
    places.dedup();
    let bound = places.into_iter().map(|place| Ok((place, bind(place)?)));
    bound.collect()
}

/// wasm-encoder's traversal of one definition, which asks for each index what to write.
struct Traversal<'a> {
    /// 1 within a module type, whose own index space counts there.
    depth: u32,
    index: &'a mut dyn FnMut(Place) -> u32,
}

impl<'a> Traversal<'a> {
    fn new(index: &'a mut dyn FnMut(Place) -> u32) -> Self {
        Traversal { depth: 0, index }
    }

    fn place(&mut self, sort: Sort, index: u32) -> u32 {
        (self.index)(Place {
            sort,
            outer: 0,
            index,
        })
    }
}

impl Reencode for Traversal<'_> {
    type Error = Infallible;

    fn type_index(&mut self, index: u32) -> Result<u32> {
        match self.depth {
            0 => Ok(self.place(Sort::CoreType, index)),
            _ => Ok(index),
        }
    }

    fn function_index(&mut self, index: u32) -> Result<u32> {
        Ok(self.place(Sort::CoreFunc, index))
    }

    fn table_index(&mut self, index: u32) -> Result<u32> {
        Ok(self.place(Sort::CoreTable, index))
    }

    fn memory_index(&mut self, index: u32) -> Result<u32> {
        Ok(self.place(Sort::CoreMemory, index))
    }
}

impl ReencodeComponent for Traversal<'_> {
    fn push_depth(&mut self) {
        self.depth += 1;
    }

    fn pop_depth(&mut self) {
        self.depth -= 1;
    }

    fn component_type_index(&mut self, index: u32) -> u32 {
        self.place(Sort::Type, index)
    }

    fn outer_type_index(&mut self, count: u32, index: u32) -> Result<u32> {
        // An alias of the module type's own scope is none of the component's.
        Ok(match count.checked_sub(self.depth) {
            Some(outer) => (self.index)(Place {
                sort: Sort::CoreType,
                outer,
                index,
            }),
            None => index,
        })
    }
}
