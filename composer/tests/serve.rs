//! `wasi-uplift serve`: what comes back, and what is said.

#![cfg(feature = "run")]

mod common;

use common::{assert_success, text, uplift};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Stdio};
use std::time::Duration;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

const WORLD: &str = "
package tests:server;

world server {
    import wasi:http/types@0.2.12;
    export wasi:http/incoming-handler@0.2.12;
}";

/// A server that answers with the request's authority, unless the path says `/trap` or `/none`.
const SERVER: &str = r#"(module
    (import "wasi:http/types@0.2.12" "[method]incoming-request.authority"
        (func $authority (param i32 i32)))
    (import "wasi:http/types@0.2.12" "[method]incoming-request.path-with-query"
        (func $path (param i32 i32)))
    (import "wasi:http/types@0.2.12" "[constructor]fields" (func $fields (result i32)))
    (import "wasi:http/types@0.2.12" "[constructor]outgoing-response"
        (func $response (param i32) (result i32)))
    (import "wasi:http/types@0.2.12" "[method]outgoing-response.body" (func $body (param i32 i32)))
    (import "wasi:http/types@0.2.12" "[static]response-outparam.set"
        (func $set (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
    (import "wasi:http/types@0.2.12" "[method]outgoing-body.write" (func $stream (param i32 i32)))
    (import "wasi:http/types@0.2.12" "[static]outgoing-body.finish"
        (func $finish (param i32 i32 i32 i32)))
    (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-and-flush"
        (func $write (param i32 i32 i32 i32)))
    (import "wasi:io/streams@0.2.12" "[resource-drop]output-stream" (func $drop-stream (param i32)))
    (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 1024))
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (global.get $top)
        (global.set $top
            (i32.and (i32.add (i32.add (global.get $top) (local.get 3)) (i32.const 7))
                (i32.const -8))))
    (func (export "wasi:http/incoming-handler@0.2.12#handle") (param $request i32) (param $out i32)
        (local $letter i32) (local $body i32) (local $stream i32)
        ;; An option<string>: of the path, the letter after the slash is what matters.
        (call $path (local.get $request) (i32.const 0))
        (local.set $letter (i32.load8_u (i32.add (i32.load (i32.const 4)) (i32.const 1))))
        (if (i32.eq (local.get $letter) (i32.const 116)) (then unreachable)) ;; t
        (if (i32.eq (local.get $letter) (i32.const 110)) (then return)) ;; n
        (call $authority (local.get $request) (i32.const 0))
        (call $body (local.tee $request (call $response (call $fields))) (i32.const 16))
        (local.set $body (i32.load (i32.const 20)))
        (call $set (local.get $out) (i32.const 0) (local.get $request) (i32.const 0) (i64.const 0)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
        (call $stream (local.get $body) (i32.const 16))
        (local.set $stream (i32.load (i32.const 20)))
        (call $write (local.get $stream) (i32.load (i32.const 4)) (i32.load (i32.const 8))
            (i32.const 16))
        (call $drop-stream (local.get $stream))
        (call $finish (local.get $body) (i32.const 0) (i32.const 0) (i32.const 16))))"#;

fn server() -> Vec<u8> {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/guests/http/wit/stable");
    let mut resolve = Resolve::default();
    resolve.push_dir(wit).unwrap();
    let package = resolve.push_str("server.wit", WORLD).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let mut module = wat::parse_str(SERVER).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let encoded = ComponentEncoder::default()
        .module(&module)
        .and_then(|mut encoder| encoder.encode());
    encoded.unwrap()
}

/// The command, serving.
struct Serving {
    child: Child,
    stderr: BufReader<ChildStderr>,
    address: String,
}

impl Serving {
    fn start(folder: &Path, guest: &str, address: &str) -> Self {
        let mut command = uplift(folder);
        command.args(["serve", guest, "--addr", address]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        assert_eq!(line, format!("note: `{guest}` is being compiled\n"));
        line.clear();
        stderr.read_line(&mut line).unwrap();
        let address = line
            .strip_prefix(&format!("note: `{guest}` serves http://"))
            .and_then(|rest| rest.strip_suffix("/\n"))
            .unwrap_or_else(|| panic!("{line}"));
        Serving {
            address: address.to_string(),
            child,
            stderr,
        }
    }

    /// What comes back: the first line, and the body.
    fn ask(&self, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!("GET {path} HTTP/1.0\r\nhost: example.com:81\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        let (start, _) = head.split_once("\r\n").unwrap();
        (start.to_string(), body.to_string())
    }

    /// The first line of what is said next. A trap is told with where it came from.
    fn complaint(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.stderr.read_line(&mut line).unwrap(), 0);
            if line.starts_with("error: ") {
                return line;
            }
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn a_guest_answers_each_request() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("server.wasm"), server()).unwrap();
    let composed = uplift(folder.path())
        .args(["compose", "server.wasm", "-o", "uplifted.wasm"])
        .output()
        .unwrap();
    assert_success(&composed);
    for (guest, address) in [
        ("server.wasm", "127.0.0.1:0"),
        ("uplifted.wasm", "localhost:0"),
    ] {
        let mut serving = Serving::start(folder.path(), guest, address);
        for _ in 0..2 {
            let (start, body) = serving.ask("/");
            assert_eq!(start, "HTTP/1.0 200 OK");
            assert_eq!(body, "example.com:81");
        }

        let (start, body) = serving.ask("/trap");
        assert_eq!(start, "HTTP/1.0 500 Internal Server Error");
        assert_eq!(body, "");
        let complaint = serving.complaint();
        let beginning = format!("error: `{guest}` trapped: ");
        assert!(complaint.starts_with(&beginning), "{complaint}");

        let (start, _) = serving.ask("/none");
        assert_eq!(start, "HTTP/1.0 500 Internal Server Error");
        let complaint = serving.complaint();
        let beginning = format!("error: `{guest}` gave no response: ");
        assert!(complaint.starts_with(&beginning), "{complaint}");
        assert_eq!(serving.ask("/").1, "example.com:81");
    }
}

#[test]
fn quiet_is_quiet() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("server.wasm"), server()).unwrap();
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let mut command = uplift(folder.path());
    command.args(["serve", "server.wasm", "--quiet", "--addr", &address]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut serving = Serving {
        stderr: BufReader::new(child.stderr.take().unwrap()),
        child,
        address,
    };
    while TcpStream::connect(&serving.address).is_err() {
        assert_eq!(serving.child.try_wait().unwrap(), None);
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(serving.ask("/").1, "example.com:81");
    serving.child.kill().unwrap();
    let mut said = String::new();
    serving.stderr.read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
}

#[test]
fn what_can_not_be_served() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("server.wasm"), server()).unwrap();
    for (arguments, complaint) in [
        (
            &["server.wasm", "--dir", "none"][..],
            "error: the folder `none` was not opened: ",
        ),
        (
            &["server.wasm", "--addr", "192.0.2.1:80"],
            "error: nothing can listen on 192.0.2.1:80: ",
        ),
    ] {
        let mut command = uplift(folder.path());
        command.arg("serve").args(arguments);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let message = text(&output.stderr);
        assert!(message.starts_with(complaint), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}
