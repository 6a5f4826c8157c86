//! Guests that are joined with the adapter by hand, as among more components than the two:
//! `wasi_uplift::by_hand` gives the pieces.

use crate::LAB;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use wac_graph::types::{BorrowedPackageKey, Package};
use wac_graph::{CompositionGraph, EncodeOptions, NodeId};
use wac_parser::Document;
use wasi_uplift::Options;
use wasi_uplift::by_hand::{self, Entry, Retyped};
use wasi_uplift_tests::{Case, Guest, Host, LinkMode, Serving, imports, uplifted_bytes};

/// Cases whose guests print, are given files, and end before the host has all their output.
const CASES: [&str; 4] = [
    "environment",
    "exit-unflushed-return-late",
    "filesystem-writing",
    "mixed-versions",
];

#[test]
fn by_a_program() {
    agrees("program", |guest| {
        let retyped = by_hand::retype(guest, &Options::default()).unwrap();
        with_graph(&retyped)
    });
}

/// The example's file, which is for the command `wac`.
#[test]
fn by_wac() {
    agrees("wac", |guest| {
        let retyped = by_hand::retype(guest, &Options::default()).unwrap();
        with_wac(retyped.bytes)
    });
}

/// Joins the guests of the cases, and asserts that they do what the cases say.
fn agrees(how: &'static str, join: impl Fn(&[u8]) -> Vec<u8>) {
    let all = Case::all();
    for name in CASES {
        let case = all.iter().find(|case| case.name == name).unwrap();
        let component = join(&case.guest.bytes());
        let names = imports(&component);
        assert!(
            names.iter().all(|name| name.ends_with("@0.3.0")),
            "{names:?}"
        );
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(how);
        fs::create_dir_all(&folder).unwrap();
        // The guest sees the name of its file.
        let path = folder.join(case.guest.path().file_name().unwrap());
        fs::write(&path, component).unwrap();
        let outcome = LAB.run_file(Host::P3Only, &path, &case.scenario);
        let checked = outcome.and_then(|outcome| case.check(&outcome));
        assert_eq!(checked, Ok(()), "{name}, by {how}");
    }
}

fn with_graph(guest: &Retyped) -> Vec<u8> {
    let mut graph = CompositionGraph::new();
    let entry = Entry::of(&guest.plan).next().unwrap();
    let options = match entry {
        Entry::Run => Options::default().without("wasi:http"),
        _ => Options::default(),
    };
    let adapter = by_hand::adapter(&options).unwrap();
    let adapter = instantiate(&mut graph, "uplift:adapter", adapter);
    let front = by_hand::front(&options, entry).unwrap();
    let front = instantiate(&mut graph, "uplift:front", front);
    let instance = instantiate(&mut graph, "example:guest", guest.bytes.clone());
    for (import, export) in guest.plan.adapted() {
        give(&mut graph, (adapter, export), (instance, &import.name));
    }
    let (export, counterpart) = guest.plan.lifted().next().unwrap();
    let guest = (instance, export.name.as_str());
    give(&mut graph, guest, (front, entry.of_guest()));
    for name in entry.of_adapter() {
        give(&mut graph, (adapter, name), (front, name));
    }
    let export = graph.alias_instance_export(front, counterpart).unwrap();
    graph.export(export, counterpart).unwrap();
    graph.encode(EncodeOptions::default()).unwrap()
}

fn instantiate(graph: &mut CompositionGraph, name: &str, component: Vec<u8>) -> NodeId {
    let package = Package::from_bytes(name, None, component, graph.types_mut()).unwrap();
    let package = graph.register_package(package).unwrap();
    graph.instantiate(package)
}

/// Gives an export of one instance to another that imports it.
fn give(graph: &mut CompositionGraph, from: (NodeId, &str), to: (NodeId, &str)) {
    let export = graph.alias_instance_export(from.0, from.1).unwrap();
    graph
        .set_instantiation_argument(to.0, to.1, export)
        .unwrap();
}

fn with_wac(guest: Vec<u8>) -> Vec<u8> {
    let source = include_str!("../../examples/wac-by-hand/compose.wac");
    let key = |name| BorrowedPackageKey::from_name_and_version(name, None);
    let packages = [
        (
            key("uplift:adapter"),
            by_hand::adapter(&Options::default().without("wasi:http")).unwrap(),
        ),
        (
            key("uplift:front"),
            by_hand::front(&Options::default(), Entry::Run).unwrap(),
        ),
        (key("example:guest"), guest),
    ];
    let document = Document::parse(source).unwrap();
    let resolution = document.resolve(packages.into_iter().collect()).unwrap();
    resolution.encode(EncodeOptions::default()).unwrap()
}

/// Servers are called by requests. Every shape has a front of its own.
#[test]
fn servers() {
    for shape in ["stable", "december", "candidate"] {
        let guest = Guest::named(&format!("http-{shape}-server")).unwrap();
        let retyped = by_hand::retype(&guest.bytes(), &Options::default()).unwrap();
        let component = with_graph(&retyped);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.wasm");
        fs::write(&path, &component).unwrap();
        let answer = ask(&path, "/hello");
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n"),
            "{shape}: {answer}"
        );

        fs::write(&path, uplifted_bytes(guest, LinkMode::Fused)).unwrap();
        assert_eq!(ask(&path, "/hello"), answer, "{shape}");
    }
}

/// Returns the answer of a server to one request.
fn ask(component: &Path, path: &str) -> String {
    let server = LAB.serve_file(Some(Host::P3Only), component, Serving::default());
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    server.end();
    // The date is another in every run.
    let lines = answer.split_inclusive("\r\n");
    lines.filter(|line| !line.starts_with("date: ")).collect()
}

/// As it is, a guest doesn't fit: a function that may wait has another type.
#[test]
fn a_guest_has_to_be_retyped_first() {
    let guest = Guest::named("clocks").unwrap().bytes();
    let mut graph = CompositionGraph::new();
    let adapter = by_hand::adapter(&Options::default().without("wasi:http")).unwrap();
    let adapter = instantiate(&mut graph, "uplift:adapter", adapter);
    let instance = instantiate(&mut graph, "example:guest", guest.clone());
    let composed = wasi_uplift::compose(&guest, &Options::default()).unwrap();
    let fits = composed.plan.adapted().all(|(import, export)| {
        let export = graph.alias_instance_export(adapter, export).unwrap();
        let given = graph.set_instantiation_argument(instance, &import.name, export);
        given.is_ok()
    });
    assert!(!fits);
}
