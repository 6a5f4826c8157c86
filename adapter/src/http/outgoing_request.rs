//! `outgoing-request`.

use super::fields::{Fields, Held, give, give_without_body};
use super::outgoing_body::{Other, OutgoingBody, Reception};
use super::request_options::RequestOptions;
use super::syntax;
use crate::bindings::exports::wasi::http0_2_12::types::{
    DnsErrorPayload, ErrorCode, Method, Scheme,
};
use crate::bindings::wasi::http0_3_0::types as p3;
use crate::p3::http::{new_request, no_request_body};
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::RefCell;

/// An `outgoing-request`. WASI 0.3 has one only when all of its parts are there.
pub struct OutgoingRequest {
    headers: Rc<Held>,
    head: RefCell<Head>,
    body: RefCell<Option<Other>>,
}

struct Head {
    method: Method,
    path_with_query: Option<String>,
    scheme: Option<Scheme>,
    authority: Option<String>,
}

/// Fails if there is a value that isn't valid.
fn check<T>(value: Option<&T>, is_valid: impl Fn(&T) -> bool) -> Result<(), ()> {
    match value {
        Some(value) if !is_valid(value) => Err(()),
        _ => Ok(()),
    }
}

impl OutgoingRequest {
    pub fn new(headers: Fields) -> Self {
        OutgoingRequest {
            headers: headers.into_inner(),
            head: RefCell::new(Head {
                method: Method::Get,
                path_with_query: None,
                scheme: None,
                authority: None,
            }),
            body: RefCell::new(None),
        }
    }

    pub fn body(&self) -> Result<OutgoingBody, ()> {
        let mut slot = self.body.borrow_mut();
        if slot.is_some() {
            return Err(());
        }
        let (body, other) = OutgoingBody::of_request(&self.headers);
        *slot = Some(other);
        Ok(body)
    }

    pub fn method(&self) -> Method {
        self.head.borrow().method.clone()
    }

    pub fn set_method(&self, method: Method) -> Result<(), ()> {
        if let Method::Other(name) = &method
            && !syntax::is_method(name)
        {
            return Err(());
        }
        self.head.borrow_mut().method = method;
        Ok(())
    }

    pub fn path_with_query(&self) -> Option<String> {
        self.head.borrow().path_with_query.clone()
    }

    pub fn set_path_with_query(&self, path: Option<String>) -> Result<(), ()> {
        check(path.as_ref(), |path| syntax::is_path_with_query(path))?;
        self.head.borrow_mut().path_with_query = path;
        Ok(())
    }

    pub fn scheme(&self) -> Option<Scheme> {
        self.head.borrow().scheme.clone()
    }

    pub fn set_scheme(&self, scheme: Option<Scheme>) -> Result<(), ()> {
        check(scheme.as_ref(), |scheme| match scheme {
            Scheme::Other(name) => syntax::is_scheme(name),
            _ => true,
        })?;
        self.head.borrow_mut().scheme = scheme;
        Ok(())
    }

    pub fn authority(&self) -> Option<String> {
        self.head.borrow().authority.clone()
    }

    pub fn set_authority(&self, authority: Option<String>) -> Result<(), ()> {
        check(authority.as_ref(), |text| syntax::is_authority(text))?;
        self.head.borrow_mut().authority = authority;
        Ok(())
    }

    pub fn headers(&self) -> Fields {
        Fields::of_outgoing(self.headers.clone())
    }

    /// Makes it one of WASI 0.3. The reception is that of its body, if it has one.
    pub fn into_p3(
        self,
        options: Option<RequestOptions>,
    ) -> Result<(p3::Request, Option<Reception>), ErrorCode> {
        let (body, reception) = self.body.into_inner().unzip();
        if body.is_none() && self.headers.length().is_some_and(|length| length > 0) {
            return Err(ErrorCode::HttpRequestBodySize(Some(0)));
        }
        let head = self.head.into_inner();
        let (headers, body) = match body {
            Some(body) => (give(self.headers), body),
            // These have no body as a rule, and nothing is said of it.
            None if matches!(head.method, Method::Get | Method::Head | Method::Connect) => {
                (give(self.headers), no_request_body())
            }
            None => (give_without_body(self.headers), no_request_body()),
        };
        // WASI 0.2's host has a code of its own for half a place.
        if head.authority.is_some() && head.path_with_query.is_none() {
            return Err(ErrorCode::HttpProtocolError);
        }
        let request = new_request(headers, body, options.map(|options| options.0));
        if !matches!(head.method, Method::Get) {
            let set = request.set_method(&head.method);
            set.map_err(|()| ErrorCode::HttpRequestMethodInvalid)?;
        }
        if let Some(scheme) = &head.scheme {
            let set = request.set_scheme(Some(scheme));
            set.map_err(|()| ErrorCode::HttpProtocolError)?;
        }
        if let Some(authority) = &head.authority {
            let set = request.set_authority(Some(authority));
            // A host may want a port that is one. WASI 0.2's finds out when it looks for the place.
            set.map_err(|()| match head.scheme {
                Some(Scheme::Other(_)) => ErrorCode::HttpProtocolError,
                _ => ErrorCode::DnsError(DnsErrorPayload {
                    rcode: Some("address not available".into()),
                    info_code: None,
                }),
            })?;
        }
        if let Some(path) = &head.path_with_query {
            let set = request.set_path_with_query(Some(path));
            set.map_err(|()| ErrorCode::HttpRequestUriInvalid)?;
        }
        Ok((request, reception))
    }
}
