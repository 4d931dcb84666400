//! `policy.networking.k8s.io/v1alpha1` `AdminNetworkPolicy` and
//! `BaselineAdminNetworkPolicy`.
//!
//! Calico 3.29 to 3.31 knew them. Their tiers stand around `default` as those of
//! their successor do: `adminnetworkpolicy` (order 1 000) before,
//! `baselineadminnetworkpolicy` (10 000 000) after, and both pass at their end.

use super::cluster_rule::{Parts, Policy, egress_peers, ingress_peers};
use super::network_policy::{named, number, range};
use super::rule::Target;
use super::{Converted, Fault, PolicyOrigin};
use crate::k8s::{
    AdminNetworkPolicy, AdminNetworkPolicyAction, AdminNetworkPolicyEgressRule,
    AdminNetworkPolicyIngressRule, AdminNetworkPolicyPort, BaselineAdminNetworkPolicy,
    BaselineAdminNetworkPolicyAction,
};
use crate::resources::{Action, GlobalNetworkPolicy};
use crate::scalar::{Port, Protocol};

/// An `AdminNetworkPolicy` as Calico enforces it: in tier `adminnetworkpolicy`, its
/// priority as order, under its own name.
///
/// Rules, peers and names are as with
/// [`cluster_network_policy`](super::cluster_network_policy()). A named port is matched
/// whatever its protocol.
///
/// ```
/// use calico_types::{convert, k8s};
///
/// let policy: k8s::AdminNetworkPolicy = serde_json::from_str(r#"{
///     "metadata": {"name": "no-metadata-server"},
///     "spec": {
///         "priority": 10,
///         "subject": {"namespaces": {}},
///         "egress": [{"action": "Deny", "to": [{"networks": ["169.254.169.254/32"]}]}]
///     }
/// }"#).unwrap();
/// let converted = convert::admin_network_policy(&policy).unwrap();
/// let spec = &converted.policy.spec;
/// assert_eq!((spec.tier.as_deref(), spec.order), (Some("adminnetworkpolicy"), Some(10.0)));
/// ```
///
/// # Errors
///
/// When the subject cannot be read. A rule that cannot be converted is left
/// out if it allows, and becomes one that denies everything otherwise.
pub fn admin_network_policy(
    policy: &AdminNetworkPolicy,
) -> Result<Converted<GlobalNetworkPolicy>, Fault> {
    let spec = &policy.spec;
    let converted = Policy {
        origin: PolicyOrigin::KubernetesAdminNetworkPolicy,
        metadata: &policy.metadata,
        tier: "adminnetworkpolicy",
        order: spec.priority.into(),
        subject: &spec.subject,
    };
    converted.converted(ingress(&spec.ingress), egress(&spec.egress))
}

/// A `BaselineAdminNetworkPolicy` as Calico enforces it: in tier
/// `baselineadminnetworkpolicy`, where it is alone.
///
/// # Errors
///
/// As [`admin_network_policy`].
pub fn baseline_admin_network_policy(
    policy: &BaselineAdminNetworkPolicy,
) -> Result<Converted<GlobalNetworkPolicy>, Fault> {
    let spec = &policy.spec;
    let converted = Policy {
        origin: PolicyOrigin::KubernetesBaselineAdminNetworkPolicy,
        metadata: &policy.metadata,
        tier: "baselineadminnetworkpolicy",
        // It has no priority, and nobody to come before or after.
        order: 1000.0,
        subject: &spec.subject,
    };
    converted.converted(ingress(&spec.ingress), egress(&spec.egress))
}

fn ingress<A: Copy + Into<Action>>(
    rules: &[AdminNetworkPolicyIngressRule<A>],
) -> impl Iterator<Item = Parts<'_>> {
    rules.iter().map(|rule| Parts {
        name: rule.name.as_deref(),
        action: rule.action.into(),
        peers: ingress_peers(&rule.from),
        targets: targets(rule.ports.as_deref()),
    })
}

fn egress<A: Copy + Into<Action>>(
    rules: &[AdminNetworkPolicyEgressRule<A>],
) -> impl Iterator<Item = Parts<'_>> {
    rules.iter().map(|rule| Parts {
        name: rule.name.as_deref(),
        action: rule.action.into(),
        peers: egress_peers(&rule.to),
        targets: targets(rule.ports.as_deref()),
    })
}

impl From<AdminNetworkPolicyAction> for Action {
    fn from(action: AdminNetworkPolicyAction) -> Self {
        match action {
            AdminNetworkPolicyAction::Allow => Self::Allow,
            AdminNetworkPolicyAction::Deny => Self::Deny,
            AdminNetworkPolicyAction::Pass => Self::Pass,
        }
    }
}

impl From<BaselineAdminNetworkPolicyAction> for Action {
    fn from(action: BaselineAdminNetworkPolicyAction) -> Self {
        match action {
            BaselineAdminNetworkPolicyAction::Allow => Self::Allow,
            BaselineAdminNetworkPolicyAction::Deny => Self::Deny,
        }
    }
}

fn targets(ports: Option<&[AdminNetworkPolicyPort]>) -> Result<Vec<Target>, Fault> {
    ports.unwrap_or_default().iter().map(target).collect()
}

/// What an entry of `ports` is for. One that says nothing is for everything.
fn target(port: &AdminNetworkPolicyPort) -> Result<Target, Fault> {
    match (&port.port_number, &port.named_port, &port.port_range) {
        (Some(single), None, None) => Ok(Target {
            protocol: Some(single.protocol.clone()),
            port: Some(Port::Number(number(single.port.into())?)),
        }),
        (None, Some(name), None) => Ok(Target {
            protocol: None,
            port: Some(named(name)?),
        }),
        (None, None, Some(bounds)) => Ok(Target {
            protocol: Some(bounds.protocol.clone().unwrap_or_else(Protocol::tcp)),
            port: Some(range(number(bounds.start.into())?, bounds.end)?),
        }),
        (None, None, None) => Ok(Target::everything()),
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            Err(Fault::Ambiguous)
        }
    }
}
