//! Route reflection (RFC 4456) as peers see it.

use crate::speaker::*;
use bgp_rib::{Event, Ineligible, NextHopMode, RibConfig, Withheld};
use bgp_wire::{Asn, NextHop, PathAttributes, PeerType};

const P: &str = "192.0.2.0/24";

fn reflector() -> Speaker {
    Speaker::new(64_512, addr(1))
}

fn internal_route(next_hop: u8) -> PathAttributes {
    PathAttributes {
        local_pref: Some(150),
        med: Some(7),
        ..attributes(addr(next_hop), &[65_001])
    }
}

/// RFC 4456 §6: from a client to all, from a non-client to clients only, and
/// never back.
#[test]
fn who_is_told() {
    for (sender_is_client, expected) in [(true, [true, true]), (false, [true, false])] {
        let mut rr = reflector();
        let sender = rr.internal(addr(10), sender_is_client);
        let client = rr.internal(addr(11), true);
        let other = rr.internal(addr(12), false);
        let external = rr.external(addr(13));
        let _ = rr.announce(sender, &internal_route(10), P);
        let heard = |speaker: &mut Speaker, peer| {
            speaker.told(peer).iter().any(|told| told.reach().is_some())
        };
        assert_eq!([heard(&mut rr, client), heard(&mut rr, other)], expected);
        assert!(heard(&mut rr, external));
        assert_eq!(rr.told(sender), both_ends_of_rib());
        assert_eq!(
            rr.rib.advertisement(sender, net(P)),
            Err(Withheld::OwnRoute)
        );
    }
}

/// RFC 4456 §8, §10: to clients and non-clients alike.
#[test]
fn what_is_told() {
    let mut rr = reflector();
    let sender = rr.internal(addr(10), true);
    let listeners = [rr.internal(addr(11), true), rr.internal(addr(12), false)];
    let sent = internal_route(10);
    let _ = rr.announce(sender, &sent, P);
    for listener in listeners {
        let told = rr.told(listener);
        let (_, heard) = told[0].reach().unwrap();
        let expected = PathAttributes {
            originator_id: Some(addr(10)),
            cluster_list: vec![addr(1)],
            ..sent.clone()
        };
        assert_eq!(*heard, expected);
    }
}

/// An ORIGINATOR_ID that is there stays; the cluster goes in front.
#[test]
fn a_second_reflection_adds_its_cluster_only() {
    let cluster = addr(200);
    let mut config = RibConfig::new(Asn(64_512), addr(1));
    config.cluster_id = Some(cluster);
    let mut rr = Speaker::with(config);
    let other_rr = rr.internal(addr(2), false);
    let client = rr.internal(addr(11), true);
    let sent = PathAttributes {
        originator_id: Some(addr(99)),
        cluster_list: vec![addr(2), addr(3)],
        ..internal_route(99)
    };
    let _ = rr.announce(other_rr, &sent, P);
    let told = rr.told(client);
    let (_, heard) = told[0].reach().unwrap();
    assert_eq!(heard.originator_id, Some(addr(99)));
    assert_eq!(heard.cluster_list, [cluster, addr(2), addr(3)]);
}

/// RFC 4456 §8 on receipt: a looped route is ignored, and takes the place of
/// what the peer said before.
#[test]
fn a_looped_route_withdraws_the_earlier_one() {
    let loops = [
        PathAttributes {
            originator_id: Some(addr(1)),
            ..internal_route(10)
        },
        PathAttributes {
            originator_id: Some(addr(99)),
            cluster_list: vec![addr(7), addr(1)],
            ..internal_route(10)
        },
        attributes(addr(10), &[65_001, 64_512]),
    ];
    for (number, looped) in loops.into_iter().enumerate() {
        let mut rr = reflector();
        let sender = rr.internal(addr(10), true);
        let client = rr.internal(addr(11), true);
        let _ = rr.announce(sender, &internal_route(10), P);
        let _ = rr.told(client);
        let changes = rr.announce(sender, &looped, P);
        assert!(changes.best[0].new.is_none());
        assert_eq!(rr.told(client), [Told::Unreach(net(P), None)]);
        let explanation = rr.rib.explain(net(P));
        let expected = [
            Ineligible::OriginatorLoop,
            Ineligible::ClusterLoop,
            Ineligible::AsLoop,
        ];
        assert_eq!(explanation.routes[0].outcome, Err(expected[number].clone()));
    }
}

/// RFC 4456 §8 on sending: the originator is not told of its own route by a
/// second reflector either.
#[test]
fn the_originator_is_spared() {
    let mut rr = reflector();
    let other_rr = rr.internal(addr(2), false);
    let originator = rr.internal(addr(10), true);
    let client = rr.internal(addr(11), true);
    let sent = PathAttributes {
        originator_id: Some(addr(10)),
        cluster_list: vec![addr(2)],
        ..internal_route(10)
    };
    let _ = rr.announce(other_rr, &sent, P);
    assert_eq!(rr.told(originator), both_ends_of_rib());
    assert_eq!(
        rr.rib.advertisement(originator, net(P)),
        Err(Withheld::OwnOriginator)
    );
    assert!(rr.told(client)[0].reach().is_some());
}

/// The best route moves from one client to another: the new sender has to
/// unlearn what it heard, the old one to hear it, the rest hear a replacement.
#[test]
fn the_best_route_changes_hands() {
    let mut rr = reflector();
    let clients: Vec<_> = (10..14).map(|last| rr.internal(addr(last), true)).collect();
    let _ = rr.announce(clients[0], &internal_route(10), P);
    for client in &clients {
        let _ = rr.told(*client);
    }
    let better = PathAttributes {
        local_pref: Some(200),
        ..internal_route(11)
    };
    let _ = rr.announce(clients[1], &better, P);
    assert_eq!(rr.told(clients[1]), [Told::Unreach(net(P), None)]);
    for listener in [clients[0], clients[2], clients[3]] {
        let told = rr.told(listener);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].reach().unwrap().1.local_pref, Some(200));
    }
}

/// Two reflectors of one cluster, two clients, all connected: every client has
/// the other's route, nothing circulates.
#[test]
fn two_reflectors_come_to_rest() {
    let mut config = [
        RibConfig::new(Asn(64_512), addr(1)),
        RibConfig::new(Asn(64_512), addr(2)),
    ];
    for config in &mut config {
        config.cluster_id = Some(addr(250));
    }
    let mut rr = config.map(Speaker::with);
    let to_other = [
        rr[0].internal(addr(2), false),
        rr[1].internal(addr(1), false),
    ];
    let clients: Vec<_> = rr
        .iter_mut()
        .map(|rr| [rr.internal(addr(10), true), rr.internal(addr(11), true)])
        .collect();
    for side in [0, 1] {
        let _ = rr[side].announce(clients[side][0], &internal_route(10), P);
    }
    let mut exchanged = 0;
    loop {
        let mut quiet = true;
        for side in [0, 1] {
            for bytes in rr[side].drain(to_other[side]) {
                quiet = false;
                exchanged += 1;
                let _ = rr[1 - side].receive(to_other[1 - side], &bytes);
            }
        }
        if quiet {
            break;
        }
        assert!(exchanged < 20, "routes circulate");
    }
    for side in [0, 1] {
        let told = rr[side].told(clients[side][1]);
        let (_, heard) = told[0].reach().unwrap();
        assert_eq!(heard.cluster_list, [addr(250)]);
        assert_eq!(
            rr[side].rib.best(net(P)).unwrap().source.peer(),
            Some(clients[side][0])
        );
    }
}

/// Calico's `nextHopMode: Self` on a reflector changes the next hop; by default
/// it stays (RFC 4456 §10).
#[test]
fn next_hop_self_is_explicit() {
    let mut rr = reflector();
    let sender = rr.internal(addr(10), true);
    let to_self = rr.peer(addr(11), context(PeerType::Internal), |config| {
        config.route_reflector_client = true;
        config.next_hop = NextHopMode::SelfNextHop;
    });
    let _ = rr.announce(sender, &internal_route(10), P);
    let told = rr.told(to_self);
    assert_eq!(
        told[0].reach().unwrap().1.next_hop,
        Some(NextHop::V4(addr(1)))
    );
}

/// A client that comes back under another BGP Identifier is another originator,
/// even of the very same attributes.
#[test]
fn a_new_identifier_is_the_new_originator() {
    let mut rr = reflector();
    let sender = rr.internal(addr(10), true);
    let listener = rr.internal(addr(11), true);
    let _ = rr.announce(sender, &internal_route(10), P);
    assert_eq!(originator(&mut rr, listener), Some(addr(10)));
    let context = rr.context(sender);
    let _ = rr.rib.apply(Event::PeerUp {
        peer: sender,
        identifier: addr(110),
        context: &context,
    });
    let _ = rr.announce(sender, &internal_route(10), P);
    assert_eq!(originator(&mut rr, listener), Some(addr(110)));
}

fn originator(speaker: &mut Speaker, peer: bgp_rib::PeerId) -> Option<std::net::Ipv4Addr> {
    let told = speaker.told(peer);
    told.iter().find_map(|told| told.reach())?.1.originator_id
}

/// RFC 4456 §7: a reflector of two clusters, whose clients each hear the other's with both
/// identifiers in front, as BIRD has it.
#[test]
fn one_reflector_serves_two_clusters() {
    let mut rr = reflector();
    let of = |cluster: Option<u8>| {
        move |config: &mut bgp_rib::PeerConfig| {
            config.route_reflector_client = true;
            config.cluster_id = cluster.map(addr);
        }
    };
    let one = rr.peer(addr(10), context(PeerType::Internal), of(Some(91)));
    let same = rr.peer(addr(11), context(PeerType::Internal), of(Some(91)));
    let other = rr.peer(addr(12), context(PeerType::Internal), of(None));
    let outside = rr.internal(addr(13), false);
    let _ = rr.announce(one, &internal_route(10), P);
    let list = |rr: &mut Speaker, peer| rr.told(peer)[0].reach().unwrap().1.cluster_list.clone();
    assert_eq!(list(&mut rr, same), [addr(91)]);
    assert_eq!(list(&mut rr, other), [addr(1), addr(91)]);
    assert_eq!(list(&mut rr, outside), [addr(91)]);

    // A route that has been in either cluster is ignored where it would loop.
    let looped = |cluster| PathAttributes {
        cluster_list: vec![addr(cluster)],
        originator_id: Some(addr(77)),
        ..internal_route(10)
    };
    for (cluster, expected) in [(91, true), (1, true), (92, false)] {
        let _ = rr.announce(one, &looped(cluster), "198.51.100.0/24");
        let explanation = rr.rib.explain(net("198.51.100.0/24"));
        let outcome = &explanation.routes[0].outcome;
        assert_eq!(
            *outcome == Err(Ineligible::ClusterLoop),
            expected,
            "{cluster}"
        );
    }
}

/// RFC 4456 §9: fully meshed clients need no reflection among themselves.
#[test]
fn meshed_clients_do_not_hear_each_other() {
    let mut config = RibConfig::new(Asn(64_512), addr(1));
    config.client_to_client = false;
    let mut rr = Speaker::with(config);
    let [sender, client] = [10, 11].map(|last| rr.internal(addr(last), true));
    let abroad = rr.peer(addr(12), context(PeerType::Internal), |config| {
        config.route_reflector_client = true;
        config.cluster_id = Some(addr(92));
    });
    let outside = rr.internal(addr(13), false);
    let _ = rr.announce(sender, &internal_route(10), P);
    let answer = rr.rib.advertisement(client, net(P));
    assert_eq!(answer, Err(Withheld::SameCluster));
    assert_eq!(rr.told(client), both_ends_of_rib());
    for hears in [abroad, outside] {
        assert!(rr.told(hears)[0].reach().is_some());
    }
}

/// draft-ietf-idr-best-external: who may not hear of the internal best route hears of the best
/// external one, and no longer when that is the best or there is none.
#[test]
fn the_best_external_route() {
    let mut speaker = reflector();
    let listener = speaker.peer(addr(10), context(PeerType::Internal), |config| {
        config.best_external = true;
    });
    let plain = speaker.internal(addr(11), false);
    let internal = speaker.internal(addr(12), false);
    let [far, near] = [20, 21].map(|last| speaker.external(addr(last)));
    let heard = |speaker: &mut Speaker, peer| {
        let told = speaker.told(peer);
        let mut paths = told.iter().filter_map(|told| told.reach());
        paths.next_back().map(|(_, it)| it.as_path.to_string())
    };
    let _ = speaker.announce(internal, &internal_route(12), P);
    let _ = speaker.announce(far, &attributes(addr(20), &[65_020, 65_001, 65_002]), P);
    assert_eq!(heard(&mut speaker, plain), None);
    assert_eq!(
        heard(&mut speaker, listener).as_deref(),
        Some("65020 65001 65002")
    );
    // A better external one, which the best route beats by LOCAL_PREF as before.
    let _ = speaker.announce(near, &attributes(addr(21), &[65_021]), P);
    assert_eq!(heard(&mut speaker, plain), None);
    assert_eq!(heard(&mut speaker, listener).as_deref(), Some("65021"));
    let _ = speaker.withdraw(near, P);
    assert_eq!(
        heard(&mut speaker, listener).as_deref(),
        Some("65020 65001 65002")
    );
    let _ = speaker.withdraw(far, P);
    assert_eq!(speaker.told(listener).len(), 1, "a withdrawal");
    assert_eq!(speaker.rib.adj_rib_out(listener), []);
}
