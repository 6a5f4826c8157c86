//! Streams and pollables dropped at the wrong moment, or in the wrong order.

use guests::cli::stdin::get_stdin;
use guests::{kind, mode, never, out, poll_sorted, stdout, write_all};

guests::command!(run);

fn run() -> Result<(), ()> {
    match mode().as_str() {
        "write-pending" => {
            let stream = stdout();
            write_all(&stream, "x".repeat(300_000).as_bytes()).expect("writing");
            drop(stream);
            let stream = stdout();
            write_all(&stream, b"\nand a second handle\n").expect("writing");
            stream.flush().expect("flushing");
        }
        "pollable-first" => {
            let (stdin, stdout) = (get_stdin(), stdout());
            let (readable, writable) = (stdin.subscribe(), stdout.subscribe());
            readable.ready();
            writable.ready();
            drop(readable);
            drop(writable);
            drop(stdin);
            drop(stdout);
            out!("dropped");
        }
        "other-pollable" => {
            let stdin = get_stdin();
            let (dropped, kept) = (stdin.subscribe(), stdin.subscribe());
            dropped.ready();
            drop(dropped);
            out!("poll {:?}", poll_sorted(&[&never(), &kept]));
            out!("read {}", kind(stdin.read(100)));
        }
        "input-first" => {
            let stdin = get_stdin();
            let readable = stdin.subscribe();
            out!("before");
            drop(stdin);
            drop(readable);
            out!("after");
        }
        "output-first" => {
            let stream = stdout();
            let writable = stream.subscribe();
            out!("before");
            drop(stream);
            drop(writable);
            out!("after");
        }
        "churn" => {
            for _ in 0..20_000 {
                let (stdin, stdout) = (get_stdin(), stdout());
                let (readable, writable, timer) = (stdin.subscribe(), stdout.subscribe(), never());
                poll_sorted(&[&readable, &writable, &timer]);
            }
            out!("dropped");
        }
        "never" => {
            let (stdin, stdout) = (get_stdin(), stdout());
            let (readable, writable, timer) = (stdin.subscribe(), stdout.subscribe(), never());
            assert_eq!(poll_sorted(&[&readable, &writable, &timer]), [1]);
            write_all(&stdout, b"left open\n").expect("writing");
            std::mem::forget((stdin, stdout, readable, writable, timer));
        }
        "read-pending" => {
            let stdin = get_stdin();
            stdin.subscribe().ready();
            stdin.read(10).expect("reading");
            drop(stdin);
            out!("dropped");
        }
        "error-kept" => {
            let stdin = get_stdin();
            let Err(guests::io::streams::StreamError::LastOperationFailed(error)) =
                stdin.blocking_read(1)
            else {
                panic!("reading did not fail");
            };
            drop(stdin);
            out!("says something: {}", !error.to_debug_string().is_empty());
            out!("and again: {}", !error.to_debug_string().is_empty());
        }
        other => panic!("unknown mode {other}"),
    }
    Ok(())
}
