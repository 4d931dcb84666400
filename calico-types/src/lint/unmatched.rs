//! Selectors that none of the endpoints satisfies, and names that none has.
//!
//! Misspelt labels mostly. Judged only where endpoints of the same scope are
//! among the resources: a bundle without pods of a namespace says nothing about
//! that namespace. Of namespaces and service accounts themselves it is said only
//! where all of them are known.

use super::bundle::Bundle;
use super::inventory::Labelled;
use super::peers::{Peers, namespaces, peers};
use super::policy::{DIRECTIONS, PolicyView};
use crate::convert::NAMESPACE_LABEL;
use crate::resources::{EntityRule, PolicyType, Rule};
use crate::selector::Selector;
use crate::{Diagnostic, Severity};

const CODE: &str = "selects-nothing";

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    if !bundle.unseen.no_endpoints() {
        return;
    }
    let of_pods = bundle
        .policies
        .iter()
        .filter(|policy| !policy.is_host_only() && policy.impossible_label().is_none());
    for policy in of_pods {
        found.extend(subject(bundle, policy));
        found.extend(scopes(bundle, policy));
        if !policy.is_calicos() {
            continue;
        }
        for (direction, list) in DIRECTIONS {
            for (index, rule) in policy.rules(direction).iter().enumerate() {
                let place = Place {
                    bundle,
                    policy,
                    direction,
                    path: format!("spec.{list}[{index}]"),
                };
                found.extend(place.rule(rule));
            }
        }
    }
}

/// A policy that is for nobody.
fn subject(bundle: &Bundle<'_>, policy: &PolicyView<'_>) -> Option<Diagnostic> {
    let selector = policy.selector.as_ref()?;
    let scope = match (policy.namespace, policy.namespace_selector()) {
        (Some(namespace), _) => Selector::equals(NAMESPACE_LABEL, namespace),
        (None, Some(text)) => namespaces(text)?,
        (None, None) => Selector::all(),
    };
    if !is_empty_within(bundle, &scope, selector) {
        return None;
    }
    let message = format!(
        "{} selects none of the {} endpoints here",
        policy.name,
        bundle.inventory.endpoints.len()
    );
    let path = policy.subject_path();
    let finding = policy.finding(Severity::Warning, CODE, path, message);
    Some(finding.help("compare the labels; values are case-sensitive"))
}

/// Namespaces and service accounts that are not there, of a cluster that is.
fn scopes(bundle: &Bundle<'_>, policy: &PolicyView<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if !policy.is_calicos() {
        return found;
    }
    if let Some(text) = policy.namespace_selector() {
        let finding = no_namespace(bundle, policy, "spec.namespaceSelector", text);
        found.extend(finding.map(|finding| finding.help("the policy is for no pod")));
    }
    if let Some(text) = policy.service_account_selector() {
        let within = |namespace: &str| policy.namespace.is_none_or(|own| own == namespace);
        let path = "spec.serviceAccountSelector";
        found.extend(no_account(bundle, policy, path, text, within));
    }
    found
}

/// A selector of namespaces that is satisfied by none of them.
fn no_namespace(
    bundle: &Bundle<'_>,
    policy: &PolicyView<'_>,
    path: &str,
    text: &str,
) -> Option<Diagnostic> {
    let known = &bundle.inventory.namespaces;
    let selector = namespaces(text)?;
    // `global()` asks for what is in no namespace.
    let about_namespaces = !selector.matches(&[("", ""); 0]);
    let judged = bundle.is_complete() && !known.is_empty() && about_namespaces;
    let affordable = judged && bundle.afford(known.len());
    if !affordable || known.iter().any(|namespace| selector.matches(namespace)) {
        return None;
    }
    let message = format!("{text} selects none of the {} namespaces", known.len());
    Some(policy.finding(Severity::Warning, CODE, path, message))
}

/// A selector of service accounts that is satisfied by none of them.
fn no_account(
    bundle: &Bundle<'_>,
    policy: &PolicyView<'_>,
    path: &str,
    text: &str,
    within: impl Fn(&str) -> bool,
) -> Option<Diagnostic> {
    let selector = Selector::parse(text).ok()?;
    let selector = selector.prefixed(crate::convert::SERVICE_ACCOUNT_LABEL_PREFIX);
    let accounts = &bundle.inventory.accounts;
    if !bundle.is_complete() || !bundle.afford(accounts.len()) {
        return None;
    }
    let mut known = accounts
        .iter()
        .filter(|(namespace, ..)| within(namespace))
        .peekable();
    if known.peek().is_none() || known.any(|(.., labels)| selector.matches(labels)) {
        return None;
    }
    let message = format!("{text} selects none of the service accounts");
    Some(policy.finding(Severity::Warning, CODE, path, message))
}

/// A rule, and where it stands.
struct Place<'b, 'a> {
    bundle: &'b Bundle<'a>,
    policy: &'b PolicyView<'a>,
    direction: PolicyType,
    path: String,
}

impl Place<'_, '_> {
    fn rule(&self, rule: &Rule) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (side, entity) in [("source", &rule.source), ("destination", &rule.destination)] {
            let path = format!("{}.{side}", self.path);
            let nobody = self.nobody(&path, entity);
            if nobody.is_empty() {
                found.extend(self.ports(&path, side, rule, entity));
            }
            found.extend(nobody);
        }
        found
    }

    /// What of a side means nobody: its namespaces, its service accounts, or all
    /// of its labels together. Network sets count as members, whether or not they
    /// have addresses yet.
    fn nobody(&self, path: &str, entity: &EntityRule) -> Vec<Diagnostic> {
        let (bundle, policy) = (self.bundle, self.policy);
        let mut found = Vec::new();
        if let Some(text) = entity
            .namespace_selector
            .as_deref()
            .filter(|t| !t.is_empty())
        {
            let path = format!("{path}.namespaceSelector");
            let finding = no_namespace(bundle, policy, &path, text);
            found.extend(finding.map(|finding| finding.help("the rule never matches")));
        }
        let accounts = entity.service_accounts.as_ref();
        let own = policy
            .namespace
            .filter(|_| entity.namespace_selector.is_none());
        let within = |namespace: &str| own.is_none_or(|own| own == namespace);
        if let Some(text) = accounts
            .and_then(|a| a.selector.as_deref())
            .filter(|t| !t.is_empty())
        {
            let path = format!("{path}.serviceAccounts.selector");
            found.extend(no_account(bundle, policy, &path, text, within));
        }
        if found.is_empty() {
            found.extend(self.labels(path, entity));
        }
        found
    }

    fn labels(&self, path: &str, entity: &EntityRule) -> Option<Diagnostic> {
        let Peers { scope, selector } = peers(self.policy, entity)?;
        let text = entity.selector.as_deref().filter(|text| !text.is_empty())?;
        let of_this = super::unreachable::impossible_label(&selector).is_none();
        let mut sets = self.bundle.inventory.network_sets.iter();
        let in_sets = sets.any(|set| selector.matches(set));
        let sets_known = ["NetworkSet", "GlobalNetworkSet"]
            .iter()
            .all(|kind| self.bundle.unseen.none_of(kind));
        let empty = sets_known && !in_sets && is_empty_within(self.bundle, &scope, &selector);
        if !of_this || !empty {
            return None;
        }
        let message = format!("{text} selects nothing here: the rule never matches");
        let path = format!("{path}.selector");
        let finding = self.policy.finding(Severity::Warning, CODE, &path, message);
        Some(match (self.policy.namespace, &entity.namespace_selector) {
            (Some(namespace), None) => finding.help(format!(
                "without a namespaceSelector only endpoints of namespace {namespace} are meant"
            )),
            (Some(_), Some(_)) | (None, _) => {
                finding.help("compare the labels; values are case-sensitive")
            }
        })
    }

    /// Names of ports that no endpoint of the side has.
    fn ports(&self, path: &str, side: &str, rule: &Rule, entity: &EntityRule) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let names = entity.ports.iter().enumerate();
        for (index, name) in names.filter_map(|(index, port)| Some((index, port.name()?))) {
            if !self.bundle.afford(self.bundle.inventory.endpoints.len()) {
                return found;
            }
            let Some(mut candidates) = self.candidates(side, entity) else {
                return found;
            };
            if candidates.any(|endpoint| endpoint.has_port(name, rule.protocol.as_ref())) {
                continue;
            }
            let of = rule
                .protocol
                .as_ref()
                .map(|protocol| format!("{protocol} "));
            let message = format!(
                "no endpoint here has a {}port named {name}: it matches nothing",
                of.unwrap_or_default()
            );
            let path = format!("{path}.ports[{index}]");
            found.push(
                self.policy
                    .finding(Severity::Warning, "unknown-port-name", &path, message)
                    .help("names are those of the containers' ports, not of services"),
            );
        }
        found
    }

    /// The endpoints whose ports a side of the rule can mean: at least one, and
    /// known to be all of them. `None` where that is not so.
    fn candidates<'s>(
        &'s self,
        side: &str,
        entity: &EntityRule,
    ) -> Option<impl Iterator<Item = &'s Labelled<'s>> + use<'s>> {
        let inventory = &self.bundle.inventory;
        let own = matches!(
            (self.direction, side),
            (PolicyType::Ingress, "destination") | (PolicyType::Egress, "source")
        );
        let selector = match peers(self.policy, entity) {
            Some(peers) => peers.selector,
            None if own => self.policy.selector.clone()?,
            None if self.bundle.is_complete() => Selector::all(),
            None => return None,
        };
        let judged = inventory.can_judge(&selector);
        let selected = inventory.endpoints.iter();
        let mut selected = selected.filter(move |e| selector.matches(*e)).peekable();
        (judged && selected.peek().is_some()).then_some(selected)
    }
}

/// Whether a scope has endpoints of which none is selected. An empty scope
/// says nothing: its endpoints may be elsewhere.
fn is_empty_within(bundle: &Bundle<'_>, scope: &Selector, selector: &Selector) -> bool {
    let inventory = &bundle.inventory;
    inventory.can_judge(scope)
        && inventory.can_judge(selector)
        && inventory.selected(scope).next().is_some()
        && inventory.selected(selector).next().is_none()
}
