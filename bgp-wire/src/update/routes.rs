//! The routes of an UPDATE, from its body and its MP attributes.

use crate::nlri::Prefixes;
use crate::{Family, NextHop, Nlri};

/// Prefixes from several fields of an UPDATE, one field after the other.
#[derive(Clone, Copy, Debug)]
pub struct Routes<'a> {
    fields: [Prefixes<'a>; 4],
    at: usize,
}

impl<'a> Routes<'a> {
    pub(crate) const fn new(fields: [Prefixes<'a>; 4]) -> Self {
        Self { fields, at: 0 }
    }
}

impl Iterator for Routes<'_> {
    type Item = Nlri;

    fn next(&mut self) -> Option<Nlri> {
        while let Some(field) = self.fields.get_mut(self.at) {
            if let Some(nlri) = field.next() {
                return Some(nlri);
            }
            self.at = self.at.saturating_add(1);
        }
        None
    }
}

impl core::iter::FusedIterator for Routes<'_> {}

/// The routes of one field that share family and next hop.
#[derive(Clone, Copy, Debug)]
pub struct Announcement<'a> {
    /// The family.
    pub family: Family,
    /// Where the routes lead; `None` where the field's form is not known.
    pub next_hop: Option<NextHop>,
    /// The prefixes.
    pub routes: Routes<'a>,
}
