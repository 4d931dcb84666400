//! Packing routes into messages.

use bgp_wire::{
    AsPath, Asn, Context, EncodeError, Family, NextHop, Nlri, PathAttributes, PeerType,
    UpdatePacker, UpdateView,
};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

fn v4(count: u32) -> Vec<Nlri> {
    let net = |i: u32| Ipv4Net::new((0x0a00_0000 + (i << 8)).into(), 24).unwrap();
    (0..count).map(|i| Nlri::unicast(net(i))).collect()
}

fn v6(count: u128) -> Vec<Nlri> {
    let base = 0x2001_0db8_u128 << 96;
    let net = |i: u128| Ipv6Net::new((base + (i << 64)).into(), 64).unwrap();
    (0..count).map(|i| Nlri::unicast(net(i))).collect()
}

fn attributes(next_hop: NextHop) -> PathAttributes {
    let mut attributes = PathAttributes::new(next_hop);
    attributes.as_path = AsPath::from_sequence([Asn(64_512), Asn(4_200_000_000)]);
    attributes.local_pref = Some(100);
    attributes
}

const V4: NextHop = NextHop::V4(core::net::Ipv4Addr::new(192, 0, 2, 1));

fn v6_next_hop() -> NextHop {
    NextHop::V6 {
        global: "2001:db8::1".parse().unwrap(),
        link_local: Some("fe80::1".parse().unwrap()),
    }
}

/// Packs everything, and checks each message on the way.
fn pack(
    context: &Context,
    attributes: &PathAttributes,
    family: Family,
    all: &[Nlri],
) -> Vec<usize> {
    let packer = UpdatePacker::new(context);
    let mut rest = all.iter().copied().peekable();
    let mut out = vec![0; context.send_limit.into()];
    let (mut sizes, mut seen) = (Vec::new(), Vec::new());
    while rest.peek().is_some() {
        let length = packer
            .announce(attributes, family, &mut rest, &mut out)
            .unwrap();
        let view = UpdateView::scan(&out[..length], context).unwrap();
        assert!(view.findings().is_empty(), "{:?}", view.findings());
        let here: Vec<Nlri> = view.reachable().collect();
        let said = packer.announce_len(attributes, family, here.iter().copied());
        assert_eq!(said, Ok(length), "the size was known before");
        assert_eq!(view.path_attributes(family), *attributes);
        seen.extend(here);
        sizes.push(length);
    }
    assert_eq!(seen, all);
    sizes
}

#[test]
fn messages_are_filled_to_the_last_octet_that_fits() {
    let context = Context::new(PeerType::Internal);
    let sizes = pack(&context, &attributes(V4), Family::IPV4_UNICAST, &v4(3000));
    let (last, full) = sizes.split_last().unwrap();
    assert!(
        *last <= 4096 && full.iter().all(|size| (4093..=4096).contains(size)),
        "{sizes:?}"
    );
    let sizes = pack(
        &context,
        &attributes(v6_next_hop()),
        Family::IPV6_UNICAST,
        &v6(1500),
    );
    let (_, full) = sizes.split_last().unwrap();
    assert!(
        full.iter().all(|size| (4088..=4096).contains(size)),
        "{sizes:?}"
    );
}

#[test]
fn extended_messages_hold_more() {
    let mut context = Context::new(PeerType::Internal);
    (context.send_limit, context.receive_limit) = (65_535, 65_535);
    assert_eq!(
        pack(&context, &attributes(V4), Family::IPV4_UNICAST, &v4(10_000)).len(),
        1
    );
}

#[test]
fn path_identifiers_go_where_they_are_negotiated() {
    let mut context = Context::new(PeerType::Internal);
    context.add_path_send.insert(Family::IPV6_UNICAST);
    context.add_path_receive.insert(Family::IPV6_UNICAST);
    let with_ids: Vec<Nlri> = v6(700)
        .into_iter()
        .zip(1..)
        .map(|(nlri, id)| Nlri {
            path_id: Some(id),
            ..nlri
        })
        .collect();
    pack(
        &context,
        &attributes(v6_next_hop()),
        Family::IPV6_UNICAST,
        &with_ids,
    );
    pack(&context, &attributes(V4), Family::IPV4_UNICAST, &v4(2));
}

#[test]
fn ipv4_over_ipv6_needs_the_capability() {
    let mut context = Context::new(PeerType::Internal);
    let packer = UpdatePacker::new(&context);
    let attributes = attributes(v6_next_hop());
    let mut out = [0; 4096];
    let mut routes = v4(1).into_iter().peekable();
    let refused = packer.announce(&attributes, Family::IPV4_UNICAST, &mut routes, &mut out);
    assert_eq!(refused, Err(EncodeError::NoNextHop));
    assert!(routes.peek().is_some(), "nothing was taken");
    context.extended_next_hop.insert(Family::IPV4_UNICAST);
    pack(&context, &attributes, Family::IPV4_UNICAST, &v4(1200));
}

#[test]
fn multicast_goes_into_mp_reach() {
    let mut context = Context::new(PeerType::Internal);
    context.families.insert(Family::IPV4_MULTICAST);
    let routes: Vec<Nlri> = v4(5)
        .into_iter()
        .map(|nlri| Nlri {
            family: Family::IPV4_MULTICAST,
            ..nlri
        })
        .collect();
    pack(&context, &attributes(V4), Family::IPV4_MULTICAST, &routes);
}

#[test]
fn sessions_of_two_octets_carry_the_rest_in_as4_attributes() {
    let mut context = Context::new(PeerType::External);
    context.four_octet_as = false;
    let mut attributes = attributes(V4);
    attributes.local_pref = None;
    attributes.aggregator = Some(bgp_wire::Aggregator {
        asn: Asn(4_200_000_000),
        identifier: [192, 0, 2, 9].into(),
    });
    pack(&context, &attributes, Family::IPV4_UNICAST, &v4(2000));
}

#[test]
fn withdrawals_fill_their_messages_too() {
    let context = Context::new(PeerType::Internal);
    let packer = UpdatePacker::new(&context);
    let mut out = [0; 4096];
    for (family, all) in [
        (Family::IPV4_UNICAST, v4(2500)),
        (Family::IPV6_UNICAST, v6(1000)),
    ] {
        let mut rest = all.iter().copied().peekable();
        let mut seen = Vec::new();
        while rest.peek().is_some() {
            let length = packer.withdraw(family, &mut rest, &mut out).unwrap();
            let view = UpdateView::scan(&out[..length], &context).unwrap();
            assert!(view.findings().is_empty() && view.end_of_rib().is_none());
            let here: Vec<Nlri> = view.unreachable().collect();
            assert_eq!(packer.withdraw_len(family, here.iter().copied()), length);
            assert!(rest.peek().is_none() || length > 4096 - 9, "{length}");
            seen.extend(here);
        }
        assert_eq!(seen, all);
    }
}

#[test]
fn end_of_rib_reads_back() {
    let context = Context::new(PeerType::Internal);
    let mut out = [0; 64];
    for family in [Family::IPV4_UNICAST, Family::IPV6_UNICAST] {
        let length = UpdatePacker::new(&context)
            .end_of_rib(family, &mut out)
            .unwrap();
        let view = UpdateView::scan(&out[..length], &context).unwrap();
        assert_eq!(view.end_of_rib(), Some(family));
    }
}

#[test]
fn errors_leave_the_routes_where_they_were() {
    let context = Context::new(PeerType::Internal);
    let packer = UpdatePacker::new(&context);
    let mut out = [0; 4096];
    let mut huge = attributes(V4);
    huge.communities = vec![bgp_wire::Community::NO_EXPORT; 1100];
    let mut routes = v4(1).into_iter().peekable();
    let result = packer.announce(&huge, Family::IPV4_UNICAST, &mut routes, &mut out);
    assert!(result.is_err() && routes.peek().is_some());
    huge.communities.truncate(1000);
    assert!(
        packer
            .announce(&huge, Family::IPV4_UNICAST, &mut routes, &mut out)
            .is_ok()
    );

    let mut other = v6(1).into_iter().peekable();
    let result = packer.announce(&attributes(V4), Family::IPV4_UNICAST, &mut other, &mut out);
    assert_eq!(result, Err(EncodeError::WrongFamily));
    let mut routes = v4(1).into_iter().peekable();
    let result = packer.announce(
        &attributes(V4),
        Family::IPV4_UNICAST,
        &mut routes,
        &mut out[..30],
    );
    assert_eq!(result, Err(EncodeError::BufferTooSmall));
    let none = packer.announce(
        &attributes(V4),
        Family::IPV4_UNICAST,
        &mut <[Nlri; 0]>::default().into_iter().peekable(),
        &mut out,
    );
    assert_eq!(none, Ok(0));
}

#[test]
fn host_bits_are_not_sent() {
    let context = Context::new(PeerType::Internal);
    let net: IpNet = "10.1.2.3/15".parse().unwrap();
    let mut routes = [Nlri::unicast(net)].into_iter().peekable();
    let mut out = [0; 64];
    let length = UpdatePacker::new(&context)
        .withdraw(Family::IPV4_UNICAST, &mut routes, &mut out)
        .unwrap();
    assert_eq!(out[19..length], [0, 3, 15, 10, 0, 0, 0]);
}
