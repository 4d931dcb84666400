//! LARGE_COMMUNITY (RFC 8092).
//!
//! ```text
//! +--------------------------+------------------+------------------+
//! | Global Administrator (4) | Local Data 1 (4) | Local Data 2 (4) |  once for each
//! +--------------------------+------------------+------------------+
//! ```

use core::fmt;
use core::str::FromStr;

use super::{WireItem, fixed};
use crate::ParseError;

/// A large community: three numbers of four octets.
///
/// ```
/// use bgp_wire::LargeCommunity;
/// let community = LargeCommunity::new(4200000000, 1, 2);
/// assert_eq!(community.to_string(), "4200000000:1:2");
/// assert_eq!("4200000000:1:2".parse(), Ok(community));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LargeCommunity {
    /// Who defines the rest: by convention an AS number. Any value is valid
    /// (RFC 8092 §5).
    pub global_administrator: u32,
    /// First operator-defined number.
    pub local_data_1: u32,
    /// Second operator-defined number.
    pub local_data_2: u32,
}

impl LargeCommunity {
    /// Joins the three numbers.
    #[must_use]
    pub const fn new(global_administrator: u32, local_data_1: u32, local_data_2: u32) -> Self {
        Self {
            global_administrator,
            local_data_1,
            local_data_2,
        }
    }

    /// The twelve octets on the wire.
    #[cfg(feature = "alloc")]
    pub(crate) const fn octets(self) -> [u8; 12] {
        let [a, b, c, d] = self.global_administrator.to_be_bytes();
        let [e, f, g, h] = self.local_data_1.to_be_bytes();
        let [i, j, k, l] = self.local_data_2.to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l]
    }
}

impl WireItem for LargeCommunity {
    const WIDTH: usize = 12;

    fn read(octets: &[u8]) -> Option<Self> {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = fixed(octets).ok()?;
        let number = u32::from_be_bytes;
        Some(Self::new(
            number([a, b, c, d]),
            number([e, f, g, h]),
            number([i, j, k, l]),
        ))
    }
}

impl fmt::Display for LargeCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}",
            self.global_administrator, self.local_data_1, self.local_data_2
        )
    }
}

impl FromStr for LargeCommunity {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut numbers = text.split(':').map(|number| number.parse().ok());
        let mut next = || numbers.next().flatten();
        let community = next()
            .zip(next())
            .zip(next())
            .map(|((a, b), c)| Self::new(a, b, c));
        community
            .filter(|_| text.matches(':').count() == 2)
            .ok_or(ParseError::Invalid("large community"))
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use crate::attribute::{Fault, list};

    #[test]
    fn octets_round_trip() {
        let community = LargeCommunity::new(1, 0x0203_0405, u32::MAX);
        assert_eq!(
            community.octets(),
            [0, 0, 0, 1, 2, 3, 4, 5, 255, 255, 255, 255]
        );
        assert_eq!(LargeCommunity::read(&community.octets()), Some(community));
    }

    #[test]
    fn a_list_is_a_non_zero_multiple_of_twelve() {
        assert_eq!(list::check::<LargeCommunity>(&[0; 24]), Ok(()));
        assert_eq!(list::check::<LargeCommunity>(&[0; 13]), Err(Fault::LENGTH));
    }
}
