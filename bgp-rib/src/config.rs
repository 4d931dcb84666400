//! Configuration of a RIB: what holds for all peers, fixed for its life.

use crate::Profile;
use bgp_wire::Asn;
use std::net::Ipv4Addr;

/// The speaker that a [`Rib`](crate::Rib) belongs to.
///
/// ```
/// use bgp_rib::{Profile, RibConfig};
/// use bgp_wire::Asn;
///
/// // One of two reflectors of a cluster that chooses as the BIRDs around it do.
/// let mut config = RibConfig::new(Asn(64512), [10, 0, 0, 1].into());
/// config.cluster_id = Some([244, 0, 0, 1].into());
/// config.profile = Profile::Bird;
/// assert_eq!(config.cluster().to_string(), "244.0.0.1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RibConfig {
    /// Our AS; in a confederation, our member AS (RFC 5065 §4).
    pub local_as: Asn,
    /// The confederation identifier, when we are in one (RFC 5065 §4).
    pub confederation: Option<Asn>,
    /// Our BGP Identifier: routes whose ORIGINATOR_ID it is are ignored
    /// (RFC 4456 §8).
    pub identifier: Ipv4Addr,
    /// Our cluster; the identifier when absent (RFC 4456 §7). Reflectors of one
    /// cluster ignore what the others reflect, which saves memory and costs
    /// redundancy when a client has lost one of them.
    pub cluster_id: Option<Ipv4Addr>,
    /// Whether routes of a client go to the other clients of its cluster (RFC 4456 §6). Off where
    /// these are fully meshed among themselves (RFC 4456 §9). Default on.
    pub client_to_client: bool,
    /// Order of the decision steps.
    pub profile: Profile,
    /// LOCAL_PREF of routes that carry none, that is of external and own ones.
    /// Default 100.
    pub default_local_pref: u32,
    /// Whether a next hop that nobody reported on counts as reachable, at
    /// unknown cost. Off: its routes wait until it is reported. Default on, for
    /// reflectors and collectors that forward nothing.
    pub assume_reachable: bool,
    /// Whether AIGP takes part in the decision (RFC 7311 §3.3). Default on; it
    /// matters only for sessions that accept the attribute.
    pub aigp: bool,
    /// Whether [`Changes::touched`](crate::Changes::touched) is told: for a forwarding table with
    /// several routes to a destination ([`Rib::multipath`](crate::Rib::multipath)). Default off.
    pub multipath: bool,
    /// Whether routes of equal length through different ASes count as equal for
    /// [`Rib::multipath`](crate::Rib::multipath), as with BIRD, and others when asked to relax.
    /// Off: only those with the AS_PATH of the best one. Default on.
    pub multipath_relax: bool,
    /// Whether [`Changes::best`](crate::Changes::best) is told: for whoever programs a forwarding
    /// table from it, or shows it. A reflector that forwards nothing is spared the work of making
    /// it. Default on.
    pub report_best: bool,
    /// Whether snapshots show what each peer said and was told
    /// ([`Snapshot::adj_rib_in`](crate::Snapshot::adj_rib_in),
    /// [`Snapshot::adj_rib_out`](crate::Snapshot::adj_rib_out)). It costs memory for a second copy
    /// of these tables, and time where they change. Default off.
    pub publish_peers: bool,
    /// Bytes of encoded messages that an update group keeps for its slowest
    /// member before that member goes on alone. Default 32 MiB.
    pub group_backlog: usize,
}

impl RibConfig {
    /// A speaker of `local_as` with the RFC's decision process.
    #[must_use]
    pub const fn new(local_as: Asn, identifier: Ipv4Addr) -> Self {
        Self {
            local_as,
            confederation: None,
            identifier,
            cluster_id: None,
            client_to_client: true,
            profile: Profile::Rfc,
            default_local_pref: 100,
            assume_reachable: true,
            aigp: true,
            multipath: false,
            multipath_relax: true,
            report_best: true,
            publish_peers: false,
            group_backlog: 32 << 20,
        }
    }

    /// The cluster that stands in a CLUSTER_LIST (RFC 4456 §7).
    #[must_use]
    pub fn cluster(&self) -> Ipv4Addr {
        self.cluster_id.unwrap_or(self.identifier)
    }
}
