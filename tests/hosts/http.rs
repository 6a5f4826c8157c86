//! What both hosts with HTTP share: the command line, the state, and a server
//! that works like the one of the engine's own command line.
//!
//! `HOST COMPONENT.wasm [ARGS...]` runs a command. `HOST COMPONENT.wasm --serve
//! REUSE CONCURRENT MEMORY` serves requests on a port that it prints, until
//! stdin ends: an instance serves that many requests, so many of them at once,
//! and its memories may grow to so many bytes.

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use std::convert::Infallible;
use std::future;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use wasi_uplift_tests::{NOT_RUN, TRAPPED, TRAPPED_PREFIX};
use wasmtime::component::{Component, GuestTaskId, ResourceTable};
use wasmtime::{Engine, Result, Store, StoreContextMut, StoreLimits, StoreLimitsBuilder};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyHandler, ProxyPre, ShouldAccept, WorkerExpiration, WorkerState,
    WorkerStatus,
};
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::{WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// The store's data.
pub struct State {
    ctx: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    limits: StoreLimits,
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
            hooks: Default::default(),
        }
    }
}

fn store(engine: &Engine, args: &[String], memory: usize) -> Store<State> {
    let mut ctx = WasiCtxBuilder::new();
    ctx.inherit_stdio().args(args);
    let state = State {
        ctx: ctx.build(),
        http: WasiHttpCtx::new(),
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
        eprintln!("usage: HOST COMPONENT.wasm (--serve REUSE CONCURRENT MEMORY | ARGS...)");
        return ExitCode::from(NOT_RUN);
    };
    let words: Vec<String> = words.collect();
    let engine = Engine::default();
    let prepared = Component::from_file(&engine, &path).and_then(|component| {
        let runtime = tokio::runtime::Runtime::new()?;
        Ok((component, runtime))
    });
    let outcome = prepared.and_then(|(component, runtime)| match &words[..] {
        [serve, numbers @ ..] if serve == "--serve" => {
            let numbers: Vec<usize> = numbers.iter().map(|n| n.parse().unwrap()).collect();
            let server = Server {
                pre: H::proxy(&engine, &component)?,
                engine,
                reuse: numbers[0],
                concurrent: numbers[1],
                memory: numbers[2],
            };
            match runtime.block_on(serve_all(server))? {}
        }
        _ => {
            let words = [vec!["guest".to_owned()], words].concat();
            let mut store = store(&engine, &words, usize::MAX);
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

struct Server {
    engine: Engine,
    pre: ProxyPre<State>,
    reuse: usize,
    concurrent: usize,
    memory: usize,
}

struct Worker {
    reuse: usize,
    concurrent: usize,
}

/// An instance waits for requests as long as it may serve any.
struct Never;

impl WorkerExpiration for Never {
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>, _: WorkerStatus, _: Instant) -> Poll<()> {
        Poll::Pending
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
        let mut store = store(&self.engine, &[], self.memory);
        let proxy = self.pre.instantiate_async(&mut store).await?;
        Ok(Instance {
            store,
            proxy,
            view: State::http,
            expiration: Never,
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
            // Instances that wait for more requests are not asked to end first.
            _ = stdin.read(&mut byte) => std::process::exit(0),
        };
        stream.set_nodelay(true)?;
        let handler = handler.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let handler = handler.clone();
                async move { Ok::<_, Infallible>(respond(&handler, request).await) }
            });
            let served = http1::Builder::new()
                .keep_alive(true)
                .serve_connection(TokioIo::new(stream), service)
                .await;
            if let Err(error) = served {
                eprintln!("connection: {error:?}");
            }
        });
    }
}

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
