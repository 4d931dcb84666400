//! What each fault of an UPDATE leads to.

use bgp_wire::{
    Asn, AttributeType, Context, DecodeErrorKind, Disposition, Family, MalformedNlriPolicy,
    NotificationCode, PeerType, UpdateView,
};

use crate::bytes::{AS_PATH, MP_REACH, MP_UNREACH, NEXT_HOP, NLRI, ORIGIN, attribute, update};

/// One attribute beside the mandatory ones, and a route.
fn with(peer: PeerType, flags: u8, code: u8, value: &[u8]) -> Disposition {
    let extra = attribute(flags, code, value);
    let bytes = update(&[], &[ORIGIN, AS_PATH, NEXT_HOP, &extra], NLRI);
    let context = Context::new(peer);
    let view = UpdateView::scan(&bytes, &context).unwrap();
    let routes = (view.reachable().count(), view.unreachable().count());
    let withdrawn = view.disposition() == Disposition::TreatAsWithdraw;
    assert_eq!(routes, if withdrawn { (0, 1) } else { (1, 0) });
    if view.disposition() != Disposition::Accept {
        assert_eq!(
            view.value(AttributeType(code)),
            None,
            "a faulty attribute is absent"
        );
    }
    view.disposition()
}

#[test]
fn attributes_of_wrong_length() {
    use Disposition::{Accept, AttributeDiscard, TreatAsWithdraw};
    for (flags, code, good, bad, class) in [
        (0x80, 4, &[0; 4][..], &[0; 3][..], TreatAsWithdraw),
        (0x40, 5, &[0; 4], &[0; 5], TreatAsWithdraw),
        (0x40, 6, &[], &[0], AttributeDiscard),
        (0xc0, 7, &[1; 8], &[1; 6], AttributeDiscard),
        (0xc0, 8, &[0; 8], &[0; 6], TreatAsWithdraw),
        (0xc0, 8, &[0; 4], &[], TreatAsWithdraw),
        (0x80, 9, &[1; 4], &[1; 3], TreatAsWithdraw),
        (0x80, 10, &[1; 8], &[1; 7], TreatAsWithdraw),
        (0xc0, 16, &[0; 16], &[0; 12], TreatAsWithdraw),
        (
            0xc0,
            17,
            &[2, 1, 0, 0, 0, 1],
            &[2, 1, 0, 0, 0],
            AttributeDiscard,
        ),
        (0xc0, 18, &[1; 8], &[1; 7], AttributeDiscard),
        (0xc0, 25, &[0; 20], &[0; 21], TreatAsWithdraw),
        (
            0x80,
            26,
            &[1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 1],
            &[1, 0, 11, 0],
            AttributeDiscard,
        ),
        (0xc0, 32, &[0; 12], &[0; 8], TreatAsWithdraw),
        (0xc0, 35, &[0, 0, 0, 1], &[0, 1], TreatAsWithdraw),
        (0x80, 29, &[4, 0, 0, 0], &[4, 0, 0, 9], AttributeDiscard),
        (
            0xc0,
            128,
            &[0, 0, 0, 1, 0x40, 1, 1, 0],
            &[0, 0, 0, 1, 0x40, 1, 1],
            TreatAsWithdraw,
        ),
    ] {
        assert_eq!(
            with(PeerType::Internal, flags, code, good),
            Accept,
            "type {code}"
        );
        assert_eq!(
            with(PeerType::Internal, flags, code, bad),
            class,
            "type {code}"
        );
    }
}

#[test]
fn wrong_flags_withdraw_whatever_the_attribute_but_aigp() {
    for (flags, code, value, class) in [
        (0x80, 8, &[0; 4][..], Disposition::TreatAsWithdraw),
        (0xc0, 4, &[0; 4], Disposition::TreatAsWithdraw),
        (0xc0, 6, &[], Disposition::TreatAsWithdraw),
        (
            0xc0,
            26,
            &[1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 1],
            Disposition::AttributeDiscard,
        ),
        (0xef, 8, &[0; 4], Disposition::Accept),
    ] {
        assert_eq!(
            with(PeerType::Internal, flags, code, value),
            class,
            "type {code}"
        );
    }
}

#[test]
fn what_an_external_peer_may_not_say_is_discarded() {
    for (flags, code, value) in [(0x40, 5, &[0; 4]), (0x80, 9, &[1; 4]), (0x80, 10, &[1; 4])] {
        let class = Disposition::AttributeDiscard;
        assert_eq!(
            with(PeerType::External, flags, code, value),
            class,
            "type {code}"
        );
    }
    let class = with(PeerType::ConfederationExternal, 0x40, 5, &[0; 3]);
    assert_eq!(class, Disposition::TreatAsWithdraw);
}

#[test]
fn missing_attributes_withdraw() {
    for (parts, missing) in [
        (&[AS_PATH, NEXT_HOP][..], AttributeType::ORIGIN),
        (&[ORIGIN, NEXT_HOP], AttributeType::AS_PATH),
        (&[ORIGIN, AS_PATH], AttributeType::NEXT_HOP),
    ] {
        let bytes = update(&[], parts, NLRI);
        let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
        assert_eq!(view.disposition(), Disposition::TreatAsWithdraw);
        let findings: Vec<_> = view.findings().iter().collect();
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].kind(), DecodeErrorKind::Missing);
        assert_eq!(findings[0].attribute(), Some(missing));
    }
}

#[test]
fn next_hop_is_not_needed_beside_mp_reach_alone() {
    let bytes = update(&[], &[MP_REACH, ORIGIN, AS_PATH], &[]);
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    assert_eq!(view.disposition(), Disposition::Accept);
    // A NEXT_HOP that is no host address is ignored there (RFC 4760 §3).
    let zero = attribute(0x40, 3, &[0; 4]);
    let bytes = update(&[], &[MP_REACH, ORIGIN, AS_PATH, &zero], &[]);
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    assert_eq!(view.disposition(), Disposition::Accept);
    let bytes = update(&[], &[ORIGIN, AS_PATH, &zero], NLRI);
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    assert_eq!(view.disposition(), Disposition::TreatAsWithdraw);
}

#[test]
fn treat_as_withdraw_keeps_the_withdrawals_and_adds_all_routes() {
    let bad_med = attribute(0x80, 4, &[0; 3]);
    let parts: [&[u8]; 6] = [MP_REACH, MP_UNREACH, ORIGIN, AS_PATH, NEXT_HOP, &bad_med];
    let bytes = update(&[8, 10], &parts, NLRI);
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    assert_eq!(view.reachable().count(), 0);
    assert_eq!(view.announcements().count(), 0);
    let gone: Vec<String> = view.unreachable().map(|nlri| nlri.to_string()).collect();
    assert_eq!(
        gone,
        [
            "10.0.0.0/8",
            "2001:db8:1::/48",
            "203.0.113.0/24",
            "2001:db8::/32"
        ]
    );
}

#[test]
fn one_fault_does_not_hide_another_and_the_strongest_counts() {
    let bad_atomic = attribute(0x40, 6, &[0]);
    let bad_med = attribute(0x80, 4, &[0; 3]);
    let bytes = update(
        &[],
        &[ORIGIN, &bad_atomic, AS_PATH, &bad_med, NEXT_HOP],
        NLRI,
    );
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    assert_eq!(view.disposition(), Disposition::TreatAsWithdraw);
    let found: Vec<_> = view
        .findings()
        .iter()
        .map(|it| (it.attribute().unwrap().0, it.offset(), it.len()))
        .collect();
    // The attribute field begins at octet 23; ORIGIN is 4 octets long, AS_PATH 9.
    assert_eq!(found, [(6, 27, 4), (4, 40, 6)]);
}

#[test]
fn without_a_route_a_severe_fault_resets() {
    let bad_med = attribute(0x80, 4, &[0; 3]);
    let bytes = update(&[], &[ORIGIN, AS_PATH, &bad_med], &[]);
    let error = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap_err();
    assert_eq!(error.code(), NotificationCode::ATTRIBUTE_LENGTH_ERROR);
    assert_eq!(
        error.notification(&bytes).data(),
        bad_med,
        "the attribute is quoted"
    );
    // Discarding needs no route.
    let bad_atomic = attribute(0x40, 6, &[0]);
    let bytes = update(&[], &[ORIGIN, AS_PATH, &bad_atomic], &[]);
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    assert_eq!(view.disposition(), Disposition::AttributeDiscard);
}

#[test]
fn the_first_of_two_counts() {
    let second = attribute(0x40, 1, &[2]);
    let bytes = update(&[], &[ORIGIN, AS_PATH, NEXT_HOP, &second], NLRI);
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    assert_eq!(view.disposition(), Disposition::Accept);
    assert_eq!(
        view.findings().iter().next().unwrap().kind(),
        DecodeErrorKind::Repeated
    );
    assert_eq!(view.origin(), Some(bgp_wire::Origin::Igp));
    let bytes = update(&[], &[MP_UNREACH, MP_UNREACH], &[]);
    let error = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap_err();
    assert_eq!(error.code(), NotificationCode::MALFORMED_ATTRIBUTE_LIST);
}

#[test]
fn a_repeated_malformed_attribute_does_not_come_back() {
    let bad = attribute(0xc0, 8, &[1]);
    let good = attribute(0xc0, 8, &[0, 1, 0, 2]);
    let bytes = update(&[], &[ORIGIN, AS_PATH, NEXT_HOP, &bad, &good], NLRI);
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    assert_eq!(view.disposition(), Disposition::TreatAsWithdraw);
    assert!(view.communities().is_empty());
}

#[test]
fn an_unusable_prefix_is_ignored_alone() {
    let bytes = update(
        &[],
        &[ORIGIN, AS_PATH, NEXT_HOP],
        &[24, 192, 0, 2, 24, 224, 0, 0],
    );
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    let routes: Vec<String> = view.reachable().map(|nlri| nlri.to_string()).collect();
    assert_eq!(routes, ["192.0.2.0/24"]);
    let finding = view.findings().iter().next().unwrap();
    assert_eq!(
        (finding.kind(), finding.len()),
        (DecodeErrorKind::Prefix, 4)
    );
    assert_eq!(finding.offset(), bytes.len() - 4);
}

#[test]
fn prefixes_that_cannot_be_parsed_reset() {
    let context = Context::new(PeerType::Internal);
    for (withdrawn, nlri) in [
        (&[][..], &[33, 1, 2, 3, 4, 5][..]),
        (&[24, 1], &[]),
        (&[], &[24, 1]),
    ] {
        let bytes = update(withdrawn, &[ORIGIN, AS_PATH, NEXT_HOP], nlri);
        let error = UpdateView::scan(&bytes, &context).unwrap_err();
        assert_eq!(error.code(), NotificationCode::INVALID_NETWORK_FIELD);
    }
}

#[test]
fn broken_mp_nlri_reset_the_session_or_disable_the_family() {
    let broken = attribute(0x80, 15, &[0, 2, 1, 129]);
    let bytes = update(&[8, 10], &[&broken], &[]);
    let mut context = Context::new(PeerType::Internal);
    let error = UpdateView::scan(&bytes, &context).unwrap_err();
    assert_eq!(error.code(), NotificationCode::OPTIONAL_ATTRIBUTE_ERROR);

    context.malformed_nlri = MalformedNlriPolicy::DisableFamily;
    let view = UpdateView::scan(&bytes, &context).unwrap();
    assert_eq!(view.disposition(), Disposition::AfiSafiDisable);
    assert!(view.disabled_families().iter().eq([Family::IPV6_UNICAST]));
    assert_eq!(
        view.unreachable().count(),
        1,
        "the other family's withdrawal holds"
    );
}

#[test]
fn families_that_were_not_negotiated_are_ignored() {
    let broken = attribute(0x80, 15, &[0, 2, 2, 129]);
    let bytes = update(&[], &[&broken], &[]);
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    assert!(view.findings().is_empty());
    assert_eq!(view.unreachable().count(), 0);
    assert_eq!(view.mp_unreach().unwrap().nlri, [129]);
}

#[test]
fn a_cut_attribute_list_still_finds_the_routes() {
    let bytes = update(&[], &[ORIGIN, &[0x40, 2, 200, 2, 1]], NLRI);
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    assert_eq!(view.disposition(), Disposition::TreatAsWithdraw);
    assert_eq!(view.unreachable().count(), 1);
    let finding = view.findings().iter().next().unwrap();
    assert_eq!(
        (finding.kind(), finding.offset()),
        (DecodeErrorKind::AttributeOverrun, 27)
    );
    assert_eq!(view.findings().total(), 1, "nothing counts as missing");
}

#[test]
fn unknown_attributes() {
    let context = Context::new(PeerType::Internal);
    let transitive = attribute(0xc0, 99, &[7]);
    let other = attribute(0x80, 98, &[8]);
    let bytes = update(&[], &[ORIGIN, AS_PATH, NEXT_HOP, &transitive, &other], NLRI);
    let view = UpdateView::scan(&bytes, &context).unwrap();
    assert!(view.findings().is_empty());
    let unknown = view.path_attributes(Family::IPV4_UNICAST).others;
    let kept: Vec<_> = unknown
        .iter()
        .map(|it| (it.flags.bits(), it.attribute_type.0, &*it.value))
        .collect();
    assert_eq!(
        kept,
        [(0xe0, 99, &[7][..])],
        "Partial is set, the other one is gone"
    );

    let well_known = attribute(0x40, 99, &[7]);
    let bytes = update(&[], &[ORIGIN, AS_PATH, NEXT_HOP, &well_known], NLRI);
    let error = UpdateView::scan(&bytes, &context).unwrap_err();
    assert_eq!(
        error.code(),
        NotificationCode::UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE
    );
    assert_eq!(error.notification(&bytes).data(), well_known);
}

#[test]
fn end_of_rib() {
    let context = Context::new(PeerType::Internal);
    for (bytes, family) in [
        (update(&[], &[], &[]), Some(Family::IPV4_UNICAST)),
        (
            update(&[], &[&[0x80, 15, 3, 0, 2, 1]], &[]),
            Some(Family::IPV6_UNICAST),
        ),
        (update(&[], &[MP_UNREACH], &[]), None),
        (update(&[], &[&[0x80, 15, 3, 0, 2, 1], ORIGIN], &[]), None),
        (update(&[8, 10], &[], &[]), None),
    ] {
        assert_eq!(
            UpdateView::scan(&bytes, &context).unwrap().end_of_rib(),
            family
        );
    }
}

#[test]
fn body_and_mp_reach_of_one_family_keep_their_next_hops() {
    let mp = attribute(0x80, 14, &[0, 1, 1, 4, 192, 0, 2, 9, 0, 8, 10]);
    let bytes = update(&[], &[&mp, ORIGIN, AS_PATH, NEXT_HOP], NLRI);
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    let groups: Vec<String> = view
        .announcements()
        .map(|mut group| {
            let first = group.routes.next().unwrap();
            format!("{first} via {}", group.next_hop.unwrap())
        })
        .collect();
    assert_eq!(
        groups,
        ["203.0.113.0/24 via 192.0.2.1", "10.0.0.0/8 via 192.0.2.9"]
    );
}

#[test]
fn as4_attributes_complete_those_of_two_octets() {
    let mut context = Context::new(PeerType::External);
    context.four_octet_as = false;
    let path = attribute(0x40, 2, &[2, 3, 0, 9, 0x5b, 0xa0, 0, 7]);
    let as4_path = attribute(0xc0, 17, &[2, 2, 0, 1, 0x11, 0x70, 0, 0, 0, 7]);
    let trans = attribute(0xc0, 7, &[0x5b, 0xa0, 192, 0, 2, 7]);
    let stale = attribute(0xc0, 7, &[0, 9, 192, 0, 2, 7]);
    let as4_aggregator = attribute(0xc0, 18, &[0, 1, 0x11, 0x70, 192, 0, 2, 8]);
    for (aggregator, merged_path, merged_as) in [
        (&trans, "9 70000 7", Asn(70_000)),
        (&stale, "9 23456 7", Asn(9)),
    ] {
        let parts: [&[u8]; 6] = [
            ORIGIN,
            &path,
            NEXT_HOP,
            aggregator,
            &as4_path,
            &as4_aggregator,
        ];
        let bytes = update(&[], &parts, NLRI);
        let view = UpdateView::scan(&bytes, &context).unwrap();
        assert!(view.findings().is_empty());
        let attributes = view.path_attributes(Family::IPV4_UNICAST);
        assert_eq!(attributes.as_path.to_string(), merged_path);
        assert_eq!(attributes.aggregator.unwrap().asn, merged_as);
    }
}

#[test]
fn large_communities_are_kept_once() {
    let twice = attribute(
        0xc0,
        32,
        &[[0, 0, 0, 1].repeat(3), [0, 0, 0, 1].repeat(3)].concat(),
    );
    let bytes = update(&[], &[ORIGIN, AS_PATH, NEXT_HOP, &twice], NLRI);
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    assert!(
        view.findings().is_empty(),
        "repetition is no fault (RFC 8092 §5)"
    );
    assert_eq!(
        view.path_attributes(Family::IPV4_UNICAST)
            .large_communities
            .len(),
        1
    );
}

#[test]
fn aigp_is_quietly_ignored_where_it_is_not_enabled() {
    let aigp = attribute(0x80, 26, &[1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 9]);
    let bytes = update(&[], &[ORIGIN, AS_PATH, NEXT_HOP, &aigp], NLRI);
    for (peer, metric) in [(PeerType::External, None), (PeerType::Internal, Some(9))] {
        let view = UpdateView::scan(&bytes, &Context::new(peer)).unwrap();
        assert!(view.findings().is_empty());
        assert_eq!(view.aigp(), metric);
    }
}
