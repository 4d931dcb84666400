//! Attributes on the way out, by kind of session.

use crate::speaker::*;
use bgp_rib::{
    Event, Fallback, Filter, FilterChain, LocalOrigin, LocalRoute, NextHopMode, Operation,
    RibConfig, Rule, Withheld,
};
use bgp_wire::{Asn, Community, ExtendedCommunity, Family, NextHop, PathAttributes, PeerType};

const P: &str = "192.0.2.0/24";

fn first(speaker: &mut Speaker, peer: bgp_rib::PeerId) -> PathAttributes {
    let told = speaker.told(peer);
    told.iter()
        .find_map(|told| told.reach())
        .expect("an announcement")
        .1
        .clone()
}

/// RFC 4271 §5.1.2 b), §5.1.3, §5.1.4, §5.1.5; RFC 4456 §8.
#[test]
fn to_external_peers() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let internal = speaker.internal(addr(10), true);
    let external = speaker.external(addr(20));
    let sent = PathAttributes {
        local_pref: Some(150),
        med: Some(7),
        originator_id: Some(addr(99)),
        cluster_list: vec![addr(98)],
        communities: vec![Community::new(64_512, 1)],
        ..attributes(addr(10), &[65_001])
    };
    let _ = speaker.announce(internal, &sent, P);
    let expected = PathAttributes {
        communities: vec![Community::new(64_512, 1)],
        ..attributes(addr(1), &[64_512, 65_001])
    };
    assert_eq!(first(&mut speaker, external), expected);
}

/// What an external peer says about LOCAL_PREF does not count; internal peers
/// are told the default, the next hop as it is, and the neighbour's MED.
#[test]
fn from_external_to_internal_peers() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let external = speaker.external(addr(20));
    let internal = speaker.internal(addr(10), false);
    let sent = PathAttributes {
        med: Some(7),
        ..attributes(addr(20), &[65_001])
    };
    let _ = speaker.announce(external, &sent, P);
    assert_eq!(
        first(&mut speaker, internal),
        PathAttributes {
            local_pref: Some(100),
            ..sent
        }
    );
}

/// A MED that export policy sets is ours to send; one that policy did not set
/// is not.
#[test]
fn a_med_of_our_own_is_sent() {
    let set_med = Rule::accept("0", Vec::new()).with_operations(vec![Operation::SetMed(42)]);
    let chain = FilterChain::new(vec![Filter::new("med", vec![set_med])], Fallback::Accept);
    let mut speaker = Speaker::new(64_512, addr(1));
    let source = speaker.external(addr(20));
    let listener = speaker.peer(addr(21), context(PeerType::External), |config| {
        config.export = chain
    });
    let _ = speaker.announce(
        source,
        &PathAttributes {
            med: Some(7),
            ..attributes(addr(20), &[65_001])
        },
        P,
    );
    assert_eq!(first(&mut speaker, listener).med, Some(42));

    let plain = speaker.external(addr(22));
    assert_eq!(first(&mut speaker, plain).med, None);
    let mut local = LocalRoute::new(net("198.51.100.0/24"), LocalOrigin::Static);
    local.attributes.med = Some(9);
    let _ = speaker.rib.apply(Event::Originate(local));
    assert_eq!(first(&mut speaker, plain).med, Some(9));
}

/// Calico's `localASNumber`: the session's AS is the one that is seen.
#[test]
fn a_session_with_an_as_of_its_own() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let listener = speaker.peer(addr(20), context(PeerType::External), |config| {
        config.local_as = Some(Asn(65_099))
    });
    let _ = speaker.originate(P);
    assert_eq!(
        first(&mut speaker, listener),
        attributes(addr(1), &[65_099])
    );
    // It is also the one that makes a loop, `allow_local_as` times too often.
    let changes = speaker.announce(
        listener,
        &attributes(addr(20), &[65_001, 65_099]),
        "203.0.113.0/24",
    );
    assert!(changes.is_empty());
}

/// Calico's `numAllowedLocalASNumbers`.
#[test]
fn own_as_in_the_path_as_often_as_allowed() {
    for (occurrences, accepted) in [(1, true), (2, true), (3, false)] {
        let mut speaker = Speaker::new(64_512, addr(1));
        let peer = speaker.peer(addr(20), context(PeerType::External), |config| {
            config.allow_local_as = 2
        });
        let mut path = vec![65_001];
        path.extend(std::iter::repeat_n(64_512, occurrences));
        let changes = speaker.announce(peer, &attributes(addr(20), &path), P);
        assert_eq!(!changes.is_empty(), accepted, "{occurrences}");
    }
}

#[test]
fn next_hops() {
    let shared = net("10.0.0.0/24");
    for (mode, subnets, expected) in [
        (NextHopMode::Auto, vec![], addr(1)),
        (NextHopMode::Auto, vec![shared], addr(20)),
        (NextHopMode::Keep, vec![], addr(20)),
        (NextHopMode::SelfNextHop, vec![shared], addr(1)),
    ] {
        let mut speaker = Speaker::new(64_512, addr(1));
        let source = speaker.external(addr(20));
        let listener = speaker.peer(addr(21), context(PeerType::External), |config| {
            config.next_hop = mode;
            config.shared_subnets = subnets;
        });
        let _ = speaker.announce(source, &attributes(addr(20), &[65_001]), P);
        assert_eq!(
            first(&mut speaker, listener).next_hop,
            Some(NextHop::V4(expected)),
            "{mode:?}"
        );
    }
}

/// IPv6 is no second-class family; and a next hop of the other family is told
/// only where it was negotiated (RFC 8950).
#[test]
fn families() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let v6 = NextHop::V6 {
        global: mapped(addr(1)),
        link_local: None,
    };
    let external = speaker.external(addr(20));
    let without_v4 = speaker.peer(addr(21), context(PeerType::External), |config| {
        config.local_ipv4 = None
    });
    let mut extended = context(PeerType::External);
    extended.extended_next_hop.insert(Family::IPV4_UNICAST);
    let with_extended = speaker.peer(addr(22), extended, |config| config.local_ipv4 = None);
    let _ = speaker.originate("2001:db8:1::/48");
    assert_eq!(first(&mut speaker, external).next_hop, Some(v6));
    let _ = (speaker.told(without_v4), speaker.told(with_extended));
    let _ = speaker.originate(P);
    assert_eq!(speaker.told(without_v4), []);
    assert_eq!(
        speaker.rib.advertisement(without_v4, net(P)),
        Err(Withheld::NoNextHop)
    );
    assert_eq!(first(&mut speaker, with_extended).next_hop, Some(v6));
}

/// RFC 1997.
#[test]
fn well_known_communities() {
    for (community, expected) in [
        (Community::NO_ADVERTISE, [false, false]),
        (Community::NO_EXPORT, [true, false]),
        (Community::NO_EXPORT_SUBCONFED, [true, false]),
        (Community::new(64_512, 1), [true, true]),
    ] {
        let mut speaker = Speaker::new(64_512, addr(1));
        let source = speaker.external(addr(20));
        let listeners = [
            speaker.internal(addr(10), false),
            speaker.external(addr(21)),
        ];
        let sent = PathAttributes {
            communities: vec![community],
            ..attributes(addr(20), &[65_001])
        };
        let _ = speaker.announce(source, &sent, P);
        let heard =
            listeners.map(|peer| speaker.told(peer).iter().any(|told| told.reach().is_some()));
        assert_eq!(heard, expected, "{community:?}");
    }
}

/// RFC 5065 §4, §5: member AS in a confederation sequence inside, the
/// identifier alone outside.
#[test]
fn confederations() {
    let mut config = RibConfig::new(Asn(65_501), addr(1));
    config.confederation = Some(Asn(64_512));
    let mut speaker = Speaker::with(config);
    let member = speaker.peer(addr(10), context(PeerType::ConfederationExternal), |_| {});
    let outside = speaker.external(addr(20));
    let inside = speaker.peer(addr(11), context(PeerType::ConfederationExternal), |_| {});
    let mut sent = PathAttributes {
        local_pref: Some(150),
        ..attributes(addr(30), &[65_001])
    };
    sent.as_path.prepend_confederation(Asn(65_502));
    let _ = speaker.announce(member, &sent, P);
    assert_eq!(
        first(&mut speaker, outside),
        attributes(addr(1), &[64_512, 65_001])
    );
    let heard = first(&mut speaker, inside);
    assert_eq!(heard.as_path.to_string(), "(65501 65502) 65001");
    assert_eq!(
        (heard.local_pref, heard.next_hop),
        (Some(150), Some(NextHop::V4(addr(30))))
    );
}

/// RFC 4271 §5.1.3: "A route originated by a BGP speaker SHALL NOT be
/// advertised to a peer using an address of that peer as NEXT_HOP."
#[test]
fn the_next_hop_is_not_told_of_itself() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let peers = [
        speaker.internal(addr(10), false),
        speaker.internal(addr(11), false),
    ];
    let mut local = LocalRoute::new(net(P), LocalOrigin::Static);
    local.attributes.next_hop = Some(NextHop::V4(addr(10)));
    let _ = speaker.rib.apply(Event::Originate(local));
    assert_eq!(speaker.told(peers[0]), both_ends_of_rib());
    assert_eq!(
        first(&mut speaker, peers[1]).next_hop,
        Some(NextHop::V4(addr(10)))
    );
}

/// RFC 4360 §6: what an AS says to itself stays in it.
#[test]
fn non_transitive_extended_communities_stay_in_the_as() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.internal(addr(10), true);
    let internal = speaker.internal(addr(11), true);
    let external = speaker.external(addr(20));
    let target = ExtendedCommunity([0x00, 0x02, 0xfc, 0, 0, 0, 0, 1]);
    let bandwidth = ExtendedCommunity([0x40, 0x04, 0xfc, 0, 0, 0, 0, 1]);
    let sent = PathAttributes {
        extended_communities: vec![target, bandwidth],
        ..attributes(addr(10), &[65_001])
    };
    let _ = speaker.announce(sender, &sent, P);
    assert_eq!(
        first(&mut speaker, internal).extended_communities,
        [target, bandwidth]
    );
    assert_eq!(first(&mut speaker, external).extended_communities, [target]);
}
