//! External sessions: who dials, over what, and what both sides hold then.

use testkit::netns::routers::Kind;
use testkit::netns::wait_for;

use super::ours::Ours;
use super::scene::{
    LIMIT, OUR_AS, OURS, Over, Scene, THEIR_AS, THEIRS, both_hold, peer, setup, speaker,
    wait_for_session,
};

/// How often a collision is tried to be had: it takes both ends to dial within seconds.
const TRIES: usize = 5;

/// Identifiers of ours, beside theirs.
const HIGHER: &str = "10.99.0.200";
const LOWER: &str = "10.99.0.0";

pub(super) fn we_dial(kind: Kind) {
    one_dials(kind, Over::Ipv4, true);
}

pub(super) fn they_dial(kind: Kind) {
    one_dials(kind, Over::Ipv6, false);
}

fn one_dials(kind: Kind, over: Over, we_dial: bool) {
    let scene = Scene::new(kind, "exchange");
    let mut setup = setup(over, THEIR_AS);
    setup.neighbors[0].passive = we_dial;
    // Who dials comes second: a refusal may cost it minutes.
    let first = we_dial.then(|| scene.theirs(&setup));
    let passive = format!("passive = {}", !we_dial);
    let config = speaker(OURS, OUR_AS) + &peer(over, OURS, THEIRS, THEIR_AS, &passive);
    let ours = scene.ours(&config);
    let theirs = first.unwrap_or_else(|| scene.theirs(&setup));
    wait_for_session(&*theirs, &ours, over);
    both_hold(&*theirs, &ours, over);
}

/// Both ends dial at once, and one connection is left.
pub(super) fn collision(kind: Kind) {
    for identifier in [HIGHER, LOWER] {
        let _whose = collide(kind, identifier);
    }
}

/// Both ends dial at once, and of the two connections the one stays that the end with the
/// higher identifier has opened (RFC 4271 §6.8).
pub(super) fn collision_by_identifier(kind: Kind) {
    for identifier in [HIGHER, LOWER] {
        let ours_stays = (0..TRIES).find_map(|_| collide(kind, identifier));
        assert_eq!(
            ours_stays,
            Some(identifier == HIGHER),
            "{kind}, {identifier}"
        );
    }
}

/// Has a session come up by connections of both ends. No packet passes until both have sent
/// a SYN; we are frozen until both connections are open, and thaw with both.
///
/// Whether it is ours that stays, if both were there at once.
fn collide(kind: Kind, identifier: &str) -> Option<bool> {
    let over = Over::Ipv4;
    let scene = Scene::new(kind, "collision");
    scene.know_each_other();
    scene.cut(true);
    let config = speaker(OURS, OUR_AS) + &peer(over, OURS, THEIRS, THEIR_AS, "");
    let own = format!("router-id = \"10.99.0.{OURS}\"");
    let config = config.replace(&own, &format!("router-id = \"{identifier}\""));
    let theirs = scene.theirs(&setup(over, THEIR_AS));
    scene.wait_for_syn("theirs");
    let ours = scene.ours(&config);
    scene.wait_for_syn("ours");
    scene.freeze("ours", true);
    scene.cut(false);
    let both = scene.has_two_connections();
    scene.freeze("ours", false);
    wait_for_session(&*theirs, &ours, over);
    both_hold(&*theirs, &ours, over);
    let stays = wait_for("one connection to be left", LIMIT, || {
        let connections = scene.connections();
        match connections[..] {
            [ours_stays] => Ok(ours_stays),
            _ => Err(format!("{connections:?}")),
        }
    });
    (both && has_collided(&ours)).then_some(stays)
}

fn has_collided(ours: &Ours<'_>) -> bool {
    ours.metric("bgp_session_collisions_total{") > 0
}
