//! Uplifts the guest while the program around it is built.

use std::error::Error;
use std::path::PathBuf;
use wasi_uplift::Options;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=guest.wat");
    // A real build script would read a guest that has been built.
    let guest = wat::parse_file("guest.wat")?;
    let composed = wasi_uplift::compose(&guest, &Options::default())?;
    let folder = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(folder.join("guest.wasm"), composed.bytes)?;
    Ok(())
}
