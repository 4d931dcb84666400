//! Next hops: NEXT_HOP (RFC 4271 §5.1.3) and the next-hop field of
//! MP_REACH_NLRI (RFC 2545 §3, RFC 4364 §4.3.2, RFC 8950 §3).
//!
//! ```text
//! NEXT_HOP       | IPv4 address (4) |
//! MP_REACH_NLRI  | IPv4 address (4) |
//!                | IPv6 address (16) | and, on a shared link, link-local address (16) |
//!                | 0 (8) | IPv4 address (4) | of a VPN, with a route distinguisher of 0
//!                | 0 (8) | IPv6 address (16) | once more for a link-local address |
//! ```

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

use super::{Fault, fixed};
use crate::reader::Reader;
use crate::{Afi, Context, DecodeErrorKind, Family, ParseError, Safi};

/// Where to send the traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum NextHop {
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address, and the link-local one that may come with it (RFC 2545 §3).
    V6 {
        /// The first address of the field, global as a rule.
        global: Ipv6Addr,
        /// The link-local address of a shared subnet.
        link_local: Option<Ipv6Addr>,
    },
}

impl NextHop {
    /// The address that decides: the global one of IPv6.
    #[must_use]
    pub const fn addr(&self) -> IpAddr {
        match *self {
            Self::V4(addr) => IpAddr::V4(addr),
            Self::V6 { global, .. } => IpAddr::V6(global),
        }
    }

    /// RFC 7606 §7.3: four octets that are the address of a host.
    pub(crate) fn decode(value: &[u8]) -> Result<Ipv4Addr, Fault> {
        let addr = Ipv4Addr::from(fixed::<4>(value)?);
        if is_host(addr) {
            Ok(addr)
        } else {
            Err(Fault::new(DecodeErrorKind::NextHop, 0))
        }
    }

    /// Reads the field of MP_REACH_NLRI, route distinguishers left out.
    pub(crate) fn decode_mp(field: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(field);
        let has_distinguisher = matches!(field.len(), 12 | 24 | 48);
        if has_distinguisher {
            reader.take(8)?;
        }
        if reader.len() == 4 {
            return reader.array::<4>().map(|octets| Self::V4(octets.into()));
        }
        let global = Ipv6Addr::from(reader.array::<16>()?);
        if has_distinguisher && !reader.is_empty() {
            reader.take(8)?;
        }
        let link_local = reader.array::<16>().map(Ipv6Addr::from);
        Some(Self::V6 { global, link_local }).filter(|_| reader.is_empty())
    }

    /// The next-hop field of MP_REACH_NLRI for a family, and how many of its
    /// octets count.
    ///
    /// VPN-IP puts a distinguisher of zero before each address (RFC 4364
    /// §4.3.2, RFC 4659 §3.2.1, RFC 8950 §3); IPv6 behind labels maps an IPv4
    /// address; a link-local address goes with families that forward IPv6 and
    /// with BGP-LS, which alone have a place for it.
    pub(crate) fn field(next_hop: Option<Self>, family: Family) -> ([u8; 48], usize) {
        const ZERO: [u8; 8] = [0; 8];
        let has_distinguisher = matches!(family.safi, Safi::MPLS_VPN | Safi::MULTICAST_VPN);
        let mut octets = [0; 48];
        let mut at = 0;
        let mut push = |address: &[u8]| {
            let before = ZERO.get(..if has_distinguisher { 8 } else { 0 });
            let part = before.unwrap_or_default().iter().chain(address);
            for (slot, octet) in octets.iter_mut().skip(at).zip(part) {
                *slot = *octet;
                at = at.saturating_add(1);
            }
        };
        match next_hop {
            None => {}
            Some(Self::V4(address)) if maps(family) => push(&address.to_ipv6_mapped().octets()),
            Some(Self::V4(address)) => push(&address.octets()),
            Some(Self::V6 { global, link_local }) => {
                push(&global.octets());
                if let Some(address) = link_local.filter(|_| has_link_local(family)) {
                    push(&address.octets());
                }
            }
        }
        (octets, at)
    }
}

/// Whether the family carries an IPv4 next hop as an IPv6 address.
const fn maps(family: Family) -> bool {
    matches!(
        (family.afi, family.safi),
        (Afi::IPV6, Safi::LABELED | Safi::MPLS_VPN)
    )
}

/// Whether a next-hop field of two IPv6 addresses fits the family.
const fn has_link_local(family: Family) -> bool {
    matches!(
        family.safi,
        Safi::UNICAST
            | Safi::MULTICAST
            | Safi::LABELED
            | Safi::MPLS_VPN
            | Safi::MULTICAST_VPN
            | Safi::BGP_LS
            | Safi::BGP_LS_VPN
    )
}

impl fmt::Display for NextHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(addr) => fmt::Display::fmt(addr, f),
            Self::V6 {
                global,
                link_local: None,
            } => fmt::Display::fmt(global, f),
            Self::V6 {
                global,
                link_local: Some(local),
            } => write!(f, "{global} ({local})"),
        }
    }
}

/// Reads "192.0.2.1", "2001:db8::1" and "2001:db8::1 (fe80::1)".
impl FromStr for NextHop {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let invalid = ParseError::Invalid("next hop");
        let (global, link_local) = match text.strip_suffix(')') {
            Some(text) => {
                let (global, local) = text.split_once(" (").ok_or(invalid)?;
                (global, Some(local.parse().map_err(|_| invalid)?))
            }
            None => (text, None),
        };
        match (global.parse().map_err(|_| invalid)?, link_local) {
            (IpAddr::V4(address), None) => Ok(Self::V4(address)),
            (IpAddr::V4(_), Some(_)) => Err(invalid),
            (IpAddr::V6(global), link_local) => Ok(Self::V6 { global, link_local }),
        }
    }
}

/// RFC 4271 §6.3 wants "a valid IP host address": not 0.0.0.0/8, not multicast
/// and not reserved (224.0.0.0 and above).
const fn is_host(addr: Ipv4Addr) -> bool {
    let [first, ..] = addr.octets();
    first != 0 && first < 224
}

/// Whether a next-hop field of `length` octets can belong to the family: RFC
/// 2545 §3, RFC 4364 §4.3.2, RFC 4659 §3.2.1, RFC 7752 §3.4, RFC 8950 §3, RFC
/// 9830 §2.1.
/// FlowSpec ignores what it gets (RFC 8955 §4), as do unknown families. An
/// address of the other IP version needs the extended next hop capability. BMP
/// has empty ones too (RFC 8671 §5.2).
pub(crate) fn length_fits(family: Family, length: usize, context: &Context) -> bool {
    if length == 0 && context.watched {
        return true;
    }
    let other_allowed = context.extended_next_hop.contains(family);
    match (family.afi, family.safi) {
        (Afi::IPV4, Safi::UNICAST | Safi::MULTICAST | Safi::LABELED) => {
            length == 4 || other_allowed && matches!(length, 16 | 32)
        }
        (Afi::IPV4, Safi::MPLS_VPN | Safi::MULTICAST_VPN) => {
            length == 12 || other_allowed && matches!(length, 24 | 48)
        }
        (Afi::IPV6, Safi::UNICAST | Safi::MULTICAST | Safi::LABELED) => {
            matches!(length, 16 | 32) || other_allowed && length == 4
        }
        (Afi::IPV6, Safi::MPLS_VPN | Safi::MULTICAST_VPN) => matches!(length, 24 | 48),
        (_, Safi::EVPN | Safi::VPLS | Safi::ROUTE_TARGET | Safi::MVPN) => matches!(length, 4 | 16),
        (_, Safi::BGP_LS | Safi::BGP_LS_VPN | Safi::SR_POLICY) => matches!(length, 4 | 16 | 32),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PeerType;

    #[test]
    fn next_hop_must_be_a_host() {
        for (octets, fine) in [
            ([192, 0, 2, 1], true),
            ([127, 0, 0, 1], true),
            ([0, 0, 0, 0], false),
            ([224, 0, 0, 5], false),
            ([255, 255, 255, 255], false),
        ] {
            assert_eq!(NextHop::decode(&octets).is_ok(), fine, "{octets:?}");
        }
        assert_eq!(NextHop::decode(&[1, 2, 3]), Err(Fault::LENGTH));
    }

    #[test]
    fn fields_of_every_length() {
        let field: [u8; 48] = core::array::from_fn(|at| at as u8);
        for (length, first, local) in [
            (4, Some(0), false),
            (12, Some(8), false),
            (16, Some(0), false),
            (24, Some(8), false),
            (32, Some(0), true),
            (48, Some(8), true),
            (5, None, false),
            (20, None, false),
        ] {
            let read = NextHop::decode_mp(&field[..length]);
            let got = read.map(|next_hop| match next_hop.addr() {
                IpAddr::V4(addr) => addr.octets()[0],
                IpAddr::V6(addr) => addr.octets()[0],
            });
            assert_eq!(got, first, "length {length}");
            let has_local = matches!(
                read,
                Some(NextHop::V6 {
                    link_local: Some(_),
                    ..
                })
            );
            assert_eq!(has_local, local, "length {length}");
        }
    }

    /// RFC 4364 §4.3.2, RFC 4659 §3.2.1, RFC 4798 §2, RFC 8955 §4.
    #[cfg(feature = "alloc")]
    #[test]
    fn every_family_has_its_field() {
        let v4 = Some(NextHop::V4([192, 0, 2, 1].into()));
        let v6 = Some(NextHop::V6 {
            global: Ipv6Addr::LOCALHOST,
            link_local: Some("fe80::1".parse().unwrap()),
        });
        let of = |afi, safi| Family::new(afi, safi);
        for (family, next_hop, length) in [
            (of(Afi::IPV4, Safi::LABELED), v4, 4),
            (of(Afi::IPV4, Safi::MPLS_VPN), v4, 12),
            (of(Afi::IPV4, Safi::MPLS_VPN), v6, 48),
            (of(Afi::IPV6, Safi::MPLS_VPN), v4, 24),
            (of(Afi::IPV6, Safi::LABELED), v4, 16),
            (of(Afi::IPV6, Safi::LABELED), v6, 32),
            (of(Afi::L2VPN, Safi::EVPN), v4, 4),
            (of(Afi::L2VPN, Safi::EVPN), v6, 16),
            (of(Afi::BGP_LS, Safi::BGP_LS), v6, 32),
            (of(Afi::IPV4, Safi::FLOW_SPEC), None, 0),
        ] {
            let (octets, got) = NextHop::field(next_hop, family);
            assert_eq!(got, length, "{family}");
            let mut context = Context::new(PeerType::Internal);
            context.extended_next_hop.insert(family);
            assert!(length_fits(family, length, &context), "{family}");
            let read = NextHop::decode_mp(&octets[..length]);
            assert_eq!(read.is_some(), next_hop.is_some(), "{family}");
        }
        let vpn = NextHop::field(v4, of(Afi::IPV6, Safi::MPLS_VPN)).0;
        assert_eq!(
            vpn[8..24],
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1]
        );
    }

    #[test]
    fn next_hops_of_the_other_version_need_the_capability() {
        let mut context = Context::new(PeerType::Internal);
        assert!(!length_fits(Family::IPV4_UNICAST, 16, &context));
        context.extended_next_hop.insert(Family::IPV4_UNICAST);
        assert!(length_fits(Family::IPV4_UNICAST, 16, &context));
        assert!(!length_fits(Family::IPV6_UNICAST, 4, &context));
        context.extended_next_hop.insert(Family::IPV6_UNICAST);
        assert!(length_fits(Family::IPV6_UNICAST, 4, &context));
    }
}
