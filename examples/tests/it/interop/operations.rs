//! What operators do to sessions: keys, refreshes, an announced end, limits.

use testkit::netns::routers::{Announcement, Kind, Router};
use testkit::netns::wait_for;

use super::ours::Ours;
use super::scene::{
    LIMIT, OUR_AS, OURS, Over, Scene, THEIR_AS, THEIRS, announced, at, both_hold, net, peer, setup,
    speaker, wait_for_session,
};

const OVER: Over = Over::Ipv4;

/// How many routes of IPv4 may come where there is a limit.
const MAXIMUM: u8 = 3;

/// With the same key on both sides all is as without; with another no segment is taken.
/// OpenBGPD, on Linux, has no keys where it listens.
pub(super) fn md5(kind: Kind) {
    for we_dial in [true, false] {
        if kind != Kind::OpenBgpd || !we_dial {
            signed(kind, we_dial);
        }
    }
}

fn signed(kind: Kind, we_dial: bool) {
    let scene = Scene::new(kind, "md5");
    let mut setup = setup(OVER, THEIR_AS);
    setup.neighbors[0].password = Some("correct");
    setup.neighbors[0].passive = we_dial;
    let start = |key: &str| {
        let first = we_dial.then(|| scene.theirs(&setup));
        let more = format!("password = \"{key}\"\npassive = {}", !we_dial);
        let config = speaker(OURS, OUR_AS) + &peer(OVER, OURS, THEIRS, THEIR_AS, &more);
        let ours = scene.ours(&config);
        (first.unwrap_or_else(|| scene.theirs(&setup)), ours)
    };
    {
        let (theirs, ours) = start("wrong");
        let waits = if we_dial { "theirs" } else { "ours" };
        wait_for("segments to be refused", LIMIT, || {
            match scene.refused_segments(waits) {
                0 => Err("none".to_owned()),
                _ => Ok(()),
            }
        });
        assert_eq!(ours.is_established(at(OVER, THEIRS)), Ok(false));
        assert_eq!(theirs.is_established(at(OVER, OURS)), Ok(false));
    }
    scene.kill("theirs");
    let (theirs, ours) = start("correct");
    wait_for_session(&*theirs, &ours, OVER);
    both_hold(&*theirs, &ours, OVER);
}

/// We ask for their routes again, and are sent them (RFC 2918).
pub(super) fn our_refresh(kind: Kind) {
    let scene = Scene::new(kind, "our-refresh");
    let (theirs, ours) = session(&scene, THEIR_AS);
    let before = ours.messages("received", "update");
    ours.refresh(at(OVER, THEIRS));
    wait_for("their routes again", LIMIT, || {
        match ours.messages("received", "update") > before {
            true => Ok(()),
            false => Err("no UPDATE".to_owned()),
        }
    });
    assert!(ours.messages("sent", "route-refresh") > 0);
    wait_for_session(&*theirs, &ours, OVER);
    both_hold(&*theirs, &ours, OVER);
}

/// They ask for our routes again, and are sent them.
pub(super) fn their_refresh(kind: Kind) {
    let scene = Scene::new(kind, "their-refresh");
    let (theirs, ours) = session(&scene, THEIR_AS);
    let before = ours.messages("sent", "update");
    theirs.refresh(at(OVER, OURS)).unwrap();
    wait_for("our routes to be asked for, and sent", LIMIT, || {
        let asked = ours.messages("received", "route-refresh");
        match asked > 0 && ours.messages("sent", "update") > before {
            true => Ok(()),
            false => Err(format!("{asked} requests received")),
        }
    });
    wait_for_session(&*theirs, &ours, OVER);
    both_hold(&*theirs, &ours, OVER);
}

/// They show why we ended the session (RFC 9003).
pub(super) fn shutdown(kind: Kind) {
    let scene = Scene::new(kind, "shutdown");
    let (theirs, ours) = session(&scene, THEIR_AS);
    ours.stop();
    wait_for("the shutdown communication", LIMIT, || {
        let account = theirs.account(at(OVER, OURS));
        match account.contains("the speaker was stopped") {
            true => Ok(()),
            false => Err(account),
        }
    });
}

/// They send more routes than we take: the session ends, and they are told why
/// (RFC 4486: Cease, Maximum Number of Prefixes Reached).
pub(super) fn our_limit(kind: Kind) {
    let scene = Scene::new(kind, "our-limit");
    let mut setup = setup(OVER, THEIR_AS);
    setup.neighbors[0].passive = true;
    setup
        .announce
        .extend(more(THEIRS).map(|prefix| Announcement { prefix, mark: None }));
    let _theirs = scene.theirs(&setup);
    let limit = format!("prefix-limit = {{ maximum = {MAXIMUM}, action = \"idle\" }}");
    let config = speaker(OURS, OUR_AS) + &peer(OVER, OURS, THEIRS, THEIR_AS, &limit);
    let ours = scene.ours(&config);
    wait_for_error(&ours, "Maximum Number of Prefixes Reached");
    assert_eq!(
        ours.held(net("10.101.9.0/24"), at(OVER, THEIRS)),
        Ok(Vec::new())
    );
}

/// We send more routes than they take: they end the session, and say so.
pub(super) fn their_limit(kind: Kind) {
    let scene = Scene::new(kind, "their-limit");
    let mut setup = setup(OVER, THEIR_AS);
    setup.neighbors[0].passive = true;
    setup.neighbors[0].maximum_prefixes = Some(MAXIMUM.into());
    let _theirs = scene.theirs(&setup);
    let config = speaker(OURS, OUR_AS)
        + &more(OURS)
            .map(|prefix| announced(prefix, OURS))
            .collect::<String>()
        + &peer(OVER, OURS, THEIRS, THEIR_AS, "");
    let ours = scene.ours(&config);
    wait_for_error(&ours, "Maximum Number of Prefixes Reached");
}

/// So many that not even who counts late, before a route and not after it, takes them all.
fn more(host: u8) -> impl Iterator<Item = ipnet::IpNet> {
    (0..=MAXIMUM).map(move |number| net(&format!("10.{}.{}.0/24", 100 + host, 9 + number)))
}

/// An external session that we have dialled.
fn session(scene: &Scene, their_as: u32) -> (Box<dyn Router + '_>, Ours<'_>) {
    let mut setup = setup(OVER, their_as);
    setup.neighbors[0].passive = true;
    let theirs = scene.theirs(&setup);
    let ours = scene.ours(&(speaker(OURS, OUR_AS) + &peer(OVER, OURS, THEIRS, their_as, "")));
    wait_for_session(&*theirs, &ours, OVER);
    both_hold(&*theirs, &ours, OVER);
    (theirs, ours)
}

fn wait_for_error(ours: &Ours<'_>, reason: &str) {
    wait_for(
        &format!("our session to end: {reason}"),
        LIMIT,
        || match ours.log().contains(reason) {
            true => Ok(()),
            false => Err(ours.log()),
        },
    );
}
