//! Messages of which only starts and bodies are compared. These are the same on every host, however it
//! frames messages and whatever it adds to them.

use super::peer::{self, ask, get, post, read};
use super::place;
use crate::LAB;
use std::io::Write as _;
use wasi_uplift_tests::{Place, Serving, pattern};

/// The start and the body of a message.
type Plain = (String, (usize, u64));

#[test]
fn a_client_sends_and_receives() {
    let run = |place: Place, args: &[&str]| {
        let (port, server) = peer::serve(1, |stream| {
            let message = read(stream, false);
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
            stream
                .get_mut()
                .write_all(answer)
                .expect("the client reads");
            message
        });
        let authority = format!("127.0.0.1:{port}");
        let outcome = place::run(place, &[&[&authority[..]], args].concat());
        let seen = server.join().expect("the server never panics");
        let seen: Vec<Option<Plain>> = seen
            .into_iter()
            .map(|message| message.map(|it| (it.start, it.body)))
            .collect();
        (outcome, seen)
    };
    for args in [&["get", "/path?query"][..], &["sized", "/", "1000"]] {
        let reference = run(place::reference("client"), args);
        assert!(reference.0.0.contains("200 "), "{reference:?}");
        for place in place::uplifted("client") {
            assert_eq!(run(place, args), reference, "{} {args:?}", place.name());
        }
    }
}

#[test]
fn a_server_answers() {
    let long: Vec<u8> = (0..500_000).map(pattern).collect();
    let pieces: Vec<&[u8]> = long.chunks(10_000).collect();
    let requests = [
        get("/hello"),
        get("/no-body"),
        get("/slow"),
        get("/bytes?1000"),
        get("/bytes?1000000"),
        get("/sized?5,5"),
        get("/before"),
        post("/hash", &[&[b'x'; 1000]], ""),
        post("/echo", &pieces, ""),
    ];
    let run = |place: Place| {
        let server = LAB.serve(place, Serving::default());
        let answers = requests.iter().map(|request| {
            let answer = ask(server.port, request).expect("there is a response");
            (answer.start, answer.body)
        });
        let answers: Vec<Plain> = answers.collect();
        (answers, server.end().0)
    };
    let reference = run(place::reference("server"));
    assert!(reference.0.iter().all(|(start, _)| start.contains(" 20")));
    for place in place::uplifted("server") {
        assert_eq!(run(place), reference, "{}", place.name());
    }
}
