//! Limits on prefixes (RFC 4271 §6.7, RFC 4486 §4): what is warned of, what ends the
//! session, and when it comes back.

use std::time::Duration;

use bgp_session::{Config, ConfigError, Family, PrefixLimit, PrefixLimitAction, Session, State};

use crate::solo::{Solo, config};

const V4: Family = Family::IPV4_UNICAST;
const V6: Family = Family::IPV6_UNICAST;

/// At most ten prefixes of IPv4.
fn limited(action: PrefixLimitAction) -> Config {
    let mut limit = PrefixLimit::new(V4, 10);
    limit.action = action;
    let mut config = config();
    config.prefix_limits.push(limit);
    config
}

fn established(action: PrefixLimitAction) -> Solo {
    let mut solo = Solo::in_state(State::Established, limited(action));
    solo.seen.clear();
    solo
}

/// What is seen after this number of prefixes.
fn count(solo: &mut Solo, family: Family, count: u64) -> Vec<String> {
    solo.session.handle_prefix_count(solo.now, family, count);
    solo.poll();
    std::mem::take(&mut solo.seen)
}

#[test]
fn each_level_is_told_once_while_it_lasts() {
    let mut solo = established(PrefixLimitAction::Warn);
    let nothing: [&str; 0] = [];
    for (number, told) in [
        (7, &nothing[..]),
        (8, &["8 of 10 ipv4 unicast"]),
        (9, &nothing),
        (10, &nothing),
        (11, &["11 of 10 ipv4 unicast"]),
        (u64::MAX, &nothing),
        (9, &nothing),
        (12, &["12 of 10 ipv4 unicast"]),
        (0, &nothing),
        (8, &["8 of 10 ipv4 unicast"]),
    ] {
        assert_eq!(count(&mut solo, V4, number), told, "{number}");
    }
    assert_eq!(count(&mut solo, V6, u64::MAX), nothing, "no limit");
    assert_eq!(solo.session.state(), State::Established);
}

/// The data of the NOTIFICATION as in RFC 4486 §4: family and bound.
#[test]
fn one_too_many_ends_the_session() {
    for action in [
        PrefixLimitAction::Idle,
        PrefixLimitAction::Restart(None),
        PrefixLimitAction::Restart(Some(Duration::from_secs(60))),
    ] {
        let mut solo = established(action);
        let conn = solo.conn.unwrap();
        assert_eq!(count(&mut solo, V4, 10), ["10 of 10 ipv4 unicast"]);
        solo.session.handle_prefix_count(solo.now, V4, 11);
        assert_eq!(solo.session.state(), State::Idle);
        // Told again of a session that is over.
        solo.session.handle_prefix_count(solo.now, V4, 12);
        let sent = solo.sent_on(conn);
        assert_eq!(sent[18..], [3, 6, 1, 0, 1, 1, 0, 0, 0, 10], "{action:?}");
        solo.poll();
        assert_eq!(solo.seen, ["close", "down, retain 0", "Idle"], "{action:?}");
    }
}

/// For how long the session stays in Idle; `None` if for more than a day.
fn pause(action: PrefixLimitAction) -> Option<Duration> {
    let mut solo = established(action);
    let start = solo.now;
    count(&mut solo, V4, 11);
    // The connection is closed meanwhile, which has a deadline of its own.
    while solo.session.state() == State::Idle {
        let next = solo.session.poll_timeout()?;
        solo.now = next;
        solo.session.handle_timeout(next);
        solo.poll();
    }
    Some(solo.now - start)
}

#[test]
fn the_action_says_how_long_idle_lasts() {
    let minute = Duration::from_secs(60);
    let first = limited(PrefixLimitAction::Warn).idle_hold.first;
    for (action, expected) in [
        (PrefixLimitAction::Idle, None),
        (PrefixLimitAction::Restart(None), Some(first)),
        (PrefixLimitAction::Restart(Some(minute)), Some(minute)),
    ] {
        assert_eq!(pause(action), expected, "{action:?}");
    }
}

#[test]
fn an_operator_ends_the_pause() {
    let mut solo = established(PrefixLimitAction::Idle);
    count(&mut solo, V4, 11);
    assert!(solo.accept().is_err(), "the peer does not");
    solo.session.start(solo.now);
    assert_eq!(solo.session.state(), State::Connect);
}

/// What was said of one session is said again of the next.
#[test]
fn a_new_session_is_warned_of_anew() {
    let mut solo = established(PrefixLimitAction::Warn);
    assert_eq!(count(&mut solo, V4, 9), ["9 of 10 ipv4 unicast"]);
    solo.session
        .reset(solo.now, bgp_session::ResetReason::ConfigurationChange);
    solo.session.start(solo.now);
    solo.poll();
    solo.connect();
    solo.receive(&crate::solo::good_open());
    solo.receive(&crate::solo::keepalive());
    assert_eq!(solo.session.state(), State::Established);
    solo.poll();
    solo.seen.clear();
    assert_eq!(count(&mut solo, V4, 9), ["9 of 10 ipv4 unicast"]);
}

/// A limit is nothing that the peer must hear of.
#[test]
fn a_limit_changes_in_place() {
    let mut solo = established(PrefixLimitAction::Idle);
    let mut config = limited(PrefixLimitAction::Idle);
    config.prefix_limits[0].maximum = 100;
    assert_eq!(solo.session.would_reset(&config), Ok(None));
    solo.session.reconfigure(solo.now, config).unwrap();
    assert!(count(&mut solo, V4, 11).is_empty());
    assert_eq!(solo.session.state(), State::Established);
}

#[test]
fn a_pause_of_no_time_is_refused() {
    let config = limited(PrefixLimitAction::Restart(Some(Duration::ZERO)));
    assert_eq!(Session::new(config).unwrap_err(), ConfigError::ZeroTimer);
}

#[test]
fn the_warning_is_rounded_up_and_may_be_off() {
    let mut limit = PrefixLimit::new(V4, u32::MAX);
    for (percent, maximum, at) in [
        (75, 10, 8),
        (100, 10, 10),
        (101, 10, 11),
        (1, 0, 1),
        (0, 10, 1),
        (255, u32::MAX, 10_952_166_603),
    ] {
        (limit.warning_percent, limit.maximum) = (percent, maximum);
        assert_eq!(limit.warning_at(), at, "{percent} % of {maximum}");
    }
}
