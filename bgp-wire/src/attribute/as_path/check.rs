//! What a well-formed AS_PATH holds to (RFC 7606 §7.2).

use super::view::read_segment;
use super::{SegmentType, SegmentView};
use crate::attribute::Fault;
use crate::reader::Reader;
use crate::{AsSetPolicy, Asn, Context, DecodeErrorKind, PeerType};

/// RFC 7606 §7.2: segments of type 1–4 with at least one AS fill the value; no
/// AS 0 (RFC 7607 §2); sets and confederation segments where the session has
/// them.
#[inline]
pub(crate) fn check(value: &[u8], context: &Context) -> Result<(), Fault> {
    let judges_first =
        context.enforce_first_as || context.peer_type == PeerType::ConfederationExternal;
    match !judges_first && is_one_sequence(value, context.four_octet_as) {
        true => Ok(()),
        false => check_all(value, context),
    }
}

/// Whether the path is one AS_SEQUENCE without AS 0, as almost all are.
#[inline]
fn is_one_sequence(value: &[u8], four_octet_as: bool) -> bool {
    let [2, count @ 1..=255, asns @ ..] = value else {
        return false;
    };
    let count = usize::from(*count);
    match four_octet_as {
        true => asns.len() == count.saturating_mul(4) && !has_zero::<4>(asns),
        false => asns.len() == count.saturating_mul(2) && !has_zero::<2>(asns),
    }
}

#[inline]
fn has_zero<const N: usize>(asns: &[u8]) -> bool {
    asns.as_chunks().0.contains(&[0; N])
}

fn check_all(value: &[u8], context: &Context) -> Result<(), Fault> {
    let mut reader = Reader::new(value);
    let mut first = true;
    while !reader.is_empty() {
        let at = value.len().saturating_sub(reader.len());
        let fault = |kind| Fault::new(kind, at);
        let segment = read_segment(&mut reader, context.four_octet_as).map_err(fault)?;
        check_segment(&segment, first, context).map_err(fault)?;
        first = false;
    }
    // An empty path from a confederation neighbor lacks its own member AS.
    if first && context.peer_type == PeerType::ConfederationExternal {
        return Err(Fault::new(DecodeErrorKind::Confederation, 0));
    }
    Ok(())
}

/// What one well-framed segment must hold to.
fn check_segment(
    segment: &SegmentView<'_>,
    first: bool,
    context: &Context,
) -> Result<(), DecodeErrorKind> {
    let kind = segment.segment_type();
    if segment.has_as_zero() {
        return Err(DecodeErrorKind::AsZero);
    }
    let is_set = matches!(kind, SegmentType::Set | SegmentType::ConfederationSet);
    if is_set && context.as_set == AsSetPolicy::TreatAsWithdraw {
        return Err(DecodeErrorKind::AsSet);
    }
    match context.peer_type {
        PeerType::External if kind.is_confederation() => Err(DecodeErrorKind::Confederation),
        PeerType::ConfederationExternal if first && kind != SegmentType::ConfederationSequence => {
            Err(DecodeErrorKind::Confederation)
        }
        PeerType::External if first && context.enforce_first_as => check_first_as(segment, context),
        PeerType::Internal | PeerType::External | PeerType::ConfederationExternal => Ok(()),
    }
}

/// RFC 4271 §6.3: the leftmost AS is that of the peer.
fn check_first_as(segment: &SegmentView<'_>, context: &Context) -> Result<(), DecodeErrorKind> {
    // What the peer would have written on a session with 2-octet AS numbers.
    let expected = match context.four_octet_as {
        true => context.peer_as,
        false => Asn(context.peer_as.two_octet().into()),
    };
    let is_peer =
        segment.segment_type() == SegmentType::Sequence && segment.asns().next() == Some(expected);
    match is_peer || context.peer_as == Asn::ZERO {
        true => Ok(()),
        false => Err(DecodeErrorKind::FirstAs),
    }
}

/// RFC 6793 §6: an even length of at least six, whole segments of known type.
pub(crate) fn check_as4_path(value: &[u8]) -> Result<(), Fault> {
    if value.len() < 6 {
        return Err(Fault::LENGTH);
    }
    let mut reader = Reader::new(value);
    while !reader.is_empty() {
        let at = value.len().saturating_sub(reader.len());
        let segment = read_segment(&mut reader, true).map_err(|kind| Fault::new(kind, at))?;
        if segment.has_as_zero() {
            return Err(Fault::new(DecodeErrorKind::AsZero, at));
        }
    }
    Ok(())
}

/// Whether an AS4_PATH that counts has a set that the policy does not want (RFC 9774 §3).
/// Between speakers of four-octet AS numbers it does not count (RFC 6793 §6).
pub(crate) fn as4_path_has_set(value: &[u8], context: &Context) -> bool {
    if context.four_octet_as || context.as_set == AsSetPolicy::Accept {
        return false;
    }
    let mut reader = Reader::new(value);
    let mut segments = core::iter::from_fn(|| read_segment(&mut reader, true).ok());
    segments.any(|segment| {
        matches!(
            segment.segment_type(),
            SegmentType::Set | SegmentType::ConfederationSet
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(value: &[u8], context: &Context) -> Option<(DecodeErrorKind, usize)> {
        check(value, context)
            .err()
            .map(|fault| (fault.kind, fault.at))
    }

    #[test]
    fn framing() {
        let context = Context::new(PeerType::External);
        for (value, wrong) in [
            (&[][..], None),
            (&[2, 1, 0, 0, 0, 1], None),
            (&[2, 0], Some((DecodeErrorKind::AsPathSegments, 0))),
            (&[2, 1, 0, 0, 0], Some((DecodeErrorKind::AsPathSegments, 0))),
            (
                &[2, 1, 0, 0, 0, 1, 2],
                Some((DecodeErrorKind::AsPathSegments, 6)),
            ),
            (
                &[5, 1, 0, 0, 0, 1],
                Some((DecodeErrorKind::AsPathSegmentType, 0)),
            ),
            (&[2, 1, 0, 0, 0, 0], Some((DecodeErrorKind::AsZero, 0))),
        ] {
            assert_eq!(kind(value, &context), wrong, "{value:?}");
        }
    }

    #[test]
    fn confederation_segments_stay_in_the_confederation() {
        let confed = [3, 1, 0, 0, 0, 1];
        let plain = [2, 1, 0, 0, 0, 1];
        let wrong = Some((DecodeErrorKind::Confederation, 0));
        for (peer, of_confed, of_plain) in [
            (PeerType::External, wrong, None),
            (PeerType::Internal, None, None),
            (PeerType::ConfederationExternal, None, wrong),
        ] {
            let context = Context::new(peer);
            assert_eq!(kind(&confed, &context), of_confed, "{peer:?}");
            assert_eq!(kind(&plain, &context), of_plain, "{peer:?}");
        }
        assert_eq!(
            kind(&[], &Context::new(PeerType::ConfederationExternal)),
            wrong
        );
    }

    #[test]
    fn policies_of_the_session() {
        let mut context = Context::new(PeerType::External);
        let set = [2, 1, 0, 0, 0, 9, 1, 1, 0, 0, 0, 7];
        assert_eq!(kind(&set, &context), None);
        context.as_set = AsSetPolicy::TreatAsWithdraw;
        assert_eq!(kind(&set, &context), Some((DecodeErrorKind::AsSet, 6)));
        context.as_set = AsSetPolicy::Accept;
        context.enforce_first_as = true;
        context.peer_as = Asn(9);
        assert_eq!(kind(&set, &context), None);
        context.peer_as = Asn(7);
        assert_eq!(kind(&set, &context), Some((DecodeErrorKind::FirstAs, 0)));
    }

    #[test]
    fn sets_in_an_as4_path() {
        let mut context = Context::new(PeerType::External);
        let set = [2, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 1];
        for (four_octet_as, policy, unwanted) in [
            (false, AsSetPolicy::Accept, false),
            (false, AsSetPolicy::TreatAsWithdraw, true),
            (true, AsSetPolicy::TreatAsWithdraw, false),
        ] {
            context.four_octet_as = four_octet_as;
            context.as_set = policy;
            assert_eq!(as4_path_has_set(&set, &context), unwanted);
            assert!(!as4_path_has_set(&set[..6], &context));
        }
    }

    #[test]
    fn as4_path_is_never_empty() {
        assert_eq!(check_as4_path(&[2, 1, 0, 1, 0, 0]), Ok(()));
        assert_eq!(check_as4_path(&[]), Err(Fault::LENGTH));
        assert!(check_as4_path(&[2, 2, 0, 1, 0, 0]).is_err());
        assert!(check_as4_path(&[2, 1, 0, 0, 0, 0]).is_err(), "AS 0");
    }
}
