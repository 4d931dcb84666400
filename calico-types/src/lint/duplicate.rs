//! Things that are there twice.

use std::collections::BTreeMap;

use super::bundle::{Bundle, finding};
use super::policy::PolicyView;
use crate::decode::Located;
use crate::decode::title;
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    found.extend(resources(bundle.all));
    found.extend(policies(bundle.policies.iter()));
    found.extend(policies(bundle.staged.iter()));
}

/// One name for two resources: applying both leaves the last.
fn resources(all: &[Located]) -> Vec<Diagnostic> {
    type Key<'a> = (&'a str, &'a str, &'a str, &'a str);
    let mut seen: BTreeMap<Key<'_>, &Located> = BTreeMap::new();
    let mut found = Vec::new();
    for at in all {
        let resource = &at.resource;
        let metadata = resource.metadata();
        let namespace = match resource.namespaced() {
            true => metadata.namespace_or_default(),
            false => "",
        };
        if metadata.name.is_empty() {
            continue;
        }
        let key = (
            resource.api_version(),
            resource.kind(),
            namespace,
            metadata.name.as_str(),
        );
        if let Some(earlier) = seen.insert(key, at) {
            found.push(twice(earlier, at));
        }
    }
    found
}

/// The same twice does no harm; what differs is lost.
fn twice(earlier: &Located, later: &Located) -> Diagnostic {
    let place = format!("{}:{}", earlier.source, earlier.span.line);
    let (severity, what) = if earlier.resource == later.resource {
        (Severity::Info, "the same")
    } else {
        (Severity::Warning, "something else")
    };
    let message = format!(
        "{} stands at {place} too, and says {what}",
        title(&later.resource)
    );
    finding(
        later,
        severity,
        "duplicate-resource",
        "metadata.name",
        message,
    )
    .help("of two with one name the last that is applied counts")
}

/// Two policies that say the same of the same: nothing that the first lets by is
/// decided by the second.
fn policies<'b, 'a: 'b>(views: impl Iterator<Item = &'b PolicyView<'a>>) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<(Option<&str>, &str, String), &PolicyView<'_>> = BTreeMap::new();
    let mut found = Vec::new();
    for policy in views {
        let Some(spec) = policy.text() else {
            continue;
        };
        let key = (policy.namespace, policy.kind, spec);
        let Some(earlier) = seen.get(&key) else {
            seen.insert(key, policy);
            continue;
        };
        if earlier.name == policy.name {
            continue;
        }
        let message = format!(
            "{} says the same as {}: one of them decides nothing",
            policy.name, earlier.name
        );
        found.push(policy.finding(Severity::Info, "duplicate-policy", "spec", message));
    }
    found
}
