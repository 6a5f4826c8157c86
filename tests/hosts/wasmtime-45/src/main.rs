//! A host of the snapshot `0.3.0-rc-2026-03-15`: Wasmtime 45, as it was released.
//!
//! Its command line is that of the other hosts, as far as its Wasmtime can do what is asked for.

mod server;

use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::ExitCode;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::error::Context as _;
use wasmtime::{Config, Engine, Result, Store, bail};
use wasmtime_wasi::cli::OutputFile;
use wasmtime_wasi::p3::bindings::{CommandPre, LinkOptions};
use wasmtime_wasi::{DirPerms, FilePerms, I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::WasiHttpCtx;
use wasmtime_wasi_http::p3::{WasiHttpCtxView, WasiHttpView};

/// The exit codes of a host whose guest didn't run, or trapped.
const NOT_RUN: u8 = 125;
const TRAPPED: u8 = 134;

/// What the contexts of WASI are in.
struct State {
    ctx: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
}

impl State {
    fn new(ctx: WasiCtx) -> Self {
        Self {
            ctx,
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.ctx,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: Default::default(),
        }
    }
}

/// What the command line asks for.
struct Invocation {
    component: PathBuf,
    serves: bool,
    ctx: WasiCtx,
}

fn main() -> ExitCode {
    let prepared = invocation(std::env::args().skip(1)).and_then(|invocation| {
        let engine = engine()?;
        let component = Component::from_file(&engine, &invocation.component)?;
        let mut linker = Linker::new(&engine);
        // With the one function that it takes for unstable: exit codes are more than yes and no.
        let mut unstable = LinkOptions::default();
        unstable.cli_exit_with_code(true);
        wasmtime_wasi::p3::add_to_linker_with_options(&mut linker, &unstable)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
        let runtime = tokio::runtime::Runtime::new()?;
        Ok((invocation, linker.instantiate_pre(&component)?, runtime))
    });
    let (invocation, pre, runtime) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            eprintln!("{error:?}");
            return ExitCode::from(NOT_RUN);
        }
    };
    if invocation.serves {
        return match runtime.block_on(server::serve(&pre)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error:?}");
                ExitCode::from(NOT_RUN)
            }
        };
    }
    let ended = runtime.block_on(async {
        let mut store = Store::new(pre.engine(), State::new(invocation.ctx));
        let command = CommandPre::new(pre)?.instantiate_async(&mut store).await?;
        store
            .run_concurrent(async |store| command.wasi_cli_run().call_run(store).await)
            .await?
    });
    runtime.shutdown_background();
    match ended {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(())) => ExitCode::FAILURE,
        Err(error) => match error.downcast_ref() {
            // Like a process: only the low byte of the status is kept.
            Some(I32Exit(code)) => ExitCode::from(*code as u8),
            None => {
                eprintln!("trapped: {error:#}");
                ExitCode::from(TRAPPED)
            }
        },
    }
}

fn engine() -> Result<Engine> {
    let mut config = Config::new();
    // It was an experiment in that release.
    config.wasm_component_model_async(true);
    Engine::new(&config)
}

fn invocation(mut words: impl Iterator<Item = String>) -> Result<Invocation> {
    let mut component = None;
    let mut serves = false;
    let mut args = Vec::new();
    let mut ctx = WasiCtxBuilder::new();
    ctx.inherit_stdin();
    // What this release makes of the process's own keeps a line that has no end, and flushes nothing.
    ctx.stdout(unbuffered(std::io::stdout())?);
    ctx.stderr(unbuffered(std::io::stderr())?);
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .with_context(|| format!("{word} needs a value"))
        };
        match word.as_str() {
            "--env" => {
                let value = value()?;
                let (name, value) = value.split_once('=').context("--env takes K=V")?;
                ctx.env(name, value);
            }
            "--dir" | "--dir-ro" => {
                let value = value()?;
                let (host, guest) = value.split_once("::").context("--dir takes HOST::GUEST")?;
                let (dir, file) = match word.as_str() {
                    "--dir" => (DirPerms::all(), FilePerms::all()),
                    _ => (DirPerms::READ, FilePerms::READ),
                };
                ctx.preopened_dir(host, guest, dir, file)?;
            }
            "--inline-files" => {
                ctx.allow_blocking_current_thread(true);
            }
            "--inherit-network" => {
                ctx.inherit_network().allow_ip_name_lookup(true);
            }
            "--serve" => serves = true,
            // Each request has an instance of its own, whose memory has no limit.
            "--reuse" | "--concurrent" | "--memory" => drop(value()?),
            "--" => args.extend(words.by_ref()),
            _ if word.starts_with('-') => bail!("Wasmtime 45 has no {word}"),
            _ if component.is_some() => bail!("unexpected word {word}: arguments come after --"),
            _ => component = Some(PathBuf::from(word)),
        }
    }
    let component = component.context("no component is given")?;
    // By convention the program's own name comes first.
    ctx.arg(component.file_name().unwrap_or_default().to_string_lossy());
    ctx.args(&args);
    Ok(Invocation {
        component,
        serves,
        ctx: ctx.build(),
    })
}

/// A stream of the process's own, without a buffer.
fn unbuffered(stream: impl AsFd) -> Result<OutputFile> {
    let file = stream.as_fd().try_clone_to_owned()?;
    Ok(OutputFile::new(file.into()))
}
