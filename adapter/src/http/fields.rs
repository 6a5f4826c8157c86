//! `fields`.

use super::syntax;
use crate::bindings::exports::wasi::http0_2_12::types::HeaderError;
use crate::bindings::wasi::http0_3_0::types as p3;
use crate::canon::trap;
use crate::p3::http::{self, fields_append, fields_delete, fields_from_list, fields_set};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

/// A `fields`: one of WASI 0.3. Which fields a guest may have is the host's to say, and it is asked
/// each time.
pub struct Fields {
    fields: Rc<Held>,
    owner: Owner,
}

/// Fields that the host holds, and what is known of them without asking it.
pub struct Held {
    fields: p3::Fields,
    /// `false` if there is no [`LENGTH`] among them.
    may_have_length: Cell<bool>,
}

const LENGTH: &str = "content-length";

impl Held {
    /// Fields that the host has given, which may be any.
    pub fn of_host(fields: p3::Fields) -> Rc<Self> {
        Held::new(fields, true)
    }

    fn new(fields: p3::Fields, may_have_length: bool) -> Rc<Self> {
        Rc::new(Held {
            fields,
            may_have_length: Cell::new(may_have_length),
        })
    }

    /// The length that they tell of a body.
    pub fn length(&self) -> Option<u64> {
        if !self.may_have_length.get() {
            return None;
        }
        syntax::content_length(self.fields.get(LENGTH).first()?)
    }

    /// Takes note that there may be a field of this name now.
    fn note(&self, name: &str) {
        if is_length(name) {
            self.may_have_length.set(true);
        }
    }
}

fn is_length(name: &str) -> bool {
    name.eq_ignore_ascii_case(LENGTH)
}

/// The owner of fields.
#[derive(Clone, Copy, PartialEq)]
enum Owner {
    /// The guest, which may change them.
    Guest,
    /// A message that the guest makes.
    Outgoing,
    /// A message that the guest has got.
    Incoming,
}

/// The names of fields that are between hosts. A host of WASI 0.2 keeps them to itself, and one of
/// WASI 0.3 may leave them in a message.
const HIDDEN: [&str; 9] = [
    "connection",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
];

fn is_hidden(name: &str) -> bool {
    HIDDEN
        .iter()
        .any(|hidden| hidden.eq_ignore_ascii_case(name))
}

impl Fields {
    pub fn new() -> Self {
        Fields::mutable(p3::Fields::new(), false)
    }

    fn mutable(fields: p3::Fields, may_have_length: bool) -> Self {
        Fields {
            fields: Held::new(fields, may_have_length),
            owner: Owner::Guest,
        }
    }

    /// The fields of a message that the guest makes.
    pub fn of_outgoing(fields: Rc<Held>) -> Self {
        let owner = Owner::Outgoing;
        Fields { fields, owner }
    }

    /// The fields of a message that the guest has got.
    pub fn of_incoming(fields: Rc<Held>) -> Self {
        let owner = Owner::Incoming;
        Fields { fields, owner }
    }

    fn hides(&self, name: &str) -> bool {
        self.owner == Owner::Incoming && is_hidden(name)
    }

    /// The fields without those that are hidden. `None` if that is all of them.
    fn without_hidden(&self) -> Option<p3::Fields> {
        if self.owner != Owner::Incoming {
            return None;
        }
        let mut entries = self.fields.fields.copy_all();
        let all = entries.len();
        entries.retain(|(name, _)| !is_hidden(name));
        if entries.len() == all {
            return None;
        }
        fields_from_list(&entries).ok()
    }

    pub fn from_list(entries: &[(String, Vec<u8>)]) -> Result<Self, HeaderError> {
        let has_length = entries.iter().any(|(name, _)| is_length(name));
        let fields = fields_from_list(entries).map_err(error)?;
        Ok(Fields::mutable(fields, has_length))
    }

    /// The fields of WASI 0.3, for a message that they are given to.
    pub fn into_inner(self) -> Rc<Held> {
        self.without_hidden().map_or(self.fields, Held::of_host)
    }

    pub fn get(&self, name: &str) -> Vec<Vec<u8>> {
        match self.hides(name) {
            true => Vec::new(),
            false => self.fields.fields.get(name),
        }
    }

    pub fn has(&self, name: &str) -> bool {
        !self.hides(name) && self.fields.fields.has(name)
    }

    pub fn entries(&self) -> Vec<(String, Vec<u8>)> {
        let mut entries = self.fields.fields.copy_all();
        entries.retain(|(name, _)| !self.hides(name));
        entries
    }

    pub fn copy(&self) -> Self {
        let clone = || p3::Fields::clone(&self.fields.fields);
        let fields = self.without_hidden().unwrap_or_else(clone);
        Fields::mutable(fields, self.fields.may_have_length.get())
    }

    pub fn set(&self, name: &str, values: &[Vec<u8>]) -> Result<(), HeaderError> {
        // The name is looked at before it is found out that there is nothing to set.
        self.check(|fields| fields_set(fields, name, &[]))?;
        self.fields.note(name);
        fields_set(&self.fields.fields, name, values).map_err(error)
    }

    pub fn delete(&self, name: &str) -> Result<(), HeaderError> {
        self.check(|fields| fields_delete(fields, name))?;
        fields_delete(&self.fields.fields, name).map_err(error)
    }

    pub fn append(&self, name: &str, value: &[u8]) -> Result<(), HeaderError> {
        self.check(|fields| fields_append(fields, name, value))?;
        self.fields.note(name);
        fields_append(&self.fields.fields, name, value).map_err(error)
    }

    /// Fails if they may not be changed. What else is wrong with a change is told first.
    fn check(
        &self,
        change: impl Fn(&p3::Fields) -> Result<(), http::HeaderError>,
    ) -> Result<(), HeaderError> {
        if self.owner != Owner::Guest {
            change(&p3::Fields::clone(&self.fields.fields)).map_err(error)?;
            return Err(HeaderError::Immutable);
        }
        Ok(())
    }
}

fn error(error: http::HeaderError) -> HeaderError {
    match error {
        http::HeaderError::InvalidSyntax => HeaderError::InvalidSyntax,
        http::HeaderError::Forbidden => HeaderError::Forbidden,
        http::HeaderError::Immutable => HeaderError::Immutable,
        // WASI 0.2 says nothing of sizes.
        http::HeaderError::SizeExceeded => trap(),
    }
}

/// Fields to give to the host: a copy only where the guest still has a handle of them.
pub fn give(fields: Rc<Held>) -> p3::Fields {
    match Rc::try_unwrap(fields) {
        Ok(held) => held.fields,
        Err(fields) => p3::Fields::clone(&fields.fields),
    }
}

/// Fields to give to the host with a message that has no body. WASI 0.3 gives each message a
/// future, so that a host can't see at once that there is nothing to come: the length says it.
pub fn give_without_body(fields: Rc<Held>) -> p3::Fields {
    let may_have_length = fields.may_have_length.get();
    let fields = give(fields);
    let has_length = may_have_length && fields.has(LENGTH);
    if has_length || fields_append(&fields, LENGTH, b"0").is_ok() {
        return fields;
    }
    // They were another message's, which can't be changed.
    let fields = p3::Fields::clone(&fields);
    // Where the host doesn't allow it, it has to see for itself.
    let _ = fields_append(&fields, LENGTH, b"0");
    fields
}
