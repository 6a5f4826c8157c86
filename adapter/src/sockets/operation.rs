//! The operations that sockets of both kinds start and finish.

use super::error::Fault;
use super::network::{bind_fault, check_family};
use crate::p3::sockets::{ErrorCode, IpAddressFamily, IpSocketAddress};
use core::cell::Cell;

/// An operation that was started and not finished.
#[derive(Clone, Copy, PartialEq)]
pub enum Operation {
    Bind,
    Connect,
    Listen,
}

/// The progress of a socket's operations, of which at most one is in progress.
pub struct Progress {
    pub family: IpAddressFamily,
    /// Whether the socket has an address.
    pub bound: Cell<bool>,
    operation: Cell<Option<Operation>>,
    /// The result of finishing the operation, if it has failed already.
    fault: Cell<Option<Fault>>,
}

impl Progress {
    pub fn new(family: IpAddressFamily, bound: bool) -> Self {
        Progress {
            family,
            bound: Cell::new(bound),
            operation: Cell::new(None),
            fault: Cell::new(None),
        }
    }

    pub fn operation(&self) -> Option<Operation> {
        self.operation.get()
    }

    /// Fails if an operation is in progress.
    pub fn check_quiet(&self) -> Result<(), Fault> {
        match self.operation.get() {
            Some(_) => Err(Fault::ConcurrencyConflict),
            None => Ok(()),
        }
    }

    pub fn start(&self, operation: Operation) {
        self.operation.set(Some(operation));
    }

    /// Starts an operation that has failed already: finishing it tells.
    pub fn start_failed(&self, operation: Operation, fault: Fault) {
        self.fault.set(Some(fault));
        self.start(operation);
    }

    pub fn finish(&self, operation: Operation) -> Result<(), Fault> {
        if self.operation.get() != Some(operation) {
            return Err(Fault::NotInProgress);
        }
        self.operation.set(None);
        self.fault.take().map_or(Ok(()), Err)
    }

    /// Starts to bind. `role` is what stands in the way of a new role for the socket, if anything.
    pub fn start_bind(
        &self,
        address: &IpSocketAddress,
        role: Result<(), Fault>,
        bind: impl FnOnce(&IpSocketAddress) -> Result<(), ErrorCode>,
    ) -> Result<(), Fault> {
        self.check_quiet()?;
        if self.bound.get() {
            return Err(Fault::AlreadyBound);
        }
        role?;
        check_family(address, self.family)?;
        bind(address).map_err(|code| bind_fault(code, address))?;
        self.bound.set(true);
        self.start(Operation::Bind);
        Ok(())
    }

    /// Turns the outcome of `start-bind` into the draft's, which leaves to `finish-bind` what the
    /// operating system says.
    pub fn draft_started_bind(&self, outcome: Result<(), Fault>) -> Result<(), Fault> {
        match outcome {
            Err(fault) if fault.is_of_finish_bind() => {
                self.start_failed(Operation::Bind, fault);
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Returns `true` for an IPv6 socket: those of WASI 0.3 take nothing else.
    pub fn ipv6_only(&self) -> Result<bool, Fault> {
        match self.family {
            IpAddressFamily::Ipv4 => Err(Fault::Ipv6OnlyOperation),
            IpAddressFamily::Ipv6 => Ok(true),
        }
    }

    pub fn set_ipv6_only(&self, value: bool) -> Result<(), Fault> {
        self.ipv6_only()?;
        self.check_quiet()?;
        if self.bound.get() {
            return Err(Fault::AlreadyBound);
        }
        if value {
            Ok(())
        } else {
            Err(Fault::NotSupported)
        }
    }
}

/// Implements the functions of the `draft` and `candidate` shapes that 0.2.0 dropped.
macro_rules! ipv6_only {
    ($shape:ident) => {
        fn ipv6_only(&self) -> Result<bool, $shape::network::ErrorCode> {
            Ok(self.0.progress.ipv6_only()?)
        }

        fn set_ipv6_only(&self, value: bool) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.progress.set_ipv6_only(value)?)
        }
    };
}

pub(super) use ipv6_only;
