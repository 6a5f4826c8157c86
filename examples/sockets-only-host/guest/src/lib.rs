//! The guest of the tests of `sockets-only-host`: a command whose first argument chooses its part.

mod tcp;
mod udp;

#[allow(missing_docs)]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "command",
        generate_all,
        pub_export_macro: true,
        additional_derives: [PartialEq],
        features: ["cli-exit-with-code"],
    });
}

use bindings::wasi::cli::{environment, exit, stdin, stdout};
use bindings::wasi::clocks::{monotonic_clock, system_clock};
use bindings::wasi::random::{insecure, insecure_seed, random};
use bindings::wasi::sockets::ip_name_lookup;
use bindings::wasi::sockets::types::{
    ErrorCode, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress, TcpSocket,
    UdpSocket,
};
use bindings::wit_stream;
use std::fmt::{Debug, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use wit_bindgen::rt::async_support::{StreamReader, StreamResult};

struct Guest;

bindings::export!(Guest with_types_in bindings);

impl bindings::exports::wasi::cli::run::Guest for Guest {
    async fn run() -> Result<(), ()> {
        let args = environment::get_arguments();
        let args: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
        match args[..] {
            ["serve", address, connections] => tcp::serve(parse(address), connections).await,
            ["forward", address, connections] => tcp::forward(parse(address), connections).await,
            ["talk", address] => tcp::talk(parse(address)).await,
            ["reset", address] => tcp::reset(parse(address)).await,
            ["try-connect", address] => tcp::try_connect(parse(address)).await,
            ["tcp-states", family] => tcp::states(self::family(family)).await,
            ["udp-states", family] => udp::states(self::family(family)).await,
            ["look-up", ref names @ ..] => look_up(names).await,
            ["clocks"] => clocks().await,
            ["random"] => randomness().await,
            ["environment"] => surroundings().await,
            ["expect-denied", address, name] => expect_denied(parse(address), name).await,
            ["upper-case"] => upper_case().await,
            ["exit", code] => exit::exit_with_code(code.parse().unwrap()),
            ["fail"] => return Err(()),
            _ => unreachable!("{args:?}"),
        }
        Ok(())
    }
}

/// A socket's address of the family that a test is about.
fn loopback(family: IpAddressFamily, port: u16) -> IpSocketAddress {
    from_std(match family {
        IpAddressFamily::Ipv4 => (Ipv4Addr::LOCALHOST, port).into(),
        IpAddressFamily::Ipv6 => (Ipv6Addr::LOCALHOST, port).into(),
    })
}

fn family(name: &str) -> IpAddressFamily {
    match name {
        "ipv4" => IpAddressFamily::Ipv4,
        "ipv6" => IpAddressFamily::Ipv6,
        _ => unreachable!("{name}"),
    }
}

fn family_of(address: IpSocketAddress) -> IpAddressFamily {
    match address {
        IpSocketAddress::Ipv4(_) => IpAddressFamily::Ipv4,
        IpSocketAddress::Ipv6(_) => IpAddressFamily::Ipv6,
    }
}

fn parse(address: &str) -> IpSocketAddress {
    from_std(address.parse().unwrap())
}

fn from_std(address: SocketAddr) -> IpSocketAddress {
    match address {
        SocketAddr::V4(v4) => IpSocketAddress::Ipv4(Ipv4SocketAddress {
            port: v4.port(),
            address: v4.ip().octets().into(),
        }),
        SocketAddr::V6(v6) => IpSocketAddress::Ipv6(Ipv6SocketAddress {
            port: v6.port(),
            flow_info: v6.flowinfo(),
            address: v6.ip().segments().into(),
            scope_id: v6.scope_id(),
        }),
    }
}

fn port(address: IpSocketAddress) -> u16 {
    match address {
        IpSocketAddress::Ipv4(v4) => v4.port,
        IpSocketAddress::Ipv6(v6) => v6.port,
    }
}

/// The output: all at the end, or a line at once.
#[derive(Default)]
struct Report(String);

impl Report {
    fn line(&mut self, what: &str, result: impl Debug) {
        // Of an error code its name is enough.
        let result = format!("{result:?}")
            .replace("\", message: \"\" }", "")
            .split("ErrorCode { code: ")
            .map(|part| part.split_once(", name: \"").map_or(part, |(_, name)| name))
            .collect::<String>();
        writeln!(self.0, "{what}: {result}").unwrap();
    }

    async fn print(self) {
        print(self.0).await;
    }
}

async fn print(text: String) {
    let (mut writer, reader) = wit_stream::new();
    let written = stdout::write_via_stream(reader);
    let rest = writer.write_all(text.into_bytes()).await;
    assert!(rest.is_empty(), "stdout takes it all");
    drop(writer);
    written.await.unwrap();
}

/// Reads the next bytes of a stream, none at its end.
async fn read(stream: &mut StreamReader<u8>) -> Vec<u8> {
    match stream.read(Vec::with_capacity(1 << 16)).await {
        (StreamResult::Complete(_), bytes) => bytes,
        (_, bytes) => bytes,
    }
}

async fn upper_case() {
    let (mut input, failed) = stdin::read_via_stream();
    let mut text = Vec::new();
    loop {
        let piece = read(&mut input).await;
        if piece.is_empty() {
            break;
        }
        text.extend(piece);
    }
    drop(input);
    failed.await.unwrap();
    print(String::from_utf8(text).unwrap().to_uppercase()).await;
}

async fn look_up(names: &[&str]) {
    let mut report = Report::default();
    for name in names {
        let found = ip_name_lookup::resolve_addresses(name.to_string()).await;
        report.line(name, found);
    }
    report.print().await;
}

/// Ends with 0 when nothing is allowed, otherwise with 1.
async fn expect_denied(address: IpSocketAddress, name: &str) {
    let family = family_of(address);
    let tcp = TcpSocket::create(family).unwrap();
    let udp = UdpSocket::create(family).unwrap();
    let outcomes = [
        tcp.bind(loopback(family, 0)),
        tcp.connect(address).await,
        udp.bind(loopback(family, 0)),
        udp.send(b"x".to_vec(), Some(address)).await,
        udp.connect(address),
    ];
    let names = ip_name_lookup::resolve_addresses(name.into()).await;
    let denied = outcomes
        .iter()
        .all(|outcome| *outcome == Err(ErrorCode::AccessDenied))
        && names == Err(ip_name_lookup::ErrorCode::AccessDenied);
    exit::exit(if denied { Ok(()) } else { Err(()) });
}

async fn clocks() {
    let before = monotonic_clock::now();
    monotonic_clock::wait_for(20_000_000).await;
    let between = monotonic_clock::now();
    assert!(between - before >= 20_000_000);
    monotonic_clock::wait_until(between + 20_000_000).await;
    assert!(monotonic_clock::now() - between >= 20_000_000);
    // In the past.
    monotonic_clock::wait_until(0).await;
    monotonic_clock::wait_for(0).await;

    let now = system_clock::now();
    assert!(now.nanoseconds < 1_000_000_000);
    assert!(monotonic_clock::get_resolution() > 0 && system_clock::get_resolution() > 0);
    print(format!("{}\n", now.seconds)).await;
}

async fn randomness() {
    assert_ne!(random::get_random_bytes(16), random::get_random_bytes(16));
    assert_eq!(random::get_random_bytes(1000).len(), 1000);
    assert_eq!(random::get_random_bytes(0).len(), 0);
    assert_ne!(random::get_random_u64(), random::get_random_u64());
    assert_eq!(insecure::get_insecure_random_bytes(7).len(), 7);
    assert_ne!(
        insecure::get_insecure_random_u64(),
        insecure::get_insecure_random_u64()
    );
    assert_eq!(
        insecure_seed::get_insecure_seed(),
        insecure_seed::get_insecure_seed()
    );
}

async fn surroundings() {
    use bindings::wasi::cli::{terminal_stderr, terminal_stdin, terminal_stdout};
    let mut report = Report::default();
    report.line("environment", environment::get_environment());
    report.line("cwd", environment::get_initial_cwd());
    let terminals = (
        terminal_stdin::get_terminal_stdin().is_some(),
        terminal_stdout::get_terminal_stdout().is_some(),
        terminal_stderr::get_terminal_stderr().is_some(),
    );
    report.line("terminals", terminals);
    report.print().await;
}
