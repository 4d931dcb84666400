//! Capabilities that say a number, or a way, for each family: multiple labels
//! (RFC 8277 §2.1), the limit of paths (draft-abraitis-idr-addpath-paths-limit)
//! and BGPsec (RFC 8205 §2.1).

use crate::attribute::WireItem;
use crate::reader::Reader;
use crate::{Afi, Family, Safi};

/// How many labels a speaker can process before a prefix of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MultipleLabels {
    /// The family.
    pub family: Family,
    /// How many, from 2 on; 255 for no limit. An entry of 0 or 1 is to be
    /// ignored, and so are all but the first of a family.
    pub count: u8,
}

impl WireItem for MultipleLabels {
    const WIDTH: usize = 4;

    fn read(octets: &[u8]) -> Option<Self> {
        let [high, low, safi, count] = octets.try_into().ok()?;
        let family = Family::new(Afi(u16::from_be_bytes([high, low])), Safi(safi));
        Some(Self { family, count })
    }
}

/// How many paths to one prefix of a family a speaker wants at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PathsLimit {
    /// The family.
    pub family: Family,
    /// How many, from 1 on; an entry of 0 is to be ignored.
    pub limit: u16,
}

impl WireItem for PathsLimit {
    const WIDTH: usize = 5;

    fn read(octets: &[u8]) -> Option<Self> {
        let [high, low, safi, a, b] = octets.try_into().ok()?;
        let family = Family::new(Afi(u16::from_be_bytes([high, low])), Safi(safi));
        Some(Self {
            family,
            limit: u16::from_be_bytes([a, b]),
        })
    }
}

/// BGPsec of one version, IP version and way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BgpsecCapability {
    /// The version: 0, of four bits.
    pub version: u8,
    /// Able to send, not to receive.
    pub send: bool,
    /// The IP version of the routes.
    pub afi: Afi,
}

impl BgpsecCapability {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let [head, high, low] = reader.array()?;
        Some(Self {
            version: head >> 4,
            send: head & 0x08 != 0,
            afi: Afi(u16::from_be_bytes([high, low])),
        })
    }

    /// The octets on the wire.
    #[cfg(feature = "alloc")]
    pub(super) const fn octets(self) -> [u8; 3] {
        let [high, low] = self.afi.0.to_be_bytes();
        let direction = if self.send { 0x08 } else { 0 };
        [self.version << 4 | direction, high, low]
    }
}
