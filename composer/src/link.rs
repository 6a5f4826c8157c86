//! Puts the guest and the adapter together.

use crate::adapt::{Incoming, LIFECYCLE, TrimmedAdapter};
use crate::inspect::Extern;
use crate::plan::{ExportFate, Plan};
use crate::{Error, front};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, InstantiationArgumentError, NodeId};

/// The components to be linked.
pub struct Parts {
    /// The guest, retyped.
    pub guest: Vec<u8>,
    /// The adapter, trimmed.
    pub adapter: TrimmedAdapter,
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Link(format!("{error:#}"))
}

/// Links the parts into one component.
///
/// # Errors
///
/// If an import of the guest has other types than the adapter's export.
pub fn link(parts: Parts, plan: &Plan) -> Result<Vec<u8>, Error> {
    let target = parts.adapter.target;
    let mut fronts = 0;
    let mut graph = CompositionGraph::new();
    let adapter = instantiate(&mut graph, "wasi-uplift:adapter", parts.adapter.bytes)?;
    let guest = instantiate(&mut graph, "wasi-uplift:guest", parts.guest)?;
    for (import, by) in plan.adapted() {
        let export = graph.alias_instance_export(adapter, by).map_err(failed)?;
        graph
            .set_instantiation_argument(guest, &import.name, export)
            .map_err(|error| match error {
                InstantiationArgumentError::ArgumentTypeMismatch { source, .. } => Error::Shape {
                    name: import.name.clone(),
                    reason: format!("{source:#}"),
                },
                other => failed(other),
            })?;
    }
    for export in &plan.exports {
        let name = &export.item.name;
        let node = graph.alias_instance_export(guest, name).map_err(failed)?;
        let is = |entry: Option<(&Extern, &str)>| entry.is_some_and(|(item, _)| item.name == *name);
        let ExportFate::Lifted(to) = &export.fate else {
            graph.export(node, name).map_err(failed)?;
            continue;
        };
        let front = if is(plan.run()) && parts.adapter.drains {
            Some((front::run(target)?, vec![LIFECYCLE], front::GUEST_RUN))
        } else if is(plan.handler()) {
            let incoming = Incoming::of(plan).ok_or_else(|| Error::Shape {
                name: name.clone(),
                reason: "its types are not those of an import `wasi:http/types`".to_string(),
            })?;
            let served = vec![incoming.types, incoming.interface];
            let front = front::handler(target, &incoming)?;
            Some((front, served, front::GUEST_HANDLER))
        } else {
            None
        };
        let node = match front {
            Some((front, served, guest)) => {
                let package = format!("wasi-uplift:front-{}", fronts);
                fronts += 1;
                let front = instantiate(&mut graph, &package, front)?;
                for name in served {
                    let export = graph.alias_instance_export(adapter, name).map_err(failed)?;
                    graph
                        .set_instantiation_argument(front, name, export)
                        .map_err(failed)?;
                }
                graph
                    .set_instantiation_argument(front, guest, node)
                    .map_err(failed)?;
                graph.alias_instance_export(front, to).map_err(failed)?
            }
            None => node,
        };
        graph.export(node, to).map_err(failed)?;
    }
    graph
        .encode(EncodeOptions {
            // The caller does, with the features that a host has.
            validate: false,
            ..EncodeOptions::default()
        })
        .map_err(failed)
}

fn instantiate(
    graph: &mut CompositionGraph,
    name: &str,
    component: Vec<u8>,
) -> Result<NodeId, Error> {
    let package = Package::from_bytes(name, None, component, graph.types_mut()).map_err(failed)?;
    let package = graph.register_package(package).map_err(failed)?;
    Ok(graph.instantiate(package))
}
