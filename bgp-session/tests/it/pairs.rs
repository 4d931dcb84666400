//! Two sessions against each other in virtual time.

use std::time::Duration;

use bgp_session::{
    Asn, CloseCause, Config, Direction, DownReason, NotificationCode, Session, State, StopReason,
};
use testkit::pair::{Network, Pair, Seen, Side};

use crate::solo::{base, messages, names};

/// Two speakers of AS 64512; B has the higher identifier.
fn configs() -> [Config; 2] {
    let address = |last| ([192, 0, 2, last], 179).into();
    [
        Config::new(Asn(64512), [192, 0, 2, 1].into(), address(2)),
        Config::new(Asn(64512), [192, 0, 2, 2].into(), address(1)),
    ]
}

fn pair(configs: [Config; 2], network: Network) -> Pair {
    let [a, b] = configs.map(|config| Session::new(config).unwrap());
    Pair::new(base(), a, b, network)
}

fn passive_b() -> [Config; 2] {
    let [a, mut b] = configs();
    b.passive = true;
    [a, b]
}

fn states(pair: &Pair, side: Side) -> Vec<State> {
    let seen = pair.end(side).seen.iter();
    seen.filter_map(|(_, seen)| match seen {
        Seen::StateChanged(_, to) => Some(*to),
        _ => None,
    })
    .collect()
}

fn reasons(pair: &Pair, side: Side) -> Vec<DownReason> {
    let seen = pair.end(side).seen.iter();
    seen.filter_map(|(_, seen)| match seen {
        Seen::Down(reason, _) => Some(reason.clone()),
        _ => None,
    })
    .collect()
}

#[test]
fn two_sessions_establish_and_stay() {
    let mut pair = pair(passive_b(), Network::default());
    pair.start();
    assert!(pair.establish());
    // SYN and its answer, OPEN, KEEPALIVE: four trips, of which two overlap.
    assert!(
        pair.elapsed() <= Duration::from_millis(4),
        "{:?}",
        pair.elapsed()
    );
    use State::{Active, Connect, Established, OpenConfirm, OpenSent};
    assert_eq!(
        states(&pair, Side::A),
        [Connect, OpenSent, OpenConfirm, Established]
    );
    assert_eq!(
        states(&pair, Side::B),
        [Active, OpenSent, OpenConfirm, Established]
    );
    pair.run_for(Duration::from_secs(24 * 3600));
    assert!(pair.is_established());
    assert_eq!(pair.a.session.counters().flaps, 0);
}

#[test]
fn one_octet_at_a_time_makes_no_difference() {
    let network = Network {
        chunk: 1,
        ..Network::default()
    };
    let mut pair = pair(passive_b(), network);
    pair.start();
    assert!(pair.establish());
}

#[test]
fn keepalives_go_out_at_a_third_of_the_hold_time() {
    let mut configs = passive_b();
    configs[0].hold_time = 9;
    let mut pair = pair(configs, Network::default());
    pair.start();
    assert!(pair.establish());
    let before = pair.b.session.counters().sent.keepalives;
    pair.run_for(Duration::from_secs(300));
    // Every 3 s, the first of them within 3 s of the beginning.
    assert_eq!(pair.b.session.counters().sent.keepalives - before, 100);
    assert_eq!(pair.a.session.counters().received.keepalives, before + 100);
}

#[test]
fn no_hold_time_no_keepalives_and_no_expiry() {
    let mut configs = passive_b();
    configs[0].hold_time = 0;
    let mut pair = pair(configs, Network::default());
    pair.start();
    assert!(pair.establish());
    pair.partitioned = true;
    pair.run_for(Duration::from_secs(24 * 3600));
    assert!(pair.is_established());
    assert_eq!(
        pair.a.session.counters().sent.keepalives,
        1,
        "the one that confirms the OPEN"
    );
}

#[test]
fn a_silent_peer_is_given_up_after_the_hold_time() {
    let mut pair = pair(passive_b(), Network::default());
    pair.start();
    assert!(pair.establish());
    let last_heard = pair.elapsed();
    pair.partitioned = true;
    pair.run_for(Duration::from_secs(91));
    let (at, _) = pair
        .a
        .seen
        .iter()
        .find(|(_, seen)| matches!(seen, Seen::Down(..)))
        .unwrap();
    assert_eq!(at.saturating_sub(last_heard), Duration::from_secs(90));
    assert_eq!(reasons(&pair, Side::A), [DownReason::HoldTimerExpired]);
    pair.partitioned = false;
    assert!(pair.establish(), "both come back");
}

/// RFC 4271 §6.8: with simultaneous dials one connection stays, the one that
/// the higher identifier has initiated, whatever the latency and the order.
#[test]
fn collisions_leave_the_connection_of_the_higher_identifier() {
    for latency in [0, 1, 7, 300] {
        for swap in [false, true] {
            let mut configs = configs();
            if swap {
                let [a, b] = &mut configs;
                std::mem::swap(&mut a.local_identifier, &mut b.local_identifier);
            }
            let network = Network {
                latency: Duration::from_millis(latency),
                ..Network::default()
            };
            let mut pair = pair(configs, network);
            pair.start();
            assert!(pair.establish());
            pair.run_for(Duration::from_secs(10));
            assert!(pair.is_established(), "latency {latency}, swap {swap}");
            let direction = |side| pair.end(side).session.negotiated().unwrap().direction;
            if latency > 0 {
                let (winner, loser) = if swap {
                    (Side::A, Side::B)
                } else {
                    (Side::B, Side::A)
                };
                assert_eq!(direction(winner), Direction::Outgoing, "latency {latency}");
                assert_eq!(direction(loser), Direction::Incoming, "latency {latency}");
                assert!(told_of_collision(&pair, Side::A) || told_of_collision(&pair, Side::B));
            }
            for end in [&pair.a, &pair.b] {
                assert_eq!(end.session.counters().flaps, 0);
                let closed = end
                    .seen
                    .iter()
                    .filter(|(_, seen)| matches!(seen, Seen::Down(..)));
                assert_eq!(closed.count(), 0, "a collision is no failure");
            }
        }
    }
}

fn told_of_collision(pair: &Pair, side: Side) -> bool {
    pair.end(side)
        .sent
        .values()
        .any(|bytes| names(bytes).contains(&"NOTIFICATION 6/7".to_owned()))
}

/// Whoever starts first, by less or more than a trip: one connection, and no
/// session goes down on the way.
#[test]
fn collisions_at_every_offset() {
    let latency = Duration::from_millis(10);
    for offset in 0..80 {
        let network = Network {
            latency,
            ..Network::default()
        };
        let mut pair = pair(configs(), network);
        let now = pair.now();
        pair.a.session.start(now);
        pair.pump(Side::A);
        pair.run_for(Duration::from_millis(offset));
        let now = pair.now();
        pair.b.session.start(now);
        pair.pump(Side::B);
        pair.run_for(Duration::from_secs(12));
        assert!(pair.is_established(), "offset {offset} ms");
        let flaps = [&pair.a, &pair.b].map(|end| end.session.counters().flaps);
        assert_eq!(flaps, [0, 0], "offset {offset} ms");
    }
}

/// The peer lost power and dials again while we believe the old connection to
/// be open: without graceful restart the old one wins until its hold time is
/// over (RFC 4271 §6.8).
#[test]
fn a_half_open_connection_ends_with_its_hold_time() {
    let mut pair = pair(configs(), Network::default());
    pair.start();
    assert!(pair.establish());
    let [_, b] = configs();
    pair.forget(Side::B, Session::new(b).unwrap());
    let now = pair.now();
    pair.b.session.start(now);
    pair.pump(Side::B);
    pair.run_for(Duration::from_secs(60));
    assert_eq!(pair.a.session.state(), State::Established);
    assert_ne!(pair.b.session.state(), State::Established);
    pair.run_for(Duration::from_secs(120));
    assert!(pair.is_established());
    assert_eq!(reasons(&pair, Side::A), [DownReason::HoldTimerExpired]);
}

#[test]
fn a_shutdown_is_told_with_its_text_and_stays() {
    let mut pair = pair(passive_b(), Network::default());
    pair.start();
    assert!(pair.establish());
    let text = "[TICKET-1] back at six".to_owned();
    let now = pair.now();
    pair.a
        .session
        .stop(now, StopReason::AdministrativeShutdown(text.clone()));
    pair.pump(Side::A);
    pair.run_for(Duration::from_secs(1));
    let [DownReason::Received(notification)] = &reasons(&pair, Side::B)[..] else {
        panic!("{:?}", reasons(&pair, Side::B))
    };
    assert_eq!(
        notification.kind(),
        NotificationCode::ADMINISTRATIVE_SHUTDOWN
    );
    assert_eq!(notification.view().shutdown_communication(), Some(&*text));
    pair.run_for(Duration::from_secs(600));
    assert_eq!(pair.a.session.state(), State::Idle);
    assert_ne!(pair.b.session.state(), State::Established);
}

#[test]
fn a_cut_connection_comes_back() {
    let mut pair = pair(configs(), Network::default());
    pair.start();
    assert!(pair.establish());
    pair.cut();
    assert!(!pair.is_established());
    assert!(pair.establish());
    let reset = CloseCause::Error(std::io::ErrorKind::ConnectionReset);
    assert_eq!(reasons(&pair, Side::A), [DownReason::Closed(reset)]);
}

#[test]
fn a_peer_that_does_not_listen_yet_is_dialled_until_it_does() {
    let mut pair = pair(passive_b(), Network::default());
    pair.b.listens = false;
    pair.start();
    pair.run_for(Duration::from_secs(61));
    let dials = pair
        .a
        .seen
        .iter()
        .filter(|(_, seen)| matches!(seen, Seen::Dial(_)))
        .count();
    assert_eq!(dials, 13, "once, and every five seconds");
    pair.b.listens = true;
    assert!(pair.establish());
}

/// Every socket that was named is closed exactly once, by one side or the
/// other, and messages on the wire are whole.
#[test]
fn what_goes_over_the_wire_is_whole() {
    let mut pair = pair(
        configs(),
        Network {
            chunk: 7,
            ..Network::default()
        },
    );
    pair.start();
    assert!(pair.establish());
    let now = pair.now();
    pair.b.session.stop(now, StopReason::PeerDeconfigured);
    pair.pump(Side::B);
    pair.run_for(Duration::from_secs(2));
    for bytes in pair.a.sent.values().chain(pair.b.sent.values()) {
        assert!(!messages(bytes).is_empty());
    }
}
