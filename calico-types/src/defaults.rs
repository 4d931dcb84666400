//! What Calico fills in when a resource is created or read.
//!
//! `libcalico-go`'s clients do this, so `calicoctl` and the aggregated API
//! server do; custom resources written straight into an API server get only
//! the defaults of their schema (see [`prune`](crate::prune)).

use crate::Resource;
use crate::resources::{
    AssignmentMode, EncapsulationMode, GlobalNetworkPolicySpec, IPPool, IPPoolAllowedUse,
    NetworkPolicySpec, PolicyType, Rule, StagedKubernetesNetworkPolicySpec, Tier,
    TierDefaultAction,
};

/// The order of a tier that names none, as that of the tier `default`.
pub const TIER_ORDER: f64 = 1_000_000.0;
/// The order of every policy made from a Kubernetes NetworkPolicy.
pub const KUBERNETES_POLICY_ORDER: f64 = 1_000.0;
/// The tier of policies that name none.
pub const TIER: &str = "default";
/// The label that says a policy's tier.
pub const TIER_LABEL: &str = "projectcalico.org/tier";

/// Fills in what is absent.
///
/// ```
/// use calico_types::resources::{NetworkPolicy, PolicyType};
/// use calico_types::{Resource, defaults};
/// let mut policy = Resource::from(NetworkPolicy::default());
/// defaults::apply(&mut policy);
/// let Resource::NetworkPolicy(policy) = policy else { unreachable!() };
/// assert_eq!(policy.spec.types, Some(vec![PolicyType::Ingress]));
/// assert_eq!(policy.spec.tier.as_deref(), Some("default"));
/// ```
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other thirty kinds have no defaults of this sort"
)]
pub fn apply(resource: &mut Resource) {
    match resource {
        Resource::NetworkPolicy(policy) => {
            namespaced(&mut policy.spec);
            label(&mut policy.metadata.labels, policy.spec.tier.as_deref());
        }
        Resource::StagedNetworkPolicy(policy) => {
            namespaced(&mut policy.spec.policy);
            label(
                &mut policy.metadata.labels,
                policy.spec.policy.tier.as_deref(),
            );
        }
        Resource::GlobalNetworkPolicy(policy) => {
            global(&mut policy.spec);
            label(&mut policy.metadata.labels, policy.spec.tier.as_deref());
        }
        Resource::StagedGlobalNetworkPolicy(policy) => {
            global(&mut policy.spec.policy);
            label(
                &mut policy.metadata.labels,
                policy.spec.policy.tier.as_deref(),
            );
        }
        Resource::StagedKubernetesNetworkPolicy(policy) => kubernetes(&mut policy.spec),
        Resource::Tier(tier) => fill_tier(tier),
        Resource::IPPool(pool) => fill_pool(pool),
        _ => {}
    }
}

/// The directions that a policy decides, from the rules it has.
///
/// An empty list of egress rules counts as none. (An API server with native
/// resources takes it for one: there `egress: []` makes an egress policy.)
#[must_use]
pub fn types(ingress: Option<&[Rule]>, egress: Option<&[Rule]>) -> Vec<PolicyType> {
    let any = |rules: Option<&[Rule]>| rules.is_some_and(|rules| !rules.is_empty());
    match (any(ingress), any(egress)) {
        (_, false) => vec![PolicyType::Ingress],
        (false, true) => vec![PolicyType::Egress],
        (true, true) => vec![PolicyType::Ingress, PolicyType::Egress],
    }
}

/// The tier that a text names; none and the empty one are `default`.
#[must_use]
pub fn tier(name: Option<&str>) -> &str {
    match name {
        None | Some("") => TIER,
        Some(name) => name,
    }
}

fn is_unset<T>(list: Option<&Vec<T>>) -> bool {
    list.is_none_or(Vec::is_empty)
}

fn namespaced(spec: &mut NetworkPolicySpec) {
    if is_unset(spec.types.as_ref()) {
        spec.types = Some(types(spec.ingress.as_deref(), spec.egress.as_deref()));
    }
    spec.tier = Some(tier(spec.tier.as_deref()).to_owned());
}

fn global(spec: &mut GlobalNetworkPolicySpec) {
    if is_unset(spec.types.as_ref()) {
        spec.types = Some(types(spec.ingress.as_deref(), spec.egress.as_deref()));
    }
    spec.tier = Some(tier(spec.tier.as_deref()).to_owned());
}

/// Kubernetes' own rule: ingress always, egress where there are egress rules.
fn kubernetes(spec: &mut StagedKubernetesNetworkPolicySpec) {
    if is_unset(spec.policy_types.as_ref()) {
        let mut types = vec![PolicyType::Ingress];
        if !is_unset(spec.egress.as_ref()) {
            types.push(PolicyType::Egress);
        }
        spec.policy_types = Some(types);
    }
}

fn label(labels: &mut std::collections::BTreeMap<String, String>, name: Option<&str>) {
    labels.insert(TIER_LABEL.to_owned(), tier(name).to_owned());
}

fn fill_tier(tier: &mut Tier) {
    tier.spec.order.get_or_insert(TIER_ORDER);
    tier.spec
        .default_action
        .get_or_insert(TierDefaultAction::Deny);
}

fn fill_pool(pool: &mut IPPool) {
    let spec = &mut pool.spec;
    spec.cidr = spec.cidr.trunc();
    if spec.node_selector.as_deref().is_none_or(str::is_empty) {
        spec.node_selector = Some("all()".to_owned());
    }
    if spec.block_size.is_none_or(|size| size == 0) {
        spec.block_size = Some(if spec.cidr.addr().is_ipv4() { 26 } else { 122 });
    }
    if is_unset(spec.allowed_uses.as_ref()) {
        spec.allowed_uses = Some(vec![IPPoolAllowedUse::Workload, IPPoolAllowedUse::Tunnel]);
    }
    spec.ipip_mode.get_or_insert(EncapsulationMode::Never);
    spec.vxlan_mode.get_or_insert(EncapsulationMode::Never);
    spec.assignment_mode
        .get_or_insert(AssignmentMode::Automatic);
}
