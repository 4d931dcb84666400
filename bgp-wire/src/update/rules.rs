//! The rules of each attribute: flags, value, and what a fault leads to (RFC
//! 7606 §7 and the RFCs of the attributes).

use core::net::Ipv4Addr;

use crate::attribute::{
    Aggregator, Aigp, AttributeFlags, Fault, RawAttribute, as_path_check, as4_path_has_set,
    check_as4_path, fixed, list_check, syntax,
};
use crate::reader::Reader;
use crate::update::Disposition;
use crate::{
    AttributeType, Community, Context, DecodeErrorKind, ExtendedCommunity, Ipv6ExtendedCommunity,
    LargeCommunity, NextHop, Origin, PeerType,
};

use AttributeType as Type;
use Disposition::{AttributeDiscard, TreatAsWithdraw};

/// What becomes of one attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It counts.
    Keep,
    /// It is left out, and that is no fault.
    Ignore,
    /// It is left out with a finding.
    Fault(Fault, Disposition),
    /// The session ends.
    Reset(DecodeErrorKind),
    /// An MP attribute, whose fault concerns its family.
    Mp,
}

/// The Optional and Transitive bits that a known attribute has.
#[inline]
pub(crate) const fn flags_of(attribute: Type) -> Option<AttributeFlags> {
    // A table of all codes has an entry for each.
    #[expect(clippy::indexing_slicing, reason = "an octet indexes a table of 256")]
    match EXPECTED[attribute.0 as usize] {
        UNKNOWN => None,
        bits => Some(AttributeFlags::from_bits_retain(bits)),
    }
}

/// No attribute has these flags by its RFC.
const UNKNOWN: u8 = 0xff;

/// The flags of every type code, as one table: each attribute of each message
/// asks for some.
#[expect(clippy::indexing_slicing, reason = "evaluated when compiled")]
static EXPECTED: [u8; 256] = {
    let mut table = [UNKNOWN; 256];
    let mut code = 0;
    while code < 256 {
        if let Some(flags) = flags_by_rfc(Type(code as u8)) {
            table[code] = flags.bits();
        }
        code += 1;
    }
    table
};

const fn flags_by_rfc(attribute: Type) -> Option<AttributeFlags> {
    Some(match attribute {
        Type::ORIGIN
        | Type::AS_PATH
        | Type::NEXT_HOP
        | Type::LOCAL_PREF
        | Type::ATOMIC_AGGREGATE => AttributeFlags::WELL_KNOWN,
        Type::MULTI_EXIT_DISC
        | Type::ORIGINATOR_ID
        | Type::CLUSTER_LIST
        | Type::MP_REACH_NLRI
        | Type::MP_UNREACH_NLRI
        | Type::TRAFFIC_ENGINEERING
        | Type::AIGP
        | Type::BGP_LS
        | Type::BGPSEC_PATH => AttributeFlags::OPTIONAL,
        Type::AGGREGATOR
        | Type::COMMUNITIES
        | Type::EXTENDED_COMMUNITIES
        | Type::AS4_PATH
        | Type::AS4_AGGREGATOR
        | Type::PMSI_TUNNEL
        | Type::TUNNEL_ENCAPSULATION
        | Type::IPV6_EXTENDED_COMMUNITIES
        | Type::PE_DISTINGUISHER_LABELS
        | Type::LARGE_COMMUNITIES
        | Type::ONLY_TO_CUSTOMER
        | Type::SFP
        | Type::BFD_DISCRIMINATOR
        | Type::PREFIX_SID
        | Type::ATTR_SET => AttributeFlags::OPTIONAL_TRANSITIVE,
        _ => return None,
    })
}

/// What a fault of the attribute leads to, where its RFC knows only one class.
const fn class_of(attribute: Type) -> Disposition {
    match attribute {
        // RFC 7606 §7.6, §7.7; RFC 6793 §6; RFC 7311 §3.2; RFC 7752 §6.2.2;
        // RFC 9026 §3.1.6.
        Type::ATOMIC_AGGREGATE
        | Type::AGGREGATOR
        | Type::AS4_PATH
        | Type::AS4_AGGREGATOR
        | Type::AIGP
        | Type::BGP_LS
        | Type::BFD_DISCRIMINATOR => AttributeDiscard,
        _ => TreatAsWithdraw,
    }
}

/// What an attribute that only has a length to be judged by must be.
#[derive(Clone, Copy)]
struct Form {
    flags: u8,
    least: u8,
    most: u8,
    /// Bits that the length must not have.
    odd: u8,
}

impl Form {
    /// No attribute has these flags.
    const NONE: Self = Self::new(AttributeFlags::from_bits_retain(UNKNOWN), 0, 0);

    const fn new(flags: AttributeFlags, least: u8, most: u8) -> Self {
        Self {
            flags: flags.bits(),
            least,
            most,
            odd: 0,
        }
    }

    /// A list of items of `width` octets, a power of two, and not empty.
    const fn list(flags: AttributeFlags, width: u8) -> Self {
        Self {
            odd: width - 1,
            ..Self::new(flags, width, u8::MAX)
        }
    }

    const fn of(attribute: Type) -> Self {
        match attribute {
            Type::ORIGIN => Self::new(AttributeFlags::WELL_KNOWN, 1, 1),
            Type::NEXT_HOP | Type::LOCAL_PREF => Self::new(AttributeFlags::WELL_KNOWN, 4, 4),
            Type::ATOMIC_AGGREGATE => Self::new(AttributeFlags::WELL_KNOWN, 0, 0),
            Type::MULTI_EXIT_DISC | Type::ORIGINATOR_ID => {
                Self::new(AttributeFlags::OPTIONAL, 4, 4)
            }
            Type::CLUSTER_LIST => Self::list(AttributeFlags::OPTIONAL, 4),
            Type::COMMUNITIES => Self::list(AttributeFlags::OPTIONAL_TRANSITIVE, 4),
            Type::EXTENDED_COMMUNITIES => Self::list(AttributeFlags::OPTIONAL_TRANSITIVE, 8),
            _ => Self::NONE,
        }
    }
}

#[expect(clippy::indexing_slicing, reason = "evaluated when compiled")]
static FORMS: [Form; 32] = {
    let mut forms = [Form::NONE; 32];
    let mut code = 0;
    while code < 32 {
        forms[code] = Form::of(Type(code as u8));
        code += 1;
    }
    forms
};

/// Whether an attribute is surely one to keep, found without asking what it is: most are
/// what they should be, and a processor guesses badly which comes next. `false` means that
/// [`judge`] must say.
#[inline]
pub(crate) fn is_plain(raw: &RawAttribute<'_>, context: &Context) -> bool {
    let attribute = raw.attribute_type;
    let Some(form) = FORMS.get(usize::from(attribute.0)) else {
        return false;
    };
    let length = raw.value.len();
    let first = raw.value.first().copied().unwrap_or_default();
    let external = context.peer_type == PeerType::External;
    (raw.flags.bits() & 0xc0 == form.flags)
        & (length >= usize::from(form.least))
        & (length <= usize::from(form.most))
        & (length & usize::from(form.odd) == 0)
        & ((attribute != Type::ORIGIN) | (first <= 2))
        & !(external & is_internal_only(attribute))
}

/// Judges one attribute, repetitions aside.
pub(crate) fn judge(raw: &RawAttribute<'_>, context: &Context) -> Verdict {
    let attribute = raw.attribute_type;
    let Some(expected) = flags_of(attribute) else {
        return judge_unknown(raw.flags);
    };
    if is_internal_only(attribute) && context.peer_type == PeerType::External {
        return fault(DecodeErrorKind::NotFromThisPeer, AttributeDiscard);
    }
    if matches!(attribute, Type::MP_REACH_NLRI | Type::MP_UNREACH_NLRI) {
        return Verdict::Mp;
    }
    if !has_bits(raw.flags, expected) {
        return fault(DecodeErrorKind::Flags, class_of_flags(attribute));
    }
    match check(attribute, raw.value, context) {
        Ok(()) => Verdict::Keep,
        Err((fault, disposition)) => Verdict::Fault(fault, disposition),
    }
}

/// Whether Optional and Transitive are as they must be; Partial and the low
/// bits are not looked at (RFC 7606 §3 c).
pub(crate) const fn has_bits(flags: AttributeFlags, expected: AttributeFlags) -> bool {
    flags.bits() & 0xc0 == expected.bits()
}

/// RFC 4271 §6.3: a well-known attribute must be known. §5: an optional one
/// is passed on where it is transitive, and ignored quietly where not.
const fn judge_unknown(flags: AttributeFlags) -> Verdict {
    if !flags.contains(AttributeFlags::OPTIONAL) {
        Verdict::Reset(DecodeErrorKind::UnrecognizedWellKnown)
    } else if flags.contains(AttributeFlags::TRANSITIVE) {
        Verdict::Keep
    } else {
        Verdict::Ignore
    }
}

/// Attributes that an external peer has no say in (RFC 7606 §7.5, §7.9, §7.10).
const fn is_internal_only(attribute: Type) -> bool {
    matches!(
        attribute,
        Type::LOCAL_PREF | Type::ORIGINATOR_ID | Type::CLUSTER_LIST
    )
}

/// RFC 7606 §3 c: wrong flags withdraw, except where the attribute's own RFC
/// says otherwise (AIGP: RFC 7311 §3.2).
const fn class_of_flags(attribute: Type) -> Disposition {
    match attribute {
        Type::AIGP => AttributeDiscard,
        _ => TreatAsWithdraw,
    }
}

fn fault(kind: DecodeErrorKind, disposition: Disposition) -> Verdict {
    Verdict::Fault(Fault::new(kind, 0), disposition)
}

/// Checks the value of a known attribute.
fn check(attribute: Type, value: &[u8], context: &Context) -> Result<(), (Fault, Disposition)> {
    if attribute == Type::PREFIX_SID {
        return syntax::prefix_sid(value);
    }
    if attribute == Type::AS4_PATH && as4_path_has_set(value, context) {
        return Err((Fault::new(DecodeErrorKind::AsSet, 0), TreatAsWithdraw));
    }
    let four_octet_as = context.four_octet_as;
    let result = match attribute {
        Type::ORIGIN => Origin::decode(value).map(drop),
        Type::AS_PATH => as_path_check(value, context),
        Type::NEXT_HOP if context.watched && value.is_empty() => Ok(()),
        Type::NEXT_HOP
        | Type::MULTI_EXIT_DISC
        | Type::LOCAL_PREF
        | Type::ORIGINATOR_ID
        | Type::ONLY_TO_CUSTOMER => fixed::<4>(value).map(drop),
        Type::ATOMIC_AGGREGATE => fixed::<0>(value).map(drop),
        Type::AGGREGATOR => Aggregator::decode(value, four_octet_as).map(drop),
        Type::COMMUNITIES => list_check::<Community>(value),
        Type::CLUSTER_LIST => list_check::<Ipv4Addr>(value),
        Type::EXTENDED_COMMUNITIES => list_check::<ExtendedCommunity>(value),
        Type::AS4_PATH => check_as4_path(value),
        Type::AS4_AGGREGATOR => Aggregator::decode(value, true).map(drop),
        Type::PMSI_TUNNEL => syntax::pmsi_tunnel(value),
        Type::TUNNEL_ENCAPSULATION => syntax::tunnel_encapsulation(value),
        Type::TRAFFIC_ENGINEERING => syntax::traffic_engineering(value),
        Type::IPV6_EXTENDED_COMMUNITIES => list_check::<Ipv6ExtendedCommunity>(value),
        Type::AIGP => Aigp::decode(value).map(drop),
        Type::PE_DISTINGUISHER_LABELS => syntax::pe_distinguisher_labels(value),
        Type::BGP_LS => syntax::bgp_ls(value),
        Type::LARGE_COMMUNITIES => list_check::<LargeCommunity>(value),
        Type::SFP => syntax::service_function_path(value),
        Type::BFD_DISCRIMINATOR => syntax::bfd_discriminator(value),
        Type::ATTR_SET => attr_set(value),
        _ => Ok(()),
    };
    result.map_err(|fault| (fault, class_of(attribute)))
}

/// The check of NEXT_HOP that only counts for routes in the body (RFC 4760 §3).
pub(crate) fn check_body_next_hop(value: &[u8], context: &Context) -> Result<(), Fault> {
    match value {
        [] | [0, 0, 0, 0] if context.watched => Ok(()),
        _ => NextHop::decode(value).map(drop),
    }
}

/// ATTR_SET (RFC 6368 §5, RFC 7606 §7.16): an origin AS and attributes that
/// are valid by themselves, with 4-octet AS numbers, without MP attributes and
/// without a set in the set. A NEXT_HOP within is ignored.
fn attr_set(value: &[u8]) -> Result<(), Fault> {
    let mut reader = Reader::new(value);
    reader.u32().ok_or(Fault::LENGTH)?;
    let context = Context::new(PeerType::Internal);
    while !reader.is_empty() {
        let fault = Fault::value(value.len().saturating_sub(reader.len()));
        let raw = RawAttribute::read(&mut reader).ok_or(fault)?;
        match raw.attribute_type {
            Type::NEXT_HOP => {}
            Type::ATTR_SET => return Err(fault),
            _ => match judge(&raw, &context) {
                Verdict::Keep | Verdict::Ignore => {}
                Verdict::Fault(..) | Verdict::Reset(_) | Verdict::Mp => return Err(fault),
            },
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every type with every flag, lengths around those that count, and values of ORIGIN
    /// around its own: what is plainly right is right.
    #[test]
    fn what_is_plain_is_kept() {
        let mut plain = [0; 256];
        for peer_type in [PeerType::Internal, PeerType::External] {
            let context = Context::new(peer_type);
            for (code, flags, length, first) in cases() {
                let mut value = [0; 300];
                value[0] = first;
                let raw = RawAttribute {
                    flags: AttributeFlags::from_bits_retain(flags),
                    attribute_type: Type(code),
                    value: &value[..length],
                };
                if is_plain(&raw, &context) {
                    assert_eq!(judge(&raw, &context), Verdict::Keep, "{raw:?}");
                    plain[usize::from(code)] += 1;
                }
            }
        }
        let found = (0..=u8::MAX).filter(|code| plain[usize::from(*code)] > 0);
        assert!(found.eq([1, 3, 4, 5, 6, 8, 9, 10, 16]), "{plain:?}");
    }

    fn cases() -> impl Iterator<Item = (u8, u8, usize, u8)> {
        let lengths = (0..=20).chain(250..=264);
        let flags = (0..=u8::MAX).step_by(16);
        (0..=u8::MAX).flat_map(move |code| {
            let lengths = lengths.clone();
            flags.clone().flat_map(move |flags| {
                let values = move |length| (0..=4).map(move |first| (code, flags, length, first));
                lengths.clone().flat_map(values)
            })
        })
    }
}
