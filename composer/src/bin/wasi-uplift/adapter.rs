//! `wasi-uplift adapter`

use crate::files::Output;
use crate::messages::Messages;
use anyhow::Result;
use clap::Args;
use wasi_uplift::by_hand::{self, Entry};
use wasi_uplift::{Options, Target};

/// Writes the whole adapter as a component, for composing by hand.
///
/// It exports every WASI 0.2 interface that can be served, and imports all of WASI 0.3 that this
/// takes. The guest has to go through `wasi-uplift retype` first. `compose` does all this at once,
/// and leaves out of the adapter what the guest doesn't need.
#[derive(Args)]
pub struct Adapter {
    #[command(flatten)]
    output: Output,

    /// The version of WASI 0.3 that the adapter imports.
    #[arg(long, default_value_t, value_name = "VERSION")]
    target: Target,

    /// A package that is left out, for a host that ships none of it: `wasi:http`, for example. May
    /// be repeated.
    #[arg(long, value_name = "PACKAGE", conflicts_with = "front")]
    without: Vec<String>,

    /// Write the component that stands before a guest instead: before a command (`run`), a server
    /// (`handler`), or one of a release candidate (`handler-candidate`). It imports the guest's
    /// export as `wasi-uplift:front/guest`, or `guest-handler`, and interfaces of the adapter, and
    /// exports `wasi:cli/run` or `wasi:http/handler` of WASI 0.3.
    #[arg(
        long,
        value_name = "ENTRY",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "run"
    )]
    front: Option<Entry>,
}

impl Adapter {
    pub fn run(&self, messages: &Messages) -> Result<()> {
        self.output.check()?;
        let options = Options::default().target(self.target);
        let options = self.without.iter().fold(options, Options::without);
        let component = if let Some(entry) = self.front {
            by_hand::front(&options, entry)?
        } else {
            by_hand::adapter(&options)?
        };
        let length = component.len();
        self.output.write(component)?;
        messages.detail(crate::describe::size(length));
        Ok(())
    }
}
