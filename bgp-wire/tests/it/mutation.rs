//! Damaged messages: nothing panics, nothing runs away, and a scanned UPDATE keeps its
//! promises whatever is in it.

use bgp_wire::{
    AttributeBlockBuf, Context, Disposition, Family, Message, PeerType, Reflection, UpdatePacker,
    UpdateView,
};
use proptest::prelude::*;

use crate::bytes::{
    AS_PATH, MP_REACH, MP_UNREACH, NEXT_HOP, NLRI, ORIGIN, attribute, message, update,
};

/// Messages that reach most of the decoder.
fn seeds() -> Vec<Vec<u8>> {
    let parts: [&[u8]; 12] = [
        MP_REACH,
        MP_UNREACH,
        ORIGIN,
        AS_PATH,
        NEXT_HOP,
        &attribute(0xc0, 7, &[1; 8]),
        &attribute(0xc0, 17, &[2, 2, 0, 0, 0, 1, 0, 0, 0, 2]),
        &attribute(0xc0, 23, &[0, 8, 0, 6, 4, 4, 0, 0, 0, 1]),
        &attribute(0xc0, 40, &[1, 0, 7, 0, 0, 0, 0, 0, 0, 1]),
        &attribute(0xc0, 128, &[0, 0, 0, 1, 0x40, 1, 1, 0]),
        &attribute(0x80, 26, &[1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 1]),
        &attribute(0xc0, 22, &[0, 6, 0, 0, 0, 192, 0, 2, 1]),
    ];
    let capabilities = [
        2, 32, 1, 4, 0, 1, 0, 1, 64, 6, 0xc0, 120, 0, 1, 1, 128, 65, 4, 0, 0, 0xfd, 0xe9, 73, 4, 2,
        b'r', b'1', 0, 69, 4, 0, 1, 1, 3,
    ];
    let mut open = vec![4, 0xfd, 0xe9, 0, 180, 192, 0, 2, 1, 34];
    open.extend(capabilities);
    vec![
        update(&[8, 10, 24, 192, 0, 2], &parts, NLRI),
        message(1, &open),
        message(3, &[6, 2, 3, b'b', b'y', b'e']),
        message(5, &[0, 1, 0, 1]),
    ]
}

/// Changes to a message: at a place, to a value.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let seeds = seeds();
    let change = (any::<prop::sample::Index>(), any::<u8>());
    (
        prop::sample::select(seeds),
        proptest::collection::vec(change, 0..8),
        any::<Option<u8>>(),
    )
        .prop_map(|(mut bytes, changes, cut)| {
            for (at, value) in changes {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            if let Some(cut) = cut {
                bytes.truncate(bytes.len().saturating_sub(usize::from(cut) % 32));
            }
            mend_header(&mut bytes);
            bytes
        })
}

/// A marker and a length that let the damage reach the decoder behind the header.
fn mend_header(bytes: &mut [u8]) {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    let marker = [0xff; 16];
    for (octet, right) in bytes.iter_mut().zip(marker.into_iter().chain(length)) {
        *octet = right;
    }
}

fn context() -> impl Strategy<Value = Context> {
    let peer = prop_oneof![
        Just(PeerType::Internal),
        Just(PeerType::External),
        Just(PeerType::ConfederationExternal),
    ];
    (peer, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(peer, wide, add_path, disable)| {
            let mut context = Context::new(peer);
            context.four_octet_as = wide;
            if add_path {
                context.add_path_receive = context.families;
            }
            if disable {
                context.malformed_nlri = bgp_wire::MalformedNlriPolicy::DisableFamily;
            }
            context
        },
    )
}

fn check_update(view: &UpdateView<'_>) {
    let reachable = view.reachable().count();
    let strongest = view
        .findings()
        .iter()
        .map(|it| it.disposition())
        .max()
        .unwrap_or_default();
    assert!(view.disposition() >= strongest);
    if view.findings().omitted() == 0 {
        assert_eq!(view.disposition(), strongest);
    }
    if view.disposition() == Disposition::TreatAsWithdraw {
        assert_eq!(reachable, 0);
    }
    if reachable > 0 {
        assert!(view.origin().is_some(), "a route has an origin");
        for group in view.announcements() {
            assert!(group.next_hop.is_some(), "a route has a next hop");
        }
    }
    for finding in view.findings().iter() {
        assert!(finding.offset() + finding.len() <= view.bytes().len());
    }
    for raw in view.attributes() {
        assert_eq!(view.value(raw.attribute_type), Some(raw.value));
    }
    assert!(view.path_attributes(Family::IPV4_UNICAST).as_path.length() <= view.bytes().len());
}

/// What is passed on is the route that was taken, without a fault.
fn check_block(view: &UpdateView<'_>) {
    let mut context = *view.context();
    context.add_path_send = context.add_path_receive;
    let packer = UpdatePacker::new(&context);
    let reflection = Reflection {
        originator_id: [192, 0, 2, 7].into(),
        cluster_id: [192, 0, 2, 254].into(),
    };
    for group in view.announcements() {
        let block = view
            .attribute_block_via(group.next_hop)
            .reflected(reflection);
        let mut out = [0; 4096];
        let mut routes = group.routes.peekable();
        let length = packer
            .announce(&block, group.family, &mut routes, &mut out)
            .unwrap();
        let kept = AttributeBlockBuf::from(block);
        let mut again = [0; 4096];
        let mut routes = group.routes.peekable();
        let result = packer.announce(&kept, group.family, &mut routes, &mut again);
        assert_eq!(
            (result, again),
            (Ok(length), out),
            "owned and borrowed agree"
        );

        let sent = UpdateView::scan(&out[..length], &context).unwrap();
        assert!(sent.findings().is_empty(), "{:?}", sent.findings());
        assert!(sent.reachable().eq(group.routes));
        let mut expected = view.path_attributes_via(group.next_hop);
        if context.peer_type != PeerType::External {
            let originator = reflection.originator_id;
            expected.originator_id = expected.originator_id.or(Some(originator));
            expected.cluster_list.insert(0, reflection.cluster_id);
        }
        assert_eq!(sent.path_attributes(group.family), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_messages_are_refused_or_keep_their_promises(
        bytes in damaged(),
        context in context(),
    ) {
        match Message::decode(&bytes, &context) {
            Ok(Message::Update(view)) => {
                check_update(&view);
                check_block(&view);
                prop_assert!(view.to_string().starts_with("UPDATE"));
            }
            Ok(Message::Open(open)) => prop_assert!(open.capabilities().count() <= bytes.len()),
            Ok(_) => {}
            Err(error) => {
                prop_assert!(error.offset() <= bytes.len());
                prop_assert!(error.notification(&bytes).encoded_len() <= 4096);
            }
        }
    }

    #[test]
    fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..200), context in context()) {
        let mut framed = message(2, &bytes);
        if let Ok(view) = UpdateView::scan(&framed, &context) {
            check_update(&view);
        }
        framed[18] = 1;
        let _ = Message::decode(&framed, &context);
        let _ = Message::decode(&bytes, &context);
    }
}
