//! The resources, one table for each type.

use crate::wasi;
use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;

/// A resource, and what must be dropped after it.
pub struct Handle<T> {
    resource: T,
    _parent: Option<Rc<dyn Any>>,
}

impl<T> Deref for Handle<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.resource
    }
}

/// The resources of a type, by the numbers of their slots.
pub type Table<T> = RefCell<BTreeMap<u32, Rc<Handle<T>>>>;

/// A type of resources.
pub trait Resource: Sized + 'static {
    /// Calls a function with the table of this type.
    fn with<R>(function: impl FnOnce(&Table<Self>) -> R) -> R;

    /// Returns the resource in a slot.
    fn get(slot: u32) -> Option<Rc<Handle<Self>>> {
        Self::with(|table| table.borrow().get(&slot).cloned())
    }

    /// Takes the resource out of a slot, unless something must be dropped before it.
    fn take(slot: u32) -> Option<Self> {
        let handle = Self::remove(slot)?;
        match Rc::try_unwrap(handle) {
            Ok(handle) => Some(handle.resource),
            Err(handle) => {
                Self::with(|table| table.borrow_mut().insert(slot, handle));
                None
            }
        }
    }

    /// Empties a slot.
    fn remove(slot: u32) -> Option<Rc<Handle<Self>>> {
        Self::with(|table| table.borrow_mut().remove(&slot))
    }

    /// Puts a resource into a slot, and drops the one that was there.
    fn put(self, slot: u32, parent: Option<Rc<dyn Any>>) {
        let handle = Rc::new(Handle {
            resource: self,
            _parent: parent,
        });
        let former = Self::with(|table| table.borrow_mut().insert(slot, handle));
        drop(former);
    }
}

macro_rules! resources {
    ($( $ty:ty ),* $(,)?) => {
        $( impl Resource for $ty {
            fn with<R>(function: impl FnOnce(&Table<Self>) -> R) -> R {
                thread_local!(static TABLE: Table<$ty> = const { RefCell::new(BTreeMap::new()) });
                TABLE.with(function)
            }
        } )*
    };
}

resources! {
    wasi::io::poll::Pollable,
    wasi::io::streams::InputStream,
    wasi::io::streams::OutputStream,
    wasi::filesystem::types::Descriptor,
    wasi::filesystem::types::DirectoryEntryStream,
    wasi::http::types::Fields,
    wasi::http::types::FutureIncomingResponse,
    wasi::http::types::OutgoingBody,
    wasi::http::types::OutgoingRequest,
    wasi::http::types::OutgoingResponse,
    wasi::http::types::RequestOptions,
    wasi::sockets::ip_name_lookup::ResolveAddressStream,
    wasi::sockets::tcp::TcpSocket,
    wasi::sockets::udp::IncomingDatagramStream,
    wasi::sockets::udp::OutgoingDatagramStream,
    wasi::sockets::udp::UdpSocket,
}
