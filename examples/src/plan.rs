//! From Calico's resources to speakers: topology, filters, pools and blocks become the
//! configuration of sessions and RIBs, once for every program.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bgp_rib::{
    ExportContext, LocalOrigin, LocalRoute, NextHopMode, NormalPriority, PeerConfig, Pool,
    PrefixAdvertisement, RibConfig, export_chain, import_chain,
};
use bgp_session::{AddPath, Asn, Config, Family, FamilySet, GracefulRestart};
use bgp_wire::NextHop;
use calico_types::Resource;
use calico_types::resources::{AffinityState, BGPFilter, EncapsulationMode, IPPoolSpec, Node};
use calico_types::scalar::Community;
use calico_types::topology::{
    self, AdvertisedCommunities, NodeTopology, Problem, RouterId, SessionSpec, Speaker, Topology,
    TopologyInput,
};
use ipnet::IpNet;

use crate::fib::{Encapsulation, Forwarding};
use crate::net::Security;

/// Where BGP listens (RFC 4271 §3).
pub const BGP_PORT: u16 = 179;
/// Octets of UPDATEs that wait for each peer: the reflector of hundreds has as many of these.
pub const SEND_BUFFER: usize = 32 * 1024;
/// The label that says in which rack or zone a node is.
const ZONE: &str = "topology.kubernetes.io/zone";

/// What one speaker is to be.
#[derive(Clone, Debug)]
pub struct SpeakerPlan {
    /// The node's name.
    pub name: String,
    /// The RIB.
    pub rib: RibConfig,
    /// The sessions, in the order of the topology.
    pub peerings: Vec<PeeringPlan>,
    /// Whoever else may connect.
    pub ranges: Vec<RangePlan>,
    /// Routes of its own.
    pub originate: Vec<LocalRoute>,
    /// Where it listens.
    pub listen: Vec<SocketAddr>,
    /// By what routes go into the kernel's table, if any do.
    pub forwarding: Forwarding,
    /// It was here a moment ago, and its peers keep its routes (RFC 4724 §4.1).
    pub restarted: bool,
}

impl SpeakerPlan {
    /// The same for a speaker that was here a moment ago: it says so to its peers, and that
    /// it has forwarded meanwhile, in the families in which they keep its routes.
    #[must_use]
    pub fn restarted(mut self) -> Self {
        self.restarted = true;
        let ranges = self.ranges.iter_mut().map(|range| &mut range.peering);
        for peering in self.peerings.iter_mut().chain(ranges) {
            if let Some(restart) = &mut peering.session.graceful_restart {
                restart.restarting = true;
                restart.forwarding = restart.families;
            }
        }
        self
    }
}

/// What one session is to be.
#[derive(Clone, Debug)]
pub struct PeeringPlan {
    /// Calico's name of it.
    pub name: String,
    /// For the session.
    pub session: Config,
    /// For the RIB.
    pub peer: PeerConfig,
    /// The source address; `None` leaves it to the system.
    pub local: Option<IpAddr>,
    /// What protects its connections.
    pub security: Security,
    /// MinRouteAdvertisementInterval (RFC 4271 §9.2.1.1), for all destinations together: what
    /// changes within so long of the last news is told together. Zero tells everything at once.
    pub advertisement_interval: Duration,
    /// The node at the other end, if it is one of the cluster's.
    pub remote_node: Option<String>,
    /// Nobody said which routes an external peer may send or is told, so there are none
    /// (RFC 8212).
    pub lacks_policy: bool,
}

/// Peers whose addresses are not known before they connect.
#[derive(Clone, Debug)]
pub struct RangePlan {
    /// Where they come from.
    pub range: IpNet,
    /// How many of them there may be at a time.
    pub limit: usize,
    /// The session with each, but for its name and the peer's address. It is passive.
    pub peering: PeeringPlan,
}

impl RangePlan {
    /// The session with the peer at this address.
    #[must_use]
    pub fn for_peer(&self, address: IpAddr) -> PeeringPlan {
        let mut peering = self.peering.clone();
        peering.name = format!("{}-{address}", peering.name);
        peering.session.remote.set_ip(address);
        peering.peer.address = address;
        peering
    }
}

/// The next hop that an address is.
#[must_use]
pub const fn next_hop(address: IpAddr) -> NextHop {
    match address {
        IpAddr::V4(address) => NextHop::V4(address),
        IpAddr::V6(global) => NextHop::V6 {
            global,
            link_local: None,
        },
    }
}

/// A speaker cannot be planned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// There is no such node among the resources.
    #[error("no Node {0} among the resources")]
    UnknownNode(String),
    /// The node has no IPv4 address, and no identifier was chosen for it.
    #[error("node {0} has no BGP identifier: it has no ipv4Address")]
    NoIdentifier(String),
}

/// What the speakers of all nodes are planned from.
#[derive(Debug)]
pub struct ClusterPlan {
    topology: Topology,
    problems: Vec<Problem>,
    filters: BTreeMap<String, BGPFilter>,
    pools: Vec<Pool>,
    encapsulations: Vec<(IpNet, Encapsulation)>,
    blocks: BTreeMap<IpNet, String>,
    nodes: BTreeMap<String, Node>,
}

impl ClusterPlan {
    /// Picks out of a cluster's resources what its speakers depend on.
    #[must_use]
    pub fn new<'a>(resources: impl IntoIterator<Item = &'a Resource> + Clone) -> Self {
        Self::with_router_id(resources, RouterId::default())
    }

    /// The same with another way to choose BGP identifiers (Calico's
    /// `CALICO_ROUTER_ID`).
    #[must_use]
    pub fn with_router_id<'a>(
        resources: impl IntoIterator<Item = &'a Resource> + Clone,
        router_id: RouterId,
    ) -> Self {
        let mut input = TopologyInput::from_resources(resources.clone());
        input.router_id = router_id;
        let topology = Topology::build(&input);
        let mut plan = Self {
            problems: topology.problems().collect(),
            topology,
            filters: input.filters,
            pools: Vec::new(),
            encapsulations: Vec::new(),
            blocks: BTreeMap::new(),
            nodes: input.nodes,
        };
        for resource in resources {
            plan.add(resource);
        }
        plan
    }

    fn add(&mut self, resource: &Resource) {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "two kinds out of all matter beside the topology's"
        )]
        match resource {
            Resource::IPPool(pool) => {
                // A disabled pool gives no more addresses; those that it gave are reached as before.
                let encapsulation = encapsulation(&pool.spec);
                self.encapsulations.push((pool.spec.cidr, encapsulation));
                if pool.spec.disabled != Some(true) {
                    self.pools.push(Pool {
                        cidr: pool.spec.cidr,
                        disable_bgp_export: pool.spec.disable_bgp_export.unwrap_or(false),
                    });
                }
            }
            Resource::BlockAffinity(block)
                if block.spec.state == AffinityState::Confirmed && !block.spec.deleted =>
            {
                self.blocks.insert(block.spec.cidr, block.spec.node.clone());
            }
            _ => {}
        }
    }

    /// The sessions of the cluster.
    #[must_use]
    pub const fn topology(&self) -> &Topology {
        &self.topology
    }

    /// What does not fit together in the topology.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Every block of pod addresses with the node that owns it.
    pub fn blocks(&self) -> impl Iterator<Item = (IpNet, &str)> {
        self.blocks
            .iter()
            .map(|(block, owner)| (*block, owner.as_str()))
    }

    /// The zone of a node, from its label; `cluster` where it has none.
    #[must_use]
    pub fn zone(&self, node: &str) -> &str {
        let zone = self
            .nodes
            .get(node)
            .and_then(|node| node.metadata.labels.get(ZONE));
        zone.map_or("cluster", String::as_str)
    }

    /// The longest hold time that a session offers.
    #[must_use]
    pub fn hold_time(&self) -> Duration {
        let sessions = self.topology.nodes().flat_map(|node| node.sessions);
        sessions
            .map(|session| Duration::from_secs(hold_time(&session).into()))
            .max()
            .unwrap_or_default()
    }

    /// The speaker of a node: its sessions with filters compiled, and its own blocks to
    /// originate.
    ///
    /// # Errors
    ///
    /// See [`PlanError`].
    pub fn speaker(&self, name: &str) -> Result<SpeakerPlan, PlanError> {
        let node = self
            .topology
            .node(name)
            .ok_or_else(|| PlanError::UnknownNode(name.to_owned()))?;
        let identifier = node
            .speaker
            .router_id
            .ok_or_else(|| PlanError::NoIdentifier(name.to_owned()))?;
        let own: Vec<IpNet> = self
            .blocks()
            .filter(|(_, owner)| *owner == name)
            .map(|(block, _)| block)
            .collect();
        let mut rib = RibConfig::new(Asn(node.speaker.local_as.0), identifier);
        rib.cluster_id = node.speaker.cluster_id;
        let context = Arc::new(self.export_context(&node, &own));
        let peerings = node
            .sessions
            .iter()
            .map(|session| self.peering(&node, identifier, session, &context));
        Ok(SpeakerPlan {
            name: name.to_owned(),
            rib,
            peerings: peerings.collect(),
            ranges: Vec::new(),
            originate: own
                .into_iter()
                .map(|block| LocalRoute::new(block, LocalOrigin::OwnBlock))
                .collect(),
            listen: listen(&node.speaker),
            forwarding: self.forwarding(&node),
            restarted: false,
        })
    }

    fn forwarding(&self, node: &NodeTopology) -> Forwarding {
        let addresses = self
            .nodes
            .get(&node.speaker.name)
            .and_then(|node| node.spec.bgp.as_ref());
        let ipv4 = addresses.and_then(|bgp| bgp.ipv4_address).map(IpNet::V4);
        let ipv6 = addresses.and_then(|bgp| bgp.ipv6_address).map(IpNet::V6);
        Forwarding {
            pools: self.encapsulations.clone(),
            subnets: ipv4.into_iter().chain(ipv6).collect(),
            reachable_by: node
                .reachable_by_routes
                .iter()
                .map(|route| (route.peer, route.via))
                .collect(),
        }
    }

    fn export_context(&self, node: &NodeTopology, own: &[IpNet]) -> ExportContext {
        ExportContext {
            pools: self.pools.clone(),
            own_blocks: own.to_vec(),
            advertisements: node
                .speaker
                .advertised_communities
                .iter()
                .map(advertisement)
                .collect(),
            normal_priority: normal_priority(&node.speaker),
            reflector: node.speaker.is_route_reflector(),
            ..ExportContext::default()
        }
    }
}

fn normal_priority(speaker: &Speaker) -> NormalPriority {
    let topology::RoutePriority { ipv4, ipv6 } = speaker.normal_route_priority;
    NormalPriority { ipv4, ipv6 }
}

/// The same communities, apart by kind as messages have them (RFC 1997, RFC 8092).
fn advertisement(advertised: &AdvertisedCommunities) -> PrefixAdvertisement {
    let mut advertisement = PrefixAdvertisement {
        cidr: advertised.cidr,
        communities: Vec::new(),
        large_communities: Vec::new(),
    };
    for community in &advertised.communities {
        match *community {
            Community::Standard(high, low) => {
                let value = (u32::from(high) << 16) | u32::from(low);
                advertisement.communities.push(bgp_wire::Community(value));
            }
            Community::Large(global_administrator, local_data_1, local_data_2) => {
                advertisement
                    .large_communities
                    .push(bgp_wire::LargeCommunity {
                        global_administrator,
                        local_data_1,
                        local_data_2,
                    });
            }
        }
    }
    advertisement
}

/// The families that a session of the topology carries: Calico keeps one session a family.
#[must_use]
pub fn families(family: topology::Family) -> FamilySet {
    let family = match family {
        topology::Family::Ipv4 => Family::IPV4_UNICAST,
        topology::Family::Ipv6 => Family::IPV6_UNICAST,
    };
    FamilySet::empty().with(family)
}

/// Three keepalive intervals (RFC 4271 §4.4), or what the RFC suggests (§10).
fn hold_time(session: &SessionSpec) -> u16 {
    let keepalive = session.keepalive_s.filter(|seconds| *seconds > 0);
    keepalive.map_or(90, |seconds| {
        u16::try_from(seconds.saturating_mul(3)).unwrap_or(u16::MAX)
    })
}

impl ClusterPlan {
    fn peering(
        &self,
        node: &NodeTopology,
        identifier: Ipv4Addr,
        session: &SessionSpec,
        context: &Arc<ExportContext>,
    ) -> PeeringPlan {
        let local = session.source_address;
        PeeringPlan {
            name: session.name.clone(),
            session: session_config(identifier, session),
            peer: self.peer_config(node, session, context),
            local,
            advertisement_interval: Duration::ZERO,
            security: security(session),
            remote_node: session.remote_node.clone(),
            // Calico accepts what no filter refuses, whatever RFC 8212 says.
            lacks_policy: false,
        }
    }

    fn peer_config(
        &self,
        node: &NodeTopology,
        session: &SessionSpec,
        context: &Arc<ExportContext>,
    ) -> PeerConfig {
        let mut peer = PeerConfig::new(session.peer_address);
        peer.local_as =
            (session.local_as != node.speaker.local_as).then_some(Asn(session.local_as.0));
        peer.route_reflector_client = session.route_reflector_client;
        peer.next_hop = match session.next_hop {
            topology::NextHop::Auto => NextHopMode::Auto,
            topology::NextHop::Own => NextHopMode::SelfNextHop,
            topology::NextHop::Keep => NextHopMode::Keep,
        };
        let find = |name: &str| self.filters.get(name);
        let import = session.import_filters.iter().map(String::as_str);
        peer.import = import_chain(import, find, normal_priority(&node.speaker)).chain;
        let export = session.export_filters.iter().map(String::as_str);
        peer.export = export_chain(export, find, Arc::clone(context)).chain;
        peer.allow_local_as = session
            .allow_local_as
            .map_or(0, |n| u8::try_from(n).unwrap_or(u8::MAX));
        match session
            .source_address
            .or_else(|| node.speaker.address(session.family))
        {
            Some(own) => peer.local_address(own),
            None => peer,
        }
    }
}

/// How packets between nodes to addresses of the pool travel.
fn encapsulation(pool: &IPPoolSpec) -> Encapsulation {
    match (pool.vxlan_mode, pool.ipip_mode) {
        (Some(EncapsulationMode::Always | EncapsulationMode::CrossSubnet), _) => {
            Encapsulation::Vxlan
        }
        (_, Some(EncapsulationMode::Always)) => Encapsulation::Ipip,
        (_, Some(EncapsulationMode::CrossSubnet)) => Encapsulation::IpipCrossSubnet,
        (None | Some(EncapsulationMode::Never), None | Some(EncapsulationMode::Never)) => {
            Encapsulation::None
        }
    }
}

fn session_config(identifier: Ipv4Addr, session: &SessionSpec) -> Config {
    let remote = SocketAddr::new(session.peer_address, session.peer_port.unwrap_or(BGP_PORT));
    let mut config = Config::new(Asn(session.local_as.0), identifier, remote);
    config.send_buffer = SEND_BUFFER;
    config.peer_as = Some(Asn(session.peer_as.0)).filter(|asn| asn.0 != 0);
    config.passive = session.passive;
    config.hold_time = hold_time(session);
    config.families = families(session.family);
    config.add_path = AddPath {
        receive: config.families,
        send: config.families,
    };
    config.graceful_restart = Some(GracefulRestart {
        restart_time: session
            .graceful_restart_s
            .map_or(120, |s| u16::try_from(s).unwrap_or(u16::MAX).min(4095)),
        families: config.families,
        ..GracefulRestart::default()
    });
    config
}

/// The longest way of a BGP packet in hops, where TTL security sets no bound.
fn security(session: &SessionSpec) -> Security {
    Security {
        password: session
            .password
            .as_ref()
            .map(|password| password.reveal().to_owned()),
        hops: session
            .ttl_security
            .then(|| session.multihop_hops.unwrap_or(1)),
        ttl: None,
    }
}

fn listen(node: &Speaker) -> Vec<SocketAddr> {
    let own = [node.ipv4, node.ipv6].into_iter().flatten();
    let address = |own: IpAddr| match (node.listen_on_node_address, own) {
        (true, own) => own,
        (false, IpAddr::V4(_)) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        (false, IpAddr::V6(_)) => IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED),
    };
    own.map(|own| SocketAddr::new(address(own), node.listen_port))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use calico_types::{Source, decode};

    fn plan(yaml: &str, node: &str) -> SpeakerPlan {
        let decoded = decode(&[Source::new("test.yaml", yaml)]);
        assert!(!decoded.has_errors(), "{:?}", decoded.diagnostics);
        let resources: Vec<Resource> = decoded.iter().cloned().collect();
        ClusterPlan::new(&resources).speaker(node).unwrap()
    }

    const CLUSTER: &str = r#"
{apiVersion: projectcalico.org/v3, kind: BGPConfiguration, metadata: {name: default}, spec: {asNumber: 64600, nodeToNodeMeshEnabled: false}}
---
{apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: rr, labels: {rr: ""}}, spec: {bgp: {ipv4Address: 10.0.0.1/24, routeReflectorClusterID: 244.0.0.1}}}
---
{apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: worker}, spec: {bgp: {ipv4Address: 10.0.0.2/24}}}
---
{apiVersion: projectcalico.org/v3, kind: BlockAffinity, metadata: {name: one}, spec: {cidr: 192.168.1.0/26, node: worker, state: confirmed, deleted: false}}
---
{apiVersion: projectcalico.org/v3, kind: BlockAffinity, metadata: {name: two}, spec: {cidr: 192.168.2.0/26, node: worker, state: pending, deleted: false}}
---
{apiVersion: projectcalico.org/v3, kind: BGPFilter, metadata: {name: shut}, spec: {importV4: [{action: Reject}]}}
---
{apiVersion: projectcalico.org/v3, kind: BGPPeer, metadata: {name: rr}, spec: {nodeSelector: "!has(rr)", peerSelector: has(rr), filters: [shut], keepaliveTime: 10s, maxRestartTime: 60s}}
---
{apiVersion: projectcalico.org/v3, kind: BGPPeer, metadata: {name: tor}, spec: {node: rr, peerIP: "10.0.0.254:1790", asNumber: 65000, nextHopMode: Keep, ttlSecurity: 2, numAllowedLocalASNumbers: 1, password: {secretKeyRef: {name: bgp, key: tor}}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: bgp, namespace: calico-system}, stringData: {tor: s3cret}}
"#;

    #[test]
    fn plans_a_client_with_its_filters_timers_and_confirmed_blocks() {
        let worker = plan(CLUSTER, "worker");
        assert_eq!(worker.rib.local_as, Asn(64600));
        assert_eq!(worker.rib.cluster_id, None);
        let blocks: Vec<String> = worker
            .originate
            .iter()
            .map(|route| route.destination.to_string())
            .collect();
        assert_eq!(blocks, ["192.168.1.0/26"]);
        let [session] = worker.peerings.as_slice() else {
            panic!("one session")
        };
        assert_eq!(session.session.remote, "10.0.0.1:179".parse().unwrap());
        assert_eq!(session.session.peer_as, Some(Asn(64600)));
        assert_eq!(session.session.hold_time, 30);
        assert_eq!(
            session
                .session
                .graceful_restart
                .as_ref()
                .unwrap()
                .restart_time,
            60
        );
        assert_eq!(
            session.session.families,
            FamilySet::empty().with(Family::IPV4_UNICAST)
        );
        assert_eq!(session.local, Some("10.0.0.2".parse().unwrap()));
        assert_eq!(session.peer.import.filters().len(), 1);
        assert_eq!(session.remote_node.as_deref(), Some("rr"));
    }

    #[test]
    fn plans_a_reflector_with_its_clients_and_the_router_above() {
        let reflector = plan(CLUSTER, "rr");
        assert_eq!(reflector.rib.cluster_id, Some(Ipv4Addr::new(244, 0, 0, 1)));
        let of = |address: &str| {
            let address: IpAddr = address.parse().unwrap();
            reflector
                .peerings
                .iter()
                .find(|peering| peering.peer.address == address)
                .unwrap()
        };
        assert!(of("10.0.0.2").peer.route_reflector_client);
        let router = of("10.0.0.254");
        assert!(!router.peer.route_reflector_client);
        assert_eq!(router.session.remote.port(), 1790);
        assert_eq!(router.session.peer_as, Some(Asn(65000)));
        assert_eq!(router.session.hold_time, 90);
        assert_eq!(router.peer.next_hop, NextHopMode::Keep);
        assert_eq!(router.peer.allow_local_as, 1);
        assert_eq!(
            router.security,
            Security {
                password: Some("s3cret".into()),
                hops: Some(2),
                ttl: None,
            }
        );
    }

    #[test]
    fn listens_on_both_families_unless_bound_to_the_node() {
        let node = |bind: &str| {
            format!(
                "{{apiVersion: projectcalico.org/v3, kind: BGPConfiguration, metadata: {{name: default}}, spec: {{listenPort: 1179, bindMode: {bind}}}}}\n---\n\
                 {{apiVersion: projectcalico.org/v3, kind: Node, metadata: {{name: solo}}, spec: {{bgp: {{ipv4Address: 10.0.0.1/24, ipv6Address: fd00::1/64}}}}}}\n"
            )
        };
        let listen = |bind| {
            plan(&node(bind), "solo")
                .listen
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(listen("None"), ["0.0.0.0:1179", "[::]:1179"]);
        assert_eq!(listen("NodeIP"), ["10.0.0.1:1179", "[fd00::1]:1179"]);
    }

    #[test]
    fn refuses_nodes_that_are_not_there_or_have_no_identifier() {
        let resources: Vec<Resource> = Vec::new();
        let unknown = ClusterPlan::new(&resources).speaker("solo").unwrap_err();
        assert!(matches!(unknown, PlanError::UnknownNode(_)), "{unknown}");
        let yaml = "{apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: solo}, spec: {bgp: {ipv6Address: fd00::1/64}}}";
        let resources: Vec<Resource> = decode(&[Source::new("solo.yaml", yaml)])
            .iter()
            .cloned()
            .collect();
        let nameless = ClusterPlan::new(&resources).speaker("solo").unwrap_err();
        assert!(matches!(nameless, PlanError::NoIdentifier(_)), "{nameless}");
        let hashed = ClusterPlan::with_router_id(&resources, RouterId::Hash).speaker("solo");
        assert!(hashed.is_ok(), "{hashed:?}");
    }
}
