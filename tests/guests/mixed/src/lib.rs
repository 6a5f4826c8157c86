//! A guest of WASI 0.3 whose standard library is of WASI 0.2: its tasks wait by way of both.

use std::fs;
use std::time::{Duration, Instant};
use wasip3::clocks::monotonic_clock::wait_for;

wasip3::cli::command::export!(Mixed);

struct Mixed;

impl wasip3::exports::cli::run::Guest for Mixed {
    async fn run() -> Result<(), ()> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        println!("{arguments:?}");
        let start = Instant::now();
        futures::join!(
            nap("the long one", 1_000),
            nap("the short one", 20),
            async {
                std::thread::sleep(Duration::from_millis(5));
                println!("the standard library has slept");
            }
        );
        assert!(start.elapsed() >= Duration::from_millis(1_000));
        let file = format!("/home/{}", arguments.concat());
        fs::write(&file, "written").map_err(|_| ())?;
        println!("{}", fs::read_to_string(&file).map_err(|_| ())?);
        fs::read(file + "?")
            .map(drop)
            .map_err(|error| println!("{error}"))
    }
}

async fn nap(name: &str, milliseconds: u64) {
    wait_for(milliseconds * 1_000_000).await;
    println!("{name} has slept");
}
