//! Attributes as text: one short phrase each, as operators name them.

use core::fmt;
use core::net::Ipv4Addr;

use super::list::list_text;
use super::{
    Aggregator, Aigp, AsPathView, AttrSet, AttributeType, BfdDiscriminator, BgpLs, BgpsecPath,
    Community, ExtendedCommunity, Ipv6ExtendedCommunity, LargeCommunity, ListView, MpReachView,
    MpUnreachView, Origin, PmsiTunnel, PrefixSid, RawAttribute, TunnelEncapsulation, WireItem,
    fixed,
};
use crate::nlri::Hex;

/// An attribute with what its octets depend on, for printing.
pub(crate) struct Shown<'a> {
    pub(crate) raw: RawAttribute<'a>,
    /// Octets of AS numbers; `None` where the session is not known.
    pub(crate) four_octet_as: Option<bool>,
}

/// Name and value. AS_PATH and AGGREGATOR are in hexadecimal: how they read
/// depends on the session.
impl fmt::Display for RawAttribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = Shown {
            raw: *self,
            four_octet_as: None,
        };
        fmt::Display::fmt(&shown, f)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.raw.value;
        match self.meaning(f) {
            Some(result) => result,
            None => match value {
                [] => fmt::Display::fmt(&self.raw.attribute_type, f),
                value => write!(f, "{}: 0x{}", self.raw.attribute_type, Hex(value)),
            },
        }
    }
}

impl Shown<'_> {
    /// Writes what the value means; `None`, and nothing written, where that is
    /// not known.
    fn meaning(&self, f: &mut fmt::Formatter<'_>) -> Option<fmt::Result> {
        let value = self.raw.value;
        let number = || fixed(value).ok().map(u32::from_be_bytes);
        Some(match self.raw.attribute_type {
            AttributeType::ORIGIN => write!(f, "origin {}", Origin::decode(value).ok()?),
            AttributeType::AS_PATH => {
                let path = AsPathView::new(value, self.four_octet_as?);
                phrase(f, "as-path", path.is_empty(), path)
            }
            AttributeType::AS4_PATH => {
                let path = AsPathView::new(value, true);
                phrase(f, "as4-path", path.is_empty(), path)
            }
            AttributeType::NEXT_HOP => write!(f, "next-hop {}", Ipv4Addr::from(number()?)),
            AttributeType::MULTI_EXIT_DISC => write!(f, "med {}", number()?),
            AttributeType::LOCAL_PREF => write!(f, "local-pref {}", number()?),
            AttributeType::ATOMIC_AGGREGATE if value.is_empty() => f.write_str("atomic-aggregate"),
            AttributeType::AGGREGATOR => {
                let aggregator = Aggregator::decode(value, self.four_octet_as?).ok()?;
                write!(f, "aggregator {aggregator}")
            }
            AttributeType::AS4_AGGREGATOR => {
                write!(
                    f,
                    "as4-aggregator {}",
                    Aggregator::decode(value, true).ok()?
                )
            }
            AttributeType::COMMUNITIES => list::<Community>(f, "communities", value)?,
            AttributeType::ORIGINATOR_ID => {
                write!(f, "originator-id {}", Ipv4Addr::from(number()?))
            }
            AttributeType::CLUSTER_LIST => list::<Ipv4Addr>(f, "cluster-list", value)?,
            AttributeType::EXTENDED_COMMUNITIES => {
                list::<ExtendedCommunity>(f, "extended-communities", value)?
            }
            AttributeType::IPV6_EXTENDED_COMMUNITIES => {
                list::<Ipv6ExtendedCommunity>(f, "ipv6-extended-communities", value)?
            }
            AttributeType::LARGE_COMMUNITIES => {
                list::<LargeCommunity>(f, "large-communities", value)?
            }
            AttributeType::AIGP => write!(f, "aigp {}", Aigp::decode(value).ok().flatten()?),
            AttributeType::ONLY_TO_CUSTOMER => write!(f, "only-to-customer {}", number()?),
            AttributeType::MP_REACH_NLRI => mp_reach(f, MpReachView::decode(value).ok()?),
            AttributeType::MP_UNREACH_NLRI => {
                let view = MpUnreachView::decode(value).ok()?;
                write!(f, "mp-unreach {}", view.family)
            }
            _ => return self.named(f),
        })
    }

    /// The attributes that keep the name of their registry.
    fn named(&self, f: &mut fmt::Formatter<'_>) -> Option<fmt::Result> {
        let value = self.raw.value;
        let mut put = |it: &dyn fmt::Display| write!(f, "{}: {it}", self.raw.attribute_type);
        Some(match self.raw.attribute_type {
            AttributeType::PMSI_TUNNEL => put(&PmsiTunnel::decode(value)?),
            AttributeType::TUNNEL_ENCAPSULATION => put(&TunnelEncapsulation::new(value)),
            AttributeType::BGPSEC_PATH => put(&BgpsecPath::decode(value)?),
            AttributeType::BFD_DISCRIMINATOR => put(&BfdDiscriminator::decode(value)?),
            AttributeType::PREFIX_SID => put(&PrefixSid::new(value)),
            AttributeType::BGP_LS => put(&BgpLs::new(value)),
            AttributeType::ATTR_SET => put(&AttrSet::decode(value)?),
            _ => return None,
        })
    }
}

fn phrase(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    empty: bool,
    value: impl fmt::Display,
) -> fmt::Result {
    match empty {
        true => write!(f, "{name} empty"),
        false => write!(f, "{name} {value}"),
    }
}

fn list<T: WireItem + fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    value: &[u8],
) -> Option<fmt::Result> {
    super::list_check::<T>(value).ok()?;
    Some((|| {
        write!(f, "{name} ")?;
        list_text(f, ListView::<T>::new(value))
    })())
}

fn mp_reach(f: &mut fmt::Formatter<'_>, view: MpReachView<'_>) -> fmt::Result {
    write!(f, "mp-reach {}", view.family)?;
    match view.next_hop() {
        Some(next_hop) => write!(f, " next-hop {next_hop}"),
        None if view.next_hop_octets.is_empty() => Ok(()),
        None => write!(f, " next-hop 0x{}", Hex(view.next_hop_octets)),
    }
}

/// The customer's AS and attributes.
impl fmt::Display for AttrSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{} (", self.origin_as)?;
        for (at, raw) in self.attributes().enumerate() {
            let shown = Shown {
                raw,
                four_octet_as: Some(true),
            };
            write!(f, "{}{shown}", if at == 0 { "" } else { ", " })?;
        }
        f.write_str(")")
    }
}

/// The family and next hop; the routes are the UPDATE's to tell.
impl fmt::Display for MpReachView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mp_reach(f, *self)
    }
}

impl fmt::Display for MpUnreachView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mp-unreach {}", self.family)
    }
}
