//! The data of a store.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use wasmtime::component::ResourceTable;
use wasmtime::{
    Engine, ResourceLimiter, Result, Store, StoreContextMut, StoreLimits, StoreLimitsBuilder,
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, ForbiddenHeaderFilter, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks,
    WasiHttpView,
};

/// The contexts that `wasmtime-wasi` and `wasmtime-wasi-http` ask for, in any version of WASI.
pub struct State {
    ctx: WasiCtx,
    http: WasiHttpCtx,
    hooks: Hooks,
    table: ResourceTable,
    limits: Limits,
}

impl State {
    /// Wraps a context. Requests are sent as they are, and memories are not limited.
    pub fn new(ctx: WasiCtx) -> Self {
        Self {
            ctx,
            http: WasiHttpCtx::new(),
            hooks: Hooks { shows_host: false },
            table: ResourceTable::new(),
            limits: Limits::default(),
        }
    }

    /// Limits each memory to so many bytes.
    pub fn with_memory(ctx: WasiCtx, memory: usize) -> Self {
        Self {
            limits: Limits {
                limits: StoreLimitsBuilder::new().memory_size(memory).build(),
                memory: 0,
            },
            ..Self::new(ctx)
        }
    }

    /// Limits each memory to so many bytes, and lets the guest see the `host` header or not.
    pub(super) fn for_server(ctx: WasiCtx, memory: usize, shows_host: bool) -> Self {
        Self {
            hooks: Hooks { shows_host },
            ..Self::with_memory(ctx, memory)
        }
    }

    /// Makes a store that keeps to the limits.
    pub fn into_store(self, engine: &Engine) -> Store<Self> {
        let mut store = Store::new(engine, self);
        store.limiter(|state| &mut state.limits);
        store
    }
}

/// The sizes of a store: a leak shows as one that grows with every operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// The number of tasks, waitables and the like.
    pub waitables: usize,
    /// The number of resources that the host has given handles of.
    pub resources: usize,
    /// The size of all memories in bytes.
    pub memory: usize,
}

impl Left {
    /// Looks at a store.
    pub fn of(store: &mut StoreContextMut<'_, State>) -> Self {
        Self {
            waitables: store.concurrent_state_table_size(),
            resources: store.data_mut().table.iter_mut().count(),
            memory: store.data().limits.memory,
        }
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.waitables, self.resources, self.memory)
    }
}

impl FromStr for Left {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let numbers: Vec<_> = text.split(' ').map(str::parse).collect();
        match numbers[..] {
            [Ok(waitables), Ok(resources), Ok(memory)] => Ok(Self {
                waitables,
                resources,
                memory,
            }),
            _ => Err(format!("not what a store has: {text:?}")),
        }
    }
}

/// Limits, and a note of what was asked for.
#[derive(Default)]
struct Limits {
    limits: StoreLimits,
    /// The number of bytes by which memories have grown, their initial sizes included.
    memory: usize,
}

impl ResourceLimiter for Limits {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        let grows = self.limits.memory_growing(current, desired, maximum)?;
        if grows {
            self.memory += desired - current;
        }
        Ok(grows)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        self.limits.table_growing(current, desired, maximum)
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

/// Wasmtime's hooks, but for the `host` header.
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
