//! Autonomous system numbers (RFC 4271 §1.1, RFC 6793).

use core::fmt;
use core::num::ParseIntError;
use core::str::FromStr;

/// A 4-octet autonomous system number.
///
/// Prints in the plain form ("64512"); parses that and asdot ("1.10", RFC 5396
/// §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Asn(pub u32);

impl Asn {
    /// AS 0, which no speaker may use (RFC 7607).
    pub const ZERO: Self = Self(0);
    /// AS_TRANS, in place of a number that does not fit two octets (RFC 6793 §9).
    pub const TRANS: Self = Self(23456);

    /// The number in two octets, or AS_TRANS where it needs four (RFC 6793 §4.2.2).
    #[must_use]
    pub const fn two_octet(self) -> u16 {
        if self.0 <= 0xffff {
            self.0 as u16
        } else {
            Self::TRANS.0 as u16
        }
    }

    /// Whether the number fits two octets.
    #[must_use]
    pub const fn fits_two_octets(self) -> bool {
        self.0 <= 0xffff
    }

    /// Whether the number is for private use: 64512–65534 and
    /// 4200000000–4294967294 (RFC 6996 §5).
    #[must_use]
    pub const fn is_private(self) -> bool {
        matches!(self.0, 64_512..=65_534 | 4_200_000_000..=4_294_967_294)
    }
}

impl From<u32> for Asn {
    fn from(number: u32) -> Self {
        Self(number)
    }
}

impl fmt::Display for Asn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Asn {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        let Some((high, low)) = text.split_once('.') else {
            return text.parse().map(Self);
        };
        let (high, low): (u16, u16) = (high.parse()?, low.parse()?);
        Ok(Self(u32::from(high) << 16 | u32::from(low)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_two_octets_become_as_trans() {
        assert_eq!(Asn(65_535).two_octet(), 65_535);
        assert_eq!(Asn(65_536).two_octet(), 23_456);
    }

    #[test]
    fn private_ranges_end_where_rfc_6996_says() {
        assert!(Asn(64_512).is_private() && Asn(65_534).is_private());
        assert!(!Asn(65_535).is_private() && !Asn(64_511).is_private());
        assert!(Asn(4_294_967_294).is_private() && !Asn(u32::MAX).is_private());
    }
}
