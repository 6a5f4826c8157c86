//! Packages in WIT: those of WASI 0.2 in some version, and one of the guest's own that uses them.

use super::one_of;
use arbitrary::{Result, Unstructured};
use std::fmt::Write as _;
use wit_parser::{InterfaceId, Resolve, TypeDefKind, TypeId};

/// Packages of WASI 0.2 without a version, in an order in which each uses former ones only.
const STABLE: [&str; 5] = [
    include_str!("../../../wit/deps/io-0.2.12.wit"),
    include_str!("../../../wit/deps/clocks-0.2.12.wit"),
    include_str!("../../../wit/deps/random-0.2.12.wit"),
    include_str!("../../../wit/deps/cli-0.2.12.wit"),
    include_str!("../../../wit/deps/filesystem-0.2.12.wit"),
];

/// The shapes that `wasi:sockets` has had: the last release, and both of a release candidate.
const SOCKETS: [&str; 3] = [
    include_str!("../../../wit/deps/sockets-0.2.12.wit"),
    include_str!("../../../wit/deps/sockets-0.2.0-rc-2023-11-10.wit"),
    include_str!("../../../wit/deps/sockets-0.2.0-rc-2023-11-10-draft.wit"),
];

/// The same for `wasi:http`.
const HTTP: [&str; 2] = [
    include_str!("../../../wit/deps/http-0.2.12.wit"),
    include_str!("../../../wit/deps/http-0.2.0-rc-2023-11-10.wit"),
];

/// Packages of WASI 0.3, in the same order.
const LATER: [&str; 6] = [
    include_str!("../../../wit/deps/clocks-0.3.0.wit"),
    include_str!("../../../wit/deps/random-0.3.0.wit"),
    include_str!("../../../wit/deps/cli-0.3.0.wit"),
    include_str!("../../../wit/deps/filesystem-0.3.0.wit"),
    include_str!("../../../wit/deps/sockets-0.3.0.wit"),
    include_str!("../../../wit/deps/http-0.3.0.wit"),
];

/// Versions of WASI 0.2 that guests have. The last two are known, and not.
const VERSIONS: [&str; 10] = [
    "0.2.0",
    "0.2.1",
    "0.2.3",
    "0.2.6",
    "0.2.8",
    "0.2.12",
    "0.2.12",
    "0.2.99",
    "0.2.0-rc-2023-11-10",
    "0.2.0-rc-2023-12-05",
];

/// The package that the guest's own interfaces are in.
pub const OWN: &str = "test:mine@1.2.3";

/// Packages that a guest may import from and export.
pub struct Packages {
    pub resolve: Resolve,
    /// The interfaces of WASI 0.2.
    pub wasi: Vec<InterfaceId>,
    /// The interfaces of WASI 0.3, if it is there.
    pub later: Vec<InterfaceId>,
    /// The guest's own interfaces.
    pub own: Vec<InterfaceId>,
}

impl Packages {
    /// Makes packages.
    ///
    /// # Errors
    ///
    /// If the source has run out.
    pub fn arbitrary(source: &mut Unstructured<'_>) -> Result<Self> {
        let mut resolve = Resolve::default();
        for feature in ["clocks-timezone", "network-error-code"] {
            if source.ratio(2, 3)? {
                resolve.features.insert(feature.to_string());
            }
        }
        let mut versions = vec![one_of(&VERSIONS, source)?];
        if source.ratio(1, 6)? {
            versions.push(one_of(&VERSIONS, source)?);
        }
        versions.sort();
        versions.dedup();
        for version in versions {
            push_wasi(&mut resolve, version, source)?;
        }
        let wasi = resolve.interfaces.iter().map(|(id, _)| id).collect();
        let mut packages = Packages {
            resolve,
            wasi,
            later: Vec::new(),
            own: Vec::new(),
        };
        if source.ratio(1, 10)? {
            LATER
                .iter()
                .for_each(|text| push(&mut packages.resolve, text));
            let is_later = |id: &InterfaceId| !packages.wasi.contains(id);
            let all = packages.resolve.interfaces.iter().map(|(id, _)| id);
            packages.later = all.filter(is_later).collect();
        }
        let known = packages.resolve.interfaces.len();
        let text = packages.own_text(source)?;
        push(&mut packages.resolve, &text);
        let all = packages.resolve.interfaces.iter().map(|(id, _)| id);
        packages.own = all.skip(known).collect();
        Ok(packages)
    }

    /// The full name of an interface.
    pub fn name(&self, interface: InterfaceId) -> String {
        self.resolve.id_of(interface).unwrap()
    }

    /// An interface of WASI 0.2 to import. Nobody serves `wasi:cli/run`, so that it is rare.
    ///
    /// # Errors
    ///
    /// If the source has run out.
    pub fn import(&self, source: &mut Unstructured<'_>) -> Result<InterfaceId> {
        let import = one_of(&self.wasi, source)?;
        match self.name(import).starts_with("wasi:cli/run@") && source.ratio(19, 20)? {
            true => Ok(self.wasi[0]),
            false => Ok(import),
        }
    }

    /// Makes the guest's own package, whose interfaces use types of WASI and of each other.
    fn own_text(&self, source: &mut Unstructured<'_>) -> Result<String> {
        let mut text = format!("package {OWN};\n");
        let mut usable = self.usable();
        for interface in 0..source.int_in_range(0..=3)? {
            let name = format!("own{interface}");
            let mut maker = Maker {
                text: String::new(),
                known: Vec::new(),
                source,
                count: 0,
            };
            maker.interface(&usable)?;
            let own = maker.known.into_iter().filter(|it| it.is_own);
            let own = own.map(|it| (name.to_string(), it.name, it.is_resource, it.has_borrow));
            let own: Vec<_> = own.collect();
            writeln!(text, "interface {name} {{\n{}}}", maker.text).unwrap();
            usable.extend(own);
        }
        Ok(text)
    }

    /// The types that the guest's own interfaces may use: the interface, the name, whether it is a
    /// resource, and whether it has a `borrow` in it.
    fn usable(&self) -> Vec<Usable> {
        let mut usable = Vec::new();
        for (id, interface) in &self.resolve.interfaces {
            for (name, ty) in &interface.types {
                let is_resource = self.is_resource(*ty);
                usable.push((self.name(id), name.clone(), is_resource, false));
            }
        }
        usable
    }

    fn is_resource(&self, mut ty: TypeId) -> bool {
        loop {
            match &self.resolve.types[ty].kind {
                TypeDefKind::Type(wit_parser::Type::Id(next)) => ty = *next,
                TypeDefKind::Resource => return true,
                _ => return false,
            }
        }
    }
}

type Usable = (String, String, bool, bool);

fn push(resolve: &mut Resolve, text: &str) {
    let pushed = resolve.push_source("made.wit", text);
    pushed.unwrap_or_else(|error| panic!("{error:?}\n{text}"));
}

/// Adds the packages of WASI 0.2, all of one version.
fn push_wasi(resolve: &mut Resolve, version: &str, source: &mut Unstructured<'_>) -> Result<()> {
    // The adapter's own WIT says what may wait, and has a name of its own for the shape of the draft.
    let as_declared = |text: &str| {
        // A version that is older than a function is no reason to leave it out.
        let is_gate = |line: &str| line.starts_with("@since") || line.starts_with("@deprecated");
        let is_kept = |line: &&str| !is_gate(line.trim_start());
        let lines: Vec<&str> = text.lines().filter(is_kept).collect();
        let text = lines.join("\n").replace("async func", "func");
        let text = text.replace("@0.2.0-rc-2023-11-10-draft", "@0.2.12");
        let text = text.replace("@0.2.0-rc-2023-11-10", "@0.2.12");
        text.replace("@0.2.12", &format!("@{version}"))
    };
    // No release has another shape than the last, so that only a guest that is refused has it.
    let likely = match version.contains("rc") {
        true => source.ratio(4, 5)?,
        false => source.ratio(1, 20)?,
    };
    let (sockets, http) = match likely {
        true => (one_of(&SOCKETS[1..], source)?, HTTP[1]),
        false => (SOCKETS[0], HTTP[0]),
    };
    for text in STABLE.into_iter().chain([sockets, http]) {
        push(resolve, &as_declared(text));
    }
    Ok(())
}

/// A type that an interface can use by its name.
#[derive(Clone)]
struct Known {
    name: String,
    is_resource: bool,
    has_borrow: bool,
    /// Whether the interface defines it.
    is_own: bool,
}

/// Makes the text of one interface.
struct Maker<'s, 'd> {
    text: String,
    known: Vec<Known>,
    source: &'s mut Unstructured<'d>,
    count: usize,
}

const PRIMITIVES: [&str; 13] = [
    "bool", "u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64", "char", "string",
];

impl Maker<'_, '_> {
    fn fresh(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}{}", self.count)
    }

    fn interface(&mut self, usable: &[Usable]) -> Result<()> {
        for _ in 0..self.source.int_in_range(0..=4)? {
            if usable.is_empty() {
                break;
            }
            let (interface, name, is_resource, has_borrow) = one_of(usable, self.source)?;
            let known = Known {
                name: self.fresh("used"),
                is_resource,
                has_borrow,
                is_own: false,
            };
            writeln!(self.text, "use {interface}.{{{name} as {}}};", known.name).unwrap();
            self.known.push(known);
        }
        for _ in 0..self.source.int_in_range(0..=4)? {
            self.definition()?;
        }
        for _ in 0..self.source.int_in_range(0..=4)? {
            let name = self.fresh("f");
            let function = self.function()?;
            writeln!(self.text, "{name}: {function};").unwrap();
        }
        Ok(())
    }

    fn definition(&mut self) -> Result<()> {
        let name = self.fresh("own");
        let choice = self.source.int_in_range(0..=6)?;
        let has_borrow = choice < 3 && self.source.ratio(1, 6)?;
        let count = self.source.int_in_range(1..=4)?;
        let mut cases = Vec::new();
        for case in 0..count {
            cases.push(match choice {
                0 => format!("c{case}: {},", self.ty(3, has_borrow)?),
                1 if self.source.ratio(1, 3)? => format!("c{case},"),
                1 => format!("c{case}({}),", self.ty(3, has_borrow)?),
                _ => format!("c{case},"),
            });
        }
        let cases = cases.concat();
        match choice {
            0 => writeln!(self.text, "record {name} {{ {cases} }}"),
            1 => writeln!(self.text, "variant {name} {{ {cases} }}"),
            2 => {
                let ty = self.ty(3, has_borrow)?;
                writeln!(self.text, "type {name} = {ty};")
            }
            3 => writeln!(self.text, "enum {name} {{ {cases} }}"),
            4 => writeln!(self.text, "flags {name} {{ {cases} }}"),
            _ => return self.resource(name),
        }
        .unwrap();
        self.known.push(Known {
            name,
            is_resource: false,
            has_borrow,
            is_own: true,
        });
        Ok(())
    }

    fn resource(&mut self, name: String) -> Result<()> {
        self.known.push(Known {
            name: name.clone(),
            is_resource: true,
            has_borrow: false,
            is_own: true,
        });
        let mut functions = String::new();
        if self.source.ratio(1, 2)? {
            write!(functions, "constructor({});", self.params()?).unwrap();
        }
        for number in 0..self.source.int_in_range(0..=2)? {
            let function = self.function()?;
            let kind = if self.source.ratio(1, 3)? {
                "static "
            } else {
                ""
            };
            write!(functions, "m{number}: {kind}{function};").unwrap();
        }
        writeln!(self.text, "resource {name} {{ {functions} }}").unwrap();
        Ok(())
    }

    fn params(&mut self) -> Result<String> {
        let mut params = String::new();
        for number in 0..self.source.int_in_range(0..=3)? {
            let ty = self.ty(3, true)?;
            write!(params, "p{number}: {ty}, ").unwrap();
        }
        Ok(params)
    }

    fn function(&mut self) -> Result<String> {
        let params = self.params()?;
        let is_async = if self.source.ratio(1, 20)? {
            "async "
        } else {
            ""
        };
        let result = match self.source.ratio(2, 3)? {
            true => format!(" -> {}", self.ty(3, false)?),
            false => String::new(),
        };
        Ok(format!("{is_async}func({params}){result}"))
    }

    /// A type. Only where it says so may there be a `borrow` in it.
    fn ty(&mut self, depth: usize, may_borrow: bool) -> Result<String> {
        let choice = self.source.int_in_range(0..=19)?;
        if choice < 8 {
            let fits = |it: &&Known| may_borrow || !it.has_borrow;
            let known: Vec<Known> = self.known.iter().filter(fits).cloned().collect();
            if !known.is_empty() {
                let known = one_of(&known, self.source)?;
                return Ok(
                    match known.is_resource && may_borrow && self.source.ratio(2, 3)? {
                        true => format!("borrow<{}>", known.name),
                        false => known.name,
                    },
                );
            }
        }
        if choice < 14 || depth == 0 {
            return Ok(one_of(&PRIMITIVES, self.source)?.to_string());
        }
        let depth = depth - 1;
        Ok(match choice {
            14 => format!("option<{}>", self.ty(depth, may_borrow)?),
            15 => {
                let (ok, error) = (self.ty(depth, may_borrow)?, self.ty(depth, may_borrow)?);
                match self.source.int_in_range(0..=3)? {
                    0 => "result".to_string(),
                    1 => format!("result<{ok}>"),
                    2 => format!("result<_, {error}>"),
                    _ => format!("result<{ok}, {error}>"),
                }
            }
            16 => format!(
                "tuple<{}, {}>",
                self.ty(depth, may_borrow)?,
                self.ty(depth, may_borrow)?
            ),
            17 if self.source.ratio(1, 20)? => format!("stream<{}>", self.ty(depth, false)?),
            17 if self.source.ratio(1, 20)? => format!("future<{}>", self.ty(depth, false)?),
            _ => format!("list<{}>", self.ty(depth, may_borrow)?),
        })
    }
}
