//! One BGPFilter rule, field by field, with BIRD's reading of each.
//!
//! | field | matcher or operation |
//! |---|---|
//! | the list it stands in | [`Matcher::Family`] |
//! | `peerType` | [`Matcher::InternalSession`] |
//! | `cidr`, `matchOperator`, `prefixLength` | [`Matcher::Prefix`] |
//! | `source: RemotePeers` | [`Matcher::FromPeer`] |
//! | `interface` | [`Matcher::Interface`] |
//! | `communities.values[0]` | [`Matcher::Community`], [`Matcher::LargeCommunity`] |
//! | `asPathPrefix` | [`Matcher::AsPathPrefix`] |
//! | `priority` p | [`Matcher::LocalPref`] 2³¹ − 1 − p |
//! | `addCommunity` | [`Operation::AddCommunity`], [`Operation::AddLargeCommunity`] |
//! | `prependASPath` | [`Operation::PrependAsPath`] |
//! | `setPriority` p | [`Operation::SetLocalPref`] 2³¹ − 1 − p |

use super::diagnostic::FilterProblem;
use super::priority::complement;
use crate::filter::{
    InterfacePattern, Matcher, Operation, PrefixMatcher, PrefixOperator, Rule, RuleAction,
};
use bgp_wire::{Asn, Community, Family, LargeCommunity};
use calico_types::resources::{BGPFilterRule, FilterAction, MatchOperator, PeerType, RouteOrigin};
use calico_types::{resources, scalar};
use ipnet::IpNet;

/// The highest priority of the schema.
const MAX_PRIORITY: u32 = 2_147_483_646;

/// Compiles `source`, a rule for `family`, telling `report` of every problem.
pub(super) fn compile(
    name: &str,
    family: Family,
    source: &BGPFilterRule,
    mut report: impl FnMut(FilterProblem),
) -> Rule {
    let mut matchers = vec![Matcher::Family(family)];
    if let Some(peer_type) = source.peer_type {
        matchers.push(Matcher::InternalSession(peer_type == PeerType::Internal));
    }
    matchers.extend(prefix(family, source, &mut report));
    if let Some(RouteOrigin::RemotePeers) = source.source {
        matchers.push(Matcher::FromPeer);
    }
    if let Some(pattern) = source
        .interface
        .as_deref()
        .filter(|pattern| !pattern.is_empty())
    {
        matchers.push(Matcher::Interface(InterfacePattern::new(pattern)));
    }
    matchers.extend(community(source, &mut report));
    if let Some(list) = source
        .as_path_prefix
        .as_ref()
        .filter(|list| !list.is_empty())
    {
        matchers.push(Matcher::AsPathPrefix(asns(list)));
    }
    if let Some(priority) = source.priority {
        matchers.push(Matcher::LocalPref(local_pref(priority, &mut report)));
    }
    let operations = source.operations.as_deref().unwrap_or_default();
    let rejects = source.action == FilterAction::Reject;
    if rejects && !operations.is_empty() {
        report(FilterProblem::OperationsWithReject);
    }
    Rule {
        name: name.into(),
        matchers,
        operations: if rejects {
            Vec::new()
        } else {
            changes(operations, &mut report)
        },
        action: if rejects {
            RuleAction::Reject
        } else {
            RuleAction::Accept
        },
    }
}

/// `cidr`, `matchOperator` and `prefixLength`.
fn prefix(
    family: Family,
    source: &BGPFilterRule,
    report: &mut impl FnMut(FilterProblem),
) -> Option<Matcher> {
    let (cidr, operator) = match (source.cidr, source.match_operator) {
        (Some(cidr), Some(operator)) => (cidr, operator),
        (None, None) => {
            if source.prefix_length.is_some() {
                report(FilterProblem::PrefixLengthWithoutCidr);
            }
            return None;
        }
        (Some(_), None) => {
            report(FilterProblem::CidrWithoutOperator);
            return Some(Matcher::Never);
        }
        (None, Some(_)) => {
            report(FilterProblem::OperatorWithoutCidr);
            return Some(Matcher::Never);
        }
    };
    if matches!(cidr, IpNet::V4(_)) != (family == Family::IPV4_UNICAST) {
        report(FilterProblem::WrongFamily { cidr });
        return Some(Matcher::Never);
    }
    if cidr != cidr.trunc() {
        report(FilterProblem::HostBits { cidr });
    }
    let Some(length) = source.prefix_length else {
        return Some(Matcher::Prefix(PrefixMatcher::new(
            cidr,
            prefix_operator(operator),
        )));
    };
    if let Some(min) = length.min.filter(|min| *min < cidr.prefix_len()) {
        report(FilterProblem::MinShorterThanCidr { min });
    }
    let min = length.min.unwrap_or(0).max(cidr.prefix_len());
    let max = length
        .max
        .unwrap_or(cidr.max_prefix_len())
        .min(cidr.max_prefix_len());
    if min > max {
        report(FilterProblem::EmptyRange { min, max });
        return Some(Matcher::Never);
    }
    match operator {
        // `net = [ cidr{min,max} ]` compares a prefix with a set: never equal.
        MatchOperator::Equal => {
            report(FilterProblem::EqualWithPrefixLength);
            Some(Matcher::Never)
        }
        MatchOperator::NotEqual => {
            report(FilterProblem::NotEqualWithPrefixLength);
            None
        }
        MatchOperator::In | MatchOperator::NotIn => {
            let matcher = PrefixMatcher::new(cidr, prefix_operator(operator));
            Some(Matcher::Prefix(matcher.lengths(min, max)))
        }
    }
}

const fn prefix_operator(operator: MatchOperator) -> PrefixOperator {
    match operator {
        MatchOperator::Equal => PrefixOperator::Equal,
        MatchOperator::NotEqual => PrefixOperator::NotEqual,
        MatchOperator::In => PrefixOperator::In,
        MatchOperator::NotIn => PrefixOperator::NotIn,
    }
}

fn community(source: &BGPFilterRule, report: &mut impl FnMut(FilterProblem)) -> Option<Matcher> {
    let values = &source.communities.as_ref()?.values;
    if values.len() > 1 {
        report(FilterProblem::SeveralCommunities);
    }
    Some(match *values.first()? {
        scalar::Community::Standard(asn, value) => Matcher::Community(Community::new(asn, value)),
        scalar::Community::Large(global, one, two) => {
            Matcher::LargeCommunity(LargeCommunity::new(global, one, two))
        }
    })
}

fn asns(list: &[scalar::Asn]) -> Vec<Asn> {
    list.iter().map(|asn| Asn(asn.0)).collect()
}

fn local_pref(priority: u32, report: &mut impl FnMut(FilterProblem)) -> u32 {
    if !(1..=MAX_PRIORITY).contains(&priority) {
        report(FilterProblem::PriorityOutOfRange { priority });
    }
    complement(priority)
}

fn changes(
    list: &[resources::Operation],
    report: &mut impl FnMut(FilterProblem),
) -> Vec<Operation> {
    let mut operations = Vec::new();
    for entry in list {
        let before = operations.len();
        if let Some(add) = &entry.add_community {
            operations.push(match add.value {
                scalar::Community::Standard(asn, value) => {
                    Operation::AddCommunity(Community::new(asn, value))
                }
                scalar::Community::Large(global, one, two) => {
                    Operation::AddLargeCommunity(LargeCommunity::new(global, one, two))
                }
            });
        }
        if let Some(prepend) = &entry.prepend_as_path {
            operations.push(Operation::PrependAsPath(asns(&prepend.prefix)));
        }
        if let Some(set) = &entry.set_priority {
            operations.push(Operation::SetLocalPref(local_pref(set.value, report)));
        }
        if operations.len() != before + 1 {
            report(FilterProblem::NotOneOperation);
        }
    }
    operations
}
