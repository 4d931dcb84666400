//! UPDATEs as the embedder gets them, and RFC 7606 at the border of the
//! session.

use bgp_session::{DownReason, State};

use crate::solo::{Solo, config, message, update};

fn established() -> Solo {
    let mut solo = Solo::in_state(State::Established, config());
    solo.seen.clear();
    solo
}

/// An UPDATE of 10.0.1.0/24 with these path attributes.
fn with_attributes(attributes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(attributes.len()).unwrap().to_be_bytes();
    let body = [&[0, 0], &length[..], attributes, &[24, 10, 0, 1]].concat();
    message(2, &body)
}

const AS_PATH: [u8; 9] = [0x40, 2, 6, 2, 1, 0, 0, 0xfc, 0x01];
const NEXT_HOP: [u8; 7] = [0x40, 3, 4, 192, 0, 2, 2];

#[test]
fn updates_come_in_order() {
    let mut solo = established();
    solo.receive(&[update(1), update(2), update(3)].concat());
    let expected = [1, 2, 3].map(|n| format!(r#"update +["10.0.{n}.0/24"] -[]"#));
    assert_eq!(solo.seen, expected);
}

/// RFC 7606 §7.1: an ORIGIN of 7 costs the routes, not the session.
#[test]
fn treat_as_withdraw_does_not_reset() {
    let mut solo = established();
    let attributes = [&[0x40, 1, 1, 7][..], &AS_PATH, &NEXT_HOP].concat();
    solo.receive(&with_attributes(&attributes));
    assert_eq!(solo.seen, [r#"update +[] -["10.0.1.0/24"]"#]);
    assert_eq!(solo.session.state(), State::Established);
    assert_eq!(solo.session.counters().malformed_updates, 1);
}

/// RFC 7606 §3 and §5.3: what cannot be parsed ends the session, with the
/// subcode of RFC 4271 §6.3.
#[test]
fn malformed_updates_reset_with_their_code() {
    for (what, bytes, answer) in [
        ("withdrawn length", message(2, &[0, 9, 0, 0]), [3, 1]),
        ("attribute length", message(2, &[0, 0, 0, 9]), [3, 1]),
        (
            "prefix of 33 bits",
            message(2, &[0, 0, 0, 0, 33, 10, 0, 0, 0, 0]),
            [3, 10],
        ),
    ] {
        let mut solo = established();
        solo.receive(&[update(1), bytes, update(2)].concat());
        assert_eq!(solo.session.state(), State::Idle, "{what}");
        let seen = [r#"update +["10.0.1.0/24"] -[]"#, "down, retain 0", "Idle"];
        assert_eq!(
            solo.seen, seen,
            "{what}: what came before counts, what comes after not"
        );
        assert_eq!(
            solo.sent_on(solo.conn.unwrap())[18..21],
            [&[3][..], &answer].concat()
        );
        assert!(matches!(solo.failures[..], [DownReason::Malformed(_)]));
    }
}

/// RFC 4271 §6.3: the session ends when the UPDATE is looked at, not before.
#[test]
fn updates_are_parsed_when_polled() {
    let mut solo = established();
    let conn = solo.conn.unwrap();
    solo.session
        .handle_bytes(solo.now, conn, &message(2, &[0, 0, 0, 9]))
        .unwrap();
    assert_eq!(solo.session.state(), State::Established);
    solo.poll();
    assert_eq!(solo.session.state(), State::Idle);
}
