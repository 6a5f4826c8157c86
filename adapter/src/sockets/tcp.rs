//! `wasi:sockets/tcp`.

use super::error::Fault;
use super::network::{check_remote, connect_fault, create};
use super::operation::{Operation, Progress, ipv6_only};
use super::shapes::{candidate, draft, stable};
use crate::Adapter;
use crate::bindings::exports::wasi::io::poll::Pollable;
use crate::bindings::exports::wasi::io::streams as p2_streams;
use crate::canon::{Event, Task};
use crate::freshness;
use crate::io::input::ByteInput;
use crate::io::output::{Kind, Output};
use crate::io::poll::{Source, pollable};
use crate::io::streams::{input_stream, output_stream};
use crate::op::{Started, Subtask};
use crate::p3::sockets::{
    Connect, ErrorCode, IpAddressFamily, IpSocketAddress, Listener, TcpSocket,
};
use crate::reactor::{self, Waiter};
use alloc::rc::{Rc, Weak};
use core::cell::RefCell;

/// The state of a socket.
enum State {
    /// Not connected, not listening.
    Idle,
    Connecting(Subtask<Connect>),
    /// A connection was tried, and the guest has not taken it. Until it has seen that this is over,
    /// the socket is one that connects, whatever the host knows.
    Tried {
        result: Result<(), ErrorCode>,
        is_seen: bool,
    },
    Connected {
        input: Rc<ByteInput>,
        output: Rc<Output>,
    },
    Listening {
        listener: Listener,
        accepted: Option<TcpSocket>,
    },
    /// A connection was tried and failed: WASI 0.3 has no use for the socket any more.
    Dead(Fault),
}

impl State {
    fn tried(result: Result<(), ErrorCode>) -> Self {
        State::Tried {
            result,
            is_seen: false,
        }
    }
}

/// A `tcp-socket`.
pub struct Socket {
    me: Weak<Socket>,
    inner: Rc<TcpSocket>,
    progress: Progress,
    state: RefCell<State>,
}

/// The differences of a connection's output from a plain one.
struct Connection;

impl Kind for Connection {
    /// A peer may never read. But to drop the stream is to wait until it has, on hosts of WASI 0.2.
    fn outlives_guest(&self, is_dropped: bool) -> bool {
        is_dropped
    }
}

/// A connection's streams.
type Streams = (Rc<ByteInput>, Rc<Output>);

impl Socket {
    fn new(inner: TcpSocket, family: IpAddressFamily, state: State, bound: bool) -> Rc<Self> {
        Rc::new_cyclic(|me| Socket {
            me: me.clone(),
            inner: Rc::new(inner),
            progress: Progress::new(family, bound),
            state: RefCell::new(state),
        })
    }

    pub fn create(family: IpAddressFamily) -> Result<Rc<Self>, Fault> {
        let inner = create(TcpSocket::create, family)?;
        Ok(Socket::new(inner, family, State::Idle, false))
    }

    /// Fails if the socket has a role already.
    fn check_idle(&self) -> Result<(), Fault> {
        match *self.state.borrow() {
            State::Idle => Ok(()),
            State::Connected { .. } => Err(Fault::AlreadyConnected),
            State::Listening { .. } => Err(Fault::AlreadyListening),
            State::Connecting(_) | State::Tried { .. } | State::Dead(_) => Err(Fault::InvalidState),
        }
    }

    fn start_bind(&self, address: IpSocketAddress) -> Result<(), Fault> {
        let bind = |address: &_| self.inner.bind(address);
        self.progress.start_bind(&address, self.check_idle(), bind)
    }

    fn start_connect(&self, address: IpSocketAddress) -> Result<(), Fault> {
        self.progress.check_quiet()?;
        self.check_idle()?;
        check_remote(&address, self.progress.family)?;
        let state = match self.inner.connect(&address) {
            // The host looked at the address, and did nothing.
            Started::Ended(Err(ErrorCode::InvalidArgument)) => {
                return Err(Fault::InvalidRemoteAddress);
            }
            Started::Ended(result) => State::tried(result),
            Started::Pending(call) => {
                call.watch(self.me.clone());
                State::Connecting(call)
            }
        };
        *self.state.borrow_mut() = state;
        self.progress.start(Operation::Connect);
        Ok(())
    }

    fn finish_connect(&self, task: Task<'_>) -> Result<Streams, Fault> {
        if self.progress.operation() != Some(Operation::Connect) {
            return Err(Fault::NotInProgress);
        }
        if matches!(*self.state.borrow(), State::Connecting(_)) {
            reactor::yield_once(task);
        }
        let result = match *self.state.borrow() {
            State::Tried { result, .. } => result,
            _ => return Err(Fault::WouldBlock),
        };
        self.progress.finish(Operation::Connect)?;
        match result.map_err(|code| connect_fault(code, self.progress.bound.get())) {
            Ok(()) => {
                self.progress.bound.set(true);
                Ok(self.connected())
            }
            Err(fault) => {
                *self.state.borrow_mut() = State::Dead(fault);
                Err(fault)
            }
        }
    }

    /// Opens the streams of a connection that has just come about.
    fn connected(&self) -> Streams {
        let input = ByteInput::new(self.inner.receive());
        let output = Output::of_kind(self.inner.send(), Rc::new(Connection));
        *self.state.borrow_mut() = State::Connected {
            input: input.clone(),
            output: output.clone(),
        };
        (input, output)
    }

    fn start_listen(&self) -> Result<(), Fault> {
        self.progress.check_quiet()?;
        if !self.progress.bound.get() {
            return Err(Fault::NotBound);
        }
        self.check_idle()?;
        match self.inner.listen() {
            Ok(listener) => {
                *self.state.borrow_mut() = State::Listening {
                    listener,
                    accepted: None,
                };
                self.progress.start(Operation::Listen);
            }
            Err(ErrorCode::AddressInUse) => self
                .progress
                .start_failed(Operation::Listen, Fault::EphemeralPortsExhausted),
            Err(code) => return Err(code.into()),
        }
        Ok(())
    }

    /// Returns `true` if a connection is there to be accepted, or none will ever be. Asks for one if
    /// none is.
    fn can_accept(&self) -> bool {
        let mut state = self.state.borrow_mut();
        let State::Listening { listener, accepted } = &mut *state else {
            return false;
        };
        let may_ask = !listener.is_pending() && !listener.has_ended();
        if accepted.is_none() && may_ask {
            *accepted = listener.start(&self.me);
        }
        accepted.is_some() || listener.has_ended()
    }

    fn accept(&self, task: Task<'_>) -> Result<(Rc<Socket>, Streams), Fault> {
        if !self.is_listening() {
            return Err(Fault::NotListening);
        }
        if !self.can_accept() {
            reactor::yield_once(task);
            self.can_accept();
        }
        let (accepted, has_ended) = match &mut *self.state.borrow_mut() {
            State::Listening { listener, accepted } => (accepted.take(), listener.has_ended()),
            _ => (None, false),
        };
        let inner = accepted.ok_or(match has_ended {
            true => Fault::Unknown,
            false => Fault::WouldBlock,
        })?;
        // Whoever has connected may have changed files before.
        freshness::note_news();
        // A connection that failed while it was being accepted is a socket that says why.
        inner.local_address()?;
        let socket = Socket::new(inner, self.progress.family, State::Idle, true);
        let streams = socket.connected();
        Ok((socket, streams))
    }

    fn is_listening(&self) -> bool {
        matches!(*self.state.borrow(), State::Listening { .. })
    }

    fn is_connected(&self) -> bool {
        matches!(*self.state.borrow(), State::Connected { .. })
    }

    /// Asks the host about the socket, or sets an option.
    fn ask<T>(&self, ask: impl FnOnce(&TcpSocket) -> Result<T, ErrorCode>) -> Result<T, Fault> {
        self.check_answers()?;
        Ok(ask(&self.inner)?)
    }

    /// Fails while a socket connects, when there is no answer, though some hosts have one; and after
    /// it has failed, when there is only that.
    fn check_answers(&self) -> Result<(), Fault> {
        match *self.state.borrow() {
            State::Connecting(_) | State::Tried { is_seen: false, .. } => Err(Fault::Connecting),
            State::Tried { result, .. } => Ok(result?),
            State::Dead(fault) => Err(fault),
            _ => Ok(()),
        }
    }

    /// Sets an option for which 0 never is a value.
    fn set<T: Default + PartialEq>(
        &self,
        set: impl FnOnce(&TcpSocket, T) -> Result<(), ErrorCode>,
        value: T,
    ) -> Result<(), Fault> {
        if value == T::default() {
            return Err(Fault::InvalidArgument);
        }
        self.ask(|inner| set(inner, value))
    }

    fn local_address(&self) -> Result<IpSocketAddress, Fault> {
        self.ask(TcpSocket::local_address)
            .map_err(|fault| match fault {
                Fault::InvalidState | Fault::Connecting if !self.progress.bound.get() => {
                    Fault::NotBound
                }
                other => other,
            })
    }

    fn remote_address(&self) -> Result<IpSocketAddress, Fault> {
        self.ask(TcpSocket::remote_address)
            .map_err(|fault| match fault {
                Fault::InvalidState | Fault::Connecting if !self.is_connected() => {
                    Fault::NotConnected
                }
                other => other,
            })
    }

    fn set_listen_backlog_size(&self, value: u64) -> Result<(), Fault> {
        self.set(TcpSocket::set_listen_backlog_size, value)
            .map_err(|fault| match fault {
                Fault::InvalidState if self.is_connected() => Fault::AlreadyConnected,
                other => other,
            })
    }

    fn shutdown(&self, receive: bool, send: bool) -> Result<(), Fault> {
        let state = self.state.borrow();
        let State::Connected { input, output } = &*state else {
            return Err(Fault::NotConnected);
        };
        if receive {
            input.shutdown();
        }
        if send {
            output.shutdown();
        }
        Ok(())
    }

    /// Fails if the socket has a role, in which the draft has some options not to be set.
    fn check_settable(&self) -> Result<(), Fault> {
        self.progress.check_quiet()?;
        if self.is_connected() {
            return Err(Fault::AlreadyConnected);
        }
        if self.is_listening() {
            return Err(Fault::AlreadyListening);
        }
        Ok(())
    }
}

impl Source for Socket {
    fn is_ready(&self, _task: Task<'_>) -> bool {
        match self.progress.operation() {
            Some(Operation::Connect) => match &mut *self.state.borrow_mut() {
                State::Tried { is_seen, .. } => {
                    *is_seen = true;
                    true
                }
                _ => false,
            },
            Some(_) => true,
            None => !self.is_listening() || self.can_accept(),
        }
    }
}

impl Waiter for Socket {
    fn event(&self, event: Event) {
        let mut state = self.state.borrow_mut();
        match &mut *state {
            State::Connecting(call) => {
                if let Some(result) = call.advance(event) {
                    *state = State::tried(result.unwrap_or(Err(ErrorCode::Other)));
                }
            }
            State::Listening { listener, accepted } => *accepted = listener.finish(event),
            _ => {}
        }
    }
}

/// Implements what all shapes have.
macro_rules! common {
    ($shape:ident) => {
        fn finish_bind(&self) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.progress.finish(Operation::Bind)?)
        }

        fn start_connect(
            &self,
            _network: $shape::network::NetworkBorrow<'_>,
            remote_address: IpSocketAddress,
            _task: Task<'_>,
        ) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.start_connect(remote_address)?)
        }

        fn finish_connect(
            &self,
            task: Task<'_>,
        ) -> Result<(p2_streams::InputStream, p2_streams::OutputStream), $shape::network::ErrorCode>
        {
            let (input, output) = self.0.finish_connect(task)?;
            Ok((input_stream(input), output_stream(output)))
        }

        fn start_listen(&self, _task: Task<'_>) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.start_listen()?)
        }

        fn finish_listen(&self) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.progress.finish(Operation::Listen)?)
        }

        fn accept(
            &self,
            task: Task<'_>,
        ) -> Result<
            (
                $shape::tcp::TcpSocket,
                p2_streams::InputStream,
                p2_streams::OutputStream,
            ),
            $shape::network::ErrorCode,
        > {
            let (socket, (input, output)) = self.0.accept(task)?;
            Ok((
                $shape::tcp::TcpSocket::new(Handle(socket)),
                input_stream(input),
                output_stream(output),
            ))
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

        fn receive_buffer_size(&self) -> Result<u64, $shape::network::ErrorCode> {
            Ok(self.0.ask(TcpSocket::receive_buffer_size)?)
        }

        fn send_buffer_size(&self) -> Result<u64, $shape::network::ErrorCode> {
            Ok(self.0.ask(TcpSocket::send_buffer_size)?)
        }

        fn subscribe(&self) -> Pollable {
            pollable(self.0.clone())
        }

        fn shutdown(
            &self,
            shutdown_type: $shape::tcp::ShutdownType,
        ) -> Result<(), $shape::network::ErrorCode> {
            let (receive, send) = match shutdown_type {
                $shape::tcp::ShutdownType::Receive => (true, false),
                $shape::tcp::ShutdownType::Send => (false, true),
                $shape::tcp::ShutdownType::Both => (true, true),
            };
            Ok(self.0.shutdown(receive, send)?)
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

        fn is_listening(&self) -> bool {
            self.0.is_listening()
        }

        fn set_listen_backlog_size(&self, value: u64) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.set_listen_backlog_size(value)?)
        }

        fn keep_alive_enabled(&self) -> Result<bool, $shape::network::ErrorCode> {
            Ok(self.0.ask(TcpSocket::keep_alive_enabled)?)
        }

        fn set_keep_alive_enabled(&self, value: bool) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.ask(|inner| inner.set_keep_alive_enabled(value))?)
        }

        fn keep_alive_idle_time(&self) -> Result<u64, $shape::network::ErrorCode> {
            Ok(self.0.ask(TcpSocket::keep_alive_idle_time)?)
        }

        fn set_keep_alive_idle_time(&self, value: u64) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.set(TcpSocket::set_keep_alive_idle_time, value)?)
        }

        fn keep_alive_interval(&self) -> Result<u64, $shape::network::ErrorCode> {
            Ok(self.0.ask(TcpSocket::keep_alive_interval)?)
        }

        fn set_keep_alive_interval(&self, value: u64) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.set(TcpSocket::set_keep_alive_interval, value)?)
        }

        fn keep_alive_count(&self) -> Result<u32, $shape::network::ErrorCode> {
            Ok(self.0.ask(TcpSocket::keep_alive_count)?)
        }

        fn set_keep_alive_count(&self, value: u32) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.set(TcpSocket::set_keep_alive_count, value)?)
        }

        fn hop_limit(&self) -> Result<u8, $shape::network::ErrorCode> {
            Ok(self.0.ask(TcpSocket::hop_limit)?)
        }

        fn set_hop_limit(&self, value: u8) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.ask(|inner| inner.set_hop_limit(value))?)
        }

        fn set_receive_buffer_size(&self, value: u64) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.ask(|inner| inner.set_receive_buffer_size(value))?)
        }

        fn set_send_buffer_size(&self, value: u64) -> Result<(), $shape::network::ErrorCode> {
            Ok(self.0.ask(|inner| inner.set_send_buffer_size(value))?)
        }
    };
}

/// The resource, in every shape.
pub struct Handle(pub Rc<Socket>);

impl stable::tcp::Guest for Adapter {
    type TcpSocket = Handle;
}

impl stable::tcp::GuestTcpSocket for Handle {
    common!(stable);
    release!(stable);
}

impl candidate::tcp::Guest for Adapter {
    type TcpSocket = Handle;
}

impl candidate::tcp::GuestTcpSocket for Handle {
    common!(candidate);
    release!(candidate);
    ipv6_only!(candidate);
}

impl draft::tcp::Guest for Adapter {
    type TcpSocket = Handle;
}

impl draft::tcp::GuestTcpSocket for Handle {
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

    fn set_listen_backlog_size(&self, value: u64) -> Result<(), draft::network::ErrorCode> {
        self.0.progress.check_quiet()?;
        Ok(self.0.set_listen_backlog_size(value)?)
    }

    fn keep_alive(&self) -> Result<bool, draft::network::ErrorCode> {
        Ok(self.0.ask(TcpSocket::keep_alive_enabled)?)
    }

    fn set_keep_alive(&self, value: bool) -> Result<(), draft::network::ErrorCode> {
        self.0.progress.check_quiet()?;
        Ok(self.0.ask(|inner| inner.set_keep_alive_enabled(value))?)
    }

    // WASI 0.3 can neither tell nor change when small segments are sent.

    fn no_delay(&self) -> Result<bool, draft::network::ErrorCode> {
        Err(Fault::NotSupported.into())
    }

    fn set_no_delay(&self, _value: bool) -> Result<(), draft::network::ErrorCode> {
        self.0.progress.check_quiet()?;
        Err(Fault::NotSupported.into())
    }

    fn unicast_hop_limit(&self) -> Result<u8, draft::network::ErrorCode> {
        Ok(self.0.ask(TcpSocket::hop_limit)?)
    }

    fn set_unicast_hop_limit(&self, value: u8) -> Result<(), draft::network::ErrorCode> {
        self.0.check_settable()?;
        Ok(self.0.ask(|inner| inner.set_hop_limit(value))?)
    }

    fn set_receive_buffer_size(&self, value: u64) -> Result<(), draft::network::ErrorCode> {
        self.0.check_settable()?;
        Ok(self.0.ask(|inner| inner.set_receive_buffer_size(value))?)
    }

    fn set_send_buffer_size(&self, value: u64) -> Result<(), draft::network::ErrorCode> {
        self.0.check_settable()?;
        Ok(self.0.ask(|inner| inner.set_send_buffer_size(value))?)
    }
}
