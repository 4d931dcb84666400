//! The decision process against the RFC read literally, and its laws.

use crate::oracle;
use crate::speaker::*;
use bgp_rib::{
    Candidate, Event, Profile, Reachability, RibConfig, RouteInfo, Standing, Step, judge, select,
};
use bgp_wire::{Asn, Origin, PathAttributes};
use proptest::prelude::*;
use std::net::IpAddr;

/// Routes from few values, so that every step meets ties.
fn candidate() -> impl Strategy<Value = Candidate> {
    let first = (
        0u16..2,
        any::<bool>(),
        0u32..2,
        any::<bool>(),
        prop::option::of(0u64..3),
    );
    let second = (0u32..2, 0u8..3, 0u32..3, 1u32..4, any::<bool>());
    let third = (
        prop::option::weighted(0.8, 0u32..3),
        0u8..3,
        0u8..3,
        0u32..2,
    );
    (first, second, third).prop_map(|(first, second, third)| {
        let (preference, stale, local_pref, local, aigp) = first;
        let (path_length, origin, med, neighbor, external) = second;
        let (interior_cost, identifier, peer_identifier, cluster_list_length) = third;
        Candidate {
            preference,
            stale,
            local_pref,
            local,
            aigp,
            path_length,
            origin: [Origin::Igp, Origin::Egp, Origin::Incomplete][usize::from(origin)],
            med,
            neighbor_as: Asn(neighbor),
            external,
            interior_cost,
            identifier: addr(identifier),
            peer_identifier: addr(peer_identifier),
            cluster_list_length,
            ..Candidate::default()
        }
    })
}

/// Routes of one destination: no two have peer address and path identifier in
/// common, and at most one is best already.
fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let routes = prop::collection::vec(candidate(), 1..7);
    (routes, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(mut routes, current, has_current)| {
            for (number, route) in (0u8..).zip(&mut routes) {
                route.peer_address = IpAddr::V4(addr(number / 2));
                route.path_id = u32::from(number % 2);
            }
            if has_current {
                let current = current.index(routes.len());
                routes[current].current = true;
            }
            routes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_rfc_profile_is_the_rfc(routes in candidates()) {
        let chosen = select(&routes, Profile::Rfc.steps()).map(|best| routes[best]);
        prop_assert_eq!(chosen, oracle::best(&routes));
    }

    /// The order of arrival never decides, in no profile.
    #[test]
    fn order_does_not_matter(routes in candidates(), seed in any::<prop::sample::Index>()) {
        for profile in Profile::ALL {
            let best = select(&routes, profile.steps()).map(|best| routes[best]);
            let mut turned = routes.clone();
            let by = seed.index(turned.len());
            turned.rotate_left(by);
            prop_assert_eq!(select(&turned, profile.steps()).map(|best| turned[best]), best);
            turned.reverse();
            prop_assert_eq!(select(&turned, profile.steps()).map(|best| turned[best]), best);
        }
    }

    /// Every loser lost a comparison that can be checked: alone against the
    /// route named, it loses again.
    #[test]
    fn every_explanation_holds(routes in candidates()) {
        for profile in Profile::ALL {
            let standings = judge(&routes, profile.steps());
            let best = select(&routes, profile.steps()).unwrap();
            for (position, standing) in standings.iter().enumerate() {
                if let Standing::Lost { step, against } = *standing {
                    let pair = [routes[position], routes[against]];
                    prop_assert_eq!(select(&pair, &[step]), Some(1));
                } else {
                    prop_assert_eq!(position, best);
                }
            }
        }
    }
}

/// The table takes the values from where the RFC says.
#[test]
fn explained_from_the_table() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let long = speaker.external(addr(20));
    let best = speaker.external(addr(21));
    let med = speaker.external(addr(22));
    let internal = speaker.internal(addr(10), false);
    let prefix = "192.0.2.0/24";
    let _ = speaker.announce(long, &attributes(addr(20), &[65_001, 65_002]), prefix);
    let _ = speaker.announce(best, &attributes(addr(21), &[65_001]), prefix);
    let worse = PathAttributes {
        med: Some(5),
        ..attributes(addr(22), &[65_001])
    };
    let _ = speaker.announce(med, &worse, prefix);
    let from_inside = PathAttributes {
        local_pref: Some(100),
        ..attributes(addr(10), &[65_003])
    };
    let _ = speaker.announce(internal, &from_inside, prefix);
    let explanation = speaker.rib.explain(net(prefix));
    let outcomes: Vec<_> = explanation
        .routes
        .iter()
        .map(|judged| judged.outcome.clone())
        .collect();
    assert_eq!(
        outcomes,
        [
            Ok(Standing::Lost {
                step: Step::PathLength,
                against: 1
            }),
            Ok(Standing::Best {
                decided_by: Some(Step::External)
            }),
            Ok(Standing::Lost {
                step: Step::Med,
                against: 1
            }),
            Ok(Standing::Lost {
                step: Step::External,
                against: 1
            }),
        ]
    );
    assert_eq!(explanation.best().unwrap().route.source.peer(), Some(best));
    assert_eq!(
        explanation.to_string().lines().next(),
        Some(
            "192.0.2.0/24 from 10.0.0.20: lost against 10.0.0.21, shorter AS_PATH (RFC 4271 §9.1.2.2 a)"
        )
    );
}

/// RFC 4271 §9.1.2: an unresolvable next hop is not eligible; §9.1.2.2 e) the
/// nearer one wins.
#[test]
fn next_hops_are_tracked() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let peers = [
        speaker.internal(addr(10), false),
        speaker.internal(addr(11), false),
    ];
    let prefix = "2001:db8::/32";
    for (peer, last) in peers.iter().zip([10, 11]) {
        let next_hop = bgp_wire::NextHop::V6 {
            global: mapped(addr(last)),
            link_local: None,
        };
        let sent = PathAttributes {
            local_pref: Some(100),
            ..PathAttributes::new(next_hop)
        };
        let _ = speaker.announce(*peer, &sent, prefix);
    }
    let best = |speaker: &Speaker| {
        speaker
            .rib
            .best(net(prefix))
            .and_then(|best| best.source.peer())
    };
    let reach = |speaker: &mut Speaker, last, reachability| {
        speaker.rib.apply(Event::NextHop {
            address: mapped(addr(last)).into(),
            reachability,
        })
    };
    assert_eq!(best(&speaker), Some(peers[0]));
    let near = |cost| {
        Some(Reachability::Reachable {
            cost: Some(cost),
            interface: None,
        })
    };
    assert!(reach(&mut speaker, 10, near(20)).is_empty());
    assert_eq!(reach(&mut speaker, 11, near(10)).best.len(), 1);
    assert_eq!(best(&speaker), Some(peers[1]));
    let _ = reach(&mut speaker, 11, Some(Reachability::Unreachable));
    assert_eq!(best(&speaker), Some(peers[0]));
    let _ = reach(&mut speaker, 10, Some(Reachability::Unreachable));
    assert_eq!(best(&speaker), None);
    let _ = reach(&mut speaker, 11, None);
    assert_eq!(best(&speaker), Some(peers[1]));
}

/// Routes that only tie-breaks tell apart share the traffic, and any change of one is told.
#[test]
fn equal_routes() {
    let mut config = RibConfig::new(Asn(65_000), addr(1));
    config.multipath = true;
    let mut speaker = Speaker::with(config);
    let peers = [20, 21, 22, 23].map(|last| speaker.external(addr(last)));
    let paths: [&[u32]; 4] = [&[65_001], &[65_002], &[65_003, 65_009], &[65_004]];
    for ((peer, last), path) in peers.into_iter().zip(20..).zip(paths) {
        let changes = speaker.announce(peer, &attributes(addr(last), path), "192.0.2.0/24");
        assert_eq!(changes.touched, [net("192.0.2.0/24")]);
    }
    let hops = |speaker: &Speaker| -> Vec<String> {
        let routes = speaker.rib.multipath(net("192.0.2.0/24"));
        let hop = |route: &RouteInfo| route.attributes.next_hop.unwrap().addr();
        routes.iter().map(|route| hop(route).to_string()).collect()
    };
    assert_eq!(hops(&speaker), ["10.0.0.20", "10.0.0.21", "10.0.0.23"]);
    // The same next hop is not a second way.
    let same = attributes(addr(20), &[65_004]);
    let changes = speaker.announce(peers[3], &same, "192.0.2.0/24");
    assert!(changes.best.is_empty() && changes.touched.len() == 1);
    assert_eq!(hops(&speaker), ["10.0.0.20", "10.0.0.21"]);
    // A better one stands alone.
    let mut better = attributes(addr(22), &[65_003]);
    better.origin = Origin::Igp;
    let _ = speaker.announce(peers[2], &better, "192.0.2.0/24");
    assert_eq!(hops(&speaker).len(), 3);
    let _ = speaker.withdraw(peers[0], "192.0.2.0/24");
    let _ = speaker.withdraw(peers[3], "192.0.2.0/24");
    let _ = speaker.withdraw(peers[1], "192.0.2.0/24");
    assert_eq!(hops(&speaker), ["10.0.0.22"]);
    let _ = speaker.withdraw(peers[2], "192.0.2.0/24");
    assert!(hops(&speaker).is_empty());
}

/// Without relaxing, another AS is another way.
#[test]
fn equal_routes_of_one_path() {
    let mut config = RibConfig::new(Asn(65_000), addr(1));
    config.multipath_relax = false;
    let mut speaker = Speaker::with(config);
    for (last, first) in [(20, 65_001), (21, 65_002), (22, 65_001)] {
        let peer = speaker.external(addr(last));
        let _ = speaker.announce(peer, &attributes(addr(last), &[first]), "192.0.2.0/24");
    }
    let routes = speaker.rib.multipath(net("192.0.2.0/24"));
    let hops: Vec<_> = routes
        .iter()
        .map(|it| it.attributes.next_hop.unwrap().addr())
        .collect();
    assert_eq!(hops, [addr(20), addr(22)]);
}
