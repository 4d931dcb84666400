//! PE Distinguisher Labels: labels for the roots of aggregate trees (RFC 6514
//! §8).
//!
//! ```text
//! | PE address (4 or 16) | Label (3) | …
//! ```

use core::net::IpAddr;

use crate::Label;
use crate::reader::Reader;

/// A label for each provider edge, decoded as it is walked. All addresses are of
/// one IP version; where both would fit, it is IPv4.
///
/// ```
/// use bgp_wire::{Label, PeDistinguisherLabels};
/// let value = [192, 0, 2, 1, 0, 1, 1];
/// let mut labels = PeDistinguisherLabels::new(&value);
/// assert_eq!(labels.next(), Some(([192, 0, 2, 1].into(), Label::new(16))));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PeDistinguisherLabels<'a> {
    reader: Reader<'a>,
    address: usize,
}

impl<'a> PeDistinguisherLabels<'a> {
    /// The labels in an attribute's value.
    #[must_use]
    pub const fn new(value: &'a [u8]) -> Self {
        let address = if value.len().is_multiple_of(7) { 4 } else { 16 };
        Self {
            reader: Reader::new(value),
            address,
        }
    }
}

impl Iterator for PeDistinguisherLabels<'_> {
    type Item = (IpAddr, Label);

    fn next(&mut self) -> Option<(IpAddr, Label)> {
        let address = self.reader.address(self.address)?;
        Some((address, self.reader.label()?))
    }
}

impl core::iter::FusedIterator for PeDistinguisherLabels<'_> {}
