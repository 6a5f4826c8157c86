//! wit-bindgen's bindings, with a proof of who may wait.
//!
//! The world says which functions are `async`: those that may block the task that calls them.
//! wit-bindgen is told to generate none of them as Rust's `async`, because every export is lifted
//! synchronously, which costs a fortieth of a callback. What is left of the word is one parameter,
//! a `Task`, that is added here:
//!
//! - to the methods of the export traits, where the generated entry makes one, and
//! - to the functions that call `async` imports, which only somebody who has one can do.
//!
//! Each entry, and the end of each destructor, lets the reactor close what was left behind.
//!
//! The Rust type behind a resource is the one that `Adapter` names. wit-bindgen remembers in a variable
//! which type it has seen first, and compares at each use; here the compiler compares.
//!
//! A list of borrowed handles is taken as it lies in memory, where wit-bindgen makes another one.
//!
//! Some targets lay types out otherwise than WASI 0.3.0. Where the result of an import has such a
//! type, a call is added that converts the result in place before the bindings read it.

use crate::layouts::Layouts;
use crate::raw;
use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use std::collections::{BTreeMap, BTreeSet};
use syn::visit_mut::VisitMut;
use syn::{Block, Expr, FnArg, Ident, ImplItem, Item, Pat, Stmt, TraitItem, Type, parse_quote};
use wit_bindgen_core::wit_parser::{Function, FunctionKind, Resolve, WorldId, WorldItem, WorldKey};
use wit_bindgen_core::{AsyncFilterSet, Files, WorldGenerator as _, name_package_module};
use wit_bindgen_rust::Opts;

/// A function of the generated code, and the modules that it is in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Generated {
    modules: Vec<String>,
    /// The type or trait that it is a method of.
    of: String,
    name: String,
}

impl Generated {
    fn new(modules: &[String], of: &str, name: &Ident) -> Self {
        Generated {
            modules: modules.to_vec(),
            of: of.to_string(),
            name: name.to_string(),
        }
    }
}

pub fn generate(mut resolve: Resolve, other: &Resolve, world: WorldId) -> String {
    let rewriter = Rewriter::new(&resolve, other, world);
    let options = Opts {
        generate_all: true,
        merge_structurally_equal_types: Some(Some(true)),
        async_: AsyncFilterSet::all(false),
        disable_run_ctors_once_workaround: true,
        ..Opts::default()
    };
    let mut files = Files::default();
    options
        .build()
        .generate(&mut resolve, world, &mut files)
        .expect("wit-bindgen knows all that the WIT has");
    let (_, source) = files.iter().next().expect("wit-bindgen generates a file");
    let source = str::from_utf8(source).expect("the bindings are text");
    let mut file = syn::parse_file(source).expect("the bindings are Rust");
    rewriter.rewrite(&mut file.items);
    prettyplease::unparse(&file)
}

/// Adds what belongs to functions.
struct Rewriter {
    /// The functions that may block.
    functions: BTreeSet<Generated>,
    /// The entries of exports, by name, with the method that they call.
    entries: BTreeSet<Generated>,
    /// The imported functions whose results have to be converted on some targets, each with the path
    /// of the `Layout` that says how.
    laid_out: BTreeMap<Generated, syn::Path>,
}

impl Rewriter {
    fn new(resolve: &Resolve, other: &Resolve, world: WorldId) -> Self {
        let mut layouts = Layouts::new(resolve, other);
        let mut rewriter = Rewriter {
            functions: BTreeSet::new(),
            entries: BTreeSet::new(),
            laid_out: BTreeMap::new(),
        };
        let world = &resolve.worlds[world];
        for (key, item) in &world.imports {
            rewriter.add(resolve, &mut layouts, key, item, &[]);
        }
        for (key, item) in &world.exports {
            rewriter.add(resolve, &mut layouts, key, item, &["exports"]);
        }
        rewriter
    }

    fn add(
        &mut self,
        resolve: &Resolve,
        layouts: &mut Layouts<'_>,
        key: &WorldKey,
        item: &WorldItem,
        around: &[&str],
    ) {
        let (WorldKey::Interface(_), WorldItem::Interface { id, .. }) = (key, item) else {
            return;
        };
        let interface = &resolve.interfaces[*id];
        let (Some(package), Some(name)) = (interface.package, &interface.name) else {
            return;
        };
        let mut modules: Vec<String> = around.iter().map(|it| it.to_string()).collect();
        modules.push(resolve.packages[package].name.namespace.to_snake_case());
        modules.push(name_package_module(resolve, package));
        modules.push(name.to_snake_case());
        let is_export = !around.is_empty();
        for function in interface.functions.values() {
            let name = function.item_name().to_snake_case();
            let generated = Generated {
                modules: modules.clone(),
                of: owner(resolve, function, is_export),
                name: name.clone(),
            };
            if !is_export && function.result.is_some_and(|ty| layouts.of(&ty).is_some()) {
                let path = raw::path(resolve, *id, function);
                let path = syn::parse_str(&format!("{path}::LAYOUT"));
                let path = path.expect("it is a path");
                self.laid_out.insert(generated.clone(), path);
            }
            if !function.kind.is_async() {
                continue;
            }
            self.functions.insert(generated);
            if is_export {
                let entry = function.name.replace(['[', ']', '.'], "-").to_snake_case();
                self.entries.insert(Generated {
                    modules: modules.clone(),
                    of: format!("_export_{entry}_cabi"),
                    name,
                });
            }
        }
    }

    fn rewrite(&self, items: &mut [Item]) {
        let mut rewritten = 0;
        self.rewrite_in(&mut Vec::new(), items, &mut rewritten);
        let all = self.functions.len() + self.entries.len() + self.laid_out.len();
        assert_eq!(rewritten, all, "wit-bindgen names things differently now");
    }

    fn rewrite_in(&self, modules: &mut Vec<String>, items: &mut [Item], rewritten: &mut usize) {
        for item in items {
            match item {
                Item::Mod(module) => {
                    if let Some((_, items)) = &mut module.content {
                        modules.push(module.ident.to_string());
                        self.rewrite_in(modules, items, rewritten);
                        modules.pop();
                    }
                }
                Item::Trait(item) => {
                    let of = item.ident.to_string();
                    for member in &mut item.items {
                        if let TraitItem::Fn(method) = member {
                            self.add_parameter(modules, &of, &mut method.sig, rewritten);
                        }
                    }
                }
                Item::Impl(item) if item.trait_.is_none() => {
                    let Type::Path(of) = &*item.self_ty else {
                        continue;
                    };
                    let of = of.path.segments.last().expect("a type has a name");
                    let resource = of.ident.clone();
                    let of = resource.to_string();
                    for member in &mut item.items {
                        if let ImplItem::Fn(method) = member {
                            self.add_parameter(modules, &of, &mut method.sig, rewritten);
                            let name = &method.sig.ident;
                            self.lay_out(modules, &of, name, &mut method.block, rewritten);
                            if method.sig.ident == "dtor" {
                                let leave = parse_quote!(crate::reactor::leave_destructor(););
                                method.block.stmts.push(leave);
                            }
                            if method.sig.ident == "type_guard" {
                                method.block = parse_quote!({
                                    use core::any::TypeId;
                                    let of_adapter =
                                        TypeId::of::<<crate::Adapter as Guest>::#resource>();
                                    assert!(TypeId::of::<T>() == of_adapter);
                                });
                            }
                        }
                    }
                }
                Item::Fn(function) => {
                    self.add_parameter(modules, "", &mut function.sig, rewritten);
                    let name = &function.sig.ident;
                    self.lay_out(modules, "", name, &mut function.block, rewritten);
                    let name = function.sig.ident.to_string();
                    let is_it = |entry: &&Generated| entry.modules == *modules && entry.of == name;
                    if let Some(entry) = self.entries.iter().find(is_it) {
                        let body = &mut function.block;
                        InPlace.visit_block_mut(body);
                        let body_with_task = with_argument(body.to_token_stream(), &entry.name);
                        *body = parse_quote!({
                            // SAFETY: this is the entry of an export that is `async`-typed.
                            let entry = unsafe { crate::canon::Entry::of_async_export() };
                            crate::reactor::enter(entry.task().may_wait());
                            #body_with_task
                        });
                        *rewritten += 1;
                    }
                }
                _ => {}
            }
        }
    }

    /// Has the result of an imported function laid out before it is read.
    fn lay_out(
        &self,
        modules: &[String],
        of: &str,
        name: &Ident,
        body: &mut Block,
        rewritten: &mut usize,
    ) {
        let function = Generated::new(modules, of, name);
        if let Some(layout) = self.laid_out.get(&function) {
            // All of the body is in one unsafe block.
            let [Stmt::Expr(Expr::Unsafe(inner), None)] = &mut body.stmts[..] else {
                panic!("wit-bindgen writes bodies differently now");
            };
            let stmts = &mut inner.block.stmts;
            let called = stmts.iter().enumerate().find_map(|(at, stmt)| match stmt {
                Stmt::Expr(Expr::Call(call), Some(_)) => {
                    let name = call.func.to_token_stream().to_string();
                    let results = call.args.last().filter(|_| name.starts_with("wit_import"));
                    results.map(|results| (at, results.clone()))
                }
                _ => None,
            });
            let (at, results) = called.expect("an import is called for its results");
            let lay_out = parse_quote!(crate::canon::lay_out(#results, &#layout););
            stmts.insert(at + 1, lay_out);
            *rewritten += 1;
        }
    }

    fn add_parameter(
        &self,
        modules: &[String],
        of: &str,
        signature: &mut syn::Signature,
        rewritten: &mut usize,
    ) {
        let blocking = Generated::new(modules, of, &signature.ident);
        if self.functions.contains(&blocking) {
            let parameter: FnArg = parse_quote!(_task: crate::canon::Task<'_>);
            signature.inputs.push(parameter);
            *rewritten += 1;
        }
    }
}

/// The trait or type of the generated code that a function is in. Empty if there is none.
fn owner(resolve: &Resolve, function: &Function, is_export: bool) -> String {
    let resource = match function.kind {
        FunctionKind::Freestanding | FunctionKind::AsyncFreestanding => None,
        FunctionKind::Method(id)
        | FunctionKind::Static(id)
        | FunctionKind::Constructor(id)
        | FunctionKind::AsyncMethod(id)
        | FunctionKind::AsyncStatic(id) => resolve.types[id].name.as_ref(),
    };
    let resource = resource.map(|name| name.to_upper_camel_case());
    match is_export {
        true => format!("Guest{}", resource.unwrap_or_default()),
        false => resource.unwrap_or_default(),
    }
}

/// Takes lists of borrowed handles as they lie in memory: a handle is there what it is here.
struct InPlace;

impl VisitMut for InPlace {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let is_copied = |stmt: &Stmt| match stmt {
            Stmt::Expr(Expr::ForLoop(each), _) => {
                let each = each.body.to_token_stream().to_string();
                each.contains("Borrow :: lift")
            }
            _ => false,
        };
        if let Some(at) = block.stmts.iter().position(is_copied) {
            // The list is allocated, filled, and what it was filled from is freed.
            let around = at - 1..at + 2;
            let list = in_place(&block.stmts[around.clone()]);
            let list = list.expect("wit-bindgen reads lists as it did");
            block.stmts.splice(around, [list]);
        }
        syn::visit_mut::visit_block_mut(self, block);
    }
}

fn in_place(around: &[Stmt]) -> Option<Stmt> {
    let [Stmt::Local(list), _, Stmt::Expr(Expr::Call(free), _)] = around else {
        return None;
    };
    let (Pat::Ident(name), Expr::Call(allocate)) = (&list.pat, &*list.init.as_ref()?.expr) else {
        return None;
    };
    let (name, start, len) = (&name.ident, free.args.first()?, allocate.args.first()?);
    // The caller has allocated it for the entry, with the alignment of a handle.
    Some(parse_quote!(let #name = _rt::Vec::from_raw_parts(#start.cast(), #len, #len);))
}

/// Adds the argument to each call of `method` of the type parameter.
fn with_argument(tokens: TokenStream, method: &str) -> TokenStream {
    let mut before = [const { String::new() }; 4];
    let mut changed = TokenStream::new();
    for token in tokens {
        let token = match token {
            TokenTree::Group(group) => {
                let mut inside = with_argument(group.stream(), method);
                let is_call = group.delimiter() == Delimiter::Parenthesis
                    && before == ["T_", ":", ":", method];
                if is_call {
                    let comma = match inside.is_empty() || ends_with_comma(&inside) {
                        true => quote!(),
                        false => quote!(,),
                    };
                    inside.extend(quote!(#comma entry.task()));
                }
                let mut changed = Group::new(group.delimiter(), inside);
                changed.set_span(group.span());
                TokenTree::Group(changed)
            }
            token => token,
        };
        before.rotate_left(1);
        before[3] = token.to_string();
        changed.extend([token]);
    }
    changed
}

fn ends_with_comma(tokens: &TokenStream) -> bool {
    let last = tokens.clone().into_iter().last();
    last.is_some_and(|token| token.to_string() == ",")
}
