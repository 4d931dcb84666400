//! ATTR_SET: a customer's attributes across a provider's VPN (RFC 6368 §5).
//!
//! ```text
//! +---------------+------------------------------------------------+
//! | Origin AS (4) | Path attributes, AS numbers of 4 octets        |
//! +---------------+------------------------------------------------+
//! ```

use super::RawAttributes;
use crate::Asn;
use crate::reader::Reader;

/// A set of attributes within an attribute.
///
/// ```
/// use bgp_wire::{Asn, AttrSet, AttributeType};
/// let value = [0, 0, 0xfd, 0xe8, 0x40, 1, 1, 0];
/// let set = AttrSet::decode(&value).unwrap();
/// assert_eq!(set.origin_as, Asn(65000));
/// assert_eq!(set.attributes().next().unwrap().attribute_type, AttributeType::ORIGIN);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttrSet<'a> {
    /// The AS of the customer's network where the set was made.
    pub origin_as: Asn,
    octets: &'a [u8],
}

impl<'a> AttrSet<'a> {
    /// Reads the attribute's value; `None` below four octets.
    #[must_use]
    pub fn decode(value: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(value);
        Some(Self {
            origin_as: Asn(reader.u32()?),
            octets: reader.rest(),
        })
    }

    /// The octets of the attributes.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The attributes in wire order. A NEXT_HOP among them means nothing.
    #[must_use]
    pub const fn attributes(&self) -> RawAttributes<'a> {
        RawAttributes::new(self.octets)
    }

    /// The attributes by what they mean. AS numbers have four octets, whatever
    /// the session has.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn decoded(&self) -> alloc::vec::Vec<crate::Attribute> {
        let context = crate::Context::new(crate::PeerType::Internal);
        self.attributes()
            .map(|raw| crate::Attribute::decode(&raw, &context))
            .collect()
    }
}
