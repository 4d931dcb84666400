//! What malformed NLRI lead to.

use bgp_wire::{Afi, DecodeErrorKind, Disposition, Family, MalformedNlriPolicy, Safi, UpdateView};

use super::{context, reach, unreach};

const fn family(afi: Afi, safi: Safi) -> Family {
    Family::new(afi, safi)
}

const EVPN: Family = family(Afi::L2VPN, Safi::EVPN);
const LINK_STATE: Family = family(Afi::BGP_LS, Safi::BGP_LS);

/// A whole EVPN route of type 3.
const MULTICAST: [u8; 19] = [3, 17, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 32, 192, 0, 2, 1];

/// RFC 7606 §5.3: session reset 3/9, or the family is disabled.
#[test]
fn fields_that_cannot_be_parsed() {
    for (family, field, why) in [
        (
            family(Afi::IPV4, Safi::LABELED),
            &[8, 10][..],
            "shorter than a label",
        ),
        (
            family(Afi::IPV4, Safi::LABELED),
            &[57, 0, 1, 1, 10, 1, 1, 1, 1],
            "33 bits",
        ),
        (
            family(Afi::IPV4, Safi::MPLS_VPN),
            &[32, 0, 1, 1, 10],
            "no distinguisher",
        ),
        (
            family(Afi::IPV4, Safi::ROUTE_TARGET),
            &[16, 0, 0],
            "no origin AS",
        ),
        (
            EVPN,
            &[3, 16, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 32, 192, 0, 2],
            "cut off",
        ),
        (EVPN, &[2, 9, 0], "beyond the field"),
        (
            family(Afi::IPV4, Safi::MVPN),
            &[1, 1, 0],
            "shorter than a distinguisher",
        ),
        (family(Afi::IPV4, Safi::FLOW_SPEC), &[0], "no component"),
        (
            family(Afi::IPV4, Safi::FLOW_SPEC),
            &[6, 4, 0x81, 1, 3, 0x81, 6],
            "out of order",
        ),
        (family(Afi::IPV4, Safi::MUP), &[1, 0, 1, 9, 0], "cut off"),
        (LINK_STATE, &[0, 1, 0], "cut off"),
        (family(Afi::L2VPN, Safi::VPLS), &[0, 17, 0], "cut off"),
    ] {
        let bytes = reach(family, field);
        let error = UpdateView::scan(&bytes, &context()).unwrap_err();
        let code = (error.code().code, error.code().subcode);
        assert_eq!(
            (error.kind(), code),
            (DecodeErrorKind::MpNlri, (3, 9)),
            "{why}"
        );

        let mut context = context();
        context.malformed_nlri = MalformedNlriPolicy::DisableFamily;
        let view = UpdateView::scan(&bytes, &context).unwrap();
        assert_eq!(view.disposition(), Disposition::AfiSafiDisable, "{why}");
        assert!(view.disabled_families().contains(family));
        assert_eq!(view.reachable_nlri().count(), 0);
    }
}

/// draft-ietf-bess-mup-safi-01 §3.1: a route that can be skipped is withdrawn.
#[test]
fn a_malformed_mobile_user_plane_route_is_withdrawn() {
    let family = family(Afi::IPV4, Safi::MUP);
    let good = [1, 0, 2, 12, 0, 0, 0xfd, 0xe8, 0, 0, 0, 1, 192, 0, 2, 1];
    for bad in [
        &[1, 0, 1, 1, 0][..],
        &[1, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 33],
        &[1, 0, 2, 9, 0, 0, 0, 0, 0, 0, 0, 0, 9],
    ] {
        let bytes = reach(family, &[bad, &good].concat());
        let view = UpdateView::scan(&bytes, &context()).unwrap();
        assert_eq!(view.disposition(), Disposition::TreatAsWithdraw);
        assert_eq!(view.reachable_nlri().count(), 0);
        assert_eq!(view.unreachable_nlri().count(), 1, "the good one");
    }
}

/// RFC 8277 §2.1: more labels than the session said it takes.
#[test]
fn too_many_labels_withdraw() {
    let family = family(Afi::IPV4, Safi::LABELED);
    let field = [96, 0, 1, 0, 0, 2, 0, 0, 3, 1, 203, 0, 113];
    let bytes = reach(family, &field);
    for (limit, disposition) in [
        (255, Disposition::Accept),
        (3, Disposition::Accept),
        (2, Disposition::TreatAsWithdraw),
    ] {
        let mut context = context();
        context.multiple_labels.insert(family);
        context.label_limit = limit;
        let view = UpdateView::scan(&bytes, &context).unwrap();
        assert_eq!(view.disposition(), disposition, "{limit}");
        let withdrawn = usize::from(disposition == Disposition::TreatAsWithdraw);
        assert_eq!(view.unreachable_nlri().count(), withdrawn);
        assert_eq!(view.reachable_nlri().count(), 1 - withdrawn);
    }
}

/// RFC 9251 §9.7: a session reset, whatever the policy says.
#[test]
fn an_igmp_route_without_a_key_ends_the_session() {
    let mut context = context();
    context.malformed_nlri = MalformedNlriPolicy::DisableFamily;
    for route_type in 6..=8 {
        let bytes = unreach(EVPN, &[route_type, 3, 0, 0, 0]);
        let error = UpdateView::scan(&bytes, &context).unwrap_err();
        assert_eq!(error.kind(), DecodeErrorKind::MpNlriKey);
        assert_eq!((error.code().code, error.code().subcode), (3, 9));
    }
}

/// RFC 9251 §9.7, §10: versions that do not exist withdraw the route.
#[test]
fn an_igmp_route_of_a_version_that_is_not_is_withdrawn() {
    let smet = |group: &[u8], flags| {
        let head = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0];
        let value = [&head[..], group, &[32, 192, 0, 2, 1, flags]].concat();
        [&[6, u8::try_from(value.len()).unwrap()][..], &value].concat()
    };
    let v4 = [32, 233, 252, 0, 1];
    let mut v6 = [0; 17];
    v6[..2].copy_from_slice(&[128, 0xff]);
    for (route, disposition) in [
        (smet(&v4, 2), Disposition::Accept),
        (smet(&v4, 5), Disposition::Accept),
        (smet(&v4, 1), Disposition::TreatAsWithdraw),
        (smet(&v6, 1), Disposition::Accept),
        (smet(&v6, 4), Disposition::TreatAsWithdraw),
    ] {
        let bytes = reach(EVPN, &route);
        let view = UpdateView::scan(&bytes, &context()).unwrap();
        assert_eq!(view.disposition(), disposition, "{route:?}");
        let withdrawn = disposition == Disposition::TreatAsWithdraw;
        assert_eq!(view.reachable_nlri().count(), usize::from(!withdrawn));
        assert_eq!(view.unreachable_nlri().count(), usize::from(withdrawn));
        let gone = unreach(EVPN, &route);
        let view = UpdateView::scan(&gone, &context()).unwrap();
        assert!(
            view.findings().is_empty(),
            "flags of a withdrawal say nothing"
        );
    }
}

/// RFC 7606 §5.4: the route is discarded, its neighbours count.
#[test]
fn unknown_route_types_are_stepped_over() {
    for (family, unknown, known) in [
        (EVPN, &[99, 2, 1, 2][..], &MULTICAST[..]),
        (
            family(Afi::IPV4, Safi::MVPN),
            &[99, 1, 0],
            &[2, 12, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1],
        ),
    ] {
        let bytes = reach(family, &[unknown, known, unknown].concat());
        let view = UpdateView::scan(&bytes, &context()).unwrap();
        assert!(view.findings().is_empty());
        assert!(view.reachable_nlri().map(|it| it.octets()).eq([known]));
    }
}

/// RFC 9552 §8.2.2: NLRI discard.
#[test]
fn a_link_state_route_of_wrong_syntax_is_discarded_alone() {
    let node = [
        0, 1, 0, 21, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 8, 2, 0, 0, 4, 0, 0, 0xfd, 0xe8,
    ];
    // A TLV that is cut off.
    let wrong = [0, 1, 0, 12, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0];
    let bytes = reach(LINK_STATE, &[&node[..], &wrong, &node].concat());
    let view = UpdateView::scan(&bytes, &context()).unwrap();
    assert_eq!(view.disposition(), Disposition::Accept);
    let finding = view.findings().iter().next().unwrap();
    assert_eq!(finding.kind(), DecodeErrorKind::NlriValue);
    assert_eq!(&bytes[finding.offset()..][..finding.len()], wrong);
    assert_eq!(view.reachable_nlri().count(), 2);
}

/// RFC 9830 §2.2, §5.
#[test]
fn sr_policies_come_with_one_tunnel_of_their_own() {
    let family = family(Afi::IPV4, Safi::SR_POLICY);
    let bytes = reach(family, &[&[96][..], &[7; 12]].concat());
    let view = UpdateView::scan(&bytes, &context()).unwrap();
    assert_eq!(view.disposition(), Disposition::Accept);
    let at = bytes.len() - 7;
    assert_eq!(bytes[at..], [0xc0, 23, 4, 0, 15, 0, 0]);
    let mut other = bytes.clone();
    other[at + 4] = 8;
    let view = UpdateView::scan(&other, &context()).unwrap();
    assert_eq!(view.disposition(), Disposition::TreatAsWithdraw);
    let finding = view.findings().iter().next().unwrap();
    assert_eq!((finding.offset(), finding.len()), (at, 7));
    // Another attribute in its place: it is missing.
    let mut missing = bytes;
    missing[at + 1] = 99;
    let view = UpdateView::scan(&missing, &context()).unwrap();
    assert_eq!(view.disposition(), Disposition::TreatAsWithdraw);
    let finding = view.findings().iter().next().unwrap();
    assert_eq!(finding.kind(), DecodeErrorKind::Required);
    assert_eq!(view.unreachable_nlri().count(), 1);
}

/// RFC 9830 §5: the length is not that of the endpoint's IP version.
#[test]
fn an_sr_policy_of_wrong_length_is_treated_as_withdrawn() {
    let family = family(Afi::IPV6, Safi::SR_POLICY);
    let right = [&[192][..], &[7; 24]].concat();
    let wrong = [&[96][..], &[7; 12]].concat();
    let bytes = reach(family, &[right, wrong].concat());
    let view = UpdateView::scan(&bytes, &context()).unwrap();
    assert_eq!(view.disposition(), Disposition::TreatAsWithdraw);
    assert_eq!(view.reachable_nlri().count(), 0);
    assert_eq!(view.unreachable_nlri().count(), 1);
}
