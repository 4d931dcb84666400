//! Sessions that go and come back, refreshes, changes of policy.

use crate::speaker::*;
use bgp_rib::{Event, FilterChain, Ineligible, NextHopMode, PeerConfig, PeerId, Reachability};
use bgp_wire::{Context, Family, FamilySet, PathAttributes, PeerType};

const P: &str = "192.0.2.0/24";
const P6: &str = "2001:db8::/32";

fn route6(last: u8) -> PathAttributes {
    let global = mapped(addr(last));
    let next_hop = Some(bgp_wire::NextHop::V6 {
        global,
        link_local: None,
    });
    PathAttributes {
        next_hop,
        ..attributes(addr(last), &[65_001])
    }
}

fn scene() -> (Speaker, PeerId, PeerId) {
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.external(addr(20));
    let listener = speaker.external(addr(21));
    let _ = speaker.announce(sender, &attributes(addr(20), &[65_001]), P);
    let _ = speaker.announce(sender, &route6(20), P6);
    assert_eq!(speaker.told(listener).len(), 4);
    (speaker, sender, listener)
}

fn up(speaker: &mut Speaker, peer: PeerId, last: u8) {
    let context = speaker.context(peer);
    let _ = speaker.rib.apply(Event::PeerUp {
        peer,
        identifier: addr(last),
        context: &context,
    });
}

#[test]
fn a_lost_peer_takes_its_routes_along() {
    let (mut speaker, sender, listener) = scene();
    let changes = speaker.rib.apply(Event::PeerDown {
        peer: sender,
        retain: FamilySet::empty(),
    });
    let changed = changes.best.iter();
    let prefixes: Vec<_> = changed.map(|change| change.destination.clone()).collect();
    assert_eq!(prefixes, [net(P), net(P6)]);
    assert!(changes.best.iter().all(|change| change.new.is_none()));
    assert_eq!(
        speaker.told(listener),
        [Told::Unreach(net(P), None), Told::Unreach(net(P6), None)]
    );
    assert_eq!(speaker.rib.statistics().destinations, 0);
    assert_eq!(speaker.drain(sender), Vec::<Vec<u8>>::new());
}

/// RFC 4724 §4.2: stale routes stay in use until End-of-RIB.
#[test]
fn graceful_restart() {
    let (mut speaker, sender, listener) = scene();
    let _ = speaker.announce(sender, &attributes(addr(20), &[65_001]), "198.51.100.0/24");
    let _ = speaker.told(listener);
    let retain = FamilySet::empty().with(Family::IPV4_UNICAST);
    let changes = speaker.rib.apply(Event::PeerDown {
        peer: sender,
        retain,
    });
    assert_eq!(changes.best.len(), 1, "IPv6 was not kept");
    assert!(speaker.rib.best(net(P)).unwrap().stale);
    assert_eq!(speaker.rib.route_counts(sender), Some((2, 2)));
    let count = |rib: &bgp_rib::Rib, family| rib.route_count(sender, family);
    assert_eq!(count(&speaker.rib, Family::IPV4_UNICAST), Some(2));
    assert_eq!(count(&speaker.rib, Family::IPV6_UNICAST), Some(0));
    assert_eq!(speaker.told(listener), [Told::Unreach(net(P6), None)]);

    up(&mut speaker, sender, 20);
    let changes = speaker.announce(sender, &attributes(addr(20), &[65_001]), P);
    assert!(changes.is_empty(), "the same route again is no change");
    assert!(!speaker.rib.best(net(P)).unwrap().stale);
    let end = Event::EndOfRib {
        peer: sender,
        family: Family::IPV4_UNICAST,
    };
    let changes = speaker.rib.apply(end);
    assert_eq!(changes.best.len(), 1);
    assert_eq!(
        speaker.told(listener),
        [Told::Unreach(net("198.51.100.0/24"), None)]
    );
    assert_eq!(speaker.rib.route_counts(sender), Some((1, 0)));
}

/// RFC 4724 §4.2: what is stale from an earlier restart goes with the next, and
/// all of it when the time is over or the peer is another one.
#[test]
fn stale_routes_end() {
    let retain = FamilySet::empty()
        .with(Family::IPV4_UNICAST)
        .with(Family::IPV6_UNICAST);
    for ending in 0..3 {
        let (mut speaker, sender, _) = scene();
        let _ = speaker.rib.apply(Event::PeerDown {
            peer: sender,
            retain,
        });
        assert_eq!(speaker.rib.loc_rib().count(), 2);
        let changes = match ending {
            0 => speaker.rib.apply(Event::StaleExpired { peer: sender }),
            1 => {
                up(&mut speaker, sender, 20);
                speaker.rib.apply(Event::PeerDown {
                    peer: sender,
                    retain,
                })
            }
            _ => {
                let context = speaker.context(sender);
                let identifier = addr(99);
                speaker.rib.apply(Event::PeerUp {
                    peer: sender,
                    identifier,
                    context: &context,
                })
            }
        };
        assert_eq!(changes.best.len(), 2, "{ending}");
        assert_eq!(speaker.rib.loc_rib().count(), 0);
    }
}

/// RFC 2918: everything of one family again, to one peer only.
#[test]
fn route_refresh() {
    let (mut speaker, sender, listener) = scene();
    let other = speaker.external(addr(22));
    let _ = speaker.told(other);
    let _ = speaker.rib.apply(Event::RouteRefresh {
        peer: listener,
        family: Family::IPV4_UNICAST,
    });
    let told = speaker.told(listener);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].reach().unwrap().0, net(P));
    assert_eq!(speaker.told(other), []);
    // A route that goes before the refresh is served has to be withdrawn.
    let _ = speaker.rib.apply(Event::RouteRefresh {
        peer: listener,
        family: Family::IPV4_UNICAST,
    });
    let _ = speaker.withdraw(sender, P);
    assert_eq!(speaker.told(listener), [Told::Unreach(net(P), None)]);
}

/// A peer that comes late hears everything, then End-of-RIB.
#[test]
fn the_initial_table() {
    let (mut speaker, ..) = scene();
    let late = speaker.external(addr(22));
    let told = speaker.told(late);
    assert_eq!(told.iter().filter(|told| told.reach().is_some()).count(), 2);
    assert_eq!(told[2..], both_ends_of_rib());
    let only_v6 = {
        let mut context = Context::new(PeerType::External);
        context.families = FamilySet::empty().with(Family::IPV6_UNICAST);
        speaker.peer(addr(23), context, |_| {})
    };
    let told = speaker.told(only_v6);
    assert_eq!(told[0].reach().unwrap().0, net(P6));
    assert_eq!(told[1..], [Told::EndOfRib(Family::IPV6_UNICAST)]);
}

/// What was received is kept, so a change of import policy needs no refresh.
#[test]
fn import_policy_changes() {
    let (mut speaker, sender, listener) = scene();
    let changes = speaker.rib.set_import(sender, FilterChain::reject_all());
    assert_eq!(changes.best.len(), 2);
    assert_eq!(speaker.told(listener).len(), 2);
    assert_eq!(speaker.rib.adj_rib_in(sender).len(), 2);
    let explanation = speaker.rib.explain(net(P));
    assert!(matches!(
        explanation.routes[0].outcome,
        Err(Ineligible::Rejected(_))
    ));
    let changes = speaker.rib.set_import(sender, FilterChain::accept_all());
    assert_eq!(changes.best.len(), 2);
    let told = speaker.told(listener);
    assert!(told.len() == 2 && told.iter().all(|told| told.reach().is_some()));
}

#[test]
fn export_policy_changes() {
    let (mut speaker, _, listener) = scene();
    let other = speaker.external(addr(22));
    let _ = speaker.told(other);
    speaker.rib.set_export(listener, FilterChain::reject_all());
    assert!(
        speaker
            .told(listener)
            .iter()
            .all(|told| matches!(told, Told::Unreach(..)))
    );
    assert_eq!(speaker.rib.adj_rib_out(listener), []);
    assert_eq!(speaker.told(other), []);
    speaker.rib.set_export(listener, FilterChain::accept_all());
    assert_eq!(speaker.told(listener).len(), 2);
    // It is back where the others are.
    assert_eq!(speaker.rib.statistics().update_groups, 1);
}

/// RFC 7606 §5.3: a disabled family goes, the other stays.
#[test]
fn a_family_goes_down() {
    let (mut speaker, sender, listener) = scene();
    let changes = speaker.rib.apply(Event::FamilyDown {
        peer: sender,
        family: Family::IPV6_UNICAST,
    });
    assert_eq!(changes.best.len(), 1);
    let _ = speaker.announce(sender, &route6(20), P6);
    assert_eq!(speaker.rib.best(net(P6)), None);
    assert!(speaker.rib.best(net(P)).is_some());
    assert_eq!(speaker.told(listener), [Told::Unreach(net(P6), None)]);
}

/// RFC 7606 §2: treat-as-withdraw withdraws what the message announces.
#[test]
fn a_malformed_update_withdraws() {
    let (mut speaker, sender, _) = scene();
    let context = speaker.context(sender);
    let mut bytes = messages(
        &context,
        Some(&attributes(addr(20), &[65_001])),
        &[(net(P), None)],
    )
    .remove(0);
    // ORIGIN (the first attribute, 23 octets in) with an undefined value.
    assert_eq!(bytes[23..26], [0x40, 1, 1]);
    bytes[26] = 99;
    let changes = speaker.receive(sender, &bytes);
    assert_eq!(changes.best.len(), 1);
    assert_eq!(speaker.rib.best(net(P)), None);
}

#[test]
fn refused_routes_need_not_be_kept() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.peer(addr(20), context(PeerType::External), |config| {
        config.import = FilterChain::reject_all();
        config.keep_rejected = false;
    });
    let _ = speaker.announce(sender, &attributes(addr(20), &[65_001]), P);
    assert_eq!(speaker.rib.adj_rib_in(sender), []);
    assert_eq!(speaker.rib.statistics().destinations, 0);
}

#[test]
fn removed_peers_are_gone() {
    let (mut speaker, sender, listener) = scene();
    assert_eq!(speaker.rib.remove_peer(sender).best.len(), 2);
    assert_eq!(speaker.told(listener).len(), 2);
    assert_eq!(speaker.rib.peers().collect::<Vec<_>>(), [listener]);
    let context = Context::new(PeerType::External);
    let up = Event::PeerUp {
        peer: sender,
        identifier: addr(20),
        context: &context,
    };
    assert!(speaker.rib.apply(up).is_empty());
    assert_eq!(speaker.rib.pending().count(), 0);
}

/// What was told in a disabled family counts for nothing any more: it is not
/// reported, and its place in the table may go to another prefix.
#[test]
fn what_was_told_in_a_disabled_family_is_forgotten() {
    let (mut speaker, sender, listener) = scene();
    let _ = speaker.rib.apply(Event::FamilyDown {
        peer: listener,
        family: Family::IPV6_UNICAST,
    });
    let prefixes = |speaker: &Speaker| -> Vec<_> {
        let told = speaker.rib.adj_rib_out(listener);
        told.iter().map(|it| it.destination.to_string()).collect()
    };
    assert_eq!(speaker.told(listener), []);
    assert_eq!(prefixes(&speaker), [P]);
    let _ = speaker.withdraw(sender, P6);
    assert_eq!(speaker.told(listener), []);
    // This one takes the place that P6 had.
    let _ = speaker.announce(sender, &attributes(addr(20), &[65_001]), "198.51.100.0/24");
    let told = speaker.told(listener);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].reach().unwrap().0, net("198.51.100.0/24"));
}

/// RFC 4271 §5.1.3, §6.3: a route over ourselves is ignored, and what the peer
/// said before about the prefix is void.
#[test]
fn a_route_over_ourselves_is_ignored() {
    let (mut speaker, sender, listener) = scene();
    let _ = speaker.announce(sender, &attributes(addr(1), &[65_001]), P);
    assert_eq!(speaker.rib.best(net(P)), None);
    let _ = speaker.announce(sender, &route6(1), P6);
    assert_eq!(speaker.rib.best(net(P6)), None);
    assert_eq!(speaker.told(listener).len(), 2);
}

/// Host bits mean nothing, on the way in and on the way out.
#[test]
fn own_routes_go_by_the_prefix_that_brought_them() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let _ = speaker.originate("192.0.2.77/24");
    assert!(speaker.rib.best(net(P)).is_some());
    let gone = Event::WithdrawLocal(net("192.0.2.77/24").into());
    assert_eq!(speaker.rib.apply(gone).best.len(), 1);
    assert_eq!(speaker.rib.best(net(P)), None);
}

/// A snapshot knows which routes have outlived their session.
#[test]
fn snapshots_know_what_is_stale() {
    let (mut speaker, sender, _) = scene();
    let stale = |speaker: &mut Speaker| speaker.rib.snapshot().best(net(P)).unwrap().stale;
    assert!(!stale(&mut speaker));
    let retain = FamilySet::empty().with(Family::IPV4_UNICAST);
    let down = Event::PeerDown {
        peer: sender,
        retain,
    };
    let _ = speaker.rib.apply(down);
    assert!(stale(&mut speaker));
    up(&mut speaker, sender, 20);
    let _ = speaker.announce(sender, &attributes(addr(20), &[65_001]), P);
    assert!(!stale(&mut speaker));
}

/// News about a next hop concerns the routes that are there, not the places
/// that earlier routes over it have left to others.
#[test]
fn next_hop_news_leaves_vacated_places_alone() {
    const Q: &str = "198.51.100.0/24";
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.external(addr(20));
    let listener = speaker.external(addr(21));
    let route = attributes(addr(20), &[65_001]);
    let settle = |speaker: &mut Speaker| {
        let _ = speaker.drain(sender);
        speaker.told(listener)
    };
    for prefix in [P, Q, "203.0.113.0/24"] {
        let _ = speaker.announce(sender, &route, prefix);
    }
    let _ = settle(&mut speaker);
    for prefix in [P, Q] {
        let _ = speaker.withdraw(sender, prefix);
        let _ = settle(&mut speaker);
    }
    // P now lives where Q did; its old place is vacant.
    let _ = speaker.announce(sender, &route, P);
    let _ = settle(&mut speaker);
    let _ = speaker.rib.apply(Event::NextHop {
        address: addr(20).into(),
        reachability: Some(Reachability::Reachable {
            cost: Some(7),
            interface: None,
        }),
    });
    let _ = settle(&mut speaker);
    assert!(speaker.rib.best(net(P)).is_some());
    let changes = speaker.withdraw(sender, P);
    assert_eq!(changes.best.len(), 1);
    assert_eq!(settle(&mut speaker), [Told::Unreach(net(P), None)]);
    assert_eq!(speaker.rib.statistics().destinations, 1);
}

/// A peer that is reconfigured is as one that was configured so before anything came.
#[test]
fn reconfigured_peers_are_as_if_configured_so() {
    type Edit = fn(&mut PeerConfig);
    let edits: [Edit; 8] = [
        |config| config.route_reflector_client = true,
        |config| config.next_hop = NextHopMode::SelfNextHop,
        |config| config.next_hop = NextHopMode::Keep,
        |config| config.import = FilterChain::reject_all(),
        |config| config.export = FilterChain::reject_all(),
        |config| config.allow_local_as = 1,
        |config| config.local_ipv4 = Some(addr(99)),
        |config| config.graceful_shutdown = true,
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        for which in 0..4 {
            let (mut later, peers) = four_peers(|_, _| {});
            let mut config = later.rib.peer_config(peers[which]).unwrap().clone();
            edit(&mut config);
            let _ = later.rib.reconfigure_peer(peers[which], config);
            let (before, _) = four_peers(|index, config| {
                if index == which {
                    edit(config);
                }
            });
            for peer in peers {
                let _ = later.told(peer);
                let (later, before) = (later.rib.adj_rib_out(peer), before.rib.adj_rib_out(peer));
                assert_eq!(later, before, "edit {number} of {which}, told {peer}");
            }
            let best = |speaker: &Speaker| speaker.rib.best(net(P)).map(|best| best.source);
            assert_eq!(best(&later), best(&before), "edit {number} of {which}");
        }
    }
}

/// Two internal and two external peers with a route each, one of them the same, one that has
/// our AS in its path; all was told.
fn four_peers(edit: impl Fn(usize, &mut PeerConfig)) -> (Speaker, [PeerId; 4]) {
    let mut speaker = Speaker::new(65_000, addr(1));
    let types = [
        PeerType::Internal,
        PeerType::Internal,
        PeerType::External,
        PeerType::External,
    ];
    let mut index = 0;
    let peers = types.map(|peer_type| {
        let address = addr(20 + u8::try_from(index).unwrap());
        let peer = speaker.peer(address, context(peer_type), |config| edit(index, config));
        index += 1;
        peer
    });
    let path: [&[u32]; 4] = [&[], &[65_009], &[65_001], &[65_002, 65_000]];
    for ((peer, last), path) in peers.into_iter().zip(20..).zip(path) {
        let _ = speaker.announce(peer, &attributes(addr(last), path), P);
        let own = format!("203.0.{last}.0/24");
        let _ = speaker.announce(peer, &attributes(addr(last), path), &own);
    }
    for peer in peers {
        let _ = speaker.told(peer);
    }
    (speaker, peers)
}

/// RFC 7313 §4: between the marks the peer says what it has; what it does not say goes with the
/// second one. Other families, and a lost session, are not concerned.
#[test]
fn a_refresh_sweeps_what_was_not_repeated() {
    let (mut speaker, sender, listener) = scene();
    let other = "198.51.100.0/24";
    let _ = speaker.announce(sender, &attributes(addr(20), &[65_001]), other);
    let _ = speaker.told(listener);
    let family = Family::IPV4_UNICAST;
    let begin = Event::BeginOfRefresh {
        peer: sender,
        family,
    };
    assert!(speaker.rib.apply(begin).is_empty());
    assert_eq!(speaker.rib.route_counts(sender), Some((3, 2)));
    assert_eq!(speaker.told(listener), [], "stale routes are as good");
    let again = speaker.announce(sender, &attributes(addr(20), &[65_001]), P);
    assert!(again.is_empty());
    assert_eq!(speaker.rib.route_counts(sender), Some((3, 1)));
    let end = Event::EndOfRefresh {
        peer: sender,
        family,
    };
    assert_eq!(speaker.rib.apply(end).best.len(), 1);
    assert_eq!(speaker.told(listener), [Told::Unreach(net(other), None)]);
    assert_eq!(speaker.rib.route_counts(sender), Some((2, 0)));
    // An end without a begin is nothing.
    let end = Event::EndOfRefresh {
        peer: sender,
        family,
    };
    assert!(speaker.rib.apply(end).is_empty());
}

/// A session that is lost in the middle of a refresh keeps what the refresh had repeated, if it
/// keeps anything.
#[test]
fn a_session_is_lost_in_the_middle_of_a_refresh() {
    let (mut speaker, sender, _) = scene();
    let family = Family::IPV4_UNICAST;
    let other = "198.51.100.0/24";
    let _ = speaker.announce(sender, &attributes(addr(20), &[65_001]), other);
    let _ = speaker.rib.apply(Event::BeginOfRefresh {
        peer: sender,
        family,
    });
    let _ = speaker.announce(sender, &attributes(addr(20), &[65_001]), P);
    let retain = FamilySet::empty().with(family);
    let _ = speaker.rib.apply(Event::PeerDown {
        peer: sender,
        retain,
    });
    assert!(speaker.rib.best(net(P)).is_some());
    assert!(speaker.rib.best(net(other)).is_none());
    assert_eq!(speaker.rib.route_counts(sender), Some((1, 1)));
}

/// Whoever has been here leaves nothing behind: no place, no attribute set, no octet of a table.
#[test]
fn nothing_is_left_of_peers_that_are_gone() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let peers: Vec<_> = (10..14)
        .map(|last| speaker.internal(addr(last), true))
        .collect();
    for (number, peer) in (0u8..).zip(&peers) {
        for third in 0..200 {
            let route = PathAttributes {
                med: Some(third % 50),
                ..attributes(addr(10 + number), &[65_001])
            };
            let _ = speaker.announce(*peer, &route, &format!("10.{number}.{third}.0/24"));
        }
    }
    for peer in &peers[..3] {
        let _ = speaker.told(*peer);
    }
    let full = (speaker.rib.statistics(), speaker.rib.memory());
    assert_eq!((full.0.routes, full.0.destinations), (800, 800));
    assert!(full.1.table > 0 && full.1.attributes > 0 && full.1.advertised > 0);
    for peer in peers {
        let _ = speaker.rib.apply(Event::PeerDown {
            peer,
            retain: FamilySet::empty(),
        });
    }
    assert_eq!(speaker.rib.statistics(), bgp_rib::Statistics::default());
    assert_eq!(speaker.rib.memory(), bgp_rib::Memory::default());
}
