//! Scopes: what selectors of policies and rules mean where they are written.
//!
//! A policy's selector is about the endpoints of its namespace; a rule's too, unless it says
//! otherwise; selectors of namespaces and service accounts are about labels that endpoints
//! inherit from them (`pcns.`, `pcsa.`). Calico joins all of them into one selector of
//! endpoints (`libcalico-go/lib/backend/syncersv1/updateprocessors`), and so does this
//! module, on syntax trees.
//!
//! Only `all()` and `global()` are replaced in the *text*, as there: a replacement in the
//! tree would spare a string literal such as `'all()'`, which Calico replaces as well.

use calico_types::resources::EntityRule;
use calico_types::selector::{Selector, SelectorError};

use crate::Fault;

/// The label that says of an endpoint or network set in which namespace it is.
pub(super) const NAMESPACE: &str = "projectcalico.org/namespace";
/// The label that names an endpoint's service account.
pub(super) const SERVICE_ACCOUNT: &str = "projectcalico.org/serviceaccount";
/// The label that says who started a workload.
pub(super) const ORCHESTRATOR: &str = "projectcalico.org/orchestrator";

const NAMESPACE_PREFIX: &str = "pcns.";
const SERVICE_ACCOUNT_PREFIX: &str = "pcsa.";

/// Where a selector stands.
pub(super) type Namespace<'a> = Option<&'a str>;

/// What selects the endpoints of a policy, as written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PolicyScope<'a> {
    pub(super) namespace: Namespace<'a>,
    pub(super) selector: &'a str,
    pub(super) namespace_selector: &'a str,
    pub(super) service_account_selector: &'a str,
}

impl PolicyScope<'_> {
    /// The endpoints that the policy is about.
    pub(super) fn resolve(&self) -> Result<Selector, Fault> {
        let parts = match self.namespace {
            Some(namespace) => self.namespaced(namespace)?,
            None => self.global()?,
        };
        join(parts)
    }

    fn namespaced(&self, namespace: &str) -> Result<Vec<Selector>, Fault> {
        let mut parts = Vec::new();
        if !self.selector.is_empty() {
            parts.push(parse(self.selector)?);
        }
        parts.push(Selector::equals(NAMESPACE, namespace));
        if !self.service_account_selector.is_empty() {
            let accounts = parse(self.service_account_selector)?;
            parts.push(accounts.prefixed(SERVICE_ACCOUNT_PREFIX));
        }
        Ok(parts)
    }

    /// Beside a selector of namespaces, or else of service accounts, an `all()` means
    /// everything that has one.
    fn global(&self) -> Result<Vec<Selector>, Fault> {
        let has = |label: &str| format!("has({label})");
        let all = if !self.namespace_selector.is_empty() {
            Some(has(NAMESPACE))
        } else if !self.service_account_selector.is_empty() {
            Some(has(SERVICE_ACCOUNT))
        } else {
            None
        };
        let mut parts = Vec::new();
        if !self.selector.is_empty() {
            let selector = parse(self.selector)?;
            parts.push(match &all {
                Some(all) => parse(&self.selector.replace("all()", all))?,
                None => selector,
            });
        }
        for (text, prefix, label) in [
            (self.namespace_selector, NAMESPACE_PREFIX, NAMESPACE),
            (
                self.service_account_selector,
                SERVICE_ACCOUNT_PREFIX,
                SERVICE_ACCOUNT,
            ),
        ] {
            if !text.is_empty() {
                let canonical = parse(text)?.prefixed(prefix).to_string();
                parts.push(parse(&canonical.replace("all()", &has(label)))?);
            }
        }
        Ok(parts)
    }
}

/// The selectors of one side of a rule.
#[derive(Clone, Debug, Default)]
pub(super) struct SideSelectors {
    /// Something that has the address must be selected.
    pub(super) selector: Option<Selector>,
    /// Nothing that has the address may be selected.
    pub(super) not_selector: Option<Selector>,
}

impl SideSelectors {
    /// Beside a positive selector the negative one is part of it: one endpoint must satisfy
    /// both. Alone it is about the address, and addresses that nobody has satisfy it.
    pub(super) fn resolve(rule: &EntityRule, namespace: Namespace<'_>) -> Result<Self, Fault> {
        let selector = positive(rule, namespace)?;
        let not_selector = given(rule.not_selector.as_ref()).map(parse).transpose()?;
        match (selector, not_selector) {
            (Some(selector), Some(not)) => {
                let not = not.negated().map_err(|error| fault("!", &error))?;
                Ok(Self {
                    selector: Some(join(vec![selector, not])?),
                    not_selector: None,
                })
            }
            (selector, not_selector) => Ok(Self {
                selector,
                not_selector,
            }),
        }
    }
}

fn positive(rule: &EntityRule, namespace: Namespace<'_>) -> Result<Option<Selector>, Fault> {
    let namespace_selector = given(rule.namespace_selector.as_ref());
    let mut own = service_accounts(rule)?;
    own.extend(given(rule.selector.as_ref()).map(parse).transpose()?);
    let is_scoped = !own.is_empty()
        || given(rule.not_selector.as_ref()).is_some()
        || namespace_selector.is_some();
    let scope = match (namespace_selector, namespace) {
        (Some(text), _) => Some(namespaces(text)?),
        (None, Some(namespace)) => Some(Selector::equals(NAMESPACE, namespace)),
        (None, None) => None,
    };
    let parts: Vec<_> = scope.filter(|_| is_scoped).into_iter().chain(own).collect();
    if parts.is_empty() {
        Ok(None)
    } else {
        join(parts).map(Some)
    }
}

/// A rule's `namespaceSelector` as a selector of endpoints: `all()` is everything in a
/// namespace, `global()` everything outside of any.
fn namespaces(text: &str) -> Result<Selector, Fault> {
    let canonical = parse(text)?.prefixed(NAMESPACE_PREFIX).to_string();
    let scoped = canonical
        .replace("all()", &format!("has({NAMESPACE})"))
        .replace("global()", &format!("!has({NAMESPACE})"));
    parse(&scoped)
}

fn service_accounts(rule: &EntityRule) -> Result<Vec<Selector>, Fault> {
    let Some(accounts) = &rule.service_accounts else {
        return Ok(Vec::new());
    };
    let mut parts = Vec::new();
    if let Some(text) = given(accounts.selector.as_ref()) {
        parts.push(parse(text)?.prefixed(SERVICE_ACCOUNT_PREFIX));
    }
    if !accounts.names.is_empty() {
        let names = accounts.names.join("', '");
        parts.push(parse(&format!("{SERVICE_ACCOUNT} in {{ '{names}' }}"))?);
    }
    Ok(parts)
}

/// An empty text is an absent one.
pub(super) fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

fn parse(text: &str) -> Result<Selector, Fault> {
    Selector::parse(text).map_err(|error| fault(text, &error))
}

fn join(parts: Vec<Selector>) -> Result<Selector, Fault> {
    Selector::all_of(parts).map_err(|error| fault("&&", &error))
}

fn fault(text: &str, error: &SelectorError) -> Fault {
    Fault::Selector {
        text: text.to_owned(),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn global(selector: &str, namespaces: &str, accounts: &str) -> String {
        let scope = PolicyScope {
            namespace: None,
            selector,
            namespace_selector: namespaces,
            service_account_selector: accounts,
        };
        scope.resolve().unwrap().to_string()
    }

    fn side(namespace: Namespace<'_>, rule: &EntityRule) -> (Option<String>, Option<String>) {
        let side = SideSelectors::resolve(rule, namespace).unwrap();
        (
            side.selector.map(|s| s.to_string()),
            side.not_selector.map(|s| s.to_string()),
        )
    }

    #[test]
    fn a_namespaced_policy_is_about_its_namespace() {
        let scope = PolicyScope {
            namespace: Some("shop"),
            selector: "a == 'x' || all()",
            service_account_selector: "all() || team == 'y'",
            ..PolicyScope::default()
        };
        assert_eq!(
            scope.resolve().unwrap().to_string(),
            "((a == \"x\" || all()) && projectcalico.org/namespace == \"shop\" \
             && (all() || pcsa.team == \"y\"))"
        );
    }

    #[test]
    fn all_takes_the_first_scope_that_a_global_policy_has() {
        let namespaced = "has(projectcalico.org/namespace)";
        let accounted = "has(projectcalico.org/serviceaccount)";
        assert_eq!(global("", "", ""), "all()");
        assert_eq!(global("all()", "", ""), "all()");
        assert_eq!(
            global("all()", "all()", "all()"),
            format!("({namespaced} && {namespaced} && {accounted})")
        );
        assert_eq!(
            global("all()", "", "team != 'x'"),
            format!("({accounted} && pcsa.team != \"x\")")
        );
    }

    #[test]
    fn the_replacement_reaches_string_literals_as_in_calico() {
        assert_eq!(
            global("a == 'all()'", "env == 'prod'", ""),
            "(a == \"has(projectcalico.org/namespace)\" && pcns.env == \"prod\")"
        );
        assert_eq!(global("a == 'all()'", "", ""), "a == \"all()\"");
    }

    #[test]
    fn pieces_are_parsed_alone() {
        let escape = PolicyScope {
            namespace: Some("shop"),
            selector: "a == 'x') || (all()",
            ..PolicyScope::default()
        };
        assert!(escape.resolve().is_err());
    }

    #[test]
    fn a_rule_without_selectors_is_about_any_address() {
        assert_eq!(side(Some("shop"), &EntityRule::default()), (None, None));
    }

    #[test]
    fn a_lone_not_selector_is_scoped_in_a_namespaced_policy_only() {
        let rule = EntityRule {
            not_selector: Some("a == 'x'".to_owned()),
            ..EntityRule::default()
        };
        let scoped = "(projectcalico.org/namespace == \"shop\" && !a == \"x\")".to_owned();
        assert_eq!(side(Some("shop"), &rule), (Some(scoped), None));
        assert_eq!(side(None, &rule), (None, Some("a == \"x\"".to_owned())));
    }

    #[test]
    fn namespace_selectors_of_rules_replace_the_own_namespace() {
        for (text, expected) in [
            ("all()", "has(projectcalico.org/namespace)"),
            ("global()", "!has(projectcalico.org/namespace)"),
            ("env == 'prod'", "pcns.env == \"prod\""),
        ] {
            let rule = EntityRule {
                namespace_selector: Some(text.to_owned()),
                ..EntityRule::default()
            };
            assert_eq!(side(Some("shop"), &rule).0.as_deref(), Some(expected));
        }
    }
}
