//! The owned AS_PATH of a route.

use alloc::vec::Vec;
use core::fmt;

use super::view::read_segment;
use super::{AsPathView, PathAsns, SegmentType, SegmentView, Segments};
use crate::reader::Reader;
use crate::writer::Writer;
use crate::{Asn, EncodeError};

/// One segment of an owned path, for building and taking apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AsPathSegment {
    /// Set, sequence or one of a confederation.
    pub segment_type: SegmentType,
    /// The AS numbers, the latest first.
    pub asns: Vec<Asn>,
}

/// An owned AS_PATH.
///
/// Kept as one allocation in the 4-octet wire form: cheap to clone, hash,
/// compare and encode. [`AsPath::view`] has all the reading methods.
///
/// ```
/// use bgp_wire::{AsPath, Asn};
/// let mut path = AsPath::from_sequence([Asn(64513), Asn(64514)]);
/// path.prepend(Asn(64512), 2);
/// assert_eq!(path.to_string(), "64512 64512 64513 64514");
/// assert_eq!((path.length(), path.first_as()), (4, Some(Asn(64512))));
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(into = "Vec<AsPathSegment>", from = "Vec<AsPathSegment>")
)]
pub struct AsPath {
    pub(super) octets: Vec<u8>,
}

impl AsPath {
    /// The path of a route of our own AS.
    #[must_use]
    pub const fn empty() -> Self {
        Self { octets: Vec::new() }
    }

    /// A path of one sequence, split where it exceeds 255.
    #[must_use]
    pub fn from_sequence(asns: impl IntoIterator<Item = Asn>) -> Self {
        let asns: Vec<Asn> = asns.into_iter().collect();
        let mut path = Self::empty();
        path.push(SegmentType::Sequence, &asns);
        path
    }

    /// Appends a segment; ASes beyond 255 go into further segments of the same
    /// type. Nothing is appended for no AS.
    pub fn push(&mut self, segment_type: SegmentType, asns: &[Asn]) {
        for asns in asns.chunks(255) {
            self.octets.extend([segment_type.code(), asns.len() as u8]);
            self.octets
                .extend(asns.iter().flat_map(|asn| asn.0.to_be_bytes()));
        }
    }

    /// The same path, borrowed.
    #[must_use]
    pub fn view(&self) -> AsPathView<'_> {
        AsPathView::new(&self.octets, true)
    }

    /// Puts an AS in front `count` times (RFC 4271 §5.1.2 b).
    pub fn prepend(&mut self, asn: Asn, count: usize) {
        self.prepend_to(SegmentType::Sequence, asn, count);
    }

    /// Puts a member AS in front, in an AS_CONFED_SEQUENCE (RFC 5065 §4).
    pub fn prepend_confederation(&mut self, member: Asn) {
        self.prepend_to(SegmentType::ConfederationSequence, member, 1);
    }

    /// Removes all confederation segments, as on the way out of a
    /// confederation (RFC 5065 §4).
    pub fn remove_confederation(&mut self) {
        let mut rest = Self::empty();
        for segment in self
            .segments()
            .filter(|it| !it.segment_type().is_confederation())
        {
            rest.push_view(&segment);
        }
        *self = rest;
    }

    /// The segments, the latest first.
    #[must_use]
    pub fn segments(&self) -> Segments<'_> {
        self.view().segments()
    }

    /// As [`AsPathView::iter_asns`].
    #[must_use]
    pub fn iter_asns(&self) -> PathAsns<'_> {
        self.view().iter_asns()
    }

    /// As [`AsPathView::length`].
    #[must_use]
    pub fn length(&self) -> usize {
        self.view().length()
    }

    /// As [`AsPathView::is_empty`].
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// As [`AsPathView::contains`].
    #[must_use]
    pub fn contains(&self, asn: Asn) -> bool {
        self.view().contains(asn)
    }

    /// As [`AsPathView::first_as`].
    #[must_use]
    pub fn first_as(&self) -> Option<Asn> {
        self.view().first_as()
    }

    /// As [`AsPathView::origin_as`].
    #[must_use]
    pub fn origin_as(&self) -> Option<Asn> {
        self.view().origin_as()
    }

    /// The path, where its segments fill the octets: where nothing is lost.
    pub(crate) fn whole(view: AsPathView<'_>) -> Option<Self> {
        let taken = || match view.four_octet_as() {
            true => Self {
                octets: view.octets().into(),
            },
            false => Self::of_segments(view),
        };
        check_shape(view).then(taken)
    }

    /// The segments that can be read.
    fn of_segments(view: AsPathView<'_>) -> Self {
        let mut path = Self::empty();
        for segment in view.segments() {
            path.push_view(&segment);
        }
        path
    }

    /// Size of the attribute's value with two or four octets an AS number.
    pub(crate) fn encoded_len(&self, four_octet_as: bool) -> usize {
        match four_octet_as {
            true => self.octets.len(),
            false => self.segments().map(|it| 2 + 2 * it.len()).sum(),
        }
    }

    /// The value in four octets an AS number.
    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Writes the attribute's value with two or four octets an AS number.
    pub(crate) fn write(
        &self,
        four_octet_as: bool,
        writer: &mut Writer<'_>,
    ) -> Result<(), EncodeError> {
        if four_octet_as {
            return writer.put(&self.octets);
        }
        for segment in self.segments() {
            writer.put(&[segment.segment_type().code(), segment.len() as u8])?;
            for asn in segment.asns() {
                writer.u16(asn.two_octet())?;
            }
        }
        Ok(())
    }

    pub(super) fn push_view(&mut self, segment: &SegmentView<'_>) {
        let asns: Vec<Asn> = segment.asns().collect();
        self.push(segment.segment_type(), &asns);
    }

    fn prepend_to(&mut self, segment_type: SegmentType, asn: Asn, count: usize) {
        let first = self.segments().next();
        let open = first.filter(|it| it.segment_type() == segment_type);
        let room = 255_usize.saturating_sub(open.map_or(255, |it| it.len()));
        let joined: Vec<Asn> = core::iter::repeat_n(asn, count.min(room))
            .chain(open.into_iter().flat_map(|it| it.asns()))
            .collect();
        let rest = open.map_or(0, |it| 2 + it.len() * 4);
        let mut path = Self::empty();
        let before: Vec<Asn> = core::iter::repeat_n(asn, count.saturating_sub(room)).collect();
        path.push(segment_type, &before);
        path.push(segment_type, &joined);
        path.octets.extend(self.octets.iter().skip(rest));
        *self = path;
    }
}

impl From<AsPathView<'_>> for AsPath {
    fn from(view: AsPathView<'_>) -> Self {
        Self::whole(view).unwrap_or_else(|| Self::of_segments(view))
    }
}

/// Whether the segments fill the octets, so that they can be taken as they are.
fn check_shape(view: AsPathView<'_>) -> bool {
    let mut reader = Reader::new(view.octets());
    while !reader.is_empty() {
        if read_segment(&mut reader, view.four_octet_as()).is_err() {
            return false;
        }
    }
    true
}

impl From<Vec<AsPathSegment>> for AsPath {
    fn from(segments: Vec<AsPathSegment>) -> Self {
        let mut path = Self::empty();
        for segment in &segments {
            path.push(segment.segment_type, &segment.asns);
        }
        path
    }
}

impl From<AsPath> for Vec<AsPathSegment> {
    fn from(path: AsPath) -> Self {
        let owned = |segment: SegmentView<'_>| AsPathSegment {
            segment_type: segment.segment_type(),
            asns: segment.asns().collect(),
        };
        path.segments().map(owned).collect()
    }
}

impl fmt::Display for AsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.view(), f)
    }
}

impl fmt::Debug for AsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.view(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec;

    #[test]
    fn a_full_segment_gets_a_neighbor() {
        let mut path = AsPath::from_sequence((1..=254).map(Asn));
        path.prepend(Asn(1000), 3);
        let counts: Vec<usize> = path.segments().map(|it| it.len()).collect();
        assert_eq!(counts, [2, 255]);
        assert_eq!((path.length(), path.first_as()), (257, Some(Asn(1000))));
    }

    #[test]
    fn prepending_to_a_set_begins_a_sequence() {
        let mut path = AsPath::empty();
        path.push(SegmentType::Set, &[Asn(1), Asn(2)]);
        path.prepend(Asn(3), 1);
        assert_eq!(path.to_string(), "3 {1 2}");
        path.prepend(Asn(4), 0);
        assert_eq!(path.to_string(), "3 {1 2}");
    }

    #[test]
    fn confederation_segments_come_and_go() {
        let mut path = AsPath::from_sequence([Asn(9)]);
        path.prepend_confederation(Asn(65001));
        path.prepend_confederation(Asn(65002));
        assert_eq!(
            (path.to_string().as_str(), path.length()),
            ("(65002 65001) 9", 1)
        );
        path.remove_confederation();
        assert_eq!(path.to_string(), "9");
    }

    #[test]
    fn two_octets_say_as_trans() {
        let path = AsPath::from_sequence([Asn(70_000), Asn(7)]);
        let mut out = [0; 6];
        path.write(false, &mut Writer::new(&mut out)).unwrap();
        assert_eq!(out, [2, 2, 0x5b, 0xa0, 0, 7]);
        assert_eq!((path.encoded_len(false), path.encoded_len(true)), (6, 10));
    }

    #[test]
    fn segments_go_out_and_come_back() {
        let segments = vec![
            AsPathSegment {
                segment_type: SegmentType::Sequence,
                asns: vec![Asn(1), Asn(2)],
            },
            AsPathSegment {
                segment_type: SegmentType::Set,
                asns: vec![Asn(3)],
            },
        ];
        let path = AsPath::from(segments.clone());
        assert_eq!(Vec::from(path), segments);
    }
}
