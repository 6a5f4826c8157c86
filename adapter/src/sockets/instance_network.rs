//! `wasi:sockets/instance-network`.

use super::network::Network;
use super::shapes::{candidate, draft, stable};
use crate::Adapter;

macro_rules! shape {
    ($shape:ident) => {
        impl $shape::instance_network::Guest for Adapter {
            fn instance_network() -> $shape::network::Network {
                $shape::network::Network::new(Network)
            }
        }
    };
}

shape!(draft);
shape!(candidate);
shape!(stable);
