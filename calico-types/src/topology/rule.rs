//! `BGPPeer`s, read: which peers each means, for which nodes.
//!
//! A [`Rule`] is what is left of a `BGPPeer` when its selectors have been
//! evaluated: lists of peers and of nodes, not their product. It holds no
//! reference to the resources.

use std::net::{IpAddr, Ipv4Addr};

use super::facts::{Facts, NodeFacts, seconds};
use super::{Family, NextHop, Password, Problem};
use crate::resources::{
    BGPFilterRule, BGPFilterSpec, BGPPeer, BGPPeerSpec, ReversePeering, SourceAddress,
};
use crate::scalar::{Asn, PeerAddress};
use crate::selector::Selector;

/// A peer, apart from what its `BGPPeer` says of all its peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Peer {
    pub(super) address: IpAddr,
    /// Resolved: given, the node's or the cluster's; `None` is 179 unsaid.
    pub(super) port: Option<u16>,
    pub(super) asn: Asn,
    /// The cluster id of a peer that was found by selector.
    pub(super) cluster_id: Option<Ipv4Addr>,
    pub(super) found: Found,
}

/// How a peer was found.
///
/// The rules of `confd` fill a peer's properties differently: one found by
/// selector knows its cluster id and listening port, but is given neither
/// `localASNumber` nor `numAllowedLocalASNumbers`; one found by address has
/// those, and no cluster id even when a reflector is at the address. What depends
/// on being a router elsewhere (TTL, passwords, next hop) does not apply to
/// workloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    BySelector,
    ByAddress {
        /// The address is a node's.
        of_node: bool,
    },
    Workload,
}

/// What a `BGPPeer` says of its peers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terms {
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
    /// Names of those filters that exist and have rules: IPv4, IPv6.
    pub(super) import_filters: [Vec<String>; 2],
    pub(super) export_filters: [Vec<String>; 2],
}

/// A `BGPPeer` whose selectors have been evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) terms: Terms,
    /// Neither `node` nor `nodeSelector`.
    pub(super) everywhere: bool,
    /// The nodes that the peering is for; empty when it is for all.
    pub(super) near: Vec<usize>,
    /// The peers that are the same for every node, sorted by address.
    pub(super) peers: Vec<Peer>,
    /// The nodes at the other end that peer back.
    pub(super) far: Vec<usize>,
    /// The peers to which those peer back, sorted by address.
    pub(super) back: Vec<Peer>,
    /// Workloads with their nodes.
    pub(super) workloads: Vec<(usize, Peer)>,
}

/// Those `BGPPeer`s that Calico can use, in the order of their names.
pub(super) fn rules(facts: &Facts<'_>, problems: &mut Vec<Problem>) -> Vec<Rule> {
    let peers = facts.input.peers.values();
    peers
        .filter_map(|peer| Some(Peering::new(peer, facts, problems)?.rule(facts)))
        .collect()
}

/// A `BGPPeer`, its selectors parsed.
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
        if peer_selector.is_none()
            && let (Some(PeerAddress { ip, .. }), Some(gateway)) = (spec.peer_ip, spec.reachable_by)
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

    fn rule(&self, facts: &Facts<'a>) -> Rule {
        let everywhere = self.node_selector.is_none() && self.node().is_none();
        let near = if everywhere {
            Vec::new()
        } else {
            self.near(facts).map(|node| node.index).collect()
        };
        let far = self.far(facts);
        let back = if far.is_empty() {
            Vec::new()
        } else {
            self.back(facts)
        };
        Rule {
            name: self.name.to_owned(),
            terms: self.terms(facts),
            everywhere,
            near,
            peers: sorted(self.peers(facts)),
            far,
            back: sorted(back),
            workloads: self.workloads(facts),
        }
    }

    fn node(&self) -> Option<&'a str> {
        self.spec.node.as_deref().filter(|node| !node.is_empty())
    }

    fn selects_workloads(&self) -> bool {
        let selector = self.spec.local_workload_selector.as_deref();
        selector.is_some_and(|selector| !selector.is_empty())
    }

    /// The nodes that the peering is for.
    fn near<'f>(&'f self, facts: &'f Facts<'a>) -> impl Iterator<Item = &'f NodeFacts<'a>> {
        let selects = move |node: &&NodeFacts<'a>| match (&self.node_selector, self.node()) {
            (Some(selector), _) => selector.matches(*node),
            (None, None) => true,
            (None, Some(_)) => false,
        };
        let named = match self.node_selector {
            Some(_) => None,
            None => self.node().and_then(|name| facts.node(name)),
        };
        // A named node is looked up: a cluster may have a BGPPeer for each node.
        let rest: &[NodeFacts<'a>] = if self.node_selector.is_none() && self.node().is_some() {
            &[]
        } else {
            &facts.nodes
        };
        named.into_iter().chain(rest.iter().filter(selects))
    }

    /// The nodes at the other end that peer back; workloads configure their
    /// own end.
    ///
    /// A `peerIP` means nodes only when address, AS and, where given, port are
    /// theirs: a router outside may have an address that a node had.
    fn far(&self, facts: &Facts<'a>) -> Vec<usize> {
        let manual = self.spec.reverse_peering == Some(ReversePeering::Manual);
        if manual || self.selects_workloads() {
            return Vec::new();
        }
        match (&self.peer_selector, self.spec.peer_ip) {
            (Some(selector), _) => facts.selected(selector).map(|node| node.index).collect(),
            (None, Some(PeerAddress { ip, port })) => facts
                .nodes_at(ip, self.as_number(), port)
                .map(|node| node.index)
                .collect(),
            (None, None) => Vec::new(),
        }
    }

    /// The peers of nodes at the other end: both families where the peering is
    /// by selector, that of the address where it is by address.
    fn back(&self, facts: &Facts<'a>) -> Vec<Peer> {
        let only = match &self.peer_selector {
            Some(_) => None,
            None => self.spec.peer_ip.map(|peer| Family::of(peer.ip)),
        };
        let nodes = self.near(facts);
        let peers = nodes.flat_map(|node| peers_of_node(node, facts));
        peers
            .filter(|peer| only.is_none_or(|only| Family::of(peer.address) == only))
            .collect()
    }

    /// The AS of the other end; 0 counts as not given.
    fn as_number(&self) -> Option<Asn> {
        self.spec.as_number.filter(|asn| asn.0 != 0)
    }

    /// The peers that are the same for every node.
    fn peers(&self, facts: &Facts<'a>) -> Vec<Peer> {
        if self.selects_workloads() {
            return Vec::new();
        }
        match (&self.peer_selector, self.spec.peer_ip) {
            (Some(selector), _) => facts
                .selected(selector)
                .flat_map(|node| peers_of_node(node, facts))
                .collect(),
            (None, Some(PeerAddress { ip, port })) => vec![Peer {
                address: ip,
                port: port.or_else(|| facts.port_of(ip, self.as_number())),
                asn: self.spec.as_number.unwrap_or_default(),
                cluster_id: None,
                found: Found::ByAddress {
                    of_node: facts.claimants(ip).next().is_some(),
                },
            }],
            (None, None) => Vec::new(),
        }
    }

    /// The workloads that the peering selects, on the nodes that it is for.
    ///
    /// Which these are is Felix' finding, by name of the `BGPPeer`; the selector
    /// itself is not evaluated here.
    fn workloads(&self, facts: &Facts<'a>) -> Vec<(usize, Peer)> {
        if !self.selects_workloads() {
            return Vec::new();
        }
        let reported = facts.input.workload_peers.iter();
        let own = reported.filter(|workload| workload.bgp_peer == self.name);
        let mut found = Vec::new();
        for workload in own {
            let Some(node) = facts.node(&workload.node) else {
                continue;
            };
            let is_meant = match (&self.node_selector, self.node()) {
                (Some(selector), _) => selector.matches(node),
                (None, Some(name)) => name == node.name,
                (None, None) => true,
            };
            let addresses = workload.addresses.iter().copied();
            let first_of = |family| addresses.clone().find(|a| Family::of(*a) == family);
            let first = Family::ALL.into_iter().filter_map(first_of);
            found.extend(first.filter(|_| is_meant).map(|address| {
                let peer = Peer {
                    address,
                    port: None,
                    asn: self.spec.as_number.unwrap_or_default(),
                    cluster_id: None,
                    found: Found::Workload,
                };
                (node.index, peer)
            }));
        }
        found
    }

    fn terms(&self, facts: &Facts<'a>) -> Terms {
        let spec = self.spec;
        let allowed = spec.num_allowed_local_as_numbers.unwrap_or(0);
        let filters = |rules: fn(&BGPFilterSpec) -> &Option<Vec<BGPFilterRule>>| -> Vec<String> {
            let has_rules = |name: &&String| {
                let filter = facts.filter(name);
                filter.is_some_and(|f| rules(f).as_ref().is_some_and(|rules| !rules.is_empty()))
            };
            spec.filters.iter().filter(has_rules).cloned().collect()
        };
        Terms {
            use_node_address: spec.source_address != Some(SourceAddress::None),
            local_as: spec.local_as_number.filter(|asn| asn.0 != 0),
            allow_local_as: u32::try_from(allowed).ok().filter(|allowed| *allowed > 0),
            reachable_by: spec.reachable_by,
            ttl_security: spec.ttl_security.filter(|hops| *hops > 0),
            next_hop: spec.next_hop_mode.map(NextHop::from),
            keep_original_next_hop: spec.keep_original_next_hop.unwrap_or(false),
            keepalive_s: spec.keepalive_time.map(seconds),
            graceful_restart_s: spec.max_restart_time.map(seconds),
            password: self.password.clone(),
            import_filters: [filters(|s| &s.import_v4), filters(|s| &s.import_v6)],
            export_filters: [filters(|s| &s.export_v4), filters(|s| &s.export_v6)],
        }
    }
}

/// A node as a peer, in each family that it speaks.
fn peers_of_node(node: &NodeFacts<'_>, facts: &Facts<'_>) -> impl Iterator<Item = Peer> {
    let addresses = Family::ALL.into_iter().filter_map(|f| node.address(f));
    addresses.map(|address| Peer {
        address,
        port: node.port,
        asn: facts.as_of(node),
        cluster_id: node.cluster_id,
        found: Found::BySelector,
    })
}

/// Sorted by address so that peers can be looked up; nodes that share an address
/// stay in the order of their names.
fn sorted(mut peers: Vec<Peer>) -> Vec<Peer> {
    peers.sort_by_key(|peer| peer.address);
    peers
}
