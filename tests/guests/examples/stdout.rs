//! Writes to stdout by every function.

use guests::fnv::pattern;
use guests::io::streams::{OutputStream, StreamError};
use guests::{err, kind, mode, never, out, poll_sorted, print, stderr, stdout, write_all};

guests::command!(run);

fn run() -> Result<(), ()> {
    let mode = mode();
    let stdout = stdout();
    match mode.as_str() {
        "permit" => permit(&stdout),
        "whole-permit" => whole_permit(&stdout),
        "beyond-permit" => {
            let permit = wait_for_permit(&stdout);
            stdout
                .write(&vec![b'x'; permit as usize + 1])
                .expect("writing");
        }
        "zeroes-beyond-permit" => {
            let permit = wait_for_permit(&stdout);
            stdout.write_zeroes(permit + 1).expect("writing");
        }
        "flush" => flush(&stdout),
        "spin" => spin(&stdout),
        "blocking" => blocking(&stdout),
        "blocking-4097" => {
            out!("before");
            stdout
                .blocking_write_and_flush(&[b'x'; 4097])
                .expect("writing");
        }
        "zeroes" => zeroes(&stdout),
        "zeroes-4097" => {
            out!("before");
            stdout
                .blocking_write_zeroes_and_flush(4097)
                .expect("writing");
        }
        "empty" => empty(&stdout),
        "handles" => handles(&stdout),
        "large" => large(&stdout),
        "large-by-write" => large_by_write(&stdout),
        "closed-blocking" => closed(&stdout, |stdout| {
            stdout.blocking_write_and_flush(&[b'x'; 4096])
        }),
        "closed-write" => closed(&stdout, |stdout| {
            write_all(stdout, &[b'x'; 4096])?;
            stdout.flush()?;
            stdout.subscribe().block();
            stdout.check_write().map(drop)
        }),
        "closed-zeroes" => closed(&stdout, |stdout| {
            stdout.blocking_write_zeroes_and_flush(4096)
        }),
        "closed-for-ever" => closed_for_ever(&stdout),
        "failing" => err!("{}", kind(stdout.blocking_write_and_flush(&[b'x'; 4096]))),
        "failing-little" => err!("{}", kind(stdout.blocking_write_and_flush(b"little"))),
        "failing-twice" => {
            for _ in 0..3 {
                err!("{}", kind(stdout.blocking_write_and_flush(&[b'x'; 4096])));
            }
        }
        "two-streams" => two_streams(),
        "in-turn" => {
            for number in 0..10 {
                out!("out {number}");
                err!("err {number}");
            }
        }
        other => panic!("unknown mode {other}"),
    }
    Ok(())
}

fn wait_for_permit(stdout: &OutputStream) -> u64 {
    loop {
        match stdout.check_write().expect("checking") {
            0 => stdout.subscribe().block(),
            permit => return permit,
        }
    }
}

fn permit(stdout: &OutputStream) {
    assert!(wait_for_permit(stdout) > 0);
    stdout.write(b"written\n").expect("writing");
    let writable = stdout.subscribe();
    writable.block();
    assert!(writable.ready());
    assert!(stdout.check_write().expect("checking") > 0);
    assert_eq!(poll_sorted(&[&never(), &writable]), [1]);
    // A permit may stay unused.
    wait_for_permit(stdout);
    wait_for_permit(stdout);
    stdout.write(b"and ").expect("writing");
    wait_for_permit(stdout);
    stdout.write(b"written\n").expect("writing");
    stdout.blocking_flush().expect("flushing");
}

/// A permit may be used to its last byte, time after time.
fn whole_permit(stdout: &OutputStream) {
    let mut written = 0;
    while written < 1 << 20 {
        let permit = wait_for_permit(stdout).min((1 << 20) - written);
        let bytes: Vec<u8> = (written..written + permit)
            .map(|i| pattern(i as usize))
            .collect();
        stdout.write(&bytes).expect("writing");
        written += permit;
    }
}

fn flush(stdout: &OutputStream) {
    stdout.flush().expect("flushing nothing");
    stdout.blocking_flush().expect("flushing nothing");
    write_all(stdout, b"one ").expect("writing");
    stdout.flush().expect("flushing");
    stdout.flush().expect("flushing twice");
    stdout.subscribe().block();
    assert!(wait_for_permit(stdout) > 0);
    write_all(stdout, b"two ").expect("writing");
    stdout.blocking_flush().expect("flushing");
    assert!(stdout.check_write().expect("checking") > 0);
    write_all(stdout, b"three\n").expect("writing");
    stdout.blocking_flush().expect("flushing");
}

/// Never blocks, and still delivers its bytes.
fn spin(stdout: &OutputStream) {
    for number in 0..2000 {
        while stdout.check_write().expect("checking") < 16 {}
        stdout
            .write(format!("{number}\n").as_bytes())
            .expect("writing");
    }
    stdout.flush().expect("flushing");
    while stdout.check_write().expect("checking") == 0 {}
    let writable = stdout.subscribe();
    while !writable.ready() {}
}

fn blocking(stdout: &OutputStream) {
    for len in [0, 1, 4095, 4096] {
        stdout
            .blocking_write_and_flush(&vec![b'x'; len])
            .expect("writing");
        out!(" {len}");
    }
}

fn zeroes(stdout: &OutputStream) {
    for len in [0, 1, 4096] {
        stdout
            .blocking_write_zeroes_and_flush(len)
            .expect("writing");
        out!("{len}");
    }
    assert!(wait_for_permit(stdout) >= 10);
    stdout.write_zeroes(10).expect("writing");
    wait_for_permit(stdout);
    stdout.write_zeroes(0).expect("writing");
    let whole = wait_for_permit(stdout);
    stdout.write_zeroes(whole).expect("writing");
    // Every host has permits of its own size: pad the result to a common one.
    let rest = (1 << 20) - whole;
    write_all(stdout, &vec![0; rest as usize]).expect("writing");
    stdout.blocking_flush().expect("flushing");
}

fn empty(stdout: &OutputStream) {
    wait_for_permit(stdout);
    stdout.write(b"").expect("writing");
    stdout.write(b"").expect("writing");
    stdout.blocking_write_and_flush(b"").expect("writing");
    stdout.blocking_flush().expect("flushing");
    out!("nothing above");
}

/// All handles write the one stdout, in the order of the calls.
fn handles(first: &OutputStream) {
    let second = stdout();
    for (stream, text) in [(first, "a"), (&second, "b"), (first, "c\n"), (&second, "d")] {
        write_all(stream, text.as_bytes()).expect("writing");
    }
    first.blocking_flush().expect("flushing");
    let third = stdout();
    write_all(&third, b"e\n").expect("writing");
    drop(third);
    write_all(first, b"f\n").expect("writing");
    drop(second);
    print(first, "g\n");
}

fn large(stdout: &OutputStream) {
    let block: Vec<u8> = (0..4096).map(pattern).collect();
    for _ in 0..(64 << 20) / block.len() {
        stdout.blocking_write_and_flush(&block).expect("writing");
    }
}

/// Unflushed, in pieces larger than any permit.
fn large_by_write(stdout: &OutputStream) {
    let block: Vec<u8> = (0..1 << 20).map(pattern).collect();
    for _ in 0..64 {
        write_all(stdout, &block).expect("writing");
    }
}

/// The reader goes away: some write fails in the end, and so do all later ones.
fn closed(stdout: &OutputStream, write: fn(&OutputStream) -> Result<(), StreamError>) {
    let error = (0..10_000).find_map(|_| write(stdout).err());
    err!("{}", kind(error.map_or(Ok(()), Err)));
    err!("again {}", kind(write(stdout)));
}

/// Every function of a closed stream says so.
fn closed_for_ever(stdout: &OutputStream) {
    let error = (0..10_000).find_map(|_| stdout.blocking_write_and_flush(&[b'x'; 4096]).err());
    assert!(error.is_some());
    for _ in 0..2 {
        err!("check-write {}", kind(stdout.check_write()));
        err!("write {}", kind(stdout.write(b"")));
        err!("flush {}", kind(stdout.flush()));
        err!("blocking-flush {}", kind(stdout.blocking_flush()));
        err!("ready {}", stdout.subscribe().ready());
    }
}

/// Stdout and stderr are two streams, each with its own order.
fn two_streams() {
    let (stdout, stderr) = (stdout(), stderr());
    for number in 0..100 {
        write_all(&stdout, format!("out {number}\n").as_bytes()).expect("writing");
        write_all(&stderr, format!("err {number}\n").as_bytes()).expect("writing");
    }
    // A flush of one does not wait for the other.
    stderr.blocking_flush().expect("flushing");
    stdout.blocking_flush().expect("flushing");
}
