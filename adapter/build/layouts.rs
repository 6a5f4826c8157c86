//! How values of the other layout become values of WASI 0.3.0: see `canon/layout.rs`.

use std::fmt::Write as _;
use wit_bindgen_core::wit_parser::{Int, Resolve, SizeAlign, Type, TypeDefKind};

/// The layouts of the types that differ, as statics of Rust.
pub struct Layouts<'a> {
    ours: (&'a Resolve, SizeAlign),
    theirs: (&'a Resolve, SizeAlign),
    /// The initial values of the statics, as Rust. The position of each is the number in its name.
    statics: Vec<String>,
}

/// How a value of one type is converted: see `canon::Layout`, which it becomes.
#[derive(Clone, PartialEq)]
enum Layout {
    Same(usize),
    Zeros(usize),
    /// The static of this number.
    Static(usize),
}

impl Layout {
    fn text(&self) -> String {
        match self {
            Layout::Same(len) => format!("Layout::Same({len})"),
            Layout::Zeros(len) => format!("Layout::Zeros({len})"),
            Layout::Static(number) => format!("LAYOUT_{number}"),
        }
    }
}

/// A case: its name and the type of its payload.
type Case<'t> = (&'t str, Option<Type>);

impl<'a> Layouts<'a> {
    /// `theirs` is a copy of `ours` in which types are others.
    pub fn new(ours: &'a Resolve, theirs: &'a Resolve) -> Self {
        let sizes = |resolve: &Resolve| {
            let mut sizes = SizeAlign::default();
            sizes.fill(resolve);
            sizes
        };
        Layouts {
            ours: (ours, sizes(ours)),
            theirs: (theirs, sizes(theirs)),
            statics: Vec::new(),
        }
    }

    /// The path of the static for a type. `None` if there is no difference.
    pub fn of(&mut self, ty: &Type) -> Option<String> {
        match self.layout(ty) {
            Layout::Same(_) | Layout::Zeros(_) => None,
            Layout::Static(number) => Some(format!("crate::raw::layouts::LAYOUT_{number}")),
        }
    }

    /// The size of a value in the other layout.
    pub fn their_size(&self, ty: &Type) -> usize {
        self.theirs.1.size(ty).size_wasm32()
    }

    /// The statics, in a module of their own.
    pub fn module(&self) -> String {
        let mut text = String::new();
        for (number, layout) in self.statics.iter().enumerate() {
            let _ = writeln!(text, "pub static LAYOUT_{number}: Layout = {layout};");
        }
        format!("pub mod layouts {{ use crate::canon::{{Cases, Layout, Part}}; {text} }}")
    }

    fn layout(&mut self, ty: &Type) -> Layout {
        let size = self.ours.1.size(ty).size_wasm32();
        let Type::Id(id) = *ty else {
            return Layout::Same(size);
        };
        let (ours, theirs) = (self.ours.0, self.theirs.0);
        match (&ours.types[id].kind, &theirs.types[id].kind) {
            (TypeDefKind::Type(ty), _) => self.layout(ty),
            (TypeDefKind::Record(record), _) => {
                let fields: Vec<Type> = record.fields.iter().map(|field| field.ty).collect();
                self.parts(size, &fields)
            }
            (TypeDefKind::Tuple(tuple), _) => self.parts(size, &tuple.types),
            (TypeDefKind::Option(of), _) => {
                let cases = [("none", None), ("some", Some(*of))];
                self.cases(size, &cases, &cases)
            }
            (TypeDefKind::Result(result), _) => {
                let cases = [("ok", result.ok), ("error", result.err)];
                self.cases(size, &cases, &cases)
            }
            (TypeDefKind::Variant(ours), TypeDefKind::Variant(theirs)) => {
                let cases = |it: &'a wit_bindgen_core::wit_parser::Variant| -> Vec<Case<'a>> {
                    let cases = it.cases.iter();
                    cases.map(|case| (case.name.as_str(), case.ty)).collect()
                };
                self.cases(size, &cases(ours), &cases(theirs))
            }
            (TypeDefKind::Variant(ours), TypeDefKind::Enum(theirs)) => {
                let ours = ours.cases.iter();
                let ours: Vec<Case<'_>> = ours.map(|it| (it.name.as_str(), it.ty)).collect();
                let theirs = theirs.cases.iter();
                let theirs: Vec<Case<'_>> = theirs.map(|it| (it.name.as_str(), None)).collect();
                self.cases(size, &ours, &theirs)
            }
            (TypeDefKind::List(of), _) => {
                let element = self.layout(of);
                assert!(matches!(element, Layout::Same(_)), "a list of what differs");
                Layout::Same(size)
            }
            _ => Layout::Same(size),
        }
    }

    fn parts(&mut self, size: usize, types: &[Type]) -> Layout {
        let positions = |(_, sizes): &(&Resolve, SizeAlign)| -> Vec<usize> {
            let fields = sizes.field_offsets(types).into_iter();
            fields.map(|(at, _)| at.size_wasm32()).collect()
        };
        let (ours, theirs) = (positions(&self.ours), positions(&self.theirs));
        // What moves by the same distance moves together, with the room between.
        let mut parts: Vec<(usize, usize, Layout)> = Vec::new();
        for ((ty, to), from) in types.iter().zip(ours).zip(theirs) {
            let layout = self.layout(ty);
            match (parts.last_mut(), &layout) {
                (Some((last_from, last_to, Layout::Same(len))), Layout::Same(more))
                    if to - from == *last_to - *last_from =>
                {
                    *len = to + more - *last_to;
                }
                _ => parts.push((from, to, layout)),
            }
        }
        if let [] | [(_, _, Layout::Same(_))] = &parts[..] {
            return Layout::Same(size);
        }
        let parts = parts.iter().map(|(from, to, layout)| {
            let layout = layout.text();
            format!("Part {{ from: {from}, to: {to}, layout: &{layout} }},")
        });
        let parts: String = parts.collect();
        self.add(format!("Layout::Parts(&[{parts}])"))
    }

    fn cases(&mut self, size: usize, ours: &[Case<'_>], theirs: &[Case<'_>]) -> Layout {
        assert!(ours.len() <= 256, "the case is more than a byte");
        let position = |sizes: &SizeAlign, cases: &[Case<'_>]| {
            let payloads = cases.iter().map(|(_, ty)| ty.as_ref());
            sizes.payload_offset(Int::U8, payloads).size_wasm32()
        };
        let to = position(&self.ours.1, ours);
        let from = position(&self.theirs.1, theirs);
        let mut is_same = from == to && ours.len() == theirs.len();
        let (mut numbers, mut payloads) = (Vec::new(), String::new());
        for (number, (name, their_payload)) in theirs.iter().enumerate() {
            // What an enumeration has no name for is `unknown`, where a variant has `other`.
            let same = ours.iter().position(|(ours, _)| ours == name);
            let other = || ours.iter().position(|(ours, _)| *ours == "other");
            let instead = || other().filter(|_| *name == "unknown");
            let case = same.or_else(instead);
            let case = case.unwrap_or_else(|| panic!("there is no case `{name}`"));
            let payload = match (ours[case].1, their_payload) {
                (Some(ty), Some(_)) => self.layout(&ty),
                (Some(ty), None) => Layout::Zeros(self.ours.1.size(&ty).size_wasm32()),
                (None, _) => Layout::Same(0),
            };
            is_same &= case == number && matches!(payload, Layout::Same(_));
            numbers.push(case);
            if payload != Layout::Same(0) {
                let _ = write!(payloads, "({number}, &{}),", payload.text());
            }
        }
        if is_same {
            return Layout::Same(size);
        }
        if numbers.iter().enumerate().all(|(n, case)| n == *case) {
            numbers.clear();
        }
        self.add(format!(
            "Layout::Cases(&Cases {{
                cases: &{numbers:?}, payloads: &[{payloads}], from: {from}, to: {to},
            }})"
        ))
    }

    fn add(&mut self, layout: String) -> Layout {
        let known = self.statics.iter().position(|it| *it == layout);
        Layout::Static(known.unwrap_or_else(|| {
            self.statics.push(layout);
            self.statics.len() - 1
        }))
    }
}
