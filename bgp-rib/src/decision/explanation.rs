//! Why a route is best and the others are not.
//!
//! Values to be looked at, printed or serialised by the embedder; making them is
//! [`Rib::explain`](crate::Rib::explain)'s.

use super::Step;
use crate::{Destination, Ineligible, RouteInfo};
use std::fmt;

/// How a candidate fared; positions are those of the list judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Standing {
    /// Chosen. `decided_by` is the last step that removed a rival, `None` when
    /// there was none.
    Best {
        /// The last step that removed a rival.
        decided_by: Option<Step>,
    },
    /// Removed by a step.
    Lost {
        /// The step.
        step: Step,
        /// Position of a candidate that beat it there.
        against: usize,
    },
    /// Equal in every step of the list; the earlier one was taken. Cannot
    /// happen between routes of one table, whose peer address and path
    /// identifier differ.
    Tied {
        /// Position of the candidate taken.
        against: usize,
    },
}

/// Every route to a destination, and why one is best. Its `Display` form has a
/// line for each route:
///
/// ```text
/// 192.0.2.0/24 from 10.0.0.11: best, shorter AS_PATH (RFC 4271 §9.1.2.2 a)
/// 192.0.2.0/24 from 10.0.0.12: lost against 10.0.0.11, shorter AS_PATH (RFC 4271 §9.1.2.2 a)
/// 192.0.2.0/24 from 10.0.0.13: not eligible, own AS in AS_PATH (RFC 4271 §9.1.2)
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The destination.
    pub destination: Destination,
    /// All routes, eligible or not, in order of peer and path identifier.
    pub routes: Vec<Judged>,
}

/// One route and its fate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judged {
    /// The route.
    pub route: RouteInfo,
    /// Its standing among the eligible routes (positions are those in
    /// [`Explanation::routes`]), or why it is not one of them.
    pub outcome: Result<Standing, Ineligible>,
}

impl Explanation {
    /// The best route, if any is eligible.
    #[must_use]
    pub fn best(&self) -> Option<&Judged> {
        self.routes
            .iter()
            .find(|judged| matches!(judged.outcome, Ok(Standing::Best { .. })))
    }

    /// The step that chose the best route, `None` when it had no rival or there
    /// is no best route.
    #[must_use]
    pub fn decided_by(&self) -> Option<Step> {
        match self.best()?.outcome {
            Ok(Standing::Best { decided_by }) => decided_by,
            Ok(Standing::Lost { .. } | Standing::Tied { .. }) | Err(_) => None,
        }
    }
}

/// One line a route: `192.0.2.0/24 from 10.0.0.1: lost against 10.0.0.2, shorter AS_PATH (…)`.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for judged in &self.routes {
            write!(f, "{} from {}: ", self.destination, judged.route.source)?;
            match &judged.outcome {
                Ok(Standing::Best { decided_by: None }) => writeln!(f, "best, no rival")?,
                Ok(Standing::Best {
                    decided_by: Some(step),
                }) => writeln!(f, "best, {step}")?,
                Ok(Standing::Lost { step, against }) => {
                    writeln!(f, "lost against {}, {step}", self.source(*against))?;
                }
                Ok(Standing::Tied { against }) => {
                    writeln!(f, "equal to {}", self.source(*against))?;
                }
                Err(reason) => writeln!(f, "not eligible, {reason}")?,
            }
        }
        Ok(())
    }
}

impl Explanation {
    fn source(&self, position: usize) -> String {
        self.routes
            .get(position)
            .map_or_else(String::new, |judged| judged.route.source.to_string())
    }
}
