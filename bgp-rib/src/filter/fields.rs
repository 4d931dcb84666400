//! The fields of a packed attribute set, taken out once for all that ask.

use super::FilterChain;
use crate::attribute_set::AttributeSet;
use bgp_wire::{AsPath, Origin, PathAttributes};

/// The fields of the set that was asked for last: routes of one UPDATE follow
/// each other.
#[derive(Debug, Default, Clone)]
pub(crate) struct Fields(Option<(AttributeSet, PathAttributes)>);

/// What a chain sees that does not look.
static NOTHING: PathAttributes = PathAttributes {
    origin: Origin::Igp,
    as_path: AsPath::empty(),
    next_hop: None,
    med: None,
    local_pref: None,
    atomic_aggregate: false,
    aggregator: None,
    communities: Vec::new(),
    extended_communities: Vec::new(),
    ipv6_extended_communities: Vec::new(),
    large_communities: Vec::new(),
    originator_id: None,
    cluster_list: Vec::new(),
    aigp: None,
    only_to_customer: None,
    others: Vec::new(),
};

impl Fields {
    /// The fields of `set`, as far as `chain` asks for any.
    pub(crate) fn of(&mut self, chain: &FilterChain, set: &AttributeSet) -> &PathAttributes {
        if !chain.asks_attributes() {
            return &NOTHING;
        }
        let (_, fields) = match self.0.take() {
            Some((held, fields)) if held == *set => self.0.insert((held, fields)),
            Some(_) | None => self.0.insert((set.clone(), set.to_path_attributes())),
        };
        fields
    }
}
