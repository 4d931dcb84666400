//! A new configuration resets a session only where it must.

use std::time::Duration;

use bgp_session::{
    Applied, AsSetPolicy, Asn, Config, ConfigError, DownReason, FamilySet, IdleHold, ResetCause,
    ResetReason, State,
};

use crate::solo::{Solo, config};

/// What becomes of a configuration.
type Change = fn(&mut Config);

fn apply(state: State, change: fn(&mut Config)) -> (Applied, Solo) {
    let mut solo = Solo::in_state(state, config());
    let mut new = config();
    change(&mut new);
    let applied = solo.session.reconfigure(solo.now, new).unwrap();
    solo.poll();
    (applied, solo)
}

#[test]
fn what_the_peer_cannot_notice_is_taken_in_place() {
    let changes: [fn(&mut Config); 7] = [
        |_| {},
        |c| c.peer_as = Some(Asn(64513)),
        |c| c.connect_retry = Duration::from_secs(120),
        |c| {
            c.idle_hold = IdleHold {
                restart: false,
                ..IdleHold::default()
            }
        },
        |c| c.as_set = AsSetPolicy::TreatAsWithdraw,
        |c| c.passive = true,
        |c| c.receive_buffer = 1 << 20,
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let (applied, solo) = apply(State::Established, change);
        assert_eq!(
            (applied, solo.session.state()),
            (Applied::InPlace, State::Established),
            "{at}"
        );
    }
}

#[test]
fn what_changes_an_open_or_its_judgement_resets() {
    let changes: [(Change, ResetCause); 6] = [
        (|c| c.hold_time = 30, ResetCause::OwnOpen),
        (
            |c| c.families = FamilySet::empty().with(bgp_session::Family::IPV4_UNICAST),
            ResetCause::OwnOpen,
        ),
        (
            |c| c.local_identifier = [192, 0, 2, 77].into(),
            ResetCause::OwnOpen,
        ),
        (|c| c.peer_as = Some(Asn(1)), ResetCause::PeerOpen),
        (|c| c.required.extended_message = true, ResetCause::PeerOpen),
        (
            |c| c.remote = ([192, 0, 2, 3], 179).into(),
            ResetCause::PeerAddress,
        ),
    ];
    for (at, (change, cause)) in changes.into_iter().enumerate() {
        let mut new = config();
        change(&mut new);
        let solo = Solo::in_state(State::Established, config());
        assert_eq!(solo.session.would_reset(&new), Ok(Some(cause)), "{at}");
        assert_eq!(solo.session.state(), State::Established, "{at}: only asked");
        let idle = Solo::in_state(State::Idle, config());
        assert_eq!(idle.session.would_reset(&new), Ok(None), "{at}");
        let (applied, mut solo) = apply(State::Established, change);
        assert_eq!(
            (applied, solo.session.state()),
            (Applied::Reset(cause), State::Idle),
            "{at}"
        );
        assert_eq!(
            solo.failures,
            [DownReason::Reset(ResetReason::ConfigurationChange)]
        );
        assert_eq!(solo.sent(), ["NOTIFICATION 6/6"]);
        solo.advance(Duration::from_secs(5));
        assert_eq!(
            solo.session.state(),
            State::Connect,
            "{at}: it comes back undamped"
        );
    }
}

#[test]
fn a_dial_to_another_address_begins_anew() {
    let (applied, solo) = apply(State::Connect, |c| c.remote = ([192, 0, 2, 3], 179).into());
    assert_eq!(
        (applied, solo.session.state()),
        (Applied::Reset(ResetCause::Dial), State::Idle)
    );
    assert_eq!(solo.closed, solo.dialed, "the dial is given up");
}

#[test]
fn a_broken_configuration_changes_nothing() {
    let mut solo = Solo::in_state(State::Established, config());
    let mut new = config();
    new.hold_time = 1;
    assert_eq!(
        solo.session.reconfigure(solo.now, new),
        Err(ConfigError::HoldTime)
    );
    let mut new = config();
    new.hold_time = 1;
    assert_eq!(solo.session.would_reset(&new), Err(ConfigError::HoldTime));
    assert_eq!(solo.session.config(), &config());
}
