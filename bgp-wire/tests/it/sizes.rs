//! The size that an encoder says before is the size it writes.

use bgp_wire::{
    AddPath, AddPathDirection, Asn, Capability, Context, EncodeError, EncodeMessage, Family,
    Keepalive, Notification, NotificationCode, Open, OrfEntry, OrfFilters, OrfRequest, PeerType,
    PrefixFilter, RouteRefresh, Update, UpdateView, WhenToRefresh,
};

use crate::bytes::{AS_PATH, MP_REACH, MP_UNREACH, NEXT_HOP, NLRI, ORIGIN, attribute, update};

/// Encodes into a buffer of exactly the size that was said, and into none smaller.
fn exact(message: &impl EncodeMessage, context: &Context) -> Vec<u8> {
    let length = message.message_len(context);
    let mut out = vec![0; length];
    assert_eq!(message.encode_message(context, &mut out), Ok(length));
    assert_eq!(usize::from(u16::from_be_bytes([out[16], out[17]])), length);
    for less in 0..length {
        let refused = message.encode_message(context, &mut out[..less]);
        assert_eq!(refused, Err(EncodeError::BufferTooSmall), "{less}");
    }
    assert_eq!(message.encode_message(context, &mut out), Ok(length));
    #[cfg(feature = "bytes")]
    {
        let mut buf = vec![7];
        assert_eq!(message.put_message(context, &mut buf), Ok(length));
        assert_eq!((buf[0], &buf[1..]), (7, &out[..]));
        let mut narrow = &mut buf[..length - 1];
        let refused = message.put_message(context, &mut narrow);
        assert_eq!(refused, Err(EncodeError::BufferTooSmall));
        assert_eq!(narrow.len(), length - 1, "nothing was written");
    }
    out
}

fn open(capabilities: Vec<Capability>) -> Open {
    Open {
        my_as: Asn(65_001),
        hold_time: 90,
        identifier: [192, 0, 2, 1].into(),
        capabilities,
    }
}

#[test]
fn every_message_knows_its_size() {
    let context = Context::new(PeerType::Internal);
    exact(&Keepalive, &context);
    exact(&RouteRefresh::request(Family::IPV6_UNICAST), &context);
    exact(&Notification::administrative_shutdown("bye"), &context);
    exact(
        &Notification::new(NotificationCode::HARD_RESET, vec![6, 2]).view(),
        &context,
    );
    exact(&open(Vec::new()), &context);
    let filter = PrefixFilter {
        sequence: 5,
        permit: true,
        min_len: 0,
        max_len: 24,
        prefix: "10.0.0.0/9".parse().unwrap(),
    };
    let request = OrfRequest {
        family: Family::IPV4_UNICAST,
        when: WhenToRefresh::Defer,
        groups: vec![
            OrfFilters::AddressPrefix(vec![OrfEntry::Add(filter), OrfEntry::RemoveAll]),
            OrfFilters::Other {
                kind: 7,
                octets: vec![1, 2, 3],
            },
        ],
    };
    exact(&request, &context);
}

#[test]
fn an_update_knows_its_size() {
    let communities = attribute(0xd0, 8, &[])[..2].to_vec();
    let communities = [&communities[..], &[0, 4, 1, 2, 3, 4]].concat();
    let parts: [&[u8]; 6] = [
        MP_REACH,
        MP_UNREACH,
        ORIGIN,
        AS_PATH,
        NEXT_HOP,
        &communities,
    ];
    let bytes = update(&[8, 10], &parts, NLRI);
    let context = Context::new(PeerType::Internal);
    let owned = Update::from(&UpdateView::scan(&bytes, &context).unwrap());
    assert_eq!(exact(&owned, &context), bytes);
    exact(&Update::default(), &context);
}

/// Around the sizes at which the form changes (RFC 9072 §2).
#[test]
fn an_open_knows_its_size_in_both_forms() {
    let context = Context::new(PeerType::Internal);
    let unknown = |length| Capability::Unknown {
        code: 200,
        value: vec![0; length],
    };
    for length in 0..=255 {
        let one = open(vec![unknown(length)]);
        let bytes = exact(&one, &context);
        let extended = bytes[28] == 255 && bytes[29] == 255;
        assert_eq!(extended, length + 2 > 253, "{length}");
        assert_eq!(bytes.len(), 29 + length + 2 + if extended { 6 } else { 2 });
    }
    let add_path = AddPath {
        family: Family::IPV4_UNICAST,
        direction: AddPathDirection::Both,
    };
    exact(
        &open(vec![
            Capability::AddPath(vec![add_path; 3]),
            Capability::Fqdn {
                hostname: "rr1".into(),
                domain: "example.net".into(),
            },
            Capability::FourOctetAs(Asn(65_001)),
        ]),
        &context,
    );
    let mut out = [0; 5000];
    let refused = open(vec![unknown(256)]).encode(&mut out);
    assert_eq!(refused, Err(EncodeError::ValueTooLong));
    let long = open(vec![unknown(255); 16]);
    assert_eq!(long.encoded_len(), 35 + 16 * 257);
    assert_eq!(long.encode(&mut out), Err(EncodeError::MessageTooLong));
}

#[test]
fn a_session_without_extended_messages_sends_none() {
    let mut context = Context::new(PeerType::Internal);
    let long = Notification::new(NotificationCode::OPEN_MESSAGE_ERROR, vec![0; 4090]);
    let mut out = [0; 5000];
    let refused = long.encode_message(&context, &mut out);
    assert_eq!(refused, Err(EncodeError::MessageTooLong));
    context.send_limit = 65_535;
    exact(&long, &context);
}
