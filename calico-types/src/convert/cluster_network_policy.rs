//! `policy.networking.k8s.io/v1alpha2` `ClusterNetworkPolicy`.
//!
//! It has what `NetworkPolicy` lacks: priority, denial, and passing on to the
//! next tier. Its two tiers stand around Calico's `default`, in which the
//! policies of namespaces are: `kube-admin` (order 1 000) goes before,
//! `kube-baseline` (10 000 000) after, and both pass at their end.

use super::label_selector::{namespaces, pods};
use super::network_policy::{named, number, range};
use super::rule::{Target, rule, rules};
use super::{Converted, Fault, PolicyOrigin, RuleFault};
use crate::k8s::{
    ClusterNetworkPolicy, ClusterNetworkPolicyAction, ClusterNetworkPolicyEgressPeer,
    ClusterNetworkPolicyIngressPeer, ClusterNetworkPolicyProtocol, ClusterNetworkPolicyTier,
    LabelSelector, NamespacedPod, PortMatch, Subject, TransportMatch,
};
use crate::metadata::Metadata;
use crate::resources::{
    Action, EntityRule, GlobalNetworkPolicy, GlobalNetworkPolicySpec, PolicyType, Rule,
    RuleMetadata,
};
use crate::scalar::{Port, Protocol};

/// A `ClusterNetworkPolicy` as Calico enforces it: in tier `kube-admin` or
/// `kube-baseline`, its priority as order, under its own name.
///
/// The lower the priority's number, the earlier the policy is asked. Directions
/// are those that have rules, so a policy without rules concerns nobody. A rule's
/// name is kept as the annotation `name` of each Calico rule made from it.
///
/// # Errors
///
/// When the subject cannot be read. A rule that cannot be converted is left
/// out if it accepts, and becomes one that denies everything otherwise.
pub fn cluster_network_policy(
    policy: &ClusterNetworkPolicy,
) -> Result<Converted<GlobalNetworkPolicy>, Fault> {
    let spec = &policy.spec;
    let (namespace_selector, selector) = subject(&spec.subject)?;
    let mut faults = Vec::new();
    let ingress = spec.ingress.iter().map(|rule| Parts {
        name: rule.name.as_deref(),
        action: rule.action,
        peers: rule.from.iter().map(ingress_peer).collect(),
        protocols: rule.protocols.as_deref(),
    });
    let egress = spec.egress.iter().map(|rule| Parts {
        name: rule.name.as_deref(),
        action: rule.action,
        peers: rule.to.iter().map(egress_peer).collect(),
        protocols: rule.protocols.as_deref(),
    });
    let ingress = converted_rules(PolicyType::Ingress, ingress, &mut faults);
    let egress = converted_rules(PolicyType::Egress, egress, &mut faults);
    let converted = GlobalNetworkPolicySpec {
        tier: Some(tier(spec.tier).to_owned()),
        order: Some(spec.priority.into()),
        selector: Some(selector),
        namespace_selector: Some(namespace_selector),
        types: Some(types(policy)),
        ingress: Some(ingress),
        egress: Some(egress),
        ..GlobalNetworkPolicySpec::default()
    };
    Ok(Converted {
        policy: GlobalNetworkPolicy {
            metadata: Metadata {
                uid: policy.metadata.uid.clone(),
                annotations: policy.metadata.annotations.clone(),
                labels: policy.metadata.labels.clone(),
                ..Metadata::named(&*policy.metadata.name)
            },
            spec: converted,
        },
        origin: PolicyOrigin::KubernetesClusterNetworkPolicy,
        faults,
    })
}

fn tier(tier: ClusterNetworkPolicyTier) -> &'static str {
    match tier {
        ClusterNetworkPolicyTier::Admin => "kube-admin",
        ClusterNetworkPolicyTier::Baseline => "kube-baseline",
    }
}

/// The directions that have rules.
///
/// Calico treats an empty list of types as both directions in its backend; a
/// policy without rules then sits in a tier that passes, and decides nothing.
fn types(policy: &ClusterNetworkPolicy) -> Vec<PolicyType> {
    let ingress = (!policy.spec.ingress.is_empty()).then_some(PolicyType::Ingress);
    let egress = (!policy.spec.egress.is_empty()).then_some(PolicyType::Egress);
    ingress.into_iter().chain(egress).collect()
}

/// Selectors of namespaces and of pods.
///
/// Both or neither is an error: read leniently, a missing subject would select
/// every pod of the cluster.
fn subject(subject: &Subject) -> Result<(String, String), Fault> {
    match (&subject.namespaces, &subject.pods) {
        (Some(selector), None) => Ok((namespaces(selector)?, pods(None)?)),
        (None, Some(selected)) => Ok((
            namespaces(&selected.namespace_selector)?,
            pods(Some(&selected.pod_selector))?,
        )),
        (None, None) | (Some(_), Some(_)) => Err(Fault::Subject),
    }
}

/// A rule of either direction.
struct Parts<'a> {
    name: Option<&'a str>,
    action: ClusterNetworkPolicyAction,
    peers: Result<Vec<EntityRule>, Fault>,
    protocols: Option<&'a [ClusterNetworkPolicyProtocol]>,
}

/// Rules in their order, each fault recorded.
///
/// A denial that cannot be read denies everything in its direction, and so does a
/// pass: dropped, either would let through what its author kept back.
fn converted_rules<'a>(
    direction: PolicyType,
    parts: impl Iterator<Item = Parts<'a>>,
    faults: &mut Vec<RuleFault>,
) -> Vec<Rule> {
    let mut all = Vec::new();
    for (index, parts) in parts.enumerate() {
        let (name, action) = (parts.name, action(parts.action));
        let converted = converted_rule(direction, action, parts).unwrap_or_else(|fault| {
            let denies = action != Action::Allow;
            faults.push(RuleFault {
                direction,
                index,
                fault,
                denies,
            });
            let any = EntityRule::default;
            denies
                .then(|| rule(Action::Deny, any(), any()))
                .into_iter()
                .collect()
        });
        all.extend(converted.into_iter().map(|rule| Rule {
            metadata: name.map(name_annotation),
            ..rule
        }));
    }
    all
}

fn action(action: ClusterNetworkPolicyAction) -> Action {
    match action {
        ClusterNetworkPolicyAction::Accept => Action::Allow,
        ClusterNetworkPolicyAction::Deny => Action::Deny,
        ClusterNetworkPolicyAction::Pass => Action::Pass,
    }
}

/// Where Calico's own conversion keeps the name, and flow logs find it.
fn name_annotation(name: &str) -> RuleMetadata {
    RuleMetadata {
        annotations: [("name".to_owned(), name.to_owned())].into_iter().collect(),
    }
}

/// Calico's rules for one rule: the first fault among its peers and ports fails all
/// of it, since half a rule means something else.
fn converted_rule(
    direction: PolicyType,
    action: Action,
    parts: Parts<'_>,
) -> Result<Vec<Rule>, Fault> {
    let protocols = parts.protocols.unwrap_or_default();
    let targets = protocols.iter().map(target).collect::<Result<_, _>>()?;
    Ok(rules(action, direction, &parts.peers?, targets))
}

fn ingress_peer(peer: &ClusterNetworkPolicyIngressPeer) -> Result<EntityRule, Fault> {
    selected(peer.namespaces.as_ref(), peer.pods.as_ref())?.ok_or(Fault::Peer)
}

/// A peer of egress. Selectors win over networks, of which all go into one rule;
/// `nodes` and `domainNames` are nothing that Calico enforces.
fn egress_peer(peer: &ClusterNetworkPolicyEgressPeer) -> Result<EntityRule, Fault> {
    if let Some(entity) = selected(peer.namespaces.as_ref(), peer.pods.as_ref())? {
        return Ok(entity);
    }
    let nets = peer.networks.clone().filter(|nets| !nets.is_empty());
    Ok(EntityRule {
        nets: nets.ok_or(Fault::Peer)?.into(),
        ..EntityRule::default()
    })
}

/// A peer of pods: namespaces and pods by their labels, the latter together with
/// the orchestrator's, so that no network set is meant.
fn selected(
    of_namespaces: Option<&LabelSelector>,
    of_pods: Option<&NamespacedPod>,
) -> Result<Option<EntityRule>, Fault> {
    let (namespace_selector, pod_selector) = match (of_namespaces, of_pods) {
        (Some(selector), _) => (selector, None),
        (None, Some(selected)) => (&*selected.namespace_selector, Some(&selected.pod_selector)),
        (None, None) => return Ok(None),
    };
    Ok(Some(EntityRule {
        selector: Some(pods(pod_selector)?),
        namespace_selector: Some(namespaces(namespace_selector)?),
        ..EntityRule::default()
    }))
}

/// What an entry of `protocols` is for. Exactly one of its fields is set in an
/// object that an API server has seen; of several the first counts.
fn target(protocol: &ClusterNetworkPolicyProtocol) -> Result<Target, Fault> {
    let transport = |name: &str, ports: &TransportMatch| {
        Ok(Target {
            protocol: Some(Protocol::Name(name.to_owned())),
            port: ports.destination_port.as_ref().map(port).transpose()?,
        })
    };
    if let Some(ports) = &protocol.tcp {
        return transport("TCP", ports);
    }
    if let Some(ports) = &protocol.udp {
        return transport("UDP", ports);
    }
    if let Some(ports) = &protocol.sctp {
        return transport("SCTP", ports);
    }
    match &protocol.destination_named_port {
        Some(name) => Ok(Target {
            protocol: None,
            port: Some(named(name)?),
        }),
        // An entry that says nothing is for everything.
        None => Ok(Target {
            protocol: None,
            port: None,
        }),
    }
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
        assert_eq!(rule.metadata, Some(name_annotation("x")));
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
