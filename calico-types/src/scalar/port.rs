//! Ports of policy rules: a number, a range or a name.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// What Calico's `numorstring.Port` holds.
///
/// ```
/// use calico_types::scalar::Port;
/// assert_eq!("8080".parse(), Ok(Port::Number(8080)));
/// assert_eq!("8000:8100".parse(), Ok(Port::Range { min: 8000, max: 8100 }));
/// // A dash makes a name, not a range; a comma is an error.
/// assert_eq!("80-90".parse(), Ok(Port::Name("80-90".to_owned())));
/// assert!("80,443".parse::<Port>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Port {
    /// One port. 0 can be written, and is refused by validation.
    Number(u16),
    /// `min:max`, both included, `min <= max`.
    Range {
        /// The lowest port of the range.
        min: u16,
        /// The highest port of the range.
        max: u16,
    },
    /// The name of a port of the endpoint.
    Name(String),
}

/// Why a text is no [`Port`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParsePortError {
    /// A number above 65535, or below zero.
    #[error("not a port number: expected 0..65535")]
    Number,
    /// The first port of a range is above the last.
    #[error("the range ends before it begins")]
    Range,
    /// Letters that no port name has.
    #[error(
        "not a port: expected a number, min:max, or a name of at most 128 of a-z A-Z 0-9 _ . -"
    )]
    Name,
}

impl Port {
    /// The lowest and highest port; `None` for a name.
    #[must_use]
    pub const fn bounds(&self) -> Option<(u16, u16)> {
        match self {
            Self::Number(port) => Some((*port, *port)),
            Self::Range { min, max } => Some((*min, *max)),
            Self::Name(_) => None,
        }
    }

    /// The port's name, if it has one.
    #[must_use]
    pub const fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name.as_str()),
            Self::Number(_) | Self::Range { .. } => None,
        }
    }
}

impl FromStr for Port {
    type Err = ParsePortError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_number(text) {
            return text
                .parse()
                .map(Self::Number)
                .map_err(|_| ParsePortError::Number);
        }
        if let Some((min, max)) = text.split_once(':')
            && is_number(min)
            && is_number(max)
        {
            return range(min, max);
        }
        let named = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
        if (1..=128).contains(&text.len()) && text.bytes().all(named) {
            Ok(Self::Name(text.to_owned()))
        } else {
            Err(ParsePortError::Name)
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn range(min: &str, max: &str) -> Result<Port, ParsePortError> {
    match (min.parse(), max.parse()) {
        (Ok(min), Ok(max)) if min == max => Ok(Port::Number(min)),
        (Ok(min), Ok(max)) if min < max => Ok(Port::Range { min, max }),
        (Ok(_), Ok(_)) => Err(ParsePortError::Range),
        _ => Err(ParsePortError::Number),
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(port) => port.fmt(f),
            Self::Range { min, max } => write!(f, "{min}:{max}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl Serialize for Port {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(port) => serializer.serialize_u16(*port),
            Self::Range { .. } | Self::Name(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PortVisitor)
    }
}

struct PortVisitor;

impl Visitor<'_> for PortVisitor {
    type Value = Port;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a port: a number, min:max or a name")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Port, E> {
        u16::try_from(value)
            .map(Port::Number)
            .map_err(|_| E::custom(ParsePortError::Number))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Port, E> {
        u16::try_from(value)
            .map(Port::Number)
            .map_err(|_| E::custom(ParsePortError::Number))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Port, E> {
        value.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_calico_does_not_decode() {
        for (text, error) in [
            ("65536", ParsePortError::Number),
            ("10:9", ParsePortError::Range),
            ("1:70000", ParsePortError::Number),
            ("80,443", ParsePortError::Name),
            ("", ParsePortError::Name),
            ("[443 9000]", ParsePortError::Name),
        ] {
            assert_eq!(text.parse::<Port>(), Err(error), "{text}");
        }
    }

    #[test]
    fn round_trips_through_json() {
        let json = r#"[80,"1000:2000","http"]"#;
        let ports: Vec<Port> = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&ports).unwrap(), json);
    }
}
