//! `wasi:http/types`.

use super::error;
use super::fields::Fields;
use super::future_incoming_response::Exchange;
use super::future_trailers::FutureTrailers;
use super::incoming_body::IncomingBody;
use super::incoming_request::IncomingRequest;
use super::incoming_response::IncomingResponse;
use super::outgoing_body::OutgoingBody;
use super::outgoing_request::OutgoingRequest;
use super::outgoing_response::OutgoingResponse;
use super::request_options::RequestOptions;
use super::response_outparam::ResponseOutparam;
use super::shapes::{candidate, stable};
use crate::Adapter;
use crate::bindings::exports::wasi::http0_2_12::types::{ErrorCode, HeaderError, Method, Scheme};
use crate::bindings::exports::wasi::io::error::ErrorBorrow;
use crate::bindings::exports::wasi::io::poll::Pollable;
use crate::bindings::exports::wasi::io::streams;
use crate::canon::Task;
use crate::io::poll::pollable;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

/// A `future-incoming-response`.
pub struct FutureIncomingResponse(pub Rc<Exchange>);

/// Implements what both shapes have, for one of them.
macro_rules! shape {
    ($shape:ident) => {
        impl $shape::types::Guest for Adapter {
            type Fields = Fields;
            type IncomingRequest = IncomingRequest;
            type OutgoingRequest = OutgoingRequest;
            type RequestOptions = RequestOptions;
            type ResponseOutparam = ResponseOutparam;
            type IncomingResponse = IncomingResponse;
            type IncomingBody = IncomingBody;
            type FutureTrailers = FutureTrailers;
            type OutgoingResponse = OutgoingResponse;
            type OutgoingBody = OutgoingBody;
            type FutureIncomingResponse = FutureIncomingResponse;

            fn http_error_code(err: ErrorBorrow<'_>) -> Option<ErrorCode> {
                error::code(err.get())
            }
        }

        impl $shape::types::GuestIncomingRequest for IncomingRequest {
            fn method(&self) -> Method {
                self.method()
            }

            fn path_with_query(&self) -> Option<String> {
                self.path_with_query()
            }

            fn scheme(&self) -> Option<Scheme> {
                self.scheme()
            }

            fn authority(&self) -> Option<String> {
                self.authority()
            }

            fn headers(&self) -> $shape::types::Headers {
                $shape::types::Fields::new(self.headers())
            }

            fn consume(&self) -> Result<$shape::types::IncomingBody, ()> {
                Ok($shape::types::IncomingBody::new(self.consume()?))
            }
        }

        impl $shape::types::GuestOutgoingRequest for OutgoingRequest {
            fn new(headers: $shape::types::Headers) -> Self {
                OutgoingRequest::new(headers.into_inner())
            }

            fn body(&self) -> Result<$shape::types::OutgoingBody, ()> {
                Ok($shape::types::OutgoingBody::new(self.body()?))
            }

            fn method(&self) -> Method {
                self.method()
            }

            fn set_method(&self, method: Method) -> Result<(), ()> {
                self.set_method(method)
            }

            fn path_with_query(&self) -> Option<String> {
                self.path_with_query()
            }

            fn set_path_with_query(&self, path: Option<String>) -> Result<(), ()> {
                self.set_path_with_query(path)
            }

            fn scheme(&self) -> Option<Scheme> {
                self.scheme()
            }

            fn set_scheme(&self, scheme: Option<Scheme>) -> Result<(), ()> {
                self.set_scheme(scheme)
            }

            fn authority(&self) -> Option<String> {
                self.authority()
            }

            fn set_authority(&self, authority: Option<String>) -> Result<(), ()> {
                self.set_authority(authority)
            }

            fn headers(&self) -> $shape::types::Headers {
                $shape::types::Fields::new(self.headers())
            }
        }

        impl $shape::types::GuestResponseOutparam for ResponseOutparam {
            fn set(
                param: $shape::types::ResponseOutparam,
                response: Result<$shape::types::OutgoingResponse, ErrorCode>,
                task: Task<'_>,
            ) {
                let response = response.map(|response| response.into_inner());
                param.into_inner::<ResponseOutparam>().set(response, task);
            }
        }

        impl $shape::types::GuestIncomingResponse for IncomingResponse {
            fn status(&self) -> u16 {
                self.status()
            }

            fn headers(&self) -> $shape::types::Headers {
                $shape::types::Fields::new(self.headers())
            }

            fn consume(&self) -> Result<$shape::types::IncomingBody, ()> {
                Ok($shape::types::IncomingBody::new(self.consume()?))
            }
        }

        impl $shape::types::GuestIncomingBody for IncomingBody {
            fn stream(&self) -> Result<streams::InputStream, ()> {
                self.stream()
            }

            fn finish(this: $shape::types::IncomingBody) -> $shape::types::FutureTrailers {
                let body = this.into_inner::<IncomingBody>().finish();
                $shape::types::FutureTrailers::new(FutureTrailers::new(body))
            }
        }

        impl $shape::types::GuestOutgoingResponse for OutgoingResponse {
            fn new(headers: $shape::types::Headers) -> Self {
                OutgoingResponse::new(headers.into_inner())
            }

            fn status_code(&self) -> u16 {
                self.status_code()
            }

            fn set_status_code(&self, status_code: u16) -> Result<(), ()> {
                self.set_status_code(status_code)
            }

            fn headers(&self) -> $shape::types::Headers {
                $shape::types::Fields::new(self.headers())
            }

            fn body(&self) -> Result<$shape::types::OutgoingBody, ()> {
                Ok($shape::types::OutgoingBody::new(self.body()?))
            }
        }

        impl $shape::types::GuestOutgoingBody for OutgoingBody {
            fn write(&self) -> Result<streams::OutputStream, ()> {
                self.write()
            }

            fn finish(
                this: $shape::types::OutgoingBody,
                trailers: Option<$shape::types::Trailers>,
            ) -> Result<(), ErrorCode> {
                let trailers = trailers.map(|trailers| trailers.into_inner());
                let finished = this.into_inner::<OutgoingBody>().finish(trailers);
                finished.map_err(ErrorCode::from)
            }
        }

        impl $shape::types::GuestFutureIncomingResponse for FutureIncomingResponse {
            fn subscribe(&self) -> Pollable {
                pollable(self.0.clone())
            }

            fn get(
                &self,
            ) -> Option<Result<Result<$shape::types::IncomingResponse, ErrorCode>, ()>> {
                let answer = self.0.get()?;
                Some(answer.map(|answer| answer.map($shape::types::IncomingResponse::new)))
            }
        }
    };
}

shape!(stable);
shape!(candidate);

/// Implements what both shapes have of `fields`.
macro_rules! fields {
    ($shape:ident) => {
        fn new() -> Self {
            Fields::new()
        }

        fn from_list(
            entries: Vec<(String, Vec<u8>)>,
        ) -> Result<$shape::types::Fields, HeaderError> {
            Ok($shape::types::Fields::new(Fields::from_list(&entries)?))
        }

        fn get(&self, name: String) -> Vec<Vec<u8>> {
            self.get(&name)
        }

        fn set(&self, name: String, value: Vec<Vec<u8>>) -> Result<(), HeaderError> {
            self.set(&name, &value)
        }

        fn delete(&self, name: String) -> Result<(), HeaderError> {
            self.delete(&name)
        }

        fn append(&self, name: String, value: Vec<u8>) -> Result<(), HeaderError> {
            self.append(&name, &value)
        }

        fn entries(&self) -> Vec<(String, Vec<u8>)> {
            self.entries()
        }

        fn clone(&self) -> $shape::types::Fields {
            $shape::types::Fields::new(self.copy())
        }
    };
}

impl stable::types::GuestFields for Fields {
    fields!(stable);

    fn has(&self, name: String) -> bool {
        self.has(&name)
    }
}

impl candidate::types::GuestFields for Fields {
    fields!(candidate);
}

/// Implements `request-options`, of which the release candidate has other names.
macro_rules! request_options {
    (
        $shape:ident, $connect:ident $set_connect:ident, $first_byte:ident $set_first_byte:ident,
        $between_bytes:ident $set_between_bytes:ident
    ) => {
        impl $shape::types::GuestRequestOptions for RequestOptions {
            fn new() -> Self {
                RequestOptions::new()
            }

            fn $connect(&self) -> Option<u64> {
                self.connect_timeout()
            }

            fn $set_connect(&self, duration: Option<u64>) -> Result<(), ()> {
                self.set_connect_timeout(duration)
            }

            fn $first_byte(&self) -> Option<u64> {
                self.first_byte_timeout()
            }

            fn $set_first_byte(&self, duration: Option<u64>) -> Result<(), ()> {
                self.set_first_byte_timeout(duration)
            }

            fn $between_bytes(&self) -> Option<u64> {
                self.between_bytes_timeout()
            }

            fn $set_between_bytes(&self, duration: Option<u64>) -> Result<(), ()> {
                self.set_between_bytes_timeout(duration)
            }
        }
    };
}

request_options!(
    stable,
    connect_timeout set_connect_timeout,
    first_byte_timeout set_first_byte_timeout,
    between_bytes_timeout set_between_bytes_timeout
);

request_options!(
    candidate,
    connect_timeout_ms set_connect_timeout_ms,
    first_byte_timeout_ms set_first_byte_timeout_ms,
    between_bytes_timeout_ms set_between_bytes_timeout_ms
);

impl stable::types::GuestFutureTrailers for FutureTrailers {
    fn subscribe(&self) -> Pollable {
        pollable(self.body.clone())
    }

    fn get(&self) -> Option<Result<Result<Option<stable::types::Trailers>, ErrorCode>, ()>> {
        if self.taken.get() {
            return Some(Err(()));
        }
        let outcome = self.get()?;
        self.taken.set(true);
        Some(Ok(
            outcome.map(|trailers| trailers.map(stable::types::Fields::new))
        ))
    }
}

impl candidate::types::GuestFutureTrailers for FutureTrailers {
    fn subscribe(&self) -> Pollable {
        pollable(self.body.clone())
    }

    fn get(&self) -> Option<Result<Option<candidate::types::Trailers>, ErrorCode>> {
        let outcome = self.get()?;
        Some(outcome.map(|trailers| trailers.map(candidate::types::Fields::new)))
    }
}
