//! Where things stand in a scanned UPDATE.

use crate::AttributeType;
use crate::attribute::RawAttribute;
use crate::frame::HEADER;
use crate::reader::Reader;
use crate::update::rules;

/// The three fields of the body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sections<'a> {
    pub(crate) withdrawn: &'a [u8],
    pub(crate) attributes: &'a [u8],
    pub(crate) nlri: &'a [u8],
}

impl<'a> Sections<'a> {
    /// RFC 7606 §3 b: `None` when the two lengths exceed the body.
    pub(crate) fn split(body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let length = reader.u16()?;
        let withdrawn = reader.take(length.into())?;
        let length = reader.u16()?;
        let attributes = reader.take(length.into())?;
        Some(Self {
            withdrawn,
            attributes,
            nlri: reader.rest(),
        })
    }

    pub(crate) const fn withdrawn_at(&self) -> usize {
        HEADER + 2
    }

    pub(crate) const fn attributes_at(&self) -> usize {
        self.withdrawn_at() + self.withdrawn.len() + 2
    }

    pub(crate) const fn nlri_at(&self) -> usize {
        self.attributes_at() + self.attributes.len()
    }
}

/// Where each known attribute that counts stands in the message.
///
/// INVARIANT: 0 means absent; no attribute stands at the first octet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Index([u16; Self::SLOTS]);

impl Index {
    /// Types 0–40, then ATTR_SET.
    const SLOTS: usize = 42;

    /// The slot of a type that the crate knows.
    #[inline]
    pub(crate) const fn slot(attribute: AttributeType) -> Option<usize> {
        match (attribute, rules::flags_of(attribute)) {
            (_, None) => None,
            (AttributeType::ATTR_SET, Some(_)) => Some(41),
            (AttributeType(code), Some(_)) => Some(code as usize),
        }
    }

    #[inline]
    pub(crate) fn set(&mut self, attribute: AttributeType, at: usize) {
        self.put(attribute, u16::try_from(at).unwrap_or_default());
    }

    pub(crate) fn clear(&mut self, attribute: AttributeType) {
        self.put(attribute, 0);
    }

    #[inline]
    fn put(&mut self, attribute: AttributeType, at: u16) {
        if let Some(slot) = Self::slot(attribute).and_then(|slot| self.0.get_mut(slot)) {
            *slot = at;
        }
    }

    #[inline]
    pub(crate) fn at(&self, attribute: AttributeType) -> Option<usize> {
        self.at_slot(Self::slot(attribute)?)
    }

    #[inline]
    pub(crate) fn at_slot(&self, slot: usize) -> Option<usize> {
        match self.0.get(slot) {
            None | Some(0) => None,
            Some(at) => Some(usize::from(*at)),
        }
    }

    /// The attribute and its offset.
    #[inline]
    pub(crate) fn find<'a>(
        &self,
        message: &'a [u8],
        attribute: AttributeType,
    ) -> Option<(usize, RawAttribute<'a>)> {
        self.find_slot(message, Self::slot(attribute)?)
    }

    /// The attribute in a slot and its offset.
    #[inline]
    pub(crate) fn find_slot<'a>(
        &self,
        message: &'a [u8],
        slot: usize,
    ) -> Option<(usize, RawAttribute<'a>)> {
        let at = self.at_slot(slot)?;
        let raw = RawAttribute::read(&mut Reader::new(message.get(at..)?))?;
        Some((at, raw))
    }
}

impl Default for Index {
    fn default() -> Self {
        Self([0; Self::SLOTS])
    }
}
