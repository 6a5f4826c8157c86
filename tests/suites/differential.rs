//! Each folder in `cases/` is a test: the guest on the WASI 0.2 host, and
//! uplifted on the host with only WASI 0.3, in every link mode that it is for.
//! What differs from a case in what must make no difference is a test of its own.

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::sync::Arc;
use wasi_uplift_tests::{Case, lab};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let lab = Arc::new(lab!());
    let mut trials = Vec::new();
    for case in Case::all() {
        for mode in case.modes {
            let name = format!("{mode}::{}", case.name);
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
    // Not `Conclusion::exit`, which would leave the lab's folder behind.
    libtest_mimic::run(&arguments, trials).exit_code()
}
