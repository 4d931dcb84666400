//! A new configuration resets a session only where it must.

use std::time::Duration;

use bgp_session::{
    Applied, AsSetPolicy, Asn, Config, ConfigError, DownReason, FamilySet, IdleHold, ResetReason,
    State,
};

use crate::solo::{Solo, config};

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
    let changes: [fn(&mut Config); 6] = [
        |c| c.hold_time = 30,
        |c| c.families = FamilySet::empty().with(bgp_session::Family::IPV4_UNICAST),
        |c| c.local_identifier = [192, 0, 2, 77].into(),
        |c| c.peer_as = Some(Asn(1)),
        |c| c.required.extended_message = true,
        |c| c.remote = ([192, 0, 2, 3], 179).into(),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let (applied, mut solo) = apply(State::Established, change);
        assert_eq!(
            (applied, solo.session.state()),
            (Applied::Reset, State::Idle),
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
        (Applied::Reset, State::Idle)
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
    assert_eq!(solo.session.config(), &config());
}
