//! COMMUNITIES (RFC 1997).

use core::fmt;

use super::{WireItem, fixed};

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
    /// Stale under long-lived graceful restart (RFC 9494).
    pub const LLGR_STALE: Self = Self(0xffff_0006);
    /// Not to be kept under long-lived graceful restart (RFC 9494).
    pub const NO_LLGR: Self = Self(0xffff_0007);
    /// Discard the traffic (RFC 7999).
    pub const BLACKHOLE: Self = Self(0xffff_029a);
    /// Not beyond the confederation (RFC 1997).
    pub const NO_EXPORT: Self = Self(0xffff_ff01);
    /// To no other peer (RFC 1997).
    pub const NO_ADVERTISE: Self = Self(0xffff_ff02);
    /// Not to external peers, not even of the confederation (RFC 1997).
    pub const NO_EXPORT_SUBCONFED: Self = Self(0xffff_ff03);

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

impl fmt::Display for Community {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::GRACEFUL_SHUTDOWN => f.write_str("graceful-shutdown"),
            Self::LLGR_STALE => f.write_str("llgr-stale"),
            Self::NO_LLGR => f.write_str("no-llgr"),
            Self::BLACKHOLE => f.write_str("blackhole"),
            Self::NO_EXPORT => f.write_str("no-export"),
            Self::NO_ADVERTISE => f.write_str("no-advertise"),
            Self::NO_EXPORT_SUBCONFED => f.write_str("no-export-subconfed"),
            Self(_) => write!(f, "{}:{}", self.asn(), self.value()),
        }
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
