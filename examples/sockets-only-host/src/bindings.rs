//! What `bindgen!` makes of the WIT files in `wit/`: a trait for each interface
//! to implement, and a function that puts an implementation into a linker.

wasmtime::component::bindgen!({
    path: "wit",
    world: "host",
    imports: {
        // `store`: with access to the store, which making a stream or a future needs.
        "wasi:cli/stdin": store | trappable,
        "wasi:cli/stdout": store | trappable,
        "wasi:cli/stderr": store | trappable,
        "wasi:sockets/types.[method]tcp-socket.listen": store | trappable,
        "wasi:sockets/types.[method]tcp-socket.send": store | trappable,
        "wasi:sockets/types.[method]tcp-socket.receive": store | trappable,
        // `trappable`: a function may also fail for good and trap the guest.
        default: trappable,
    },
    exports: { default: async | store },
    with: {
        "wasi:sockets/types.tcp-socket": crate::sockets::tcp::TcpSocket,
        "wasi:sockets/types.udp-socket": crate::sockets::udp::UdpSocket,
    },
    trappable_error_type: {
        "wasi:sockets/types.error-code" => crate::sockets::SocketError,
    },
});
