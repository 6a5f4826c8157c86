//! `wasi:http/outgoing-handler`.

use super::future_incoming_response::Exchange;
use super::outgoing_request::OutgoingRequest;
use super::request_options::RequestOptions;
use super::shapes::{candidate, stable};
use super::types::FutureIncomingResponse;
use crate::Adapter;
use crate::bindings::exports::wasi::http0_2_12::types::ErrorCode;
use crate::op::Started;
use crate::p3::http::send;

fn handle(
    request: OutgoingRequest,
    options: Option<RequestOptions>,
) -> Result<FutureIncomingResponse, ErrorCode> {
    let (started, reception) = match request.into_p3(options) {
        Ok((request, reception)) => (send(request), reception),
        Err(code) => (Started::Ended(Err(code)), None),
    };
    Ok(FutureIncomingResponse(Exchange::new(started, reception)?))
}

/// Implements the interface for one shape.
macro_rules! shape {
    ($shape:ident) => {
        impl $shape::outgoing_handler::Guest for Adapter {
            fn handle(
                request: $shape::types::OutgoingRequest,
                options: Option<$shape::types::RequestOptions>,
            ) -> Result<$shape::types::FutureIncomingResponse, ErrorCode> {
                let options = options.map(|options| options.into_inner::<RequestOptions>());
                let response = handle(request.into_inner(), options)?;
                Ok($shape::types::FutureIncomingResponse::new(response))
            }
        }
    };
}

shape!(stable);
shape!(candidate);
