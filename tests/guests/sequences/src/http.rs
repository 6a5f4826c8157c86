//! `wasi:http`: the objects, and requests that nobody answers.

use crate::argument::Argument;
use crate::operation::Operation;
use crate::show::Show;
use crate::wait;
use crate::wasi::http::outgoing_handler::handle;
use crate::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, HeaderError, IncomingResponse, Method, OutgoingBody,
    OutgoingRequest, OutgoingResponse, RequestOptions, Scheme,
};

/// Makes an operation, if it is one of these.
pub fn call(o: &Operation) -> Option<String> {
    of_fields(o)
        .or_else(|| of_request(o))
        .or_else(|| of_response(o))
        .or_else(|| of_body(o))
}

fn of_fields(o: &Operation) -> Option<String> {
    match o.name {
        "fields" => return o.show(Fields::new()),
        "fields-from-list" => {
            let mut entries = Vec::new();
            while let Some(name) = o.next_arg::<String>() {
                entries.push((name, o.arg::<Vec<u8>>()));
            }
            return o.show(Fields::from_list(&entries));
        }
        "drop-fields" => return o.drop::<Fields>(),
        _ => {}
    }
    let name = o.name.strip_prefix("fields-")?;
    let fields = o.handle::<Fields>()?;
    match name {
        "get" => o.show(fields.get(&o.arg::<String>())),
        "has" => o.show(fields.has(&o.arg::<String>())),
        "set" => {
            let name: String = o.arg();
            let values: Vec<Vec<u8>> = std::iter::from_fn(|| o.next_arg()).collect();
            o.show(fields.set(&name, &values))
        }
        "delete" => o.show(fields.delete(&o.arg::<String>())),
        "append" => o.show(fields.append(&o.arg::<String>(), &o.arg::<Vec<u8>>())),
        "entries" => {
            let entries = fields.entries().into_iter();
            let shown = entries.map(|(name, value)| format!("{name}: {}", value.show(o)));
            let mut shown: Vec<_> = shown.collect();
            // Every host has its own order.
            shown.sort();
            Some(shown.join("; "))
        }
        "clone" => o.show(Fields::clone(&fields)),
        _ => None,
    }
}

fn of_request(o: &Operation) -> Option<String> {
    match o.name {
        "request" => return o.show(OutgoingRequest::new(o.take()?)),
        "drop-request" => return o.drop::<OutgoingRequest>(),
        "options" => return o.show(RequestOptions::new()),
        "drop-options" => return o.drop::<RequestOptions>(),
        "handle" => {
            let request = o.take()?;
            return o.show(handle(request, None));
        }
        "handle-with" => {
            let (request, options) = (o.take()?, o.take()?);
            return o.show(handle(request, Some(options)));
        }
        "get-response" => {
            let future = o.handle::<FutureIncomingResponse>()?;
            wait::one(&future.subscribe());
            let Some(response) = future.get() else {
                return o.show(());
            };
            return o.show(response.map(|response| response.map(|_: IncomingResponse| ())));
        }
        "subscribe-response" => {
            return o
                .parent::<FutureIncomingResponse>()
                .and_then(|f| o.show(f.subscribe()));
        }
        "drop-future" => return o.drop::<FutureIncomingResponse>(),
        _ => {}
    }
    if let Some(name) = o.name.strip_prefix("request-") {
        if name == "headers" {
            return o
                .parent::<OutgoingRequest>()
                .and_then(|request| o.show(request.headers()));
        }
        let request = o.handle::<OutgoingRequest>()?;
        return match name {
            "body" => o.show(request.body()),
            "method" => Some(format!("{:?}", request.method())),
            "set-method" => o.show(request.set_method(&o.arg())),
            "path-with-query" => o.show(request.path_with_query()),
            "set-path-with-query" => {
                let path: Option<String> = o.arg();
                o.show(request.set_path_with_query(path.as_deref()))
            }
            "scheme" => Some(format!("{:?}", request.scheme())),
            "set-scheme" => {
                let scheme: Option<Scheme> = o.arg();
                o.show(request.set_scheme(scheme.as_ref()))
            }
            "authority" => o.show(request.authority()),
            "set-authority" => {
                let authority: Option<String> = o.arg();
                o.show(request.set_authority(authority.as_deref()))
            }
            _ => None,
        };
    }
    let name = o.name.strip_prefix("options-")?;
    let options = o.handle::<RequestOptions>()?;
    match name {
        "connect-timeout" => o.show(options.connect_timeout()),
        "set-connect-timeout" => o.show(options.set_connect_timeout(o.arg())),
        "first-byte-timeout" => o.show(options.first_byte_timeout()),
        "set-first-byte-timeout" => o.show(options.set_first_byte_timeout(o.arg())),
        "between-bytes-timeout" => o.show(options.between_bytes_timeout()),
        "set-between-bytes-timeout" => o.show(options.set_between_bytes_timeout(o.arg())),
        _ => None,
    }
}

fn of_response(o: &Operation) -> Option<String> {
    match o.name {
        "response" => o.show(OutgoingResponse::new(o.take()?)),
        "response-status-code" => o.show(o.handle::<OutgoingResponse>()?.status_code()),
        "response-set-status-code" => {
            let response = o.handle::<OutgoingResponse>()?;
            o.show(response.set_status_code(o.arg()))
        }
        "response-headers" => o
            .parent::<OutgoingResponse>()
            .and_then(|response| o.show(response.headers())),
        "response-body" => o.show(o.handle::<OutgoingResponse>()?.body()),
        "drop-response" => o.drop::<OutgoingResponse>(),
        _ => None,
    }
}

fn of_body(o: &Operation) -> Option<String> {
    match o.name {
        "body-write" => o
            .parent::<OutgoingBody>()
            .and_then(|body| o.show(body.write())),
        "body-finish" => o.show(OutgoingBody::finish(o.take()?, None)),
        "body-finish-with" => {
            let (body, trailers) = (o.take()?, o.take()?);
            o.show(OutgoingBody::finish(body, Some(trailers)))
        }
        "drop-body" => o.drop::<OutgoingBody>(),
        _ => None,
    }
}

impl Argument for Method {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "get" => Self::Get,
            "post" => Self::Post,
            "connect" => Self::Connect,
            "patch" => Self::Patch,
            _ => Self::Other(String::parse(word)?),
        })
    }
}

impl Argument for Scheme {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "HTTP" => Self::Http,
            "HTTPS" => Self::Https,
            _ => Self::Other(String::parse(word)?),
        })
    }
}

impl Show for HeaderError {
    fn show(self, _: &Operation) -> String {
        format!("{self:?}")
    }
}

impl Show for ErrorCode {
    fn show(self, _: &Operation) -> String {
        match self {
            // Every host has its own text.
            Self::InternalError(_) => "internal error".into(),
            code => format!("{code:?}"),
        }
    }
}

impl Show for Vec<Vec<u8>> {
    fn show(self, o: &Operation) -> String {
        let each: Vec<_> = self.into_iter().map(|value| value.show(o)).collect();
        format!("[{}]", each.join(", "))
    }
}
