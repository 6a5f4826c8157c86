//! Works out which functions of a component have to become `async`.
//!
//! Every place in a component that gives a function a type is a *use*: an import, an export of an
//! instance type, an ascription, a `canon lift`. Functions flow between uses: through aliases,
//! exports and instantiations, nested components included. Uses between which a function flows have
//! to agree, because `async` has no subtyping. So uses are put into classes, and a class becomes
//! `async` as a whole.

use crate::component::{Definition, ExternType, Instance, ItemId, Model, ScopeId, Sort, Type};
use hashbrown::{HashMap, HashSet};

/// The prefix of the name of a constructor, which the component model doesn't let be `async`.
const CONSTRUCTOR: &str = "[constructor]";

/// Whether a function, given by the names that lead to it, is a constructor.
pub(super) fn is_constructor(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.starts_with(CONSTRUCTOR))
}

/// The flow of functions through a component; see the [module](self).
pub(super) struct Flow<'m, 'a> {
    model: &'m Model<'a>,
    /// Union-find: the parent of each use, by the place of its item.
    parents: Vec<ItemId>,
    uses: Vec<ItemId>,
    /// Functions that go by the name of a constructor.
    constructors: Vec<ItemId>,
    /// For each component: the functions that its core modules call, and those that they implement.
    components: Vec<Calls>,
    /// What has been unified, so that nothing is twice.
    unified: HashSet<(Names, Names)>,
}

#[derive(Default)]
struct Calls {
    lowered: Vec<ItemId>,
    lifted: Vec<ItemId>,
}

/// What lists the exports of an instance.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Names {
    Scope(ScopeId),
    Bundle(ItemId),
}

/// The classes that become `async`: the result of [`Flow::solve`].
pub(super) struct Colours {
    /// For each item, the use that stands for its class.
    class: Vec<ItemId>,
    /// For each class, by the place of that use.
    colours: Vec<Colour>,
}

#[derive(Clone, Copy, Default)]
struct Colour {
    /// The binary gives a function of the class an `async` type.
    is_declared: bool,
    /// The functions get an `async` type.
    is_async: bool,
    /// A function of the class has a name that only a function without `async` can have.
    is_never_async: bool,
    /// The position, among the fixed functions, of the first one of the class.
    fixed_by: Option<usize>,
}

impl Colours {
    fn of(&self, function: ItemId) -> Colour {
        self.colours[self.class[function.place()].place()]
    }

    /// Whether a use gets an `async` type.
    pub fn is_async(&self, function: ItemId) -> bool {
        self.of(function).is_async
    }

    /// Whether a use gets an `async` type, and had none.
    pub fn is_new(&self, function: ItemId) -> bool {
        let colour = self.of(function);
        colour.is_async && !colour.is_declared
    }
}

/// Two fixed functions of one class, of which one has to be `async` and the other must not be.
#[derive(Debug)]
pub(super) struct Conflict {
    /// The position, among the fixed functions, of the one that has to be.
    pub waits: usize,
    /// The position of the one that must not be.
    pub stays: usize,
}

impl<'m, 'a> Flow<'m, 'a> {
    /// Follows the functions of a component.
    pub fn of(model: &'m Model<'a>, root: ScopeId) -> Self {
        let mut flow = Flow {
            model,
            parents: model.ids().collect(),
            uses: Vec::new(),
            constructors: Vec::new(),
            components: Vec::new(),
            unified: HashSet::new(),
        };
        flow.component(root);
        flow
    }

    /// The uses, in order.
    pub fn uses(self) -> Vec<ItemId> {
        self.uses
    }

    fn component(&mut self, scope: ScopeId) {
        let model = self.model;
        let mut calls = Calls::default();
        for id in &model[scope].items {
            match &model[*id].definition {
                Definition::Lower { func, .. } => calls.lowered.push(model.origin(*func)),
                Definition::Lift { .. } => calls.lifted.push(*id),
                _ => {}
            }
        }
        self.components.push(calls);
        self.scope(scope);
    }

    fn scope(&mut self, scope: ScopeId) {
        let model = self.model;
        for id in &model[scope].items {
            match &model[*id].definition {
                Definition::Lift { .. } => self.uses.push(*id),
                Definition::Import { name, ty } | Definition::Declared { name, ty } => {
                    if let ExternType::Func(_) = ty {
                        self.uses.push(*id);
                        self.note_constructor(&name.name, *id);
                    }
                }
                Definition::Export {
                    name,
                    item,
                    ascribed,
                } => {
                    self.note_constructor(&name.name, *id);
                    let Some(ty) = ascribed else {
                        continue;
                    };
                    if let ExternType::Func(_) = ty {
                        self.uses.push(*id);
                    }
                    // The ascription stands for the export from here on.
                    self.unify(*id, *item);
                }
                Definition::Instance(Instance::Instantiate { component, args }) => {
                    let Some(callee) = model.scope_of_component(*component) else {
                        continue;
                    };
                    for (name, arg) in args {
                        if let Some(import) = model[callee].imports.get(name) {
                            self.unify(*import, *arg);
                        }
                    }
                }
                Definition::Component(inner) => self.component(*inner),
                Definition::Type(Type::Instance(inner) | Type::Component(inner)) => {
                    self.scope(*inner);
                }
                _ => {}
            }
        }
    }

    fn note_constructor(&mut self, name: &str, function: ItemId) {
        if is_constructor(name) {
            self.constructors.push(function);
        }
    }

    fn class_of(&mut self, function: ItemId) -> ItemId {
        let mut class = function;
        loop {
            let parent = self.parents[class.place()];
            if parent == class {
                return class;
            }
            // Each search halves the way of those that come after it.
            let grandparent = self.parents[parent.place()];
            self.parents[class.place()] = grandparent;
            class = grandparent;
        }
    }

    fn unify(&mut self, one: ItemId, other: ItemId) {
        let model = self.model;
        match model[one].sort {
            Sort::Func => {
                let one = self.class_of(model.origin(one));
                let other = self.class_of(model.origin(other));
                let (parent, child) = (one.min(other), one.max(other));
                self.parents[child.place()] = parent;
            }
            Sort::Instance => self.unify_instances(one, other),
            Sort::Component => {
                let scopes = [one, other].map(|id| model.scope_of_component(id));
                if let [Some(one), Some(other)] = scopes {
                    self.unify_scopes(one, other);
                }
            }
            // Types that stand for each other have to stay equal.
            Sort::Type => {
                let scopes = [one, other].map(|id| model.type_scope(id));
                if let [Some(one), Some(other)] = scopes {
                    self.unify_scopes(one, other);
                }
            }
            _ => {}
        }
    }

    fn unify_instances(&mut self, one: ItemId, other: ItemId) {
        let model = self.model;
        let names = |id: ItemId| match model.scope_of_instance(id) {
            Some(scope) => Names::Scope(scope),
            None => Names::Bundle(model.origin(id)),
        };
        let names = (names(one), names(other));
        if names.0 == names.1 || !self.unified.insert(names) {
            return;
        }
        let others: HashMap<&str, ItemId> = model.exports_of(other).into_iter().collect();
        for (name, one) in model.exports_of(one) {
            if let Some(other) = others.get(name) {
                self.unify(one, *other);
            }
        }
    }

    fn unify_scopes(&mut self, one: ScopeId, other: ScopeId) {
        let names = (Names::Scope(one), Names::Scope(other));
        if one == other || !self.unified.insert(names) {
            return;
        }
        let model = self.model;
        for (name, one) in model.imports(one) {
            if let Some(other) = model[other].imports.get(name) {
                self.unify(one, *other);
            }
        }
        for (name, one) in model.exports(one) {
            if let Some(other) = model[other].exports.get(name) {
                self.unify(one, *other);
            }
        }
    }

    /// Decides for every class. `fixed` are functions of the outermost component whose type is
    /// given: `true` for `async`. A component's own functions become `async` where the component
    /// calls an `async` one.
    ///
    /// # Errors
    ///
    /// If a class is fixed both ways.
    pub fn solve(&mut self, fixed: &[(ItemId, bool)]) -> Result<Colours, Conflict> {
        let ids = self.model.ids();
        let class: Vec<ItemId> = ids.map(|id| self.class_of(id)).collect();
        let mut colours = vec![Colour::default(); class.len()];
        for (position, (function, is_async)) in fixed.iter().enumerate() {
            let colour = &mut colours[class[function.place()].place()];
            let first = *colour.fixed_by.get_or_insert(position);
            if fixed[first].1 != *is_async {
                let (waits, stays) = match is_async {
                    true => (position, first),
                    false => (first, position),
                };
                return Err(Conflict { waits, stays });
            }
        }
        for function in &self.uses {
            let colour = &mut colours[class[function.place()].place()];
            colour.is_declared |= super::is_declared_async(self.model, *function);
        }
        for function in &self.constructors {
            let function = self.model.origin(*function);
            let colour = &mut colours[class[function.place()].place()];
            colour.is_never_async = true;
        }
        for colour in &mut colours {
            colour.is_async = match colour.fixed_by {
                Some(position) => fixed[position].1,
                None => colour.is_declared,
            };
        }
        self.spread(&class, &mut colours);
        Ok(Colours { class, colours })
    }

    /// What calls a function that has become `async` may wait, and what may wait has to be `async`.
    /// A function that always was `async` is no reason: the guest knows how to call it.
    fn spread(&self, class: &[ItemId], colours: &mut [Colour]) {
        let has_become_async = |colour: &Colour| colour.is_async && !colour.is_declared;
        let of_uses = self.uses.iter().map(|function| class[function.place()]);
        let mut pending: Vec<ItemId> = of_uses
            .filter(|class| has_become_async(&colours[class.place()]))
            .collect();
        if pending.is_empty() {
            return;
        }
        let mut callers: HashMap<ItemId, Vec<usize>> = HashMap::new();
        for (component, calls) in self.components.iter().enumerate() {
            for function in &calls.lowered {
                let class = class[function.place()];
                callers.entry(class).or_default().push(component);
            }
        }
        let mut waits = vec![false; self.components.len()];
        while let Some(callee) = pending.pop() {
            for component in callers.get(&callee).into_iter().flatten() {
                if std::mem::replace(&mut waits[*component], true) {
                    continue;
                }
                for function in &self.components[*component].lifted {
                    let class = class[function.place()];
                    let colour = &mut colours[class.place()];
                    let may_become =
                        !colour.is_async && !colour.is_never_async && colour.fixed_by.is_none();
                    if may_become {
                        colour.is_async = true;
                        pending.push(class);
                    }
                }
            }
        }
    }
}

/// Calls `visit` for each function that an import or export holds, with the names that lead to it
/// and the use that gives it its type.
pub(super) fn functions_of(model: &Model<'_>, item: ItemId, visit: &mut dyn FnMut(&str, ItemId)) {
    functions_within(model, "", item, visit);
}

fn functions_within(
    model: &Model<'_>,
    path: &str,
    item: ItemId,
    visit: &mut dyn FnMut(&str, ItemId),
) {
    match model[item].sort {
        Sort::Func => visit(path, model.origin(item)),
        Sort::Instance => {
            for (name, item) in model.exports_of(item) {
                functions_within(model, &joined(path, name), item, visit);
            }
        }
        Sort::Component => {
            let Some(scope) = model.scope_of_component(item) else {
                return;
            };
            for (name, item) in model.imports(scope).chain(model.exports(scope)) {
                functions_within(model, &joined(path, name), item, visit);
            }
        }
        _ => {}
    }
}

fn joined(path: &str, name: &str) -> String {
    match path {
        "" => name.to_string(),
        _ => format!("{path}/{name}"),
    }
}
