//! What routes lead to, in every family.
//!
//! A prefix of IPv4 or IPv6 unicast is the usual case and has the short form. In
//! every other family the NLRI itself is the destination, by the octets of it that
//! count ([`NlriKey`](bgp_wire::NlriKey)): labels, for one, belong to a route and not to where it
//! leads (RFC 8277 §2).

use bgp_wire::{
    Context, EncodeNlri, EvpnRoute, Family, NlriBuf, NlriIter, NlriKey, NlriView, PeerType, Route,
    Safi,
};
use ipnet::IpNet;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What a route leads to, owned. Ordered: IPv4, IPv6, then by family and NLRI.
///
/// ```
/// use bgp_rib::Destination;
/// use bgp_wire::{Afi, Family, NlriBuf, Safi};
///
/// let block = Destination::from("192.168.0.0/26".parse::<ipnet::IpNet>()?);
/// assert_eq!(block.prefix(), block.as_unicast());
///
/// let vpn = Family::new(Afi::IPV4, Safi::MPLS_VPN);
/// let site = Destination::from(NlriBuf::parse(vpn, "64512:1:192.168.0.0/26 label 16")?);
/// assert_eq!((site.as_unicast(), site.prefix()), (None, block.prefix()));
/// // Whatever its label, it is the same destination.
/// let relabeled = NlriBuf::parse(vpn, "64512:1:192.168.0.0/26 label 17")?;
/// assert_eq!(site, Destination::from(relabeled));
/// assert_eq!(site.to_string(), "64512:1:192.168.0.0/26");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub enum Destination {
    /// A prefix of IPv4 or IPv6 unicast.
    Prefix(IpNet),
    /// An NLRI of another family, compared by its key: without labels, path identifier and
    /// whatever else does not name the destination.
    Nlri(Arc<NlriBuf>),
}

impl Destination {
    /// The borrowed form.
    #[must_use]
    pub fn view(&self) -> DestinationView<'_> {
        match self {
            Self::Prefix(prefix) => DestinationView::Prefix(*prefix),
            Self::Nlri(nlri) => nlri.view().into(),
        }
    }

    /// The family.
    #[must_use]
    pub fn family(&self) -> Family {
        self.view().family()
    }

    /// The prefix of a unicast destination.
    #[must_use]
    pub const fn as_unicast(&self) -> Option<IpNet> {
        match self {
            Self::Prefix(prefix) => Some(*prefix),
            Self::Nlri(_) => None,
        }
    }

    /// The IP prefix, of whatever family: see [`DestinationView::prefix`].
    #[must_use]
    pub fn prefix(&self) -> Option<IpNet> {
        self.view().prefix()
    }
}

/// What a route leads to, borrowed: what lookups take and filters see.
#[derive(Debug, Clone, Copy)]
pub enum DestinationView<'a> {
    /// A prefix of IPv4 or IPv6 unicast.
    Prefix(IpNet),
    /// An NLRI of another family.
    Nlri(NlriView<'a>),
}

impl<'a> DestinationView<'a> {
    /// The family.
    #[must_use]
    pub const fn family(&self) -> Family {
        match self {
            Self::Prefix(prefix) => family_of(prefix),
            Self::Nlri(nlri) => nlri.family(),
        }
    }

    /// The IP prefix that a route of the family carries: unicast, multicast, labeled, VPN
    /// without its route distinguisher, and EVPN's type 5. `None` for all else.
    #[must_use]
    pub fn prefix(&self) -> Option<IpNet> {
        let nlri = match self {
            Self::Prefix(prefix) => return Some(*prefix),
            Self::Nlri(nlri) => nlri,
        };
        match nlri.route() {
            Route::Prefix(prefix) => Some(prefix),
            Route::Labeled(labeled) => Some(labeled.prefix),
            Route::Vpn(vpn) => Some(vpn.prefix),
            Route::Evpn(EvpnRoute::IpPrefix { prefix, .. }) => Some(prefix),
            Route::Evpn(_)
            | Route::Mvpn(_)
            | Route::FlowSpec(_)
            | Route::RouteTarget(_)
            | Route::LinkState(_)
            | Route::SrPolicy(_)
            | Route::Vpls(_)
            | Route::Mup(_)
            | Route::Opaque(_)
            | _ => None,
        }
    }

    /// The prefix of a unicast destination.
    pub(crate) const fn unicast(&self) -> Option<IpNet> {
        match self {
            Self::Prefix(prefix) => Some(*prefix),
            Self::Nlri(_) => None,
        }
    }

    /// Without host bits.
    pub(crate) fn truncated(self) -> Self {
        match self {
            Self::Prefix(prefix) => Self::Prefix(prefix.trunc()),
            Self::Nlri(_) => self,
        }
    }

    /// The NLRI as a route carries it, to be kept with the route; `None` where the prefix says all.
    pub(crate) fn to_nlri(self) -> Option<Arc<NlriBuf>> {
        match self {
            Self::Prefix(_) => None,
            Self::Nlri(nlri) => Some(Arc::new(NlriBuf::from(nlri).with_path_id(None))),
        }
    }

    /// Owned, without what does not name it where that has a form of its own.
    pub(crate) fn to_destination(self) -> Destination {
        match self {
            Self::Prefix(prefix) => Destination::Prefix(prefix),
            Self::Nlri(nlri) => Destination::Nlri(Arc::new(without_labels(nlri))),
        }
    }
}

fn key<'a>(nlri: &NlriView<'a>) -> NlriKey<'a> {
    nlri.key().without_path_id()
}

/// The form of a withdrawal, which has no labels (RFC 8277 §2.4).
fn without_labels(nlri: NlriView<'_>) -> NlriBuf {
    let mut octets = vec![0; nlri.wire_len(false, true)];
    let written = nlri.encode_wire(&mut octets, false, true);
    let context = Context::new(PeerType::Internal);
    let bare = NlriIter::withdrawn(&octets, nlri.family(), &context).next();
    let bare = bare.filter(|bare| written.is_ok() && same_key(*bare, nlri));
    NlriBuf::from(bare.unwrap_or(nlri)).with_path_id(None)
}

fn same_key(one: NlriView<'_>, other: NlriView<'_>) -> bool {
    key(&one) == key(&other)
}

/// The unicast family of a prefix.
pub(crate) const fn family_of(prefix: &IpNet) -> Family {
    match prefix {
        IpNet::V4(_) => Family::IPV4_UNICAST,
        IpNet::V6(_) => Family::IPV6_UNICAST,
    }
}

/// Whether routes of a family have no next hop (RFC 8955 §4).
pub(crate) const fn has_no_next_hop(family: Family) -> bool {
    matches!(family.safi, Safi::FLOW_SPEC | Safi::FLOW_SPEC_VPN)
}

/// Whether a prefix of the family is all that a route says of the way: in others a label, a VNI
/// or a SID means something to the next hop that has given it.
pub(crate) const fn is_plain(family: Family) -> bool {
    matches!(family.safi, Safi::UNICAST | Safi::MULTICAST)
}

impl From<IpNet> for Destination {
    fn from(prefix: IpNet) -> Self {
        Self::Prefix(prefix)
    }
}

impl From<NlriBuf> for Destination {
    fn from(nlri: NlriBuf) -> Self {
        DestinationView::from(nlri.view()).to_destination()
    }
}

impl From<DestinationView<'_>> for Destination {
    fn from(view: DestinationView<'_>) -> Self {
        view.to_destination()
    }
}

impl<'a> From<IpNet> for DestinationView<'a> {
    fn from(prefix: IpNet) -> Self {
        Self::Prefix(prefix)
    }
}

impl<'a> From<&IpNet> for DestinationView<'a> {
    fn from(prefix: &IpNet) -> Self {
        Self::Prefix(*prefix)
    }
}

impl<'a> From<&'a Destination> for DestinationView<'a> {
    fn from(destination: &'a Destination) -> Self {
        destination.view()
    }
}

impl<'a> From<&'a NlriBuf> for DestinationView<'a> {
    fn from(nlri: &'a NlriBuf) -> Self {
        nlri.view().into()
    }
}

/// An NLRI of a unicast family is its prefix.
impl<'a> From<NlriView<'a>> for DestinationView<'a> {
    fn from(nlri: NlriView<'a>) -> Self {
        let unicast = matches!(nlri.family(), Family::IPV4_UNICAST | Family::IPV6_UNICAST);
        match nlri.as_prefix().filter(|_| unicast) {
            Some(plain) => Self::Prefix(plain.prefix),
            None => Self::Nlri(nlri),
        }
    }
}

impl PartialEq for DestinationView<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Prefix(one), Self::Prefix(other)) => one == other,
            (Self::Nlri(one), Self::Nlri(other)) => key(one) == key(other),
            (Self::Prefix(_), Self::Nlri(_)) | (Self::Nlri(_), Self::Prefix(_)) => false,
        }
    }
}

impl Eq for DestinationView<'_> {}

impl PartialOrd for DestinationView<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DestinationView<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Prefix(one), Self::Prefix(other)) => one.cmp(other),
            (Self::Nlri(one), Self::Nlri(other)) => key(one).cmp(&key(other)),
            (Self::Prefix(_), Self::Nlri(_)) => Ordering::Less,
            (Self::Nlri(_), Self::Prefix(_)) => Ordering::Greater,
        }
    }
}

/// A prefix as it is hashed: one or two words, fed to the hasher as such.
pub(crate) struct PrefixKey(pub(crate) IpNet);

impl Hash for PrefixKey {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0 {
            IpNet::V4(net) => {
                let addr = u64::from(net.addr().to_bits());
                state.write_u64((addr << 8) | u64::from(net.prefix_len()));
            }
            IpNet::V6(net) => {
                state.write_u128(net.addr().to_bits());
                state.write_u8(net.prefix_len());
            }
        }
    }
}

impl Hash for DestinationView<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Prefix(prefix) => PrefixKey(*prefix).hash(state),
            Self::Nlri(nlri) => key(nlri).hash(state),
        }
    }
}

impl fmt::Display for DestinationView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix(prefix) => prefix.fmt(f),
            Self::Nlri(nlri) => nlri.fmt(f),
        }
    }
}

impl PartialEq for Destination {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Prefix(one), Self::Prefix(other)) => one == other,
            (one, other) => one.view() == other.view(),
        }
    }
}

impl Eq for Destination {}

impl PartialOrd for Destination {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Destination {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        // Sorted by the thousand where an UPDATE is applied.
        match (self, other) {
            (Self::Prefix(one), Self::Prefix(other)) => one.cmp(other),
            (one, other) => one.view().cmp(&other.view()),
        }
    }
}

impl Hash for Destination {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.view().hash(state);
    }
}

impl PartialEq<IpNet> for Destination {
    fn eq(&self, other: &IpNet) -> bool {
        self.as_unicast() == Some(*other)
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix(prefix) => prefix.fmt(f),
            Self::Nlri(nlri) => nlri.fmt(f),
        }
    }
}
