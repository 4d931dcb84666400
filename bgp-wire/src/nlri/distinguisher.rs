//! Route distinguishers (RFC 4364 §4.2): what keeps equal prefixes of different
//! VPNs apart.
//!
//! ```text
//! +----------+---------------------+---------------------+
//! | Type (2) | Administrator       | Assigned number     |
//! |          | 0: AS (2)           | (4)                 |
//! |          | 1: IPv4 address (4) | (2)                 |
//! |          | 2: AS (4)           | (2)                 |
//! +----------+---------------------+---------------------+
//! ```

use core::fmt;
use core::net::Ipv4Addr;
use core::str::FromStr;

use crate::Asn;
use crate::nlri::ParseError;

/// A route distinguisher, of any type.
///
/// Written "65000:100", "192.0.2.1:100" and "70000:100". A small AS number in
/// the 4-octet form is told from the 2-octet form by an "L": "65000L:100".
///
/// ```
/// use bgp_wire::RouteDistinguisher;
/// let rd: RouteDistinguisher = "192.0.2.1:100".parse()?;
/// assert_eq!(rd.octets(), [0, 1, 192, 0, 2, 1, 0, 100]);
/// assert_eq!(rd.to_string(), "192.0.2.1:100");
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RouteDistinguisher(pub [u8; 8]);

impl RouteDistinguisher {
    /// Type 0, or type 2 where the AS number needs four octets; type 2 keeps
    /// the low half of `number`.
    #[must_use]
    pub const fn from_as(asn: Asn, number: u32) -> Self {
        let [a, b, c, d] = asn.0.to_be_bytes();
        let [w, x, y, z] = number.to_be_bytes();
        Self(match asn.fits_two_octets() {
            true => [0, 0, c, d, w, x, y, z],
            false => [0, 2, a, b, c, d, y, z],
        })
    }

    /// Type 1.
    #[must_use]
    pub const fn from_address(address: Ipv4Addr, number: u16) -> Self {
        let [a, b, c, d] = address.octets();
        let [y, z] = number.to_be_bytes();
        Self([0, 1, a, b, c, d, y, z])
    }

    /// The octets on the wire.
    #[must_use]
    pub const fn octets(self) -> [u8; 8] {
        self.0
    }

    /// The type field.
    #[must_use]
    pub const fn kind(self) -> u16 {
        let [high, low, ..] = self.0;
        u16::from_be_bytes([high, low])
    }
}

impl fmt::Display for RouteDistinguisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [_, _, a, b, c, d, y, z] = self.0;
        let tail = u16::from_be_bytes([y, z]);
        match self.kind() {
            0 => {
                let number = u32::from_be_bytes([c, d, y, z]);
                write!(f, "{}:{number}", u16::from_be_bytes([a, b]))
            }
            1 => write!(f, "{}:{tail}", Ipv4Addr::new(a, b, c, d)),
            2 => match u32::from_be_bytes([a, b, c, d]) {
                small @ ..=0xffff => write!(f, "{small}L:{tail}"),
                asn => write!(f, "{asn}:{tail}"),
            },
            _ => write!(f, "0x{:016x}", u64::from_be_bytes(self.0)),
        }
    }
}

impl FromStr for RouteDistinguisher {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text).ok_or(ParseError::Invalid("rd"))
    }
}

fn parse(text: &str) -> Option<RouteDistinguisher> {
    if let Some(digits) = text.strip_prefix("0x").filter(|it| it.len() == 16) {
        let octets = u64::from_str_radix(digits, 16).ok()?;
        return Some(RouteDistinguisher(octets.to_be_bytes()));
    }
    let (administrator, number) = text.split_once(':')?;
    if administrator.contains('.') {
        let address = administrator.parse().ok()?;
        return Some(RouteDistinguisher::from_address(
            address,
            number.parse().ok()?,
        ));
    }
    let (digits, wide) = match administrator.strip_suffix('L') {
        Some(digits) => (digits, true),
        None => (administrator, false),
    };
    let asn: u32 = digits.parse().ok()?;
    if wide || asn > 0xffff {
        let [a, b, c, d] = asn.to_be_bytes();
        let [y, z] = number.parse::<u16>().ok()?.to_be_bytes();
        return Some(RouteDistinguisher([0, 2, a, b, c, d, y, z]));
    }
    Some(RouteDistinguisher::from_as(Asn(asn), number.parse().ok()?))
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_type_prints_and_parses() {
        for (octets, text) in [
            ([0, 0, 0xfd, 0xe8, 0, 1, 0x86, 0x9f], "65000:99999"),
            ([0, 1, 192, 0, 2, 1, 0, 7], "192.0.2.1:7"),
            ([0, 2, 0, 1, 0x11, 0x70, 0, 7], "70000:7"),
            ([0, 2, 0, 0, 0xfd, 0xe8, 0, 7], "65000L:7"),
            ([0, 9, 1, 2, 3, 4, 5, 6], "0x0009010203040506"),
        ] {
            assert_eq!(RouteDistinguisher(octets).to_string(), text);
            assert_eq!(text.parse(), Ok(RouteDistinguisher(octets)));
        }
        for wrong in ["65000", "70000:70000", "1.2.3:4", "a:1", "0x12"] {
            assert!(wrong.parse::<RouteDistinguisher>().is_err(), "{wrong}");
        }
    }
}
