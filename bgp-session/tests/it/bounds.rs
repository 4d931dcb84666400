//! What an embedder that does not do its part runs into, and what is forgotten
//! when a session ends.

use std::time::Duration;

use bgp_session::{CloseCause, Config, Refused, State, StopReason};

use crate::solo::{Solo, config, good_open, keepalive, message, open, update};

fn passive() -> Config {
    let mut config = config();
    config.passive = true;
    config
}

fn stop() -> StopReason {
    StopReason::PeerDeconfigured
}

/// Starts, takes a connection and stops, without polling or writing.
fn abuse(solo: &mut Solo) -> Result<(), Refused> {
    solo.session.start(solo.now);
    let conn = solo.session.next_conn();
    let (local, remote) = (crate::solo::local(), crate::solo::remote());
    let incoming = bgp_session::Direction::Incoming;
    let result = solo
        .session
        .handle_connected(solo.now, conn, incoming, local, remote);
    solo.session.stop(solo.now, stop());
    result
}

#[test]
fn no_connection_is_taken_while_too_many_closes_are_owed() {
    let mut solo = Solo::new(passive());
    let taken = (0..100).take_while(|_| abuse(&mut solo).is_ok()).count();
    assert!((4..20).contains(&taken), "{taken}");
    assert_eq!(abuse(&mut solo), Err(Refused::Busy));
    // Four may still write their last word; the others are given up.
    solo.poll();
    assert_eq!(solo.closed.len(), taken - 4);
    solo.advance(Duration::from_secs(5));
    assert_eq!(solo.closed.len(), taken);
    assert_eq!(abuse(&mut solo), Ok(()));
}

#[test]
fn news_that_nobody_hears_is_summed_up() {
    let mut solo = Solo::in_state(State::Established, config());
    let conn = solo.conn.unwrap();
    solo.seen.clear();
    solo.session
        .handle_closed(solo.now, conn, CloseCause::EndOfStream);
    for _ in 0..1000 {
        solo.session.start(solo.now);
        solo.session.stop(solo.now, stop());
    }
    solo.session.start(solo.now);
    solo.poll();
    assert!(solo.seen.len() < 40, "{}", solo.seen.len());
    assert_eq!(
        solo.seen
            .iter()
            .filter(|text| text.starts_with("down"))
            .count(),
        1
    );
    assert_eq!(
        solo.seen.iter().rfind(|text| *text != "dial").unwrap(),
        "Connect"
    );
}

#[test]
fn a_third_connection_has_no_place_unless_the_peer_gave_one_up() {
    let mut solo = Solo::in_state(State::OpenSent, config());
    let second = solo.accept().unwrap();
    let third = solo.accept().unwrap();
    assert_eq!(
        crate::solo::names(&solo.sent_on(second)),
        ["OPEN", "NOTIFICATION 6/7"]
    );
    // The third is in OpenConfirm, our own in OpenSent: no fourth.
    solo.receive_on(third, &good_open());
    assert_eq!(solo.session.state(), State::OpenConfirm);
    assert_eq!(solo.accept(), Err(Refused::Busy));
}

#[test]
fn updates_of_a_lost_session_do_not_reach_the_next_one() {
    let mut solo = Solo::in_state(State::Established, passive());
    let conn = solo.conn.unwrap();
    solo.session
        .handle_bytes(solo.now, conn, &update(1))
        .unwrap();
    solo.session
        .handle_closed(solo.now, conn, CloseCause::EndOfStream);
    let next = solo.session.next_conn();
    let (local, remote) = (crate::solo::local(), crate::solo::remote());
    let incoming = bgp_session::Direction::Incoming;
    solo.session
        .handle_connected(solo.now, next, incoming, local, remote)
        .unwrap();
    for bytes in [good_open(), keepalive(), update(2)] {
        solo.session.handle_bytes(solo.now, next, &bytes).unwrap();
    }
    solo.seen.clear();
    solo.poll();
    let updates: Vec<_> = solo
        .seen
        .iter()
        .filter(|text| text.starts_with("update"))
        .collect();
    assert_eq!(updates, [r#"update +["10.0.2.0/24"] -[]"#]);
}

#[test]
fn a_connection_that_has_nothing_to_say_is_closed_at_once() {
    let restart = [64, 6, 0, 120, 0, 1, 1, 0x80];
    let capabilities = [&crate::solo::CAPABILITIES[..], &restart].concat();
    let mut solo = Solo::in_state(State::OpenSent, config());
    solo.receive(&open(64513, 90, [192, 0, 2, 2], &capabilities));
    solo.receive(&keepalive());
    solo.sent();
    solo.session.send_update(&update(1)).unwrap();
    // The peer has restarted: nobody waits for that UPDATE any more.
    solo.accept().unwrap();
    assert_eq!(solo.closed, [solo.conn.unwrap()]);
}

#[test]
fn a_dial_is_given_up_once_the_peers_connection_is_good() {
    let mut solo = Solo::in_state(State::Connect, config());
    let dialed = solo.dialed[0];
    let accepted = solo.accept().unwrap();
    assert_eq!(
        (solo.session.state(), solo.closed.len()),
        (State::OpenSent, 0)
    );
    solo.receive_on(accepted, &good_open());
    assert_eq!(
        (solo.session.state(), solo.closed.as_slice()),
        (State::OpenConfirm, &[dialed][..])
    );
    let (local, remote) = (crate::solo::local(), crate::solo::remote());
    let outgoing = bgp_session::Direction::Outgoing;
    let late = solo
        .session
        .handle_connected(solo.now, dialed, outgoing, local, remote);
    assert_eq!(late, Err(Refused::UnknownConnection(dialed)));
}

#[test]
fn a_dial_that_fails_beside_the_peers_connection_is_no_loss() {
    let mut solo = Solo::in_state(State::Connect, config());
    let accepted = solo.accept().unwrap();
    let refused = CloseCause::Error(std::io::ErrorKind::ConnectionRefused);
    solo.session
        .handle_closed(solo.now, solo.dialed[0], refused);
    solo.receive_on(accepted, &good_open());
    assert_eq!(solo.session.state(), State::OpenConfirm);
}

/// When the connection in front fails, the one behind it takes its place.
#[test]
fn the_second_connection_takes_over() {
    let mut solo = Solo::in_state(State::OpenSent, config());
    let second = solo.accept().unwrap();
    solo.session
        .handle_closed(solo.now, solo.conn.unwrap(), CloseCause::EndOfStream);
    solo.poll();
    assert_eq!(solo.session.state(), State::OpenSent);
    solo.receive_on(second, &good_open());
    solo.receive_on(second, &keepalive());
    assert_eq!(solo.session.negotiated().unwrap().conn, second);
}

/// An UPDATE that went out says as much as a KEEPALIVE (RFC 4271 §8.2.2).
#[test]
fn an_update_puts_the_keepalive_off() {
    let mut solo = Solo::in_state(State::Established, config());
    solo.advance(Duration::from_secs(20));
    solo.session.send_update(&update(1)).unwrap();
    assert_eq!(solo.sent(), ["UPDATE"]);
    solo.advance(Duration::from_secs(29));
    assert!(solo.sent().is_empty());
    solo.advance(Duration::from_secs(1));
    assert_eq!(solo.sent(), ["KEEPALIVE"]);
}

/// A session that was stable is not punished for old failures.
#[test]
fn damping_forgets_after_a_stable_session() {
    let bad = message(1, &[3, 0, 1, 0, 90, 1, 1, 1, 1, 0]);
    let mut solo = Solo::in_state(State::OpenSent, config());
    for pause in [5, 10, 20] {
        solo.receive(&bad);
        solo.sent();
        solo.advance(Duration::from_secs(pause));
        solo.connect();
    }
    solo.receive(&good_open());
    solo.receive(&keepalive());
    solo.sent();
    solo.advance(Duration::from_secs(31));
    solo.receive(&message(3, &[6, 0]));
    solo.advance(Duration::from_secs(5));
    assert_eq!(solo.session.state(), State::Connect);
}

#[test]
fn a_name_is_used_once() {
    let mut solo = Solo::in_state(State::Established, passive());
    let conn = solo.conn.unwrap();
    let (local, remote) = (crate::solo::local(), crate::solo::remote());
    let incoming = bgp_session::Direction::Incoming;
    for _ in 0..2 {
        let again = solo
            .session
            .handle_connected(solo.now, conn, incoming, local, remote);
        assert_eq!(again, Err(Refused::UnknownConnection(conn)));
        solo.session
            .handle_closed(solo.now, conn, CloseCause::EndOfStream);
    }
    let outgoing = bgp_session::Direction::Outgoing;
    let fresh = solo.session.next_conn();
    let dialed = solo
        .session
        .handle_connected(solo.now, fresh, outgoing, local, remote);
    assert_eq!(
        dialed,
        Err(Refused::UnknownConnection(fresh)),
        "nobody asked for a dial"
    );
    assert_eq!(
        solo.session
            .handle_connected(solo.now, fresh, incoming, local, remote),
        Ok(())
    );
}
