//! Bounded input and output: partial writes, back-pressure, and what passes by
//! the queues.

use std::time::Duration;

use bgp_session::{DownReason, Refused, SendError, State, StopReason};

use crate::solo::{Solo, config, good_open, keepalive, message, messages, names, update};

fn established() -> Solo {
    Solo::in_state(State::Established, config())
}

/// An UPDATE of exactly this length that withdraws 10.0.0.0/8 again and again.
fn long_update(length: usize) -> Vec<u8> {
    let withdrawn = length - 23;
    let mut body = u16::try_from(withdrawn).unwrap().to_be_bytes().to_vec();
    body.extend([8, 10].iter().cycle().take(withdrawn));
    body.extend([0, 0]);
    message(2, &body)
}

#[test]
fn messages_may_come_in_any_pieces() {
    let stream = [good_open(), keepalive(), update(1), keepalive(), update(2)].concat();
    for size in [1, 2, 18, 19, 20, 23, 50, stream.len()] {
        let mut solo = Solo::in_state(State::OpenSent, config());
        solo.seen.clear();
        for piece in stream.chunks(size) {
            solo.receive(piece);
        }
        let updates: Vec<_> = solo
            .seen
            .iter()
            .filter(|text| text.starts_with("update"))
            .collect();
        assert_eq!(
            updates,
            [
                r#"update +["10.0.1.0/24"] -[]"#,
                r#"update +["10.0.2.0/24"] -[]"#
            ],
            "pieces of {size}"
        );
        assert_eq!(solo.session.counters().received.messages(), 5);
        assert_eq!(solo.session.counters().received.bytes, stream.len() as u64);
    }
}

#[test]
fn input_that_nobody_polls_is_turned_away_and_loses_nothing() {
    let mut solo = established();
    let conn = solo.conn.unwrap();
    let stream: Vec<u8> = (0..=255).cycle().take(20_000).flat_map(update).collect();
    let taken = solo.session.handle_bytes(solo.now, conn, &stream).unwrap();
    let buffer = solo.session.config().receive_buffer;
    assert!(
        (buffer - 100..=buffer + 19).contains(&taken),
        "{taken} of {}",
        stream.len()
    );
    assert_eq!(
        solo.session.handle_bytes(solo.now, conn, &stream[taken..]),
        Ok(0)
    );
    let mut at = taken;
    while at < stream.len() {
        solo.poll();
        let more = solo
            .session
            .handle_bytes(solo.now, conn, &stream[at..])
            .unwrap();
        assert!(more > 0);
        at += more;
    }
    solo.poll();
    let updates = solo.seen.iter().filter(|text| text.starts_with("update"));
    assert_eq!(updates.count(), 20_000);
}

/// The peer is not silent while we do not read.
#[test]
fn the_hold_timer_does_not_punish_the_peer_for_our_full_queue() {
    let mut solo = established();
    let conn = solo.conn.unwrap();
    let stream: Vec<u8> = (0..=255).cycle().take(20_000).flat_map(update).collect();
    let taken = solo.session.handle_bytes(solo.now, conn, &stream).unwrap();
    let now = solo.now + Duration::from_secs(91);
    solo.session.handle_timeout(now);
    assert_eq!(solo.session.state(), State::Established);
    // Once there is room, silence counts again.
    solo.now = now;
    solo.poll();
    solo.receive(&stream[taken..taken + 1000]);
    solo.advance(Duration::from_secs(90));
    assert_eq!(solo.session.state(), State::Idle);
}

/// The same when the input that was turned away ended with a header, so that
/// nothing is left to be offered again.
#[test]
fn silence_counts_again_when_nothing_was_left_to_offer() {
    let mut solo = established();
    let conn = solo.conn.unwrap();
    let stream: Vec<u8> = (0..=255).cycle().take(20_000).flat_map(update).collect();
    let taken = solo.session.handle_bytes(solo.now, conn, &stream).unwrap();
    let header = &stream[taken..taken + 19];
    for half in [&header[..10], &header[10..]] {
        let taken = solo.session.handle_bytes(solo.now, conn, half);
        assert_eq!(taken, Ok(half.len()));
    }
    solo.poll();
    solo.advance(Duration::from_secs(91));
    assert_eq!(solo.session.state(), State::Idle);
    assert_eq!(
        solo.failures.last(),
        Some(&DownReason::HoldTimerExpired),
        "a silent peer"
    );
}

#[test]
fn a_notification_passes_by_updates_that_wait() {
    let mut solo = established();
    let conn = solo.conn.unwrap();
    let stream = [update(1), update(2), message(3, &[6, 4])].concat();
    solo.seen.clear();
    assert_eq!(
        solo.session.handle_bytes(solo.now, conn, &stream),
        Ok(stream.len())
    );
    assert_eq!(
        solo.session.state(),
        State::Idle,
        "at receipt, not when polled"
    );
    solo.poll();
    assert_eq!(
        solo.seen,
        ["close", "down, retain 0", "Idle"],
        "routes of the dead are gone"
    );
}

#[test]
fn updates_that_wait_keep_the_session_alive_from_their_receipt_on() {
    let mut solo = established();
    let conn = solo.conn.unwrap();
    let later = solo.now + Duration::from_secs(60);
    solo.session.handle_bytes(later, conn, &update(1)).unwrap();
    // Not polled; 90 s after the handshake are over, 90 s after the UPDATE not.
    solo.session
        .handle_timeout(solo.now + Duration::from_secs(149));
    assert_eq!(solo.session.state(), State::Established);
    solo.session
        .handle_timeout(solo.now + Duration::from_secs(150));
    assert_eq!(solo.session.state(), State::Idle);
}

#[test]
fn a_peer_that_never_reads_fills_the_queue_and_no_more() {
    let mut solo = established();
    let mut queued = 0;
    while solo.session.send_update(&update(1)).is_ok() {
        queued += update(1).len();
    }
    assert!(queued <= solo.session.config().send_buffer);
    assert!(solo.session.send_capacity() < update(1).len());
    assert_eq!(solo.session.send_update(&update(1)), Err(SendError::Full));
    // KEEPALIVEs do not pile up either, and pass by the UPDATEs.
    for _ in 0..10 {
        solo.advance(Duration::from_secs(30));
        solo.receive(&keepalive());
    }
    let conn = solo.conn.unwrap();
    assert_eq!(
        names(solo.session.poll_transmit(conn).unwrap()),
        ["KEEPALIVE"]
    );
    let all = names(&solo.sent_on(conn));
    assert_eq!(all.len(), 1 + queued / update(1).len());
}

#[test]
fn partial_writes_keep_messages_whole_while_urgent_ones_arrive() {
    let mut solo = established();
    let conn = solo.conn.unwrap();
    solo.session.send_update(&update(1)).unwrap();
    solo.session.send_update(&update(2)).unwrap();
    let mut stream = Vec::new();
    let write = |solo: &mut Solo, stream: &mut Vec<u8>, count: usize| {
        let bytes = solo.session.poll_transmit(conn).unwrap();
        let count = count.min(bytes.len());
        stream.extend_from_slice(&bytes[..count]);
        solo.session.consume_transmit(solo.now, conn, count);
    };
    write(&mut solo, &mut stream, 10);
    solo.advance(Duration::from_secs(30));
    write(&mut solo, &mut stream, 3);
    solo.session.stop(solo.now, StopReason::PeerDeconfigured);
    while solo.session.poll_transmit(conn).is_some() {
        write(&mut solo, &mut stream, 7);
    }
    // The second UPDATE would only have delayed the news.
    assert_eq!(names(&stream), ["UPDATE", "KEEPALIVE", "NOTIFICATION 6/3"]);
    assert_eq!(messages(&stream)[0], update(1));
}

#[test]
fn a_last_word_that_nobody_reads_is_given_up() {
    let mut solo = established();
    solo.session.stop(solo.now, StopReason::PeerDeconfigured);
    solo.poll();
    assert!(solo.closed.is_empty());
    solo.advance(Duration::from_secs(5));
    assert_eq!(solo.closed, [solo.conn.unwrap()]);
    assert_eq!(solo.session.poll_timeout(), None);
}

#[test]
fn only_whole_updates_within_the_peers_limit_are_sent() {
    let mut solo = established();
    let send = |solo: &mut Solo, bytes: &[u8]| solo.session.send_update(bytes);
    assert_eq!(send(&mut solo, &keepalive()), Err(SendError::NotAnUpdate));
    assert_eq!(
        send(&mut solo, &update(1)[..30]),
        Err(SendError::NotAnUpdate)
    );
    assert_eq!(
        send(&mut solo, &[update(1), update(2)].concat()),
        Err(SendError::NotAnUpdate)
    );
    assert_eq!(send(&mut solo, &[]), Err(SendError::NotAnUpdate));
    assert_eq!(send(&mut solo, &long_update(4096)), Ok(()));
    assert_eq!(send(&mut solo, &long_update(4097)), Err(SendError::TooLong));
    let mut idle = Solo::in_state(State::Idle, config());
    assert_eq!(send(&mut idle, &update(1)), Err(SendError::NotEstablished));
}

/// RFC 4271 §6.1 and RFC 8654 §5, with the octets of the NOTIFICATION.
#[test]
fn headers_that_end_the_session() {
    let header = |length: u16, message_type: u8| {
        let [high, low] = length.to_be_bytes();
        [&[0xff; 16][..], &[high, low, message_type]].concat()
    };
    let mut no_marker = keepalive();
    no_marker[3] = 0;
    for (what, bytes, answer) in [
        ("marker", no_marker, &[1, 1][..]),
        ("length 18", header(18, 4), &[1, 2, 0, 18]),
        ("KEEPALIVE of 20", header(20, 4), &[1, 2, 0, 20]),
        ("UPDATE of 22", header(22, 2), &[1, 2, 0, 22]),
        ("UPDATE of 4097", header(4097, 2), &[1, 2, 0x10, 0x01]),
        ("NOTIFICATION of 20", header(20, 3), &[1, 2, 0, 20]),
        ("type 0", header(19, 0), &[1, 3, 0]),
        ("type 6", header(19, 6), &[1, 3, 6]),
    ] {
        let mut config = config();
        config.extended_message = false;
        let mut solo = Solo::in_state(State::Established, config);
        solo.receive(&bytes);
        assert_eq!(solo.session.state(), State::Idle, "{what}");
        let sent = solo.sent_on(solo.conn.unwrap());
        assert_eq!(sent[18..], [&[3], answer].concat(), "{what}");
        assert!(
            matches!(solo.failures[..], [DownReason::Malformed(_)]),
            "{what}"
        );
    }
}

#[test]
fn what_we_offered_to_receive_we_receive() {
    let mut solo = established();
    solo.receive(&long_update(65_535));
    assert_eq!(solo.session.state(), State::Established);
    assert_eq!(solo.session.counters().received.updates, 1);
}

#[test]
fn names_that_the_session_never_made_are_refused() {
    let mut solo = established();
    let mut other = Solo::in_state(State::Established, config());
    for _ in 0..5 {
        other.session.next_conn();
    }
    let stranger = other.session.next_conn();
    let refused = Err(Refused::UnknownConnection(stranger));
    assert_eq!(
        solo.session.handle_bytes(solo.now, stranger, &keepalive()),
        refused
    );
    assert_eq!(solo.session.poll_transmit(stranger), None);
    solo.session.consume_transmit(solo.now, stranger, 100);
    assert_eq!(solo.session.state(), State::Established);
}
