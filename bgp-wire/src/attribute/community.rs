//! COMMUNITIES (RFC 1997).
//!
//! ```text
//! +--------+-----------+
//! | AS (2) | Value (2) |  once for each community
//! +--------+-----------+
//! ```

use core::fmt;
use core::str::FromStr;

use super::{WireItem, fixed};
use crate::ParseError;

/// A community: by convention the AS number of who defined it and a value.
///
/// ```
/// use bgp_wire::Community;
/// assert_eq!(Community::new(65000, 100).to_string(), "65000:100");
/// assert_eq!(Community::NO_EXPORT.to_string(), "no-export");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Community(pub u32);

impl Community {
    /// Move the traffic away, a shutdown is planned (RFC 8326).
    pub const GRACEFUL_SHUTDOWN: Self = Self(0xffff_0000);
    /// Keep the route although this speaker sent it (RFC 7611).
    pub const ACCEPT_OWN: Self = Self(0xffff_0001);
    /// Stale under long-lived graceful restart (RFC 9494).
    pub const LLGR_STALE: Self = Self(0xffff_0006);
    /// Not to be kept under long-lived graceful restart (RFC 9494).
    pub const NO_LLGR: Self = Self(0xffff_0007);
    /// From a standby PE of a multicast VPN (RFC 9026 §4.1).
    pub const STANDBY_PE: Self = Self(0xffff_0009);
    /// Discard the traffic (RFC 7999).
    pub const BLACKHOLE: Self = Self(0xffff_029a);
    /// Not beyond the confederation (RFC 1997).
    pub const NO_EXPORT: Self = Self(0xffff_ff01);
    /// To no other peer (RFC 1997).
    pub const NO_ADVERTISE: Self = Self(0xffff_ff02);
    /// Not to external peers, not even of the confederation (RFC 1997).
    pub const NO_EXPORT_SUBCONFED: Self = Self(0xffff_ff03);
    /// Not to bilateral peers (RFC 3765).
    pub const NO_PEER: Self = Self(0xffff_ff04);

    /// Joins the two halves.
    #[must_use]
    pub const fn new(asn: u16, value: u16) -> Self {
        Self((asn as u32) << 16 | value as u32)
    }

    /// The upper half.
    #[must_use]
    pub const fn asn(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// The lower half.
    #[must_use]
    pub const fn value(self) -> u16 {
        self.0 as u16
    }
}

impl WireItem for Community {
    const WIDTH: usize = 4;

    fn read(octets: &[u8]) -> Option<Self> {
        fixed(octets)
            .ok()
            .map(|octets| Self(u32::from_be_bytes(octets)))
    }
}

/// The communities that have a name.
const NAMES: [(Community, &str); 10] = [
    (Community::GRACEFUL_SHUTDOWN, "graceful-shutdown"),
    (Community::ACCEPT_OWN, "accept-own"),
    (Community::LLGR_STALE, "llgr-stale"),
    (Community::NO_LLGR, "no-llgr"),
    (Community::STANDBY_PE, "standby-pe"),
    (Community::BLACKHOLE, "blackhole"),
    (Community::NO_EXPORT, "no-export"),
    (Community::NO_ADVERTISE, "no-advertise"),
    (Community::NO_EXPORT_SUBCONFED, "no-export-subconfed"),
    (Community::NO_PEER, "no-peer"),
];

/// The name, or the two halves.
impl fmt::Display for Community {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(community, _)| community == self) {
            Some((_, name)) => f.write_str(name),
            None => write!(f, "{}:{}", self.asn(), self.value()),
        }
    }
}

/// Reads a name or two halves, "65000:100".
impl FromStr for Community {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if let Some((community, _)) = NAMES.iter().find(|(_, name)| *name == text) {
            return Ok(*community);
        }
        let halves = || {
            let (asn, value) = text.split_once(':')?;
            Some(Self::new(asn.parse().ok()?, value.parse().ok()?))
        };
        halves().ok_or(ParseError::Invalid("community"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::{Fault, ListView, list};

    #[test]
    fn halves() {
        let community = Community::new(65_000, 7);
        assert_eq!(
            (community.0, community.asn(), community.value()),
            (0xfde8_0007, 65_000, 7)
        );
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn text_reads_back() {
        for text in ["65000:7", "0:0", "no-export", "llgr-stale", "blackhole"] {
            let community: Community = text.parse().unwrap();
            assert_eq!(alloc::format!("{community}"), text);
        }
        for wrong in ["65536:1", "1:65536", "65000", "NO-EXPORT", ""] {
            assert!(wrong.parse::<Community>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_list_is_a_non_zero_multiple_of_four() {
        let octets = [0xfd, 0xe8, 0, 1, 0xff, 0xff, 0xff, 1];
        assert_eq!(list::check::<Community>(&octets), Ok(()));
        assert_eq!(list::check::<Community>(&octets[..6]), Err(Fault::LENGTH));
        assert_eq!(list::check::<Community>(&[]), Err(Fault::LENGTH));
        let view = ListView::<Community>::new(&octets);
        assert!(
            view.iter()
                .eq([Community::new(65_000, 1), Community::NO_EXPORT])
        );
        assert_eq!(view.len(), 2);
    }
}
