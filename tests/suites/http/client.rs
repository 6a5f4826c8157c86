//! Guests that send requests.

use super::peer::{self, Message, Serve, read};
use super::place;
use std::io::{Read as _, Write as _};
use wasi_uplift_tests::Place;

/// The guest's output, its exit code, and the requests that came to the server.
type Seen = (String, u8, Vec<Option<Message>>);

fn run(place: Place, args: &[&str], count: usize, serve: Serve) -> Seen {
    let (port, server) = peer::serve(count, serve);
    let authority = format!("127.0.0.1:{port}");
    let args = [&[&authority[..]], args].concat();
    let (text, code) = place::run(place, &args);
    (text, code, server.join().expect("the server never panics"))
}

/// Asserts that all shapes do the same as the reference.
fn compare(args: &[&str], count: usize, serve: Serve) -> Seen {
    let reference = run(place::reference("client"), args, count, serve);
    for place in place::uplifted("client") {
        let seen = run(place, args, count, serve);
        assert_eq!(seen, reference, "{} {args:?}", place.name());
    }
    reference
}

/// Answers with these bytes once the request is there.
macro_rules! answer {
    ($($bytes:expr),*) => {
        |stream| {
            let message = read(stream, false);
            $( let _ = stream.get_mut().write_all($bytes); )*
            message
        }
    };
}

#[test]
fn a_response() {
    let (text, _, seen) = compare(
        &["get", "/path?query"],
        1,
        answer!(
            b"HTTP/1.1 203 Fine\r\nx-multi: a\r\nX-Multi: b\r\nx-bytes: \xff\xfe\r\n\
              connection: close\r\ncontent-length: 5\r\n\r\nhello"
        ),
    );
    assert!(
        text.starts_with("203 [content-length: 5; x-bytes: \\xff\\xfe; x-multi: a; "),
        "{text}"
    );
    let message = seen[0].as_ref().unwrap();
    assert_eq!(message.start, "GET /path?query HTTP/1.1");
    assert_eq!(message.headers, ["accept: */*", "x-multi: 1", "x-multi: 2"]);
}

#[test]
fn a_response_in_chunks_with_trailers() {
    let (text, ..) = compare(
        &["get", "/"],
        1,
        answer!(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n",
            b"5\r\nhello\r\n",
            b"1\r\n!\r\n0\r\nx-sum: 6\r\nX-Sum: 7\r\nconnection: close\r\n\r\n"
        ),
    );
    assert!(
        text.contains("closed, trailers x-sum: 6; x-sum: 7"),
        "{text}"
    );
}

#[test]
fn a_response_without_a_body() {
    compare(&["get", "/"], 1, answer!(b"HTTP/1.1 204 No\r\n\r\n"));
    compare(&["get", "/"], 1, answer!(b"HTTP/1.1 304 Not\r\n\r\n"));
    compare(
        &["get", "/"],
        1,
        answer!(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
    );
    compare(
        &["get", "/"],
        1,
        answer!(b"HTTP/1.1 200 OK\r\n\r\nto the end"),
    );
}

#[test]
fn a_request_with_a_body() {
    for len in ["0", "1", "1000", "1000000"] {
        let (text, _, seen) = compare(
            &["post", "/", len],
            1,
            answer!(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"),
        );
        assert!(text.starts_with("finished\n200 "), "{text}");
        let message = seen[0].as_ref().unwrap();
        assert!(message.whole && message.framing == "chunked", "{message:?}");
        assert_eq!(message.body.0.to_string(), len);
    }
}

#[test]
fn a_large_body_before_its_request() {
    let (text, _, seen) = compare(
        &["large-early", "/"],
        1,
        answer!(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"),
    );
    assert!(text.starts_with("finished\n200 "), "{text}");
    assert_eq!(seen[0].as_ref().unwrap().body.0, 100 * 1024);
}

#[test]
fn bodies_that_nobody_reads() {
    let nobody: Serve = |_| unreachable!("nothing is sent");
    let (text, code, _) = compare(&["permits"], 0, nobody);
    let line = "1048576, 102400 bytes: 1048576, 10 bytes: 0, ready false, dropped: closed\n";
    assert!(text.starts_with(line) && code == 0, "{text}");
    // None of them keeps a guest that ends.
    let (text, code, _) = compare(&["unsent"], 0, nobody);
    assert_eq!((text.as_str(), code), ("finished\nfinished\n", 0));
}

/// The WASI 0.2 host leaves the length out, and the other sends it.
#[test]
fn a_request_without_a_body() {
    let serve: Serve = answer!(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let reference = run(place::reference("client"), &["bare", "/"], 1, serve);
    for place in place::uplifted("client") {
        let (text, _, seen) = run(place, &["bare", "/"], 1, serve);
        assert_eq!(text, reference.0);
        let message = seen[0].as_ref().unwrap();
        assert_eq!(message.framing, "0", "{}", place.name());
        assert_eq!(message.start, "DELETE / HTTP/1.1");
    }
}

#[test]
fn a_request_with_a_length() {
    let (_, _, seen) = compare(
        &["sized", "/", "70000"],
        1,
        answer!(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"),
    );
    assert_eq!(seen[0].as_ref().unwrap().framing, "70000");
}

#[test]
fn a_body_before_its_request() {
    let (text, _, seen) = compare(
        &["early", "/"],
        1,
        answer!(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"),
    );
    assert!(text.starts_with("finished\n200 "), "{text}");
    assert_eq!(seen[0].as_ref().unwrap().text, "early");
}

#[test]
fn a_request_with_trailers() {
    let (_, _, seen) = compare(
        &["trailers", "/"],
        1,
        answer!(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"),
    );
    let message = seen[0].as_ref().unwrap();
    assert_eq!(message.trailers, ["x-sum: 4", "x-more: 5"]);
}

#[test]
fn a_request_that_is_given_up() {
    let (_, _, seen) = compare(&["abort", "/"], 1, |stream| read(stream, false));
    let message = seen[0].as_ref().unwrap();
    assert!(
        !message.whole && message.text == "half of a body",
        "{message:?}"
    );
}

/// Taking back a request closes its connection.
#[test]
fn a_response_that_nobody_waits_for() {
    let (text, _, seen) = compare(&["drop", "/"], 1, |stream| {
        let message = read(stream, false);
        let rest = stream.read(&mut [0; 1]);
        assert!(matches!(rest, Ok(0) | Err(_)), "{rest:?}");
        message
    });
    assert_eq!(text, "dropped\n");
    assert!(seen[0].is_some());
}

#[test]
fn trailers_of_a_body_that_was_left() {
    let (text, ..) = compare(
        &["leave", "/"],
        1,
        answer!(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n",
            b"64\r\n1234567890123456789012345678901234567890123456789012345678901234567890",
            b"123456789012345678901234567890\r\n0\r\nx-sum: 6\r\n\r\n"
        ),
    );
    assert_eq!(text, "123\nx-sum: 6\n");
}

#[test]
fn what_is_no_response() {
    compare(&["get", "/"], 1, |stream| read(stream, false));
    compare(&["get", "/"], 1, answer!(b"nonsense\r\n\r\n"));
    compare(&["get", "/"], 1, answer!(b"HTTP/1.1 200 OK\r\ncontent-le"));
}

/// The guest gets an error code only where it asks for the trailers.
#[test]
fn a_response_that_breaks_off() {
    let serve: Serve = answer!(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
    let (text, ..) = compare(&["get", "/"], 1, serve);
    assert!(text.ends_with(" failed: None, no trailers\n"), "{text}");
    let (text, ..) = compare(&["leave", "/"], 1, serve);
    assert_eq!(text, "hal\nErrorCode::HttpProtocolError\n");
}

/// Milliseconds within which everything happens that happens at all.
const LONG: &str = "3600000";

/// Milliseconds that pass while nothing happens.
const SHORT: &str = "20";

/// Of the three limits of a request, at most one is short, and the server keeps silent at just that
/// point.
#[test]
fn timeouts() {
    let silent: Serve = |stream| {
        let message = read(stream, false);
        let _ = stream.read(&mut [0; 1]);
        message
    };
    let (text, ..) = compare(&["timeout", "/", LONG, SHORT, LONG], 1, silent);
    assert_eq!(text, "ErrorCode::ConnectionReadTimeout\n");
    let halting: Serve = |stream| {
        let message = read(stream, false);
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
        let _ = stream.get_mut().write_all(head);
        let _ = stream.read(&mut [0; 1]);
        message
    };
    let (text, ..) = compare(&["timeout", "/", LONG, LONG, SHORT], 1, halting);
    assert!(text.contains("failed: None"), "{text}");
    let in_time: Serve = |stream| {
        let message = read(stream, false);
        let _ = stream
            .get_mut()
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        message
    };
    let (text, ..) = compare(&["timeout", "/", LONG, LONG, LONG], 1, in_time);
    assert!(text.starts_with("200 "), "{text}");
}

#[test]
fn several_at_once() {
    let (text, _, seen) = compare(&["many", "/", "3"], 3, |stream| {
        let message = read(stream, false)?;
        let response = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        let _ = stream.get_mut().write_all(response.as_bytes());
        Some(Message {
            // They come in any order.
            start: String::new(),
            ..message
        })
    });
    assert_eq!(text.lines().count(), 3, "{text}");
    assert_eq!(seen.len(), 3);
}

#[test]
fn what_is_no_request() {
    let args = ["127.0.0.1:1", "errors"];
    let reference = place::run(place::reference("client"), &args);
    for place in place::uplifted("client") {
        assert_eq!(place::run(place, &args), reference, "{}", place.name());
    }
}

/// What the server sees of a request is a part of the response.
#[test]
fn requests_to_all_kinds_of_places() {
    let run = |place: Place| {
        let port = peer::mirror();
        place::run(place, &[&format!("127.0.0.1:{port}"), "targets"])
    };
    let (reference, code) = run(place::reference("client"));
    assert_eq!(code, 0, "{reference}");
    for place in place::uplifted("client") {
        let (text, code) = run(place);
        let pairs = text.lines().zip(reference.lines());
        let differences: Vec<_> = pairs.filter(|(line, expected)| line != expected).collect();
        assert!(differences.is_empty(), "{}: {differences:#?}", place.name());
        assert_eq!((text.lines().count(), code), (reference.lines().count(), 0));
    }
}

#[test]
fn a_request_of_another_length() {
    for (length, write) in [("10", "5"), ("5", "10"), ("5", "0")] {
        let args = ["unequal", "/", length, write];
        let (text, ..) = compare(&args, 1, |stream| read(stream, false));
        assert!(text.contains("HttpRequestBodySize"), "{text}");
    }
}

#[test]
fn fields_of_all_kinds() {
    let (text, _, seen) = compare(
        &["fields", "/"],
        1,
        answer!(
            b"HTTP/1.1 200 OK\r\nX-Upper: \xff\x80\r\nx-empty:\r\nx-blank:  \t inner  \r\n\
              content-length: 0\r\n\r\n"
        ),
    );
    assert!(text.contains("x-empty: ; x-upper: \\xff\\x80"), "{text}");
    assert_eq!(seen[0].as_ref().unwrap().headers.len(), 155);
    let (text, ..) = compare(&["get", "/"], 1, |stream| {
        let message = read(stream, false);
        let many = "x-many: 1\r\n".repeat(150);
        let response = format!("HTTP/1.1 200 OK\r\n{many}content-length: 0\r\n\r\n");
        let _ = stream.get_mut().write_all(response.as_bytes());
        message
    });
    assert!(!text.starts_with("200"), "{text}");
}

#[test]
fn trailers_that_are_asked_for_twice() {
    let serve: Serve =
        answer!(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-sum: 0\r\n\r\n");
    let args = ["asked-twice", "/"];
    let reference = run(place::reference("client"), &args, 1, serve);
    assert_eq!(reference.0, "None Some(true) Some(false)\n");
    // The release candidate tells it again.
    for place in place::stable("client") {
        let seen = run(place, &args, 1, serve);
        assert_eq!(seen, reference, "{}", place.name());
    }
}

#[test]
fn rules_of_fields_and_requests() {
    let reference = place::run(place::reference("client"), &["rules"]);
    assert_eq!(reference.1, 0, "{}", reference.0);
    assert!(reference.0.lines().count() > 200);
    for place in place::uplifted("client") {
        let (text, code) = place::run(place, &["rules"]);
        for (line, expected) in text.lines().zip(reference.0.lines()) {
            assert_eq!(line, expected, "{}", place.name());
        }
        assert_eq!((text, code), reference, "{}", place.name());
    }
}
