//! Prefix-SID: segment identifiers of a prefix or a service (RFC 8669 §3, RFC
//! 9252 §2, §3).
//!
//! ```text
//! +----------+------------+-----------------------------------------------+
//! | Type (1) | Length (2) | 1: reserved (1), flags (2), label index (4)   |
//! |          |            | 3: flags (2), ranges of base (3) and size (3) |
//! |          |            | 5, 6: reserved (1), sub-TLVs                  |
//! +----------+------------+-----------------------------------------------+
//! SID information  | 1 | Length (2) | reserved (1) | SID (16) | flags (1) |
//!                  | behavior (2) | reserved (1) | sub-sub-TLVs |
//! SID structure    | 1 | 6 (2) | block | node | function | argument |
//!                  | transposed bits | transposition offset |
//! ```

use core::fmt;
use core::net::Ipv6Addr;

use super::{ListView, WireItem};
use crate::EncodeError;
use crate::nlri::Hex;
use crate::reader::Reader;
use crate::writer::{Count, Out};

/// Length and type of a TLV within.
const STRUCTURE: usize = 6;

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
fn read_tlv<'a>(reader: &mut Reader<'a>) -> Option<(u8, &'a [u8])> {
    let mut read = || {
        let code = reader.u8()?;
        let length = reader.u16()?;
        Some((code, reader.take(length.into())?))
    };
    let tlv = read();
    if tlv.is_none() {
        *reader = Reader::new(&[]);
    }
    tlv
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
                out.put(service.reader.rest())
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
            let service = Srv6Service {
                reader: Reader::new(reader.take(reader.len())?),
            };
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

/// The sub-TLVs of an SRv6 service, decoded as they are walked.
#[derive(Clone, Copy, Debug)]
pub struct Srv6Service<'a> {
    reader: Reader<'a>,
}

impl<'a> Srv6Service<'a> {
    /// The sub-TLVs in these octets, as far as they can be read.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(octets),
        }
    }
}

impl<'a> Iterator for Srv6Service<'a> {
    type Item = Srv6SubTlv<'a>;

    fn next(&mut self) -> Option<Srv6SubTlv<'a>> {
        let (code, value) = read_tlv(&mut self.reader)?;
        let sid = match code {
            1 => Srv6Sid::read(value),
            _ => None,
        };
        Some(sid.map_or(Srv6SubTlv::Other { code, value }, Srv6SubTlv::Sid))
    }
}

impl core::iter::FusedIterator for Srv6Service<'_> {}

/// A sub-TLV of an SRv6 service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Srv6SubTlv<'a> {
    /// A SID (RFC 9252 §3.1).
    Sid(Srv6Sid),
    /// Any other, or one of a strange length.
    Other {
        /// The type.
        code: u8,
        /// The value.
        value: &'a [u8],
    },
}

impl Srv6SubTlv<'_> {
    /// The SID, where it is one.
    #[must_use]
    pub const fn sid(self) -> Option<Srv6Sid> {
        match self {
            Self::Sid(sid) => Some(sid),
            Self::Other { .. } => None,
        }
    }
}

/// A SID of a service, and what the endpoint does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Srv6Sid {
    /// The SID; transposed bits are zero and stand in the route's label.
    pub sid: Ipv6Addr,
    /// Flags; none are defined.
    pub flags: u8,
    /// The endpoint's behavior, as IANA assigns it (RFC 8986).
    pub behavior: u16,
    /// What the bits of the SID are.
    pub structure: Option<Srv6Structure>,
}

impl Srv6Sid {
    fn read(value: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(value);
        reader.u8()?;
        let sid = reader.array::<16>()?.into();
        let flags = reader.u8()?;
        let behavior = reader.u16()?;
        reader.u8()?;
        let mut structure = None;
        while let Some((code, value)) = read_tlv(&mut reader) {
            structure = structure.or_else(|| Srv6Structure::read(code, value));
        }
        Some(Self {
            sid,
            flags,
            behavior,
            structure,
        })
    }

    /// The sub-TLV that holds it.
    #[cfg_attr(
        not(feature = "alloc"),
        expect(dead_code, reason = "for owned attributes")
    )]
    pub(super) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        let structure = self.structure.map_or(0, |_| 3 + STRUCTURE as u16);
        out.u8(1)?;
        out.u16(21 + structure)?;
        out.u8(0)?;
        out.put(&self.sid.octets())?;
        out.u8(self.flags)?;
        out.u16(self.behavior)?;
        out.u8(0)?;
        let Some(it) = self.structure else {
            return Ok(());
        };
        out.u8(1)?;
        out.u16(STRUCTURE as u16)?;
        out.put(&[
            it.block,
            it.node,
            it.function,
            it.argument,
            it.transposed,
            it.transposition_offset,
        ])
    }
}

/// How many bits of a SID are what (RFC 9252 §3.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Srv6Structure {
    /// Locator block.
    pub block: u8,
    /// Locator node.
    pub node: u8,
    /// Function.
    pub function: u8,
    /// Argument.
    pub argument: u8,
    /// Bits that stand in the route's label instead.
    pub transposed: u8,
    /// Where in the SID they belong.
    pub transposition_offset: u8,
}

impl Srv6Structure {
    fn read(code: u8, value: &[u8]) -> Option<Self> {
        let [block, node, function, argument, transposed, offset] = value.try_into().ok()?;
        (code == 1).then_some(Self {
            block,
            node,
            function,
            argument,
            transposed,
            transposition_offset: offset,
        })
    }

    /// Whether the bits fit a SID; a route with others is not eligible (RFC
    /// 9252 §7).
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let sum = [self.block, self.node, self.function, self.argument]
            .into_iter()
            .fold(0_u16, |sum, bits| sum.saturating_add(bits.into()));
        let end = u16::from(self.transposition_offset).saturating_add(self.transposed.into());
        sum <= 128 && end <= sum && self.transposed <= 24
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

impl fmt::Display for Srv6SubTlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sid(sid) => fmt::Display::fmt(sid, f),
            Self::Other { code, value } => write!(f, "{code} 0x{}", Hex(value)),
        }
    }
}

impl fmt::Display for Srv6Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} behavior {}", self.sid, self.behavior)?;
        let Some(it) = self.structure else {
            return Ok(());
        };
        write!(
            f,
            " structure {}/{}/{}/{}",
            it.block, it.node, it.function, it.argument
        )?;
        match it.transposed {
            0 => Ok(()),
            bits => write!(f, " transposed {bits}@{}", it.transposition_offset),
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
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

    #[test]
    fn bits_beyond_the_sid_are_not_valid() {
        let structure = |transposed, transposition_offset| Srv6Structure {
            block: 32,
            node: 16,
            function: 16,
            argument: 0,
            transposed,
            transposition_offset,
        };
        assert!(structure(16, 48).is_valid());
        assert!(!structure(16, 49).is_valid());
    }
}
