//! Which rules of a filter can match a prefix at all.
//!
//! Filters of thousands of rules are prefix lists with attributes; the rules
//! that a route meets are then the few whose prefix it lies in, and those that
//! ask for no prefix.

use super::{Matcher, PrefixMatcher, Rule};
use crate::covering::Covering;
use ipnet::IpNet;
use smallvec::SmallVec;

/// Fewer rules are asked one after the other.
const WORTH_IT: usize = 8;
/// A rule with a longer list than this is asked; its list has an index itself.
const SHORT_LIST: usize = 64;

/// The rules of one filter, by the prefixes that they ask for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RuleIndex {
    by_prefix: Covering<SmallVec<[u16; 2]>>,
    /// Rules that may match any prefix, in order.
    always: Vec<u16>,
}

/// Positions of rules, in order.
pub(super) type Positions = SmallVec<[u16; 16]>;

impl RuleIndex {
    /// `None` where it would not pay.
    pub(super) fn new(rules: &[Rule]) -> Option<Self> {
        if rules.len() < WORTH_IT {
            return None;
        }
        let mut index = Self {
            by_prefix: Covering::default(),
            always: Vec::new(),
        };
        for (position, rule) in (0..=u16::MAX).zip(rules) {
            match rule.matchers.iter().find_map(nets) {
                Some(nets) => {
                    for net in nets {
                        let positions = index.by_prefix.entry(net);
                        if positions.last() != Some(&position) {
                            positions.push(position);
                        }
                    }
                }
                None => index.always.push(position),
            }
        }
        (index.always.len() < rules.len()).then_some(index)
    }

    /// The rules that may match a route to `prefix`, or to something that has none.
    pub(super) fn candidates(&self, prefix: Option<IpNet>) -> Positions {
        let Some(prefix) = prefix else {
            return self.always.iter().copied().collect();
        };
        let mut found: Positions = self.by_prefix.of(&prefix).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        merged(&found, &self.always)
    }
}

/// The prefixes that a route must lie in for the condition to hold, if it says so.
fn nets(matcher: &Matcher) -> Option<SmallVec<[IpNet; 1]>> {
    let net = |one: &PrefixMatcher| one.lengths_inside().map(|_| one.net());
    if let Matcher::Prefix(one) = matcher {
        return net(one).map(|net| SmallVec::from_elem(net, 1));
    }
    let Matcher::AnyPrefix(list) = matcher else {
        return None;
    };
    let entries = Some(list.entries()).filter(|entries| entries.len() <= SHORT_LIST)?;
    entries.iter().map(net).collect()
}

/// Two ordered lists as one.
fn merged(one: &[u16], other: &[u16]) -> Positions {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    let mut all = Positions::new();
    while let Some(next) = match (one.peek(), other.peek()) {
        (Some(left), Some(right)) if left <= right => one.next(),
        (Some(_), None) => one.next(),
        (_, _) => other.next(),
    } {
        all.push(*next);
    }
    all
}
