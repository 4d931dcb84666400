//! The attributes of an UPDATE that count, and what it announces in groups.

use core::iter::FusedIterator;

use crate::attribute::{RawAttribute, RawAttributes};
use crate::update::index::{self, Kept};
use crate::update::type_set::TypeSet;
use crate::{Announcement, AttributeFlags};

/// The attributes of an UPDATE that count, in wire order: the first of their
/// type, and not discarded. Those unknown and not transitive are left out.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a> {
    raw: RawAttributes<'a>,
    kept: Kept,
    unknown: TypeSet,
}

impl<'a> Attributes<'a> {
    /// Those of a field: known ones that are kept.
    pub(super) fn new(field: &'a [u8], kept: Kept) -> Self {
        Self {
            raw: RawAttributes::new(field),
            kept,
            unknown: TypeSet::default(),
        }
    }

    /// The next attribute, and how many octets of the field stand before it and
    /// behind it.
    #[inline]
    pub(super) fn next_placed(&mut self) -> Option<(RawAttribute<'a>, usize, usize)> {
        loop {
            let before = self.raw.remaining();
            let raw = self.raw.next()?;
            let counts = match index::slot(raw.attribute_type) {
                Some(slot) => self.kept.take(slot),
                None => {
                    self.unknown.insert(raw.attribute_type)
                        && raw.flags.contains(AttributeFlags::OPTIONAL_TRANSITIVE)
                }
            };
            if counts {
                return Some((raw, before, self.raw.remaining()));
            }
        }
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = RawAttribute<'a>;

    #[inline]
    fn next(&mut self) -> Option<RawAttribute<'a>> {
        self.next_placed().map(|(raw, ..)| raw)
    }
}

impl FusedIterator for Attributes<'_> {}

/// What an UPDATE announces, in groups that share a next hop: at most one from
/// the body and one from MP_REACH_NLRI.
#[derive(Clone, Copy, Debug)]
pub struct Announcements<'a> {
    groups: [Option<Announcement<'a>>; 2],
}

impl<'a> Announcements<'a> {
    pub(super) fn new(groups: [Announcement<'a>; 2]) -> Self {
        let some = |group: Announcement<'a>| {
            let mut routes = group.routes;
            routes.next().is_some().then_some(group)
        };
        Self {
            groups: groups.map(some),
        }
    }
}

impl<'a> Iterator for Announcements<'a> {
    type Item = Announcement<'a>;

    fn next(&mut self) -> Option<Announcement<'a>> {
        self.groups.iter_mut().find_map(Option::take)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.groups.iter().flatten().count();
        (count, Some(count))
    }
}

impl ExactSizeIterator for Announcements<'_> {}

impl FusedIterator for Announcements<'_> {}
