//! Links: sessions seen from above, both ends at once.
//!
//! A topology has every session twice, once for each end, because each end is
//! configured by itself; counting and drawing want it once. Two ends make one
//! link when they are nodes of the cluster and of one family.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Serialize;

use super::mesh::Mesh;
use super::pair::Pair;
use super::render::End;
use super::{Family, Topology};
use crate::scalar::Asn;

/// The other end of a link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum FarEnd {
    /// A node of the cluster.
    Node {
        /// Its name.
        name: String,
    },
    /// A router outside of the cluster, or a workload.
    External {
        /// Its address.
        address: IpAddr,
        /// Its port; `None` is 179.
        port: Option<u16>,
        /// Its AS.
        asn: Asn,
    },
}

/// Sessions between the same two speakers, in one family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Link {
    /// Their family.
    pub family: Family,
    /// A node; of two nodes the one whose name comes first.
    pub node: String,
    /// The other end.
    pub peer: FarEnd,
    /// How many: more than one only when a node is reached on several ports, or
    /// by a `BGPPeer` and the mesh.
    pub sessions: usize,
    /// Whether both ends are in one AS.
    pub internal: bool,
    /// Whether either end reflects the other's routes.
    pub reflected: bool,
}

/// How many sessions there are, each counted once.
///
/// Between *n* nodes of a mesh *n* (*n* − 1) / 2 of a family; with *r* reflectors
/// among them, each of which peers with everybody, *r* (*n* − *r*) + *r* (*r* − 1) / 2:
/// 66 and 30 for twelve nodes and three reflectors. A session of which one end is
/// missing counts all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct SessionCount {
    /// Between IPv4 addresses.
    pub ipv4: usize,
    /// Between IPv6 addresses.
    pub ipv6: usize,
}

impl SessionCount {
    /// The number of one family.
    #[must_use]
    pub fn of(self, family: Family) -> usize {
        match family {
            Family::Ipv4 => self.ipv4,
            Family::Ipv6 => self.ipv6,
        }
    }

    /// The number of both.
    #[must_use]
    pub fn total(self) -> usize {
        self.ipv4 + self.ipv6
    }

    pub(super) fn by(count: impl Fn(Family) -> usize) -> Self {
        Self {
            ipv4: count(Family::Ipv4),
            ipv6: count(Family::Ipv6),
        }
    }
}

/// Both ends of a link between nodes, the mesh included.
#[derive(Debug, Default)]
struct Joined {
    /// Sessions of the node whose name comes first, and of the other.
    first: usize,
    second: usize,
    external: bool,
    reflected: bool,
}

impl Joined {
    fn of(pair: &Pair<'_>) -> Self {
        Self {
            first: pair.first.len(),
            second: pair.second.len(),
            external: !pair.ends().all(End::is_internal),
            reflected: pair.ends().any(|end| end.client_of.is_some()),
        }
    }
}

impl Topology {
    /// Every link, sorted: those between nodes, then those to the outside.
    ///
    /// Made while they are asked for, one node's at a time: going through the
    /// links of a mesh of *n* nodes takes *n*² time, and *n* memory.
    pub fn links(&self) -> impl Iterator<Item = Link> + '_ {
        let between = Family::ALL.into_iter().flat_map(move |family| {
            let nodes = 0..self.speakers.len();
            nodes.flat_map(move |node| self.links_after(node, family))
        });
        let outside = (0..self.speakers.len()).flat_map(|node| self.external_links(node));
        between.chain(outside)
    }

    /// How many sessions the cluster has; one between two nodes counts once.
    ///
    /// Those of the mesh are not gone through.
    #[must_use]
    pub fn session_count(&self) -> SessionCount {
        SessionCount::by(|family| {
            let mesh = self.mesh.as_ref();
            let meshed = mesh.map_or(0, |mesh| mesh.count(&self.speakers, family));
            let nodes = 0..self.speakers.len();
            let explicit = nodes.map(|node| self.explicit_count(node, family));
            meshed + explicit.sum::<usize>()
        })
    }

    /// The sessions of a node with nodes after it and with the outside.
    fn explicit_count(&self, node: usize, family: Family) -> usize {
        let pairs = self.pairs_after(node, family).into_values();
        let between: usize = pairs.map(|p| p.first.len().max(p.second.len())).sum();
        let ends = self.ends(node).filter(|end| end.family() == family);
        between + ends.filter(|end| end.remote.is_none()).count()
    }

    /// How many sessions one node has of each family, without making them;
    /// nothing for a node that is not there.
    #[must_use]
    pub fn session_count_of(&self, node: &str) -> SessionCount {
        self.index(node)
            .map_or_else(SessionCount::default, |node| self.degree(node))
    }

    /// How many sessions one node has.
    pub(super) fn degree(&self, node: usize) -> SessionCount {
        let mesh = self.mesh.as_ref().zip(self.speakers.get(node));
        let mut count = SessionCount::by(|family| {
            mesh.map_or(0, |(mesh, speaker)| mesh.degree(speaker, family))
        });
        for end in self.ends(node) {
            match end.family() {
                Family::Ipv4 => count.ipv4 += 1,
                Family::Ipv6 => count.ipv6 += 1,
            }
        }
        count
    }

    fn links_after(&self, node: usize, family: Family) -> impl Iterator<Item = Link> + '_ {
        let explicit = self.pairs_after(node, family).into_iter();
        let mut joined: BTreeMap<usize, Joined> = explicit
            .map(|(other, pair)| (other, Joined::of(&pair)))
            .collect();
        if let Some(mesh) = &self.mesh {
            self.add_mesh(mesh, node, family, &mut joined);
        }
        joined.into_iter().map(move |(other, joined)| Link {
            family,
            node: self.name(node).to_owned(),
            peer: FarEnd::Node {
                name: self.name(other).to_owned(),
            },
            sessions: joined.first.max(joined.second),
            internal: !joined.external,
            reflected: joined.reflected,
        })
    }

    fn add_mesh(
        &self,
        mesh: &Mesh,
        node: usize,
        family: Family,
        joined: &mut BTreeMap<usize, Joined>,
    ) {
        for other in node + 1..self.speakers.len() {
            if !self.is_meshed(node, other, family) {
                continue;
            }
            let link = joined.entry(other).or_default();
            let expects = |of: usize, by: usize| {
                let own = self.speakers.get(by)?.local_as;
                let member = mesh.member(of, family)?;
                Some((own, member.asn.unwrap_or(own)))
            };
            link.first += usize::from(mesh.member(other, family).is_some());
            link.second += usize::from(mesh.member(node, family).is_some());
            let ends = [expects(other, node), expects(node, other)];
            link.external |= ends.into_iter().flatten().any(|(own, peer)| own != peer);
        }
    }

    fn external_links(&self, node: usize) -> impl Iterator<Item = Link> + '_ {
        let mut outside: Vec<End<'_>> =
            self.ends(node).filter(|end| end.remote.is_none()).collect();
        let key = |end: &End<'_>| (end.family(), self.session(end).name);
        outside.sort_by_cached_key(key);
        outside.into_iter().map(move |end| Link {
            family: end.family(),
            node: self.name(node).to_owned(),
            peer: FarEnd::External {
                address: end.claim.peer.address,
                port: end.claim.peer.port,
                asn: end.peer_as(),
            },
            sessions: 1,
            internal: end.is_internal(),
            reflected: end.client_of.is_some(),
        })
    }
}
