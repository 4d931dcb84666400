//! BMP: the messages of a router, with the BGP messages in them (RFC 7854, RFC 8671, RFC 9069).

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use core::net::{Ipv4Addr, Ipv6Addr};
use std::collections::HashMap;

use super::fields::{TlvForm, utf8};
use super::learn::{best, with_path_ids};
use super::message::message as bgp;
use super::node::{Node, Note, Outcome, Part, Walk, hex, number};
use crate::bmp::{
    BmpError, BmpFrame, BmpMessage, BmpMessageType, BmpPeerType, InformationType,
    MirroringInformation, PeerFlags, PeerHeader, PeerKey, PeerSession, StatisticType,
    TerminationReason,
};
use crate::reader::Reader;
use crate::{Context, PeerType, RouteDistinguisher};

/// The common header.
const HEADER: usize = 6;
/// A header of BGP.
const BGP_HEADER: usize = 19;

/// Dissects what a router tells a station, and learns from each Peer Up how the UPDATEs of
/// that peer read.
///
/// Faults of BMP's own end the connection where it is not known any more where messages
/// begin, which is [`Outcome::SessionReset`], and lose the message elsewhere, which is
/// [`Outcome::Accept`]. Those of BGP messages within have the outcomes that they would have
/// had on their session.
///
/// ```
/// use bgp_wire::dissect::BmpDissector;
/// let stream = [3, 0, 0, 0, 12, 5, 0, 1, 0, 2, 0, 3];
/// let tree = BmpDissector::new().dissect(&stream);
/// assert_eq!(tree.children[0].name, "Termination");
/// assert!(tree.render(&stream).contains("Reason: Redundant connection"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct BmpDissector {
    sessions: HashMap<PeerKey, PeerSession>,
}

impl BmpDissector {
    /// A router of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Dissects the next messages. A last one that is cut off is read as far as it goes.
    pub fn dissect(&mut self, bytes: &[u8]) -> Node {
        let mut walk = Walk::new(Part {
            octets: bytes,
            at: 0,
        });
        while !walk.is_done() {
            let (length, lost) = extent(walk.rest.octets);
            let taken = walk.node(length, |part| match lost {
                Some(reason) => lost_node(part, reason),
                None => self.message(part),
            });
            if taken.is_none() {
                break;
            }
        }
        walk.finish("BMP", String::new(), "not read")
    }

    fn message(&mut self, part: Part<'_>) -> Node {
        let decoded = BmpFrame::split(part.octets, usize::MAX)
            .and_then(|frame| frame.map(|frame| frame.decode()).transpose());
        if let Ok(Some(message)) = &decoded {
            self.learn(message);
        }
        let mut walk = Walk::new(part);
        let mut text = String::new();
        // A header that is cut off leaves its rest to `finish`.
        let name = match header(&mut walk) {
            Some((3, message_type)) => {
                text = self.body(message_type, &mut walk).unwrap_or_default();
                message_type.to_string()
            }
            Some((version, message_type)) => format!("{message_type} of version {version}"),
            None => "message".to_string(),
        };
        let mut node = walk.finish(name, text, "cut off, or not of the form of the message");
        match decoded {
            Ok(Some(_)) => {}
            Ok(None) => node.attach(Note {
                offset: part.at,
                text: format!("the message is cut off after {} octets", part.octets.len()),
                outcome: Outcome::SessionReset,
            }),
            Err(error) => node.attach(fault(&error, part.at)),
        }
        node
    }

    fn learn(&mut self, message: &BmpMessage<'_>) {
        if let BmpMessage::PeerUp(up) = message {
            match up.session() {
                Ok(session) => drop(self.sessions.insert(up.peer.key(), session)),
                Err(_) => drop(self.sessions.remove(&up.peer.key())),
            }
        } else if let BmpMessage::PeerDown(down) = message {
            self.sessions.remove(&down.peer.key());
        }
    }

    /// What follows the common header; the message in short.
    fn body(&self, message_type: BmpMessageType, walk: &mut Walk<'_>) -> Option<String> {
        match message_type {
            BmpMessageType::INITIATION => walk.tlvs(TlvForm::WIDE, information),
            BmpMessageType::TERMINATION => walk.tlvs(TlvForm::WIDE, termination),
            _ if message_type.has_peer() == Some(true) => return self.peer(message_type, walk),
            _ => {
                let length = walk.rest.octets.len();
                walk.node(length, |part| {
                    Node::opaque("a type that is not known", part)
                })?;
            }
        }
        None
    }

    /// The per-peer header and what follows it.
    fn peer(&self, message_type: BmpMessageType, walk: &mut Walk<'_>) -> Option<String> {
        let peer = PeerHeader::read(&mut Reader::new(walk.rest.octets));
        let length = PeerHeader::LEN.min(walk.rest.octets.len());
        walk.node(length, |part| peer_header(part, peer.as_ref()))?;
        let peer = peer?;
        match message_type {
            BmpMessageType::ROUTE_MONITORING => {
                let left = walk.rest.octets.len();
                let length = bgp_length(walk.rest.octets).filter(|length| *length <= left);
                walk.node(length.unwrap_or(left), |part| self.update(part, &peer))?;
                // No RFC has them, but routers do.
                walk.tlvs(TlvForm::WIDE, unknown_tlv);
            }
            BmpMessageType::STATISTICS_REPORT => {
                walk.number("Stats count", 4)?;
                walk.tlvs(TlvForm::WIDE, statistic);
            }
            BmpMessageType::PEER_DOWN => peer_down(walk)?,
            BmpMessageType::PEER_UP => peer_up(walk, &peer)?,
            _ => walk.tlvs(TlvForm::WIDE, |walk, code| self.mirrored(walk, code, &peer)),
        }
        Some(peer.to_string())
    }

    /// A message of a peer. Without its Peer Up, path identifiers are where there are fewer
    /// faults with them.
    fn update(&self, part: Part<'_>, peer: &PeerHeader) -> Node {
        let context = match self.sessions.get(&peer.key()) {
            Some(session) => session.context(peer),
            None => {
                let plain = crate::bmp::unknown(peer);
                best(part.octets, [plain, with_path_ids(plain)])
            }
        };
        bgp(part, &context)
    }

    fn mirrored(&self, walk: &mut Walk<'_>, code: u16, peer: &PeerHeader) -> Cow<'static, str> {
        let length = walk.rest.octets.len();
        match (code, length) {
            (0, _) => {
                let _ = walk.node(length, |part| self.update(part, peer));
                "BGP Message".into()
            }
            (1, 2) => {
                walk.all("Code", |octets| {
                    let code = u16::try_from(number(octets)).unwrap_or_default();
                    MirroringInformation(code).to_string()
                });
                "Information".into()
            }
            _ => unknown_tlv(walk, code),
        }
    }
}

/// How many octets the message that begins here takes, and why none does.
fn extent(rest: &[u8]) -> (usize, Option<&'static str>) {
    let Some(field) = rest.get(1..5) else {
        return (rest.len(), None);
    };
    let length = usize::try_from(number(field)).unwrap_or(usize::MAX);
    match length < HEADER {
        true => (rest.len(), Some("no message begins here")),
        false => (length.min(rest.len()), None),
    }
}

fn lost_node(part: Part<'_>, reason: &'static str) -> Node {
    let mut node = Node::opaque(reason, part);
    node.findings.push(Note {
        offset: part.at,
        text: "a message of impossible length".to_string(),
        outcome: Outcome::SessionReset,
    });
    node
}

fn fault(error: &BmpError, base: usize) -> Note {
    let offset = usize::try_from(error.offset).unwrap_or(usize::MAX);
    Note {
        offset: base.saturating_add(offset),
        text: error.kind.to_string(),
        outcome: match error.kind.ends_stream() {
            true => Outcome::SessionReset,
            false => Outcome::Accept,
        },
    }
}

fn header(walk: &mut Walk<'_>) -> Option<(u8, BmpMessageType)> {
    let version = walk.number("Version", 1)?;
    walk.number("Length", 4)?;
    let code = u8::try_from(number(walk.peek(1)?.octets)).ok()?;
    let message_type = BmpMessageType(code);
    walk.field("Type", 1, |_| format!("{code} ({message_type})"))?;
    Some((u8::try_from(version).ok()?, message_type))
}

/// A per-peer header, whole or cut off.
fn peer_header(part: Part<'_>, peer: Option<&PeerHeader>) -> Node {
    let mut walk = Walk::new(part);
    // What is cut off is left to `finish`.
    let _ = peer_fields(&mut walk);
    let text = peer.map(ToString::to_string).unwrap_or_default();
    walk.finish("Per-peer header", text, "cut off")
}

fn peer_fields(walk: &mut Walk<'_>) -> Option<()> {
    let peer_type = BmpPeerType(u8::try_from(number(walk.peek(1)?.octets)).ok()?);
    walk.field("Peer type", 1, |_| format!("{} ({peer_type})", peer_type.0))?;
    let bits = u8::try_from(number(walk.peek(1)?.octets)).ok()?;
    let flags = PeerFlags::from_bits_retain(bits);
    let is_loc_rib = peer_type == BmpPeerType::LOC_RIB_INSTANCE;
    walk.field("Peer flags", 1, |_| flag_names(flags, is_loc_rib))?;
    walk.field("Peer distinguisher", 8, distinguisher)?;
    let is_ipv6 = !is_loc_rib && flags.contains(PeerFlags::IPV6);
    walk.field("Peer address", 16, |octets| address(octets, is_ipv6))?;
    walk.number("Peer AS", 4)?;
    walk.field("Peer BGP identifier", 4, |octets| address(octets, false))?;
    walk.number("Timestamp", 4)?;
    walk.number("Microseconds", 4)?;
    Some(())
}

fn flag_names(flags: PeerFlags, is_loc_rib: bool) -> String {
    let names: &[(PeerFlags, &str)] = match is_loc_rib {
        true => &[(PeerFlags::FILTERED, "F: filtered")],
        false => &[
            (PeerFlags::IPV6, "V: IPv6"),
            (PeerFlags::POST_POLICY, "L: post-policy"),
            (PeerFlags::TWO_OCTET_AS, "A: two-octet AS numbers"),
            (PeerFlags::ADJ_RIB_OUT, "O: Adj-RIB-Out"),
        ],
    };
    let mut text = format!("0x{:02x}", flags.bits());
    for (flag, name) in names {
        if flags.contains(*flag) {
            text.push_str(", ");
            text.push_str(name);
        }
    }
    text
}

fn distinguisher(octets: &[u8]) -> String {
    match <[u8; 8]>::try_from(octets) {
        Ok([0, 0, 0, 0, 0, 0, 0, 0]) => "0".to_string(),
        Ok(octets) => RouteDistinguisher(octets).to_string(),
        Err(_) => hex(octets),
    }
}

/// The last four octets, or all sixteen.
fn address(octets: &[u8], is_ipv6: bool) -> String {
    match (octets, is_ipv6) {
        (_, true) => match <[u8; 16]>::try_from(octets) {
            Ok(octets) => Ipv6Addr::from(octets).to_string(),
            Err(_) => hex(octets),
        },
        ([.., a, b, c, d], false) => Ipv4Addr::new(*a, *b, *c, *d).to_string(),
        (_, false) => hex(octets),
    }
}

/// A session that judges nothing but what is wrong on any.
fn any_session() -> Context {
    let mut context = Context::new(PeerType::Internal);
    context.watched = true;
    context
}

fn peer_up(walk: &mut Walk<'_>, peer: &PeerHeader) -> Option<()> {
    let is_ipv6 = !peer.is_loc_rib() && peer.flags.contains(PeerFlags::IPV6);
    walk.field("Local address", 16, |octets| address(octets, is_ipv6))?;
    walk.number("Local port", 2)?;
    walk.number("Remote port", 2)?;
    open(walk, "Sent")?;
    open(walk, "Received")?;
    walk.tlvs(TlvForm::WIDE, information);
    Some(())
}

/// An OPEN, under a node that says whose.
fn open(walk: &mut Walk<'_>, whose: &'static str) -> Option<()> {
    let length = bgp_length(walk.rest.octets)?;
    walk.node(length, |part| {
        let mut walk = Walk::new(part);
        walk.node(part.octets.len(), |part| bgp(part, &any_session()));
        walk.finish(whose, String::new(), "not read")
    })
}

/// The length in the header of a message of BGP, if it can be one.
fn bgp_length(octets: &[u8]) -> Option<usize> {
    let length = usize::try_from(number(octets.get(16..18)?)).ok()?;
    (length >= BGP_HEADER).then_some(length)
}

fn peer_down(walk: &mut Walk<'_>) -> Option<()> {
    let code = number(walk.peek(1)?.octets);
    walk.field("Reason", 1, |_| {
        let meaning = match code {
            1 => "local system closed, NOTIFICATION follows",
            2 => "local system closed, event of the state machine follows",
            3 => "remote system closed, NOTIFICATION follows",
            4 => "remote system closed, or the connection broke",
            5 => "no longer monitored",
            6 => "local system closed, TLVs follow",
            _ => return code.to_string(),
        };
        format!("{code} ({meaning})")
    })?;
    let length = walk.rest.octets.len();
    match code {
        1 | 3 => walk.node(length, |part| bgp(part, &any_session())),
        2 => walk.number("Event", 2).map(drop),
        6 => {
            walk.tlvs(TlvForm::WIDE, information);
            Some(())
        }
        _ => Some(()),
    }
}

fn unknown_tlv(walk: &mut Walk<'_>, _: u16) -> Cow<'static, str> {
    walk.all("Value", hex);
    "TLV".into()
}

fn information(walk: &mut Walk<'_>, code: u16) -> Cow<'static, str> {
    match code {
        0..=4 => walk.all("Text", utf8),
        _ => walk.all("Value", hex),
    }
    InformationType(code).to_string().into()
}

fn termination(walk: &mut Walk<'_>, code: u16) -> Cow<'static, str> {
    match (code, walk.rest.octets.len()) {
        (0, _) => {
            walk.all("Text", utf8);
            "String".into()
        }
        (1, 2) => {
            walk.all("Reason", |octets| {
                TerminationReason(u16::try_from(number(octets)).unwrap_or_default()).to_string()
            });
            "Reason".into()
        }
        _ => unknown_tlv(walk, code),
    }
}

fn statistic(walk: &mut Walk<'_>, code: u16) -> Cow<'static, str> {
    match (code, walk.rest.octets.len()) {
        (0..=6 | 11..=13, 4) => drop(walk.number("Counter", 4)),
        (7 | 8 | 14 | 15, 8) => drop(walk.number("Gauge", 8)),
        (9 | 10 | 16 | 17, 11) => {
            let _ = walk.family();
            let _ = walk.number("Gauge", 8);
        }
        _ => walk.all("Value", hex),
    }
    StatisticType(code).to_string().into()
}
