//! The node-to-node mesh, as a list of its members.
//!
//! *n* nodes in a mesh have *n* (*n* − 1) / 2 sessions, all alike: they follow
//! from the members and are written out for one node at a time, when somebody
//! asks. 5 000 nodes have 12 497 500.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::facts::{Facts, NodeFacts, seconds};
use super::render::{is_greater, session_name};
use super::{Family, NextHop, Origin, Password, Problem, SessionSpec, Speaker};
use crate::scalar::Asn;

/// Sessions between all nodes that reflect nothing.
///
/// INVARIANT: two meshes are equal when and only when every node has the same
/// mesh sessions under both, given the same speakers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mesh {
    ipv4: Vec<Member>,
    ipv6: Vec<Member>,
    pub(super) password: Option<Password>,
    pub(super) graceful_restart_s: Option<u32>,
}

/// A node as the others of the mesh see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    /// Its place among the nodes.
    pub(super) node: usize,
    pub(super) address: IpAddr,
    /// Where it listens; `None` is 179.
    pub(super) port: Option<u16>,
    /// The AS of the node's own; those who ask take it to have theirs where it
    /// names none.
    pub(super) asn: Option<Asn>,
}

/// The members of a family that name no AS, which others take to have theirs.
#[derive(Debug)]
pub(super) struct Adopted<'a> {
    members: Vec<&'a Member>,
    addresses: BTreeSet<IpAddr>,
}

impl<'a> Adopted<'a> {
    /// The first that is not at an address.
    pub(super) fn first_other(&self, own: IpAddr) -> Option<&'a Member> {
        let mut members = self.members.iter().copied();
        members.find(|member| member.address != own)
    }

    /// How many are not at an address.
    pub(super) fn others(&self, own: IpAddr) -> usize {
        let at_own = usize::from(self.addresses.contains(&own));
        self.members.len().saturating_sub(at_own)
    }
}

impl Mesh {
    /// `None` where the mesh is off, or is between fewer than two.
    ///
    /// Of two nodes with one address the first is the member: the other calls,
    /// and nobody calls it.
    pub(super) fn new(facts: &Facts<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        if !facts.mesh {
            return None;
        }
        let default = facts.default_configuration();
        let reference = default.and_then(|spec| spec.node_mesh_password.as_ref());
        let restart = default.and_then(|spec| spec.node_mesh_max_restart_time);
        let mesh = Self {
            ipv4: members(facts, Family::Ipv4),
            ipv6: members(facts, Family::Ipv6),
            password: facts.password(reference, None, problems),
            graceful_restart_s: restart.map(seconds),
        };
        (mesh.ipv4.len() > 1 || mesh.ipv6.len() > 1).then_some(mesh)
    }

    /// The members in the order of their nodes.
    pub(super) fn members(&self, family: Family) -> &[Member] {
        match family {
            Family::Ipv4 => &self.ipv4,
            Family::Ipv6 => &self.ipv6,
        }
    }

    /// The address at which a node is in the mesh; reflectors are not.
    pub(super) fn address_of(speaker: &Speaker, family: Family) -> Option<IpAddr> {
        let address = speaker.address(family)?;
        speaker.cluster_id.is_none().then_some(address)
    }

    /// How many mesh sessions a node has.
    pub(super) fn degree(&self, speaker: &Speaker, family: Family) -> usize {
        match Self::address_of(speaker, family) {
            // One member has the node's own address: the node, or its double.
            Some(_) => self.members(family).len().saturating_sub(1),
            None => 0,
        }
    }

    /// The sessions of all nodes together, each counted once.
    pub(super) fn count(&self, speakers: &[Speaker], family: Family) -> usize {
        let members = self.members(family).len();
        let all = speakers.iter().filter_map(|s| Self::address_of(s, family));
        let doubles = all.count().saturating_sub(members);
        let each = members.saturating_sub(1);
        let between = members.saturating_mul(each) / 2;
        between.saturating_add(doubles.saturating_mul(each))
    }

    /// Whether two nodes have a mesh session, seen from either end.
    pub(super) fn joins(&self, nodes: [(usize, &Speaker); 2], family: Family) -> bool {
        let [(first, one), (second, other)] = nodes;
        let addresses = [one, other].map(|speaker| Self::address_of(speaker, family));
        let [Some(one), Some(other)] = addresses else {
            return false;
        };
        let is_member = |node| self.member(node, family).is_some();
        one != other && (is_member(first) || is_member(second))
    }

    pub(super) fn member(&self, node: usize, family: Family) -> Option<&Member> {
        let members = self.members(family);
        let at = members.binary_search_by_key(&node, |member| member.node);
        members.get(at.ok()?)
    }

    pub(super) fn adopted(&self, family: Family) -> Adopted<'_> {
        let members = self.members(family).iter();
        let members: Vec<&Member> = members.filter(|member| member.asn.is_none()).collect();
        Adopted {
            addresses: members.iter().map(|member| member.address).collect(),
            members,
        }
    }

    /// The other members of a family, for a node that is in the mesh.
    pub(super) fn peers(
        &self,
        speaker: &Speaker,
        family: Family,
    ) -> impl Iterator<Item = &Member> + use<'_> {
        let own = Self::address_of(speaker, family);
        let others = self.members(family).iter();
        others.filter(move |member| own.is_some_and(|own| own != member.address))
    }

    /// One end of a mesh session. It takes the listening port and AS of the
    /// *other* node, and no filters: `BGPFilter`s work on `BGPPeer`s only.
    pub(super) fn session(
        &self,
        speaker: &Speaker,
        member: &Member,
        remote: &Speaker,
    ) -> SessionSpec {
        let family = Family::of(member.address);
        let own = speaker.address(family);
        SessionSpec {
            name: session_name("Mesh", member.address, None),
            family,
            peer_address: member.address,
            peer_port: member.port,
            peer_as: member.asn.unwrap_or(speaker.local_as),
            local_as: speaker.local_as,
            source_address: own,
            route_reflector_client: false,
            cluster_id: None,
            passive: own.is_some_and(|own| is_greater(member.address, own)),
            next_hop: NextHop::Auto,
            ttl_security: false,
            multihop_hops: None,
            allow_local_as: None,
            keepalive_s: None,
            graceful_restart_s: self.graceful_restart_s,
            password: self.password.clone(),
            import_filters: Vec::new(),
            export_filters: Vec::new(),
            origin: Origin::Mesh,
            remote_node: Some(remote.name.clone()),
        }
    }
}

/// The members of a family, in the order of their nodes.
///
/// Where all are in one AS, all are said to be: whether the AS is a node's own
/// or the cluster's then makes no difference to anybody.
fn members(facts: &Facts<'_>, family: Family) -> Vec<Member> {
    let reflects_nothing = |node: &&NodeFacts<'_>| node.cluster_id.is_none();
    let candidates = || facts.nodes.iter().filter(reflects_nothing);
    let systems: BTreeSet<Asn> = candidates()
        .filter(|node| node.address(family).is_some())
        .map(|node| facts.as_of(node))
        .collect();
    let only = systems.first().copied().filter(|_| systems.len() == 1);
    let mut taken = BTreeSet::new();
    candidates()
        .filter_map(|node| {
            let address = node.address(family)?;
            taken.insert(address).then_some(Member {
                node: node.index,
                address,
                port: node.port,
                asn: only.or(node.as_number),
            })
        })
        .collect()
}
