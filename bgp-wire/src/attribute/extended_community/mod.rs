//! EXTENDED COMMUNITIES (RFC 4360) and their IPv6 form (RFC 5701).
//!
//! ```text
//! +---------------+---------------------+------------------------------+
//! | Type high (1) | Type low (1, often) | Value (6)                    |
//! +---------------+---------------------+------------------------------+
//! ```

mod text;

use core::net::Ipv6Addr;

use super::{WireItem, fixed};
use crate::Asn;

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
            ([0x43, 0x00, 0, 0, 0, 0, 0, 1], "validation-state:not-found"),
            ([0x43, 0x00, 0, 0, 0, 0, 1, 1], "0x4300000000000101"),
            ([0x40, 0x02, 0xfd, 0xe8, 0, 0, 0, 7], "0x4002fde800000007"),
            (
                [0x40, 0x04, 0xfd, 0xe8, 0x4c, 0xee, 0x6b, 0x28],
                "link-bandwidth:65000:125000000",
            ),
            ([0x03, 0x0b, 0x40, 0, 0, 0, 0, 100], "color:1:100"),
            ([0x03, 0x0c, 0, 0, 0, 0, 0, 8], "encapsulation:8"),
            ([0x03, 0x0d, 0, 0, 0, 0, 0, 0], "default-gateway"),
            ([0x06, 0x00, 1, 0, 0, 0, 0, 4], "mac-mobility:sticky:4"),
            (
                [0x06, 0x01, 1, 0, 0, 0, 0x10, 1],
                "esi-label:single-active:4097",
            ),
            (
                [0x06, 0x02, 0, 0, 0x5e, 0, 0x53, 1],
                "es-import-rt:00:00:5e:00:53:01",
            ),
            ([0x80, 0x06, 0, 0, 0, 0, 0, 0], "rate-bytes:0:0"),
            ([0x81, 0x08, 192, 0, 2, 1, 0, 9], "redirect:192.0.2.1:9"),
            ([0x80, 0x09, 0, 0, 0, 0, 0, 46], "mark:46"),
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
        let community = Ipv6ExtendedCommunity(octets);
        assert_eq!(community.to_string(), "rt:[2001:db8::]:5");
        assert_eq!("rt:[2001:db8::]:5".parse(), Ok(community));
    }
}
