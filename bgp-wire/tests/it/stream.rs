//! A framed stream, in memory.

use bgp_wire::{
    BgpCodec, CodecError, Context, DecodeErrorKind, EncodeError, Family, FrameBuf, Keepalive,
    Message, MessageType, Nlri, Notification, PeerType, RouteRefresh, UpdatePacker, put_message,
};
use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::AsyncWriteExt as _;
use tokio_util::codec::{Decoder as _, Encoder as _, Framed};

fn context(limit: u16) -> Context {
    let mut context = Context::new(PeerType::Internal);
    (context.send_limit, context.receive_limit) = (limit, limit);
    context
}

/// A withdrawal of `count` prefixes: 23 octets and 4 for each.
fn withdrawal(context: &Context, count: u32) -> FrameBuf {
    let net = |i: u32| ipnet::Ipv4Net::new((0x0a00_0000 + (i << 8)).into(), 24).unwrap();
    let mut routes = (0..count).map(|i| Nlri::unicast(net(i))).peekable();
    let mut buf = BytesMut::new();
    put_message(&mut buf, context.send_limit.into(), |out| {
        UpdatePacker::new(context).withdraw(Family::IPV4_UNICAST, &mut routes, out)
    })
    .unwrap();
    FrameBuf::try_from(buf.freeze()).unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn messages_cross_a_stream_however_it_is_cut() {
    let context = context(65_535);
    // Eight octets at a time: no message arrives whole.
    let (ours, theirs) = tokio::io::duplex(8);
    let mut sender = Framed::new(ours, BgpCodec::new(&context));
    let mut receiver = Framed::new(theirs, BgpCodec::new(&context));
    let long = withdrawal(&context, 5000);
    let sent = long.clone();
    let sending = async move {
        sender.send(Keepalive).await.unwrap();
        sender.send(sent).await.unwrap();
        let refresh = RouteRefresh::request(Family::IPV6_UNICAST);
        sender.send(refresh).await.unwrap();
        let bye = Notification::administrative_shutdown("bye");
        sender.send(&bye).await.unwrap();
    };
    let receiving = async move {
        let mut got = Vec::new();
        while let Some(frame) = receiver.next().await {
            got.push(frame.unwrap());
        }
        got
    };
    let ((), got) = tokio::join!(sending, receiving);
    let types: Vec<_> = got.iter().map(FrameBuf::message_type).collect();
    assert_eq!(
        types,
        [
            MessageType::Keepalive,
            MessageType::Update,
            MessageType::RouteRefresh,
            MessageType::Notification
        ]
    );
    assert_eq!(got[1], long);
    let Message::Update(update) = got[1].decode(&context).unwrap() else {
        panic!("an UPDATE");
    };
    assert_eq!(update.unreachable().count(), 5000);
}

#[tokio::test(flavor = "current_thread")]
async fn a_stream_that_ends_within_a_message_is_an_error() {
    for cut in 1..19 {
        let (mut ours, theirs) = tokio::io::duplex(64);
        let mut receiver = Framed::new(theirs, BgpCodec::new(&context(4096)));
        let mut bytes = BytesMut::new();
        put_message(&mut bytes, 19, bgp_wire::keepalive).unwrap();
        ours.write_all(&bytes[..cut]).await.unwrap();
        drop(ours);
        let end = receiver.next().await.unwrap();
        assert!(matches!(end, Err(CodecError::Truncated)), "{end:?}");
        assert!(receiver.next().await.is_none());
    }
}

#[test]
fn a_bad_header_is_answered_at_once() {
    let mut codec = BgpCodec::new(&context(4096));
    let mut stream = BytesMut::from(&[0xff; 16][..]);
    stream.extend([0xff, 0xff, 2]);
    let error = codec.decode(&mut stream).unwrap_err();
    let answer = error.notification().unwrap();
    assert_eq!(
        (answer.code(), answer.subcode(), answer.data()),
        (1, 2, &[0xff, 0xff][..])
    );
    let CodecError::Decode { error, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(error.kind(), DecodeErrorKind::MessageLength);
}

/// Room is asked for the message on its way, once its header is right.
#[test]
fn no_more_room_is_asked_for_than_the_message_needs() {
    let context = context(65_535);
    let whole = withdrawal(&context, 5000).into_bytes();
    let mut codec = BgpCodec::new(&context);
    let mut stream = BytesMut::with_capacity(19);
    stream.extend_from_slice(&whole[..18]);
    assert!(codec.decode(&mut stream).unwrap().is_none());
    assert_eq!(stream.capacity(), 19);
    stream.extend_from_slice(&whole[18..19]);
    assert!(codec.decode(&mut stream).unwrap().is_none());
    let room = stream.capacity();
    assert!((whole.len()..whole.len() + 64).contains(&room), "{room}");
    // What follows belongs to the next message and stays.
    stream.extend_from_slice(&whole[19..]);
    stream.extend_from_slice(&[0xff; 3]);
    let got = codec.decode(&mut stream).unwrap().unwrap();
    assert_eq!((got.bytes(), stream.len()), (&whole, 3));
}

#[test]
fn the_negotiated_limit_holds_both_ways() {
    let long = withdrawal(&context(65_535), 2000);
    let mut codec = BgpCodec::new(&context(4096));
    let mut stream = BytesMut::from(&b"before"[..]);
    let refused = codec.encode(&long, &mut stream);
    assert!(matches!(
        refused,
        Err(CodecError::Encode(EncodeError::MessageTooLong))
    ));
    assert_eq!(stream, b"before"[..], "nothing was written");
    let mut stream = BytesMut::from(&long.bytes()[..19]);
    assert!(codec.decode(&mut stream).is_err(), "before it is there");
    codec.set_context(&context(65_535));
    let mut stream = BytesMut::from(&long.bytes()[..]);
    assert_eq!(codec.decode(&mut stream).unwrap(), Some(long));
}

#[test]
fn split_messages_share_the_buffer() {
    let context = context(4096);
    let mut stream = BytesMut::new();
    let frame = withdrawal(&context, 3);
    stream.extend_from_slice(frame.bytes());
    stream.extend_from_slice(frame.bytes());
    let start = stream.as_ptr();
    let first = FrameBuf::split(&mut stream, 4096).unwrap().unwrap();
    let second = FrameBuf::split(&mut stream, 4096).unwrap().unwrap();
    assert_eq!(first.bytes().as_ptr(), start);
    let offset = second.bytes().as_ptr() as usize - start as usize;
    assert_eq!(offset, first.bytes().len());
    assert_eq!((first, second), (frame.clone(), frame.clone()));
    assert!(FrameBuf::try_from(Bytes::from_static(b"BGP")).is_err());
    assert!(FrameBuf::try_from(frame.bytes().slice(..30)).is_err());
}
