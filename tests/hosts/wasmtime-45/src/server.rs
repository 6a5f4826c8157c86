//! A server with an instance for each request.

use crate::State;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use std::convert::Infallible;
use std::future;
use std::sync::Arc;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use wasmtime::component::InstancePre;
use wasmtime::error::Context as _;
use wasmtime::{Result, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::p3::Request;
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::p3::bindings::http::types::ErrorCode;

type Response = http::Response<UnsyncBoxBody<Bytes, ErrorCode>>;

/// A guest that serves.
struct Guest {
    pre: ServicePre<State>,
    /// The number of instances.
    busy: watch::Sender<usize>,
}

/// Serves requests on a port that is printed, until stdin ends and no instance is busy.
pub async fn serve(pre: &InstancePre<State>) -> Result<()> {
    let busy = watch::Sender::new(0);
    let mut idle = busy.subscribe();
    let pre = ServicePre::new(pre.clone())?;
    let guest = Arc::new(Guest { pre, busy });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("port {}", listener.local_addr()?.port());
    let mut stdin = tokio::io::stdin();
    let mut byte = [0];
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            _ = stdin.read(&mut byte) => break,
        };
        stream.set_nodelay(true)?;
        tokio::spawn(connection(guest.clone(), stream));
    }
    idle.wait_for(|busy| *busy == 0).await?;
    std::process::exit(0)
}

async fn connection(guest: Arc<Guest>, stream: TcpStream) {
    let service = service_fn(move |request| {
        let guest = guest.clone();
        async move {
            let response = guest.respond(request).await.unwrap_or_else(|error| {
                eprintln!("error: {error:?}");
                let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
                let mut response = http::Response::new(body);
                *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
                response
            });
            Ok::<_, Infallible>(response)
        }
    });
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = served.await {
        eprintln!("connection: {error:?}");
    }
}

impl Guest {
    /// Has a new instance answer.
    async fn respond(&self, request: http::Request<Incoming>) -> Result<Response> {
        let request = request.map(|body| body.map_err(ErrorCode::from_hyper_request_error));
        let (request, received) = Request::from_http(request);
        let ctx = WasiCtxBuilder::new().inherit_stdio().build();
        let mut store = Store::new(self.pre.engine(), State::new(ctx));
        let service = self.pre.instantiate_async(&mut store).await?;
        let (answer, answered) = oneshot::channel();
        let busy = self.busy.clone();
        busy.send_modify(|busy| *busy += 1);
        tokio::spawn(async move {
            let served = store
                .run_concurrent(async |store| {
                    let response = service.handle(store, request).await??;
                    let response = store.with(|store| response.into_http(store, received))?;
                    // A client that is gone needs none.
                    let _ = answer.send(response);
                    // The guest goes on after its response.
                    future::poll_fn(|context| store.poll_no_interesting_tasks(context)).await;
                    wasmtime::error::Ok(())
                })
                .await;
            busy.send_modify(|busy| *busy -= 1);
            if let Err(error) | Ok(Err(error)) = served {
                eprintln!("worker: {error:?}");
            }
        });
        answered.await.context("there is no answer")
    }
}
