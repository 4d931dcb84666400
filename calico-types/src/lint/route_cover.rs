//! Which routes a filter's rule matches, as far as rules can be compared.
//!
//! [`covers`] is only ever said where it is certain: what cannot be told stays
//! uncompared. Lengths are clipped as Calico clips them, and pairs of operator and
//! `prefixLength` mean what BIRD makes of them (`bgp_filter.rs`).

use ipnet::IpNet;

use crate::resources::{BGPFilterRule, MatchOperator, PrefixLength};
use crate::topology::Family;

/// Which prefixes satisfy `cidr`, `matchOperator` and `prefixLength`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefixes {
    Every,
    None,
    Inside(Block),
    Outside(Block),
}

/// The prefixes inside of a CIDR with lengths between two bounds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    net: IpNet,
    low: u8,
    high: u8,
}

impl Block {
    /// The parts of a CIDR of one length.
    pub(super) fn parts(net: IpNet, length: u8) -> Self {
        Self {
            net: net.trunc(),
            low: length,
            high: length,
        }
    }

    fn contains(&self, other: &Self) -> bool {
        self.net.contains(&other.net) && self.low <= other.low && other.high <= self.high
    }

    /// CIDRs nest or are disjoint, so two blocks share a prefix when one CIDR
    /// is within the other and a length is in both.
    fn is_disjoint(&self, other: &Self) -> bool {
        let apart = !self.net.contains(&other.net) && !other.net.contains(&self.net);
        apart || self.high < other.low || other.high < self.low
    }
}

impl Prefixes {
    /// `None` where the rule cannot be rendered at all.
    pub(super) fn of(rule: &BGPFilterRule, family: Family) -> Option<Self> {
        let Some(net) = rule.cidr else {
            return Some(Self::Every);
        };
        let full = match family {
            Family::Ipv4 => 32,
            Family::Ipv6 => 128,
        };
        let own = net.prefix_len();
        let exact = Block::parts(net, own);
        let bounded = rule.prefix_length.map(|PrefixLength { min, max }| Block {
            low: min.unwrap_or(own).max(own),
            high: max.unwrap_or(full).min(full),
            ..exact
        });
        if bounded.is_some_and(|block| block.low > block.high) {
            return None;
        }
        let inside = bounded.unwrap_or(Block {
            high: full,
            ..exact
        });
        let every = inside.net.prefix_len() == 0 && inside.low == 0 && inside.high == full;
        Some(match (rule.match_operator?, bounded) {
            (MatchOperator::Equal, Some(_)) => Self::None,
            (MatchOperator::NotEqual, Some(_)) => Self::Every,
            (MatchOperator::Equal, None) => Self::Inside(exact),
            (MatchOperator::NotEqual, None) => Self::Outside(exact),
            (MatchOperator::In, _) if every => Self::Every,
            (MatchOperator::NotIn, _) if every => Self::None,
            (MatchOperator::In, _) => Self::Inside(inside),
            (MatchOperator::NotIn, _) => Self::Outside(inside),
        })
    }

    /// Whether every prefix of the other is one of these. Nothing is said of a rule
    /// that matches no prefix: that is another mistake.
    pub(super) fn cover(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::None) | (Self::None, _) => false,
            (Self::Every, _) => true,
            (Self::Inside(one), Self::Inside(two)) => one.contains(two),
            (Self::Outside(one), Self::Inside(two)) => one.is_disjoint(two),
            (Self::Outside(one), Self::Outside(two)) => two.contains(one),
            (Self::Inside(_) | Self::Outside(_), Self::Every)
            | (Self::Inside(_), Self::Outside(_)) => false,
        }
    }

    /// Whether no prefix of a block is one of these.
    pub(super) fn is_disjoint(&self, block: &Block) -> bool {
        match self {
            Self::Every => false,
            Self::None => true,
            Self::Inside(one) => one.is_disjoint(block),
            Self::Outside(one) => one.contains(block),
        }
    }
}

/// Whether the first rule matches every route that the second matches.
pub(super) fn covers(one: &BGPFilterRule, two: &BGPFilterRule, family: Family) -> bool {
    let (Some(first), Some(second)) = (Prefixes::of(one, family), Prefixes::of(two, family)) else {
        return false;
    };
    let begins_with = |path: &Vec<_>, start: &Vec<_>| path.starts_with(start);
    let paths = match (&one.as_path_prefix, &two.as_path_prefix) {
        (None, _) => true,
        (Some(start), None) => start.is_empty(),
        (Some(start), Some(path)) => begins_with(path, start),
    };
    let interface = said(one.interface.as_deref());
    first.cover(&second)
        && paths
        && (one.source.is_none() || one.source == two.source)
        && (interface.is_none() || interface == said(two.interface.as_deref()))
        && (one.peer_type.is_none() || one.peer_type == two.peer_type)
        && (one.communities.is_none() || one.communities == two.communities)
        && (one.priority.is_none() || one.priority == two.priority)
}

fn said(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: &str) -> BGPFilterRule {
        serde_json::from_str(&format!("{{\"action\": \"Accept\", {json}}}")).unwrap()
    }

    #[track_caller]
    fn check(one: &str, two: &str, expected: bool) {
        let got = covers(&rule(one), &rule(two), Family::Ipv4);
        assert_eq!(got, expected, "{one} covers {two}");
    }

    const ALL: &str = r#""operations": null"#;

    #[test]
    fn blocks_nest() {
        let ten = r#""matchOperator": "In", "cidr": "10.0.0.0/8""#;
        let part = r#""matchOperator": "In", "cidr": "10.1.0.0/16""#;
        let long = r#""matchOperator": "In", "cidr": "10.0.0.0/8", "prefixLength": {"min": 24}"#;
        let short = r#""matchOperator": "In", "cidr": "10.1.0.0/16", "prefixLength": {"max": 20}"#;
        check(ten, part, true);
        check(part, ten, false);
        check(ten, long, true);
        check(long, ten, false);
        check(long, part, false);
        check(long, short, false);
        check(ten, short, true);
        check(ALL, ten, true);
        check(ten, ALL, false);
        check(r#""matchOperator": "In", "cidr": "0.0.0.0/0""#, ALL, true);
        check(
            r#""matchOperator": "Equal", "cidr": "0.0.0.0/0""#,
            ALL,
            false,
        );
    }

    #[test]
    fn complements_turn_around() {
        let not_ten = r#""matchOperator": "NotIn", "cidr": "10.0.0.0/8""#;
        let not_part = r#""matchOperator": "NotIn", "cidr": "10.1.0.0/16""#;
        let other = r#""matchOperator": "In", "cidr": "192.168.0.0/16""#;
        let part = r#""matchOperator": "In", "cidr": "10.1.0.0/16""#;
        let exact = r#""matchOperator": "Equal", "cidr": "10.0.0.0/8""#;
        let not_exact = r#""matchOperator": "NotEqual", "cidr": "10.0.0.0/8""#;
        check(not_part, not_ten, true);
        check(not_ten, not_part, false);
        check(not_ten, other, true);
        check(not_ten, part, false);
        check(not_ten, exact, false);
        check(not_exact, part, true);
        check(not_exact, exact, false);
        check(not_exact, not_exact, true);
        check(part, not_ten, false);
    }

    #[test]
    fn birds_reading_of_exact_pairs_counts() {
        let never = r#""matchOperator": "Equal", "cidr": "10.0.0.0/8", "prefixLength": {"min": 8}"#;
        let always =
            r#""matchOperator": "NotEqual", "cidr": "10.0.0.0/8", "prefixLength": {"min": 8}"#;
        let part = r#""matchOperator": "In", "cidr": "10.1.0.0/16""#;
        let crossed = r#""matchOperator": "In", "cidr": "10.1.0.0/16", "prefixLength": {"max": 8}"#;
        check(always, part, true);
        check(never, part, false);
        check(part, never, false);
        check(ALL, crossed, false);
        check(crossed, part, false);
    }

    /// What BIRD answers, word by word: `net = p`, `net ~ [ p{a,b} ]` and their
    /// contraries; a set of prefixes is never equal to one.
    fn matches(rule: &BGPFilterRule, route: IpNet) -> bool {
        let Some(cidr) = rule.cidr else {
            return true;
        };
        let lengths = rule.prefix_length.unwrap_or_default();
        let low = lengths
            .min
            .unwrap_or(cidr.prefix_len())
            .max(cidr.prefix_len());
        let high = lengths.max.unwrap_or(32);
        let inside = cidr.contains(&route) && (low..=high).contains(&route.prefix_len());
        let equal = rule.prefix_length.is_none() && cidr == route;
        match rule.match_operator.unwrap() {
            MatchOperator::Equal => equal,
            MatchOperator::NotEqual => !equal,
            MatchOperator::In => inside,
            MatchOperator::NotIn => !inside,
        }
    }

    /// Every pair of a few hundred rules, over every part of a small tree.
    #[test]
    fn what_is_covered_matches_no_other_route() {
        let nets = [
            "0.0.0.0/0",
            "10.0.0.0/8",
            "10.0.0.0/9",
            "10.128.0.0/10",
            "11.0.0.0/8",
            "10.0.0.1/32",
        ];
        let lengths = [
            "",
            r#", "prefixLength": {"min": 9}"#,
            r#", "prefixLength": {"max": 9}"#,
            r#", "prefixLength": {"min": 8, "max": 10}"#,
            r#", "prefixLength": {"min": 32}"#,
        ];
        let mut rules = vec![rule(ALL)];
        for net in nets {
            for operator in ["Equal", "NotEqual", "In", "NotIn"] {
                for length in lengths {
                    rules.push(rule(&format!(
                        r#""matchOperator": "{operator}", "cidr": "{net}"{length}"#
                    )));
                }
            }
        }
        let mut routes: Vec<IpNet> = vec!["0.0.0.0/0".parse().unwrap()];
        for length in (6..=11).chain([31, 32]) {
            for address in [
                "8.0.0.0",
                "10.0.0.0",
                "10.0.0.1",
                "10.64.0.0",
                "10.128.0.0",
                "10.160.0.0",
                "11.0.0.0",
            ] {
                let address: std::net::IpAddr = address.parse().unwrap();
                routes.push(IpNet::new(address, length).unwrap().trunc());
            }
        }
        let mut claims = 0;
        for one in &rules {
            for two in rules.iter().filter(|two| covers(one, two, Family::Ipv4)) {
                claims += 1;
                let missed = routes
                    .iter()
                    .find(|route| matches(two, **route) && !matches(one, **route));
                assert_eq!(missed, None, "{one:?} covers {two:?}");
            }
        }
        assert!(claims > 1_000, "{claims}");
    }

    #[test]
    fn every_other_condition_has_to_be_as_wide() {
        let plain = r#""matchOperator": "In", "cidr": "10.0.0.0/8""#;
        for condition in [
            r#""source": "RemotePeers""#,
            r#""interface": "eth*""#,
            r#""peerType": "eBGP""#,
            r#""communities": {"values": ["1:2"]}"#,
            r#""asPathPrefix": [64512]"#,
            r#""priority": 100"#,
        ] {
            let narrow = format!("{plain}, {condition}");
            check(plain, &narrow, true);
            check(&narrow, plain, false);
            check(&narrow, &narrow, true);
        }
        check(r#""asPathPrefix": [1]"#, r#""asPathPrefix": [1, 2]"#, true);
        check(r#""peerType": "eBGP""#, r#""peerType": "iBGP""#, false);
    }
}
