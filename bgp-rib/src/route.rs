//! Routes as users meet them: where they came from, what they are and why some
//! are not eligible. The tables hold a leaner form; these are made on request.

use crate::attributes::Attributes;
use crate::{Destination, DestinationView, FilterChain, PeerId, Trace};
use bgp_wire::{Nlri, NlriBuf, PathAttributes};
use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// What a route originated here is, which Calico's export chain asks, and from
/// which its protocol preference follows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LocalOrigin {
    /// A block of pod addresses with affinity to this node. Announced as a
    /// whole; the routes inside it stay at home.
    OwnBlock,
    /// A route of the kernel's table, as BIRD would learn it there. Calico's
    /// export chain looks at both fields.
    Kernel {
        /// The outgoing interface.
        interface: Box<str>,
        /// Its metric, `None` when it has none: then the normal priority stands
        /// in. Lower is better; it travels as LOCAL_PREF 2³¹ − 1 − metric.
        metric: Option<u32>,
    },
    /// A configured route.
    Static,
    /// A service address or range (cluster, external or load-balancer), which
    /// Calico announces from a static route.
    Service,
}

impl LocalOrigin {
    /// The kernel metric, if there is one.
    #[must_use]
    pub const fn metric(&self) -> Option<u32> {
        match self {
            Self::Kernel { metric, .. } => *metric,
            Self::OwnBlock | Self::Static | Self::Service => None,
        }
    }

    /// Whether BIRD would hold the route in a static protocol.
    #[must_use]
    pub const fn is_static(&self) -> bool {
        match self {
            Self::OwnBlock | Self::Static | Self::Service => true,
            Self::Kernel { .. } => false,
        }
    }

    /// BIRD's protocol preference: 200 for static, 10 for kernel routes.
    #[must_use]
    pub const fn preference(&self) -> u16 {
        if self.is_static() { 200 } else { 10 }
    }

    /// The outgoing interface, if there is one.
    #[must_use]
    pub fn interface(&self) -> Option<&str> {
        match self {
            Self::Kernel { interface, .. } => Some(interface),
            Self::OwnBlock | Self::Static | Self::Service => None,
        }
    }
}

impl fmt::Display for LocalOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OwnBlock => f.write_str("own block"),
            Self::Kernel { interface, .. } => write!(f, "kernel, {interface}"),
            Self::Static => f.write_str("static"),
            Self::Service => f.write_str("service"),
        }
    }
}

/// A route to originate.
///
/// ```
/// use bgp_rib::{LocalOrigin, LocalRoute};
/// use bgp_wire::Community;
///
/// // A service address, marked; it wins against learned routes (BGP has 100).
/// let mut route = LocalRoute::new("10.96.0.10/32".parse()?, LocalOrigin::Service);
/// route.attributes.communities.push(Community::new(64512, 100));
/// assert_eq!(route.preference, 200);
/// // A route of the kernel loses to learned ones unless told otherwise.
/// let tunnel = LocalOrigin::Kernel { interface: "tunl0".into(), metric: Some(1024) };
/// assert_eq!(LocalRoute::new("10.0.1.0/26".parse()?, tunnel).preference, 10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LocalRoute {
    /// The destination. An NLRI is announced as it stands here, labels included.
    pub destination: Destination,
    /// What it is.
    pub origin: LocalOrigin,
    /// Its attributes. Without a next hop, peers hear of our own address.
    pub attributes: PathAttributes,
    /// Protocol preference against learned routes (BGP has 100).
    pub preference: u16,
}

impl LocalRoute {
    /// A route with ORIGIN IGP, an empty AS_PATH, our own address as next hop
    /// and the preference of its kind.
    #[must_use]
    pub fn new(prefix: IpNet, origin: LocalOrigin) -> Self {
        Self::to(Destination::Prefix(prefix.trunc()), origin)
    }

    /// The same of any family, with the labels that the NLRI has.
    ///
    /// ```
    /// use bgp_rib::{LocalOrigin, LocalRoute};
    /// use bgp_wire::{Afi, Family, NlriBuf, Safi};
    ///
    /// let evpn = Family::new(Afi::L2VPN, Safi::EVPN);
    /// let here = NlriBuf::parse(evpn, "[type:multicast][rd:192.0.2.1:10][etag:0][ip:192.0.2.1]")?;
    /// let route = LocalRoute::from_nlri(here, LocalOrigin::Static);
    /// assert_eq!(route.destination.family(), evpn);
    /// # Ok::<(), bgp_wire::ParseError>(())
    /// ```
    #[must_use]
    pub fn from_nlri(nlri: NlriBuf, origin: LocalOrigin) -> Self {
        let destination = match DestinationView::from(&nlri).unicast() {
            Some(prefix) => Destination::Prefix(prefix),
            None => Destination::Nlri(Arc::new(nlri)),
        };
        Self::to(destination, origin)
    }

    fn to(destination: Destination, origin: LocalOrigin) -> Self {
        let preference = origin.preference();
        Self {
            destination,
            origin,
            attributes: PathAttributes::default(),
            preference,
        }
    }
}

/// Where a route came from. Prints as the address of the peer, or as
/// `here (own block)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// A peer.
    Peer {
        /// Which.
        id: PeerId,
        /// Its address.
        address: IpAddr,
    },
    /// This speaker.
    Local(Arc<LocalOrigin>),
}

impl Source {
    /// The peer, `None` for a route originated here.
    #[must_use]
    pub const fn peer(&self) -> Option<PeerId> {
        match self {
            Self::Peer { id, .. } => Some(*id),
            Self::Local(_) => None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peer { address, .. } => address.fmt(f),
            Self::Local(origin) => write!(f, "here ({origin})"),
        }
    }
}

/// A route of some table, as reported to users. A value of its own: it stays
/// what it was when the table changes, and shares the attributes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteInfo {
    /// The destination.
    pub destination: Destination,
    /// The NLRI as it came, with labels and whatever else is the route's own; `None` in IPv4 and
    /// IPv6 unicast, where the prefix says all.
    pub nlri: Option<Arc<NlriBuf>>,
    /// Where it came from.
    pub source: Source,
    /// Path identifier as received (RFC 7911), 0 without ADD-PATH.
    pub path_id: u32,
    /// Kept although its peer has gone (RFC 4724 §4.2).
    pub stale: bool,
    /// As received, before import policy.
    pub received: Attributes,
    /// After import policy: what the decision process compares.
    pub attributes: Attributes,
}

impl RouteInfo {
    /// The NLRI with labels and path identifier, as an UPDATE would announce it.
    #[must_use]
    pub fn to_nlri(&self) -> NlriBuf {
        let nlri = match (&self.nlri, &self.destination) {
            (Some(nlri), _) | (None, Destination::Nlri(nlri)) => NlriBuf::clone(nlri),
            (None, Destination::Prefix(prefix)) => Nlri::unicast(*prefix).into(),
        };
        nlri.with_path_id(Some(self.path_id))
    }
}

/// What was found out about a route when it came in; the next hop is judged
/// at decision time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Usable,
    AsLoop,
    OriginatorLoop,
    ClusterLoop,
    OwnNextHop,
    RouteLeak,
    TooLarge,
    Rejected,
}

/// Why a route does not take part in the decision. The first reason found is
/// told: loops before policy, policy before the next hop.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ineligible {
    /// Our AS is in the AS_PATH more often than allowed (RFC 4271 §9.1.2).
    AsLoop,
    /// ORIGINATOR_ID is our own identifier (RFC 4456 §8).
    OriginatorLoop,
    /// Our cluster is in the CLUSTER_LIST (RFC 4456 §8).
    ClusterLoop,
    /// The next hop is our own address in the session: traffic would come back
    /// to us (RFC 4271 §5.1.3, §6.3).
    OwnNextHop,
    /// Somebody passed on what was for customers only (RFC 9234 §5): ONLY_TO_CUSTOMER came from
    /// a customer or a client of ours, or from a lateral peer with another AS in it.
    RouteLeak,
    /// An attribute is longer than any message (RFC 4271 §9.2), by what import
    /// policy made of it or as it was to be originated. Of the latter nothing is kept.
    TooLarge,
    /// The next hop cannot be resolved (RFC 4271 §9.1.2).
    Unresolvable {
        /// The next hop, `None` when the route has none.
        next_hop: Option<IpAddr>,
    },
    /// Import policy refused it.
    Rejected(Box<Rejection>),
}

/// A refusal by import policy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejection {
    /// Every rule asked and the verdict.
    pub trace: Trace,
    /// The chain that was asked.
    pub chain: FilterChain,
}

impl std::error::Error for Ineligible {}

impl fmt::Display for Ineligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsLoop => f.write_str("own AS in AS_PATH (RFC 4271 §9.1.2)"),
            Self::OriginatorLoop => f.write_str("own ORIGINATOR_ID (RFC 4456 §8)"),
            Self::ClusterLoop => f.write_str("own cluster in CLUSTER_LIST (RFC 4456 §8)"),
            Self::OwnNextHop => f.write_str("we are the next hop (RFC 4271 §5.1.3)"),
            Self::RouteLeak => f.write_str("leaked: for customers only (RFC 9234 §5)"),
            Self::TooLarge => f.write_str("an attribute fills a message (RFC 4271 §9.2)"),
            Self::Unresolvable {
                next_hop: Some(address),
            } => {
                write!(f, "next hop {address} cannot be resolved (RFC 4271 §9.1.2)")
            }
            Self::Unresolvable { next_hop: None } => f.write_str("no next hop (RFC 4271 §9.1.2)"),
            Self::Rejected(rejection) => rejection.trace.display_verdict(&rejection.chain).fmt(f),
        }
    }
}
