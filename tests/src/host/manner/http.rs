//! Requests and responses.

use super::Manner;
use super::stream::{self, Store};
use crate::State;
use wasmtime::component::{Access, FutureReader, Linker, Resource, StreamReader};
use wasmtime::{AsContextMut as _, Result};
use wasmtime_wasi_http::p3::bindings::http::client::HostWithStore;
use wasmtime_wasi_http::p3::bindings::http::types::{
    ErrorCode, Fields, HostRequestWithStore, HostResponseWithStore, Request, RequestOptions,
    Response,
};
use wasmtime_wasi_http::{WasiHttp, WasiHttpView as _};

/// The trailers of a body, if it has any.
type Trailers = FutureReader<std::result::Result<Option<Resource<Fields>>, ErrorCode>>;

/// What a body consists of, if there is one.
type Contents = Option<StreamReader<u8>>;

/// The options of a request.
type Options = Option<Resource<RequestOptions>>;

/// What became of a body.
type Outcome = FutureReader<std::result::Result<(), ErrorCode>>;

pub fn add_to_linker(manner: &Manner, linker: &mut Linker<State>) -> Result<()> {
    let mut client = linker.instance("wasi:http/client@0.3.0")?;
    slow! {
        manner, client, WasiHttp, State::http, ErrorCode::ConnectionTerminated;
        "send" => HostWithStore::send(request: Resource<Request>);
    }
    let mut types = linker.instance("wasi:http/types@0.3.0")?;
    let own = manner.clone();
    types.func_wrap(
        "[static]request.new",
        move |mut store: Store<'_>,
              (headers, contents, trailers, options): (
            Resource<Fields>,
            Contents,
            Trailers,
            Options,
        )| {
            let contents = body(&own, &mut store, contents)?;
            let access = access(store.as_context_mut());
            let request = HostRequestWithStore::new(access, headers, contents, trailers, options)?;
            Ok((request,))
        },
    )?;
    let own = manner.clone();
    types.func_wrap(
        "[static]response.new",
        move |mut store: Store<'_>,
              (headers, contents, trailers): (Resource<Fields>, Contents, Trailers)| {
            let contents = body(&own, &mut store, contents)?;
            let access = access(store.as_context_mut());
            let response = HostResponseWithStore::new(access, headers, contents, trailers)?;
            Ok((response,))
        },
    )?;
    let own = manner.clone();
    types.func_wrap(
        "[static]request.consume-body",
        move |mut store: Store<'_>, (request, done): (Resource<Request>, Outcome)| {
            let access = access(store.as_context_mut());
            let body = HostRequestWithStore::consume_body(access, request, done)?;
            Ok((consumed(&own, store, body)?,))
        },
    )?;
    let own = manner.clone();
    types.func_wrap(
        "[static]response.consume-body",
        move |mut store: Store<'_>, (response, done): (Resource<Response>, Outcome)| {
            let access = access(store.as_context_mut());
            let body = HostResponseWithStore::consume_body(access, response, done)?;
            Ok((consumed(&own, store, body)?,))
        },
    )
}

/// Passes on what a guest sends.
fn body(manner: &Manner, store: &mut Store<'_>, contents: Contents) -> Result<Contents> {
    let contents = contents.map(|contents| Ok(stream::pass_on(manner, store, contents)?.0));
    contents.transpose()
}

/// Passes on what a guest receives.
fn consumed(
    manner: &Manner,
    store: Store<'_>,
    body: (StreamReader<u8>, Trailers),
) -> Result<(StreamReader<u8>, Trailers)> {
    stream::with_result(manner, store, body, ErrorCode::ConnectionTerminated)
}

fn access(store: Store<'_>) -> Access<'_, State, WasiHttp> {
    Access::<_, WasiHttp>::new(store, State::http)
}
