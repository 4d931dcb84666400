//! Label selectors of Kubernetes as selectors of Calico.
//!
//! | Kubernetes | Calico |
//! |---|---|
//! | `matchLabels: {k: v}` | `k == "v"` |
//! | `In`, `NotIn` | `k in {…}`, `k not in {…}` |
//! | `Exists`, `DoesNotExist` | `has(k)`, `!has(k)` |
//!
//! `NotIn` is true of an absent label in both languages. All terms must hold;
//! labels come first, in the order of their names, then expressions in their own.
//!
//! Calico pastes values between quotes. Here names and values are checked and a
//! tree is printed, so a manifest that no API server has seen cannot end the
//! string and go on with an expression of its own.

use super::{Fault, ORCHESTRATOR_LABEL};
use crate::k8s::{LabelSelector, LabelSelectorRequirement};
use crate::selector::{Expr, MAX_LABEL_LENGTH, Node, Selector, StringOperator};

/// Pods: an absent and an empty selector both mean every pod, and never a
/// network set.
pub(super) fn pods(selector: Option<&LabelSelector>) -> Result<String, Fault> {
    let mut terms = vec![equals(ORCHESTRATOR_LABEL, "k8s")];
    terms.extend(requirements(selector)?);
    Ok(joined(terms))
}

/// Namespaces: an empty selector means every one.
pub(super) fn namespaces(selector: &LabelSelector) -> Result<String, Fault> {
    requirements(Some(selector)).map(joined)
}

/// All of the terms; none is `all()`.
///
/// Built as a tree and printed, so that no label can say more than it should.
fn joined(terms: Vec<Node>) -> String {
    let conjunction = Node::new(Expr::And(terms), 0..0);
    // Two levels deep: within any limit.
    Selector::from_node(conjunction).map_or_else(|_| String::new(), |s| s.to_string())
}

/// The terms of a selector, none for one that is absent or empty: what that means
/// depends on what is selected.
fn requirements(selector: Option<&LabelSelector>) -> Result<Vec<Node>, Fault> {
    let Some(selector) = selector else {
        return Ok(Vec::new());
    };
    let labels = selector.match_labels.iter().map(|(name, value)| {
        checked_value(value)?;
        Ok(equals(checked_label(name)?, value))
    });
    let expressions = selector.match_expressions.iter().map(requirement);
    labels.chain(expressions).collect()
}

fn requirement(requirement: &LabelSelectorRequirement) -> Result<Node, Fault> {
    let label = checked_label(&requirement.key)?;
    let expr = match requirement.operator.as_str() {
        "In" => membership(requirement, false)?,
        "NotIn" => membership(requirement, true)?,
        "Exists" => Expr::Has(label.into()),
        "DoesNotExist" => Expr::Not(Box::new(node(Expr::Has(label.into())))),
        other => return Err(Fault::Operator(other.to_owned())),
    };
    Ok(node(expr))
}

/// An empty list of values is refused by API servers; here `In` nothing is never
/// true and `NotIn` nothing always, as in the selector language.
fn membership(requirement: &LabelSelectorRequirement, negated: bool) -> Result<Expr, Fault> {
    for value in &requirement.values {
        checked_value(value)?;
    }
    Ok(Expr::In {
        label: requirement.key.as_str().into(),
        negated,
        values: requirement
            .values
            .iter()
            .map(|v| v.as_str().into())
            .collect(),
    })
}

fn equals(label: &str, value: &str) -> Node {
    node(Expr::Compare {
        label: label.into(),
        operator: StringOperator::Equal,
        value: value.into(),
    })
}

fn node(expr: Expr) -> Node {
    Node::new(expr, 0..0)
}

/// A name that the selector language can hold, which is wider than what
/// Kubernetes allows.
fn checked_label(name: &str) -> Result<&str, Fault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-');
    let fits = (1..=MAX_LABEL_LENGTH).contains(&name.len()) && name.chars().all(allowed);
    fits.then_some(name)
        .ok_or_else(|| Fault::Label(name.to_owned()))
}

/// A value that fits between quotes of one kind or the other: the language has no
/// escapes.
fn checked_value(value: &str) -> Result<(), Fault> {
    if value.contains('"') && value.contains('\'') {
        return Err(Fault::Value(value.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selector(json: &str) -> LabelSelector {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_operator_has_its_form() {
        let all = selector(
            r#"{"matchLabels": {"b": "2", "a": "1"}, "matchExpressions": [
                {"key": "c", "operator": "In", "values": ["y", "x"]},
                {"key": "d", "operator": "NotIn", "values": ["z"]},
                {"key": "e", "operator": "Exists"},
                {"key": "f", "operator": "DoesNotExist"}]}"#,
        );
        assert_eq!(
            namespaces(&all).unwrap(),
            r#"(a == "1" && b == "2" && c in {"x", "y"} && d not in {"z"} && has(e) && !has(f))"#
        );
    }

    #[test]
    fn empty_means_every_namespace_and_every_pod() {
        let empty = LabelSelector::default();
        assert_eq!(namespaces(&empty).unwrap(), "all()");
        let every_pod = r#"projectcalico.org/orchestrator == "k8s""#;
        assert_eq!(pods(Some(&empty)).unwrap(), every_pod);
        assert_eq!(pods(None).unwrap(), every_pod);
    }

    #[test]
    fn labels_cannot_smuggle_expressions() {
        let value = selector(r#"{"matchLabels": {"a": "x' || all() || a == 'x"}}"#);
        let text = namespaces(&value).unwrap();
        assert_eq!(text, r#"a == "x' || all() || a == 'x""#);
        assert!(!Selector::parse(&text).unwrap().matches(&[("a", "y")]));

        let label = selector(r#"{"matchLabels": {"a) || has(b": ""}}"#);
        assert_eq!(namespaces(&label), Err(Fault::Label("a) || has(b".into())));
        let quotes = selector(r#"{"matchLabels": {"a": "'\""}}"#);
        assert_eq!(namespaces(&quotes), Err(Fault::Value("'\"".into())));
        let operator = selector(r#"{"matchExpressions": [{"key": "a", "operator": "Gt"}]}"#);
        assert_eq!(namespaces(&operator), Err(Fault::Operator("Gt".into())));
    }
}
