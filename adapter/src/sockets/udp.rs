//! `wasi:sockets/udp`.

use super::error::Fault;
use super::network::{check_remote, connect_fault, create, same};
use super::operation::{Operation, Progress, ipv6_only};
use super::shapes::{candidate, draft, stable};
use crate::Adapter;
use crate::bindings::exports::wasi::io::poll::Pollable;
use crate::canon::{Event, Task, trap};
use crate::freshness;
use crate::io::poll::{Source, pollable};
use crate::op::{Started, Subtask};
use crate::p3::sockets::{
    Datagram, ErrorCode, IpAddressFamily, IpSocketAddress, Receive, Send, UdpSocket,
};
use crate::reactor::{self, Waiter};
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

/// The most datagrams that go through one call.
const MAX_DATAGRAMS: usize = 16;

/// After how many bytes no further datagram is taken into a list.
const MAX_BYTES: usize = 64 * 1024;

/// A `receive` of WASI 0.3. It belongs to the socket, not to the streams that come and go, so that
/// no datagram is lost between two of them.
enum Receiving {
    No,
    Pending(Subtask<Receive>),
    Done(Result<Datagram, Fault>),
}

/// A `send` of WASI 0.3.
enum Sending {
    No,
    Pending(Subtask<Send>),
    /// One from before the socket was associated anew: nobody is told of its failure.
    Former(Subtask<Send>),
    Failed(Fault),
}

/// A `udp-socket`.
pub struct Socket {
    me: Weak<Socket>,
    inner: Rc<UdpSocket>,
    progress: Progress,
    /// The peer that the host reports, whatever the guest has called it.
    peer: Cell<Option<IpSocketAddress>>,
    receiving: RefCell<Receiving>,
    sending: RefCell<Sending>,
    /// The number of datagrams that `check-send` allowed.
    permit: Cell<usize>,
    /// The number of streams. They must be dropped before there can be others.
    streams: Cell<u32>,
}

impl Socket {
    pub fn create(family: IpAddressFamily) -> Result<Rc<Self>, Fault> {
        let inner = Rc::new(create(UdpSocket::create, family)?);
        Ok(Rc::new_cyclic(|me| Socket {
            me: me.clone(),
            inner,
            progress: Progress::new(family, false),
            peer: Cell::new(None),
            receiving: RefCell::new(Receiving::No),
            sending: RefCell::new(Sending::No),
            permit: Cell::new(0),
            streams: Cell::new(0),
        }))
    }

    /// Asks the host about the socket, or sets an option.
    fn ask<T>(&self, ask: impl FnOnce(&UdpSocket) -> Result<T, ErrorCode>) -> Result<T, Fault> {
        Ok(ask(&self.inner)?)
    }

    fn start_bind(&self, address: IpSocketAddress) -> Result<(), Fault> {
        let bind = |address: &_| self.inner.bind(address);
        self.progress.start_bind(&address, Ok(()), bind)
    }

    /// The draft's `start-connect`: WASI 0.3 associates at once.
    fn start_connect(&self, address: IpSocketAddress) -> Result<(), Fault> {
        self.progress.check_quiet()?;
        self.forget_faults();
        match self.associate(address) {
            Ok(()) => self.progress.start(Operation::Connect),
            Err(fault @ (Fault::AddressFamilyMismatch | Fault::InvalidRemoteAddress)) => {
                return Err(fault);
            }
            Err(fault) => self.progress.start_failed(Operation::Connect, fault),
        }
        Ok(())
    }

    fn associate(&self, address: IpSocketAddress) -> Result<(), Fault> {
        check_remote(&address, self.progress.family)?;
        let connected = self.inner.connect(&address);
        self.note_peer();
        connected.map_err(|code| connect_fault(code, self.progress.bound.get()))?;
        self.progress.bound.set(true);
        Ok(())
    }

    /// Takes note of the association that the host has, which a failure may have ended.
    fn note_peer(&self) {
        self.peer.set(self.inner.remote_address().ok());
    }

    /// Forgets what befell datagrams of a former association.
    fn forget_faults(&self) {
        if matches!(*self.receiving.borrow(), Receiving::Pending(_)) {
            reactor::collect();
        }
        self.receiving.replace_with(|receiving| match receiving {
            Receiving::Done(Err(_)) => Receiving::No,
            other => core::mem::replace(other, Receiving::No),
        });
        self.sending
            .replace_with(|sending| match core::mem::replace(sending, Sending::No) {
                Sending::Pending(call) => Sending::Former(call),
                Sending::Failed(_) => Sending::No,
                other => other,
            });
    }

    /// `udp-socket.stream`.
    fn stream(&self, peer: Option<IpSocketAddress>) -> Result<(), Fault> {
        if self.streams.get() > 0 {
            // WASI 0.2 has this trap.
            trap();
        }
        if !self.progress.bound.get() {
            return Err(Fault::NotBound);
        }
        self.forget_faults();
        match peer {
            Some(peer) => self.associate(peer)?,
            None if self.peer.get().is_some() => {
                let disconnected = self.inner.disconnect();
                self.note_peer();
                disconnected?;
            }
            None => {}
        }
        self.permit.set(0);
        Ok(())
    }

    /// Returns `true` if a datagram, or an error, is there. Asks for one if there is none.
    fn has_received(&self) -> bool {
        let mut receiving = self.receiving.borrow_mut();
        loop {
            match &*receiving {
                Receiving::Pending(_) => return false,
                // One that was on its way when the socket was associated with another peer.
                Receiving::Done(Ok((_, from)))
                    if self.peer.get().is_some_and(|peer| !same(&peer, from)) =>
                {
                    *receiving = Receiving::No;
                }
                Receiving::Done(_) => return true,
                Receiving::No => {}
            }
            *receiving = match self.inner.receive() {
                Started::Ended(result) => Receiving::Done(result.map_err(traffic_fault)),
                Started::Pending(call) => {
                    call.watch(self.me.clone());
                    Receiving::Pending(call)
                }
            };
        }
    }

    fn receive(&self) -> Option<Result<Datagram, Fault>> {
        if !self.has_received() {
            return None;
        }
        match self.receiving.replace(Receiving::No) {
            Receiving::Done(result) => {
                // Whoever has sent it may have changed files before.
                freshness::note_news();
                Some(result)
            }
            _ => None,
        }
    }

    /// Receives up to `max` datagrams, without waiting.
    fn receive_list(&self, max: u64, task: Task<'_>) -> Result<Vec<Datagram>, Fault> {
        let max = usize::try_from(max)
            .unwrap_or(usize::MAX)
            .min(MAX_DATAGRAMS);
        let mut datagrams = Vec::new();
        let mut bytes = 0;
        if max > 0 && !self.has_received() {
            reactor::yield_once(task);
        }
        while datagrams.len() < max && bytes < MAX_BYTES {
            match self.receive() {
                None => break,
                Some(Ok(datagram)) => {
                    bytes += 1 + datagram.0.len();
                    datagrams.push(datagram);
                }
                // It is told the next time.
                Some(Err(fault)) if !datagrams.is_empty() => {
                    self.receiving.replace(Receiving::Done(Err(fault)));
                    break;
                }
                Some(Err(fault)) => return Err(fault),
            }
        }
        Ok(datagrams)
    }

    fn can_send(&self) -> bool {
        let sending = self.sending.borrow();
        !matches!(*sending, Sending::Pending(_) | Sending::Former(_))
    }

    fn check_send(&self, task: Task<'_>) -> u64 {
        if !self.can_send() {
            reactor::yield_once(task);
        }
        let permit = if self.can_send() { MAX_DATAGRAMS } else { 0 };
        self.permit.set(permit);
        permit as u64
    }

    fn send(&self, data: Vec<u8>, to: Option<IpSocketAddress>) -> Result<(), Fault> {
        if !self.can_send() {
            return Err(Fault::WouldBlock);
        }
        if let Sending::Failed(fault) = self.sending.replace(Sending::No) {
            return Err(fault);
        }
        match self.inner.send(data, to.as_ref()) {
            Started::Ended(result) => result.map_err(traffic_fault),
            Started::Pending(call) => {
                call.watch(self.me.clone());
                self.sending.replace(Sending::Pending(call));
                // The socket stays until the datagram is sent, whoever drops it.
                if let Some(me) = self.me.upgrade() {
                    reactor::keep(me);
                }
                Ok(())
            }
        }
    }

    /// Sends datagrams until one can't be sent, and returns how many were.
    fn send_list(
        &self,
        datagrams: impl Iterator<Item = (Vec<u8>, Option<IpSocketAddress>)>,
    ) -> Result<u64, Fault> {
        let mut sent = 0;
        for (data, to) in datagrams {
            match self.send(data, to) {
                Ok(()) => sent += 1,
                Err(_) if sent > 0 => break,
                Err(Fault::WouldBlock) => break,
                Err(fault) => return Err(fault),
            }
        }
        Ok(sent)
    }

    fn local_address(&self) -> Result<IpSocketAddress, Fault> {
        self.inner.local_address().map_err(|code| match code {
            ErrorCode::InvalidState => Fault::NotBound,
            other => other.into(),
        })
    }

    fn remote_address(&self) -> Result<IpSocketAddress, Fault> {
        self.inner.remote_address().map_err(|code| match code {
            ErrorCode::InvalidState => Fault::NotConnected,
            other => other.into(),
        })
    }

    /// The draft's `receive`.
    fn draft_receive(&self, max: u64, task: Task<'_>) -> Result<Vec<Datagram>, Fault> {
        if max == 0 {
            return Ok(Vec::new());
        }
        if !self.progress.bound.get() {
            return Err(Fault::NotBound);
        }
        let datagrams = self.receive_list(max, task)?;
        if datagrams.is_empty() {
            return Err(Fault::WouldBlock);
        }
        Ok(datagrams)
    }

    /// Checks a datagram to be sent as the draft asks, and returns the address to send it to.
    fn draft_destination(&self, to: &IpSocketAddress) -> Result<Option<IpSocketAddress>, Fault> {
        if !self.progress.bound.get() {
            return Err(Fault::NotBound);
        }
        check_remote(to, self.progress.family)?;
        match self.peer.get() {
            Some(peer) if same(&peer, to) => Ok(None),
            Some(_) => Err(Fault::OtherPeer),
            None => Ok(Some(*to)),
        }
    }

    /// The draft's `send`.
    fn draft_send(
        &self,
        datagrams: Vec<draft::udp::Datagram>,
        task: Task<'_>,
    ) -> Result<u64, Fault> {
        let mut sent = 0;
        for datagram in datagrams {
            if !self.can_send() {
                reactor::yield_once(task);
            }
            let result = self
                .draft_destination(&datagram.remote_address)
                .and_then(|to| self.send(datagram.data, to));
            match result {
                Ok(()) => sent += 1,
                Err(_) if sent > 0 => break,
                Err(fault) => return Err(fault),
            }
        }
        Ok(sent)
    }
}

/// The fault of a failed `send` or `receive`.
fn traffic_fault(code: ErrorCode) -> Fault {
    match code {
        ErrorCode::ConnectionRefused => Fault::Refused,
        ErrorCode::ConnectionReset => Fault::Reset,
        other => other.into(),
    }
}

/// The draft has one pollable for both directions. It tells of datagrams that arrive, which is what
/// a guest waits for; sending hardly ever has to wait, and is tried.
impl Source for Socket {
    fn is_ready(&self, _task: Task<'_>) -> bool {
        self.progress.operation().is_some() || !self.progress.bound.get() || self.has_received()
    }
}

impl Waiter for Socket {
    fn event(&self, event: Event) {
        let mut receiving = self.receiving.borrow_mut();
        if let Receiving::Pending(call) = &mut *receiving
            && call.has(&event)
        {
            if let Some(result) = call.advance(event) {
                let result = result.unwrap_or(Err(ErrorCode::Other));
                *receiving = Receiving::Done(result.map_err(traffic_fault));
            }
            return;
        }
        drop(receiving);
        let mut sending = self.sending.borrow_mut();
        if let Sending::Pending(call) | Sending::Former(call) = &mut *sending {
            let Some(result) = call.advance(event) else {
                return;
            };
            *sending = match (&*sending, result) {
                (Sending::Pending(_), Some(Err(code))) => Sending::Failed(traffic_fault(code)),
                _ => Sending::No,
            };
        }
        drop(sending);
        reactor::release(self);
    }
}

/// The resource, in every shape.
pub struct Handle(pub Rc<Socket>);

/// A stream resource, which its socket counts.
pub struct Stream(Rc<Socket>);

impl Stream {
    fn new(socket: &Rc<Socket>) -> Self {
        socket.streams.set(socket.streams.get() + 1);
        Stream(socket.clone())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.streams.set(self.0.streams.get() - 1);
    }
}

/// The readiness to receive.
struct Incoming(Rc<Socket>);

impl Source for Incoming {
    fn is_ready(&self, _task: Task<'_>) -> bool {
        self.0.has_received()
    }
}

/// The readiness to send.
struct Outgoing(Rc<Socket>);

impl Source for Outgoing {
    fn is_ready(&self, _task: Task<'_>) -> bool {
        self.0.can_send()
    }
}

/// An always-ready source: of the operations that a socket itself has, none takes time.
struct Always;

impl Source for Always {
    fn is_ready(&self, _task: Task<'_>) -> bool {
        true
    }
}

/// Implements what all shapes have.
macro_rules! common {
    ($shape:ident) => {
        fn finish_bind(&self) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.progress.finish(Operation::Bind)?)
        }

        fn local_address(&self) -> Result<IpSocketAddress, $shape::network::ErrorCode> {
            Ok(self.0.local_address()?)
        }

        fn remote_address(&self) -> Result<IpSocketAddress, $shape::network::ErrorCode> {
            Ok(self.0.remote_address()?)
        }

        fn address_family(&self) -> IpAddressFamily {
            self.0.progress.family
        }

        fn unicast_hop_limit(&self) -> Result<u8, $shape::network::ErrorCode> {
            Ok(self.0.ask(UdpSocket::unicast_hop_limit)?)
        }

        fn receive_buffer_size(&self) -> Result<u64, $shape::network::ErrorCode> {
            Ok(self.0.ask(UdpSocket::receive_buffer_size)?)
        }

        fn send_buffer_size(&self) -> Result<u64, $shape::network::ErrorCode> {
            Ok(self.0.ask(UdpSocket::send_buffer_size)?)
        }
    };
}

/// Implements what the release candidate and the release have beside [`common`].
macro_rules! release {
    ($shape:ident) => {
        fn start_bind(
            &self,
            _network: $shape::network::NetworkBorrow<'_>,
            local_address: IpSocketAddress,
            _task: Task<'_>,
        ) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.start_bind(local_address)?)
        }

        fn stream(
            &self,
            remote_address: Option<IpSocketAddress>,
        ) -> Result<
            (
                $shape::udp::IncomingDatagramStream,
                $shape::udp::OutgoingDatagramStream,
            ),
            $shape::network::ErrorCode,
        > {
            self.0.stream(remote_address)?;
            Ok((
                $shape::udp::IncomingDatagramStream::new(Stream::new(&self.0)),
                $shape::udp::OutgoingDatagramStream::new(Stream::new(&self.0)),
            ))
        }

        fn set_unicast_hop_limit(&self, value: u8) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.ask(|inner| inner.set_unicast_hop_limit(value))?)
        }

        fn set_receive_buffer_size(&self, value: u64) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.ask(|inner| inner.set_receive_buffer_size(value))?)
        }

        fn set_send_buffer_size(&self, value: u64) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.ask(|inner| inner.set_send_buffer_size(value))?)
        }

        fn subscribe(&self) -> Pollable {
            pollable(Rc::new(Always))
        }
    };
}

/// The interface and the streams, which the draft doesn't have.
macro_rules! streams {
    ($shape:ident) => {
        impl $shape::udp::Guest for Adapter {
            type UdpSocket = Handle;
            type IncomingDatagramStream = Stream;
            type OutgoingDatagramStream = Stream;
        }

        impl $shape::udp::GuestIncomingDatagramStream for Stream {
            fn receive(
                &self,
                max_results: u64,
                task: Task<'_>,
            ) -> Result<Vec<$shape::udp::IncomingDatagram>, $shape::network::ErrorCode> {
                let datagrams = self.0.receive_list(max_results, task)?;
                let datagram = |(data, remote_address)| $shape::udp::IncomingDatagram {
                    data,
                    remote_address,
                };
                Ok(datagrams.into_iter().map(datagram).collect())
            }

            fn subscribe(&self) -> Pollable {
                pollable(Rc::new(Incoming(self.0.clone())))
            }
        }

        impl $shape::udp::GuestOutgoingDatagramStream for Stream {
            fn check_send(&self, task: Task<'_>) -> Result<u64, $shape::network::ErrorCode> {
                Ok(self.0.check_send(task))
            }

            fn send(
                &self,
                datagrams: Vec<$shape::udp::OutgoingDatagram>,
                _task: Task<'_>,
            ) -> Result<u64, $shape::network::ErrorCode> {
                if datagrams.is_empty() {
                    return Ok(0);
                }
                if datagrams.len() > self.0.permit.replace(0) {
                    // More than `check-send` allows.
                    trap();
                }
                let parts = |datagram: $shape::udp::OutgoingDatagram| {
                    (datagram.data, datagram.remote_address)
                };
                Ok(self.0.send_list(datagrams.into_iter().map(parts))?)
            }

            fn subscribe(&self) -> Pollable {
                pollable(Rc::new(Outgoing(self.0.clone())))
            }
        }
    };
}

streams!(stable);
streams!(candidate);

impl stable::udp::GuestUdpSocket for Handle {
    common!(stable);
    release!(stable);
}

impl candidate::udp::GuestUdpSocket for Handle {
    common!(candidate);
    release!(candidate);
    ipv6_only!(candidate);
}

impl draft::udp::Guest for Adapter {
    type UdpSocket = Handle;
}

impl draft::udp::GuestUdpSocket for Handle {
    common!(draft);
    ipv6_only!(draft);

    fn start_bind(
        &self,
        _network: draft::network::NetworkBorrow<'_>,
        local_address: IpSocketAddress,
        _task: Task<'_>,
    ) -> Result<(), draft::network::ErrorCode> {
        let outcome = self.0.start_bind(local_address);
        Ok(self.0.progress.draft_started_bind(outcome)?)
    }

    fn start_connect(
        &self,
        _network: draft::network::NetworkBorrow<'_>,
        remote_address: IpSocketAddress,
        _task: Task<'_>,
    ) -> Result<(), draft::network::ErrorCode> {
        Ok(self.0.start_connect(remote_address)?)
    }

    fn finish_connect(&self, _task: Task<'_>) -> Result<(), draft::network::ErrorCode> {
        Ok(self.0.progress.finish(Operation::Connect)?)
    }

    fn receive(
        &self,
        max_results: u64,
        task: Task<'_>,
    ) -> Result<Vec<draft::udp::Datagram>, draft::network::ErrorCode> {
        let datagrams = self.0.draft_receive(max_results, task)?;
        let datagram = |(data, remote_address)| draft::udp::Datagram {
            data,
            remote_address,
        };
        Ok(datagrams.into_iter().map(datagram).collect())
    }

    fn send(
        &self,
        datagrams: Vec<draft::udp::Datagram>,
        task: Task<'_>,
    ) -> Result<u64, draft::network::ErrorCode> {
        Ok(self.0.draft_send(datagrams, task)?)
    }

    fn set_unicast_hop_limit(&self, value: u8) -> Result<(), draft::network::ErrorCode> {
        self.0.progress.check_quiet()?;
        Ok(self.0.ask(|inner| inner.set_unicast_hop_limit(value))?)
    }

    fn set_receive_buffer_size(&self, value: u64) -> Result<(), draft::network::ErrorCode> {
        self.0.progress.check_quiet()?;
        Ok(self.0.ask(|inner| inner.set_receive_buffer_size(value))?)
    }

    fn set_send_buffer_size(&self, value: u64) -> Result<(), draft::network::ErrorCode> {
        self.0.progress.check_quiet()?;
        Ok(self.0.ask(|inner| inner.set_send_buffer_size(value))?)
    }

    fn subscribe(&self) -> Pollable {
        pollable(self.0.clone())
    }
}
