//! `udp-socket`, which has no streams: it sends and receives one datagram at a time.

use super::{SocketError, SocketResult};
use crate::bindings::wasi::sockets::types::{
    ErrorCode, HostUdpSocket, HostUdpSocketWithStore, IpAddressFamily, IpSocketAddress,
};
use crate::{State, Wasi};
use rustix::io::Errno;
use rustix::net::{SendFlags, SocketType};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::Interest;
use wasmtime::component::{Accessor, Resource};

/// The length of the longest datagram.
const LONGEST: usize = 1 << 16;

/// The resource `udp-socket`.
pub struct UdpSocket {
    family: IpAddressFamily,
    /// The socket, shared with the sends and receives in progress.
    socket: Arc<tokio::net::UdpSocket>,
    /// The local address, bound by the guest or implicitly.
    bound: Option<SocketAddr>,
    /// The peer that it is connected to.
    remote: Option<SocketAddr>,
}

impl UdpSocket {
    fn create(family: IpAddressFamily) -> SocketResult<Self> {
        let socket = super::socket(family, SocketType::DGRAM)?;
        Ok(Self {
            family,
            socket: Arc::new(tokio::net::UdpSocket::from_std(socket.into())?),
            bound: None,
            remote: None,
        })
    }

    fn bind(&mut self, address: SocketAddr) -> Result<(), ErrorCode> {
        match rustix::net::bind(&self.socket, &address) {
            Ok(()) => {
                self.bound = Some(address);
                Ok(())
            }
            Err(errno) => Err(super::error_code(errno)),
        }
    }

    /// Binds a socket that connects or sends without a local address.
    fn bind_if_not_bound(&mut self) -> Result<(), ErrorCode> {
        match self.bound {
            Some(_) => Ok(()),
            None => self.bind(super::unspecified(self.family)),
        }
    }

    fn connect(&mut self, remote: SocketAddr) -> Result<(), ErrorCode> {
        self.bind_if_not_bound()?;
        // Linux wants this before it chooses another local address.
        if self.remote.is_some() {
            self.disconnect()?;
        }
        match rustix::net::connect(&self.socket, &remote) {
            Ok(()) => {
                self.remote = Some(remote);
                Ok(())
            }
            Err(errno) => Err(super::error_code(errno)),
        }
    }

    fn disconnect(&mut self) -> Result<(), ErrorCode> {
        let port = self.local()?.port();
        match rustix::net::connect_unspec(&self.socket) {
            // BSD reports success by this error.
            Ok(()) | Err(Errno::AFNOSUPPORT) => self.remote = None,
            Err(errno) => return Err(super::error_code(errno)),
        }
        // Linux gives back a port that it had chosen itself. To the guest the
        // socket is still bound.
        if let (0, Some(mut address)) = (self.local()?.port(), self.bound) {
            address.set_port(port);
            self.bind(address)?;
        }
        Ok(())
    }

    fn local(&self) -> Result<SocketAddr, ErrorCode> {
        if self.bound.is_none() {
            return Err(ErrorCode::InvalidState);
        }
        self.socket
            .local_addr()
            .map_err(|e| super::io_error_code(&e))
    }

    /// Returns the destination of a datagram, after all checks.
    fn destination(&self, given: Option<SocketAddr>) -> Result<SocketAddr, ErrorCode> {
        if let Some(given) = given {
            super::check_remote(self.family, given)?;
        }
        match (self.remote, given) {
            (Some(remote), Some(given)) if remote != given => Err(ErrorCode::InvalidArgument),
            (Some(remote), _) => Ok(remote),
            (None, Some(given)) => Ok(given),
            (None, None) => Err(ErrorCode::InvalidArgument),
        }
    }

    /// Returns `true` if the guest receives datagrams from this address. The system drops those of
    /// others too, but not the ones that arrived before the socket was connected.
    fn wants(&self, from: SocketAddr) -> bool {
        self.remote
            .is_none_or(|remote| (remote.ip(), remote.port()) == (from.ip(), from.port()))
    }
}

impl State {
    fn udp(&mut self, socket: &Resource<UdpSocket>) -> SocketResult<&mut UdpSocket> {
        Ok(self.table.get_mut(socket)?)
    }
}

impl<T> HostUdpSocketWithStore<T> for Wasi {
    async fn send(
        accessor: &Accessor<T, Self>,
        socket: Resource<UdpSocket>,
        data: Vec<u8>,
        remote: Option<IpSocketAddress>,
    ) -> SocketResult<()> {
        let (io, connected, to) = accessor.with(|mut access| {
            let state = access.get();
            let to = state
                .udp(&socket)?
                .destination(remote.map(SocketAddr::from))?;
            state.allowed(to)?;
            let socket = state.udp(&socket)?;
            socket.bind_if_not_bound()?;
            Ok::<_, SocketError>((socket.socket.clone(), socket.remote.is_some(), to))
        })?;
        // Either sends all of a datagram or nothing.
        let attempt = || match connected {
            true => rustix::net::send(&io, &data, SendFlags::empty()),
            false => rustix::net::sendto(&io, &data, SendFlags::empty(), &to),
        };
        // The system knows at once what it can send. Tokio would first wait until there is space,
        // and a guest that doesn't wait would get no error.
        match attempt() {
            Err(Errno::WOULDBLOCK) => io.async_io(Interest::WRITABLE, || Ok(attempt()?)).await?,
            outcome => outcome?,
        };
        Ok(())
    }

    async fn receive(
        accessor: &Accessor<T, Self>,
        socket: Resource<UdpSocket>,
    ) -> SocketResult<(Vec<u8>, IpSocketAddress)> {
        let io = accessor.with(|mut access| {
            let socket = access.get().udp(&socket)?;
            match socket.bound {
                Some(_) => Ok(socket.socket.clone()),
                None => Err(SocketError::Code(ErrorCode::InvalidState)),
            }
        })?;
        loop {
            let mut data = Vec::with_capacity(LONGEST);
            let (_, from) = io.recv_buf_from(&mut data).await?;
            let wanted = accessor.with(|mut access| {
                let state = access.get();
                let allowed = state.allowed(from).is_ok();
                Ok::<_, SocketError>(allowed && state.udp(&socket)?.wants(from))
            })?;
            if wanted {
                return Ok((data, from.into()));
            }
        }
    }
}

impl HostUdpSocket for State {
    fn create(&mut self, family: IpAddressFamily) -> SocketResult<Resource<UdpSocket>> {
        Ok(self.table.push(UdpSocket::create(family)?)?)
    }

    fn bind(&mut self, socket: Resource<UdpSocket>, local: IpSocketAddress) -> SocketResult<()> {
        let local = local.into();
        let udp = self.udp(&socket)?;
        if udp.bound.is_some() {
            return Err(ErrorCode::InvalidState.into());
        }
        super::check_family(udp.family, local)?;
        self.allowed(local)?;
        Ok(self.udp(&socket)?.bind(local)?)
    }

    fn connect(
        &mut self,
        socket: Resource<UdpSocket>,
        remote: IpSocketAddress,
    ) -> SocketResult<()> {
        let remote = remote.into();
        super::check_remote(self.udp(&socket)?.family, remote)?;
        self.allowed(remote)?;
        Ok(self.udp(&socket)?.connect(remote)?)
    }

    fn disconnect(&mut self, socket: Resource<UdpSocket>) -> SocketResult<()> {
        let socket = self.udp(&socket)?;
        match socket.remote {
            Some(_) => Ok(socket.disconnect()?),
            None => Err(ErrorCode::InvalidState.into()),
        }
    }

    fn get_local_address(&mut self, socket: Resource<UdpSocket>) -> SocketResult<IpSocketAddress> {
        Ok(self.udp(&socket)?.local()?.into())
    }

    fn get_remote_address(&mut self, socket: Resource<UdpSocket>) -> SocketResult<IpSocketAddress> {
        let remote = self.udp(&socket)?.remote;
        Ok(remote.ok_or(ErrorCode::InvalidState)?.into())
    }

    fn get_address_family(
        &mut self,
        socket: Resource<UdpSocket>,
    ) -> wasmtime::Result<IpAddressFamily> {
        Ok(self.table.get(&socket)?.family)
    }

    fn get_unicast_hop_limit(&mut self, socket: Resource<UdpSocket>) -> SocketResult<u8> {
        let socket = self.udp(&socket)?;
        Ok(super::hop_limit(socket.family, &socket.socket)?)
    }

    fn set_unicast_hop_limit(
        &mut self,
        socket: Resource<UdpSocket>,
        value: u8,
    ) -> SocketResult<()> {
        let socket = self.udp(&socket)?;
        Ok(super::set_hop_limit(socket.family, &socket.socket, value)?)
    }

    fn get_receive_buffer_size(&mut self, socket: Resource<UdpSocket>) -> SocketResult<u64> {
        Ok(super::receive_buffer_size(&self.udp(&socket)?.socket)?)
    }

    fn set_receive_buffer_size(
        &mut self,
        socket: Resource<UdpSocket>,
        value: u64,
    ) -> SocketResult<()> {
        let socket = self.udp(&socket)?;
        Ok(super::set_receive_buffer_size(&socket.socket, value)?)
    }

    fn get_send_buffer_size(&mut self, socket: Resource<UdpSocket>) -> SocketResult<u64> {
        Ok(super::send_buffer_size(&self.udp(&socket)?.socket)?)
    }

    fn set_send_buffer_size(
        &mut self,
        socket: Resource<UdpSocket>,
        value: u64,
    ) -> SocketResult<()> {
        let socket = self.udp(&socket)?;
        Ok(super::set_send_buffer_size(&socket.socket, value)?)
    }

    fn drop(&mut self, socket: Resource<UdpSocket>) -> wasmtime::Result<()> {
        self.table.delete(socket)?;
        Ok(())
    }
}
