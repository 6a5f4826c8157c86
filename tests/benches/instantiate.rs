//! The time that it takes to instantiate a compiled component, and the memory that an instance takes.

use std::path::Path;
use std::process::Command;
use std::time::Instant;
use wasi_uplift_tests::State;
use wasmtime::component::{Component, Instance, InstancePre, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, Result, Store};
use wasmtime_wasi::{WasiCtx, p2, p3};

const TIMES: u32 = 500;

/// The number of instances before those that count: what the process has only once is there then.
const BEFORE: usize = 50;

/// The number of instances that count.
const LIVE: usize = 200;

/// The option by which this program is started once more, to measure the memory of instances.
pub const MEMORY: &str = "--memory";

/// Returns the nanoseconds that one instantiation takes.
pub fn measure(component: &Path, is_native: bool, is_pooled: bool) -> f64 {
    let mut config = Config::new();
    if is_pooled {
        config.allocation_strategy(InstanceAllocationStrategy::pooling());
    }
    let engine = Engine::new(&config).expect("these settings go together");
    let component = prepare(&engine, component, is_native);
    block_on(async {
        let start = Instant::now();
        for _ in 0..TIMES {
            instantiate(&component).await?;
        }
        Ok(start.elapsed().as_nanos() as f64 / f64::from(TIMES))
    })
}

/// Returns the bytes of memory that a process takes for one more instance: before it is called, or
/// after a call of `run`.
///
/// The process is a new one. What this one has freed would hide what the instances take.
pub fn memory(component: &Path, is_native: bool, is_called: bool) -> f64 {
    let output = Command::new(std::env::current_exe().expect("this program is a file"))
        .args([MEMORY, &is_native.to_string(), &is_called.to_string()])
        .arg(component)
        .output()
        .expect("starting this program");
    let said = String::from_utf8_lossy(&output.stdout);
    let bytes = said.trim().parse();
    bytes.unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}

/// Prints the result of [`memory`], in the process that it starts with these arguments.
pub fn print_memory(args: &[String]) {
    let [is_native, is_called, component] = args else {
        panic!("not from `memory`: {args:?}")
    };
    let is_native = is_native == "true";
    let engine = Engine::default();
    let component = prepare(&engine, Path::new(component), is_native);
    let bytes = block_on(async {
        let mut stores = Vec::new();
        let mut before = 0;
        for number in 0..BEFORE + LIVE {
            if number == BEFORE {
                before = used();
            }
            let (mut store, instance) = instantiate(&component).await?;
            if is_called == "true" {
                run(&mut store, &instance, is_native).await?;
            }
            stores.push(store);
        }
        Ok((used() - before) / LIVE)
    });
    println!("{bytes}");
}

/// Compiles a component, and links it with a host of WASI 0.2 or of WASI 0.3.
fn prepare(engine: &Engine, component: &Path, is_native: bool) -> InstancePre<State> {
    let component = Component::from_file(engine, component).expect("the component is valid");
    let mut linker = Linker::<State>::new(engine);
    let linked = match is_native {
        true => p2::add_to_linker_async(&mut linker),
        false => p3::add_to_linker(&mut linker),
    };
    linked.expect("the host is complete");
    let component = linker.instantiate_pre(&component);
    component.expect("the host has what it imports")
}

/// Makes an instance, which lives as long as its store.
async fn instantiate(component: &InstancePre<State>) -> Result<(Store<State>, Instance)> {
    let ctx = WasiCtx::builder().args(&["guest", "nothing"]).build();
    let mut store = Store::new(component.engine(), State::new(ctx));
    let instance = component.instantiate_async(&mut store).await?;
    Ok((store, instance))
}

/// Calls `run` of an instance.
async fn run(store: &mut Store<State>, instance: &Instance, is_native: bool) -> Result<()> {
    let ended = if is_native {
        let command = p2::bindings::Command::new(&mut *store, instance)?;
        command.wasi_cli_run().call_run(store).await?
    } else {
        let command = p3::bindings::Command::new(&mut *store, instance)?;
        let running = store.run_concurrent(async |store| {
            let run = command.wasi_cli_run();
            run.call_run(store).await
        });
        running.await??
    };
    ended.expect("the guest does nothing that could fail");
    Ok(())
}

fn block_on<T>(future: impl Future<Output = Result<T>>) -> T {
    let runtime = tokio::runtime::Runtime::new().expect("starting a runtime");
    runtime.block_on(future).expect("the guest works")
}

/// Returns the bytes of memory that this process uses.
fn used() -> usize {
    memory_of("self")
}

/// Returns the bytes of memory that a process uses. A page that others have too counts in part.
pub fn memory_of(process: &str) -> usize {
    let maps = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup"));
    let maps = maps.expect("the system is Linux, and the process runs");
    let kilobytes = maps.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes = kilobytes.expect("it says so").trim_end_matches("kB");
    kilobytes.trim().parse::<usize>().expect("it is a number") * 1024
}
