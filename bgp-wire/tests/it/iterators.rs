//! Every iterator is `Copy` and fused, and knows its length where the width of its
//! items is fixed. The compiler checks most of it.

use std::iter::FusedIterator;

use bgp_wire::{
    AddPath, Announcements, Asn, Asns, Attributes, BgpLs, BlockAttributes, Capabilities, Community,
    Context, ExtendedCommunity, ExtendedNextHop, Families, Family, FamilySet, FindingIter,
    FlowComponents, FlowTests, GracefulRestartFamily, Ipv6ExtendedCommunity, KeyOctets,
    LargeCommunity, LinkStateDescriptors, ListIter, LongLivedFamily, MultipleLabels, NlriIter,
    NlriRoutes, OrfEntries, OrfFamilies, OrfGroups, OrfType, PathAsns, PathsLimit,
    PeDistinguisherLabels, PeerType, PrefixSid, RawAttributes, RawCapabilities, Routes,
    SegmentList, SegmentListSegments, Segments, SignatureBlocks, SignatureSegments, Srv6Service,
    Tlvs, TunnelEncapsulation, TunnelSubTlvs, UpdateView,
};

use crate::bytes::{AS_PATH, MP_REACH, MP_UNREACH, NEXT_HOP, NLRI, ORIGIN, attribute, update};

const fn walks<T: Copy + FusedIterator>() {}

const fn counts<T: Copy + FusedIterator + ExactSizeIterator>() {}

/// Everything that the crate lets one walk over.
#[test]
fn all_are_copy_and_fused() {
    walks::<Attributes<'_>>();
    walks::<BgpLs<'_>>();
    walks::<BlockAttributes<'_>>();
    walks::<Capabilities<'_>>();
    walks::<FlowComponents<'_>>();
    walks::<FlowTests<'_>>();
    walks::<LinkStateDescriptors<'_>>();
    walks::<NlriIter<'_>>();
    walks::<NlriRoutes<'_>>();
    walks::<OrfEntries<'_>>();
    walks::<OrfFamilies<'_>>();
    walks::<OrfGroups<'_>>();
    walks::<PathAsns<'_>>();
    walks::<PeDistinguisherLabels<'_>>();
    walks::<PrefixSid<'_>>();
    walks::<RawAttributes<'_>>();
    walks::<RawCapabilities<'_>>();
    walks::<Routes<'_>>();
    walks::<SegmentList<'_>>();
    walks::<SegmentListSegments<'_>>();
    walks::<Segments<'_>>();
    walks::<SignatureBlocks<'_>>();
    walks::<SignatureSegments<'_>>();
    walks::<Srv6Service<'_>>();
    walks::<Tlvs<'_>>();
    walks::<TunnelEncapsulation<'_>>();
    walks::<TunnelSubTlvs<'_>>();
}

#[test]
fn those_of_a_fixed_width_know_their_length() {
    counts::<Announcements<'_>>();
    counts::<Asns<'_>>();
    counts::<Families>();
    counts::<FindingIter<'_>>();
    counts::<KeyOctets<'_>>();
    counts::<ListIter<'_, AddPath>>();
    counts::<ListIter<'_, Asn>>();
    counts::<ListIter<'_, Community>>();
    counts::<ListIter<'_, ExtendedCommunity>>();
    counts::<ListIter<'_, ExtendedNextHop>>();
    counts::<ListIter<'_, GracefulRestartFamily>>();
    counts::<ListIter<'_, Ipv6ExtendedCommunity>>();
    counts::<ListIter<'_, LargeCommunity>>();
    counts::<ListIter<'_, LongLivedFamily>>();
    counts::<ListIter<'_, MultipleLabels>>();
    counts::<ListIter<'_, OrfType>>();
    counts::<ListIter<'_, PathsLimit>>();
}

/// The length that is said is the number that come, after every step.
fn exact<T>(mut iter: impl ExactSizeIterator<Item = T> + Clone) {
    loop {
        assert_eq!(iter.len(), iter.clone().count());
        if iter.next().is_none() {
            break;
        }
    }
    assert_eq!(iter.len(), 0);
    assert!(iter.next().is_none());
}

#[test]
fn lengths_are_true() {
    let communities = attribute(0xc0, 8, &[0, 1, 0, 2, 0, 3, 0, 4]);
    let parts: [&[u8]; 8] = [
        MP_REACH,
        MP_UNREACH,
        ORIGIN,
        AS_PATH,
        NEXT_HOP,
        ORIGIN,
        ORIGIN,
        &communities,
    ];
    let bytes = update(&[8, 10], &parts, NLRI);
    for four_octet_as in [true, false] {
        let mut context = Context::new(PeerType::Internal);
        context.four_octet_as = four_octet_as;
        let Ok(view) = UpdateView::scan(&bytes, &context) else {
            panic!("an UPDATE");
        };
        exact(view.announcements());
        exact(view.findings().iter());
        exact(view.communities().iter());
        for segment in view.as_path().iter().flat_map(|path| path.segments()) {
            exact(segment.asns());
            exact(segment.asns().rev());
        }
        for nlri in view.reachable_nlri().chain(view.unreachable_nlri()) {
            exact(nlri.key().octets());
        }
    }
    exact(FamilySet::all().iter());
    exact(FamilySet::empty().with(Family::IPV6_UNICAST).iter());
}

/// Both ends of a list meet, whatever octets are too many.
#[test]
fn lists_are_walked_from_both_ends() {
    let value = [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6];
    let communities = attribute(0xc0, 8, &value);
    let bytes = update(&[], &[ORIGIN, AS_PATH, NEXT_HOP, &communities], NLRI);
    let view = UpdateView::scan(&bytes, &Context::new(PeerType::Internal)).unwrap();
    let list = view.communities().iter();
    let mut backwards: Vec<_> = list.rev().collect();
    backwards.reverse();
    assert!(list.eq(backwards));
    let mut both = list;
    assert_eq!(both.next(), Some(Community::new(1, 2)));
    assert_eq!(both.next_back(), Some(Community::new(5, 6)));
    assert_eq!(
        (both.next(), both.next()),
        (Some(Community::new(3, 4)), None)
    );
    assert_eq!(both.next_back(), None);
}
