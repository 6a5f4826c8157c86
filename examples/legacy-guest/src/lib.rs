//! A command of the WASI 0.2 kind. It waits in `poll` for a timer and for stdin, then prints the
//! bytes of stdin. Nothing in it refers to WASI 0.3.

use wasip2::cli::{stdin::get_stdin, stdout::get_stdout};
use wasip2::clocks::monotonic_clock::{now, subscribe_duration};
use wasip2::io::poll::poll;

const TENTH_OF_A_SECOND: u64 = 100_000_000;

struct Command;

wasip2::cli::command::export!(Command);

impl wasip2::exports::cli::run::Guest for Command {
    fn run() -> Result<(), ()> {
        let started = now();
        let stdin = get_stdin();
        let input = stdin.subscribe();
        let timer = subscribe_duration(TENTH_OF_A_SECOND);

        let mut bytes = Vec::new();
        let (mut slept, mut ended) = (false, false);
        while !(slept && ended) {
            let mut wanted = Vec::new();
            if !slept {
                wanted.push(&timer);
            }
            if !ended {
                wanted.push(&input);
            }
            poll(&wanted);
            slept |= timer.ready();
            while !ended && input.ready() {
                match stdin.read(4096) {
                    Ok(more) => bytes.extend(more),
                    Err(_) => ended = true,
                }
            }
        }

        print(&format!(
            "slept for at least a tenth of a second: {}\n",
            now() - started >= TENTH_OF_A_SECOND
        ));
        print(&format!(
            "stdin said: {}\n",
            String::from_utf8_lossy(&bytes).trim_end()
        ));
        Ok(())
    }
}

fn print(text: &str) {
    // A failure of stdout can't be reported anywhere.
    let _ = get_stdout().blocking_write_and_flush(text.as_bytes());
}
