//! A received AS_PATH.

use core::fmt;

use super::SegmentType;
use super::iter::{Asns, PathAsns, Segments};
use crate::attribute::list_text;
use crate::reader::Reader;
use crate::{Asn, DecodeErrorKind};

/// One segment, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentView<'a> {
    segment_type: SegmentType,
    octets: &'a [u8],
    four_octet_as: bool,
}

impl<'a> SegmentView<'a> {
    /// Set, sequence or one of a confederation.
    #[must_use]
    pub const fn segment_type(&self) -> SegmentType {
        self.segment_type
    }

    /// How many AS numbers.
    #[must_use]
    pub const fn len(&self) -> usize {
        if self.four_octet_as {
            self.octets.len() / 4
        } else {
            self.octets.len() / 2
        }
    }

    /// Whether there is no AS number, which no valid segment has.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The AS numbers in wire order.
    #[must_use]
    pub const fn asns(&self) -> Asns<'a> {
        Asns::new(self.octets, self.four_octet_as)
    }

    /// Whether AS 0 is among them (RFC 7607 §2).
    pub(super) fn has_as_zero(&self) -> bool {
        match self.four_octet_as {
            true => self.octets.as_chunks().0.contains(&[0; 4]),
            false => self.octets.as_chunks().0.contains(&[0; 2]),
        }
    }

    /// What the segment adds to the length of the path.
    pub(super) const fn path_length(&self) -> usize {
        self.segment_type.length(self.len())
    }
}

/// An AS_PATH, borrowed, with two or four octets an AS number.
///
/// Comparing paths compares their octets. All methods cost one walk at most.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AsPathView<'a> {
    octets: &'a [u8],
    four_octet_as: bool,
}

impl<'a> AsPathView<'a> {
    /// A path over octets that the scan found good; others end the walk early.
    pub(crate) const fn new(octets: &'a [u8], four_octet_as: bool) -> Self {
        Self {
            octets,
            four_octet_as,
        }
    }

    /// The value on the wire.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Whether AS numbers have four octets here.
    #[must_use]
    pub const fn four_octet_as(&self) -> bool {
        self.four_octet_as
    }

    /// The segments, the latest first.
    #[must_use]
    pub const fn segments(&self) -> Segments<'a> {
        Segments::new(self.octets, self.four_octet_as)
    }

    /// Every AS number of every segment, in wire order.
    #[must_use]
    pub const fn iter_asns(&self) -> PathAsns<'a> {
        PathAsns::new(self.segments())
    }

    /// The length for route selection: a set counts one, confederation
    /// segments nothing (RFC 4271 §9.1.2.2 a, RFC 5065 §5.3).
    #[must_use]
    pub fn length(&self) -> usize {
        self.segments()
            .fold(0, |sum, segment| sum.saturating_add(segment.path_length()))
    }

    /// Whether the path is empty: a route of our own AS.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// Whether an AS occurs anywhere, confederation segments included (RFC
    /// 4271 §9.1.2, RFC 5065 §5.3).
    #[must_use]
    pub fn contains(&self, asn: Asn) -> bool {
        self.iter_asns().any(|other| other == asn)
    }

    /// The neighboring AS that sent the route, which decides whose MEDs
    /// compare (RFC 4271 §9.1.2.2 c): the first AS of the first segment outside
    /// the confederation; `None` when that is a set or there is none.
    #[must_use]
    pub fn first_as(&self) -> Option<Asn> {
        let segment = self
            .segments()
            .find(|it| !it.segment_type.is_confederation())?;
        match segment.segment_type {
            SegmentType::Sequence => segment.asns().next(),
            SegmentType::Set
            | SegmentType::ConfederationSequence
            | SegmentType::ConfederationSet => None,
        }
    }

    /// The AS that originated the route, as origin validation wants it (RFC
    /// 6811 §2): the last AS of a final AS_SEQUENCE; `None` for a final set,
    /// and for an empty path or a final confederation segment, whose origin is
    /// the reader's own AS.
    #[must_use]
    pub fn origin_as(&self) -> Option<Asn> {
        let segment = self.segments().last()?;
        match segment.segment_type {
            SegmentType::Sequence => segment.asns().next_back(),
            SegmentType::Set
            | SegmentType::ConfederationSequence
            | SegmentType::ConfederationSet => None,
        }
    }
}

/// The AS numbers; "{}" around a set, "()" and "[]" around those of a
/// confederation.
impl fmt::Display for SegmentView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = self.segment_type.brackets();
        f.write_str(open)?;
        list_text(f, self.asns())?;
        f.write_str(close)
    }
}

impl fmt::Display for AsPathView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list_text(f, self.segments())
    }
}

impl fmt::Debug for AsPathView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Reads one segment; the fault is relative to where the reader stands.
#[inline]
pub(super) fn read_segment<'a>(
    reader: &mut Reader<'a>,
    four_octet_as: bool,
) -> Result<SegmentView<'a>, DecodeErrorKind> {
    let [code, count] = reader.array().ok_or(DecodeErrorKind::AsPathSegments)?;
    let segment_type = SegmentType::from_code(code).ok_or(DecodeErrorKind::AsPathSegmentType)?;
    let width = if four_octet_as { 4 } else { 2 };
    let octets = reader.take(usize::from(count).saturating_mul(width));
    match octets {
        Some(octets) if count > 0 => Ok(SegmentView {
            segment_type,
            octets,
            four_octet_as,
        }),
        _ => Err(DecodeErrorKind::AsPathSegments),
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;

    /// (65001) {7 8} 9, with two octets an AS number.
    const PATH: [u8; 14] = [
        3, 1, 0xfd, 0xe9, // AS_CONFED_SEQUENCE
        1, 2, 0, 7, 0, 8, // AS_SET
        2, 1, 0, 9, // AS_SEQUENCE
    ];

    #[test]
    fn selection_counts_sets_once_and_confederations_never() {
        let path = AsPathView::new(&PATH, false);
        assert_eq!(path.length(), 2);
        assert_eq!(path.to_string(), "(65001) {7 8} 9");
        assert!(path.contains(Asn(65001)) && path.contains(Asn(8)) && !path.contains(Asn(1)));
    }

    #[test]
    fn a_set_has_no_first_as() {
        assert_eq!(AsPathView::new(&PATH, false).first_as(), None);
        assert_eq!(AsPathView::new(&PATH[10..], false).first_as(), Some(Asn(9)));
        assert_eq!(AsPathView::new(&[], false).first_as(), None);
    }

    #[test]
    fn the_origin_is_the_last_of_a_final_sequence() {
        assert_eq!(AsPathView::new(&PATH, false).origin_as(), Some(Asn(9)));
        assert_eq!(
            AsPathView::new(&PATH[..10], false).origin_as(),
            None,
            "final set"
        );
        assert_eq!(
            AsPathView::new(&PATH[..4], false).origin_as(),
            None,
            "confederation"
        );
    }
}
