//! EXTENDED COMMUNITIES (RFC 4360) and their IPv6 form (RFC 5701).
//!
//! ```text
//! +---------------+---------------------+------------------------------+
//! | Type high (1) | Type low (1, often) | Value (6)                    |
//! +---------------+---------------------+------------------------------+
//! ```

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

use super::{WireItem, fixed};
use crate::{Asn, ParseError};

/// Name of a sub-type that several types share.
const fn sub_type_name(low: u8) -> Option<&'static str> {
    match low {
        0x02 => Some("rt"),
        0x03 => Some("soo"),
        _ => None,
    }
}

/// An extended community of eight octets. A type that is not known is no error.
///
/// ```
/// use bgp_wire::{Asn, ExtendedCommunity};
/// let target = ExtendedCommunity::route_target(Asn(65000), 7);
/// assert_eq!(target.to_string(), "rt:65000:7");
/// assert!(target.is_transitive());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ExtendedCommunity(pub [u8; 8]);

impl ExtendedCommunity {
    /// A route target (RFC 4360 §4): in the 2-octet AS form where the number
    /// fits, else in the 4-octet form, which keeps the low half of `value`.
    #[must_use]
    pub const fn route_target(asn: Asn, value: u32) -> Self {
        let [a, b, c, d] = asn.0.to_be_bytes();
        let [w, x, y, z] = value.to_be_bytes();
        Self(match asn.fits_two_octets() {
            true => [0x00, 0x02, c, d, w, x, y, z],
            false => [0x02, 0x02, a, b, c, d, y, z],
        })
    }

    /// Type, high octet.
    #[must_use]
    pub const fn type_high(self) -> u8 {
        let [high, ..] = self.0;
        high
    }

    /// Type, low octet; part of the value in regular types.
    #[must_use]
    pub const fn type_low(self) -> u8 {
        let [_, low, ..] = self.0;
        low
    }

    /// Whether it crosses AS boundaries (RFC 4360 §2).
    #[must_use]
    pub const fn is_transitive(self) -> bool {
        self.type_high() & 0x40 == 0
    }
}

impl WireItem for ExtendedCommunity {
    const WIDTH: usize = 8;

    fn read(octets: &[u8]) -> Option<Self> {
        fixed(octets).ok().map(Self)
    }
}

impl fmt::Display for ExtendedCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [high, low, a, b, c, d, y, z] = self.0;
        let tail = u16::from_be_bytes([y, z]);
        match (high & !0x40, sub_type_name(low)) {
            (0x00, Some(name)) => {
                let asn = u16::from_be_bytes([a, b]);
                write!(f, "{name}:{asn}:{}", u32::from_be_bytes([c, d, y, z]))
            }
            (0x01, Some(name)) => write!(f, "{name}:{}:{tail}", Ipv4Addr::new(a, b, c, d)),
            // A small number in the wide form is told from the narrow form.
            (0x02, Some(name)) => match u32::from_be_bytes([a, b, c, d]) {
                small @ ..=0xffff => write!(f, "{name}:{small}L:{tail}"),
                asn => write!(f, "{name}:{asn}:{tail}"),
            },
            _ => write!(f, "0x{:016x}", u64::from_be_bytes(self.0)),
        }
    }
}

/// Reads "rt:65000:7", "soo:192.0.2.1:9", "rt:65000L:7" (the 4-octet form of a
/// small AS number) and "0x0002fde800000007". The named forms are transitive.
impl FromStr for ExtendedCommunity {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text).ok_or(ParseError::Invalid("extended community"))
    }
}

fn parse(text: &str) -> Option<ExtendedCommunity> {
    if let Some(digits) = text.strip_prefix("0x").filter(|it| it.len() == 16) {
        let octets = u64::from_str_radix(digits, 16).ok()?;
        return Some(ExtendedCommunity(octets.to_be_bytes()));
    }
    let (name, value) = text.split_once(':')?;
    let low = (0..=0xff).find(|low| sub_type_name(*low) == Some(name))?;
    // The value has the forms and the octets of a route distinguisher.
    let [_, high, value @ ..] = value.parse::<crate::RouteDistinguisher>().ok()?.octets();
    let [a, b, c, d, y, z] = value;
    (high <= 2).then_some(ExtendedCommunity([high, low, a, b, c, d, y, z]))
}

/// An IPv6 address specific extended community of twenty octets (RFC 5701 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Ipv6ExtendedCommunity(pub [u8; 20]);

impl Ipv6ExtendedCommunity {
    /// The global administrator's address.
    #[must_use]
    pub fn address(self) -> Ipv6Addr {
        let [_, _, address @ .., _, _] = self.0;
        Ipv6Addr::from(address)
    }
}

impl WireItem for Ipv6ExtendedCommunity {
    const WIDTH: usize = 20;

    fn read(octets: &[u8]) -> Option<Self> {
        fixed(octets).ok().map(Self)
    }
}

impl fmt::Display for Ipv6ExtendedCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [high, low, .., y, z] = self.0;
        match sub_type_name(low) {
            Some(name) => write!(f, "{name}:")?,
            None => write!(f, "0x{high:02x}{low:02x}:")?,
        }
        write!(f, "{}:{}", self.address(), u16::from_be_bytes([y, z]))
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn display_of_each_form() {
        for (octets, text) in [
            ([0x00, 0x02, 0xfd, 0xe8, 0, 0, 0, 7], "rt:65000:7"),
            ([0x01, 0x03, 192, 0, 2, 1, 0, 9], "soo:192.0.2.1:9"),
            ([0x02, 0x02, 0, 1, 0, 0, 0, 7], "rt:65536:7"),
            ([0x02, 0x02, 0, 0, 0xfd, 0xe8, 0, 7], "rt:65000L:7"),
            ([0x43, 0x00, 0, 0, 0, 0, 0, 1], "0x4300000000000001"),
        ] {
            assert_eq!(ExtendedCommunity(octets).to_string(), text);
            assert_eq!(text.parse(), Ok(ExtendedCommunity(octets)));
        }
    }

    #[test]
    fn route_target_takes_the_form_that_fits() {
        assert_eq!(
            ExtendedCommunity::route_target(Asn(65_536), 7).type_high(),
            2
        );
        assert!(!ExtendedCommunity([0x43, 0, 0, 0, 0, 0, 0, 0]).is_transitive());
    }

    #[test]
    fn ipv6_form() {
        let mut octets = [0; 20];
        octets[..6].copy_from_slice(&[0, 2, 0x20, 1, 0xd, 0xb8]);
        octets[19] = 5;
        assert_eq!(Ipv6ExtendedCommunity(octets).to_string(), "rt:2001:db8:::5");
    }
}
