//! Tunnel Encapsulation: how to reach the next hop through a tunnel (RFC 9012
//! §2, §3), and the candidate paths of SR policies (RFC 9830 §2.4).
//!
//! ```text
//! +-----------------+------------+-----------------------------------------+
//! | Tunnel type (2) | Length (2) | Sub-TLVs: type (1), length (1, or 2 for |
//! |                 |            | types from 128 on), value               |
//! +-----------------+------------+-----------------------------------------+
//! ```

mod segment;
mod sub_tlv;

use core::fmt;

pub use segment::{Segment, SegmentList, SegmentListItem, SegmentListSegments};
pub use sub_tlv::{TunnelSubTlv, TunnelSubTlvs};

use crate::EncodeError;
use crate::tlv::{Tlv, Tlvs};
use crate::writer::{Count, Out};

/// What kind of tunnel, as IANA assigns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TunnelType(pub u16);

impl TunnelType {
    /// L2TPv3 over IP.
    pub const L2TPV3: Self = Self(1);
    /// GRE.
    pub const GRE: Self = Self(2);
    /// IP in IP.
    pub const IP_IN_IP: Self = Self(7);
    /// VXLAN.
    pub const VXLAN: Self = Self(8);
    /// NVGRE.
    pub const NVGRE: Self = Self(9);
    /// MPLS.
    pub const MPLS: Self = Self(10);
    /// MPLS in GRE.
    pub const MPLS_IN_GRE: Self = Self(11);
    /// VXLAN GPE.
    pub const VXLAN_GPE: Self = Self(12);
    /// MPLS in UDP.
    pub const MPLS_IN_UDP: Self = Self(13);
    /// IPv6 in IPv4, without a further header.
    pub const IPV6_TUNNEL: Self = Self(14);
    /// SR policy candidate path (RFC 9830).
    pub const SR_POLICY: Self = Self(15);
    /// A route without a tunnel of its own (RFC 9012 §4.1).
    pub const BARE: Self = Self(16);
    /// Geneve.
    pub const GENEVE: Self = Self(19);
}

impl fmt::Display for TunnelType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::L2TPV3 => "l2tpv3",
            Self::GRE => "gre",
            Self::IP_IN_IP => "ip-in-ip",
            Self::VXLAN => "vxlan",
            Self::NVGRE => "nvgre",
            Self::MPLS => "mpls",
            Self::MPLS_IN_GRE => "mpls-in-gre",
            Self::VXLAN_GPE => "vxlan-gpe",
            Self::MPLS_IN_UDP => "mpls-in-udp",
            Self::IPV6_TUNNEL => "ipv6-tunnel",
            Self::SR_POLICY => "sr-policy",
            Self::BARE => "bare",
            Self::GENEVE => "geneve",
            Self(kind) => return write!(f, "type {kind}"),
        })
    }
}

/// The tunnels of a Tunnel Encapsulation attribute, decoded as they are walked.
#[derive(Clone, Copy, Debug)]
pub struct TunnelEncapsulation<'a> {
    tlvs: Tlvs<'a>,
}

impl<'a> TunnelEncapsulation<'a> {
    /// The tunnels in an attribute's value, as far as it can be read.
    #[must_use]
    pub const fn new(value: &'a [u8]) -> Self {
        Self {
            tlvs: Tlvs::new(value),
        }
    }
}

impl<'a> Iterator for TunnelEncapsulation<'a> {
    type Item = Tunnel<'a>;

    fn next(&mut self) -> Option<Tunnel<'a>> {
        let Tlv { code, value } = self.tlvs.next()?;
        Some(Tunnel {
            kind: TunnelType(code),
            sub_tlvs: TunnelSubTlvs::new(value),
        })
    }
}

impl core::iter::FusedIterator for TunnelEncapsulation<'_> {}

/// The tunnels with semicolons between them.
impl fmt::Display for TunnelEncapsulation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, tunnel) in self.enumerate() {
            let semicolon = if at == 0 { "" } else { "; " };
            write!(f, "{semicolon}{tunnel}")?;
        }
        Ok(())
    }
}

/// One tunnel.
#[derive(Clone, Copy, Debug)]
pub struct Tunnel<'a> {
    /// What kind.
    pub kind: TunnelType,
    /// What is known of it.
    pub sub_tlvs: TunnelSubTlvs<'a>,
}

impl fmt::Display for Tunnel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.kind, f)?;
        let mut sub_tlvs = self.sub_tlvs;
        sub_tlvs.try_for_each(|sub_tlv| write!(f, " {sub_tlv}"))
    }
}

/// Writes one tunnel of a kind.
#[cfg_attr(
    not(feature = "alloc"),
    expect(dead_code, reason = "for owned attributes")
)]
pub(super) fn emit(
    kind: TunnelType,
    sub_tlvs: &[TunnelSubTlv<'_>],
    out: &mut impl Out,
) -> Result<(), EncodeError> {
    let length = Count::of(|count| sub_tlvs.iter().try_for_each(|it| it.emit(count)));
    out.u16(kind.0)?;
    out.u16(u16::try_from(length).map_err(|_| EncodeError::ValueTooLong)?)?;
    sub_tlvs.iter().try_for_each(|it| it.emit(out))
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    /// RFC 9012 §3: VXLAN to 192.0.2.1 with a color; RFC 9830 §2.4: a policy.
    #[test]
    fn tunnels_read_write_and_print() {
        let vxlan = [
            0, 8, 0, 26, // VXLAN
            6, 10, 0, 0, 0, 0, 0, 1, 192, 0, 2, 1, // egress endpoint
            4, 8, 3, 0x0b, 0, 0, 0, 0, 0, 100, // color
            8, 2, 0x12, 0xb5, // UDP port 4789
        ];
        let policy = [
            0, 15, 0, 50, // SR policy
            12, 6, 0, 0, 0, 0, 0, 200, // preference
            13, 6, 0, 0, 0, 0x3e, 0x80, 0, // binding SID 1000
            128, 0, 25, 0, // segment list
            9, 6, 0, 0, 0, 0, 0, 1, // weight
            1, 6, 0, 0, 0, 1, 0, 0, // label 16
            1, 6, 0, 0, 0, 1, 0x10, 0, // label 17
            130, 0, 3, 0, b'p', b'1', // policy name
        ];
        for (octets, text) in [
            (
                &vxlan[..],
                "vxlan endpoint 192.0.2.1 color 100 udp-port 4789",
            ),
            (
                &policy,
                "sr-policy preference 200 binding-sid 1000 segments {weight 1, 16, 17} policy p1",
            ),
        ] {
            let tunnels = TunnelEncapsulation::new(octets);
            assert_eq!(tunnels.to_string(), text);
            let mut out = Vec::new();
            for tunnel in tunnels {
                let sub_tlvs: Vec<_> = tunnel.sub_tlvs.collect();
                emit(tunnel.kind, &sub_tlvs, &mut out).unwrap();
            }
            assert_eq!(out, octets);
        }
    }
}
