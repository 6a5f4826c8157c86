//! A bound UDP socket, in the shape at hand.

use crate::io::poll::Pollable;
use crate::network;
use crate::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress};
use crate::sockets::udp::UdpSocket;
use crate::sockets::udp_create_socket::create_udp_socket;

/// A datagram and its other end.
pub type Datagram = (Vec<u8>, IpSocketAddress);

/// A bound UDP socket, with its streams or without.
pub struct Udp {
    // Dropped before the socket, whose children they are.
    #[cfg(not(feature = "draft"))]
    streams: Option<(
        crate::sockets::udp::IncomingDatagramStream,
        crate::sockets::udp::OutgoingDatagramStream,
    )>,
    /// The socket itself.
    pub socket: UdpSocket,
    #[cfg_attr(not(feature = "draft"), expect(dead_code))]
    peer: Option<IpSocketAddress>,
}

impl Udp {
    /// Returns a socket that is bound to `address` and receives from everybody.
    pub fn bind(family: IpAddressFamily, address: IpSocketAddress) -> Self {
        let socket = create_udp_socket(family).expect("creating a socket");
        socket.start_bind(&network(), address).expect("binding");
        socket.finish_bind().expect("binding");
        Self {
            #[cfg(not(feature = "draft"))]
            streams: Some(socket.stream(None).expect("opening the streams")),
            socket,
            peer: None,
        }
    }
}

#[cfg(not(feature = "draft"))]
impl Udp {
    /// Receives from `peer` alone from now on, and sends to it.
    pub fn associate(&mut self, peer: IpSocketAddress) {
        self.streams = None;
        self.streams = Some(self.socket.stream(Some(peer)).expect("associating"));
    }

    /// Takes the datagrams that are there, up to `max`.
    pub fn receive(&self, max: u64) -> Result<Vec<Datagram>, ErrorCode> {
        let datagrams = self.incoming().receive(max)?;
        let parts = |d: crate::sockets::udp::IncomingDatagram| (d.data, d.remote_address);
        Ok(datagrams.into_iter().map(parts).collect())
    }

    /// Returns a pollable that is ready when there are datagrams.
    pub fn readable(&self) -> Pollable {
        self.incoming().subscribe()
    }

    /// Sends a datagram, waiting for a permit. Without `to` it is for the peer
    /// that the socket is associated with.
    pub fn send(&self, data: &[u8], to: Option<IpSocketAddress>) -> Result<(), ErrorCode> {
        let outgoing = &self.streams.as_ref().expect("open streams").1;
        let writable = outgoing.subscribe();
        loop {
            while outgoing.check_send()? == 0 {
                writable.block();
            }
            let datagram = crate::sockets::udp::OutgoingDatagram {
                data: data.to_vec(),
                remote_address: to,
            };
            if outgoing.send(&[datagram])? == 1 {
                return Ok(());
            }
        }
    }

    /// Returns the incoming stream.
    pub fn incoming(&self) -> &crate::sockets::udp::IncomingDatagramStream {
        &self.streams.as_ref().expect("open streams").0
    }
}

#[cfg(feature = "draft")]
impl Udp {
    /// Receives from `peer` alone from now on, and sends to it.
    pub fn associate(&mut self, peer: IpSocketAddress) {
        self.socket
            .start_connect(&network(), peer)
            .expect("associating");
        self.socket.finish_connect().expect("associating");
        self.peer = Some(peer);
    }

    /// Takes the datagrams that are there, up to `max`.
    pub fn receive(&self, max: u64) -> Result<Vec<Datagram>, ErrorCode> {
        match self.socket.receive(max) {
            Err(ErrorCode::WouldBlock) => Ok(Vec::new()),
            Err(error) => Err(error),
            Ok(datagrams) => Ok(datagrams
                .into_iter()
                .map(|d| (d.data, d.remote_address))
                .collect()),
        }
    }

    /// Returns a pollable that is ready when there are datagrams.
    pub fn readable(&self) -> Pollable {
        self.socket.subscribe()
    }

    /// Sends a datagram, waiting for room. Without `to` it is for the peer that
    /// the socket is associated with.
    pub fn send(&self, data: &[u8], to: Option<IpSocketAddress>) -> Result<(), ErrorCode> {
        let datagram = crate::sockets::udp::Datagram {
            data: data.to_vec(),
            remote_address: to.or(self.peer).expect("a destination"),
        };
        loop {
            match self.socket.send(std::slice::from_ref(&datagram)) {
                Err(ErrorCode::WouldBlock) => crate::after_ms(1).block(),
                result => return result.map(|sent| assert_eq!(sent, 1)),
            }
        }
    }
}

impl Udp {
    /// Waits for a datagram.
    pub fn receive_one(&self) -> Result<Datagram, ErrorCode> {
        let readable = self.readable();
        loop {
            if let Some(datagram) = self.receive(1)?.pop() {
                return Ok(datagram);
            }
            readable.block();
        }
    }
}
