//! Messages in a stream, and their header (RFC 4271 §4.1).

use alloc::string::{String, ToString};

use super::node::{Node, Note, Outcome, Part, Walk, hex, number};
use super::{notification, open, refresh, update};
use crate::{Context, DecodeErrorKind, Frame, Message, frame};

const MARKER: [u8; 16] = [0xff; 16];

/// All messages of the input; `context` is asked for each before it is read.
pub(super) fn stream(bytes: &[u8], mut context: impl FnMut(&[u8]) -> Context) -> Node {
    let mut walk = Walk::new(Part {
        octets: bytes,
        at: 0,
    });
    while !walk.is_done() {
        let rest = walk.rest.octets;
        let length = extent(rest);
        let taken = match length {
            Some(length) => {
                let whole = length.min(rest.len());
                let agreed = context(rest.get(..whole).unwrap_or_default());
                walk.node(whole, |part| message(part, &agreed))
            }
            None => walk.node(garbage(rest), |part| {
                let mut node = Node::opaque("no message begins here", part);
                node.findings
                    .push(reset(part.at, DecodeErrorKind::Marker.to_string()));
                node
            }),
        };
        if taken.is_none() {
            break;
        }
    }
    walk.finish("BGP", String::new(), "not read")
}

fn reset(offset: usize, text: String) -> Note {
    Note {
        offset,
        text,
        outcome: Outcome::SessionReset,
    }
}

/// The length of the message that begins here; `None` where none does. A marker with a
/// wrong octet is one where the length leads to the end or to the next marker.
fn extent(rest: &[u8]) -> Option<usize> {
    let marker = rest.get(..MARKER.len())?;
    let Some(field) = rest.get(16..18) else {
        return (marker == MARKER).then_some(rest.len());
    };
    let length = usize::try_from(number(field)).ok()?;
    if marker == MARKER {
        return Some(length.max(frame::HEADER));
    }
    let known = matches!(rest.get(18), Some(1..=5));
    let next = rest.get(length..)?;
    let follows = next.is_empty() || next.starts_with(&MARKER);
    (known && length >= frame::HEADER && follows).then_some(length)
}

/// How many octets there are before the next marker; at least one.
fn garbage(rest: &[u8]) -> usize {
    rest.windows(MARKER.len())
        .skip(1)
        .position(|window| window == MARKER)
        .map_or(rest.len(), |at| at.saturating_add(1))
}

/// One message, or what is there of it.
pub(super) fn message(part: Part<'_>, context: &Context) -> Node {
    let mut walk = Walk::new(part);
    let code = part.octets.get(18).copied();
    // A header that is cut off leaves its rest to `finish`.
    let _ = header(&mut walk);
    let name = match code {
        Some(1) => "OPEN",
        Some(2) => "UPDATE",
        Some(3) => "NOTIFICATION",
        Some(4) => "KEEPALIVE",
        Some(5) => "ROUTE-REFRESH",
        _ => "message",
    };
    let text = match code {
        Some(1) => open::body(&mut walk),
        Some(2) => update::body(&mut walk, context),
        Some(3) => notification::body(&mut walk, context),
        Some(5) => refresh::body(&mut walk, context),
        _ => String::new(),
    };
    let mut node = walk.finish(name, text, "cut off, or more than the message can have");
    for note in judge(part, context) {
        node.attach(note);
    }
    node
}

fn header(walk: &mut Walk<'_>) -> Option<()> {
    walk.field("Marker", 16, |octets| match octets == MARKER {
        true => String::new(),
        false => hex(octets),
    })?;
    walk.number("Length", 2)?;
    walk.number("Type", 1)?;
    Some(())
}

/// The faults of a message, as the decoder finds them.
fn judge(part: Part<'_>, context: &Context) -> alloc::vec::Vec<Note> {
    let decoded = match Frame::split(part.octets, context.receive_limit) {
        Ok(None) => {
            let text = alloc::format!("the message is cut off after {} octets", part.octets.len());
            return alloc::vec![reset(part.at, text)];
        }
        Ok(Some(_)) => Message::decode(part.octets, context),
        Err(error) => Err(error),
    };
    match decoded {
        Ok(Message::Update(update)) => {
            let findings = update.findings();
            let mut notes: alloc::vec::Vec<Note> = findings
                .iter()
                .map(|finding| Note::of_finding(&finding, part.at))
                .collect();
            if findings.omitted() > 0 {
                notes.push(Note {
                    offset: part.at,
                    text: alloc::format!("{} more faults", findings.omitted()),
                    outcome: update.disposition().into(),
                });
            }
            notes
        }
        Ok(
            Message::Open(_)
            | Message::Keepalive
            | Message::Notification(_)
            | Message::RouteRefresh(_),
        ) => alloc::vec::Vec::new(),
        Err(error) => alloc::vec![Note::of_error(&error, part.at)],
    }
}
