//! `wasi:http`, in which changes of fields and options have fewer errors.

use super::{Data, interface};
use wasmtime::component::{
    Access, ComponentType, FutureReader, Lift, Linker, Lower, Resource, ResourceType, StreamReader,
};
use wasmtime::{AsContextMut as _, Result};
use wasmtime_wasi_http::p3::bindings::http::client::HostWithStore as Client;
use wasmtime_wasi_http::p3::bindings::http::types::{
    self as p3, ErrorCode, Fields, HostFields, HostRequest, HostRequestOptions,
    HostRequestWithStore, HostResponse, HostResponseWithStore, Method, Request, RequestOptions,
    Response, Scheme,
};
use wasmtime_wasi_http::{WasiHttp, WasiHttpCtxView, WasiHttpView as _};

/// Defines an error that has more cases in WASI 0.3.0.
macro_rules! shorter {
    ($name:ident, $instead:ident: $( $case:ident $kebab:literal, )*) => {
        #[derive(ComponentType, Lift, Lower)]
        #[component(variant)]
        enum $name {
            $( #[component(name = $kebab)] $case, )*
        }

        impl From<p3::$name> for $name {
            fn from(error: p3::$name) -> Self {
                match error {
                    $( p3::$name::$case => Self::$case, )*
                    _ => Self::$instead,
                }
            }
        }
    };
}

shorter! {
    HeaderError, InvalidSyntax:
    InvalidSyntax "invalid-syntax",
    Forbidden "forbidden",
    Immutable "immutable",
}

shorter! {
    RequestOptionsError, NotSupported:
    NotSupported "not-supported",
    Immutable "immutable",
}

pub fn http(data: &mut Data) -> WasiHttpCtxView<'_> {
    data.state.http()
}

/// Trailers, and the end of what they follow.
type Trailers = FutureReader<std::result::Result<Option<Resource<Fields>>, ErrorCode>>;
type End = FutureReader<std::result::Result<(), ErrorCode>>;

/// Puts HTTP into a linker.
pub fn add_to_linker(linker: &mut Linker<Data>) -> Result<()> {
    let mut types = linker.instance(&interface("wasi:http/types"))?;

    /// Registers resources by their names.
    macro_rules! resources {
        ($( $name:literal $ty:ident: $drop:expr; )*) => {
            $( types.resource($name, ResourceType::host::<$ty>(), |mut store, rep| {
                ($drop)(&mut store, Resource::new_own(rep))
            })?; )*
        };
    }
    resources! {
        "fields" Fields: |store: &mut wasmtime::StoreContextMut<'_, Data>, fields| {
            HostFields::drop(&mut http(store.data_mut()), fields)
        };
        "request-options" RequestOptions: |store: &mut wasmtime::StoreContextMut<'_, Data>, it| {
            HostRequestOptions::drop(&mut http(store.data_mut()), it)
        };
        "request" Request: |store: &mut wasmtime::StoreContextMut<'_, Data>, request| {
            let access = Access::<_, WasiHttp>::new(store.as_context_mut(), http);
            <WasiHttp as HostRequestWithStore<Data>>::drop(access, request)
        };
        "response" Response: |store: &mut wasmtime::StoreContextMut<'_, Data>, response| {
            let access = Access::<_, WasiHttp>::new(store.as_context_mut(), http);
            <WasiHttp as HostResponseWithStore<Data>>::drop(access, response)
        };
    }

    /// Registers functions by their names and parameters.
    macro_rules! plain {
        ($of:ident: $( $name:literal $function:ident($( $arg:ident: $ty:ty ),*); )*) => {
            $( types.func_wrap($name, |mut store, ($( $arg, )*): ($( $ty, )*)| {
                Ok(($of::$function(&mut http(store.data_mut()), $( $arg ),*)?,))
            })?; )*
        };
    }
    plain! {
        HostFields:
        "[constructor]fields" new();
        "[method]fields.get" get(fields: Resource<Fields>, name: String);
        "[method]fields.has" has(fields: Resource<Fields>, name: String);
        "[method]fields.copy-all" copy_all(fields: Resource<Fields>);
        "[method]fields.clone" clone(fields: Resource<Fields>);
    }
    plain! {
        HostRequest:
        "[method]request.get-method" get_method(request: Resource<Request>);
        "[method]request.set-method" set_method(request: Resource<Request>, method: Method);
        "[method]request.get-path-with-query" get_path_with_query(request: Resource<Request>);
        "[method]request.set-path-with-query" set_path_with_query(
            request: Resource<Request>, path: Option<String>
        );
        "[method]request.get-scheme" get_scheme(request: Resource<Request>);
        "[method]request.set-scheme" set_scheme(
            request: Resource<Request>, scheme: Option<Scheme>
        );
        "[method]request.get-authority" get_authority(request: Resource<Request>);
        "[method]request.set-authority" set_authority(
            request: Resource<Request>, authority: Option<String>
        );
        "[method]request.get-options" get_options(request: Resource<Request>);
        "[method]request.get-headers" get_headers(request: Resource<Request>);
    }
    plain! {
        HostRequestOptions:
        "[constructor]request-options" new();
        "[method]request-options.get-connect-timeout" get_connect_timeout(
            options: Resource<RequestOptions>
        );
        "[method]request-options.get-first-byte-timeout" get_first_byte_timeout(
            options: Resource<RequestOptions>
        );
        "[method]request-options.get-between-bytes-timeout" get_between_bytes_timeout(
            options: Resource<RequestOptions>
        );
        "[method]request-options.clone" clone(options: Resource<RequestOptions>);
    }
    plain! {
        HostResponse:
        "[method]response.get-status-code" get_status_code(response: Resource<Response>);
        "[method]response.set-status-code" set_status_code(
            response: Resource<Response>, status: u16
        );
        "[method]response.get-headers" get_headers(response: Resource<Response>);
    }

    /// Registers functions that have an error of the snapshot's.
    macro_rules! failing {
        ($of:ident, $error:ident:
            $( $name:literal $function:ident($( $arg:ident: $ty:ty ),*); )*) => {
            $( types.func_wrap($name, |mut store, ($( $arg, )*): ($( $ty, )*)| {
                Ok((match $of::$function(&mut http(store.data_mut()), $( $arg ),*) {
                    Ok(value) => Ok(value),
                    Err(error) => Err($error::from(error.downcast()?)),
                },))
            })?; )*
        };
    }
    failing! {
        HostFields, HeaderError:
        "[static]fields.from-list" from_list(entries: Vec<(String, Vec<u8>)>);
        "[method]fields.set" set(fields: Resource<Fields>, name: String, values: Vec<Vec<u8>>);
        "[method]fields.delete" delete(fields: Resource<Fields>, name: String);
        "[method]fields.get-and-delete" get_and_delete(fields: Resource<Fields>, name: String);
        "[method]fields.append" append(fields: Resource<Fields>, name: String, value: Vec<u8>);
    }
    failing! {
        HostRequestOptions, RequestOptionsError:
        "[method]request-options.set-connect-timeout" set_connect_timeout(
            options: Resource<RequestOptions>, duration: Option<u64>
        );
        "[method]request-options.set-first-byte-timeout" set_first_byte_timeout(
            options: Resource<RequestOptions>, duration: Option<u64>
        );
        "[method]request-options.set-between-bytes-timeout" set_between_bytes_timeout(
            options: Resource<RequestOptions>, duration: Option<u64>
        );
    }

    /// Registers functions with streams or futures.
    macro_rules! streaming {
        ($( $of:ident $name:literal $function:ident($( $arg:ident: $ty:ty ),*); )*) => {
            $( types.func_wrap($name, |store, ($( $arg, )*): ($( $ty, )*)| {
                let store = Access::<_, WasiHttp>::new(store, http);
                Ok((<WasiHttp as $of<Data>>::$function(store, $( $arg ),*)?,))
            })?; )*
        };
    }
    streaming! {
        HostRequestWithStore "[static]request.new" new(
            headers: Resource<Fields>,
            contents: Option<StreamReader<u8>>,
            trailers: Trailers,
            options: Option<Resource<RequestOptions>>
        );
        HostRequestWithStore "[static]request.consume-body" consume_body(
            request: Resource<Request>, received: End
        );
        HostResponseWithStore "[static]response.new" new(
            headers: Resource<Fields>, contents: Option<StreamReader<u8>>, trailers: Trailers
        );
        HostResponseWithStore "[static]response.consume-body" consume_body(
            response: Resource<Response>, received: End
        );
    }

    let mut client = linker.instance(&interface("wasi:http/client"))?;
    client.func_wrap_concurrent("send", |store, (request,): (Resource<Request>,)| {
        let store = store.with_getter::<WasiHttp>(http);
        Box::pin(async move {
            Ok((
                match <WasiHttp as Client<Data>>::send(&store, request).await {
                    Ok(response) => Ok(response),
                    Err(error) => Err(error.downcast()?),
                },
            ))
        })
    })
}
