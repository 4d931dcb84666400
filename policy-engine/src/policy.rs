//! Tiers and policies, and the order in which they are asked.

use std::cmp::Ordering;
use std::fmt;

use calico_types::selector::Selector;

use crate::{Direction, Rule};

/// The name of the tier of policies that name none.
pub const DEFAULT_TIER: &str = "default";

/// A tier: policies that are asked together, and what happens when none of them decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Tier {
    /// The name; unique.
    pub name: String,
    /// Tiers are asked in ascending order; those without one come last.
    pub order: Option<f64>,
    /// What happens to a packet of which some policy of the tier selects the endpoint, and
    /// which none of the rules decided.
    pub default_action: TierDefault,
}

/// What happens at the end of a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TierDefault {
    /// The packet is dropped.
    Deny,
    /// The next tier is asked.
    Pass,
}

impl Tier {
    /// The tiers that Calico makes itself: `kube-admin`, `default` and `kube-baseline`, and
    /// `adminnetworkpolicy` and `baselineadminnetworkpolicy` of the releases that have
    /// `AdminNetworkPolicy`. One without policies is passed over.
    #[must_use]
    pub fn built_in() -> [Self; 5] {
        let tier = |name: &str, order, default_action| Self {
            name: name.to_owned(),
            order: Some(order),
            default_action,
        };
        [
            tier("adminnetworkpolicy", 1_000.0, TierDefault::Pass),
            tier("kube-admin", 1_000.0, TierDefault::Pass),
            tier(DEFAULT_TIER, 1_000_000.0, TierDefault::Deny),
            tier(
                "baselineadminnetworkpolicy",
                10_000_000.0,
                TierDefault::Pass,
            ),
            tier("kube-baseline", 10_000_000.0, TierDefault::Pass),
        ]
    }

    /// The order of evaluation: by order, without one last, equal ones by name.
    pub(crate) fn evaluation_order(&self, other: &Self) -> Ordering {
        by_order(self.order, other.order).then_with(|| self.name.cmp(&other.name))
    }
}

/// Absent is after every number. A NaN, which no manifest can write, is after every number
/// as well.
fn by_order(a: Option<f64>, b: Option<f64>) -> Ordering {
    let key = |order: Option<f64>| order.filter(|o| !o.is_nan());
    match (key(a), key(b)) {
        (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// The kind of resource that a policy was written as. It takes part in the order of
/// evaluation, where everything else is equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PolicyKind {
    /// `projectcalico.org/v3` `NetworkPolicy`.
    NetworkPolicy,
    /// `projectcalico.org/v3` `GlobalNetworkPolicy`.
    GlobalNetworkPolicy,
    /// `networking.k8s.io/v1` `NetworkPolicy`.
    KubernetesNetworkPolicy,
    /// `policy.networking.k8s.io` `ClusterNetworkPolicy`.
    KubernetesClusterNetworkPolicy,
    /// `policy.networking.k8s.io` `AdminNetworkPolicy`.
    KubernetesAdminNetworkPolicy,
    /// `policy.networking.k8s.io` `BaselineAdminNetworkPolicy`.
    KubernetesBaselineAdminNetworkPolicy,
    /// `projectcalico.org/v3` `StagedNetworkPolicy`.
    StagedNetworkPolicy,
    /// `projectcalico.org/v3` `StagedGlobalNetworkPolicy`.
    StagedGlobalNetworkPolicy,
    /// `projectcalico.org/v3` `StagedKubernetesNetworkPolicy`.
    StagedKubernetesNetworkPolicy,
}

impl PolicyKind {
    /// Calico's name of the kind, as Felix keys policies by it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NetworkPolicy => "NetworkPolicy",
            Self::GlobalNetworkPolicy => "GlobalNetworkPolicy",
            Self::KubernetesNetworkPolicy => "KubernetesNetworkPolicy",
            Self::KubernetesClusterNetworkPolicy => "KubernetesClusterNetworkPolicy",
            Self::KubernetesAdminNetworkPolicy => "KubernetesAdminNetworkPolicy",
            Self::KubernetesBaselineAdminNetworkPolicy => "KubernetesBaselineAdminNetworkPolicy",
            Self::StagedNetworkPolicy => "StagedNetworkPolicy",
            Self::StagedGlobalNetworkPolicy => "StagedGlobalNetworkPolicy",
            Self::StagedKubernetesNetworkPolicy => "StagedKubernetesNetworkPolicy",
        }
    }

    /// Whether policies of this kind are a preview: evaluated for the pending verdict, never
    /// enforced.
    #[must_use]
    pub const fn is_staged(self) -> bool {
        match self {
            Self::StagedNetworkPolicy
            | Self::StagedGlobalNetworkPolicy
            | Self::StagedKubernetesNetworkPolicy => true,
            Self::NetworkPolicy
            | Self::GlobalNetworkPolicy
            | Self::KubernetesNetworkPolicy
            | Self::KubernetesClusterNetworkPolicy
            | Self::KubernetesAdminNetworkPolicy
            | Self::KubernetesBaselineAdminNetworkPolicy => false,
        }
    }
}

impl fmt::Display for PolicyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What identifies a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId {
    /// The kind of resource.
    pub kind: PolicyKind,
    /// The namespace; `None` for cluster-wide kinds.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

/// `Kind namespace/name`, or `Kind name`.
impl fmt::Display for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

impl PolicyId {
    /// Felix's tie-break: the bytes of `name/namespace/kind`, so that `p-1` comes before
    /// `p`, since `-` sorts before `/`.
    fn tie_break(&self) -> impl Iterator<Item = u8> + '_ {
        let namespace = self.namespace.as_deref().unwrap_or_default();
        let parts = [&self.name, "/", namespace, "/", self.kind.as_str()];
        parts.into_iter().flat_map(str::bytes)
    }
}

/// Which of a host's hooks a policy is for. Workload endpoints know only [`Stage::Normal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The ordinary hook, where connections are tracked.
    Normal,
    /// Before connection tracking (`doNotTrack`); host endpoints only.
    Untracked,
    /// Before destination NAT (`preDNAT`); host endpoints only.
    PreDnat,
}

/// A policy, with its selectors already scoped to where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Kind, namespace and name.
    pub id: PolicyId,
    /// The tier's name.
    pub tier: String,
    /// Policies of a tier are asked in ascending order; those without one come last.
    pub order: Option<f64>,
    /// The endpoints that the policy is about.
    pub selector: Selector,
    /// The ingress rules in order; `None` when the policy says nothing about ingress, which
    /// differs from saying it with no rule (that isolates).
    pub ingress: Option<Vec<Rule>>,
    /// The egress rules in order; `None` as with ingress.
    pub egress: Option<Vec<Rule>>,
    /// Which hook the policy is for.
    pub stage: Stage,
    /// Whether it is about forwarded traffic of host endpoints too (`applyOnForward`).
    pub apply_on_forward: bool,
}

impl Policy {
    /// The rules of a direction, `None` when the policy is not about it.
    #[must_use]
    pub fn rules(&self, direction: Direction) -> Option<&[Rule]> {
        match direction {
            Direction::Ingress => self.ingress.as_deref(),
            Direction::Egress => self.egress.as_deref(),
        }
    }

    /// The order of evaluation inside a tier: by order, then by Felix's tie-break.
    pub(crate) fn evaluation_order(&self, other: &Self) -> Ordering {
        by_order(self.order, other.order)
            .then_with(|| self.id.tie_break().cmp(other.id.tie_break()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(kind: PolicyKind, namespace: Option<&str>, name: &str) -> PolicyId {
        PolicyId {
            kind,
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        }
    }

    fn global(name: &str, order: Option<f64>) -> Policy {
        Policy {
            id: id(PolicyKind::GlobalNetworkPolicy, None, name),
            tier: DEFAULT_TIER.to_owned(),
            order,
            selector: Selector::all(),
            ingress: None,
            egress: None,
            stage: Stage::Normal,
            apply_on_forward: false,
        }
    }

    #[test]
    fn a_dash_or_a_dot_sorts_before_the_end_of_a_name_and_a_digit_after() {
        let mut policies = ["p1", "p", "p.a", "p-1"]
            .map(|name| global(name, Some(1.0)))
            .to_vec();
        policies.sort_by(Policy::evaluation_order);
        let names: Vec<_> = policies.iter().map(|p| p.id.name.as_str()).collect();
        assert_eq!(names, ["p-1", "p.a", "p", "p1"]);
    }

    #[test]
    fn equal_names_go_by_namespace_and_kind() {
        let mut namespaced = global("p", Some(1.0));
        namespaced.id = id(PolicyKind::NetworkPolicy, Some("default"), "p");
        assert_eq!(
            global("p", Some(1.0)).evaluation_order(&namespaced),
            Ordering::Less
        );
    }

    #[test]
    fn no_order_is_after_any_order() {
        let last = global("a", None);
        assert_eq!(
            global("z", Some(f64::MAX)).evaluation_order(&last),
            Ordering::Less
        );
        assert_eq!(last.evaluation_order(&global("b", None)), Ordering::Less);
        assert_eq!(
            global("z", Some(-1.5)).evaluation_order(&global("a", Some(0.0))),
            Ordering::Less
        );
    }
}
