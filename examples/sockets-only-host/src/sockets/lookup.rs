//! `wasi:sockets/ip-name-lookup`: the system's own resolver.

use crate::bindings::wasi::sockets::ip_name_lookup::{self, ErrorCode};
use crate::bindings::wasi::sockets::types::IpAddress;
use crate::{State, Wasi};
use dns_lookup::{AddrInfoHints, LookupErrorKind, SockType};
use std::net::IpAddr;
use wasmtime::Result;
use wasmtime::component::Accessor;

impl ip_name_lookup::Host for State {}

impl<T> ip_name_lookup::HostWithStore<T> for Wasi {
    async fn resolve_addresses(
        accessor: &Accessor<T, Self>,
        name: String,
    ) -> Result<Result<Vec<IpAddress>, ErrorCode>> {
        let domain = match parse(&name) {
            Ok(Name::Domain(domain)) => domain,
            Ok(Name::Address(ip)) => return Ok(Ok(vec![ip.into()])),
            Err(code) => return Ok(Err(code)),
        };
        if !accessor.with(|mut access| (access.get().allow_lookup)(&domain)) {
            return Ok(Err(ErrorCode::AccessDenied));
        }
        // The system's resolver blocks, so it gets a thread of its own.
        let found = tokio::task::spawn_blocking(move || look_up(&domain)).await?;
        Ok(found.map(|ips| ips.into_iter().map(IpAddress::from).collect()))
    }
}

#[derive(Debug, PartialEq)]
enum Name {
    Address(IpAddr),
    /// In ASCII, whatever the guest wrote.
    Domain(String),
}

fn parse(name: &str) -> Result<Name, ErrorCode> {
    // Plain IPv6, which the parser below knows only in brackets.
    if let Ok(ip) = name.parse::<IpAddr>() {
        return Ok(Name::Address(ip.to_canonical()));
    }
    match url::Host::parse(name) {
        Ok(url::Host::Domain(domain)) => Ok(Name::Domain(domain)),
        Ok(url::Host::Ipv4(ip)) => Ok(Name::Address(ip.into())),
        Ok(url::Host::Ipv6(ip)) => Ok(Name::Address(ip.to_canonical())),
        Err(_) => Err(ErrorCode::InvalidArgument),
    }
}

fn look_up(domain: &str) -> Result<Vec<IpAddr>, ErrorCode> {
    // Without a kind of socket each address would come once for every kind.
    let hints = AddrInfoHints {
        socktype: SockType::Stream.into(),
        ..AddrInfoHints::default()
    };
    let found = dns_lookup::getaddrinfo(Some(domain), None, Some(hints)).map_err(|error| {
        match error.kind() {
            LookupErrorKind::NoName | LookupErrorKind::NoData => ErrorCode::NameUnresolvable,
            LookupErrorKind::Again => ErrorCode::TemporaryResolverFailure,
            LookupErrorKind::Fail => ErrorCode::PermanentResolverFailure,
            _ => ErrorCode::Unknown,
        }
    })?;
    let mut ips = Vec::new();
    for ip in found
        .flatten()
        .map(|info| info.sockaddr.ip().to_canonical())
    {
        if !ips.contains(&ip) {
            ips.push(ip);
        }
    }
    if ips.is_empty() {
        return Err(ErrorCode::NameUnresolvable);
    }
    Ok(ips)
}
