//! OPEN: what is sent, what is refused and with which octets, and what two
//! OPENs come to (RFC 4271 §6.2, RFC 5492, RFC 6286, RFC 7607, RFC 9234).

use bgp_session::{
    AddPath, Asn, Config, ConfigError, DownReason, Family, FamilySet, OpenError, Role, RolePolicy,
    Session, State,
};
use bgp_wire::{Afi, Capability, MultipleLabels, Safi};

use crate::solo::{
    CAPABILITIES, PEER_AS, PEER_ID, Solo, both, config, good_open, keepalive, message, open, remote,
};

fn v4() -> FamilySet {
    FamilySet::empty().with(Family::IPV4_UNICAST)
}

/// The NOTIFICATION that answers this OPEN, without its header.
fn answer(config: Config, bytes: &[u8]) -> Vec<u8> {
    let mut solo = Solo::in_state(State::OpenSent, config);
    solo.receive(bytes);
    assert_eq!(solo.session.state(), State::Idle);
    let sent = solo.sent_on(solo.conn.unwrap());
    assert_eq!(sent[18], 3, "a NOTIFICATION");
    sent[19..].to_vec()
}

fn expecting(asn: u32) -> Config {
    let mut config = config();
    config.peer_as = Some(Asn(asn));
    config
}

#[test]
fn bad_opens_and_their_notifications() {
    let good = good_open();
    let with = |at: usize, octets: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + octets.len()].copy_from_slice(octets);
        bytes
    };
    // Octets 19.. of an OPEN: version, AS (2), hold time (2), identifier (4).
    assert_eq!(answer(config(), &with(19, &[3])), [2, 1, 0, 4], "version 3");
    assert_eq!(answer(config(), &with(19, &[5])), [2, 1, 0, 4], "version 5");
    assert_eq!(
        answer(expecting(64999), &good),
        [2, 2],
        "not the configured AS"
    );
    assert_eq!(
        answer(config(), &open(0, 90, PEER_ID, &[])),
        [2, 2],
        "AS 0 (RFC 7607)"
    );
    assert_eq!(
        answer(config(), &with(24, &[0, 0, 0, 0])),
        [2, 3],
        "identifier 0 (RFC 6286)"
    );
    assert_eq!(answer(config(), &with(22, &[0, 1])), [2, 6], "hold time 1");
    assert_eq!(answer(config(), &with(22, &[0, 2])), [2, 6], "hold time 2");
    let parameter_99 = message(1, &[4, 0xfc, 1, 0, 90, 192, 0, 2, 2, 3, 99, 1, 0]);
    assert_eq!(
        answer(config(), &parameter_99),
        [2, 4],
        "unknown optional parameter"
    );
}

#[test]
fn as_zero_in_the_four_octet_capability_is_refused() {
    let bytes = open(23456, 90, PEER_ID, &[65, 4, 0, 0, 0, 0]);
    assert_eq!(answer(config(), &bytes), [2, 2]);
}

#[test]
fn our_own_identifier_is_bad_inside_the_as_only() {
    let own = [192, 0, 2, 1];
    assert_eq!(
        answer(config(), &open(64512, 90, own, &[])),
        [2, 3],
        "internal peer"
    );
    let mut solo = Solo::in_state(State::OpenSent, config());
    solo.receive(&open(PEER_AS, 90, own, &[]));
    assert_eq!(
        solo.session.state(),
        State::OpenConfirm,
        "external peer (RFC 6286 §2.2)"
    );
}

#[test]
fn the_four_octet_capability_tells_the_as() {
    let mut solo = Solo::in_state(State::OpenSent, expecting(4_200_000_001));
    solo.receive(&open(23456, 90, PEER_ID, &[65, 4, 0xfa, 0x56, 0xea, 0x01]));
    assert_eq!(solo.session.state(), State::OpenConfirm);
}

#[test]
fn a_hold_time_below_the_minimum_is_refused() {
    let mut config = config();
    config.minimum_hold_time = 20;
    assert_eq!(
        answer(config.clone(), &open(PEER_AS, 19, PEER_ID, &[])),
        [2, 6]
    );
    assert_eq!(answer(config, &open(PEER_AS, 0, PEER_ID, &[])), [2, 6]);
}

/// RFC 5492 §5: the data lists the capabilities as an OPEN would carry them.
#[test]
fn missing_required_capabilities_are_listed() {
    let mut config = config();
    config.required.families = both();
    config.required.four_octet_as = true;
    let bytes = open(PEER_AS, 90, PEER_ID, &[1, 4, 0, 1, 0, 1]);
    let expected = [2, 7, 1, 4, 0, 2, 0, 1, 65, 4, 0, 0, 0xfc, 0x00];
    assert_eq!(answer(config, &bytes), expected);
}

/// A peer without a family in common cannot exchange anything.
#[test]
fn no_family_in_common() {
    let mut config = config();
    config.families = FamilySet::empty().with(Family::IPV6_UNICAST);
    let bytes = open(PEER_AS, 90, PEER_ID, &[1, 4, 0, 1, 0, 1]);
    assert_eq!(answer(config, &bytes), [2, 7, 1, 4, 0, 2, 0, 1]);
}

#[test]
fn roles() {
    let provider = |strict| {
        let mut config = config();
        config.role = Some(RolePolicy {
            role: Role::Provider,
            strict,
        });
        config
    };
    let peer = |roles: &[u8]| {
        let capabilities: Vec<u8> = roles.iter().flat_map(|role| [9, 1, *role]).collect();
        open(PEER_AS, 90, PEER_ID, &capabilities)
    };
    // RFC 9234 §4.2, table 2: Provider goes with Customer (3) alone.
    for wrong in [0, 1, 2, 4, 77] {
        assert_eq!(
            answer(provider(false), &peer(&[wrong])),
            [2, 11],
            "role {wrong}"
        );
    }
    assert_eq!(
        answer(provider(false), &peer(&[3, 4])),
        [2, 11],
        "two that differ"
    );
    assert_eq!(
        answer(provider(true), &peer(&[])),
        [2, 11],
        "none where one is wanted"
    );
    for (strict, right) in [(true, &[3][..]), (true, &[3, 3]), (false, &[])] {
        let mut solo = Solo::in_state(State::OpenSent, provider(strict));
        solo.receive(&peer(right));
        assert_eq!(solo.session.state(), State::OpenConfirm, "{right:?}");
    }
}

#[test]
fn roles_do_not_matter_inside_an_as() {
    let mut config = config();
    config.role = Some(RolePolicy {
        role: Role::Provider,
        strict: true,
    });
    let mut solo = Solo::in_state(State::OpenSent, config);
    solo.receive(&open(64512, 90, PEER_ID, &[]));
    assert_eq!(solo.session.state(), State::OpenConfirm);
}

#[test]
fn the_embedder_learns_why_an_attempt_failed() {
    let mut solo = Solo::in_state(State::OpenSent, expecting(64999));
    solo.receive(&good_open());
    let bad_as = OpenError::BadPeerAs {
        got: Asn(64513),
        expected: Asn(64999),
    };
    assert_eq!(solo.failures, [DownReason::Open(bad_as.clone())]);
    let (_, last) = solo.session.counters().last_error.clone().unwrap();
    assert_eq!(last, DownReason::Open(bad_as));
    assert_eq!(last.to_string(), "peer is AS 64513, not AS 64999");
}

/// An operator wants to know why the session ended, not how the next one came about.
#[test]
fn a_collision_is_no_error() {
    let mut solo = Solo::in_state(State::OpenSent, config());
    // Cease / Connection Collision Resolution (RFC 4486 §4).
    solo.receive(&message(3, &[6, 7]));
    assert_eq!(solo.failures.len(), 1, "the attempt is over");
    assert_eq!(solo.session.counters().last_error, None);
    let mut solo = Solo::in_state(State::OpenSent, config());
    solo.receive(&message(3, &[6, 5]));
    assert!(solo.session.counters().last_error.is_some());
}

/// Octet by octet, for a configuration in which everything is off.
#[test]
fn a_plain_open() {
    let mut config = config();
    config.local_as = Asn(4_200_000_000);
    config.families = v4();
    config.extended_message = false;
    config.enhanced_route_refresh = false;
    config.graceful_restart = None;
    let mut solo = Solo::new(config);
    solo.session.start(solo.now);
    solo.poll();
    solo.connect();
    let sent = solo.sent_on(solo.conn.unwrap());
    // AS_TRANS, 90 s, 192.0.2.1.
    assert_eq!(sent[19..28], [4, 0x5b, 0xa0, 0, 90, 192, 0, 2, 1]);
    // Parameter 2: IPv4 unicast, route refresh, four-octet AS 4200000000.
    assert_eq!(sent[28..32], [16, 2, 14, 1]);
    let capabilities = &sent[31..];
    assert_eq!(capabilities.len(), 14);
    for expected in [
        &[1, 4, 0, 1, 0, 1][..],
        &[2, 0],
        &[65, 4, 0xfa, 0x56, 0xea, 0x00],
    ] {
        assert!(
            capabilities
                .windows(expected.len())
                .any(|octets| octets == expected)
        );
    }
}

fn negotiated(config: Config, bytes: &[u8]) -> std::sync::Arc<bgp_session::Negotiated> {
    let mut solo = Solo::in_state(State::OpenSent, config);
    solo.receive(bytes);
    solo.receive(&keepalive());
    solo.session.negotiated().unwrap().clone()
}

#[test]
fn the_smaller_hold_time_holds() {
    assert_eq!(
        negotiated(config(), &open(PEER_AS, 30, PEER_ID, &CAPABILITIES)).hold_time,
        30
    );
    assert_eq!(
        negotiated(config(), &open(PEER_AS, 900, PEER_ID, &CAPABILITIES)).hold_time,
        90
    );
    let none = negotiated(config(), &open(PEER_AS, 0, PEER_ID, &CAPABILITIES));
    assert_eq!((none.hold_time, none.keepalive_time()), (0, None));
}

#[test]
fn families_are_those_of_both() {
    let only_v6 = [1, 4, 0, 2, 0, 1];
    let context = negotiated(config(), &open(PEER_AS, 90, PEER_ID, &only_v6)).context;
    assert_eq!(
        context.families,
        FamilySet::empty().with(Family::IPV6_UNICAST)
    );
    assert!(!context.four_octet_as);
}

/// A peer without the multiprotocol capability speaks IPv4 unicast
/// (RFC 4760 §8, RFC 4271).
#[test]
fn no_multiprotocol_capability_means_ipv4_unicast() {
    assert_eq!(
        negotiated(config(), &open(PEER_AS, 90, PEER_ID, &[]))
            .context
            .families,
        v4()
    );
}

/// RFC 7911 §4: 1 receives, 2 sends, 3 both; both speakers must agree.
#[test]
fn add_path_is_negotiated_by_direction() {
    let mut config = config();
    config.add_path = AddPath {
        receive: both(),
        send: v4(),
    };
    for (peer, receive, send) in [
        (1, FamilySet::empty(), v4()),
        (2, v4(), FamilySet::empty()),
        (3, v4(), v4()),
    ] {
        let mut capabilities = CAPABILITIES.to_vec();
        capabilities.extend([69, 4, 0, 1, 1, peer]);
        let context =
            negotiated(config.clone(), &open(PEER_AS, 90, PEER_ID, &capabilities)).context;
        assert_eq!(
            (context.add_path_receive, context.add_path_send),
            (receive, send),
            "{peer}"
        );
    }
}

/// RFC 8277 §2.1: both must name the family; the first capability and the first
/// entry of a family count, and a count of 0 or 1 does not.
#[test]
fn multiple_labels_are_negotiated_by_family() {
    let family = |afi| Family::new(afi, Safi::LABELED);
    let labeled = FamilySet::empty()
        .with(family(Afi::IPV4))
        .with(family(Afi::IPV6));
    let entry = |family, count| MultipleLabels { family, count };
    let mut config = config();
    config.families = both().union(labeled);
    let capabilities = |labels: &[u8]| {
        let mut bytes = CAPABILITIES.to_vec();
        bytes.extend([1, 4, 0, 1, 0, 4, 1, 4, 0, 2, 0, 4]);
        bytes.extend(labels);
        open(PEER_AS, 90, PEER_ID, &bytes)
    };
    let offer = [8, 8, 0, 1, 4, 3, 0, 2, 4, 5];
    let got = negotiated(config.clone(), &capabilities(&offer));
    assert_eq!(got.context.multiple_labels, FamilySet::empty(), "not ours");
    assert_eq!(got.context.label_limit, 255);

    let ours = vec![entry(family(Afi::IPV4), 4)];
    config.capabilities = vec![Capability::MultipleLabels(ours)];
    let v4 = FamilySet::empty().with(family(Afi::IPV4));
    let got = negotiated(config.clone(), &capabilities(&offer));
    assert_eq!(got.context.multiple_labels, v4, "IPv6 is not ours");
    assert_eq!(got.context.label_limit, 4, "what we take is ours to say");
    assert_eq!(got.multiple_labels, [(family(Afi::IPV4), 3)]);

    for (labels, expected) in [
        (&[8, 4, 0, 1, 4, 1][..], &[][..]),
        (&[8, 4, 0, 1, 4, 0], &[]),
        (&[8, 8, 0, 1, 4, 2, 0, 1, 4, 9], &[2]),
        (&[8, 4, 0, 2, 4, 2, 8, 4, 0, 1, 4, 9], &[]),
        (&[], &[]),
    ] {
        let got = negotiated(config.clone(), &capabilities(labels));
        let counts: Vec<_> = got.multiple_labels.iter().map(|(_, it)| *it).collect();
        assert_eq!(counts, expected, "{labels:?}");
        assert_eq!(got.context.multiple_labels.is_empty(), expected.is_empty());
    }
}

#[test]
fn the_peers_limit_of_paths_counts_where_we_send_several() {
    let mut config = config();
    config.add_path.send = v4();
    let mut capabilities = CAPABILITIES.to_vec();
    capabilities.extend([69, 8, 0, 1, 1, 1, 0, 2, 1, 1]);
    // IPv4: 3, then 9; IPv6: 4; a limit of 0 is none.
    capabilities.extend([
        76, 20, 0, 2, 1, 0, 4, 0, 1, 1, 0, 0, 0, 1, 1, 0, 3, 0, 1, 1, 0, 9,
    ]);
    let got = negotiated(config, &open(PEER_AS, 90, PEER_ID, &capabilities));
    assert_eq!(got.context.add_path_send, v4());
    assert_eq!(got.paths_limit, [(Family::IPV4_UNICAST, 3)]);
}

/// RFC 8950 §4.
#[test]
fn extended_next_hops_are_those_of_both() {
    let mut config = config();
    let mut capabilities = CAPABILITIES.to_vec();
    capabilities.extend([5, 6, 0, 1, 0, 1, 0, 2]);
    let got = negotiated(config.clone(), &open(PEER_AS, 90, PEER_ID, &capabilities));
    assert!(got.context.extended_next_hop.is_empty());
    config.extended_next_hop = both();
    let got = negotiated(config, &open(PEER_AS, 90, PEER_ID, &capabilities));
    assert_eq!(got.context.extended_next_hop, v4());
}

/// RFC 8654 §4: what we offered bounds what we take, what the peer offered
/// bounds what we send.
#[test]
fn extended_messages_are_negotiated_by_direction() {
    for (ours, theirs, receive, send) in [
        (false, false, 4096, 4096),
        (true, false, 65535, 4096),
        (false, true, 4096, 65535),
    ] {
        let mut config = config();
        config.extended_message = ours;
        let mut capabilities = CAPABILITIES.to_vec();
        capabilities.extend(theirs.then_some([6, 0]).into_iter().flatten());
        let context = negotiated(config, &open(PEER_AS, 90, PEER_ID, &capabilities)).context;
        assert_eq!((context.receive_limit, context.send_limit), (receive, send));
    }
}

/// No UPDATE is made that the queue could not take, whatever the peer takes.
#[test]
fn the_send_buffer_bounds_extended_messages() {
    let mut capabilities = CAPABILITIES.to_vec();
    capabilities.extend([6, 0]);
    for (buffer, expected) in [(4096, 4096), (32 * 1024, 32 * 1024), (1 << 20, 65535)] {
        let mut config = config();
        config.send_buffer = buffer;
        let context = negotiated(config, &open(PEER_AS, 90, PEER_ID, &capabilities)).context;
        assert_eq!(context.send_limit, expected, "{buffer}");
    }
}

#[test]
fn configurations_that_cannot_work() {
    let broken = |change: fn(&mut Config)| {
        let mut config = config();
        change(&mut config);
        Session::new(config).err()
    };
    assert_eq!(broken(|c| c.local_as = Asn(0)), Some(ConfigError::AsZero));
    assert_eq!(
        broken(|c| c.peer_as = Some(Asn(0))),
        Some(ConfigError::AsZero)
    );
    assert_eq!(
        broken(|c| c.local_identifier = [0, 0, 0, 0].into()),
        Some(ConfigError::IdentifierZero)
    );
    assert_eq!(broken(|c| c.hold_time = 2), Some(ConfigError::HoldTime));
    assert_eq!(
        broken(|c| c.families = FamilySet::empty()),
        Some(ConfigError::NoFamily)
    );
    assert_eq!(broken(|c| c.send_buffer = 4095), Some(ConfigError::Buffer));
    assert_eq!(
        broken(|c| c.connect_retry = std::time::Duration::ZERO),
        Some(ConfigError::ZeroTimer)
    );
    let internal = RolePolicy {
        role: Role::Peer,
        strict: false,
    };
    let mut config = Config::new(Asn(64512), [192, 0, 2, 1].into(), remote());
    (config.peer_as, config.role) = (Some(Asn(64512)), Some(internal));
    assert_eq!(Session::new(config).err(), Some(ConfigError::RoleInternal));
}
