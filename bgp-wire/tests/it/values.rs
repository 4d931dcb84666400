//! Random attributes, capabilities and filters: what is encoded reads back as it was.

use std::net::IpAddr;

use bgp_wire::{
    Afi, Asn, BfdDiscriminator, BgpsecCapability, Capability, Context, Family, Label,
    MultipleLabels, Open, OpenView, OrfEntry, OrfFamily, OrfFilters, OrfRequest, OrfType,
    OtherAttribute, PathAttributes, PathsLimit, PeerType, PmsiTunnel, PmsiTunnelId, PrefixFilter,
    PrefixSid, RouteRefreshView, Safi, Srv6Sid, Srv6Structure, TunnelSubTlv, TunnelType,
    WhenToRefresh,
};
use ipnet::{IpNet, Ipv4Net};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<[u8; 4]>().prop_map(IpAddr::from),
        any::<[u8; 16]>().prop_map(IpAddr::from),
    ]
}

/// Two addresses of one IP version.
fn addresses() -> impl Strategy<Value = (IpAddr, IpAddr)> {
    prop_oneof![
        any::<[[u8; 4]; 2]>().prop_map(|[a, b]| (IpAddr::from(a), IpAddr::from(b))),
        any::<[[u8; 16]; 2]>().prop_map(|[a, b]| (IpAddr::from(a), IpAddr::from(b))),
    ]
}

fn family() -> impl Strategy<Value = Family> {
    (any::<u16>(), any::<u8>()).prop_map(|(afi, safi)| Family::new(Afi(afi), Safi(safi)))
}

fn pmsi() -> impl Strategy<Value = PmsiTunnel<'static>> {
    let id = (addresses(), any::<(u16, u32)>(), 0_u8..7).prop_map(
        |((sender, group), (tunnel_id, p2mp_id), kind)| match kind {
            0 => PmsiTunnelId::None,
            1 => PmsiTunnelId::RsvpTe {
                extended_id: sender,
                tunnel_id,
                p2mp_id,
            },
            2 => PmsiTunnelId::PimSsm {
                root: sender,
                group,
            },
            3 => PmsiTunnelId::PimSm { sender, group },
            4 => PmsiTunnelId::PimBidir { sender, group },
            5 => PmsiTunnelId::Other {
                kind: 11,
                id: &[1, 2],
            },
            _ => PmsiTunnelId::IngressReplication(sender),
        },
    );
    (any::<u8>(), any::<[u8; 3]>(), id).prop_map(|(flags, label, tunnel)| PmsiTunnel {
        flags,
        label: Label(label),
        tunnel,
    })
}

fn srv6_sid() -> impl Strategy<Value = Srv6Sid> {
    let structure = any::<[u8; 6]>().prop_map(
        |[
            block,
            node,
            function,
            argument,
            transposed,
            transposition_offset,
        ]| Srv6Structure {
            block,
            node,
            function,
            argument,
            transposed,
            transposition_offset,
        },
    );
    (any::<[u8; 16]>(), any::<(u8, u16)>(), option::of(structure)).prop_map(
        |(sid, (flags, behavior), structure)| Srv6Sid {
            sid: sid.into(),
            flags,
            behavior,
            structure,
        },
    )
}

fn sub_tlv() -> impl Strategy<Value = TunnelSubTlv<'static>> {
    prop_oneof![
        any::<u32>().prop_map(TunnelSubTlv::Color),
        option::of(address()).prop_map(TunnelSubTlv::EgressEndpoint),
        any::<u16>().prop_map(TunnelSubTlv::UdpPort),
        any::<u32>().prop_map(TunnelSubTlv::Preference),
        option::of(0_u32..1 << 20)
            .prop_map(|label| TunnelSubTlv::BindingSid(label.map(Label::new))),
        any::<[u8; 16]>().prop_map(|sid| TunnelSubTlv::Srv6BindingSid(sid.into())),
        Just(TunnelSubTlv::PolicyName("policy")),
        Just(TunnelSubTlv::Other {
            code: 200,
            value: &[7; 300],
        }),
    ]
}

fn capability() -> impl Strategy<Value = Capability> {
    let orf = (family(), vec(any::<(u8, u8)>(), 0..4)).prop_map(|(family, types)| {
        let types = types.into_iter();
        OrfFamily {
            family,
            types: types
                .map(|(code, direction)| OrfType { code, direction })
                .collect(),
        }
    });
    let labels =
        (family(), any::<u8>()).prop_map(|(family, count)| MultipleLabels { family, count });
    let limit = (family(), any::<u16>()).prop_map(|(family, limit)| PathsLimit { family, limit });
    let bgpsec =
        (0_u8..16, any::<bool>(), any::<u16>()).prop_map(|(version, send, afi)| BgpsecCapability {
            version,
            send,
            afi: Afi(afi),
        });
    prop_oneof![
        vec(orf, 1..4).prop_map(Capability::OutboundRouteFiltering),
        vec(labels, 0..5).prop_map(Capability::MultipleLabels),
        vec(limit, 0..5).prop_map(Capability::PathsLimit),
        bgpsec.prop_map(Capability::Bgpsec),
        Just(Capability::LinkLocalNextHop),
    ]
}

fn orf_entry() -> impl Strategy<Value = OrfEntry> {
    let net = (any::<u32>(), 0_u8..=32)
        .prop_map(|(bits, length)| IpNet::V4(Ipv4Net::new(bits.into(), length).unwrap().trunc()));
    let filter = (any::<u32>(), any::<bool>(), 0_u8..=32, 0_u8..=32, net).prop_map(
        |(sequence, permit, min_len, max_len, prefix)| PrefixFilter {
            sequence,
            permit,
            min_len,
            max_len,
            prefix,
        },
    );
    (filter, 0_u8..3).prop_map(|(filter, action)| match action {
        0 => OrfEntry::Add(filter),
        1 => OrfEntry::Remove(filter),
        _ => OrfEntry::RemoveAll,
    })
}

proptest! {
    #[test]
    fn attributes_read_back(
        pmsi in pmsi(),
        sids in vec(srv6_sid(), 0..4),
        tunnels in vec((any::<u16>(), vec(sub_tlv(), 0..5)), 1..4),
        bfd in (any::<(u8, u32)>(), address()),
    ) {
        let bfd = BfdDiscriminator {
            mode: bfd.0.0,
            discriminator: bfd.0.1,
            source: bfd.1,
        };
        let borrowed: Vec<_> = tunnels
            .iter()
            .map(|(kind, sub_tlvs)| (TunnelType(*kind), sub_tlvs.as_slice()))
            .collect();
        let mut attributes = PathAttributes::default();
        for attribute in [
            OtherAttribute::srv6_service(false, &sids),
            OtherAttribute::tunnel_encapsulation(&borrowed),
            OtherAttribute::bfd_discriminator(&bfd),
            OtherAttribute::pmsi_tunnel(&pmsi),
        ] {
            attributes.set_other(attribute.unwrap());
        }
        prop_assert_eq!(attributes.pmsi_tunnel(), Some(pmsi));
        prop_assert_eq!(attributes.bfd_discriminator(), Some(bfd));
        let first = attributes.prefix_sid().and_then(PrefixSid::srv6_sid);
        prop_assert_eq!(first, sids.first().copied());
        let read: Vec<String> = attributes
            .tunnel_encapsulation()
            .unwrap()
            .map(|it| it.to_string())
            .collect();
        let wanted: Vec<String> = borrowed
            .iter()
            .map(|(kind, sub_tlvs)| {
                let words = sub_tlvs.iter().map(|it| format!(" {it}"));
                format!("{kind}{}", words.collect::<String>())
            })
            .collect();
        prop_assert_eq!(read, wanted);
    }

    #[test]
    fn capabilities_read_back(capabilities in vec(capability(), 0..6)) {
        let open = Open {
            my_as: Asn(65_001),
            hold_time: 90,
            identifier: [192, 0, 2, 1].into(),
            capabilities,
        };
        let mut out = [0; 4096];
        let length = open.encode(&mut out).unwrap();
        let read = OpenView::decode(&out[..length]).unwrap();
        prop_assert_eq!(Open::from(&read), open);
    }

    #[test]
    fn filters_read_back(
        entries in vec(orf_entry(), 0..20),
        other in option::of(vec(any::<u8>(), 0..20)),
        defer in any::<bool>(),
    ) {
        let mut groups = vec![OrfFilters::AddressPrefix(entries)];
        groups.extend(other.map(|octets| OrfFilters::Other { kind: 128, octets }));
        let request = OrfRequest {
            family: Family::IPV4_UNICAST,
            when: if defer { WhenToRefresh::Defer } else { WhenToRefresh::Immediate },
            groups,
        };
        let context = Context::new(PeerType::External);
        let mut out = [0; 4096];
        let length = request.encode(&context, &mut out).unwrap();
        let view = RouteRefreshView::decode(&out[..length], &context).unwrap();
        prop_assert!(view.filters().unwrap().is_whole());
        prop_assert_eq!(OrfRequest::from_view(&view), Some(request));
    }
}
