//! All ways to end, with output that is not delivered yet.

use guests::cli::exit::{exit, exit_with_code};
use guests::cli::stdin::get_stdin;
use guests::{mode, out, stderr, stdout, write_all};

guests::command!(run);

fn run() -> Result<(), ()> {
    match mode().as_str() {
        "return-ok" => {
            out!("before");
            return Ok(());
        }
        "return-err" => {
            out!("before");
            return Err(());
        }
        "exit-ok" => {
            out!("before");
            exit(Ok(()));
        }
        "exit-err" => {
            out!("before");
            exit(Err(()));
        }
        "code-0" => exit_with_code(0),
        "code-42" => exit_with_code(42),
        "code-255" => exit_with_code(255),
        "trap" => {
            out!("before");
            core::arch::wasm32::unreachable()
        }
        "unflushed-return-ok" => {
            unflushed();
            return Ok(());
        }
        "unflushed-return-err" => {
            unflushed();
            return Err(());
        }
        "unflushed-exit" => {
            unflushed();
            exit(Ok(()));
        }
        "unflushed-code" => {
            unflushed();
            exit_with_code(7);
        }
        "reading" => {
            out!("ready {}", get_stdin().subscribe().ready());
            exit_with_code(5);
        }
        // The reader is gone, and the guest can still end.
        "unheard" => {
            let stdout = stdout();
            for _ in 0..1000 {
                // Fails sooner or later, depending on the buffers between.
                let _ = write_all(&stdout, &[b'x'; 4096]);
            }
            exit_with_code(3);
        }
        // The streams are still open, and one has a subscriber.
        "unflushed-exit-open" => {
            let stdout = stdout();
            let _writable = stdout.subscribe();
            write_all(&stdout, b"still open\n").expect("writing");
            exit(Ok(()));
        }
        other => panic!("unknown mode {other}"),
    }
    unreachable!("exit returned");
}

/// Leaves more output unflushed than a pipe holds.
fn unflushed() {
    let stdout = stdout();
    for line in 0..1_000 {
        write_all(&stdout, format!("line {line:>92}\n").as_bytes()).expect("writing");
    }
    write_all(&stdout, b"no newline at the end").expect("writing");
    write_all(&stderr(), b"and the same on stderr").expect("writing");
}
