//! Times of an uplifted guest, as ratios to those of the same guest as it is on Wasmtime's WASI 0.2
//! host, and beside them the times of a guest that was written for WASI 0.3.
//!
//!     cargo bench -p wasi-uplift-tests [PART OF A NAME]
//!
//! The guest measures itself, so that compiling it doesn't count. The ways to run it take turns, and
//! of each the best turn counts: a disturbance only ever makes a measurement longer. There are five,
//! or as many as the environment variable `TURNS` says.

#[path = "http.rs"]
mod http;
#[path = "instantiate.rs"]
mod instantiate;

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

const MIB: usize = 1 << 20;

/// The measurements, each with the ratio that a fused guest is to reach.
const MEASURED: [(&str, Option<f64>); 31] = [
    ("now", Some(1.05)),
    ("ready", Some(0.2)),
    ("ready, of a timer that runs", None),
    ("subscribe, ready, drop", Some(1.0)),
    ("poll of 1", None),
    ("poll of 100", None),
    ("stdout by 4 KiB", Some(0.8)),
    ("stdout by 64 KiB", None),
    ("stdin by 64 KiB", None),
    ("tcp receive by 64 KiB", Some(1.05)),
    ("tcp receive by 4 KiB", Some(1.05)),
    ("tcp send by 64 KiB", None),
    ("tcp send by 4 KiB", Some(0.75)),
    ("tcp ping-pong", Some(1.1)),
    ("udp ping-pong", Some(0.7)),
    ("file read by 64 KiB", Some(0.95)),
    ("file read by 4 KiB", Some(0.95)),
    ("file read at random", Some(0.95)),
    ("file write by 64 KiB", Some(0.7)),
    ("file write by 4 KiB", Some(0.7)),
    ("file write at random", Some(0.7)),
    ("file copy by 64 KiB", None),
    ("stat", Some(1.15)),
    ("open, read, close", Some(1.15)),
    ("http request, as served by default", Some(0.5)),
    ("http request, instances used alike", Some(1.25)),
    ("call of another component", Some(1.1)),
    ("the same with a list of 100", Some(1.1)),
    ("the same with a line to print", Some(1.1)),
    ("instantiate", Some(1.3)),
    ("bytes", None),
];

/// The measurements of a guest that is composed of several components.
const COMPOSED: [&str; 3] = [
    "call of another component",
    "the same with a list of 100",
    "the same with a line to print",
];

/// The measurements of the guest for WASI 0.3.
const BY_HAND: [&str; 15] = [
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
];

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let turns =
        std::env::var("TURNS").map_or(5, |turns| turns.parse().expect("`TURNS` is a number"));
    let folder = tempfile::tempdir().expect("making a temporary folder");
    let native = build_guest("bench", "bench-guest");
    let by_hand = build_guest("bench-p3", "bench_p3_guest");
    let server = Guest::named("http-stable-server").expect("there is one");
    let server = server.path().to_owned();
    let parts = folder.path().join("parts.wasm");
    std::fs::write(&parts, joined()).expect("writing a component");
    let uplift = |name: &str, guest: &Path, mode: LinkMode| {
        let bytes = std::fs::read(guest).expect("reading a guest");
        let start = Instant::now();
        let composed = wasi_uplift::compose(&bytes, &Options::default().link(mode));
        let composed = composed.expect("the guest can be uplifted").bytes;
        println!("composed the {name} ({mode}) in {:?}", start.elapsed());
        let path = folder.path().join(format!("{name}-{mode}.wasm"));
        std::fs::write(&path, composed).expect("writing a component");
        path
    };
    let uplifted = |mode| Way {
        host: env!("CARGO_BIN_EXE_p3-only-host"),
        guest: uplift("guest", &native, mode),
        server: uplift("server", &server, mode),
        parts: uplift("composed guest", &parts, mode),
        is_native: false,
        can: |_| true,
    };
    let uplifted = MODES.map(uplifted);
    let ways = [Way {
        host: env!("CARGO_BIN_EXE_p2-reference-host"),
        guest: native.clone(),
        server: server.clone(),
        parts: parts.clone(),
        is_native: true,
        can: |_| true,
    }];
    // Before and after it measures, it uses its standard library, which is of WASI 0.2.
    let by_hand = Way {
        host: env!("CARGO_BIN_EXE_p3-only-host"),
        guest: uplift("guest for WASI 0.3", &by_hand, LinkMode::Auto),
        server,
        parts,
        is_native: false,
        can: |name| BY_HAND.contains(&name),
    };
    let ways: Vec<Way> = ways.into_iter().chain(uplifted).chain([by_hand]).collect();
    let home = folder.path().join("home");
    std::fs::create_dir(&home).expect("making a folder");
    std::fs::write(home.join("big"), vec![b'x'; 64 * MIB]).expect("writing a file");
    std::fs::write(home.join("small"), "small").expect("writing a file");

    println!("\n| | WASI 0.2 host | two components | fused | for WASI 0.3 | target |");
    println!("|---|---|---|---|---|---|");
    for (name, target) in MEASURED {
        if !wanted.is_empty() && !wanted.iter().any(|part| name.contains(part)) {
            continue;
        }
        let mut best = [f64::INFINITY; 4];
        for _ in 0..turns {
            for (way, best) in ways.iter().zip(&mut best) {
                if (way.can)(name) {
                    *best = best.min(way.measure(name, &home));
                }
            }
        }
        let [native, two, fused, by_hand] = best;
        let by_hand = match by_hand.is_finite() {
            true => format!("{:.2}", by_hand / native),
            false => String::new(),
        };
        let target = target.map_or(String::new(), |target| format!("≤ {target}"));
        println!(
            "| {name} | {} | {:.2} | {:.2} | {by_hand} | {target} |",
            readable(name, native),
            two / native,
            fused / native,
        );
    }
}

fn readable(name: &str, value: f64) -> String {
    match value {
        _ if name == "bytes" => format!("{value}"),
        value if value < 1e4 => format!("{value:.0} ns"),
        value => format!("{:.1} µs", value / 1e3),
    }
}

/// A way to run the guests: on which hosts, and in which link mode.
struct Way {
    host: &'static str,
    guest: PathBuf,
    server: PathBuf,
    parts: PathBuf,
    is_native: bool,
    /// Returns `true` for the measurements that it can do.
    can: fn(&str) -> bool,
}

impl Way {
    /// Measures once, in nanoseconds.
    fn measure(&self, name: &str, home: &Path) -> f64 {
        match name {
            "bytes" => {
                let metadata = std::fs::metadata(&self.guest);
                return metadata.expect("the guest is there").len() as f64;
            }
            "instantiate" => return instantiate::measure(&self.guest, self.is_native),
            "http request, as served by default" => {
                // The defaults of `wasmtime serve` for components of either version.
                let reuse = match self.is_native {
                    true => http::Reuse {
                        requests: 1,
                        at_once: 1,
                    },
                    false => http::Reuse {
                        requests: 128,
                        at_once: 16,
                    },
                };
                return http::measure(self.host, &self.server, &reuse);
            }
            "http request, instances used alike" => {
                let reuse = http::Reuse {
                    requests: 128,
                    at_once: 1,
                };
                return http::measure(self.host, &self.server, &reuse);
            }
            _ => {}
        }
        let peer = match name {
            "udp ping-pong" => udp_peer(),
            name if name.starts_with("tcp") => tcp_peer(name.to_string()),
            _ => String::new(),
        };
        self.run(name, &peer, home)
    }

    fn run(&self, name: &str, peer: &str, home: &Path) -> f64 {
        let guest = match COMPOSED.contains(&name) {
            true => &self.parts,
            false => &self.guest,
        };
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
        std::fs::read(path).expect("the build script has made it")
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
