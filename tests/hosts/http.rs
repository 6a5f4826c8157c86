//! What both hosts with HTTP share: the command line, the state, and a server
//! that works like the one of the engine's own command line.
//!
//! `HOST COMPONENT.wasm [ARGS...]` runs a command. `HOST COMPONENT.wasm --serve
//! REUSE CONCURRENT MEMORY HIDDEN` serves requests on a port that it prints,
//! until stdin ends: an instance serves that many requests, so many of them at
//! once, its memories may grow to so many bytes, and it does not see that
//! header, if it is one. A connection that begins like HTTP/2 is one.

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use std::convert::Infallible;
use std::future;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use wasi_uplift_tests::{NOT_RUN, TRAPPED, TRAPPED_PREFIX};
use wasmtime::component::{Component, GuestTaskId, ResourceTable};
use wasmtime::{
    Config, Engine, OptLevel, RegallocAlgorithm, Result, Store, StoreContextMut, StoreLimits,
    StoreLimitsBuilder,
};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyHandler, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState,
    WorkerStatus,
};
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, ForbiddenHeaderFilter, WasiBody, WasiHttpCtx, WasiHttpCtxView,
    WasiHttpHooks, WasiHttpView,
};

/// The store's data.
pub struct State {
    ctx: WasiCtx,
    http: WasiHttpCtx,
    hooks: Hooks,
    table: ResourceTable,
    limits: StoreLimits,
}

/// What of the host isn't as it is by default.
#[derive(Clone, Copy)]
struct Hooks {
    shows_host: bool,
}

impl WasiHttpHooks for Hooks {
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        let shows_host = self.shows_host;
        Arc::new(move |name| {
            let is_shown = shows_host && *name == http::header::HOST;
            !is_shown && DEFAULT_FORBIDDEN_HEADERS.contains(name)
        })
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.ctx,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.hooks,
        }
    }
}

fn store(engine: &Engine, args: &[String], memory: usize, hooks: Hooks) -> Store<State> {
    let mut ctx = WasiCtxBuilder::new();
    ctx.inherit_stdio().args(args);
    let state = State {
        ctx: ctx.build(),
        http: WasiHttpCtx::new(),
        hooks,
        table: ResourceTable::new(),
        limits: StoreLimitsBuilder::new().memory_size(memory).build(),
    };
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.limits);
    store
}

/// What one of the hosts can do.
pub trait Host {
    fn run(
        engine: &Engine,
        component: &Component,
        store: &mut Store<State>,
    ) -> impl Future<Output = Result<Result<(), ()>>>;

    fn proxy(engine: &Engine, component: &Component) -> Result<ProxyPre<State>>;
}

/// Does what the command line says.
pub fn main<H: Host>() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let Some(path) = words.next().map(PathBuf::from) else {
        eprintln!("usage: HOST COMPONENT.wasm (--serve REUSE CONCURRENT MEMORY HIDDEN | ARGS...)");
        return ExitCode::from(NOT_RUN);
    };
    let words: Vec<String> = words.collect();
    let engine = engine();
    let prepared = Component::from_file(&engine, &path).and_then(|component| {
        let runtime = tokio::runtime::Runtime::new()?;
        Ok((component, runtime))
    });
    let outcome = prepared.and_then(|(component, runtime)| match &words[..] {
        [serve, numbers @ .., hidden] if serve == "--serve" => {
            let numbers: Vec<usize> = numbers.iter().map(|n| n.parse().unwrap()).collect();
            let server = Server {
                pre: H::proxy(&engine, &component)?,
                engine,
                reuse: numbers[0],
                concurrent: numbers[1],
                memory: numbers[2],
                hooks: Hooks {
                    shows_host: hidden != "host",
                },
            };
            match runtime.block_on(serve_all(server))? {}
        }
        _ => {
            let words = [vec!["guest".to_owned()], words].concat();
            let hooks = Hooks { shows_host: false };
            let mut store = store(&engine, &words, usize::MAX, hooks);
            runtime.block_on(H::run(&engine, &component, &mut store))
        }
    });
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(())) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{TRAPPED_PREFIX}{error:#}");
            ExitCode::from(TRAPPED)
        }
    }
}

/// An engine. Where hosts are built to test, and not to measure, it compiles fast rather than well.
fn engine() -> Engine {
    let mut config = Config::new();
    if cfg!(debug_assertions) {
        config.cranelift_opt_level(OptLevel::None);
        config.cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    }
    Engine::new(&config).expect("these settings go together")
}

struct Server {
    engine: Engine,
    pre: ProxyPre<State>,
    reuse: usize,
    concurrent: usize,
    memory: usize,
    hooks: Hooks,
}

struct Worker {
    reuse: usize,
    concurrent: usize,
}

/// How many instances are busy.
static BUSY: AtomicUsize = AtomicUsize::new(0);

/// An instance waits for requests as long as it may serve any.
#[derive(Default)]
struct Never {
    busy: bool,
}

impl Never {
    fn note(&mut self, busy: bool) {
        match (self.busy, busy) {
            (false, true) => _ = BUSY.fetch_add(1, SeqCst),
            (true, false) => _ = BUSY.fetch_sub(1, SeqCst),
            _ => {}
        }
        self.busy = busy;
    }
}

impl WorkerExpiration for Never {
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

impl Drop for Never {
    fn drop(&mut self) {
        self.note(false);
    }
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
        _: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        Box::pin(future::pending())
    }

    fn drop(&self, _: Store<State>, result: Result<()>) {
        if let Err(error) = result {
            eprintln!("worker: {error:?}");
        }
    }
}

impl HandlerState for Server {
    type StoreData = State;
    type WorkerExpiration = Never;
    type WorkerState = Worker;

    async fn instantiate(&self) -> Result<Instance<State, Never, Worker>> {
        let mut store = store(&self.engine, &[], self.memory, self.hooks);
        let proxy = self.pre.instantiate_async(&mut store).await?;
        Ok(Instance {
            store,
            proxy,
            view: State::http,
            expiration: Never::default(),
            state: Worker {
                reuse: self.reuse,
                concurrent: self.concurrent,
            },
        })
    }
}

async fn serve_all(server: Server) -> Result<Infallible> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("port {}", listener.local_addr()?.port());
    let handler = ProxyHandler::new(server);
    let mut stdin = tokio::io::stdin();
    let mut byte = [0];
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            _ = stdin.read(&mut byte) => break,
        };
        stream.set_nodelay(true)?;
        let handler = handler.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let handler = handler.clone();
                // A type that has a name: whether the other can be sent to another thread takes
                // the compiler minutes to find out, for each place where it matters.
                let responded: Responded =
                    Box::pin(async move { Ok(respond(&handler, request).await) });
                responded
            });
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
        });
    } // Guests go on after their response. Instances that wait for requests do not.
    while BUSY.load(SeqCst) > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    std::process::exit(0)
}

/// Whether the client speaks HTTP/2 without having asked for it.
async fn begins_like_http2(stream: &TcpStream) -> bool {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0";
    let mut bytes = [0; PREFACE.len()];
    // What is wrong with the connection is found out by who serves it.
    matches!(stream.peek(&mut bytes).await, Ok(len) if bytes[..len] == *PREFACE)
}

/// Has a connection's streams served side by side.
#[derive(Clone)]
struct Spawn;

impl<F: Future<Output: Send> + Send + 'static> Executor<F> for Spawn {
    fn execute(&self, future: F) {
        tokio::spawn(future);
    }
}

/// What comes of a request.
type Responded = Pin<Box<dyn Future<Output = Result<http::Response<WasiBody>, Infallible>> + Send>>;

async fn respond(
    handler: &ProxyHandler<Server>,
    request: http::Request<Incoming>,
) -> http::Response<WasiBody> {
    let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
    match handler.handle((), request).await {
        Ok(response) => response,
        Err(error) => {
            eprintln!("error: {error:?}");
            let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
            let mut response = http::Response::new(body);
            *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}
