//! What is filled in when a resource is created or read, and by whom.
//!
//! Three fill in, and not the same:
//!
//! | who | what | here |
//! |---|---|---|
//! | Calico's clients: `calicoctl`, the aggregated API server | types and tier of policies with their label, tiers, pools, kube-controllers' settings | [`apply`] |
//! | an API server with native `projectcalico.org/v3` resources, by the schema | what the schema has a default for | [`prune`](crate::prune) |
//! | the same server, by Calico's mutating admission policies | types by *presence*, the tier and its label, a pool's block size | [`admit`] |
//!
//! What is written straight into `crd.projectcalico.org/v1` gets nothing. What is
//! absent still then is for the one who reads it: [`AS_NUMBER`], [`LISTEN_PORT`]
//! and [`NODE_TO_NODE_MESH`] are such.
//!
//! All of them do nothing to what they have filled in already.

use std::collections::BTreeMap;

use crate::Resource;
use crate::resources::{
    AssignIps, AssignmentMode, EncapsulationMode, GlobalNetworkPolicySpec, IPPool,
    IPPoolAllowedUse, KubeControllersConfigurationSpec, NetworkPolicySpec, PolicyType, Rule,
    StagedKubernetesNetworkPolicySpec, Tier, TierDefaultAction,
};
use crate::scalar::{Asn, Duration};

/// The order of a tier that names none, as that of the tier `default`.
pub const TIER_ORDER: f64 = 1_000_000.0;
/// The order of every policy made from a Kubernetes NetworkPolicy.
pub const KUBERNETES_POLICY_ORDER: f64 = 1_000.0;
/// The tier of policies that name none.
pub const TIER: &str = "default";
/// The label that says a policy's tier.
pub const TIER_LABEL: &str = "projectcalico.org/tier";
/// The AS of nodes where nothing says another.
pub const AS_NUMBER: Asn = Asn(64_512);
/// Where BGP is listened for where `listenPort` says nothing.
pub const LISTEN_PORT: u16 = 179;
/// Whether every node peers with every other where `nodeToNodeMeshEnabled` says
/// nothing.
pub const NODE_TO_NODE_MESH: bool = true;
/// Where kube-controllers serves its metrics.
pub const PROMETHEUS_METRICS_PORT: u16 = 9_094;
/// After how long kube-controllers frees a leaked address.
pub const LEAK_GRACE_PERIOD: Duration = Duration::from_secs(15 * 60);

/// Fills in what is absent, as Calico's own clients do.
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
        Resource::KubeControllersConfiguration(settings) => controllers(&mut settings.spec),
        _ => {}
    }
}

/// Fills in what Calico's mutating admission policies do in an API server with
/// native resources, beside the defaults of the schema.
///
/// They go by presence: to them `egress: []` is about egress, and `types: []` is
/// an answer (which the schema then refuses).
///
/// ```
/// use calico_types::resources::{NetworkPolicy, PolicyType};
/// use calico_types::{Resource, defaults};
/// let mut policy = NetworkPolicy::default();
/// policy.spec.egress = Some(Vec::new());
/// let types = |fill: fn(&mut Resource)| {
///     let mut policy = Resource::from(policy.clone());
///     fill(&mut policy);
///     let Resource::NetworkPolicy(policy) = policy else { unreachable!() };
///     policy.spec.types
/// };
/// assert_eq!(types(defaults::apply), Some(vec![PolicyType::Ingress]));
/// assert_eq!(types(defaults::admit), Some(vec![PolicyType::Egress]));
/// ```
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "there are admission policies for six kinds"
)]
pub fn admit(resource: &mut Resource) {
    match resource {
        Resource::NetworkPolicy(policy) => {
            admit_namespaced(&mut policy.spec);
            label(&mut policy.metadata.labels, policy.spec.tier.as_deref());
        }
        Resource::StagedNetworkPolicy(policy) => {
            let spec = &mut policy.spec.policy;
            admit_namespaced(spec);
            label(&mut policy.metadata.labels, spec.tier.as_deref());
        }
        Resource::GlobalNetworkPolicy(policy) => {
            admit_global(&mut policy.spec);
            label(&mut policy.metadata.labels, policy.spec.tier.as_deref());
        }
        Resource::StagedGlobalNetworkPolicy(policy) => {
            let spec = &mut policy.spec.policy;
            admit_global(spec);
            label(&mut policy.metadata.labels, spec.tier.as_deref());
        }
        Resource::StagedKubernetesNetworkPolicy(policy) => {
            let egress = policy.spec.egress.is_some();
            let types = &mut policy.spec.policy_types;
            types.get_or_insert_with(|| kubernetes_types(egress));
        }
        Resource::IPPool(pool) => fill_block_size(pool),
        _ => {}
    }
}

/// The directions that a policy decides, from the rules it has.
///
/// An empty list of egress rules counts as none. (An API server with native
/// resources takes it for one: see [`types_by_presence`].)
#[must_use]
pub fn types(ingress: Option<&[Rule]>, egress: Option<&[Rule]>) -> Vec<PolicyType> {
    let any = |rules: Option<&[Rule]>| rules.is_some_and(|rules| !rules.is_empty());
    types_by_presence(any(ingress), any(egress))
}

/// The directions that a policy decides, from the fields that it has, empty or
/// not: as the admission policy of native resources sees it.
#[must_use]
pub fn types_by_presence(ingress: bool, egress: bool) -> Vec<PolicyType> {
    match (ingress, egress) {
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

fn admit_namespaced(spec: &mut NetworkPolicySpec) {
    let (ingress, egress) = (spec.ingress.is_some(), spec.egress.is_some());
    let types = &mut spec.types;
    types.get_or_insert_with(|| types_by_presence(ingress, egress));
    spec.tier = Some(tier(spec.tier.as_deref()).to_owned());
}

fn admit_global(spec: &mut GlobalNetworkPolicySpec) {
    let (ingress, egress) = (spec.ingress.is_some(), spec.egress.is_some());
    let types = &mut spec.types;
    types.get_or_insert_with(|| types_by_presence(ingress, egress));
    spec.tier = Some(tier(spec.tier.as_deref()).to_owned());
}

fn kubernetes(spec: &mut StagedKubernetesNetworkPolicySpec) {
    if is_unset(spec.policy_types.as_ref()) {
        let egress = !is_unset(spec.egress.as_ref());
        spec.policy_types = Some(kubernetes_types(egress));
    }
}

/// Kubernetes' own rule: ingress always, egress where there are egress rules.
fn kubernetes_types(egress: bool) -> Vec<PolicyType> {
    types_by_presence(true, egress)
}

fn label(labels: &mut BTreeMap<String, String>, name: Option<&str>) {
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
    if is_unset(spec.allowed_uses.as_ref()) {
        spec.allowed_uses = Some(vec![IPPoolAllowedUse::Workload, IPPoolAllowedUse::Tunnel]);
    }
    spec.ipip_mode.get_or_insert(EncapsulationMode::Never);
    spec.vxlan_mode.get_or_insert(EncapsulationMode::Never);
    spec.assignment_mode
        .get_or_insert(AssignmentMode::Automatic);
    fill_block_size(pool);
}

fn fill_block_size(pool: &mut IPPool) {
    let spec = &mut pool.spec;
    if spec.block_size.is_none_or(|size| size == 0) {
        spec.block_size = Some(if spec.cidr.addr().is_ipv4() { 26 } else { 122 });
    }
}

/// A controller that is absent does not run, and gets no settings.
fn controllers(spec: &mut KubeControllersConfigurationSpec) {
    spec.prometheus_metrics_port
        .get_or_insert(PROMETHEUS_METRICS_PORT);
    if let Some(node) = &mut spec.controllers.node {
        node.leak_grace_period.get_or_insert(LEAK_GRACE_PERIOD);
    }
    if let Some(balancer) = &mut spec.controllers.load_balancer {
        balancer.assign_ips.get_or_insert(AssignIps::AllServices);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn filled(fill: fn(&mut Resource), kind: &str, spec: Value) -> (Value, Value) {
        let document = json!({
            "apiVersion": "projectcalico.org/v3", "kind": kind,
            "metadata": {"name": "x"}, "spec": spec,
        });
        let mut resource = Resource::from_value("projectcalico.org/v3", kind, &document)
            .unwrap()
            .unwrap();
        fill(&mut resource);
        let once = serde_json::to_value(&resource).unwrap();
        fill(&mut resource);
        assert_eq!(
            serde_json::to_value(&resource).unwrap(),
            once,
            "not idempotent"
        );
        (once["spec"].clone(), once["metadata"]["labels"].clone())
    }

    const RULE: &str = r#"[{"action":"Allow"}]"#;

    /// api/pkg/defaults/networkpolicy.go, and the admission policy
    /// `policytypes.policy.projectcalico.org`.
    #[test]
    fn types_follow_the_rules_or_their_presence() {
        let rule: Value = serde_json::from_str(RULE).unwrap();
        let (ingress, egress) = (json!(["Ingress"]), json!(["Egress"]));
        let both = json!(["Ingress", "Egress"]);
        for kind in [
            "NetworkPolicy",
            "GlobalNetworkPolicy",
            "StagedNetworkPolicy",
            "StagedGlobalNetworkPolicy",
        ] {
            for (spec, by_rules, by_presence) in [
                (json!({}), &ingress, &ingress),
                (json!({"ingress": rule}), &ingress, &ingress),
                (json!({"egress": rule}), &egress, &egress),
                (json!({"ingress": rule, "egress": rule}), &both, &both),
                (json!({"egress": []}), &ingress, &egress),
                (json!({"ingress": []}), &ingress, &ingress),
                (json!({"ingress": [], "egress": []}), &ingress, &both),
                (json!({"ingress": [], "egress": rule}), &egress, &both),
                (json!({"types": ["Egress"]}), &egress, &egress),
                (json!({"types": []}), &ingress, &json!([])),
            ] {
                let (go, labels) = filled(apply, kind, spec.clone());
                assert_eq!(&go["types"], by_rules, "{kind} {spec}");
                assert_eq!(labels, json!({TIER_LABEL: "default"}));
                let (admitted, labels) = filled(admit, kind, spec.clone());
                assert_eq!(&admitted["types"], by_presence, "{kind} {spec}");
                assert_eq!(labels, json!({TIER_LABEL: "default"}));
            }
        }
    }

    #[test]
    fn tiers_are_named_and_labelled() {
        for (tier, expected) in [(json!(""), "default"), (json!("security"), "security")] {
            for fill in [apply as fn(&mut Resource), admit] {
                let (spec, labels) = filled(fill, "NetworkPolicy", json!({"tier": tier}));
                assert_eq!(spec["tier"], expected);
                assert_eq!(labels[TIER_LABEL], expected);
            }
        }
        let (spec, labels) = filled(apply, "StagedKubernetesNetworkPolicy", json!({}));
        assert_eq!(spec["policyTypes"], json!(["Ingress"]));
        assert_eq!(labels, Value::Null);
    }

    #[test]
    fn policies_of_kubernetes_are_always_about_ingress() {
        for (spec, by_rules, by_presence) in [
            (json!({}), json!(["Ingress"]), json!(["Ingress"])),
            (
                json!({"egress": []}),
                json!(["Ingress"]),
                json!(["Ingress", "Egress"]),
            ),
            (
                json!({"egress": [{}]}),
                json!(["Ingress", "Egress"]),
                json!(["Ingress", "Egress"]),
            ),
        ] {
            let kind = "StagedKubernetesNetworkPolicy";
            assert_eq!(filled(apply, kind, spec.clone()).0["policyTypes"], by_rules);
            assert_eq!(filled(admit, kind, spec).0["policyTypes"], by_presence);
        }
    }

    #[test]
    fn pools_are_completed_by_clients_and_get_a_block_size_from_admission() {
        let (spec, _) = filled(apply, "IPPool", json!({"cidr": "10.0.5.0/16"}));
        let expected = json!({
            "cidr": "10.0.0.0/16", "nodeSelector": "all()", "blockSize": 26,
            "allowedUses": ["Workload", "Tunnel"], "ipipMode": "Never", "vxlanMode": "Never",
            "assignmentMode": "Automatic",
        });
        assert_eq!(spec, expected);
        let (spec, _) = filled(
            apply,
            "IPPool",
            json!({"cidr": "fd00::/48", "blockSize": 0}),
        );
        assert_eq!(spec["blockSize"], 122);
        let (spec, _) = filled(
            admit,
            "IPPool",
            json!({"cidr": "fd00::/48", "blockSize": 0}),
        );
        assert_eq!(spec, json!({"cidr": "fd00::/48", "blockSize": 122}));
    }

    #[test]
    fn tiers_without_order_are_as_late_as_the_default_one() {
        let (spec, _) = filled(apply, "Tier", json!({}));
        assert_eq!(spec, json!({"order": 1_000_000, "defaultAction": "Deny"}));
        let (spec, _) = filled(apply, "Tier", json!({"order": 1, "defaultAction": "Pass"}));
        assert_eq!(spec, json!({"order": 1, "defaultAction": "Pass"}));
    }

    /// libcalico-go/lib/clientv3/kubecontrollersconfig.go
    #[test]
    fn controllers_that_run_get_their_settings() {
        let kind = "KubeControllersConfiguration";
        let (spec, _) = filled(apply, kind, json!({"controllers": {}}));
        assert_eq!(spec["prometheusMetricsPort"], 9_094);
        assert_eq!(spec["controllers"], json!({}));
        let (spec, _) = filled(
            apply,
            kind,
            json!({"prometheusMetricsPort": 0, "controllers": {"node": {}, "loadBalancer": {}}}),
        );
        assert_eq!(spec["prometheusMetricsPort"], 0);
        assert_eq!(spec["controllers"]["node"]["leakGracePeriod"], "15m0s");
        assert_eq!(
            spec["controllers"]["loadBalancer"]["assignIPs"],
            "AllServices"
        );
        let (spec, _) = filled(admit, kind, json!({"controllers": {"node": {}}}));
        assert_eq!(spec, json!({"controllers": {"node": {}}}));
    }

    /// Consumers' defaults are for consumers: nothing is written down.
    #[test]
    fn nothing_is_filled_into_bgp_settings() {
        for fill in [apply as fn(&mut Resource), admit] {
            assert_eq!(filled(fill, "BGPConfiguration", json!({})).0, json!({}));
        }
    }
}
