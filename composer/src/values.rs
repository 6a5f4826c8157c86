//! Value types.

use crate::inspect::Guest;
use crate::plan::Plan;

pub(crate) fn define(_guest: &mut Guest<'_>, _plan: &Plan) {}
