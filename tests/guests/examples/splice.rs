//! Splices from stdin to stdout, without a copy in the guest.

use guests::cli::stdin::get_stdin;
use guests::{ask, err, kind, mode, stdout};

guests::command!(run);

fn run() -> Result<(), ()> {
    let mode = mode();
    let (stdin, stdout) = (get_stdin(), stdout());
    match mode.as_str() {
        "blocking-all" => {
            let mut total = 0;
            while let Ok(len) = stdout.blocking_splice(&stdin, 100_003) {
                assert!((1..=100_003).contains(&len));
                total += len;
            }
            err!("{total} bytes");
        }
        "all" => {
            let (readable, writable) = (stdin.subscribe(), stdout.subscribe());
            let mut total = 0;
            while let Ok(len) = stdout.splice(&stdin, u64::MAX) {
                total += len;
                readable.block();
                writable.block();
            }
            err!("{total} bytes");
        }
        "spin" => {
            let mut total = 0;
            while let Ok(len) = stdout.splice(&stdin, 1000) {
                total += len;
            }
            err!("{total} bytes");
        }
        "lengths" => {
            err!("nothing yet {}", kind(stdout.splice(&stdin, 100)));
            err!("zero {}", kind(stdout.splice(&stdin, 0)));
            err!("blocking zero {}", kind(stdout.blocking_splice(&stdin, 0)));
            ask();
            err!("three {}", kind(stdout.blocking_splice(&stdin, 3)));
            err!("two {}", kind(stdout.splice(&stdin, 2)));
            err!("read one {}", kind(stdin.read(1)));
            err!("zero {}", kind(stdout.splice(&stdin, 0)));
            err!("the rest {}", kind(stdout.blocking_splice(&stdin, 100)));
            err!("nothing left {}", kind(stdout.splice(&stdin, 100)));
        }
        "end" => {
            err!("blocking {}", kind(stdout.blocking_splice(&stdin, 10)));
            for _ in 0..2 {
                err!("end {}", kind(stdout.splice(&stdin, 10)));
                err!("end, blocking {}", kind(stdout.blocking_splice(&stdin, 10)));
                err!("zero {}", kind(stdout.splice(&stdin, 0)));
                err!("zero, blocking {}", kind(stdout.blocking_splice(&stdin, 0)));
            }
            // The end of the source is not the end of the destination.
            stdout
                .blocking_write_and_flush(b"still open\n")
                .expect("writing");
        }
        "failing" => {
            stdin.subscribe().block();
            err!("{}", kind(stdout.splice(&stdin, 10)));
            err!("{}", kind(stdout.splice(&stdin, 10)));
        }
        other => panic!("unknown mode {other}"),
    }
    Ok(())
}
