//! Policies and their tiers.

use std::collections::HashSet;

use super::refuse;
use crate::decode::Located;
use crate::diagnostic::Diagnostic;
use crate::resources::Resource;
use crate::validate::Version;

/// The tier of a policy, if the resource is one that has a tier.
pub(in crate::validate) fn tier_of(resource: &Resource) -> Option<&str> {
    let tier = if let Resource::NetworkPolicy(policy) = resource {
        &policy.spec.tier
    } else if let Resource::GlobalNetworkPolicy(policy) = resource {
        &policy.spec.tier
    } else if let Resource::StagedNetworkPolicy(policy) = resource {
        &policy.spec.policy.tier
    } else if let Resource::StagedGlobalNetworkPolicy(policy) = resource {
        &policy.spec.policy.tier
    } else {
        return None;
    };
    Some(match tier.as_deref() {
        None | Some("") => "default",
        Some(tier) => tier,
    })
}

/// Tiers that Calico makes itself, and lets nobody delete. Those of Kubernetes'
/// cluster-wide policies changed their names with the policies' kind.
pub(in crate::validate) const fn built_in(release: Version) -> &'static [&'static str] {
    match release.minor() {
        ..=28 => &["default"],
        29 => &["default", "adminnetworkpolicy"],
        30 | 31 => &[
            "default",
            "adminnetworkpolicy",
            "baselineadminnetworkpolicy",
        ],
        32.. => &["default", "kube-admin", "kube-baseline"],
    }
}

/// Policies in tiers that are not there.
pub(super) fn missing(resources: &[Located], release: Version, found: &mut Vec<Diagnostic>) {
    let mut tiers: HashSet<&str> = built_in(release).iter().copied().collect();
    for located in resources {
        if let Resource::Tier(tier) = &located.resource {
            tiers.insert(&tier.metadata.name);
        }
    }
    for located in resources {
        let Some(tier) = tier_of(&located.resource) else {
            continue;
        };
        if !tiers.contains(tier) {
            let message = format!("there is no Tier {tier}");
            found.push(refuse(located, "missing-tier", "spec.tier", message).help(
                "calicoctl refuses such a policy; Felix evaluates it after every other tier, and denies at its end",
            ));
        }
    }
}

/// Names made of other APIs' policies, which keep their form.
const CONVERTED: [&str; 4] = [
    "knp.default.",
    "kanp.adminnetworkpolicy.",
    "kbanp.baselineadminnetworkpolicy.",
    "ossg.",
];

/// Until 3.32 a policy's name began with its tier, but for the default one.
pub(super) fn policy_name(located: &Located, release: Version, found: &mut Vec<Diagnostic>) {
    if !(Version::V3_29..Version::V3_32).contains(&release) {
        return;
    }
    let Some(tier) = tier_of(&located.resource) else {
        return;
    };
    let name = located.resource.metadata().name.as_str();
    let converted = CONVERTED.iter().any(|prefix| name.starts_with(prefix));
    let fits = match name.split_once('.') {
        None => tier == "default",
        Some((prefix, _)) => prefix == tier,
    };
    if !name.is_empty() && !converted && !fits {
        let message = format!("in Calico {release} a policy of tier {tier} is called {tier}.NAME");
        found.push(
            refuse(located, "name-without-tier", "metadata.name", message)
                .help("since Calico 3.32 any name will do")
                .suggest(format!(
                    "name: {tier}.{}",
                    name.rsplit('.').next().unwrap_or(name)
                )),
        );
    }
}
