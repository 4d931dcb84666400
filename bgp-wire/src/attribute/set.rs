//! The owned attribute set of a route, and its encoding.

use alloc::vec::Vec;
use core::net::Ipv4Addr;

use super::sink::{Sink, Sum};
use super::{
    Aggregator, Aigp, AsPath, AttributeFlags, AttributeType, Community, ExtendedCommunity,
    Ipv6ExtendedCommunity, LargeCommunity, NextHop, Origin, OtherAttribute, SegmentType,
};
use crate::writer::Writer;
use crate::{Asn, Context, EncodeError};

/// Everything that an UPDATE says about its routes except which they are.
///
/// The next hop is part of it, whichever attribute carried it. Encoding puts
/// the attributes in the order of their type codes (RFC 4271 §5), lists in the
/// order they stand here; an empty list is no attribute.
///
/// ```
/// use bgp_wire::{AsPath, Asn, NextHop, PathAttributes};
/// let mut attributes = PathAttributes::new(NextHop::V4([192, 0, 2, 1].into()));
/// attributes.as_path.prepend(Asn(64512), 1);
/// attributes.local_pref = Some(100);
/// assert_eq!(attributes.as_path, AsPath::from_sequence([Asn(64512)]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PathAttributes {
    /// ORIGIN.
    pub origin: Origin,
    /// AS_PATH, with AS4_PATH merged (RFC 6793 §4.2.3).
    pub as_path: AsPath,
    /// NEXT_HOP or the next hop of MP_REACH_NLRI; `None` in a FlowSpec route.
    pub next_hop: Option<NextHop>,
    /// MULTI_EXIT_DISC.
    pub med: Option<u32>,
    /// LOCAL_PREF. An encoder does not leave it out for external peers: who
    /// exports a route decides (RFC 4271 §5.1.5).
    pub local_pref: Option<u32>,
    /// ATOMIC_AGGREGATE.
    pub atomic_aggregate: bool,
    /// AGGREGATOR, with AS4_AGGREGATOR merged.
    pub aggregator: Option<Aggregator>,
    /// COMMUNITIES.
    pub communities: Vec<Community>,
    /// EXTENDED COMMUNITIES.
    pub extended_communities: Vec<ExtendedCommunity>,
    /// IPv6 Address Specific Extended Communities.
    pub ipv6_extended_communities: Vec<Ipv6ExtendedCommunity>,
    /// LARGE_COMMUNITY.
    pub large_communities: Vec<LargeCommunity>,
    /// ORIGINATOR_ID (RFC 4456 §8).
    pub originator_id: Option<Ipv4Addr>,
    /// CLUSTER_LIST, the latest reflector first (RFC 4456 §8).
    pub cluster_list: Vec<Ipv4Addr>,
    /// The metric of AIGP; other TLVs of the attribute are not kept. It is not
    /// encoded for a session that has it disabled (RFC 7311 §3.3).
    pub aigp: Option<u64>,
    /// ONLY_TO_CUSTOMER (RFC 9234 §5).
    pub only_to_customer: Option<Asn>,
    /// The other attributes, in their wire form and in the order of their type
    /// codes. BGPsec_PATH is encoded only where the session has BGPsec.
    pub others: Vec<OtherAttribute>,
}

impl PathAttributes {
    /// The attributes of a route of our own: ORIGIN IGP and an empty AS_PATH.
    #[must_use]
    pub fn new(next_hop: NextHop) -> Self {
        Self {
            next_hop: Some(next_hop),
            ..Self::default()
        }
    }

    /// Octets of all attributes on the wire, MP_REACH_NLRI left out; NEXT_HOP
    /// counts only for `body_next_hop`.
    ///
    /// Costs a walk over the lists' lengths; the path is walked where the
    /// session has 2-octet AS numbers.
    #[must_use]
    pub fn encoded_len(&self, context: &Context, body_next_hop: bool) -> usize {
        let mut sum = Sum::default();
        self.emit(context, body_next_hop, &mut sum)
            .map_or(usize::MAX, |()| sum.0)
    }

    /// Writes what [`PathAttributes::encoded_len`] counts.
    pub(crate) fn write(
        &self,
        writer: &mut Writer<'_>,
        context: &Context,
        body_next_hop: bool,
    ) -> Result<(), EncodeError> {
        self.emit(context, body_next_hop, writer)
    }

    /// Hands every attribute to `sink` in the order of the type codes.
    fn emit(
        &self,
        context: &Context,
        body_next_hop: bool,
        sink: &mut impl Sink,
    ) -> Result<(), EncodeError> {
        sink.fixed(WELL_KNOWN, AttributeType::ORIGIN, &[self.origin.code()])?;
        self.emit_as_path(WELL_KNOWN, context, sink)?;
        if body_next_hop {
            let Some(NextHop::V4(next_hop)) = self.next_hop else {
                return Err(EncodeError::NoNextHop);
            };
            sink.fixed(WELL_KNOWN, AttributeType::NEXT_HOP, &next_hop.octets())?;
        }
        if let Some(med) = self.med {
            sink.fixed(
                NON_TRANSITIVE,
                AttributeType::MULTI_EXIT_DISC,
                &med.to_be_bytes(),
            )?;
        }
        if let Some(local_pref) = self.local_pref {
            sink.fixed(
                WELL_KNOWN,
                AttributeType::LOCAL_PREF,
                &local_pref.to_be_bytes(),
            )?;
        }
        if self.atomic_aggregate {
            sink.fixed(WELL_KNOWN, AttributeType::ATOMIC_AGGREGATE, &[])?;
        }
        self.emit_aggregator(TRANSITIVE, context, sink)?;
        sink.list(
            TRANSITIVE,
            AttributeType::COMMUNITIES,
            &self.communities,
            |it| it.0.to_be_bytes(),
        )?;
        if let Some(originator) = self.originator_id {
            sink.fixed(
                NON_TRANSITIVE,
                AttributeType::ORIGINATOR_ID,
                &originator.octets(),
            )?;
        }
        sink.list(
            NON_TRANSITIVE,
            AttributeType::CLUSTER_LIST,
            &self.cluster_list,
            |it| it.octets(),
        )?;
        self.emit_later(context, sink)
    }

    /// The types above MP_UNREACH_NLRI, the untyped ones in their places.
    fn emit_later(&self, context: &Context, sink: &mut impl Sink) -> Result<(), EncodeError> {
        let is_sent = |it: &&OtherAttribute| {
            it.attribute_type != AttributeType::BGPSEC_PATH || context.bgpsec_send
        };
        let mut others = self.others.iter().filter(is_sent).peekable();
        for (attribute_type, emit) in LATER {
            while let Some(it) = others.next_if(|it| it.attribute_type < attribute_type) {
                sink.raw(&it.raw())?;
            }
            match emit {
                Later::ExtendedCommunities => {
                    sink.list(
                        TRANSITIVE,
                        attribute_type,
                        &self.extended_communities,
                        |it| it.0,
                    )?;
                }
                Later::As4Path => self.emit_as4_path(context, sink)?,
                Later::As4Aggregator => self.emit_as4_aggregator(context, sink)?,
                Later::Ipv6ExtendedCommunities => {
                    let list = &self.ipv6_extended_communities;
                    sink.list(TRANSITIVE, attribute_type, list, |it| it.0)?;
                }
                Later::Aigp => {
                    if let Some(metric) = self.aigp.filter(|_| context.aigp) {
                        sink.fixed(NON_TRANSITIVE, attribute_type, &Aigp::octets(metric))?;
                    }
                }
                Later::LargeCommunities => {
                    sink.list(TRANSITIVE, attribute_type, &self.large_communities, |it| {
                        it.octets()
                    })?;
                }
                Later::OnlyToCustomer => {
                    if let Some(asn) = self.only_to_customer {
                        sink.fixed(TRANSITIVE, attribute_type, &asn.0.to_be_bytes())?;
                    }
                }
            }
        }
        others.try_for_each(|it| sink.raw(&it.raw()))
    }

    pub(crate) fn emit_as_path(
        &self,
        flags: AttributeFlags,
        context: &Context,
        sink: &mut impl Sink,
    ) -> Result<(), EncodeError> {
        let length = self.as_path.encoded_len(context.four_octet_as);
        sink.head(flags, AttributeType::AS_PATH, length)?;
        if context.four_octet_as {
            return sink.octets(self.as_path.octets());
        }
        for segment in self.as_path.segments() {
            sink.octets(&[segment.segment_type().code(), segment.len() as u8])?;
            for asn in segment.asns() {
                sink.octets(&asn.two_octet().to_be_bytes())?;
            }
        }
        Ok(())
    }

    pub(crate) fn emit_aggregator(
        &self,
        flags: AttributeFlags,
        context: &Context,
        sink: &mut impl Sink,
    ) -> Result<(), EncodeError> {
        match self.aggregator {
            None => Ok(()),
            Some(it) if context.four_octet_as => {
                sink.fixed(flags, AttributeType::AGGREGATOR, &it.octets())
            }
            Some(it) => sink.fixed(flags, AttributeType::AGGREGATOR, &it.octets_two()),
        }
    }

    /// AS4_PATH and AS4_AGGREGATOR as far as they stand behind the types up to
    /// `written` and before the type `next`.
    pub(crate) fn emit_as4_between(
        &self,
        written: AttributeType,
        next: AttributeType,
        context: &Context,
        sink: &mut impl Sink,
    ) -> Result<(), EncodeError> {
        let due = |it: AttributeType| written < it && it <= next;
        if due(AttributeType::AS4_PATH) {
            self.emit_as4_path(context, sink)?;
        }
        if due(AttributeType::AS4_AGGREGATOR) {
            self.emit_as4_aggregator(context, sink)?;
        }
        Ok(())
    }

    /// AS4_PATH, where AS_PATH had to say AS_TRANS; without confederation
    /// segments (RFC 6793 §4.2.2).
    fn emit_as4_path(&self, context: &Context, sink: &mut impl Sink) -> Result<(), EncodeError> {
        if context.four_octet_as || self.as_path.iter_asns().all(Asn::fits_two_octets) {
            return Ok(());
        }
        let segments = || {
            self.as_path
                .segments()
                .filter(|it| !it.segment_type().is_confederation())
        };
        let length = segments().map(|it| 2 + 4 * it.len()).sum();
        if length == 0 {
            return Ok(());
        }
        sink.head(TRANSITIVE, AttributeType::AS4_PATH, length)?;
        for segment in segments() {
            let kind: SegmentType = segment.segment_type();
            sink.octets(&[kind.code(), segment.len() as u8])?;
            for asn in segment.asns() {
                sink.octets(&asn.0.to_be_bytes())?;
            }
        }
        Ok(())
    }

    fn emit_as4_aggregator(
        &self,
        context: &Context,
        sink: &mut impl Sink,
    ) -> Result<(), EncodeError> {
        match self.aggregator {
            Some(it) if !context.four_octet_as && !it.asn.fits_two_octets() => {
                sink.fixed(TRANSITIVE, AttributeType::AS4_AGGREGATOR, &it.octets())
            }
            Some(_) | None => Ok(()),
        }
    }
}

const WELL_KNOWN: AttributeFlags = AttributeFlags::WELL_KNOWN;
const TRANSITIVE: AttributeFlags = AttributeFlags::OPTIONAL_TRANSITIVE;
const NON_TRANSITIVE: AttributeFlags = AttributeFlags::OPTIONAL;

/// The typed attributes above type 15.
#[derive(Clone, Copy)]
enum Later {
    ExtendedCommunities,
    As4Path,
    As4Aggregator,
    Ipv6ExtendedCommunities,
    Aigp,
    LargeCommunities,
    OnlyToCustomer,
}

/// Their order on the wire.
const LATER: [(AttributeType, Later); 7] = [
    (
        AttributeType::EXTENDED_COMMUNITIES,
        Later::ExtendedCommunities,
    ),
    (AttributeType::AS4_PATH, Later::As4Path),
    (AttributeType::AS4_AGGREGATOR, Later::As4Aggregator),
    (
        AttributeType::IPV6_EXTENDED_COMMUNITIES,
        Later::Ipv6ExtendedCommunities,
    ),
    (AttributeType::AIGP, Later::Aigp),
    (AttributeType::LARGE_COMMUNITIES, Later::LargeCommunities),
    (AttributeType::ONLY_TO_CUSTOMER, Later::OnlyToCustomer),
];
