//! Filter chains, asked offline and from the table.

use crate::speaker::*;
use bgp_rib::{
    Decider, Event, Fallback, Filter, FilterChain, InterfacePattern, LocalOrigin, Matcher,
    Operation, PrefixList, PrefixMatcher, PrefixOperator, Reachability, RouteSource, RouteView,
    Rule, RuleAction,
};
use bgp_wire::{AsPath, Asn, Community, LargeCommunity, PathAttributes, PeerType, SegmentType};

fn view<'a>(prefix: &str, attributes: &'a PathAttributes) -> RouteView<'a> {
    RouteView {
        destination: net(prefix).into(),
        attributes,
        source: RouteSource::Peer(PeerType::External),
        interface: Some("eth0"),
        session: PeerType::Internal,
        rpki: bgp_rib::RpkiState::NotFound,
    }
}

fn inside(prefix: &str) -> Matcher {
    Matcher::Prefix(PrefixMatcher::new(net(prefix), PrefixOperator::In))
}

fn one(rule: Rule) -> FilterChain {
    FilterChain::new(vec![Filter::new("f", vec![rule])], Fallback::Reject)
}

fn path(segments: &[(SegmentType, &[u32])]) -> AsPath {
    let mut path = AsPath::empty();
    for (segment_type, list) in segments {
        let list: Vec<_> = list.iter().copied().map(Asn).collect();
        path.push(*segment_type, &list);
    }
    path
}

#[test]
fn each_matcher_holds_and_fails() {
    let route = PathAttributes {
        local_pref: Some(100),
        med: Some(5),
        communities: vec![Community::new(64_512, 1)],
        large_communities: vec![LargeCommunity::new(64_512, 1, 2)],
        ..attributes(addr(20), &[65_001, 65_002, 65_003])
    };
    let listed = |asns: &[u32]| Matcher::AsPathPrefix(asns.iter().copied().map(Asn).collect());
    for (matcher, expected) in [
        (inside("10.0.0.0/8"), true),
        (inside("11.0.0.0/8"), false),
        (Matcher::AnyPrefix(PrefixList::default()), false),
        (Matcher::Family(bgp_wire::Family::IPV4_UNICAST), true),
        (Matcher::Family(bgp_wire::Family::IPV6_UNICAST), false),
        (Matcher::FromPeer, true),
        (Matcher::Interface(InterfacePattern::new("eth*")), true),
        (Matcher::Interface(InterfacePattern::new("tunl*")), false),
        (Matcher::Community(Community::new(64_512, 1)), true),
        (Matcher::Community(Community::new(64_512, 2)), false),
        (
            Matcher::LargeCommunity(LargeCommunity::new(64_512, 1, 2)),
            true,
        ),
        (
            Matcher::LargeCommunity(LargeCommunity::new(64_512, 1, 3)),
            false,
        ),
        (listed(&[65_001]), true),
        (listed(&[65_001, 65_002, 65_003]), true),
        (listed(&[65_001, 65_003]), false),
        (listed(&[65_001, 65_002, 65_003, 65_004]), false),
        (Matcher::AsPathContains(Asn(65_002)), true),
        (Matcher::AsPathContains(Asn(65_009)), false),
        (Matcher::OriginAs(Asn(65_003)), true),
        (Matcher::OriginAs(Asn(65_001)), false),
        (Matcher::LocalPref(100), true),
        (Matcher::LocalPref(101), false),
        (Matcher::Med(5), true),
        (Matcher::Med(0), false),
        (Matcher::InternalSession(true), true),
        (Matcher::InternalSession(false), false),
        (Matcher::Never, false),
    ] {
        let chain = one(Rule::accept("0", vec![matcher.clone()]));
        assert_eq!(
            chain.evaluate(&view("10.1.0.0/16", &route)).accepted,
            expected,
            "{matcher}"
        );
    }
    let local = RouteView {
        source: RouteSource::Local(&LocalOrigin::Static),
        ..view("10.0.0.0/8", &route)
    };
    assert!(
        !one(Rule::accept("0", vec![Matcher::FromPeer]))
            .evaluate(&local)
            .accepted
    );
}

/// An AS_SET is one element that equals each of its members; an empty path
/// begins with nothing.
#[test]
fn paths_with_sets() {
    let set = path(&[
        (SegmentType::Sequence, &[1]),
        (SegmentType::Set, &[2, 3]),
        (SegmentType::Sequence, &[4]),
    ]);
    for (as_path, prefix, expected) in [
        (&set, &[1, 2][..], true),
        (&set, &[1, 3, 4], true),
        (&set, &[1, 4], false),
        (&set, &[1, 2, 3], false),
        (&AsPath::empty(), &[1], false),
        (&AsPath::empty(), &[], true),
    ] {
        let route = PathAttributes {
            as_path: as_path.clone(),
            ..PathAttributes::default()
        };
        let matcher = Matcher::AsPathPrefix(prefix.iter().copied().map(Asn).collect());
        let chain = one(Rule::accept("0", vec![matcher]));
        assert_eq!(
            chain.evaluate(&view("10.0.0.0/8", &route)).accepted,
            expected,
            "{as_path} {prefix:?}"
        );
    }
}

/// The first rule that accepts or rejects is the last one asked, across
/// filters; operations are applied in order.
#[test]
fn the_first_decision_is_final() {
    let change = vec![
        Operation::AddCommunity(Community::new(64_512, 7)),
        Operation::AddCommunity(Community::new(64_512, 7)),
        Operation::PrependAsPath(vec![Asn(1), Asn(2)]),
        Operation::SetLocalPref(300),
        Operation::SetMed(9),
        Operation::RemoveMed,
    ];
    let chain = FilterChain::new(
        vec![
            Filter::new(
                "first",
                vec![Rule::accept("a", vec![inside("10.0.0.0/8")]).with_operations(change)],
            ),
            Filter::new("second", vec![Rule::reject("b", vec![])]),
        ],
        Fallback::Accept,
    );
    let route = PathAttributes {
        med: Some(1),
        ..attributes(addr(20), &[3])
    };
    let verdict = chain.evaluate(&view("10.1.0.0/16", &route));
    assert!(verdict.accepted);
    assert_eq!(verdict.decided_by, Decider::Rule { filter: 0, rule: 0 });
    let changed = verdict.attributes.unwrap();
    assert_eq!(changed.communities, [Community::new(64_512, 7)]);
    assert_eq!(changed.as_path.to_string(), "1 2 3");
    assert_eq!((changed.local_pref, changed.med), (Some(300), None));

    let trace = chain.trace(&view("11.0.0.0/8", &route));
    assert!(!trace.verdict.accepted);
    assert_eq!(
        trace.display(&chain).to_string(),
        "first a: not prefix ~ 10.0.0.0/8\nsecond b: matches\nrejected by second b"
    );
}

/// A rule that changes and goes on: later rules see the change.
#[test]
fn continuing_rules() {
    let tag = Community::new(64_512, 7);
    let mut go_on = Rule::accept("tag", vec![inside("10.0.0.0/8")]);
    go_on.action = RuleAction::Continue;
    go_on.operations = vec![Operation::AddCommunity(tag)];
    let rules = vec![go_on, Rule::accept("tagged", vec![Matcher::Community(tag)])];
    let chain = FilterChain::new(vec![Filter::new("f", rules)], Fallback::Reject);
    let route = attributes(addr(20), &[65_001]);
    let verdict = chain.evaluate(&view("10.0.0.0/8", &route));
    assert_eq!(verdict.decided_by, Decider::Rule { filter: 0, rule: 1 });
    assert_eq!(verdict.attributes.unwrap().communities, [tag]);
    let verdict = chain.evaluate(&view("11.0.0.0/8", &route));
    assert_eq!(
        (verdict.accepted, verdict.decided_by),
        (false, Decider::Fallback)
    );
}

/// From the table: refused by which rule, and what policy changed beside what
/// was received.
#[test]
fn in_the_table() {
    let set = Rule::accept("up", vec![inside("10.1.0.0/16")])
        .with_operations(vec![Operation::SetLocalPref(300)]);
    let keep_out = Rule::reject("out", vec![inside("10.0.0.0/8")]);
    let chain = FilterChain::new(
        vec![Filter::new("dc", vec![set, keep_out])],
        Fallback::Accept,
    );
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.peer(addr(20), context(PeerType::External), |config| {
        config.import = chain
    });
    for prefix in ["10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24"] {
        let _ = speaker.announce(sender, &attributes(addr(20), &[65_001]), prefix);
    }
    let prefixes: Vec<_> = speaker
        .rib
        .loc_rib()
        .map(|route| route.destination.to_string())
        .collect();
    assert_eq!(prefixes, ["10.1.0.0/16", "192.0.2.0/24"]);
    let best = speaker.rib.best(net("10.1.0.0/16")).unwrap();
    assert_eq!(
        (best.received.local_pref, best.attributes.local_pref),
        (None, Some(300))
    );
    assert_eq!(
        speaker.rib.explain(net("10.0.0.0/8")).to_string(),
        "10.0.0.0/8 from 10.0.0.20: not eligible, rejected by dc out\n"
    );
}

/// A rule about interfaces follows what is known of the next hop, whether the
/// news or the route came first.
#[test]
fn import_rules_on_interfaces_follow_the_next_hop() {
    let wire = Matcher::Interface(InterfacePattern::new("eth*"));
    let set = Rule::accept("wire", vec![wire]).with_operations(vec![Operation::SetLocalPref(300)]);
    let mut speaker = Speaker::new(64_512, addr(1));
    let sender = speaker.peer(addr(20), context(PeerType::External), |config| {
        config.import = one(set)
    });
    let listener = speaker.internal(addr(10), false);
    let _ = speaker.announce(sender, &attributes(addr(20), &[65_001]), "192.0.2.0/24");
    assert_eq!(speaker.rib.loc_rib().count(), 0);
    for (interface, expected) in [
        (Some("eth0"), 1),
        (Some("wlan0"), 0),
        (Some("eth1"), 1),
        (None, 0),
    ] {
        let reachability = interface.map(|name| Reachability::Reachable {
            cost: None,
            interface: Some(name.into()),
        });
        let changes = speaker.rib.apply(Event::NextHop {
            address: addr(20).into(),
            reachability,
        });
        assert_eq!(changes.best.len(), 1, "{interface:?}");
        assert_eq!(speaker.rib.loc_rib().count(), expected, "{interface:?}");
        let heard = speaker.told(listener);
        assert_eq!(
            heard.iter().filter(|told| told.reach().is_some()).count(),
            expected
        );
    }
}
