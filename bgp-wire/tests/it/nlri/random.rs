//! Random routes of every family.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bgp_wire::{
    Afi, Asn, Esi, EvpnRoute, ExtendedCommunity, Family, FlowField, FlowPrefix, FlowSpecBuilder,
    FlowTest, Label, LabelStack, LabeledPrefix, MacAddr, MulticastFlags, MulticastFlow, MupRoute,
    MvpnRoute, NlriBuf, NlriIter, Route, RouteDistinguisher, RouteTargetMembership, Safi, SrPolicy,
    VplsRoute, VpnPrefix,
};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::context;

fn rd() -> impl Strategy<Value = RouteDistinguisher> {
    any::<[u8; 8]>().prop_map(|mut octets| {
        octets[0] = 0;
        octets[1] %= 4;
        RouteDistinguisher(octets)
    })
}

fn address() -> impl Strategy<Value = IpAddr> {
    let v4 = any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from(bits)));
    let v6 = any::<u128>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from(bits)));
    prop_oneof![v4, v6]
}

fn prefix() -> impl Strategy<Value = IpNet> {
    let v4 = (any::<u32>(), 0_u8..=32)
        .prop_map(|(bits, length)| IpNet::V4(Ipv4Net::new(bits.into(), length).unwrap().trunc()));
    let v6 = (any::<u128>(), 0_u8..=128)
        .prop_map(|(bits, length)| IpNet::V6(Ipv6Net::new(bits.into(), length).unwrap().trunc()));
    prop_oneof![v4, v6]
}

fn vni() -> impl Strategy<Value = Label> {
    any::<[u8; 3]>().prop_map(Label)
}

fn afi(prefix: &IpNet) -> Afi {
    match prefix {
        IpNet::V4(_) => Afi::IPV4,
        IpNet::V6(_) => Afi::IPV6,
    }
}

/// A route and its family, owned.
type Made = NlriBuf;

fn made(afi: Afi, safi: Safi, route: Route<'_>) -> Made {
    NlriBuf::new(Family::new(afi, safi), None, &route).unwrap()
}

fn labeled() -> impl Strategy<Value = Made> {
    // As many labels as leave room for a distinguisher and a prefix of IPv6.
    let labels = vec(0_u32..1 << 20, 1..=2).prop_map(|values| {
        let mut stack = LabelStack::empty();
        assert!(
            values
                .into_iter()
                .all(|value| stack.push(Label::new(value)))
        );
        stack
    });
    (labels, option::of(rd()), prefix()).prop_map(|(labels, rd, prefix)| match rd {
        Some(distinguisher) if labels.labels().len() == 1 => {
            let route = VpnPrefix {
                labels,
                distinguisher,
                prefix,
            };
            made(afi(&prefix), Safi::MPLS_VPN, Route::Vpn(route))
        }
        _ => {
            let route = LabeledPrefix { labels, prefix };
            made(afi(&prefix), Safi::LABELED, Route::Labeled(route))
        }
    })
}

fn flow() -> impl Strategy<Value = MulticastFlow> {
    (option::of(address()), option::of(address()), address()).prop_map(
        |(source, group, originator)| MulticastFlow {
            source,
            group,
            originator,
        },
    )
}

fn evpn() -> impl Strategy<Value = Made> {
    let names = (rd(), any::<[u8; 10]>().prop_map(Esi), any::<u32>());
    let mac = (any::<[u8; 6]>().prop_map(MacAddr), option::of(address()));
    let labels = (vni(), option::of(vni()), any::<u8>(), any::<[u8; 8]>());
    let rest = (mac, labels, flow(), prefix(), 1_u8..=10);
    (names, rest).prop_map(|((rd, esi, tag), (mac, labels, flow, prefix, kind))| {
        let (label, label2, octet, region) = labels;
        let originator = flow.originator;
        let flags = MulticastFlags(octet);
        let route = match kind {
            1 => EvpnRoute::EthernetAutoDiscovery {
                rd,
                esi,
                tag,
                label,
            },
            2 => EvpnRoute::MacIp {
                rd,
                esi,
                tag,
                mac: mac.0,
                ip: mac.1,
                label1: label,
                label2,
            },
            3 => EvpnRoute::InclusiveMulticast {
                rd,
                tag,
                originator,
            },
            4 => EvpnRoute::EthernetSegment {
                rd,
                esi,
                originator,
            },
            5 => EvpnRoute::IpPrefix {
                rd,
                esi,
                tag,
                prefix,
                gateway: prefix.network(),
                label,
            },
            6 => EvpnRoute::SelectiveMulticast {
                rd,
                tag,
                flow,
                flags,
            },
            7 => EvpnRoute::ReportSynch {
                rd,
                esi,
                tag,
                flow,
                flags,
            },
            8 => EvpnRoute::LeaveSynch {
                rd,
                esi,
                tag,
                flow,
                max_response_time: octet,
                flags,
            },
            9 => EvpnRoute::PerRegionPmsi { rd, tag, region },
            _ => EvpnRoute::SelectivePmsi { rd, tag, flow },
        };
        made(Afi::L2VPN, Safi::EVPN, Route::Evpn(route))
    })
}

fn mvpn() -> impl Strategy<Value = Made> {
    let fields = (rd(), any::<u32>().prop_map(Asn), address(), address());
    (fields, flow(), 1_u8..=6).prop_map(|((rd, source_as, source, group), flow, kind)| {
        let originator = flow.originator;
        let route = match kind {
            1 => MvpnRoute::IntraAsPmsi { rd, originator },
            2 => MvpnRoute::InterAsPmsi { rd, source_as },
            3 => MvpnRoute::SelectivePmsi {
                rd,
                source: flow.source,
                group: flow.group,
                originator,
            },
            4 => MvpnRoute::SourceActive { rd, source, group },
            5 => MvpnRoute::SharedTreeJoin {
                rd,
                source_as,
                source,
                group,
            },
            _ => MvpnRoute::SourceTreeJoin {
                rd,
                source_as,
                source,
                group,
            },
        };
        made(Afi::IPV6, Safi::MVPN, Route::Mvpn(route))
    })
}

fn flow_spec() -> impl Strategy<Value = Made> {
    let test = (
        0_u8..8,
        any::<bool>(),
        prop_oneof![0_u64..70_000, any::<u64>()],
    );
    let fields = vec((0_usize..11, vec(test, 1..4)), 1..5);
    (option::of(rd()), option::of(prefix()), fields).prop_map(|(rd, destination, fields)| {
        let afi = destination.as_ref().map_or(Afi::IPV6, afi);
        let mut builder = FlowSpecBuilder::new(afi);
        if let Some(prefix) = destination {
            builder.destination(FlowPrefix::new(prefix));
        }
        if let Some(rd) = rd {
            builder.distinguisher(rd);
        }
        for (field, tests) in fields {
            let field = FIELDS[field];
            let test = |(at, (operator, and, value)): (usize, (u8, bool, u64))| {
                let test = match (field.is_bitmask(), operator) {
                    (true, _) => FlowTest::bitmask(operator, value),
                    // "false" and "true" print without their value.
                    (false, 0 | 7) => FlowTest::numeric(operator, 0),
                    (false, _) => FlowTest::numeric(operator, value),
                };
                if and && at > 0 { test.and() } else { test }
            };
            let tests: Vec<FlowTest> = tests.into_iter().enumerate().map(test).collect();
            builder.tests(field, &tests);
        }
        // The flow label alone is nothing in IPv4.
        builder.tests(FlowField::Dscp, &[FlowTest::numeric(FlowTest::EQUAL, 46)]);
        let safi = match rd {
            Some(_) => Safi::FLOW_SPEC_VPN,
            None => Safi::FLOW_SPEC,
        };
        made(afi, safi, Route::FlowSpec(builder.as_flow_spec()))
    })
}

const FIELDS: [FlowField; 11] = [
    FlowField::Protocol,
    FlowField::Port,
    FlowField::DestinationPort,
    FlowField::SourcePort,
    FlowField::IcmpType,
    FlowField::IcmpCode,
    FlowField::TcpFlags,
    FlowField::PacketLength,
    FlowField::Dscp,
    FlowField::Fragment,
    FlowField::FlowLabel,
];

fn others() -> impl Strategy<Value = Made> {
    let target = any::<[u8; 8]>().prop_map(ExtendedCommunity);
    let membership =
        (any::<u32>().prop_map(Asn), target, 0_u8..=64).prop_map(|(origin, target, bits)| {
            let route = RouteTargetMembership::part(origin, target, bits);
            made(Afi::IPV4, Safi::ROUTE_TARGET, Route::RouteTarget(route))
        });
    let policy =
        (any::<u32>(), any::<u32>(), address()).prop_map(|(distinguisher, color, endpoint)| {
            let afi = if endpoint.is_ipv4() {
                Afi::IPV4
            } else {
                Afi::IPV6
            };
            let policy = SrPolicy {
                distinguisher,
                color,
                endpoint,
            };
            made(afi, Safi::SR_POLICY, Route::SrPolicy(policy))
        });
    let block = (rd(), any::<[u16; 3]>(), 0_u32..1 << 20).prop_map(|(rd, numbers, label)| {
        let [ve_id, block_offset, block_size] = numbers;
        let route = VplsRoute::Block {
            rd,
            ve_id,
            block_offset,
            block_size,
            label_base: Label::new(label),
        };
        made(Afi::L2VPN, Safi::VPLS, Route::Vpls(route))
    });
    prop_oneof![membership, policy, block, mup()]
}

fn mup() -> impl Strategy<Value = Made> {
    let addresses = (address(), option::of(address()));
    let numbers = (any::<u32>(), any::<u8>(), 0_u8..=32, 1_u8..=4);
    (rd(), prefix(), addresses, numbers).prop_map(|(rd, prefix, addresses, numbers)| {
        let ((endpoint, source), (teid, qfi, teid_bits, kind)) = (addresses, numbers);
        let (afi, route) = match kind {
            1 => (afi(&prefix), MupRoute::InterworkSegment { rd, prefix }),
            2 => (
                if endpoint.is_ipv4() {
                    Afi::IPV4
                } else {
                    Afi::IPV6
                },
                MupRoute::DirectSegment {
                    rd,
                    address: endpoint,
                },
            ),
            3 => {
                let route = MupRoute::Session1 {
                    rd,
                    prefix,
                    teid: teid.max(1),
                    qfi,
                    endpoint,
                    source,
                    tlvs: &[],
                };
                (afi(&prefix), route)
            }
            _ => {
                let mask = u32::MAX.checked_shl(32 - u32::from(teid_bits)).unwrap_or(0);
                let route = MupRoute::Session2 {
                    rd,
                    endpoint,
                    // A whole identifier of 0 does not exist.
                    teid: if teid_bits == 32 {
                        teid.max(1)
                    } else {
                        teid & mask
                    },
                    teid_bits,
                    tlvs: &[],
                };
                let afi = if endpoint.is_ipv4() {
                    Afi::IPV4
                } else {
                    Afi::IPV6
                };
                (afi, route)
            }
        };
        made(afi, Safi::MUP, Route::Mup(route))
    })
}

fn any_nlri() -> impl Strategy<Value = Made> {
    prop_oneof![labeled(), evpn(), mvpn(), flow_spec(), others()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_route_that_was_built_reads_and_parses_back(nlri in any_nlri()) {
        let mut context = context();
        let labels = nlri.view().route().labels();
        if labels.is_some_and(|it| it.labels().len() > 1) {
            context.multiple_labels.insert(nlri.family());
        }
        let field = [nlri.octets(), nlri.octets()].concat();
        let read: Vec<NlriBuf> = NlriIter::new(&field, nlri.family(), &context)
            .map(NlriBuf::from)
            .collect();
        prop_assert_eq!(read.len(), 2);
        prop_assert_eq!(&read[1], &nlri);
        prop_assert_eq!(read[1].view().route(), nlri.view().route());

        let text = nlri.to_string();
        let parsed = NlriBuf::parse(nlri.family(), &text);
        let octets = parsed.as_ref().map(NlriBuf::octets);
        prop_assert_eq!(octets, Ok(nlri.octets()), "{}", text);
    }

    /// Order and equality of keys are those of what they are made of.
    #[test]
    fn keys_compare_as_routes_do(ours in any_nlri(), theirs in any_nlri()) {
        let order = ours.key().cmp(&theirs.key());
        prop_assert_eq!(order.reverse(), theirs.key().cmp(&ours.key()));
        prop_assert_eq!(order.is_eq(), hash(&ours) == hash(&theirs));
        prop_assert!(ours.key() == ours.clone().key());
    }
}

fn hash(nlri: &NlriBuf) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    thread_local!(static STATE: RandomState = RandomState::new());
    STATE.with(|state| state.hash_one(nlri.key()))
}
