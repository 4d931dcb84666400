//! Several paths to one prefix (RFC 7911).

use crate::speaker::*;
use bgp_wire::{PathAttributes, PeerType};

const P: &str = "192.0.2.0/24";

fn path(number: u32) -> PathAttributes {
    PathAttributes {
        local_pref: Some(100 + number),
        ..attributes(addr(10), &[65_000 + number])
    }
}

fn send(
    speaker: &mut Speaker,
    peer: bgp_rib::PeerId,
    path_id: u32,
    attributes: Option<&PathAttributes>,
) {
    let context = speaker.context(peer);
    for bytes in messages(&context, attributes, &[(net(P), Some(path_id))]) {
        let _ = speaker.receive(peer, &bytes);
    }
}

#[test]
fn several_paths_of_one_peer() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.peer(addr(10), add_path(context(PeerType::Internal)), |_| {});
    let plain = speaker.peer(addr(11), context(PeerType::Internal), |config| {
        config.route_reflector_client = true;
    });
    let all = speaker.peer(addr(12), add_path(context(PeerType::Internal)), |config| {
        config.route_reflector_client = true;
    });
    for path_id in [7, 8, 9] {
        send(&mut speaker, sender, path_id, Some(&path(path_id)));
    }
    assert_eq!(speaker.rib.candidates(net(P)).len(), 3);
    assert_eq!(speaker.rib.best(net(P)).unwrap().path_id, 9);

    let told = speaker.told(plain);
    assert_eq!(told[0].reach().unwrap().1.local_pref, Some(109));
    assert_eq!(told[1..], both_ends_of_rib());

    let told = speaker.told(all);
    let mut ids: Vec<_> = told
        .iter()
        .filter_map(|told| match told {
            Told::Reach(_, path_id, attributes) => Some((attributes.local_pref, path_id.unwrap())),
            Told::Unreach(..) | Told::EndOfRib(_) => None,
        })
        .collect();
    ids.sort_unstable();
    assert_eq!(
        ids.iter().map(|(pref, _)| *pref).collect::<Vec<_>>(),
        [Some(107), Some(108), Some(109)]
    );

    // One path goes: the plain peer hears of the next best, the other of the
    // withdrawal of exactly that path, under the identifier it knows.
    send(&mut speaker, sender, 9, None);
    assert_eq!(
        speaker.told(plain)[0].reach().unwrap().1.local_pref,
        Some(108)
    );
    assert_eq!(speaker.told(all), [Told::Unreach(net(P), Some(ids[2].1))]);

    // A path that is not best changes: only who hears all paths hears of it.
    let changed = PathAttributes {
        med: Some(1),
        ..path(7)
    };
    send(&mut speaker, sender, 7, Some(&changed));
    assert_eq!(speaker.told(plain), []);
    let told = speaker.told(all);
    assert!(
        matches!(&told[..], [Told::Reach(_, Some(id), heard)] if *id == ids[0].1 && heard.med == Some(1))
    );
}

/// Paths of several peers: nobody hears its own, everybody the others'.
#[test]
fn own_paths_are_left_out() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let peers: Vec<_> = (10..13)
        .map(|last| {
            speaker.peer(
                addr(last),
                add_path(context(PeerType::Internal)),
                |config| {
                    config.route_reflector_client = true;
                },
            )
        })
        .collect();
    for (number, peer) in (1..).zip(&peers) {
        send(&mut speaker, *peer, 1, Some(&path(number)));
    }
    for (number, peer) in (1..).zip(&peers) {
        let mut heard: Vec<u32> = speaker
            .told(*peer)
            .iter()
            .filter_map(|told| Some(told.reach()?.1.local_pref? - 100))
            .collect();
        heard.sort_unstable();
        let expected: Vec<u32> = (1..=3).filter(|other| *other != number).collect();
        assert_eq!(heard, expected);
    }
}

/// So many as the peer or we want, the best ones in order; and what the decision would choose
/// next when one of them goes.
#[test]
fn the_best_few_paths() {
    use std::num::NonZeroU16;
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.peer(addr(10), add_path(context(PeerType::Internal)), |_| {});
    let few = speaker.peer(addr(11), add_path(context(PeerType::Internal)), |config| {
        config.route_reflector_client = true;
        config.add_path_limit = NonZeroU16::new(3);
    });
    for path_id in [5, 9, 7, 6, 8] {
        send(&mut speaker, sender, path_id, Some(&path(path_id)));
    }
    let preferences = |speaker: &mut Speaker| {
        let _ = speaker.told(few);
        let told = speaker.rib.adj_rib_out(few);
        let mut told: Vec<_> = told
            .iter()
            .filter_map(|it| it.attributes.local_pref)
            .collect();
        told.sort_unstable();
        told
    };
    assert_eq!(preferences(&mut speaker), [107, 108, 109]);
    send(&mut speaker, sender, 8, None);
    assert_eq!(preferences(&mut speaker), [106, 107, 109]);
    send(&mut speaker, sender, 4, Some(&path(4)));
    assert!(speaker.told(few).is_empty(), "not one of the best three");
    let ipv4 = bgp_wire::Family::IPV4_UNICAST;
    speaker.rib.set_paths_limit(few, ipv4, NonZeroU16::new(1));
    assert_eq!(preferences(&mut speaker), [109]);
    speaker.rib.set_paths_limit(few, ipv4, None);
    assert_eq!(preferences(&mut speaker), [106, 107, 109]);
}
