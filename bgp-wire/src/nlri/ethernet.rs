//! Names of Ethernet things in EVPN: MAC addresses and Ethernet segments (RFC
//! 7432 §5).

use core::fmt;
use core::str::FromStr;

use crate::nlri::ParseError;

/// A MAC address.
///
/// ```
/// use bgp_wire::MacAddr;
/// let mac: MacAddr = "00:00:5e:00:53:01".parse()?;
/// assert_eq!(mac, MacAddr([0, 0, 0x5e, 0, 0x53, 1]));
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MacAddr(pub [u8; 6]);

impl fmt::Display for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        colons(f, &self.0)
    }
}

impl FromStr for MacAddr {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        octets(text).map(Self).ok_or(ParseError::Invalid("mac"))
    }
}

/// An Ethernet Segment Identifier; zero for a single-homed site (RFC 7432 §5).
///
/// ```
/// use bgp_wire::Esi;
/// let esi: Esi = "00:11:22:33:44:55:66:77:88:99".parse()?;
/// assert_eq!(esi.kind(), 0);
/// assert!(Esi::default().is_zero());
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Esi(pub [u8; 10]);

impl Esi {
    /// The type octet: how the segment got its name.
    #[must_use]
    pub const fn kind(self) -> u8 {
        let [kind, ..] = self.0;
        kind
    }

    /// Whether there is no segment: single-homed.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }
}

/// The octets with colons between them; "0" for no segment.
impl fmt::Display for Esi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_zero() {
            true => f.write_str("0"),
            false => colons(f, &self.0),
        }
    }
}

impl FromStr for Esi {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match text {
            "0" => Ok(Self::default()),
            _ => octets(text).map(Self).ok_or(ParseError::Invalid("esi")),
        }
    }
}

fn colons(f: &mut fmt::Formatter<'_>, octets: &[u8]) -> fmt::Result {
    for (at, octet) in octets.iter().enumerate() {
        let colon = if at == 0 { "" } else { ":" };
        write!(f, "{colon}{octet:02x}")?;
    }
    Ok(())
}

/// As many octets as there must be, two digits each.
fn octets<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut all = [0; N];
    let mut parts = text.split(':');
    for octet in &mut all {
        let part = parts
            .next()
            .filter(|it| it.len() == 2 && !it.starts_with('+'))?;
        *octet = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mac_address_has_six_pairs_of_digits() {
        assert!("00:00:5e:00:53".parse::<MacAddr>().is_err());
        assert!("00:00:5e:00:53:1".parse::<MacAddr>().is_err());
        assert!("00:00:5e:00:53:01:02".parse::<MacAddr>().is_err());
    }
}
