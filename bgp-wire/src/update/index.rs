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
    pub(crate) fn slot(attribute: AttributeType) -> Option<usize> {
        rules::flags_of(attribute)?;
        Some(if attribute == AttributeType::ATTR_SET {
            41
        } else {
            usize::from(attribute.0)
        })
    }

    pub(crate) fn set(&mut self, attribute: AttributeType, at: usize) {
        self.put(attribute, u16::try_from(at).unwrap_or_default());
    }

    pub(crate) fn clear(&mut self, attribute: AttributeType) {
        self.put(attribute, 0);
    }

    fn put(&mut self, attribute: AttributeType, at: u16) {
        if let Some(slot) = Self::slot(attribute).and_then(|slot| self.0.get_mut(slot)) {
            *slot = at;
        }
    }

    pub(crate) fn at(&self, attribute: AttributeType) -> Option<usize> {
        let at = *self.0.get(Self::slot(attribute)?)?;
        (at != 0).then_some(usize::from(at))
    }

    /// The attribute and its offset.
    pub(crate) fn find<'a>(
        &self,
        message: &'a [u8],
        attribute: AttributeType,
    ) -> Option<(usize, RawAttribute<'a>)> {
        let at = self.at(attribute)?;
        let raw = RawAttribute::read(&mut Reader::new(message.get(at..)?))?;
        Some((at, raw))
    }
}

impl Default for Index {
    fn default() -> Self {
        Self([0; Self::SLOTS])
    }
}
