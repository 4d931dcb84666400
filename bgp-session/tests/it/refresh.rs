//! Route refresh, plain and demarcated (RFC 2918, RFC 7313).

use bgp_session::{Family, SendError, State};

use crate::solo::{
    CAPABILITIES, PEER_AS, PEER_ID, Solo, config, good_open, keepalive, message, messages, names,
    open, update,
};

const V4: Family = Family::IPV4_UNICAST;

fn established(extra: &[u8]) -> Solo {
    let mut solo = Solo::in_state(State::OpenSent, config());
    let capabilities = [&CAPABILITIES, extra].concat();
    solo.receive(&open(PEER_AS, 90, PEER_ID, &capabilities));
    solo.receive(&keepalive());
    solo.sent();
    solo.seen.clear();
    solo
}

/// Enhanced route refresh.
const ENHANCED: [u8; 2] = [70, 0];

fn refresh(afi: u8, subtype: u8) -> Vec<u8> {
    message(5, &[0, afi, subtype, 1])
}

#[test]
fn requests_of_the_peer_have_their_place_among_updates() {
    let mut solo = established(&[]);
    solo.receive(&[update(1), refresh(1, 0), update(2)].concat());
    let [one, two] = [1, 2].map(|n| format!(r#"update +["10.0.{n}.0/24"] -[]"#));
    assert_eq!(solo.seen, [one, "refresh ipv4 unicast".to_owned(), two]);
}

#[test]
fn demarcations_need_the_capability() {
    let stream = [refresh(1, 1), refresh(1, 2)].concat();
    let mut solo = established(&ENHANCED);
    solo.receive(&stream);
    assert_eq!(solo.seen, ["begin ipv4 unicast", "end ipv4 unicast"]);
    // Without it the octet is reserved, and both are requests (RFC 2918 §3).
    let mut solo = established(&[]);
    solo.receive(&stream);
    assert_eq!(solo.seen, ["refresh ipv4 unicast", "refresh ipv4 unicast"]);
}

#[test]
fn what_means_nothing_is_ignored() {
    let mut solo = established(&ENHANCED);
    solo.receive(&refresh(1, 2)); // an end without a beginning (RFC 7313 §4)
    solo.receive(&refresh(1, 9)); // an unknown subtype (RFC 7313 §5)
    solo.receive(&refresh(25, 0)); // a family that was not negotiated
    assert_eq!(
        (solo.seen.len(), solo.session.state()),
        (0, State::Established)
    );
}

/// RFC 7313 §4: between graceful restart and refresh the End-of-RIB comes
/// first.
#[test]
fn a_refresh_before_the_promised_end_of_rib_is_ignored() {
    let restart = [64, 2, 0, 120];
    let mut solo = established(&[&ENHANCED[..], &restart].concat());
    let end_of_rib = message(2, &[0, 0, 0, 0]);
    solo.receive(&[refresh(1, 1), end_of_rib, refresh(1, 1)].concat());
    assert_eq!(solo.seen, ["end of rib ipv4 unicast", "begin ipv4 unicast"]);
}

/// RFC 7313 §5, with the whole message as data.
#[test]
fn a_demarcation_of_wrong_length() {
    let mut solo = established(&ENHANCED);
    let bad = message(5, &[0, 1, 1, 1, 0xaa]);
    solo.receive(&bad);
    assert_eq!(solo.session.state(), State::Idle);
    let sent = solo.sent_on(solo.conn.unwrap());
    assert_eq!(sent[18..], [&[3, 7, 1], &bad[..]].concat());
}

#[test]
fn our_requests_pass_by_updates_and_our_demarcations_do_not() {
    let mut solo = established(&ENHANCED);
    solo.session.begin_refresh(V4).unwrap();
    solo.session.send_update(&update(1)).unwrap();
    solo.session.end_refresh(V4).unwrap();
    solo.session.request_refresh(V4).unwrap();
    let conn = solo.conn.unwrap();
    let bytes = solo.sent_on(conn);
    assert_eq!(
        names(&bytes),
        ["ROUTE-REFRESH", "ROUTE-REFRESH", "UPDATE", "ROUTE-REFRESH"]
    );
    let subtypes: Vec<_> = [0, 1, 3].map(|at| messages(&bytes)[at][21]).into();
    assert_eq!(subtypes, [0, 1, 2]);
}

#[test]
fn nothing_is_asked_that_was_not_offered() {
    let mut solo = established(&[]);
    assert_eq!(
        solo.session.begin_refresh(V4),
        Err(SendError::NotNegotiated)
    );
    assert_eq!(
        solo.session.request_refresh(Family::IPV4_MULTICAST),
        Err(SendError::NotNegotiated)
    );
    let mut solo = Solo::in_state(State::OpenSent, config());
    assert_eq!(
        solo.session.request_refresh(V4),
        Err(SendError::NotEstablished)
    );
    solo.receive(&open(PEER_AS, 90, PEER_ID, &[]));
    solo.receive(&keepalive());
    assert_eq!(
        solo.session.request_refresh(V4),
        Err(SendError::NotNegotiated)
    );
}

#[test]
fn requests_that_the_peer_does_not_read_are_bounded() {
    let mut solo = Solo::in_state(State::OpenSent, config());
    solo.receive(&good_open());
    solo.receive(&keepalive());
    let asked = (0..1000)
        .take_while(|_| solo.session.request_refresh(V4).is_ok())
        .count();
    assert!(asked < 100);
    assert_eq!(solo.session.request_refresh(V4), Err(SendError::Full));
    solo.sent();
    assert_eq!(solo.session.request_refresh(V4), Ok(()));
}
