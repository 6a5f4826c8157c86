//! Servers in JavaScript and in Python, which are clients as well: componentize-js from npm, and
//! componentize-py from PyPI.

use super::peer::{self, Message, ask, get, post, read};
use crate::LAB;
use crate::toolchains::install::{componentize_py, folder, guests, run};
use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use wasi_uplift_tests::{Guest, Host, Place, Serving, pattern};

static JAVASCRIPT: LazyLock<Guest> = LazyLock::new(|| {
    let place = folder("javascript");
    let sources = guests().join("http/javascript");
    for file in ["package.json", "package-lock.json"] {
        fs::copy(sources.join(file), place.join(file)).unwrap();
    }
    run(Command::new("npm")
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--quiet",
        ])
        .current_dir(&place));
    let wit = place.join("wit");
    // The version that the engine was built with.
    copy_wit(&guests().join("http/wit/stable"), &wit, "0.2.10");
    let component = place.join("server.wasm");
    run(
        Command::new(place.join("node_modules/.bin/componentize-js"))
            .arg(sources.join("app.js"))
            .args(["--world-name", "server", "--wit"])
            .args([&wit, Path::new("--out"), &component]),
    );
    Guest::built("http-javascript-server", &component)
});

static PYTHON: LazyLock<Guest> = LazyLock::new(|| {
    let place = folder("python-http");
    let component = place.join("server.wasm");
    run(
        componentize_py("http/python", &place, "http/wit/stable", "server")
            .arg("-o")
            .arg(&component),
    );
    Guest::built("http-python-server", &component)
});

#[test]
fn a_javascript_server() {
    // The engine serves one request, wherever it runs.
    let seen = compare(*JAVASCRIPT, 1);
    let inspected = &seen.messages[INSPECT].as_ref().unwrap().text;
    assert!(
        inspected.contains("http://example.org/inspect"),
        "{inspected}"
    );
}

#[test]
fn a_python_server() {
    compare(*PYTHON, 1000);
}

/// These guests take more memory.
fn serving() -> Serving {
    Serving {
        memory: 256 << 20,
        ..Serving::default()
    }
}

/// Answers with bodies in pieces, on any host.
fn anywhere(guest: Guest) {
    let long: Vec<u8> = (0..300_000).map(pattern).collect();
    let requests = [
        get("/bytes?200000"),
        get("/slow"),
        post("/echo", &long.chunks(10_000).collect::<Vec<_>>(), ""),
    ];
    let bodies = |place: Place| {
        let server = LAB.serve(place, serving());
        let bodies = requests.iter().map(|request| {
            let message = ask(server.port, request);
            message.expect("there is a response").body
        });
        bodies.collect::<Vec<_>>()
    };
    let reference = bodies(Place::reference(guest));
    assert_eq!(reference[2].0, long.len());
    for place in Place::uplifted(guest, Host::P3Only) {
        assert_eq!(bodies(place), reference, "{}", place.name());
    }
}

#[test]
fn javascript_anywhere() {
    anywhere(*JAVASCRIPT);
}

#[test]
fn python_anywhere() {
    anywhere(*PYTHON);
}

/// Copies interfaces, and gives them another version.
fn copy_wit(from: &Path, to: &Path, version: &str) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_wit(&entry.path(), &to, version);
        } else {
            let text = fs::read_to_string(entry.path()).unwrap();
            fs::write(to, text.replace("0.2.12", version)).unwrap();
        }
    }
}

/// The responses, the guest's output, and the requests that came to the server that it called.
#[derive(Debug, PartialEq)]
struct Seen {
    messages: Vec<Option<Message>>,
    stdout: String,
    called: Vec<Option<Message>>,
}

/// Asserts that a guest does the same as it is and uplifted. Its uplifted instances serve so many
/// requests.
fn compare(guest: Guest, reuse: usize) -> Seen {
    let (reference, _) = talk(Place::reference(guest), 1);
    for place in Place::uplifted(guest, Host::P3Only) {
        let (uplifted, stderr) = talk(place, reuse);
        assert_eq!(uplifted.messages.len(), reference.messages.len());
        for (uplifted, reference) in uplifted.messages.iter().zip(&reference.messages) {
            assert_eq!(uplifted, reference, "{} {stderr}", place.name());
        }
        assert_eq!(uplifted, reference, "{}", place.name());
    }
    let starts = reference.messages.iter().map(|message| {
        let message = message.as_ref().expect("there is a response");
        &message.start["HTTP/1.1 ".len()..][..3]
    });
    assert_eq!(starts.collect::<Vec<_>>(), STATUS);
    assert!(reference.called.iter().all(Option::is_some));
    reference
}

/// The index of the request to which the response describes it.
const INSPECT: usize = 4;

const STATUS: [&str; 17] = [
    "203", "204", "200", "200", "200", "201", "201", "201", "200", "200", "200", "201", "500",
    "500", "500", "200", "201",
];

/// The number of requests that the guest sends to another server.
const CALLS: usize = 3;

/// Sends all requests, and returns the messages of the host's stderr, too.
fn talk(place: Place, reuse: usize) -> (Seen, String) {
    let server = LAB.serve(place, Serving { reuse, ..serving() });
    let (port, upstream) = peer::serve(CALLS, |stream| {
        let message = read(stream, false);
        let response = b"HTTP/1.1 201 OK\r\nx-to: a\r\nx-to: b\r\ncontent-length: 2\r\n\r\nok";
        let _ = stream.get_mut().write_all(response);
        message
    });
    let long: Vec<u8> = (0..300_000).map(pattern).collect();
    let inspect = "PUT http://example.org/inspect?a=b HTTP/1.1\r\nhost: example.org\r\nx-one: 1\r\n\
        X-Two: 2\r\ncontent-length: 6\r\n\r\nb\u{f6}dy\n";
    let url = format!("http://127.0.0.1:{port}/called");
    let requests = [
        get("/hello"),
        get("/nothing"),
        get("/bytes?0"),
        get("/bytes?200000"),
        inspect.into(),
        post("/echo", &[], ""),
        post("/echo", &[b"some", b" bytes"], ""),
        post("/echo", &long.chunks(10_000).collect::<Vec<_>>(), ""),
        post("/sum", &[&long], ""),
        get("/slow"),
        get(&format!("/fetch?{url}")),
        get(&format!("/get?{url}")),
        get("/raise"),
        get("/unanswered"),
        get("/nowhere"),
        get("/get?http://127.0.0.1:1/refused"),
        post(&format!("/proxy?{url}"), &[b"some", b" bytes"], ""),
    ];
    let messages = requests.iter().map(|request| {
        let mut message = ask(server.port, request)?;
        // What comes after the number is the host's.
        message.start.truncate("HTTP/1.1 200".len());
        Some(message)
    });
    let messages = messages.collect();
    // Ends the waiting for guests that have not called.
    let unblock = |_| drop(TcpStream::connect(("127.0.0.1", port)));
    (0..CALLS).for_each(unblock);
    let called = upstream.join().expect("the server never panics");
    let (stdout, stderr) = server.end();
    let seen = Seen {
        messages,
        stdout,
        called,
    };
    (seen, stderr)
}
