//! `wasi:sockets/ip-name-lookup`.

use super::error::Fault;
use super::shapes::{candidate, draft, stable};
use crate::Adapter;
use crate::bindings::exports::wasi::io::poll::Pollable;
use crate::canon::{Event, Task};
use crate::io::poll::{Source, pollable};
use crate::op::{Started, Subtask};
use crate::p3::sockets::{IpAddress, IpAddressFamily, Resolve, resolve_addresses};
use crate::reactor::{self, Waiter};
use alloc::rc::{Rc, Weak};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;

enum State {
    Pending(Subtask<Resolve>),
    Done(Result<vec::IntoIter<IpAddress>, Fault>),
}

/// A lookup under way.
struct Lookup {
    state: RefCell<State>,
    family: Option<IpAddressFamily>,
}

impl Lookup {
    /// Starts a lookup. What is known at once to be wrong is an error at once.
    fn start(name: String, family: Option<IpAddressFamily>) -> Result<Rc<Self>, Fault> {
        let state = match resolve_addresses(name) {
            Started::Ended(found) => State::Done(Ok(wanted(found?, family)?.into_iter())),
            Started::Pending(call) => State::Pending(call),
        };
        let lookup = Rc::new(Lookup {
            state: RefCell::new(state),
            family,
        });
        if let State::Pending(call) = &*lookup.state.borrow() {
            let waiter: Weak<Lookup> = Rc::downgrade(&lookup);
            call.watch(waiter);
        }
        Ok(lookup)
    }

    fn next(&self, task: Task<'_>) -> Result<Option<IpAddress>, Fault> {
        if !self.is_done() {
            reactor::yield_once(task);
        }
        match &mut *self.state.borrow_mut() {
            State::Pending(_) => Err(Fault::WouldBlock),
            State::Done(Ok(addresses)) => Ok(addresses.next()),
            State::Done(Err(fault)) => Err(*fault),
        }
    }
}

impl Lookup {
    fn is_done(&self) -> bool {
        matches!(*self.state.borrow(), State::Done(_))
    }
}

/// The addresses that the guest asked for. WASI 0.2 has no IPv4-mapped ones.
fn wanted(
    mut addresses: Vec<IpAddress>,
    family: Option<IpAddressFamily>,
) -> Result<Vec<IpAddress>, Fault> {
    for address in &mut addresses {
        if let IpAddress::Ipv6((0, 0, 0, 0, 0, 0xffff, high, low)) = *address {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            *address = IpAddress::Ipv4((a, b, c, d));
        }
    }
    addresses.retain(|address| match address {
        IpAddress::Ipv4(_) => !matches!(family, Some(IpAddressFamily::Ipv6)),
        IpAddress::Ipv6(_) => !matches!(family, Some(IpAddressFamily::Ipv4)),
    });
    if addresses.is_empty() {
        return Err(Fault::NameUnresolvable);
    }
    Ok(addresses)
}

impl Source for Lookup {
    fn is_ready(&self, _task: Task<'_>) -> bool {
        self.is_done()
    }
}

impl Waiter for Lookup {
    fn event(&self, event: Event) {
        let mut state = self.state.borrow_mut();
        if let State::Pending(call) = &mut *state
            && let Some(found) = call.advance(event)
        {
            let found = found.map_or(Err(Fault::Unknown), |it| it.map_err(Fault::from));
            let addresses = found.and_then(|found| wanted(found, self.family));
            *state = State::Done(addresses.map(Vec::into_iter));
        }
    }
}

/// Returns `true` if a host would take the name for an IP address: an IPv6 address with or without brackets,
/// and whatever ends in a number, since no domain does. No domain has a colon either.
fn is_address(name: &str) -> bool {
    let number = |label: &str| {
        let digits = |text: &str, radix| text.chars().all(|digit| digit.is_digit(radix));
        match label.strip_prefix("0x").or(label.strip_prefix("0X")) {
            Some(rest) => digits(rest, 16),
            None => !label.is_empty() && digits(label, 10),
        }
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    name.starts_with('[') || name.contains(':') || name.rsplit('.').next().is_some_and(number)
}

/// A `resolve-address-stream`.
pub struct Handle(Rc<Lookup>);

macro_rules! shape {
    ($shape:ident) => {
        impl $shape::ip_name_lookup::GuestResolveAddressStream for Handle {
            fn resolve_next_address(
                &self,
                task: Task<'_>,
            ) -> Result<Option<IpAddress>, $shape::network::ErrorCode> {
                Ok(self.0.next(task)?)
            }

            fn subscribe(&self) -> Pollable {
                pollable(self.0.clone())
            }
        }
    };
}

shape!(draft);
shape!(candidate);
shape!(stable);

macro_rules! release {
    ($shape:ident) => {
        impl $shape::ip_name_lookup::Guest for Adapter {
            type ResolveAddressStream = Handle;

            fn resolve_addresses(
                _network: $shape::network::NetworkBorrow<'_>,
                name: String,
            ) -> Result<$shape::ip_name_lookup::ResolveAddressStream, $shape::network::ErrorCode>
            {
                let lookup = Lookup::start(name, None)?;
                Ok($shape::ip_name_lookup::ResolveAddressStream::new(Handle(
                    lookup,
                )))
            }
        }
    };
}

release!(candidate);
release!(stable);

impl draft::ip_name_lookup::Guest for Adapter {
    type ResolveAddressStream = Handle;

    /// WASI 0.3 can't be asked for what is unavailable: it leaves out what it leaves out.
    fn resolve_addresses(
        _network: draft::network::NetworkBorrow<'_>,
        name: String,
        address_family: Option<IpAddressFamily>,
        _include_unavailable: bool,
    ) -> Result<draft::ip_name_lookup::ResolveAddressStream, draft::network::ErrorCode> {
        if is_address(&name) {
            return Err(Fault::InvalidName.into());
        }
        let lookup = Lookup::start(name, address_family)?;
        Ok(draft::ip_name_lookup::ResolveAddressStream::new(Handle(
            lookup,
        )))
    }
}
