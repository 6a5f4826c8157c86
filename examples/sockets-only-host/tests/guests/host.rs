//! The host's interfaces other than sockets, and those that it lacks.

use crate::support::{Running, check, guest, host, printed};
use sockets_only_host::{State, cli, link, run};
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use wasmtime::Engine;
use wasmtime::component::Component;

#[test]
fn clocks() {
    let seconds: u64 = printed(&["clocks"]).trim().parse().expect("a number");
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("past 1970");
    assert!(now.as_secs().abs_diff(seconds) < 120, "{seconds}");
}

#[test]
fn random() {
    assert_eq!(printed(&["random"]), "");
}

#[test]
fn environment() {
    let mut command = host(guest());
    command.args(["--env", "A=1", "--env", "B==2="]);
    let guest = Running::spawn(command.args(["--", "environment"]));
    check("environment.txt", &guest.finish(0).0);
}

#[test]
fn stdin_and_stdout() {
    let mut command = host(guest());
    command.args(["--", "upper-case"]).stdin(Stdio::piped());
    let mut guest = Running::spawn(&mut command);
    // More than a pipe holds, and than the guest reads at a time.
    guest.type_and_close(&"x".repeat(200_000));
    assert_eq!(guest.finish(0).0, "X".repeat(200_000));
}

#[test]
fn exit_codes() {
    for code in [0, 1, 42, 255] {
        Running::start(&["exit", &code.to_string()]).finish(code);
    }
    Running::start(&["fail"]).finish(1);
    let (_, stderr) = Running::start(&["no such thing"]).finish(134);
    assert!(stderr.contains("trapped: "), "{stderr}");
}

#[test]
fn names() {
    let names = [
        "127.0.0.1",
        "::1",
        "[::1]",
        // Never an IPv4-mapped address.
        "::ffff:127.0.0.1",
        "",
        "a b",
        "256.256.256.256",
    ];
    let mut args = vec!["look-up"];
    args.extend(names);
    check("names.txt", &printed(&args));

    let localhost = printed(&["look-up", "localhost", "LOCALHOST"]);
    for line in localhost.lines() {
        let v4 = line.contains("IpAddress::Ipv4((127, 0, 0, 1))");
        let v6 = line.contains("IpAddress::Ipv6((0, 0, 0, 0, 0, 0, 0, 1))");
        assert!(v4 || v6, "{localhost}");
    }
}

/// Wasmtime's own words, before anything of the guest has run.
#[test]
fn what_is_not_here_is_said() {
    let import = "wasi:io/poll@0.2.0";
    let text = format!(
        r#"(component
            (import "{import}" (instance (export "pollable" (type (sub resource)))))
        )"#
    );
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("poll.wasm");
    fs::write(&path, wat::parse_str(text).expect("a component")).expect("there is space");
    let (stdout, stderr) = Running::spawn(&mut host(&path)).finish(125);
    assert_eq!(stdout, "");
    assert!(
        stderr.contains(import) && stderr.contains("was not found"),
        "{stderr}"
    );
}

#[test]
fn a_host_can_be_strict() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
    let address = listener.local_addr().expect("it is bound").to_string();
    let component = Component::from_file(&Engine::default(), guest()).expect("a component");
    let command = link(&component).expect("the host ships all imports");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let exit_code = |mut state: State| {
        let arguments = ["guest", "expect-denied", &address, "localhost"];
        state.arguments = arguments.map(String::from).into();
        let outcome = runtime.block_on(run(&command, state));
        let error = outcome.expect_err("the guest calls exit");
        match error.downcast_ref() {
            Some(cli::Exit(code)) => *code,
            None => panic!("{error:#}"),
        }
    };

    let mut strict = State::new();
    strict.allow_address = Arc::new(|_| false);
    strict.allow_lookup = Arc::new(|_| false);
    assert_eq!(exit_code(strict), 0);
    assert_eq!(exit_code(State::new()), 1);
}
