//! Compiled components, shared by all hosts.
//!
//! Hundreds of processes run the same few hundred components, and Cranelift takes longer than most
//! of them. So the first process that needs a component compiles it for all others.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use wasmtime::component::Component;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, OptLevel, RegallocAlgorithm, Result};

/// The folder of compiled components, each named by what it was compiled from and for.
const FOLDER: &str = concat!(env!("OUT_DIR"), "/compiled");

/// The age at which a compiled component goes: after a change of the adapter, nobody asks again.
const OLD: Duration = Duration::from_secs(24 * 60 * 60);

/// The environment variable by which a host keeps what instances are made of, as `wasmtime serve`
/// does, in place of getting it from the system for each of them.
const POOLED: &str = "POOLED";

/// Returns the engine of all hosts. In a debug build, it compiles fast rather than well.
pub fn engine() -> Engine {
    let mut config = Config::new();
    if std::env::var_os(POOLED).is_some() {
        config.allocation_strategy(InstanceAllocationStrategy::pooling());
    }
    if cfg!(debug_assertions) {
        config.cranelift_opt_level(OptLevel::None);
        config.cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    }
    Engine::new(&config).expect("these settings go together")
}

/// Returns a compiled component. It is compiled unless a process has done so before.
pub fn compiled(engine: &Engine, component: &[u8]) -> Result<Component> {
    let path = path(engine, component);
    if !is_compiled(&path) {
        compile(engine, component, &path)?;
    }
    // SAFETY: nobody but `compile` writes to the folder, and a file there never changes.
    unsafe { Component::deserialize_file(engine, path) }
}

/// Returns where the compiled component is, or is to be.
fn path(engine: &Engine, component: &[u8]) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.write(component);
    let name = format!("{:016x}-{}", hasher.finish(), component.len());
    Path::new(FOLDER).join(name).with_extension("cwasm")
}

/// Returns `true` if the file is whole. An empty one is a lock that somebody may hold.
fn is_compiled(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0)
}

/// Compiles a component, unless another process is faster.
fn compile(engine: &Engine, component: &[u8], path: &Path) -> Result<()> {
    fs::create_dir_all(FOLDER)?;
    let lock = File::options().create(true).append(true).open(path)?;
    lock.lock()?;
    if is_compiled(path) {
        return Ok(());
    }
    remove_old()?;
    let part = path.with_extension("part");
    fs::write(&part, engine.precompile_component(component)?)?;
    // The file that is locked goes with this, and those who wait for the lock look again.
    fs::rename(part, path)?;
    Ok(())
}

/// Removes what was compiled long ago.
fn remove_old() -> io::Result<()> {
    for entry in fs::read_dir(FOLDER)? {
        let entry = entry?;
        // Another process may have removed it in the meantime.
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        if modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > OLD)) {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}
