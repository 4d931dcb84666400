//! Prefix-SID: segment identifiers of a prefix or a service (RFC 8669 §3, RFC
//! 9252 §2).
//!
//! ```text
//! +----------+------------+-----------------------------------------------+
//! | Type (1) | Length (2) | 1: reserved (1), flags (2), label index (4)   |
//! |          |            | 3: flags (2), ranges of base (3) and size (3) |
//! |          |            | 5, 6: reserved (1), sub-TLVs                  |
//! +----------+------------+-----------------------------------------------+
//! ```

use core::fmt;

use super::srv6::{Srv6Service, Srv6Sid, Srv6SubTlv};
use super::{ListView, WireItem};
use crate::EncodeError;
use crate::nlri::Hex;
use crate::reader::Reader;
use crate::writer::{Count, Out};

/// The TLVs of a Prefix-SID, decoded as they are walked. Of several of one type
/// the first counts (RFC 8669 §6).
///
/// ```
/// use bgp_wire::{PrefixSid, PrefixSidTlv};
/// let value = [1, 0, 7, 0, 0, 0, 0, 0, 0, 100];
/// let sid = PrefixSid::new(&value);
/// assert_eq!(sid.label_index(), Some(100));
/// assert_eq!(sid.to_string(), "label-index 100");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PrefixSid<'a> {
    reader: Reader<'a>,
}

impl<'a> PrefixSid<'a> {
    /// The TLVs of an attribute's value, as far as it can be read.
    #[must_use]
    pub const fn new(value: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(value),
        }
    }

    /// The label index. It means something for labeled unicast alone (RFC 8669
    /// §3.1).
    #[must_use]
    pub fn label_index(mut self) -> Option<u32> {
        self.find_map(|tlv| match tlv {
            PrefixSidTlv::LabelIndex { index, .. } => Some(index),
            PrefixSidTlv::OriginatorSrgb { .. }
            | PrefixSidTlv::Srv6Service { .. }
            | PrefixSidTlv::Other { .. } => None,
        })
    }

    /// The first SRv6 SID of a service of layer 2 or 3.
    #[must_use]
    pub fn srv6_sid(self) -> Option<Srv6Sid> {
        let mut services = self.filter_map(|tlv| match tlv {
            PrefixSidTlv::Srv6Service { service, .. } => Some(service),
            PrefixSidTlv::LabelIndex { .. }
            | PrefixSidTlv::OriginatorSrgb { .. }
            | PrefixSidTlv::Other { .. } => None,
        });
        services.find_map(|mut service| service.find_map(Srv6SubTlv::sid))
    }
}

impl<'a> Iterator for PrefixSid<'a> {
    type Item = PrefixSidTlv<'a>;

    fn next(&mut self) -> Option<PrefixSidTlv<'a>> {
        let (code, value) = read_tlv(&mut self.reader)?;
        Some(PrefixSidTlv::decode(code, value))
    }
}

impl core::iter::FusedIterator for PrefixSid<'_> {}

/// Takes a TLV off the front; nothing more after one that is cut off.
pub(super) fn read_tlv<'a>(reader: &mut Reader<'a>) -> Option<(u8, &'a [u8])> {
    reader.item(|reader| {
        let code = reader.u8()?;
        let length = reader.u16()?;
        Some((code, reader.take(length.into())?))
    })
}

/// One TLV of a Prefix-SID.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum PrefixSidTlv<'a> {
    /// 1: index into the label block of every router (RFC 8669 §3.1).
    LabelIndex {
        /// Flags; none are defined.
        flags: u16,
        /// The index.
        index: u32,
    },
    /// 3: the label blocks of the originator (RFC 8669 §3.2).
    OriginatorSrgb {
        /// Flags; none are defined.
        flags: u16,
        /// The blocks.
        ranges: ListView<'a, SrgbRange>,
    },
    /// 5 and 6: SIDs of a service (RFC 9252 §2).
    Srv6Service {
        /// Layer 2 (6) or layer 3 (5).
        layer_2: bool,
        /// The SIDs.
        service: Srv6Service<'a>,
    },
    /// Any other, or one of a strange length.
    Other {
        /// The type.
        code: u8,
        /// The value.
        value: &'a [u8],
    },
}

impl<'a> PrefixSidTlv<'a> {
    fn decode(code: u8, value: &'a [u8]) -> Self {
        let mut reader = Reader::new(value);
        typed(code, &mut reader)
            .filter(|_| reader.is_empty())
            .unwrap_or(Self::Other { code, value })
    }

    /// The type code.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::LabelIndex { .. } => 1,
            Self::OriginatorSrgb { .. } => 3,
            Self::Srv6Service { layer_2: false, .. } => 5,
            Self::Srv6Service { layer_2: true, .. } => 6,
            Self::Other { code, .. } => *code,
        }
    }

    #[cfg_attr(
        not(feature = "alloc"),
        expect(dead_code, reason = "for owned attributes")
    )]
    pub(super) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        let length = Count::of(|count| self.emit_value(count));
        out.u8(self.code())?;
        out.u16(u16::try_from(length).map_err(|_| EncodeError::ValueTooLong)?)?;
        self.emit_value(out)
    }

    fn emit_value(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        match *self {
            Self::LabelIndex { flags, index } => {
                out.u8(0)?;
                out.u16(flags)?;
                out.u32(index)
            }
            Self::OriginatorSrgb { flags, ranges } => {
                out.u16(flags)?;
                out.put(ranges.octets())
            }
            Self::Srv6Service { service, .. } => {
                out.u8(0)?;
                out.put(service.octets())
            }
            Self::Other { value, .. } => out.put(value),
        }
    }
}

fn typed<'a>(code: u8, reader: &mut Reader<'a>) -> Option<PrefixSidTlv<'a>> {
    Some(match code {
        1 => {
            reader.u8()?;
            PrefixSidTlv::LabelIndex {
                flags: reader.u16()?,
                index: reader.u32()?,
            }
        }
        3 => {
            let flags = reader.u16()?;
            let length = reader.len() - reader.len() % SrgbRange::WIDTH;
            PrefixSidTlv::OriginatorSrgb {
                flags,
                ranges: ListView::new(reader.take(length)?),
            }
        }
        5 | 6 => {
            reader.u8()?;
            let service = Srv6Service::new(reader.take(reader.len())?);
            PrefixSidTlv::Srv6Service {
                layer_2: code == 6,
                service,
            }
        }
        _ => return None,
    })
}

/// A block of labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SrgbRange {
    /// The first label, below 2^24.
    pub base: u32,
    /// How many labels, below 2^24.
    pub size: u32,
}

impl WireItem for SrgbRange {
    const WIDTH: usize = 6;

    fn read(octets: &[u8]) -> Option<Self> {
        let [a, b, c, x, y, z] = octets.try_into().ok()?;
        Some(Self {
            base: u32::from_be_bytes([0, a, b, c]),
            size: u32::from_be_bytes([0, x, y, z]),
        })
    }
}

/// The TLVs with commas between them.
impl fmt::Display for PrefixSid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, tlv) in self.enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{tlv}")?;
        }
        Ok(())
    }
}

impl fmt::Display for PrefixSidTlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LabelIndex { index, .. } => write!(f, "label-index {index}"),
            Self::OriginatorSrgb { ranges, .. } => {
                f.write_str("srgb")?;
                ranges
                    .iter()
                    .try_for_each(|range| write!(f, " {}+{}", range.base, range.size))
            }
            Self::Srv6Service { layer_2, service } => {
                f.write_str(if *layer_2 { "srv6-l2" } else { "srv6-l3" })?;
                let mut service = *service;
                service.try_for_each(|sub_tlv| write!(f, " {sub_tlv}"))
            }
            Self::Other { code, value } => write!(f, "{code} 0x{}", Hex(value)),
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::super::Srv6Structure;
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    /// RFC 8669 §3.1, §3.2; RFC 9252 §3.1, §3.2.1.
    #[test]
    fn every_tlv_reads_writes_and_prints() {
        let index = [1, 0, 7, 0, 0, 0, 0, 0, 0, 100];
        let srgb = [3, 0, 8, 0, 0, 0, 0x3e, 0x80, 0, 0x1f, 0x40];
        let mut service = alloc::vec![5, 0, 34, 0];
        let sid = Srv6Sid {
            sid: "2001:db8:1::".parse().unwrap(),
            flags: 0,
            behavior: 19,
            structure: Some(Srv6Structure {
                block: 32,
                node: 16,
                function: 16,
                argument: 0,
                transposed: 16,
                transposition_offset: 48,
            }),
        };
        assert!(sid.structure.unwrap().is_valid());
        sid.emit(&mut service).unwrap();
        assert_eq!(service.len(), 37);
        for (octets, text) in [
            (&index[..], "label-index 100"),
            (&srgb, "srgb 16000+8000"),
            (
                &service,
                "srv6-l3 2001:db8:1:: behavior 19 structure 32/16/16/0 transposed 16@48",
            ),
            (&[9, 0, 1, 7], "9 0x07"),
        ] {
            let prefix_sid = PrefixSid::new(octets);
            assert_eq!(prefix_sid.to_string(), text);
            let mut out = Vec::new();
            let mut tlvs = prefix_sid;
            tlvs.try_for_each(|tlv| tlv.emit(&mut out)).unwrap();
            assert_eq!(out, octets);
        }
        assert_eq!(PrefixSid::new(&service).srv6_sid(), Some(sid));
    }
}
