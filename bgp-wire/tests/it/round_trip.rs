//! What is encoded reads back as it was, and what was read encodes as it was.

use bgp_wire::{
    Context, Family, MAX_EXTENDED_MESSAGE, PathAttributes, PeerType, Update, UpdatePacker,
    UpdateView,
};
use proptest::prelude::*;

use crate::strategy::{path_attributes, routes};

fn context(four_octet_as: bool) -> Context {
    let mut context = Context::new(PeerType::Internal);
    context.four_octet_as = four_octet_as;
    context.send_limit = MAX_EXTENDED_MESSAGE;
    context.receive_limit = MAX_EXTENDED_MESSAGE;
    context
}

fn family() -> impl Strategy<Value = Family> {
    prop_oneof![Just(Family::IPV4_UNICAST), Just(Family::IPV6_UNICAST)]
}

proptest! {
    #[test]
    fn an_announcement_reads_back(
        (family, attributes, nlri) in family().prop_flat_map(|family| {
            (Just(family), path_attributes(family), routes(family))
        }),
    ) {
        let context = context(true);
        let packer = UpdatePacker::new(&context);
        let mut out = vec![0; MAX_EXTENDED_MESSAGE.into()];
        let mut rest = nlri.iter().copied().peekable();
        let length = packer.announce(&attributes, family, &mut rest, &mut out).unwrap();
        let said = packer.announce_len(&attributes, family, nlri.iter().copied());
        prop_assert_eq!(said, Ok(length));

        let view = UpdateView::scan(&out[..length], &context).unwrap();
        prop_assert!(view.findings().is_empty(), "{:?}", view.findings());
        prop_assert!(view.reachable().eq(nlri.iter().copied()));
        prop_assert_eq!(view.path_attributes(family), attributes);

        let mut again = vec![0; length];
        let owned = Update::from(&view);
        prop_assert_eq!(owned.encode(&context, &mut again), Ok(length));
        prop_assert_eq!(&again[..], &out[..length]);
    }

    /// AS numbers above 65535 survive a session that has two octets for them. Segments may
    /// be joined and confederation segments lose theirs, so the plain sequence is compared.
    #[test]
    fn two_octet_sessions_lose_no_as(asns in proptest::collection::vec(1_u32.., 0..600)) {
        let context = context(false);
        let asns: Vec<_> = asns.into_iter().map(bgp_wire::Asn).collect();
        let mut attributes = PathAttributes::new(bgp_wire::NextHop::V4([192, 0, 2, 1].into()));
        attributes.as_path = bgp_wire::AsPath::from_sequence(asns.iter().copied());
        let mut out = vec![0; MAX_EXTENDED_MESSAGE.into()];
        let prefix: ipnet::IpNet = "10.0.0.0/8".parse().unwrap();
        let mut route = [bgp_wire::Nlri::unicast(prefix)].into_iter().peekable();
        let length = UpdatePacker::new(&context)
            .announce(&attributes, Family::IPV4_UNICAST, &mut route, &mut out)
            .unwrap();
        let view = UpdateView::scan(&out[..length], &context).unwrap();
        prop_assert!(view.findings().is_empty());
        let read = view.path_attributes(Family::IPV4_UNICAST).as_path;
        prop_assert!(read.iter_asns().eq(asns));
    }
}
