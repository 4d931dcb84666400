//! Protocols of policy rules: a number or a name.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// What Calico's `numorstring.Protocol` holds: a number 0..255 or any text.
///
/// Validation takes only `TCP`, `UDP`, `ICMP`, `ICMPv6`, `SCTP` and `UDPLite`;
/// but the native CRDs store any name, and the dataplane then ignores case,
/// as [`number`](Self::number) does.
///
/// ```
/// use calico_types::scalar::Protocol;
/// let lower: Protocol = serde_json::from_str(r#""tcp""#).unwrap();
/// assert_eq!(lower.number(), Some(6));
/// assert_ne!(lower, Protocol::tcp());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// An IP protocol number.
    Number(u8),
    /// A name, kept as it was written.
    Name(String),
}

/// The names that Calico validates, with their protocol numbers.
const NAMES: [(&str, u8); 6] = [
    ("TCP", 6),
    ("UDP", 17),
    ("ICMP", 1),
    ("ICMPv6", 58),
    ("SCTP", 132),
    ("UDPLite", 136),
];

impl Protocol {
    /// `TCP`.
    #[must_use]
    pub fn tcp() -> Self {
        Self::Name("TCP".to_owned())
    }

    /// `UDP`.
    #[must_use]
    pub fn udp() -> Self {
        Self::Name("UDP".to_owned())
    }

    /// The protocol number; names are compared without case. `None` for a
    /// name that Calico does not know. A text of digits is its number.
    #[must_use]
    pub fn number(&self) -> Option<u8> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Name(name) => NAMES
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, number)| *number)
                .or_else(|| name.parse().ok()),
        }
    }

    /// Whether ports can be matched: TCP, UDP and SCTP.
    #[must_use]
    pub fn has_ports(&self) -> bool {
        matches!(self.number(), Some(6 | 17 | 132))
    }

    /// The names that validation takes, in Calico's spelling.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_u8(*number),
            Self::Name(name) => serializer.serialize_str(name),
        }
    }
}

impl<'de> Deserialize<'de> for Protocol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ProtocolVisitor)
    }
}

struct ProtocolVisitor;

impl Visitor<'_> for ProtocolVisitor {
    type Value = Protocol;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a protocol: a number 0..255 or a name")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Protocol, E> {
        u8::try_from(value)
            .map(Protocol::Number)
            .map_err(|_| E::custom("not a protocol number: expected 0..255"))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Protocol, E> {
        u8::try_from(value)
            .map(Protocol::Number)
            .map_err(|_| E::custom("not a protocol number: expected 0..255"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Protocol, E> {
        Ok(Protocol::Name(value.to_owned()))
    }
}
