//! The scan of an UPDATE: one walk that finds every fault, decides the outcome
//! and notes where each attribute stands.

use crate::attribute::{
    Fault, MpReachView, MpUnreachView, RawAttribute, next_hop_length_fits, read_family,
};
use crate::nlri::Unparsable;
use crate::reader::Reader;
use crate::update::finding::{Disposition, Finding};
use crate::update::index::{Index, Sections};
use crate::update::rules::{self, Verdict};
use crate::update::sr_policy::{self, Wrong};
use crate::update::type_set::TypeSet;
use crate::update::view::UpdateView;
use crate::{
    Afi, AttributeFlags, AttributeType, Context, DecodeError, DecodeErrorKind, Family, FamilySet,
    MalformedNlriPolicy, Safi, nlri,
};

/// Who is told each finding, beside the list.
pub(crate) type Told<'f> = Option<&'f mut dyn FnMut(Finding)>;

/// The state of a scan.
pub(crate) struct Scan<'a, 'f> {
    /// What comes out, filled in where it will stay.
    view: UpdateView<'a>,
    /// Types met, kept or not.
    seen: TypeSet,
    /// The attribute list was cut off, so that nothing counts as missing.
    cut: bool,
    /// The first fault that is worse than attribute discard (RFC 7606 §5.2).
    first_severe: Option<DecodeError>,
    told: Told<'f>,
}

impl<'a, 'f> Scan<'a, 'f> {
    #[inline]
    pub(crate) fn run(
        message: &'a [u8],
        sections: Sections,
        context: &Context,
        told: Told<'f>,
    ) -> Result<UpdateView<'a>, DecodeError> {
        let mut scan = Self {
            view: UpdateView {
                message,
                context: *context,
                sections,
                index: Index::default(),
                faulty: false,
                disposition: Disposition::Accept,
                disabled: FamilySet::empty(),
                withdrawn: false,
            },
            seen: TypeSet::default(),
            cut: false,
            first_severe: None,
            told,
        };
        scan.attributes()?;
        scan.body()?;
        scan.mandatory();
        scan.sr_policies();
        scan.conclude()?;
        Ok(scan.view)
    }

    /// Walks the attribute list.
    fn attributes(&mut self) -> Result<(), DecodeError> {
        let mut reader = Reader::new(self.view.attribute_octets());
        let mut at = self.view.sections.attributes_at();
        while !reader.is_empty() {
            let rest = reader.rest();
            let Some(raw) = RawAttribute::read(&mut reader) else {
                self.cut = true;
                let attribute = rest.get(1).map(|code| AttributeType(*code));
                self.overrun(attribute, at, rest.len());
                break;
            };
            let length = rest.len().saturating_sub(reader.len());
            self.attribute(&raw, at, length)?;
            at = at.saturating_add(length);
        }
        Ok(())
    }

    /// RFC 7606 §4: the list ends too early; what was read before counts.
    fn overrun(&mut self, attribute: Option<AttributeType>, at: usize, length: usize) {
        let kind = DecodeErrorKind::AttributeOverrun;
        self.found(Finding::new(
            kind,
            Disposition::TreatAsWithdraw,
            attribute,
            at,
            length,
        ));
    }

    #[inline]
    fn attribute(
        &mut self,
        raw: &RawAttribute<'a>,
        at: usize,
        length: usize,
    ) -> Result<(), DecodeError> {
        let attribute = raw.attribute_type;
        if !self.seen.insert(attribute) {
            return self.repeated(attribute, at, length);
        }
        if rules::is_plain(raw, &self.view.context) {
            self.view.index.set(attribute, at);
            return Ok(());
        }
        match rules::judge(raw, &self.view.context) {
            Verdict::Keep => self.view.index.set(attribute, at),
            Verdict::Ignore => {}
            Verdict::Fault(fault, disposition) => {
                self.fault(fault, disposition, Place::of(raw, at, length));
            }
            Verdict::Reset(kind) => {
                return Err(DecodeError::new(kind, at, length).about(attribute));
            }
            Verdict::Mp => self.mp(raw, Place::of(raw, at, length))?,
        }
        Ok(())
    }

    #[cold]
    fn fault(&mut self, fault: Fault, disposition: Disposition, place: Place) {
        let Place {
            attribute,
            at,
            length,
            value_at,
        } = place;
        let skipped = match fault.at {
            0 => 0,
            within => value_at.saturating_sub(at).saturating_add(within),
        };
        let finding = Finding::new(
            fault.kind,
            disposition,
            Some(attribute),
            at.saturating_add(skipped),
            length.saturating_sub(skipped),
        );
        self.found_within(finding, at, length);
    }

    fn mp(&mut self, raw: &RawAttribute<'a>, place: Place) -> Result<(), DecodeError> {
        let fault = match place.attribute {
            AttributeType::MP_REACH_NLRI => self.mp_reach(raw, place),
            _ => self.mp_unreach(raw, place),
        };
        match fault {
            Ok(()) => {
                self.view.index.set(place.attribute, place.at);
                Ok(())
            }
            Err(kind) => self.mp_fault(kind, raw, place),
        }
    }

    /// RFC 7606 §3 g.
    #[cold]
    fn repeated(
        &mut self,
        attribute: AttributeType,
        at: usize,
        length: usize,
    ) -> Result<(), DecodeError> {
        if matches!(
            attribute,
            AttributeType::MP_REACH_NLRI | AttributeType::MP_UNREACH_NLRI
        ) {
            let kind = DecodeErrorKind::RepeatedMp;
            return Err(DecodeError::new(kind, at, length).about(attribute));
        }
        let kind = DecodeErrorKind::Repeated;
        self.found(Finding::new(
            kind,
            Disposition::Accept,
            Some(attribute),
            at,
            length,
        ));
        Ok(())
    }

    fn mp_reach(&mut self, raw: &RawAttribute<'a>, place: Place) -> Result<(), DecodeErrorKind> {
        check_mp_flags(raw.flags)?;
        let view = MpReachView::decode(raw.value).map_err(|fault| fault.kind)?;
        if !self.view.context.families.contains(view.family) {
            return Ok(());
        }
        if !next_hop_length_fits(view.family, view.next_hop_octets.len(), &self.view.context) {
            return Err(DecodeErrorKind::MpNextHop);
        }
        self.mp_nlri(view.family, view.nlri, true, place, raw.value.len())
    }

    fn mp_unreach(&mut self, raw: &RawAttribute<'a>, place: Place) -> Result<(), DecodeErrorKind> {
        check_mp_flags(raw.flags)?;
        let view = MpUnreachView::decode(raw.value).map_err(|fault| fault.kind)?;
        if !self.view.context.families.contains(view.family) {
            return Ok(());
        }
        self.mp_nlri(view.family, view.nlri, false, place, raw.value.len())
    }

    fn mp_nlri(
        &mut self,
        family: Family,
        field: &[u8],
        reach: bool,
        place: Place,
        value_length: usize,
    ) -> Result<(), DecodeErrorKind> {
        let base = place
            .value_at
            .saturating_add(value_length.saturating_sub(field.len()));
        let context = self.view.context;
        let result = nlri::check(
            field,
            family,
            &context,
            reach,
            |kind, disposition, at, length| {
                let attribute = Some(place.attribute);
                let at = base.saturating_add(at);
                let finding = Finding::new(kind, disposition, attribute, at, length);
                self.found_within(finding, place.at, place.length);
            },
        );
        result.map_err(|fault| match fault {
            Unparsable::Field => DecodeErrorKind::MpNlri,
            Unparsable::Session => DecodeErrorKind::MpNlriKey,
        })
    }

    /// RFC 7606 §5.3: the family is lost, and the session with it where the
    /// policy or the missing family wants it.
    fn mp_fault(
        &mut self,
        kind: DecodeErrorKind,
        raw: &RawAttribute<'a>,
        place: Place,
    ) -> Result<(), DecodeError> {
        let Place {
            attribute,
            at,
            length,
            ..
        } = place;
        let family = read_family(&mut Reader::new(raw.value))
            .filter(|it| self.view.context.families.contains(*it));
        match (self.view.context.malformed_nlri, family) {
            (MalformedNlriPolicy::DisableFamily, Some(family))
                if kind != DecodeErrorKind::MpNlriKey =>
            {
                self.view.disabled.insert(family);
                let disposition = Disposition::AfiSafiDisable;
                self.found(Finding::new(kind, disposition, Some(attribute), at, length));
                Ok(())
            }
            _ => Err(DecodeError::new(kind, at, length).about(attribute)),
        }
    }

    /// The prefixes of the body (RFC 7606 §3 i, §5.3), and the next hop that
    /// only they need.
    fn body(&mut self) -> Result<(), DecodeError> {
        let family = Family::IPV4_UNICAST;
        let (withdrawn, nlri) = (self.view.withdrawn_octets(), self.view.nlri_octets());
        for (field, base, announced) in [
            (withdrawn, Sections::WITHDRAWN_AT, false),
            (nlri, self.view.sections.nlri_at(), true),
        ] {
            self.prefixes(field, family, None, base, announced)
                .map_err(|at| {
                    let at = base.saturating_add(at);
                    DecodeError::new(
                        DecodeErrorKind::Nlri,
                        at,
                        self.view.message.len().saturating_sub(at),
                    )
                })?;
        }
        if nlri.is_empty() {
            return Ok(());
        }
        let attribute = AttributeType::NEXT_HOP;
        let Some((at, raw)) = self.view.find(attribute) else {
            return Ok(());
        };
        if let Err(fault) = rules::check_body_next_hop(raw.value, &self.view.context) {
            self.view.index.clear(attribute);
            let disposition = Disposition::TreatAsWithdraw;
            let length = raw.encoded_len();
            self.found(Finding::new(
                fault.kind,
                disposition,
                Some(attribute),
                at,
                length,
            ));
        }
        Ok(())
    }

    /// Checks a field of prefixes; `Err` is where it cannot be parsed.
    fn prefixes(
        &mut self,
        field: &[u8],
        family: Family,
        attribute: Option<AttributeType>,
        base: usize,
        announced: bool,
    ) -> Result<(), usize> {
        let add_path = self.view.context.add_path_receive.contains(family);
        nlri::check_prefixes(field, family, add_path, announced, |kind, at, length| {
            let at = base.saturating_add(at);
            self.found(Finding::new(
                kind,
                Disposition::Accept,
                attribute,
                at,
                length,
            ));
        })
    }

    /// RFC 7606 §3 d: ORIGIN and AS_PATH for any route, NEXT_HOP for those of
    /// the body. BGPsec_PATH stands for AS_PATH (RFC 8205 §3).
    fn mandatory(&mut self) {
        let body = !self.view.nlri_octets().is_empty();
        let mp = self.mp_reach_view().is_some_and(|view| {
            !view.nlri.is_empty() && self.view.context.families.contains(view.family)
        });
        if self.cut || !(body || mp) {
            return;
        }
        let bgpsec = self.seen.contains(AttributeType::BGPSEC_PATH);
        for (attribute, needed) in [
            (AttributeType::ORIGIN, true),
            (AttributeType::AS_PATH, !bgpsec),
            (AttributeType::NEXT_HOP, body && !self.view.context.watched),
        ] {
            if needed && !self.seen.contains(attribute) {
                let kind = DecodeErrorKind::Missing;
                let disposition = Disposition::TreatAsWithdraw;
                let at = self.view.sections.attributes_at();
                self.found(Finding::new(kind, disposition, Some(attribute), at, 0));
            }
        }
    }

    /// RFC 9830 §4.2.1, §5, where SR policies are announced.
    fn sr_policies(&mut self) {
        // Most sessions have none, and a scan is short.
        if self
            .view
            .context
            .families
            .intersection(SR_POLICIES)
            .is_empty()
        {
            return;
        }
        let announces = self.mp_reach_view().is_some_and(|view| {
            view.family.safi == Safi::SR_POLICY
                && !view.nlri.is_empty()
                && self.view.context.families.contains(view.family)
        });
        if !announces || self.cut {
            return;
        }
        let attribute = AttributeType::TUNNEL_ENCAPSULATION;
        let tunnel = self.view.find(attribute);
        let fault = match sr_policy::check(tunnel.map(|(_, raw)| raw.value)) {
            Ok(()) => return,
            Err(Wrong::Missing) if self.seen.contains(attribute) => return,
            Err(Wrong::Missing) => DecodeErrorKind::Required,
            Err(Wrong::Tunnel) => DecodeErrorKind::Value,
        };
        let none = (self.view.sections.attributes_at(), 0);
        let (at, length) = tunnel.map_or(none, |(at, raw)| (at, raw.encoded_len()));
        let withdraw = Disposition::TreatAsWithdraw;
        let finding = Finding::new(fault, withdraw, Some(attribute), at, length);
        self.found(finding);
    }

    /// RFC 7606 §5.2: without a reachable route there is nothing to withdraw,
    /// so that a severe fault ends the session.
    fn conclude(&mut self) -> Result<(), DecodeError> {
        let Some(error) = self.first_severe else {
            return Ok(());
        };
        let reachable = !self.view.nlri_octets().is_empty()
            || self
                .mp_reach_view()
                .is_some_and(|view| !view.nlri.is_empty());
        let others = self.seen.has_other_than(AttributeType::MP_UNREACH_NLRI) || self.cut;
        if others && !reachable {
            return Err(error);
        }
        self.view.withdrawn = true;
        Ok(())
    }

    fn mp_reach_view(&self) -> Option<MpReachView<'a>> {
        let (_, raw) = self.view.find(AttributeType::MP_REACH_NLRI)?;
        MpReachView::decode(raw.value).ok()
    }

    #[cold]
    fn found(&mut self, finding: Finding) {
        self.found_within(finding, finding.offset(), finding.len());
    }

    /// Notes a finding inside of an attribute, which a NOTIFICATION would quote
    /// whole: its place.
    #[cold]
    fn found_within(&mut self, finding: Finding, at: usize, length: usize) {
        self.view.disposition = self.view.disposition.max(finding.disposition());
        if finding.disposition() == Disposition::TreatAsWithdraw && self.first_severe.is_none() {
            let error = DecodeError::new(finding.kind(), at, length);
            self.first_severe = Some(match finding.attribute() {
                Some(attribute) => error.about(attribute),
                None => error,
            });
        }
        self.view.faulty = true;
        if let Some(told) = &mut self.told {
            told(finding);
        }
    }
}

/// The families of SR policies.
const SR_POLICIES: FamilySet = FamilySet::empty()
    .with(Family::new(Afi::IPV4, Safi::SR_POLICY))
    .with(Family::new(Afi::IPV6, Safi::SR_POLICY));

/// Where an attribute stands in the message.
#[derive(Clone, Copy)]
struct Place {
    attribute: AttributeType,
    at: usize,
    length: usize,
    value_at: usize,
}

impl Place {
    fn of(raw: &RawAttribute<'_>, at: usize, length: usize) -> Self {
        Self {
            attribute: raw.attribute_type,
            at,
            length,
            value_at: at.saturating_add(length.saturating_sub(raw.value.len())),
        }
    }
}

/// RFC 7606 §5.3: wrong flags on an MP attribute are as bad as wrong NLRI.
const fn check_mp_flags(flags: AttributeFlags) -> Result<(), DecodeErrorKind> {
    if rules::has_bits(flags, AttributeFlags::OPTIONAL) {
        Ok(())
    } else {
        Err(DecodeErrorKind::MpFlags)
    }
}
