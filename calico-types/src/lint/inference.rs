//! Policies that cut off what they select, because they say nothing.
//!
//! `types` is inferred from the rules that are there; without rules it is
//! `[Ingress]`, in which nothing is allowed. Whoever wrote a policy of nothing but
//! a selector, or of nothing but annotations, meant something else.

use super::bundle::Bundle;
use super::policy::PolicyView;
use crate::resources::PolicyType;
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let calicos = bundle.policies.iter().filter(|policy| policy.is_calicos());
    found.extend(calicos.filter_map(isolating));
}

/// A policy with `types` has said what it means, rules or not.
fn isolating(policy: &PolicyView<'_>) -> Option<Diagnostic> {
    let silent = |direction| policy.rules(direction).is_empty();
    if !policy.types().is_empty() || !silent(PolicyType::Ingress) || !silent(PolicyType::Egress) {
        return None;
    }
    let empty_egress = policy.list(PolicyType::Egress).is_some();
    let also = if empty_egress {
        "; the empty egress list counts as Egress where an API server fills in the types, and as nothing where calicoctl does"
    } else {
        ""
    };
    let message = format!(
        "{} has neither types nor rules: that means types [Ingress], so nothing reaches what it selects{also}",
        policy.name
    );
    Some(
        policy
            .finding(Severity::Warning, "isolates-by-inference", "spec", message)
            .help("say what is meant")
            .suggest("types: [Ingress]"),
    )
}
