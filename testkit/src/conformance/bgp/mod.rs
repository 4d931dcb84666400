//! What the two BGP suites share: contexts, bytes, and a walk over everything that a
//! decoded message gives out.

pub(super) mod summary;

use std::hint::black_box;

use bgp_wire::{Context, Frame, Message, NlriBuf, OrfRequest, OtherAttribute, UpdateView};

/// The octets of a hexadecimal text; `None` when it is none.
pub(super) fn octets(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())
        })
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(
        digits
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |all, digit| all << 4 | digit))
            .collect(),
    )
}

/// The hexadecimal text of octets.
pub(super) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// A whole message: marker, length, type and body.
pub(super) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 19).unwrap_or(u16::MAX);
    let mut bytes = vec![0xff; 16];
    bytes.extend(length.to_be_bytes());
    bytes.push(kind);
    bytes.extend(body);
    bytes
}

/// Reads bytes in every way there is and walks over all that comes out. It must end,
/// whatever the bytes are.
pub(super) fn walk(bytes: &[u8], context: &Context) {
    if let Err(error) = Frame::split(bytes, context.receive_limit) {
        black_box(error.notification(bytes).data().len());
    }
    match Message::decode(bytes, context) {
        Err(error) => {
            black_box(error.notification(bytes).data().len());
            black_box(error.to_string());
        }
        Ok(Message::Open(open)) => {
            black_box(format!("{:?}", open.capabilities().collect::<Vec<_>>()));
            black_box(bgp_wire::Open::from(&open));
        }
        Ok(Message::Update(update)) => walk_update(&update),
        Ok(Message::Notification(notification)) => {
            black_box(notification.to_string());
        }
        Ok(Message::Keepalive) => {}
        Ok(Message::RouteRefresh(refresh)) => {
            black_box(format!("{refresh:?}"));
            black_box(OrfRequest::from_view(&refresh));
        }
    }
}

fn walk_update(update: &UpdateView<'_>) {
    for raw in update.raw_attributes() {
        black_box(OtherAttribute::new(raw.attribute_type, raw.value.into()).to_string());
    }
    for announcement in update.announcements() {
        let attributes = update.path_attributes_via(announcement.next_hop);
        black_box(format!("{attributes:?}"));
        black_box(announcement.routes.count());
    }
    black_box(update.reachable().count() + update.unreachable().count());
    for nlri in update.reachable_nlri().chain(update.unreachable_nlri()) {
        black_box(nlri.to_string());
        black_box(nlri.key().octets().count());
        assert_eq!(nlri.key(), NlriBuf::from(nlri).key());
    }
    black_box(update.end_of_rib());
    black_box(format!("{:?}", update.findings()));
    black_box(bgp_wire::Update::from(update));
}
