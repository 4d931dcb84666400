//! Hardware addresses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An EUI-48, EUI-64 or 20-octet InfiniBand address, which is what Go's `net.ParseMAC`
/// takes: pairs of digits joined by `:` or `-`, or groups of four joined by `.`.
///
/// ```
/// use calico_types::scalar::MacAddress;
/// let mac: MacAddress = "66-CF-23-98-0C-89".parse().unwrap();
/// assert_eq!(mac.to_string(), "66:cf:23:98:0c:89");
/// assert_eq!(mac, "66cf.2398.0c89".parse().unwrap());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MacAddress {
    /// INVARIANT: 6, 8 or 20, and all octets beyond are 0.
    length: u8,
    octets: [u8; LONGEST],
}

const LONGEST: usize = 20;

/// Text that is no hardware address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a MAC address: expected six, eight or twenty bytes such as 66:cf:23:98:0c:89")]
pub struct ParseMacAddressError;

impl MacAddress {
    /// The bytes: 6, 8 or 20.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.octets
            .get(..usize::from(self.length))
            .unwrap_or_default()
    }
}

impl From<[u8; 6]> for MacAddress {
    fn from(short: [u8; 6]) -> Self {
        let mut octets = [0; LONGEST];
        for (to, from) in octets.iter_mut().zip(short) {
            *to = from;
        }
        Self { length: 6, octets }
    }
}

impl FromStr for MacAddress {
    type Err = ParseMacAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (separator, digits) = match text.as_bytes().get(2) {
            Some(b':') => (':', 2),
            Some(b'-') => ('-', 2),
            _ => ('.', 4),
        };
        let mut octets = [0; LONGEST];
        let mut places = octets.iter_mut();
        let mut length = 0;
        for part in text.split(separator) {
            let is_hex = part.len() == digits && part.bytes().all(|b| b.is_ascii_hexdigit());
            let group = u16::from_str_radix(part, 16).ok().filter(|_| is_hex);
            let [high, low] = group.ok_or(ParseMacAddressError)?.to_be_bytes();
            let bytes: &[u8] = if digits == 2 { &[low] } else { &[high, low] };
            for byte in bytes {
                *places.next().ok_or(ParseMacAddressError)? = *byte;
                length += 1;
            }
        }
        match length {
            6 | 8 | 20 => Ok(Self { length, octets }),
            _ => Err(ParseMacAddressError),
        }
    }
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.octets().iter().enumerate() {
            if index > 0 {
                f.write_str(":")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for MacAddress {
    type Error = ParseMacAddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<MacAddress> for String {
    fn from(mac: MacAddress) -> Self {
        mac.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::is_mac;

    /// The forms of Go's documentation of `net.ParseMAC`, and some that it refuses.
    #[test]
    fn takes_what_go_takes() {
        for (text, bytes) in [
            ("00:00:5e:00:53:01", 6),
            ("02:00:5e:10:00:00:00:01", 8),
            ("00-00-5e-00-53-01", 6),
            ("0000.5e00.5301", 6),
            ("0200.5e10.0000.0001", 8),
            (
                "00:00:00:00:fe:80:00:00:00:00:00:00:02:00:5e:10:00:00:00:01",
                20,
            ),
        ] {
            assert_eq!(text.parse::<MacAddress>().unwrap().octets().len(), bytes);
            assert!(is_mac(text));
        }
        for text in [
            "",
            "00:00:5e:00:53",
            "00:00-5e:00:53:01",
            "0:0:5e:0:53:1",
            "+0:00:5e:00:53:01",
            "00005e005301",
            "é:é:é:é",
            "00:00:00:00:fe:80:00:00:00:00:00:00:02:00:5e:10:00:00:00:01:02",
        ] {
            assert_eq!(
                text.parse::<MacAddress>(),
                Err(ParseMacAddressError),
                "{text}"
            );
            assert!(!is_mac(text), "{text}");
        }
    }

    #[test]
    fn prints_what_it_reads() {
        let text = "0a:1b:2c:3d:4e:5f";
        let mac: MacAddress = text.parse().unwrap();
        assert_eq!(mac.to_string(), text);
        assert_eq!(mac, MacAddress::from([0x0a, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f]));
    }
}
