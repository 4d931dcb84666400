//! Problems of a topology, found while they are asked for.

use std::collections::BTreeSet;

use super::mesh::{Adopted, Mesh};
use super::{Family, Problem, Topology};

impl Topology {
    /// What is odd about the topology.
    ///
    /// First what the `BGPPeer`s and nodes have against them, then what nodes are
    /// told twice, then what does not fit together, family by family and pair by
    /// pair. Holds one node's part at a time. Sessions of the mesh are not gone
    /// through: what can be wrong with them is wrong with a node.
    ///
    /// ```
    /// use calico_types::Resource;
    /// use calico_types::topology::{Topology, TopologyInput};
    /// use serde_json::json;
    ///
    /// let v3 = |kind, value| Resource::from_value("projectcalico.org/v3", kind, &value).unwrap().unwrap();
    /// let peer = |name: &str, asn: u32| {
    ///     v3("BGPPeer", json!({
    ///         "metadata": {"name": name}, "spec": {"peerIP": "192.0.2.1", "asNumber": asn},
    ///     }))
    /// };
    /// let input = TopologyInput::from_resources(&[peer("b", 65002), peer("a", 65001)]);
    /// let found: Vec<String> = Topology::build(&input).problems().map(|p| p.to_string()).collect();
    /// assert_eq!(found, [
    ///     "BGPPeers a and b describe the session of every node with 192.0.2.1 differently: \
    ///      Calico takes either, here a counts",
    /// ]);
    /// ```
    pub fn problems(&self) -> impl Iterator<Item = Problem> + '_ {
        let nodes = || 0..self.speakers.len();
        let doubles = self.doubles.iter().map(|(node, address)| {
            let owner = self.owner(*address).unwrap_or(*node);
            Problem::DuplicateAddress {
                address: *address,
                node: self.name(owner).to_owned(),
                double: self.name(*node).to_owned(),
            }
        });
        let collisions = self.speakers.iter().enumerate();
        let collisions = collisions.flat_map(|(at, s)| self.table.collisions(at, s));
        let pairs = Family::ALL.into_iter().flat_map(move |family| {
            let adopted = self.mesh.as_ref().map(|mesh| mesh.adopted(family));
            let mesh = nodes()
                .filter_map(move |node| self.mesh_as_mismatch(node, family, adopted.as_ref()?));
            mesh.chain(nodes().flat_map(move |node| self.pair_problems(node, family)))
        });
        let met = self.met.iter().cloned();
        met.chain(doubles).chain(collisions).chain(pairs)
    }

    /// Whether a node of an AS of its own takes others to have it too.
    fn mesh_as_mismatch(
        &self,
        node: usize,
        family: Family,
        adopted: &Adopted<'_>,
    ) -> Option<Problem> {
        let speaker = self.speakers.get(node)?;
        let own = Mesh::address_of(speaker, family)?;
        let first = adopted.first_other(own)?;
        // All of these are in the cluster's AS.
        let first = self.speakers.get(first.node)?;
        (first.local_as != speaker.local_as).then(|| Problem::MeshAsMismatch {
            node: speaker.name.clone(),
            family,
            expected: speaker.local_as,
            shown: first.local_as,
            peer: first.name.clone(),
            peers: adopted.others(own),
        })
    }

    /// The `BGPPeer`s that make sessions, with the families in which they do.
    pub(crate) fn speaking(&self) -> BTreeSet<(String, Family)> {
        let nodes = 0..self.speakers.len();
        let ends = nodes.flat_map(|node| self.ends(node));
        let found: BTreeSet<(&str, Family)> = ends
            .map(|end| (end.claim.rule.name.as_str(), end.family()))
            .collect();
        let owned = |(name, family): (&str, Family)| (name.to_owned(), family);
        found.into_iter().map(owned).collect()
    }

    /// How many ends the sessions of `BGPPeer`s have at most: what going through
    /// them costs.
    pub(crate) fn explicit_bound(&self) -> usize {
        self.table.bound()
    }
}
