//! BGP messages.

use bgp_wire::{AsSetPolicy, Asn, Context, FamilySet, MalformedNlriPolicy, PeerType};

use crate::wire::{decoding_laws, mend_header};

/// Reads the bytes as a message of a session that the first two octets choose, walks over
/// all that comes out, and holds it to what decoding promises.
///
/// # Panics
///
/// When a promise is broken.
pub fn message(data: &[u8]) {
    if let Some((bytes, context)) = input(data) {
        decoding_laws(&bytes, &context);
    }
}

/// The message and the session that a fuzzer's input means.
pub fn input(data: &[u8]) -> Option<(Vec<u8>, Context)> {
    let ([choice, more], rest) = data.split_first_chunk()?;
    Some((framed(rest), context(*choice, *more)))
}

/// A session, one property a bit.
fn context(choice: u8, more: u8) -> Context {
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
    if more >> 4 & 1 == 1 {
        context.multiple_labels = context.families;
    }
    context.enforce_first_as = bit(5);
    context.enhanced_route_refresh = bit(6);
    context.peer_as = Asn(65_001);
    context.receive_limit = u16::MAX;
    context.send_limit = u16::MAX;
    context
}

/// The bytes with a marker and a length that let them reach past the header.
fn framed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = bytes.iter().take(65_535).copied().collect();
    mend_header(&mut bytes);
    bytes
}
