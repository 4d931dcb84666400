//! Routers outside the cluster, as the peerings to them imply.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bgp_rib::{LocalOrigin, LocalRoute, PeerConfig, RibConfig};
use bgp_session::{Asn, Config};
use calico_types::topology::{SessionSpec, Speaker};
use ipnet::{IpNet, Ipv4Net};

use crate::fib::Forwarding;
use crate::net::Security;
use crate::plan::{ClusterPlan, PeeringPlan, SpeakerPlan, families};

/// What a router of a data centre announces and a cluster should not take: its own
/// networks, the way to everywhere, and a route into the pods' addresses.
pub(super) const FOREIGN: [IpNet; 3] = [
    v4([10, 0, 0, 0], 8),
    v4([0, 0, 0, 0], 0),
    v4([192, 168, 0, 0], 24),
];

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length))
}

/// A router that nodes of the cluster peer with.
#[derive(Clone, Debug)]
pub(super) struct Router {
    pub(super) name: String,
    pub(super) address: IpAddr,
    asn: Asn,
    peerings: Vec<PeeringPlan>,
}

impl Router {
    /// All routers that the sessions of the cluster lead to, each with a session to
    /// every node that has one to it.
    pub(super) fn around(plan: &ClusterPlan) -> Vec<Self> {
        let mut routers: BTreeMap<IpAddr, Self> = BTreeMap::new();
        for node in plan.topology().nodes() {
            for session in node
                .sessions
                .iter()
                .filter(|session| session.remote_node.is_none())
            {
                let asn = Asn(session.peer_as.0);
                let router = routers.entry(session.peer_address).or_insert_with(|| Self {
                    name: format!("router {}", session.peer_address),
                    address: session.peer_address,
                    asn,
                    peerings: Vec::new(),
                });
                router
                    .peerings
                    .extend(way_back(asn, &node.speaker, session));
            }
        }
        routers.into_values().collect()
    }

    /// The router's speaker, which announces [`FOREIGN`].
    pub(super) fn plan(&self) -> SpeakerPlan {
        let route = |prefix| LocalRoute::new(prefix, LocalOrigin::Static);
        SpeakerPlan {
            ranges: Vec::new(),
            name: self.name.clone(),
            rib: RibConfig::new(self.asn, identifier(self.address)),
            peerings: self.peerings.clone(),
            originate: FOREIGN.into_iter().map(route).collect(),
            listen: Vec::new(),
            forwarding: Forwarding::default(),
            restarted: false,
        }
    }
}

/// The router's end of a session.
fn way_back(asn: Asn, node: &Speaker, session: &SessionSpec) -> Option<PeeringPlan> {
    let remote = session
        .source_address
        .or_else(|| node.address(session.family))?;
    let mut config = Config::new(
        asn,
        identifier(session.peer_address),
        SocketAddr::new(remote, node.listen_port),
    );
    config.peer_as = Some(Asn(session.local_as.0));
    config.families = families(session.family);
    Some(PeeringPlan {
        advertisement_interval: Duration::ZERO,
        lacks_policy: false,
        name: node.name.clone(),
        session: config,
        peer: PeerConfig::new(remote).local_address(session.peer_address),
        local: Some(session.peer_address),
        security: Security::default(),
        remote_node: Some(node.name.clone()),
    })
}

/// A BGP identifier for an address: itself, or the last four octets of an IPv6 one.
fn identifier(address: IpAddr) -> Ipv4Addr {
    match address {
        IpAddr::V4(address) => address,
        IpAddr::V6(address) => {
            let [.., a, b, c, d] = address.octets();
            Ipv4Addr::new(a.max(1), b, c, d)
        }
    }
}
