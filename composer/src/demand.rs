//! What a guest needs of the adapter. It is plain data: the plan makes it, and the adapter is cut
//! down to it.

use crate::catalogue::Incoming;
use crate::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};

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

impl Demand {
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
