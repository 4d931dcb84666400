//! Kubernetes' label selectors as Calico's expressions.

use crate::edit::{Steps, entry, list, mapping, text};
use crate::selector::{Expr, Selector, StringOperator};
use crate::tree::{Node, Value};

/// A label selector as an expression: `{matchLabels: …, matchExpressions: …}`,
/// or, as people write it, the labels alone. `None` for what is neither.
pub(super) fn expression(node: &Node) -> Option<String> {
    let Value::Mapping(entries) = &node.value else {
        return None;
    };
    let formal = |key: &str| matches!(key, "matchLabels" | "matchExpressions");
    let mut terms = Vec::new();
    if entries.iter().any(|entry| formal(&entry.key)) {
        if !entries.iter().all(|entry| formal(&entry.key)) {
            return None;
        }
        if let Some(node) = node.get("matchLabels") {
            terms.extend(labels(node)?);
        }
        if let Some(node) = node.get("matchExpressions") {
            let items = node.items().iter().map(requirement);
            terms.extend(items.collect::<Option<Vec<_>>>()?);
        }
    } else {
        terms = labels(node)?;
    }
    let text = if terms.is_empty() {
        "all()".to_owned()
    } else {
        terms.join(" && ")
    };
    Selector::parse(&text).is_ok().then_some(text)
}

/// The same as a value.
pub(super) fn selector(node: &Node) -> Option<Node> {
    expression(node).map(text)
}

fn labels(node: &Node) -> Option<Vec<String>> {
    if !matches!(node.value, Value::Mapping(_) | Value::Null) {
        return None;
    }
    let terms = node.entries().iter().map(|entry| {
        let value = scalar(&entry.value)?;
        Some(format!("{} == {}", entry.key, quoted(&value)?))
    });
    terms.collect()
}

fn requirement(node: &Node) -> Option<String> {
    let key = node.text_of("key");
    let values = || {
        let values = node.get("values").map(Node::items).unwrap_or_default();
        let quoted: Option<Vec<String>> =
            values.iter().map(|value| quoted(&scalar(value)?)).collect();
        quoted
            .filter(|values| !values.is_empty())
            .map(|values| values.join(", "))
    };
    Some(match node.text_of("operator") {
        "In" => format!("{key} in {{{}}}", values()?),
        "NotIn" => format!("{key} not in {{{}}}", values()?),
        "Exists" => format!("has({key})"),
        "DoesNotExist" => format!("!has({key})"),
        _ => return None,
    })
}

fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) => Some(text.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// A value in quotes; one with both kinds of them cannot be written.
pub(super) fn quoted(value: &str) -> Option<String> {
    match (value.contains('\''), value.contains('"')) {
        (false, _) => Some(format!("'{value}'")),
        (true, false) => Some(format!("\"{value}\"")),
        (true, true) => None,
    }
}

/// An expression as labels of a label selector, where it only compares for
/// equality.
pub(super) fn match_labels(expression: &str) -> Option<Node> {
    let selector = Selector::parse(expression).ok()?;
    let root = selector.root();
    if root.expr == Expr::All {
        return Some(mapping(Vec::new()));
    }
    let terms: Vec<_> = if let Expr::And(terms) = &root.expr {
        terms.iter().collect()
    } else {
        vec![root]
    };
    let entries = terms.into_iter().map(|term| {
        let Expr::Compare {
            label,
            operator: StringOperator::Equal,
            value,
        } = &term.expr
        else {
            return None;
        };
        Some(entry(label, text(value.to_string())))
    });
    let entries: Vec<_> = entries.collect::<Option<_>>()?;
    Some(mapping(vec![entry("matchLabels", mapping(entries))]))
}

/// Fields of a Calico entity for one peer of a Kubernetes policy.
pub(super) fn peer(peer: &Node) -> Option<Vec<(&'static str, Node)>> {
    let mut fields = Vec::new();
    for entry in peer.entries() {
        match entry.key.as_str() {
            "podSelector" => fields.push(("selector", selector(&entry.value)?)),
            "namespaceSelector" => fields.push(("namespaceSelector", selector(&entry.value)?)),
            "ipBlock" => {
                let cidr = entry.value.get("cidr")?;
                fields.push(("nets", list(vec![cidr.clone()])));
                if let Some(except) = entry.value.get("except") {
                    fields.push(("notNets", except.clone()));
                }
            }
            _ => return None,
        }
    }
    (!fields.is_empty()).then_some(fields)
}

/// The fields of several peers as those of one entity, where one of a kind is
/// all that each has: selectors joined by "or", networks in one list.
pub(super) fn peers(alternatives: &[Node]) -> Option<Vec<(&'static str, Node)>> {
    if let [only] = alternatives {
        return peer(only);
    }
    let all: Vec<_> = alternatives.iter().map(peer).collect::<Option<_>>()?;
    let single: Vec<&(&str, Node)> = all
        .iter()
        .map(|fields| match fields.as_slice() {
            [field] => Some(field),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let (name, _) = **single.first()?;
    if single.iter().any(|(other, _)| *other != name) {
        return None;
    }
    let value = if name == "nets" {
        let nets = single.iter().flat_map(|(_, value)| value.items());
        list(nets.cloned().collect())
    } else {
        let terms: Option<Vec<String>> = single
            .iter()
            .map(|(_, value)| Some(format!("({})", value.text()?)))
            .collect();
        text(terms?.join(" || "))
    };
    Some(vec![(name, value)])
}

/// Whether a policy reaches beyond its namespace, where Kubernetes' selectors
/// would not.
pub(super) fn is_global(kind: &str) -> bool {
    kind.contains("Global")
}

/// Paths of fields below a side of a rule.
pub(super) fn below(side: &str, fields: Vec<(&'static str, Node)>) -> Vec<(String, Node)> {
    fields
        .into_iter()
        .map(|(name, value)| (Steps::parse(side).key(name).to_string(), value))
        .collect()
}
