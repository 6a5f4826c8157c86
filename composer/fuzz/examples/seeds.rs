//! Writes the repository's guests that are in text form to a folder, in binary form, for the target
//! `bytes` to begin with.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const FOLDERS: [&str; 4] = [
    "tests/cases",
    "tests/guests",
    "../tests/guests/wat",
    "../examples",
];

fn main() -> io::Result<()> {
    let to = PathBuf::from(env::args_os().nth(1).expect("the folder to write to"));
    fs::create_dir_all(&to)?;
    let composer = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut pending: Vec<PathBuf> = FOLDERS.map(|folder| composer.join(folder)).into();
    let mut written = 0;
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(path)? {
                pending.push(entry?.path());
            }
        } else if path.extension().is_some_and(|extension| extension == "wat")
            // Some are no guests, and are there for what is said of them.
            && let Ok(guest) = wat::parse_file(&path)
        {
            fs::write(to.join(format!("{written}.wasm")), guest)?;
            written += 1;
        }
    }
    println!("{written} guests");
    Ok(())
}
