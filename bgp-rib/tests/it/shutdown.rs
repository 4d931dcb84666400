//! Sessions about to be shut down (RFC 8326): traffic moves while routes still work.

use bgp_rib::{PeerId, RouteInfo};
use bgp_wire::Community;

use crate::speaker::{Speaker, addr, attributes, net};

const P: &str = "192.0.2.0/24";

/// A way out through each of two external peers, the first one better, and an internal and an
/// external peer that hear of the best one.
struct Scene {
    speaker: Speaker,
    better: PeerId,
    worse: PeerId,
    inside: PeerId,
    outside: PeerId,
}

fn scene() -> Scene {
    let mut speaker = Speaker::new(65_000, addr(1));
    let better = speaker.external(addr(20));
    let worse = speaker.external(addr(21));
    let inside = speaker.internal(addr(30), true);
    let outside = speaker.external(addr(31));
    let _ = speaker.announce(better, &attributes(addr(20), &[65_001]), P);
    let _ = speaker.announce(worse, &attributes(addr(21), &[65_002, 65_009]), P);
    for peer in [better, worse, inside, outside] {
        let _ = speaker.told(peer);
    }
    Scene {
        speaker,
        better,
        worse,
        inside,
        outside,
    }
}

fn best(speaker: &Speaker) -> RouteInfo {
    speaker.rib.best(net(P)).unwrap()
}

/// LOCAL_PREF and whether there is the community, as a peer hears last of the route.
fn heard(speaker: &mut Speaker, peer: PeerId) -> (Option<u32>, bool) {
    let told = speaker.told(peer);
    let (_, attributes) = told.iter().rev().find_map(|told| told.reach()).unwrap();
    let announced = attributes
        .communities
        .contains(&Community::GRACEFUL_SHUTDOWN);
    (attributes.local_pref, announced)
}

/// §4.1: who hears the community prefers any other route, and passes the community on as any.
#[test]
fn routes_of_a_peer_that_says_so_are_the_last_resort() {
    let Scene {
        mut speaker,
        better,
        worse,
        outside,
        ..
    } = scene();
    let mut leaving = attributes(addr(20), &[65_001]);
    leaving.communities.push(Community::GRACEFUL_SHUTDOWN);
    let changes = speaker.announce(better, &leaving, P);
    assert_eq!(changes.best.len(), 1);
    assert_eq!(best(&speaker).source.to_string(), "10.0.0.21");
    assert_eq!(heard(&mut speaker, outside), (None, false));

    let _ = speaker.withdraw(worse, P);
    assert_eq!(
        best(&speaker).attributes.local_pref,
        Some(0),
        "still usable"
    );
    assert_eq!(heard(&mut speaker, outside), (None, true));

    // It stays after all.
    let _ = speaker.announce(better, &attributes(addr(20), &[65_001]), P);
    assert_eq!(best(&speaker).attributes.local_pref, None);
}

/// An internal peer has said what it prefers by LOCAL_PREF.
#[test]
fn the_community_of_an_internal_peer_changes_nothing() {
    let Scene {
        mut speaker,
        inside,
        ..
    } = scene();
    let mut route = attributes(addr(30), &[]);
    route.local_pref = Some(200);
    route.communities.push(Community::GRACEFUL_SHUTDOWN);
    let _ = speaker.announce(inside, &route, P);
    assert_eq!(best(&speaker).source.to_string(), "10.0.0.30");
    assert_eq!(best(&speaker).attributes.local_pref, Some(200));
}

#[test]
fn the_community_can_be_ignored() {
    let mut speaker = Speaker::new(65_000, addr(1));
    let context = crate::speaker::context(bgp_wire::PeerType::External);
    let peer = speaker.peer(addr(20), context, |config| {
        config.accept_graceful_shutdown = false;
    });
    let mut leaving = attributes(addr(20), &[65_001]);
    leaving.communities.push(Community::GRACEFUL_SHUTDOWN);
    let _ = speaker.announce(peer, &leaving, P);
    assert_eq!(best(&speaker).attributes.local_pref, None);
}

/// §4.2: of a session that we shut down, routes out are marked and routes in are the last
/// resort; and all is as before if we do not.
#[test]
fn our_own_shutdown_moves_traffic_both_ways() {
    let Scene {
        mut speaker,
        better,
        inside,
        outside,
        ..
    } = scene();
    let changes = speaker.rib.set_graceful_shutdown(better, true);
    assert_eq!(changes.best.len(), 1, "traffic out");
    assert_eq!(best(&speaker).source.to_string(), "10.0.0.21");

    assert!(
        speaker
            .rib
            .set_graceful_shutdown(outside, true)
            .best
            .is_empty()
    );
    assert_eq!(heard(&mut speaker, outside), (None, true), "traffic in");
    assert!(
        speaker
            .rib
            .set_graceful_shutdown(inside, true)
            .best
            .is_empty()
    );
    assert_eq!(heard(&mut speaker, inside), (Some(0), false));
    assert!(
        speaker
            .rib
            .set_graceful_shutdown(inside, true)
            .best
            .is_empty()
    );
    assert_eq!(speaker.told(inside), [], "said once");

    for peer in [better, inside, outside] {
        let _ = speaker.rib.set_graceful_shutdown(peer, false);
    }
    assert_eq!(best(&speaker).source.to_string(), "10.0.0.20");
    assert_eq!(heard(&mut speaker, outside), (None, false));
    assert_eq!(heard(&mut speaker, inside), (Some(100), false));
}
