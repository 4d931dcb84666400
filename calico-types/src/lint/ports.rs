//! Allowances that name a protocol with ports, and no port.
//!
//! `protocol: TCP` alone allows all 65,535 ports, and is what is left of a rule
//! whose `port` stood in the wrong place and was dropped.

use super::bundle::Bundle;
use super::meaning::meaning_of_rule;
use super::policy::PolicyView;
use crate::resources::{Action, PolicyType, Rule};
use crate::scalar::Protocol;
use crate::{Diagnostic, Severity};

/// Where people put ports that belong into `destination.ports`: decoding has
/// said so, and what it means.
const MISPLACED: [&str; 4] = ["port", "ports", "destinationPorts", "destination.port"];

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let calicos = bundle.policies.iter().filter(|policy| policy.is_calicos());
    for policy in calicos {
        for (direction, list) in [
            (PolicyType::Ingress, "ingress"),
            (PolicyType::Egress, "egress"),
        ] {
            for (index, rule) in policy.rules(direction).iter().enumerate() {
                let path = format!("spec.{list}[{index}]");
                found.extend(portless(policy, &path, rule));
            }
        }
    }
}

/// Quiet about rules that say something else about ports: a service brings its
/// own, HTTP conditions imply a server, and `source.ports` is a choice.
fn portless(policy: &PolicyView<'_>, path: &str, rule: &Rule) -> Option<Diagnostic> {
    let has_ports = rule.protocol.as_ref().is_some_and(Protocol::has_ports);
    let (from, to) = (&rule.source, &rule.destination);
    let says_ports = [from, to].iter().any(|side| {
        !side.ports.is_empty() || !side.not_ports.is_empty() || side.services.is_some()
    });
    if rule.action != Action::Allow || !has_ports || says_ports || rule.http.is_some() {
        return None;
    }
    let told = |field: &str| policy.at.field_span(&format!("{path}.{field}")).is_some();
    if MISPLACED.iter().any(|field| told(field)) {
        return None;
    }
    let message = format!("the rule {}", meaning_of_rule(rule));
    Some(
        policy
            .finding(Severity::Warning, "all-ports", path, message)
            .help("name the ports under destination.ports; for all of them on purpose, leave out the protocol or write 1:65535"),
    )
}
