//! Attribute blocks that are passed on as they were received.

use bgp_wire::{
    Asn, AttributeBlockBuf, Context, EncodeAttributes as _, EncodeError, Family,
    MAX_EXTENDED_MESSAGE, NextHop, PathAttributes, PeerType, Reflection, UpdatePacker, UpdateView,
};
use proptest::prelude::*;
use testkit::alloc::count;

use crate::bytes::{AS_PATH, MP_REACH, MP_UNREACH, NEXT_HOP, NLRI, ORIGIN, attribute, update};
use crate::strategy::{path_attributes, routes};

const REFLECTION: Reflection = Reflection {
    originator_id: core::net::Ipv4Addr::new(192, 0, 2, 7),
    cluster_id: core::net::Ipv4Addr::new(192, 0, 2, 254),
};
/// ORIGINATOR_ID and CLUSTER_LIST as a first reflector makes them.
const ADDED: &[u8] = &[0x80, 9, 4, 192, 0, 2, 7, 0x80, 10, 4, 192, 0, 2, 254];

fn internal() -> Context {
    Context::new(PeerType::Internal)
}

/// The attribute octets with which a block of the message goes out, in the body
/// or beside MP_REACH_NLRI; the same from the owned block.
fn sent(message: &[u8], from: &Context, to: &Context, reflect: bool, body: bool) -> Vec<u8> {
    let view = UpdateView::scan(message, from).unwrap();
    let family = match body {
        true => Family::IPV4_UNICAST,
        false => Family::IPV6_UNICAST,
    };
    let mut block = view.attribute_block(family);
    if reflect {
        block = block.reflected(REFLECTION);
    }
    let mut out = [0; 4096];
    let length = block.encode_attributes(to, body, &mut out).unwrap();
    assert_eq!(block.attributes_len(to, body), Ok(length), "known before");
    let kept = AttributeBlockBuf::from(block);
    let mut again = [0; 4096];
    assert_eq!(kept.encode_attributes(to, body, &mut again), Ok(length));
    assert_eq!(kept.attributes_len(to, body), Ok(length));
    assert_eq!(again[..length], out[..length], "owned and borrowed agree");
    out[..length].to_vec()
}

fn reflected(attributes: &[&[u8]]) -> Vec<u8> {
    let message = update(&[], attributes, NLRI);
    sent(&message, &internal(), &internal(), true, true)
}

/// RFC 4456 §8.
#[test]
fn a_first_reflector_adds_both_attributes_in_their_places() {
    let local_pref = attribute(0x40, 5, &[0, 0, 0, 100]);
    let communities = attribute(0xc0, 8, &[0xff, 0xff, 0xff, 1]);
    let extended = attribute(0xc0, 16, &[0, 2, 0xfd, 0xe8, 0, 0, 0, 1]);
    let before = [ORIGIN, AS_PATH, NEXT_HOP, &local_pref, &communities];
    let all = [&before[..], &[&extended]].concat();
    let expected = [&before.concat(), ADDED, &extended].concat();
    assert_eq!(reflected(&all), expected);
    // Nothing behind them: they come last.
    let expected = [&before.concat(), ADDED].concat();
    assert_eq!(reflected(&before), expected);
}

#[test]
fn a_second_reflector_keeps_the_originator_and_prepends_its_cluster() {
    let originator = attribute(0x80, 9, &[10, 0, 0, 1]);
    // With flags that nobody sets but everybody keeps: an extended length.
    let cluster = [0x90, 10, 0, 4, 10, 0, 0, 2];
    let prepended = [0x90, 10, 0, 8, 192, 0, 2, 254, 10, 0, 0, 2];
    let parts = [ORIGIN, AS_PATH, NEXT_HOP, &originator];
    let expected = [&parts.concat()[..], &prepended].concat();
    assert_eq!(reflected(&[&parts[..], &[&cluster]].concat()), expected);
    // The order in which they came stays.
    let parts = [ORIGIN, &cluster, AS_PATH, &originator, NEXT_HOP];
    let expected = [ORIGIN, &prepended, AS_PATH, &originator, NEXT_HOP].concat();
    assert_eq!(reflected(&parts), expected);
}

#[test]
fn a_cluster_list_grows_into_the_extended_length() {
    let list: Vec<u8> = (0..63_u8).flat_map(|it| [10, 0, 0, it]).collect();
    let originator = attribute(0x80, 9, &[10, 0, 0, 1]);
    let cluster = attribute(0x80, 10, &list);
    let got = reflected(&[ORIGIN, AS_PATH, NEXT_HOP, &originator, &cluster]);
    let at = ORIGIN.len() + AS_PATH.len() + NEXT_HOP.len() + originator.len();
    assert_eq!(got[at..at + 8], [0x90, 10, 1, 0, 192, 0, 2, 254]);
    assert_eq!(got[at + 8..], list);
}

#[test]
fn without_reflection_the_block_is_what_came() {
    let odd = [0x50, 5, 0, 4, 0, 0, 0, 100];
    let communities = attribute(0xe3, 8, &[0xff, 0xff, 0xff, 1]);
    let parts = [AS_PATH, &odd, NEXT_HOP, &communities, ORIGIN];
    let message = update(&[], &parts, NLRI);
    let got = sent(&message, &internal(), &internal(), false, true);
    assert_eq!(got, parts.concat(), "order, flags, extended lengths");
}

/// RFC 4271 §5.
#[test]
fn unknown_attributes_become_partial_or_are_dropped() {
    let transitive = attribute(0xc0, 200, &[1, 2]);
    let partial = attribute(0xe0, 201, &[3]);
    let extended = [0xd0, 202, 0, 1, 4];
    let local = attribute(0x80, 203, &[5]);
    let repeated = attribute(0xc0, 200, &[6]);
    let parts = [
        ORIGIN,
        &transitive,
        AS_PATH,
        NEXT_HOP,
        &partial,
        &extended,
        &local,
        &repeated,
    ];
    let message = update(&[], &parts, NLRI);
    let got = sent(&message, &internal(), &internal(), false, true);
    let expected: [&[u8]; 6] = [
        ORIGIN,
        &[0xe0, 200, 2, 1, 2],
        AS_PATH,
        NEXT_HOP,
        &partial,
        &[0xf0, 202, 0, 1, 4],
    ];
    assert_eq!(got, expected.concat());
}

#[test]
fn what_the_scan_discarded_is_not_passed_on() {
    let aggregator = attribute(0xc0, 7, &[1, 2, 3]);
    let originator = attribute(0x80, 9, &[10, 0, 0, 1]);
    let local_pref = attribute(0x40, 5, &[0, 0, 0, 200]);
    let as4_path = attribute(0xc0, 17, &[2, 1, 0, 0, 0, 9]);
    let parts = [
        ORIGIN,
        ORIGIN,
        AS_PATH,
        NEXT_HOP,
        &local_pref,
        &aggregator,
        &originator,
        &as4_path,
    ];
    let message = update(&[], &parts, NLRI);
    let external = Context::new(PeerType::External);
    let got = sent(&message, &external, &internal(), true, true);
    let expected = [&[ORIGIN, AS_PATH, NEXT_HOP].concat(), ADDED].concat();
    assert_eq!(got, expected);
}

#[test]
fn external_peers_see_nothing_that_stays_inside() {
    let local_pref = attribute(0x40, 5, &[0, 0, 0, 200]);
    let originator = attribute(0x80, 9, &[10, 0, 0, 1]);
    let cluster = attribute(0x80, 10, &[10, 0, 0, 2]);
    let aigp = attribute(0x80, 26, &[1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 7]);
    let parts = [
        ORIGIN,
        AS_PATH,
        NEXT_HOP,
        &local_pref,
        &originator,
        &cluster,
        &aigp,
    ];
    let message = update(&[], &parts, NLRI);
    let external = Context::new(PeerType::External);
    let got = sent(&message, &internal(), &external, true, true);
    assert_eq!(got, [ORIGIN, AS_PATH, NEXT_HOP].concat());
    let got = sent(&message, &internal(), &internal(), false, true);
    assert_eq!(got, parts.concat());
}

/// RFC 7311 §3.3, RFC 8205 §2: attributes that only some sessions carry.
#[test]
fn what_a_session_has_not_negotiated_is_not_sent() {
    let aigp = attribute(0x80, 26, &[1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 7]);
    let bgpsec = attribute(0x80, 33, &[0, 8, 1, 0, 0, 0, 0xfd, 0xe9, 0, 0]);
    let parts = [ORIGIN, AS_PATH, NEXT_HOP, &aigp, &bgpsec];
    let message = update(&[], &parts, NLRI);
    let (mut plain, mut rich) = (internal(), internal());
    plain.aigp = false;
    rich.bgpsec_send = true;
    let without = [ORIGIN, AS_PATH, NEXT_HOP].concat();
    assert_eq!(sent(&message, &internal(), &plain, false, true), without);
    assert_eq!(
        sent(&message, &internal(), &rich, false, true),
        parts.concat()
    );
    let view = UpdateView::scan(&message, &rich).unwrap();
    let attributes = view.path_attributes(Family::IPV4_UNICAST);
    let mut out = [0; 4096];
    let length = attributes
        .encode_attributes(&plain, true, &mut out)
        .unwrap();
    assert_eq!(out[..length], without);
    let length = attributes.encode_attributes(&rich, true, &mut out).unwrap();
    assert_eq!(out[..length], parts.concat());
}

#[test]
fn mp_attributes_are_the_packers_and_next_hop_is_the_bodys() {
    let parts = [MP_REACH, ORIGIN, NEXT_HOP, AS_PATH, MP_UNREACH];
    let message = update(&[], &parts, NLRI);
    let context = internal();
    let got = sent(&message, &context, &context, false, true);
    assert_eq!(got, [ORIGIN, NEXT_HOP, AS_PATH].concat());
    let got = sent(&message, &context, &context, false, false);
    assert_eq!(got, [ORIGIN, AS_PATH].concat());

    // Another next hop takes the place of the one that was there, or its own.
    let view = UpdateView::scan(&message, &context).unwrap();
    let block = view.attribute_block(Family::IPV6_UNICAST);
    let moved = block.with_next_hop(NextHop::V4([10, 9, 8, 7].into()));
    let mut out = [0; 64];
    let length = moved.encode_attributes(&context, true, &mut out).unwrap();
    let next_hop = attribute(0x40, 3, &[10, 9, 8, 7]);
    assert_eq!(out[..length], [ORIGIN, &next_hop, AS_PATH].concat());
    assert_eq!(
        block.encode_attributes(&context, true, &mut out),
        Err(EncodeError::NoNextHop),
        "an IPv6 next hop has no place in the body"
    );
    let message = update(&[], &[MP_REACH, ORIGIN, AS_PATH], &[]);
    let view = UpdateView::scan(&message, &context).unwrap();
    let block = view.attribute_block(Family::IPV6_UNICAST);
    let moved = block.with_next_hop(NextHop::V4([10, 9, 8, 7].into()));
    let length = moved.encode_attributes(&context, true, &mut out).unwrap();
    assert_eq!(out[..length], [ORIGIN, AS_PATH, &next_hop].concat());
}

/// RFC 6793 §4.2.
#[test]
fn as_numbers_are_converted_only_when_asked() {
    let (four, mut two) = (internal(), internal());
    two.four_octet_as = false;
    let as_path = attribute(0x40, 2, &[2, 2, 0, 1, 0x11, 0x70, 0, 0, 0xfd, 0xe9]);
    let aggregator = attribute(0xc0, 7, &[0, 1, 0x11, 0x70, 192, 0, 2, 9]);
    let large = attribute(0xc0, 32, &[7; 12]);
    let message = update(
        &[],
        &[ORIGIN, &as_path, NEXT_HOP, &aggregator, &large],
        NLRI,
    );
    let view = UpdateView::scan(&message, &four).unwrap();
    let block = view.attribute_block(Family::IPV4_UNICAST);
    let mut out = [0; 4096];
    assert_eq!(
        block.encode_attributes(&two, true, &mut out),
        Err(EncodeError::AsNumberWidth)
    );
    let kept = AttributeBlockBuf::from(block);
    let converted = kept.with_as_numbers(false).unwrap();
    let parts: [&[u8]; 7] = [
        ORIGIN,
        &[0x40, 2, 6, 2, 2, 0x5b, 0xa0, 0xfd, 0xe9],
        NEXT_HOP,
        &[0xc0, 7, 6, 0x5b, 0xa0, 192, 0, 2, 9],
        &[0xc0, 17, 10, 2, 2, 0, 1, 0x11, 0x70, 0, 0, 0xfd, 0xe9],
        &[0xc0, 18, 8, 0, 1, 0x11, 0x70, 192, 0, 2, 9],
        &large,
    ];
    assert_eq!(converted.octets(), parts.concat());
    assert_eq!(converted.with_as_numbers(true).unwrap(), kept, "and back");
    // From one session of two octets to another it is the same octets again.
    let message = update(&[], &parts, NLRI);
    assert_eq!(sent(&message, &two, &two, false, true), parts.concat());
    // An aggregator that knew nothing of four octets made the rest stale.
    let mut stale = parts;
    stale[3] = &[0xc0, 7, 6, 0, 9, 192, 0, 2, 9];
    let message = update(&[], &stale, NLRI);
    let got = sent(&message, &two, &two, false, true);
    assert_eq!(got, [&stale[..4], &stale[6..]].concat().concat());
}

#[test]
fn a_path_without_as_numbers_fits_every_session() {
    let mut two = internal();
    two.four_octet_as = false;
    let empty = attribute(0x40, 2, &[]);
    let message = update(&[], &[ORIGIN, &empty, NEXT_HOP], NLRI);
    let got = sent(&message, &internal(), &two, false, true);
    assert_eq!(got, [ORIGIN, &empty, NEXT_HOP].concat());
}

#[test]
fn reflecting_allocates_nothing() {
    let cluster = attribute(0x80, 10, &[10, 0, 0, 2]);
    let message = update(&[], &[ORIGIN, AS_PATH, NEXT_HOP, &cluster], NLRI);
    let context = internal();
    let mut out = [0; 4096];
    let (length, counts) = count(|| {
        let view = UpdateView::scan(&message, &context).unwrap();
        let family = Family::IPV4_UNICAST;
        let block = view.attribute_block(family).reflected(REFLECTION);
        let mut nlri = view.reachable().peekable();
        UpdatePacker::new(&context)
            .announce(&block, family, &mut nlri, &mut out)
            .unwrap()
    });
    assert_eq!(length, message.len() + 4 + 7, "one cluster, one originator");
    assert_eq!(counts.allocations, 0);
}

proptest! {
    /// What goes out means what came in, with the two attributes touched.
    #[test]
    fn a_reflected_route_is_the_same_route(
        (family, attributes, nlri) in prop_oneof![
            Just(Family::IPV4_UNICAST), Just(Family::IPV6_UNICAST)
        ].prop_flat_map(|family| (Just(family), path_attributes(family), routes(family))),
        four_octet_as: bool,
    ) {
        let mut context = internal();
        context.four_octet_as = four_octet_as;
        context.send_limit = MAX_EXTENDED_MESSAGE;
        context.receive_limit = MAX_EXTENDED_MESSAGE;
        let packer = UpdatePacker::new(&context);
        let mut message = vec![0; MAX_EXTENDED_MESSAGE.into()];
        let length = packer
            .announce(&attributes, family, &mut nlri.iter().peekable(), &mut message)
            .unwrap();
        let view = UpdateView::scan(&message[..length], &context).unwrap();
        let received: PathAttributes = view.path_attributes(family);
        let block = view.attribute_block(family).reflected(REFLECTION);
        let mut out = vec![0; MAX_EXTENDED_MESSAGE.into()];
        let length = packer
            .announce(&block, family, &mut nlri.iter().peekable(), &mut out)
            .unwrap();
        prop_assert_eq!(packer.announce_len(&block, family, nlri.iter()), Ok(length));
        let sent = UpdateView::scan(&out[..length], &context).unwrap();
        prop_assert!(sent.findings().is_empty(), "{:?}", sent.findings());
        let mut expected = received;
        expected.originator_id = expected.originator_id.or(Some(REFLECTION.originator_id));
        expected.cluster_list.insert(0, REFLECTION.cluster_id);
        prop_assert_eq!(sent.path_attributes(family), expected);
        prop_assert!(sent.reachable().eq(nlri.iter().copied()));

        // The same after a detour over the other kind of session.
        let kept = AttributeBlockBuf::from(block);
        if received_has_plain_path(&view) {
            let there = kept.with_as_numbers(!four_octet_as).unwrap();
            let back = there.with_as_numbers(four_octet_as).unwrap();
            prop_assert_eq!(back, kept);
        }
    }
}

/// Whether nothing in the path is lost between sessions of both kinds.
fn received_has_plain_path(view: &UpdateView<'_>) -> bool {
    view.as_path()
        .is_some_and(|path| path.iter_asns().all(|it| it != Asn::TRANS && it.0 < 65_536))
}
