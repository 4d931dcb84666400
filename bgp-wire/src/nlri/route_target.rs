//! Route target membership: which VPN routes a speaker wants (RFC 4684 §4).
//!
//! ```text
//! +----------------------------+---------------+------------------+
//! | Length (1) in bits: 0, or  | Origin AS (4) | Route target (8, |
//! | 32 to 96                   |               | or a part of it) |
//! +----------------------------+---------------+------------------+
//! ```

use core::fmt;
use core::str::FromStr;

use crate::nlri::field::{Hex, padded};
use crate::nlri::{Malformed, ParseError};
use crate::reader::Reader;
use crate::writer::Out;
use crate::{Asn, EncodeError, ExtendedCommunity};

/// Who wants which route targets: a prefix of an origin AS and an extended
/// community.
///
/// Written "65000:rt:65000:100", "65000:rt:192.0.2.1:100", and "default" for
/// all routes; a part of a route target as "65000:0x0002fde8/64".
///
/// ```
/// use bgp_wire::{Asn, ExtendedCommunity, RouteTargetMembership};
/// let target = ExtendedCommunity::route_target(Asn(65000), 100);
/// let membership = RouteTargetMembership::new(Asn(65001), target);
/// assert_eq!(membership.to_string(), "65001:rt:65000:100");
/// assert!(RouteTargetMembership::default().is_default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteTargetMembership {
    octets: [u8; 12],
    bits: u8,
}

impl RouteTargetMembership {
    /// One whole route target.
    #[must_use]
    pub fn new(origin_as: Asn, target: ExtendedCommunity) -> Self {
        Self::part(origin_as, target, 64)
    }

    /// All route targets that share the first `bits` bits of one; all of an
    /// origin AS for 0.
    #[must_use]
    pub fn part(origin_as: Asn, target: ExtendedCommunity, bits: u8) -> Self {
        let bits = bits.min(64);
        let whole = u128::from(origin_as.0) << 64 | u128::from(u64::from_be_bytes(target.0));
        let mask = u128::MAX << (64 - u32::from(bits));
        let [_, _, _, _, octets @ ..] = (whole & mask).to_be_bytes();
        Self {
            octets,
            bits: bits.saturating_add(32),
        }
    }

    pub(crate) fn decode(octets: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(octets);
        let bits = reader.u8().ok_or(Malformed::Field)?;
        let value = padded::<12>(reader.rest()).ok_or(Malformed::Field)?;
        let [a, b, c, d, target @ ..] = value;
        match bits {
            0 => Ok(Self::default()),
            32..=96 => {
                let origin = Asn(u32::from_be_bytes([a, b, c, d]));
                Ok(Self::part(
                    origin,
                    ExtendedCommunity(target),
                    bits.saturating_sub(32),
                ))
            }
            _ => Err(Malformed::Field),
        }
    }

    /// Whether this asks for the routes of every target (RFC 4684 §4).
    #[must_use]
    pub const fn is_default(&self) -> bool {
        self.bits == 0
    }

    /// The AS that wants the routes; 0 for the default.
    #[must_use]
    pub const fn origin_as(&self) -> Asn {
        let [a, b, c, d, ..] = self.octets;
        Asn(u32::from_be_bytes([a, b, c, d]))
    }

    /// The route target, where all of it is there.
    #[must_use]
    pub const fn target(&self) -> Option<ExtendedCommunity> {
        let [_, _, _, _, target @ ..] = self.octets;
        match self.bits {
            96 => Some(ExtendedCommunity(target)),
            _ => None,
        }
    }

    /// The length in bits: 0, or 32 to 96.
    #[must_use]
    pub const fn bits(&self) -> u8 {
        self.bits
    }

    /// Whether routes with this target are wanted.
    #[must_use]
    pub fn wants(&self, target: ExtendedCommunity) -> bool {
        let [_, _, _, _, ours @ ..] = self.octets;
        let bits = u32::from(self.bits.saturating_sub(32));
        let differ = u64::from_be_bytes(ours) ^ u64::from_be_bytes(target.0);
        differ.leading_zeros() >= bits
    }

    pub(crate) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        out.u8(self.bits)?;
        out.put(self.significant())
    }

    fn significant(&self) -> &[u8] {
        let octets = usize::from(self.bits).div_ceil(8);
        self.octets.get(..octets).unwrap_or_default()
    }
}

impl fmt::Display for RouteTargetMembership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_default() {
            return f.write_str("default");
        }
        // Only what is a route target has the name of one.
        let named = |it: &ExtendedCommunity| it.type_high() <= 2 && it.type_low() == 2;
        match self.target().filter(named) {
            Some(target) => write!(f, "{}:{target}", self.origin_as()),
            None => {
                let part = self.significant().get(4..).unwrap_or_default();
                let bits = self.bits.saturating_sub(32);
                write!(f, "{}:0x{}/{bits}", self.origin_as(), Hex(part))
            }
        }
    }
}

impl FromStr for RouteTargetMembership {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if text == "default" {
            return Ok(Self::default());
        }
        let (origin, rest) = text.split_once(':').ok_or(ParseError::Form)?;
        let origin = origin
            .parse()
            .map_err(|_| ParseError::Invalid("origin as"))?;
        let invalid = ParseError::Invalid("route target");
        if let Some(part) = rest.strip_prefix("0x") {
            let (digits, bits) = part.split_once('/').unwrap_or((part, "64"));
            let bits: u8 = bits.parse().map_err(|_| invalid)?;
            return parse_part(origin, digits, bits).ok_or(invalid);
        }
        let target = rest.parse().map_err(|_| invalid)?;
        Ok(Self::new(origin, target))
    }
}

fn parse_part(origin: Asn, digits: &str, bits: u8) -> Option<RouteTargetMembership> {
    if bits > 64 || digits.len() != usize::from(bits).div_ceil(8) * 2 {
        return None;
    }
    let value = match digits {
        "" => 0,
        _ => u64::from_str_radix(digits, 16).ok()?,
    };
    let shift = (16_u32.checked_sub(u32::try_from(digits.len()).ok()?)?).checked_mul(4)?;
    let target = value.checked_shl(shift).unwrap_or(0).to_be_bytes();
    Some(RouteTargetMembership::part(
        origin,
        ExtendedCommunity(target),
        bits,
    ))
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    /// RFC 4684 §4: a prefix of 0 to 96 bits, 32 at least where it is not empty.
    #[test]
    fn every_length_reads_writes_and_prints() {
        for (octets, text) in [
            (&[0][..], "default"),
            (&[32, 0, 0, 0xfd, 0xe9], "65001:0x/0"),
            (&[48, 0, 0, 0xfd, 0xe9, 0, 2], "65001:0x0002/16"),
            (
                &[64, 0, 0, 0xfd, 0xe9, 0, 2, 0xfd, 0xe8],
                "65001:0x0002fde8/32",
            ),
            (
                &[96, 0, 0, 0xfd, 0xe9, 0, 2, 0xfd, 0xe8, 0, 0, 0, 100],
                "65001:rt:65000:100",
            ),
        ] {
            let membership = RouteTargetMembership::decode(octets).unwrap();
            assert_eq!(membership.to_string(), text);
            assert_eq!(text.parse(), Ok(membership));
            let mut out = Vec::new();
            membership.emit(&mut out).unwrap();
            assert_eq!(out, octets);
        }
        for wrong in [&[31, 0, 0, 0, 0][..], &[97; 14], &[]] {
            let result = RouteTargetMembership::decode(wrong);
            assert_eq!(result, Err(Malformed::Field), "{wrong:?}");
        }
    }

    #[test]
    fn a_part_wants_all_targets_below_it() {
        let part: RouteTargetMembership = "65001:0x0002fde8/32".parse().unwrap();
        assert!(part.wants(ExtendedCommunity::route_target(Asn(65_000), 1)));
        assert!(!part.wants(ExtendedCommunity::route_target(Asn(65_001), 1)));
        assert!(RouteTargetMembership::default().wants(ExtendedCommunity([7; 8])));
    }
}
