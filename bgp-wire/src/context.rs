//! The session context: what both sides agreed on when the session came up,
//! which decides how later bytes read.

use crate::{Asn, Family, FamilySet};

/// The largest message without extended messages (RFC 4271 §4.1).
pub const MAX_MESSAGE: u16 = 4096;
/// The largest extended message (RFC 8654 §3).
pub const MAX_EXTENDED_MESSAGE: u16 = 65535;

/// Where the peer stands: the RFC 7606 outcome of several attributes depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum PeerType {
    /// Same AS (iBGP).
    Internal,
    /// Another AS (eBGP).
    External,
    /// Another member AS of our confederation (RFC 5065).
    ConfederationExternal,
}

/// What to do with AS_SET and AS_CONFED_SET segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum AsSetPolicy {
    /// Take them, as RFC 4271 does.
    #[default]
    Accept,
    /// Treat the UPDATE as a withdrawal (RFC 9774).
    TreatAsWithdraw,
}

/// Which of the two outcomes RFC 7606 §5.3 leaves open for NLRI of an MP
/// attribute that cannot be parsed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum MalformedNlriPolicy {
    /// End the session: it comes back with a full table (RFC 4760 §7 SHOULD).
    #[default]
    SessionReset,
    /// Ignore the family until the session ends and keep the others; where the
    /// family itself cannot be read the session is reset all the same.
    DisableFamily,
}

/// What a session negotiated. Every decoder and encoder takes it; there are no
/// flags elsewhere.
///
/// ```
/// use bgp_wire::{Context, Family, PeerType};
/// let mut context = Context::new(PeerType::Internal);
/// context.add_path_receive.insert(Family::IPV4_UNICAST);
/// assert!(context.four_octet_as && context.receive_limit == 4096);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Context {
    /// Internal, external or of our confederation.
    pub peer_type: PeerType,
    /// Both sides sent the 4-octet AS capability (RFC 6793 §4.1).
    pub four_octet_as: bool,
    /// Families that both sides enabled; NLRI of others are ignored.
    pub families: FamilySet,
    /// Families in which the peer sends path identifiers (RFC 7911 §4).
    pub add_path_receive: FamilySet,
    /// Families in which we send path identifiers.
    pub add_path_send: FamilySet,
    /// Families whose next hop may be of the other IP version: IPv6 for IPv4
    /// routes (RFC 8950 §4).
    pub extended_next_hop: FamilySet,
    /// Families in which the peer puts several labels before a prefix: both
    /// sides sent the multiple-labels capability for them (RFC 8277 §2.1).
    pub multiple_labels: FamilySet,
    /// The most labels before a prefix that we said we can process; more of
    /// them withdraw the routes of the UPDATE (RFC 8277 §2.1). Where families
    /// differ, the largest. 255, the default, for any number.
    pub label_limit: u8,
    /// Largest message we take: 4096, or 65535 when *we* advertised extended
    /// messages (RFC 8654 §4).
    pub receive_limit: u16,
    /// Largest message we may send: 4096, or 65535 when *the peer* advertised
    /// extended messages.
    pub send_limit: u16,
    /// How AS_SETs are judged.
    pub as_set: AsSetPolicy,
    /// How unparsable NLRI of an MP attribute are judged.
    pub malformed_nlri: MalformedNlriPolicy,
    /// Whether AIGP is enabled: by default for internal and confederation
    /// peers (RFC 7311 §3.3). Elsewhere a received AIGP is ignored quietly.
    pub aigp: bool,
    /// Whether BGPsec was negotiated towards the peer: only then BGPsec_PATH is
    /// sent (RFC 8205 §2). Off by default.
    pub bgpsec_send: bool,
    /// Whether an external peer must be the first AS of the path (RFC 4271
    /// §6.3, a MAY). Needs `peer_as`; off by default, as route servers break it.
    pub enforce_first_as: bool,
    /// Whether the peer sent the enhanced route refresh capability: only then
    /// ROUTE-REFRESH has subtypes (RFC 7313 §5).
    pub enhanced_route_refresh: bool,
    /// Whether UPDATEs are those of somebody else's session, which is only watched. Then a
    /// next hop may be zero or empty, as BMP has it for routes of the router's own (RFC
    /// 8671 §5.2), or NEXT_HOP missing, as routers do; and OPENs are read as
    /// [`OpenView::decode_watched`](crate::OpenView::decode_watched) does. Off by default.
    pub watched: bool,
    /// Our AS; 0 when unknown.
    pub local_as: Asn,
    /// The peer's AS; 0 when unknown.
    pub peer_as: Asn,
}

impl Context {
    /// A session of today: IPv4 and IPv6 unicast, 4-octet AS, no ADD-PATH, no
    /// extended messages.
    #[must_use]
    pub const fn new(peer_type: PeerType) -> Self {
        Self {
            peer_type,
            four_octet_as: true,
            families: FamilySet::empty()
                .with(Family::IPV4_UNICAST)
                .with(Family::IPV6_UNICAST),
            add_path_receive: FamilySet::empty(),
            add_path_send: FamilySet::empty(),
            extended_next_hop: FamilySet::empty(),
            multiple_labels: FamilySet::empty(),
            label_limit: u8::MAX,
            receive_limit: MAX_MESSAGE,
            send_limit: MAX_MESSAGE,
            as_set: AsSetPolicy::Accept,
            malformed_nlri: MalformedNlriPolicy::SessionReset,
            aigp: !matches!(peer_type, PeerType::External),
            bgpsec_send: false,
            enforce_first_as: false,
            enhanced_route_refresh: false,
            watched: false,
            local_as: Asn::ZERO,
            peer_as: Asn::ZERO,
        }
    }
}
