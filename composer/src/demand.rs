//! What a guest needs of the adapter. It is plain data: the plan makes it, and the adapter is cut
//! down to it.

use crate::catalogue::{Incoming, OFFERS};
use crate::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// The functions of [`OFFERS`].
pub(crate) mod offers {
    pub const BLOCKING_READ: &str = "blocking-read";
    pub const GO_ON: &str = "go-on";
}

/// What a guest needs of the adapter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Demand {
    /// The adapter's interfaces, by name.
    pub interfaces: BTreeMap<String, Items>,
    /// Whether the guest is a command, which ends when all that it has written is with the host.
    pub is_command: bool,
    /// The interface through which a server gets its requests.
    pub incoming: Option<Incoming>,
}

/// Functions and types of an interface, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Items {
    pub functions: BTreeSet<String>,
    pub types: BTreeSet<String>,
}

/// The functions that a guest has to import for the adapter to serve [`OFFERS`]. It calls `stat` for that,
/// and the result must not call a function of the host that the guest doesn't call.
const READS_FILES: [&str; 3] = [
    "[method]descriptor.read-via-stream",
    "[method]descriptor.stat",
    BLOCKING_READ,
];

/// The function in place of which [`OFFERS`] is called.
pub(crate) const BLOCKING_READ: &str = "[method]input-stream.blocking-read";

impl Demand {
    /// Replaces [`BLOCKING_READ`] by [`OFFERS`], if the guest imports all of [`READS_FILES`].
    pub fn read_directly(&mut self) {
        let imports = |name: &&str| {
            let mut interfaces = self.interfaces.values();
            interfaces.any(|items| items.functions.contains(*name))
        };
        if !READS_FILES.iter().all(imports) {
            return;
        }
        for items in self.interfaces.values_mut() {
            items.functions.remove(BLOCKING_READ);
        }
        let functions = [offers::BLOCKING_READ, offers::GO_ON].map(String::from);
        let items = self.interfaces.entry(OFFERS.into()).or_default();
        items.functions.extend(functions);
    }

    /// What a guest needs by its plan.
    pub fn of(plan: &Plan) -> Self {
        let mut interfaces: BTreeMap<String, Items> = BTreeMap::new();
        for (import, by) in plan.adapted() {
            let items = interfaces.entry(by.to_string()).or_default();
            items.functions.extend(import.functions().iter().cloned());
            items.types.extend(import.types().iter().cloned());
        }
        Demand {
            interfaces,
            is_command: plan.run().is_some(),
            incoming: plan.incoming(),
        }
    }
}
