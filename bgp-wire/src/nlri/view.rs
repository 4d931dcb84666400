//! NLRI as they stand on the wire.

use core::fmt;

use crate::nlri::framing::Framing;
use crate::nlri::{Nlri, NlriKey, Route};
use crate::reader::Reader;
use crate::{Context, Family};

/// How the labels of an NLRI are to be read (RFC 8277 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LabelForm {
    /// One label (§2.2).
    Single,
    /// A stack that ends at its bottom (§2.3).
    Stack,
    /// A field without meaning (§2.4).
    Withdrawn,
}

impl LabelForm {
    pub(crate) fn announced(family: Family, context: &Context) -> Self {
        match context.multiple_labels.contains(family) {
            true => Self::Stack,
            false => Self::Single,
        }
    }
}

/// One NLRI of any family, borrowed, with its path identifier.
///
/// Equality, order and hash are those of its octets as they stand;
/// [`NlriView::key`] compares what names the route.
///
/// ```
/// use bgp_wire::{Afi, Context, Family, NlriIter, PeerType, Route, Safi};
/// let family = Family::new(Afi::IPV4, Safi::LABELED);
/// let field = [48, 0, 1, 1, 203, 0, 113];
/// let context = Context::new(PeerType::Internal);
/// let nlri = NlriIter::new(&field, family, &context).next().unwrap();
/// assert_eq!(nlri.to_string(), "203.0.113.0/24 label 16");
/// assert!(matches!(nlri.route(), Route::Labeled(_)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NlriView<'a> {
    pub(crate) family: Family,
    pub(crate) path_id: Option<u32>,
    pub(crate) octets: &'a [u8],
    pub(crate) form: LabelForm,
}

impl<'a> NlriView<'a> {
    /// The family.
    #[must_use]
    pub const fn family(&self) -> Family {
        self.family
    }

    /// The path identifier, where ADD-PATH is in use (RFC 7911 §3).
    #[must_use]
    pub const fn path_id(&self) -> Option<u32> {
        self.path_id
    }

    /// The octets behind the path identifier, as they were received.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// What it says. [`Route::Opaque`] for another family, and for a route that
    /// is malformed inside, which a scanned UPDATE does not give out.
    #[must_use]
    pub fn route(&self) -> Route<'a> {
        Route::decode(self.octets, self.family, self.form).unwrap_or(Route::Opaque(self.octets))
    }

    /// The octets that name the route, without decoding it: equal for routes
    /// that replace or withdraw each other.
    #[must_use]
    pub fn key(&self) -> NlriKey<'a> {
        NlriKey::of(self)
    }

    /// The prefix of a unicast or multicast family.
    #[must_use]
    pub fn as_prefix(&self) -> Option<Nlri> {
        let Route::Prefix(prefix) = self.route() else {
            return None;
        };
        Some(Nlri {
            family: self.family,
            prefix,
            path_id: self.path_id,
        })
    }
}

/// The route, and the path identifier behind it.
impl fmt::Display for NlriView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.route(), f)?;
        self.path_id.map_or(Ok(()), |id| write!(f, " id={id}"))
    }
}

impl fmt::Debug for NlriView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {self}", self.family)
    }
}

/// The NLRI of a field, decoded as they are walked. It ends at the first octets
/// that are no NLRI, which a scanned UPDATE does not have.
#[derive(Clone, Copy, Debug)]
pub struct NlriIter<'a> {
    reader: Reader<'a>,
    family: Family,
    framing: Framing,
    form: LabelForm,
    add_path: bool,
}

impl<'a> NlriIter<'a> {
    /// The NLRI that a field of MP_REACH_NLRI announces.
    #[must_use]
    pub fn new(field: &'a [u8], family: Family, context: &Context) -> Self {
        Self::with_form(
            field,
            family,
            context,
            LabelForm::announced(family, context),
        )
    }

    /// The NLRI that a field of MP_UNREACH_NLRI withdraws: labels mean nothing
    /// there.
    #[must_use]
    pub fn withdrawn(field: &'a [u8], family: Family, context: &Context) -> Self {
        Self::with_form(field, family, context, LabelForm::Withdrawn)
    }

    pub(crate) fn with_form(
        field: &'a [u8],
        family: Family,
        context: &Context,
        form: LabelForm,
    ) -> Self {
        Self {
            reader: Reader::new(field),
            family,
            framing: Framing::of(family),
            form,
            // Nobody can tell where an identifier stands in an unknown family.
            add_path: context.add_path_receive.contains(family),
        }
    }

    /// The NLRI of a field without any.
    pub(crate) const fn none() -> Self {
        Self {
            reader: Reader::new(&[]),
            family: Family::IPV4_UNICAST,
            framing: Framing::Bits,
            form: LabelForm::Single,
            add_path: false,
        }
    }

    /// The octets that are still to come.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.reader.rest()
    }

    /// Reads one NLRI; `None` at the end, and where it is cut off.
    pub(crate) fn read(&mut self) -> Option<NlriView<'a>> {
        if self.reader.is_empty() {
            return None;
        }
        // What is cut off stays in `rest`.
        let mut reader = self.reader;
        let path_id = match self.add_path {
            true => Some(reader.u32()?),
            false => None,
        };
        let octets = self.framing.take(&mut reader)?;
        self.reader = reader;
        Some(NlriView {
            family: self.family,
            path_id,
            octets,
            form: self.form,
        })
    }
}

impl<'a> Iterator for NlriIter<'a> {
    type Item = NlriView<'a>;

    fn next(&mut self) -> Option<NlriView<'a>> {
        let next = self.read();
        if next.is_none() {
            self.reader = Reader::new(&[]);
        }
        next
    }
}

impl core::iter::FusedIterator for NlriIter<'_> {}
