//! The scanned UPDATE: typed access to every part.

use core::net::Ipv4Addr;

use crate::attribute::{Aigp, ListView, MpReachView, MpUnreachView, RawAttribute, RawAttributes};
use crate::nlri::Prefixes;
use crate::update::finding::{Disposition, Finding, Findings};
use crate::update::index::{self, Index, Sections};
use crate::update::iter::{Announcements, Attributes};
use crate::update::routes::{Announcement, Routes};
use crate::update::scan::{Scan, Told};
use crate::{
    Aggregator, AsPathView, Asn, AttrSet, AttributeType, BfdDiscriminator, BgpLs, BgpsecPath,
    Community, Context, DecodeError, ExtendedCommunity, Family, FamilySet, Ipv6ExtendedCommunity,
    LargeCommunity, NextHop, Origin, PeDistinguisherLabels, PmsiTunnel, PrefixSid,
    TunnelEncapsulation,
};

/// A received UPDATE that was scanned once, with the RFC 7606 outcome applied.
///
/// ```text
/// +----------------------+------------------+------------------------+
/// | Withdrawn length (2) | Withdrawn routes | Total path attribute   |
/// |                      |                  | length (2)             |
/// +----------------------+------------------+------------------------+
/// | Path attributes      | NLRI                                      |
/// +----------------------+-------------------------------------------+
/// ```
///
/// The scan costs one walk over the message and no allocation; afterwards no
/// accessor can fail: what was malformed is gone. Types 1 to 10, the MP
/// attributes and extended and large communities are found in constant time,
/// whether another attribute is there is known at once, and one that is there
/// is looked for among the headers. Lists are decoded as they are walked.
///
/// * Treat-as-withdraw: [`reachable`](Self::reachable) is empty, and
///   [`unreachable`](Self::unreachable) has everything that was announced
///   beside what was withdrawn anyway (RFC 7606 §2).
/// * Attribute discard: the accessor of the attribute says that it is absent.
/// * AFI/SAFI disable: the family is in [`disabled_families`](Self::disabled_families)
///   and its routes are nowhere.
/// * Families that the session did not negotiate are nowhere either;
///   [`mp_reach`](Self::mp_reach) still has their octets.
///
/// ```
/// use bgp_wire::{Asn, Context, Disposition, PeerType, UpdateView};
/// let bytes = [
///     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
///     0xff, 0xff, 0, 47, 2, 0, 0, 0, 20, // header, nothing withdrawn, attributes:
///     0x40, 1, 1, 0, // ORIGIN IGP
///     0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9, // AS_PATH 65001
///     0x40, 3, 4, 192, 0, 2, 1, // NEXT_HOP 192.0.2.1
///     24, 203, 0, 113, // 203.0.113.0/24
/// ];
/// let update = UpdateView::scan(&bytes, &Context::new(PeerType::External))?;
/// assert_eq!(update.disposition(), Disposition::Accept);
/// assert_eq!(update.reachable().next().unwrap().to_string(), "203.0.113.0/24");
/// assert_eq!(update.as_path().unwrap().first_as(), Some(Asn(65001)));
/// # Ok::<(), bgp_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct UpdateView<'a> {
    pub(crate) message: &'a [u8],
    pub(crate) context: Context,
    pub(crate) sections: Sections,
    pub(crate) index: Index,
    /// Something was found.
    pub(crate) faulty: bool,
    pub(crate) disposition: Disposition,
    pub(crate) disabled: FamilySet,
    /// Everything that is announced is withdrawn instead.
    pub(crate) withdrawn: bool,
}

impl<'a> UpdateView<'a> {
    /// Scans a whole UPDATE, header included.
    ///
    /// # Errors
    /// What must end the session: fields that overrun the message, prefixes
    /// that cannot be parsed, an unknown well-known attribute, a repeated MP
    /// attribute, and a fault that would withdraw routes where there is no
    /// route (RFC 7606 §3, §5).
    pub fn scan(bytes: &'a [u8], context: &Context) -> Result<Self, DecodeError> {
        Self::scan_told(bytes, context, None)
    }

    /// As [`scan`](Self::scan), and tells each finding as it is met: all of them,
    /// however many, and those before an error too. A view lists the first
    /// twelve ([`Findings::omitted`] says how many more there were).
    ///
    /// ```
    /// use bgp_wire::{Context, PeerType, UpdateView};
    /// # let mut bytes = vec![0xff; 16];
    /// # bytes.extend([0, 50, 2, 0, 0, 0, 20, 0x40, 1, 1, 9, 0x40, 2, 0, 0x40, 3, 4, 192, 0, 2, 1]);
    /// # bytes.extend([0xc0, 8, 3, 0, 0, 0, 24, 203, 0, 113]);
    /// # bytes[17] = bytes.len() as u8;
    /// let mut log = Vec::new();
    /// let context = Context::new(PeerType::External);
    /// let update = UpdateView::scan_with(&bytes, &context, |finding| log.push(finding.to_string()))?;
    /// assert_eq!(log, ["ORIGIN: undefined ORIGIN value at octet 23",
    ///     "COMMUNITIES: attribute of wrong length at octet 37"]);
    /// # assert_eq!(update.findings().total(), 2);
    /// # Ok::<(), bgp_wire::DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// As [`scan`](Self::scan).
    pub fn scan_with(
        bytes: &'a [u8],
        context: &Context,
        mut found: impl FnMut(Finding),
    ) -> Result<Self, DecodeError> {
        Self::scan_told(bytes, context, Some(&mut found))
    }

    fn scan_told(bytes: &'a [u8], context: &Context, told: Told<'_>) -> Result<Self, DecodeError> {
        Scan::run(bytes, Sections::of(bytes)?, context, told)
    }

    /// The whole message.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.message
    }

    /// The context under which the message was read.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// The strongest outcome of all findings.
    #[must_use]
    pub const fn disposition(&self) -> Disposition {
        self.disposition
    }

    /// Whether something was found.
    #[must_use]
    #[inline]
    pub const fn has_findings(&self) -> bool {
        self.faulty
    }

    /// Every fault that was found, with its place. Nothing where there is none, which most
    /// UPDATEs pay for; else one more scan.
    #[must_use]
    pub fn findings(&self) -> Findings {
        let mut findings = Findings::none();
        if self.faulty {
            let mut push = |finding| findings.push(finding);
            let _ = Self::scan_told(self.message, &self.context, Some(&mut push));
        }
        findings
    }

    /// Families that this UPDATE disables until the session ends.
    #[must_use]
    pub const fn disabled_families(&self) -> FamilySet {
        self.disabled
    }

    /// The family whose initial table is complete with this message (RFC 4724 §2).
    #[must_use]
    pub fn end_of_rib(&self) -> Option<Family> {
        if !self.withdrawn_octets().is_empty() || !self.nlri_octets().is_empty() {
            return None;
        }
        if self.attribute_octets().is_empty() {
            return Some(Family::IPV4_UNICAST);
        }
        let view = self.mp_unreach().filter(|view| view.nlri.is_empty())?;
        (self.raw_attributes().count() == 1).then_some(view.family)
    }

    /// The prefixes that are announced, body first.
    #[must_use]
    #[inline]
    pub fn reachable(&self) -> Routes<'a> {
        let [body, mp] = match self.withdrawn {
            true => [Prefixes::none(); 2],
            false => self.announced(),
        };
        Routes::new([body, mp, Prefixes::none(), Prefixes::none()])
    }

    /// The prefixes that are withdrawn: those said so, and under
    /// treat-as-withdraw those announced too.
    #[must_use]
    #[inline]
    pub fn unreachable(&self) -> Routes<'a> {
        let body = self.body(self.withdrawn_octets());
        let mp = match self.mp_unreach() {
            Some(view) => self.mp(view.family, view.nlri),
            None => Prefixes::none(),
        };
        let [announced_body, announced_mp] = match self.withdrawn {
            true => self.announced(),
            false => [Prefixes::none(); 2],
        };
        Routes::new([body, mp, announced_body, announced_mp])
    }

    /// What is announced in groups that share a next hop: at most one from the
    /// body and one from MP_REACH_NLRI. Empty groups are left out.
    #[must_use]
    pub fn announcements(&self) -> Announcements<'a> {
        let [body, mp] = match self.withdrawn {
            true => [Prefixes::none(); 2],
            false => self.announced(),
        };
        let none = Prefixes::none();
        let group = |prefixes: Prefixes<'a>, next_hop| Announcement {
            family: prefixes.family(),
            next_hop,
            routes: Routes::new([prefixes, none, none, none]),
        };
        let mp_next_hop = self.mp_reach().and_then(|view| view.next_hop());
        Announcements::new([
            group(body, self.next_hop_attribute().map(NextHop::V4)),
            group(mp, mp_next_hop),
        ])
    }

    /// The next hop of a family's announced routes: MP_REACH_NLRI's where it
    /// carries the family, else NEXT_HOP for IPv4 unicast.
    ///
    /// A message may announce IPv4 unicast in both places with different next
    /// hops; [`announcements`](Self::announcements) tells them apart.
    #[must_use]
    pub fn next_hop(&self, family: Family) -> Option<NextHop> {
        match self.mp_reach() {
            Some(view) if view.family == family => view.next_hop(),
            _ if family == Family::IPV4_UNICAST => self.next_hop_attribute().map(NextHop::V4),
            _ => None,
        }
    }

    /// ORIGIN.
    #[must_use]
    #[inline]
    pub fn origin(&self) -> Option<Origin> {
        Origin::decode(self.value(AttributeType::ORIGIN)?).ok()
    }

    /// AS_PATH as it was received; on a session with 2-octet AS numbers
    /// AS4_PATH completes it ([`UpdateView::path_attributes`] merges them).
    #[must_use]
    #[inline]
    pub fn as_path(&self) -> Option<AsPathView<'a>> {
        let value = self.value(AttributeType::AS_PATH)?;
        Some(AsPathView::new(value, self.context.four_octet_as))
    }

    /// AS4_PATH as it was received. It means nothing on a session with
    /// 4-octet AS numbers (RFC 6793 §4.1).
    #[must_use]
    pub fn as4_path(&self) -> Option<AsPathView<'a>> {
        Some(AsPathView::new(self.value(AttributeType::AS4_PATH)?, true))
    }

    /// NEXT_HOP.
    #[must_use]
    #[inline]
    pub fn next_hop_attribute(&self) -> Option<Ipv4Addr> {
        self.address(AttributeType::NEXT_HOP)
    }

    /// MULTI_EXIT_DISC.
    #[must_use]
    #[inline]
    pub fn med(&self) -> Option<u32> {
        self.number(AttributeType::MULTI_EXIT_DISC)
    }

    /// LOCAL_PREF; never from an external peer.
    #[must_use]
    #[inline]
    pub fn local_pref(&self) -> Option<u32> {
        self.number(AttributeType::LOCAL_PREF)
    }

    /// Whether ATOMIC_AGGREGATE is there.
    #[must_use]
    pub fn atomic_aggregate(&self) -> bool {
        self.value(AttributeType::ATOMIC_AGGREGATE).is_some()
    }

    /// AGGREGATOR as it was received.
    #[must_use]
    pub fn aggregator(&self) -> Option<Aggregator> {
        let value = self.value(AttributeType::AGGREGATOR)?;
        Aggregator::decode(value, self.context.four_octet_as).ok()
    }

    /// AS4_AGGREGATOR as it was received.
    #[must_use]
    pub fn as4_aggregator(&self) -> Option<Aggregator> {
        Aggregator::decode(self.value(AttributeType::AS4_AGGREGATOR)?, true).ok()
    }

    /// COMMUNITIES, empty when absent.
    #[must_use]
    #[inline]
    pub fn communities(&self) -> ListView<'a, Community> {
        self.list(AttributeType::COMMUNITIES)
    }

    /// ORIGINATOR_ID; never from an external peer.
    #[must_use]
    #[inline]
    pub fn originator_id(&self) -> Option<Ipv4Addr> {
        self.address(AttributeType::ORIGINATOR_ID)
    }

    /// CLUSTER_LIST, empty when absent; never from an external peer.
    #[must_use]
    #[inline]
    pub fn cluster_list(&self) -> ListView<'a, Ipv4Addr> {
        self.list(AttributeType::CLUSTER_LIST)
    }

    /// EXTENDED COMMUNITIES, empty when absent.
    #[must_use]
    pub fn extended_communities(&self) -> ListView<'a, ExtendedCommunity> {
        self.list(AttributeType::EXTENDED_COMMUNITIES)
    }

    /// IPv6 Address Specific Extended Communities, empty when absent.
    #[must_use]
    pub fn ipv6_extended_communities(&self) -> ListView<'a, Ipv6ExtendedCommunity> {
        self.list(AttributeType::IPV6_EXTENDED_COMMUNITIES)
    }

    /// LARGE_COMMUNITY, empty when absent. Repetitions are still in
    /// ([`UpdateView::path_attributes`] removes them).
    #[must_use]
    pub fn large_communities(&self) -> ListView<'a, LargeCommunity> {
        self.list(AttributeType::LARGE_COMMUNITIES)
    }

    /// The metric of AIGP, where the session has it enabled (RFC 7311 §3.3).
    #[must_use]
    pub fn aigp(&self) -> Option<u64> {
        let value = self
            .value(AttributeType::AIGP)
            .filter(|_| self.context.aigp)?;
        Aigp::decode(value).ok().flatten()
    }

    /// ONLY_TO_CUSTOMER (RFC 9234 §5).
    #[must_use]
    pub fn only_to_customer(&self) -> Option<Asn> {
        self.number(AttributeType::ONLY_TO_CUSTOMER).map(Asn)
    }

    /// PMSI_TUNNEL (RFC 6514 §5).
    #[must_use]
    pub fn pmsi_tunnel(&self) -> Option<PmsiTunnel<'a>> {
        PmsiTunnel::decode(self.value(AttributeType::PMSI_TUNNEL)?)
    }

    /// Tunnel Encapsulation (RFC 9012 §2).
    #[must_use]
    pub fn tunnel_encapsulation(&self) -> Option<TunnelEncapsulation<'a>> {
        let value = self.value(AttributeType::TUNNEL_ENCAPSULATION)?;
        Some(TunnelEncapsulation::new(value))
    }

    /// PE Distinguisher Labels (RFC 6514 §8).
    #[must_use]
    pub fn pe_distinguisher_labels(&self) -> Option<PeDistinguisherLabels<'a>> {
        let value = self.value(AttributeType::PE_DISTINGUISHER_LABELS)?;
        Some(PeDistinguisherLabels::new(value))
    }

    /// BGP-LS (RFC 9552 §5.3).
    #[must_use]
    pub fn bgp_ls(&self) -> Option<BgpLs<'a>> {
        Some(BgpLs::new(self.value(AttributeType::BGP_LS)?))
    }

    /// BGPsec_PATH, where its syntax is right. It is not judged by the scan:
    /// without BGPsec negotiated it means nothing (RFC 8205 §2).
    #[must_use]
    pub fn bgpsec_path(&self) -> Option<BgpsecPath<'a>> {
        BgpsecPath::decode(self.value(AttributeType::BGPSEC_PATH)?)
    }

    /// BFD Discriminator (RFC 9026 §3.1.6).
    #[must_use]
    pub fn bfd_discriminator(&self) -> Option<BfdDiscriminator> {
        BfdDiscriminator::decode(self.value(AttributeType::BFD_DISCRIMINATOR)?)
    }

    /// Prefix-SID (RFC 8669).
    #[must_use]
    pub fn prefix_sid(&self) -> Option<PrefixSid<'a>> {
        Some(PrefixSid::new(self.value(AttributeType::PREFIX_SID)?))
    }

    /// ATTR_SET (RFC 6368 §5).
    #[must_use]
    pub fn attr_set(&self) -> Option<AttrSet<'a>> {
        AttrSet::decode(self.value(AttributeType::ATTR_SET)?)
    }

    /// MP_REACH_NLRI, of any family, negotiated or not.
    #[must_use]
    #[inline]
    pub fn mp_reach(&self) -> Option<MpReachView<'a>> {
        MpReachView::decode(self.value(AttributeType::MP_REACH_NLRI)?).ok()
    }

    /// MP_UNREACH_NLRI, of any family, negotiated or not.
    #[must_use]
    #[inline]
    pub fn mp_unreach(&self) -> Option<MpUnreachView<'a>> {
        MpUnreachView::decode(self.value(AttributeType::MP_UNREACH_NLRI)?).ok()
    }

    /// The value of an attribute that counts: present, the first of its type
    /// and not discarded. Constant time for the types that most UPDATEs have, a
    /// walk over the headers for others that are there.
    #[must_use]
    #[inline]
    pub fn value(&self, attribute: AttributeType) -> Option<&'a [u8]> {
        // Inline, so that the place of a type known when compiled is a constant.
        if index::slot(attribute).is_none() {
            return self.unknown_value(attribute);
        }
        let (_, raw) = self.find(attribute)?;
        Some(raw.value)
    }

    /// The attribute that counts of a known type, and where it stands.
    #[inline]
    pub(super) fn find(&self, attribute: AttributeType) -> Option<(usize, RawAttribute<'a>)> {
        self.index.find(self.message, self.sections, attribute)
    }

    fn unknown_value(&self, attribute: AttributeType) -> Option<&'a [u8]> {
        self.attributes()
            .find(|raw| raw.attribute_type == attribute)
            .map(|raw| raw.value)
    }

    /// The attributes that count, in wire order: first of their type and not
    /// discarded. Those unknown and not transitive are left out.
    #[must_use]
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes::new(self.attribute_octets(), self.index.kept())
    }

    /// Every attribute as it was received, faulty ones included.
    #[must_use]
    #[inline]
    pub const fn raw_attributes(&self) -> RawAttributes<'a> {
        RawAttributes::new(self.attribute_octets())
    }

    /// The octets of the withdrawn-routes field.
    #[must_use]
    #[inline]
    pub const fn withdrawn_octets(&self) -> &'a [u8] {
        self.sections.withdrawn(self.message)
    }

    /// The octets of the attribute field: what a reflector can pass on as it is.
    #[must_use]
    #[inline]
    pub const fn attribute_octets(&self) -> &'a [u8] {
        self.sections.attributes(self.message)
    }

    /// The octets of the NLRI field.
    #[must_use]
    #[inline]
    pub const fn nlri_octets(&self) -> &'a [u8] {
        self.sections.nlri(self.message)
    }

    #[inline]
    pub(super) fn is_live(&self, family: Family) -> bool {
        let live = self.context.families.difference(self.disabled);
        live.contains(family)
    }

    #[inline]
    fn announced(&self) -> [Prefixes<'a>; 2] {
        let mp = match self.mp_reach() {
            Some(view) => self.mp(view.family, view.nlri),
            None => Prefixes::none(),
        };
        [self.body(self.nlri_octets()).announced(), mp.announced()]
    }

    #[inline]
    fn body(&self, field: &'a [u8]) -> Prefixes<'a> {
        self.mp(Family::IPV4_UNICAST, field)
    }

    /// The prefixes of a field, where the family is one of prefixes that the
    /// session carries and this UPDATE does not disable.
    #[inline]
    fn mp(&self, family: Family, field: &'a [u8]) -> Prefixes<'a> {
        if self.is_live(family) && family.is_prefix() {
            let add_path = self.context.add_path_receive.contains(family);
            Prefixes::new(field, family, add_path)
        } else {
            Prefixes::none()
        }
    }

    #[inline]
    fn list<T: crate::attribute::WireItem>(&self, attribute: AttributeType) -> ListView<'a, T> {
        ListView::new(self.value(attribute).unwrap_or_default())
    }

    #[inline]
    fn number(&self, attribute: AttributeType) -> Option<u32> {
        self.value(attribute)?
            .try_into()
            .ok()
            .map(u32::from_be_bytes)
    }

    #[inline]
    fn address(&self, attribute: AttributeType) -> Option<Ipv4Addr> {
        self.number(attribute).map(Ipv4Addr::from)
    }
}
