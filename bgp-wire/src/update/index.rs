//! Where things stand in a scanned UPDATE.

use crate::attribute::{RawAttribute, RawAttributes};
use crate::frame::HEADER;
use crate::reader::Reader;
use crate::update::rules;
use crate::{AttributeType, DecodeError, DecodeErrorKind, Frame, MessageType};

/// The lengths of the three fields of the body; that of the NLRI is the rest.
///
/// INVARIANT: they fit the message that they were read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sections {
    withdrawn: u16,
    attributes: u16,
}

impl Sections {
    /// Where the withdrawn routes begin in the message.
    pub(crate) const WITHDRAWN_AT: usize = HEADER + 2;

    /// Those of a whole UPDATE. RFC 7606 §3 b: an error when the two lengths exceed the
    /// body.
    #[inline]
    pub(crate) fn of(message: &[u8]) -> Result<Self, DecodeError> {
        let body = Frame::whole(message, MessageType::Update)?;
        let overrun = DecodeError::new(DecodeErrorKind::UpdateLengths, HEADER, 0);
        Self::split(body).ok_or(overrun)
    }

    fn split(body: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let withdrawn = reader.u16()?;
        reader.take(withdrawn.into())?;
        let attributes = reader.u16()?;
        reader.take(attributes.into())?;
        Some(Self {
            withdrawn,
            attributes,
        })
    }

    pub(crate) const fn attributes_at(self) -> usize {
        Self::WITHDRAWN_AT + self.withdrawn as usize + 2
    }

    pub(crate) const fn nlri_at(self) -> usize {
        self.attributes_at() + self.attributes as usize
    }

    #[inline]
    pub(crate) const fn withdrawn(self, message: &[u8]) -> &[u8] {
        part(message, Self::WITHDRAWN_AT, self.withdrawn as usize)
    }

    #[inline]
    pub(crate) const fn attributes(self, message: &[u8]) -> &[u8] {
        part(message, self.attributes_at(), self.attributes as usize)
    }

    #[inline]
    pub(crate) const fn nlri(self, message: &[u8]) -> &[u8] {
        match message.split_at_checked(self.nlri_at()) {
            Some((_, nlri)) => nlri,
            None => &[],
        }
    }
}

#[inline]
const fn part(message: &[u8], at: usize, length: usize) -> &[u8] {
    if let Some((_, rest)) = message.split_at_checked(at)
        && let Some((part, _)) = rest.split_at_checked(length)
    {
        return part;
    }
    &[]
}

/// Which known attributes count, each by its slot.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kept(u64);

impl Kept {
    #[inline]
    pub(crate) fn contains(self, attribute: AttributeType) -> bool {
        slot(attribute).is_some_and(|slot| self.0 >> slot & 1 == 1)
    }

    pub(crate) fn remove(&mut self, attribute: AttributeType) {
        if let Some(slot) = slot(attribute) {
            self.take(slot);
        }
    }

    /// Whether the attribute of a slot was there, which it is no more: of several with one
    /// type the first counts.
    #[inline]
    pub(crate) fn take(&mut self, slot: u8) -> bool {
        let was = self.0 >> slot & 1 == 1;
        self.0 &= !(1 << slot);
        was
    }
}

/// A number under 64 for each type that the crate knows: 0–40 for themselves, then ATTR_SET.
#[inline]
pub(crate) const fn slot(attribute: AttributeType) -> Option<u8> {
    match (attribute, rules::flags_of(attribute)) {
        (_, None) => None,
        (AttributeType::ATTR_SET, Some(_)) => Some(41),
        (AttributeType(code), Some(_)) => Some(code & 63),
    }
}

/// Which known attributes count, and where in the message those stand that most UPDATEs have.
/// The others are looked for: a view is moved more often than it is asked for them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Index {
    kept: Kept,
    /// INVARIANT: an attribute that is not kept has 0; none stands at the first octet.
    at: [u16; Self::FREQUENT],
}

impl Index {
    const FREQUENT: usize = 14;

    /// The place in `at` of a frequent type.
    #[inline]
    const fn place(attribute: AttributeType) -> Option<usize> {
        match attribute {
            AttributeType(code @ 1..=10) => Some(code as usize - 1),
            AttributeType::MP_REACH_NLRI => Some(10),
            AttributeType::MP_UNREACH_NLRI => Some(11),
            AttributeType::EXTENDED_COMMUNITIES => Some(12),
            AttributeType::LARGE_COMMUNITIES => Some(13),
            _ => None,
        }
    }

    pub(crate) const fn kept(&self) -> Kept {
        self.kept
    }

    #[inline]
    pub(crate) fn set(&mut self, attribute: AttributeType, at: usize) {
        let Some(slot) = slot(attribute) else { return };
        self.kept.0 |= 1 << slot;
        self.put(attribute, u16::try_from(at).unwrap_or_default());
    }

    pub(crate) fn clear(&mut self, attribute: AttributeType) {
        self.kept.remove(attribute);
        self.put(attribute, 0);
    }

    #[inline]
    fn put(&mut self, attribute: AttributeType, at: u16) {
        if let Some(place) = Self::place(attribute).and_then(|place| self.at.get_mut(place)) {
            *place = at;
        }
    }

    /// The attribute that counts of a known type and its offset in the message.
    #[inline]
    pub(crate) fn find<'a>(
        &self,
        message: &'a [u8],
        sections: Sections,
        attribute: AttributeType,
    ) -> Option<(usize, RawAttribute<'a>)> {
        let Some(place) = Self::place(attribute) else {
            return match self.kept.contains(attribute) {
                true => search(message, sections, attribute),
                false => None,
            };
        };
        let at = match self.at.get(place) {
            None | Some(0) => return None,
            Some(at) => usize::from(*at),
        };
        let (_, octets) = message.split_at_checked(at)?;
        let raw = RawAttribute::read(&mut Reader::new(octets))?;
        Some((at, raw))
    }
}

/// The first attribute of a type and its offset in the message.
fn search(
    message: &[u8],
    sections: Sections,
    attribute: AttributeType,
) -> Option<(usize, RawAttribute<'_>)> {
    let mut attributes = RawAttributes::new(sections.attributes(message));
    loop {
        let left = attributes.remaining();
        let raw = attributes.next()?;
        if raw.attribute_type == attribute {
            return Some((sections.nlri_at().saturating_sub(left), raw));
        }
    }
}
