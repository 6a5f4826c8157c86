//! Folders that no case can describe: a very large one, and one in which another process works.

use crate::LAB;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::thread;
use std::time::Duration;
use tempfile::TempDir;
use wasi_uplift_tests::events::wait_until;
use wasi_uplift_tests::{Guest, Host, Outcome, Place, Preopen, Scenario, Source, Stdin};

/// All hosts look at one folder: making one for each would take longer than the rest.
#[test]
fn a_folder_of_100_000_entries() {
    let in_memory = Path::new("/dev/shm");
    let folder = if in_memory.is_dir() {
        TempDir::new_in(in_memory).unwrap()
    } else {
        TempDir::new().unwrap()
    };
    for i in 0..100_000 {
        File::create_new(folder.path().join(format!("{i:05}"))).unwrap();
    }
    let outcomes = everywhere("directory-listing", || folder.path());
    let reference = &outcomes[0];
    assert!(
        reference.stdout.starts_with(b"100000 500000 bytes"),
        "{reference}"
    );
    for uplifted in &outcomes[1..] {
        assert_eq!(reference.essence(), uplifted.essence(), "{}", uplifted.trap);
    }
}

/// A guest that has waited sees the changes that others have made in the meantime. So does one that
/// asks for input until then.
#[test]
fn a_file_that_somebody_else_changes() {
    for (part, stdin) in [
        ("changed-by-others", Stdin::Null),
        ("changed-meanwhile", Stdin::Held),
    ] {
        let mut folders = Vec::new();
        let outcomes = everywhere_with(part, || {
            let folder = TempDir::new().unwrap();
            fs::write(folder.path().join("file"), [b'o'; 3000]).unwrap();
            folders.push(folder);
            let folder = folders.last().unwrap().path();
            let (ready, file) = (folder.join("ready"), folder.join("file"));
            thread::spawn(move || {
                wait_until("the guest is ready", || ready.exists());
                let mut file = File::options().write(true).open(file).unwrap();
                file.write_all(&[b'n'; 3000]).unwrap();
            });
            (folder.to_owned(), stdin.clone())
        });
        for outcome in outcomes {
            assert_eq!(outcome.stdout, b"changed\n", "{outcome}{}", outcome.trap);
        }
    }
}

/// A guest that has seen the end of its stdin sees what was done before that.
#[test]
fn a_file_that_is_changed_before_stdin_ends() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    let fresh = || {
        fs::write(&file, [b'o'; 3000]).unwrap();
        Stdin::Rewritten(file.clone(), vec![b'n'; 3000])
    };
    for outcome in everywhere_with("changed-before-the-end", || (folder.path(), fresh())) {
        let read = "old 100 bytes?closed\nnew 100 bytes\n";
        assert_eq!(outcome.stdout, read.as_bytes(), "{outcome}{}", outcome.trap);
    }
}

/// The end of a file is where it is when the guest gets there, also where the guest has passed it, and
/// in the middle of what it asks for.
#[test]
fn a_file_that_somebody_else_makes_shorter() {
    let mut folders = Vec::new();
    let mut ends = [1000, (1 << 28) + 1000].into_iter().cycle();
    let mut given = || {
        let folder = TempDir::new().unwrap();
        let (ready, file) = (folder.path().join("ready"), folder.path().join("file"));
        // It takes no place, and a while to read.
        File::create_new(&file).unwrap().set_len(1 << 36).unwrap();
        let to_shorten = File::options().write(true).open(file).unwrap();
        let end = ends.next().unwrap();
        thread::spawn(move || {
            wait_until("the guest is ready", || ready.exists());
            to_shorten.set_len(end).unwrap();
        });
        folders.push(folder);
        folders.last().unwrap().path().to_owned()
    };
    // There are five places, an odd number, so that each gets both ends.
    let outcomes = [(); 2].map(|()| everywhere("reading-to-the-end", &mut given));
    for outcome in outcomes.into_iter().flatten() {
        let read = "closed before what was the end: true\n";
        assert_eq!(outcome.stdout, read.as_bytes(), "{outcome}{}", outcome.trap);
    }
}

/// A guest has as much allocated as it gets, and nothing comes back to its allocator.
#[test]
fn a_file_that_has_become_shorter() {
    let mut folders = Vec::new();
    let guest = Guest::named("reads-shortened").unwrap();
    let outcomes = everywhere_of(guest, "", || {
        let folder = TempDir::new().unwrap();
        let (ready, file) = (folder.path().join("ready"), folder.path().join("file"));
        let numbers: String = (0..2000).map(|number| format!("{number:10}")).collect();
        fs::write(&file, numbers).unwrap();
        thread::spawn(move || {
            wait_until("the guest is ready", || ready.exists());
            // It asks for the size first.
            thread::sleep(Duration::from_millis(50));
            let file = File::options().write(true).open(file).unwrap();
            file.set_len(5000).unwrap();
        });
        folders.push(folder);
        (folders.last().unwrap().path().to_owned(), Stdin::Null)
    });
    for outcome in outcomes {
        assert_eq!(outcome.stdout, b"     499", "{outcome}{}", outcome.trap);
    }
}

/// Runs a part of the guest on the WASI 0.2 host, and uplifted on hosts that work with files on
/// other threads and in place. Each is given a folder.
fn everywhere<P: AsRef<Path>>(part: &str, mut folder: impl FnMut() -> P) -> Vec<Outcome> {
    everywhere_with(part, || (folder(), Stdin::Null))
}

fn everywhere_with<P: AsRef<Path>>(part: &str, given: impl FnMut() -> (P, Stdin)) -> Vec<Outcome> {
    everywhere_of(Guest::named("filesystem").unwrap(), part, given)
}

fn everywhere_of<P: AsRef<Path>>(
    guest: Guest,
    part: &str,
    mut given: impl FnMut() -> (P, Stdin),
) -> Vec<Outcome> {
    let mut scenario = |inline_files| {
        let (folder, stdin) = given();
        Scenario {
            args: vec![part.into()],
            preopens: vec![Preopen {
                name: "/home".into(),
                writable: true,
                source: Source::Host(folder.as_ref().into()),
            }],
            inline_files,
            stdin,
            ..Scenario::default()
        }
    };
    let reference = Place::reference(guest);
    let mut outcomes = vec![LAB.run(reference, &scenario(false)).unwrap()];
    for place in Place::uplifted(guest, Host::P3Only) {
        for inline_files in [false, true] {
            outcomes.push(LAB.run(place, &scenario(inline_files)).unwrap());
        }
    }
    outcomes
}
