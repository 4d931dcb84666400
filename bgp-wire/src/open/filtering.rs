//! The capability of outbound route filtering (RFC 5291 §5).
//!
//! ```text
//! +---------+--------------+----------+-----------+---------------------------+
//! | AFI (2) | Reserved (1) | SAFI (1) | Count (1) | Types: ORF type (1),      |
//! |         |              |          |           | receive, send or both (1) |
//! +---------+--------------+----------+-----------+---------------------------+
//! ```

use crate::attribute::{ListView, WireItem};
use crate::reader::Reader;
use crate::{Afi, Family, Safi};

/// One type of filter, and which way its entries go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OrfType {
    /// The ORF type: 64 for address prefixes (RFC 5292 §3).
    pub code: u8,
    /// 1: able to receive entries, 2: would like to send them, 3: both.
    pub direction: u8,
}

impl OrfType {
    /// Address prefixes (RFC 5292 §3).
    pub const ADDRESS_PREFIX: u8 = 64;

    /// Whether the speaker receives entries.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self.direction, 1 | 3)
    }

    /// Whether the speaker would like to send entries.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self.direction, 2 | 3)
    }
}

impl WireItem for OrfType {
    const WIDTH: usize = 2;

    fn read(octets: &[u8]) -> Option<Self> {
        let [code, direction] = octets.try_into().ok()?;
        Some(Self { code, direction })
    }
}

/// The filters of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrfFamilyView<'a> {
    /// The family.
    pub family: Family,
    /// The types of filters.
    pub types: ListView<'a, OrfType>,
}

/// The families of the capability, decoded as they are walked. Octets at the end
/// that are no whole family are left out: speakers send padding there.
#[derive(Clone, Copy, Debug)]
pub struct OrfFamilies<'a> {
    reader: Reader<'a>,
}

impl<'a> OrfFamilies<'a> {
    /// The families of a value that has one at least.
    pub(super) fn new(value: &'a [u8]) -> Option<Self> {
        let mut families = Self {
            reader: Reader::new(value),
        };
        let whole = families;
        families.next().map(|_| whole)
    }
}

fn read<'a>(reader: &mut Reader<'a>) -> Option<OrfFamilyView<'a>> {
    let [high, low, _, safi, count] = reader.array()?;
    let octets = reader.take(usize::from(count).saturating_mul(2))?;
    Some(OrfFamilyView {
        family: Family::new(Afi(u16::from_be_bytes([high, low])), Safi(safi)),
        types: ListView::new(octets),
    })
}

impl<'a> Iterator for OrfFamilies<'a> {
    type Item = OrfFamilyView<'a>;

    fn next(&mut self) -> Option<OrfFamilyView<'a>> {
        self.reader.item(read)
    }
}

impl core::iter::FusedIterator for OrfFamilies<'_> {}

impl PartialEq for OrfFamilies<'_> {
    fn eq(&self, other: &Self) -> bool {
        Iterator::eq(*self, *other)
    }
}

impl Eq for OrfFamilies<'_> {}
