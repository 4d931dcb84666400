//! Peerings that `BGPPeer`s describe.
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

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::facts::{Facts, NodeFacts, seconds};
use super::{Family, NextHop, Origin, Password, Problem};
use crate::resources::{BGPPeer, BGPPeerSpec, ReversePeering, SourceAddress};
use crate::scalar::{Asn, PeerAddress};
use crate::selector::Selector;

/// A peer, apart from why there is one.
///
/// Every field is as the rules of `confd` fill it, which differ by how the peer
/// was found: one found by selector knows its cluster id and listening port, but
/// is given neither `localASNumber` nor `numAllowedLocalASNumbers`; one found by
/// address has those, and no cluster id even when a reflector is at the address.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Peer<'a> {
    pub(super) address: IpAddr,
    /// Resolved: given, the node's or the cluster's; `None` is 179 unsaid.
    pub(super) port: Option<u16>,
    pub(super) asn: Asn,
    /// The cluster id of a peer that was found by selector.
    pub(super) cluster_id: Option<Ipv4Addr>,
    /// Found by address, which is a node's.
    pub(super) named_node: bool,
    pub(super) workload: bool,
    /// `sourceAddress: UseNodeIP`, the default.
    pub(super) use_node_address: bool,
    pub(super) local_as: Option<Asn>,
    pub(super) allow_local_as: Option<u32>,
    pub(super) reachable_by: Option<IpAddr>,
    pub(super) ttl_security: Option<u8>,
    pub(super) next_hop: Option<NextHop>,
    /// Counts only without `next_hop`, and over eBGP.
    pub(super) keep_original_next_hop: bool,
    pub(super) keepalive_s: Option<u32>,
    pub(super) graceful_restart_s: Option<u32>,
    pub(super) password: Option<Password>,
    pub(super) filters: &'a [String],
}

/// A peer in the table.
#[derive(Debug, Clone)]
pub(super) struct Claim<'a> {
    pub(super) peer: Peer<'a>,
    pub(super) origin: Origin,
    pass: Pass,
}

/// Which pass made a claim: two of one pass are in an order that Calico leaves to
/// chance, two of different passes are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    Everywhere,
    Somewhere,
    Back,
}

/// What a peer is known by in a scope. The port is the resolved one, so that a
/// `BGPPeer` that names the usual port and one that names none share a place.
type Place = (IpAddr, Option<u16>);

/// The peers of all nodes.
///
/// A place has one claim. Whoever comes late gets none, and [`collision`] says so
/// where it makes a difference.
#[derive(Debug, Default)]
pub(super) struct Table<'a> {
    everywhere: BTreeMap<Place, Claim<'a>>,
    by_node: BTreeMap<&'a str, BTreeMap<Place, Claim<'a>>>,
}

impl<'a> Table<'a> {
    /// The peers of all nodes, or of `only` one: then nothing is kept, nor
    /// gone through, for the others.
    pub(super) fn new(facts: &Facts<'a>, only: Option<&str>, problems: &mut Vec<Problem>) -> Self {
        let rules = peerings(facts, problems);
        let mut table = Self::default();
        for rule in rules.iter().filter(|rule| rule.is_everywhere()) {
            table.add_everywhere(rule, facts, problems);
        }
        for rule in rules.iter().filter(|rule| !rule.is_everywhere()) {
            table.add_somewhere(rule, facts, only, problems);
        }
        for rule in rules.iter().filter(|rule| rule.goes_back()) {
            table.add_back(rule, facts, only, problems);
        }
        table
    }

    /// The peers of one node, those of every node first; `true` with those.
    pub(super) fn of(&self, node: &str) -> impl Iterator<Item = (bool, &Claim<'a>)> {
        let own = self
            .by_node
            .get(node)
            .into_iter()
            .flat_map(BTreeMap::values);
        let everywhere = self.everywhere.values().map(|claim| (true, claim));
        everywhere.chain(own.map(|claim| (false, claim)))
    }

    fn add_everywhere(
        &mut self,
        rule: &Peering<'a>,
        facts: &Facts<'a>,
        problems: &mut Vec<Problem>,
    ) {
        for peer in rule.peers(facts) {
            self.claim(None, rule.claim(peer, Pass::Everywhere), problems);
        }
        for (node, peer) in rule.workloads(facts) {
            self.claim(Some(node), rule.claim(peer, Pass::Everywhere), problems);
        }
    }

    fn add_somewhere(
        &mut self,
        rule: &Peering<'a>,
        facts: &Facts<'a>,
        only: Option<&str>,
        problems: &mut Vec<Problem>,
    ) {
        let peers = rule.peers(facts);
        let workloads = rule.workloads(facts);
        for node in rule.near(facts).filter(|node| is_meant(only, node)) {
            for peer in &peers {
                let claim = rule.claim(peer.clone(), Pass::Somewhere);
                self.claim(Some(node), claim, problems);
            }
            for (_, peer) in workloads.iter().filter(|(at, _)| *at == node) {
                let claim = rule.claim(peer.clone(), Pass::Somewhere);
                self.claim(Some(node), claim, problems);
            }
        }
    }

    fn add_back(
        &mut self,
        rule: &Peering<'a>,
        facts: &Facts<'a>,
        only: Option<&str>,
        problems: &mut Vec<Problem>,
    ) {
        let mut far = rule.far(facts);
        far.retain(|node| is_meant(only, node));
        if far.is_empty() {
            return;
        }
        let back: Vec<Peer<'a>> = rule
            .near(facts)
            .filter_map(|name| facts.nodes.get(name))
            .flat_map(|node| rule.peers_of_node(node, facts))
            .filter(|peer| rule.speaks(Family::of(peer.address)))
            .collect();
        for node in far {
            for peer in &back {
                self.claim(Some(node), rule.claim(peer.clone(), Pass::Back), problems);
            }
        }
    }

    /// Puts a claim into its place, unless the place is taken.
    fn claim(&mut self, node: Option<&'a str>, claim: Claim<'a>, problems: &mut Vec<Problem>) {
        let place = (claim.peer.address, claim.peer.port);
        let holder = match node {
            None => self.everywhere.get(&place),
            Some(node) => self
                .everywhere
                .get(&place)
                .or_else(|| self.by_node.get(node)?.get(&place)),
        };
        if let Some(holder) = holder {
            problems.extend(collision(node, holder, &claim));
            return;
        }
        let places = match node {
            None => &mut self.everywhere,
            Some(node) => self.by_node.entry(node).or_default(),
        };
        places.insert(place, claim);
    }
}

fn is_meant(only: Option<&str>, node: &str) -> bool {
    only.is_none_or(|only| only == node)
}

/// Those `BGPPeer`s that Calico can use, in the order of their names.
fn peerings<'a>(facts: &Facts<'a>, problems: &mut Vec<Problem>) -> Vec<Peering<'a>> {
    let peers = facts.input.peers.values();
    peers
        .filter_map(|peer| Peering::new(peer, facts, problems))
        .collect()
}

/// How many claims the table could get at most, without making any: each pair
/// of nodes in both families and both ways.
pub(super) fn bound(facts: &Facts<'_>) -> usize {
    let mut most = 0_usize;
    for rule in peerings(facts, &mut Vec::new()) {
        let far = rule.far(facts).len().max(1);
        let pairs = rule.near(facts).count().saturating_mul(far);
        most = most.saturating_add(pairs.saturating_mul(4));
    }
    most.saturating_add(facts.input.workload_peers.len().saturating_mul(2))
}

/// The problem with a claim that comes too late, if it matters.
///
/// It does not when both describe the same peer, or when one `BGPPeer` claims
/// both: who selects all nodes as both ends meets its own way back everywhere.
fn collision(node: Option<&str>, holder: &Claim<'_>, late: &Claim<'_>) -> Option<Problem> {
    let kept = holder.origin.bgp_peer()?;
    let dropped = late.origin.bgp_peer()?;
    // One BGPPeer that selects both ends meets its own way back.
    if kept == dropped || holder.peer == late.peer {
        return None;
    }
    Some(Problem::Collision {
        node: node.map(str::to_owned),
        address: late.peer.address,
        port: late.peer.port,
        kept: kept.to_owned(),
        dropped: dropped.to_owned(),
        ambiguous: holder.pass == late.pass,
    })
}

/// A `BGPPeer`, read.
struct Peering<'a> {
    name: &'a str,
    spec: &'a BGPPeerSpec,
    node_selector: Option<Selector>,
    peer_selector: Option<Selector>,
    password: Option<Password>,
}

impl<'a> Peering<'a> {
    /// `None` for a `BGPPeer` that Calico cannot use.
    fn new(peer: &'a BGPPeer, facts: &Facts<'a>, problems: &mut Vec<Problem>) -> Option<Self> {
        let spec = &peer.spec;
        let name = peer.metadata.name.as_str();
        let mut selector = |field, text: Option<&String>| {
            let text = text.filter(|text| !text.is_empty())?;
            Some(Selector::parse(text).map_err(|error| {
                problems.push(Problem::Selector {
                    bgp_peer: name.to_owned(),
                    field,
                    error,
                });
            }))
        };
        let node_selector = selector("nodeSelector", spec.node_selector.as_ref()).transpose();
        let peer_selector = selector("peerSelector", spec.peer_selector.as_ref()).transpose();
        let (Ok(node_selector), Ok(peer_selector)) = (node_selector, peer_selector) else {
            return None;
        };
        if let (Some(PeerAddress { ip, .. }), Some(gateway)) = (spec.peer_ip, spec.reachable_by)
            && ip.is_ipv4() != gateway.is_ipv4()
        {
            problems.push(Problem::ReachableByFamily {
                bgp_peer: name.to_owned(),
                peer: ip,
                gateway,
            });
            return None;
        }
        Some(Self {
            name,
            spec,
            node_selector,
            peer_selector,
            password: facts.password(spec.password.as_ref(), Some(peer), problems),
        })
    }

    fn node(&self) -> Option<&'a str> {
        self.spec.node.as_deref().filter(|node| !node.is_empty())
    }

    /// For every node: neither `node` nor `nodeSelector`.
    fn is_everywhere(&self) -> bool {
        self.node_selector.is_none() && self.node().is_none()
    }

    fn selects_workloads(&self) -> bool {
        let selector = self.spec.local_workload_selector.as_deref();
        selector.is_some_and(|selector| !selector.is_empty())
    }

    /// Workloads configure their own end.
    fn goes_back(&self) -> bool {
        self.spec.reverse_peering != Some(ReversePeering::Manual) && !self.selects_workloads()
    }

    /// Whether the peering is between addresses of this family.
    fn speaks(&self, family: Family) -> bool {
        self.peer_selector.is_some()
            || self
                .spec
                .peer_ip
                .is_some_and(|peer| Family::of(peer.ip) == family)
    }

    /// The nodes that the peering is for.
    fn near(&self, facts: &Facts<'a>) -> impl Iterator<Item = &'a str> {
        let names: Vec<&'a str> = match (&self.node_selector, self.node()) {
            (Some(selector), _) => facts.selected(selector).map(|node| node.name).collect(),
            (None, Some(node)) => vec![node],
            (None, None) => facts.nodes.keys().copied().collect(),
        };
        names.into_iter()
    }

    /// The nodes at the other end.
    ///
    /// A `peerIP` means nodes only when address, AS and, where given, port are
    /// theirs: a router outside may have an address that a node had.
    fn far(&self, facts: &Facts<'a>) -> Vec<&'a str> {
        match (&self.peer_selector, self.spec.peer_ip) {
            (Some(selector), _) => facts.selected(selector).map(|node| node.name).collect(),
            (None, Some(PeerAddress { ip, port })) => facts
                .nodes_at(ip, self.as_number(), port)
                .map(|node| node.name)
                .collect(),
            (None, None) => Vec::new(),
        }
    }

    /// The AS of the other end; 0 counts as not given.
    fn as_number(&self) -> Option<Asn> {
        self.spec.as_number.filter(|asn| asn.0 != 0)
    }

    fn claim(&self, peer: Peer<'a>, pass: Pass) -> Claim<'a> {
        let name = self.name.to_owned();
        Claim {
            peer,
            origin: match pass {
                Pass::Everywhere | Pass::Somewhere => Origin::Peer(name),
                Pass::Back => Origin::Reverse(name),
            },
            pass,
        }
    }

    /// The peers that are the same for every node.
    fn peers(&self, facts: &Facts<'a>) -> Vec<Peer<'a>> {
        if self.selects_workloads() {
            return Vec::new();
        }
        match (&self.peer_selector, self.spec.peer_ip) {
            (Some(selector), _) => facts
                .selected(selector)
                .flat_map(|node| self.peers_of_node(node, facts))
                .collect(),
            (None, Some(address)) => vec![self.peer_at(address, facts)],
            (None, None) => Vec::new(),
        }
    }

    /// A node as a peer, in each family that it speaks.
    fn peers_of_node(&self, node: &NodeFacts<'a>, facts: &Facts<'a>) -> Vec<Peer<'a>> {
        let addresses = Family::ALL.into_iter().filter_map(|f| node.address(f));
        addresses
            .map(|address| Peer {
                port: node.port,
                cluster_id: node.cluster_id,
                reachable_by: self
                    .spec
                    .reachable_by
                    .filter(|gateway| gateway.is_ipv4() == address.is_ipv4()),
                ..self.peer(address, facts.as_of(node))
            })
            .collect()
    }

    /// The peer that `peerIP` names.
    fn peer_at(&self, PeerAddress { ip, port }: PeerAddress, facts: &Facts<'a>) -> Peer<'a> {
        let allowed = self.spec.num_allowed_local_as_numbers.unwrap_or(0);
        Peer {
            port: port.or_else(|| facts.port_of(ip, self.as_number())),
            named_node: facts.owner(ip).is_some(),
            local_as: self.spec.local_as_number,
            allow_local_as: u32::try_from(allowed).ok().filter(|allowed| *allowed > 0),
            reachable_by: self.spec.reachable_by,
            ..self.peer(ip, self.spec.as_number.unwrap_or_default())
        }
    }

    /// What is common to peers found by selector and by address.
    fn peer(&self, address: IpAddr, asn: Asn) -> Peer<'a> {
        let spec = self.spec;
        Peer {
            address,
            port: None,
            asn,
            cluster_id: None,
            named_node: false,
            workload: false,
            use_node_address: spec.source_address != Some(SourceAddress::None),
            local_as: None,
            allow_local_as: None,
            reachable_by: None,
            ttl_security: spec.ttl_security.filter(|hops| *hops > 0),
            next_hop: spec.next_hop_mode.map(NextHop::from),
            keep_original_next_hop: spec.keep_original_next_hop.unwrap_or(false),
            keepalive_s: spec.keepalive_time.map(seconds),
            graceful_restart_s: spec.max_restart_time.map(seconds),
            password: self.password.clone(),
            filters: &spec.filters,
        }
    }

    /// The workloads that the peering selects, with their nodes.
    ///
    /// Which these are is Felix' finding, by name of the `BGPPeer`; the selector
    /// itself is not evaluated here.
    fn workloads(&self, facts: &Facts<'a>) -> Vec<(&'a str, Peer<'a>)> {
        if !self.selects_workloads() {
            return Vec::new();
        }
        let reported = facts.input.workload_peers.iter();
        reported
            .filter(|workload| workload.bgp_peer == self.name)
            .flat_map(|workload| {
                let first_of = |family| {
                    let mut addresses = workload.addresses.iter().copied();
                    addresses.find(|address| Family::of(*address) == family)
                };
                let addresses = Family::ALL.into_iter().filter_map(first_of);
                addresses.map(|address| (workload.node.as_str(), self.workload(address)))
            })
            .collect()
    }

    /// A workload waits for nobody and is not found by name: what depends on
    /// being a router elsewhere (TTL, passwords, next hop) does not apply.
    fn workload(&self, address: IpAddr) -> Peer<'a> {
        Peer {
            workload: true,
            use_node_address: false,
            local_as: self.spec.local_as_number,
            ttl_security: None,
            next_hop: None,
            keep_original_next_hop: false,
            keepalive_s: None,
            graceful_restart_s: None,
            password: None,
            ..self.peer(address, self.spec.as_number.unwrap_or_default())
        }
    }
}
