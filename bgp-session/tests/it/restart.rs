//! Graceful restart: what is offered, whose routes outlive what, End-of-RIB
//! (RFC 4724, RFC 8538, RFC 9494).

use bgp_session::{
    CloseCause, Config, Family, FamilySet, GracefulRestart, LongLived, ResetReason, State,
    StopReason,
};

use crate::solo::{
    CAPABILITIES, PEER_AS, PEER_ID, Solo, both, config, good_open, keepalive, message, names, open,
};

/// The capability of a peer: flags and restart time, then IPv4 unicast with F
/// if `ipv4`.
fn peer_restart(flags: u8, ipv4: bool) -> Vec<u8> {
    let mut capabilities = CAPABILITIES.to_vec();
    let families: &[u8] = if ipv4 { &[0, 1, 1, 0x80] } else { &[] };
    capabilities.extend([64, 2 + u8::try_from(families.len()).unwrap(), flags, 120]);
    capabilities.extend(families);
    open(PEER_AS, 90, PEER_ID, &capabilities)
}

fn with_restart(change: impl FnOnce(&mut GracefulRestart)) -> Config {
    let mut restart = GracefulRestart::default();
    change(&mut restart);
    let mut config = config();
    config.graceful_restart = Some(restart);
    config
}

fn established(config: Config, peer: &[u8]) -> Solo {
    let mut solo = Solo::in_state(State::OpenSent, config);
    solo.receive(peer);
    solo.receive(&keepalive());
    solo.sent();
    solo.seen.clear();
    assert_eq!(solo.session.state(), State::Established);
    solo
}

fn end_of_rib(family: Family) -> Vec<u8> {
    if family == Family::IPV4_UNICAST {
        return message(2, &[0, 0, 0, 0]);
    }
    let [high, low] = family.afi.0.to_be_bytes();
    message(2, &[0, 0, 0, 6, 0x80, 15, 3, high, low, family.safi.0])
}

#[test]
fn end_of_rib_only_for_families_that_both_enabled() {
    let v4_only = [1, 4, 0, 1, 0, 1, 65, 4, 0, 0, 0xfc, 0x01, 64, 2, 0, 120];
    let mut solo = established(config(), &open(PEER_AS, 90, PEER_ID, &v4_only));
    solo.receive(&end_of_rib(Family::IPV6_UNICAST));
    solo.receive(&end_of_rib(Family::IPV4_UNICAST));
    assert_eq!(solo.seen, ["end of rib ipv4 unicast"]);
    assert_eq!(solo.session.state(), State::Established);

    let mut solo = established(config(), &good_open());
    solo.receive(&end_of_rib(Family::IPV6_UNICAST));
    solo.receive(&end_of_rib(Family::IPV4_UNICAST));
    assert_eq!(
        solo.seen,
        ["end of rib ipv6 unicast", "end of rib ipv4 unicast"]
    );
    assert!(
        !solo.session.negotiated().unwrap().expects_end_of_rib(),
        "nothing was promised"
    );
}

#[test]
fn the_offer_of_the_peer_is_told() {
    let solo = established(config(), &peer_restart(0x80, true));
    let negotiated = solo.session.negotiated().unwrap();
    let restart = negotiated.graceful_restart.as_ref().unwrap();
    let v4 = FamilySet::empty().with(Family::IPV4_UNICAST);
    assert!(restart.restarting && !restart.notification && negotiated.expects_end_of_rib());
    assert_eq!(
        (restart.restart_time, restart.families, restart.forwarding),
        (120, v4, v4)
    );

    let mut without = config();
    without.graceful_restart = None;
    let solo = established(without, &peer_restart(0x80, true));
    assert_eq!(solo.session.negotiated().unwrap().graceful_restart, None);
}

/// How a session ends, and how many families' routes are kept: with the N bit
/// of the peer alone, and of both.
#[test]
fn which_ends_keep_routes() {
    type End = fn(&mut Solo);
    let ends: [(&str, End, usize, usize); 8] = [
        (
            "transport",
            |s| {
                s.session
                    .handle_closed(s.now, s.conn.unwrap(), CloseCause::EndOfStream)
            },
            1,
            1,
        ),
        (
            "hold timer",
            |s| s.advance(std::time::Duration::from_secs(90)),
            0,
            1,
        ),
        ("NOTIFICATION", |s| s.receive(&message(3, &[6, 4])), 0, 1),
        (
            "Hard Reset",
            |s| s.receive(&message(3, &[6, 9, 6, 2])),
            0,
            0,
        ),
        ("malformed", |s| s.receive(&[0; 19]), 0, 1),
        (
            "stop",
            |s| s.session.stop(s.now, StopReason::PeerDeconfigured),
            0,
            0,
        ),
        (
            "reset",
            |s| {
                let reason = ResetReason::Administrative {
                    text: String::new(),
                    hard: false,
                };
                s.session.reset(s.now, reason);
            },
            0,
            1,
        ),
        (
            "maximum prefixes",
            |s| {
                let family = Family::IPV4_UNICAST;
                s.session
                    .reset(s.now, ResetReason::MaximumPrefixes { family, limit: 7 });
            },
            0,
            0,
        ),
    ];
    for (what, end, without, with) in ends {
        for (ours, expected) in [(false, without), (true, with)] {
            let config = with_restart(|restart| restart.notification = ours);
            let mut solo = established(config, &peer_restart(0x40, true));
            end(&mut solo);
            solo.poll();
            let down = format!("down, retain {expected}");
            assert!(
                solo.seen.contains(&down),
                "{what}, N {ours}: {:?}",
                solo.seen
            );
        }
    }
}

/// RFC 8538 §5.1: a Hard Reset wraps what would have been said otherwise.
#[test]
fn a_stop_is_a_hard_reset_between_speakers_that_know_it() {
    let stop = StopReason::AdministrativeShutdown("bye".to_owned());
    for (ours, expected) in [
        (true, &[6, 9, 6, 2, 3, b'b', b'y', b'e'][..]),
        (false, &[6, 2, 3, b'b', b'y', b'e']),
    ] {
        let config = with_restart(|restart| restart.notification = ours);
        let mut solo = established(config, &peer_restart(0x40, true));
        solo.session.stop(solo.now, stop.clone());
        let sent = solo.sent_on(solo.conn.unwrap());
        assert_eq!(&sent[19..], expected);
    }
}

/// RFC 4724 §5: a new connection of a peer with families in its capability
/// replaces the Established one, without a NOTIFICATION.
#[test]
fn a_restarted_peer_replaces_its_connection() {
    let mut solo = established(config(), &peer_restart(0, true));
    let old = solo.conn.unwrap();
    let new = solo.accept().unwrap();
    assert_eq!(solo.seen, ["close", "down, retain 1", "OpenSent"]);
    assert_eq!(solo.closed, [old]);
    assert!(solo.sent_on(old).is_empty(), "no NOTIFICATION");
    solo.receive_on(new, &peer_restart(0x80, true));
    solo.receive_on(new, &keepalive());
    assert_eq!(solo.session.state(), State::Established);
    assert_eq!(solo.session.counters().flaps, 1);
}

/// Without families in the capability the old connection wins: the second one
/// is tracked until its OPEN comes, which is answered with a Cease
/// (RFC 4271 §6.8 and §8.2.2).
#[test]
fn a_second_connection_of_another_peer_is_refused_by_its_open() {
    let mut solo = established(config(), &peer_restart(0, false));
    let second = solo.accept().unwrap();
    assert_eq!(names(&solo.sent_on(second)), ["OPEN"]);
    solo.receive_on(second, &peer_restart(0, false));
    assert_eq!(names(&solo.sent_on(second)), ["NOTIFICATION 6/7"]);
    assert_eq!(solo.session.state(), State::Established);
    assert_eq!(
        (solo.closed.as_slice(), solo.seen.as_slice()),
        (&[second][..], &["close".to_owned()][..])
    );
}

/// CollisionDetectEstablishedState (RFC 4271 §8.1.1): the newer connection of
/// the same initiator wins.
#[test]
fn a_second_connection_may_win_if_configured() {
    let mut config = config();
    config.collision_detect_established = true;
    let mut solo = established(config, &peer_restart(0, false));
    let old = solo.conn.unwrap();
    let second = solo.accept().unwrap();
    solo.receive_on(second, &peer_restart(0, false));
    // Our identifier is the lower one, so the peer's connection stays.
    assert_eq!(names(&solo.sent_on(old)), ["NOTIFICATION 6/7"]);
    solo.receive_on(second, &keepalive());
    assert_eq!(solo.session.negotiated().unwrap().conn, second);
    assert_eq!(solo.session.counters().flaps, 1);
}

/// RFC 4724 §4.1: R says that this speaker has restarted, which is over once
/// the session has been Established.
#[test]
fn the_restart_bit_is_sent_until_the_session_was_up() {
    let config = with_restart(|restart| {
        restart.restarting = true;
        restart.families = both();
        restart.forwarding = FamilySet::empty().with(Family::IPV4_UNICAST);
        restart.long_lived = Some(LongLived {
            families: both(),
            stale_time: 3600,
        });
    });
    let mut solo = Solo::new(config);
    solo.session.start(solo.now);
    let mut flags = Vec::new();
    for _ in 0..2 {
        solo.advance(std::time::Duration::from_secs(5));
        solo.poll();
        solo.connect();
        let sent = solo.sent_on(solo.conn.unwrap());
        let at = sent
            .windows(4)
            .position(|octets| octets[..2] == [64, 10])
            .unwrap();
        flags.push(sent[at + 2]);
        assert_eq!(sent[at + 4..at + 12], [0, 1, 1, 0x80, 0, 2, 1, 0]);
        let long_lived = [71, 14, 0, 1, 1, 0x80, 0, 14, 16, 0, 2, 1, 0, 0, 14, 16];
        assert!(
            sent.windows(long_lived.len())
                .any(|octets| octets == long_lived)
        );
        solo.receive(&good_open());
        solo.receive(&keepalive());
        solo.session
            .handle_closed(solo.now, solo.conn.unwrap(), CloseCause::EndOfStream);
        solo.poll();
    }
    assert_eq!(flags, [0x80, 0]);
}
