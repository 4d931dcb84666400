//! Filters as peers use them: all that a `BGPPeer` names, one after the other.
//!
//! What a filter means depends on its peer: which filters come after it, in which
//! families there are sessions, whether the peer is a node or a router outside.
//! Import ends in acceptance where no rule matches, export in Calico's own rules,
//! so only an open import lets foreign routes in.

use std::collections::BTreeSet;

use super::bgp_filter::{Direction, catch_all, is_catch_all, lists, rules_of};
use super::bundle::{Bundle, Placed};
use crate::decode::closest;
use crate::resources::{BGPFilter, BGPFilterRule, BGPPeer, FilterAction};
use crate::topology::Family;
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let mut open = BTreeSet::new();
    for peer in &bundle.peers {
        found.extend(dangling(bundle, peer));
        let Some(chain) = Chain::new(bundle, peer) else {
            continue;
        };
        found.extend(chain.without_catch_all(&mut open));
        found.extend(chain.one_family(bundle));
        found.extend(chain.one_direction());
        found.extend(chain.unreachable());
    }
}

/// Names without a filter. Calico skips them without a word, so the routes that
/// the filter was to refuse come in. A filter that stands in a manifest with an
/// error in it is not missing.
fn dangling(bundle: &Bundle<'_>, peer: &Placed<'_, BGPPeer>) -> Vec<Diagnostic> {
    let names = peer.resource.spec.filters.iter().enumerate();
    let missing = names
        .filter(|(_, name)| bundle.filter(name).is_none())
        .filter(|(_, name)| !bundle.unseen.may_be("BGPFilter", name));
    missing
        .map(|(index, name)| {
            let message = format!(
                "no BGPFilter {name}: BGPPeer {} goes without it",
                peer.name()
            );
            let path = format!("spec.filters[{index}]");
            let finding = peer.finding(bundle.missing(), "dangling-filter", &path, message);
            match meant(bundle, name) {
                Some(meant) => finding
                    .help(format!("did you mean {meant}?"))
                    .suggest(format!("- {meant}")),
                None => finding
                    .help("create the filter first; Calico skips a name that it does not know"),
            }
        })
        .collect()
}

/// The filter that a name without one is near to. Comparing letters costs more than
/// comparing labels.
pub(super) fn meant<'b>(bundle: &'b Bundle<'_>, name: &str) -> Option<&'b str> {
    let filters = bundle.filters.iter().map(Placed::name);
    let affordable = bundle.afford(filters.len().saturating_mul(200));
    affordable.then(|| closest(name, filters)).flatten()
}

/// The filters of a peer, all of which are there and at least one of which
/// has rules.
struct Chain<'b, 'a> {
    peer: &'b Placed<'a, BGPPeer>,
    filters: Vec<Placed<'a, BGPFilter>>,
}

impl<'b, 'a> Chain<'b, 'a> {
    /// `None` where a filter is missing, which is said elsewhere, or none has
    /// rules: about such chains there is nothing more to say.
    fn new(bundle: &'b Bundle<'a>, peer: &'b Placed<'a, BGPPeer>) -> Option<Self> {
        let names = peer.resource.spec.filters.iter();
        let filters: Vec<_> = names
            .map(|name| bundle.filter(name))
            .collect::<Option<_>>()?;
        // A list of names may name one long filter over and over.
        if !bundle.afford(rules_of(&filters)) {
            return None;
        }
        let chain = Self { peer, filters };
        Family::ALL
            .iter()
            .any(|family| chain.is_covered(*family))
            .then_some(chain)
    }

    /// The rules of one direction and family, in the order in which they are
    /// asked.
    fn rules(&self, direction: Direction, family: Family) -> impl Iterator<Item = &BGPFilterRule> {
        let filters = self.filters.iter();
        filters
            .flat_map(|filter| lists(&filter.resource.spec))
            .filter(move |(_, d, f, _)| (*d, *f) == (direction, family))
            .flat_map(|(_, _, _, rules)| rules)
    }

    fn is_covered(&self, family: Family) -> bool {
        let has = |direction| self.rules(direction, family).next().is_some();
        has(Direction::Import) || has(Direction::Export)
    }

    /// Accepting some routes means nothing where the rest is accepted too. A rule
    /// for every route of one kind of peer may be for all that there are.
    ///
    /// A filter that leaves several peerings open is talked about once.
    fn without_catch_all(&self, told: &mut BTreeSet<&'a str>) -> Option<Diagnostic> {
        let open: Vec<Family> = Family::ALL
            .into_iter()
            .filter(|family| {
                let mut rules = self.rules(Direction::Import, *family).peekable();
                rules.peek().is_some() && !rules.any(is_catch_all)
            })
            .collect();
        let first = open.first()?;
        let accepts = open.iter().any(|family| {
            let mut rules = self.rules(Direction::Import, *family);
            rules.any(|rule| rule.action == FilterAction::Accept && rule.operations.is_none())
        });
        let families: Vec<String> = open.iter().map(ToString::to_string).collect();
        let field = match first {
            Family::Ipv4 => "importV4",
            Family::Ipv6 => "importV6",
        };
        // The place where the missing rule belongs: the end of the chain.
        let last = self.filters.iter().rfind(|filter| {
            let lists = lists(&filter.resource.spec);
            lists
                .iter()
                .any(|(name, _, _, rules)| *name == field && !rules.is_empty())
        })?;
        if !told.insert(&last.resource.metadata.name) {
            return None;
        }
        let families = families.join(" and ");
        let (severity, message) = if accepts {
            let message = format!(
                "{families} routes that no rule of {} matches are accepted too: what it accepts \
                 makes no difference",
                last.name()
            );
            (Severity::Warning, message)
        } else {
            let message = format!(
                "{families} routes that no rule of {} matches are accepted",
                last.name()
            );
            (Severity::Info, message)
        };
        Some(
            last.finding(
                severity,
                "filter-without-catch-all",
                &format!("spec.{field}"),
                message,
            )
            .help("end the list with a rule without conditions")
            .suggest("- action: Reject"),
        )
    }

    /// Filters of which no rule is ever asked: for each of their lists an earlier
    /// filter has one that lets nothing through to them.
    fn unreachable(&self) -> Vec<Diagnostic> {
        // By list, in the order of `lists`: the filter that closes it.
        let mut closed: [Option<&str>; 4] = [None; 4];
        let mut found = Vec::new();
        for (index, filter) in self.filters.iter().enumerate() {
            let lists = lists(&filter.resource.spec);
            let mut asked = lists
                .iter()
                .zip(closed)
                .filter(|((.., rules), _)| !rules.is_empty())
                .map(|(_, by)| by)
                .peekable();
            let by = asked.peek().copied().flatten();
            if let Some(by) = by.filter(|_| asked.all(|by| by.is_some())) {
                found.push(self.shut_out(index, filter, by));
            }
            for ((.., rules), by) in lists.iter().zip(&mut closed) {
                if by.is_none() && catch_all(rules).is_some() {
                    *by = Some(&filter.resource.metadata.name);
                }
            }
        }
        found
    }

    fn shut_out(&self, index: usize, filter: &Placed<'_, BGPFilter>, by: &str) -> Diagnostic {
        let message = format!(
            "BGPPeer {} never asks filter {}: {by} before it decides about every route",
            self.peer.name(),
            filter.name(),
        );
        let path = format!("spec.filters[{index}]");
        self.peer
            .finding(Severity::Warning, "unreachable-filter", &path, message)
            .help("the first rule that matches decides, in the order of the filters; put the one with the rule for everything else last")
    }

    /// Rules for one family while the peering may speak both. A warning where
    /// it does, information where the nodes have no such addresses yet; nothing
    /// for a `peerIP`, whose family is its own.
    fn one_family(&self, bundle: &Bundle<'_>) -> Option<Diagnostic> {
        let bare = match Family::ALL.map(|family| self.is_covered(family)) {
            [true, false] => Family::Ipv6,
            [false, true] => Family::Ipv4,
            [true, true] | [false, false] => return None,
        };
        if self.names_address() {
            return None;
        }
        let name = self.peer.name();
        let (severity, message) = if bundle.has_sessions(name, bare) {
            let message = format!(
                "the {bare} sessions of BGPPeer {name} are not filtered: its filters have no {bare} rules"
            );
            (Severity::Warning, message)
        } else {
            let message = format!(
                "the filters of BGPPeer {name} have no {bare} rules: when nodes get {bare} addresses, those sessions are open"
            );
            (Severity::Info, message)
        };
        Some(
            self.peer
                .finding(severity, "filter-one-family", "spec.filters", message)
                .help(format!(
                    "reject everything for {bare}, in both directions, until it is used"
                )),
        )
    }

    /// A peering by address has one family for ever.
    fn names_address(&self) -> bool {
        self.peer.resource.spec.peer_ip.is_some()
    }

    /// Export alone leaves import open; import alone leaves export to Calico's
    /// own rules, which give away nothing foreign.
    fn one_direction(&self) -> Option<Diagnostic> {
        let has = |direction| {
            Family::ALL
                .iter()
                .any(|f| self.rules(direction, *f).next().is_some())
        };
        if has(Direction::Import) || !has(Direction::Export) {
            return None;
        }
        let message = format!(
            "the filters of BGPPeer {} have rules for export only: every route of the peer is imported",
            self.peer.name()
        );
        Some(
            self.peer
                .finding(
                    Severity::Warning,
                    "filter-one-direction",
                    "spec.filters",
                    message,
                )
                .help("add importV4 and importV6"),
        )
    }
}

/// Peerings without any filter where others of the kind have some.
///
/// A route that one peering keeps out comes in by another: the reflectors hand it
/// on to everybody. Peerings with routers outside are compared with any that has
/// filters, those within only with their like, since a cluster may well trust its
/// own nodes and nobody else. Workloads are left out.
pub(super) fn check_unfiltered(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let is_external = |peer: &&Placed<'_, BGPPeer>| bundle.is_external(peer.resource);
    let routers = bundle.peers.iter().filter(|peer| {
        let spec = &peer.resource.spec;
        let workloads = spec.local_workload_selector.as_deref();
        workloads.is_none_or(str::is_empty)
            && (spec.peer_ip.is_some() || spec.peer_selector.is_some())
    });
    let (filtered, open): (Vec<_>, Vec<_>) =
        routers.partition(|peer| !peer.resource.spec.filters.is_empty());
    let Some(example) = filtered.first() else {
        return;
    };
    let internal_filtered = filtered.iter().any(|peer| !is_external(peer));
    for peer in open {
        let external = is_external(&peer);
        if !external && !internal_filtered {
            continue;
        }
        let kind = if external {
            "with routers outside"
        } else {
            "within the cluster"
        };
        let message = format!(
            "BGPPeer {} {kind} has no filters, while BGPPeer {} has: what is kept out there comes in here",
            peer.name(),
            example.name()
        );
        found.push(
            peer.finding(
                Severity::Warning,
                "unfiltered-peering",
                "spec.filters",
                message,
            )
            .help("a filter works only on the peerings that name it")
            .suggest(
                example
                    .resource
                    .spec
                    .filters
                    .iter()
                    .fold("filters:".to_owned(), |yaml, name| {
                        format!("{yaml}\n- {name}")
                    }),
            ),
        );
    }
}
