//! Whom a rule asks for by label.
//!
//! What Calico makes of the selectors on one side of a rule: one selector over
//! endpoints and network sets, with the labels that they inherit.

use super::policy::{PolicyView, said};
use crate::convert::{self, NAMESPACE_LABEL, NAMESPACE_LABEL_PREFIX, SERVICE_ACCOUNT_LABEL_PREFIX};
use crate::resources::EntityRule;
use crate::selector::{Expr, Node, Selector};

/// Which endpoints and network sets one side of a rule asks for by label.
pub(super) struct Peers {
    /// Where they are: the policy's namespace, selected namespaces, or anywhere.
    pub(super) scope: Selector,
    /// Which of those.
    pub(super) selector: Selector,
}

/// What Calico makes of the labels that a side asks for. `None` where it asks for
/// none, and where they cannot be read.
///
/// Without `namespaceSelector` a namespaced policy means its own namespace.
pub(super) fn peers(policy: &PolicyView<'_>, side: &EntityRule) -> Option<Peers> {
    let accounts = side.service_accounts.as_ref();
    let selector = said(side.selector.as_deref());
    let namespace_selector = said(side.namespace_selector.as_deref());
    if selector.is_none() && namespace_selector.is_none() && accounts.is_none() {
        return None;
    }
    let scope = match (namespace_selector, policy.namespace) {
        (Some(text), _) => namespaces(text)?,
        (None, Some(namespace)) => Selector::equals(NAMESPACE_LABEL, namespace),
        (None, None) => Selector::all(),
    };
    let mut parts = vec![scope.clone()];
    if let Some(text) = selector {
        parts.push(Selector::parse(text).ok()?);
    }
    if let Some(text) = accounts.and_then(|accounts| said(accounts.selector.as_deref())) {
        let accounts = Selector::parse(text).ok()?;
        parts.push(accounts.prefixed(SERVICE_ACCOUNT_LABEL_PREFIX));
    }
    if let Some(accounts) = accounts.filter(|accounts| !accounts.names.is_empty()) {
        parts.push(named(&accounts.names)?);
    }
    let selector = Selector::all_of(parts).ok()?;
    Some(Peers { scope, selector })
}

/// Endpoints of service accounts by name.
fn named(names: &[String]) -> Option<Selector> {
    let expr = Expr::In {
        label: convert::SERVICE_ACCOUNT_LABEL.into(),
        negated: false,
        values: names.iter().map(|name| name.as_str().into()).collect(),
    };
    Selector::from_node(Node::new(expr, 0..0)).ok()
}

/// A selector of namespaces as one of endpoints: `all()` is every endpoint
/// that is in a namespace, `global()` every one that is not.
pub(super) fn namespaces(text: &str) -> Option<Selector> {
    let namespaced = Selector::parse(&format!("has({NAMESPACE_LABEL})")).ok()?;
    let global = namespaced.clone().negated().ok()?;
    let selector = Selector::parse(text).ok()?.prefixed(NAMESPACE_LABEL_PREFIX);
    selector
        .replacing_all(&namespaced)
        .ok()?
        .replacing_global(&global)
        .ok()
}
