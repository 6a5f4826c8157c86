//! The bindings of one of the three shapes that `wasi:sockets` had, chosen by a feature, and a thin
//! layer that lets one program use any of them.

#[path = "../../src/fnv.rs"]
pub mod fnv;
mod lookup;
mod show;
mod udp;

/// The bindings, one module for each interface.
#[cfg(feature = "stable")]
pub mod bindings {
    wit_bindgen::generate!({
        inline: "
            package tests:sockets;

            world guest {
                import wasi:io/error@0.2.12;
                import wasi:io/poll@0.2.12;
                import wasi:io/streams@0.2.12;
                import wasi:clocks/monotonic-clock@0.2.12;
                import wasi:cli/environment@0.2.12;
                import wasi:cli/exit@0.2.12;
                import wasi:cli/stdout@0.2.12;
                import wasi:cli/stderr@0.2.12;
                import wasi:sockets/network@0.2.12;
                import wasi:sockets/instance-network@0.2.12;
                import wasi:sockets/tcp@0.2.12;
                import wasi:sockets/tcp-create-socket@0.2.12;
                import wasi:sockets/udp@0.2.12;
                import wasi:sockets/udp-create-socket@0.2.12;
                import wasi:sockets/ip-name-lookup@0.2.12;

                export wasi:cli/run@0.2.12;
            }
        ",
        path: ["../wit/deps/io.wit", "../wit/deps/clocks.wit", "../wit/deps/cli.wit", "wit/stable.wit"],
        features: ["network-error-code"],
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "sockets_guests::bindings",
    });
}

/// The bindings, one module for each interface.
#[cfg(any(feature = "candidate", feature = "draft"))]
pub mod bindings {
    macro_rules! generate {
        ($sockets:literal) => {
            wit_bindgen::generate!({
                inline: "
                    package tests:sockets;

                    world guest {
                        import wasi:io/error@0.2.0-rc-2023-11-10;
                        import wasi:io/poll@0.2.0-rc-2023-11-10;
                        import wasi:io/streams@0.2.0-rc-2023-11-10;
                        import wasi:clocks/monotonic-clock@0.2.0-rc-2023-11-10;
                        import wasi:cli/environment@0.2.0-rc-2023-11-10;
                        import wasi:cli/exit@0.2.0-rc-2023-11-10;
                        import wasi:cli/stdout@0.2.0-rc-2023-11-10;
                        import wasi:cli/stderr@0.2.0-rc-2023-11-10;
                        import wasi:sockets/network@0.2.0-rc-2023-11-10;
                        import wasi:sockets/instance-network@0.2.0-rc-2023-11-10;
                        import wasi:sockets/tcp@0.2.0-rc-2023-11-10;
                        import wasi:sockets/tcp-create-socket@0.2.0-rc-2023-11-10;
                        import wasi:sockets/udp@0.2.0-rc-2023-11-10;
                        import wasi:sockets/udp-create-socket@0.2.0-rc-2023-11-10;
                        import wasi:sockets/ip-name-lookup@0.2.0-rc-2023-11-10;

                        export wasi:cli/run@0.2.0-rc-2023-11-10;
                    }
                ",
                path: ["../wit/rc/io.wit", "../wit/rc/clocks.wit", "../wit/rc/cli.wit", $sockets],
                generate_all,
                pub_export_macro: true,
                default_bindings_module: "sockets_guests::bindings",
            });
        };
    }
    #[cfg(feature = "candidate")]
    generate!("wit/candidate.wit");
    #[cfg(feature = "draft")]
    generate!("wit/draft.wit");
}

pub use bindings::exports::wasi::cli::run::Guest;
pub use bindings::wasi::{cli, clocks, io, sockets};
pub use lookup::resolve;
pub use show::Show;
pub use udp::Udp;

use cli::{environment, stderr::get_stderr, stdout::get_stdout};
use io::poll::Pollable;
use io::streams::{InputStream, OutputStream, StreamError};
use sockets::instance_network::instance_network;
use sockets::network::{
    ErrorCode, IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress,
    Network,
};
use sockets::tcp::TcpSocket;
use sockets::tcp_create_socket::create_tcp_socket;

/// Exports `$run`, a `fn()`, as `wasi:cli/run`.
#[macro_export]
macro_rules! command {
    ($run:path) => {
        struct Command;
        impl $crate::Guest for Command {
            fn run() -> Result<(), ()> {
                $crate::speak();
                $run();
                Ok(())
            }
        }
        $crate::bindings::export!(Command);
    };
}

/// Prints a line on stdout, delivered when this returns.
#[macro_export]
macro_rules! out {
    ($($arg:tt)*) => { $crate::print(&format!("{}\n", format_args!($($arg)*))) };
}

/// Prints on stdout.
pub fn print(text: &str) {
    write(&get_stdout(), text);
}

fn write(stream: &OutputStream, text: &str) {
    for piece in text.as_bytes().chunks(4096) {
        stream.blocking_write_and_flush(piece).expect("printing");
    }
}

/// Makes panics print on stderr, which they don't without an operating system.
pub fn speak() {
    std::panic::set_hook(Box::new(|info| write(&get_stderr(), &format!("{info}\n"))));
}

/// Returns the arguments after the program's name.
pub fn arguments() -> Vec<String> {
    environment::get_arguments().split_off(1)
}

/// Returns the argument of that index, as a number.
pub fn number(index: usize) -> u64 {
    let arguments = arguments();
    arguments[index].parse().expect("a number")
}

/// Returns the one network.
pub fn network() -> Network {
    instance_network()
}

/// Returns the family's loopback address.
pub fn loopback(family: IpAddressFamily, port: u16) -> IpSocketAddress {
    match family {
        IpAddressFamily::Ipv4 => v4((127, 0, 0, 1), port),
        IpAddressFamily::Ipv6 => v6((0, 0, 0, 0, 0, 0, 0, 1), port),
    }
}

/// Returns an IPv4 socket address.
pub fn v4(address: (u8, u8, u8, u8), port: u16) -> IpSocketAddress {
    IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address })
}

/// Returns an IPv6 socket address.
pub fn v6(address: (u16, u16, u16, u16, u16, u16, u16, u16), port: u16) -> IpSocketAddress {
    IpSocketAddress::Ipv6(Ipv6SocketAddress {
        port,
        flow_info: 0,
        address,
        scope_id: 0,
    })
}

/// Returns the port of an address.
pub fn port(address: &IpSocketAddress) -> u16 {
    match address {
        IpSocketAddress::Ipv4(v4) => v4.port,
        IpSocketAddress::Ipv6(v6) => v6.port,
    }
}

/// Returns an IP address as text.
pub fn ip(address: &IpAddress) -> String {
    use std::net::{Ipv4Addr, Ipv6Addr};
    match *address {
        IpAddress::Ipv4((a, b, c, d)) => Ipv4Addr::new(a, b, c, d).to_string(),
        IpAddress::Ipv6((a, b, c, d, e, f, g, h)) => {
            Ipv6Addr::new(a, b, c, d, e, f, g, h).to_string()
        }
    }
}

/// Parses `ipv4` or `ipv6`.
pub fn family(word: &str) -> IpAddressFamily {
    match word {
        "ipv4" => IpAddressFamily::Ipv4,
        "ipv6" => IpAddressFamily::Ipv6,
        _ => panic!("unknown family {word}"),
    }
}

/// Returns a listening TCP socket on a free port of the family's loopback interface.
pub fn listen(family: IpAddressFamily) -> (TcpSocket, u16) {
    let (socket, port) = bound(family);
    socket.start_listen().expect("listening");
    socket.finish_listen().expect("listening");
    (socket, port)
}

/// Starts to connect, waits, and finishes.
pub fn connect(
    socket: &TcpSocket,
    to: IpSocketAddress,
) -> Result<(InputStream, OutputStream), ErrorCode> {
    socket.start_connect(&network(), to)?;
    let pollable = socket.subscribe();
    loop {
        pollable.block();
        match socket.finish_connect() {
            Err(ErrorCode::WouldBlock) => {}
            result => return result,
        }
    }
}

/// Waits for a connection.
pub fn accept(listener: &TcpSocket) -> (TcpSocket, InputStream, OutputStream) {
    let pollable = listener.subscribe();
    loop {
        pollable.block();
        match listener.accept() {
            Err(ErrorCode::WouldBlock) => {}
            result => return result.expect("accepting"),
        }
    }
}

/// Reads to the end. Returns the bytes and how the stream ended.
pub fn read_to_end(input: &InputStream) -> (Vec<u8>, StreamError) {
    let mut bytes = Vec::new();
    loop {
        match input.blocking_read(1 << 16) {
            Ok(piece) => bytes.extend(piece),
            Err(end) => return (bytes, end),
        }
    }
}

/// Returns the kind of the error: every host has its own text for it.
pub fn kind(error: &StreamError) -> &'static str {
    match error {
        StreamError::Closed => "closed",
        StreamError::LastOperationFailed(error) => {
            assert!(!error.to_debug_string().is_empty());
            "last-operation-failed"
        }
    }
}

/// Returns the other family.
pub fn other(family: IpAddressFamily) -> IpAddressFamily {
    match family {
        IpAddressFamily::Ipv4 => IpAddressFamily::Ipv6,
        IpAddressFamily::Ipv6 => IpAddressFamily::Ipv4,
    }
}

/// Returns the family's unspecified address.
pub fn unspecified(family: IpAddressFamily, port: u16) -> IpSocketAddress {
    match family {
        IpAddressFamily::Ipv4 => v4((0, 0, 0, 0), port),
        IpAddressFamily::Ipv6 => v6((0, 0, 0, 0, 0, 0, 0, 0), port),
    }
}

/// Returns an address that is reserved for documentation.
pub fn foreign(family: IpAddressFamily, port: u16) -> IpSocketAddress {
    match family {
        IpAddressFamily::Ipv4 => v4((192, 0, 2, 1), port),
        IpAddressFamily::Ipv6 => v6((0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), port),
    }
}

/// Returns a multicast address.
pub fn multicast(family: IpAddressFamily, port: u16) -> IpSocketAddress {
    match family {
        IpAddressFamily::Ipv4 => v4((224, 0, 0, 1), port),
        IpAddressFamily::Ipv6 => v6((0xff02, 0, 0, 0, 0, 0, 0, 1), port),
    }
}

/// Returns the IPv4-mapped IPv6 address of loopback.
pub fn mapped(port: u16) -> IpSocketAddress {
    v6((0, 0, 0, 0, 0, 0xffff, 0x7f00, 1), port)
}

/// Returns a socket that is bound to a free port of the loopback interface, and the port.
pub fn bound(family: IpAddressFamily) -> (TcpSocket, u16) {
    let socket = create_tcp_socket(family).expect("creating a socket");
    socket
        .start_bind(&network(), loopback(family, 0))
        .expect("binding");
    socket.finish_bind().expect("binding");
    let port = port(&socket.local_address().expect("the address"));
    (socket, port)
}

/// Returns sockets that connect to a listener which accepts none of them. The last of them stays
/// connecting.
pub fn connecting(family: IpAddressFamily) -> (TcpSocket, Vec<TcpSocket>) {
    let (listener, port) = bound(family);
    listener.set_listen_backlog_size(1).expect("setting");
    listener.start_listen().expect("listening");
    listener.finish_listen().expect("listening");
    let mut sockets = Vec::new();
    loop {
        let socket = create_tcp_socket(family).expect("creating a socket");
        socket
            .start_connect(&network(), loopback(family, port))
            .expect("connecting");
        let pollable = socket.subscribe();
        let ready = io::poll::poll(&[&pollable, &after_ms(100)]);
        drop(pollable);
        sockets.push(socket);
        if ready == [1] {
            return (listener, sockets);
        }
        assert!(sockets.len() < 10, "a listener for one takes many");
    }
}

/// Returns a timer.
pub fn after_ms(ms: u64) -> Pollable {
    clocks::monotonic_clock::subscribe_duration(ms * 1_000_000)
}
