//! Links: sessions seen from above, both ends at once.
//!
//! A topology has every session twice, once for each end, because each end is
//! configured by itself; counting and drawing want it once. Two ends make one
//! link when they are nodes of the cluster and of one family. That both ends are
//! there, expect each other's AS and do not both wait is checked here too: a node
//! alone cannot know.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Serialize;

use super::{Family, NodeTopology, Problem, SessionSpec, Topology};
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
    /// How many: more than one only when a node is reached on several ports.
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
}

/// What two nodes have for each other in a family.
#[derive(Default)]
struct Pair<'a> {
    /// The sessions of the node whose name comes first.
    first: Vec<&'a SessionSpec>,
    /// Those of the other.
    second: Vec<&'a SessionSpec>,
}

type Pairs<'a> = BTreeMap<(Family, &'a str, &'a str), Pair<'a>>;

impl Topology {
    /// Every link, sorted: those between nodes, then those to the outside.
    ///
    /// Costs a pass over all sessions.
    #[must_use]
    pub fn links(&self) -> Vec<Link> {
        let inner = self.pairs();
        let between = inner.iter().map(|(key, pair)| pair.link(*key));
        between.chain(self.external_links()).collect()
    }

    /// How many sessions the cluster has; one between two nodes counts once.
    #[must_use]
    pub fn session_count(&self) -> SessionCount {
        let mut count = SessionCount::default();
        for link in self.links() {
            match link.family {
                Family::Ipv4 => count.ipv4 += link.sessions,
                Family::Ipv6 => count.ipv6 += link.sessions,
            }
        }
        count
    }

    fn pairs(&self) -> Pairs<'_> {
        let mut pairs = Pairs::new();
        for node in &self.nodes {
            for session in &node.sessions {
                let Some(remote) = session.remote_node.as_deref() else {
                    continue;
                };
                let own = node.name.as_str();
                let key = (session.family, own.min(remote), own.max(remote));
                let pair = pairs.entry(key).or_default();
                if own < remote {
                    pair.first.push(session);
                } else {
                    pair.second.push(session);
                }
            }
        }
        pairs
    }

    fn external_links(&self) -> impl Iterator<Item = Link> {
        self.nodes.iter().flat_map(|node| {
            let outside = node.sessions.iter().filter(|s| s.remote_node.is_none());
            outside.map(|session| external_link(node, session))
        })
    }

    /// What does not fit together between two nodes.
    pub(super) fn pair_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for ((family, first, second), pair) in self.pairs() {
            let ends = [
                (first, second, &pair.first, &pair.second),
                (second, first, &pair.second, &pair.first),
            ];
            for (node, peer, own, theirs) in ends {
                problems.extend(one_sided(family, node, peer, own, theirs));
                problems.extend(as_mismatch(family, node, peer, own, theirs));
            }
            problems.extend(pair.both_passive(family, first, second));
            problems.extend(self.reflectors_as_clients(first, second, &pair));
        }
        problems
    }

    /// Reflectors of one cluster of which one takes the other for a client.
    fn reflectors_as_clients(&self, first: &str, second: &str, pair: &Pair<'_>) -> Vec<Problem> {
        let cluster = |name| self.node(name).and_then(|node| node.cluster_id);
        if cluster(first).is_none() || cluster(first) != cluster(second) {
            return Vec::new();
        }
        let sides = [(first, second, &pair.first), (second, first, &pair.second)];
        let as_client = |(node, peer, sessions): (&str, &str, &Vec<&SessionSpec>)| {
            let session = sessions.iter().find(|s| s.route_reflector_client)?;
            Some(Problem::ReflectorAsClient {
                node: node.to_owned(),
                peer: peer.to_owned(),
                bgp_peer: session.origin.bgp_peer()?.to_owned(),
            })
        };
        sides.into_iter().filter_map(as_client).collect()
    }
}

impl Pair<'_> {
    fn link(&self, (family, first, second): (Family, &str, &str)) -> Link {
        let mut sessions = self.first.iter().chain(&self.second);
        Link {
            family,
            node: first.to_owned(),
            peer: FarEnd::Node {
                name: second.to_owned(),
            },
            sessions: self.first.len().max(self.second.len()),
            internal: sessions.clone().all(|s| s.is_internal()),
            reflected: sessions.any(|s| s.route_reflector_client),
        }
    }

    /// Nobody opens the connection where every session of both ends waits.
    fn both_passive(&self, family: Family, first: &str, second: &str) -> Option<Problem> {
        let all_wait = self.first.iter().chain(&self.second).all(|s| s.passive);
        let both = !self.first.is_empty() && !self.second.is_empty();
        (both && all_wait).then(|| Problem::BothPassive {
            node: first.to_owned(),
            peer: second.to_owned(),
            family,
        })
    }
}

/// A session without its other end: a node would call, or wait, in vain.
fn one_sided(
    family: Family,
    node: &str,
    peer: &str,
    own: &[&SessionSpec],
    theirs: &[&SessionSpec],
) -> Option<Problem> {
    let session = own.first().filter(|_| theirs.is_empty())?;
    Some(Problem::OneSided {
        node: node.to_owned(),
        peer: peer.to_owned(),
        family,
        bgp_peer: session.origin.bgp_peer().map(str::to_owned),
    })
}

/// Compared only where each end has one session: with several ports in play it is
/// not known which belongs to which. BIRD would answer the OPEN with Bad Peer AS
/// (RFC 4271 §6.2).
fn as_mismatch(
    family: Family,
    node: &str,
    peer: &str,
    own: &[&SessionSpec],
    theirs: &[&SessionSpec],
) -> Option<Problem> {
    let ([own], [theirs]) = (own, theirs) else {
        return None;
    };
    (own.peer_as != theirs.local_as).then(|| Problem::AsMismatch {
        node: node.to_owned(),
        peer: peer.to_owned(),
        family,
        expected: own.peer_as,
        shown: theirs.local_as,
        bgp_peer: own.origin.bgp_peer().map(str::to_owned),
    })
}

fn external_link(node: &NodeTopology, session: &SessionSpec) -> Link {
    Link {
        family: session.family,
        node: node.name.clone(),
        peer: FarEnd::External {
            address: session.peer_address,
            port: session.peer_port,
            asn: session.peer_as,
        },
        sessions: 1,
        internal: session.is_internal(),
        reflected: session.route_reflector_client,
    }
}
