//! Going through all choices.

use std::cell::{Cell, RefCell};
use std::sync::{Mutex, PoisonError};

thread_local! {
    /// The choices of this run: what was chosen, of how many.
    static PATH: RefCell<(Vec<(usize, usize)>, usize)> = const { RefCell::new((Vec::new(), 0)) };

    /// The state of the random numbers, if choices are made by chance.
    static CHANCE: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The layers have statics, which belong to one test at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Chooses a number below `of`. Different in each run, until all were chosen.
pub fn choose(of: usize) -> usize {
    assert!(of > 0, "there is always a choice");
    if of == 1 {
        return 0;
    }
    PATH.with_borrow_mut(|(path, next)| {
        if *next == path.len() {
            path.push((CHANCE.get().map_or(0, |_| random(of)), of));
        }
        let (chosen, before) = path[*next];
        assert_eq!(before, of, "a run depends on nothing but its choices");
        *next += 1;
        chosen
    })
}

/// Returns the next random number below `below`: by xorshift, so that it is the same in every run.
fn random(below: usize) -> usize {
    let mut state = CHANCE.get().expect("choices are made by chance");
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    CHANCE.set(Some(state));
    (state >> 32) as usize % below
}

/// Chooses one of several.
pub fn one_of<T: Copy>(of: &[T]) -> T {
    of[choose(of.len())]
}

/// Runs `run` once for each sequence of choices that there is. Returns how many there were.
pub fn explore(run: impl Fn()) -> usize {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    PATH.take();
    let mut runs = 0;
    loop {
        PATH.with_borrow_mut(|(_, next)| *next = 0);
        let told = Told;
        run();
        std::mem::forget(told);
        runs += 1;
        let more = PATH.with_borrow_mut(|(path, _)| {
            while let Some((chosen, of)) = path.pop() {
                if chosen + 1 < of {
                    path.push((chosen + 1, of));
                    return true;
                }
            }
            false
        });
        if !more {
            return runs;
        }
    }
}

/// Runs `run` so many times, with choices that are made by chance: always the same. For runs that are
/// too long for all of their choices to be gone through.
pub fn sample(runs: usize, run: impl Fn()) {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    CHANCE.set(Some(0x9e37_79b9_7f4a_7c15));
    for _ in 0..runs {
        PATH.take();
        let told = Told;
        run();
        std::mem::forget(told);
    }
    CHANCE.set(None);
}

/// Says which choices have led to a panic.
struct Told;

impl Drop for Told {
    fn drop(&mut self) {
        let path = PATH.with_borrow(|(path, next)| path[..*next].to_vec());
        eprintln!("choices: {path:?}");
    }
}
