//! BGP community values as Calico writes them: `aa:nn` (RFC 1997) or
//! `aa:nn:mm` (RFC 8092).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A standard or a large BGP community.
///
/// ```
/// use calico_types::scalar::Community;
/// assert_eq!("64512:100".parse(), Ok(Community::Standard(64_512, 100)));
/// assert_eq!("4200000000:1:2".parse(), Ok(Community::Large(4_200_000_000, 1, 2)));
/// assert!("65536:1".parse::<Community>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Community {
    /// `aa:nn`, two halves of 16 bits, RFC 1997.
    Standard(u16, u16),
    /// `aa:nn:mm`, three parts of 32 bits, RFC 8092.
    Large(u32, u32, u32),
}

/// Text that is neither `aa:nn` nor `aa:nn:mm` with parts in range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a community: expected aa:nn (each 0..65535) or aa:nn:mm (each 0..4294967295)")]
pub struct ParseCommunityError;

impl FromStr for Community {
    type Err = ParseCommunityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(':');
        let mut next = || parts.next();
        match (next(), next(), next(), next()) {
            (Some(a), Some(b), None, None) => Ok(Self::Standard(number(a)?, number(b)?)),
            (Some(a), Some(b), Some(c), None) => {
                Ok(Self::Large(number(a)?, number(b)?, number(c)?))
            }
            _ => Err(ParseCommunityError),
        }
    }
}

fn number<T: FromStr>(text: &str) -> Result<T, ParseCommunityError> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().map_err(|_| ParseCommunityError)
    } else {
        Err(ParseCommunityError)
    }
}

impl fmt::Display for Community {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard(a, b) => write!(f, "{a}:{b}"),
            Self::Large(a, b, c) => write!(f, "{a}:{b}:{c}"),
        }
    }
}

impl TryFrom<String> for Community {
    type Error = ParseCommunityError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Community> for String {
    fn from(community: Community) -> Self {
        community.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_reads() {
        for text in ["0:0", "65535:65535", "4294967295:0:1"] {
            assert_eq!(text.parse::<Community>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_parts_out_of_range() {
        for text in [
            "",
            "1",
            "1:",
            ":1",
            "65536:0",
            "0:65536",
            "1:2:4294967296",
            "1:2:3:4",
            "+1:2",
        ] {
            assert_eq!(
                text.parse::<Community>(),
                Err(ParseCommunityError),
                "{text}"
            );
        }
    }
}
