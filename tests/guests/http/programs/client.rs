//! A client: `AUTHORITY MODE…`. It prints the responses.

mod bindings {
    #[cfg(feature = "stable")]
    wit_bindgen::generate!({ path: "wit/stable", world: "client", generate_all });
    #[cfg(feature = "december")]
    wit_bindgen::generate!({ path: "wit/december", world: "client", generate_all });
    #[cfg(feature = "candidate")]
    wit_bindgen::generate!({ path: "wit/candidate", world: "client", generate_all });
}
#[path = "../shared/common.rs"]
mod common;

use bindings::wasi::cli::environment::get_arguments;
use bindings::wasi::http::types::{Fields, Method, OutgoingRequest, RequestOptions, Scheme};
use common::{
    fields, finish, handle, out, receive, request, rules, send, send_pattern, show_end, show_error,
    show_response, sleep, unusual_fields, wait,
};

struct Client;
bindings::export!(Client with_types_in bindings);

impl bindings::exports::wasi::cli::run::Guest for Client {
    fn run() -> Result<(), ()> {
        let arguments = get_arguments().split_off(1);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let number = |text: &str| text.parse().expect("a number");
        match arguments[..] {
            ["rules"] => rules().iter().for_each(|line| out(line)),
            [authority, "get", path] => get(authority, path),
            [authority, "post", path, len] => post(authority, path, number(len), None),
            [authority, "sized", path, len] => post(authority, path, number(len), Some(len)),
            [authority, "bare", path] => bare(authority, path),
            [authority, "early", path] => early(authority, path),
            [authority, "large-early", path] => large_early(authority, path),
            [authority, "permits"] => permits(authority),
            [authority, "unsent"] => unsent(authority),
            [authority, "trailers", path] => trailers(authority, path),
            [authority, "abort", path] => abort(authority, path),
            [authority, "timeout", path, connect, first_byte, between] => {
                let options = options(&[connect, first_byte, between].map(number));
                let request = request(Method::Get, authority, path, Fields::new());
                let future = handle(request, Some(options)).expect("it is sent");
                out(&show_response(wait(&future)));
            }
            [authority, "drop", path] => {
                let request = request(Method::Get, authority, path, Fields::new());
                let future = handle(request, None).expect("it is sent");
                sleep(100);
                drop(future);
                sleep(200);
                out("dropped");
            }
            [authority, "leave", path] => leave(authority, path),
            [authority, "many", path, count] => many(authority, path, number(count)),
            [authority, "fields", path] => {
                let request = request(Method::Get, authority, path, unusual_fields());
                let future = handle(request, None).expect("it is sent");
                out(&show_response(wait(&future)));
            }
            [authority, "errors"] => errors(authority),
            [authority, "targets"] => targets(authority),
            [authority, "unequal", path, length, write] => {
                unequal(authority, path, length, number(write));
            }
            [authority, "asked-twice", path] => asked_twice(authority, path),
            ref other => panic!("{other:?}"),
        }
        Ok(())
    }
}

/// Sets timeouts in milliseconds.
fn options([connect, first_byte, between]: &[usize; 3]) -> RequestOptions {
    let millis = |value: &usize| Some(*value as u64 * 1_000_000);
    let options = RequestOptions::new();
    #[cfg(not(feature = "candidate"))]
    {
        options.set_connect_timeout(millis(connect)).unwrap();
        options.set_first_byte_timeout(millis(first_byte)).unwrap();
        options.set_between_bytes_timeout(millis(between)).unwrap();
        assert_eq!(options.first_byte_timeout(), millis(first_byte));
    }
    #[cfg(feature = "candidate")]
    {
        options.set_connect_timeout_ms(millis(connect)).unwrap();
        options
            .set_first_byte_timeout_ms(millis(first_byte))
            .unwrap();
        options
            .set_between_bytes_timeout_ms(millis(between))
            .unwrap();
        assert_eq!(options.first_byte_timeout_ms(), millis(first_byte));
    }
    options
}

fn get(authority: &str, path: &str) {
    let headers = fields(&[("x-multi", "1"), ("X-Multi", "2"), ("accept", "*/*")]);
    let request = request(Method::Get, authority, path, headers);
    let future = handle(request, None).expect("it is sent");
    out(&show_response(wait(&future)));
}

fn post(authority: &str, path: &str, len: usize, sized: Option<&str>) {
    let headers = match sized {
        Some(len) => fields(&[("content-length", len)]),
        None => Fields::new(),
    };
    let request = request(Method::Post, authority, path, headers);
    let body = request.body().expect("the body is there");
    let future = handle(request, None).expect("it is sent");
    let stream = body.write().expect("the stream is there");
    if let Err(end) = send_pattern(&stream, len) {
        out(&show_end(end));
    }
    drop(stream);
    out(&finish(body, None));
    out(&show_response(wait(&future)));
}

/// Sends a request that could have a body and hasn't.
fn bare(authority: &str, path: &str) {
    let request = request(Method::Delete, authority, path, Fields::new());
    let future = handle(request, None).expect("it is sent");
    out(&show_response(wait(&future)));
}

/// Writes and finishes the body before the request is sent.
fn early(authority: &str, path: &str) {
    let request = request(Method::Put, authority, path, Fields::new());
    let body = request.body().expect("the body is there");
    let stream = body.write().expect("the stream is there");
    stream
        .blocking_write_and_flush(b"early")
        .expect("there is room");
    drop(stream);
    out(&finish(body, None));
    let future = handle(request, None).expect("it is sent");
    out(&show_response(wait(&future)));
}

/// Writes more than a few kilobytes of the body, at once, before the request is sent.
fn large_early(authority: &str, path: &str) {
    let request = request(Method::Put, authority, path, Fields::new());
    let body = request.body().expect("the body is there");
    let stream = body.write().expect("the stream is there");
    stream
        .write(&vec![b'x'; 100 * 1024])
        .expect("there is room");
    let future = handle(request, None).expect("it is sent");
    drop(stream);
    out(&finish(body, None));
    out(&show_response(wait(&future)));
}

/// Writes to bodies that nobody reads.
fn permits(authority: &str) {
    let bodies = [&[100 * 1024, 10][..], &[1024 * 1024, 1024 * 1024], &[1, 1]];
    for writes in bodies {
        let request = request(Method::Put, authority, "/", Fields::new());
        let body = request.body().expect("the body is there");
        let stream = body.write().expect("the stream is there");
        let show = || match stream.check_write() {
            Ok(permit) => permit.to_string(),
            Err(end) => show_end(end),
        };
        let mut line = show();
        for len in writes {
            stream.write(&vec![b'x'; *len]).expect("there is room");
            line = format!("{line}, {len} bytes: {}", show());
        }
        let ready = stream.subscribe().ready();
        drop(request);
        out(&format!("{line}, ready {ready}, dropped: {}", show()));
        drop(stream);
        out(&finish(body, None));
    }
}

/// Ends with bodies of requests that were never sent.
fn unsent(authority: &str) {
    let new = || {
        let request = request(Method::Put, authority, "/", Fields::new());
        let body = request.body().expect("the body is there");
        (request, body)
    };
    let (finished, body) = new();
    out(&finish(body, None));
    let (with_trailers, body) = new();
    out(&finish(body, Some(fields(&[("x-sum", "4")]))));
    let (written, body) = new();
    let stream = body.write().expect("the stream is there");
    stream.write(b"unsent").expect("there is room");
    // The guest ends with handles of all kinds.
    std::mem::forget((finished, with_trailers, written, stream, body));
}

fn trailers(authority: &str, path: &str) {
    let request = request(
        Method::Post,
        authority,
        path,
        fields(&[("trailer", "x-sum, x-more")]),
    );
    let body = request.body().expect("the body is there");
    let future = handle(request, None).expect("it is sent");
    let stream = body.write().expect("the stream is there");
    send(&stream, b"body").expect("somebody reads");
    drop(stream);
    out(&finish(
        body,
        Some(fields(&[("x-sum", "4"), ("x-more", "5")])),
    ));
    out(&show_response(wait(&future)));
}

/// Sends a body that is not finished.
fn abort(authority: &str, path: &str) {
    let request = request(Method::Post, authority, path, Fields::new());
    let body = request.body().expect("the body is there");
    let future = handle(request, None).expect("it is sent");
    let stream = body.write().expect("the stream is there");
    send(&stream, b"half of a body").expect("somebody reads");
    sleep(100);
    drop(stream);
    drop(body);
    match wait(&future) {
        Ok(_) => out("a response"),
        Err(code) => out(&show_error(&code)),
    }
}

/// Reads the first bytes of a body, and asks for the trailers.
fn leave(authority: &str, path: &str) {
    let request = request(Method::Get, authority, path, Fields::new());
    let future = handle(request, None).expect("it is sent");
    let response = wait(&future).expect("there is one");
    let body = response.consume().expect("the body is there");
    let stream = body.stream().expect("the stream is there");
    let bytes = stream.blocking_read(3).expect("there are some");
    out(&format!("{}", bytes.escape_ascii()));
    drop(stream);
    let future = bindings::wasi::http::types::IncomingBody::finish(body);
    match common::trailers(&future) {
        Ok(None) => out("no trailers"),
        Ok(Some(trailers)) => out(&common::show(&trailers)),
        Err(code) => out(&show_error(&code)),
    }
}

/// Sends several requests at once.
fn many(authority: &str, path: &str, count: usize) {
    let futures: Vec<_> = (0..count)
        .map(|index| {
            let path = format!("{path}?{index}");
            let request = request(Method::Get, authority, &path, Fields::new());
            handle(request, None).expect("it is sent")
        })
        .collect();
    for future in futures.iter().rev() {
        let response = wait(future).expect("there is one");
        out(&receive(response.consume().expect("the body is there")));
    }
}

/// Sends a body of another length than its headers tell.
fn unequal(authority: &str, path: &str, length: &str, write: usize) {
    let headers = fields(&[("content-length", length)]);
    let request = request(Method::Post, authority, path, headers);
    let body = request.body().expect("the body is there");
    let future = handle(request, None).expect("it is sent");
    let stream = body.write().expect("the stream is there");
    let wrote = stream.blocking_write_and_flush(&vec![b'x'; write]);
    let wrote = wrote.map_err(show_end);
    sleep(50);
    drop(stream);
    out(&format!("{wrote:?} {}", finish(body, None)));
    out(&show_response(wait(&future)));
}

/// Asks for trailers before they are there, when they are, and once more.
fn asked_twice(authority: &str, path: &str) {
    let request = request(Method::Get, authority, path, Fields::new());
    let future = handle(request, None).expect("it is sent");
    let response = wait(&future).expect("there is one");
    let body = response.consume().expect("the body is there");
    let future = bindings::wasi::http::types::IncomingBody::finish(body);
    let show = || {
        format!(
            "{:?}",
            future.get().map(|it| format!("{it:?}").contains("Ok(Some"))
        )
    };
    let first = show();
    future.subscribe().block();
    out(&format!("{first} {} {}", show(), show()));
}

/// Sends requests to all kinds of places. The server answers with what it gets.
fn targets(here: &str) {
    let schemes = [
        None,
        Some(Scheme::Http),
        Some(Scheme::Https),
        Some(Scheme::Other("HTTP".into())),
        Some(Scheme::Other("ftp".into())),
        Some(Scheme::Other(String::new())),
    ];
    let authorities = [
        None,
        Some(here.to_string()),
        Some(format!("user:word@{here}")),
        Some("127.0.0.1:1".into()),
        Some("127.0.0.1:".into()),
        Some("127.0.0.1:port".into()),
        Some("127.0.0.1:70000".into()),
        Some("[::1".into()),
        Some(String::new()),
    ];
    let paths = [
        None,
        Some(""),
        Some("/"),
        Some("/a/../b%20c"),
        Some("?query"),
        Some("/?"),
        Some("a"),
    ];
    for (first, scheme) in schemes.iter().enumerate() {
        for authority in &authorities {
            for path in paths {
                // The scheme decides before the rest does.
                if first != 1 && path.is_some_and(|path| path != "/") {
                    continue;
                }
                let request = OutgoingRequest::new(Fields::new());
                let set = [
                    request.set_scheme(scheme.as_ref()),
                    request.set_authority(authority.as_deref()),
                    request.set_path_with_query(path),
                ];
                let what = match handle(request, None) {
                    Ok(future) => format!("then {}", show_response(wait(&future))),
                    Err(code) => format!("at once {}", show_error(&code)),
                };
                let place = format!("{scheme:?} {authority:?} {path:?}");
                out(&format!("{place} {:?}: {what}", set.map(|set| set.is_ok()))
                    .replace(here, "HERE"));
            }
        }
    }
}

fn errors(refused: &str) {
    let show = |request: OutgoingRequest| match handle(request, None) {
        Ok(future) => format!("then {}", show_response(wait(&future))),
        Err(code) => format!("at once {}", show_error(&code)),
    };
    let new = || request(Method::Get, refused, "/", Fields::new());
    out(&format!("refused: {}", show(new())));
    let request_ = new();
    request_.set_authority(None).unwrap();
    out(&format!("no authority: {}", show(request_)));
    let request_ = new();
    request_
        .set_scheme(Some(&Scheme::Other("ftp".into())))
        .unwrap();
    out(&format!("another scheme: {}", show(request_)));
    let request_ = request(
        Method::Get,
        refused,
        "/",
        fields(&[("content-length", "5")]),
    );
    out(&format!("no body where one has to be: {}", show(request_)));
    let request_ = request(Method::Get, "no-such-host.invalid:80", "/", Fields::new());
    out(&format!("no such host: {}", show(request_)));
}
