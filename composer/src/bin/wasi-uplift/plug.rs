//! Joins a guest with components that serve its imports.

use anyhow::{Context, Result, anyhow, bail};
use semver::Version;
use std::collections::BTreeSet;
use wac_graph::types::{ItemKind, Package, are_semver_compatible};
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};

/// A component, and what it is called in messages.
pub struct Part {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A guest and its plugs as one component.
pub struct Joined {
    pub bytes: Vec<u8>,
    /// Which plug serves which import, in words.
    pub connections: Vec<String>,
}

/// An export that serves an import. Parts are given by their positions.
struct Connection {
    of: usize,
    import: String,
    by: usize,
    export: String,
}

/// The imports and exports of a part.
struct Externs {
    name: String,
    package: PackageId,
    imports: Vec<String>,
    exports: Vec<String>,
}

/// Joins parts, of which the first is the guest and the others are plugs. The result has the exports
/// of the guest, and imports what no plug serves. Each plug is instantiated once.
///
/// # Errors
///
/// If two plugs serve the same import, nothing uses a plug, plugs need each other in a circle, or an
/// export has other types than the import that it is to serve.
pub fn join(parts: Vec<Part>) -> Result<Joined> {
    let mut graph = CompositionGraph::new();
    let parts = parts.into_iter().enumerate();
    let known = parts.map(|(position, part)| register(&mut graph, position, part));
    let known = known.collect::<Result<Vec<_>>>()?;
    let connections = connections(&known)?;
    let order = order(&known, &connections)?;
    let mut instances: Vec<Option<NodeId>> = vec![None; known.len()];
    for part in order {
        let instance = graph.instantiate(known[part].package);
        for connection in connections.iter().filter(|it| it.of == part) {
            let by = instances[connection.by].context("plugs come before what uses them")?;
            let export = graph.alias_instance_export(by, &connection.export)?;
            graph
                .set_instantiation_argument(instance, &connection.import, export)
                .map_err(|error| {
                    let reason = std::error::Error::source(&error);
                    anyhow!(
                        "the plug `{}` can't serve the import `{}` of `{}`: {}",
                        known[connection.by].name,
                        connection.import,
                        known[part].name,
                        reason.map_or(error.to_string(), |reason| format!(
                            "its types are others: {reason}"
                        )),
                    )
                })?;
        }
        instances[part] = Some(instance);
    }
    let guest = instances[0].context("the guest comes last")?;
    for name in &known[0].exports {
        let export = graph.alias_instance_export(guest, name)?;
        graph.export(export, name)?;
    }
    let bytes = graph.encode(EncodeOptions::default()).map_err(|error| {
        match unnamed(&graph, &known, &connections) {
            Some(reason) => reason,
            None => anyhow!(error).context("guest and plugs don't fit together"),
        }
    })?;
    Ok(Joined {
        bytes,
        connections: connections.iter().map(|it| it.text(&known)).collect(),
    })
}

/// Returns the error for an export of the guest with a type of a plug, which has no name outside the
/// joined component. `None` if there is no such export.
fn unnamed(
    graph: &CompositionGraph,
    known: &[Externs],
    connections: &[Connection],
) -> Option<anyhow::Error> {
    let types = graph.types();
    let guest = &known[0];
    let exports = &types[graph[guest.package].ty()].exports;
    exports.iter().find_map(|(export, kind)| {
        let ItemKind::Instance(interface) = kind else {
            return None;
        };
        types[*interface].uses.iter().find_map(|(ty, used)| {
            let of = types[used.interface].id.as_ref()?;
            let mut connections = connections.iter();
            let served = connections.find(|it| it.of == 0 && it.import == *of)?;
            let plug = &known[served.by];
            Some(anyhow!(
                "the export `{export}` of `{}` has the type `{ty}` of `{of}`, which the plug `{}` \
                 serves and nothing exports: have a `.wac` file export both",
                guest.name,
                plug.name
            ))
        })
    })
}

fn register(graph: &mut CompositionGraph, position: usize, part: Part) -> Result<Externs> {
    let Part { name, bytes } = part;
    // What parts are called in the result doesn't depend on where their files are.
    let label = match position {
        0 => "guest".to_string(),
        _ => format!("plug-{position}"),
    };
    let package = Package::from_bytes(&label, None, bytes, graph.types_mut())
        .with_context(|| format!("`{name}` can't be joined with other components"))?;
    let world = &graph.types()[package.ty()];
    // Types are the same wherever they come from, and nobody has to serve them.
    let served = |(name, kind): (&String, &ItemKind)| match kind {
        ItemKind::Type(_) => None,
        _ => Some(name.clone()),
    };
    let imports = world.imports.iter().filter_map(served).collect();
    let exports = world.exports.keys().cloned().collect();
    Ok(Externs {
        name,
        imports,
        exports,
        package: graph.register_package(package)?,
    })
}

/// Finds the export for each import. The guest's own exports are for the host.
fn connections(known: &[Externs]) -> Result<Vec<Connection>> {
    let mut connections = Vec::new();
    for (of, part) in known.iter().enumerate() {
        for import in &part.imports {
            let plugs = known.iter().enumerate().skip(1);
            let mut serving = plugs.filter(|(by, _)| *by != of).filter_map(|(by, plug)| {
                let export = counterpart(import, &plug.exports)?.clone();
                Some((by, export))
            });
            let Some((by, export)) = serving.next() else {
                continue;
            };
            if let Some((other, _)) = serving.next() {
                bail!(
                    "the plugs `{}` and `{}` both serve the import `{import}` of `{}`: leave one out",
                    known[by].name,
                    known[other].name,
                    part.name
                );
            }
            connections.push(Connection {
                of,
                import: import.clone(),
                by,
                export,
            });
        }
    }
    Ok(connections)
}

/// The export that serves an import: the one of the same name, or else the latest of a compatible
/// version.
fn counterpart<'a>(import: &str, exports: &'a [String]) -> Option<&'a String> {
    let version = |name: &str| Version::parse(name.split_once('@')?.1).ok();
    let compatible = exports
        .iter()
        .filter(|it| are_semver_compatible(it, import));
    compatible.max_by_key(|export| (*export == import, version(export)))
}

/// The order in which to instantiate the parts: each after those that it uses, so that the guest comes
/// last.
fn order(known: &[Externs], connections: &[Connection]) -> Result<Vec<usize>> {
    fn visit(
        part: usize,
        known: &[Externs],
        connections: &[Connection],
        path: &mut Vec<usize>,
        order: &mut Vec<usize>,
    ) -> Result<()> {
        if order.contains(&part) {
            return Ok(());
        }
        if let Some(start) = path.iter().position(|it| *it == part) {
            let circle = path[start..].iter().chain([&part]);
            let names: Vec<_> = circle.map(|it| format!("`{}`", known[*it].name)).collect();
            bail!(
                "plugs need each other in a circle: {}",
                names.join(", which needs ")
            );
        }
        path.push(part);
        let used: BTreeSet<usize> = connections
            .iter()
            .filter(|it| it.of == part)
            .map(|it| it.by)
            .collect();
        for by in used {
            visit(by, known, connections, path, order)?;
        }
        path.pop();
        order.push(part);
        Ok(())
    }

    let mut order = Vec::new();
    visit(0, known, connections, &mut Vec::new(), &mut order)?;
    let mut unused = (1..known.len()).filter(|part| !order.contains(part));
    match unused.next() {
        Some(plug) => Err(unused_plug(known, plug)),
        None => Ok(order),
    }
}

fn unused_plug(known: &[Externs], plug: usize) -> anyhow::Error {
    let Externs { name, exports, .. } = &known[plug];
    if exports.is_empty() {
        return anyhow!("nothing uses the plug `{name}`: it exports nothing");
    }
    let path = |name: &str| name.split('@').next().map(str::to_string);
    // Often it is the version that is wrong.
    let near = exports.iter().find_map(|export| {
        let parts = known.iter().filter(|part| part.name != *name);
        let mut imports = parts.flat_map(|part| part.imports.iter().map(move |it| (part, it)));
        let (part, import) = imports.find(|(_, import)| path(import) == path(export))?;
        Some(format!(
            "it exports `{export}`, and `{}` imports `{import}`",
            part.name
        ))
    });
    let reason = near.unwrap_or_else(|| {
        let exports: Vec<_> = exports.iter().map(|it| format!("`{it}`")).collect();
        format!("nothing that is used imports {}", exports.join(" or "))
    });
    anyhow!("nothing uses the plug `{name}`: {reason}")
}

impl Connection {
    fn text(&self, known: &[Externs]) -> String {
        let (of, by) = (&known[self.of].name, &known[self.by].name);
        if self.import == self.export {
            format!("{of}: {} comes from {by}", self.import)
        } else {
            format!("{of}: {} comes from {by}, as {}", self.import, self.export)
        }
    }
}
