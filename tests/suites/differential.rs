//! Each folder in `cases/` is a test: the guest on the WASI 0.2 host, and
//! uplifted on the host with only WASI 0.3, in every link mode. What differs
//! from a case in what must make no difference is a test of its own.

use libtest_mimic::{Arguments, Trial};
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use wasi_uplift_tests::{Case, Guest, Lab, LinkMode, Preopen, Scenario, Source, lab};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let lab = Arc::new(lab!());
    let mut trials = Vec::new();
    for case in Case::all() {
        for mode in LinkMode::ALL {
            let name = format!("{}::{}", mode.name(), case.name);
            for (variant, case) in case.variants() {
                let lab = lab.clone();
                trials.push(Trial::test(format!("{name} ({variant})"), move || {
                    lab.as_on_record(&case, *mode).map_err(Into::into)
                }));
            }
            let (lab, case) = (lab.clone(), case.clone());
            trials.push(Trial::test(name, move || {
                lab.differential(&case, *mode).map_err(Into::into)
            }));
        }
    }
    let large = lab.clone();
    trials.push(Trial::test("a folder of 100,000 entries", move || {
        large_folder(&large).map_err(Into::into)
    }));
    // Not `Conclusion::exit`, which would leave the lab's folder behind.
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// All hosts look at one folder: making one for each would take longer than the
/// rest.
fn large_folder(lab: &Lab) -> Result<(), String> {
    let in_memory = Path::new("/dev/shm");
    let folder = if in_memory.is_dir() {
        tempfile::tempdir_in(in_memory)
    } else {
        tempfile::tempdir()
    }
    .map_err(|error| format!("making a folder: {error}"))?;
    for i in 0..100_000 {
        let path = folder.path().join(format!("{i:05}"));
        File::create_new(path).map_err(|error| format!("making a file: {error}"))?;
    }

    let guest = Guest::named("filesystem")?;
    let mut scenario = Scenario {
        args: vec!["directory-listing".into()],
        preopens: vec![Preopen {
            name: "/home".into(),
            writable: false,
            source: Source::Host(folder.path().into()),
        }],
        ..Scenario::default()
    };
    let reference = lab.run_reference(guest, &scenario)?;
    let listed = reference.stdout.starts_with(b"100000 500000 bytes");
    for (mode, inline) in LinkMode::ALL
        .iter()
        .flat_map(|it| [(it, false), (it, true)])
    {
        scenario.inline_files = inline;
        let uplifted = lab.run_uplifted(guest, *mode, &scenario)?;
        if !listed || reference.essence() != uplifted.essence() {
            return Err(format!("{reference}\n{uplifted}{}", uplifted.trap));
        }
    }
    Ok(())
}
