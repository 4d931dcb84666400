//! Facts about nodes and configuration, with Calico's defaults filled in.
//!
//! Everything that a rule asks about a node is asked here, so that defaults are
//! filled in once: AS 64512, mesh on, port of the node before that of the cluster.
//!
//! INVARIANT: nodes are in the order of their names, and an address that two
//! nodes claim belongs to the first, whatever order they came in.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use super::{
    AdvertisedCommunities, Family, LogSeverity, Password, Problem, RoutePriority, Speaker,
    TopologyInput,
};
use crate::resources::{
    BGPConfigurationSpec, BGPFilterSpec, BGPPassword, BGPPeer, BindMode, NamedCommunity,
    PrefixAdvertisement,
};
use crate::scalar::{Asn, Community, Duration};
use crate::selector::{Labels, Selector};

/// The AS of a cluster that names none.
const DEFAULT_AS: Asn = Asn(64_512);

/// The port of a speaker of which nothing else is said, RFC 4271 §8.
const BGP_PORT: u16 = 179;

pub(super) struct Facts<'a> {
    pub(super) input: &'a TopologyInput,
    global_as: Asn,
    pub(super) mesh: bool,
    global_port: Option<u16>,
    /// Sorted by name.
    pub(super) nodes: Vec<NodeFacts<'a>>,
    /// Nodes by address, those of one address sorted.
    at: BTreeMap<IpAddr, Vec<usize>>,
}

/// One node.
pub(super) struct NodeFacts<'a> {
    /// Its place among the nodes.
    pub(super) index: usize,
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
        let nodes: Vec<NodeFacts<'a>> = input
            .nodes
            .iter()
            .enumerate()
            .map(|(index, (name, node))| {
                let own = configuration_of(input, name);
                let own_port = own.and_then(|own| own.listen_port);
                let bgp = node.spec.bgp.as_ref();
                let ipv6 = bgp.and_then(|bgp| bgp.ipv6_address);
                NodeFacts {
                    index,
                    name,
                    labels: &node.metadata.labels,
                    as_number: bgp.and_then(|bgp| bgp.as_number),
                    ipv4: bgp.and_then(|bgp| bgp.ipv4_address).map(|net| net.addr()),
                    ipv6: ipv6.map(|net| IpAddr::V6(net.addr())),
                    cluster_id: bgp.and_then(|bgp| bgp.route_reflector_cluster_id),
                    port: own_port.or(global_port),
                    own_port,
                }
            })
            .collect();
        let mut at: BTreeMap<IpAddr, Vec<usize>> = BTreeMap::new();
        for node in &nodes {
            for address in Family::ALL.into_iter().filter_map(|f| node.address(f)) {
                at.entry(address).or_default().push(node.index);
            }
        }
        let spec = |asks: fn(&BGPConfigurationSpec) -> Option<bool>| default.and_then(asks);
        Self {
            input,
            global_as: default
                .and_then(|spec| spec.as_number)
                .unwrap_or(DEFAULT_AS),
            mesh: spec(|spec| spec.node_to_node_mesh_enabled).unwrap_or(true),
            global_port,
            nodes,
            at,
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

    pub(super) fn node(&self, name: &str) -> Option<&NodeFacts<'a>> {
        let at = self.nodes.binary_search_by(|node| node.name.cmp(name));
        self.nodes.get(at.ok()?)
    }

    /// The nodes that claim an address, whatever their AS.
    pub(super) fn claimants(&self, address: IpAddr) -> impl Iterator<Item = &NodeFacts<'a>> {
        let indices = self.at.get(&address).into_iter().flatten();
        indices.filter_map(|index| self.nodes.get(*index))
    }

    /// Each address with the node to which it belongs.
    pub(super) fn owners(&self) -> BTreeMap<IpAddr, usize> {
        let first = |(address, nodes): (&IpAddr, &Vec<usize>)| Some((*address, *nodes.first()?));
        self.at.iter().filter_map(first).collect()
    }

    /// The nodes that a selector selects.
    pub(super) fn selected<'s>(
        &'s self,
        selector: &'s Selector,
    ) -> impl Iterator<Item = &'s NodeFacts<'a>> {
        self.nodes.iter().filter(|node| selector.matches(*node))
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
        self.claimants(address).filter(move |node| {
            self.as_of(node) == asn
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
        let secret = self.input.secrets.get(reference.name.as_str());
        let password = secret.and_then(|secret| secret.text(&reference.key));
        if password.is_none() {
            problems.push(Problem::MissingPassword {
                bgp_peer: bgp_peer.map(|peer| peer.metadata.name.clone()),
                secret: reference.name.to_string(),
                key: reference.key.clone(),
            });
        }
        password.map(Password::new)
    }

    /// What a node is, apart from its sessions.
    ///
    /// Port, verbosity and communities of `node.NAME` go before the cluster's,
    /// each as a whole: an empty list of communities of the node's hides those
    /// of the cluster. Everything else is read from `default` only.
    pub(super) fn speaker(&self, node: &NodeFacts<'_>) -> Speaker {
        let default = self.default_configuration();
        let own = configuration_of(self.input, node.name);
        let layers = || own.into_iter().chain(default);
        let severity = layers().find_map(|spec| spec.log_severity_screen);
        let advertising = layers().find(|spec| spec.prefix_advertisements.is_some());
        let usual = RoutePriority::default();
        Speaker {
            name: node.name.to_owned(),
            local_as: self.as_of(node),
            router_id: self.input.router_id.of(node.name, node.ipv4),
            ipv4: node.address(Family::Ipv4),
            ipv6: node.address(Family::Ipv6),
            cluster_id: node.cluster_id,
            listen_port: node.port.unwrap_or(BGP_PORT),
            listen_on_node_address: default
                .is_some_and(|spec| spec.bind_mode == Some(BindMode::NodeIP)),
            log_severity: LogSeverity::of(severity),
            ignored_interfaces: default.map_or_else(Vec::new, |s| s.ignored_interfaces.to_vec()),
            advertised_communities: advertising.map_or_else(Vec::new, advertised),
            normal_route_priority: RoutePriority {
                ipv4: default
                    .and_then(|spec| spec.ipv4_normal_route_priority)
                    .unwrap_or(usual.ipv4),
                ipv6: default
                    .and_then(|spec| spec.ipv6_normal_route_priority)
                    .unwrap_or(usual.ipv6),
            },
        }
    }
}

/// The configuration of one node, `node.NAME`.
fn configuration_of<'a>(input: &'a TopologyInput, name: &str) -> Option<&'a BGPConfigurationSpec> {
    let own = input.configurations.get(&format!("node.{name}"))?;
    Some(&own.spec)
}

/// The advertisements that add something.
fn advertised(spec: &BGPConfigurationSpec) -> Vec<AdvertisedCommunities> {
    let advertisements = spec.prefix_advertisements.iter().flatten();
    advertisements
        .filter_map(|advertisement| {
            let communities = communities(advertisement, spec);
            Some(AdvertisedCommunities {
                cidr: advertisement.cidr?,
                communities,
            })
        })
        .filter(|advertised| !advertised.communities.is_empty())
        .collect()
}

/// Values as they stand, and names through the first definition of the name;
/// sorted as text, which is Calico's order.
fn communities(advertisement: &PrefixAdvertisement, spec: &BGPConfigurationSpec) -> Vec<Community> {
    let named = |name: &str| {
        let mut definitions = spec.communities.iter().flatten();
        let named = |community: &&NamedCommunity| community.name.as_deref() == Some(name);
        definitions.find(named)?.value
    };
    let texts = advertisement.communities.iter();
    let mut values: Vec<Community> = texts
        .filter_map(|text| text.parse().ok().or_else(|| named(text)))
        .collect();
    values.sort_by_cached_key(ToString::to_string);
    values.dedup();
    values
}

/// A duration as BIRD takes it: whole seconds, rounded half up.
pub(super) fn seconds(duration: Duration) -> u32 {
    let rounded = duration.as_nanos().saturating_add(500_000_000) / 1_000_000_000;
    u32::try_from(rounded.max(0)).unwrap_or(u32::MAX)
}
