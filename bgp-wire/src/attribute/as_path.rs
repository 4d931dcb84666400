//! AS_PATH and AS4_PATH: the ASes that a route has crossed (RFC 4271 §5.1.2,
//! RFC 5065, RFC 6793).
//!
//! ```text
//! +-------------------+-----------+---------------------------------------+
//! | Segment type (1)  | Count (1) | Count AS numbers (2 or 4 octets each) |
//! +-------------------+-----------+---------------------------------------+
//! ```

use core::fmt;

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use super::Fault;
#[cfg(feature = "alloc")]
use crate::EncodeError;
use crate::reader::Reader;
#[cfg(feature = "alloc")]
use crate::writer::Writer;
use crate::{AsSetPolicy, Asn, Context, DecodeErrorKind, PeerType};

/// The kind of an AS_PATH segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum SegmentType {
    /// AS_SET: unordered (RFC 4271 §4.3).
    Set,
    /// AS_SEQUENCE: ordered, the latest first.
    Sequence,
    /// AS_CONFED_SEQUENCE: member ASes, ordered (RFC 5065 §3).
    ConfederationSequence,
    /// AS_CONFED_SET: member ASes, unordered (RFC 5065 §3).
    ConfederationSet,
}

impl SegmentType {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Set => 1,
            Self::Sequence => 2,
            Self::ConfederationSequence => 3,
            Self::ConfederationSet => 4,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Set,
            2 => Self::Sequence,
            3 => Self::ConfederationSequence,
            4 => Self::ConfederationSet,
            _ => return None,
        })
    }

    /// Whether the segment names member ASes of a confederation.
    #[must_use]
    pub const fn is_confederation(self) -> bool {
        matches!(self, Self::ConfederationSequence | Self::ConfederationSet)
    }

    /// What a segment of so many ASes adds to the length of the path (RFC 4271
    /// §9.1.2.2 a, RFC 5065 §5.3).
    const fn length(self, count: usize) -> usize {
        match self {
            Self::Set => 1,
            Self::Sequence => count,
            Self::ConfederationSequence | Self::ConfederationSet => 0,
        }
    }
}

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
    pub fn asns(&self) -> impl DoubleEndedIterator<Item = Asn> + Clone + use<'a> {
        let width = if self.four_octet_as { 4 } else { 2 };
        self.octets.chunks_exact(width).map(|octets| {
            Asn(octets
                .iter()
                .fold(0, |number, octet| number << 8 | u32::from(*octet)))
        })
    }

    /// What the segment adds to the length of the path.
    const fn path_length(&self) -> usize {
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
    /// A path over octets that [`check`] found good; others end the walk early.
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
    pub fn segments(&self) -> impl Iterator<Item = SegmentView<'a>> + Clone + use<'a> {
        let four_octet_as = self.four_octet_as;
        let mut reader = Reader::new(self.octets);
        core::iter::from_fn(move || read_segment(&mut reader, four_octet_as).ok())
    }

    /// Every AS number of every segment, in wire order.
    pub fn iter_asns(&self) -> impl Iterator<Item = Asn> + Clone + use<'a> {
        self.segments().flat_map(|segment| segment.asns())
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

impl fmt::Display for AsPathView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.segments().enumerate() {
            let (open, close) = match segment.segment_type {
                SegmentType::Sequence => ("", ""),
                SegmentType::Set => ("{", "}"),
                SegmentType::ConfederationSequence => ("(", ")"),
                SegmentType::ConfederationSet => ("[", "]"),
            };
            f.write_str(if at == 0 { "" } else { " " })?;
            f.write_str(open)?;
            for (at, asn) in segment.asns().enumerate() {
                let space = if at == 0 { "" } else { " " };
                write!(f, "{space}{asn}")?;
            }
            f.write_str(close)?;
        }
        Ok(())
    }
}

impl fmt::Debug for AsPathView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Reads one segment; the fault is relative to where the reader stands.
#[inline]
fn read_segment<'a>(
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

/// RFC 7606 §7.2: segments of type 1–4 with at least one AS fill the value; no
/// AS 0 (RFC 7607 §2); sets and confederation segments where the session has
/// them.
pub(crate) fn check(value: &[u8], context: &Context) -> Result<(), Fault> {
    let mut reader = Reader::new(value);
    let mut first = true;
    while !reader.is_empty() {
        let at = value.len().saturating_sub(reader.len());
        let fault = |kind| Fault::new(kind, at);
        let segment = read_segment(&mut reader, context.four_octet_as).map_err(fault)?;
        check_segment(&segment, first, context).map_err(fault)?;
        first = false;
    }
    // An empty path from a confederation neighbor lacks its own member AS.
    if first && context.peer_type == PeerType::ConfederationExternal {
        return Err(Fault::new(DecodeErrorKind::Confederation, 0));
    }
    Ok(())
}

/// What one well-framed segment must hold to.
fn check_segment(
    segment: &SegmentView<'_>,
    first: bool,
    context: &Context,
) -> Result<(), DecodeErrorKind> {
    let kind = segment.segment_type;
    if segment.asns().any(|asn| asn == Asn::ZERO) {
        return Err(DecodeErrorKind::AsZero);
    }
    let is_set = matches!(kind, SegmentType::Set | SegmentType::ConfederationSet);
    if is_set && context.as_set == AsSetPolicy::TreatAsWithdraw {
        return Err(DecodeErrorKind::AsSet);
    }
    match context.peer_type {
        PeerType::External if kind.is_confederation() => Err(DecodeErrorKind::Confederation),
        PeerType::ConfederationExternal if first && kind != SegmentType::ConfederationSequence => {
            Err(DecodeErrorKind::Confederation)
        }
        PeerType::External if first && context.enforce_first_as => check_first_as(segment, context),
        PeerType::Internal | PeerType::External | PeerType::ConfederationExternal => Ok(()),
    }
}

/// RFC 4271 §6.3: the leftmost AS is that of the peer.
fn check_first_as(segment: &SegmentView<'_>, context: &Context) -> Result<(), DecodeErrorKind> {
    // What the peer would have written on a session with 2-octet AS numbers.
    let expected = match context.four_octet_as {
        true => context.peer_as,
        false => Asn(context.peer_as.two_octet().into()),
    };
    let is_peer =
        segment.segment_type == SegmentType::Sequence && segment.asns().next() == Some(expected);
    match is_peer || context.peer_as == Asn::ZERO {
        true => Ok(()),
        false => Err(DecodeErrorKind::FirstAs),
    }
}

/// RFC 6793 §6: an even length of at least six, whole segments of known type.
pub(crate) fn check_as4_path(value: &[u8]) -> Result<(), Fault> {
    if value.len() < 6 {
        return Err(Fault::LENGTH);
    }
    let mut reader = Reader::new(value);
    while !reader.is_empty() {
        let at = value.len().saturating_sub(reader.len());
        let segment = read_segment(&mut reader, true).map_err(|kind| Fault::new(kind, at))?;
        if segment.asns().any(|asn| asn == Asn::ZERO) {
            return Err(Fault::new(DecodeErrorKind::AsZero, at));
        }
    }
    Ok(())
}

/// One segment of an owned path, for building and taking apart.
#[cfg(feature = "alloc")]
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
#[cfg(feature = "alloc")]
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(into = "Vec<AsPathSegment>", from = "Vec<AsPathSegment>")
)]
pub struct AsPath {
    octets: Vec<u8>,
}

#[cfg(feature = "alloc")]
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
            .filter(|it| !it.segment_type.is_confederation())
        {
            rest.push_view(&segment);
        }
        *self = rest;
    }

    /// The segments, the latest first.
    pub fn segments(&self) -> impl Iterator<Item = SegmentView<'_>> + Clone {
        self.view().segments()
    }

    /// As [`AsPathView::iter_asns`].
    pub fn iter_asns(&self) -> impl Iterator<Item = Asn> + Clone {
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

    /// The path of an UPDATE from a peer without 4-octet AS numbers, put
    /// together from AS_PATH and AS4_PATH (RFC 6793 §4.2.3).
    #[must_use]
    pub fn merge(path: AsPathView<'_>, as4_path: AsPathView<'_>) -> Self {
        let Some(mut lead) = path.length().checked_sub(as4_path.length()) else {
            return path.into();
        };
        let mut merged = Self::empty();
        for segment in path.segments() {
            let whole = segment.path_length();
            if !segment.segment_type.is_confederation() && lead == 0 {
                break;
            }
            let asns: Vec<Asn> = match segment.segment_type {
                SegmentType::Sequence => segment.asns().take(lead).collect(),
                SegmentType::Set
                | SegmentType::ConfederationSequence
                | SegmentType::ConfederationSet => segment.asns().collect(),
            };
            merged.push(segment.segment_type, &asns);
            let Some(rest) = lead.checked_sub(whole) else {
                break;
            };
            lead = rest;
        }
        merged.append_joining(as4_path);
        merged
    }

    /// Appends what AS4_PATH says, the first sequence into the last one.
    fn append_joining(&mut self, as4_path: AsPathView<'_>) {
        let last = self
            .segments()
            .last()
            .filter(|it| it.segment_type == SegmentType::Sequence);
        let tail: Vec<Asn> = last.into_iter().flat_map(|it| it.asns()).collect();
        let mut open = !tail.is_empty();
        for segment in as4_path
            .segments()
            .filter(|it| !it.segment_type.is_confederation())
        {
            let joins = segment.segment_type == SegmentType::Sequence
                && tail.len().saturating_add(segment.len()) <= 255;
            if open && joins {
                let kept = self.octets.len().saturating_sub(2 + tail.len() * 4);
                self.octets.truncate(kept);
                let joined: Vec<Asn> = tail.iter().copied().chain(segment.asns()).collect();
                self.push(SegmentType::Sequence, &joined);
            } else {
                self.push_view(&segment);
            }
            open = false;
        }
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
            writer.put(&[segment.segment_type.code(), segment.len() as u8])?;
            for asn in segment.asns() {
                writer.u16(asn.two_octet())?;
            }
        }
        Ok(())
    }

    fn push_view(&mut self, segment: &SegmentView<'_>) {
        let asns: Vec<Asn> = segment.asns().collect();
        self.push(segment.segment_type, &asns);
    }

    fn prepend_to(&mut self, segment_type: SegmentType, asn: Asn, count: usize) {
        let first = self.segments().next();
        let open = first.filter(|it| it.segment_type == segment_type);
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

#[cfg(feature = "alloc")]
impl From<AsPathView<'_>> for AsPath {
    fn from(view: AsPathView<'_>) -> Self {
        if view.four_octet_as && check_shape(view) {
            return Self {
                octets: view.octets.into(),
            };
        }
        let mut path = Self::empty();
        for segment in view.segments() {
            path.push_view(&segment);
        }
        path
    }
}

/// Whether the segments fill the octets, so that they can be taken as they are.
#[cfg(feature = "alloc")]
fn check_shape(view: AsPathView<'_>) -> bool {
    let mut reader = Reader::new(view.octets);
    while !reader.is_empty() {
        if read_segment(&mut reader, view.four_octet_as).is_err() {
            return false;
        }
    }
    true
}

#[cfg(feature = "alloc")]
impl From<Vec<AsPathSegment>> for AsPath {
    fn from(segments: Vec<AsPathSegment>) -> Self {
        let mut path = Self::empty();
        for segment in &segments {
            path.push(segment.segment_type, &segment.asns);
        }
        path
    }
}

#[cfg(feature = "alloc")]
impl From<AsPath> for Vec<AsPathSegment> {
    fn from(path: AsPath) -> Self {
        let owned = |segment: SegmentView<'_>| AsPathSegment {
            segment_type: segment.segment_type,
            asns: segment.asns().collect(),
        };
        path.segments().map(owned).collect()
    }
}

#[cfg(feature = "alloc")]
impl fmt::Display for AsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.view(), f)
    }
}

#[cfg(feature = "alloc")]
impl fmt::Debug for AsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.view(), f)
    }
}
