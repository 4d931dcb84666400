//! What the decision process knows about one route.
//!
//! INVARIANT: nothing else decides. A candidate is a value, so decisions can be
//! replayed, compared with those of other implementations and tested without a
//! table.

use bgp_wire::{Asn, Origin};
use std::net::{IpAddr, Ipv4Addr};

/// The values of one eligible route that some [`Step`](crate::Step) compares.
///
/// The default is a route with LOCAL_PREF 100, an empty AS_PATH and everything
/// else zero or unknown, handy for `..Candidate::default()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// Preference of the protocol that brought the route; higher is better.
    /// BIRD's scale: 100 for BGP, 200 for static, 10 for kernel routes.
    pub preference: u16,
    /// Long-lived stale, as the community LLGR_STALE says (RFC 9494 §4.3).
    pub stale: bool,
    /// The degree of preference; higher is better.
    pub local_pref: u32,
    /// Originated here.
    pub local: bool,
    /// AIGP value, where AIGP is enabled and the route carries one.
    pub aigp: Option<u64>,
    /// Length of the AS_PATH as RFC 4271 §9.1.2.2 a) and RFC 5065 §5.3 count it.
    pub path_length: u32,
    /// ORIGIN.
    pub origin: Origin,
    /// MULTI_EXIT_DISC, 0 when absent.
    pub med: u32,
    /// The neighbouring AS within which MEDs are comparable.
    pub neighbor_as: Asn,
    /// Learned by eBGP. A peer in another member AS of the confederation counts
    /// as internal (RFC 5065 §5.3).
    pub external: bool,
    /// Cost of the path to the next hop, `None` when no cost can be determined.
    pub interior_cost: Option<u32>,
    /// The route that is best already (RFC 5004 keeps it against younger ones).
    pub current: bool,
    /// ORIGINATOR_ID, or else the BGP Identifier of the peer (RFC 4456 §9).
    pub identifier: Ipv4Addr,
    /// BGP Identifier of the peer, whatever ORIGINATOR_ID says.
    pub peer_identifier: Ipv4Addr,
    /// Number of entries in the CLUSTER_LIST.
    pub cluster_list_length: u32,
    /// Address of the peer.
    pub peer_address: IpAddr,
    /// Path identifier as received (RFC 7911), 0 without ADD-PATH.
    pub path_id: u32,
}

impl Default for Candidate {
    fn default() -> Self {
        Self {
            preference: 100,
            stale: false,
            local_pref: 100,
            local: false,
            aigp: None,
            path_length: 0,
            origin: Origin::Igp,
            med: 0,
            neighbor_as: Asn(0),
            external: false,
            interior_cost: None,
            current: false,
            identifier: Ipv4Addr::UNSPECIFIED,
            peer_identifier: Ipv4Addr::UNSPECIFIED,
            cluster_list_length: 0,
            peer_address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            path_id: 0,
        }
    }
}
