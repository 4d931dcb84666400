//! A topology as JSON, or as whatever else serde writes.

use serde::ser::{SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};

use super::{Family, NodeTopology, SessionCount, Speaker, Topology};

/// Session ends up to which all are written: a full mesh of 316 nodes.
pub(super) const MOST_WRITTEN: usize = 100_000;

/// `sessions` (how many there are), `nodes` with everything that each is to do,
/// sorted by name; passwords hidden.
///
/// Where the nodes have more than 100 000 session ends together, `nodes` have
/// `sessionCount`s instead of `sessions`, and `complete` is false. One node is
/// always written whole: [`Topology::node`].
///
/// Written while it is made: holds one node at a time.
impl Serialize for Topology {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let complete = self.ends_up_to(MOST_WRITTEN) <= MOST_WRITTEN;
        let mut fields = serializer.serialize_struct("Topology", 3)?;
        fields.serialize_field("sessions", &self.session_count())?;
        fields.serialize_field("complete", &complete)?;
        fields.serialize_field("nodes", &Nodes(self, complete))?;
        fields.end()
    }
}

struct Nodes<'a>(&'a Topology, bool);

impl Serialize for Nodes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(topology, complete) = self;
        let mut list = serializer.serialize_seq(Some(topology.speakers.len()))?;
        for (node, speaker) in topology.speakers.iter().enumerate() {
            if *complete {
                let whole: Option<NodeTopology> = topology.at(node);
                list.serialize_element(&whole)?;
            } else {
                let session_count = topology.degree(node);
                list.serialize_element(&Summary {
                    speaker,
                    session_count,
                })?;
            }
        }
        list.end()
    }
}

#[derive(Serialize)]
struct Summary<'a> {
    #[serde(flatten)]
    speaker: &'a Speaker,
    #[serde(rename = "sessionCount")]
    session_count: SessionCount,
}

impl Topology {
    /// The session ends of all nodes, counted no further than just beyond a
    /// limit.
    pub(super) fn ends_up_to(&self, limit: usize) -> usize {
        let mut ends = self.mesh_ends();
        for node in 0..self.speakers.len() {
            if ends > limit {
                break;
            }
            ends = ends.saturating_add(self.ends(node).count());
        }
        ends
    }

    fn mesh_ends(&self) -> usize {
        let Some(mesh) = &self.mesh else {
            return 0;
        };
        let of = |family: Family| -> usize {
            let degrees = self.speakers.iter().map(|s| mesh.degree(s, family));
            degrees.sum()
        };
        Family::ALL.into_iter().map(of).sum()
    }
}
