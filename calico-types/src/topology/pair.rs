//! Pairs of nodes: both ends of what they have for each other.
//!
//! A node alone cannot know whether its peer peers back. A pair is made from
//! both ends, one node's pairs at a time, so that nothing is kept for the
//! cluster; pairs of the mesh fit by construction and are not gone through.

use std::collections::BTreeMap;

use super::render::End;
use super::{Family, Problem, Topology};

/// What two nodes have for each other in a family, the mesh apart.
#[derive(Debug, Default)]
pub(super) struct Pair<'a> {
    /// The sessions of the node whose name comes first.
    pub(super) first: Vec<End<'a>>,
    /// Those of the other.
    pub(super) second: Vec<End<'a>>,
}

impl Pair<'_> {
    pub(super) fn ends(&self) -> impl Iterator<Item = &End<'_>> {
        self.first.iter().chain(&self.second)
    }
}

impl Topology {
    /// What a node has with nodes after it, the mesh apart, by their places.
    ///
    /// Costs time in proportion to the node's own sessions, and to those of
    /// others that call it.
    pub(super) fn pairs_after(&self, node: usize, family: Family) -> BTreeMap<usize, Pair<'_>> {
        let mut pairs: BTreeMap<usize, Pair<'_>> = BTreeMap::new();
        for end in self.ends(node) {
            if let Some(remote) = end.remote.filter(|remote| *remote > node)
                && end.family() == family
            {
                pairs.entry(remote).or_default().first.push(end);
            }
        }
        for caller in self.callers_after(node, family) {
            let ends = self.ends_towards(caller, node, family);
            if !ends.is_empty() {
                pairs.entry(caller).or_default().second = ends;
            }
        }
        pairs
    }

    /// The nodes after a node that may call it.
    fn callers_after(&self, node: usize, family: Family) -> Vec<usize> {
        let speaker = self.speakers.get(node);
        let own = speaker.and_then(|speaker| speaker.address(family));
        // Nobody means a node whose address belongs to another.
        let Some(address) = own.filter(|own| self.owner(*own) == Some(node)) else {
            return Vec::new();
        };
        let mut callers = match self.table.callers(address) {
            Some(callers) => callers,
            None => (0..self.speakers.len()).collect(),
        };
        callers.retain(|caller| *caller > node);
        callers
    }

    /// Whether two nodes are joined by the mesh.
    pub(super) fn is_meshed(&self, one: usize, other: usize, family: Family) -> bool {
        let mesh = self.mesh.as_ref();
        let both = self.speakers.get(one).zip(self.speakers.get(other));
        mesh.zip(both).is_some_and(|(mesh, (first, second))| {
            mesh.joins([(one, first), (other, second)], family)
        })
    }

    /// What does not fit together between a node and those after it.
    ///
    /// Where the mesh joins two nodes as well, each has a session from the
    /// other, and which of several answers which is not known.
    pub(super) fn pair_problems(&self, node: usize, family: Family) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (other, pair) in self.pairs_after(node, family) {
            if self.is_meshed(node, other, family) {
                continue;
            }
            let ends = [
                (node, other, &pair.first, &pair.second),
                (other, node, &pair.second, &pair.first),
            ];
            for (one, peer, own, theirs) in ends {
                let names = [self.name(one), self.name(peer)];
                problems.extend(one_sided(family, names, own, theirs));
                problems.extend(as_mismatch(family, names, own, theirs));
            }
            problems.extend(self.both_passive(family, [node, other], &pair));
            problems.extend(self.reflector_as_client([node, other], &pair.first));
            problems.extend(self.reflector_as_client([other, node], &pair.second));
        }
        problems
    }

    /// Nobody opens the connection where every session of both ends waits.
    fn both_passive(
        &self,
        family: Family,
        [node, peer]: [usize; 2],
        pair: &Pair<'_>,
    ) -> Option<Problem> {
        let both = !pair.first.is_empty() && !pair.second.is_empty();
        let wait = both && pair.ends().all(|end| end.passive);
        wait.then(|| Problem::BothPassive {
            node: self.name(node).to_owned(),
            peer: self.name(peer).to_owned(),
            family,
        })
    }

    /// A reflector of the same cluster that is taken for a client.
    fn reflector_as_client(&self, nodes: [usize; 2], ends: &[End<'_>]) -> Option<Problem> {
        let [own, theirs] = nodes.map(|node| self.speakers.get(node)?.cluster_id);
        let end = ends.iter().find(|end| end.client_of.is_some())?;
        let [node, peer] = nodes.map(|node| self.name(node).to_owned());
        (own.is_some() && own == theirs).then(|| Problem::ReflectorAsClient {
            node,
            peer,
            bgp_peer: end.claim.rule.name.clone(),
        })
    }
}

/// A session without its other end: a node would call, or wait, in vain.
fn one_sided(
    family: Family,
    [node, peer]: [&str; 2],
    own: &[End<'_>],
    theirs: &[End<'_>],
) -> Option<Problem> {
    let end = own.first().filter(|_| theirs.is_empty())?;
    Some(Problem::OneSided {
        node: node.to_owned(),
        peer: peer.to_owned(),
        family,
        bgp_peer: end.claim.rule.name.clone(),
    })
}

/// Compared only where each end has one session: with several ports in play it is
/// not known which belongs to which. BIRD would answer the OPEN with Bad Peer AS
/// (RFC 4271 §6.2).
fn as_mismatch(
    family: Family,
    [node, peer]: [&str; 2],
    own: &[End<'_>],
    theirs: &[End<'_>],
) -> Option<Problem> {
    let ([own], [theirs]) = (own, theirs) else {
        return None;
    };
    (own.peer_as() != theirs.local_as).then(|| Problem::AsMismatch {
        node: node.to_owned(),
        peer: peer.to_owned(),
        family,
        expected: own.peer_as(),
        shown: theirs.local_as,
        bgp_peer: own.claim.rule.name.clone(),
    })
}
