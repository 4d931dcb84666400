//! What the administrators' policies have in common, of whichever API.
//!
//! They select pods in selected namespaces, their rules deny and pass as well as
//! allow, and their peers and ports are lists of objects with exactly one field.
//! A rule that cannot be read fails closed.

use super::label_selector::{namespaces, pods};
use super::rule::{Target, rule, rules};
use super::{Converted, Fault, PolicyOrigin, RuleFault};
use crate::k8s::{
    ClusterNetworkPolicyEgressPeer, ClusterNetworkPolicyIngressPeer, LabelSelector, NamespacedPod,
    Subject,
};
use crate::metadata::Metadata;
use crate::resources::{
    Action, EntityRule, GlobalNetworkPolicy, GlobalNetworkPolicySpec, PolicyType, Rule,
    RuleMetadata,
};

/// A policy before its rules are read.
pub(super) struct Policy<'a> {
    pub(super) origin: PolicyOrigin,
    pub(super) metadata: &'a Metadata,
    pub(super) tier: &'static str,
    pub(super) order: f64,
    pub(super) subject: &'a Subject,
}

/// A rule of either direction.
pub(super) struct Parts<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) action: Action,
    pub(super) peers: Result<Vec<EntityRule>, Fault>,
    pub(super) targets: Result<Vec<Target>, Fault>,
}

impl Policy<'_> {
    /// The policy in Calico's model, under its own name. Its directions are those
    /// that have rules.
    pub(super) fn converted<'a>(
        self,
        ingress: impl Iterator<Item = Parts<'a>>,
        egress: impl Iterator<Item = Parts<'a>>,
    ) -> Result<Converted<GlobalNetworkPolicy>, Fault> {
        let (namespace_selector, selector) = subject(self.subject)?;
        let mut faults = Vec::new();
        let ingress = converted_rules(PolicyType::Ingress, ingress, &mut faults);
        let egress = converted_rules(PolicyType::Egress, egress, &mut faults);
        let spec = GlobalNetworkPolicySpec {
            tier: Some(self.tier.to_owned()),
            order: Some(self.order),
            selector: Some(selector),
            namespace_selector: Some(namespace_selector),
            types: Some(types(&ingress, &egress)),
            ingress: Some(ingress),
            egress: Some(egress),
            ..GlobalNetworkPolicySpec::default()
        };
        let metadata = Metadata {
            uid: self.metadata.uid.clone(),
            annotations: self.metadata.annotations.clone(),
            labels: self.metadata.labels.clone(),
            ..Metadata::named(&*self.metadata.name)
        };
        Ok(Converted {
            policy: GlobalNetworkPolicy { metadata, spec },
            origin: self.origin,
            faults,
        })
    }
}

/// The directions that have rules.
///
/// Calico treats an empty list of types as both directions in its backend; a
/// policy without rules then sits in a tier that passes, and decides nothing.
fn types(ingress: &[Rule], egress: &[Rule]) -> Vec<PolicyType> {
    let ingress = (!ingress.is_empty()).then_some(PolicyType::Ingress);
    let egress = (!egress.is_empty()).then_some(PolicyType::Egress);
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
        let name = parts.name.filter(|name| !name.is_empty());
        let action = parts.action;
        match converted_rule(direction, parts) {
            Ok(converted) => all.extend(converted.into_iter().map(|rule| Rule {
                metadata: name.map(name_annotation),
                ..rule
            })),
            Err(fault) => {
                let denies = action != Action::Allow;
                let any = EntityRule::default;
                all.extend(denies.then(|| rule(Action::Deny, any(), any())));
                faults.push(RuleFault {
                    direction,
                    index,
                    fault,
                    denies,
                });
            }
        }
    }
    all
}

/// Calico's rules for one rule: the first fault among its peers and ports fails all
/// of it, since half a rule means something else.
fn converted_rule(direction: PolicyType, parts: Parts<'_>) -> Result<Vec<Rule>, Fault> {
    let targets = parts.targets?;
    Ok(rules(parts.action, direction, &parts.peers?, targets))
}

/// Where Calico's own conversion keeps the name, and flow logs find it.
fn name_annotation(name: &str) -> RuleMetadata {
    RuleMetadata {
        annotations: [("name".to_owned(), name.to_owned())].into_iter().collect(),
    }
}

pub(super) fn ingress_peers(
    peers: &[ClusterNetworkPolicyIngressPeer],
) -> Result<Vec<EntityRule>, Fault> {
    let peer = |peer: &ClusterNetworkPolicyIngressPeer| match (&peer.namespaces, &peer.pods) {
        (Some(selector), None) => of_namespaces(selector),
        (None, Some(selected)) => of_pods(selected),
        (None, None) => Err(Fault::Peer),
        (Some(_), Some(_)) => Err(Fault::Ambiguous),
    };
    peers.iter().map(peer).collect()
}

/// Peers of egress. All networks of one go into one rule; `nodes` and `domainNames`
/// are nothing that Calico enforces.
pub(super) fn egress_peers(
    peers: &[ClusterNetworkPolicyEgressPeer],
) -> Result<Vec<EntityRule>, Fault> {
    let peer = |peer: &ClusterNetworkPolicyEgressPeer| {
        let networks = peer.networks.as_deref().filter(|nets| !nets.is_empty());
        match (&peer.namespaces, &peer.pods, networks) {
            _ if peer.nodes.is_some() || peer.domain_names.is_some() => Err(Fault::Peer),
            (Some(selector), None, None) => of_namespaces(selector),
            (None, Some(selected), None) => of_pods(selected),
            (None, None, Some(networks)) => Ok(EntityRule {
                nets: networks.iter().map(|net| net.trunc()).collect(),
                ..EntityRule::default()
            }),
            (None, None, None) => Err(Fault::Peer),
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
                Err(Fault::Ambiguous)
            }
        }
    };
    peers.iter().map(peer).collect()
}

/// Whatever is in some namespaces: Calico selects by the namespace alone here, so
/// their network sets are meant with their pods.
fn of_namespaces(selector: &LabelSelector) -> Result<EntityRule, Fault> {
    Ok(EntityRule {
        namespace_selector: Some(namespaces(selector)?),
        ..EntityRule::default()
    })
}

/// Pods by their labels, together with the orchestrator's, so that no network set
/// is meant.
fn of_pods(selected: &NamespacedPod) -> Result<EntityRule, Fault> {
    Ok(EntityRule {
        selector: Some(pods(Some(&selected.pod_selector))?),
        namespace_selector: Some(namespaces(&selected.namespace_selector)?),
        ..EntityRule::default()
    })
}
