pub mod bindings;
pub mod sockets { pub mod tcp { pub struct TcpSocket; } pub mod udp {pub struct UdpSocket;} 
pub struct SocketError;
}
