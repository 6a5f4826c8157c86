//! Puts the guest and the adapter together.

use crate::adapt::{LIFECYCLE, TrimmedAdapter};
use crate::plan::Plan;
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
    let run = plan.run();
    for export in &plan.exports {
        let name = &export.item.name;
        let node = graph.alias_instance_export(guest, name).map_err(failed)?;
        let Some((_, run)) = run.filter(|(run, _)| run.name == *name) else {
            graph.export(node, name).map_err(failed)?;
            continue;
        };
        let node = if parts.adapter.drains {
            let front = front::run(parts.adapter.target)?;
            let front = instantiate(&mut graph, "wasi-uplift:front", front)?;
            let lifecycle = graph
                .alias_instance_export(adapter, LIFECYCLE)
                .map_err(failed)?;
            for (argument, node) in [(front::GUEST_RUN, node), (LIFECYCLE, lifecycle)] {
                graph
                    .set_instantiation_argument(front, argument, node)
                    .map_err(failed)?;
            }
            graph.alias_instance_export(front, run).map_err(failed)?
        } else {
            node
        };
        graph.export(node, run).map_err(failed)?;
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
