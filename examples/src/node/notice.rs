//! What a speaker tells the one who watches it.

use std::fmt;

use bgp_rib::{BestChange, RouteInfo};
use bgp_session::{DownReason, Family, State};

/// Something that happened in a speaker.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Notice {
    /// A session changed its state.
    State {
        /// The session's name.
        peering: String,
        /// The state it was in.
        from: State,
        /// The state it is in.
        to: State,
    },
    /// A session that was Established ended.
    Down {
        /// The session's name.
        peering: String,
        /// Why.
        reason: DownReason,
    },
    /// A session did not come up.
    Failed {
        /// The session's name.
        peering: String,
        /// Why.
        reason: DownReason,
    },
    /// A peer has sent as many routes as are warned of.
    PrefixLimit {
        /// The session's name.
        peering: String,
        /// The family.
        family: Family,
        /// How many.
        count: u64,
        /// How many it may send.
        maximum: u32,
    },
    /// A best route changed.
    Best(BestChange),
}

/// One line, as a log shows it.
impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State { peering, from, to } => write!(f, "session {peering}: {from} -> {to}"),
            Self::Down { peering, reason } => write!(f, "session {peering} down: {reason}"),
            Self::Failed { peering, reason } => write!(f, "session {peering} failed: {reason}"),
            Self::PrefixLimit {
                peering,
                family,
                count,
                maximum,
            } => write!(
                f,
                "session {peering}: {count} routes of {family}, limit {maximum}"
            ),
            Self::Best(change) => match &change.new {
                Some(route) => write!(
                    f,
                    "route {} via {} from {}",
                    change.destination,
                    NextHop(route),
                    route.source
                ),
                None => write!(f, "route {} withdrawn", change.destination),
            },
        }
    }
}

/// Where a route sends its packets.
struct NextHop<'a>(&'a RouteInfo);

impl fmt::Display for NextHop<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.attributes.next_hop {
            Some(next_hop) => next_hop.addr().fmt(f),
            None => f.write_str("this node"),
        }
    }
}
