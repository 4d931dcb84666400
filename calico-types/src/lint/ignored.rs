//! Policies that Felix ignores as a whole.
//!
//! An API server with Calico's resource definitions stores what Calico's own rules
//! refuse. Felix checks what it reads once more, and takes a policy that fails for
//! missing: a line in its log, and neither what the policy was to allow nor what it
//! was to deny. Only those mistakes are looked at that Felix is known to answer so.

use super::bundle::Bundle;
use super::policy::{DIRECTIONS, PolicyView};
use crate::resources::Rule;
use crate::scalar::Port;
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let calicos = bundle.policies.iter().filter(|policy| policy.is_calicos());
    found.extend(calicos.filter_map(ignored));
}

/// One finding for each policy, at the first reason.
fn ignored(policy: &PolicyView<'_>) -> Option<Diagnostic> {
    let (path, reason) = unreadable(policy).or_else(|| portless(policy))?;
    let message = format!("Felix ignores all of {}: {reason}", policy.name);
    Some(
        policy
            .finding(Severity::Error, "ignored-by-felix", &path, message)
            .help("calicoctl refuses the policy, an API server with Calico's resource definitions stores it; Felix then takes it for missing, and only its log says so"),
    )
}

fn unreadable(policy: &PolicyView<'_>) -> Option<(String, &'static str)> {
    let path = policy.subject_path().to_owned();
    let broken = policy.selector.is_none();
    broken.then_some((path, "its selector cannot be read"))
}

fn portless(policy: &PolicyView<'_>) -> Option<(String, &'static str)> {
    DIRECTIONS.iter().find_map(|(direction, list)| {
        let rules = policy.rules(*direction).iter().enumerate();
        let mut fields = rules.filter_map(|(index, rule)| {
            let field = numbers_without_protocol(rule)?;
            Some(format!("spec.{list}[{index}].{field}"))
        });
        Some((fields.next()?, "a rule has port numbers and no protocol"))
    })
}

/// Names may stand without a protocol, numbers may not.
fn numbers_without_protocol(rule: &Rule) -> Option<&'static str> {
    let (from, to) = (&rule.source, &rule.destination);
    let lists = [
        ("source.ports", &from.ports),
        ("source.notPorts", &from.not_ports),
        ("destination.ports", &to.ports),
        ("destination.notPorts", &to.not_ports),
    ];
    let has_numbers = |ports: &[Port]| ports.iter().any(|port| port.bounds().is_some());
    let mut lists = lists.into_iter().filter(|(_, ports)| has_numbers(ports));
    let (field, _) = lists.next()?;
    rule.protocol.is_none().then_some(field)
}
