//! Policies in tiers that are not there.
//!
//! Felix goes on without the tier: it comes last, and ends in denial.

use std::collections::BTreeMap;

use super::bundle::Bundle;
use crate::Diagnostic;

/// Tiers that Calico makes itself, of all releases.
const BUILT_IN: [&str; 5] = [
    "default",
    "kube-admin",
    "kube-baseline",
    "adminnetworkpolicy",
    "baselineadminnetworkpolicy",
];

/// One finding for each tier, at the first of its policies: the tier is missing
/// once, however many policies are in it.
pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let known = |name: &str| {
        BUILT_IN.contains(&name)
            || bundle.tier(name).is_some()
            || bundle.unseen.may_be("Tier", name)
    };
    let mut missing: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for policy in bundle.policies.iter().filter(|p| !known(p.tier())) {
        missing.entry(policy.tier()).or_default().push(policy);
    }
    for (tier, policies) in missing {
        let Some(first) = policies.first() else {
            continue;
        };
        let more = match policies.len() {
            1 => String::new(),
            n => format!(" (and {} more policies in it)", n - 1),
        };
        let message = format!("no Tier {tier}: {} is in it{more}", first.name);
        found.push(
            first
                .finding(bundle.missing(), "missing-tier", "spec.tier", message)
                .help("calicoctl refuses such a policy; Felix evaluates it after every other tier, and denies at its end"),
        );
    }
}
