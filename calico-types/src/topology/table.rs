//! The table of peers, as rules instead of rows.
//!
//! Calico builds one table of peers in three passes over all `BGPPeer`s:
//! those of every node, those of particular nodes, and the way back of both.
//! In the table a peer is known by scope, address and port; the first to claim
//! a place keeps it, and a place of every node shadows the same place of one.
//!
//! The three passes keep that order because a later one must never replace what
//! an earlier one said: the way back of one `BGPPeer` is often another's way
//! there, with filters and passwords of its own.
//!
//! Inside a pass Calico takes the `BGPPeer`s in an order that differs from
//! run to run. Here it is the order of their names, and a place that two of
//! them want for different peers is a [`Problem::Collision`].
//!
//! Rows are not kept: which of them a node has follows from the rules that are
//! for the node, and costs time in proportion to the node's own rows.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::described::Described;
use super::rule::{Peer, Rule};
use super::{Family, Origin, Problem, Speaker};

/// What a peer is known by in a scope. The port is the resolved one, so that a
/// `BGPPeer` that names the usual port and one that names none share a place.
type Place = (IpAddr, Option<u16>);

/// A peer that a rule claims for a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim<'a> {
    pub(super) rule: &'a Rule,
    pub(super) peer: &'a Peer,
    pass: Pass,
}

/// Which pass made a claim: two of one pass are in an order that Calico leaves to
/// chance, two of different passes are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    Everywhere,
    /// A workload of a peering of every node: it is in the first pass, and on
    /// its own node only.
    Workload,
    Somewhere,
    Back,
}

/// The peers of all nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    rules: Vec<Rule>,
    /// Peers of every node: indices of rule and peer, first come first.
    everywhere: BTreeMap<Place, (usize, usize)>,
    /// For each node the rules that are for it, that it peers back under, and
    /// that have a workload on it.
    by_node: Vec<Rules>,
    /// For each address the rules that have a peer there.
    by_peer: BTreeMap<IpAddr, Rules>,
}

/// Indices of rules, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Rules {
    there: Vec<usize>,
    back: Vec<usize>,
    workloads: Vec<usize>,
}

impl<'a> Claim<'a> {
    pub(super) fn described(&self) -> Described<'a> {
        Described::new(self.peer, self.rule)
    }

    pub(super) fn is_everywhere(&self) -> bool {
        self.pass == Pass::Everywhere
    }

    pub(super) fn origin(&self) -> Origin {
        let name = self.rule.name.clone();
        match self.pass {
            Pass::Everywhere | Pass::Workload | Pass::Somewhere => Origin::Peer(name),
            Pass::Back => Origin::Reverse(name),
        }
    }

    fn place(&self) -> Place {
        (self.peer.address, self.peer.port)
    }

    /// Whether it is left to chance which of two claims counts.
    fn is_of_one_pass(&self, other: &Self) -> bool {
        let pass = |claim: &Self| match claim.pass {
            Pass::Workload => Pass::Everywhere,
            pass @ (Pass::Everywhere | Pass::Somewhere | Pass::Back) => pass,
        };
        pass(self) == pass(other)
    }
}

impl Table {
    pub(super) fn new(rules: Vec<Rule>, nodes: usize, problems: &mut Vec<Problem>) -> Self {
        let mut table = Self {
            rules: Vec::new(),
            everywhere: BTreeMap::new(),
            by_node: vec![Rules::default(); nodes],
            by_peer: BTreeMap::new(),
        };
        for (index, rule) in rules.iter().enumerate() {
            table.index(index, rule);
        }
        table.rules = rules;
        for rule in 0..table.rules.len() {
            table.claim_everywhere(rule, problems);
        }
        table
    }

    fn index(&mut self, index: usize, rule: &Rule) {
        let by_node = &mut self.by_node;
        let mut of_node = |node: usize, list: fn(&mut Rules) -> &mut Vec<usize>| {
            if let Some(rules) = by_node.get_mut(node) {
                add(list(rules), index);
            }
        };
        for node in &rule.near {
            of_node(*node, |rules| &mut rules.there);
        }
        for node in &rule.far {
            of_node(*node, |rules| &mut rules.back);
        }
        for (node, _) in &rule.workloads {
            of_node(*node, |rules| &mut rules.workloads);
        }
        if !rule.everywhere {
            for peer in &rule.peers {
                add(
                    &mut self.by_peer.entry(peer.address).or_default().there,
                    index,
                );
            }
        }
        for peer in &rule.back {
            add(
                &mut self.by_peer.entry(peer.address).or_default().back,
                index,
            );
        }
    }

    fn claim_everywhere(&mut self, index: usize, problems: &mut Vec<Problem>) {
        let Some(rule) = self.rules.get(index).filter(|rule| rule.everywhere) else {
            return;
        };
        for (at, peer) in rule.peers.iter().enumerate() {
            let late = Claim {
                rule,
                peer,
                pass: Pass::Everywhere,
            };
            match self.everywhere.get(&late.place()) {
                Some(holder) => {
                    let holder = everywhere(&self.rules, *holder);
                    problems.extend(holder.and_then(|holder| collision(None, &holder, &late)));
                }
                None => {
                    self.everywhere.insert(late.place(), (index, at));
                }
            }
        }
    }

    /// The peers of one node, first those of every node, then its own, both in
    /// the order of address and port.
    pub(super) fn claims(&self, node: usize) -> Vec<Claim<'_>> {
        let held = self.everywhere.values();
        let mut claims: Vec<Claim<'_>> = held
            .filter_map(|holder| everywhere(&self.rules, *holder))
            .collect();
        claims.extend(self.own_claims(node, None, |_, _| {}));
        claims
    }

    /// The peers that one node has at an address, whatever the port.
    pub(super) fn claims_at(&self, node: usize, address: IpAddr) -> Vec<Claim<'_>> {
        let place = |port| (address, port);
        let held = self.everywhere.range(place(None)..=place(Some(u16::MAX)));
        let mut claims: Vec<Claim<'_>> = held
            .filter_map(|(_, holder)| everywhere(&self.rules, *holder))
            .collect();
        claims.extend(self.own_claims(node, Some(address), |_, _| {}));
        claims
    }

    /// What two `BGPPeer`s claim differently on one node.
    pub(super) fn collisions(&self, node: usize, speaker: &Speaker) -> Vec<Problem> {
        let mut found = Vec::new();
        self.own_claims(node, None, |holder, late| {
            found.extend(collision(Some(&speaker.name), holder, late));
        });
        found
    }

    /// The nodes that may have a session to an address, sorted, each once;
    /// `None` for all nodes.
    pub(super) fn callers(&self, address: IpAddr) -> Option<Vec<usize>> {
        let place = |port| (address, port);
        let held = self.everywhere.range(place(None)..=place(Some(u16::MAX)));
        if held.count() > 0 {
            return None;
        }
        let Some(rules) = self.by_peer.get(&address) else {
            return Some(Vec::new());
        };
        let rule = |index: &usize| self.rules.get(*index);
        let near = rules.there.iter().filter_map(rule).flat_map(|r| &r.near);
        let far = rules.back.iter().filter_map(rule).flat_map(|r| &r.far);
        let mut callers: Vec<usize> = near.chain(far).copied().collect();
        callers.sort_unstable();
        callers.dedup();
        Some(callers)
    }

    /// How many claims all nodes have together at most.
    pub(super) fn bound(&self) -> usize {
        let all = self.everywhere.len().saturating_mul(self.by_node.len());
        self.rules.iter().fold(all, |sum, rule| {
            let there = rule.near.len().saturating_mul(rule.peers.len());
            let back = rule.far.len().saturating_mul(rule.back.len());
            sum.saturating_add(there)
                .saturating_add(back)
                .saturating_add(rule.workloads.len())
        })
    }

    /// The claims of a node alone, each place once; `late` is told of a claim
    /// that finds its place taken, and by which.
    fn own_claims<'t>(
        &'t self,
        node: usize,
        at: Option<IpAddr>,
        mut late: impl FnMut(&Claim<'t>, &Claim<'t>),
    ) -> Vec<Claim<'t>> {
        let Some(own) = self.by_node.get(node) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        for rule in self.chosen(&own.workloads) {
            let here = rule.workloads.iter().filter(|(on, _)| *on == node);
            let pass = if rule.everywhere {
                Pass::Workload
            } else {
                Pass::Somewhere
            };
            all.extend(here.map(|(_, peer)| Claim { rule, peer, pass }));
        }
        // The sort below is stable, so that this is the order of precedence.
        for (pass, rules) in [(Pass::Somewhere, &own.there), (Pass::Back, &own.back)] {
            for rule in self.chosen(rules) {
                let peers = match pass {
                    Pass::Back => &rule.back,
                    Pass::Everywhere | Pass::Workload | Pass::Somewhere => &rule.peers,
                };
                let peers = within(peers, at).iter();
                all.extend(peers.map(|peer| Claim { rule, peer, pass }));
            }
        }
        all.retain(|claim| at.is_none_or(|at| claim.peer.address == at));
        all.sort_by_key(Claim::place);
        let mut kept: Vec<Claim<'t>> = Vec::with_capacity(all.len());
        for claim in all {
            let shadow = self.everywhere.get(&claim.place());
            let shadow = shadow.and_then(|holder| everywhere(&self.rules, *holder));
            let before = kept.last().filter(|last| last.place() == claim.place());
            match shadow.or_else(|| before.copied()) {
                Some(holder) => late(&holder, &claim),
                None => kept.push(claim),
            }
        }
        kept
    }

    fn chosen<'t>(&'t self, indices: &[usize]) -> impl Iterator<Item = &'t Rule> {
        indices.iter().filter_map(|index| self.rules.get(*index))
    }
}

/// Adds an index to a list that grows in their order, once.
fn add(list: &mut Vec<usize>, index: usize) {
    if list.last() != Some(&index) {
        list.push(index);
    }
}

fn everywhere(rules: &[Rule], (rule, peer): (usize, usize)) -> Option<Claim<'_>> {
    let rule = rules.get(rule)?;
    let peer = rule.peers.get(peer)?;
    let pass = Pass::Everywhere;
    Some(Claim { rule, peer, pass })
}

/// Those of sorted peers that are at an address.
fn within(peers: &[Peer], at: Option<IpAddr>) -> &[Peer] {
    let Some(at) = at else {
        return peers;
    };
    let start = peers.partition_point(|peer| peer.address < at);
    let end = peers.partition_point(|peer| peer.address <= at);
    peers.get(start..end).unwrap_or_default()
}

/// The problem with a claim that comes too late, if it matters.
///
/// It does not when both describe the same peer, or when one `BGPPeer` claims
/// both: who selects all nodes as both ends meets its own way back everywhere.
fn collision(node: Option<&str>, holder: &Claim<'_>, late: &Claim<'_>) -> Option<Problem> {
    let (kept, dropped) = (&holder.rule.name, &late.rule.name);
    if kept == dropped || holder.described() == late.described() {
        return None;
    }
    Some(Problem::Collision {
        node: node.map(str::to_owned),
        address: late.peer.address,
        port: late.peer.port,
        kept: kept.clone(),
        dropped: dropped.clone(),
        ambiguous: holder.is_of_one_pass(late),
    })
}

/// Whether a family has anything to do with a claim.
pub(super) fn is_of(claim: &Claim<'_>, family: Family) -> bool {
    Family::of(claim.peer.address) == family
}
