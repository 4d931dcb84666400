//! Encoding of NLRI into an UPDATE: one trait for owned, borrowed and plain
//! ones.

use crate::nlri::{LabelForm, Nlri, NlriView, Route};
use crate::writer::Writer;
use crate::{EncodeError, Family, Safi};

/// An NLRI that an [`UpdatePacker`](crate::UpdatePacker) can send: [`Nlri`],
/// [`NlriView`], `NlriBuf` and references to them.
///
/// The trait is sealed: how a family frames its NLRI is this crate's concern.
pub trait EncodeNlri: sealed::Sealed {
    /// Whether it is an NLRI of the family.
    fn belongs_to(&self, family: Family) -> bool;

    /// Octets on the wire, with a path identifier or without, to announce or to
    /// `withdraw`: a withdrawal has no labels (RFC 8277 §2.4).
    fn wire_len(&self, add_path: bool, withdraw: bool) -> usize;

    /// Writes as many octets at the front of `out`. Without a path identifier
    /// of its own the NLRI gets 0 where one is needed.
    ///
    /// # Errors
    /// [`EncodeError::BufferTooSmall`].
    fn encode_wire(
        &self,
        out: &mut [u8],
        add_path: bool,
        withdraw: bool,
    ) -> Result<usize, EncodeError>;
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Nlri {}
    impl Sealed for super::NlriView<'_> {}
    #[cfg(feature = "alloc")]
    impl Sealed for crate::NlriBuf {}
    impl<T: Sealed> Sealed for &T {}
}

impl EncodeNlri for Nlri {
    #[inline]
    fn belongs_to(&self, family: Family) -> bool {
        self.fits(family)
    }

    #[inline]
    fn wire_len(&self, add_path: bool, _withdraw: bool) -> usize {
        self.encoded_len(add_path)
    }

    #[inline]
    fn encode_wire(
        &self,
        out: &mut [u8],
        add_path: bool,
        _withdraw: bool,
    ) -> Result<usize, EncodeError> {
        let mut writer = Writer::new(out);
        self.write(&mut writer, add_path)?;
        Ok(writer.position())
    }
}

impl EncodeNlri for NlriView<'_> {
    fn belongs_to(&self, family: Family) -> bool {
        self.family == family
    }

    fn wire_len(&self, add_path: bool, withdraw: bool) -> usize {
        let octets = match self.without_labels(withdraw) {
            Some(route) => route.encoded_len(),
            None => self.octets.len(),
        };
        octets.saturating_add(if add_path { 4 } else { 0 })
    }

    fn encode_wire(
        &self,
        out: &mut [u8],
        add_path: bool,
        withdraw: bool,
    ) -> Result<usize, EncodeError> {
        let mut writer = Writer::new(out);
        if add_path {
            writer.u32(self.path_id.unwrap_or(0))?;
        }
        match self.without_labels(withdraw) {
            Some(route) => route.emit(&mut writer)?,
            None => writer.put(self.octets)?,
        }
        Ok(writer.position())
    }
}

impl NlriView<'_> {
    /// The route that withdraws one with labels; `None` where the octets serve
    /// as they are.
    fn without_labels(&self, withdraw: bool) -> Option<Route<'_>> {
        let labeled = matches!(self.family.safi, Safi::LABELED | Safi::MPLS_VPN);
        if !withdraw || !labeled || self.form == LabelForm::Withdrawn {
            return None;
        }
        self.route().without_labels()
    }
}

#[cfg(feature = "alloc")]
impl EncodeNlri for crate::NlriBuf {
    fn belongs_to(&self, family: Family) -> bool {
        self.view().belongs_to(family)
    }

    fn wire_len(&self, add_path: bool, withdraw: bool) -> usize {
        self.view().wire_len(add_path, withdraw)
    }

    fn encode_wire(
        &self,
        out: &mut [u8],
        add_path: bool,
        withdraw: bool,
    ) -> Result<usize, EncodeError> {
        self.view().encode_wire(out, add_path, withdraw)
    }
}

impl<T: EncodeNlri> EncodeNlri for &T {
    fn belongs_to(&self, family: Family) -> bool {
        (**self).belongs_to(family)
    }

    fn wire_len(&self, add_path: bool, withdraw: bool) -> usize {
        (**self).wire_len(add_path, withdraw)
    }

    fn encode_wire(
        &self,
        out: &mut [u8],
        add_path: bool,
        withdraw: bool,
    ) -> Result<usize, EncodeError> {
        (**self).encode_wire(out, add_path, withdraw)
    }
}
