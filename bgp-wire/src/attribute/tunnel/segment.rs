//! Segment lists of SR policies (RFC 9830 §2.4.4).
//!
//! ```text
//! +----------+------------+-----------+--------------+----------------------+
//! | Type (1) | Length (1) | Flags (1) | Reserved (1) | Weight, label or SID |
//! +----------+------------+-----------+--------------+----------------------+
//! ```

use core::fmt;
use core::net::Ipv6Addr;

use crate::Label;
use crate::nlri::Hex;
use crate::reader::Reader;

/// A segment list, decoded as it is walked.
#[derive(Clone, Copy, Debug)]
pub struct SegmentList<'a> {
    reader: Reader<'a>,
}

/// What a segment list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentListItem<'a> {
    /// The share of the traffic that the list takes, relative to others.
    Weight(u32),
    /// The next segment.
    Segment(Segment<'a>),
}

/// A segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Segment<'a> {
    /// Type A: an MPLS label.
    Mpls(Label),
    /// Type B: an SRv6 SID, what follows it left out.
    Srv6(Ipv6Addr),
    /// Any other type, by which the headend finds the SID (RFC 9831).
    Other {
        /// The type.
        code: u8,
        /// The value with its flags.
        value: &'a [u8],
    },
}

impl<'a> SegmentList<'a> {
    /// The list in a sub-TLV's value behind its reserved octet.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(octets),
        }
    }

    /// The octets of what is still to come.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.reader.rest()
    }

    /// The weight, which is 1 where none is given.
    #[must_use]
    pub fn weight(mut self) -> u32 {
        let weight = self.find_map(|item| match item {
            SegmentListItem::Weight(weight) => Some(weight),
            SegmentListItem::Segment(_) => None,
        });
        weight.unwrap_or(1)
    }

    /// The segments alone.
    #[must_use]
    pub const fn segments(self) -> SegmentListSegments<'a> {
        SegmentListSegments(self)
    }
}

/// The segments of a list, without its weight.
#[derive(Clone, Copy, Debug)]
pub struct SegmentListSegments<'a>(SegmentList<'a>);

impl<'a> Iterator for SegmentListSegments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        self.0.find_map(|item| match item {
            SegmentListItem::Segment(segment) => Some(segment),
            SegmentListItem::Weight(_) => None,
        })
    }
}

impl core::iter::FusedIterator for SegmentListSegments<'_> {}

fn read<'a>(reader: &mut Reader<'a>) -> Option<SegmentListItem<'a>> {
    let [code, length] = reader.array()?;
    let value = reader.take(length.into())?;
    let mut inner = Reader::new(value);
    let known = inner.u16().and_then(|_| match code {
        9 => inner.u32().map(SegmentListItem::Weight),
        1 => {
            let label = Label::new(inner.u32()? >> 12);
            Some(SegmentListItem::Segment(Segment::Mpls(label)))
        }
        13 => {
            let sid = inner.array::<16>()?.into();
            Some(SegmentListItem::Segment(Segment::Srv6(sid)))
        }
        _ => None,
    });
    let other = SegmentListItem::Segment(Segment::Other { code, value });
    Some(known.unwrap_or(other))
}

impl<'a> Iterator for SegmentList<'a> {
    type Item = SegmentListItem<'a>;

    fn next(&mut self) -> Option<SegmentListItem<'a>> {
        self.reader.item(read)
    }
}

impl core::iter::FusedIterator for SegmentList<'_> {}

impl fmt::Display for SegmentList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, item) in self.enumerate() {
            f.write_str(if at == 0 { "" } else { ", " })?;
            match item {
                SegmentListItem::Weight(weight) => write!(f, "weight {weight}")?,
                SegmentListItem::Segment(Segment::Mpls(label)) => write!(f, "{label}")?,
                SegmentListItem::Segment(Segment::Srv6(sid)) => write!(f, "{sid}")?,
                SegmentListItem::Segment(Segment::Other { code, value }) => {
                    write!(f, "{code} 0x{}", Hex(value))?;
                }
            }
        }
        Ok(())
    }
}
