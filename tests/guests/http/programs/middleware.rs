//! Stands in front of a server: answers some requests itself, and passes on the others.

mod bindings {
    #[cfg(feature = "stable")]
    wit_bindgen::generate!({ path: "wit/stable", world: "middleware", generate_all });
    #[cfg(feature = "december")]
    wit_bindgen::generate!({ path: "wit/december", world: "middleware", generate_all });
    #[cfg(feature = "candidate")]
    wit_bindgen::generate!({ path: "wit/candidate", world: "middleware", generate_all });
}

use bindings::wasi::cli::stdout::get_stdout;
use bindings::wasi::http::incoming_handler;
use bindings::wasi::http::types::{
    ErrorCode, Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

struct Middleware;
bindings::export!(Middleware with_types_in bindings);

impl bindings::exports::wasi::http::incoming_handler::Guest for Middleware {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        let target = request.path_with_query().unwrap_or_default();
        out(&format!("{:?} {target}", request.method()));
        match target.as_str() {
            "/kept-out" => answer(outparam, 403, b"kept out"),
            "/broken" => ResponseOutparam::set(outparam, Err(ErrorCode::ConfigurationError)),
            "/without-its-body" => {
                drop(request.consume().expect("nobody has taken the body"));
                incoming_handler::handle(request, outparam);
            }
            _ => incoming_handler::handle(request, outparam),
        }
        out("done");
    }
}

fn out(line: &str) {
    let line = format!("middleware: {line}\n");
    let written = get_stdout().blocking_write_and_flush(line.as_bytes());
    written.expect("there is somebody to read it");
}

fn answer(outparam: ResponseOutparam, status: u16, text: &[u8]) {
    let response = OutgoingResponse::new(Fields::new());
    response.set_status_code(status).expect("it is a status");
    let body = response.body().expect("there is one");
    ResponseOutparam::set(outparam, Ok(response));
    let stream = body.write().expect("there is one");
    stream.blocking_write_and_flush(text).expect("it is taken");
    drop(stream);
    OutgoingBody::finish(body, None).expect("it is whole");
}
