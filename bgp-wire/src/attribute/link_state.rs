//! BGP-LS: what is known of a node, a link or a prefix (RFC 9552 §5.3).
//!
//! ```text
//! +----------+------------+-------+
//! | Type (2) | Length (2) | Value |
//! +----------+------------+-------+
//! ```

use core::fmt;
use core::net::IpAddr;

use super::{ListView, WireItem};
use crate::nlri::Hex;
use crate::reader::Reader;
use crate::tlv::{Tlv, Tlvs};

/// The TLVs of a BGP-LS attribute, decoded as they are walked.
///
/// ```
/// use bgp_wire::{BgpLs, BgpLsTlv};
/// let value = [4, 2, 0, 2, b'r', b'1', 4, 71, 0, 3, 0, 0, 10];
/// let mut known = BgpLs::new(&value);
/// assert_eq!(known.to_string(), "node-name r1, igp-metric 10");
/// assert_eq!(known.next(), Some(BgpLsTlv::NodeName("r1")));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BgpLs<'a> {
    tlvs: Tlvs<'a>,
}

impl<'a> BgpLs<'a> {
    /// The TLVs of an attribute's value, as far as it can be read.
    #[must_use]
    pub const fn new(value: &'a [u8]) -> Self {
        Self {
            tlvs: Tlvs::new(value),
        }
    }

    /// The TLVs as they stand.
    #[must_use]
    pub const fn tlvs(&self) -> Tlvs<'a> {
        self.tlvs
    }
}

impl<'a> Iterator for BgpLs<'a> {
    type Item = BgpLsTlv<'a>;

    fn next(&mut self) -> Option<BgpLsTlv<'a>> {
        self.tlvs.next().map(BgpLsTlv::decode)
    }
}

impl core::iter::FusedIterator for BgpLs<'_> {}

/// The TLVs with commas between them.
impl fmt::Display for BgpLs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, tlv) in self.enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{tlv}")?;
        }
        Ok(())
    }
}

/// One fact about a node, a link or a prefix. Bandwidths are octets a second.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum BgpLsTlv<'a> {
    /// 1024: overload, attached, external, area border, router, V6.
    NodeFlags(u8),
    /// 1026: name of the node.
    NodeName(&'a str),
    /// 1027: an IS-IS area.
    IsisArea(&'a [u8]),
    /// 1028, 1029: router identifier of the node, or of the link's local end.
    LocalRouterId(IpAddr),
    /// 1030, 1031: router identifier of the link's remote end.
    RemoteRouterId(IpAddr),
    /// 1088: administrative group, a bit for each color.
    AdministrativeGroup(u32),
    /// 1089: bandwidth of the link.
    MaxBandwidth(f32),
    /// 1090: bandwidth that can be reserved.
    MaxReservableBandwidth(f32),
    /// 1091: bandwidth left for each of eight priorities.
    UnreservedBandwidth([f32; 8]),
    /// 1092: default metric of traffic engineering.
    TeDefaultMetric(u32),
    /// 1094: LDP and RSVP-TE.
    MplsProtocols(u8),
    /// 1095: metric of the IGP, of one to three octets.
    IgpMetric(u32),
    /// 1096: shared risk link groups.
    SharedRisk(ListView<'a, RiskGroup>),
    /// 1098: name of the link.
    LinkName(&'a str),
    /// 1152: down, no unicast, local address, propagate NSSA.
    IgpFlags(u8),
    /// 1155: metric of the prefix.
    PrefixMetric(u32),
    /// 1156: OSPF forwarding address.
    ForwardingAddress(IpAddr),
    /// Any other, or one of a strange length.
    Other(Tlv<'a>),
}

/// A shared risk link group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RiskGroup(pub u32);

impl WireItem for RiskGroup {
    const WIDTH: usize = 4;

    fn read(octets: &[u8]) -> Option<Self> {
        octets.try_into().ok().map(u32::from_be_bytes).map(Self)
    }
}

impl<'a> BgpLsTlv<'a> {
    fn decode(tlv: Tlv<'a>) -> Self {
        let mut reader = Reader::new(tlv.value);
        typed(tlv, &mut reader)
            .filter(|_| reader.is_empty())
            .unwrap_or(Self::Other(tlv))
    }
}

fn typed<'a>(tlv: Tlv<'a>, reader: &mut Reader<'a>) -> Option<BgpLsTlv<'a>> {
    let text = |octets| core::str::from_utf8(octets).ok();
    let all = reader.len();
    Some(match tlv.code {
        1024 => BgpLsTlv::NodeFlags(reader.u8()?),
        1026 => BgpLsTlv::NodeName(text(reader.take(all)?)?),
        1027 => BgpLsTlv::IsisArea(reader.take(all)?),
        1028 => BgpLsTlv::LocalRouterId(reader.address(4)?),
        1029 => BgpLsTlv::LocalRouterId(reader.address(16)?),
        1030 => BgpLsTlv::RemoteRouterId(reader.address(4)?),
        1031 => BgpLsTlv::RemoteRouterId(reader.address(16)?),
        1088 => BgpLsTlv::AdministrativeGroup(reader.u32()?),
        1089 => BgpLsTlv::MaxBandwidth(float(reader)?),
        1090 => BgpLsTlv::MaxReservableBandwidth(float(reader)?),
        1091 => {
            let mut left = [0.0; 8];
            for priority in &mut left {
                *priority = float(reader)?;
            }
            BgpLsTlv::UnreservedBandwidth(left)
        }
        1092 => BgpLsTlv::TeDefaultMetric(reader.u32()?),
        1094 => BgpLsTlv::MplsProtocols(reader.u8()?),
        1095 => BgpLsTlv::IgpMetric(igp_metric(reader.take(all)?)?),
        1096 => BgpLsTlv::SharedRisk(ListView::new(reader.take(all & !3)?)),
        1098 => BgpLsTlv::LinkName(text(reader.take(all)?)?),
        1152 => BgpLsTlv::IgpFlags(reader.u8()?),
        1155 => BgpLsTlv::PrefixMetric(reader.u32()?),
        1156 => BgpLsTlv::ForwardingAddress(reader.address(all)?),
        _ => return None,
    })
}

fn float(reader: &mut Reader<'_>) -> Option<f32> {
    reader.u32().map(f32::from_bits)
}

/// RFC 9552 §5.3.2.4: six bits of small IS-IS metrics, two octets of OSPF, three
/// of wide IS-IS metrics.
fn igp_metric(octets: &[u8]) -> Option<u32> {
    Some(match *octets {
        [metric] => u32::from(metric & 0x3f),
        [a, b] => u32::from_be_bytes([0, 0, a, b]),
        [a, b, c] => u32::from_be_bytes([0, a, b, c]),
        _ => return None,
    })
}

impl fmt::Display for BgpLsTlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NodeFlags(flags) => write!(f, "node-flags 0x{flags:02x}"),
            Self::NodeName(name) => write!(f, "node-name {name}"),
            Self::IsisArea(area) => write!(f, "isis-area {}", Hex(area)),
            Self::LocalRouterId(id) => write!(f, "local-router-id {id}"),
            Self::RemoteRouterId(id) => write!(f, "remote-router-id {id}"),
            Self::AdministrativeGroup(group) => write!(f, "admin-group 0x{group:08x}"),
            Self::MaxBandwidth(bandwidth) => write!(f, "max-bandwidth {bandwidth}"),
            Self::MaxReservableBandwidth(bandwidth) => write!(f, "max-reservable {bandwidth}"),
            Self::UnreservedBandwidth(left) => {
                f.write_str("unreserved")?;
                left.iter().try_for_each(|it| write!(f, " {it}"))
            }
            Self::TeDefaultMetric(metric) => write!(f, "te-metric {metric}"),
            Self::MplsProtocols(mask) => write!(f, "mpls-protocols 0x{mask:02x}"),
            Self::IgpMetric(metric) => write!(f, "igp-metric {metric}"),
            Self::SharedRisk(groups) => {
                f.write_str("srlg")?;
                groups.iter().try_for_each(|it| write!(f, " {}", it.0))
            }
            Self::LinkName(name) => write!(f, "link-name {name}"),
            Self::IgpFlags(flags) => write!(f, "igp-flags 0x{flags:02x}"),
            Self::PrefixMetric(metric) => write!(f, "prefix-metric {metric}"),
            Self::ForwardingAddress(address) => write!(f, "forwarding-address {address}"),
            Self::Other(tlv) => write!(f, "{} 0x{}", tlv.code, Hex(tlv.value)),
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;

    /// RFC 9552 §5.3.1–5.3.3.
    #[test]
    fn facts_of_each_kind() {
        for (code, value, text) in [
            (1024, &[0x80][..], "node-flags 0x80"),
            (1027, &[0x49, 0, 1], "isis-area 490001"),
            (1028, &[192, 0, 2, 1], "local-router-id 192.0.2.1"),
            (1029, &[0; 16], "local-router-id ::"),
            (1088, &[0, 0, 0, 5], "admin-group 0x00000005"),
            // 1.25e9 octets a second in IEEE 754: ten gigabits.
            (1089, &[0x4e, 0x95, 0x02, 0xf9], "max-bandwidth 1250000000"),
            (1095, &[0xca], "igp-metric 10"),
            (1095, &[1, 0], "igp-metric 256"),
            (1095, &[1, 0, 0], "igp-metric 65536"),
            (1095, &[1, 0, 0, 0], "1095 0x01000000"),
            (1096, &[0, 0, 0, 7, 0, 0, 0, 9], "srlg 7 9"),
            (1155, &[0, 0, 0, 20], "prefix-metric 20"),
            (1156, &[192, 0, 2, 1], "forwarding-address 192.0.2.1"),
            (9999, &[1], "9999 0x01"),
        ] {
            let tlv = Tlv { code, value };
            assert_eq!(BgpLsTlv::decode(tlv).to_string(), text);
        }
        let cut = Tlv {
            code: 1091,
            value: &[0; 31],
        };
        assert_eq!(BgpLsTlv::decode(cut), BgpLsTlv::Other(cut));
    }
}
