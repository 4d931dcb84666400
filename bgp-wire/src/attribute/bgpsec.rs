//! BGPsec_PATH: the AS path with a signature of each AS (RFC 8205 §3).
//!
//! ```text
//! Secure_Path     | Length (2), counts itself | Segments: pCount (1), flags (1), AS (4) |
//! Signature_Block | Length (2), counts itself | Algorithm suite (1) |
//!                 | Segments: key identifier (20), length (2), signature |
//! ```

use core::fmt;

use super::{ListView, WireItem};
use crate::Asn;
use crate::nlri::Hex;
use crate::reader::Reader;

/// One AS of a secure path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SecurePathSegment {
    /// How often the AS stands in the path.
    pub count: u8,
    /// Flags; the highest bit says that the AS is of our confederation.
    pub flags: u8,
    /// The AS.
    pub asn: Asn,
}

impl WireItem for SecurePathSegment {
    const WIDTH: usize = 6;

    fn read(octets: &[u8]) -> Option<Self> {
        let [count, flags, a, b, c, d] = octets.try_into().ok()?;
        Some(Self {
            count,
            flags,
            asn: Asn(u32::from_be_bytes([a, b, c, d])),
        })
    }
}

/// A BGPsec path. Its signatures are not verified here; where BGPsec is not
/// negotiated the attribute means nothing (RFC 8205 §2).
///
/// ```
/// use bgp_wire::{Asn, BgpsecPath};
/// let mut value = vec![0, 8, 2, 0, 0, 0, 0xfd, 0xe8]; // AS 65000 twice
/// value.extend([0, 27, 1]); // a block of the first suite
/// value.extend([7; 20]);
/// value.extend([0, 2, 1, 2]);
/// let path = BgpsecPath::decode(&value).unwrap();
/// assert_eq!(path.length(), 2);
/// assert_eq!(path.blocks().next().unwrap().segments().count(), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BgpsecPath<'a> {
    segments: ListView<'a, SecurePathSegment>,
    blocks: &'a [u8],
}

impl<'a> BgpsecPath<'a> {
    /// Reads the attribute's value; `None` where its syntax is broken: lengths
    /// that do not fit, no AS, or not as many signatures as there are ASes (RFC
    /// 8205 §5.2, items 1 and 4).
    #[must_use]
    pub fn decode(value: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(value);
        let length = usize::from(reader.u16()?).checked_sub(2)?;
        let segments = ListView::new(reader.take(length)?);
        let path = Self {
            segments,
            blocks: reader.rest(),
        };
        let whole = length > 0 && length.is_multiple_of(SecurePathSegment::WIDTH);
        (whole && path.has_all_signatures()).then_some(path)
    }

    fn has_all_signatures(&self) -> bool {
        let mut blocks = self.blocks();
        let mut count = 0_usize;
        for block in blocks.by_ref() {
            count = count.saturating_add(1);
            let mut segments = block.segments();
            if segments.by_ref().count() != self.segments.len() || !block.is_whole() {
                return false;
            }
        }
        let rest: usize = self
            .blocks()
            .map(|block| block.octets.len().saturating_add(2))
            .sum();
        matches!(count, 1 | 2) && rest == self.blocks.len()
    }

    /// The ASes, the latest first.
    #[must_use]
    pub const fn segments(&self) -> ListView<'a, SecurePathSegment> {
        self.segments
    }

    /// The length of the path: how often an AS stands in it.
    #[must_use]
    pub fn length(&self) -> usize {
        let counts = self
            .segments
            .iter()
            .map(|segment| usize::from(segment.count));
        counts.fold(0, usize::saturating_add)
    }

    /// One block of signatures for each algorithm suite: one, or two.
    #[must_use]
    pub const fn blocks(&self) -> SignatureBlocks<'a> {
        SignatureBlocks {
            reader: Reader::new(self.blocks),
        }
    }
}

/// The signature blocks of a path.
#[derive(Clone, Copy, Debug)]
pub struct SignatureBlocks<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for SignatureBlocks<'a> {
    type Item = SignatureBlock<'a>;

    fn next(&mut self) -> Option<SignatureBlock<'a>> {
        self.reader.item(|reader| {
            let length = usize::from(reader.u16()?).checked_sub(2)?;
            let octets = reader.take(length)?;
            let algorithm = *octets.first()?;
            Some(SignatureBlock { algorithm, octets })
        })
    }
}

impl core::iter::FusedIterator for SignatureBlocks<'_> {}

/// The signatures of one algorithm suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureBlock<'a> {
    /// Algorithm suite identifier (RFC 8208).
    pub algorithm: u8,
    octets: &'a [u8],
}

impl<'a> SignatureBlock<'a> {
    /// The signatures, the latest first, one for each AS of the path.
    #[must_use]
    pub fn segments(&self) -> SignatureSegments<'a> {
        SignatureSegments {
            reader: Reader::new(self.octets.get(1..).unwrap_or_default()),
        }
    }

    fn is_whole(&self) -> bool {
        let length = |it: SignatureSegment<'_>| it.signature.len().saturating_add(22);
        let sum: usize = self.segments().map(length).sum();
        sum.saturating_add(1) == self.octets.len()
    }
}

/// The signatures of a block.
#[derive(Clone, Copy, Debug)]
pub struct SignatureSegments<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for SignatureSegments<'a> {
    type Item = SignatureSegment<'a>;

    fn next(&mut self) -> Option<SignatureSegment<'a>> {
        self.reader.item(|reader| {
            let key_identifier = reader.array()?;
            let length = reader.u16()?;
            let signature = reader.take(length.into())?;
            Some(SignatureSegment {
                key_identifier,
                signature,
            })
        })
    }
}

impl core::iter::FusedIterator for SignatureSegments<'_> {}

/// One signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureSegment<'a> {
    /// Subject key identifier of the router's certificate.
    pub key_identifier: [u8; 20],
    /// The signature.
    pub signature: &'a [u8],
}

/// The ASes, each as often as it stands in the path, and the suites behind.
impl fmt::Display for BgpsecPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.segments.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{}", segment.asn)?;
            if segment.count != 1 {
                write!(f, "x{}", segment.count)?;
            }
        }
        for block in self.blocks() {
            write!(f, " suite {}", block.algorithm)?;
            for segment in block.segments() {
                write!(
                    f,
                    " {}",
                    Hex(segment.key_identifier.get(..4).unwrap_or_default())
                )?;
            }
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    fn value(ases: u8, signatures: u8) -> Vec<u8> {
        let mut value = alloc::vec![0, 2 + 6 * ases];
        for at in 0..ases {
            value.extend([1 + at, 0, 0, 0, 0xfd, 0xe8 + at]);
        }
        value.extend([0, 3 + 24 * signatures, 1]);
        for at in 0..signatures {
            value.extend([at; 20]);
            value.extend([0, 2, 9, 9]);
        }
        value
    }

    #[test]
    fn one_signature_for_each_as() {
        let octets = value(2, 2);
        let path = BgpsecPath::decode(&octets).unwrap();
        assert_eq!(path.length(), 3);
        assert_eq!(path.to_string(), "65000 65001x2 suite 1 00000000 01010101");
        assert_eq!(BgpsecPath::decode(&value(2, 1)), None);
        assert_eq!(BgpsecPath::decode(&value(0, 0)), None);
        for length in 0..octets.len() {
            assert_eq!(BgpsecPath::decode(&octets[..length]), None, "{length}");
        }
        let twice = [&octets[..], &octets[14..]].concat();
        assert!(BgpsecPath::decode(&twice).is_some(), "two suites");
        let trailing = [&octets[..], &[0]].concat();
        assert_eq!(BgpsecPath::decode(&trailing), None);
    }
}
