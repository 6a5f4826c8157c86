//! Guests that serve requests.

use super::peer::{self, Message, ask, get, post, read};
use super::place;
use crate::LAB;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::Shutdown;
use std::thread;
use wasi_uplift_tests::{Guest, Host, Place, Serving, pattern};

/// The responses, the guest's output, and the number of errors that the host reported.
type Seen = (Vec<Option<Message>>, String, usize);

fn run(place: Place, requests: &[Vec<u8>]) -> Seen {
    let server = LAB.serve(place, Serving::default());
    let messages = requests
        .iter()
        .map(|request| ask(server.port, request))
        .collect();
    let (stdout, stderr) = server.end();
    let complaints = stderr.lines().filter(|line| line.starts_with("error: "));
    (messages, stdout, complaints.count())
}

/// Asserts that all shapes do the same as the reference.
fn compare(requests: &[Vec<u8>]) -> Seen {
    let reference = run(place::reference("server"), requests);
    for place in place::uplifted("server") {
        let seen = run(place, requests);
        assert_eq!(seen, reference, "{}", place.name());
    }
    reference
}

fn text(message: &Option<Message>) -> &str {
    &message.as_ref().expect("there is a response").text
}

#[test]
fn responses() {
    let paths = [
        "/hello",
        "/nothing",
        "/no-body",
        "/before",
        "/slow",
        "/bytes?0",
        "/bytes?1",
        "/bytes?100000",
        "/trailers",
        "/ignore",
        "/status?299",
        "/status?404",
        "/status?599",
        "/status?99",
        "/status?1000",
        "/sized?5,5",
        "/sized?0,0",
    ];
    let (messages, ..) = compare(&paths.map(get));
    assert_eq!(text(&messages[0]), "hello");
    assert_eq!(text(&messages[4]), "one two three ");
    assert_eq!(messages[8].as_ref().unwrap().trailers, ["x-sum: 4"]);
    assert!(
        messages
            .iter()
            .all(|message| message.as_ref().unwrap().whole)
    );
}

/// The guest traps in it, which the host tells.
#[test]
fn what_follows_handle_is_called() {
    let guest = Guest::named("http-post-return").expect("there is one");
    let uplifted = Place::uplifted(guest, Host::P3Only);
    for place in [Place::reference(guest)].into_iter().chain(uplifted) {
        let server = LAB.serve(place, Serving::default());
        ask(server.port, &get("/"));
        let (_, stderr) = server.end();
        assert!(stderr.contains("unreachable"), "{}: {stderr}", place.name());
    }
}

#[test]
fn messages_that_are_never_sent() {
    let (messages, stdout, _) = compare(&["/unsent", "/hello"].map(get));
    assert_eq!(text(&messages[0]), "sent");
    assert_eq!(stdout, "finished\nfinished\n");
}

#[test]
fn fields_of_all_kinds() {
    let mut request = "POST /inspect HTTP/1.1\r\nhost: a:1\r\ncontent-length: 0\r\n".to_owned();
    for number in 0..90 {
        request += &format!("X-{number}: {number}\r\n");
    }
    request += &format!(
        "x-0: again\r\nx-empty:\r\nx-long: {}\r\n",
        "v".repeat(16 * 1024)
    );
    let all = |place: Place| {
        let server = LAB.serve(place, Serving::default());
        let response = whole(server.port, "GET /fields HTTP/1.1\r\nhost: a:1\r\n");
        (response, whole(server.port, &request))
    };
    let reference = all(place::reference("server"));
    assert!(reference.0.contains("x-149: 149"), "{}", reference.0);
    assert!(reference.1.contains("x-89: 89"), "{}", reference.1);
    for place in place::uplifted("server") {
        let name = place.name();
        assert!(all(place) == reference, "{name}");
    }
}

/// Whether a response has a body depends on its status and on the method of the request.
#[test]
fn responses_with_and_without_bodies() {
    let all = |place: Place| {
        let server = LAB.serve(place, Serving::default());
        let mut seen = Vec::new();
        for method in ["GET", "HEAD", "POST", "CONNECT"] {
            for status in [100, 101, 103, 200, 204, 205, 206, 304, 404] {
                for body in ["none", "", "some"] {
                    let request = format!("{method} /answer?{status},{body} HTTP/1.1");
                    let bytes = whole(server.port, &format!("{request}\r\nhost: a:1\r\n"));
                    seen.push(format!("{request}: {bytes}"));
                }
            }
        }
        seen
    };
    let reference = all(place::reference("server"));
    for place in place::uplifted("server") {
        for (seen, expected) in all(place).iter().zip(&reference) {
            assert_eq!(seen, expected, "{}", place.name());
        }
    }
}

/// Returns all that comes for the last request of a connection, with sorted fields.
fn whole(port: u16, head: &str) -> String {
    let mut stream = peer::connect(port);
    let request = format!("{head}connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sending");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("it comes");
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, "nothing"));
    let mut lines: Vec<&str> = head.lines().filter(|it| !it.starts_with("date:")).collect();
    lines.sort_unstable();
    format!("{lines:?} {body:?}")
}

#[test]
fn requests() {
    let inspect = b"PATCH /inspect?a=b HTTP/1.1\r\nhost: example.com\r\nX-Multi: 1\r\n\
        x-multi: 2\r\nx-bytes: \xff\xfe\r\nkeep-alive: 5\r\ncontent-length: 4\r\n\r\nbody";
    let other = b"BREW /inspect HTTP/1.1\r\nhost: example.com\r\n\r\n";
    let absolute = b"GET http://example.org/inspect HTTP/1.1\r\nhost: example.com\r\n\r\n";
    let (messages, ..) = compare(&[
        inspect.to_vec(),
        other.to_vec(),
        absolute.to_vec(),
        post("/inspect", &[b"some", b" bytes"], ""),
        post("/inspect", &[b"some"], "x-sum: 4\r\n"),
        post(
            "/hash",
            &[&(0..300_000).map(pattern).collect::<Vec<_>>()],
            "",
        ),
        post("/ignore", &[b"nobody reads this"], "x-sum: 4\r\n"),
    ]);
    assert!(
        text(&messages[1]).contains("Method::Other(\\\"BREW\\\")"),
        "{messages:?}"
    );
    assert!(
        text(&messages[4]).contains("trailers x-sum: 4"),
        "{messages:?}"
    );
}

#[test]
fn an_authority() {
    let absolute = b"GET http://example.org/authority HTTP/1.1\r\nhost: example.com\r\n\r\n";
    let (messages, ..) = compare(&[absolute.to_vec()]);
    assert_eq!(text(&messages[0]), "Some(\\\"example.org\\\")");
}

/// The server gets the authority in a header, which it may hide from the guest.
/// The answer to one request, from a host that leaves the `host` header to the guest or doesn't.
fn answer(place: Place, path: &str, shows_host: bool) -> String {
    let serving = Serving {
        shows_host,
        ..Serving::default()
    };
    let server = LAB.serve(place, serving);
    let message = ask(server.port, &get(path));
    text(&message).to_owned()
}

/// Whatever the host leaves in a request.
#[test]
fn fields_between_hosts_never_reach_the_guest() {
    let expected = answer(place::reference("server"), "/inspect", false);
    assert!(!expected.contains("host"), "{expected}");
    for place in place::uplifted("server") {
        let seen = answer(place, "/inspect", true);
        assert_eq!(seen, expected, "{}", place.name());
    }
}

#[test]
fn an_authority_in_a_header() {
    let one = |place, shows_host| answer(place, "/authority", shows_host);
    let expected = "Some(\\\"example.com\\\")";
    assert_eq!(one(place::reference("server"), false), expected);
    for place in place::uplifted("server") {
        assert_eq!(one(place, true), expected, "{}", place.name());
        assert_eq!(
            one(place, false),
            "Some(\\\"localhost\\\")",
            "{}",
            place.name()
        );
    }
}

#[test]
fn bodies_both_ways() {
    let long: Vec<u8> = (0..500_000).map(pattern).collect();
    let (messages, ..) = compare(&[
        post("/echo", &[], ""),
        post("/echo", &[b"x"], "x-sum: 1\r\n"),
        post(
            "/echo",
            &long.chunks(10_000).collect::<Vec<_>>(),
            "x-sum: 2\r\nx-sum: 3\r\n",
        ),
    ]);
    assert_eq!(
        messages[2].as_ref().unwrap().trailers,
        ["x-sum: 2", "x-sum: 3"]
    );
    assert_eq!(messages[2].as_ref().unwrap().body.0, long.len());
}

/// The first bytes of the response are there before the request has ended.
#[test]
fn a_response_before_the_request_has_ended() {
    for place in [place::reference("server")]
        .into_iter()
        .chain(place::uplifted("server"))
    {
        let server = LAB.serve(place, Serving::default());
        let mut stream = peer::connect(server.port);
        let request = post("/first", &[], "");
        let head = request.len() - b"0\r\n\r\n".len();
        stream.write_all(&request[..head]).expect("sending");
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"first \r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("it comes");
            bytes.push(byte[0]);
        }
        stream.write_all(b"3\r\nabc\r\n0\r\n\r\n").expect("sending");
        let mut rest = String::new();
        while !rest.ends_with("0\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("it comes");
            rest.push(byte[0] as char);
        }
        assert!(rest.contains("3 bytes "), "{}: {rest}", place.name());
    }
}

#[test]
fn errors() {
    let paths = [
        "/error",
        "/error-text",
        "/error-number",
        "/unset",
        "/unset-kept",
        "/trap",
        "/finish-unread",
        "/drop-unread",
    ];
    for path in paths {
        let (messages, stdout, complaints) = compare(&[get(path), get("/hello")]);
        assert_eq!(stdout, "");
        let message = messages[0].as_ref().unwrap();
        assert!(message.start.starts_with("HTTP/1.1 500 "), "{message:?}");
        assert_eq!(text(&messages[1]), "hello");
        assert_eq!(complaints, 1, "{path}");
    }
}

#[test]
fn bodies_that_are_not_whole() {
    let (messages, ..) = compare(&[get("/unfinished"), get("/hello")]);
    let message = messages[0].as_ref().unwrap();
    assert!(!message.whole && message.text == "some", "{message:?}");
}

/// The host takes the part of a body that has been written for the whole.
#[test]
fn bodies_that_nobody_finishes() {
    let paths = [
        ("/trap-after", "some"),
        ("/trap-at-once?answered", ""),
        ("/trap-at-once?written", "some"),
        ("/trap-at-once?flushed", "some"),
        ("/trap-at-once?finished", "some"),
        ("/kept", "some"),
        ("/finish-early", ""),
        ("/drop-early", ""),
    ];
    for (path, text) in paths {
        let (messages, stdout, _) = compare(&[get(path), get("/hello")]);
        assert_eq!(stdout, "", "{path}");
        let message = messages[0].as_ref().unwrap();
        assert!(message.whole && message.text == text, "{path} {message:?}");
    }
}

#[test]
fn bodies_of_another_length() {
    let (messages, stdout, _) = compare(&[get("/sized?5,10"), get("/hello")]);
    assert_eq!(text(&messages[0]), "xxxxx");
    assert!(
        stdout.contains("HttpResponseBodySize(Some(10))"),
        "{stdout}"
    );
    let (messages, stdout, _) = compare(&[get("/sized?10,5"), get("/hello")]);
    assert!(!messages[0].as_ref().unwrap().whole);
    assert!(stdout.contains("HttpResponseBodySize(Some(5))"), "{stdout}");
    compare(&[get("/sized?0,5")]);
    compare(&[get("/sized?5,0")]);
}

/// A client may wait with its body until the guest wants it.
#[test]
fn a_body_that_has_to_be_asked_for() {
    let head = |path: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: example.com\r\nexpect: 100-continue\r\n\
             content-length: 4\r\n\r\n"
        )
    };
    let one = |place: Place| {
        let server = LAB.serve(place, Serving::default());
        let mut stream = peer::connect(server.port);
        stream.write_all(head("/echo").as_bytes()).expect("sending");
        let mut from = BufReader::new(stream.try_clone().expect("another handle"));
        let mut asked = String::new();
        from.read_line(&mut asked).expect("it comes");
        from.read_line(&mut String::new()).expect("it comes");
        stream.write_all(b"body").expect("sending");
        let echoed = read(&mut from, false).expect("there is a response");
        let ignored = ask(server.port, head("/ignore").as_bytes());
        (asked, echoed, ignored)
    };
    let reference = one(place::reference("server"));
    assert_eq!(reference.0, "HTTP/1.1 100 Continue\r\n");
    assert_eq!(reference.1.text, "body");
    assert_eq!(text(&reference.2), "ignored");
    // The snapshot's server may answer before it asks.
    let is_wasmtimes = |place: &Place| place.host() != Some(Host::Snapshot);
    for place in place::uplifted("server").filter(is_wasmtimes) {
        assert_eq!(one(place), reference, "{}", place.name());
    }
}

#[test]
fn a_request_that_breaks_off() {
    let one = |place: Place| {
        let server = LAB.serve(place, Serving::default());
        let mut stream = peer::connect(server.port);
        let request = b"POST /hash HTTP/1.1\r\nhost: example.com\r\ncontent-length: 10\r\n\r\nhalf";
        stream.write_all(request).expect("sending");
        stream.shutdown(Shutdown::Write).expect("shutting down");
        let message = read(&mut BufReader::new(stream), true);
        text(&message).to_owned()
    };
    let reference = one(place::reference("server"));
    assert!(reference.contains(" failed: None, "), "{reference}");
    for place in place::uplifted("server") {
        assert_eq!(one(place), reference, "{}", place.name());
    }
}

/// The guest gets an error when its client goes away.
#[test]
fn a_client_that_goes_away() {
    for place in [place::reference("server")]
        .into_iter()
        .chain(place::uplifted("server"))
    {
        let mut server = LAB.serve(place, Serving::default());
        let mut stream = peer::connect(server.port);
        stream.write_all(&get("/endless")).expect("sending");
        stream.read_exact(&mut [0; 100_000]).expect("it comes");
        drop(stream);
        assert_eq!(server.line(), "closed finished", "{}", place.name());
        assert_eq!(text(&ask(server.port, &get("/hello"))), "hello");
        let (stdout, _) = server.end();
        assert_eq!(stdout, "closed finished\n", "{}", place.name());
    }
}

/// An instance that is busy with one request isn't given another: there are others.
#[test]
fn a_request_beside_an_endless_response() {
    for place in place::uplifted("server") {
        let serving = Serving {
            reuse: 1000,
            ..Serving::default()
        };
        let server = LAB.serve(place, serving);
        let mut stream = peer::connect(server.port);
        stream.write_all(&get("/endless")).expect("sending");
        stream.read_exact(&mut [0; 100_000]).expect("it comes");
        let name = place.name();
        assert_eq!(text(&ask(server.port, &get("/hello"))), "hello", "{name}");
        stream.read_exact(&mut [0; 100_000]).expect("it comes");
    }
}

#[test]
fn rules_of_fields_and_requests() {
    compare(&[get("/rules")]);
}

/// A guest that is a client as well.
#[test]
fn a_request_within_a_request() {
    let serve: peer::Serve = |stream| {
        let message = read(stream, false);
        let response = b"HTTP/1.1 201 OK\r\ncontent-length: 2\r\n\r\nok";
        let _ = stream.get_mut().write_all(response);
        message
    };
    let one = |place: Place| {
        let (port, thread) = peer::serve(2, serve);
        let requests = [
            get(&format!("/fetch?127.0.0.1:{port},/x")),
            post(
                &format!("/proxy?127.0.0.1:{port},/x"),
                &[b"some", b" bytes"],
                "",
            ),
            get("/fetch?127.0.0.1:1,/x"),
            get("/proxy?127.0.0.1:1,/x"),
        ];
        let (messages, stdout, complaints) = run(place, &requests);
        (messages, stdout, complaints, thread.join().unwrap())
    };
    let reference = one(place::reference("server"));
    assert_eq!(reference.3[1].as_ref().unwrap().text, "some bytes");
    for place in place::uplifted("server") {
        assert_eq!(one(place), reference, "{}", place.name());
    }
}

/// One instance serves all requests, one after the other, however many come at once.
#[test]
fn requests_that_come_at_once() {
    for place in place::uplifted("server") {
        for concurrent in [1, 16] {
            let server = LAB.serve(
                place,
                Serving {
                    reuse: 1000,
                    concurrent,
                    ..Serving::default()
                },
            );
            let port = server.port;
            thread::scope(|scope| {
                for index in 0..20 {
                    scope.spawn(move || {
                        let body = format!("body {index} ").repeat(1000);
                        let path = ["/echo", "/slow"][index % 2];
                        let message = ask(port, &post(path, &[body.as_bytes()], "x-sum: 1\r\n"));
                        let message = message.expect("there is a response");
                        assert!(message.whole, "{message:?}");
                        if path == "/echo" {
                            assert_eq!(message.text, body);
                            assert_eq!(message.trailers, ["x-sum: 1"]);
                        } else {
                            assert_eq!(message.text, "one two three ");
                        }
                    });
                }
            });
            let (stdout, stderr) = server.end();
            assert_eq!(
                (stdout.as_str(), stderr.as_str()),
                ("", ""),
                "{}",
                place.name()
            );
        }
    }
}

/// Requests over one connection.
#[test]
fn requests_over_one_connection() {
    for place in place::stable("server") {
        let server = LAB.serve(
            place,
            Serving {
                reuse: 1000,
                ..Serving::default()
            },
        );
        let mut stream = peer::connect(server.port);
        let mut from = BufReader::new(stream.try_clone().expect("another handle"));
        for count in 1..=5 {
            stream.write_all(&get("/count")).expect("sending");
            let message = read(&mut from, false).expect("there is a response");
            assert_eq!(message.text, count.to_string());
        }
    }
}
