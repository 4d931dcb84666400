//! What two OPENs come to.
//!
//! A capability holds only if both speakers offered it, with two exceptions
//! that are the receiver's alone to grant: route refresh (RFC 2918 §4: whoever
//! offers it answers requests) and extended messages (RFC 8654 §4: whoever
//! offers it can receive them).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bgp_wire::{Asn, Context, Family, FamilySet, Open};

use crate::{ConnId, Direction, Role};

/// What an Established session agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Negotiated {
    /// Everything that reading and writing UPDATEs depends on: families, AS
    /// number size, ADD-PATH by direction, message limits, peer type.
    pub context: Context,
    /// The smaller hold time of both OPENs in seconds; 0: no keepalives
    /// (RFC 4271 §4.2).
    pub hold_time: u16,
    /// The OPEN of the peer. Its AS number is that of the four-octet
    /// capability where there is one.
    pub peer: Open,
    /// The peer answers requests for a route refresh (RFC 2918).
    pub route_refresh: bool,
    /// How many labels the peer can process before a prefix, 2–255, of the
    /// families in which several may come (`context.multiple_labels`); 255 for
    /// any number (RFC 8277 §2.1).
    pub multiple_labels: Vec<(Family, u8)>,
    /// How many paths to a prefix the peer wants at most, of the families in
    /// which we send several
    /// (draft-abraitis-idr-addpath-paths-limit); no entry: any number.
    pub paths_limit: Vec<(Family, u16)>,
    /// What the peer says about graceful restart, if both speakers offered it.
    pub graceful_restart: Option<PeerRestart>,
    /// Our role, if one is configured and the session is external.
    pub local_role: Option<Role>,
    /// The role that the peer told (RFC 9234 §4).
    pub peer_role: Option<Role>,
    /// The connection that carries the session.
    pub conn: ConnId,
    /// Who opened it.
    pub direction: Direction,
    /// Our end of it.
    pub local: SocketAddr,
    /// The peer's end of it.
    pub remote: SocketAddr,
}

/// The graceful restart capability of the peer (RFC 4724 §3, RFC 8538 §2,
/// RFC 9494 §3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerRestart {
    /// R: the peer has just restarted and is not to be waited for.
    pub restarting: bool,
    /// N, of both speakers: NOTIFICATIONs keep routes too.
    pub notification: bool,
    /// Seconds for which its routes may be kept as stale.
    pub restart_time: u16,
    /// Families whose forwarding survives a restart of the peer; empty: it
    /// only helps others to restart, and promises End-of-RIB markers.
    pub families: FamilySet,
    /// Of these, families whose forwarding state it has kept (F).
    pub forwarding: FamilySet,
    /// Families that may be stale for longer, with the seconds; both speakers
    /// offered long-lived graceful restart.
    pub long_lived: Vec<(Family, u32)>,
}

impl Negotiated {
    /// The hold time as a duration; zero if there is none.
    #[must_use]
    pub const fn hold_duration(&self) -> Duration {
        Duration::from_secs(self.hold_time as u64)
    }

    /// Time between KEEPALIVEs: a third of the hold time (RFC 4271 §4.4).
    #[must_use]
    pub fn keepalive_time(&self) -> Option<Duration> {
        (self.hold_time > 0).then(|| self.hold_duration() / 3)
    }

    /// When the HoldTimer expires if it starts now.
    pub(crate) fn hold_deadline(&self, now: Instant) -> Option<Instant> {
        (self.hold_time > 0)
            .then(|| now.checked_add(self.hold_duration()))
            .flatten()
    }

    /// The AS of the peer.
    #[must_use]
    pub const fn peer_as(&self) -> Asn {
        self.context.peer_as
    }

    /// Whether the peer promises an End-of-RIB marker for each family: it
    /// offered graceful restart (RFC 4724 §3), and so did we.
    #[must_use]
    pub const fn expects_end_of_rib(&self) -> bool {
        self.graceful_restart.is_some()
    }

    /// Families whose routes outlive the transport (RFC 4724 §4.2).
    #[must_use]
    pub fn retained_families(&self) -> FamilySet {
        let families = self
            .graceful_restart
            .as_ref()
            .map(|restart| restart.families);
        families
            .unwrap_or_default()
            .intersection(self.context.families)
    }

    /// Whether a new connection of the peer means that it has restarted
    /// (RFC 4724 §5).
    pub(crate) fn peer_restarts_gracefully(&self) -> bool {
        self.graceful_restart
            .as_ref()
            .is_some_and(|restart| !restart.families.is_empty())
    }

    /// Whether both speakers set the N bit (RFC 8538 §2).
    pub(crate) fn graceful_notification(&self) -> bool {
        self.graceful_restart
            .as_ref()
            .is_some_and(|restart| restart.notification)
    }
}
