//! Path attributes (RFC 4271 §4.3, §5): their frame here, one file for each
//! kind of value beside.
//!
//! ```text
//! +-----------+----------+----------------------+------------------+
//! | Flags (1) | Type (1) | Length (1, or 2 with | Value            |
//! |           |          | Extended Length)     |                  |
//! +-----------+----------+----------------------+------------------+
//! ```
//!
//! Values that are one number or one list need no file:
//!
//! ```text
//! MULTI_EXIT_DISC   | Metric (4) |                          RFC 4271 §5.1.4
//! LOCAL_PREF        | Preference (4) |                      RFC 4271 §5.1.5
//! ATOMIC_AGGREGATE  nothing                                 RFC 4271 §5.1.6
//! ORIGINATOR_ID     | BGP identifier (4) |                  RFC 4456 §8
//! CLUSTER_LIST      | Cluster identifier (4) | …            RFC 4456 §8
//! ONLY_TO_CUSTOMER  | AS (4) |                              RFC 9234 §5
//! ```

mod aggregator;
mod aigp;
mod as_path;
mod attr_set;
mod bfd;
mod bgpsec;
mod community;
mod extended_community;
mod large_community;
mod link_state;
mod list;
mod mp;
mod next_hop;
mod origin;
#[cfg(feature = "alloc")]
mod other;
mod pe_labels;
mod pmsi;
mod prefix_sid;
mod raw;
#[cfg(feature = "alloc")]
mod set;
mod sink;
mod srv6;
pub(crate) mod syntax;
mod text;
mod tunnel;

use core::fmt;

pub use aggregator::Aggregator;
pub(crate) use aigp::Aigp;
#[cfg(feature = "alloc")]
pub use as_path::{AsPath, AsPathSegment};
pub use as_path::{AsPathView, Asns, PathAsns, SegmentType, SegmentView, Segments};
pub(crate) use as_path::{as4_path_has_set, check as as_path_check, check_as4_path};
pub use attr_set::AttrSet;
pub use bfd::BfdDiscriminator;
pub use bgpsec::{
    BgpsecPath, SecurePathSegment, SignatureBlock, SignatureBlocks, SignatureSegment,
    SignatureSegments,
};
pub use community::Community;
pub use extended_community::{ExtendedCommunity, Ipv6ExtendedCommunity};
pub use large_community::LargeCommunity;
pub use link_state::{BgpLs, BgpLsTlv, RiskGroup};
pub(crate) use list::check as list_check;
pub(crate) use list::list_text;
pub use list::{ListIter, ListView, WireItem};
pub(crate) use mp::read_family;
pub use mp::{MpReachView, MpUnreachView};
pub use next_hop::NextHop;
pub(crate) use next_hop::length_fits as next_hop_length_fits;
pub use origin::Origin;
#[cfg(feature = "alloc")]
pub use other::OtherAttribute;
pub use pe_labels::PeDistinguisherLabels;
pub use pmsi::{PmsiTunnel, PmsiTunnelId};
pub use prefix_sid::{PrefixSid, PrefixSidTlv, SrgbRange};
pub use raw::RawAttributes;
#[cfg(feature = "alloc")]
pub use set::PathAttributes;
pub(crate) use sink::{Sink, Sum};
pub use srv6::{Srv6Service, Srv6Sid, Srv6Structure, Srv6SubTlv};
pub(crate) use text::Shown;
pub use tunnel::{
    Segment, SegmentList, SegmentListItem, SegmentListSegments, Tunnel, TunnelEncapsulation,
    TunnelSubTlv, TunnelSubTlvs, TunnelType,
};

use crate::reader::Reader;
use crate::writer::Out;
#[cfg(test)]
use crate::writer::Writer;
use crate::{DecodeErrorKind, EncodeError};

/// The type code of a path attribute, as IANA assigns it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AttributeType(pub u8);

impl AttributeType {
    /// ORIGIN (RFC 4271 §5.1.1).
    pub const ORIGIN: Self = Self(1);
    /// AS_PATH (RFC 4271 §5.1.2).
    pub const AS_PATH: Self = Self(2);
    /// NEXT_HOP (RFC 4271 §5.1.3).
    pub const NEXT_HOP: Self = Self(3);
    /// MULTI_EXIT_DISC (RFC 4271 §5.1.4).
    pub const MULTI_EXIT_DISC: Self = Self(4);
    /// LOCAL_PREF (RFC 4271 §5.1.5).
    pub const LOCAL_PREF: Self = Self(5);
    /// ATOMIC_AGGREGATE (RFC 4271 §5.1.6).
    pub const ATOMIC_AGGREGATE: Self = Self(6);
    /// AGGREGATOR (RFC 4271 §5.1.7).
    pub const AGGREGATOR: Self = Self(7);
    /// COMMUNITIES (RFC 1997).
    pub const COMMUNITIES: Self = Self(8);
    /// ORIGINATOR_ID (RFC 4456 §8).
    pub const ORIGINATOR_ID: Self = Self(9);
    /// CLUSTER_LIST (RFC 4456 §8).
    pub const CLUSTER_LIST: Self = Self(10);
    /// MP_REACH_NLRI (RFC 4760 §3).
    pub const MP_REACH_NLRI: Self = Self(14);
    /// MP_UNREACH_NLRI (RFC 4760 §4).
    pub const MP_UNREACH_NLRI: Self = Self(15);
    /// EXTENDED COMMUNITIES (RFC 4360).
    pub const EXTENDED_COMMUNITIES: Self = Self(16);
    /// AS4_PATH (RFC 6793 §3).
    pub const AS4_PATH: Self = Self(17);
    /// AS4_AGGREGATOR (RFC 6793 §3).
    pub const AS4_AGGREGATOR: Self = Self(18);
    /// PMSI_TUNNEL (RFC 6514 §5).
    pub const PMSI_TUNNEL: Self = Self(22);
    /// Tunnel Encapsulation (RFC 9012).
    pub const TUNNEL_ENCAPSULATION: Self = Self(23);
    /// Traffic Engineering (RFC 5543).
    pub const TRAFFIC_ENGINEERING: Self = Self(24);
    /// IPv6 Address Specific Extended Community (RFC 5701).
    pub const IPV6_EXTENDED_COMMUNITIES: Self = Self(25);
    /// AIGP (RFC 7311).
    pub const AIGP: Self = Self(26);
    /// PE Distinguisher Labels (RFC 6514 §8).
    pub const PE_DISTINGUISHER_LABELS: Self = Self(27);
    /// BGP-LS (RFC 7752 §3.3).
    pub const BGP_LS: Self = Self(29);
    /// LARGE_COMMUNITY (RFC 8092).
    pub const LARGE_COMMUNITIES: Self = Self(32);
    /// BGPsec_PATH (RFC 8205).
    pub const BGPSEC_PATH: Self = Self(33);
    /// Only to Customer (RFC 9234 §5).
    pub const ONLY_TO_CUSTOMER: Self = Self(35);
    /// Service Function Path (RFC 9015).
    pub const SFP: Self = Self(37);
    /// BFD Discriminator (RFC 9026 §3.1.6).
    pub const BFD_DISCRIMINATOR: Self = Self(38);
    /// Prefix-SID (RFC 8669).
    pub const PREFIX_SID: Self = Self(40);
    /// ATTR_SET (RFC 6368 §5).
    pub const ATTR_SET: Self = Self(128);

    /// The code as NOTIFICATION data, for the attributes that can be missing.
    pub(crate) const fn octet(self) -> &'static [u8] {
        match self {
            Self::ORIGIN => &[1],
            Self::AS_PATH => &[2],
            Self::NEXT_HOP => &[3],
            _ => &[],
        }
    }

    /// Name in the IANA registry.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::ORIGIN => "ORIGIN",
            Self::AS_PATH => "AS_PATH",
            Self::NEXT_HOP => "NEXT_HOP",
            Self::MULTI_EXIT_DISC => "MULTI_EXIT_DISC",
            Self::LOCAL_PREF => "LOCAL_PREF",
            Self::ATOMIC_AGGREGATE => "ATOMIC_AGGREGATE",
            Self::AGGREGATOR => "AGGREGATOR",
            Self::COMMUNITIES => "COMMUNITIES",
            Self::ORIGINATOR_ID => "ORIGINATOR_ID",
            Self::CLUSTER_LIST => "CLUSTER_LIST",
            Self::MP_REACH_NLRI => "MP_REACH_NLRI",
            Self::MP_UNREACH_NLRI => "MP_UNREACH_NLRI",
            Self::EXTENDED_COMMUNITIES => "EXTENDED COMMUNITIES",
            Self::AS4_PATH => "AS4_PATH",
            Self::AS4_AGGREGATOR => "AS4_AGGREGATOR",
            Self::PMSI_TUNNEL => "PMSI_TUNNEL",
            Self::TUNNEL_ENCAPSULATION => "Tunnel Encapsulation",
            Self::TRAFFIC_ENGINEERING => "Traffic Engineering",
            Self::IPV6_EXTENDED_COMMUNITIES => "IPv6 Address Specific Extended Community",
            Self::AIGP => "AIGP",
            Self::PE_DISTINGUISHER_LABELS => "PE Distinguisher Labels",
            Self::BGP_LS => "BGP-LS",
            Self::LARGE_COMMUNITIES => "LARGE_COMMUNITY",
            Self::BGPSEC_PATH => "BGPsec_PATH",
            Self::ONLY_TO_CUSTOMER => "Only to Customer",
            Self::SFP => "SFP",
            Self::BFD_DISCRIMINATOR => "BFD Discriminator",
            Self::PREFIX_SID => "Prefix-SID",
            Self::ATTR_SET => "ATTR_SET",
            _ => return None,
        })
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "attribute {}", self.0),
        }
    }
}

impl fmt::Debug for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

bitflags::bitflags! {
    /// The flags octet of an attribute (RFC 4271 §4.3). The low four bits have
    /// no meaning, are ignored and survive.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct AttributeFlags: u8 {
        /// Not every speaker needs to know the attribute.
        const OPTIONAL = 0x80;
        /// Passed on even by those who do not know it.
        const TRANSITIVE = 0x40;
        /// Someone on the way did not know it.
        const PARTIAL = 0x20;
        /// The length field has two octets.
        const EXTENDED_LENGTH = 0x10;
        /// The unused bits.
        const _ = 0x0f;
    }
}

impl AttributeFlags {
    /// Flags of a well-known attribute.
    pub const WELL_KNOWN: Self = Self::TRANSITIVE;
    /// Flags of an optional transitive attribute.
    pub const OPTIONAL_TRANSITIVE: Self = Self::OPTIONAL.union(Self::TRANSITIVE);
}

#[cfg(feature = "serde")]
impl serde::Serialize for AttributeFlags {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.bits())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for AttributeFlags {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u8::deserialize(deserializer).map(Self::from_bits_retain)
    }
}

/// An attribute whose value has not been looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawAttribute<'a> {
    /// The flags octet as it was received.
    pub flags: AttributeFlags,
    /// Type code.
    pub attribute_type: AttributeType,
    /// The value.
    pub value: &'a [u8],
}

impl<'a> RawAttribute<'a> {
    /// Reads the attribute at the front of `reader`; `None` when its header or
    /// value is cut off, and the reader is then of no use.
    #[inline]
    pub(crate) fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let [flags, code] = reader.array()?;
        let flags = AttributeFlags::from_bits_retain(flags);
        let length = if flags.contains(AttributeFlags::EXTENDED_LENGTH) {
            usize::from(reader.u16()?)
        } else {
            usize::from(reader.u8()?)
        };
        let value = reader.take(length)?;
        Some(Self {
            flags,
            attribute_type: AttributeType(code),
            value,
        })
    }

    /// Size on the wire in octets. A value that needs the extended length gets
    /// it; one that came with it keeps it.
    #[must_use]
    pub const fn encoded_len(&self) -> usize {
        header_len(self.flags, self.value.len()) + self.value.len()
    }

    /// Writes the attribute as it is.
    #[cfg(test)]
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        write_header(writer, self.flags, self.attribute_type, self.value.len())?;
        writer.put(self.value)
    }
}

/// Octets before a value of this length.
pub(crate) const fn header_len(flags: AttributeFlags, length: usize) -> usize {
    if flags.contains(AttributeFlags::EXTENDED_LENGTH) || length > 255 {
        4
    } else {
        3
    }
}

/// Writes what precedes a value of this length.
pub(crate) fn write_header(
    writer: &mut impl Out,
    flags: AttributeFlags,
    attribute_type: AttributeType,
    length: usize,
) -> Result<(), EncodeError> {
    let wide = u16::try_from(length).map_err(|_| EncodeError::ValueTooLong)?;
    let narrow = u8::try_from(length).ok();
    match narrow.filter(|_| !flags.contains(AttributeFlags::EXTENDED_LENGTH)) {
        Some(length) => writer.put(&[flags.bits(), attribute_type.0, length]),
        None => {
            let flags = flags | AttributeFlags::EXTENDED_LENGTH;
            writer.put(&[flags.bits(), attribute_type.0])?;
            writer.u16(wide)
        }
    }
}

/// A fault in an attribute's value and where, from the first octet of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: DecodeErrorKind,
    pub(crate) at: usize,
}

impl Fault {
    pub(crate) const fn new(kind: DecodeErrorKind, at: usize) -> Self {
        Self { kind, at }
    }

    /// A length that the attribute cannot have.
    pub(crate) const LENGTH: Self = Self::new(DecodeErrorKind::Length, 0);

    /// Optional-attribute error at a position of the value.
    pub(crate) const fn value(at: usize) -> Self {
        Self::new(DecodeErrorKind::Value, at)
    }
}

/// The value in as many octets as it must have.
pub(crate) fn fixed<const N: usize>(value: &[u8]) -> Result<[u8; N], Fault> {
    value.try_into().map_err(|_| Fault::LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_length_survives_and_is_added_where_needed() {
        let raw = |flags, value| RawAttribute {
            flags: AttributeFlags::from_bits_retain(flags),
            attribute_type: AttributeType(99),
            value,
        };
        let mut out = [0; 400];
        for (attribute, head) in [
            (raw(0xc0, &[7][..]), &[0xc0, 99, 1][..]),
            (raw(0xd1, &[7][..]), &[0xd1, 99, 0, 1][..]),
            (raw(0xc0, &[7; 300][..]), &[0xd0, 99, 1, 44][..]),
        ] {
            let mut writer = Writer::new(&mut out);
            attribute.write(&mut writer).unwrap();
            let length = writer.position();
            assert_eq!(length, attribute.encoded_len());
            assert_eq!(&out[..head.len()], head);
            let read = RawAttribute::read(&mut Reader::new(&out[..length])).unwrap();
            assert_eq!(read.value, attribute.value);
        }
    }

    #[test]
    fn a_cut_attribute_is_none_at_every_length() {
        let whole = [0xd0, 99, 0, 2, 1, 2];
        for length in 0..whole.len() {
            assert_eq!(RawAttribute::read(&mut Reader::new(&whole[..length])), None);
        }
    }
}
