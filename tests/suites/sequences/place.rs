//! The guest on a host, within this process: each sequence has an instance and folders of its own.

use std::cell::RefCell;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::runtime::Runtime;
use wasi_uplift_tests::host::{Left, Manner, State, Wasi, compiled, engine, linker, run};
use wasi_uplift_tests::{Fnv, Folders, Guest, LinkMode, Preopen, Source, Thing, uplifted_bytes};
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Result, StoreContextMut};
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtxBuilder};

/// The time after which a sequence counts as one that hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// The guest, which the build script made.
const GUEST: &str = concat!(env!("OUT_DIR"), "/guests/sequences.wasm");

/// What stdin gives.
const STDIN: &str = "first line\nsecond line\nthe last line, which has no end";

/// A guest on a host.
pub struct Place {
    /// Its name, for messages.
    pub name: String,
    wasi: Wasi,
    engine: Engine,
    linker: Linker<State>,
    manner: Option<Manner>,
    component: Component,
    runtime: Runtime,
}

/// A sequence that is being made.
struct Run {
    patience: Duration,
    operations: Vec<String>,
    outcome: RefCell<Vec<String>>,
    /// The sizes of the store after each operation.
    left: RefCell<Vec<Left>>,
}

tokio::task_local!(static RUN: Run);

impl Place {
    /// Returns the guest as it is on the WASI 0.2 host.
    pub fn reference() -> Self {
        let guest = Guest::built("sequences", Path::new(GUEST));
        Self::new("as it is".into(), Wasi::V0_2, &guest.bytes(), None)
    }

    /// Returns the uplifted guest.
    pub fn uplifted(mode: LinkMode) -> Self {
        let guest = Guest::built("sequences", Path::new(GUEST));
        Self::new(
            mode.to_string(),
            Wasi::V0_3,
            &uplifted_bytes(guest, mode),
            None,
        )
    }

    /// Returns the uplifted guest on a host that answers in a manner.
    pub fn in_manner(mode: LinkMode, manner: &str) -> Self {
        let guest = Guest::built("sequences", Path::new(GUEST));
        let name = format!("{mode}, {manner}");
        let manner = manner.parse().expect("a manner");
        Self::new(name, Wasi::V0_3, &uplifted_bytes(guest, mode), Some(manner))
    }

    fn new(name: String, wasi: Wasi, component: &[u8], manner: Option<Manner>) -> Self {
        let engine = engine();
        let mut linker = linker(wasi, &engine).expect("the host links");
        if let Some(manner) = &manner {
            manner
                .add_to_linker(&mut linker)
                .expect("the host has these functions");
        }
        add_driver(&mut linker).expect("nothing else has this name");
        let component = compiled(&engine, component).expect("the guest is valid");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        Self {
            name,
            wasi,
            engine,
            linker,
            manner,
            component,
            runtime: runtime.expect("a runtime"),
        }
    }

    /// Returns the number of calls that the guest has made and that could have failed.
    pub fn calls(&self) -> u64 {
        self.manner.as_ref().map_or(0, Manner::calls)
    }

    /// Makes sequences, so many at once, and returns the outcome of each: the line of each operation,
    /// the end, and the lines of a listing of the folders.
    pub fn run(
        &self,
        sequences: &[Vec<String>],
        at_once: usize,
        patience: Duration,
    ) -> Vec<Vec<String>> {
        let mut outcomes = Vec::new();
        for some in sequences.chunks(at_once) {
            let all = some
                .iter()
                .map(|sequence| self.run_one(sequence, patience, LIMIT));
            let all = self.runtime.block_on(all_of(all));
            outcomes.extend(all.into_iter().map(|(outcome, _)| outcome));
        }
        outcomes
    }

    /// Makes one sequence, however long it takes, and returns its outcome with what there was after
    /// each operation.
    pub fn watch(&self, sequence: &[String], patience: Duration) -> (Vec<String>, Vec<Left>) {
        let run = self.run_one(sequence, patience, Duration::MAX);
        self.runtime.block_on(run)
    }

    async fn run_one(
        &self,
        sequence: &[String],
        patience: Duration,
        limit: Duration,
    ) -> (Vec<String>, Vec<Left>) {
        let folders = Folders::new_in(&parent(), &preopens()).expect("making folders");
        let mut ctx = WasiCtxBuilder::new();
        for (preopen, path) in folders.given() {
            let permissions = match preopen.writable {
                true => FsPerms::ReadWrite,
                false => FsPerms::ReadOnly,
            };
            let given = ctx.preopened_dir(path, &preopen.name, permissions);
            given.expect("a folder that was made");
        }
        let standard = [
            MemoryOutputPipe::new(1 << 20),
            MemoryOutputPipe::new(1 << 20),
        ];
        let [stdout, stderr] = standard.clone();
        ctx.stdin(MemoryInputPipe::new(STDIN))
            .stdout(stdout)
            .stderr(stderr);
        ctx.args(&["one", "two"]).env("NAME", "value");
        ctx.inherit_network().allow_ip_name_lookup(true);
        ctx.allow_tcp(true).allow_udp(true);
        let store = State::new(ctx.build()).into_store(&self.engine);
        let this = Run {
            patience,
            operations: sequence.to_vec(),
            outcome: RefCell::default(),
            left: RefCell::default(),
        };
        let run = async {
            let end = run(self.wasi, &self.linker, &self.component, store);
            let end = match tokio::time::timeout(limit, end).await {
                Ok(Ok(end)) => format!("returned {end:?}"),
                Ok(Err(error)) => trapped(&error),
                Err(_) => "hangs".into(),
            };
            RUN.with(|run| {
                let mut outcome = run.outcome.take();
                outcome.push(end);
                (outcome, run.left.take())
            })
        };
        let (mut outcome, left) = RUN.scope(this, run).await;
        for pipe in standard {
            let bytes = pipe.contents();
            let mut hash = Fnv::default();
            hash.update(&bytes);
            outcome.push(format!(
                "wrote {} bytes {:016x}",
                bytes.len(),
                hash.finish()
            ));
        }
        let tree = folders.list().expect("listing folders");
        outcome.extend(tree.lines().map(str::to_owned));
        (outcome, left)
    }
}

/// Returns the folder for those of sequences. Some files are written through to the disk, which takes
/// long where it is one.
fn parent() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    match memory.is_dir() {
        true => memory,
        false => std::env::temp_dir(),
    }
}

/// Returns the line for a trap. Every host has its own words, which can be seen with `TRAPS=1`.
fn trapped(error: &wasmtime::Error) -> String {
    if let Some(I32Exit(code)) = error.downcast_ref() {
        return format!("exit code {code}");
    }
    if std::env::var_os("TRAPS").is_some() {
        eprintln!("{}", error.root_cause());
    }
    "trapped".into()
}

/// Adds what the guest asks of this driver.
fn add_driver(linker: &mut Linker<State>) -> Result<()> {
    let mut driver = linker.instance("tests:sequences/driver")?;
    driver.func_wrap("operations", |_, (): ()| {
        let of = |run: &Run| (run.patience.as_nanos() as u64, run.operations.clone());
        Ok((RUN.with(of),))
    })?;
    driver.func_wrap(
        "report",
        |mut store: StoreContextMut<'_, State>, (outcome,): (String,)| {
            let left = Left::of(&mut store);
            RUN.with(|run| {
                run.outcome.borrow_mut().push(outcome);
                run.left.borrow_mut().push(left);
            });
            Ok(())
        },
    )
}

/// Waits for all of these.
async fn all_of<T: 'static>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut pending: Vec<_> = futures.map(Box::pin).collect();
    let mut results: Vec<_> = pending.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut is_done = true;
        for (future, result) in pending.iter_mut().zip(&mut results) {
            if result.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *result = Some(value),
                    std::task::Poll::Pending => is_done = false,
                }
            }
        }
        match is_done {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    results.into_iter().flatten().collect()
}

/// Returns the folders that a sequence finds: one that it may change, and one that it may not.
fn preopens() -> [Preopen; 2] {
    let path = PathBuf::from;
    let things = || {
        vec![
            Thing::File(path("empty"), Vec::new()),
            Thing::File(path("file"), b"0123456789".repeat(10)),
            Thing::Folder(path("folder")),
            Thing::File(path("folder/inner"), b"inner".to_vec()),
            Thing::Symlink(path("link"), "file".into()),
            Thing::Symlink(path("dangling"), "nothing".into()),
            Thing::Symlink(path("loop"), "loop".into()),
            Thing::Symlink(path("to-folder"), "folder".into()),
            Thing::Symlink(path("out"), "..".into()),
        ]
    };
    [("writable", true), ("read-only", false)].map(|(name, writable)| Preopen {
        name: name.into(),
        writable,
        source: Source::Fresh(things()),
    })
}
