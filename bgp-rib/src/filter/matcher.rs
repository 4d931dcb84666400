//! The conditions of a rule.
//!
//! Every condition is total: on a route that lacks what it asks for (no
//! interface, no LOCAL_PREF, an empty path) it does not hold, and its negation
//! does.

use super::evaluate::{RouteSource, RouteView};
use super::{
    AsPathPattern, CommunityPattern, InterfacePattern, LargeCommunityPattern, PrefixList,
    PrefixMatcher,
};
use crate::RpkiState;
use bgp_wire::{
    AsPath, Asn, Community, ExtendedCommunity, Family, LargeCommunity, PathAttributes, PeerType,
    SegmentType,
};
use ipnet::IpNet;
use std::fmt;
use std::ops::RangeInclusive;

/// One condition on a route. The matchers of a rule must all hold; for "one of
/// these" write several rules. Prints as `community 64512:1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Matcher {
    /// The route is of this family.
    Family(Family),
    /// The route's prefix passes. Labeled and VPN routes have one too, FlowSpec routes for
    /// example have none ([`DestinationView::prefix`](crate::DestinationView::prefix)): then this
    /// does not hold.
    Prefix(PrefixMatcher),
    /// At least one of these holds for the route's prefix (a prefix list).
    AnyPrefix(PrefixList),
    /// Learned by BGP, not originated here (Calico's `source: RemotePeers`).
    FromPeer,
    /// The outgoing interface fits; a route without one has the empty name.
    Interface(InterfacePattern),
    /// Carries the community (RFC 1997).
    Community(Community),
    /// Carries the large community (RFC 8092).
    LargeCommunity(LargeCommunity),
    /// Carries one of these communities (a community list).
    AnyCommunity(Vec<CommunityPattern>),
    /// Carries one of these large communities.
    AnyLargeCommunity(Vec<LargeCommunityPattern>),
    /// Carries the extended community (RFC 4360), a route target for example.
    ExtendedCommunity(ExtendedCommunity),
    /// The next hop, as a prefix of full length, is in the list.
    NextHop(PrefixList),
    /// What origin validation says (RFC 6811). In an export chain it is asked of the route as it
    /// goes out (RFC 8893): one of our own has our AS as its origin.
    Rpki(RpkiState),
    /// The AS_PATH fits the pattern.
    AsPath(AsPathPattern),
    /// Length of the AS_PATH, as the decision process counts it.
    AsPathLength(RangeInclusive<u32>),
    /// The AS_PATH begins with these numbers, nearest first; an AS_SET stands
    /// for any one of its members. An empty path begins with nothing.
    AsPathPrefix(Vec<Asn>),
    /// The AS_PATH contains the number.
    AsPathContains(Asn),
    /// The number that originated the route.
    OriginAs(Asn),
    /// LOCAL_PREF is exactly this.
    LocalPref(u32),
    /// MULTI_EXIT_DISC is exactly this.
    Med(u32),
    /// The session that the chain is attached to is internal (true) or not.
    InternalSession(bool),
    /// The condition does not hold.
    Not(Box<Self>),
    /// Never holds: stands for a condition that cannot be understood, so that
    /// a broken rule does not widen.
    Never,
}

impl Matcher {
    /// Whether the condition is one on the attributes.
    pub(super) fn asks_attributes(&self) -> bool {
        match self {
            Self::Family(_)
            | Self::Prefix(_)
            | Self::AnyPrefix(_)
            | Self::FromPeer
            | Self::Interface(_)
            | Self::InternalSession(_)
            | Self::Never => false,
            Self::Not(matcher) => matcher.asks_attributes(),
            // The origin is in the path.
            Self::Rpki(_)
            | Self::AnyCommunity(_)
            | Self::AnyLargeCommunity(_)
            | Self::ExtendedCommunity(_)
            | Self::NextHop(_)
            | Self::AsPath(_)
            | Self::AsPathLength(_)
            | Self::Community(_)
            | Self::LargeCommunity(_)
            | Self::AsPathPrefix(_)
            | Self::AsPathContains(_)
            | Self::OriginAs(_)
            | Self::LocalPref(_)
            | Self::Med(_) => true,
        }
    }

    /// Whether the condition is one on the outgoing interface.
    pub(super) fn asks_interface(&self) -> bool {
        matches!(self.inner(), Self::Interface(_))
    }

    /// Whether the condition is one on origin validation.
    pub(super) fn asks_rpki(&self) -> bool {
        matches!(self.inner(), Self::Rpki(_))
    }

    /// The condition under any negation.
    fn inner(&self) -> &Self {
        let mut inner = self;
        while let Self::Not(matcher) = inner {
            inner = matcher;
        }
        inner
    }

    /// Whether the condition holds for `route`, whose attributes may have been
    /// changed by earlier rules.
    pub(super) fn matches(&self, route: &RouteView<'_>, attributes: &PathAttributes) -> bool {
        match self {
            Self::Family(family) => route.destination.family() == *family,
            Self::Prefix(matcher) => has_prefix(route, |prefix| matcher.matches(prefix)),
            Self::AnyPrefix(list) => has_prefix(route, |prefix| list.contains(prefix)),
            Self::FromPeer => matches!(route.source, RouteSource::Peer(_)),
            Self::Interface(pattern) => pattern.matches(route.interface.unwrap_or("")),
            Self::Community(community) => attributes.communities.contains(community),
            Self::LargeCommunity(community) => attributes.large_communities.contains(community),
            Self::AnyCommunity(list) => has_any(&attributes.communities, list, |one, held| {
                one.matches(*held)
            }),
            Self::AnyLargeCommunity(list) => {
                has_any(&attributes.large_communities, list, |one, held| {
                    one.matches(*held)
                })
            }
            Self::ExtendedCommunity(community) => {
                attributes.extended_communities.contains(community)
            }
            Self::NextHop(list) => attributes
                .next_hop
                .is_some_and(|next_hop| list.contains(&next_hop.addr().into())),
            Self::Rpki(state) => route.rpki == *state,
            Self::AsPath(pattern) => pattern.matches(&attributes.as_path),
            Self::AsPathLength(range) => {
                let length = u32::try_from(attributes.as_path.length()).unwrap_or(u32::MAX);
                range.contains(&length)
            }
            Self::AsPathPrefix(prefix) => begins_with(&attributes.as_path, prefix),
            Self::AsPathContains(asn) => attributes.as_path.view().contains(*asn),
            Self::OriginAs(asn) => attributes.as_path.view().origin_as() == Some(*asn),
            Self::LocalPref(value) => attributes.local_pref == Some(*value),
            Self::Med(value) => attributes.med == Some(*value),
            Self::InternalSession(expected) => (route.session == PeerType::Internal) == *expected,
            Self::Not(matcher) => !matcher.matches(route, attributes),
            Self::Never => false,
        }
    }
}

fn has_prefix(route: &RouteView<'_>, fits: impl FnOnce(&IpNet) -> bool) -> bool {
    route
        .destination
        .prefix()
        .is_some_and(|prefix| fits(&prefix))
}

fn has_any<T, P>(held: &[T], list: &[P], fits: impl Fn(&P, &T) -> bool) -> bool {
    held.iter()
        .any(|one| list.iter().any(|pattern| fits(pattern, one)))
}

/// BIRD's `bgp_path ~ [= a b * =]`: a set in the path is one element that
/// equals each of its members.
fn begins_with(path: &AsPath, prefix: &[Asn]) -> bool {
    let mut wanted = prefix.iter().copied();
    for segment in path.view().segments() {
        if is_set(segment.segment_type()) {
            let Some(expected) = wanted.next() else {
                return true;
            };
            if !segment.asns().any(|asn| asn == expected) {
                return false;
            }
            continue;
        }
        for asn in segment.asns() {
            let Some(expected) = wanted.next() else {
                return true;
            };
            if asn != expected {
                return false;
            }
        }
    }
    wanted.next().is_none()
}

/// Whether the ASes of a segment are one unordered element.
const fn is_set(segment_type: SegmentType) -> bool {
    match segment_type {
        SegmentType::Set | SegmentType::ConfederationSet => true,
        SegmentType::Sequence | SegmentType::ConfederationSequence => false,
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Family(family) => family.fmt(f),
            Self::Prefix(matcher) => matcher.fmt(f),
            Self::AnyPrefix(list) => write!(f, "prefix in a list of {}", list.entries().len()),
            Self::FromPeer => f.write_str("learned by BGP"),
            Self::Interface(pattern) => write!(f, "interface ~ {pattern}"),
            Self::Community(community) => write!(f, "community {community}"),
            Self::LargeCommunity(community) => write!(f, "large community {community}"),
            Self::AnyCommunity(list) => write_list(f, "community", list),
            Self::AnyLargeCommunity(list) => write_list(f, "large community", list),
            Self::ExtendedCommunity(community) => write!(f, "extended community {community}"),
            Self::NextHop(list) => {
                write!(f, "next hop in a list of {}", list.entries().len())
            }
            Self::Rpki(state) => write!(f, "RPKI {state}"),
            Self::AsPath(pattern) => write!(f, "AS_PATH ~ {pattern}"),
            Self::AsPathLength(range) => {
                write!(f, "AS_PATH of {} to {}", range.start(), range.end())
            }
            Self::Not(matcher) => write!(f, "not ({matcher})"),
            Self::AsPathPrefix(list) => {
                f.write_str("AS_PATH begins with")?;
                list.iter().try_for_each(|asn| write!(f, " {asn}"))
            }
            Self::AsPathContains(asn) => write!(f, "AS_PATH contains {asn}"),
            Self::OriginAs(asn) => write!(f, "originated by AS {asn}"),
            Self::LocalPref(value) => write!(f, "LOCAL_PREF {value}"),
            Self::Med(value) => write!(f, "MULTI_EXIT_DISC {value}"),
            Self::InternalSession(true) => f.write_str("iBGP session"),
            Self::InternalSession(false) => f.write_str("eBGP session"),
            Self::Never => f.write_str("never"),
        }
    }
}

fn write_list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, what: &str, list: &[T]) -> fmt::Result {
    write!(f, "{what} in [")?;
    for (at, item) in list.iter().enumerate() {
        f.write_str(if at > 0 { " " } else { "" })?;
        item.fmt(f)?;
    }
    f.write_str("]")
}
