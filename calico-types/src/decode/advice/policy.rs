//! Fields of a policy's spec as Kubernetes and others have them.

use super::Advice;
use super::labels;
use super::spot::Spot;
use crate::edit::Steps;

/// A field that the spec of a policy of Calico's does not have.
pub(super) fn advice(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    let kind = spot.kind.kind;
    Some(match spot.key() {
        "podSelector" | "endpointSelector" | "matchLabels" | "labelSelector" => {
            let advice = Advice::help("Calico's policies have `selector`, an expression");
            let advice = advice.and(KUBERNETES);
            match labels::selector(node) {
                Some(selector) => advice.fields(spot, vec![("selector", selector)]),
                None if node.text().is_some() => advice.renamed(spot, "selector"),
                None => advice,
            }
        }
        "policyTypes" => Advice::help("Calico's policies have `types`").renamed(spot, "types"),
        "priority" => {
            Advice::help("Calico's policies have `order`: lower comes first").called(spot, "order")
        }
        "applyOnForward" | "preDNAT" | "doNotTrack" | "namespaceSelector"
            if !kind.contains("Global") =>
        {
            let advice = Advice::help(format!(
                "`{}` is a field of GlobalNetworkPolicy, not of {kind}",
                spot.key()
            ));
            if spot.key() == "namespaceSelector" {
                advice.and("a namespaced policy is for its metadata.namespace alone")
            } else {
                advice
            }
        }
        "ingressRules" | "inbound" | "inboundRules" => {
            Advice::help("rules stand under `ingress` and `egress`").renamed(spot, "ingress")
        }
        "egressRules" | "outbound" | "outboundRules" => {
            Advice::help("rules stand under `ingress` and `egress`").renamed(spot, "egress")
        }
        "rules" => Advice::help("rules stand under `ingress` and `egress`"),
        "from" | "to" | "ports" | "action" | "protocol" | "source" | "destination" => {
            Advice::help("it belongs to a rule: an item of ingress or egress")
        }
        "default" | "defaultAction" | "defaultDeny" => Advice::help(
            "what none of a tier's policies decides gets the tier's defaultAction: Deny, unless the Tier says Pass",
        ),
        "enabled" | "disabled" | "enforce" => Advice::help(
            "a policy is in force as long as it is there; to try one out, make it a Staged one",
        ),
        "stagedAction" => Advice::help(format!("only Staged{kind} has it")),
        "namespace" => Advice::help("the namespace is in the metadata").moved(
            spot,
            Steps::parse("metadata.namespace"),
            "metadata.namespace",
        ),
        "serviceAccount" | "serviceAccountName" | "serviceAccounts" => Advice::help(
            "the policy's own pods are narrowed by `serviceAccountSelector`, an expression over the accounts' labels",
        ),
        "description" | "comment" => {
            Advice::help("notes stand in metadata.annotations, or in a comment")
        }
        _ => return None,
    })
}

pub(super) const KUBERNETES: &str =
    "or, if Kubernetes' own NetworkPolicy was meant: apiVersion: networking.k8s.io/v1";
