//! Autonomous system numbers, RFC 6793 §2 and RFC 5396 §2.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// A four-octet AS number, as Calico writes it: a number, a string of digits,
/// or asdot (`1.10`, RFC 5396 §2).
///
/// ```
/// use calico_types::scalar::Asn;
/// assert_eq!("1.10".parse::<Asn>().unwrap(), Asn(65_546));
/// assert_eq!(Asn(64_512).to_string(), "64512");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asn(pub u32);

/// Text that is neither an AS number in asplain nor in asdot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an AS number: expected 0..4294967295, or asdot such as 1.10")]
pub struct ParseAsnError;

impl FromStr for Asn {
    type Err = ParseAsnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('.') {
            None => digits::<u32>(text).map(Self),
            Some((high, low)) => {
                let (high, low) = (digits::<u16>(high)?, digits::<u16>(low)?);
                Ok(Self((u32::from(high) << 16) | u32::from(low)))
            }
        }
    }
}

/// Digits only: `FromStr` of integers would take a leading `+`.
fn digits<T: FromStr>(text: &str) -> Result<T, ParseAsnError> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().map_err(|_| ParseAsnError)
    } else {
        Err(ParseAsnError)
    }
}

impl fmt::Display for Asn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<u32> for Asn {
    fn from(number: u32) -> Self {
        Self(number)
    }
}

impl From<Asn> for u32 {
    fn from(asn: Asn) -> Self {
        asn.0
    }
}

impl Serialize for Asn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de> Deserialize<'de> for Asn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AsnVisitor)
    }
}

struct AsnVisitor;

impl Visitor<'_> for AsnVisitor {
    type Value = Asn;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an AS number")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Asn, E> {
        u32::try_from(value)
            .map(Asn)
            .map_err(|_| E::custom(ParseAsnError))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Asn, E> {
        u32::try_from(value)
            .map(Asn)
            .map_err(|_| E::custom(ParseAsnError))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Asn, E> {
        value.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_asplain_and_asdot() {
        assert_eq!("0".parse(), Ok(Asn(0)));
        assert_eq!("4294967295".parse(), Ok(Asn(u32::MAX)));
        assert_eq!("65535.65535".parse(), Ok(Asn(u32::MAX)));
    }

    #[test]
    fn refuses_what_is_not_a_number() {
        for text in [
            "",
            "4294967296",
            "1.65536",
            "1.",
            ".1",
            "1.2.3",
            "-1",
            "+1",
            "AS1",
        ] {
            assert_eq!(text.parse::<Asn>(), Err(ParseAsnError), "{text}");
        }
    }

    #[test]
    fn reads_numbers_and_strings() {
        let list: Vec<Asn> = serde_json::from_str(r#"[64512, "64513", "1.0"]"#).unwrap();
        assert_eq!(list, [Asn(64_512), Asn(64_513), Asn(65_536)]);
        assert_eq!(serde_json::to_string(&list).unwrap(), "[64512,64513,65536]");
    }
}
