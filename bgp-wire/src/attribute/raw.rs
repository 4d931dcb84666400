//! The attributes of a field, one after the other.

use super::RawAttribute;
use crate::reader::Reader;

/// Attributes as they stand on the wire, faulty ones included. The walk ends at
/// the first that is cut off.
#[derive(Clone, Copy, Debug)]
pub struct RawAttributes<'a> {
    reader: Reader<'a>,
}

impl<'a> RawAttributes<'a> {
    pub(crate) const fn new(field: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(field),
        }
    }

    /// Octets that are still to come.
    #[inline]
    pub(crate) const fn remaining(&self) -> usize {
        self.reader.len()
    }
}

impl<'a> Iterator for RawAttributes<'a> {
    type Item = RawAttribute<'a>;

    #[inline]
    fn next(&mut self) -> Option<RawAttribute<'a>> {
        self.reader.item(RawAttribute::read)
    }
}

impl core::iter::FusedIterator for RawAttributes<'_> {}
