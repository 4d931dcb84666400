//! Random attribute sets and routes.

use bgp_wire::{
    Aggregator, AsPath, AsPathSegment, Asn, AttributeFlags, AttributeType, Community,
    ExtendedCommunity, Family, Ipv6ExtendedCommunity, LargeCommunity, NextHop, Nlri, Origin,
    OtherAttribute, PathAttributes, SegmentType,
};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// A set that an internal peer may send, with an IPv4 or an IPv6 next hop.
pub(crate) fn path_attributes(family: Family) -> impl Strategy<Value = PathAttributes> {
    let scalars = (
        origin(),
        as_path(),
        next_hop(family),
        option::of(any::<u32>()),
        option::of(any::<u32>()),
        any::<bool>(),
        option::of(aggregator()),
        option::of(any::<[u8; 4]>()),
        option::of(0..u64::MAX),
        option::of(any::<u32>()),
    );
    let lists = (
        vec(any::<u32>().prop_map(Community), 0..80),
        vec(any::<[u8; 8]>().prop_map(ExtendedCommunity), 0..40),
        vec(any::<[u8; 20]>().prop_map(Ipv6ExtendedCommunity), 0..3),
        large_communities(),
        vec(any::<[u8; 4]>().prop_map(Into::into), 0..5),
        unknown(),
    );
    (scalars, lists).prop_map(|(scalars, lists)| PathAttributes {
        origin: scalars.0,
        as_path: scalars.1,
        next_hop: Some(scalars.2),
        med: scalars.3,
        local_pref: scalars.4,
        atomic_aggregate: scalars.5,
        aggregator: scalars.6,
        originator_id: scalars.7.map(Into::into),
        aigp: scalars.8,
        only_to_customer: scalars.9.map(Asn),
        communities: lists.0,
        extended_communities: lists.1,
        ipv6_extended_communities: lists.2,
        large_communities: lists.3,
        cluster_list: lists.4,
        others: lists.5,
    })
}

/// Routes of the family that are no multicast groups, without host bits.
pub(crate) fn routes(family: Family) -> impl Strategy<Value = Vec<Nlri>> {
    let v4 = (0_u32..0xe000_0000, 0_u8..=32)
        .prop_map(|(addr, length)| IpNet::V4(Ipv4Net::new(addr.into(), length).unwrap()));
    let v6 = (0_u128..0xff << 120, 0_u8..=128)
        .prop_map(|(addr, length)| IpNet::V6(Ipv6Net::new(addr.into(), length).unwrap()));
    let net = match family {
        Family::IPV4_UNICAST => v4.boxed(),
        _ => v6.boxed(),
    };
    let nlri = move |net: IpNet| Nlri {
        family,
        prefix: net.trunc(),
        path_id: None,
    };
    vec(net.prop_map(nlri), 1..60)
}

fn origin() -> impl Strategy<Value = Origin> {
    prop_oneof![
        Just(Origin::Igp),
        Just(Origin::Egp),
        Just(Origin::Incomplete)
    ]
}

fn asn() -> impl Strategy<Value = Asn> {
    prop_oneof![1_u32..=65_535, 1..=u32::MAX].prop_map(Asn)
}

fn as_path() -> impl Strategy<Value = AsPath> {
    let kind = prop_oneof![
        4 => Just(SegmentType::Sequence),
        1 => Just(SegmentType::Set),
        1 => Just(SegmentType::ConfederationSequence),
        1 => Just(SegmentType::ConfederationSet),
    ];
    let segment = (kind, vec(asn(), 1..300))
        .prop_map(|(segment_type, asns)| AsPathSegment { segment_type, asns });
    vec(segment, 0..4).prop_map(AsPath::from)
}

fn next_hop(family: Family) -> BoxedStrategy<NextHop> {
    match family {
        Family::IPV4_UNICAST => (0x0100_0000_u32..0xe000_0000)
            .prop_map(|addr| NextHop::V4(addr.into()))
            .boxed(),
        _ => (any::<u128>(), option::of(any::<u128>()))
            .prop_map(|(global, link_local)| NextHop::V6 {
                global: global.into(),
                link_local: link_local.map(Into::into),
            })
            .boxed(),
    }
}

fn aggregator() -> impl Strategy<Value = Aggregator> {
    (asn(), any::<[u8; 4]>()).prop_map(|(asn, identifier)| Aggregator {
        asn,
        identifier: identifier.into(),
    })
}

/// Without repetitions, which a receiver removes.
fn large_communities() -> impl Strategy<Value = Vec<LargeCommunity>> {
    proptest::collection::btree_set(any::<(u32, u32, u32)>(), 0..10).prop_map(|set| {
        set.into_iter()
            .map(|(a, b, c)| LargeCommunity::new(a, b, c))
            .collect()
    })
}

/// Optional transitive attributes that nobody knows, marked Partial as on receipt.
fn unknown() -> impl Strategy<Value = Vec<OtherAttribute>> {
    let code = prop_oneof![19_u8..=21, 41_u8..=127, 129_u8..=255];
    proptest::collection::btree_map(code, vec(any::<u8>(), 0..300), 0..3).prop_map(|map| {
        let one = |(code, value): (u8, Vec<u8>)| {
            let extended = value.len() > 255;
            let length = if extended {
                AttributeFlags::EXTENDED_LENGTH
            } else {
                AttributeFlags::empty()
            };
            OtherAttribute {
                flags: AttributeFlags::OPTIONAL_TRANSITIVE | AttributeFlags::PARTIAL | length,
                attribute_type: AttributeType(code),
                value,
            }
        };
        map.into_iter().map(one).collect()
    })
}
