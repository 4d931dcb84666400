//! The iterators over a path. They borrow its octets, are `Copy` and stay at
//! their end.

use core::iter::FusedIterator;

use super::SegmentView;
use super::view::read_segment;
use crate::Asn;
use crate::reader::Reader;

/// The AS numbers of a segment, in wire order.
#[derive(Clone, Copy, Debug)]
pub struct Asns<'a> {
    octets: &'a [u8],
    four_octet_as: bool,
}

impl<'a> Asns<'a> {
    pub(super) const fn new(octets: &'a [u8], four_octet_as: bool) -> Self {
        Self {
            octets,
            four_octet_as,
        }
    }
}

impl Iterator for Asns<'_> {
    type Item = Asn;

    #[inline]
    fn next(&mut self) -> Option<Asn> {
        if self.four_octet_as {
            let (octets, rest) = self.octets.split_first_chunk()?;
            self.octets = rest;
            Some(Asn(u32::from_be_bytes(*octets)))
        } else {
            let (octets, rest) = self.octets.split_first_chunk()?;
            self.octets = rest;
            Some(Asn(u16::from_be_bytes(*octets).into()))
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let width = if self.four_octet_as { 4 } else { 2 };
        let count = self.octets.len() / width;
        (count, Some(count))
    }
}

impl DoubleEndedIterator for Asns<'_> {
    fn next_back(&mut self) -> Option<Asn> {
        if self.four_octet_as {
            let (rest, octets) = self.octets.split_last_chunk()?;
            self.octets = rest;
            Some(Asn(u32::from_be_bytes(*octets)))
        } else {
            let (rest, octets) = self.octets.split_last_chunk()?;
            self.octets = rest;
            Some(Asn(u16::from_be_bytes(*octets).into()))
        }
    }
}

impl ExactSizeIterator for Asns<'_> {}

impl FusedIterator for Asns<'_> {}

/// The segments of a path, the latest first.
#[derive(Clone, Copy, Debug)]
pub struct Segments<'a> {
    reader: Reader<'a>,
    four_octet_as: bool,
}

impl<'a> Segments<'a> {
    pub(super) const fn new(octets: &'a [u8], four_octet_as: bool) -> Self {
        Self {
            reader: Reader::new(octets),
            four_octet_as,
        }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = SegmentView<'a>;

    #[inline]
    fn next(&mut self) -> Option<SegmentView<'a>> {
        let four_octet_as = self.four_octet_as;
        self.reader
            .item(|reader| read_segment(reader, four_octet_as).ok())
    }
}

impl FusedIterator for Segments<'_> {}

/// Every AS number of every segment, in wire order.
#[derive(Clone, Copy, Debug)]
pub struct PathAsns<'a> {
    segments: Segments<'a>,
    current: Asns<'a>,
}

impl<'a> PathAsns<'a> {
    pub(super) const fn new(segments: Segments<'a>) -> Self {
        Self {
            segments,
            current: Asns::new(&[], true),
        }
    }
}

impl Iterator for PathAsns<'_> {
    type Item = Asn;

    #[inline]
    fn next(&mut self) -> Option<Asn> {
        loop {
            if let Some(asn) = self.current.next() {
                return Some(asn);
            }
            self.current = self.segments.next()?.asns();
        }
    }

    /// A segment at a time, without a look at where the walk stands.
    #[inline]
    fn fold<B, F: FnMut(B, Asn) -> B>(self, init: B, mut f: F) -> B {
        let first = self.current.fold(init, &mut f);
        self.segments
            .fold(first, |sum, segment| segment.asns().fold(sum, &mut f))
    }
}

impl FusedIterator for PathAsns<'_> {}
