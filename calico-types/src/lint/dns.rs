//! Egress that is restricted, without a way to look up names.
//!
//! The mistake that cuts off most pods for the first time: a policy with types
//! `[Egress]` and rules for the database, and the name of the database is no
//! longer found. Reported where a policy allows egress to something that is
//! reached by name, and neither it nor another policy of the same endpoints lets
//! UDP 53 through to what may be a server of DNS. Which pods those are is taken
//! from what every cluster has: `k8s-app: kube-dns` in `kube-system`.

use std::cell::OnceCell;

use super::bundle::Bundle;
use super::inventory::{Labelled, dns_pod};
use super::peers::namespaces;
use super::policy::PolicyView;
use crate::resources::{Action, EntityRule, PolicyType, Rule};
use crate::scalar::{Port, Protocol};
use crate::selector::Selector;
use crate::{Diagnostic, Severity};

/// The port of DNS, RFC 1035 §4.2.
const PORT: u16 = 53;

/// The protocol number of UDP.
const UDP: u8 = 17;

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    if !bundle.unseen.no_policies() {
        return;
    }
    let pod = dns_pod();
    let helpers: Vec<&PolicyView<'_>> = bundle
        .policies
        .iter()
        .filter(|policy| policy.decides(PolicyType::Egress) && permits(policy, &pod))
        .collect();
    let restricting = bundle.policies.iter().filter(|policy| {
        policy.is_calicos() && !policy.is_host_only() && policy.decides(PolicyType::Egress)
    });
    let helped = OnceCell::new();
    for policy in restricting {
        if !reaches_by_name(policy) || permits(policy, &pod) {
            continue;
        }
        let helped = helped.get_or_init(|| helped_endpoints(bundle, &helpers));
        if is_helped(bundle, policy, &helpers, helped) {
            continue;
        }
        let message = format!(
            "{} restricts egress and leaves no way to DNS: what it selects cannot look up the names of what it may reach",
            policy.name
        );
        found.push(
            policy
                .finding(Severity::Warning, "no-dns", "spec.egress", message)
                .help("allow UDP and TCP 53 to the cluster's DNS pods")
                .suggest(SUGGESTION),
        );
    }
}

const SUGGESTION: &str = "\
- action: Allow
  protocol: UDP
  destination:
    namespaceSelector: kubernetes.io/metadata.name == 'kube-system'
    selector: k8s-app == 'kube-dns'
    ports: [53]
- action: Allow
  protocol: TCP
  destination:
    namespaceSelector: kubernetes.io/metadata.name == 'kube-system'
    selector: k8s-app == 'kube-dns'
    ports: [53]";

/// Whether the policy allows something that is reached by a name: pods and
/// services are, addresses are not.
///
/// A policy that allows nothing but addresses is of somebody who knows them, or
/// who wants no names looked up.
fn reaches_by_name(policy: &PolicyView<'_>) -> bool {
    policy.rules(PolicyType::Egress).iter().any(|rule| {
        let to = &rule.destination;
        let named = to.selector.is_some()
            || to.namespace_selector.is_some()
            || to.services.is_some()
            || to.service_accounts.is_some();
        rule.action == Action::Allow && named
    })
}

/// Whether some rule lets DNS queries through, or leaves that to others.
fn permits(policy: &PolicyView<'_>, pod: &Labelled<'_>) -> bool {
    policy
        .rules(PolicyType::Egress)
        .iter()
        .filter(|rule| matches!(rule.action, Action::Allow | Action::Pass))
        .any(|rule| carries_dns(rule) && may_be_dns(policy, &rule.destination, pod))
}

/// Whether the rule's protocol and ports include UDP 53. A named port may be any
/// number, so it counts: better quiet than wrong. TCP alone does not count: lookups
/// begin over UDP (RFC 7766 §5 has clients fall back to TCP, not begin with it).
fn carries_dns(rule: &Rule) -> bool {
    let number = |protocol: &Protocol| protocol.number();
    let protocol = match (&rule.protocol, &rule.not_protocol) {
        (Some(protocol), _) => number(protocol) == Some(UDP),
        (None, Some(not)) => number(not) != Some(UDP),
        (None, None) => true,
    };
    let within = |port: &Port| match port.bounds() {
        Some((low, high)) => (low..=high).contains(&PORT),
        // A name says nothing about the number.
        None => true,
    };
    let to = &rule.destination;
    let excluded = |port: &Port| port.bounds().is_some() && within(port);
    protocol
        && (to.ports.is_empty() || to.ports.iter().any(within))
        && !to.not_ports.iter().any(excluded)
}

/// Whether a destination may be a server of DNS. One with a port of its own,
/// or outside of the cluster, may be any.
fn may_be_dns(policy: &PolicyView<'_>, to: &EntityRule, pod: &Labelled<'_>) -> bool {
    if !to.ports.is_empty() || to.services.is_some() || !to.nets.is_empty() {
        return true;
    }
    let matches = |text: &Option<String>, read: fn(&str) -> Option<Selector>| {
        let text = text.as_deref().filter(|text| !text.is_empty());
        text.map(|text| read(text).is_none_or(|selector| selector.matches(pod)))
    };
    let own = |text: &str| Selector::parse(text).ok();
    let of_namespace = matches(&to.namespace_selector, namespaces);
    let of_labels = matches(&to.selector, own);
    match (of_namespace, of_labels) {
        (None, None) => to.service_accounts.is_none(),
        // Without namespaces the selector stays within the policy's own.
        (None, Some(labels)) => {
            labels
                && policy
                    .namespace
                    .is_none_or(|namespace| namespace == "kube-system")
        }
        (Some(namespace), labels) => namespace && labels.unwrap_or(true),
    }
}

/// Of each endpoint, whether some policy lets it through.
fn helped_endpoints(bundle: &Bundle<'_>, helpers: &[&PolicyView<'_>]) -> Vec<bool> {
    let helped = |endpoint| {
        let mut selectors = helpers.iter().filter_map(|helper| helper.selector.as_ref());
        selectors.any(|selector| selector.matches(endpoint))
    };
    bundle.inventory.endpoints.iter().map(helped).collect()
}

/// Whether other policies let the same endpoints through.
///
/// Every endpoint that the policy selects must be helped by some policy; where no
/// endpoints are known, a policy that may share some is enough.
fn is_helped(
    bundle: &Bundle<'_>,
    policy: &PolicyView<'_>,
    helpers: &[&PolicyView<'_>],
    helped: &[bool],
) -> bool {
    let Some(selector) = &policy.selector else {
        return true;
    };
    let endpoints = bundle.inventory.endpoints.iter().zip(helped);
    let mut selected = endpoints
        .filter(|(endpoint, _)| selector.matches(*endpoint))
        .peekable();
    if selected.peek().is_none() {
        return helpers.iter().any(|helper| !helper.is_disjoint(policy));
    }
    selected.all(|(_, helped)| *helped)
}
