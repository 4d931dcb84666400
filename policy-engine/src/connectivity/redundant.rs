//! Policies without which everything is connected as with them.

use super::{Connectivity, ConnectivityDiff, ConnectivityError};
use crate::{CompileOptions, Family, OrderedTier, PolicyId, PolicySet, Snapshot, Stage, Staged};

impl PolicySet {
    /// The policies without any one of which the same connections are allowed as with it, though
    /// perhaps by others' decision: one that says what an other one says too. Each alone can go; of
    /// two that say the same, not both.
    ///
    /// Policies for the hooks of host endpoints are passed over, and staged ones that do not take
    /// part. Costs a compilation and a connectivity, O(groups²), for each policy.
    ///
    /// # Errors
    /// See [`ConnectivityError`].
    pub fn redundant_policies(
        &self,
        options: CompileOptions,
    ) -> Result<Vec<&PolicyId>, ConnectivityError> {
        let whole = both_families(self.clone(), options)?;
        let mut redundant = Vec::new();
        for policy in self.policies() {
            let staged = policy.id.kind.is_staged() && options.staged == Staged::Ignored;
            if staged || policy.stage != Stage::Normal {
                continue;
            }
            let without = both_families(self.with_tiers(without(self, &policy.id)), options)?;
            let mut pairs = whole.iter().zip(&without);
            if pairs.all(|(whole, without)| ConnectivityDiff::new(whole, without).is_empty()) {
                redundant.push(&policy.id);
            }
        }
        Ok(redundant)
    }
}

fn both_families(
    set: PolicySet,
    options: CompileOptions,
) -> Result<[Connectivity; 2], ConnectivityError> {
    let snapshot = Snapshot::compile(set, options)?;
    Ok([
        Connectivity::new(&snapshot, Family::V4)?,
        Connectivity::new(&snapshot, Family::V6)?,
    ])
}

fn without(set: &PolicySet, id: &PolicyId) -> Vec<OrderedTier> {
    let mut tiers = set.tiers().to_vec();
    for tier in &mut tiers {
        tier.policies.retain(|policy| policy.id != *id);
    }
    tiers
}
