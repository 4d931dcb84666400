//! BGP messages.

use std::hint::black_box;

use bgp_wire::{
    AsSetPolicy, Asn, Context, Disposition, Family, FamilySet, MalformedNlriPolicy, Message, Open,
    PeerType, Update, UpdateView,
};

/// Reads the bytes as a message of a session that the first two octets choose, and walks
/// over all that comes out. What a scanned UPDATE promises must hold.
///
/// # Panics
///
/// When it does not.
pub fn message(data: &[u8]) {
    let Some(([choice, more], rest)) = data.split_first_chunk() else {
        return;
    };
    let context = context(*choice, *more);
    let bytes = framed(rest);
    match Message::decode(&bytes, &context) {
        Ok(Message::Update(update)) => check(&update),
        Ok(Message::Open(open)) => {
            black_box(Open::from(&open));
        }
        Ok(other) => {
            black_box(format!("{other:?}"));
        }
        Err(error) => {
            assert!(error.offset() <= bytes.len(), "{error}");
            let answer = error.notification(&bytes);
            assert!(answer.encoded_len() <= 4096, "{answer:?}");
        }
    }
}

/// A session, one property a bit.
pub(super) fn context(choice: u8, more: u8) -> Context {
    let bit = |at: u8| choice >> at & 1 == 1;
    let mut context = Context::new(match more % 3 {
        0 => PeerType::Internal,
        1 => PeerType::External,
        _ => PeerType::ConfederationExternal,
    });
    context.four_octet_as = bit(0);
    if bit(1) {
        context.families = FamilySet::all();
        context.extended_next_hop = FamilySet::all();
    }
    if bit(2) {
        context.add_path_receive = context.families;
        context.add_path_send = context.families;
    }
    if bit(3) {
        context.malformed_nlri = MalformedNlriPolicy::DisableFamily;
    }
    if bit(4) {
        context.as_set = AsSetPolicy::TreatAsWithdraw;
    }
    context.enforce_first_as = bit(5);
    context.enhanced_route_refresh = bit(6);
    context.peer_as = Asn(65_001);
    context.receive_limit = u16::MAX;
    context.send_limit = u16::MAX;
    context
}

/// The bytes with a marker and a length that let them reach past the header.
pub(super) fn framed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = bytes.iter().take(65_535).copied().collect();
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes();
    for (octet, right) in bytes.iter_mut().zip([0xff; 16].into_iter().chain(length)) {
        *octet = right;
    }
    bytes
}

fn check(update: &UpdateView<'_>) {
    let strongest = update.findings().iter().map(|it| it.disposition()).max();
    assert!(update.disposition() >= strongest.unwrap_or_default());
    let reachable = update.reachable().count();
    if update.disposition() == Disposition::TreatAsWithdraw {
        assert_eq!(reachable, 0);
    }
    if reachable > 0 {
        assert!(update.origin().is_some(), "a route without ORIGIN");
        assert!(update.announcements().all(|group| group.next_hop.is_some()));
    }
    for finding in update.findings().iter() {
        assert!(finding.offset() + finding.len() <= update.bytes().len());
    }
    black_box(update.unreachable().count());
    for nlri in update.reachable_nlri().chain(update.unreachable_nlri()) {
        black_box(format!("{nlri:?} {:?}", nlri.key()));
    }
    black_box(update.end_of_rib());
    black_box(update.path_attributes(Family::IPV4_UNICAST));
    black_box(Update::from(update));
}
