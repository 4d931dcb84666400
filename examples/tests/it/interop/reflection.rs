//! Internal sessions with a route reflector: they are our client, or we theirs.

use ipnet::IpNet;
use testkit::netns::routers::{Announcement, Held, Kind};

use super::scene::{
    Host, OTHER, OUR_AS, OURS, Over, Scene, THEIRS, announced, at, identifier, marked, neighbor,
    net, own, peer, setup, speaker, wait_for_ours, wait_for_session, wait_for_theirs,
};

const OVER: Over = Over::Ipv4;

/// What a host has announced, as it comes from a reflector.
fn reflected(prefix: IpNet, host: Host, by: Host) -> Held {
    Held {
        originator: Some(identifier(host)),
        cluster_list: vec![identifier(by)],
        ..marked(prefix, host, &[])
    }
}

/// A destination that several hosts announce.
fn shared() -> IpNet {
    net("10.200.0.0/24")
}

/// They and another speaker of ours are our clients.
pub(super) fn by_us(kind: Kind) {
    let add_path = false;
    between_clients(kind, add_path);
}

/// The same; they take several paths of ours, and two exist.
pub(super) fn add_path_to_them(kind: Kind) {
    let add_path = true;
    between_clients(kind, add_path);
}

fn between_clients(kind: Kind, add_path: bool) {
    let scene = Scene::new(kind, "client");
    let to_them = match add_path {
        true => "client = true\nadd-path = \"send\"",
        false => "client = true",
    };
    let config = speaker(OURS, OUR_AS)
        + &announced(shared(), OURS)
        + &peer(OVER, OURS, THEIRS, OUR_AS, to_them)
        + &peer(OVER, OURS, OTHER, OUR_AS, "client = true");
    let ours = scene.ours(&config);
    let config =
        speaker(OTHER, OUR_AS) + &announced(shared(), OTHER) + &peer(OVER, OTHER, OURS, OUR_AS, "");
    let other = scene.other(&config);
    let mut setup = setup(OVER, OUR_AS);
    setup.neighbors[0].add_path = add_path;
    let theirs = scene.theirs(&setup);
    wait_for_session(&*theirs, &ours, OVER);
    for prefix in own(THEIRS, 1) {
        wait_for_ours(
            &ours,
            prefix,
            at(OVER, THEIRS),
            &[marked(prefix, THEIRS, &[])],
        );
        let expected = reflected(prefix, THEIRS, OURS);
        wait_for_ours(&other, prefix, at(OVER, OURS), &[expected]);
    }
    for prefix in own(OTHER, 1) {
        wait_for_theirs(&*theirs, prefix, &[reflected(prefix, OTHER, OURS)]);
    }
    let mut paths = vec![marked(shared(), OURS, &[])];
    if add_path {
        paths.push(reflected(shared(), OTHER, OURS));
    }
    wait_for_theirs(&*theirs, shared(), &paths);
}

/// We and another speaker of ours are their clients.
pub(super) fn by_them(kind: Kind) {
    let add_path = false;
    among_clients(kind, add_path);
}

/// The same; we take several paths of theirs, and two exist.
pub(super) fn add_path_to_us(kind: Kind) {
    let add_path = true;
    among_clients(kind, add_path);
}

fn among_clients(kind: Kind, add_path: bool) {
    let scene = Scene::new(kind, "reflector");
    let mut setup = setup(OVER, OUR_AS);
    setup.announce.push(Announcement {
        prefix: shared(),
        mark: Some(u16::from(THEIRS)),
    });
    setup.neighbors.push(neighbor(OVER, OTHER, OUR_AS));
    for neighbor in &mut setup.neighbors {
        neighbor.client = true;
        neighbor.add_path = add_path;
        // OpenBGPD, with clients at once, passes on without ORIGINATOR_ID what comes first.
        neighbor.passive = true;
    }
    let theirs = scene.theirs(&setup);
    let to_them = match add_path {
        true => "add-path = \"receive\"",
        false => "",
    };
    let config = speaker(OURS, OUR_AS) + &peer(OVER, OURS, THEIRS, OUR_AS, to_them);
    let ours = scene.ours(&config);
    let config = speaker(OTHER, OUR_AS)
        + &announced(shared(), OTHER)
        + &peer(OVER, OTHER, THEIRS, OUR_AS, "");
    let other = scene.other(&config);
    wait_for_session(&*theirs, &ours, OVER);
    for prefix in own(OTHER, 1) {
        let expected = reflected(prefix, OTHER, THEIRS);
        wait_for_ours(&ours, prefix, at(OVER, THEIRS), &[expected]);
    }
    for prefix in own(OURS, 1) {
        let expected = reflected(prefix, OURS, THEIRS);
        wait_for_ours(&other, prefix, at(OVER, THEIRS), &[expected]);
    }
    for prefix in own(THEIRS, 1) {
        let expected = of_reflector(kind, prefix);
        wait_for_ours(&ours, prefix, at(OVER, THEIRS), &[expected]);
    }
    let mut paths = vec![of_reflector(kind, shared())];
    if add_path {
        paths.push(reflected(shared(), OTHER, THEIRS));
    }
    wait_for_ours(&ours, shared(), at(OVER, THEIRS), &paths);
}

/// What a reflector has announced itself. GoBGP signs what it originates as if it had
/// reflected it.
fn of_reflector(kind: Kind, prefix: IpNet) -> Held {
    match kind {
        Kind::GoBgp => reflected(prefix, THEIRS, THEIRS),
        Kind::Bird | Kind::Frr | Kind::ExaBgp | Kind::OpenBgpd => marked(prefix, THEIRS, &[]),
    }
}
