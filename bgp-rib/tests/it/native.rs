//! Rules beyond Calico's: lists, patterns, jumps; and that the index of a large filter answers as
//! its rules do one after the other.

use crate::speaker::*;
use bgp_rib::{
    AsPathPattern, AsPathPatternError, CommunityPattern, Decider, Fallback, Filter, FilterChain,
    LargeCommunityPattern, Matcher, Operation, PrefixList, PrefixMatcher, PrefixOperator,
    RouteSource, RouteView, RpkiState, Rule, RuleAction,
};
use bgp_wire::{
    AsPath, Asn, AttributeType, Community, ExtendedCommunity, LargeCommunity, NextHop, Origin,
    PathAttributes, PeerType, SegmentType,
};
use ipnet::{IpNet, Ipv4Net};
use proptest::prelude::*;

fn view(prefix: IpNet, attributes: &PathAttributes) -> RouteView<'_> {
    RouteView {
        destination: prefix.into(),
        attributes,
        source: RouteSource::Peer(PeerType::External),
        interface: None,
        session: PeerType::External,
        rpki: RpkiState::NotFound,
    }
}

/// Prefixes that nest and repeat.
fn prefix() -> impl Strategy<Value = IpNet> {
    (0u32..64, 0u8..=12).prop_map(|(bits, length)| {
        IpNet::from(Ipv4Net::new((bits << 20).into(), length).unwrap()).trunc()
    })
}

fn matcher() -> impl Strategy<Value = PrefixMatcher> {
    let operators = [
        PrefixOperator::In,
        PrefixOperator::In,
        PrefixOperator::Equal,
        PrefixOperator::NotIn,
        PrefixOperator::NotEqual,
    ];
    (
        prefix(),
        prop::sample::select(operators.to_vec()),
        0u8..14,
        0u8..14,
        any::<bool>(),
    )
        .prop_map(|(net, operator, least, most, limited)| {
            let matcher = PrefixMatcher::new(net, operator);
            if limited {
                matcher.lengths(least, most)
            } else {
                matcher
            }
        })
}

fn rule() -> impl Strategy<Value = Rule> {
    let condition = prop_oneof![
        4 => matcher().prop_map(Matcher::Prefix),
        2 => prop::collection::vec(matcher(), 0..5)
            .prop_map(|list| Matcher::AnyPrefix(list.into_iter().collect())),
        1 => (0u32..3).prop_map(Matcher::Med),
        1 => matcher().prop_map(|it| Matcher::Not(Box::new(Matcher::Prefix(it)))),
    ];
    let action = prop_oneof![
        Just(RuleAction::Accept),
        Just(RuleAction::Reject),
        Just(RuleAction::Continue),
        (0u16..4).prop_map(RuleAction::GoTo),
    ];
    (
        prop::collection::vec(condition, 0..3),
        action,
        prop::option::of(0u32..3),
    )
        .prop_map(|(matchers, action, med)| Rule {
            name: "r".into(),
            matchers,
            operations: med.map(Operation::SetMed).into_iter().collect(),
            action,
        })
}

proptest! {
    /// The trace asks every rule; the verdict asks those that the prefix may match.
    #[test]
    fn an_index_changes_nothing(
        filters in prop::collection::vec(prop::collection::vec(rule(), 0..24), 1..4),
        routes in prop::collection::vec((prefix(), 0u32..3), 1..20),
    ) {
        let filters = filters.into_iter().map(|rules| Filter::new("f", rules));
        let chain = FilterChain::new(filters.collect(), Fallback::Accept);
        for (prefix, med) in routes {
            let attributes = PathAttributes { med: Some(med), ..PathAttributes::default() };
            let route = view(prefix, &attributes);
            prop_assert_eq!(chain.evaluate(&route), chain.trace(&route).verdict);
        }
    }

    #[test]
    fn a_list_is_any_of_its_entries(
        entries in prop::collection::vec(matcher(), 0..20),
        prefixes in prop::collection::vec(prefix(), 1..20),
    ) {
        let list: PrefixList = entries.iter().copied().collect();
        for prefix in prefixes {
            let expected = entries.iter().any(|it| it.matches(&prefix));
            prop_assert_eq!(list.contains(&prefix), expected, "{} in {:?}", prefix, entries);
        }
    }

    /// Against a matcher that tries every way, and through the text and back.
    #[test]
    fn a_path_pattern_is_what_its_elements_say(
        elements in prop::collection::vec(0u8..6, 0..7),
        path in prop::collection::vec(1u32..4, 0..7),
    ) {
        let words = elements.iter().map(|it| ["*", "?", "1", "2", "[1 3]", "2..3"][usize::from(*it)]);
        let text = words.collect::<Vec<_>>().join(" ");
        let pattern: AsPathPattern = text.parse().unwrap();
        let expected = fits(&elements, &path);
        let path = AsPath::from_sequence(path.into_iter().map(Asn));
        prop_assert_eq!(pattern.matches(&path), expected, "{} ~ {}", path, text);
        prop_assert_eq!(pattern.to_string(), text);
    }
}

fn fits(elements: &[u8], path: &[u32]) -> bool {
    let Some((first, rest)) = elements.split_first() else {
        return path.is_empty();
    };
    if *first == 0 {
        return (0..=path.len()).any(|taken| fits(rest, &path[taken..]));
    }
    let Some((asn, after)) = path.split_first() else {
        return false;
    };
    let one = match first {
        1 => true,
        2 => *asn == 1,
        3 => *asn == 2,
        4 => [1, 3].contains(asn),
        _ => (2..=3).contains(asn),
    };
    one && fits(rest, after)
}

#[test]
fn a_set_in_a_path_is_one_element() {
    let mut path = AsPath::empty();
    path.push(SegmentType::Sequence, &[Asn(1), Asn(2)]);
    path.push(SegmentType::Set, &[Asn(3), Asn(4)]);
    for (text, expected) in [
        ("1 2 4", true),
        ("1 2 5", false),
        ("* ?", true),
        ("1 2 3 4", false),
    ] {
        assert_eq!(
            text.parse::<AsPathPattern>().unwrap().matches(&path),
            expected,
            "{text}"
        );
    }
}

#[test]
fn bad_patterns_say_why() {
    let error = |text: &str| text.parse::<AsPathPattern>().unwrap_err();
    assert_eq!(error("1 x"), AsPathPatternError::Word("x".into()));
    assert_eq!(error("9..1"), AsPathPatternError::EmptyRange("9..1".into()));
    assert_eq!(
        error("4294967296"),
        AsPathPatternError::Word("4294967296".into())
    );
    for text in ["[1", "1]", "[[1]]", "[1 *]"] {
        let wrong = error(text);
        let star = AsPathPatternError::Word("*".into());
        assert!(
            wrong == AsPathPatternError::Brackets || wrong == star,
            "{text}: {wrong}"
        );
    }
}

#[test]
fn each_condition_holds_and_fails() {
    let target = ExtendedCommunity::route_target(Asn(64_512), 7);
    let route = PathAttributes {
        communities: vec![Community::new(64_512, 150)],
        large_communities: vec![LargeCommunity::new(64_512, 1, 2)],
        extended_communities: vec![target],
        ..attributes(addr(20), &[65_001, 65_002, 65_003])
    };
    let communities = |value| {
        Matcher::AnyCommunity(vec![CommunityPattern {
            asn: 64_512..=64_512,
            value,
        }])
    };
    let large = |one| {
        Matcher::AnyLargeCommunity(vec![LargeCommunityPattern {
            one,
            ..LargeCommunityPattern::ANY
        }])
    };
    let via = |text: &str| {
        let hosts = PrefixMatcher::new(net(text), PrefixOperator::In);
        Matcher::NextHop([hosts].into_iter().collect())
    };
    for (matcher, expected) in [
        (communities(100..=199), true),
        (communities(200..=299), false),
        (Matcher::AnyCommunity(vec![]), false),
        (large(1..=1), true),
        (large(2..=9), false),
        (Matcher::ExtendedCommunity(target), true),
        (
            Matcher::ExtendedCommunity(ExtendedCommunity::route_target(Asn(64_512), 8)),
            false,
        ),
        (via("10.0.0.0/24"), true),
        (via("10.0.1.0/24"), false),
        (Matcher::AsPath("* 65002 *".parse().unwrap()), true),
        (Matcher::AsPath("65002 *".parse().unwrap()), false),
        (Matcher::AsPathLength(1..=3), true),
        (Matcher::AsPathLength(4..=9), false),
        (Matcher::Rpki(RpkiState::NotFound), true),
        (Matcher::Rpki(RpkiState::Valid), false),
        (
            Matcher::Not(Box::new(Matcher::Rpki(RpkiState::Valid))),
            true,
        ),
    ] {
        let text = matcher.to_string();
        let chain = FilterChain::new(
            vec![Filter::new("f", vec![Rule::accept("r", vec![matcher])])],
            Fallback::Reject,
        );
        let verdict = chain.evaluate(&view(net("192.0.2.0/24"), &route));
        assert_eq!(verdict.accepted, expected, "{text}");
    }
}

#[test]
fn operations_change_what_they_name() {
    let target = ExtendedCommunity::route_target(Asn(64_512), 7);
    let route = PathAttributes {
        communities: vec![Community::new(64_512, 1), Community::new(64_512, 200)],
        large_communities: vec![LargeCommunity::new(1, 2, 3)],
        med: Some(4),
        atomic_aggregate: true,
        ..attributes(addr(20), &[65_001])
    };
    let operations = vec![
        Operation::RemoveCommunities(vec![CommunityPattern {
            asn: 64_512..=64_512,
            value: 100..=299,
        }]),
        Operation::RemoveLargeCommunities(vec![LargeCommunityPattern::ANY]),
        Operation::AddExtendedCommunity(target),
        Operation::SetOrigin(Origin::Egp),
        Operation::SetNextHop(NextHop::V4(addr(99))),
        Operation::SetAigp(5),
        Operation::RemoveAttribute(AttributeType::MULTI_EXIT_DISC),
        Operation::RemoveAttribute(AttributeType::ATOMIC_AGGREGATE),
        Operation::RemoveAttribute(AttributeType::AS_PATH),
    ];
    let rule = Rule::accept("r", vec![]).with_operations(operations);
    let chain = FilterChain::new(vec![Filter::new("f", vec![rule])], Fallback::Reject);
    let changed = chain
        .evaluate(&view(net("192.0.2.0/24"), &route))
        .attributes;
    let expected = PathAttributes {
        origin: Origin::Egp,
        communities: vec![Community::new(64_512, 1)],
        extended_communities: vec![target],
        aigp: Some(5),
        ..attributes(addr(99), &[65_001])
    };
    assert_eq!(changed, Some(expected));
}

#[test]
fn jumps_go_forward_only() {
    let jump = |to| Rule {
        action: RuleAction::GoTo(to),
        ..Rule::accept("jump", vec![])
    };
    let filters = |to| {
        vec![
            Filter::new("one", vec![jump(to), Rule::reject("not asked", vec![])]),
            Filter::new("two", vec![Rule::reject("two", vec![])]),
            Filter::new("three", vec![Rule::accept("three", vec![])]),
        ]
    };
    let route = PathAttributes::default();
    let ask = |to| {
        let chain = FilterChain::new(filters(to), Fallback::Accept);
        let verdict = chain.evaluate(&view(net("192.0.2.0/24"), &route));
        (verdict.accepted, verdict.decided_by)
    };
    let rule = |filter| Decider::Rule { filter, rule: 0 };
    assert_eq!(ask(2), (true, rule(2)));
    assert_eq!(ask(1), (false, rule(1)));
    assert_eq!(ask(9), (true, Decider::Fallback));
    assert_eq!(ask(0), (false, rule(0)), "it would not end");
}

/// A preference decides before any attribute does, and is told to nobody.
#[test]
fn a_preference_comes_first() {
    let mut speaker = Speaker::new(64_512, addr(1));
    let weighed = |preferences: &[u16]| {
        let rules = preferences.iter().map(|preference| Rule {
            action: RuleAction::Continue,
            ..Rule::accept("weight", vec![])
                .with_operations(vec![Operation::SetPreference(*preference)])
        });
        FilterChain::new(vec![Filter::new("f", rules.collect())], Fallback::Accept)
    };
    let short = speaker.external(addr(10));
    let long = speaker.peer(addr(11), context(PeerType::External), |config| {
        config.import = weighed(&[90, 101]);
    });
    let listener = speaker.external(addr(12));
    let _ = speaker.announce(short, &attributes(addr(10), &[65_010]), "192.0.2.0/24");
    let _ = speaker.announce(
        long,
        &attributes(addr(11), &[65_011, 65_001]),
        "192.0.2.0/24",
    );
    let explanation = speaker.rib.explain(net("192.0.2.0/24"));
    assert_eq!(explanation.decided_by(), Some(bgp_rib::Step::Preference));
    assert_eq!(explanation.best().unwrap().route.source.peer(), Some(long));
    let told = speaker.told(listener);
    let (_, told) = told[0].reach().unwrap();
    assert_eq!(told.as_path.to_string(), "64512 65011 65001");
    let _ = speaker.rib.set_import(long, weighed(&[99]));
    let best = speaker.rib.best(net("192.0.2.0/24")).unwrap();
    assert_eq!(best.source.peer(), Some(short));
}

/// A next hop that policy sets is the one that is looked up, followed and told.
#[test]
fn a_next_hop_set_by_policy_is_looked_up() {
    use bgp_rib::{Event, Ineligible, Reachability};
    const P: &str = "192.0.2.0/24";
    let mut speaker = Speaker::new(64_512, addr(1));
    let elsewhere = Operation::SetNextHop(NextHop::V4(addr(99)));
    let rule = Rule::accept("r", vec![]).with_operations(vec![elsewhere]);
    let sender = speaker.peer(addr(10), context(PeerType::Internal), |config| {
        config.import = FilterChain::new(vec![Filter::new("f", vec![rule])], Fallback::Accept);
    });
    let _ = speaker.announce(sender, &attributes(addr(10), &[65_010]), P);
    let say = |speaker: &mut Speaker, last, reachability| {
        let address = addr(last).into();
        let news = Event::NextHop {
            address,
            reachability,
        };
        let _ = speaker.rib.apply(news);
        speaker.rib.best(net(P)).is_some()
    };
    assert!(say(&mut speaker, 10, Some(Reachability::Unreachable)));
    assert!(!say(&mut speaker, 99, Some(Reachability::Unreachable)));
    let next_hop = Some(addr(99).into());
    let outcome = &speaker.rib.explain(net(P)).routes[0].outcome;
    assert_eq!(*outcome, Err(Ineligible::Unresolvable { next_hop }));
    assert!(say(&mut speaker, 99, None));
    let _ = speaker.rib.set_import(sender, FilterChain::accept_all());
    assert_eq!(speaker.rib.best(net(P)), None, "the received one is gone");
    let _ = speaker.withdraw(sender, P);
    assert!(!say(&mut speaker, 10, None));
    let _ = speaker.told(sender);
    assert_eq!(speaker.rib.statistics().destinations, 0);
}
