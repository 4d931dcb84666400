//! ORIGIN: where the route came from (RFC 4271 §5.1.1).
//!
//! ```text
//! +------------------------------------+
//! | 0 IGP, 1 EGP or 2 INCOMPLETE (1)   |
//! +------------------------------------+
//! ```

use core::fmt;
use core::str::FromStr;

use super::{Fault, fixed};
use crate::{DecodeErrorKind, ParseError};

/// The origin of the path information, the most preferred first (RFC 4271
/// §9.1.2.2 b).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Origin {
    /// Interior to the originating AS.
    #[default]
    Igp,
    /// Learned through EGP (RFC 904).
    Egp,
    /// Learned by other means, such as redistribution.
    Incomplete,
}

impl Origin {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Igp => 0,
            Self::Egp => 1,
            Self::Incomplete => 2,
        }
    }

    /// RFC 7606 §7.1: one octet, 0–2.
    pub(crate) fn decode(value: &[u8]) -> Result<Self, Fault> {
        match fixed(value)? {
            [0] => Ok(Self::Igp),
            [1] => Ok(Self::Egp),
            [2] => Ok(Self::Incomplete),
            [_] => Err(Fault::new(DecodeErrorKind::Origin, 0)),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Igp => "IGP",
            Self::Egp => "EGP",
            Self::Incomplete => "incomplete",
        })
    }
}

/// Reads what an origin prints as, in any case.
impl FromStr for Origin {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match text {
            _ if text.eq_ignore_ascii_case("igp") => Ok(Self::Igp),
            _ if text.eq_ignore_ascii_case("egp") => Ok(Self::Egp),
            _ if text.eq_ignore_ascii_case("incomplete") => Ok(Self::Incomplete),
            _ => Err(ParseError::Invalid("origin")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_lengths() {
        for origin in [Origin::Igp, Origin::Egp, Origin::Incomplete] {
            assert_eq!(Origin::decode(&[origin.code()]), Ok(origin));
        }
        assert_eq!(
            Origin::decode(&[3]).unwrap_err().kind,
            DecodeErrorKind::Origin
        );
        for wrong in [&[][..], &[0, 0]] {
            assert_eq!(Origin::decode(wrong), Err(Fault::LENGTH));
        }
    }

    #[test]
    fn igp_is_preferred() {
        assert!(Origin::Igp < Origin::Egp && Origin::Egp < Origin::Incomplete);
    }
}
