//! Name lookup, in the shape at hand.

use crate::network;
use crate::sockets::ip_name_lookup::{ResolveAddressStream, resolve_addresses};
use crate::sockets::network::ErrorCode;

/// Starts a lookup of all addresses.
pub fn resolve(name: &str) -> Result<ResolveAddressStream, ErrorCode> {
    #[cfg(feature = "draft")]
    return resolve_addresses(&network(), name, None, false);
    #[cfg(not(feature = "draft"))]
    resolve_addresses(&network(), name)
}
