//! Every state with every event, written down from RFC 4271 §8.2.2: the next
//! state and what the peer is told.

use std::io::ErrorKind;
use std::time::Duration;

use bgp_session::{CloseCause, Config, Direction, ResetReason, State, StopReason};

use crate::solo::{Solo, config, good_open, keepalive, local, message, open, remote, update};
use State::{Active, Connect, Established, Idle, OpenConfirm, OpenSent};

/// An event, as the outside world brings it about.
#[derive(Clone, Copy, Debug)]
enum Event {
    ManualStart,
    ManualStop,
    AutomaticStop,
    ConnectRetryTimer,
    HoldTimer,
    KeepaliveTimer,
    TcpAcked,
    TcpConfirmed,
    TcpFails,
    Open,
    HeaderErr,
    OpenErr,
    NotifVerErr,
    Notif,
    Keepalive,
    Update,
    UpdateErr,
    SendHoldTimer,
}
use Event::{
    AutomaticStop, ConnectRetryTimer, HeaderErr, HoldTimer, Keepalive, KeepaliveTimer, ManualStart,
    ManualStop, Notif, NotifVerErr, Open, OpenErr, SendHoldTimer, TcpAcked, TcpConfirmed, TcpFails,
    Update, UpdateErr,
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

/// State, event, next state, messages that go out on the connection.
type Row = (State, Event, State, &'static [&'static str]);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    // "Idle state": a start dials; stops are ignored; nothing else matters.
    (Idle, ManualStart, Connect, &[]),
    (Idle, ManualStop, Idle, &[]),
    (Idle, AutomaticStop, Idle, &[]),
    (Idle, TcpConfirmed, Idle, &[]),

    // "Connect State".
    (Connect, ManualStart, Connect, &[]),
    (Connect, ManualStop, Idle, &[]),
    (Connect, AutomaticStop, Idle, &[]),
    (Connect, ConnectRetryTimer, Connect, &[]),
    (Connect, TcpAcked, OpenSent, &["OPEN"]),
    (Connect, TcpConfirmed, OpenSent, &["OPEN"]),
    (Connect, TcpFails, Idle, &[]),

    // "Active State".
    (Active, ManualStart, Active, &[]),
    (Active, ManualStop, Idle, &[]),
    (Active, AutomaticStop, Idle, &[]),
    (Active, ConnectRetryTimer, Connect, &[]),
    (Active, TcpConfirmed, OpenSent, &["OPEN"]),

    // "OpenSent".
    (OpenSent, ManualStart, OpenSent, &[]),
    (OpenSent, ManualStop, Idle, &["NOTIFICATION 6/2"]),
    (OpenSent, AutomaticStop, Idle, &["NOTIFICATION 6/8"]),
    (OpenSent, HoldTimer, Idle, &["NOTIFICATION 4/0"]),
    (OpenSent, TcpFails, Active, &[]),
    (OpenSent, Open, OpenConfirm, &["KEEPALIVE"]),
    (OpenSent, HeaderErr, Idle, &["NOTIFICATION 1/1"]),
    (OpenSent, OpenErr, Idle, &["NOTIFICATION 2/6"]),
    (OpenSent, NotifVerErr, Idle, &[]),
    (OpenSent, Notif, Idle, &[]),
    (OpenSent, Keepalive, Idle, &["NOTIFICATION 5/1"]),
    (OpenSent, Update, Idle, &["NOTIFICATION 5/1"]),

    // "OpenConfirm State".
    (OpenConfirm, ManualStart, OpenConfirm, &[]),
    (OpenConfirm, ManualStop, Idle, &["NOTIFICATION 6/2"]),
    (OpenConfirm, AutomaticStop, Idle, &["NOTIFICATION 6/8"]),
    (OpenConfirm, HoldTimer, Idle, &["KEEPALIVE", "NOTIFICATION 4/0"]),
    (OpenConfirm, KeepaliveTimer, OpenConfirm, &["KEEPALIVE"]),
    (OpenConfirm, TcpFails, Idle, &[]),
    (OpenConfirm, Open, Idle, &["NOTIFICATION 5/2"]),
    (OpenConfirm, HeaderErr, Idle, &["NOTIFICATION 1/1"]),
    (OpenConfirm, NotifVerErr, Idle, &[]),
    (OpenConfirm, Notif, Idle, &[]),
    (OpenConfirm, Keepalive, Established, &[]),
    (OpenConfirm, Update, Idle, &["NOTIFICATION 5/2"]),

    // "Established State".
    (Established, ManualStart, Established, &[]),
    (Established, ManualStop, Idle, &["NOTIFICATION 6/2"]),
    (Established, AutomaticStop, Idle, &["NOTIFICATION 6/8"]),
    (Established, HoldTimer, Idle, &["KEEPALIVE", "NOTIFICATION 4/0"]),
    (Established, KeepaliveTimer, Established, &["KEEPALIVE"]),
    (Established, TcpFails, Idle, &[]),
    (Established, Open, Idle, &["NOTIFICATION 5/3"]),
    (Established, HeaderErr, Idle, &["NOTIFICATION 1/1"]),
    (Established, NotifVerErr, Idle, &[]),
    (Established, Notif, Idle, &[]),
    (Established, Keepalive, Established, &[]),
    (Established, Update, Established, &[]),
    (Established, UpdateErr, Idle, &["NOTIFICATION 3/1"]),
    // RFC 9687 §3.2.
    (Established, SendHoldTimer, Idle, &["KEEPALIVE", "NOTIFICATION 8/0"]),
];

#[test]
fn every_event_in_every_state() {
    for (state, event, next, sent) in TABLE {
        let mut solo = Solo::in_state(*state, config());
        event.happen(&mut solo);
        assert_eq!(solo.session.state(), *next, "{event:?} in {state}");
        assert_eq!(solo.sent(), *sent, "{event:?} in {state}");
    }
}

#[test]
fn a_connection_that_ends_by_our_hand_is_closed_once_its_last_word_is_out() {
    for (state, event, next, sent) in TABLE {
        let mut solo = Solo::in_state(*state, config());
        let Some(conn) = solo.conn else { continue };
        event.happen(&mut solo);
        if *next != Idle || matches!(event, TcpFails) {
            continue;
        }
        assert_eq!(
            solo.closed.contains(&conn),
            sent.is_empty(),
            "{event:?} in {state}"
        );
        solo.sent();
        assert_eq!(solo.closed, [conn], "{event:?} in {state}");
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
