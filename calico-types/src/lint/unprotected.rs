//! Pods that no policy is for, beside others that policies protect.
//!
//! A policy closes what it selects and nothing else: pods without the label stay
//! as open as they were. Said once for each namespace, where some of its pods are
//! protected and others are not.

use std::collections::BTreeMap;

use super::bundle::{Bundle, finding};
use super::inventory::Labelled;
use super::policy::PolicyView;
use crate::resources::PolicyType;
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let unseen = &bundle.unseen;
    let known = unseen.no_policies() && unseen.no_endpoints();
    let ingress: Vec<&PolicyView<'_>> = bundle
        .policies
        .iter()
        .filter(|policy| !policy.is_host_only() && policy.decides(PolicyType::Ingress))
        .collect();
    if !known || ingress.is_empty() || ingress.iter().any(|policy| !is_judged(bundle, policy)) {
        return;
    }
    let mut namespaces: BTreeMap<&str, (usize, Vec<&Labelled<'_>>)> = BTreeMap::new();
    for pod in bundle.inventory.endpoints.iter().filter(|pod| !pod.is_host) {
        let Some(namespace) = pod.namespace.as_deref() else {
            continue;
        };
        let (closed, open) = namespaces.entry(namespace).or_default();
        let mut selectors = ingress.iter().filter_map(|policy| policy.selector.as_ref());
        match selectors.any(|selector| selector.matches(pod)) {
            true => *closed += 1,
            false => open.push(pod),
        }
    }
    for (namespace, (closed, open)) in namespaces {
        if closed > 0 {
            found.extend(report(namespace, closed, &open));
        }
    }
}

/// Whether it is known whom the policy selects.
fn is_judged(bundle: &Bundle<'_>, policy: &PolicyView<'_>) -> bool {
    let selector = policy.selector.as_ref();
    selector.is_some_and(|selector| bundle.inventory.can_judge(selector))
}

fn report(namespace: &str, closed: usize, open: &[&Labelled<'_>]) -> Option<Diagnostic> {
    let at = open.first()?.at?;
    let all = closed.saturating_add(open.len());
    let message = format!(
        "no policy is for the ingress of {} of the {all} pods of {namespace}: anybody reaches them",
        open.len()
    );
    Some(
        finding(
            at,
            Severity::Info,
            "unprotected-pods",
            "metadata.labels",
            message,
        )
        .help("a policy for the whole namespace without rules denies what no other allows"),
    )
}
