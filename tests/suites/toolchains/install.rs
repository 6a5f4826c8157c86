//! Toolchains of other languages, in a folder of the target directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Returns the folder of the guests' sources.
pub fn guests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("guests")
}

/// Makes a folder in the target directory.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Returns a Python that has the toolchains. They are installed by the first test that asks, and
/// again when `requirements.txt` has changed.
pub fn python() -> PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    let python = PYTHON.get_or_init(|| {
        let environment = folder("toolchains");
        let python = environment.join("bin/python");
        let wanted = fs::read_to_string(guests().join("requirements.txt")).unwrap();
        let installed = environment.join("installed.txt");
        if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
            return python;
        }
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&environment));
        run(Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
            ])
            .arg(guests().join("requirements.txt")));
        fs::write(installed, wanted).unwrap();
        python
    });
    python.clone()
}

/// Returns a command that makes a component of the Python program `app.py` of one of the guests'
/// folders. It is copied first: the toolchain puts what it compiles beside what it reads.
pub fn componentize_py(program: &str, place: &Path, wit: &str, world: &str) -> Command {
    fs::copy(guests().join(program).join("app.py"), place.join("app.py")).unwrap();
    let mut command = Command::new(python().with_file_name("componentize-py"));
    command.arg("-d").arg(guests().join(wit));
    command.args(["-w", world, "componentize", "app", "-p"]);
    command.arg(place);
    command
}

/// Runs a command that has to succeed.
pub fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
