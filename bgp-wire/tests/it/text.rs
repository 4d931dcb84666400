//! Text: what an operator reads, and that it reads back.

use bgp_wire::{
    Afi, Aggregator, AsPath, AsPathSegment, Asn, Community, Context, Esi, ExtendedCommunity,
    Family, Ipv6ExtendedCommunity, LargeCommunity, MacAddr, Message, NextHop, Nlri, Open, OpenView,
    Origin, PathAttributes, PeerType, Role, RouteDistinguisher, Safi, SegmentType, Update,
    UpdateView,
};
use proptest::prelude::*;

use crate::bytes::{
    AS_PATH, MP_REACH, MP_UNREACH, NEXT_HOP, NLRI, ORIGIN, attribute, message, update,
};
use crate::strategy::path_attributes;

fn round<T>(value: &T) -> Result<(), TestCaseError>
where
    T: std::fmt::Display + std::fmt::Debug + std::str::FromStr + PartialEq,
{
    let text = value.to_string();
    let read: Option<T> = text.parse().ok();
    prop_assert_eq!(read.as_ref(), Some(value), "{}", text);
    Ok(())
}

proptest! {
    #[test]
    fn what_prints_parses(
        numbers: (u32, u32, u32),
        octets: [u8; 20],
        path_id: Option<u32>,
        kinds: (u8, u8),
    ) {
        round(&Asn(numbers.0))?;
        round(&Community(numbers.0))?;
        round(&Community(numbers.0 | 0xffff_0000))?;
        round(&LargeCommunity::new(numbers.0, numbers.1, numbers.2))?;
        let [a, b, c, d, e, f, g, h, ..] = octets;
        round(&ExtendedCommunity([a, b, c, d, e, f, g, h]))?;
        // Types and values as they occur.
        for low in [0, 2, 3, 4, 6, 8, 9, 0x0b, 0x0c, 0x0d] {
            for high in [0, 1, 2, 3, 6, 0x40, 0x43, 0x80, 0x81, 0x82] {
                let (flags, zero) = (kinds.0 & 0xc1, kinds.1 & 1);
                for value in [[c, d, e, f, g, h], [flags, 0, e, f, g, h], [flags, 0, 0, f, g, h],
                    [0, 0, 0, 0, g, h], [0, 0, 0, 0, 0, h & 63], [0, 0, 0, 0, 0, zero], [0; 6]]
                {
                    let [u, v, w, x, y, z] = value;
                    round(&ExtendedCommunity([high, low, u, v, w, x, y, z]))?;
                }
            }
        }
        round(&Ipv6ExtendedCommunity(octets))?;
        let mut target = octets;
        target[..2].copy_from_slice(&[0, 2]);
        round(&Ipv6ExtendedCommunity(target))?;
        round(&RouteDistinguisher([0, a % 4, c, d, e, f, g, h]))?;
        round(&MacAddr([a, b, c, d, e, f]))?;
        round(&Esi([a % 6, b, c, d, e, f, g, h, 9, 8]))?;
        round(&Family::new(Afi(u16::from(kinds.0)), Safi(kinds.1)))?;
        for family in bgp_wire::FamilySet::all().iter() {
            round(&family)?;
        }
        round(&Aggregator { asn: Asn(numbers.1), identifier: numbers.2.into() })?;
        let global = std::net::Ipv6Addr::from(<[u8; 16]>::try_from(&octets[..16]).unwrap());
        round(&NextHop::V4(numbers.0.into()))?;
        round(&NextHop::V6 { global, link_local: None })?;
        round(&NextHop::V6 { global, link_local: Some("fe80::1".parse().unwrap()) })?;
        let net: ipnet::IpNet = ipnet::Ipv4Net::new(numbers.0.into(), kinds.0 % 33).unwrap().into();
        round(&Nlri { path_id, ..Nlri::unicast(net.trunc()) })?;
        let net: ipnet::IpNet = ipnet::Ipv6Net::new(global, kinds.0 % 129).unwrap().into();
        round(&Nlri { path_id, ..Nlri::unicast(net.trunc()) })?;
        for origin in [Origin::Igp, Origin::Egp, Origin::Incomplete] {
            round(&origin)?;
        }
    }

    #[test]
    fn paths_parse(
        segments in proptest::collection::vec(
            (0_usize..4, proptest::collection::vec(any::<u32>(), 1..300)), 0..5),
    ) {
        let mut path = AsPath::empty();
        let mut last = None;
        for (kind, asns) in segments {
            let kind = [
                SegmentType::Set,
                SegmentType::Sequence,
                SegmentType::ConfederationSequence,
                SegmentType::ConfederationSet,
            ][kind];
            // Text joins sequences, and no more than 255 ASes fit a set.
            let most = if kind == SegmentType::Sequence { 300 } else { 255 };
            if last == Some(kind) && kind == SegmentType::Sequence {
                continue;
            }
            last = Some(kind);
            let asns: Vec<_> = asns.into_iter().take(most).map(Asn).collect();
            path.push(kind, &asns);
        }
        round(&path)?;
        let parts: Vec<AsPathSegment> = path.clone().into();
        let joined: Vec<_> = parts.iter().map(ToString::to_string).collect();
        prop_assert_eq!(joined.join(" "), path.to_string());
    }

    /// No attribute set is without a text.
    #[test]
    fn attributes_print(attributes in path_attributes(Family::IPV6_UNICAST)) {
        let text = attributes.to_string();
        prop_assert!(text.starts_with("next-hop "), "{}", text);
        prop_assert_eq!(text.contains(", med "), attributes.med.is_some());
    }
}

#[test]
fn roles_and_families_parse() {
    for (text, role) in [
        ("provider", Role::Provider),
        ("rs", Role::RouteServer),
        ("rs-client", Role::RouteServerClient),
        ("customer", Role::Customer),
        ("peer", Role::Peer),
    ] {
        assert_eq!((text.parse(), role.to_string().as_str()), (Ok(role), text));
    }
    assert_eq!("1/1".parse(), Ok(Family::IPV4_UNICAST));
    assert_eq!("25/70".parse::<Family>().unwrap().to_string(), "l2vpn evpn");
    assert_eq!("1.10".parse(), Ok(Asn(65_546)), "asdot (RFC 5396 §2)");
    for wrong in ["ipv4", "ipv4 unicas", "1/256", "afi 1", ""] {
        assert!(wrong.parse::<Family>().is_err(), "{wrong}");
    }
    for wrong in [
        "rt:65000",
        "rt:65000:4294967296",
        "color:4:1",
        "mark:64",
        "default-gateway:1",
    ] {
        assert!(wrong.parse::<ExtendedCommunity>().is_err(), "{wrong}");
    }
}

#[test]
fn messages_are_a_line_each() {
    let mut context = Context::new(PeerType::Internal);
    context.enhanced_route_refresh = true;
    let communities = attribute(0xc0, 8, &[0xff, 0xff, 0xff, 1, 0xfd, 0xe8, 0, 7]);
    let unknown = attribute(0xc0, 99, &[1, 2]);
    let parts: [&[u8]; 7] = [
        MP_REACH,
        MP_UNREACH,
        ORIGIN,
        AS_PATH,
        NEXT_HOP,
        &communities,
        &unknown,
    ];
    let bytes = update(&[8, 10], &parts, NLRI);
    let text = "UPDATE +203.0.113.0/24 +2001:db8::/32 -10.0.0.0/8 -2001:db8:1::/48: \
        mp-reach ipv6 unicast next-hop 2001:db8::1, origin IGP, as-path 65001, \
        next-hop 192.0.2.1, communities no-export 65000:7, attribute 99: 0x0102";
    let line = |bytes: &[u8]| Message::decode(bytes, &context).unwrap().to_string();
    assert_eq!(line(&bytes), text);
    let view = UpdateView::scan(&bytes, &context).unwrap();
    assert_eq!(Update::from(&view).to_string(), text, "owned");
    let block = view.attribute_block(Family::IPV4_UNICAST);
    let tail = "origin IGP, as-path 65001, next-hop 192.0.2.1, communities no-export 65000:7, \
        attribute 99: 0x0102";
    assert_eq!(block.to_string(), tail);
    let route: PathAttributes = view.path_attributes(Family::IPV4_UNICAST);
    assert_eq!(route.to_string(), tail);
    let bad = update(&[], &[&attribute(0x40, 1, &[9]), AS_PATH, NEXT_HOP], NLRI);
    assert_eq!(
        line(&bad),
        "UPDATE -203.0.113.0/24: as-path 65001, next-hop 192.0.2.1 (treat-as-withdraw)"
    );
    let view = UpdateView::scan(&bad, &context).unwrap();
    assert_eq!(
        view.findings().to_string(),
        "ORIGIN: undefined ORIGIN value at octet 23"
    );

    assert_eq!(
        line(&update(&[], &[], &[])),
        "UPDATE End-of-RIB ipv4 unicast"
    );
    assert_eq!(line(&message(4, &[])), "KEEPALIVE");
    assert_eq!(
        line(&message(3, &[6, 2, 3, b'b', b'y', b'e'])),
        "NOTIFICATION Cease / Administrative Shutdown (\"bye\")"
    );
    assert_eq!(
        line(&message(5, &[0, 2, 1, 1])),
        "ROUTE-REFRESH begin ipv6 unicast"
    );
    assert_eq!(
        line(&message(5, &[0, 1, 0, 1, 1, 64, 0, 1, 0x80])),
        "ROUTE-REFRESH request ipv4 unicast, immediate, remove all"
    );
}

#[test]
fn an_open_lists_what_the_peer_can() {
    let capabilities = [
        &[1, 4, 0, 2, 0, 1][..],
        &[2, 0],
        &[3, 7, 0, 1, 0, 1, 1, 64, 3],
        &[5, 6, 0, 1, 0, 1, 0, 2],
        &[6, 0],
        &[7, 3, 8, 0, 1],
        &[8, 4, 0, 1, 4, 3],
        &[9, 1, 3],
        &[64, 6, 0xc0, 120, 0, 1, 1, 0x80],
        &[65, 4, 0, 1, 0x11, 0x70],
        &[69, 4, 0, 1, 1, 3],
        &[70, 0],
        &[71, 7, 0, 1, 1, 0x80, 0, 14, 16],
        &[73, 5, 2, b'r', b'1', 1, b'x'],
        &[75, 5, 4, b'b', b'\x1b', b'r', b'd'],
        &[76, 5, 0, 1, 1, 0, 4],
        &[77, 0],
        &[200, 1, 7],
    ]
    .concat();
    let length = u8::try_from(capabilities.len()).unwrap();
    let body = [
        &[4, 0x5b, 0xa0, 0, 90, 192, 0, 2, 1, length + 2, 2, length][..],
        &capabilities,
    ]
    .concat();
    let bytes = message(1, &body);
    let view = OpenView::decode(&bytes).unwrap();
    let text = "OPEN AS70000 id 192.0.2.1 hold 90: multiprotocol ipv6 unicast, route-refresh, \
        outbound-route-filtering ipv4 unicast address-prefix both, \
        extended-next-hop ipv4 unicast via ipv6, extended-message, \
        bgpsec version 0 send ipv4, multiple-labels ipv4 labeled-unicast 3, role customer, \
        graceful-restart 120s restarted notification ipv4 unicast (preserved), \
        four-octet-as 70000, add-path ipv4 unicast both, enhanced-route-refresh, \
        long-lived-graceful-restart ipv4 unicast 3600s (preserved), fqdn \"r1.x\", \
        software-version \"b\\u{1b}rd\", paths-limit ipv4 unicast 4, link-local-next-hop, \
        capability 200 0x07";
    assert_eq!(view.to_string(), text);
    assert_eq!(Open::from(&view).to_string(), text);
}
