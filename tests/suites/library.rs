//! A guest that is a library, called by its host.

use wasi_uplift_tests::State;
use wasi_uplift_tests::host::{self, Wasi};
use wasmtime::component::{ComponentNamedList, Instance, Lift, Lower, TypedFunc};
use wasmtime::{Result, Store};
use wasmtime_wasi::WasiCtx;

/// An instance of a library, on a host that has nothing of WASI but one version.
pub struct Library {
    pub store: Store<State>,
    instance: Instance,
}

impl Library {
    pub async fn new(component: &[u8], wasi: Wasi, context: WasiCtx) -> Self {
        let engine = host::engine();
        let component = host::compiled(&engine, component).unwrap();
        let linker = host::linker(wasi, &engine).unwrap();
        let mut store = Store::new(&engine, State::new(context));
        let instance = linker.instantiate_async(&mut store, &component).await;
        let instance = instance.unwrap();
        Library { store, instance }
    }

    pub fn function<P, R>(&mut self, interface: &str, name: &str) -> TypedFunc<P, R>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: ComponentNamedList + Lift + Send + Sync + 'static,
    {
        let of = self
            .instance
            .get_export_index(&mut self.store, None, interface);
        let index = self
            .instance
            .get_export_index(&mut self.store, of.as_ref(), name);
        self.instance
            .get_typed_func::<P, R>(&mut self.store, index.unwrap())
            .unwrap()
    }

    /// Calls a function. Returns `true` if its type is `async`, and its result.
    pub async fn call<P, R>(&mut self, interface: &str, name: &str, params: P) -> (bool, Result<R>)
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: ComponentNamedList + Lift + Send + Sync + 'static,
    {
        let function = self.function::<P, R>(interface, name);
        let is_async = function.func().ty(&self.store).async_();
        (is_async, function.call_async(&mut self.store, params).await)
    }
}
