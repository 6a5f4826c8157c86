//! What both hosts share: the command line, the WASI context with the real
//! stdio of the process, and how the end of a guest becomes an exit code.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wasi_uplift_tests::{NOT_RUN, State, TRAPPED, TRAPPED_PREFIX};
use wasmtime::component::Component;
use wasmtime::{Config, Engine, OptLevel, RegallocAlgorithm, Result};
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtxBuilder};

const USAGE: &str = "usage: HOST COMPONENT.wasm [--env K=V]... [--dir HOST::GUEST]... \
    [--dir-ro HOST::GUEST]... [--inline-files] [--inherit-network] [--no-name-lookup] \
    [--cwd X] [-- ARGS...]";

/// A component that could not be started at all, unlike one that trapped.
#[derive(Debug)]
struct NotRun;

impl fmt::Display for NotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this host can't run the component")
    }
}

/// Marks an error as one of linking, which is no trap of the guest.
pub fn linked<T>(result: Result<T>) -> Result<T> {
    result.map_err(|error| error.context(NotRun))
}

/// An engine. Where hosts are built to test, and not to measure, it compiles fast
/// rather than well: most of the time of most tests is spent in it.
fn engine() -> Engine {
    let mut config = Config::new();
    if cfg!(debug_assertions) {
        config.cranelift_opt_level(OptLevel::None);
        config.cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    }
    Engine::new(&config).expect("these settings go together")
}

/// Parses the command line, runs the component with `run`, and turns the
/// outcome into the exit code that both hosts agree on.
pub fn main<F>(run: impl FnOnce(Engine, Component, State) -> F) -> ExitCode
where
    F: Future<Output = Result<Result<(), ()>>>,
{
    let (path, state) = match command_line(std::env::args().skip(1)) {
        Ok(parsed) => parsed,
        Err(error) => {
            eprintln!("{error:#}\n{USAGE}");
            return ExitCode::from(NOT_RUN);
        }
    };

    let engine = engine();
    let outcome = linked(Component::from_file(&engine, &path)).and_then(|component| {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(run(engine.clone(), component, state))
    });
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(())) => ExitCode::FAILURE,
        Err(error) => match error.downcast_ref() {
            // Like a process: only the low byte of the status is kept.
            Some(I32Exit(code)) => ExitCode::from(*code as u8),
            None if error.is::<NotRun>() => {
                eprintln!("{error:#}");
                ExitCode::from(NOT_RUN)
            }
            None => {
                eprintln!("{TRAPPED_PREFIX}{error:#}");
                ExitCode::from(TRAPPED)
            }
        },
    }
}

fn command_line(mut words: impl Iterator<Item = String>) -> anyhow::Result<(PathBuf, State)> {
    use anyhow::{Context as _, bail};

    let mut path = None;
    let mut args = Vec::new();
    let mut ctx = WasiCtxBuilder::new();
    ctx.inherit_stdio();

    while let Some(word) = words.next() {
        let mut value = || {
            let value = words.next();
            value.with_context(|| format!("{word} needs a value"))
        };
        match word.as_str() {
            "--env" => {
                let value = value()?;
                let (k, v) = value.split_once('=').context("--env takes K=V")?;
                ctx.env(k, v);
            }
            "--dir" | "--dir-ro" => {
                let value = value()?;
                let (host, guest) = value
                    .split_once("::")
                    .with_context(|| format!("{word} takes HOST::GUEST"))?;
                let permissions = match word.as_str() {
                    "--dir" => FsPerms::ReadWrite,
                    _ => FsPerms::ReadOnly,
                };
                ctx.preopened_dir(host, guest, permissions)?;
            }
            "--cwd" => {
                ctx.initial_cwd(value()?);
            }
            "--inline-files" => {
                ctx.allow_blocking_current_thread(true);
            }
            "--inherit-network" => {
                ctx.inherit_network().allow_ip_name_lookup(true);
                ctx.allow_tcp(true).allow_udp(true);
            }
            "--no-name-lookup" => {
                ctx.allow_ip_name_lookup(false);
            }
            "--" => args.extend(words.by_ref()),
            _ if word.starts_with('-') => bail!("unknown option {word}"),
            _ if path.is_some() => bail!("unexpected word {word}: arguments come after --"),
            _ => path = Some(PathBuf::from(word)),
        }
    }

    // By convention the program's own name comes first.
    let path = path.context("no component given")?;
    ctx.arg(
        Path::new(&path)
            .file_name()
            .unwrap_or_default()
            .to_string_lossy(),
    );
    ctx.args(&args);
    Ok((path, State::new(ctx.build())))
}
