//! The model of a component, which every pass works on.
//!
//! [`read`] is the only code that parses a component, and [`write`] the only code that gives
//! numbers: between the two, a definition is known by its [`ItemId`], which stays the same whatever
//! is added around it or removed. Core modules are ranges of the input until they are written.

pub(crate) mod assembly;
pub(crate) mod inner_exports;
mod model;
mod nesting;
pub(crate) mod parsed;
pub(crate) mod read;
pub(crate) mod shape;
pub(crate) mod write;

pub(crate) use model::{
    Alias, Attributes, CanonicalOption, CoreInstance, CoreModule, CoreSignature, Definition,
    ExternName, ExternType, FuncType, Instance, ItemId, ItemSet, Model, ScopeId, Sort, Type,
    ValType, ValueType,
};
pub(crate) use nesting::MAX_NESTING;
