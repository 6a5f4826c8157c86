//! A server with an instance for each request.

use super::{Data, NotRun, http, interface, linker};
use crate::Serving;
use crate::host::State;
use crate::host::server::{Response, failed, listen};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use std::convert::Infallible;
use std::future;
use std::sync::Arc;
use tokio::sync::{oneshot, watch};
use wasmtime::component::{Component, InstancePre, Resource, TypedFunc};
use wasmtime::error::Context as _;
use wasmtime::{Result, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::p3::Request;
use wasmtime_wasi_http::p3::bindings::http::types::{self, ErrorCode};

/// The handler of a guest.
type Handle =
    TypedFunc<(Resource<Request>,), (std::result::Result<Resource<types::Response>, ErrorCode>,)>;

/// Serves requests on a port that is printed, until stdin ends and no instance is busy.
pub async fn serve(component: &Component, serving: Serving) -> Result<Infallible> {
    let pre = linker(component.engine()).and_then(|linker| linker.instantiate_pre(component));
    let busy = watch::Sender::new(0);
    let mut idle = busy.subscribe();
    let guest = Arc::new(Guest {
        pre: pre.map_err(|error| error.context(NotRun))?,
        serving,
        busy,
    });
    listen(move |request| {
        let guest = guest.clone();
        let response: Response = Box::pin(async move {
            Ok(guest
                .respond(request)
                .await
                .unwrap_or_else(|error| failed(&error)))
        });
        response
    })
    .await?;
    idle.wait_for(|busy| *busy == 0).await?;
    std::process::exit(0)
}

/// A guest that serves.
struct Guest {
    pre: InstancePre<Data>,
    serving: Serving,
    /// The number of instances.
    busy: watch::Sender<usize>,
}

impl Guest {
    /// Has a new instance answer.
    async fn respond(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<WasiBody>> {
        let Serving {
            memory, shows_host, ..
        } = self.serving;
        let ctx = WasiCtxBuilder::new().inherit_stdio().build();
        let state = State::for_server(ctx, memory, shows_host);
        let mut store = Store::new(self.pre.engine(), Data::new(state)?);
        let request =
            request.map(|body| body.map_err(wasmtime_wasi_http::Error::from).boxed_unsync());
        let hooks = http::http(store.data_mut()).hooks;
        let (request, received) = Request::from_http(hooks, request);
        let request = http::http(store.data_mut()).table.push(request)?;

        let instance = self.pre.instantiate_async(&mut store).await?;
        let handler = instance.get_export_index(&mut store, None, &interface("wasi:http/handler"));
        let handle = handler
            .and_then(|handler| instance.get_export_index(&mut store, Some(&handler), "handle"))
            .context("it exports no handler")?;
        let handle: Handle = instance.get_typed_func(&mut store, handle)?;
        let (answer, answered) = oneshot::channel();
        let busy = self.busy.clone();
        busy.send_modify(|busy| *busy += 1);
        tokio::spawn(async move {
            let served = store
                .run_concurrent(async |store| {
                    let (response,) = handle.call_concurrent(store, (request,)).await?;
                    let response = response?;
                    let response = store.with(|mut store| {
                        let response = http::http(store.data_mut()).table.delete(response)?;
                        response.into_http_with_getter(&mut store, received, http::http)
                    })?;
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
