//! A server. The path of a request chooses its behaviour.

mod bindings {
    #[cfg(feature = "stable")]
    wit_bindgen::generate!({ path: "wit/stable", world: "server", generate_all });
    #[cfg(feature = "december")]
    wit_bindgen::generate!({ path: "wit/december", world: "server", generate_all });
    #[cfg(feature = "candidate")]
    wit_bindgen::generate!({ path: "wit/candidate", world: "server", generate_all });
}
#[path = "../shared/common.rs"]
mod common;

use bindings::wasi::http::types::{
    ErrorCode, Fields, IncomingBody, IncomingRequest, OutgoingBody, OutgoingRequest,
    OutgoingResponse, ResponseOutparam,
};
use bindings::wasi::io::streams;
use common::{
    drain, fields, finish, handle, out, receive, request, rules, send, send_pattern, show,
    show_end, show_response, sleep, trailers, unusual_fields, wait,
};
use std::cell::Cell;

struct Server;
bindings::export!(Server with_types_in bindings);

thread_local! {
    /// The number of calls that have begun.
    static BEGUN: Cell<u32> = const { Cell::new(0) };
    static BUSY: Cell<u32> = const { Cell::new(0) };
}

impl bindings::exports::wasi::http::incoming_handler::Guest for Server {
    fn handle(request: IncomingRequest, outparam: ResponseOutparam) {
        assert_eq!(BUSY.replace(1), 0, "one call at a time");
        BEGUN.set(BEGUN.get() + 1);
        let target = request.path_with_query().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        serve(path, query, &request, outparam);
        BUSY.set(0);
    }
}

fn serve(path: &str, query: &str, request: &IncomingRequest, outparam: ResponseOutparam) {
    let number = || query.parse().expect("a number");
    match path {
        "/hello" => answer(outparam, b"hello"),
        "/nothing" => {
            let response = OutgoingResponse::new(Fields::new());
            response.set_status_code(204).expect("it is a status");
            ResponseOutparam::set(outparam, Ok(response));
        }
        "/no-body" => {
            let response = OutgoingResponse::new(fields(&[("x-kind", "none")]));
            ResponseOutparam::set(outparam, Ok(response));
        }
        "/status" => {
            let response = OutgoingResponse::new(Fields::new());
            let set = response.set_status_code(number() as u16);
            response
                .set_status_code(if set.is_ok() {
                    response.status_code()
                } else {
                    400
                })
                .unwrap();
            ResponseOutparam::set(outparam, Ok(response));
        }
        "/inspect" => {
            let text = format!(
                "{:?} {:?} {:?} [{}]",
                request.method(),
                request.path_with_query(),
                request.scheme(),
                show(&request.headers()),
            );
            let body = request.consume().expect("the body is there");
            assert!(request.consume().is_err(), "there is one body");
            let headers = request.headers();
            let changed = headers.append(&"x".to_string(), b"y");
            answer(
                outparam,
                format!("{text} {changed:?} {}", receive(body)).as_bytes(),
            );
        }
        "/authority" => answer(outparam, format!("{:?}", request.authority()).as_bytes()),
        "/hash" => {
            let body = request.consume().expect("the body is there");
            answer(outparam, receive(body).as_bytes());
        }
        "/ignore" => answer(outparam, b"ignored"),
        "/bytes" => {
            let len: usize = number();
            let (body, stream) = start(outparam, 200, &[]);
            if let Err(end) = send_pattern(&stream, len) {
                out(&show_end(end));
            }
            drop(stream);
            out_unless_finished(body, None);
        }
        "/sized" => {
            let (length, write) = query.split_once(',').expect("two numbers");
            let (body, stream) = start(outparam, 200, &[("content-length", length)]);
            let bytes = vec![b'x'; write.parse().expect("a number")];
            let wrote = send(&stream, &bytes).map_err(show_end);
            drop(stream);
            // The client has the written part of the response by now.
            sleep(50);
            out(&format!("{wrote:?} {}", finish(body, None)));
        }
        "/echo" => echo(request, outparam),
        "/first" => {
            let (body, stream) = start(outparam, 200, &[]);
            send(&stream, b"first ").expect("somebody reads");
            let incoming = request.consume().expect("the body is there");
            let text = drain(&incoming.stream().expect("the stream is there"));
            send(&stream, text.as_bytes()).expect("somebody reads");
            drop(stream);
            out_unless_finished(body, None);
        }
        "/trailers" => {
            let (body, stream) = start(outparam, 200, &[("trailer", "x-sum")]);
            send(&stream, b"body").expect("somebody reads");
            drop(stream);
            out_unless_finished(body, Some(fields(&[("x-sum", "4")])));
        }
        "/error" => ResponseOutparam::set(outparam, Err(ErrorCode::HttpRequestDenied)),
        "/error-text" => {
            let code = ErrorCode::InternalError(Some("a reason".repeat(1000)));
            ResponseOutparam::set(outparam, Err(code));
        }
        "/error-number" => {
            let code = ErrorCode::HttpRequestBodySize(Some(1 << 40));
            ResponseOutparam::set(outparam, Err(code));
        }
        "/unsent" => {
            // Messages with bodies that are never sent.
            let other = OutgoingResponse::new(Fields::new());
            let body = other.body().expect("the body is there");
            let stream = body.write().expect("the stream is there");
            send(&stream, b"unsent").expect("there is room");
            drop(stream);
            out(&finish(body, None));
            let forgotten = OutgoingRequest::new(Fields::new());
            out(&finish(forgotten.body().expect("the body is there"), None));
            std::mem::forget((other, forgotten));
            answer(outparam, b"sent");
        }
        "/fields" => {
            let response = OutgoingResponse::new(unusual_fields());
            ResponseOutparam::set(outparam, Ok(response));
        }
        "/answer" => {
            let (status, text) = query.split_once(',').expect("a status and a body");
            let response = OutgoingResponse::new(Fields::new());
            let status = response.set_status_code(status.parse().expect("a number"));
            status.expect("it is a status");
            let body = (text != "none").then(|| response.body().expect("the body is there"));
            ResponseOutparam::set(outparam, Ok(response));
            let Some(body) = body else { return };
            if !text.is_empty() {
                let stream = body.write().expect("the stream is there");
                // Nobody may want it.
                let _ = send(&stream, text.as_bytes());
            }
            finish(body, None);
        }
        "/unset" => {}
        "/unset-kept" => std::mem::forget(outparam),
        "/trap" => core::arch::wasm32::unreachable(),
        // Bodies that end before their streams.
        "/finish-early" => {
            let (body, _stream) = start(outparam, 200, &[]);
            sleep(50);
            out(&finish(body, None));
        }
        "/drop-early" => {
            let (body, _stream) = start(outparam, 200, &[]);
            sleep(50);
            drop(body);
            out("dropped");
        }
        "/finish-unread" => {
            let body = request.consume().expect("the body is there");
            let _stream = body.stream().expect("the stream is there");
            IncomingBody::finish(body);
            out("finished");
        }
        "/drop-unread" => {
            let body = request.consume().expect("the body is there");
            let _stream = body.stream().expect("the stream is there");
            drop(body);
            out("dropped");
        }
        "/trap-at-once" => {
            let (body, stream) = start(outparam, 200, &[]);
            match query {
                "answered" => {}
                "written" => stream.write(b"some").expect("there is room"),
                "flushed" => stream
                    .blocking_write_and_flush(b"some")
                    .expect("there is room"),
                "more" => {
                    for _ in 0..10 {
                        stream
                            .blocking_write_and_flush(b"some")
                            .expect("there is room");
                    }
                }
                "finished" => {
                    stream.write(b"some").expect("there is room");
                    drop(stream);
                    out_unless_finished(body, None);
                }
                other => panic!("{other}"),
            }
            core::arch::wasm32::unreachable();
        }
        "/trap-after" => {
            let (_body, stream) = start(outparam, 200, &[]);
            send(&stream, b"some").expect("somebody reads");
            sleep(100);
            core::arch::wasm32::unreachable();
        }
        "/slow" => {
            let (body, stream) = start(outparam, 200, &[]);
            for piece in ["one ", "two ", "three "] {
                send(&stream, piece.as_bytes()).expect("somebody reads");
                sleep(50);
            }
            drop(stream);
            out_unless_finished(body, None);
        }
        "/before" => {
            let response = OutgoingResponse::new(Fields::new());
            let body = response.body().expect("the body is there");
            let stream = body.write().expect("the stream is there");
            stream
                .blocking_write_and_flush(b"before")
                .expect("there is room");
            drop(stream);
            out_unless_finished(body, None);
            ResponseOutparam::set(outparam, Ok(response));
        }
        "/unfinished" => {
            let (body, stream) = start(outparam, 200, &[]);
            send(&stream, b"some").expect("somebody reads");
            sleep(50);
            drop(stream);
            drop(body);
        }
        "/kept" => {
            let (body, stream) = start(outparam, 200, &[]);
            send(&stream, b"some").expect("somebody reads");
            std::mem::forget((body, stream));
        }
        "/endless" => {
            let (body, stream) = start(outparam, 200, &[]);
            let end = loop {
                if let Err(end) = send(&stream, &[b'x'; 4096]) {
                    break show_end(end);
                }
            };
            drop(stream);
            out(&format!("{end} {}", finish(body, None)));
        }
        "/count" => answer(outparam, BEGUN.get().to_string().as_bytes()),
        "/rules" => answer(outparam, rules().join("\n").as_bytes()),
        "/proxy" => proxy(query, request, outparam),
        "/fetch" => {
            let (authority, path) = query.split_once(',').expect("an authority and a path");
            let request = crate::request(request.method(), authority, path, Fields::new());
            let text = match handle(request, None) {
                Ok(future) => show_response(wait(&future)),
                Err(code) => format!("{code:?}"),
            };
            answer(outparam, text.as_bytes());
        }
        other => panic!("{other}"),
    }
}

/// Begins a response, of which the body is still to be written.
fn start(
    outparam: ResponseOutparam,
    status: u16,
    headers: &[(&str, &str)],
) -> (OutgoingBody, streams::OutputStream) {
    let response = OutgoingResponse::new(fields(headers));
    response.set_status_code(status).expect("it is a status");
    let body = response.body().expect("the body is there");
    assert!(response.body().is_err(), "there is one body");
    ResponseOutparam::set(outparam, Ok(response));
    let stream = body.write().expect("the stream is there");
    (body, stream)
}

fn answer(outparam: ResponseOutparam, text: &[u8]) {
    let (body, stream) = start(outparam, 200, &[("content-type", "text/plain")]);
    send(&stream, text).expect("somebody reads");
    drop(stream);
    out_unless_finished(body, None);
}

fn out_unless_finished(body: OutgoingBody, trailers: Option<Fields>) {
    let text = finish(body, trailers);
    if text != "finished" {
        out(&text);
    }
}

/// Copies all bytes from one stream to another.
fn forward(from: &streams::InputStream, to: &streams::OutputStream) -> String {
    loop {
        match from.blocking_read(1 << 16) {
            Ok(bytes) => {
                if let Err(end) = send(to, &bytes) {
                    return format!("writing {}", show_end(end));
                }
            }
            Err(end) => return show_end(end),
        }
    }
}

/// Sends the body back, trailers included.
fn echo(request: &IncomingRequest, outparam: ResponseOutparam) {
    let incoming = request.consume().expect("the body is there");
    let from = incoming.stream().expect("the stream is there");
    let (body, to) = start(outparam, 200, &[("trailer", "x-sum")]);
    let end = forward(&from, &to);
    drop((from, to));
    let trailers = trailers(&IncomingBody::finish(incoming));
    match (&end[..], trailers) {
        ("closed", Ok(trailers)) => out_unless_finished(body, trailers.map(|t| t.clone())),
        (_, trailers) => out(&format!(
            "{end} {:?}",
            trailers.map(|t| t.map(|t| show(&t)))
        )),
    }
}

/// Passes the request on to another server, and its response back.
fn proxy(authority: &str, incoming: &IncomingRequest, outparam: ResponseOutparam) {
    let (authority, path) = authority.split_once(',').expect("an authority and a path");
    let request = crate::request(incoming.method(), authority, path, Fields::new());
    let to_server = request.body().expect("the body is there");
    let future = match handle(request, None) {
        Ok(future) => future,
        Err(code) => return ResponseOutparam::set(outparam, Err(code)),
    };
    let from_client = incoming.consume().expect("the body is there");
    let (from, to) = (from_client.stream().unwrap(), to_server.write().unwrap());
    let end = forward(&from, &to);
    drop((from, to));
    let sent = finish(to_server, None);
    let response = match wait(&future) {
        Ok(response) => response,
        Err(code) => return ResponseOutparam::set(outparam, Err(code)),
    };
    let from_server = response.consume().expect("the body is there");
    let from = from_server.stream().expect("the stream is there");
    let (body, to) = start(outparam, response.status(), &[]);
    let back = forward(&from, &to);
    drop((from, to));
    let finished = finish(body, None);
    if [&end, &sent, &back, &finished] != ["closed", "finished", "closed", "finished"] {
        out(&format!("{end}, {sent}, {back}, {finished}"));
    }
}
