//! What is needed, given what is asked for.

use super::graph::{Graph, Reference};
use super::read::Input;
use super::{Error, Replaced};

/// What must stay, each by its index.
pub(super) struct Live {
    pub functions: Vec<bool>,
    /// Functions that trap in place of an import, by the index of that.
    pub traps: Vec<bool>,
    pub types: Vec<bool>,
    pub globals: Vec<bool>,
    /// By place in [`Graph::data`].
    pub data: Vec<bool>,
    /// Functions that can be reached through the table.
    pub in_table: Vec<bool>,
    /// Whether anything is called through the table.
    pub table: bool,
}

impl Live {
    /// What these functions need, themselves included.
    pub fn from_roots(
        input: &Input<'_>,
        graph: &Graph,
        replaced: &[Replaced],
        roots: Vec<u32>,
    ) -> Result<Self, Error> {
        let functions = input.imports.len() + input.bodies.len();
        let mut search = Search {
            input,
            graph,
            replaced,
            live: Self {
                functions: vec![false; functions],
                traps: vec![false; input.imports.len()],
                types: vec![false; input.types.len()],
                globals: vec![false; input.globals.len()],
                data: vec![false; graph.data.len()],
                in_table: vec![false; functions],
                table: false,
            },
            signatures: signatures(input),
            tables: input.types.iter().map(|_| Callable::default()).collect(),
            pending: roots.into_iter().map(Reference::Function).collect(),
        };
        search.run()?;
        Ok(search.live)
    }
}

/// For each type the first that is equal, because calls through the table compare types, not indices.
fn signatures(input: &Input<'_>) -> Vec<usize> {
    let first = |ty| input.types.iter().position(|other| other == ty);
    input
        .types
        .iter()
        .enumerate()
        .map(|(index, ty)| first(ty).unwrap_or(index))
        .collect()
}

/// The functions of one signature, as far as the table goes.
///
/// A function is reached through the table only if something live takes its address and something
/// live calls by its type. Nothing else can: the table isn't exported, and no instruction looks into
/// it. That keeps out methods in a vtable whose like is never called.
#[derive(Default)]
struct Callable {
    called: bool,
    /// Functions whose address was taken, until something calls by their type.
    waiting: Vec<u32>,
}

struct Search<'a> {
    input: &'a Input<'a>,
    graph: &'a Graph,
    replaced: &'a [Replaced],
    live: Live,
    signatures: Vec<usize>,
    /// By signature.
    tables: Vec<Callable>,
    /// What was found to be needed and hasn't been looked at.
    pending: Vec<Reference>,
}

impl Search<'_> {
    fn run(&mut self) -> Result<(), Error> {
        while let Some(reference) = self.pending.pop() {
            match reference {
                Reference::Function(function) => self.function(function)?,
                Reference::Address(function) => self.address(function),
                Reference::Indirect(ty) => self.indirect(ty),
                Reference::Type(ty) => _ = mark(&mut self.live.types, ty as usize),
                Reference::Global(global) => _ = mark(&mut self.live.globals, global as usize),
                Reference::Data(datum) => self.datum(datum),
            }
        }
        Ok(())
    }

    fn function(&mut self, function: u32) -> Result<(), Error> {
        let index = function as usize;
        let marks = match self.replaced.get(index) {
            Some(Replaced::By(other)) => {
                self.pending.push(Reference::Function(*other));
                return Ok(());
            }
            Some(Replaced::ByTrap) => &mut self.live.traps,
            Some(Replaced::Not) | None => &mut self.live.functions,
        };
        if !mark(marks, index) {
            return Ok(());
        }
        self.pending
            .extend(self.input.type_of(function).map(Reference::Type));
        if let Some(body) = index.checked_sub(self.input.imports.len()) {
            let references = self.graph.references(self.input, body)?;
            self.pending.extend(references);
        }
        Ok(())
    }

    fn datum(&mut self, datum: usize) {
        if mark(&mut self.live.data, datum) {
            self.pending.extend(
                self.graph
                    .data
                    .get(datum)
                    .into_iter()
                    .flat_map(|datum| &datum.references),
            );
        }
    }

    fn address(&mut self, function: u32) {
        let Some(callable) = self
            .input
            .type_of(function)
            .and_then(|ty| self.callable(ty))
        else {
            return;
        };
        if callable.called {
            self.reach(function);
        } else {
            callable.waiting.push(function);
        }
    }

    fn indirect(&mut self, ty: u32) {
        self.live.table = true;
        self.pending.push(Reference::Type(ty));
        let Some(callable) = self.callable(ty) else {
            return;
        };
        callable.called = true;
        for function in std::mem::take(&mut callable.waiting) {
            self.reach(function);
        }
    }

    /// A function can be called through the table.
    fn reach(&mut self, function: u32) {
        mark(&mut self.live.in_table, function as usize);
        self.pending.push(Reference::Function(function));
    }

    fn callable(&mut self, ty: u32) -> Option<&mut Callable> {
        let signature = *self.signatures.get(ty as usize)?;
        self.tables.get_mut(signature)
    }
}

/// Whether this is news.
fn mark(live: &mut [bool], index: usize) -> bool {
    live.get_mut(index)
        .is_some_and(|live| !std::mem::replace(live, true))
}
