//! The host that is part of the command: Wasmtime, with nothing of WASI but 0.3.

use crate::messages::Messages;
use crate::parts::Parts;
use crate::{Linking, describe, files};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::path::Path;
use wasi_uplift::Options;
use wasmtime::component::{Component, InstancePre, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

/// What the guest may use.
#[derive(Args)]
pub struct Access {
    /// A folder that the guest may use, and what the guest calls it, if that is something else.
    #[arg(long = "dir", value_name = "HOST[::GUEST]")]
    folders: Vec<String>,

    /// An environment variable of the guest; without value, it is that of this process.
    #[arg(long = "env", value_name = "NAME[=VALUE]")]
    variables: Vec<String>,

    /// The guest may use the network.
    #[arg(long = "net")]
    network: bool,
}

impl Access {
    /// The context of a guest that has nothing else.
    pub fn context(&self) -> Result<WasiCtxBuilder> {
        let mut context = WasiCtxBuilder::new();
        for variable in &self.variables {
            match variable.split_once('=') {
                Some((name, value)) => context.env(name, value),
                None => match std::env::var(variable) {
                    Ok(value) => context.env(variable, value),
                    Err(error) => bail!("the environment variable `{variable}`: {error}"),
                },
            };
        }
        for folder in &self.folders {
            let (host, guest) = folder.split_once("::").unwrap_or((folder, folder));
            context
                .preopened_dir(host, guest, FsPerms::ReadWrite)
                .map_err(anyhow::Error::from)
                .with_context(|| format!("the folder `{host}` was not opened"))?;
        }
        if self.network {
            context.inherit_network().allow_ip_name_lookup(true);
            context.allow_tcp(true).allow_udp(true);
        }
        Ok(context)
    }

    /// A new store, for a guest with this context.
    pub fn store(&self, engine: &Engine, context: WasiCtx) -> Store<State> {
        let state = State {
            context,
            http: WasiHttpCtx::new(),
            requests: Requests {
                allowed: self.network,
            },
            table: ResourceTable::new(),
        };
        Store::new(engine, state)
    }
}

/// What a store keeps for the host.
pub struct State {
    context: WasiCtx,
    http: WasiHttpCtx,
    requests: Requests,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.context,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.requests,
        }
    }
}

/// What becomes of requests that a guest sends.
struct Requests {
    allowed: bool,
}

/// What is done for a message while it is on its way.
type Work = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Requests {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Work,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, Work), Error>> + Send> {
        let allowed = self.allowed;
        Box::new(async move {
            if !allowed {
                return Err(Error::HttpRequestDenied);
            }
            let sent = wasmtime_wasi_http::default_send_request(request, options).await?;
            let (response, work) = sent;
            Ok((
                response.map(http_body_util::BodyExt::boxed_unsync),
                Box::new(work) as Work,
            ))
        })
    }
}

/// Composes a guest, of the parts that it has.
pub fn compose(
    guest: &Path,
    parts: &Parts,
    linking: &Linking,
    messages: &Messages,
) -> Result<Vec<u8>> {
    let name = files::name(guest);
    let bytes = parts.read(guest, messages)?;
    // The engine has 0.3.0, which is what is composed for by default.
    let options = linking.add_to(Options::default());
    let composed = wasi_uplift::compose(&bytes, &options)
        .map_err(crate::advice::for_compose)
        .with_context(|| format!("`{name}` was not composed"))?;
    if messages.is_verbose() {
        messages.detail(describe::composed(&name, bytes.len(), &composed));
    }
    Ok(composed.bytes)
}

/// Compiles what was composed of a guest, and links it with the host.
pub fn load(guest: &Path, composed: &[u8], engine: &Engine) -> Result<InstancePre<State>> {
    let link = || {
        let component = Component::new(engine, composed)?;
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
        linker.instantiate_pre(&component)
    };
    link()
        .map_err(anyhow::Error::from)
        .with_context(|| format!("`{}` can't be run here", files::name(guest)))
}
