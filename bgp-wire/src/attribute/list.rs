//! Lists of fixed-width items: communities, cluster lists, AS numbers.

use core::fmt;
use core::marker::PhantomData;
use core::net::Ipv4Addr;

use super::{Fault, fixed};
use crate::Asn;

/// An item of a fixed number of octets.
pub trait WireItem: Copy {
    /// Octets of an item.
    const WIDTH: usize;

    /// Reads an item of exactly [`WireItem::WIDTH`] octets; `None` otherwise.
    fn read(octets: &[u8]) -> Option<Self>;
}

impl WireItem for Ipv4Addr {
    const WIDTH: usize = 4;

    fn read(octets: &[u8]) -> Option<Self> {
        <[u8; 4]>::try_from(octets).ok().map(Self::from)
    }
}

impl WireItem for Asn {
    const WIDTH: usize = 4;

    fn read(octets: &[u8]) -> Option<Self> {
        fixed(octets)
            .ok()
            .map(|octets| Self(u32::from_be_bytes(octets)))
    }
}

/// A borrowed list of items, decoded as it is walked.
pub struct ListView<'a, T> {
    octets: &'a [u8],
    item: PhantomData<T>,
}

impl<'a, T: WireItem> ListView<'a, T> {
    /// Octets that do not make up a whole item at the end are left out.
    pub(crate) const fn new(octets: &'a [u8]) -> Self {
        Self {
            octets,
            item: PhantomData,
        }
    }

    /// The octets of all items.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// How many items.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self.octets.len().checked_div(T::WIDTH) {
            Some(count) => count,
            None => 0,
        }
    }

    /// Whether there is no item.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items in wire order.
    #[must_use]
    pub fn iter(&self) -> ListIter<'a, T> {
        // Whole items only, so that both ends agree.
        let whole = self.len().saturating_mul(T::WIDTH);
        ListIter {
            octets: self.octets.get(..whole).unwrap_or_default(),
            item: PhantomData,
        }
    }
}

impl<T> Clone for ListView<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ListView<'_, T> {}

impl<T: WireItem> PartialEq for ListView<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.octets == other.octets
    }
}

impl<T: WireItem> Eq for ListView<'_, T> {}

impl<T: WireItem + fmt::Debug> fmt::Debug for ListView<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The items, with spaces between.
impl<T: WireItem + fmt::Display> fmt::Display for ListView<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list_text(f, *self)
    }
}

/// Writes items with spaces between.
pub(crate) fn list_text<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    items: impl IntoIterator<Item = T>,
) -> fmt::Result {
    for (at, item) in items.into_iter().enumerate() {
        write!(f, "{}{item}", if at == 0 { "" } else { " " })?;
    }
    Ok(())
}

impl<'a, T: WireItem> IntoIterator for ListView<'a, T> {
    type Item = T;
    type IntoIter = ListIter<'a, T>;

    fn into_iter(self) -> ListIter<'a, T> {
        self.iter()
    }
}

/// The items of a [`ListView`].
pub struct ListIter<'a, T> {
    octets: &'a [u8],
    item: PhantomData<T>,
}

impl<T> Clone for ListIter<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ListIter<'_, T> {}

impl<T: WireItem + fmt::Debug> fmt::Debug for ListIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

impl<T: WireItem> Iterator for ListIter<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        let (item, rest) = self.octets.split_at_checked(T::WIDTH)?;
        self.octets = rest;
        T::read(item)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.octets.len().checked_div(T::WIDTH).unwrap_or(0);
        (count, Some(count))
    }
}

impl<T: WireItem> DoubleEndedIterator for ListIter<'_, T> {
    fn next_back(&mut self) -> Option<T> {
        let at = self.octets.len().checked_sub(T::WIDTH)?;
        let (rest, item) = self.octets.split_at_checked(at)?;
        self.octets = rest;
        T::read(item)
    }
}

impl<T: WireItem> ExactSizeIterator for ListIter<'_, T> {}

impl<T: WireItem> core::iter::FusedIterator for ListIter<'_, T> {}

/// RFC 7606 §7.8, §7.10, §7.14: a non-zero multiple of the item's width.
pub(crate) fn check<T: WireItem>(value: &[u8]) -> Result<(), Fault> {
    match value.len().checked_rem(T::WIDTH) {
        Some(0) if !value.is_empty() => Ok(()),
        _ => Err(Fault::LENGTH),
    }
}
