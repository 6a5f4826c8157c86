//! What types look like, so that types of a component can be compared with types in WIT.
//!
//! A label can stand for two versions of WASI, which only their types tell apart. A shape is a type
//! down to primitive types and to resources, which it knows by their names. `async` is no part of
//! it: that is what retyping changes.
//!
//! Equal shapes are one entry of the table, so that a comparison is one of numbers, and a type that
//! refers to another a thousand times costs no more than one that does so once.

use super::{Definition, ExternType, FuncType, ItemId, Model, Sort, Type, ValType, ValueType};
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::fmt::Write;
use wit_parser::{Handle, InterfaceId, Resolve, TypeDefKind, TypeId};

/// A shape: its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shape(u32);

/// The shapes of an interface's functions and types, by name.
pub(crate) type InterfaceShapes = BTreeMap<String, Shape>;

/// A table of shapes.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    nodes: Vec<Node>,
    known: HashMap<Node, Shape>,
    /// The shapes of types that have been looked at.
    of_items: HashMap<ItemId, Shape>,
    of_wit: HashMap<TypeId, Shape>,
    /// The arguments for the imports of inner components. They are found when they are needed first.
    arguments: Option<HashMap<ItemId, ItemId>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Node {
    Primitive(&'static str),
    Record(Vec<(String, Shape)>),
    Variant(Vec<(String, Option<Shape>)>),
    List(Shape),
    FixedLengthList(Shape, u32),
    Map(Shape, Shape),
    Tuple(Vec<Shape>),
    Flags(Vec<String>),
    Enum(Vec<String>),
    Option(Shape),
    Result(Option<Shape>, Option<Shape>),
    /// A handle, with the resource's name.
    Own(String),
    Borrow(String),
    Future(Option<Shape>),
    Stream(Option<Shape>),
    Resource,
    Func {
        params: Vec<(String, Shape)>,
        result: Option<Shape>,
    },
    /// A type that can't be compared.
    Unknown,
}

/// The name of a resource that has none.
const NAMELESS: &str = "?";

impl Shapes {
    fn intern(&mut self, node: Node) -> Shape {
        if let Some(shape) = self.known.get(&node) {
            return *shape;
        }
        let shape = Shape(self.nodes.len() as u32);
        self.nodes.push(node.clone());
        self.known.insert(node, shape);
        shape
    }

    /// The shapes of the functions and types that an instance exports.
    pub fn of_instance(&mut self, model: &Model<'_>, instance: ItemId) -> InterfaceShapes {
        let mut shapes = InterfaceShapes::new();
        for (name, id) in model.exports_of(instance) {
            let shape = match model[id].sort {
                Sort::Func => self.of_func(model, id),
                Sort::Type => Some(self.of_type(model, id)),
                _ => None,
            };
            if let Some(shape) = shape {
                shapes.insert(name.to_string(), shape);
            }
        }
        shapes
    }

    /// The shape of a function of a component.
    fn of_func(&mut self, model: &Model<'_>, id: ItemId) -> Option<Shape> {
        let FuncType { params, result, .. } = model.func_type(id)?;
        let node = Node::Func {
            params: params
                .iter()
                .map(|(name, ty)| (name.to_string(), self.of_value(model, *ty)))
                .collect(),
            result: result.map(|ty| self.of_value(model, ty)),
        };
        Some(self.intern(node))
    }

    fn of_value(&mut self, model: &Model<'_>, ty: ValType) -> Shape {
        match ty {
            ValType::Primitive(ty) => self.intern(Node::Primitive(primitive(ty))),
            ValType::Type(id) => self.of_type(model, id),
        }
    }

    fn of_optional(&mut self, model: &Model<'_>, ty: &Option<ValType>) -> Option<Shape> {
        ty.map(|ty| self.of_value(model, ty))
    }

    /// The shape of a type of a component. The validator bounds how deep types refer to others.
    fn of_type(&mut self, model: &Model<'_>, id: ItemId) -> Shape {
        let id = model.type_origin(id);
        if let Some(shape) = self.of_items.get(&id) {
            return *shape;
        }
        let node = match &model[id].definition {
            Definition::Type(Type::Value(ty)) => self.value_node(model, ty),
            Definition::Type(Type::Resource { .. }) => Node::Resource,
            _ => match model.extern_type(id) {
                Some(ExternType::Resource) => Node::Resource,
                _ => Node::Unknown,
            },
        };
        let shape = self.intern(node);
        self.of_items.insert(id, shape);
        shape
    }

    /// The name that an import of the outermost component gives to a resource.
    fn resource_name(&mut self, model: &Model<'_>, id: ItemId) -> String {
        let arguments = self.arguments.get_or_insert_with(|| model.arguments());
        let resource = model.type_outside(id, arguments);
        match &model[resource].definition {
            Definition::Declared { name, .. } | Definition::Import { name, .. } => {
                name.name.to_string()
            }
            _ => NAMELESS.to_string(),
        }
    }

    fn value_node(&mut self, model: &Model<'_>, ty: &ValueType<'_>) -> Node {
        let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
        match ty {
            ValueType::Primitive(ty) => Node::Primitive(primitive(*ty)),
            ValueType::Record(fields) => Node::Record(
                fields
                    .iter()
                    .map(|(name, ty)| (name.to_string(), self.of_value(model, *ty)))
                    .collect(),
            ),
            ValueType::Variant(cases) => Node::Variant(
                cases
                    .iter()
                    .map(|(name, ty)| (name.to_string(), self.of_optional(model, ty)))
                    .collect(),
            ),
            ValueType::List(ty) => Node::List(self.of_value(model, *ty)),
            ValueType::FixedLengthList(ty, length) => {
                Node::FixedLengthList(self.of_value(model, *ty), *length)
            }
            ValueType::Map(key, ty) => {
                Node::Map(self.of_value(model, *key), self.of_value(model, *ty))
            }
            ValueType::Tuple(types) => {
                Node::Tuple(types.iter().map(|ty| self.of_value(model, *ty)).collect())
            }
            ValueType::Flags(flags) => Node::Flags(names(flags)),
            ValueType::Enum(cases) => Node::Enum(names(cases)),
            ValueType::Option(ty) => Node::Option(self.of_value(model, *ty)),
            ValueType::Result { ok, err } => {
                Node::Result(self.of_optional(model, ok), self.of_optional(model, err))
            }
            ValueType::Own(id) => Node::Own(self.resource_name(model, *id)),
            ValueType::Borrow(id) => Node::Borrow(self.resource_name(model, *id)),
            ValueType::Future(ty) => Node::Future(self.of_optional(model, ty)),
            ValueType::Stream(ty) => Node::Stream(self.of_optional(model, ty)),
        }
    }
}

fn primitive(ty: wasmparser::PrimitiveValType) -> &'static str {
    use wasmparser::PrimitiveValType as Primitive;
    match ty {
        Primitive::Bool => "bool",
        Primitive::S8 => "s8",
        Primitive::U8 => "u8",
        Primitive::S16 => "s16",
        Primitive::U16 => "u16",
        Primitive::S32 => "s32",
        Primitive::U32 => "u32",
        Primitive::S64 => "s64",
        Primitive::U64 => "u64",
        Primitive::F32 => "f32",
        Primitive::F64 => "f64",
        Primitive::Char => "char",
        Primitive::String => "string",
        Primitive::ErrorContext => "error-context",
    }
}

/// Shapes of types in WIT.
impl Shapes {
    /// The shapes of the functions and types of an interface.
    pub fn of_interface(&mut self, resolve: &Resolve, id: InterfaceId) -> InterfaceShapes {
        let interface = &resolve.interfaces[id];
        let mut shapes = InterfaceShapes::new();
        for (name, function) in &interface.functions {
            let params = function.params.iter();
            let node = Node::Func {
                params: params
                    .map(|param| (param.name.clone(), self.of_wit(resolve, &param.ty)))
                    .collect(),
                result: function.result.map(|ty| self.of_wit(resolve, &ty)),
            };
            shapes.insert(name.clone(), self.intern(node));
        }
        for (name, ty) in &interface.types {
            shapes.insert(name.clone(), self.of_defined(resolve, *ty));
        }
        shapes
    }

    fn of_wit(&mut self, resolve: &Resolve, ty: &wit_parser::Type) -> Shape {
        use wit_parser::Type as Wit;
        let name = match ty {
            Wit::Id(id) => return self.of_defined(resolve, *id),
            Wit::Bool => "bool",
            Wit::S8 => "s8",
            Wit::U8 => "u8",
            Wit::S16 => "s16",
            Wit::U16 => "u16",
            Wit::S32 => "s32",
            Wit::U32 => "u32",
            Wit::S64 => "s64",
            Wit::U64 => "u64",
            Wit::F32 => "f32",
            Wit::F64 => "f64",
            Wit::Char => "char",
            Wit::String => "string",
            Wit::ErrorContext => "error-context",
        };
        self.intern(Node::Primitive(name))
    }

    fn of_optional_wit(
        &mut self,
        resolve: &Resolve,
        ty: &Option<wit_parser::Type>,
    ) -> Option<Shape> {
        ty.as_ref().map(|ty| self.of_wit(resolve, ty))
    }

    fn of_defined(&mut self, resolve: &Resolve, id: TypeId) -> Shape {
        if let Some(shape) = self.of_wit.get(&id) {
            return *shape;
        }
        let shape = match &resolve.types[id].kind {
            TypeDefKind::Type(ty) => self.of_wit(resolve, ty),
            kind => {
                let node = self.wit_node(resolve, kind);
                self.intern(node)
            }
        };
        self.of_wit.insert(id, shape);
        shape
    }

    fn wit_node(&mut self, resolve: &Resolve, kind: &TypeDefKind) -> Node {
        match kind {
            TypeDefKind::Resource => Node::Resource,
            TypeDefKind::Handle(Handle::Own(id)) => Node::Own(wit_resource_name(resolve, *id)),
            TypeDefKind::Handle(Handle::Borrow(id)) => {
                Node::Borrow(wit_resource_name(resolve, *id))
            }
            TypeDefKind::Record(ty) => Node::Record(
                ty.fields
                    .iter()
                    .map(|field| (field.name.clone(), self.of_wit(resolve, &field.ty)))
                    .collect(),
            ),
            TypeDefKind::Variant(ty) => Node::Variant(
                ty.cases
                    .iter()
                    .map(|case| (case.name.clone(), self.of_optional_wit(resolve, &case.ty)))
                    .collect(),
            ),
            TypeDefKind::Flags(ty) => {
                Node::Flags(ty.flags.iter().map(|flag| flag.name.clone()).collect())
            }
            TypeDefKind::Enum(ty) => {
                Node::Enum(ty.cases.iter().map(|case| case.name.clone()).collect())
            }
            TypeDefKind::Tuple(ty) => {
                Node::Tuple(ty.types.iter().map(|ty| self.of_wit(resolve, ty)).collect())
            }
            TypeDefKind::Option(ty) => Node::Option(self.of_wit(resolve, ty)),
            TypeDefKind::Result(ty) => Node::Result(
                self.of_optional_wit(resolve, &ty.ok),
                self.of_optional_wit(resolve, &ty.err),
            ),
            TypeDefKind::List(ty) => Node::List(self.of_wit(resolve, ty)),
            TypeDefKind::FixedLengthList(ty, length) => {
                Node::FixedLengthList(self.of_wit(resolve, ty), *length)
            }
            TypeDefKind::Map(key, ty) => {
                Node::Map(self.of_wit(resolve, key), self.of_wit(resolve, ty))
            }
            TypeDefKind::Future(ty) => Node::Future(self.of_optional_wit(resolve, ty)),
            TypeDefKind::Stream(ty) => Node::Stream(self.of_optional_wit(resolve, ty)),
            TypeDefKind::Type(_) | TypeDefKind::Unknown => Node::Unknown,
        }
    }
}

fn wit_resource_name(resolve: &Resolve, mut id: TypeId) -> String {
    while let TypeDefKind::Type(wit_parser::Type::Id(of)) = resolve.types[id].kind {
        id = of;
    }
    let name = resolve.types[id].name.as_deref();
    name.unwrap_or(NAMELESS).to_string()
}

/// The length, in bytes, beyond which the text of a shape is cut.
const LONGEST_TEXT: usize = 1_000;

/// Shapes in words.
impl Shapes {
    /// The shape as it is written in WIT, without names of types. Long ones are cut.
    pub fn text(&self, shape: Shape) -> String {
        let mut text = String::new();
        self.write(shape, &mut text);
        if text.len() > LONGEST_TEXT {
            let mut end = LONGEST_TEXT;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            text.push('…');
        }
        text
    }

    fn write(&self, shape: Shape, text: &mut String) {
        // What comes after is cut anyway.
        if text.len() > LONGEST_TEXT {
            return;
        }
        match &self.nodes[shape.0 as usize] {
            Node::Primitive(name) => text.push_str(name),
            Node::Record(fields) => {
                self.write_parts("record", text, fields, |(name, ty)| (name, Some(*ty)));
            }
            Node::Variant(cases) => {
                self.write_parts("variant", text, cases, |(name, ty)| (name, *ty));
            }
            Node::Flags(names) => self.write_parts("flags", text, names, |name| (name, None)),
            Node::Enum(names) => self.write_parts("enum", text, names, |name| (name, None)),
            Node::Tuple(types) => {
                let types = types.iter().map(|ty| ("", *ty));
                self.write_list(types, "tuple<", ">", text);
            }
            Node::List(ty) => self.write_list([("", *ty)], "list<", ">", text),
            Node::FixedLengthList(ty, length) => {
                self.write_list([("", *ty)], "list<", "", text);
                let _ = write!(text, ", {length}>");
            }
            Node::Map(key, ty) => self.write_list([("", *key), ("", *ty)], "map<", ">", text),
            Node::Option(ty) => self.write_list([("", *ty)], "option<", ">", text),
            Node::Result(ok, err) => {
                text.push_str("result<");
                self.write_side(ok, text);
                text.push_str(", ");
                self.write_side(err, text);
                text.push('>');
            }
            Node::Own(name) => _ = write!(text, "own<{name}>"),
            Node::Borrow(name) => _ = write!(text, "borrow<{name}>"),
            Node::Future(None) => text.push_str("future"),
            Node::Future(Some(ty)) => self.write_list([("", *ty)], "future<", ">", text),
            Node::Stream(None) => text.push_str("stream"),
            Node::Stream(Some(ty)) => self.write_list([("", *ty)], "stream<", ">", text),
            Node::Resource => text.push_str("resource"),
            Node::Func { params, result } => {
                let params = params.iter().map(|(name, ty)| (name.as_str(), *ty));
                self.write_list(params, "func(", ")", text);
                if let Some(ty) = result {
                    text.push_str(" -> ");
                    self.write(*ty, text);
                }
            }
            Node::Unknown => text.push_str(NAMELESS),
        }
    }

    fn write_side(&self, ty: &Option<Shape>, text: &mut String) {
        match ty {
            Some(ty) => self.write(*ty, text),
            None => text.push('_'),
        }
    }

    /// Writes types between commas, those that have a name with their names.
    fn write_list<'n>(
        &self,
        types: impl IntoIterator<Item = (&'n str, Shape)>,
        before: &str,
        after: &str,
        text: &mut String,
    ) {
        text.push_str(before);
        for (position, (name, ty)) in types.into_iter().enumerate() {
            if position > 0 {
                text.push_str(", ");
            }
            if !name.is_empty() {
                let _ = write!(text, "{name}: ");
            }
            self.write(ty, text);
        }
        text.push_str(after);
    }

    /// Writes the named parts of a type, within braces.
    fn write_parts<'n, Part>(
        &self,
        keyword: &str,
        text: &mut String,
        parts: &'n [Part],
        part: impl Fn(&'n Part) -> (&'n String, Option<Shape>),
    ) {
        let _ = write!(text, "{keyword} {{");
        for (name, ty) in parts.iter().map(part) {
            if text.len() > LONGEST_TEXT {
                return;
            }
            let _ = write!(text, " {name}");
            if let Some(ty) = ty {
                text.push_str(": ");
                self.write(ty, text);
            }
            text.push(',');
        }
        text.push_str(" }");
    }
}
