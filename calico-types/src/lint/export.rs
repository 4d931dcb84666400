//! Rules that let out more than their authors see.
//!
//! Calico's own export rules come after the filters: they hold back the route of
//! each single pod, which its block covers, and pools with `disableBGPExport`, and
//! put communities on what `prefixAdvertisements` names. A rule that accepts a
//! route decides before they are asked.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::bgp_filter::{Direction, lists, rules_of};
use super::bundle::{Bundle, Placed};
use super::route_cover::{Block, Prefixes};
use crate::resources::{BGPFilter, BGPFilterRule, BGPPeer, FilterAction, IPPool, IPPoolAllowedUse};
use crate::topology::Family;
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let routes = routes(bundle);
    // Of two findings about one rule the first is enough, and of two peers too.
    let mut told: BTreeMap<(&str, String), BTreeSet<Why>> = BTreeMap::new();
    for peer in &bundle.peers {
        let names = peer.resource.spec.filters.iter();
        let filters: Option<Vec<_>> = names.map(|name| bundle.filter(name)).collect();
        let Some(filters) = filters.filter(|filters| !filters.is_empty()) else {
            continue;
        };
        if !bundle.afford(rules_of(&filters)) {
            return;
        }
        let chains = Family::ALL.map(|family| Chain::new(&filters, family));
        for route in &routes {
            let mut chains = chains.iter();
            let Some(chain) = chains.find(|chain| chain.family == route.family) else {
                continue;
            };
            if !bundle.afford(chain.rules.len().saturating_add(1)) {
                return;
            }
            let for_this = route.why != Why::Pods || bundle.is_external(peer.resource);
            let Some(accepting) = chain.accepting(&route.block).filter(|_| for_this) else {
                continue;
            };
            let key = (
                accepting.filter.resource.metadata.name.as_str(),
                accepting.path.clone(),
            );
            if told.entry(key).or_default().insert(route.why) {
                found.push(report(route, &accepting, peer));
            }
        }
    }
}

/// Why a route had better not be accepted by a filter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// Its pool says that it stays inside.
    Disabled,
    /// A community was to be put on it.
    Communities,
    /// It is a single pod's.
    Pods,
}

/// Routes that Calico's own rules would see to.
struct Route<'a> {
    why: Why,
    family: Family,
    block: Block,
    pool: Placed<'a, IPPool>,
    /// What else is to be said: the prefix of the advertisement.
    of: Option<IpNet>,
}

fn routes<'a>(bundle: &Bundle<'a>) -> Vec<Route<'a>> {
    let mut routes = Vec::new();
    for pool in &bundle.pools {
        let spec = &pool.resource.spec;
        let uses = spec.allowed_uses.as_deref().unwrap_or_default();
        let for_pods = uses.is_empty() || uses.contains(&IPPoolAllowedUse::Workload);
        let (family, full) = match spec.cidr {
            IpNet::V4(_) => (Family::Ipv4, 32),
            IpNet::V6(_) => (Family::Ipv6, 128),
        };
        let length = spec.block_size.filter(|size| *size > 0);
        let length = length.unwrap_or(if full == 32 { 26 } else { 122 });
        let route = |why, net, length, of| Route {
            why,
            family,
            block: Block::parts(net, length),
            pool: *pool,
            of,
        };
        if spec.disable_bgp_export == Some(true) {
            routes.push(route(Why::Disabled, spec.cidr, length, None));
            continue;
        }
        if for_pods && length < full {
            routes.push(route(Why::Pods, spec.cidr, full, None));
        }
        for net in advertised(bundle) {
            if routes.len() >= MOST_ROUTES || !bundle.afford(1) {
                bundle.leave_out();
                return routes;
            }
            if spec.cidr.contains(&net) && net.prefix_len() <= length {
                routes.push(route(Why::Communities, net, length, Some(net)));
            } else if net.contains(&spec.cidr) {
                routes.push(route(Why::Communities, spec.cidr, length, Some(net)));
            }
        }
    }
    routes
}

/// Routes beyond which no more are looked at.
const MOST_ROUTES: usize = 10_000;

/// The prefixes on which communities are put.
fn advertised<'b>(bundle: &'b Bundle<'_>) -> impl Iterator<Item = IpNet> + use<'b> {
    let configuration = bundle.default_configuration();
    let all = configuration.and_then(|c| c.resource.spec.prefix_advertisements.as_deref());
    all.unwrap_or_default()
        .iter()
        .filter(|advertisement| !advertisement.communities.is_empty())
        .filter_map(|advertisement| Some(advertisement.cidr?.trunc()))
}

/// The export rules of a peering, in the order in which they are asked.
struct Chain<'b, 'a> {
    family: Family,
    rules: Vec<(
        &'b Placed<'a, BGPFilter>,
        &'static str,
        usize,
        &'b BGPFilterRule,
    )>,
}

/// The rule that lets a route out.
struct Accepting<'b, 'a> {
    filter: &'b Placed<'a, BGPFilter>,
    path: String,
    rule: &'b BGPFilterRule,
}

impl<'b, 'a> Chain<'b, 'a> {
    fn new(filters: &'b [Placed<'a, BGPFilter>], family: Family) -> Self {
        let mut rules = Vec::new();
        for filter in filters {
            for (field, direction, of, list) in lists(&filter.resource.spec) {
                if (direction, of) == (Direction::Export, family) {
                    let list = list.iter().enumerate();
                    rules.extend(list.map(|(index, rule)| (filter, field, index, rule)));
                }
            }
        }
        Self { family, rules }
    }

    /// The rule that certainly accepts routes of a block. A rule that may match, or
    /// not, ends the search: what comes after it is not known to be asked.
    fn accepting(&self, block: &Block) -> Option<Accepting<'b, 'a>> {
        for (filter, field, index, rule) in &self.rules {
            let prefixes = Prefixes::of(rule, self.family)?;
            if prefixes.is_disjoint(block) || asks_for_foreign(rule) {
                continue;
            }
            let plain = rule.interface.as_deref().is_none_or(str::is_empty)
                && rule.peer_type.is_none()
                && rule.priority.is_none();
            let accepts = rule.action == FilterAction::Accept;
            // Some of the block's routes are enough for a finding.
            return (plain && accepts).then(|| Accepting {
                filter,
                path: format!("spec.{field}[{index}]"),
                rule,
            });
        }
        None
    }
}

/// Whether a rule asks for what a route of the node's own pods does not have: a
/// peer that it came from, a path, a community.
fn asks_for_foreign(rule: &BGPFilterRule) -> bool {
    rule.source.is_some()
        || rule.communities.is_some()
        || rule
            .as_path_prefix
            .as_ref()
            .is_some_and(|path| !path.is_empty())
}

fn report(
    route: &Route<'_>,
    accepting: &Accepting<'_, '_>,
    peer: &Placed<'_, BGPPeer>,
) -> Diagnostic {
    let (name, cidr) = (route.pool.name(), route.pool.resource.spec.cidr);
    let operations = accepting
        .rule
        .operations
        .as_ref()
        .is_some_and(|o| !o.is_empty());
    let (severity, message, help) = match route.why {
        Why::Disabled => (
            Severity::Warning,
            format!(
                "the rule gives BGPPeer {} the routes of pool {name} ({cidr}), which has disableBGPExport",
                peer.name()
            ),
            "reject the pool's prefix before, or leave it to Calico's own rules".to_owned(),
        ),
        Why::Communities => (
            if operations {
                Severity::Info
            } else {
                Severity::Warning
            },
            format!(
                "routes of {} that the rule accepts go to BGPPeer {} without the communities of prefixAdvertisements",
                route.of.unwrap_or(cidr),
                peer.name()
            ),
            "add them with `operations`, or let Calico's own rules accept the route".to_owned(),
        ),
        Why::Pods => (
            Severity::Warning,
            format!(
                "the rule gives BGPPeer {} a route for each single pod of {name} ({cidr}), beside that of its block",
                peer.name()
            ),
            "accept blocks and no longer prefixes".to_owned(),
        ),
    };
    let finding = accepting
        .filter
        .finding(severity, "export-skips-calico", &accepting.path, message)
        .help("a rule that accepts decides before Calico's own export rules are asked")
        .help(help);
    match (route.why, route.pool.resource.spec.block_size) {
        (Why::Pods, size) => {
            let usual = if route.family == Family::Ipv4 {
                26
            } else {
                122
            };
            let length = size.filter(|size| *size > 0).unwrap_or(usual);
            finding.suggest(format!("prefixLength:\n  max: {length}"))
        }
        (Why::Disabled | Why::Communities, _) => finding,
    }
}
