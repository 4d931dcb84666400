//! Findings: the faults of an UPDATE that do not end the session, and what
//! each of them leads to (RFC 7606 §2).

use core::fmt;

use crate::{AttributeType, DecodeErrorKind};

/// What becomes of an UPDATE, or of a part of it; the later the stronger.
///
/// "Session reset", stronger than all of these, is
/// [`UpdateView::scan`](crate::UpdateView::scan)'s error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Disposition {
    /// The UPDATE counts. A finding of this kind concerns a part that is
    /// skipped: a repeated attribute (RFC 7606 §3 g) or a prefix that cannot
    /// be routed (RFC 4271 §6.3).
    #[default]
    Accept,
    /// The attribute at fault is dropped, the rest counts.
    AttributeDiscard,
    /// All routes of the UPDATE are withdrawn.
    TreatAsWithdraw,
    /// The routes of a family are dropped and the family is ignored until the
    /// session ends.
    AfiSafiDisable,
}

/// One fault and its consequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    kind: DecodeErrorKind,
    disposition: Disposition,
    attribute: Option<AttributeType>,
    offset: u16,
    length: u16,
}

impl Finding {
    pub(crate) fn new(
        kind: DecodeErrorKind,
        disposition: Disposition,
        attribute: Option<AttributeType>,
        offset: usize,
        length: usize,
    ) -> Self {
        let narrow = |value| u16::try_from(value).unwrap_or(u16::MAX);
        Self {
            kind,
            disposition,
            attribute,
            offset: narrow(offset),
            length: narrow(length),
        }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// What it leads to.
    #[must_use]
    pub const fn disposition(&self) -> Disposition {
        self.disposition
    }

    /// The attribute at fault; `None` for the body's prefixes, and where the
    /// attribute's header is cut off.
    #[must_use]
    pub const fn attribute(&self) -> Option<AttributeType> {
        self.attribute
    }

    /// Where, in octets from the first octet of the message.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset as usize
    }

    /// How many octets are at fault from there on; 0 for something missing.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.length as usize
    }

    /// Whether no octet is at fault: something is missing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(attribute) = self.attribute {
            write!(f, "{attribute}: ")?;
        }
        write!(f, "{} at octet {}", self.kind, self.offset)
    }
}

/// How many findings an [`UpdateView`](crate::UpdateView) can list.
pub(crate) const MAX_FINDINGS: usize = 12;

/// All findings of an UPDATE, in the order in which they were met.
///
/// A message can hold more faults than are worth listing; those beyond the
/// first twelve are counted ([`Findings::omitted`]) and still have their
/// consequence.
#[derive(Clone, Copy)]
pub struct Findings {
    list: [Option<Finding>; MAX_FINDINGS],
    total: u32,
}

impl Findings {
    pub(crate) const fn none() -> Self {
        Self {
            list: [None; MAX_FINDINGS],
            total: 0,
        }
    }

    pub(crate) fn push(&mut self, finding: Finding) {
        if let Some(slot) = self.list.get_mut(self.total as usize) {
            *slot = Some(finding);
        }
        self.total = self.total.saturating_add(1);
    }

    /// The findings that are listed.
    #[must_use]
    pub fn iter(&self) -> FindingIter<'_> {
        let listed = self.list.get(..self.total().min(MAX_FINDINGS));
        FindingIter(listed.unwrap_or_default())
    }

    /// How many findings there are, listed or not.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.total as usize
    }

    /// How many findings are not listed.
    #[must_use]
    pub const fn omitted(&self) -> usize {
        self.total().saturating_sub(MAX_FINDINGS)
    }

    /// Whether the UPDATE is without fault.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }
}

/// The findings that are listed.
#[derive(Clone, Copy, Debug)]
pub struct FindingIter<'a>(&'a [Option<Finding>]);

impl Iterator for FindingIter<'_> {
    type Item = Finding;

    fn next(&mut self) -> Option<Finding> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        *first
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len()))
    }
}

impl ExactSizeIterator for FindingIter<'_> {}

impl core::iter::FusedIterator for FindingIter<'_> {}

impl<'a> IntoIterator for &'a Findings {
    type Item = Finding;
    type IntoIter = FindingIter<'a>;

    fn into_iter(self) -> FindingIter<'a> {
        self.iter()
    }
}

impl fmt::Debug for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()?;
        match self.omitted() {
            0 => Ok(()),
            omitted => write!(f, " and {omitted} more"),
        }
    }
}
