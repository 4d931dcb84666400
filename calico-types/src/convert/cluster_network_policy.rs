//! `policy.networking.k8s.io/v1alpha2` `ClusterNetworkPolicy`.
//!
//! It has what `NetworkPolicy` lacks: priority, denial, and passing on to the
//! next tier. Its two tiers stand around Calico's `default`, in which the
//! policies of namespaces are: `kube-admin` (order 1 000) goes before,
//! `kube-baseline` (10 000 000) after, and both pass at their end.

use super::cluster_rule::{Parts, Policy, egress_peers, ingress_peers};
use super::network_policy::{named, number, range};
use super::rule::Target;
use super::{Converted, Fault, PolicyOrigin};
use crate::k8s::{
    ClusterNetworkPolicy, ClusterNetworkPolicyAction, ClusterNetworkPolicyProtocol,
    ClusterNetworkPolicyTier, PortMatch, TransportMatch,
};
use crate::resources::{Action, GlobalNetworkPolicy};
use crate::scalar::{Port, Protocol};

/// A `ClusterNetworkPolicy` as Calico enforces it: in tier `kube-admin` or
/// `kube-baseline`, its priority as order, under its own name.
///
/// The lower the priority's number, the earlier the policy is asked. Directions
/// are those that have rules, so a policy without rules concerns nobody. A rule's
/// name is kept as the annotation `name` of each Calico rule made from it.
///
/// A peer that selects namespaces is whatever is in them, network sets included,
/// as in Calico; one that selects pods is pods only.
///
/// # Errors
///
/// When the subject cannot be read. A rule that cannot be converted is left
/// out if it accepts, and becomes one that denies everything otherwise.
pub fn cluster_network_policy(
    policy: &ClusterNetworkPolicy,
) -> Result<Converted<GlobalNetworkPolicy>, Fault> {
    let spec = &policy.spec;
    let converted = Policy {
        origin: PolicyOrigin::KubernetesClusterNetworkPolicy,
        metadata: &policy.metadata,
        tier: match spec.tier {
            ClusterNetworkPolicyTier::Admin => "kube-admin",
            ClusterNetworkPolicyTier::Baseline => "kube-baseline",
        },
        order: spec.priority.into(),
        subject: &spec.subject,
    };
    let ingress = spec.ingress.iter().map(|rule| Parts {
        name: rule.name.as_deref(),
        action: action(rule.action),
        peers: ingress_peers(&rule.from),
        targets: targets(rule.protocols.as_deref()),
    });
    let egress = spec.egress.iter().map(|rule| Parts {
        name: rule.name.as_deref(),
        action: action(rule.action),
        peers: egress_peers(&rule.to),
        targets: targets(rule.protocols.as_deref()),
    });
    converted.converted(ingress, egress)
}

fn action(action: ClusterNetworkPolicyAction) -> Action {
    match action {
        ClusterNetworkPolicyAction::Accept => Action::Allow,
        ClusterNetworkPolicyAction::Deny => Action::Deny,
        ClusterNetworkPolicyAction::Pass => Action::Pass,
    }
}

fn targets(protocols: Option<&[ClusterNetworkPolicyProtocol]>) -> Result<Vec<Target>, Fault> {
    protocols.unwrap_or_default().iter().map(target).collect()
}

/// What an entry of `protocols` is for. One that says nothing is for everything.
fn target(protocol: &ClusterNetworkPolicyProtocol) -> Result<Target, Fault> {
    let transports = [
        ("TCP", &protocol.tcp),
        ("UDP", &protocol.udp),
        ("SCTP", &protocol.sctp),
    ];
    let transports = transports
        .into_iter()
        .filter_map(|(name, ports)| Some((name, ports.as_ref()?)));
    let mut targets = transports
        .map(|(name, ports)| transport(name, ports))
        .chain(protocol.destination_named_port.iter().map(|name| {
            Ok(Target {
                protocol: None,
                port: Some(named(name)?),
            })
        }));
    match (targets.next(), targets.next()) {
        (Some(target), None) => target,
        (None, _) => Ok(Target::everything()),
        (Some(_), Some(_)) => Err(Fault::Ambiguous),
    }
}

fn transport(name: &str, ports: &TransportMatch) -> Result<Target, Fault> {
    Ok(Target {
        protocol: Some(Protocol::Name(name.to_owned())),
        port: ports.destination_port.as_ref().map(port).transpose()?,
    })
}

/// One port or a range; both or neither is what no API server stores.
fn port(port: &PortMatch) -> Result<Port, Fault> {
    match (port.number, port.range) {
        (Some(single), None) => Ok(Port::Number(number(single.into())?)),
        (None, Some(bounds)) => range(number(bounds.start.into())?, bounds.end),
        (None, None) | (Some(_), Some(_)) => Err(Fault::PortRange),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::PolicyType;

    fn convert(spec: &str) -> Result<Converted<GlobalNetworkPolicy>, Fault> {
        let json = format!(r#"{{"metadata": {{"name": "p"}}, "spec": {spec}}}"#);
        cluster_network_policy(&serde_json::from_str(&json).unwrap())
    }

    #[test]
    fn tiers_and_priorities_are_kept() {
        let policy = convert(
            r#"{"tier": "Baseline", "priority": 7, "subject": {"namespaces": {}},
                "ingress": [{"name": "x", "action": "Pass", "from": [{"namespaces": {}}]}]}"#,
        )
        .unwrap()
        .policy;
        assert_eq!(policy.spec.tier.as_deref(), Some("kube-baseline"));
        assert_eq!(policy.spec.order, Some(7.0));
        assert_eq!(policy.spec.types, Some(vec![PolicyType::Ingress]));
        assert_eq!(policy.spec.namespace_selector.as_deref(), Some("all()"));
        let rule = &policy.spec.ingress.as_ref().unwrap()[0];
        assert_eq!(rule.action, Action::Pass);
        assert_eq!(rule.metadata.as_ref().unwrap().annotations["name"], "x");
    }

    #[test]
    fn protocols_become_rules() {
        let policy = convert(
            r#"{"tier": "Admin", "priority": 1, "subject": {"namespaces": {}},
                "egress": [{"action": "Deny", "to": [{"networks": ["10.0.0.0/8", "::/0"]}],
                    "protocols": [{"tcp": {"destinationPort": {"range": {"start": 1, "end": 9}}}},
                                  {"udp": {}}, {"destinationNamedPort": "dns"}]}]}"#,
        )
        .unwrap()
        .policy;
        let rules = policy.spec.egress.unwrap();
        let forms: Vec<_> = rules
            .iter()
            .map(|r| {
                (
                    r.protocol.clone(),
                    r.destination.ports.to_vec(),
                    r.destination.nets.len(),
                )
            })
            .collect();
        assert_eq!(
            forms,
            [
                (None, vec![Port::Name("dns".into())], 2),
                (
                    Some(Protocol::tcp()),
                    vec![Port::Range { min: 1, max: 9 }],
                    2
                ),
                (Some(Protocol::udp()), vec![], 2),
            ]
        );
    }

    #[test]
    fn rules_fail_closed() {
        let converted = convert(
            r#"{"tier": "Admin", "priority": 1, "subject": {"namespaces": {}},
                "egress": [{"action": "Accept", "to": [{"nodes": {}}]},
                           {"action": "Pass", "to": [{"domainNames": ["example.org"]}]}]}"#,
        )
        .unwrap();
        let rules = converted.policy.spec.egress.unwrap();
        assert_eq!(rules.len(), 1);
        assert_eq!(rules[0].action, Action::Deny);
        assert!(rules[0].destination.is_empty());
        let faults: Vec<_> = converted
            .faults
            .iter()
            .map(|f| (f.index, f.denies))
            .collect();
        assert_eq!(faults, [(0, false), (1, true)]);
    }

    #[test]
    fn a_policy_without_subject_is_none() {
        let none = convert(r#"{"tier": "Admin", "priority": 1, "subject": {}}"#);
        assert_eq!(none.unwrap_err(), Fault::Subject);
    }
}
