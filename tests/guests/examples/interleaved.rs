//! Pollables of different kinds in one `poll`: stdin, stdout and timers.

use guests::cli::environment::get_arguments;
use guests::cli::stdin::get_stdin;
use guests::{after_ms, ask, kind, mode, never, out, poll_sorted, stdout};

guests::command!(run);

fn run() -> Result<(), ()> {
    match mode().as_str() {
        "steps" => steps(),
        "limits" => limits(),
        "echo" => echo(),
        "idle" => {
            let milliseconds = get_arguments()[2].parse().expect("a number");
            let stdin = get_stdin();
            let list = [&stdin.subscribe(), &after_ms(milliseconds)];
            out!("poll {:?}", poll_sorted(&list));
        }
        other => panic!("unknown mode {other}"),
    }
    Ok(())
}

/// Stdin gives what `ask` asks for, and nothing before.
fn steps() {
    let stdin = get_stdin();
    let readable = stdin.subscribe();
    let stdout = stdout();
    let writable = stdout.subscribe();
    let never = never();

    // Something is ready at once, so `poll` returns without the others.
    let ready = poll_sorted(&[&readable, &never, &writable]);
    out!("nothing asked: {ready:?}");
    out!("stdin ready: {}", readable.ready());
    out!("stdout ready: {}", writable.ready());

    let timer = after_ms(10);
    let ready = poll_sorted(&[&readable, &timer, &never]);
    out!("the timer is first: {ready:?}");
    let ready = poll_sorted(&[&never, &readable, &timer, &readable]);
    out!("and stays so: {ready:?}");

    ask();
    let ready = poll_sorted(&[&never, &readable, &readable]);
    out!("stdin, twice in the list: {ready:?}");
    let ready = poll_sorted(&[&readable, &writable, &timer, &never]);
    out!("all kinds: {ready:?}");
    out!("read: {}", kind(stdin.read(100)));

    let ready = poll_sorted(&[&readable, &timer]);
    out!("stdin is empty again: {ready:?}");
    out!("stdin ready: {}", readable.ready());
    out!("read: {}", kind(stdin.read(100)));

    ask();
    let second = stdin.subscribe();
    let ready = poll_sorted(&[&readable, &never, &second]);
    out!("two subscriptions: {ready:?}");
    out!("read one byte: {}", kind(stdin.read(1)));
    let ready = poll_sorted(&[&readable, &never, &second]);
    out!("there is more: {ready:?}");
    out!("read: {}", kind(stdin.read(100)));

    ask();
    let ready = poll_sorted(&[&readable, &never]);
    out!("the end: {ready:?}");
    out!("read: {}", kind(stdin.read(100)));
    let ready = poll_sorted(&[&never, &readable]);
    out!("the end for ever: {ready:?}");
}

/// Reads with a time limit, over and over: some are reached, and some not.
fn limits() {
    let stdin = get_stdin();
    let readable = stdin.subscribe();
    let mut bytes = Vec::new();
    loop {
        let limit = after_ms(7);
        if !poll_sorted(&[&limit, &readable]).contains(&1) {
            continue;
        }
        match stdin.read(5) {
            Ok(piece) => bytes.extend(piece),
            Err(error) => {
                out!("{:?}", String::from_utf8_lossy(&bytes));
                return out!("{}", kind::<()>(Err(error)));
            }
        }
    }
}

/// Copies stdin to stdout as both get ready.
fn echo() {
    let (stdin, stdout) = (get_stdin(), stdout());
    let (readable, writable) = (stdin.subscribe(), stdout.subscribe());
    let mut held = Vec::new();
    loop {
        if held.is_empty() {
            poll_sorted(&[&readable, &never()]);
            match stdin.read(1 << 16) {
                Ok(bytes) => held = bytes,
                Err(_) => break,
            }
        } else {
            poll_sorted(&[&writable, &never()]);
            let permit = stdout.check_write().expect("checking") as usize;
            let rest = held.split_off(permit.min(held.len()));
            stdout.write(&held).expect("writing");
            held = rest;
        }
    }
}
