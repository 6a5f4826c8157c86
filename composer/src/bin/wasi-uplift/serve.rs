//! `wasi-uplift serve`

use crate::embedded::{self, Access, State};
use crate::messages::Messages;
use crate::parts::Parts;
use crate::{Linking, files};
use anyhow::{Context, Result};
use clap::Args;
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use std::convert::Infallible;
use std::future;
use std::net::TcpListener;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use wasmtime::component::GuestTaskId;
use wasmtime::{Engine, Store, StoreContextMut};
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::WasiHttpView as _;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyHandler, ProxyPre, ShouldAccept, TrapOrPanicError,
    WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::p3::bindings::ServicePre;

/// How long to wait after a connection that could not be accepted.
const PATIENCE: Duration = Duration::from_millis(100);

/// Composes a server and has it answer HTTP requests on a host that has nothing of WASI but 0.3.
///
/// Each request gets an instance of its own. A component that needs nothing of WASI 0.2 is used as
/// it is.
#[derive(Args)]
pub struct Serve {
    /// The component, in binary form, or a `.wac` file.
    guest: PathBuf,

    #[command(flatten)]
    parts: Parts,

    /// Where to listen: an address or a name, and a port, of which 0 stands for any that is free.
    #[arg(
        long = "addr",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080",
        value_parser = address
    )]
    address: String,

    #[command(flatten)]
    access: Access,

    #[command(flatten)]
    linking: Linking,
}

impl Serve {
    pub fn run(self, messages: &Messages) -> Result<()> {
        let name = files::name(&self.guest);
        let engine = Engine::default();
        let composed = embedded::compose(&self.guest, &self.parts, &self.linking, messages)?;
        // What can't be had is known before anybody waits for the compiler.
        self.access.context()?;
        let address = &self.address;
        let listener = TcpListener::bind(address);
        let listener = listener.with_context(|| format!("nothing can listen on {address}"))?;
        listener.set_nonblocking(true)?;
        messages.note(format_args!("`{name}` is being compiled"));
        let instance = embedded::load(&self.guest, &composed, &engine)?;
        let service = ServicePre::new(instance).map_err(anyhow::Error::from);
        let service = service.with_context(|| format!("`{name}` can't be served here"))?;
        let server = Server {
            guest: Arc::from(name),
            engine,
            service: ProxyPre::P3(service),
            access: self.access,
            messages: Arc::new(messages.clone()),
        };
        tokio::runtime::Runtime::new()?.block_on(server.listen(listener))
    }
}

/// Checks what can be said of an address without looking it up.
fn address(argument: &str) -> Result<String, String> {
    match argument.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
            Ok(argument.to_string())
        }
        _ => Err("an address or a name and a port are needed: `localhost:8080`".to_string()),
    }
}

struct Server {
    /// What the guest is called in messages.
    guest: Arc<str>,
    engine: Engine,
    service: ProxyPre<State>,
    access: Access,
    messages: Arc<Messages>,
}

impl Server {
    async fn listen(self, listener: TcpListener) -> Result<()> {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let messages = self.messages.clone();
        messages.note(format_args!("`{}` serves http://{address}/", self.guest));
        let handler = ProxyHandler::new(self);
        loop {
            match listener.accept().await {
                Ok((stream, _)) => _ = tokio::spawn(converse(handler.clone(), stream)),
                Err(error) => {
                    messages.error(&anyhow::Error::from(error).context("accepting a connection"));
                    // What there is too little of may be there again then.
                    tokio::time::sleep(PATIENCE).await;
                }
            }
        }
    }
}

/// Says what went wrong with the guest.
fn complain(messages: &Messages, guest: &str, what: &str, error: wasmtime::Error) {
    let context = format!("`{guest}` {what}");
    messages.error(&anyhow::Error::from(error).context(context));
}

/// Answers the requests that come over a connection.
async fn converse(handler: ProxyHandler<Server>, stream: TcpStream) {
    // Guests write in the pieces that they want to be sent.
    let _ = stream.set_nodelay(true);
    let respond = service_fn(|request| {
        let handler = handler.clone();
        async move { Ok::<_, Infallible>(respond(&handler, request).await) }
    });
    // That a connection breaks off is for the client to complain of.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), respond)
        .await;
}

async fn respond(
    handler: &ProxyHandler<Server>,
    request: http::Request<Incoming>,
) -> http::Response<WasiBody> {
    let (mut head, body) = request.into_parts();
    if let Some(uri) = whole(&head) {
        head.uri = uri;
    }
    let body = body.map_err(Into::into).boxed_unsync();
    let request = http::Request::from_parts(head, body);
    match handler.handle((), request).await {
        Ok(response) => response,
        Err(error) => {
            // That it trapped is said where its instance ends.
            if !error.is::<TrapOrPanicError>() {
                let Server {
                    guest, messages, ..
                } = handler.state();
                complain(messages, guest, "gave no response", error);
            }
            let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
            let mut response = http::Response::new(body);
            *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

/// Where a request goes to, with what else is said of it: the guest does not see the `host` header.
fn whole(head: &http::request::Parts) -> Option<Uri> {
    if head.uri.authority().is_some() {
        return None;
    }
    let host = head.headers.get(http::header::HOST)?;
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(Authority::try_from(host.as_bytes()).ok()?);
    let path = head.uri.path_and_query().cloned();
    parts.path_and_query = Some(path.unwrap_or(PathAndQuery::from_static("/")));
    Uri::from_parts(parts).ok()
}

impl HandlerState for Server {
    type StoreData = State;
    type WorkerExpiration = Never;
    type WorkerState = OneRequest;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Never, OneRequest>> {
        let mut context = self
            .access
            .context()
            .map_err(wasmtime::Error::from_anyhow)?;
        context.inherit_stdout().inherit_stderr();
        let mut store = self.access.store(&self.engine, context.build());
        let proxy = self.service.instantiate_async(&mut store).await?;
        Ok(Instance {
            store,
            proxy,
            view: State::http,
            expiration: Never,
            state: OneRequest {
                guest: self.guest.clone(),
                messages: self.messages.clone(),
            },
        })
    }
}

/// A guest may take as long as it wants.
struct Never;

impl WorkerExpiration for Never {
    fn poll(
        self: Pin<&mut Self>,
        _: &mut task::Context<'_>,
        _: WorkerStatus,
        _: Instant,
    ) -> Poll<()> {
        Poll::Pending
    }
}

/// An instance is used once, which is what a server of WASI 0.2 knows.
struct OneRequest {
    guest: Arc<str>,
    messages: Arc<Messages>,
}

impl WorkerState for OneRequest {
    type StoreData = State;
    type RequestData = ();

    fn should_accept_request(&self, _: usize, total: usize) -> ShouldAccept {
        match total {
            0 => ShouldAccept::Yes,
            _ => ShouldAccept::Never,
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        Box::pin(future::pending())
    }

    fn drop(&self, _: Store<State>, result: wasmtime::Result<()>) {
        if let Err(error) = result {
            complain(&self.messages, &self.guest, "trapped", error);
        }
    }
}
