//! Going through all choices.

use std::cell::RefCell;
use std::sync::{Mutex, PoisonError};

thread_local! {
    /// The choices of this run: what was chosen, of how many.
    static PATH: RefCell<(Vec<(usize, usize)>, usize)> = const { RefCell::new((Vec::new(), 0)) };
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
            path.push((0, of));
        }
        let (chosen, before) = path[*next];
        assert_eq!(before, of, "a run depends on nothing but its choices");
        *next += 1;
        chosen
    })
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

/// Says which choices have led to a panic.
struct Told;

impl Drop for Told {
    fn drop(&mut self) {
        let path = PATH.with_borrow(|(path, next)| path[..*next].to_vec());
        eprintln!("choices: {path:?}");
    }
}
