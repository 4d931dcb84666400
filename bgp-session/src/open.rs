//! OPEN: ours from the configuration, the peer's judged against it
//! (RFC 4271 §4.2 and §6.2, RFC 5492).
//!
//! The peer's OPEN is judged in this order, and the first objection is the one
//! that is told: version and syntax (by the decoder), AS number, identifier,
//! hold time, families in common, required capabilities, role. Negotiation is a
//! pure function of both OPENs and the configuration; that is why a new
//! configuration can be tried against the OPEN of a running session
//! ([`confirms`]) before anything is reset.

mod capabilities;

use bgp_wire::{Asn, Capability, Context, FamilySet, Open, OpenView, PeerType, Role};

use self::capabilities::Offer;
use crate::link::Link;
use crate::negotiated::{Negotiated, PeerRestart};
use crate::{Config, ConfigError, DownReason, Malformed, OpenError};

/// An OPEN fits this even between speakers of extended messages (RFC 8654 §4).
const LONGEST: usize = 4096;

/// Our OPEN as octets; `None` if the capabilities do not fit, which
/// [`check_length`] has ruled out.
pub(crate) fn encode(config: &Config, restarting: bool) -> Option<Vec<u8>> {
    encode_with(config, capabilities::ours(config, restarting))
}

fn encode_with(config: &Config, capabilities: Vec<Capability>) -> Option<Vec<u8>> {
    let open = Open {
        my_as: config.local_as,
        hold_time: config.hold_time,
        identifier: config.local_identifier,
        capabilities,
    };
    let mut bytes = vec![0; LONGEST];
    let length = open.encode(&mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

/// # Errors
/// [`ConfigError::TooManyCapabilities`].
pub(crate) fn check_length(config: &Config) -> Result<(), ConfigError> {
    encode(config, true)
        .map(|_| ())
        .ok_or(ConfigError::TooManyCapabilities)
}

/// Whether two configurations send the same OPEN.
pub(crate) fn is_same(old: &Config, new: &Config) -> bool {
    encode(old, false) == encode(new, false)
}

/// Whether the peer's OPEN of a running session would come to the same under
/// another configuration of ours. The policies on reading UPDATEs may differ:
/// they are the receiver's own.
pub(crate) fn confirms(config: &Config, link: &Link, negotiated: &Negotiated) -> bool {
    negotiate(config, link, negotiated.peer.clone()).is_ok_and(|mut again| {
        again.context.as_set = negotiated.context.as_set;
        again.context.enforce_first_as = negotiated.context.enforce_first_as;
        again == *negotiated
    })
}

/// Capabilities as an OPEN would carry them (RFC 5492 §5).
pub(crate) fn capability_bytes(capabilities: &[Capability]) -> Vec<u8> {
    let open = Open {
        my_as: Asn::TRANS,
        hold_time: 0,
        identifier: std::net::Ipv4Addr::LOCALHOST,
        capabilities: capabilities.to_vec(),
    };
    let mut bytes = vec![0; LONGEST];
    let length = open.encode(&mut bytes).unwrap_or(0);
    let Ok(view) = OpenView::decode(bytes.get(..length).unwrap_or_default()) else {
        return Vec::new();
    };
    let entry = |(code, value): (u8, &[u8])| {
        let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
        [&[code, length], value].concat()
    };
    view.raw_capabilities().flat_map(entry).collect()
}

/// Judges the OPEN of the peer and says what both come to.
///
/// # Errors
/// Why it is refused, which knows the NOTIFICATION.
pub(crate) fn receive(
    config: &Config,
    link: &Link,
    message: &[u8],
) -> Result<Negotiated, DownReason> {
    let view = OpenView::decode(message)
        .map_err(|error| DownReason::Malformed(Malformed::new(error, message)))?;
    negotiate(config, link, Open::from(&view)).map_err(DownReason::Open)
}

fn negotiate(config: &Config, link: &Link, peer: Open) -> Result<Negotiated, OpenError> {
    let peer_type = peer_type(config, peer.my_as);
    check_header(config, peer_type, &peer)?;
    let ours = Offer::read(&capabilities::ours(config, false));
    let theirs = Offer::read(&peer.capabilities);
    let families = common_families(&ours, &theirs)?;
    check_required(config, &theirs)?;
    let local_role = check_role(config, peer_type, &theirs)?;
    let graceful_restart = restart(config, &theirs);
    let peer_role = theirs.roles.first().copied();
    let route_refresh = theirs.route_refresh;
    let context = context(config, peer_type, &peer, &ours, &theirs, families);
    let labels = |family| theirs.labels(family).map(|count| (family, count));
    let multiple_labels = context.multiple_labels.iter().filter_map(labels).collect();
    let mut paths_limit = theirs.paths_limit;
    paths_limit.retain(|(family, _)| context.add_path_send.contains(*family));
    Ok(Negotiated {
        context,
        hold_time: config.hold_time.min(peer.hold_time),
        route_refresh,
        multiple_labels,
        paths_limit,
        graceful_restart,
        local_role,
        peer_role,
        conn: link.id,
        direction: link.direction,
        local: link.local,
        remote: link.remote,
        peer,
    })
}

fn peer_type(config: &Config, peer_as: Asn) -> PeerType {
    match (peer_as == config.local_as, config.confederation) {
        (true, _) => PeerType::Internal,
        (false, true) => PeerType::ConfederationExternal,
        (false, false) => PeerType::External,
    }
}

/// AS number, identifier and hold time. The decoder has refused what no
/// speaker accepts: AS 0, identifier 0, hold times of 1 and 2 seconds.
fn check_header(config: &Config, peer_type: PeerType, peer: &Open) -> Result<(), OpenError> {
    if let Some(expected) = config.peer_as.filter(|expected| *expected != peer.my_as) {
        return Err(OpenError::BadPeerAs {
            got: peer.my_as,
            expected,
        });
    }
    if peer_type == PeerType::Internal && peer.identifier == config.local_identifier {
        return Err(OpenError::BadIdentifier(peer.identifier));
    }
    if peer.hold_time < config.minimum_hold_time {
        return Err(OpenError::UnacceptableHoldTime(peer.hold_time));
    }
    Ok(())
}

/// A session without a family would never carry anything, so the peer is told
/// which ones we would have.
fn common_families(ours: &Offer, theirs: &Offer) -> Result<FamilySet, OpenError> {
    let common = ours.families.intersection(theirs.families);
    if common.is_empty() {
        let missing = ours
            .families
            .iter()
            .map(Capability::MultiProtocol)
            .collect();
        return Err(OpenError::MissingCapabilities(missing));
    }
    Ok(common)
}

fn check_required(config: &Config, theirs: &Offer) -> Result<(), OpenError> {
    let required = &config.required;
    let families = required
        .families
        .iter()
        .filter(|family| !theirs.families.contains(*family));
    let rest = [
        (
            required.route_refresh && !theirs.route_refresh,
            Capability::RouteRefresh,
        ),
        (
            required.extended_message && !theirs.extended_message,
            Capability::ExtendedMessage,
        ),
        (
            required.four_octet_as && !theirs.four_octet_as,
            Capability::FourOctetAs(config.local_as),
        ),
    ];
    let rest = rest
        .into_iter()
        .filter_map(|(missing, it)| missing.then_some(it));
    let missing: Vec<_> = families
        .map(Capability::MultiProtocol)
        .chain(rest)
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(OpenError::MissingCapabilities(missing))
    }
}

/// RFC 9234 §4.2; roles belong to external sessions.
fn check_role(
    config: &Config,
    peer_type: PeerType,
    theirs: &Offer,
) -> Result<Option<Role>, OpenError> {
    let Some(policy) = config.role.filter(|_| peer_type == PeerType::External) else {
        return Ok(None);
    };
    let local = policy.role;
    match theirs.roles.as_slice() {
        [] if policy.strict => Err(OpenError::RoleMismatch {
            local,
            remote: None,
        }),
        [] => Ok(Some(local)),
        [first, rest @ ..] if rest.iter().any(|other| other != first) => {
            Err(OpenError::RoleMismatch {
                local,
                remote: None,
            })
        }
        [first, ..] if !local.fits(*first) => Err(OpenError::RoleMismatch {
            local,
            remote: Some(*first),
        }),
        [_, ..] => Ok(Some(local)),
    }
}

fn context(
    config: &Config,
    peer_type: PeerType,
    peer: &Open,
    ours: &Offer,
    theirs: &Offer,
    families: FamilySet,
) -> Context {
    let limit = |extended| {
        if extended {
            bgp_wire::MAX_EXTENDED_MESSAGE
        } else {
            bgp_wire::MAX_MESSAGE
        }
    };
    let both = |a: FamilySet, b: FamilySet| a.intersection(b).intersection(families);
    let mut context = Context::new(peer_type);
    context.four_octet_as = theirs.four_octet_as;
    context.families = families;
    context.add_path_receive = both(ours.add_path_receive, theirs.add_path_send);
    context.add_path_send = both(ours.add_path_send, theirs.add_path_receive);
    context.extended_next_hop = both(ours.extended_next_hop, theirs.extended_next_hop);
    context.multiple_labels = families
        .iter()
        .filter(|it| ours.labels(*it).is_some() && theirs.labels(*it).is_some())
        .collect();
    let counts = context
        .multiple_labels
        .iter()
        .filter_map(|it| ours.labels(it));
    context.label_limit = counts.max().unwrap_or(u8::MAX);
    context.receive_limit = limit(ours.extended_message);
    // What cannot be queued is not made.
    let queue = u16::try_from(config.send_buffer).unwrap_or(u16::MAX);
    context.send_limit = limit(theirs.extended_message).min(queue);
    context.enhanced_route_refresh = ours.enhanced_route_refresh && theirs.enhanced_route_refresh;
    context.as_set = config.as_set;
    context.enforce_first_as = config.enforce_first_as;
    context.local_as = config.local_as;
    context.peer_as = peer.my_as;
    context
}

/// What the peer says about graceful restart, if we offer it too.
fn restart(config: &Config, theirs: &Offer) -> Option<PeerRestart> {
    let ours = config.graceful_restart.as_ref()?;
    let mut restart = theirs.restart.clone()?;
    restart.notification &= ours.notification;
    if ours.long_lived.is_none() {
        restart.long_lived.clear();
    }
    Some(restart)
}
