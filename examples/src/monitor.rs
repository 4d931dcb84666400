//! What a speaker tells a monitoring station by BMP (RFC 7854): its sessions, and what each
//! peer sent, before import policy.

use std::time::Duration;

use bgp_rib::RouteInfo;
use bgp_session::{DownReason, Negotiated};
use bgp_wire::bmp::{
    BmpMessage, Information, InformationType, Initiation, MonitoredRib, PeerDown, PeerDownReason,
    PeerFlags, PeerHeader, PeerUp, RouteMonitoring, Termination, TerminationReason,
};
use bgp_wire::{
    Context, EncodeError, Family, MAX_EXTENDED_MESSAGE, Notification, Tlvs, UpdatePacker,
};

use crate::node::{Peering, Seen, Speaker};

/// The first message: who the speaker is.
#[must_use]
pub fn initiation(name: &str) -> Vec<u8> {
    let mut information = Information::new();
    let description = concat!("speaker ", env!("CARGO_PKG_VERSION"));
    // A name of 64 KiB is left out.
    let _ = information.push(InformationType::SYS_DESCR, description);
    let _ = information.push(InformationType::SYS_NAME, name);
    encoded(BmpMessage::Initiation(Initiation {
        information: information.tlvs(),
    }))
}

/// The last message: the speaker stops.
#[must_use]
pub fn termination() -> Vec<u8> {
    let mut information = Information::new();
    Termination::push_reason(TerminationReason::ADMINISTRATIVELY_CLOSED, &mut information);
    encoded(BmpMessage::Termination(Termination {
        information: information.tlvs(),
    }))
}

/// Everything that a station which has just connected has to know: every session that is
/// up, and what its peer sent so far.
#[must_use]
pub fn dump(speaker: &Speaker, now: Duration) -> Vec<u8> {
    let mut out = initiation(speaker.name());
    for peering in speaker.peerings() {
        let Some(negotiated) = peering.session().negotiated() else {
            continue;
        };
        out.extend(peer_up(peering, negotiated, now));
        let routes = speaker.rib().adj_rib_in(peering.peer());
        // A route that cannot be encoded would not have come in.
        let _ = table(negotiated, &routes, &mut out);
    }
    out
}

/// What has happened to a session since.
#[must_use]
pub fn told(peering: &Peering, seen: &Seen, now: Duration) -> Vec<u8> {
    match seen {
        Seen::Up(negotiated) => peer_up(peering, negotiated, now),
        Seen::Down(negotiated, reason) => peer_down(negotiated, reason, now),
        Seen::Update(negotiated, update) => {
            let mut peer = header(negotiated).at(now);
            // As it came: the station reads it as the session did.
            if !negotiated.context.four_octet_as {
                peer.flags |= PeerFlags::TWO_OCTET_AS;
            }
            monitoring(peer, update)
        }
        Seen::EndOfRib(negotiated, family) => {
            let mut out = Vec::new();
            let packer = UpdatePacker::new(&as_sent_by_peer(negotiated));
            // Thirty octets always fit.
            let _ = end_of_rib(&packer, header(negotiated).at(now), *family, &mut out);
            out
        }
    }
}

fn peer_up(peering: &Peering, negotiated: &Negotiated, now: Duration) -> Vec<u8> {
    let sent = peering.plan.session.open();
    let mut received = vec![0; usize::from(MAX_EXTENDED_MESSAGE)];
    let length = negotiated.peer.encode(&mut received).unwrap_or_default();
    encoded(BmpMessage::PeerUp(PeerUp {
        peer: header(negotiated).at(now),
        local_address: negotiated.local.ip(),
        local_port: negotiated.local.port(),
        remote_port: negotiated.remote.port(),
        sent_open: &sent,
        received_open: received.get(..length).unwrap_or_default(),
        information: Tlvs::new(&[]),
    }))
}

fn peer_down(negotiated: &Negotiated, reason: &DownReason, now: Duration) -> Vec<u8> {
    let octets = |notification: Notification| {
        let mut out = vec![0; notification.encoded_len()];
        let length = notification.encode(&mut out).unwrap_or_default();
        out.truncate(length);
        out
    };
    let received = if let DownReason::Received(notification) = reason {
        Some(octets(notification.clone()))
    } else {
        None
    };
    let sent = reason.notification().map(octets);
    let reason = match (&received, &sent) {
        (Some(received), _) => PeerDownReason::RemoteNotification(received),
        (None, Some(sent)) => PeerDownReason::LocalNotification(sent),
        (None, None) => PeerDownReason::RemoteClosed,
    };
    encoded(BmpMessage::PeerDown(PeerDown {
        peer: header(negotiated).at(now),
        reason,
    }))
}

/// A peer's routes in as many UPDATEs as they need, then End-of-RIB for each family.
fn table(
    negotiated: &Negotiated,
    routes: &[RouteInfo],
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let packer = UpdatePacker::new(&as_sent_by_peer(negotiated));
    let peer = header(negotiated);
    let mut message = vec![0; usize::from(MAX_EXTENDED_MESSAGE)];
    for alike in routes.chunk_by(|a, b| a.received == b.received && family(a) == family(b)) {
        let Some(first) = alike.first() else { continue };
        let mut nlri = alike.iter().map(RouteInfo::to_nlri).peekable();
        while nlri.peek().is_some() {
            let length =
                packer.announce(&*first.received, family(first), &mut nlri, &mut message)?;
            out.extend(monitoring(peer, message.get(..length).unwrap_or_default()));
        }
    }
    let mut families = negotiated.context.families.iter();
    families.try_for_each(|family| end_of_rib(&packer, peer, family, out))
}

fn end_of_rib(
    packer: &UpdatePacker,
    peer: PeerHeader,
    family: Family,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let mut message = [0; 64];
    let length = packer.end_of_rib(family, &mut message)?;
    out.extend(monitoring(peer, message.get(..length).unwrap_or_default()));
    Ok(())
}

/// How the peer would write its routes, but with AS numbers of four octets.
fn as_sent_by_peer(negotiated: &Negotiated) -> Context {
    let mut context = negotiated.context;
    context.four_octet_as = true;
    context.add_path_send = context.add_path_receive;
    context.send_limit = context.receive_limit;
    context
}

fn family(route: &RouteInfo) -> Family {
    route.destination.family()
}

fn header(negotiated: &Negotiated) -> PeerHeader {
    PeerHeader::new(
        MonitoredRib::AdjRibInPrePolicy,
        negotiated.remote.ip(),
        negotiated.peer.my_as,
        negotiated.peer.identifier,
    )
}

fn monitoring(peer: PeerHeader, update: &[u8]) -> Vec<u8> {
    encoded(BmpMessage::RouteMonitoring(RouteMonitoring {
        peer,
        update,
        trailing: &[],
    }))
}

/// No message here is as long as a length field can say.
fn encoded(message: BmpMessage<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let _ = message.encode_to(&mut out);
    out
}
