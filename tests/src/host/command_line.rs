//! The command line of the hosts.

use super::{Manner, State};
use crate::Serving;
use anyhow::{Context as _, Error, Result, bail};
use std::path::PathBuf;
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

pub const USAGE: &str = "\
usage: HOST COMPONENT.wasm [--env K=V]... [--dir HOST::GUEST]... [--dir-ro HOST::GUEST]...
           [--inline-files] [--inherit-network] [--no-name-lookup] [--cwd X] [--manner MANNER]
           [-- ARGS...]
       HOST COMPONENT.wasm --serve [--reuse N] [--concurrent N] [--memory BYTES] [--show-host]
           [--watch] [--manner MANNER]";

/// A command line that makes sense.
pub struct Invocation {
    pub component: PathBuf,
    pub manner: Option<Manner>,
    pub action: Action,
}

/// What to do with the component.
pub enum Action {
    /// Run it as a command.
    Run(Box<State>),
    /// Serve HTTP requests on a port of loopback, which is printed, until stdin ends.
    Serve(Serving),
}

/// Parses the words after the program's name.
pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Invocation> {
    let mut component = None;
    let mut manner = None;
    let mut args = Vec::new();
    let mut serves = false;
    let mut serving = Serving::default();
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
            "--manner" => manner = Some(value()?.parse().map_err(Error::msg)?),
            "--serve" => serves = true,
            "--reuse" => serving.reuse = value()?.parse()?,
            "--concurrent" => serving.concurrent = value()?.parse()?,
            "--memory" => serving.memory = value()?.parse()?,
            "--show-host" => serving.shows_host = true,
            "--watch" => serving.watches = true,
            "--" => args.extend(words.by_ref()),
            _ if word.starts_with('-') => bail!("unknown option {word}"),
            _ if component.is_some() => bail!("unexpected word {word}: arguments come after --"),
            _ => component = Some(PathBuf::from(word)),
        }
    }

    let component = component.context("no component given")?;
    if serves {
        let action = Action::Serve(serving);
        return Ok(Invocation {
            component,
            manner,
            action,
        });
    }
    // By convention the program's own name comes first.
    ctx.arg(component.file_name().unwrap_or_default().to_string_lossy());
    ctx.args(&args);
    let action = Action::Run(Box::new(State::new(ctx.build())));
    Ok(Invocation {
        component,
        manner,
        action,
    })
}
