//! The routes of an UPDATE, from its body and its MP attributes.

use crate::nlri::{LabelForm, Prefixes};
use crate::{Family, NextHop, Nlri, NlriIter, NlriRoutes, UpdateView};

/// Prefixes from several fields of an UPDATE, one field after the other.
#[derive(Clone, Copy, Debug)]
pub struct Routes<'a> {
    fields: [Prefixes<'a>; 4],
    at: usize,
}

impl<'a> Routes<'a> {
    pub(crate) const fn new(fields: [Prefixes<'a>; 4]) -> Self {
        Self { fields, at: 0 }
    }
}

impl Iterator for Routes<'_> {
    type Item = Nlri;

    #[inline]
    fn next(&mut self) -> Option<Nlri> {
        while let Some(field) = self.fields.get_mut(self.at) {
            if let Some(nlri) = field.next() {
                return Some(nlri);
            }
            self.at = self.at.saturating_add(1);
        }
        None
    }

    #[inline]
    fn fold<B, F: FnMut(B, Nlri) -> B>(self, sum: B, mut visit: F) -> B {
        let fields = self.fields.iter().skip(self.at);
        fields.fold(sum, |sum, field| field.fold(sum, &mut visit))
    }
}

impl core::iter::FusedIterator for Routes<'_> {}

/// The routes of one field that share family and next hop.
#[derive(Clone, Copy, Debug)]
pub struct Announcement<'a> {
    /// The family.
    pub family: Family,
    /// Where the routes lead; `None` where the field's form is not known.
    pub next_hop: Option<NextHop>,
    /// The prefixes.
    pub routes: Routes<'a>,
}

/// Routes of every family.
impl<'a> UpdateView<'a> {
    /// The NLRI of every family that are announced, body first.
    ///
    /// Left out are those that a receiver discards one by one: of an unknown
    /// route type (RFC 7606 §5.4), malformed inside where that is no worse (RFC
    /// 9552 §8.2.2), and prefixes that cannot be routed (RFC 4271 §6.3).
    ///
    /// ```
    /// # use bgp_wire::{Context, Family, PeerType, UpdateView};
    /// # let bytes = {
    /// #     let mut bytes = vec![0xff; 16];
    /// #     bytes.extend([0, 27, 2, 0, 4, 24, 203, 0, 113, 0, 0]);
    /// #     bytes
    /// # };
    /// # let context = Context::new(PeerType::External);
    /// let update = UpdateView::scan(&bytes, &context)?;
    /// for nlri in update.unreachable_nlri() {
    ///     println!("{} {} is gone", nlri.family(), nlri);
    /// }
    /// # assert_eq!(update.unreachable_nlri().count(), 1);
    /// # Ok::<(), bgp_wire::DecodeError>(())
    /// ```
    #[must_use]
    pub fn reachable_nlri(&self) -> NlriRoutes<'a> {
        let none = NlriIter::none();
        let [body, mp] = match self.withdrawn {
            true => [none; 2],
            false => self.announced_nlri(),
        };
        NlriRoutes::new([body, mp, none, none], 0b0011)
    }

    /// The NLRI of every family that are withdrawn: those said so, and under
    /// treat-as-withdraw those announced too.
    #[must_use]
    pub fn unreachable_nlri(&self) -> NlriRoutes<'a> {
        let form = LabelForm::Withdrawn;
        let body = self.nlri_of(Family::IPV4_UNICAST, self.withdrawn_octets(), form);
        let mp = match self.mp_unreach() {
            Some(view) => self.nlri_of(view.family, view.nlri, form),
            None => NlriIter::none(),
        };
        let [announced_body, announced_mp] = match self.withdrawn {
            true => self.announced_nlri(),
            false => [NlriIter::none(); 2],
        };
        NlriRoutes::new([body, mp, announced_body, announced_mp], 0b1100)
    }

    fn announced_nlri(&self) -> [NlriIter<'a>; 2] {
        let family = Family::IPV4_UNICAST;
        let body = self.nlri_of(family, self.nlri_octets(), LabelForm::Single);
        let mp = match self.mp_reach() {
            Some(view) => {
                let form = LabelForm::announced(view.family, &self.context);
                self.nlri_of(view.family, view.nlri, form)
            }
            None => NlriIter::none(),
        };
        [body, mp]
    }

    /// The NLRI of a field, where the session carries the family and this
    /// UPDATE does not disable it.
    fn nlri_of(&self, family: Family, field: &'a [u8], form: LabelForm) -> NlriIter<'a> {
        match self.is_live(family) {
            true => NlriIter::with_form(field, family, &self.context, form),
            false => NlriIter::none(),
        }
    }
}
