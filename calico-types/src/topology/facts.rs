//! Facts about nodes and configuration, with Calico's defaults filled in.
//!
//! Everything that a rule asks about a node is asked here, so that defaults are
//! filled in once: AS 64512, mesh on, port of the node before that of the cluster.
//!
//! INVARIANT: nodes are gone through in the order of their names, and an address
//! that two nodes claim belongs to the first, whatever order they came in.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::{Family, Password, Problem, TopologyInput};
use crate::resources::{BGPConfigurationSpec, BGPFilterSpec, BGPPassword, BGPPeer, BindMode};
use crate::scalar::{Asn, Duration};
use crate::selector::{Labels, Selector};

/// The AS of a cluster that names none.
const DEFAULT_AS: Asn = Asn(64_512);

/// The port of a speaker of which nothing else is said, RFC 4271 §8.
pub(super) const BGP_PORT: u16 = 179;

pub(super) struct Facts<'a> {
    pub(super) input: &'a TopologyInput,
    pub(super) global_as: Asn,
    pub(super) mesh: bool,
    pub(super) bind_to_node_address: bool,
    global_port: Option<u16>,
    pub(super) nodes: BTreeMap<&'a str, NodeFacts<'a>>,
    /// Nodes by address.
    owners: BTreeMap<IpAddr, &'a str>,
}

/// One node.
pub(super) struct NodeFacts<'a> {
    pub(super) name: &'a str,
    labels: &'a BTreeMap<String, String>,
    pub(super) as_number: Option<Asn>,
    pub(super) ipv4: Option<Ipv4Addr>,
    ipv6: Option<IpAddr>,
    pub(super) cluster_id: Option<Ipv4Addr>,
    /// Its own listening port, or the cluster's; `None` when neither is said.
    pub(super) port: Option<u16>,
    /// Its own alone.
    own_port: Option<u16>,
}

impl NodeFacts<'_> {
    /// The address at which the node speaks a family; without one it has no
    /// sessions of that family.
    pub(super) fn address(&self, family: Family) -> Option<IpAddr> {
        match family {
            Family::Ipv4 => self.ipv4.map(IpAddr::V4),
            Family::Ipv6 => self.ipv6,
        }
    }

    fn owns(&self, address: IpAddr) -> bool {
        self.address(Family::of(address)) == Some(address)
    }
}

impl Labels for NodeFacts<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        self.labels.value(name)
    }
}

impl<'a> Facts<'a> {
    pub(super) fn new(input: &'a TopologyInput) -> Self {
        let default = input.configurations.get("default").map(|c| &c.spec);
        let global_port = default.and_then(|spec| spec.listen_port);
        let nodes: BTreeMap<_, _> = input
            .nodes
            .keys()
            .filter_map(|name| node_facts(input, name, global_port))
            .map(|facts| (facts.name, facts))
            .collect();
        let owners = nodes
            .values()
            .rev()
            .flat_map(|node| {
                let addresses = Family::ALL.into_iter().filter_map(|f| node.address(f));
                addresses.map(|address| (address, node.name))
            })
            .collect();
        Self {
            input,
            global_as: default
                .and_then(|spec| spec.as_number)
                .unwrap_or(DEFAULT_AS),
            mesh: default
                .and_then(|spec| spec.node_to_node_mesh_enabled)
                .unwrap_or(true),
            bind_to_node_address: default
                .is_some_and(|spec| spec.bind_mode == Some(BindMode::NodeIP)),
            global_port,
            nodes,
            owners,
        }
    }

    /// The cluster's BGP configuration.
    pub(super) fn default_configuration(&self) -> Option<&'a BGPConfigurationSpec> {
        self.input.configurations.get("default").map(|c| &c.spec)
    }

    /// The AS that a node has, or else the cluster's.
    pub(super) fn as_of(&self, node: &NodeFacts<'_>) -> Asn {
        node.as_number.unwrap_or(self.global_as)
    }

    /// The node that has an address, whatever its AS.
    pub(super) fn owner(&self, address: IpAddr) -> Option<&NodeFacts<'a>> {
        self.nodes.get(self.owners.get(&address)?)
    }

    /// The nodes that a selector selects.
    pub(super) fn selected<'s>(
        &'s self,
        selector: &'s Selector,
    ) -> impl Iterator<Item = &'s NodeFacts<'a>> {
        self.nodes.values().filter(|node| selector.matches(*node))
    }

    /// The nodes that a `peerIP` means: address and AS (the cluster's when none
    /// is given) are theirs, and no listening port that is configured speaks
    /// against a port that is given.
    ///
    /// Calico asks the node's own port *and* the cluster's: a node that listens
    /// elsewhere than the cluster's default is found under neither.
    pub(super) fn nodes_at(
        &self,
        address: IpAddr,
        asn: Option<Asn>,
        port: Option<u16>,
    ) -> impl Iterator<Item = &NodeFacts<'a>> {
        let asn = asn.unwrap_or(self.global_as);
        self.nodes.values().filter(move |node| {
            node.owns(address)
                && self.as_of(node) == asn
                && port.is_none_or(|port| {
                    let configured = [node.own_port, self.global_port];
                    configured.into_iter().flatten().all(|own| own == port)
                })
        })
    }

    /// The port on which a peer at this address listens, as far as known.
    ///
    /// `confd` looks for a node of this address *and AS*; a router outside
    /// listens on the usual port, wherever the cluster's own nodes do.
    pub(super) fn port_of(&self, address: IpAddr, asn: Option<Asn>) -> Option<u16> {
        self.nodes_at(address, asn, None).next()?.port
    }

    pub(super) fn filter(&self, name: &str) -> Option<&'a BGPFilterSpec> {
        self.input.filters.get(name).map(|filter| &filter.spec)
    }

    /// The password that a reference means; a missing one is a problem.
    pub(super) fn password(
        &self,
        reference: Option<&BGPPassword>,
        bgp_peer: Option<&BGPPeer>,
        problems: &mut Vec<Problem>,
    ) -> Option<Password> {
        let reference = reference?.secret_key_ref.as_ref()?;
        let secret = self.input.secrets.get(&reference.name);
        let password = secret.and_then(|secret| secret.text(&reference.key));
        if password.is_none() {
            problems.push(Problem::MissingPassword {
                bgp_peer: bgp_peer.map(|peer| peer.metadata.name.clone()),
                secret: reference.name.clone(),
                key: reference.key.clone(),
            });
        }
        password.map(Password::new)
    }
}

/// What a node says about itself; a node without a BGP section has neither address
/// nor AS, and so no session, but selectors see it all the same.
fn node_facts<'a>(
    input: &'a TopologyInput,
    name: &'a str,
    global_port: Option<u16>,
) -> Option<NodeFacts<'a>> {
    let node = input.nodes.get(name)?;
    let bgp = node.spec.bgp.as_ref();
    let own = input.configurations.get(&format!("node.{name}"));
    let own_port = own.and_then(|own| own.spec.listen_port);
    Some(NodeFacts {
        name,
        labels: &node.metadata.labels,
        as_number: bgp.and_then(|bgp| bgp.as_number),
        ipv4: bgp.and_then(|bgp| bgp.ipv4_address).map(|net| net.addr()),
        ipv6: bgp
            .and_then(|bgp| bgp.ipv6_address)
            .map(|net| IpAddr::V6(net.addr())),
        cluster_id: bgp.and_then(|bgp| bgp.route_reflector_cluster_id),
        port: own_port.or(global_port),
        own_port,
    })
}

/// A duration as BIRD takes it: whole seconds, rounded half up.
pub(super) fn seconds(duration: Duration) -> u32 {
    let rounded = duration.as_nanos().saturating_add(500_000_000) / 1_000_000_000;
    u32::try_from(rounded.max(0)).unwrap_or(u32::MAX)
}
