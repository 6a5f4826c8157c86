//! A server of HTTP/1.1 and HTTP/2 that works like the one of Wasmtime's own command line.

use super::{Left, State};
use crate::Serving;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;
use std::{fmt, future};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use wasmtime::component::GuestTaskId;
use wasmtime::{Engine, Result, Store, StoreContextMut};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyHandler, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState,
    WorkerStatus,
};
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::{WasiBody, WasiHttpView as _};

/// Serves requests on a port that is printed, until stdin ends and no instance is busy.
pub async fn serve(engine: Engine, pre: ProxyPre<State>, serving: Serving) -> Result<Infallible> {
    let busy = watch::Sender::new(0);
    let mut idle = busy.subscribe();
    let handler = ProxyHandler::new(Server {
        engine,
        pre,
        serving,
        busy,
    });
    listen(move |request| {
        let handler = handler.clone();
        // A type that has a name: whether the other can be sent to another thread takes
        // the compiler minutes to find out, for each place where it matters.
        let response: Response = Box::pin(async move { Ok(respond(&handler, request).await) });
        response
    })
    .await?;
    // Guests go on after their response. Instances that wait for requests do not.
    idle.wait_for(|busy| *busy == 0).await?;
    std::process::exit(0)
}

/// Takes connections on a port that is printed, and has their requests answered, until stdin ends.
pub(super) async fn listen(
    respond: impl Fn(http::Request<Incoming>) -> Response + Clone + Send + 'static,
) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("port {}", listener.local_addr()?.port());
    let mut stdin = tokio::io::stdin();
    let mut byte = [0];
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            _ = stdin.read(&mut byte) => return Ok(()),
        };
        stream.set_nodelay(true)?;
        tokio::spawn(connection(respond.clone(), stream));
    }
}

/// Serves the requests of one connection. One that begins like HTTP/2 is HTTP/2.
async fn connection(
    respond: impl Fn(http::Request<Incoming>) -> Response + Send + 'static,
    stream: TcpStream,
) {
    let service = service_fn(respond);
    let is_http2 = begins_like_http2(&stream).await;
    let stream = TokioIo::new(stream);
    let served = if is_http2 {
        let builder = http2::Builder::new(Spawn);
        builder.serve_connection(stream, service).await
    } else {
        let builder = http1::Builder::new();
        builder.serve_connection(stream, service).await
    };
    if let Err(error) = served {
        eprintln!("connection: {error:?}");
    }
}

/// Returns `true` if the client speaks HTTP/2 without having asked for it.
async fn begins_like_http2(stream: &TcpStream) -> bool {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0";
    let mut bytes = [0; PREFACE.len()];
    // Any error of the connection comes again when it is served.
    matches!(stream.peek(&mut bytes).await, Ok(len) if bytes[..len] == *PREFACE)
}

/// An executor of Tokio's, for the streams of an HTTP/2 connection.
#[derive(Clone)]
struct Spawn;

impl<F: Future<Output: Send> + Send + 'static> Executor<F> for Spawn {
    fn execute(&self, future: F) {
        tokio::spawn(future);
    }
}

/// An answer to come.
pub(super) type Response =
    Pin<Box<dyn Future<Output = Result<http::Response<WasiBody>, Infallible>> + Send>>;

/// Returns the guest's response, or status 500 where there is none.
async fn respond(
    handler: &ProxyHandler<Server>,
    request: http::Request<Incoming>,
) -> http::Response<WasiBody> {
    let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
    match handler.handle((), request).await {
        Ok(response) => response,
        Err(error) => failed(&error),
    }
}

/// Prints an error, and returns status 500.
pub(super) fn failed(error: &impl fmt::Debug) -> http::Response<WasiBody> {
    eprintln!("error: {error:?}");
    let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
    let mut response = http::Response::new(body);
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// The instances of one component.
struct Server {
    engine: Engine,
    pre: ProxyPre<State>,
    serving: Serving,
    /// The number of busy instances.
    busy: watch::Sender<usize>,
}

impl HandlerState for Server {
    type StoreData = State;
    type WorkerExpiration = Lifetime;
    type WorkerState = Worker;

    async fn instantiate(&self) -> Result<Instance<State, Lifetime, Worker>> {
        let Serving {
            reuse,
            concurrent,
            memory,
            shows_host,
            watches,
        } = self.serving;
        let ctx = WasiCtxBuilder::new().inherit_stdio().build();
        let mut store = State::for_server(ctx, memory, shows_host).into_store(&self.engine);
        let proxy = self.pre.instantiate_async(&mut store).await?;
        Ok(Instance {
            store,
            proxy,
            view: State::http,
            expiration: Lifetime {
                is_busy: false,
                busy: self.busy.clone(),
            },
            state: Worker {
                reuse,
                concurrent,
                watches,
            },
        })
    }
}

/// The lifetime of an instance, which never expires while it may serve more requests.
struct Lifetime {
    is_busy: bool,
    busy: watch::Sender<usize>,
}

impl Lifetime {
    fn note(&mut self, is_busy: bool) {
        if self.is_busy != is_busy {
            self.is_busy = is_busy;
            self.busy.send_modify(|busy| match is_busy {
                true => *busy += 1,
                false => *busy -= 1,
            });
        }
    }
}

impl WorkerExpiration for Lifetime {
    fn poll(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        status: WorkerStatus,
        _: Instant,
    ) -> Poll<()> {
        self.note(status != WorkerStatus::Idle);
        Poll::Pending
    }
}

impl Drop for Lifetime {
    fn drop(&mut self) {
        self.note(false);
    }
}

/// The number of requests that an instance serves in all and at once.
struct Worker {
    reuse: usize,
    concurrent: usize,
    /// Whether a line with the contents of the instance's store is printed when a request comes.
    watches: bool,
}

impl WorkerState for Worker {
    type StoreData = State;
    type RequestData = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= self.reuse {
            ShouldAccept::Never
        } else if concurrent >= self.concurrent {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        mut store: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        if self.watches {
            println!("{}", Left::of(&mut store));
        }
        Box::pin(future::pending())
    }

    fn drop(&self, _: Store<State>, result: Result<()>) {
        if let Err(error) = result {
            eprintln!("worker: {error:?}");
        }
    }
}
