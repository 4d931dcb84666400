//! Policies of every kind as one, in the order in which they are asked.
//!
//! Kubernetes' policies are converted, so that a lint sees all that an endpoint
//! is subject to in one list and one language. Staged policies are kept apart:
//! nothing that they say has an effect. Policies that cannot be converted are left
//! out.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::bundle::finding;
use super::peers::namespaces;
use crate::convert::{
    self, NAMESPACE_LABEL, NAMESPACE_LABEL_PREFIX, ORCHESTRATOR_LABEL, SERVICE_ACCOUNT_LABEL_PREFIX,
};
use crate::decode::Located;
use crate::resources::{
    Action, GlobalNetworkPolicySpec, NetworkPolicySpec, PolicyType, Rule, StagedAction,
};
use crate::selector::{LabelRestrictions, Selector};
use crate::{Diagnostic, Metadata, Resource, Severity};

const NETWORK_POLICY: &str = "NetworkPolicy";
const GLOBAL_NETWORK_POLICY: &str = "GlobalNetworkPolicy";

/// Both directions, and the lists that hold their rules.
pub(super) const DIRECTIONS: [(PolicyType, &str); 2] = [
    (PolicyType::Ingress, "ingress"),
    (PolicyType::Egress, "egress"),
];

/// Labels that only workloads have, of their own or inherited.
const WORKLOAD_LABELS: [&str; 2] = [NAMESPACE_LABEL, ORCHESTRATOR_LABEL];

/// A policy, enforced or staged.
pub(super) struct PolicyView<'a> {
    pub(super) at: &'a Located,
    pub(super) kind: &'static str,
    pub(super) namespace: Option<&'a str>,
    pub(super) name: &'a str,
    /// Which endpoints, scoped to its namespace; `None` when it cannot be
    /// read, about which validation has its say.
    pub(super) selector: Option<Selector>,
    /// What that selector demands of single labels.
    /// Kept: pairs of policies are told apart by it before any endpoint is asked.
    restrictions: LabelRestrictions,
    spec: Spec<'a>,
}

enum Spec<'a> {
    Namespaced(Cow<'a, NetworkPolicySpec>),
    Global(Cow<'a, GlobalNetworkPolicySpec>),
}

/// What a policy says about its endpoints.
struct Scope<'a> {
    namespace: Option<&'a str>,
    selector: Option<&'a str>,
    namespace_selector: Option<&'a str>,
    service_account_selector: Option<&'a str>,
}

impl<'a> PolicyView<'a> {
    fn namespaced(
        at: &'a Located,
        kind: &'static str,
        metadata: &'a Metadata,
        spec: Cow<'a, NetworkPolicySpec>,
    ) -> Self {
        let namespace = Some(metadata.namespace_or_default());
        let selector = scoped(&Scope {
            namespace,
            selector: spec.selector.as_deref(),
            namespace_selector: None,
            service_account_selector: spec.service_account_selector.as_deref(),
        });
        Self {
            at,
            kind,
            namespace,
            name: &metadata.name,
            restrictions: restrictions(selector.as_ref()),
            selector,
            spec: Spec::Namespaced(spec),
        }
    }

    fn global(
        at: &'a Located,
        kind: &'static str,
        metadata: &'a Metadata,
        spec: Cow<'a, GlobalNetworkPolicySpec>,
    ) -> Self {
        let selector = scoped(&Scope {
            namespace: None,
            selector: spec.selector.as_deref(),
            namespace_selector: spec.namespace_selector.as_deref(),
            service_account_selector: spec.service_account_selector.as_deref(),
        });
        Self {
            at,
            kind,
            namespace: None,
            name: &metadata.name,
            restrictions: restrictions(selector.as_ref()),
            selector,
            spec: Spec::Global(spec),
        }
    }
}

impl PolicyView<'_> {
    /// The tier in which it is asked; nothing and the empty string are `default`.
    pub(super) fn tier(&self) -> &str {
        let tier = match &self.spec {
            Spec::Namespaced(spec) => spec.tier.as_deref(),
            Spec::Global(spec) => spec.tier.as_deref(),
        };
        tier.filter(|tier| !tier.is_empty()).unwrap_or("default")
    }

    pub(super) fn order(&self) -> Option<f64> {
        match &self.spec {
            Spec::Namespaced(spec) => spec.order,
            Spec::Global(spec) => spec.order,
        }
    }

    /// The namespaces that a policy outside of namespaces is for.
    pub(super) fn namespace_selector(&self) -> Option<&str> {
        match &self.spec {
            Spec::Namespaced(_) => None,
            Spec::Global(spec) => said(spec.namespace_selector.as_deref()),
        }
    }

    /// The service accounts that it is for.
    pub(super) fn service_account_selector(&self) -> Option<&str> {
        said(match &self.spec {
            Spec::Namespaced(spec) => spec.service_account_selector.as_deref(),
            Spec::Global(spec) => spec.service_account_selector.as_deref(),
        })
    }

    /// The selector of endpoints as written.
    fn own_selector(&self) -> Option<&str> {
        said(match &self.spec {
            Spec::Namespaced(spec) => spec.selector.as_deref(),
            Spec::Global(spec) => spec.selector.as_deref(),
        })
    }

    /// The field that says whom the policy is for, in its own kind.
    pub(super) fn subject_path(&self) -> &'static str {
        match (self.is_calicos(), self.namespace) {
            (false, Some(_)) => "spec.podSelector",
            (false, None) => "spec.subject",
            (true, _) if self.own_selector().is_some() => "spec.selector",
            (true, _) if self.namespace_selector().is_some() => "spec.namespaceSelector",
            (true, _) if self.service_account_selector().is_some() => "spec.serviceAccountSelector",
            (true, _) => "spec.selector",
        }
    }

    /// What the policy demands of single labels of what it is for.
    pub(super) fn restrictions(&self) -> &LabelRestrictions {
        &self.restrictions
    }

    /// A label of which the policy demands what no value is, so that it is for
    /// nothing.
    pub(super) fn impossible_label(&self) -> Option<&str> {
        let mut impossible = self.restrictions.iter().filter(|(_, r)| r.is_impossible());
        impossible.next().map(|(label, _)| label.as_ref())
    }

    /// Whether no host endpoint can be selected, provably: one has none of the
    /// labels of workloads.
    pub(super) fn spares_hosts(&self) -> bool {
        let of_workloads = |label: &str| {
            WORKLOAD_LABELS.contains(&label)
                || label.starts_with(NAMESPACE_LABEL_PREFIX)
                || label.starts_with(SERVICE_ACCOUNT_LABEL_PREFIX)
        };
        let mut restrictions = self.restrictions.iter();
        self.namespace.is_some()
            || restrictions.any(|(label, r)| r.must_be_present && of_workloads(label))
    }

    /// As written; empty: inferred.
    pub(super) fn types(&self) -> &[PolicyType] {
        let types = match &self.spec {
            Spec::Namespaced(spec) => &spec.types,
            Spec::Global(spec) => &spec.types,
        };
        types.as_deref().unwrap_or_default()
    }

    /// The rules of a direction; `None` when the list is absent.
    pub(super) fn list(&self, direction: PolicyType) -> Option<&[Rule]> {
        let rules = match (&self.spec, direction) {
            (Spec::Namespaced(spec), PolicyType::Ingress) => &spec.ingress,
            (Spec::Namespaced(spec), PolicyType::Egress) => &spec.egress,
            (Spec::Global(spec), PolicyType::Ingress) => &spec.ingress,
            (Spec::Global(spec), PolicyType::Egress) => &spec.egress,
        };
        rules.as_deref()
    }

    pub(super) fn rules(&self, direction: PolicyType) -> &[Rule] {
        self.list(direction).unwrap_or_default()
    }

    /// All that the policy says, as text; `None` when it says nothing.
    pub(super) fn text(&self) -> Option<String> {
        match &self.spec {
            Spec::Namespaced(spec) if **spec != NetworkPolicySpec::default() => {
                serde_json::to_string(spec).ok()
            }
            Spec::Global(spec) if **spec != GlobalNetworkPolicySpec::default() => {
                serde_json::to_string(spec).ok()
            }
            Spec::Namespaced(_) | Spec::Global(_) => None,
        }
    }

    /// Whether its own kind is one of Calico's.
    pub(super) fn is_calicos(&self) -> bool {
        matches!(self.kind, NETWORK_POLICY | GLOBAL_NETWORK_POLICY)
    }

    /// Whether it is for hosts only: before connection tracking or NAT.
    ///
    /// Such a policy never applies to pods, so what it leaves out cuts nobody
    /// off.
    pub(super) fn is_host_only(&self) -> bool {
        let pre_dnat = match &self.spec {
            Spec::Namespaced(_) => false,
            Spec::Global(spec) => spec.pre_dnat == Some(true),
        };
        pre_dnat || self.is_untracked()
    }

    /// Whether it is asked before connection tracking.
    pub(super) fn is_untracked(&self) -> bool {
        match &self.spec {
            Spec::Namespaced(_) => false,
            Spec::Global(spec) => spec.do_not_track == Some(true),
        }
    }

    /// A finding about a field.
    pub(super) fn finding(
        &self,
        severity: Severity,
        code: &'static str,
        path: &str,
        message: impl Into<String>,
    ) -> Diagnostic {
        finding(self.at, severity, code, path, message)
    }

    /// Whether the policy decides a direction, by its types or by Calico's
    /// inference from its rules.
    ///
    /// An API server infers from the presence of a list, calicoctl from its
    /// content (an empty `egress` differs); content is what both agree on.
    pub(super) fn decides(&self, direction: PolicyType) -> bool {
        if !self.types().is_empty() {
            return self.types().contains(&direction);
        }
        let has = |direction| !self.rules(direction).is_empty();
        match direction {
            PolicyType::Egress => has(PolicyType::Egress),
            PolicyType::Ingress => has(PolicyType::Ingress) || !has(PolicyType::Egress),
        }
    }

    /// Whether no endpoint can be selected by both, provably.
    ///
    /// By namespace, or by a label of which one demands what the other excludes.
    /// False proves nothing.
    pub(super) fn is_disjoint(&self, other: &Self) -> bool {
        if let (Some(mine), Some(theirs)) = (self.namespace, other.namespace)
            && mine != theirs
        {
            return true;
        }
        self.restrictions.iter().any(|(label, one)| {
            other.restrictions.get(label).is_some_and(|two| {
                let values = (&one.must_have_one_of_values, &two.must_have_one_of_values);
                let apart = matches!(values, (Some(one), Some(two)) if one.is_disjoint(two));
                apart
                    || (one.must_be_present && two.must_be_absent)
                    || (one.must_be_absent && two.must_be_present)
            })
        })
    }

    /// Felix' order: by order, absent last; then by name, namespace and kind.
    fn evaluation_order(&self, other: &Self) -> Ordering {
        let by_order = match (self.order(), other.order()) {
            (Some(mine), Some(theirs)) => mine.total_cmp(&theirs),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_order.then_with(|| self.tie_break().cmp(&other.tie_break()))
    }

    /// What `PolKVLess` compares: bytes of `name/namespace/kind`, so that `p-1`
    /// comes before `p`, because `-` sorts before `/`.
    fn tie_break(&self) -> String {
        let namespace = self.namespace.unwrap_or_default();
        format!("{}/{namespace}/{}", self.name, self.kind)
    }
}

/// The enforced policies among the resources, in the order of evaluation
/// within each tier.
pub(super) fn views(all: &[Located]) -> Vec<PolicyView<'_>> {
    let mut views: Vec<PolicyView<'_>> = all.iter().filter_map(view).collect();
    views.sort_by(|a, b| a.tier().cmp(b.tier()).then_with(|| a.evaluation_order(b)));
    views
}

/// The policies that are only reported on, and say what they would do.
pub(super) fn staged(all: &[Located]) -> Vec<PolicyView<'_>> {
    all.iter().filter_map(staged_view).collect()
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "two kinds out of all are staged policies of Calico's"
)]
fn staged_view(at: &Located) -> Option<PolicyView<'_>> {
    let deletes = |action| action == Some(StagedAction::Delete);
    Some(match &at.resource {
        Resource::StagedNetworkPolicy(staged) if !deletes(staged.spec.staged_action) => {
            let spec = Cow::Borrowed(&staged.spec.policy);
            PolicyView::namespaced(at, NETWORK_POLICY, &staged.metadata, spec)
        }
        Resource::StagedGlobalNetworkPolicy(staged) if !deletes(staged.spec.staged_action) => {
            let spec = Cow::Borrowed(&staged.spec.policy);
            PolicyView::global(at, GLOBAL_NETWORK_POLICY, &staged.metadata, spec)
        }
        _ => return None,
    })
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "six kinds out of all are enforced policies"
)]
fn view(at: &Located) -> Option<PolicyView<'_>> {
    Some(match &at.resource {
        Resource::NetworkPolicy(policy) => {
            let spec = Cow::Borrowed(&policy.spec);
            PolicyView::namespaced(at, NETWORK_POLICY, &policy.metadata, spec)
        }
        Resource::GlobalNetworkPolicy(policy) => {
            let spec = Cow::Borrowed(&policy.spec);
            PolicyView::global(at, GLOBAL_NETWORK_POLICY, &policy.metadata, spec)
        }
        Resource::KubernetesNetworkPolicy(policy) => {
            let converted = convert::network_policy(policy).ok()?;
            let spec = Cow::Owned(converted.policy.spec);
            PolicyView::namespaced(at, converted.origin.as_str(), &policy.metadata, spec)
        }
        Resource::ClusterNetworkPolicy(policy) => {
            let converted = convert::cluster_network_policy(policy).ok()?;
            let spec = Cow::Owned(converted.policy.spec);
            PolicyView::global(at, converted.origin.as_str(), &policy.metadata, spec)
        }
        Resource::AdminNetworkPolicy(policy) => {
            let converted = convert::admin_network_policy(policy).ok()?;
            let spec = Cow::Owned(converted.policy.spec);
            PolicyView::global(at, converted.origin.as_str(), &policy.metadata, spec)
        }
        Resource::BaselineAdminNetworkPolicy(policy) => {
            let converted = convert::baseline_admin_network_policy(policy).ok()?;
            let spec = Cow::Owned(converted.policy.spec);
            PolicyView::global(at, converted.origin.as_str(), &policy.metadata, spec)
        }
        _ => return None,
    })
}

/// Whether a rule refuses every packet.
pub(super) fn denies_everything(rule: &Rule) -> bool {
    rule.action == Action::Deny && matches_everything(rule)
}

/// Whether a rule has no conditions.
pub(super) fn matches_everything(rule: &Rule) -> bool {
    let Rule {
        action: _,
        ip_version,
        protocol,
        icmp,
        not_protocol,
        not_icmp,
        source,
        destination,
        http,
        metadata: _,
    } = rule;
    ip_version.is_none()
        && protocol.is_none()
        && icmp.is_none()
        && not_protocol.is_none()
        && not_icmp.is_none()
        && source.is_empty()
        && destination.is_empty()
        && http.is_none()
}

fn restrictions(selector: Option<&Selector>) -> LabelRestrictions {
    selector
        .map(Selector::label_restrictions)
        .unwrap_or_default()
}

pub(super) fn said(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// The selector of the endpoints that a policy is for.
///
/// What Calico's update processors make of it: the policy's own selector, its
/// namespace as a label, and the selectors of namespaces and service accounts over
/// inherited labels. `None` where a part cannot be read: Felix drops such a policy.
fn scoped(scope: &Scope<'_>) -> Option<Selector> {
    let mut parts = Vec::new();
    if let Some(text) = said(scope.selector) {
        parts.push(Selector::parse(text).ok()?);
    }
    if let Some(namespace) = scope.namespace {
        parts.push(Selector::equals(NAMESPACE_LABEL, namespace));
    }
    if let Some(text) = said(scope.namespace_selector) {
        parts.push(namespaces(text)?);
    }
    if let Some(text) = said(scope.service_account_selector) {
        let accounts = Selector::parse(text).ok()?;
        parts.push(accounts.prefixed(SERVICE_ACCOUNT_LABEL_PREFIX));
    }
    Selector::all_of(parts).ok()
}
