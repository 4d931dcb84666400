//! Policies and hosts: denials of everything that catch host endpoints, and
//! policies for hosts that do less than they say.
//!
//! A host endpoint has no namespace. `all()` selects it, and so does every
//! selector of namespaces that only *excludes* some: what has no label satisfies
//! `!=` and `not in`.

use super::bundle::Bundle;
use super::default_deny::denies;
use super::inventory::{Labelled, any_pod, automatic_host, dns_pod};
use super::policy::{DIRECTIONS, PolicyView};
use crate::resources::{Action, KubeControllersConfiguration, PolicyType, Switch};
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let automatic = automatic(bundle);
    let endpoints = bundle.inventory.endpoints.iter();
    let hosts: Vec<&Labelled<'_>> = endpoints
        .filter(|endpoint| endpoint.is_host)
        .chain(&automatic)
        .collect();
    let global = bundle
        .policies
        .iter()
        .filter(|policy| policy.is_calicos() && policy.namespace.is_none());
    for policy in global {
        if policy.is_host_only() {
            found.extend(for_no_host(policy));
            found.extend(one_way(bundle, policy));
        } else {
            found.extend(catching(bundle, policy, &hosts));
        }
    }
}

/// The host endpoints that calico-kube-controllers makes of nodes, when it does.
fn automatic(bundle: &Bundle<'_>) -> Vec<Labelled<'static>> {
    let mut controllers = bundle.controllers.iter();
    let nodes = bundle.inventory.nodes.values();
    if controllers.any(|controllers| makes_hosts(controllers.resource)) {
        nodes.map(|labels| automatic_host(labels)).collect()
    } else {
        Vec::new()
    }
}

/// Whether host endpoints are made of nodes; not by default.
fn makes_hosts(controllers: &KubeControllersConfiguration) -> bool {
    let node = controllers.spec.controllers.node.as_ref();
    let automatic = node.and_then(|node| node.host_endpoint.as_ref());
    automatic.is_some_and(|automatic| {
        automatic.auto_create == Some(Switch::Enabled)
            && automatic.create_default_host_endpoint != Some(Switch::Disabled)
    })
}

/// A denial of everything that is meant for pods, and cuts hosts off too. One that
/// selects hosts only is meant; so is one beside which something is let through.
fn catching(
    bundle: &Bundle<'_>,
    policy: &PolicyView<'_>,
    hosts: &[&Labelled<'_>],
) -> Option<Diagnostic> {
    let selector = policy.selector.as_ref()?;
    let workloads = || {
        bundle
            .inventory
            .endpoints
            .iter()
            .any(|e| !e.is_host && selector.matches(e))
    };
    let for_pods = [dns_pod(), any_pod()]
        .iter()
        .any(|pod| selector.matches(pod))
        || workloads();
    if !for_pods || policy.spares_hosts() || !bundle.unseen.no_policies() {
        return None;
    }
    let caught = hosts.iter().filter(|host| selector.matches(**host));
    let cut = |host: &&&Labelled<'_>| {
        DIRECTIONS.iter().any(|(direction, _)| {
            policy.decides(*direction)
                && denies(bundle, policy, *direction)
                && !spared(bundle, host, *direction)
        })
    };
    let affordable = bundle.afford(hosts.len().saturating_mul(bundle.policies.len()));
    let count = if affordable {
        caught.filter(cut).count()
    } else {
        0
    };
    if count == 0 {
        return None;
    }
    let message = format!(
        "{} denies traffic of {count} host endpoints too: only failsafe ports stay open there",
        policy.name
    );
    let spared = match policy.namespace_selector() {
        None => "namespaceSelector: all()".to_owned(),
        Some(text) => format!("namespaceSelector: has(projectcalico.org/name) && ({text})"),
    };
    Some(
        policy
            .finding(
                Severity::Warning,
                "denies-hosts",
                policy.subject_path(),
                message,
            )
            .help("hosts are in no namespace: ask for one, and they are spared")
            .suggest(spared),
    )
}

/// Whether some policy lets traffic of a host through.
fn spared(bundle: &Bundle<'_>, host: &Labelled<'_>, direction: PolicyType) -> bool {
    bundle.policies.iter().any(|policy| {
        let selector = policy.selector.as_ref();
        policy.decides(direction)
            && lets_through(policy, direction)
            && selector.is_some_and(|selector| selector.matches(host))
    })
}

fn lets_through(policy: &PolicyView<'_>, direction: PolicyType) -> bool {
    let mut rules = policy.rules(direction).iter();
    rules.any(|rule| matches!(rule.action, Action::Allow | Action::Pass))
}

/// `doNotTrack` and `preDNAT` are for host endpoints only; a policy that asks for
/// namespaces is for nobody.
fn for_no_host(policy: &PolicyView<'_>) -> Option<Diagnostic> {
    if !policy.spares_hosts() {
        return None;
    }
    let field = if policy.is_untracked() {
        "doNotTrack"
    } else {
        "preDNAT"
    };
    let message = format!(
        "{} has no effect: {field} is for host endpoints, and it selects workloads",
        policy.name
    );
    let path = policy.subject_path();
    Some(policy.finding(Severity::Warning, "host-policy-for-pods", path, message))
}

/// Without connection tracking an answer is a packet like any other: nothing
/// remembers the request that it belongs to.
fn one_way(bundle: &Bundle<'_>, policy: &PolicyView<'_>) -> Option<Diagnostic> {
    if !policy.is_untracked() || policy.spares_hosts() || !bundle.unseen.no_policies() {
        return None;
    }
    let allows = |policy: &PolicyView<'_>, direction| {
        let mut rules = policy.rules(direction).iter();
        policy.decides(direction) && rules.any(|rule| rule.action == Action::Allow)
    };
    let (direction, list, back) = match DIRECTIONS.map(|(d, _)| allows(policy, d)) {
        [true, false] => ("ingress", "spec.ingress", PolicyType::Egress),
        [false, true] => ("egress", "spec.egress", PolicyType::Ingress),
        [true, true] | [false, false] => return None,
    };
    let answered = bundle
        .policies
        .iter()
        .any(|other| other.is_untracked() && allows(other, back) && !other.is_disjoint(policy));
    if answered {
        return None;
    }
    let message = format!(
        "{} allows untracked {direction} and nothing back: answers are not tracked, and are dropped",
        policy.name
    );
    Some(
        policy
            .finding(Severity::Warning, "untracked-one-way", list, message)
            .help("allow the answers too, in the other direction and with the ports on the other side"),
    )
}
