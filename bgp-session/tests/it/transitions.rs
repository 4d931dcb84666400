//! Every state with every event of RFC 4271 §8.1, written down from §8.2.2: the next
//! state, what the peer is told, and the timer that runs.

use std::io::ErrorKind;
use std::time::Duration;

use bgp_session::{CloseCause, Config, Direction, ResetReason, State, StopReason};

use crate::solo::{Solo, config, good_open, keepalive, local, message, open, remote, update};
use State::{Active, Connect, Established, Idle, OpenConfirm, OpenSent};

/// An event, as the outside world brings it about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// Event 1.
    ManualStart,
    /// Event 2.
    ManualStop,
    /// Event 8.
    AutomaticStop,
    /// Event 9.
    ConnectRetryTimer,
    /// Event 10.
    HoldTimer,
    /// Event 11.
    KeepaliveTimer,
    /// Event 12.
    DelayOpenTimer,
    /// Event 16.
    TcpAcked,
    /// Event 17.
    TcpConfirmed,
    /// Event 18.
    TcpFails,
    /// Event 19, and event 20 where the DelayOpenTimer runs.
    Open,
    /// Event 21.
    HeaderErr,
    /// Event 22.
    OpenErr,
    /// Event 24.
    NotifVerErr,
    /// Event 25.
    Notif,
    /// Event 26.
    Keepalive,
    /// Event 27.
    Update,
    /// Event 28.
    UpdateErr,
    /// Event 29 (RFC 9687 §3.1).
    SendHoldTimer,
}
use Event::{
    AutomaticStop, ConnectRetryTimer, DelayOpenTimer, HeaderErr, HoldTimer, Keepalive,
    KeepaliveTimer, ManualStart, ManualStop, Notif, NotifVerErr, Open, OpenErr, SendHoldTimer,
    TcpAcked, TcpConfirmed, TcpFails, Update, UpdateErr,
};

impl Event {
    fn happen(self, solo: &mut Solo) {
        let now = solo.now;
        match self {
            ManualStart => solo.session.start(now),
            ManualStop => solo.session.stop(now, shutdown()),
            AutomaticStop => solo.session.reset(now, ResetReason::OutOfResources),
            ConnectRetryTimer => solo.advance(Duration::from_secs(5)),
            // 240 s in OpenSent, else the negotiated 90 s.
            HoldTimer if solo.session.state() == OpenSent => solo.advance(Duration::from_secs(240)),
            HoldTimer => solo.advance(Duration::from_secs(90)),
            KeepaliveTimer => solo.advance(Duration::from_secs(30)),
            DelayOpenTimer => solo.advance(DELAY),
            TcpAcked => {
                let conn = *solo.dialed.last().unwrap();
                let result = solo.session.handle_connected(
                    now,
                    conn,
                    Direction::Outgoing,
                    local(),
                    remote(),
                );
                solo.conn = result.is_ok().then_some(conn).or(solo.conn);
            }
            TcpConfirmed => solo.conn = solo.accept().ok().or(solo.conn),
            TcpFails => {
                let conn = solo.conn.or(solo.dialed.last().copied()).unwrap();
                let cause = CloseCause::Error(ErrorKind::ConnectionReset);
                solo.session.handle_closed(now, conn, cause);
            }
            Open => solo.receive(&good_open()),
            HeaderErr => solo.receive(&[0; 19]),
            OpenErr => solo.receive(&open(64513, 2, [192, 0, 2, 2], &[])),
            NotifVerErr => solo.receive(&message(3, &[2, 1, 0, 4])),
            Notif => solo.receive(&message(3, &[6, 4])),
            Keepalive => solo.receive(&keepalive()),
            Update => solo.receive(&update(1)),
            // The attributes claim more octets than the message has.
            UpdateErr => solo.receive(&message(2, &[0, 0, 0, 9])),
            SendHoldTimer => solo.advance_while_peer_talks(Duration::from_secs(480)),
        }
        solo.poll();
    }
}

impl Solo {
    /// The peer keeps sending KEEPALIVEs but its TCP takes nothing.
    fn advance_while_peer_talks(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.advance(Duration::from_secs(30));
            if self.session.state() == Established {
                self.receive(&keepalive());
            }
        }
    }
}

fn shutdown() -> StopReason {
    StopReason::AdministrativeShutdown(String::new())
}

/// Where a session stands: a state of RFC 4271 §8.2.2, and whether its DelayOpenTimer runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    In(State),
    /// Connect, with a connection on which our OPEN waits.
    ConnectDelayed,
    /// Active, with a connection on which our OPEN waits.
    ActiveDelayed,
}
use Stands::{ActiveDelayed, ConnectDelayed, In};

impl Stands {
    fn solo(self) -> Solo {
        let mut delays = config();
        delays.delay_open = Some(DELAY);
        match self {
            In(state) => Solo::in_state(state, config()),
            ConnectDelayed => {
                let mut solo = Solo::in_state(Connect, delays);
                TcpAcked.happen(&mut solo);
                solo
            }
            ActiveDelayed => {
                delays.passive = true;
                let mut solo = Solo::in_state(Active, delays);
                TcpConfirmed.happen(&mut solo);
                solo
            }
        }
    }
}

const DELAY: Duration = Duration::from_secs(3);

/// Where it stands, event, next state, messages that go out on the connection, and when the
/// next timer expires, in seconds; 0 where none runs.
///
/// The timers: ConnectRetry 5, DelayOpen 3, Hold 240 until the OPENs are exchanged and 90
/// after, Keepalive 30, IdleHold 5 after an error (event 13 ends it).
type Row = (Stands, Event, State, &'static [&'static str], u64);

/// Every event that can occur there. Not in it, and why: events 4 to 7, which are event 1 or
/// 3 under another configuration; 14 and 15, which are the embedder's, whose sockets they
/// are; 23, which the tests of collisions have; timers where they do not run, as the last
/// column says; and messages where there is no connection.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    // "Idle state": a start dials; stops are ignored; nothing else matters.
    (In(Idle), ManualStart, Connect, &[], 5),
    (In(Idle), ManualStop, Idle, &[], 0),
    (In(Idle), AutomaticStop, Idle, &[], 0),
    (In(Idle), TcpConfirmed, Idle, &[], 0),

    // "Connect State".
    (In(Connect), ManualStart, Connect, &[], 5),
    (In(Connect), ManualStop, Idle, &[], 0),
    (In(Connect), AutomaticStop, Idle, &[], 5),
    (In(Connect), ConnectRetryTimer, Connect, &[], 5),
    (In(Connect), TcpAcked, OpenSent, &["OPEN"], 240),
    (In(Connect), TcpConfirmed, OpenSent, &["OPEN"], 240),
    (In(Connect), TcpFails, Idle, &[], 5),

    // "Connect State" with DelayOpen: the OPEN waits for its timer or for the peer's.
    (ConnectDelayed, ManualStart, Connect, &[], 3),
    (ConnectDelayed, ManualStop, Idle, &[], 0),
    (ConnectDelayed, AutomaticStop, Idle, &[], 5),
    (ConnectDelayed, DelayOpenTimer, OpenSent, &["OPEN"], 240),
    (ConnectDelayed, TcpFails, Active, &[], 5),
    (ConnectDelayed, Open, OpenConfirm, &["OPEN", "KEEPALIVE"], 30),
    (ConnectDelayed, HeaderErr, Idle, &[], 5),
    (ConnectDelayed, OpenErr, Idle, &[], 5),
    (ConnectDelayed, NotifVerErr, Idle, &[], 5),
    (ConnectDelayed, Notif, Idle, &[], 5),
    (ConnectDelayed, Keepalive, Idle, &[], 5),
    (ConnectDelayed, Update, Idle, &[], 5),

    // "Active State".
    (In(Active), ManualStart, Active, &[], 5),
    (In(Active), ManualStop, Idle, &[], 0),
    (In(Active), AutomaticStop, Idle, &[], 5),
    (In(Active), ConnectRetryTimer, Connect, &[], 5),
    (In(Active), TcpConfirmed, OpenSent, &["OPEN"], 240),

    // "Active State" with DelayOpen, of a speaker that waits to be dialled.
    (ActiveDelayed, ManualStart, Active, &[], 3),
    (ActiveDelayed, ManualStop, Idle, &[], 0),
    (ActiveDelayed, AutomaticStop, Idle, &[], 5),
    (ActiveDelayed, DelayOpenTimer, OpenSent, &["OPEN"], 240),
    (ActiveDelayed, TcpFails, Idle, &[], 5),
    (ActiveDelayed, Open, OpenConfirm, &["OPEN", "KEEPALIVE"], 30),
    (ActiveDelayed, HeaderErr, Idle, &[], 5),
    (ActiveDelayed, OpenErr, Idle, &[], 5),
    (ActiveDelayed, NotifVerErr, Idle, &[], 5),
    (ActiveDelayed, Notif, Idle, &[], 5),
    (ActiveDelayed, Keepalive, Idle, &[], 5),
    (ActiveDelayed, Update, Idle, &[], 5),

    // "OpenSent".
    (In(OpenSent), ManualStart, OpenSent, &[], 240),
    (In(OpenSent), ManualStop, Idle, &["NOTIFICATION 6/2"], 0),
    (In(OpenSent), AutomaticStop, Idle, &["NOTIFICATION 6/8"], 5),
    (In(OpenSent), HoldTimer, Idle, &["NOTIFICATION 4/0"], 5),
    (In(OpenSent), TcpFails, Active, &[], 5),
    (In(OpenSent), Open, OpenConfirm, &["KEEPALIVE"], 30),
    (In(OpenSent), HeaderErr, Idle, &["NOTIFICATION 1/1"], 5),
    (In(OpenSent), OpenErr, Idle, &["NOTIFICATION 2/6"], 5),
    (In(OpenSent), NotifVerErr, Idle, &[], 5),
    (In(OpenSent), Notif, Idle, &[], 5),
    (In(OpenSent), Keepalive, Idle, &["NOTIFICATION 5/1"], 5),
    (In(OpenSent), Update, Idle, &["NOTIFICATION 5/1"], 5),
    (In(OpenSent), UpdateErr, Idle, &["NOTIFICATION 5/1"], 5),

    // "OpenConfirm State".
    (In(OpenConfirm), ManualStart, OpenConfirm, &[], 30),
    (In(OpenConfirm), ManualStop, Idle, &["NOTIFICATION 6/2"], 0),
    (In(OpenConfirm), AutomaticStop, Idle, &["NOTIFICATION 6/8"], 5),
    (In(OpenConfirm), HoldTimer, Idle, &["KEEPALIVE", "NOTIFICATION 4/0"], 5),
    (In(OpenConfirm), KeepaliveTimer, OpenConfirm, &["KEEPALIVE"], 30),
    (In(OpenConfirm), TcpFails, Idle, &[], 5),
    (In(OpenConfirm), Open, Idle, &["NOTIFICATION 5/2"], 5),
    (In(OpenConfirm), HeaderErr, Idle, &["NOTIFICATION 1/1"], 5),
    (In(OpenConfirm), OpenErr, Idle, &["NOTIFICATION 2/6"], 5),
    (In(OpenConfirm), NotifVerErr, Idle, &[], 5),
    (In(OpenConfirm), Notif, Idle, &[], 5),
    (In(OpenConfirm), Keepalive, Established, &[], 30),
    (In(OpenConfirm), Update, Idle, &["NOTIFICATION 5/2"], 5),
    (In(OpenConfirm), UpdateErr, Idle, &["NOTIFICATION 5/2"], 5),

    // "Established State".
    (In(Established), ManualStart, Established, &[], 30),
    (In(Established), ManualStop, Idle, &["NOTIFICATION 6/2"], 0),
    (In(Established), AutomaticStop, Idle, &["NOTIFICATION 6/8"], 5),
    (In(Established), HoldTimer, Idle, &["KEEPALIVE", "NOTIFICATION 4/0"], 5),
    (In(Established), KeepaliveTimer, Established, &["KEEPALIVE"], 30),
    (In(Established), TcpFails, Idle, &[], 5),
    (In(Established), Open, Idle, &["NOTIFICATION 5/3"], 5),
    (In(Established), HeaderErr, Idle, &["NOTIFICATION 1/1"], 5),
    // "any other event (Events 9, 12-13, 20-22)": the machine's error, not the OPEN's.
    (In(Established), OpenErr, Idle, &["NOTIFICATION 5/3"], 5),
    (In(Established), NotifVerErr, Idle, &[], 5),
    (In(Established), Notif, Idle, &[], 5),
    (In(Established), Keepalive, Established, &[], 30),
    (In(Established), Update, Established, &[], 30),
    (In(Established), UpdateErr, Idle, &["NOTIFICATION 3/1"], 5),
    // RFC 9687 §3.2.
    (In(Established), SendHoldTimer, Idle, &["KEEPALIVE", "NOTIFICATION 8/0"], 5),
];

#[test]
fn every_event_in_every_state() {
    for (stands, event, next, sent, timer) in TABLE {
        let mut solo = stands.solo();
        event.happen(&mut solo);
        assert_eq!(solo.session.state(), *next, "{event:?} in {stands:?}");
        assert_eq!(solo.sent(), *sent, "{event:?} in {stands:?}");
        let expires = solo.session.poll_timeout();
        let left = expires.map_or(0, |at| (at - solo.now).as_secs());
        assert_eq!(left, *timer, "the timer after {event:?} in {stands:?}");
    }
}

/// Each pair of a state and an event is in the table once, if it can occur.
#[test]
fn the_table_has_every_event_of_every_state() {
    let at_rest = [ManualStart, ManualStop, AutomaticStop];
    let messages = [
        Open,
        HeaderErr,
        OpenErr,
        NotifVerErr,
        Notif,
        Keepalive,
        Update,
    ];
    let delayed = [&at_rest[..], &[DelayOpenTimer, TcpFails], &messages].concat();
    let connected = [&at_rest[..], &[HoldTimer, TcpFails, UpdateErr], &messages].concat();
    let agreed = [&connected[..], &[KeepaliveTimer]].concat();
    let up = [&agreed[..], &[SendHoldTimer]].concat();
    for (stands, mut events) in [
        (In(Idle), [&at_rest[..], &[TcpConfirmed]].concat()),
        (
            In(Connect),
            [
                &at_rest[..],
                &[ConnectRetryTimer, TcpAcked, TcpConfirmed, TcpFails],
            ]
            .concat(),
        ),
        (ConnectDelayed, delayed.clone()),
        (
            In(Active),
            [&at_rest[..], &[ConnectRetryTimer, TcpConfirmed]].concat(),
        ),
        (ActiveDelayed, delayed),
        (In(OpenSent), connected),
        (In(OpenConfirm), agreed),
        (In(Established), up),
    ] {
        for (_, event, ..) in TABLE.iter().filter(|(it, ..)| *it == stands) {
            let at = events.iter().position(|it| it == event);
            assert!(
                at.is_some(),
                "{event:?} in {stands:?} is there again, or cannot occur"
            );
            at.map(|at| events.remove(at));
        }
        assert!(events.is_empty(), "{stands:?} lacks {events:?}");
    }
}

#[test]
fn a_connection_that_ends_by_our_hand_is_closed_once_its_last_word_is_out() {
    for (stands, event, next, sent, _) in TABLE {
        let mut solo = stands.solo();
        let Some(conn) = solo.conn else { continue };
        event.happen(&mut solo);
        if *next != Idle || matches!(event, TcpFails) {
            continue;
        }
        assert_eq!(
            solo.closed.contains(&conn),
            sent.is_empty(),
            "{event:?} in {stands:?}"
        );
        solo.sent();
        assert_eq!(solo.closed, [conn], "{event:?} in {stands:?}");
    }
}

/// The ConnectRetryCounter: §8.2.2 says for each way into Idle whether it is
/// incremented, set to zero or left alone.
#[test]
fn connect_retry_counter() {
    let rows = [
        (Connect, TcpFails, 0),
        (Connect, AutomaticStop, 1),
        (OpenSent, ManualStop, 0),
        (OpenSent, HoldTimer, 1),
        (OpenSent, NotifVerErr, 0),
        (OpenSent, Notif, 1),
        (OpenConfirm, TcpFails, 1),
        (OpenConfirm, NotifVerErr, 0),
        (Established, TcpFails, 1),
        (Established, NotifVerErr, 1),
        (Established, UpdateErr, 1),
        (Established, ManualStop, 0),
    ];
    for (state, event, count) in rows {
        let mut solo = Solo::in_state(state, config());
        event.happen(&mut solo);
        let counter = solo.session.counters().connect_retry_counter;
        assert_eq!(counter, count, "{event:?} in {state}");
    }
}

#[test]
fn a_passive_session_waits_in_active_and_never_dials() {
    let mut solo = Solo::in_state(Active, passive());
    solo.advance(Duration::from_secs(3600));
    assert_eq!((solo.session.state(), solo.dialed.len()), (Active, 0));
    TcpConfirmed.happen(&mut solo);
    assert_eq!(
        (solo.session.state(), solo.sent()),
        (OpenSent, vec!["OPEN".to_owned()])
    );
}

fn passive() -> Config {
    let mut config = config();
    config.passive = true;
    config
}

fn delayed(notification_without_open: bool) -> Solo {
    let mut config = config();
    config.delay_open = Some(Duration::from_secs(3));
    config.notification_without_open = notification_without_open;
    let mut solo = Solo::in_state(Connect, config);
    TcpAcked.happen(&mut solo);
    assert_eq!(
        (solo.session.state(), solo.sent()),
        (Connect, Vec::<String>::new())
    );
    solo
}

/// Events 12, 16 and 20 in Connect with the DelayOpen attribute.
#[test]
fn delay_open() {
    let mut solo = delayed(false);
    solo.advance(Duration::from_secs(3));
    assert_eq!(
        (solo.session.state(), solo.sent()),
        (OpenSent, vec!["OPEN".to_owned()])
    );

    let mut solo = delayed(false);
    Open.happen(&mut solo);
    assert_eq!(solo.session.state(), OpenConfirm);
    assert_eq!(solo.sent(), ["OPEN", "KEEPALIVE"]);

    let mut solo = delayed(false);
    TcpFails.happen(&mut solo);
    assert_eq!(solo.session.state(), Active);
}

/// SendNOTIFICATIONwithoutOPEN (§8.1.1).
#[test]
fn a_peer_without_our_open_hears_of_errors_only_if_configured() {
    for (told, event, notification) in [
        (false, OpenErr, &[][..]),
        (true, OpenErr, &["NOTIFICATION 2/6"]),
        (true, ManualStop, &["NOTIFICATION 6/2"]),
        (false, ManualStop, &[]),
    ] {
        let mut solo = delayed(told);
        event.happen(&mut solo);
        assert_eq!(
            (solo.session.state(), solo.sent()),
            (Idle, notification.iter().map(|n| (*n).to_owned()).collect())
        );
    }
}

/// Event 13: Idle is left after a pause that doubles with each failure, and
/// connections are refused meanwhile.
#[test]
fn damping_doubles_the_pause_up_to_its_maximum() {
    let mut solo = Solo::in_state(OpenSent, config());
    for pause in [5, 10, 20, 30, 30] {
        OpenErr.happen(&mut solo);
        solo.sent();
        assert!(solo.accept().is_err(), "a damped Idle refuses connections");
        solo.advance(Duration::from_secs(pause) - Duration::from_millis(1));
        assert_eq!(solo.session.state(), Idle);
        solo.advance(Duration::from_millis(1));
        assert_eq!(solo.session.state(), Connect);
        TcpAcked.happen(&mut solo);
    }
}

/// A dial that fails is retried after ConnectRetryTime, and a peer that
/// connects meanwhile is welcome (event 5).
#[test]
fn a_peer_that_cannot_be_dialled_may_dial() {
    let mut solo = Solo::in_state(Connect, config());
    TcpFails.happen(&mut solo);
    assert_eq!(solo.session.state(), Idle);
    TcpConfirmed.happen(&mut solo);
    assert_eq!(solo.session.state(), OpenSent);
}

#[test]
fn without_automatic_start_idle_is_left_by_hand_only() {
    let mut config = config();
    config.idle_hold.restart = false;
    let mut solo = Solo::in_state(OpenSent, config);
    OpenErr.happen(&mut solo);
    solo.sent();
    solo.advance(Duration::from_secs(3600));
    assert_eq!(
        (solo.session.state(), solo.session.poll_timeout()),
        (Idle, None)
    );
    ManualStart.happen(&mut solo);
    assert_eq!(solo.session.state(), Connect);
}

/// Event 5 is an automatic start too: with those switched off a peer that
/// connects does not end Idle either.
#[test]
fn without_automatic_start_a_peer_does_not_end_idle() {
    let mut config = config();
    config.idle_hold.restart = false;
    let mut solo = Solo::in_state(Established, config);
    TcpFails.happen(&mut solo);
    assert_eq!(solo.session.state(), Idle);
    assert_eq!(solo.accept(), Err(bgp_session::Refused::Idle));
    assert_eq!(solo.session.state(), Idle);
}

/// A send hold time shorter than the time between KEEPALIVEs would end every
/// session that has nothing to say.
#[test]
fn a_short_send_hold_time_does_not_end_a_quiet_session() {
    let mut config = config();
    config.send_hold_time = Some(Duration::from_secs(5));
    let mut solo = Solo::in_state(Established, config);
    for _ in 0..30 {
        solo.advance(Duration::from_secs(10));
        solo.receive(&keepalive());
        solo.sent();
    }
    assert_eq!(solo.session.state(), Established);
    // Nothing is taken any more, although the peer talks.
    solo.advance_while_peer_talks(Duration::from_secs(130));
    assert_eq!(
        solo.failures.last(),
        Some(&bgp_session::DownReason::SendHoldTimerExpired)
    );
}

#[test]
fn a_stopped_session_stays_down() {
    let mut solo = Solo::in_state(Established, config());
    ManualStop.happen(&mut solo);
    solo.sent();
    solo.advance(Duration::from_secs(3600));
    assert_eq!(
        (solo.session.state(), solo.session.poll_timeout()),
        (Idle, None)
    );
    assert!(solo.accept().is_err());
}
