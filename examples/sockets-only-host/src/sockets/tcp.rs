//! `tcp-socket`: a state machine, and its three streams.

use super::{SocketError, SocketResult};
use crate::bindings::wasi::sockets::types::{
    Duration as Nanoseconds, ErrorCode, HostTcpSocket, HostTcpSocketWithStore, IpAddressFamily,
    IpSocketAddress,
};
use crate::end::End;
use crate::{State, Wasi};
use rustix::fd::{AsFd as _, BorrowedFd, OwnedFd};
use rustix::io::Errno;
use rustix::net::{Shutdown, SocketType, sockopt};
use std::io;
use std::mem;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::ReadBuf;
use tokio::net::{TcpListener, TcpStream};
use wasmtime::component::{
    Access, Accessor, Destination, FutureReader, Resource, Source, StreamConsumer, StreamProducer,
    StreamReader, StreamResult, VecBuffer,
};
use wasmtime::{AsContextMut as _, Result, StoreContextMut};

/// The default number of connections that wait to be accepted.
const BACKLOG: i32 = 128;

/// The resource `tcp-socket`.
pub struct TcpSocket {
    family: IpAddressFamily,
    phase: Phase,
    /// `true` if it has a local address.
    bound: bool,
    backlog: i32,
}

/// The states of the documentation, `unbound` and `bound` in one.
///
/// The sockets are Tokio's as soon as there is something to wait for. They are
/// shared with the streams and the functions that wait.
enum Phase {
    Unconnected(OwnedFd),
    Listening(Arc<TcpListener>),
    Connecting(Arc<TcpStream>),
    Connected {
        stream: Arc<TcpStream>,
        /// `send` was called. It can be only once, as `receive`.
        sent: bool,
        received: bool,
    },
    /// A failed socket, with the error that every function returns.
    Closed(ErrorCode),
}

impl Phase {
    fn connected(stream: Arc<TcpStream>) -> Self {
        Self::Connected {
            stream,
            sent: false,
            received: false,
        }
    }
}

impl TcpSocket {
    fn create(family: IpAddressFamily) -> Result<Self, ErrorCode> {
        let socket = super::socket(family, SocketType::STREAM).map_err(super::error_code)?;
        Ok(Self {
            family,
            phase: Phase::Unconnected(socket),
            bound: false,
            backlog: BACKLOG,
        })
    }

    /// Returns the socket in any state, for its options.
    fn fd(&self) -> Result<BorrowedFd<'_>, ErrorCode> {
        match &self.phase {
            Phase::Unconnected(socket) => Ok(socket.as_fd()),
            Phase::Listening(listener) => Ok(listener.as_fd()),
            Phase::Connecting(stream) | Phase::Connected { stream, .. } => Ok(stream.as_fd()),
            Phase::Closed(code) => Err(*code),
        }
    }

    fn unconnected(&self) -> Result<&OwnedFd, ErrorCode> {
        match &self.phase {
            Phase::Unconnected(socket) => Ok(socket),
            _ => Err(ErrorCode::InvalidState),
        }
    }

    /// Takes the socket out. It is closed unless another state follows.
    fn take_unconnected(&mut self) -> Result<OwnedFd, ErrorCode> {
        self.unconnected()?;
        match mem::replace(&mut self.phase, Phase::Closed(ErrorCode::InvalidState)) {
            Phase::Unconnected(socket) => Ok(socket),
            _ => Err(ErrorCode::InvalidState),
        }
    }

    fn bind(&mut self, address: SocketAddr) -> Result<(), ErrorCode> {
        let socket = self.unconnected()?;
        // A server that is started again has its port at once, though the old
        // connections are not forgotten.
        sockopt::set_socket_reuseaddr(socket, true).map_err(super::error_code)?;
        rustix::net::bind(socket, &address).map_err(super::error_code)?;
        self.bound = true;
        Ok(())
    }

    /// Begins to connect. Returns the socket, which is ready to write once connecting has ended.
    fn start_connect(&mut self, remote: SocketAddr) -> Result<Arc<TcpStream>, ErrorCode> {
        let socket = self.take_unconnected()?;
        match rustix::net::connect(&socket, &remote) {
            Ok(()) | Err(Errno::INPROGRESS | Errno::WOULDBLOCK | Errno::INTR) => {}
            Err(errno) => return Err(connect_error(errno)),
        }
        // Tokio must not get the socket earlier: it takes an unconnected one for one whose
        // connection has ended.
        let stream = TcpStream::from_std(socket.into()).map_err(|e| super::io_error_code(&e))?;
        let stream = Arc::new(stream);
        self.phase = Phase::Connecting(stream.clone());
        self.bound = true;
        Ok(stream)
    }

    fn listen(&mut self) -> Result<Arc<TcpListener>, ErrorCode> {
        self.unconnected()?;
        // Not all systems do that by themselves.
        if !self.bound {
            self.bind(super::unspecified(self.family))?;
        }
        rustix::net::listen(self.unconnected()?, self.backlog).map_err(super::error_code)?;
        let socket = self.take_unconnected()?;
        let listener =
            TcpListener::from_std(socket.into()).map_err(|e| super::io_error_code(&e))?;
        let listener = Arc::new(listener);
        self.phase = Phase::Listening(listener.clone());
        Ok(listener)
    }

    /// Returns the connection to send to, once.
    fn take_sender(&mut self) -> Result<Arc<TcpStream>, ErrorCode> {
        match &mut self.phase {
            Phase::Connected { stream, sent, .. } if !*sent => {
                *sent = true;
                Ok(stream.clone())
            }
            Phase::Closed(code) => Err(*code),
            _ => Err(ErrorCode::InvalidState),
        }
    }

    /// Returns the connection to receive from, once.
    fn take_receiver(&mut self) -> Result<Arc<TcpStream>, ErrorCode> {
        match &mut self.phase {
            Phase::Connected {
                stream, received, ..
            } if !*received => {
                *received = true;
                Ok(stream.clone())
            }
            Phase::Closed(code) => Err(*code),
            _ => Err(ErrorCode::InvalidState),
        }
    }
}

/// The error codes of `connect`, for which no address to connect from means no free port.
fn connect_error(errno: Errno) -> ErrorCode {
    match errno {
        Errno::ADDRNOTAVAIL | Errno::AGAIN => ErrorCode::AddressInUse,
        errno => super::error_code(errno),
    }
}

/// Waits until the connection is there, or has failed.
async fn connected(stream: &TcpStream) -> Result<(), ErrorCode> {
    let outcome = async {
        stream.writable().await?;
        stream.take_error()
    };
    match outcome.await {
        Ok(None) => Ok(()),
        Ok(Some(error)) | Err(error) => Err(match Errno::from_io_error(&error) {
            Some(errno) => connect_error(errno),
            None => ErrorCode::Unknown,
        }),
    }
}

impl State {
    fn tcp(&mut self, socket: &Resource<TcpSocket>) -> SocketResult<&mut TcpSocket> {
        Ok(self.table.get_mut(socket)?)
    }
}

impl<T> HostTcpSocketWithStore<T> for Wasi {
    async fn connect(
        accessor: &Accessor<T, Self>,
        socket: Resource<TcpSocket>,
        remote: IpSocketAddress,
    ) -> SocketResult<()> {
        let stream = accessor.with(|mut access| {
            let state = access.get();
            let remote = remote.into();
            let tcp = state.tcp(&socket)?;
            tcp.unconnected()?;
            super::check_remote(tcp.family, remote)?;
            check_unicast(remote)?;
            state.allowed(remote)?;
            Ok::<_, SocketError>(state.tcp(&socket)?.start_connect(remote)?)
        })?;
        // A guest that cancels the call leaves the socket `connecting`, and can only drop it.
        let outcome = connected(&stream).await;
        accessor.with(|mut access| {
            access.get().tcp(&socket)?.phase = match outcome {
                Ok(()) => Phase::connected(stream),
                Err(_) => Phase::Closed(ErrorCode::InvalidState),
            };
            Ok(outcome?)
        })
    }

    fn listen(
        mut access: Access<'_, T, Self>,
        socket: Resource<TcpSocket>,
    ) -> SocketResult<StreamReader<Resource<TcpSocket>>> {
        let tcp = access.get().tcp(&socket)?;
        let listener = tcp.listen()?;
        let family = tcp.family;
        let connections = Connections {
            listener,
            family,
            state: access.getter(),
            next: None,
        };
        Ok(StreamReader::new(&mut access, connections)?)
    }

    fn send(
        mut access: Access<'_, T, Self>,
        socket: Resource<TcpSocket>,
        mut data: StreamReader<u8>,
    ) -> Result<FutureReader<Result<(), ErrorCode>>> {
        let (mut end, result) = End::new(super::io_error_code);
        match access.get().table.get_mut(&socket)?.take_sender() {
            Ok(stream) => {
                let shutdown = Shutdown::Write;
                let sender = Sender(Direction {
                    stream,
                    shutdown,
                    end,
                });
                data.pipe(&mut access, sender)?;
            }
            Err(code) => {
                data.close(&mut access)?;
                end.tell(Err(code));
            }
        }
        FutureReader::new(&mut access, result)
    }

    fn receive(
        mut access: Access<'_, T, Self>,
        socket: Resource<TcpSocket>,
    ) -> Result<(StreamReader<u8>, FutureReader<Result<(), ErrorCode>>)> {
        let (mut end, result) = End::new(super::io_error_code);
        let data = match access.get().table.get_mut(&socket)?.take_receiver() {
            Ok(stream) => {
                let shutdown = Shutdown::Read;
                let receiver = Receiver(Direction {
                    stream,
                    shutdown,
                    end,
                });
                StreamReader::new(&mut access, receiver)?
            }
            Err(code) => {
                end.tell(Err(code));
                StreamReader::new(&mut access, std::iter::empty())?
            }
        };
        Ok((data, FutureReader::new(&mut access, result)?))
    }
}

/// The stream of connections that `listen` returns.
///
/// They inherit the listener's options, which Linux does by itself. A host for other systems would
/// copy the others here.
struct Connections<T> {
    listener: Arc<TcpListener>,
    family: IpAddressFamily,
    /// The host's own part of a store's data.
    state: fn(&mut T) -> &mut State,
    /// A connection that is accepted and not yet read.
    next: Option<TcpSocket>,
}

impl<T> Connections<T> {
    fn poll_accept(&self, cx: &mut Context<'_>, state: &State) -> Poll<TcpSocket> {
        loop {
            let phase = match std::task::ready!(self.listener.poll_accept(cx)) {
                Ok((stream, remote)) if state.allowed(remote).is_ok() => {
                    Phase::connected(Arc::new(stream))
                }
                // The guest needs no notice of such a connection.
                Ok(_) => continue,
                // One connection is lost, the listener goes on. The guest sees the
                // error where it expects one, on a socket.
                Err(error) => Phase::Closed(super::io_error_code(&error)),
            };
            return Poll::Ready(TcpSocket {
                family: self.family,
                phase,
                bound: true,
                backlog: BACKLOG,
            });
        }
    }
}

impl<T: 'static> StreamProducer<T> for Connections<T> {
    type Item = Resource<TcpSocket>;
    type Buffer = Option<Resource<TcpSocket>>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'a, T>,
        mut destination: Destination<'a, Self::Item, Self::Buffer>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        if self.next.is_none() {
            match self.poll_accept(cx, (self.state)(store.data_mut())) {
                Poll::Ready(socket) => self.next = Some(socket),
                Poll::Pending if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
                Poll::Pending => return Poll::Pending,
            }
        }
        // A read of no items transfers nothing: the connection waits here.
        if destination.remaining(store.as_context_mut()) != Some(0)
            && let Some(socket) = self.next.take()
        {
            let socket = (self.state)(store.data_mut()).table.push(socket)?;
            destination.set_buffer(Some(socket));
        }
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

/// One direction of a connection, and the future that resolves to its result.
struct Direction {
    stream: Arc<TcpStream>,
    shutdown: Shutdown,
    end: End<ErrorCode>,
}

impl Drop for Direction {
    // The guest has dropped its end, or the stream has ended. For the sending direction this is the
    // FIN.
    fn drop(&mut self) {
        // Fails when the connection is gone already.
        let _ = rustix::net::shutdown(&self.stream, self.shutdown);
    }
}

/// The stream that the guest reads.
struct Receiver(Direction);

impl<T> StreamProducer<T> for Receiver {
    type Item = u8;
    type Buffer = VecBuffer<u8>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'a, T>,
        destination: Destination<'a, u8, VecBuffer<u8>>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        let stream = &self.0.stream;
        let attempt = if destination.remaining(store.as_context_mut()) == Some(0) {
            // Only a peek at the next byte is certain.
            let mut byte = [0];
            stream.poll_peek(cx, &mut ReadBuf::new(&mut byte))
        } else {
            // The guest's own memory.
            let mut destination = destination.as_direct(store, 1 << 16);
            let attempt = poll_read(stream, cx, destination.remaining());
            if let Poll::Ready(Ok(len)) = attempt {
                destination.mark_written(len);
            }
            attempt
        };
        // No bytes mean that the peer has sent its last.
        self.0.end.result(attempt.map_ok(|len| len > 0), finish)
    }
}

fn poll_read(
    stream: &TcpStream,
    cx: &mut Context<'_>,
    buffer: &mut [u8],
) -> Poll<io::Result<usize>> {
    loop {
        match stream.try_read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                std::task::ready!(stream.poll_read_ready(cx))?;
            }
            result => return Poll::Ready(result),
        }
    }
}

/// The stream that the guest writes.
struct Sender(Direction);

impl<T> StreamConsumer<T> for Sender {
    type Item = u8;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'_, T>,
        source: Source<'_, u8>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        let stream = &self.0.stream;
        // The guest's own memory.
        let mut source = source.as_direct(store);
        let attempt = if source.remaining().is_empty() {
            stream.poll_write_ready(cx).map_ok(|()| 0)
        } else {
            poll_write(stream, cx, source.remaining())
        };
        if let Poll::Ready(Ok(len)) = attempt {
            source.mark_read(len);
        }
        self.0.end.result(attempt.map_ok(|_| true), finish)
    }
}

fn poll_write(stream: &TcpStream, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
    loop {
        match stream.try_write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                std::task::ready!(stream.poll_write_ready(cx))?;
            }
            result => return Poll::Ready(result),
        }
    }
}

/// Connections have one peer.
fn check_unicast(address: SocketAddr) -> Result<(), ErrorCode> {
    let unicast = match address {
        SocketAddr::V4(v4) => !v4.ip().is_multicast() && !v4.ip().is_broadcast(),
        SocketAddr::V6(v6) => !v6.ip().is_multicast(),
    };
    if unicast {
        Ok(())
    } else {
        Err(ErrorCode::InvalidArgument)
    }
}

impl HostTcpSocket for State {
    fn create(&mut self, family: IpAddressFamily) -> SocketResult<Resource<TcpSocket>> {
        Ok(self.table.push(TcpSocket::create(family)?)?)
    }

    fn bind(&mut self, socket: Resource<TcpSocket>, local: IpSocketAddress) -> SocketResult<()> {
        let local = local.into();
        let tcp = self.tcp(&socket)?;
        tcp.unconnected()?;
        if tcp.bound {
            return Err(ErrorCode::InvalidState.into());
        }
        super::check_family(tcp.family, local)?;
        check_unicast(local)?;
        self.allowed(local)?;
        Ok(self.tcp(&socket)?.bind(local)?)
    }

    fn get_local_address(&mut self, socket: Resource<TcpSocket>) -> SocketResult<IpSocketAddress> {
        let socket = self.tcp(&socket)?;
        let fd = socket.fd()?;
        if !socket.bound {
            return Err(ErrorCode::InvalidState.into());
        }
        let local = rustix::net::getsockname(fd)?;
        Ok(SocketAddr::try_from(local)?.into())
    }

    fn get_remote_address(&mut self, socket: Resource<TcpSocket>) -> SocketResult<IpSocketAddress> {
        match &self.tcp(&socket)?.phase {
            Phase::Connected { stream, .. } => Ok(stream.peer_addr()?.into()),
            _ => Err(ErrorCode::InvalidState.into()),
        }
    }

    fn get_is_listening(&mut self, socket: Resource<TcpSocket>) -> Result<bool> {
        let phase = &self.table.get(&socket)?.phase;
        Ok(matches!(phase, Phase::Listening(_)))
    }

    fn get_address_family(&mut self, socket: Resource<TcpSocket>) -> Result<IpAddressFamily> {
        Ok(self.table.get(&socket)?.family)
    }

    fn set_listen_backlog_size(
        &mut self,
        socket: Resource<TcpSocket>,
        value: u64,
    ) -> SocketResult<()> {
        let socket = self.tcp(&socket)?;
        let backlog = match value {
            0 => return Err(ErrorCode::InvalidArgument.into()),
            value => value.min(i32::MAX as u64) as i32,
        };
        match &socket.phase {
            Phase::Unconnected(_) => {}
            Phase::Listening(listener) => {
                // Once more: Linux then takes the new size.
                rustix::net::listen(listener, backlog).map_err(|_| ErrorCode::NotSupported)?;
            }
            _ => return Err(ErrorCode::InvalidState.into()),
        }
        socket.backlog = backlog;
        Ok(())
    }

    fn get_keep_alive_enabled(&mut self, socket: Resource<TcpSocket>) -> SocketResult<bool> {
        Ok(sockopt::socket_keepalive(self.tcp(&socket)?.fd()?)?)
    }

    fn set_keep_alive_enabled(
        &mut self,
        socket: Resource<TcpSocket>,
        value: bool,
    ) -> SocketResult<()> {
        let socket = self.tcp(&socket)?;
        Ok(sockopt::set_socket_keepalive(socket.fd()?, value)?)
    }

    fn get_keep_alive_idle_time(
        &mut self,
        socket: Resource<TcpSocket>,
    ) -> SocketResult<Nanoseconds> {
        let time = sockopt::tcp_keepidle(self.tcp(&socket)?.fd()?)?;
        Ok(time.as_nanos() as Nanoseconds)
    }

    fn set_keep_alive_idle_time(
        &mut self,
        socket: Resource<TcpSocket>,
        value: Nanoseconds,
    ) -> SocketResult<()> {
        let socket = self.tcp(&socket)?;
        Ok(sockopt::set_tcp_keepidle(
            socket.fd()?,
            keep_alive_time(value)?,
        )?)
    }

    fn get_keep_alive_interval(
        &mut self,
        socket: Resource<TcpSocket>,
    ) -> SocketResult<Nanoseconds> {
        let time = sockopt::tcp_keepintvl(self.tcp(&socket)?.fd()?)?;
        Ok(time.as_nanos() as Nanoseconds)
    }

    fn set_keep_alive_interval(
        &mut self,
        socket: Resource<TcpSocket>,
        value: Nanoseconds,
    ) -> SocketResult<()> {
        let socket = self.tcp(&socket)?;
        Ok(sockopt::set_tcp_keepintvl(
            socket.fd()?,
            keep_alive_time(value)?,
        )?)
    }

    fn get_keep_alive_count(&mut self, socket: Resource<TcpSocket>) -> SocketResult<u32> {
        Ok(sockopt::tcp_keepcnt(self.tcp(&socket)?.fd()?)?)
    }

    fn set_keep_alive_count(
        &mut self,
        socket: Resource<TcpSocket>,
        value: u32,
    ) -> SocketResult<()> {
        let socket = self.tcp(&socket)?;
        let count = match value {
            0 => return Err(ErrorCode::InvalidArgument.into()),
            // Linux knows no more.
            count => count.min(127),
        };
        Ok(sockopt::set_tcp_keepcnt(socket.fd()?, count)?)
    }

    fn get_hop_limit(&mut self, socket: Resource<TcpSocket>) -> SocketResult<u8> {
        let socket = self.tcp(&socket)?;
        Ok(super::hop_limit(socket.family, socket.fd()?)?)
    }

    fn set_hop_limit(&mut self, socket: Resource<TcpSocket>, value: u8) -> SocketResult<()> {
        let socket = self.tcp(&socket)?;
        Ok(super::set_hop_limit(socket.family, socket.fd()?, value)?)
    }

    fn get_receive_buffer_size(&mut self, socket: Resource<TcpSocket>) -> SocketResult<u64> {
        Ok(super::receive_buffer_size(self.tcp(&socket)?.fd()?)?)
    }

    fn set_receive_buffer_size(
        &mut self,
        socket: Resource<TcpSocket>,
        value: u64,
    ) -> SocketResult<()> {
        let socket = self.tcp(&socket)?;
        Ok(super::set_receive_buffer_size(socket.fd()?, value)?)
    }

    fn get_send_buffer_size(&mut self, socket: Resource<TcpSocket>) -> SocketResult<u64> {
        Ok(super::send_buffer_size(self.tcp(&socket)?.fd()?)?)
    }

    fn set_send_buffer_size(
        &mut self,
        socket: Resource<TcpSocket>,
        value: u64,
    ) -> SocketResult<()> {
        let socket = self.tcp(&socket)?;
        Ok(super::set_send_buffer_size(socket.fd()?, value)?)
    }

    // The streams and a call that waits keep their share of the connection.
    fn drop(&mut self, socket: Resource<TcpSocket>) -> Result<()> {
        self.table.delete(socket)?;
        Ok(())
    }
}

/// The system counts whole seconds, and Linux no more than fit 16 bits.
fn keep_alive_time(value: Nanoseconds) -> Result<Duration, ErrorCode> {
    match value {
        0 => Err(ErrorCode::InvalidArgument),
        _ => Ok(Duration::from_nanos(value)
            .clamp(Duration::from_secs(1), Duration::from_secs(i16::MAX as u64))),
    }
}
