//! The check of an NLRI field (RFC 7606 §5.3, §5.4), and the routes of an
//! UPDATE that passed it.

use crate::nlri::{
    EvpnRoute, LabeledPrefix, Malformed, NlriIter, NlriView, Route, VpnPrefix, check_prefixes,
};
use crate::update::Disposition;
use crate::{Context, DecodeErrorKind, Family};

/// A fault that ends the walk over a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unparsable {
    /// Session reset or AFI/SAFI disable.
    Field,
    /// Session reset.
    Session,
}

/// Walks the NLRI of an MP attribute, plain prefixes without decoding them.
/// `found` is told each fault that leaves the others readable: kind, outcome,
/// place and length within the field.
pub(crate) fn check(
    field: &[u8],
    family: Family,
    context: &Context,
    reach: bool,
    mut found: impl FnMut(DecodeErrorKind, Disposition, usize, usize),
) -> Result<(), Unparsable> {
    if family.is_prefix() {
        let add_path = context.add_path_receive.contains(family);
        return check_prefixes(field, family, add_path, reach, |kind, at, length| {
            found(kind, Disposition::Accept, at, length);
        })
        .map_err(|_| Unparsable::Field);
    }
    let nlri = match reach {
        true => NlriIter::new(field, family, context),
        false => NlriIter::withdrawn(field, family, context),
    };
    check_each(nlri, reach, context.label_limit, found)
}

fn check_each(
    mut nlri: NlriIter<'_>,
    reach: bool,
    label_limit: u8,
    mut found: impl FnMut(DecodeErrorKind, Disposition, usize, usize),
) -> Result<(), Unparsable> {
    let length = nlri.rest().len();
    let mut at = 0;
    while !nlri.rest().is_empty() {
        let one = nlri.read().ok_or(Unparsable::Field)?;
        let end = length.saturating_sub(nlri.rest().len());
        let mut tell = |kind, disposition| {
            found(kind, disposition, at, end.saturating_sub(at));
        };
        match Route::decode(one.octets, one.family, one.form) {
            Ok(route) if reach && breaks_rules(&route, label_limit) => {
                tell(DecodeErrorKind::NlriValue, Disposition::TreatAsWithdraw);
            }
            Ok(_) => {}
            Err(Malformed::Field) => return Err(Unparsable::Field),
            Err(Malformed::Session) => return Err(Unparsable::Session),
            Err(Malformed::Withdraw) => {
                tell(DecodeErrorKind::NlriValue, Disposition::TreatAsWithdraw);
            }
            Err(Malformed::Discard) => tell(DecodeErrorKind::NlriValue, Disposition::Accept),
        }
        at = end;
    }
    Ok(())
}

/// A rule about announced routes whose breach withdraws them: versions of IGMP
/// and MLD that do not exist (RFC 9251 §9.7, §10), and more labels than we take
/// (RFC 8277 §2.1). What an overlay index may be beside others (RFC 9136 §3.2)
/// is for who resolves it.
fn breaks_rules(route: &Route<'_>, label_limit: u8) -> bool {
    if let Route::Labeled(LabeledPrefix { labels, .. }) | Route::Vpn(VpnPrefix { labels, .. }) =
        route
    {
        return labels.labels().len() > label_limit.into();
    }
    let Route::Evpn(route) = route else {
        return false;
    };
    if let EvpnRoute::SelectiveMulticast { flow, flags, .. }
    | EvpnRoute::ReportSynch { flow, flags, .. }
    | EvpnRoute::LeaveSynch { flow, flags, .. } = route
    {
        return !flags.fit(flow.group);
    }
    false
}

/// The NLRI of up to four fields of a scanned UPDATE, one field after the
/// other. Those that a receiver discards are left out: malformed inside, of an
/// unknown route type (RFC 7606 §5.4), or an announced prefix that cannot be
/// routed (RFC 4271 §6.3).
#[derive(Clone, Copy, Debug)]
pub struct NlriRoutes<'a> {
    fields: [NlriIter<'a>; 4],
    /// Bit `n`: the routes of field `n` are announced.
    announced: u8,
    at: usize,
}

impl<'a> NlriRoutes<'a> {
    pub(crate) const fn new(fields: [NlriIter<'a>; 4], announced: u8) -> Self {
        Self {
            fields,
            announced,
            at: 0,
        }
    }

    fn counts(&self, nlri: &NlriView<'_>) -> bool {
        match Route::decode(nlri.octets, nlri.family, nlri.form) {
            Ok(Route::Prefix(prefix)) => {
                let judged = self.announced >> self.at & 1 == 1;
                !(judged && super::prefix::is_unroutable(nlri.family, &prefix))
            }
            Ok(route) => !route.is_unknown(),
            Err(_) => false,
        }
    }
}

impl core::iter::FusedIterator for NlriRoutes<'_> {}

impl<'a> Iterator for NlriRoutes<'a> {
    type Item = NlriView<'a>;

    fn next(&mut self) -> Option<NlriView<'a>> {
        while let Some(field) = self.fields.get_mut(self.at) {
            match field.next() {
                Some(nlri) if self.counts(&nlri) => return Some(nlri),
                Some(_) => {}
                None => self.at = self.at.saturating_add(1),
            }
        }
        None
    }
}
