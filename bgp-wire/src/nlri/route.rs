//! A route of any family.

use core::fmt;

use ipnet::IpNet;

use crate::nlri::field::{Hex, afi_of_prefix, prefix, put_prefix};
use crate::nlri::{
    EvpnRoute, FlowSpec, LabelForm, LabelStack, LabeledPrefix, LinkState, Malformed, MupRoute,
    MvpnRoute, RouteTargetMembership, SrPolicy, VplsRoute, VpnPrefix,
};
use crate::writer::{Count, Out, Writer};
use crate::{Afi, EncodeError, Family, Safi};

/// What an NLRI says, by family.
///
/// Both what is decoded and what is encoded: most routes own their fields, the
/// others borrow octets. `NlriBuf` keeps one.
///
/// ```
/// use bgp_wire::{Afi, Family, Route, Safi};
/// let family = Family::new(Afi::IPV4, Safi::MPLS_VPN);
/// let route = Route::Vpn("65000:1:203.0.113.0/24 label 16".parse()?);
/// let mut out = [0; 32];
/// let length = route.encode(family, &mut out).unwrap();
/// assert_eq!(out[..length], [112, 0, 1, 1, 0, 0, 0xfd, 0xe8, 0, 0, 0, 1, 203, 0, 113]);
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Route<'a> {
    /// Unicast and multicast.
    Prefix(IpNet),
    /// Labeled unicast (RFC 8277).
    Labeled(LabeledPrefix),
    /// VPN-IPv4 and VPN-IPv6 (RFC 4364, RFC 4659).
    Vpn(VpnPrefix),
    /// EVPN (RFC 7432).
    Evpn(EvpnRoute<'a>),
    /// Multicast VPN (RFC 6514).
    Mvpn(MvpnRoute<'a>),
    /// Flow specification, of a VPN or not (RFC 8955, RFC 8956).
    FlowSpec(FlowSpec<'a>),
    /// Route target membership (RFC 4684).
    RouteTarget(RouteTargetMembership),
    /// Link state, of a VPN or not (RFC 9552).
    LinkState(LinkState<'a>),
    /// Segment routing policy (RFC 9830).
    SrPolicy(SrPolicy),
    /// VPLS (RFC 4761, RFC 6074).
    Vpls(VplsRoute<'a>),
    /// Mobile user plane.
    Mup(MupRoute<'a>),
    /// The octets of another family, or of a route that is malformed inside.
    Opaque(&'a [u8]),
}

impl<'a> Route<'a> {
    /// Reads one NLRI, framed before.
    pub(crate) fn decode(
        octets: &'a [u8],
        family: Family,
        form: LabelForm,
    ) -> Result<Self, Malformed> {
        let afi = family.afi;
        let is_ip = matches!(afi, Afi::IPV4 | Afi::IPV6);
        Ok(match family.safi {
            Safi::UNICAST | Safi::MULTICAST if is_ip => {
                let (bits, rest) = octets.split_first().ok_or(Malformed::Field)?;
                Self::Prefix(prefix(afi, rest, *bits).ok_or(Malformed::Field)?)
            }
            Safi::LABELED if is_ip => Self::Labeled(LabeledPrefix::decode(octets, afi, form)?),
            Safi::MPLS_VPN if is_ip => Self::Vpn(VpnPrefix::decode(octets, afi, form)?),
            Safi::EVPN if afi == Afi::L2VPN => Self::Evpn(EvpnRoute::decode(octets)?),
            Safi::MVPN if is_ip => Self::Mvpn(MvpnRoute::decode(octets)?),
            Safi::FLOW_SPEC | Safi::FLOW_SPEC_VPN if is_ip => {
                Self::FlowSpec(FlowSpec::decode(octets, family)?)
            }
            Safi::ROUTE_TARGET if is_ip => {
                Self::RouteTarget(RouteTargetMembership::decode(octets)?)
            }
            Safi::BGP_LS | Safi::BGP_LS_VPN if afi == Afi::BGP_LS => {
                Self::LinkState(LinkState::decode(octets, family)?)
            }
            Safi::SR_POLICY if is_ip => Self::SrPolicy(SrPolicy::decode(octets, afi)?),
            Safi::VPLS if afi == Afi::L2VPN => Self::Vpls(VplsRoute::decode(octets)?),
            Safi::MUP if is_ip => Self::Mup(MupRoute::decode(octets, afi)?),
            _ => Self::Opaque(octets),
        })
    }

    /// Whether a receiver that does not know the route's type discards it (RFC
    /// 7606 §5.4).
    pub(crate) const fn is_unknown(&self) -> bool {
        matches!(
            self,
            Self::Evpn(EvpnRoute::Unknown { .. })
                | Self::Mvpn(MvpnRoute::Unknown { .. })
                | Self::Mup(MupRoute::Unknown { .. })
        )
    }

    /// The labels of a labeled or VPN route.
    #[must_use]
    pub const fn labels(&self) -> Option<LabelStack> {
        if let Self::Labeled(route) = self {
            Some(route.labels)
        } else if let Self::Vpn(route) = self {
            Some(route.labels)
        } else {
            None
        }
    }

    /// The route that withdraws a labeled or VPN route (RFC 8277 §2.4).
    pub(crate) fn without_labels(self) -> Option<Self> {
        let labels = LabelStack::empty();
        if let Self::Labeled(route) = self {
            Some(Self::Labeled(LabeledPrefix { labels, ..route }))
        } else if let Self::Vpn(route) = self {
            Some(Self::Vpn(VpnPrefix { labels, ..route }))
        } else {
            None
        }
    }

    /// Whether the family has routes of this kind.
    #[must_use]
    pub fn fits(&self, family: Family) -> bool {
        let Family { afi, safi } = family;
        let is_ip = matches!(afi, Afi::IPV4 | Afi::IPV6);
        match self {
            Self::Prefix(prefix) => family.is_prefix() && afi == afi_of_prefix(prefix),
            Self::Labeled(route) => safi == Safi::LABELED && afi == route.afi(),
            Self::Vpn(route) => safi == Safi::MPLS_VPN && afi == route.afi(),
            Self::Evpn(_) => safi == Safi::EVPN && afi == Afi::L2VPN,
            Self::Mvpn(_) => safi == Safi::MVPN && is_ip,
            Self::FlowSpec(flow) => {
                let wanted = match flow.distinguisher() {
                    Some(_) => Safi::FLOW_SPEC_VPN,
                    None => Safi::FLOW_SPEC,
                };
                safi == wanted && afi == flow.afi()
            }
            Self::RouteTarget(_) => safi == Safi::ROUTE_TARGET && is_ip,
            Self::LinkState(route) => {
                let wanted = match route.distinguisher() {
                    Some(_) => Safi::BGP_LS_VPN,
                    None => Safi::BGP_LS,
                };
                safi == wanted && afi == Afi::BGP_LS
            }
            Self::SrPolicy(policy) => safi == Safi::SR_POLICY && afi == policy.afi(),
            Self::Vpls(_) => safi == Safi::VPLS && afi == Afi::L2VPN,
            Self::Mup(route) => {
                safi == Safi::MUP && is_ip && route.afi().is_none_or(|it| it == afi)
            }
            Self::Opaque(_) => true,
        }
    }

    /// Octets of the NLRI, without a path identifier.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        Count::of(|count| self.emit(count))
    }

    /// Writes the NLRI, without a path identifier, and returns its size.
    ///
    /// # Errors
    /// [`EncodeError::WrongFamily`]: the family has no routes of this kind.
    /// [`EncodeError::ValueTooLong`]: more than the NLRI's length can tell.
    /// [`EncodeError::BufferTooSmall`].
    pub fn encode(&self, family: Family, out: &mut [u8]) -> Result<usize, EncodeError> {
        if !self.fits(family) {
            return Err(EncodeError::WrongFamily);
        }
        let mut writer = Writer::new(out);
        self.emit(&mut writer)?;
        Ok(writer.position())
    }

    pub(crate) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        match self {
            Self::Prefix(prefix) => {
                out.u8(prefix.prefix_len())?;
                put_prefix(out, *prefix)
            }
            Self::Labeled(route) => route.emit(out),
            Self::Vpn(route) => route.emit(out),
            Self::Evpn(route) => route.emit(out),
            Self::Mvpn(route) => route.emit(out),
            Self::FlowSpec(flow) => flow.emit(out),
            Self::RouteTarget(route) => route.emit(out),
            Self::LinkState(route) => route.emit(out),
            Self::SrPolicy(policy) => policy.emit(out),
            Self::Vpls(route) => route.emit(out),
            Self::Mup(route) => route.emit(out),
            Self::Opaque(octets) => out.put(octets),
        }
    }
}

impl fmt::Display for Route<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix(prefix) => fmt::Display::fmt(prefix, f),
            Self::Labeled(route) => fmt::Display::fmt(route, f),
            Self::Vpn(route) => fmt::Display::fmt(route, f),
            Self::Evpn(route) => fmt::Display::fmt(route, f),
            Self::Mvpn(route) => fmt::Display::fmt(route, f),
            Self::FlowSpec(flow) => fmt::Display::fmt(flow, f),
            Self::RouteTarget(route) => fmt::Display::fmt(route, f),
            Self::LinkState(route) => fmt::Display::fmt(route, f),
            Self::SrPolicy(policy) => fmt::Display::fmt(policy, f),
            Self::Vpls(route) => fmt::Display::fmt(route, f),
            Self::Mup(route) => fmt::Display::fmt(route, f),
            Self::Opaque(octets) => write!(f, "0x{}", Hex(octets)),
        }
    }
}
