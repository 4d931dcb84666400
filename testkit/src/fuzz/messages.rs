//! Streams of BGP messages, as a session would read them.

use std::iter;

use bgp_wire::{
    Context, Disposition, EncodeError, Family, Frame, MAX_EXTENDED_MESSAGE, Message, Nlri,
    PathAttributes, PeerType, UpdatePacker, UpdateView,
};

/// Reads the bytes as a stream of messages. The first byte says what the session
/// negotiated.
///
/// A malformed stream must end with an error that has a NOTIFICATION. An UPDATE that is
/// to be withdrawn must announce nothing; what any other announces must come back the
/// same when it is packed again.
///
/// # Panics
///
/// When one of these does not hold.
pub fn messages(data: &[u8]) {
    let Some((&negotiated, mut stream)) = data.split_first() else {
        return;
    };
    let context = context(negotiated);
    loop {
        let frame = match Frame::split(stream, context.receive_limit) {
            Ok(Some(frame)) => frame,
            Ok(None) => return,
            Err(error) => {
                assert_ne!(error.notification(stream).code(), 0);
                return;
            }
        };
        stream = stream.get(frame.bytes.len()..).unwrap_or_default();
        match Message::decode(frame.bytes, &context) {
            Ok(Message::Update(update)) => check(&update, &context),
            // `Debug` walks every field of a view.
            Ok(other) => drop(format!("{other:?}")),
            Err(error) => assert_ne!(error.notification(frame.bytes).code(), 0),
        }
    }
}

/// One bit for each thing that changes how bytes are read.
fn context(negotiated: u8) -> Context {
    let bit = |n: u8| negotiated & (1 << n) != 0;
    let mut context = Context::new(match negotiated >> 6 {
        0 => PeerType::External,
        1 => PeerType::ConfederationExternal,
        _ => PeerType::Internal,
    });
    context.four_octet_as = !bit(0);
    if bit(1) {
        context.receive_limit = MAX_EXTENDED_MESSAGE;
        context.send_limit = MAX_EXTENDED_MESSAGE;
    }
    if bit(2) {
        context.add_path_receive = context.families;
        context.add_path_send = context.families;
    }
    if bit(3) {
        context.extended_next_hop.insert(Family::IPV4_UNICAST);
    }
    context.enhanced_route_refresh = bit(4);
    context
}

fn check(update: &UpdateView<'_>, context: &Context) {
    drop(format!("{update:?}"));
    for finding in update.findings().iter() {
        assert!(finding.disposition() <= update.disposition(), "{finding:?}");
    }
    if update.disposition() == Disposition::TreatAsWithdraw {
        assert_eq!(update.reachable().next(), None, "withdrawn and announced");
    }
    for group in update.announcements() {
        let attributes = update.path_attributes_via(group.next_hop);
        let routes: Vec<Nlri> = group.routes.collect();
        repack(context, &attributes, group.family, &routes);
    }
}

/// Packs what was received for an equal session, and reads it back.
fn repack(context: &Context, attributes: &PathAttributes, family: Family, routes: &[Nlri]) {
    let packer = UpdatePacker::new(context);
    let mut buffer = vec![0; usize::from(context.send_limit)];
    let mut left = routes.iter().copied().peekable();
    let mut returned = Vec::with_capacity(routes.len());
    while left.peek().is_some() {
        let length = match packer.announce(attributes, family, &mut left, &mut buffer) {
            Ok(length) => length,
            // The packed form can be longer: attributes in the form we write, MP_REACH_NLRI
            // instead of a body. Without a next hop there is no route to pass on.
            Err(EncodeError::MessageTooLong | EncodeError::NoNextHop) => return,
            Err(error) => unreachable!("{error} for {attributes:?}"),
        };
        let bytes = buffer.get(..length).unwrap_or_default();
        let again = UpdateView::scan(bytes, context);
        assert!(again.is_ok(), "{again:?} of {bytes:02x?}");
        for again in iter::once(again).flatten() {
            assert!(again.findings().is_empty(), "{:?}", again.findings());
            let group = again.announcements().next();
            let next_hop = group.and_then(|group| group.next_hop);
            assert_eq!(&again.path_attributes_via(next_hop), attributes);
            returned.extend(again.reachable());
        }
    }
    assert_eq!(returned, routes);
}
