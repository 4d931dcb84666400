//! SRv6 SIDs of a service within a Prefix-SID (RFC 9252 §3).
//!
//! ```text
//! SID information  | 1 | Length (2) | reserved (1) | SID (16) | flags (1) |
//!                  | behavior (2) | reserved (1) | sub-sub-TLVs |
//! SID structure    | 1 | 6 (2) | block | node | function | argument |
//!                  | transposed bits | transposition offset |
//! ```

use core::fmt;
use core::net::Ipv6Addr;

use super::prefix_sid::read_tlv;
use crate::EncodeError;
use crate::nlri::Hex;
use crate::reader::Reader;
use crate::writer::Out;

/// Octets of a SID structure.
const STRUCTURE: usize = 6;

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

    /// The octets that are still to come.
    pub(super) const fn octets(&self) -> &'a [u8] {
        self.reader.rest()
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

#[cfg(test)]
mod tests {
    use super::*;

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
