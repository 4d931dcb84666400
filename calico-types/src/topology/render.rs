//! Sessions of one node, made from the mesh and the table of peers.
//!
//! What the templates of `calico-node` do with the table of peers: a peer becomes
//! a session as the node's own address, AS and cluster id see it. The same peer
//! is a client to a reflector, external to a node of another AS, and nothing at
//! all to the node whose own address it has.

use std::net::{IpAddr, Ipv4Addr};

use super::table::{Claim, is_of};
use super::{Family, NodeTopology, SessionSpec, Speaker, Topology};
use crate::scalar::Asn;

/// A claim, as a node sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct End<'a> {
    pub(super) claim: Claim<'a>,
    /// The node's own address.
    own: IpAddr,
    pub(super) local_as: Asn,
    /// The cluster in which the peer is a client.
    pub(super) client_of: Option<Ipv4Addr>,
    pub(super) passive: bool,
    /// The node at the other end, if it is one of the cluster's.
    pub(super) remote: Option<usize>,
}

impl End<'_> {
    pub(super) fn peer_as(&self) -> Asn {
        self.claim.peer.asn
    }

    pub(super) fn is_internal(&self) -> bool {
        self.local_as == self.peer_as()
    }

    pub(super) fn family(&self) -> Family {
        Family::of(self.claim.peer.address)
    }
}

impl Topology {
    /// Everything about one node, by its place.
    pub(super) fn at(&self, node: usize) -> Option<NodeTopology> {
        let speaker = self.speakers.get(node)?;
        let mut sessions: Vec<SessionSpec> = self.mesh_sessions(speaker).collect();
        sessions.extend(self.ends(node).map(|end| self.session(&end)));
        sessions.sort_by(|a, b| (a.family, &a.name).cmp(&(b.family, &b.name)));
        Some(NodeTopology {
            speaker: speaker.clone(),
            sessions,
            reachable_by_routes: self.gateways(node),
        })
    }

    pub(super) fn mesh_sessions<'t>(
        &'t self,
        speaker: &'t Speaker,
    ) -> impl Iterator<Item = SessionSpec> + 't {
        let of = move |family| {
            let mesh = self.mesh.as_ref()?;
            Some(mesh.peers(speaker, family).filter_map(move |member| {
                let remote = self.speakers.get(member.node)?;
                Some(mesh.session(speaker, member, remote))
            }))
        };
        Family::ALL.into_iter().filter_map(of).flatten()
    }

    /// The peers of a node's own, as it sees them.
    pub(super) fn ends(&self, node: usize) -> impl Iterator<Item = End<'_>> {
        let claims = self.table.claims(node).into_iter();
        claims.filter_map(move |claim| self.end(node, claim))
    }

    /// What a node has for another in a family, the mesh apart.
    pub(super) fn ends_towards(&self, node: usize, remote: usize, family: Family) -> Vec<End<'_>> {
        let remote_speaker = self.speakers.get(remote);
        let Some(address) = remote_speaker.and_then(|remote| remote.address(family)) else {
            return Vec::new();
        };
        let claims = self.table.claims_at(node, address).into_iter();
        claims
            .filter(|claim| is_of(claim, family))
            .filter_map(|claim| self.end(node, claim))
            .filter(|end| end.remote == Some(remote))
            .collect()
    }

    /// `None` where the node does not speak the family, or is the peer itself.
    ///
    /// The peer is a client where RFC 4456 §6 and `confd` meet: this node
    /// reflects, both ends show one AS, and the peer is not known to share the
    /// cluster id. A peer found by address is never known to, and so becomes a
    /// client even when it is a reflector of the same cluster
    /// ([`Problem::ReflectorAsClient`] says so).
    ///
    /// Who waits to be called is decided by comparing addresses only between
    /// nodes and only for peers of every node; for all others both ends call, and
    /// RFC 4271 §6.8 settles the collision.
    ///
    /// [`Problem::ReflectorAsClient`]: super::Problem::ReflectorAsClient
    fn end<'t>(&'t self, node: usize, claim: Claim<'t>) -> Option<End<'t>> {
        let speaker = self.speakers.get(node)?;
        let peer = claim.peer;
        let own = speaker.address(Family::of(peer.address))?;
        if own == peer.address {
            return None;
        }
        let described = claim.described();
        let local_as = described.local_as().unwrap_or(speaker.local_as);
        let client_of = speaker
            .cluster_id
            .filter(|cluster| peer.asn == local_as && peer.cluster_id != Some(*cluster));
        let by_address =
            claim.is_everywhere() && described.names_a_node() && is_greater(peer.address, own);
        let is_workload = described.is_workload();
        Some(End {
            claim,
            own,
            local_as,
            client_of,
            passive: is_workload || by_address,
            remote: self.owner(peer.address).filter(|_| !is_workload),
        })
    }

    /// The node to which an address belongs.
    pub(super) fn owner(&self, address: IpAddr) -> Option<usize> {
        self.owners.get(&address).copied()
    }

    pub(super) fn session(&self, end: &End<'_>) -> SessionSpec {
        let described = end.claim.described();
        let peer = end.claim.peer;
        let scope = match (described.is_workload(), end.claim.is_everywhere()) {
            (true, _) => "Local_Workload",
            (false, true) => "Global",
            (false, false) => "Node",
        };
        let remote = end.remote.and_then(|node| self.speakers.get(node));
        SessionSpec {
            name: session_name(scope, peer.address, peer.port),
            family: end.family(),
            peer_address: peer.address,
            peer_port: peer.port,
            peer_as: peer.asn,
            local_as: end.local_as,
            source_address: described.uses_node_address().then_some(end.own),
            route_reflector_client: end.client_of.is_some(),
            cluster_id: end.client_of,
            passive: end.passive,
            next_hop: described.next_hop(end.is_internal()),
            ttl_security: described.ttl_security().is_some(),
            multihop_hops: described.ttl_security(),
            allow_local_as: described.allow_local_as(),
            keepalive_s: described.keepalive_s(),
            graceful_restart_s: described.graceful_restart_s(),
            password: described.password().cloned(),
            import_filters: described.import_filters().to_vec(),
            export_filters: described.export_filters().to_vec(),
            origin: end.claim.origin(),
            remote_node: remote.map(|speaker| speaker.name.clone()),
        }
    }
}

/// Calico's name of a BIRD protocol. Unique within node and family, since the
/// table has one peer for each address and port.
pub(super) fn session_name(scope: &str, address: IpAddr, port: Option<u16>) -> String {
    let address = address.to_string().replace(['.', ':'], "_");
    match port {
        Some(port) => format!("{scope}_{address}_port_{port}"),
        None => format!("{scope}_{address}"),
    }
}

/// Calico compares addresses as text to decide who waits: `10.0.0.9` is
/// greater than `10.0.0.10`.
///
/// Both ends compare the same two texts, so exactly one of them waits.
pub(super) fn is_greater(peer: IpAddr, own: IpAddr) -> bool {
    peer.to_string() > own.to_string()
}
