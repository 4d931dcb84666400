//! `networking.k8s.io/v1` `NetworkPolicy`.
//!
//! Its model is allowance only: a policy isolates what it selects in its
//! directions, and lists what may pass. In Calico's model that is a policy in a
//! tier that denies at its end, with rules that all allow.

use ipnet::IpNet;

use super::label_selector::{namespaces, pods};
use super::rule::{Target, rules};
use super::{Converted, Fault, KUBERNETES_NETWORK_POLICY_ORDER, PolicyOrigin, RuleFault};
use crate::k8s::{
    self, IntOrString, LabelSelector, NetworkPolicyEgressRule, NetworkPolicyIngressRule,
    NetworkPolicyPeer, NetworkPolicyPort,
};
use crate::metadata::Metadata;
use crate::resources::{
    Action, EntityRule, NetworkPolicy, NetworkPolicySpec, PolicyType, Rule,
    StagedKubernetesNetworkPolicy, StagedNetworkPolicy, StagedNetworkPolicySpec,
};
use crate::scalar::{Port, Protocol};

/// A Kubernetes `NetworkPolicy` as Calico enforces it: in tier `default` with
/// order 1000, under its own name.
///
/// One rule may become several: one for each protocol and peer, ports of a
/// protocol merged into as few ranges as can be. The number of rules is therefore
/// at most protocols × peers of each rule, whatever the number of ports.
///
/// - `podSelector` gets `projectcalico.org/orchestrator == "k8s"` beside it, so
///   no network set is ever a peer.
/// - Without `policyTypes` the policy is for ingress, even when it has egress
///   rules: an API server would have filled them in.
/// - No `from` or `to`, or an empty one, is anybody; no `ports` is everything.
/// - `ipBlock` wins over selectors beside it, which an API server refuses.
///
/// # Errors
///
/// When the pod selector cannot be read. Rules that cannot be converted are
/// left out and listed; the pods stay isolated.
pub fn network_policy(policy: &k8s::NetworkPolicy) -> Result<Converted<NetworkPolicy>, Fault> {
    let spec = &policy.spec;
    let mut faults = Vec::new();
    let converted = NetworkPolicySpec {
        types: Some(types(spec.policy_types.as_deref())),
        ..body(
            spec.pod_selector.as_ref(),
            spec.ingress.as_deref().unwrap_or_default(),
            spec.egress.as_deref().unwrap_or_default(),
            &mut faults,
        )?
    };
    Ok(Converted {
        policy: NetworkPolicy {
            metadata: metadata(&policy.metadata),
            spec: converted,
        },
        origin: PolicyOrigin::KubernetesNetworkPolicy,
        faults,
    })
}

/// A Kubernetes policy that is only staged, likewise.
///
/// Unlike with [`network_policy`], egress rules without `policyTypes` are for both
/// directions: this kind is Calico's own, and Calico fills in its types so.
///
/// # Errors
///
/// As [`network_policy`].
pub fn staged_network_policy(
    policy: &StagedKubernetesNetworkPolicy,
) -> Result<Converted<StagedNetworkPolicy>, Fault> {
    let spec = &policy.spec;
    let mut faults = Vec::new();
    let egress = spec.egress.as_deref().unwrap_or_default();
    let converted = NetworkPolicySpec {
        types: Some(match spec.policy_types.as_deref() {
            None | Some([]) if !egress.is_empty() => {
                vec![PolicyType::Ingress, PolicyType::Egress]
            }
            given => types(given),
        }),
        ..body(
            spec.pod_selector.as_ref(),
            spec.ingress.as_deref().unwrap_or_default(),
            egress,
            &mut faults,
        )?
    };
    Ok(Converted {
        policy: StagedNetworkPolicy {
            metadata: metadata(&policy.metadata),
            spec: StagedNetworkPolicySpec {
                staged_action: spec.staged_action,
                policy: converted,
            },
        },
        origin: PolicyOrigin::StagedKubernetesNetworkPolicy,
        faults,
    })
}

/// Name, namespace and uid are kept: ties are decided by them, and traces show
/// them.
fn metadata(metadata: &Metadata) -> Metadata {
    Metadata {
        uid: metadata.uid.clone(),
        annotations: metadata.annotations.clone(),
        labels: metadata.labels.clone(),
        ..Metadata::namespaced(metadata.namespace_or_default(), &*metadata.name)
    }
}

/// The directions; without any it is ingress alone, even beside egress rules
/// (the API server would have filled them in).
fn types(given: Option<&[PolicyType]>) -> Vec<PolicyType> {
    match given {
        None | Some([]) => vec![PolicyType::Ingress],
        Some(types) => types.to_vec(),
    }
}

/// What enforced and staged policies have in common; only the subject can fail.
fn body(
    pod_selector: Option<&LabelSelector>,
    ingress: &[NetworkPolicyIngressRule],
    egress: &[NetworkPolicyEgressRule],
    faults: &mut Vec<RuleFault>,
) -> Result<NetworkPolicySpec, Fault> {
    let ingress = ingress.iter().map(|rule| (&*rule.from, &*rule.ports));
    let egress = egress.iter().map(|rule| (&*rule.to, &*rule.ports));
    Ok(NetworkPolicySpec {
        tier: Some("default".to_owned()),
        order: Some(KUBERNETES_NETWORK_POLICY_ORDER),
        selector: Some(pods(pod_selector)?),
        ingress: Some(allowed(PolicyType::Ingress, ingress, faults)),
        egress: Some(allowed(PolicyType::Egress, egress, faults)),
        ..NetworkPolicySpec::default()
    })
}

type Parts<'a> = (&'a Vec<NetworkPolicyPeer>, &'a Vec<NetworkPolicyPort>);

/// The rules of a direction. One that cannot be converted is left out: the policy
/// isolates all the same, so nothing more gets through than was meant.
fn allowed<'a>(
    direction: PolicyType,
    parts: impl Iterator<Item = Parts<'a>>,
    faults: &mut Vec<RuleFault>,
) -> Vec<Rule> {
    let mut all = Vec::new();
    for (index, (peers, ports)) in parts.enumerate() {
        match converted_rule(direction, peers, ports) {
            Ok(rules) => all.extend(rules),
            Err(fault) => faults.push(RuleFault {
                direction,
                index,
                fault,
                denies: false,
            }),
        }
    }
    all
}

fn converted_rule(
    direction: PolicyType,
    peers: &[NetworkPolicyPeer],
    ports: &[NetworkPolicyPort],
) -> Result<Vec<Rule>, Fault> {
    let targets = ports.iter().map(target).collect::<Result<_, _>>()?;
    let peers = match peers {
        [] => vec![EntityRule::default()],
        peers => peers.iter().map(peer).collect::<Result<_, _>>()?,
    };
    Ok(rules(Action::Allow, direction, &peers, targets))
}

/// A peer; an address block wins over selectors.
///
/// An absent namespace selector leaves the scope to the policy's own namespace; an
/// empty one, `all()`, is every namespace.
fn peer(peer: &NetworkPolicyPeer) -> Result<EntityRule, Fault> {
    if let Some(block) = &peer.ip_block {
        return Ok(EntityRule {
            nets: vec![block.cidr.trunc()].into(),
            not_nets: block
                .except
                .iter()
                .map(IpNet::trunc)
                .collect::<Vec<_>>()
                .into(),
            ..EntityRule::default()
        });
    }
    let namespace_selector = peer.namespace_selector.as_ref().map(namespaces);
    Ok(EntityRule {
        selector: Some(pods(peer.pod_selector.as_ref())?),
        namespace_selector: namespace_selector.transpose()?,
        ..EntityRule::default()
    })
}

/// Protocol and port of an entry. TCP unless it says otherwise, which is the API
/// server's default too; a range must begin with a number.
fn target(port: &NetworkPolicyPort) -> Result<Target, Fault> {
    let protocol = match port.protocol.as_deref() {
        None | Some("") => Protocol::tcp(),
        Some(name) => Protocol::Name(name.to_owned()),
    };
    let port = match (&port.port, port.end_port) {
        (None, None) => None,
        (None, Some(_)) | (Some(IntOrString::String(_)), Some(_)) => {
            return Err(Fault::PortRange);
        }
        (Some(IntOrString::Int(port)), None) => Some(Port::Number(number(*port)?)),
        (Some(IntOrString::Int(port)), Some(end)) => Some(range(number(*port)?, number(end)?)?),
        (Some(IntOrString::String(name)), None) => Some(named(name)?),
    };
    Ok(Target {
        protocol: Some(protocol),
        port,
    })
}

/// A port number, 0 excluded: no packet has it.
pub(super) fn number(port: i32) -> Result<u16, Fault> {
    let number = u16::try_from(port).ok().filter(|port| *port > 0);
    number.ok_or(Fault::PortNumber(port.into()))
}

/// A range in its canonical form: of one port it is that port.
pub(super) fn range(min: u16, max: u16) -> Result<Port, Fault> {
    match min.cmp(&max) {
        std::cmp::Ordering::Less => Ok(Port::Range { min, max }),
        std::cmp::Ordering::Equal => Ok(Port::Number(min)),
        std::cmp::Ordering::Greater => Err(Fault::PortRange),
    }
}

/// A port of pods by name; the number is each endpoint's own.
pub(super) fn named(name: &str) -> Result<Port, Fault> {
    name.parse().map_err(|_| Fault::PortName(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(spec: &str) -> Converted<NetworkPolicy> {
        let json = format!(r#"{{"metadata": {{"name": "p", "namespace": "ns"}}, "spec": {spec}}}"#);
        network_policy(&serde_json::from_str(&json).unwrap()).unwrap()
    }

    #[test]
    fn isolation_needs_no_rules() {
        let spec = convert(r#"{"podSelector": {}}"#).policy.spec;
        assert_eq!(spec.types, Some(vec![PolicyType::Ingress]));
        assert_eq!(spec.ingress, Some(Vec::new()));
        assert_eq!(
            (spec.order, spec.tier.as_deref()),
            (Some(1000.0), Some("default"))
        );
    }

    #[test]
    fn types_are_not_inferred_from_egress_rules() {
        let spec = convert(r#"{"egress": [{}]}"#).policy.spec;
        assert_eq!(spec.types, Some(vec![PolicyType::Ingress]));
        let spec = convert(r#"{"policyTypes": ["Egress"], "egress": [{}]}"#)
            .policy
            .spec;
        assert_eq!(spec.types, Some(vec![PolicyType::Egress]));
    }

    #[test]
    fn a_block_wins_over_selectors() {
        let spec = convert(
            r#"{"ingress": [{"from": [{"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]}]}"#,
        );
        let source = &spec.policy.spec.ingress.as_ref().unwrap()[0].source;
        assert_eq!(source.nets, ["10.0.0.0/8".parse().unwrap()]);
        assert_eq!(source.not_nets, ["10.1.0.0/16".parse().unwrap()]);
        assert_eq!(source.selector, None);
    }

    #[test]
    fn no_peers_are_all_peers() {
        let spec = convert(r#"{"ingress": [{"ports": [{"port": 80, "endPort": 90}]}]}"#);
        let rule = &spec.policy.spec.ingress.as_ref().unwrap()[0];
        assert!(rule.source.is_empty());
        assert_eq!(rule.destination.ports, [Port::Range { min: 80, max: 90 }]);
        assert_eq!(rule.protocol, Some(Protocol::tcp()));
    }

    #[test]
    fn a_peer_of_pods_stays_in_its_namespace_unless_told() {
        let spec =
            convert(r#"{"ingress": [{"from": [{"podSelector": {}}, {"namespaceSelector": {}}]}]}"#);
        let rules = spec.policy.spec.ingress.unwrap();
        assert_eq!(rules[0].source.namespace_selector, None);
        assert_eq!(rules[1].source.namespace_selector.as_deref(), Some("all()"));
        assert_eq!(rules[0].source.selector, rules[1].source.selector);
    }

    #[test]
    fn rules_that_cannot_be_converted_are_left_out_and_named() {
        let converted = convert(
            r#"{"ingress": [{"ports": [{"port": "http", "endPort": 90}]}, {"ports": [{"port": 0}]}, {}]}"#,
        );
        assert_eq!(converted.policy.spec.ingress.unwrap().len(), 1);
        let faults: Vec<_> = converted
            .faults
            .iter()
            .map(|f| (f.index, &f.fault))
            .collect();
        assert_eq!(faults, [(0, &Fault::PortRange), (1, &Fault::PortNumber(0))]);
    }
}
