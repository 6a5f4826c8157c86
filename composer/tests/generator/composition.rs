//! Components made of components, in text form.
//!
//! A scope is the inside of a component: the interfaces that it has instances of, whether it imports
//! them, defines them, or has them from a component that it instantiates. Whatever it does with them,
//! it does with any: it lowers and aliases them, makes new instances of their parts, hands them to
//! components in it, and exports them. An instance goes from one component to another as a whole or in
//! pieces, which are its types and functions.

use super::one_of;
use super::text::{core_type, definition_text, function_text, has_pointers, parts_of};
use super::wit::Packages;
use arbitrary::{Result, Unstructured};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::rc::Rc;
use wit_parser::abi::AbiVariant;
use wit_parser::{Function, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

/// Makes the text of a guest.
///
/// # Errors
///
/// If the source has run out.
pub fn guest(packages: &Packages, source: &mut Unstructured<'_>) -> Result<String> {
    let mut maker = Maker {
        resolve: &packages.resolve,
        packages,
        source,
        count: 0,
        budget: 24,
    };
    maker.root()
}

/// An instance of an interface, or of a part of it.
#[derive(Clone)]
struct Instance {
    /// Its name in the text.
    name: String,
    interface: InterfaceId,
    functions: Vec<String>,
    /// The names in the text of the types that it exports.
    types: BTreeMap<TypeId, String>,
    /// The instances in the same scope that have the types which the interface takes from others.
    uses: BTreeMap<InterfaceId, usize>,
}

/// How an instance goes from one component to another.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Whole,
    Pieces,
}

/// An import or export of a component that is an instance.
struct Passed {
    /// What the names of an import or export, or of several, begin with.
    name: String,
    form: Form,
    /// The number of the instance in the scope that is the component's inside.
    number: usize,
    instance: Instance,
}

/// A component that has been defined. Its imports are the first instances in it.
struct Component {
    name: String,
    imports: Vec<Passed>,
    exports: Vec<Passed>,
}

/// The functions and types of an interface that are wanted.
#[derive(Clone, Default)]
struct Part {
    functions: BTreeSet<String>,
    types: BTreeSet<TypeId>,
}

/// What an instance of an interface is made with: the names of its types, and the instances that
/// have the types which it uses.
struct Made<'a> {
    interface: InterfaceId,
    names: &'a BTreeMap<TypeId, String>,
    uses: &'a BTreeMap<InterfaceId, usize>,
}

type Parts = BTreeMap<InterfaceId, Part>;

/// The inside of a component.
#[derive(Default)]
struct Scope {
    text: String,
    instances: Vec<Instance>,
    components: Vec<Rc<Component>>,
    /// Whether there is a core instance `$lib…` with a memory and so on, by its suffix.
    library: Option<String>,
}

impl Scope {
    fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    /// Adds an instance, and returns its number.
    fn add(&mut self, instance: Instance) -> usize {
        self.instances.push(instance);
        self.instances.len() - 1
    }
}

struct Maker<'p, 's, 'd> {
    resolve: &'p Resolve,
    packages: &'p Packages,
    source: &'s mut Unstructured<'d>,
    count: usize,
    /// How many more steps there may be in all scopes.
    budget: usize,
}

impl<'p> Maker<'p, '_, '_> {
    fn fresh(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}{}", self.count)
    }

    fn chance(&mut self, times: u8, of: u8) -> Result<bool> {
        self.source.ratio(times, of)
    }

    fn root(&mut self) -> Result<String> {
        let mut scope = Scope::default();
        scope.line("(type $everywhere (record (field \"a\" u32) (field \"b\" (list string))))");
        scope.line(LIBRARY);
        let mut parts = Parts::new();
        for _ in 0..self.source.int_in_range(1..=6)? {
            let interface = self.packages.import(self.source)?;
            let part = self.part_of(interface)?;
            parts.insert(interface, part);
        }
        if self.chance(1, 8)? && !self.packages.own.is_empty() {
            let interface = one_of(&self.packages.own, self.source)?;
            let part = self.part_of(interface)?;
            parts.insert(interface, part);
        }
        self.close(&mut parts);
        let mut seen = BTreeSet::new();
        for interface in self.in_order(&parts) {
            let uses = uses_in(self.resolve, &parts[&interface], |it| {
                position(&scope.instances, it)
            });
            let name = self.packages.name(interface);
            seen.insert(name.clone());
            self.import(
                &mut scope,
                interface,
                &parts[&interface],
                uses,
                &name,
                Form::Whole,
            )?;
        }
        if self.chance(1, 10)? {
            scope.line("(import \"plain\" (func $plain (param \"a\" u32)))");
            scope.line("(import \"module\" (core module $given (export \"f\" (func))))");
        }
        self.steps(&mut scope, 3)?;
        self.entries(&mut scope)?;
        self.exports(&mut scope, true)?;
        Ok(format!("(component $root\n{})", scope.text))
    }

    /// Some of the functions of an interface.
    fn part_of(&mut self, interface: InterfaceId) -> Result<Part> {
        let mut part = Part::default();
        let most = self.source.int_in_range(1..=4)?;
        for name in self.resolve.interfaces[interface].functions.keys() {
            if self.chance(most, 4)? {
                part.functions.insert(name.clone());
            }
        }
        for ty in self.resolve.interfaces[interface].types.values() {
            if self.chance(1, 8)? {
                part.types.insert(*ty);
            }
        }
        Ok(part)
    }

    /// Adds the types that the functions need, and those of other interfaces.
    fn close(&self, parts: &mut Parts) {
        let mut pending: Vec<InterfaceId> = parts.keys().copied().collect();
        while let Some(interface) = pending.pop() {
            let part = parts.entry(interface).or_default();
            let mut types = BTreeSet::new();
            for name in &part.functions {
                let function = &self.resolve.interfaces[interface].functions[name];
                self.types_of_function(function, &mut types);
            }
            for ty in part.types.clone() {
                self.types_of(Type::Id(ty), &mut types);
            }
            part.types.extend(types.iter().copied());
            for ty in types {
                if let Some((other, used)) = used(self.resolve, ty)
                    && parts.entry(other).or_default().types.insert(used)
                {
                    pending.push(other);
                }
            }
        }
    }

    fn types_of_function(&self, function: &Function, types: &mut BTreeSet<TypeId>) {
        let params = function.params.iter().map(|param| param.ty);
        // A static function has its resource in its name only.
        let resource = function.kind.resource().map(Type::Id);
        for ty in params.chain(function.result).chain(resource) {
            self.types_of(ty, types);
        }
    }

    /// Adds the types with a name that a type refers to, itself included.
    fn types_of(&self, ty: Type, types: &mut BTreeSet<TypeId>) {
        let Type::Id(id) = ty else { return };
        let definition = &self.resolve.types[id];
        if definition.name.is_some() && !types.insert(id) {
            return;
        }
        if used(self.resolve, id).is_none() {
            for part in parts_of(&definition.kind) {
                self.types_of(part, types);
            }
        }
    }

    /// The interfaces in an order in which each uses former ones only.
    fn in_order(&self, parts: &Parts) -> Vec<InterfaceId> {
        fn visit(
            resolve: &Resolve,
            parts: &Parts,
            interface: InterfaceId,
            order: &mut Vec<InterfaceId>,
        ) {
            if order.contains(&interface) {
                return;
            }
            for ty in &parts[&interface].types {
                if let Some((other, _)) = used(resolve, *ty) {
                    visit(resolve, parts, other, order);
                }
            }
            order.push(interface);
        }
        let mut order = Vec::new();
        for interface in parts.keys() {
            visit(self.resolve, parts, *interface, &mut order);
        }
        order
    }

    /// Has a scope import a part of an interface.
    fn import(
        &mut self,
        scope: &mut Scope,
        interface: InterfaceId,
        part: &Part,
        uses: BTreeMap<InterfaceId, usize>,
        name: &str,
        form: Form,
    ) -> Result<usize> {
        let instance = self.fresh("$i");
        let mut names = self.used_names(scope, part, &uses);
        match form {
            Form::Whole => {
                let mut body = String::new();
                let mut inside = names.clone();
                self.declare(interface, part, &mut inside, "export", "", &mut body)?;
                scope.line(format!("(import \"{name}\" (instance {instance}\n{body}))"));
                for ty in &part.types {
                    let alias = self.alias_of_type(scope, &instance, *ty);
                    names.insert(*ty, alias);
                }
            }
            Form::Pieces => {
                let mut body = String::new();
                let prefix = format!("{name}-");
                self.declare(interface, part, &mut names, "import", &prefix, &mut body)?;
                scope.line(body);
                names.retain(|ty, _| part.types.contains(ty));
                let functions = part.functions.iter().enumerate().map(|(number, function)| {
                    (function.clone(), format!("${}", piece(name, number)))
                });
                let functions: Vec<_> = functions.collect();
                let made = Made {
                    interface,
                    names: &names,
                    uses: &uses,
                };
                self.assemble(scope, &made, &functions, &instance)?;
            }
        }
        names.retain(|ty, _| part.types.contains(ty));
        Ok(scope.add(Instance {
            name: instance,
            interface,
            functions: part.functions.iter().cloned().collect(),
            types: names,
            uses,
        }))
    }

    fn alias_of_type(&mut self, scope: &mut Scope, instance: &str, ty: TypeId) -> String {
        let alias = self.fresh("$t");
        let name = self.resolve.types[ty].name.as_deref().unwrap();
        scope.line(format!(
            "(alias export {instance} \"{name}\" (type {alias}))"
        ));
        alias
    }

    /// The names of the types that a part takes from other interfaces.
    fn used_names(
        &self,
        scope: &Scope,
        part: &Part,
        uses: &BTreeMap<InterfaceId, usize>,
    ) -> BTreeMap<TypeId, String> {
        let name = |ty: &TypeId| {
            let (other, used) = used(self.resolve, *ty)?;
            Some((used, scope.instances[uses[&other]].types[&used].clone()))
        };
        part.types.iter().filter_map(name).collect()
    }

    /// Writes the types and functions of an interface as imports or exports. The names of types are
    /// given to begin with for those that are used, and added for the others.
    fn declare(
        &mut self,
        interface: InterfaceId,
        part: &Part,
        names: &mut BTreeMap<TypeId, String>,
        keyword: &str,
        prefix: &str,
        text: &mut String,
    ) -> Result<()> {
        let resolve = self.resolve;
        for ty in self.types_in_order(interface, part) {
            let own = self.fresh("$t");
            let label = resolve.types[ty].name.as_deref().unwrap();
            self.declare_type(ty, &own, keyword, &format!("{prefix}{label}"), names, text);
            names.insert(ty, own);
        }
        for (number, name) in part.functions.iter().enumerate() {
            let function = &resolve.interfaces[interface].functions[name];
            let ty = function_text(resolve, function, names);
            match keyword {
                "import" => {
                    let own = piece(prefix.trim_end_matches('-'), number);
                    writeln!(text, "(import \"{prefix}f{number}\" (func ${own} {ty}))")
                }
                _ => writeln!(text, "(export \"{name}\" (func {ty}))"),
            }
            .unwrap();
        }
        Ok(())
    }

    /// Writes a type as an import or export.
    fn declare_type(
        &mut self,
        ty: TypeId,
        own: &str,
        keyword: &str,
        label: &str,
        names: &BTreeMap<TypeId, String>,
        text: &mut String,
    ) {
        let bound = match &self.resolve.types[ty].kind {
            TypeDefKind::Resource => "(sub resource)".to_string(),
            TypeDefKind::Type(Type::Id(other)) if names.contains_key(other) => {
                format!("(eq {})", names[other])
            }
            kind => {
                let raw = self.fresh("$raw");
                let definition = definition_text(self.resolve, kind, names);
                writeln!(text, "(type {raw} {definition})").unwrap();
                format!("(eq {raw})")
            }
        };
        writeln!(text, "({keyword} \"{label}\" (type {own} {bound}))").unwrap();
    }

    /// The types of an interface, each after those that it refers to.
    fn types_in_order(&self, interface: InterfaceId, part: &Part) -> Vec<TypeId> {
        let types = self.resolve.interfaces[interface].types.values();
        // A resource may be used before it is defined: types that refer to it come after it.
        let is_resource = |ty: &&TypeId| self.resolve.types[**ty].kind == TypeDefKind::Resource;
        let (resources, others): (Vec<_>, Vec<_>) = types
            .filter(|ty| part.types.contains(ty))
            .partition(is_resource);
        resources.into_iter().chain(others).copied().collect()
    }

    /// Makes an instance of types and functions. Only a component can name methods, so that one is
    /// in between if there are some, as in what `wit-component` makes. It has functions by their
    /// expression in the text.
    fn assemble(
        &mut self,
        scope: &mut Scope,
        part: &Made<'_>,
        functions: &[(String, String)],
        instance: &str,
    ) -> Result<()> {
        let Made {
            interface,
            names,
            uses,
        } = *part;
        let part = Part {
            functions: functions.iter().map(|(name, _)| name.clone()).collect(),
            types: names.keys().copied().collect(),
        };
        let types = self.types_in_order(interface, &part);
        let has_methods = functions.iter().any(|(name, _)| name.starts_with('['));
        if !has_methods && self.chance(2, 3)? {
            let mut text = format!("(instance {instance}");
            for ty in types {
                let label = self.resolve.types[ty].name.as_deref().unwrap();
                write!(text, " (export \"{label}\" (type {}))", names[&ty]).unwrap();
            }
            for (name, function) in functions {
                write!(text, " (export \"{name}\" (func {function}))").unwrap();
            }
            scope.line(text + ")");
            return Ok(());
        }
        let mut all = Vec::new();
        self.all_types(scope, &types, names, uses, &mut all);
        let mut inside = BTreeMap::new();
        let (shim, mut text, mut arguments) = (self.fresh("$shim"), String::new(), String::new());
        for (number, (ty, outside)) in all.iter().enumerate() {
            let own = self.fresh("$t");
            self.declare_type(
                *ty,
                &own,
                "import",
                &format!("t{number}"),
                &inside,
                &mut text,
            );
            write!(arguments, " (with \"t{number}\" (type {outside}))").unwrap();
            inside.insert(*ty, own);
        }
        let mut exports = String::new();
        let mut exported = inside.clone();
        for ty in &types {
            let own = self.fresh("$t");
            let label = self.resolve.types[*ty].name.as_deref().unwrap();
            writeln!(exports, "(export {own} \"{label}\" (type {}))", inside[ty]).unwrap();
            exported.insert(*ty, own);
        }
        for (number, (name, outside)) in functions.iter().enumerate() {
            let function = &self.resolve.interfaces[interface].functions[name];
            let own = self.fresh("$f");
            let ty = function_text(self.resolve, function, &inside);
            writeln!(text, "(import \"f{number}\" (func {own} {ty}))").unwrap();
            write!(arguments, " (with \"f{number}\" (func {outside}))").unwrap();
            let ty = function_text(self.resolve, function, &exported);
            writeln!(exports, "(export \"{name}\" (func {own}) (func {ty}))").unwrap();
        }
        scope.line(format!("(component {shim}\n{text}{exports})"));
        scope.line(format!(
            "(instance {instance} (instantiate {shim}{arguments}))"
        ));
        Ok(())
    }

    /// Adds types with their names in a scope, each after all that it refers to.
    fn all_types(
        &self,
        scope: &Scope,
        types: &[TypeId],
        names: &BTreeMap<TypeId, String>,
        uses: &BTreeMap<InterfaceId, usize>,
        all: &mut Vec<(TypeId, String)>,
    ) {
        for ty in types {
            if all.iter().any(|(known, _)| known == ty) {
                continue;
            }
            if let Some((other, used)) = used(self.resolve, *ty) {
                let instance = &scope.instances[uses[&other]];
                let mut part = Part::default();
                self.types_of(Type::Id(used), &mut part.types);
                let types = self.types_in_order(other, &part);
                self.all_types(scope, &types, &instance.types, &instance.uses, all);
            }
            all.push((*ty, names[ty].clone()));
        }
    }

    fn steps(&mut self, scope: &mut Scope, depth: usize) -> Result<()> {
        for _ in 0..self.source.int_in_range(1..=5)? {
            if self.budget == 0 {
                break;
            }
            self.budget -= 1;
            match self.source.int_in_range(0..=11)? {
                0..=2 if depth > 0 => self.component(scope, depth - 1)?,
                3 | 4 => self.lower(scope)?,
                5..=7 => {
                    let all = [&self.packages.own, &self.packages.wasi];
                    let of = if self.chance(2, 3)? { all[0] } else { all[1] };
                    if !of.is_empty() {
                        let interface = one_of(of, self.source)?;
                        let part = self.part_of(interface)?;
                        self.define(scope, interface, part)?;
                    }
                }
                8 => self.bundle(scope)?,
                9 => {
                    if !scope.components.is_empty() {
                        let component = one_of(&scope.components, self.source)?;
                        self.instantiate(scope, &component)?;
                    }
                }
                10 => scope.line(one_of(&TRIFLES, self.source)?),
                _ => self.alias(scope)?,
            }
        }
        Ok(())
    }

    /// Names an instance once more.
    fn alias(&mut self, scope: &mut Scope) -> Result<()> {
        if scope.instances.is_empty() {
            return Ok(());
        }
        let mut copy = one_of(&scope.instances, self.source)?;
        let (outer, alias) = (self.fresh("$o"), self.fresh("$i"));
        scope.line(format!(
            "(instance {outer} (export \"it\" (instance {})))
             (alias export {outer} \"it\" (instance {alias}))",
            copy.name
        ));
        copy.name = alias.clone();
        let types: Vec<TypeId> = copy.types.keys().copied().collect();
        for ty in types {
            let name = self.alias_of_type(scope, &alias, ty);
            copy.types.insert(ty, name);
        }
        scope.instances.push(copy);
        Ok(())
    }

    /// Makes an instance of some of the parts of another.
    fn bundle(&mut self, scope: &mut Scope) -> Result<()> {
        if scope.instances.is_empty() {
            return Ok(());
        }
        let mut copy = one_of(&scope.instances, self.source)?;
        let name = self.fresh("$i");
        let mut functions = Vec::new();
        for function in &copy.functions {
            if self.chance(3, 4)? {
                functions.push((function.clone(), format!("{} \"{function}\"", copy.name)));
            }
        }
        let made = Made {
            interface: copy.interface,
            names: &copy.types,
            uses: &copy.uses,
        };
        self.assemble(scope, &made, &functions, &name)?;
        copy.functions = functions
            .into_iter()
            .map(|(function, _)| function)
            .collect();
        copy.name = name;
        scope.instances.push(copy);
        Ok(())
    }

    /// Lowers some functions, and makes a core module that imports them.
    fn lower(&mut self, scope: &mut Scope) -> Result<()> {
        let (text, arguments, imports) = self.lowered(scope)?;
        let module = self.fresh("$m");
        let start = match self.chance(1, 5)? {
            true => "(func $start) (start $start)",
            false => "",
        };
        scope.line(text);
        scope.line(format!(
            "(core module {module} {imports} {start})
             (core instance (instantiate {module} (with \"\" (instance {arguments}))))"
        ));
        Ok(())
    }

    /// Functions that have been lowered: their text, the arguments for a core module, its imports.
    fn lowered(&mut self, scope: &mut Scope) -> Result<(String, String, String)> {
        let library = self.library(scope)?;
        let (mut text, mut arguments, mut imports) = (String::new(), String::new(), String::new());
        let mut all = Vec::new();
        for instance in &scope.instances {
            all.extend(
                instance
                    .functions
                    .iter()
                    .map(|it| (instance.clone(), it.clone())),
            );
        }
        for _ in 0..self.source.int_in_range(0..=6)? {
            if all.is_empty() {
                break;
            }
            let (instance, name) = one_of(&all, self.source)?;
            let function = &self.resolve.interfaces[instance.interface].functions[&name];
            let own = self.fresh("$l");
            let is_async = function.kind.is_async() && self.chance(1, 2)?;
            let variant = match is_async {
                true => AbiVariant::GuestImportAsync,
                false => AbiVariant::GuestImport,
            };
            let signature = self.resolve.wasm_signature(variant, function);
            let needs_memory = signature.indirect_params
                || signature.retptr
                || is_async
                || has_pointers(self.resolve, function);
            let mut options = self.options(&library, needs_memory)?;
            if is_async {
                options.push_str(" async");
            }
            let mut of = format!("{} \"{name}\"", instance.name);
            if self.chance(1, 4)? {
                let alias = self.fresh("$f");
                writeln!(
                    text,
                    "(alias export {} \"{name}\" (func {alias}))",
                    instance.name
                )
                .unwrap();
                of = alias;
            }
            writeln!(
                text,
                "(core func {own} (canon lower (func {of}) {options}))"
            )
            .unwrap();
            let label = &own[1..];
            write!(arguments, "(export \"{label}\" (func {own}))").unwrap();
            let ty = core_type(&signature.params, &signature.results);
            write!(imports, "(import \"\" \"{label}\" (func {own} {ty}))").unwrap();
        }
        for instance in &scope.instances {
            for (ty, name) in &instance.types {
                if is_resource(self.resolve, *ty) && self.source.ratio(1, 6)? {
                    self.count += 1;
                    let own = format!("$d{}", self.count);
                    writeln!(text, "(core func {own} (canon resource.drop {name}))").unwrap();
                    write!(arguments, "(export \"{own}\" (func {own}))").unwrap();
                    write!(imports, "(import \"\" \"{own}\" (func {own} (param i32)))").unwrap();
                }
            }
        }
        Ok((text, arguments, imports))
    }

    /// Options of a function that is lowered or lifted.
    fn options(&mut self, library: &str, needs_memory: bool) -> Result<String> {
        let encodings = [
            "",
            "",
            "string-encoding=utf8",
            "string-encoding=utf16",
            "string-encoding=latin1+utf16",
        ];
        let mut options = one_of(&encodings, self.source)?.to_string();
        if needs_memory || self.chance(1, 3)? {
            write!(
                options,
                " (memory $memory{library}) (realloc $realloc{library})"
            )
            .unwrap();
        }
        Ok(options)
    }

    /// The suffix of the core instance that has a memory and so on.
    fn library(&mut self, scope: &mut Scope) -> Result<String> {
        if let Some(library) = &scope.library
            && self.source.ratio(5, 6)?
        {
            return Ok(library.clone());
        }
        let library = self.fresh("");
        scope.line(format!(
            "(core instance $lib{library} (instantiate $library))
             (alias core export $lib{library} \"memory\" (core memory $memory{library}))
             (alias core export $lib{library} \"realloc\" (core func $realloc{library}))
             (alias core export $lib{library} \"dtor\" (core func $dtor{library}))"
        ));
        scope.library = Some(library.clone());
        Ok(library)
    }

    /// Has a scope define a part of an interface, if it has the types that the interface uses.
    fn define(
        &mut self,
        scope: &mut Scope,
        interface: InterfaceId,
        part: Part,
    ) -> Result<Option<usize>> {
        let mut parts = Parts::from([(interface, part)]);
        self.close(&mut parts);
        let part = parts.remove(&interface).unwrap();
        let mut uses = BTreeMap::new();
        for (other, types) in parts {
            let is_direct = |ty: &TypeId| {
                part.types
                    .iter()
                    .any(|own| used(self.resolve, *own) == Some((other, *ty)))
            };
            let wanted: Vec<TypeId> = types.types.into_iter().filter(is_direct).collect();
            if wanted.is_empty() {
                continue;
            }
            let fits = |it: &Instance| {
                it.interface == other && wanted.iter().all(|ty| it.types.contains_key(ty))
            };
            let numbers = 0..scope.instances.len();
            let fitting: Vec<usize> = numbers.filter(|it| fits(&scope.instances[*it])).collect();
            if fitting.is_empty() {
                return Ok(None);
            }
            uses.insert(other, one_of(&fitting, self.source)?);
        }
        let mut chosen = BTreeMap::new();
        if !uses
            .values()
            .all(|number| choose(&scope.instances, *number, &mut chosen))
        {
            return Ok(None);
        }
        let library = self.library(scope)?;
        let (lowered, arguments, imports) = self.lowered(scope)?;
        scope.line(lowered);
        let resolve = self.resolve;
        let functions = || {
            let all = &resolve.interfaces[interface].functions;
            part.functions.iter().map(|name| (name, &all[name]))
        };
        let (module, core) = (self.fresh("$m"), self.fresh("$c"));
        let mut exports = String::new();
        let variant = AbiVariant::GuestExport;
        for (name, function) in functions() {
            let signature = resolve.wasm_signature(variant, function);
            let ty = core_type(&signature.params, &signature.results);
            write!(exports, "(func (export \"{name}\") {ty} unreachable)").unwrap();
            if let [result] = signature.results.as_slice() {
                let ty = core_type(&[*result], &[]);
                write!(exports, "(func (export \"post-{name}\") {ty})").unwrap();
            } else {
                write!(exports, "(func (export \"post-{name}\"))").unwrap();
            }
        }
        scope.line(format!(
            "(core module {module} {imports} {exports})
             (core instance {core} (instantiate {module} (with \"\" (instance {arguments}))))"
        ));
        let mut names = self.used_names(scope, &part, &uses);
        for ty in self.types_in_order(interface, &part) {
            let own = self.fresh("$t");
            let text = match &resolve.types[ty].kind {
                TypeDefKind::Resource if self.chance(1, 2)? => {
                    format!("(type {own} (resource (rep i32) (dtor (func $dtor{library}))))")
                }
                TypeDefKind::Resource => format!("(type {own} (resource (rep i32)))"),
                TypeDefKind::Type(Type::Id(other)) if names.contains_key(other) => {
                    let other = names[other].clone();
                    names.insert(ty, other);
                    continue;
                }
                kind => format!("(type {own} {})", definition_text(resolve, kind, &names)),
            };
            scope.line(text);
            if resolve.types[ty].kind == TypeDefKind::Resource && self.chance(1, 2)? {
                let module = self.fresh("$m");
                scope.line(format!(
                    "(core module {module}
                        (import \"\" \"new\" (func (param i32) (result i32)))
                        (import \"\" \"rep\" (func (param i32) (result i32)))
                        (import \"\" \"drop\" (func (param i32))))
                     (core func {own}-new (canon resource.new {own}))
                     (core func {own}-rep (canon resource.rep {own}))
                     (core func {own}-drop (canon resource.drop {own}))
                     (core instance (instantiate {module} (with \"\" (instance
                        (export \"new\" (func {own}-new))
                        (export \"rep\" (func {own}-rep))
                        (export \"drop\" (func {own}-drop))))))"
                ));
            }
            names.insert(ty, own);
        }
        let instance = self.fresh("$i");
        let mut defined = Vec::new();
        for (name, function) in functions() {
            let own = self.fresh("$f");
            let signature = resolve.wasm_signature(variant, function);
            let needs_memory =
                signature.indirect_params || signature.retptr || has_pointers(resolve, function);
            let mut options = self.options(&library, needs_memory)?;
            if self.chance(1, 4)? {
                write!(options, " (post-return (func {core} \"post-{name}\"))").unwrap();
            }
            let ty = function_text(resolve, function, &names);
            scope.line(format!(
                "(func {own} {ty} (canon lift (core func {core} \"{name}\") {options}))"
            ));
            defined.push((name.clone(), own));
        }
        names.retain(|ty, _| part.types.contains(ty));
        let made = Made {
            interface,
            names: &names,
            uses: &uses,
        };
        self.assemble(scope, &made, &defined, &instance)?;
        // What takes a resource by this name has to know it by the alias.
        let types: Vec<TypeId> = names.keys().copied().collect();
        for ty in types {
            let alias = self.alias_of_type(scope, &instance, ty);
            names.insert(ty, alias);
        }
        Ok(Some(scope.add(Instance {
            name: instance,
            interface,
            functions: part.functions.iter().cloned().collect(),
            types: names,
            uses,
        })))
    }

    /// Defines a component which imports some of what the scope has, and instantiates it.
    fn component(&mut self, scope: &mut Scope, depth: usize) -> Result<()> {
        let mut chosen = BTreeMap::new();
        for _ in 0..self.source.int_in_range(0..=4)? {
            if scope.instances.is_empty() {
                break;
            }
            let number = self.source.choose_index(scope.instances.len())?;
            let mut with = chosen.clone();
            if choose(&scope.instances, number, &mut with) {
                chosen = with;
            }
        }
        let mut parts = Parts::new();
        for (interface, number) in &chosen {
            let instance = &scope.instances[*number];
            let mut part = Part::default();
            for function in &instance.functions {
                if self.source.ratio(3, 4)? {
                    part.functions.insert(function.clone());
                }
            }
            for ty in instance.types.keys() {
                if self.source.ratio(1, 6)? {
                    part.types.insert(*ty);
                }
            }
            parts.insert(*interface, part);
        }
        self.close(&mut parts);
        let mut inside = Scope {
            components: scope.components.clone(),
            ..Scope::default()
        };
        let name = self.fresh("$component");
        let mut imports = Vec::new();
        for interface in self.in_order(&parts) {
            let part = &parts[&interface];
            let uses = uses_in(self.resolve, part, |it| position(&inside.instances, it));
            let form = self.form()?;
            let own_name = self.chance(1, 2)? && form == Form::Whole;
            let name = match own_name {
                true => self.packages.name(interface),
                false => self.fresh("a"),
            };
            let number = self.import(&mut inside, interface, part, uses, &name, form)?;
            imports.push(Passed {
                name,
                form,
                number,
                instance: inside.instances[number].clone(),
            });
        }
        self.steps(&mut inside, depth)?;
        let exports = self.exports(&mut inside, false)?;
        scope.line(format!("(component {name}\n{})", inside.text));
        let component = Rc::new(Component {
            name,
            imports,
            exports,
        });
        scope.components.push(component.clone());
        for _ in 0..self.source.int_in_range(1..=2)? {
            self.instantiate(scope, &component)?;
        }
        Ok(())
    }

    fn form(&mut self) -> Result<Form> {
        one_of(&[Form::Whole, Form::Whole, Form::Pieces], self.source)
    }

    /// Instantiates a component, if the scope has what it imports.
    fn instantiate(&mut self, scope: &mut Scope, component: &Component) -> Result<()> {
        let mut passed: BTreeMap<usize, usize> = BTreeMap::new();
        let mut arguments = String::new();
        for import in &component.imports {
            let wanted = &import.instance;
            let fits = |it: &Instance| {
                it.interface == wanted.interface
                    && wanted
                        .functions
                        .iter()
                        .all(|name| it.functions.contains(name))
                    && wanted.types.keys().all(|ty| it.types.contains_key(ty))
                    && wanted
                        .uses
                        .iter()
                        .all(|(other, number)| it.uses.get(other) == passed.get(number))
            };
            let numbers = 0..scope.instances.len();
            let fitting: Vec<usize> = numbers.filter(|it| fits(&scope.instances[*it])).collect();
            if fitting.is_empty() {
                return Ok(());
            }
            let number = one_of(&fitting, self.source)?;
            passed.insert(import.number, number);
            let given = &scope.instances[number];
            match import.form {
                Form::Whole => {
                    write!(
                        arguments,
                        "(with \"{}\" (instance {}))",
                        import.name, given.name
                    )
                }
                Form::Pieces => {
                    for ty in wanted.types.keys() {
                        let label = self.resolve.types[*ty].name.as_deref().unwrap();
                        let own = &given.types[ty];
                        write!(arguments, "(with \"{}-{label}\" (type {own}))", import.name)
                            .unwrap();
                    }
                    for (number, name) in wanted.functions.iter().enumerate() {
                        write!(
                            arguments,
                            "(with \"{}-f{number}\" (func {} \"{name}\"))",
                            import.name, given.name
                        )
                        .unwrap();
                    }
                    Ok(())
                }
            }
            .unwrap();
        }
        let instance = self.fresh("$n");
        scope.line(format!(
            "(instance {instance} (instantiate {} {arguments}))",
            component.name
        ));
        for export in &component.exports {
            let own = self.fresh("$i");
            let of = &export.instance;
            let uses = of
                .uses
                .iter()
                .map(|(other, number)| (*other, passed[number]));
            let uses = uses.collect();
            let mut types = BTreeMap::new();
            match export.form {
                Form::Whole => {
                    scope.line(format!(
                        "(alias export {instance} \"{}\" (instance {own}))",
                        export.name
                    ));
                    for ty in of.types.keys() {
                        types.insert(*ty, self.alias_of_type(scope, &own, *ty));
                    }
                }
                Form::Pieces => {
                    for ty in of.types.keys() {
                        let alias = self.fresh("$t");
                        let label = self.resolve.types[*ty].name.as_deref().unwrap();
                        scope.line(format!(
                            "(alias export {instance} \"{}-{label}\" (type {alias}))",
                            export.name
                        ));
                        types.insert(*ty, alias);
                    }
                    let functions = of.functions.iter().enumerate().map(|(number, name)| {
                        (
                            name.clone(),
                            format!("{instance} \"{}-f{number}\"", export.name),
                        )
                    });
                    let functions: Vec<_> = functions.collect();
                    let made = Made {
                        interface: of.interface,
                        names: &types,
                        uses: &uses,
                    };
                    self.assemble(scope, &made, &functions, &own)?;
                }
            }
            let number = scope.add(Instance {
                name: own,
                interface: of.interface,
                functions: of.functions.clone(),
                types,
                uses,
            });
            passed.entry(export.number).or_insert(number);
        }
        Ok(())
    }

    /// Exports some instances, and those that have the types which these use.
    fn exports(&mut self, scope: &mut Scope, is_root: bool) -> Result<Vec<Passed>> {
        let mut chosen = Vec::new();
        // A guest that exports instances of WASI is linked: some have to be fused.
        let most = if is_root && self.chance(1, 2)? { 0 } else { 3 };
        for _ in 0..self.source.int_in_range(0..=most)? {
            if !scope.instances.is_empty() {
                let number = self.source.choose_index(scope.instances.len())?;
                with_uses(&scope.instances, number, &mut chosen);
            }
        }
        let mut names = BTreeSet::new();
        let mut exports = Vec::new();
        for number in chosen {
            let instance = scope.instances[number].clone();
            let mut form = self.form()?;
            let mut name = self.fresh("x");
            let full = self.packages.name(instance.interface);
            let is_own = self.packages.own.contains(&instance.interface);
            let may_name = is_own || !is_root || self.chance(1, 40)?;
            if may_name && self.chance(1, 2)? && names.insert(full.clone()) {
                (form, name) = (Form::Whole, full);
            }
            match form {
                Form::Whole => {
                    scope.line(format!("(export \"{name}\" (instance {}))", instance.name))
                }
                Form::Pieces => self.export_pieces(scope, &instance, &name),
            }
            exports.push(Passed {
                name,
                form,
                number,
                instance,
            });
        }
        Ok(exports)
    }

    fn export_pieces(&mut self, scope: &mut Scope, instance: &Instance, name: &str) {
        let part = Part {
            functions: instance.functions.iter().cloned().collect(),
            types: instance.types.keys().copied().collect(),
        };
        let mut names = instance.types.clone();
        for ty in self.types_in_order(instance.interface, &part) {
            let own = self.fresh("$t");
            let label = self.resolve.types[ty].name.as_deref().unwrap();
            let mut of = names[&ty].clone();
            let kind = &self.resolve.types[ty].kind;
            if let TypeDefKind::Type(Type::Id(other)) = kind {
                // It is another name for a type that has been exported, or of another interface.
                of = names.get(other).cloned().unwrap_or(of);
            } else if *kind != TypeDefKind::Resource {
                // What is exported refers to what was exported before.
                of = self.fresh("$t");
                let definition = definition_text(self.resolve, kind, &names);
                scope.line(format!("(type {of} {definition})"));
            }
            scope.line(format!("(export {own} \"{name}-{label}\" (type {of}))"));
            names.insert(ty, own);
        }
        for (number, function) in instance.functions.iter().enumerate() {
            let function = &self.resolve.interfaces[instance.interface].functions[function];
            let ty = function_text(self.resolve, function, &names);
            scope.line(format!(
                "(export \"{name}-f{number}\" (func {} \"{}\") (func {ty}))",
                instance.name, function.name
            ));
        }
    }

    /// What a host calls, if the packages have it.
    fn entries(&mut self, scope: &mut Scope) -> Result<()> {
        for entry in ["wasi:cli/run@", "wasi:http/incoming-handler@"] {
            let all = self.packages.wasi.iter().copied();
            let fits = |it: &InterfaceId| self.packages.name(*it).starts_with(entry);
            let entries: Vec<InterfaceId> = all.filter(fits).collect();
            if !self.chance(1, 2)? {
                continue;
            }
            let interface = one_of(&entries, self.source)?;
            let part = Part {
                functions: self.resolve.interfaces[interface]
                    .functions
                    .keys()
                    .cloned()
                    .collect(),
                ..Part::default()
            };
            if let Some(number) = self.define(scope, interface, part)? {
                let name = self.packages.name(interface);
                let instance = &scope.instances[number].name;
                scope.line(format!("(export \"{name}\" (instance {instance}))"));
            }
        }
        Ok(())
    }
}

/// The name in the text of a function that is passed as a piece.
fn piece(prefix: &str, number: usize) -> String {
    format!("piece-{prefix}-{number}")
}

/// The last instance of an interface.
fn position(instances: &[Instance], interface: InterfaceId) -> usize {
    let is = |instance: &Instance| instance.interface == interface;
    instances.iter().rposition(is).expect("it comes first")
}

/// The instances that have the types which a part of an interface uses.
fn uses_in(
    resolve: &Resolve,
    part: &Part,
    position: impl Fn(InterfaceId) -> usize,
) -> BTreeMap<InterfaceId, usize> {
    let others = part.types.iter().filter_map(|ty| used(resolve, *ty));
    others.map(|(other, _)| (other, position(other))).collect()
}

/// Adds an instance and those whose types it uses. `false` if others of the same interfaces are there.
fn choose(
    instances: &[Instance],
    number: usize,
    chosen: &mut BTreeMap<InterfaceId, usize>,
) -> bool {
    let instance = &instances[number];
    if let Some(other) = chosen.insert(instance.interface, number) {
        return other == number;
    }
    let mut uses = instance.uses.values();
    uses.all(|other| choose(instances, *other, chosen))
}

fn with_uses(instances: &[Instance], number: usize, chosen: &mut Vec<usize>) {
    if !chosen.contains(&number) {
        for other in instances[number].uses.values() {
            with_uses(instances, *other, chosen);
        }
        chosen.push(number);
    }
}

/// The type of another interface that a type of an interface is.
fn used(resolve: &Resolve, ty: TypeId) -> Option<(InterfaceId, TypeId)> {
    let definition = &resolve.types[ty];
    let TypeDefKind::Type(Type::Id(other)) = definition.kind else {
        return None;
    };
    match resolve.types[other].owner {
        TypeOwner::Interface(interface) if definition.owner != TypeOwner::Interface(interface) => {
            Some((interface, other))
        }
        _ => None,
    }
}

fn is_resource(resolve: &Resolve, mut ty: TypeId) -> bool {
    loop {
        match resolve.types[ty].kind {
            TypeDefKind::Type(Type::Id(other)) => ty = other,
            TypeDefKind::Resource => return true,
            _ => return false,
        }
    }
}

/// What core modules allocate with, also in components in the one that has it.
const LIBRARY: &str = r#"(core module $library
  (memory (export "memory") 1)
  (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
  (func (export "dtor") (param i32)))"#;

/// Definitions that nothing depends on.
const TRIFLES: [&str; 10] = [
    "(component)",
    "(component (component) (type (list $everywhere)))",
    "(type (list $everywhere))",
    "(type (component (import \"a:b/c\" (instance (export \"f\" (func))))))",
    "(type (instance (export \"r\" (type (sub resource)))))",
    "(type (resource (rep i32)))",
    "(core type (module (import \"a\" \"b\" (func)) (export \"c\" (memory 1))))",
    "(core module)",
    "(core instance)",
    "(instance)",
];
