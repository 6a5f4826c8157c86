//! Guests that serve requests over HTTP/2.

use super::place;
use crate::LAB;
use http::{HeaderMap, HeaderValue, Request};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::rt::Executor;
use std::convert::Infallible;
use tokio::net::TcpStream;
use wasi_uplift_tests::{Place, Serving, pattern};
use wasmtime_wasi_http::io::TokioIo;

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// An executor of Tokio's.
#[derive(Clone)]
struct Spawn;

impl<F: Future<Output: Send> + Send + 'static> Executor<F> for Spawn {
    fn execute(&self, future: F) {
        tokio::spawn(future);
    }
}

fn request(method: &str, path: &str, body: Vec<u8>, sum: Option<&'static str>) -> Request<Body> {
    let trailers = sum.map(|sum| {
        let sum = HeaderValue::from_static(sum);
        Ok(HeaderMap::from_iter([(
            http::HeaderName::from_static("x-sum"),
            sum,
        )]))
    });
    Request::builder()
        .method(method)
        .uri(format!("http://example.com{path}"))
        .header("x-multi", "1")
        .header("x-multi", "2")
        .body(
            Full::from(body)
                .with_trailers(async { trailers })
                .boxed_unsync(),
        )
        .expect("the request is good")
}

/// Returns the fields as text, without the date and the framing of the body.
fn show(fields: &HeaderMap) -> String {
    let hidden = ["date", "content-length"];
    let shown = fields
        .iter()
        .filter(|(name, _)| !hidden.contains(&name.as_str()));
    let mut lines: Vec<String> = shown.map(|field| format!("{field:?}")).collect();
    lines.sort();
    lines.join(" ")
}

/// Sends a request, and returns its response as text, with the body.
async fn ask(mut connection: SendRequest<Body>, request: Request<Body>) -> (String, Vec<u8>) {
    let path = request.uri().path().to_owned();
    let response = connection.send_request(request).await;
    let (head, mut body) = response.expect("there is a response").into_parts();
    let mut text = format!("{path} {} {}", head.status, show(&head.headers));
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame.map(|frame| frame.into_data()) {
            Ok(Ok(data)) => bytes.extend_from_slice(&data),
            Ok(Err(frame)) => text += &frame.into_trailers().map_or(String::new(), |t| show(&t)),
            Err(_) => {
                text += " broken off";
                break;
            }
        }
    }
    (text, bytes)
}

/// Sends requests over one connection at once, and returns their responses.
fn talk(place: Place) -> Vec<(String, Vec<u8>)> {
    let long: Vec<u8> = (0..500_000).map(pattern).collect();
    let server = LAB.serve(place, Serving::default());
    let runtime = tokio::runtime::Runtime::new().expect("starting a runtime");
    let answers = runtime.block_on(async {
        let stream = TcpStream::connect(("127.0.0.1", server.port));
        let stream = TokioIo::new(stream.await.expect("connecting"));
        let (sender, connection) = handshake(Spawn, stream).await.expect("a connection");
        tokio::spawn(connection);
        let get = |path| request("GET", path, Vec::new(), None);
        let requests = [
            get("/hello"),
            get("/authority"),
            get("/no-body"),
            get("/nothing"),
            get("/status?404"),
            get("/bytes?1000000"),
            get("/slow"),
            get("/trailers"),
            get("/unfinished"),
            request("PATCH", "/inspect?a=b", b"body".into(), None),
            request("BREW", "/inspect", b"body".into(), Some("4")),
            request("POST", "/echo", long.clone(), Some("5")),
            request("POST", "/ignore", long, Some("6")),
        ];
        let answers = requests.map(|request| tokio::spawn(ask(sender.clone(), request)));
        let mut all = Vec::new();
        for answer in answers {
            all.push(answer.await.expect("it never panics"));
        }
        all
    });
    let (stdout, _) = server.end();
    assert_eq!(stdout, "");
    answers
}

#[test]
fn requests_over_http2() {
    let reference = talk(place::reference("server"));
    assert_eq!(reference[1].1, b"Some(\"example.com\")");
    assert!(
        reference[8].0.ends_with(" broken off"),
        "{}",
        reference[8].0
    );
    assert!(reference[11].0.contains("x-sum"), "{}", reference[11].0);
    assert_eq!(reference[11].1.len(), 500_000);
    for place in place::uplifted("server") {
        for ((text, body), expected) in talk(place).iter().zip(&reference) {
            assert_eq!(*text, expected.0, "{}", place.name());
            assert_eq!(*body, expected.1, "{} {text}", place.name());
        }
    }
}
