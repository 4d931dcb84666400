//! Segment routing policies (RFC 9830 §2.1).
//!
//! ```text
//! +------------------------+-------------------+-----------+----------------+
//! | Length (1) in bits: 96 | Distinguisher (4) | Color (4) | Endpoint (4 or |
//! | or 192                 |                   |           | 16)            |
//! +------------------------+-------------------+-----------+----------------+
//! ```

use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

use crate::nlri::field::{Fields, afi_of, put_address};
use crate::nlri::{Malformed, ParseError};
use crate::reader::Reader;
use crate::writer::Out;
use crate::{Afi, EncodeError};

/// Which SR policy candidate path a route is about; what it is stands in the
/// Tunnel Encapsulation attribute.
///
/// ```
/// use bgp_wire::SrPolicy;
/// let policy: SrPolicy = "[distinguisher:1][color:100][endpoint:192.0.2.1]".parse()?;
/// assert_eq!((policy.distinguisher, policy.color), (1, 100));
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SrPolicy {
    /// What keeps several candidate paths of one policy apart.
    pub distinguisher: u32,
    /// The intent.
    pub color: u32,
    /// Where the policy leads, of the family's IP version.
    pub endpoint: IpAddr,
}

impl SrPolicy {
    pub(crate) fn decode(octets: &[u8], afi: Afi) -> Result<Self, Malformed> {
        let width = match afi {
            Afi::IPV4 => 4,
            _ => 16,
        };
        let mut reader = Reader::new(octets);
        let policy = (|| {
            let bits = usize::from(reader.u8()?);
            let policy = Self {
                distinguisher: reader.u32()?,
                color: reader.u32()?,
                endpoint: reader.address(width)?,
            };
            (bits == (8 + width) * 8 && reader.is_empty()).then_some(policy)
        })();
        // RFC 9830 §5: one that can be skipped is treated as withdrawn.
        policy.ok_or(Malformed::Withdraw)
    }

    pub(crate) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        out.u8(if self.endpoint.is_ipv4() { 96 } else { 192 })?;
        out.u32(self.distinguisher)?;
        out.u32(self.color)?;
        put_address(out, self.endpoint)
    }

    pub(crate) const fn afi(&self) -> Afi {
        afi_of(&self.endpoint)
    }
}

impl fmt::Display for SrPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            distinguisher,
            color,
            endpoint,
        } = self;
        write!(
            f,
            "[distinguisher:{distinguisher}][color:{color}][endpoint:{endpoint}]"
        )
    }
}

impl FromStr for SrPolicy {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let fields = Fields::untyped(text)?.only(&["distinguisher", "color", "endpoint"])?;
        Ok(Self {
            distinguisher: fields.need("distinguisher")?,
            color: fields.need("color")?,
            endpoint: fields.need("endpoint")?,
        })
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    #[test]
    fn both_ip_versions() {
        let v4 = [96, 0, 0, 0, 1, 0, 0, 0, 100, 192, 0, 2, 1];
        let mut v6 = [0; 25];
        v6[0] = 192;
        v6[8] = 100;
        v6[24] = 1;
        for (octets, afi, text) in [
            (
                &v4[..],
                Afi::IPV4,
                "[distinguisher:1][color:100][endpoint:192.0.2.1]",
            ),
            (
                &v6[..],
                Afi::IPV6,
                "[distinguisher:0][color:100][endpoint:::1]",
            ),
        ] {
            let policy = SrPolicy::decode(octets, afi).unwrap();
            assert_eq!(policy.to_string(), text);
            assert_eq!(text.parse(), Ok(policy));
            let mut out = Vec::new();
            policy.emit(&mut out).unwrap();
            assert_eq!(out, octets);
        }
        assert_eq!(SrPolicy::decode(&v4, Afi::IPV6), Err(Malformed::Withdraw));
    }
}
