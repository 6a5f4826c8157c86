//! Arguments, environment and working directory, as the guest sees them.

use guests::cli::environment::{get_arguments, get_environment, initial_cwd};
use guests::out;

guests::command!(run);

fn run() -> Result<(), ()> {
    for argument in get_arguments() {
        out!("argument {argument:?}");
    }
    for (name, value) in get_environment() {
        out!("variable {name:?} {value:?}");
    }
    out!("cwd {:?}", initial_cwd());
    // The same values each time.
    assert_eq!(get_arguments(), get_arguments());
    assert_eq!(get_environment(), get_environment());
    Ok(())
}
