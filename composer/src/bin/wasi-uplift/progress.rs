//! How far many guests have come, drawn at the bottom of the terminal while work is done.

#[cfg(target_family = "wasm")]
pub use nowhere::Progress;
#[cfg(not(target_family = "wasm"))]
pub use terminal::Progress;

#[cfg(not(target_family = "wasm"))]
mod terminal {
    use indicatif::{ProgressBar, ProgressStyle};

    /// A bar, or none where nobody is to see it.
    #[derive(Clone)]
    pub struct Progress(ProgressBar);

    impl Progress {
        pub fn hidden() -> Self {
            Progress(ProgressBar::hidden())
        }

        /// A bar if standard error is a terminal.
        pub fn new(length: u64) -> Self {
            let bar = ProgressBar::new(length);
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
                bar.set_style(style);
            }
            Progress(bar)
        }

        pub fn is_hidden(&self) -> bool {
            self.0.is_hidden()
        }

        /// One of many is done.
        pub fn step(&self, name: &str) {
            self.0.set_message(name.to_string());
            self.0.inc(1);
        }

        /// One of many is not to be waited for any more.
        pub fn skip(&self) {
            self.0.inc(1);
        }

        pub fn clear(&self) {
            self.0.finish_and_clear();
        }

        /// Takes the bar out of the way while something else is written.
        pub fn suspend(&self, write: impl FnOnce()) {
            self.0.suspend(write);
        }
    }
}

/// WebAssembly can't ask how wide a terminal is, so that there is nothing to draw on.
#[cfg(target_family = "wasm")]
mod nowhere {
    #[derive(Clone)]
    pub struct Progress;

    impl Progress {
        pub fn hidden() -> Self {
            Progress
        }

        pub fn new(_: u64) -> Self {
            Progress
        }

        pub fn is_hidden(&self) -> bool {
            true
        }

        pub fn step(&self, _: &str) {}

        pub fn skip(&self) {}

        pub fn clear(&self) {}

        pub fn suspend(&self, write: impl FnOnce()) {
            write();
        }
    }
}
