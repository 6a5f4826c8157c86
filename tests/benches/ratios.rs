//! Times of an uplifted guest, as ratios to those of the same guest as it is on Wasmtime's WASI 0.2
//! host, and beside them the times of a guest that was written for WASI 0.3.
//!
//!     cargo bench --workspace --bench ratios -- [--chart FILE] [PART OF A NAME]...
//!
//! The guest measures itself, so that compiling it doesn't count. The ways to run it take turns, and
//! of the ratios of all turns the median is printed, with those that a quarter of them is below and
//! above. There are five turns, or as many as the environment variable `TURNS` says.
//!
//! With `--chart`, the ratios become a picture as well. A path is relative to the folder `tests`.

mod chart;
mod compose;
mod http;
mod idle;
mod instantiate;

use chart::Bar;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;
use wac_graph::CompositionGraph;
use wac_graph::types::Package;
use wasi_uplift::{LinkMode, Options};
use wasi_uplift_tests::{Guest, MODES, cargo};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// The measurements, each with the ratio that a fused guest is to reach.
const MEASURED: [(&str, Option<f64>); 46] = [
    ("now", Some(1.05)),
    ("ready", Some(0.2)),
    ("ready, of a timer that runs", None),
    ("subscribe, ready, drop", Some(1.0)),
    ("poll of 1", None),
    ("poll of 100", None),
    ("stdout by 4 KiB", Some(0.8)),
    ("stdout by 64 KiB", Some(0.95)),
    ("stdin by 64 KiB", None),
    ("tcp receive by 64 KiB", Some(1.1)),
    ("tcp receive by 4 KiB", Some(0.6)),
    ("tcp send by 64 KiB", None),
    ("tcp send by 4 KiB", Some(0.75)),
    ("tcp ping-pong", Some(1.1)),
    ("udp ping-pong", Some(0.7)),
    ("file read by 64 KiB", Some(0.7)),
    ("file read by 4 KiB", Some(0.75)),
    ("file read at random", Some(1.2)),
    ("file write by 64 KiB", Some(0.7)),
    ("file write by 4 KiB", Some(0.7)),
    ("file write at random", Some(0.7)),
    ("file copy by 64 KiB", None),
    ("stat", Some(1.0)),
    ("open, read, close", Some(1.3)),
    ("small file read whole", None),
    ("walk over 2,000 files", Some(1.05)),
    ("http request, as served by default", Some(0.5)),
    ("http request, a new instance each", Some(1.11)),
    (
        "http request, a new instance each, 64 connections",
        Some(1.11),
    ),
    ("http request, instances used alike", Some(1.11)),
    (
        "http request, instances used alike, 64 connections",
        Some(1.11),
    ),
    ("http request in Python, a new instance each", Some(1.03)),
    ("http request in JavaScript, a new instance each", None),
    ("call of another component", Some(1.1)),
    ("the same with a list of 100", Some(1.1)),
    ("the same with a line to print", Some(1.1)),
    ("instantiate", Some(1.3)),
    ("instantiate, pooled", None),
    ("memory per instance", None),
    ("memory per instance, after a call", None),
    ("memory per idle connection", None),
    ("size of the guest", None),
    ("compose 10 KiB of code", None),
    ("compose 1 MiB of code", None),
    ("compose 10 MiB of code", None),
    ("compose 30 MiB of code", None),
];

/// The measurements of a guest that is composed of several components.
const COMPOSED: [&str; 3] = [
    "call of another component",
    "the same with a list of 100",
    "the same with a line to print",
];

/// The measurements of the guest for WASI 0.3.
const BY_HAND: [&str; 17] = [
    "now",
    "stdout by 4 KiB",
    "stdout by 64 KiB",
    "stdin by 64 KiB",
    "tcp receive by 64 KiB",
    "tcp receive by 4 KiB",
    "tcp send by 64 KiB",
    "tcp send by 4 KiB",
    "tcp ping-pong",
    "udp ping-pong",
    "file read by 64 KiB",
    "file read by 4 KiB",
    "file read at random",
    "stat",
    "open, read, close",
    "small file read whole",
    "walk over 2,000 files",
];

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    if args
        .first()
        .is_some_and(|first| first == instantiate::MEMORY)
    {
        return instantiate::print_memory(&args[1..]);
    }
    let chart = args.iter().position(|argument| argument == "--chart");
    let chart = chart.map(|at| {
        args.remove(at);
        args.remove(at)
    });
    // Cargo has an option of its own.
    args.retain(|argument| !argument.starts_with('-'));
    let turns =
        std::env::var("TURNS").map_or(5, |turns| turns.parse().expect("`TURNS` is a number"));
    let mut rows = MEASURED.to_vec();
    rows.retain(|(name, _)| args.is_empty() || args.iter().any(|part| name.contains(part)));

    let folder = tempfile::tempdir().expect("making a temporary folder");
    let ways = ways(folder.path(), rows.iter().map(|(name, _)| *name));
    let home = folder.path().join("home");
    fill(&home).expect("making files");
    println!("\n| | WASI 0.2 host | two components | fused | for WASI 0.3 | target |");
    println!("|---|---|---|---|---|---|");
    let mut bars = Vec::new();
    for (name, target) in rows {
        if !ways[0].can(name) {
            println!("| {name} | | | | | not on this machine |");
            continue;
        }
        let mut taken: [Vec<f64>; 4] = Default::default();
        for _ in 0..turns {
            for (way, taken) in ways.iter().zip(&mut taken) {
                if way.can(name) {
                    taken.push(way.measure(name, &home));
                }
            }
        }
        let [native, uplifted @ ..] = taken;
        let [two, fused, by_hand] = uplifted.map(|taken| {
            let ratios = taken
                .iter()
                .zip(&native)
                .map(|(time, native)| time / native);
            Spread::of(ratios.collect())
        });
        let shown = |ratio: Option<Spread>| ratio.map_or(String::new(), |ratio| ratio.to_string());
        let target = target.map_or(String::new(), |target| format!("≤ {target}"));
        println!(
            "| {name} | {} | {} | {} | {} | {target} |",
            Spread::of(native).map_or(String::new(), |native| readable(name, native.median)),
            shown(two),
            shown(fused),
            shown(by_hand),
        );
        // Composing is no work of the guest.
        if let Some(fused) = fused.filter(|_| !name.starts_with("compose")) {
            bars.push(Bar {
                name,
                fused,
                by_hand,
            });
        }
    }
    if let Some(chart) = chart {
        fs::write(chart, chart::draw(&bars)).expect("writing the chart");
    }
}

fn readable(name: &str, value: f64) -> String {
    let unit = match name {
        "size of the guest" => "B",
        name if name.starts_with("memory") => "B",
        _ => "ns",
    };
    match (unit, value) {
        ("B", value) if value < 1e4 => format!("{value:.0} B"),
        ("B", value) => format!("{:.0} KB", value / 1e3),
        (_, value) if value < 1e4 => format!("{value:.0} ns"),
        (_, value) if value < 1e6 => format!("{:.1} µs", value / 1e3),
        (_, value) => format!("{:.1} ms", value / 1e6),
    }
}

/// The median of a measurement's turns, and the quartiles.
#[derive(Clone, Copy)]
struct Spread {
    low: f64,
    median: f64,
    high: f64,
}

impl Spread {
    /// Returns nothing if there was no turn.
    fn of(mut turns: Vec<f64>) -> Option<Self> {
        turns.sort_by(f64::total_cmp);
        let count = turns.len();
        turns.get(count / 2).map(|median| Self {
            low: turns[count / 4],
            median: *median,
            high: turns[count * 3 / 4],
        })
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ({:.2}–{:.2})", self.median, self.low, self.high)
    }
}

/// Returns the program that a measurement runs.
fn program(name: &str) -> &'static str {
    match name {
        name if COMPOSED.contains(&name) => "composed guest",
        name if name.contains("in Python") => "server in Python",
        name if name.contains("in JavaScript") => "server in JavaScript",
        name if name.starts_with("http") => "server",
        _ => "guest",
    }
}

/// Builds a program, or takes what the tests have built. Nothing is returned if they haven't.
fn build(program: &str, folder: &Path) -> Option<PathBuf> {
    let tests = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = match program {
        "guest" => build_guest("bench", "bench-guest"),
        "server" => {
            let server = Guest::named("http-stable-server").expect("there is one");
            server.path().to_owned()
        }
        "composed guest" => {
            let parts = folder.join("parts.wasm");
            fs::write(&parts, joined()).expect("writing a component");
            parts
        }
        // Their toolchains are large, and the suite `languages` has them.
        "server in Python" => tests.join("python-http/server.wasm"),
        "server in JavaScript" => tests.join("javascript/server.wasm"),
        other => panic!("nothing is called {other:?}"),
    };
    let exists = file.exists();
    if !exists {
        println!(
            "no {program}: `tests/run.sh --test suites languages` makes it, in the same target"
        );
    }
    exists.then_some(file)
}

/// Returns the ways to measure, with the programs that these measurements need: on the WASI 0.2 host,
/// as two components, fused, and written for WASI 0.3.
fn ways<'a>(folder: &Path, names: impl Iterator<Item = &'a str>) -> [Way; 4] {
    let programs: BTreeSet<&str> = names.map(program).collect();
    let native: BTreeMap<&str, PathBuf> = programs
        .into_iter()
        .filter_map(|program| Some((program, build(program, folder)?)))
        .collect();
    let uplift = |name: &str, guest: &Path, mode: LinkMode| {
        let bytes = fs::read(guest).expect("reading a guest");
        let start = Instant::now();
        let composed = wasi_uplift::compose(&bytes, &Options::default().link(mode));
        let composed = composed.expect("the guest can be uplifted").bytes;
        println!("composed the {name} ({mode}) in {:?}", start.elapsed());
        let path = folder.join(format!("{name}-{mode}.wasm"));
        fs::write(&path, composed).expect("writing a component");
        path
    };
    let [two, fused] = MODES.map(|mode| Way {
        host: env!("CARGO_BIN_EXE_p3-only-host"),
        link: Some(mode),
        programs: native
            .iter()
            .map(|(name, guest)| (*name, uplift(name, guest, mode)))
            .collect(),
        is_by_hand: false,
    });
    // Before and after it measures, it uses its standard library, which is of WASI 0.2.
    let by_hand = native.get("guest").map(|_| {
        let guest = build_guest("bench-p3", "bench_p3_guest");
        let guest = uplift("guest for WASI 0.3", &guest, LinkMode::Auto);
        ("guest", guest)
    });
    let by_hand = Way {
        host: env!("CARGO_BIN_EXE_p3-only-host"),
        link: Some(LinkMode::Auto),
        programs: by_hand.into_iter().collect(),
        is_by_hand: true,
    };
    let native = Way {
        host: env!("CARGO_BIN_EXE_p2-reference-host"),
        link: None,
        programs: native,
        is_by_hand: false,
    };
    [native, two, fused, by_hand]
}

/// Makes the files that the guests work with.
fn fill(home: &Path) -> std::io::Result<()> {
    fs::create_dir(home)?;
    fs::write(home.join("big"), vec![b'x'; 64 * MIB])?;
    fs::write(home.join("small"), "small")?;
    for folder in 0..20 {
        let folder = home.join(format!("tree/{folder}"));
        fs::create_dir_all(&folder)?;
        for file in 0..100 {
            fs::write(folder.join(file.to_string()), [b'x'; KIB])?;
        }
    }
    Ok(())
}

/// A way to run the programs: on which host, and in which link mode.
struct Way {
    host: &'static str,
    /// Nothing on the WASI 0.2 host.
    link: Option<LinkMode>,
    programs: BTreeMap<&'static str, PathBuf>,
    is_by_hand: bool,
}

impl Way {
    /// Returns `true` if it can do a measurement.
    fn can(&self, name: &str) -> bool {
        self.programs.contains_key(program(name))
            && (!self.is_by_hand || BY_HAND.contains(&name))
            && (cfg!(target_os = "linux") || !name.starts_with("memory"))
    }

    /// Measures once, in nanoseconds or in bytes.
    fn measure(&self, name: &str, home: &Path) -> f64 {
        let program = &self.programs[program(name)];
        let is_native = self.link.is_none();
        match name {
            "size of the guest" => {
                let metadata = fs::metadata(program);
                metadata.expect("the guest is there").len() as f64
            }
            "instantiate" => instantiate::measure(program, is_native, false),
            "instantiate, pooled" => instantiate::measure(program, is_native, true),
            "memory per instance" => instantiate::memory(program, is_native, false),
            "memory per instance, after a call" => instantiate::memory(program, is_native, true),
            "memory per idle connection" => idle::memory(self.host, program),
            name if name.starts_with("compose") => compose::measure(name, self.link),
            name if name.starts_with("http") => http::measure(name, self.host, program, is_native),
            "udp ping-pong" => self.run(program, name, &udp_peer(), home),
            name if name.starts_with("tcp") => {
                self.run(program, name, &tcp_peer(name.to_string()), home)
            }
            _ => self.run(program, name, "", home),
        }
    }

    /// Runs a guest that measures itself, and returns what it prints.
    fn run(&self, guest: &Path, name: &str, peer: &str, home: &Path) -> f64 {
        let mut child = Command::new(self.host)
            .arg(guest)
            // As Wasmtime's own command does.
            .args(["--inline-files", "--inherit-network", "--dir"])
            .arg(format!("{}::/home", home.display()))
            .args(["--", name, peer])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starting the host");
        let mut stdin = child.stdin.take().expect("it is piped");
        let mut stdout = child.stdout.take().expect("it is piped");
        let feeds = name.starts_with("stdin");
        thread::spawn(move || {
            let block = vec![b'x'; MIB];
            while feeds && stdin.write_all(&block).is_ok() {}
        });
        thread::spawn(move || {
            let mut block = vec![0; MIB];
            while matches!(stdout.read(&mut block), Ok(1..)) {}
        });
        let output = child.wait_with_output().expect("waiting for the host");
        let said = String::from_utf8_lossy(&output.stderr);
        match said.trim().parse() {
            Ok(nanoseconds) if output.status.success() => nanoseconds,
            _ => panic!("{name} on {}: {said}", self.host),
        }
    }
}

/// Builds a guest in release mode, and returns its component.
fn build_guest(folder: &str, name: &str) -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let target = tmp.with_file_name("guests");
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests");
    cargo::build(&guests.join(folder), "wasm32-wasip2", &target, &[]).expect("the guest builds");
    let folder = target.join("wasm32-wasip2/release");
    folder.join(name).with_extension("wasm")
}

/// A program, joined with the component that serves its imports.
fn joined() -> Vec<u8> {
    let part = |name: &str| {
        let path = Path::new(env!("OUT_DIR")).join("guests").join(name);
        fs::read(path).expect("the build script has made it")
    };
    let mut graph = CompositionGraph::new();
    let mut instantiate = |name: &str, file: &str| {
        let package = Package::from_bytes(name, None, part(file), graph.types_mut())?;
        let package = graph.register_package(package)?;
        anyhow::Ok(graph.instantiate(package))
    };
    let mut join = || {
        let store = instantiate("parts:store", "parts_store.wasm")?;
        let relay = instantiate("parts:relay", "parts_relay.wasm")?;
        let app = instantiate("parts:app", "parts-app.wasm")?;
        anyhow::Ok([store, relay, app])
    };
    let [store, relay, app] = join().expect("they are components");
    for (name, of, by) in [
        ("test:parts/store", relay, store),
        ("test:parts/store", app, store),
        ("test:parts/relay", app, relay),
    ] {
        let export = graph.alias_instance_export(by, name).expect("it is there");
        let joined = graph.set_instantiation_argument(of, name, export);
        joined.expect("they fit");
    }
    let run = graph.alias_instance_export(app, "wasi:cli/run@0.2.0");
    let run = run.expect("it is a program");
    graph.export(run, "wasi:cli/run@0.2.0").expect("it is one");
    graph
        .encode(Default::default())
        .expect("it can be composed")
}

/// Serves one connection in the way that the measurement needs, and returns the address.
fn tcp_peer(name: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listening");
    let address = listener.local_addr().expect("it has one").to_string();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("accepting");
        stream.set_nodelay(true).expect("setting an option");
        let mut block = vec![b'x'; MIB];
        match name.as_str() {
            name if name.contains("receive") => while stream.write_all(&block).is_ok() {},
            name if name.contains("send") => while matches!(stream.read(&mut block), Ok(1..)) {},
            _ => {
                while let Ok(count @ 1..) = stream.read(&mut block) {
                    if stream.write_all(&block[..count]).is_err() {
                        break;
                    }
                }
            }
        }
    });
    address
}

/// Echoes datagrams until the process ends, and returns the address.
fn udp_peer() -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("binding");
    let address = socket.local_addr().expect("it has one").to_string();
    thread::spawn(move || {
        let mut datagram = [0; 64];
        while let Ok((count, from)) = socket.recv_from(&mut datagram) {
            let _ = socket.send_to(&datagram[..count], from);
        }
    });
    address
}
