//! AGGREGATOR and AS4_AGGREGATOR: who formed an aggregate (RFC 4271 §5.1.7,
//! RFC 6793 §3).
//!
//! ```text
//! +------------------------------------+--------------------+
//! | AS (2, or 4 with 4-octet AS;       | BGP identifier (4) |
//! | always 4 in AS4_AGGREGATOR)        |                    |
//! +------------------------------------+--------------------+
//! ```

use core::fmt;
use core::net::Ipv4Addr;
use core::str::FromStr;

use super::{Fault, fixed};
use crate::{Asn, DecodeErrorKind, ParseError};

/// The last AS that formed the aggregate route, and the speaker within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Aggregator {
    /// The aggregating AS.
    pub asn: Asn,
    /// BGP identifier of the aggregating speaker.
    pub identifier: Ipv4Addr,
}

impl Aggregator {
    /// RFC 7606 §7.7: eight octets on a session with 4-octet AS numbers, six
    /// on another; AS 0 is malformed (RFC 7607 §2).
    pub(crate) fn decode(value: &[u8], four_octet_as: bool) -> Result<Self, Fault> {
        let (asn, identifier) = if four_octet_as {
            let [a, b, c, d, identifier @ ..] = fixed::<8>(value)?;
            (u32::from_be_bytes([a, b, c, d]), identifier)
        } else {
            let [a, b, identifier @ ..] = fixed::<6>(value)?;
            (u16::from_be_bytes([a, b]).into(), identifier)
        };
        if asn == 0 {
            return Err(Fault::new(DecodeErrorKind::AsZero, 0));
        }
        Ok(Self {
            asn: Asn(asn),
            identifier: identifier.into(),
        })
    }

    /// The eight octets of the 4-octet form.
    #[cfg(feature = "alloc")]
    pub(crate) const fn octets(self) -> [u8; 8] {
        let [a, b, c, d] = self.asn.0.to_be_bytes();
        let [e, f, g, h] = self.identifier.octets();
        [a, b, c, d, e, f, g, h]
    }

    /// The six octets of the 2-octet form, AS_TRANS for a large number.
    #[cfg(feature = "alloc")]
    pub(crate) const fn octets_two(self) -> [u8; 6] {
        let [a, b] = self.asn.two_octet().to_be_bytes();
        let [e, f, g, h] = self.identifier.octets();
        [a, b, e, f, g, h]
    }
}

impl fmt::Display for Aggregator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{} {}", self.asn, self.identifier)
    }
}

/// Reads "AS65000 192.0.2.1".
impl FromStr for Aggregator {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let parse = || {
            let (asn, identifier) = text.strip_prefix("AS")?.split_once(' ')?;
            Some(Self {
                asn: asn.parse().ok()?,
                identifier: identifier.parse().ok()?,
            })
        };
        parse().ok_or(ParseError::Invalid("aggregator"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_follows_the_session() {
        let two = [0xfd, 0xe8, 192, 0, 2, 1];
        let four = [0, 1, 0, 0, 192, 0, 2, 1];
        assert_eq!(Aggregator::decode(&two, false).unwrap().asn, Asn(65_000));
        assert_eq!(Aggregator::decode(&four, true).unwrap().asn, Asn(65_536));
        assert_eq!(Aggregator::decode(&two, true), Err(Fault::LENGTH));
        assert_eq!(Aggregator::decode(&four, false), Err(Fault::LENGTH));
    }

    #[test]
    fn as_zero_is_malformed() {
        let fault = Aggregator::decode(&[0, 0, 192, 0, 2, 1], false).unwrap_err();
        assert_eq!(fault.kind, DecodeErrorKind::AsZero);
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn a_large_number_becomes_as_trans_in_two_octets() {
        let aggregator = Aggregator {
            asn: Asn(70_000),
            identifier: Ipv4Addr::new(192, 0, 2, 1),
        };
        assert_eq!(aggregator.octets_two(), [0x5b, 0xa0, 192, 0, 2, 1]);
        assert_eq!(
            Aggregator::decode(&aggregator.octets(), true),
            Ok(aggregator)
        );
    }
}
