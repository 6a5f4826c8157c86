//! Guests on hosts that ship only a part of WASI 0.3. Packages that a host lacks are left out when
//! the guests are composed, and the guests get the answers that WASI 0.2 has for absence.

use crate::LAB;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wasi_uplift::{ComposeError, Options, PlanError, Target, Unserved, UnservedImport, compose};
use wasi_uplift_tests::{Guest, Host, LinkMode, MODES, Scenario, State, host, imports};
use wasmtime::component::Linker;
use wasmtime::{Result, Store};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::p3::bindings::CommandPre;
use wasmtime_wasi::{FsPerms, WasiCtxBuilder, p3};

/// All packages of WASI 0.3.
const ALL: [&str; 6] = [
    "wasi:cli",
    "wasi:clocks",
    "wasi:filesystem",
    "wasi:http",
    "wasi:random",
    "wasi:sockets",
];

/// The outcome of a run.
struct Run {
    outcome: Result<Result<(), ()>>,
    stdout: String,
    /// The number of addresses that the guest has bound or connected to.
    addresses: usize,
}

/// Runs a component on a host with these packages, which gives the guest arguments, a variable, a
/// folder and an open network.
fn run(component: &[u8], ships: &[&str], args: &[&str]) -> Run {
    let stdout = MemoryOutputPipe::new(1 << 20);
    let addresses = Arc::new(AtomicUsize::new(0));
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("file"), "here").unwrap();
    let mut ctx = WasiCtxBuilder::new();
    ctx.stdout(stdout.clone()).env("ALONE", "no").args(args);
    ctx.preopened_dir(home.path(), "/home", FsPerms::ReadWrite)
        .unwrap();
    ctx.inherit_network().allow_ip_name_lookup(true);
    ctx.allow_tcp(true).allow_udp(true);
    let count = addresses.clone();
    ctx.socket_addr_check(move |_: SocketAddr, _| {
        count.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { true })
    });
    let state = State::new(ctx.build());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let outcome = runtime.block_on(execute(component, ships, state));
    runtime.shutdown_background();
    Run {
        outcome,
        stdout: String::from_utf8(stdout.contents().to_vec()).unwrap(),
        addresses: addresses.load(Ordering::Relaxed),
    }
}

async fn execute(component: &[u8], ships: &[&str], state: State) -> Result<Result<(), ()>> {
    let engine = host::engine();
    let mut linker = Linker::new(&engine);
    for package in ships {
        match *package {
            "wasi:cli" => p3::cli::add_to_linker(&mut linker),
            "wasi:clocks" => p3::clocks::add_to_linker(&mut linker),
            "wasi:filesystem" => p3::filesystem::add_to_linker(&mut linker),
            "wasi:http" => wasmtime_wasi_http::p3::add_to_linker(&mut linker),
            "wasi:random" => p3::random::add_to_linker(&mut linker),
            "wasi:sockets" => p3::sockets::add_to_linker(&mut linker),
            other => panic!("{other}"),
        }?;
    }
    let component = host::compiled(&engine, component)?;
    let command = CommandPre::new(linker.instantiate_pre(&component)?)?;
    let mut store = Store::new(&engine, state);
    let command = command.instantiate_async(&mut store).await?;
    store
        .run_concurrent(async |store| command.wasi_cli_run().call_run(store).await)
        .await?
}

/// Composes a guest for a host with these packages of [`ALL`].
fn composed(guest: &[u8], ships: &[&str], link: LinkMode) -> Result<Vec<u8>, ComposeError> {
    let without = ALL.iter().filter(|package| !ships.contains(package));
    let options = without.fold(Options::default().link(link), |options, package| {
        options.without(*package)
    });
    let component = compose(guest, &options)?.bytes;
    for import in imports(&component) {
        let (package, _) = import.split_once('/').unwrap();
        assert!(ships.contains(&package), "{import}");
    }
    Ok(component)
}

/// Runs a guest in both modes on hosts with these packages, and returns its output.
fn prints(guest: &str, ships: &[&str], args: &[&str]) -> String {
    let guest = Guest::named(guest).unwrap().bytes();
    let printed = MODES.map(|mode| {
        let component = composed(&guest, ships, mode).unwrap();
        let run = run(&component, ships, args);
        assert!(
            matches!(run.outcome, Ok(Ok(()))),
            "{mode}: {:?}",
            run.outcome
        );
        run.stdout
    });
    assert_eq!(printed[0], printed[1]);
    printed[0].clone()
}

fn all_but(package: &str) -> Vec<&'static str> {
    let mut ships = ALL.to_vec();
    ships.retain(|it| *it != package);
    assert_eq!(ships.len(), ALL.len() - 1);
    ships
}

/// The output of `std-alone` on a host with all packages.
const EVERYTHING: &str = "\
arguments: 1
variable: Some(\"no\")
read: [104, 101, 114, 101]
write: ()
list: 2
input: 0
terminal: false
map: 1
lookup: true
datagrams: ()
echo: 5
";

/// Asserts that these lines of [`EVERYTHING`] are different ones without a package.
fn differs(package: &str, lines: &[&str]) {
    let printed = prints("std-alone", &all_but(package), &["alone"]);
    assert_eq!(printed.lines().count(), EVERYTHING.lines().count());
    let different = printed.lines().zip(EVERYTHING.lines());
    let different = different.filter(|(line, other)| line != other);
    let different: Vec<_> = different.map(|(line, _)| line).collect();
    assert_eq!(different, lines);
}

#[test]
fn everything() {
    assert_eq!(prints("std-alone", &ALL, &["alone"]), EVERYTHING);
}

#[test]
fn no_filesystem() {
    differs(
        "wasi:filesystem",
        &[
            "read: NotFound Some(44)",
            "write: NotFound Some(44)",
            "list: NotFound Some(44)",
        ],
    );
}

#[test]
fn no_sockets() {
    differs(
        "wasi:sockets",
        &[
            "lookup: Uncategorized None",
            "datagrams: Unsupported Some(58)",
            "echo: Unsupported Some(58)",
        ],
    );
}

/// The guest needs no good random numbers.
#[test]
fn no_random() {
    differs("wasi:random", &[]);
}

/// Only the guest's traffic shows that it runs, and its end.
#[test]
fn sockets_and_clocks_alone() {
    let ships = ["wasi:sockets", "wasi:clocks"];
    let guest = Guest::named("std-alone").unwrap().bytes();
    for mode in MODES {
        let component = composed(&guest, &ships, mode).unwrap();
        let run = run(&component, &ships, &["alone"]);
        assert!(
            matches!(run.outcome, Ok(Ok(()))),
            "{mode}: {:?}",
            run.outcome
        );
        assert_eq!(run.stdout, "");
        assert!(run.addresses > 0, "{mode}: it has used no socket");
    }
}

/// Returns the imports for which a guest is refused.
fn unserved<T: std::fmt::Debug>(composed: Result<T, ComposeError>) -> Vec<UnservedImport> {
    match composed {
        Err(ComposeError::Plan(PlanError::Imports { imports, .. })) => imports,
        other => panic!("{other:?}"),
    }
}

/// Without clocks, no function of theirs has an answer. A guest that imports only their types is
/// composed.
#[test]
fn no_clocks() {
    let ships = all_but("wasi:clocks");
    let refused = Guest::named("std-alone").unwrap().bytes();
    for mode in MODES {
        let imports = unserved(composed(&refused, &ships, mode));
        assert!(!imports.is_empty());
        for UnservedImport { import, reason, .. } in &imports {
            assert!(import.starts_with("wasi:clocks/"), "{import}");
            let Unserved::Unanswered { package, .. } = reason else {
                panic!("{reason:?}");
            };
            assert_eq!(package, "wasi:clocks");
        }
    }
    let files = prints("std-files", &ships, &["files", "sizes"]);
    assert_eq!(files, prints("std-files", &ALL, &["files", "sizes"]));
}

#[test]
fn random_numbers_have_to_be_good() {
    let guest = Guest::named("random").unwrap().bytes();
    let imports = unserved(composed(&guest, &all_but("wasi:random"), MODES[0]));
    let names: Vec<_> = imports.iter().map(|it| it.import.as_str()).collect();
    assert_eq!(names, ["wasi:random/random@0.2.12"]);
}

/// The guest ends when it calls `exit`, and its status is lost.
#[test]
fn no_cli_to_exit_by() {
    let guest = Guest::named("exit").unwrap().bytes();
    let ships = all_but("wasi:cli");
    for mode in MODES {
        let component = composed(&guest, &ships, mode).unwrap();
        let run = run(&component, &ships, &["exit", "exit-ok"]);
        assert!(run.outcome.is_err() || run.outcome.is_ok_and(|it| it.is_err()));
    }
}

/// Requests can be made, and none can be sent.
#[test]
fn no_http() {
    let ships = all_but("wasi:http");
    for guest in [
        "http-stable-client",
        "http-december-client",
        "http-candidate-client",
    ] {
        let errors = prints(guest, &ships, &["client", "127.0.0.1:1", "errors"]);
        let errors: Vec<_> = errors
            .lines()
            .filter_map(|line| line.split_once(": "))
            .collect();
        let denied = "at once ErrorCode::HttpRequestDenied";
        let no_body = "at once ErrorCode::HttpRequestBodySize(Some(0))";
        let expected = [
            ("refused", denied),
            ("no authority", denied),
            ("another scheme", denied),
            ("no body where one has to be", no_body),
            ("no such host", denied),
        ];
        assert_eq!(errors, expected);
    }
}

/// Without a host, the rules of fields are the same, except that no field is forbidden.
#[test]
fn fields_without_a_host() {
    let args = ["client", "rules"];
    let with = prints("http-stable-client", &ALL, &args);
    let without = prints("http-stable-client", &all_but("wasi:http"), &args);
    assert_eq!(with.lines().count(), without.lines().count());
    for (with, without) in with.lines().zip(without.lines()) {
        if with.contains("Forbidden") {
            assert!(!without.contains("Forbidden"), "{without}");
        } else {
            assert_eq!(with, without);
        }
    }
}

/// The example's host has no filesystem.
#[test]
fn the_sockets_only_host() {
    let guest = Guest::named("std-alone").unwrap();
    let target = Target::Rc2026_02_09;
    assert_eq!(Host::SocketsOnly.target(), target);
    for mode in MODES {
        let options = Options::default().target(target).link(mode);
        let composed = compose(&guest.bytes(), &options.without("wasi:filesystem")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alone.wasm");
        std::fs::write(&path, composed.bytes).unwrap();
        let outcome = LAB.run_file(Host::SocketsOnly, &path, &Scenario::default());
        let outcome = outcome.unwrap();
        assert_eq!(outcome.code, 0, "{mode}");
        let stdout = String::from_utf8_lossy(&outcome.stdout);
        let found: Vec<_> = stdout.lines().skip(2).collect();
        let expected = "\
read: NotFound Some(44)
write: NotFound Some(44)
list: NotFound Some(44)
input: 0
terminal: false
map: 1
lookup: true
datagrams: ()
echo: 5";
        assert_eq!(found.join("\n"), expected);
    }
}
