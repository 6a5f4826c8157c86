//! Composes a guest with the adapter: the stages, one after the other.

use crate::catalogue::Catalogue;
use crate::component::write::Written;
use crate::error::{ComposeError, FuseError, InternalError, Place};
use crate::inspect::Guest;
use crate::options::{LinkMode, Options};
use crate::plan::{Decisions, Plan, Planned};
use crate::waiting::{self, CannotWait};
use crate::{fuse, link, preview1, retype, validate, values};

/// The result of [`compose`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Composed {
    /// The component, which has been validated.
    pub bytes: Vec<u8>,
    /// The decision on each import and export of the guest.
    pub plan: Plan,
    /// The way in which guest and adapter were put together.
    pub linked: Linked,
    /// The names of what the result imports, in order.
    pub imports: Vec<String>,
    /// The names of what the result exports, in order.
    pub exports: Vec<String>,
    /// The functions of exports that have become `async`. A host calls them otherwise than those of
    /// the guest: its bindings have to be made from the result.
    pub became_async: Vec<Place>,
    /// What the guest runs where it can't wait, though it calls functions that may. In one component
    /// with the adapter it traps when it would have to wait. Linked, it traps as soon as it calls a
    /// function that may.
    pub cannot_wait: Vec<CannotWait>,
}

impl Composed {
    /// Returns `true` if there is a component before the guest, an HTTP server, that gets its answers:
    /// [`Options::front`] asks for one, and two components have one anyway.
    pub fn has_front(&self) -> bool {
        let may_have_one = match self.linked {
            Linked::Not => false,
            Linked::Fused => self.plan.front,
            Linked::Components { .. } => true,
        };
        may_have_one && self.plan.handler().is_some()
    }
}

/// The way in which guest and adapter have been put together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Linked {
    /// The guest was returned as it is.
    Not,
    /// They are one component.
    Fused,
    /// They are two components.
    #[non_exhaustive]
    Components {
        /// Why they are not one. `None` if they were to be two.
        because: Option<FuseError>,
    },
}

/// Composes a guest with the adapter.
///
/// The bytes are a component in binary form, or a core module that imports
/// `wasi_snapshot_preview1`, which is made a component first. The result is a component that
/// imports WASI 0.3 where the guest imports WASI 0.2, and exports `wasi:cli/run` of WASI 0.3 where
/// the guest exports that of WASI 0.2, and `wasi:http/handler` where it exports
/// `wasi:http/incoming-handler`. A guest that needs nothing of WASI 0.2 is returned as it is. The
/// same guest gives the same bytes every time.
///
/// ```
/// use wasi_uplift::{ComposeError, Options, PlanError, Unserved};
///
/// let guest = wat::parse_str(
///     r#"(component (import "wasi:cli/nonsense@0.2.0" (instance (export "do" (func)))))"#,
/// )
/// .unwrap();
/// let error = wasi_uplift::compose(&guest, &Options::default()).unwrap_err();
/// let ComposeError::Plan(PlanError::Imports { imports, .. }) = error else {
///     panic!("WASI 0.2 has no such interface");
/// };
/// assert_eq!(imports[0].import, "wasi:cli/nonsense@0.2.0");
/// assert_eq!(imports[0].reason, Unserved::Unknown);
/// ```
///
/// # Errors
///
/// Each stage has its variant of [`ComposeError`].
pub fn compose(guest: &[u8], options: &Options) -> Result<Composed, ComposeError> {
    let component = preview1::componentize(guest)?;
    let guest = Guest::read(&component)?;
    let catalogue = Catalogue::new(options.target, &options.without)?;
    let mut plan = Decisions::of(&guest, &catalogue)?.into_plan()?;
    plan.follow(options)?;
    carry_out(&component, guest, plan, &catalogue, options.link)
}

/// Makes the result that a plan asks for.
pub(crate) fn carry_out<'a>(
    bytes: &'a [u8],
    mut guest: Guest<'a>,
    plan: Plan,
    catalogue: &Catalogue,
    link: LinkMode,
) -> Result<Composed, ComposeError> {
    if plan.is_identity() {
        return Ok(Composed {
            bytes: bytes.to_vec(),
            imports: names(&plan.imports),
            exports: names(&plan.exports),
            plan,
            linked: Linked::Not,
            became_async: Vec::new(),
            cannot_wait: Vec::new(),
        });
    }
    let became_async = prepare(&mut guest, &plan)?;
    let cannot_wait = waiting::cannot_wait(&guest.model, guest.root);
    let together = put_together(bytes, guest, &plan, catalogue, link, fused)?;
    Ok(Composed {
        bytes: together.written.bytes,
        plan,
        linked: together.linked,
        imports: together.externs.imports,
        exports: together.externs.exports,
        became_async,
        cannot_wait: together.cannot_wait.unwrap_or(cannot_wait),
    })
}

fn names<Fate>(items: &[Planned<Fate>]) -> Vec<String> {
    let names = items.iter().map(|planned| planned.item.name.clone());
    names.collect()
}

/// Changes a guest as both ways of putting it together with the adapter need it.
fn prepare(guest: &mut Guest<'_>, plan: &Plan) -> Result<Vec<Place>, ComposeError> {
    values::define(guest, plan);
    Ok(retype::retype(guest, plan)?)
}

/// Guest and adapter, put together.
struct Together {
    written: Written,
    externs: validate::Externs,
    linked: Linked,
    /// The code of the result that can't wait, if the guest's components have become parts of one.
    /// `None` if it is the same code as in the guest.
    cannot_wait: Option<Vec<CannotWait>>,
}

/// How guest and adapter become one component.
type Fuse = fn(Guest<'_>, &Plan, &Catalogue) -> Result<Together, fuse::Failure>;

/// Puts guest and adapter together: as one component if that is wanted and can be, and as two
/// otherwise. The guest becomes a part of the result, so that it is read again for another attempt.
fn put_together<'a>(
    bytes: &'a [u8],
    mut guest: Guest<'a>,
    plan: &Plan,
    catalogue: &Catalogue,
    link: LinkMode,
    fuse: Fuse,
) -> Result<Together, ComposeError> {
    let mut because = None;
    if link != LinkMode::Component {
        match fuse(guest, plan, catalogue) {
            Ok(together) => return Ok(together),
            Err(fuse::Failure::Internal(error)) if link == LinkMode::Fused => {
                return Err(error.into());
            }
            Err(fuse::Failure::Unfusible(reason)) if link == LinkMode::Fused => {
                return Err(reason.into());
            }
            // Two components may be what can be made.
            Err(fuse::Failure::Internal(error)) => {
                let reason = error.to_string();
                because = Some(FuseError::Invalid { reason });
            }
            Err(fuse::Failure::Unfusible(reason)) => because = Some(reason),
        }
        guest = Guest::read(bytes)?;
        prepare(&mut guest, plan)?;
    }
    let written = link::link(guest, plan, catalogue).map_err(|failure| match failure {
        link::Failure::Plan(error) => ComposeError::from(error),
        link::Failure::Link(error) => error.into(),
        link::Failure::Internal(error) => error.into(),
    })?;
    let externs = match validate::validate(&written, plan, catalogue) {
        Ok(externs) => externs,
        Err(error) => {
            let guest = Guest::read(bytes)?;
            return Err(match plan.exported_resource(&guest.model) {
                Some(error) => error.into(),
                None => InternalError::from(error).into(),
            });
        }
    };
    Ok(Together {
        written,
        externs,
        linked: Linked::Components { because },
        cannot_wait: None,
    })
}

fn fused(guest: Guest<'_>, plan: &Plan, catalogue: &Catalogue) -> Result<Together, fuse::Failure> {
    let fuse::Fused {
        written,
        cannot_wait,
    } = fuse::fuse(guest, plan, catalogue)?;
    checked(written, cannot_wait, plan, catalogue)
}

fn checked(
    written: Written,
    cannot_wait: Option<Vec<CannotWait>>,
    plan: &Plan,
    catalogue: &Catalogue,
) -> Result<Together, fuse::Failure> {
    // The guest may be one that can be linked, so that this is not the last word.
    let externs = validate::validate(&written, plan, catalogue).map_err(|error| {
        fuse::Failure::Unfusible(FuseError::Invalid {
            reason: error.to_string(),
        })
    })?;
    Ok(Together {
        written,
        externs,
        linked: Linked::Fused,
        cannot_wait,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    const CLOCK: &str = r#"(component
        (import "wasi:clocks/monotonic-clock@0.2.0" (instance
            (export "now" (func (result u64))))))"#;

    /// Puts a guest together with the adapter where it becomes one component in another way.
    fn put_together_by(fuse: Fuse, link: LinkMode) -> Result<Together, ComposeError> {
        let bytes = wat::parse_str(CLOCK).unwrap();
        let mut guest = Guest::read(&bytes).unwrap();
        let catalogue = Catalogue::new(Options::default().target, &[]).unwrap();
        let plan = Decisions::of(&guest, &catalogue).unwrap();
        let plan = plan.into_plan().unwrap();
        prepare(&mut guest, &plan).unwrap();
        put_together(&bytes, guest, &plan, &catalogue, link, fuse)
    }

    /// A result that is damaged before it is checked.
    fn damaged(
        guest: Guest<'_>,
        plan: &Plan,
        catalogue: &Catalogue,
    ) -> Result<Together, fuse::Failure> {
        let fuse::Fused { mut written, .. } = fuse::fuse(guest, plan, catalogue)?;
        written.bytes.truncate(written.bytes.len() - 1);
        checked(written, None, plan, catalogue)
    }

    fn broken(_: Guest<'_>, _: &Plan, _: &Catalogue) -> Result<Together, fuse::Failure> {
        Err(InternalError::adapter("it is another one").into())
    }

    #[test]
    fn what_can_not_be_fused_is_linked() {
        for (fuse, expected) in [
            (damaged as Fuse, "unexpected end"),
            (broken, "it is another one"),
        ] {
            let together = put_together_by(fuse, LinkMode::Auto).unwrap();
            let Linked::Components {
                because: Some(FuseError::Invalid { reason }),
            } = together.linked
            else {
                panic!("{:?}", together.linked);
            };
            assert!(reason.contains(expected), "{reason}");
            assert!(validate::valid(&together.written).is_ok());
        }
    }

    #[test]
    fn what_has_to_be_fused_is_not_linked() {
        let error = put_together_by(damaged, LinkMode::Fused).err().unwrap();
        assert!(
            matches!(error, ComposeError::Fuse(FuseError::Invalid { .. })),
            "{error}"
        );
        let error = put_together_by(broken, LinkMode::Fused).err().unwrap();
        assert!(matches!(error, ComposeError::Internal(_)), "{error}");
    }

    #[test]
    fn what_can_be_fused_is() {
        let together = put_together_by(fused, LinkMode::Auto).unwrap();
        assert_eq!(together.linked, Linked::Fused);
    }
}
