//! Guests that stand in front of a server: they import `wasi:http/incoming-handler`, and export it.
//! A server with two of them does the same whether they are joined before they are uplifted or
//! afterwards.

use super::peer::{Message, ask, get, post};
use super::place::SHAPES;
use crate::LAB;
use std::fs;
use wac_graph::CompositionGraph;
use wac_graph::types::Package;
use wasi_uplift::{Linked, Options, compose};
use wasi_uplift_tests::{Guest, Host, MODES, Serving};

/// What WASI 0.3 has for `wasi:http/incoming-handler`.
const HANDLER: &str = "wasi:http/handler@0.3.0";

/// Joins components, each of which imports the interface that the one before it exports.
fn chain(components: &[Vec<u8>], interface: &str) -> Vec<u8> {
    let mut graph = CompositionGraph::new();
    let mut export = None;
    for (position, bytes) in components.iter().enumerate() {
        let name = format!("test:part{position}");
        let package = Package::from_bytes(&name, None, bytes.clone(), graph.types_mut()).unwrap();
        let package = graph.register_package(package).unwrap();
        let instance = graph.instantiate(package);
        if let Some(export) = export {
            graph
                .set_instantiation_argument(instance, interface, export)
                .unwrap();
        }
        export = Some(graph.alias_instance_export(instance, interface).unwrap());
    }
    graph.export(export.unwrap(), interface).unwrap();
    graph.encode(Default::default()).unwrap()
}

/// The responses, and the lines that the guests print. They are in no order, because the next
/// request may come before the guests are done with one.
type Seen = (Vec<Option<Message>>, Vec<String>);

fn run(component: &[u8], host: Option<Host>) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.wasm");
    fs::write(&path, component).unwrap();
    let server = LAB.serve_file(host, &path, Serving::default());
    let requests = [
        get("/hello"),
        get("/kept-out"),
        get("/nothing"),
        get("/bytes?100000"),
        post("/echo", &[b"one", b"two"], "x-sum: 6\r\n"),
        get("/without-its-body"),
        get("/broken"),
    ];
    let asked = requests.iter().map(|request| ask(server.port, request));
    let messages = asked.collect();
    let (stdout, _) = server.end();
    let mut lines: Vec<String> = stdout.lines().map(str::to_string).collect();
    lines.sort();
    (messages, lines)
}

fn parts(shape: &str) -> [Vec<u8>; 3] {
    ["server", "middleware", "middleware"].map(|program| {
        let guest = Guest::named(&format!("http-{shape}-{program}"));
        guest.unwrap().bytes()
    })
}

fn joined(shape: &str) -> Vec<u8> {
    let label = match shape {
        "stable" => "0.2.12",
        "december" => "0.2.0-rc-2023-12-05",
        _ => "0.2.0-rc-2023-11-10",
    };
    chain(
        &parts(shape),
        &format!("wasi:http/incoming-handler@{label}"),
    )
}

#[test]
fn a_chain_of_guests() {
    let reference = run(&joined("stable"), None);
    assert_eq!(reference.0[1].as_ref().unwrap().text, "kept out");
    assert!(reference.0[4].as_ref().unwrap().text.contains("onetwo"));
    let hello = |line: &&String| *line == "middleware: Method::Get /hello";
    assert_eq!(reference.1.iter().filter(hello).count(), 2);
    for shape in SHAPES {
        for mode in MODES {
            let options = Options::default().link(mode);
            let before = compose(&joined(shape), &options).unwrap();
            let seen = run(&before.bytes, Some(Host::P3Only));
            assert_eq!(seen, reference, "{shape}, {mode:?}");
            let after = parts(shape).map(|part| {
                let uplifted = compose(&part, &options).unwrap();
                assert_ne!(uplifted.linked, Linked::Not);
                uplifted.bytes
            });
            let seen = run(&chain(&after, HANDLER), Some(Host::P3Only));
            assert_eq!(seen, reference, "{shape}, {mode:?}, uplifted by themselves");
        }
    }
}
