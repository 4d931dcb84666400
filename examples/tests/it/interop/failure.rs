//! Sessions that end: a frozen end, a dead one, one that restarts.

use std::time::Duration;

use testkit::netns::routers::{Announcement, Kind};
use testkit::netns::wait_for;

use super::ours::Ours;
use super::scene::{
    LIMIT, OUR_AS, OURS, Over, Scene, THEIR_AS, THEIRS, announced, at, both_hold, marked, net, own,
    pause, peer, setup, speaker, wait_for_ours, wait_for_session, wait_for_theirs,
};

const OVER: Over = Over::Ipv4;

/// Either end freezes for longer than the hold time, and thaws.
pub(super) fn hold_timer(kind: Kind) {
    let scene = Scene::new(kind, "hold");
    let mut setup = setup(OVER, THEIR_AS);
    setup.neighbors[0].hold_time = 3;
    setup.neighbors[0].passive = true;
    let theirs = scene.theirs(&setup);
    let config = speaker(OURS, OUR_AS) + &peer(OVER, OURS, THEIRS, THEIR_AS, "hold-time = 3");
    let ours = scene.ours(&config);
    wait_for_session(&*theirs, &ours, OVER);

    scene.freeze("theirs", true);
    wait_for_end(&ours, "hold timer expired");
    for prefix in own(THEIRS, 1) {
        wait_for_ours(&ours, prefix, at(OVER, THEIRS), &[]);
    }
    scene.freeze("theirs", false);
    wait_for_session(&*theirs, &ours, OVER);
    both_hold(&*theirs, &ours, OVER);

    scene.freeze("ours", true);
    wait_for("their end to give us up", LIMIT, || {
        match theirs.is_established(at(OVER, OURS))? {
            true => Err("established".to_owned()),
            false => Ok(()),
        }
    });
    for prefix in own(OURS, 1) {
        wait_for_theirs(&*theirs, prefix, &[]);
    }
    scene.freeze("ours", false);
    wait_for_session(&*theirs, &ours, OVER);
    both_hold(&*theirs, &ours, OVER);
}

/// Their end is killed: no route of it stays, and all are back with it.
pub(super) fn killed_and_back(kind: Kind) {
    let scene = Scene::new(kind, "killed");
    let mut setup = setup(OVER, THEIR_AS);
    setup.neighbors[0].passive = true;
    let theirs = scene.theirs(&setup);
    let config = speaker(OURS, OUR_AS) + &peer(OVER, OURS, THEIRS, THEIR_AS, "");
    let ours = scene.ours(&config);
    wait_for_session(&*theirs, &ours, OVER);
    both_hold(&*theirs, &ours, OVER);
    scene.kill("theirs");
    drop(theirs);
    for prefix in own(THEIRS, 1) {
        wait_for_ours(&ours, prefix, at(OVER, THEIRS), &[]);
    }
    let theirs = scene.theirs(&setup);
    wait_for_session(&*theirs, &ours, OVER);
    both_hold(&*theirs, &ours, OVER);
}

/// Their end restarts: its routes are kept, as stale, until it has sent its new ones; what
/// it has no longer goes then (RFC 4724).
pub(super) fn they_restart(kind: Kind) {
    let scene = Scene::new(kind, "restart");
    let mut setup = setup(OVER, THEIR_AS);
    setup.neighbors[0].graceful_restart = true;
    setup.neighbors[0].passive = true;
    setup.announce.extend(own(THEIRS, 2).map(announcement));
    let theirs = scene.theirs(&setup);
    let config = speaker(OURS, OUR_AS)
        + &peer(
            OVER,
            OURS,
            THEIRS,
            THEIR_AS,
            "graceful-restart = { time = 60 }",
        );
    let ours = scene.ours(&config);
    wait_for_session(&*theirs, &ours, OVER);
    for number in [1, 2] {
        wait_for_stale(&ours, number, false);
    }
    // The markers that end the first batch are due at once, and so are others after it.
    pause(Duration::from_secs(2));
    scene.kill("theirs");
    drop(theirs);
    for number in [1, 2] {
        wait_for_stale(&ours, number, true);
    }
    setup.announce = own(THEIRS, 1).map(announcement).to_vec();
    setup.restarted = true;
    let theirs = scene.theirs(&setup);
    wait_for_session(&*theirs, &ours, OVER);
    wait_for_stale(&ours, 1, false);
    for prefix in own(THEIRS, 2) {
        wait_for_ours(&ours, prefix, at(OVER, THEIRS), &[]);
    }
    assert!(
        !ours
            .log()
            .contains(&format!("route {} withdrawn", own(THEIRS, 1)[0])),
        "a route that stays is never withdrawn:\n{}",
        ours.log()
    );
    both_hold(&*theirs, &ours, OVER);
}

/// We restart: they keep our routes meanwhile, and drop what we have no longer once we have
/// sent all.
pub(super) fn we_restart(kind: Kind) {
    let scene = Scene::new(kind, "our-restart");
    let mut setup = setup(OVER, THEIR_AS);
    setup.neighbors[0].graceful_restart = true;
    let gone = net("10.103.2.0/24");
    let head = speaker(OURS, OUR_AS);
    let session = peer(
        OVER,
        OURS,
        THEIRS,
        THEIR_AS,
        "graceful-restart = { time = 60 }",
    );
    let first = scene.ours(&(head.clone() + &announced(gone, OURS) + &session));
    let theirs = scene.theirs(&setup);
    wait_for_session(&*theirs, &first, OVER);
    both_hold(&*theirs, &first, OVER);
    wait_for_theirs(&*theirs, gone, &[marked(gone, OURS, &[OUR_AS])]);
    // The markers that end the first batch are due at once.
    pause(Duration::from_secs(2));
    first.leave_for_a_restart();
    wait_for("the end of our session there", LIMIT, || {
        match theirs.is_established(at(OVER, OURS))? {
            true => Err("established".to_owned()),
            false => Ok(()),
        }
    });
    for prefix in own(OURS, 1) {
        wait_for_theirs(&*theirs, prefix, &[marked(prefix, OURS, &[OUR_AS])]);
    }
    wait_for_theirs(&*theirs, gone, &[marked(gone, OURS, &[OUR_AS])]);
    drop(first);
    let second = scene.ours_restarted(&(head + &session));
    wait_for_session(&*theirs, &second, OVER);
    both_hold(&*theirs, &second, OVER);
    wait_for_theirs(&*theirs, gone, &[]);
}

fn announcement(prefix: ipnet::IpNet) -> Announcement {
    Announcement {
        prefix,
        mark: Some(u16::from(THEIRS)),
    }
}

fn wait_for_stale(ours: &Ours<'_>, number: u8, stale: bool) {
    for prefix in own(THEIRS, number) {
        let expected = [(marked(prefix, THEIRS, &[THEIR_AS]), stale)];
        wait_for(&format!("{prefix}, stale: {stale}"), LIMIT, || {
            let held = ours.held(prefix, at(OVER, THEIRS))?;
            match held == expected {
                true => Ok(()),
                false => Err(format!("{held:?}\n{}", ours.log())),
            }
        });
    }
}

/// Waits until our session has ended, for this reason.
fn wait_for_end(ours: &Ours<'_>, reason: &str) {
    wait_for(&format!("our session to end: {reason}"), LIMIT, || {
        let session = ours.session(at(OVER, THEIRS))?;
        let last = session["lastError"].as_str().unwrap_or_default();
        match last.to_lowercase().contains(reason) {
            true => Ok(()),
            false => Err(session.to_string()),
        }
    });
}
