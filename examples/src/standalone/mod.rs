#![doc = include_str!("README.md")]

mod document;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::{NonZeroU8, NonZeroU32};
use std::time::Duration;

use bgp_rib::{FilterChain, LocalOrigin, LocalRoute, NextHopMode, PeerConfig, RibConfig};
use bgp_session::{
    AddPath, Asn, Config, FamilySet, GracefulRestart, LongLived, PrefixLimit, PrefixLimitAction,
    RolePolicy,
};
use bgp_wire::Family;

use self::document::{Announcement, Document, LimitAction, Peer, Policy, Text};
use crate::fib::Forwarding;
use crate::net::Security;
use crate::plan::{BGP_PORT, PeeringPlan, RangePlan, SEND_BUFFER, SpeakerPlan, next_hop};

/// What a file can say.
pub const HELP: &str = include_str!("README.md");

/// How many peers of a range there may be at a time, unless the file says.
const RANGE_LIMIT: usize = 100;

/// Why a file is no speaker.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StandaloneError {
    /// It is no TOML, or has a field that is unknown, missing or of another form.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// A peer has neither an address nor a range, or both.
    #[error("line {line}: a peer has an address or a range")]
    Where {
        /// The line of the peer's table.
        line: usize,
    },
    /// A field that only other peers have.
    #[error("line {line}: {field}: {why}")]
    Field {
        /// The line of the peer's table.
        line: usize,
        /// The field.
        field: &'static str,
        /// Why not.
        why: &'static str,
    },
}

/// The speaker that a file describes.
///
/// ```
/// let plan = examples::standalone::plan(r#"
///     as = 64512
///     router-id = "192.0.2.1"
///     [[peer]]
///     address = "192.0.2.2"
///     as = 64513
/// "#)?;
/// let [tor] = plan.peerings.as_slice() else { panic!() };
/// assert_eq!(tor.session.remote.to_string(), "192.0.2.2:179");
/// assert!(tor.lacks_policy, "an external peer: nothing in, nothing out");
/// # Ok::<(), examples::standalone::StandaloneError>(())
/// ```
///
/// # Errors
///
/// See [`StandaloneError`]; each says the line.
pub fn plan(text: &str) -> Result<SpeakerPlan, StandaloneError> {
    let document: Document = toml::from_str(text)?;
    let mut rib = RibConfig::new(asn(document.asn), document.router_id);
    rib.cluster_id = document.cluster_id;
    rib.confederation = document.confederation.map(asn);
    let mut plan = SpeakerPlan {
        name: document
            .name
            .clone()
            .unwrap_or_else(|| "speaker".to_owned()),
        rib,
        peerings: Vec::new(),
        ranges: Vec::new(),
        originate: document.announce.iter().map(route).collect(),
        listen: document.listen.clone().unwrap_or_else(everywhere),
        forwarding: Forwarding::default(),
        restarted: false,
    };
    for peer in &document.peers {
        let line = line_of(text, peer.span().start);
        add(&mut plan, &document, peer.get_ref(), line)?;
    }
    Ok(plan)
}

fn add(
    plan: &mut SpeakerPlan,
    document: &Document,
    peer: &Peer,
    line: usize,
) -> Result<(), StandaloneError> {
    check(document, peer, line)?;
    match (peer.address, peer.range) {
        (Some(address), None) => plan.peerings.push(peering(document, peer, address)),
        (None, Some(range)) => plan.ranges.push(RangePlan {
            range: range.trunc(),
            limit: peer.range_limit.unwrap_or(RANGE_LIMIT),
            peering: peering(document, peer, range.network()),
        }),
        (None, None) | (Some(_), Some(_)) => return Err(StandaloneError::Where { line }),
    }
    Ok(())
}

/// Fields that would be of no effect where they are.
fn check(document: &Document, peer: &Peer, line: usize) -> Result<(), StandaloneError> {
    let internal = peer.asn == Some(peer.local_as.unwrap_or(document.asn));
    let source = peer.address.zip(peer.local_address);
    let restart_after = |limit: &document::PrefixLimit| {
        limit.restart_after.is_some() && limit.action != LimitAction::Restart
    };
    let rules = [
        (
            peer.range.is_some() && peer.port.is_some(),
            "port",
            "a range is not dialled",
        ),
        (
            peer.range.is_none() && peer.range_limit.is_some(),
            "range-limit",
            "this is no range",
        ),
        (
            peer.client && !internal,
            "client",
            "a client is of the speaker's own AS",
        ),
        (
            peer.confederation && document.confederation.is_none(),
            "confederation",
            "the speaker is in none",
        ),
        (
            peer.strict_role && peer.role.is_none(),
            "strict-role",
            "there is no role",
        ),
        (
            source.is_some_and(|(remote, local)| remote.is_ipv4() != local.is_ipv4()),
            "local-address",
            "of another family than the address",
        ),
        (
            peer.ttl.is_some() && peer.ttl_security.is_some(),
            "ttl",
            "ttl-security sends with 255",
        ),
        (
            peer.prefix_limit.as_ref().is_some_and(restart_after),
            "restart-after",
            "the action is not restart",
        ),
        (
            peer.families.as_ref().is_some_and(|families| {
                let known = FamilySet::all();
                families.iter().any(|family| !known.contains(family.0))
            }),
            "families",
            "a family that the speaker does not know",
        ),
    ];
    match rules.into_iter().find(|(broken, ..)| *broken) {
        Some((_, field, why)) => Err(StandaloneError::Field { line, field, why }),
        None => Ok(()),
    }
}

fn peering(document: &Document, peer: &Peer, address: IpAddr) -> PeeringPlan {
    // Who may be of any AS is taken for a stranger.
    let external = peer.asn != Some(local_as(document, peer)) && !peer.confederation;
    let unnamed = || match peer.range {
        Some(range) => range.to_string(),
        None => address.to_string(),
    };
    PeeringPlan {
        name: peer.name.clone().unwrap_or_else(unnamed),
        session: session(document, peer, address),
        peer: peer_config(document, peer, address, external),
        local: peer.local_address,
        security: Security {
            password: peer.password.clone(),
            hops: peer.ttl_security,
            ttl: peer.ttl.map(NonZeroU8::get),
        },
        advertisement_interval: Duration::from_secs(peer.advertisement_interval.into()),
        remote_node: None,
        lacks_policy: external && (peer.import.is_none() || peer.export.is_none()),
    }
}

/// Our AS in the session: strangers see the confederation, its members ours (RFC 5065 §4).
fn local_as(document: &Document, peer: &Peer) -> NonZeroU32 {
    let stranger = !peer.confederation && peer.asn != Some(document.asn);
    let common = document.confederation.filter(|_| stranger);
    peer.local_as.or(common).unwrap_or(document.asn)
}

fn session(document: &Document, peer: &Peer, address: IpAddr) -> Config {
    let remote = SocketAddr::new(address, peer.port.unwrap_or(BGP_PORT));
    let local_as = asn(local_as(document, peer));
    let mut config = Config::new(local_as, document.router_id, remote);
    config.send_buffer = SEND_BUFFER;
    config.confederation = peer.confederation;
    config.peer_as = peer.asn.map(asn);
    config.passive = peer.passive || peer.range.is_some();
    if let Some(seconds) = peer.hold_time {
        config.hold_time = seconds;
    }
    config.families = families(peer, address);
    config.add_path = add_path(peer.add_path, config.families);
    if peer.extended_next_hop {
        config.extended_next_hop = FamilySet::empty().with(Family::IPV4_UNICAST);
    }
    config.role = peer.role.map(|Text(role)| RolePolicy {
        role,
        strict: peer.strict_role,
    });
    config.graceful_restart = Some(restart(peer.graceful_restart, config.families));
    if let Some(limit) = &peer.prefix_limit {
        let families = config.families.iter();
        config.prefix_limits = families.map(|family| prefix_limit(limit, family)).collect();
    }
    config
}

fn families(peer: &Peer, address: IpAddr) -> FamilySet {
    match &peer.families {
        Some(families) => families.iter().map(|Text(family)| *family).collect(),
        None if address.is_ipv4() => FamilySet::empty().with(Family::IPV4_UNICAST),
        None => FamilySet::empty().with(Family::IPV6_UNICAST),
    }
}

fn add_path(wanted: Option<document::AddPath>, families: FamilySet) -> AddPath {
    use document::AddPath::{Both, Receive, Send};
    let when = |wants: bool| if wants { families } else { FamilySet::empty() };
    AddPath {
        receive: when(matches!(wanted, Some(Receive | Both))),
        send: when(matches!(wanted, Some(Send | Both))),
    }
}

fn restart(wanted: Option<document::GracefulRestart>, families: FamilySet) -> GracefulRestart {
    let Some(wanted) = wanted else {
        return GracefulRestart::default();
    };
    GracefulRestart {
        restart_time: wanted.time.unwrap_or(120),
        notification: wanted.notification,
        families,
        long_lived: wanted.long_lived.map(|stale_time| LongLived {
            families,
            stale_time,
        }),
        ..GracefulRestart::default()
    }
}

fn prefix_limit(limit: &document::PrefixLimit, family: Family) -> PrefixLimit {
    let mut made = PrefixLimit::new(family, limit.maximum);
    if let Some(percent) = limit.warning_percent {
        made.warning_percent = percent;
    }
    let after = limit.restart_after.map(|s| Duration::from_secs(s.into()));
    made.action = match limit.action {
        LimitAction::Warn => PrefixLimitAction::Warn,
        LimitAction::Restart => PrefixLimitAction::Restart(after),
        LimitAction::Idle => PrefixLimitAction::Idle,
    };
    made
}

fn peer_config(document: &Document, peer: &Peer, address: IpAddr, external: bool) -> PeerConfig {
    let mut config = PeerConfig::new(address);
    config.local_as = peer.local_as.filter(|own| *own != document.asn).map(asn);
    config.route_reflector_client = peer.client;
    config.next_hop = match peer.next_hop {
        document::NextHopMode::Auto => NextHopMode::Auto,
        document::NextHopMode::Own => NextHopMode::SelfNextHop,
        document::NextHopMode::Keep => NextHopMode::Keep,
    };
    config.allow_local_as = peer.allow_local_as.unwrap_or(0);
    config.role = peer.role.map(|Text(role)| role);
    config.import = chain(peer.import, external);
    config.export = chain(peer.export, external);
    let own = document.addresses.iter().chain(&peer.local_address);
    own.fold(config, |config, address| config.local_address(*address))
}

/// RFC 8212 §3: without a policy, nothing of an external peer and nothing to it.
fn chain(policy: Option<Policy>, external: bool) -> FilterChain {
    match policy {
        Some(Policy::Accept) => FilterChain::accept_all(),
        Some(Policy::Reject) => FilterChain::reject_all(),
        None if external => FilterChain::reject_all(),
        None => FilterChain::accept_all(),
    }
}

fn route(announcement: &Announcement) -> LocalRoute {
    let mut route = LocalRoute::new(announcement.prefix, LocalOrigin::Static);
    let attributes = &mut route.attributes;
    attributes.next_hop = announcement.next_hop.map(next_hop);
    attributes.med = announcement.med;
    attributes.local_pref = announcement.local_pref;
    if let Some(Text(origin)) = announcement.origin {
        attributes.origin = origin;
    }
    attributes.communities = texts(&announcement.communities);
    attributes.large_communities = texts(&announcement.large_communities);
    attributes.extended_communities = texts(&announcement.extended_communities);
    route
}

fn texts<T: Copy>(texts: &[Text<T>]) -> Vec<T> {
    texts.iter().map(|Text(value)| *value).collect()
}

const fn asn(number: NonZeroU32) -> Asn {
    Asn(number.get())
}

fn everywhere() -> Vec<SocketAddr> {
    vec![
        (Ipv4Addr::UNSPECIFIED, BGP_PORT).into(),
        (Ipv6Addr::UNSPECIFIED, BGP_PORT).into(),
    ]
}

/// The number of the line with this octet, from 1.
fn line_of(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    before.matches('\n').count() + 1
}

#[cfg(test)]
mod tests;
