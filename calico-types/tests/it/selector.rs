//! Selectors: Calico's own answers, and laws over random ones.

use std::collections::BTreeMap;

use calico_types::selector::{Expr, Node, Selector, StringOperator};
use proptest::prelude::*;
use testkit::conformance::Suite;

use crate::suite_passes;

#[test]
fn meaning_is_calicos() {
    suite_passes(Suite::SelectorEval);
}

#[test]
fn acceptance_and_forms_are_calicos() {
    suite_passes(Suite::SelectorParse);
}

/// Few labels and values, so that selectors and labels often meet.
fn label() -> impl Strategy<Value = Box<str>> {
    prop::sample::select(vec!["a", "b", "in", "has", "not", "k8s.io/x-y_z"]).prop_map(Into::into)
}

fn value() -> impl Strategy<Value = Box<str>> {
    prop::sample::select(vec!["", "x", "xy", "y", "it's", "a\"b", "ü", "all()"])
        .prop_map(Into::into)
}

fn operator() -> impl Strategy<Value = StringOperator> {
    prop::sample::select(vec![
        StringOperator::Equal,
        StringOperator::NotEqual,
        StringOperator::Contains,
        StringOperator::StartsWith,
        StringOperator::EndsWith,
    ])
}

fn node(expr: Expr) -> Node {
    Node::new(expr, 0..0)
}

fn selector() -> impl Strategy<Value = Selector> {
    let leaf = prop_oneof![
        Just(Expr::All),
        Just(Expr::Global),
        label().prop_map(Expr::Has),
        (label(), operator(), value()).prop_map(|(label, operator, value)| Expr::Compare {
            label,
            operator,
            value
        }),
        (label(), any::<bool>(), prop::collection::vec(value(), 0..4)).prop_map(
            |(label, negated, values)| Expr::In {
                label,
                negated,
                values: values.into()
            }
        ),
    ]
    .prop_map(node);
    let tree = leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(|operand| node(Expr::Not(Box::new(operand)))),
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|operands| node(Expr::And(operands))),
            prop::collection::vec(inner, 0..4).prop_map(|operands| node(Expr::Or(operands))),
        ]
    });
    tree.prop_filter_map("shallow enough", |root| Selector::from_node(root).ok())
}

fn labels() -> impl Strategy<Value = BTreeMap<Box<str>, Box<str>>> {
    prop::collection::btree_map(label(), value(), 0..5)
}

proptest! {
    #[test]
    fn the_canonical_form_means_the_same(selector in selector(), labels in labels()) {
        let canonical = selector.to_string();
        let again = Selector::parse(&canonical).unwrap();
        prop_assert_eq!(again.matches(&labels), selector.matches(&labels), "{}", canonical);
        // Nested negation needs one more round; then it stands still.
        prop_assert_eq!(Selector::parse(&again.to_string()).unwrap(), again);
    }

    #[test]
    fn what_is_selected_satisfies_the_restrictions(selector in selector(), labels in labels()) {
        prop_assume!(selector.matches(&labels));
        for (label, restriction) in selector.label_restrictions() {
            let value = labels.get(&label);
            prop_assert!(!restriction.is_impossible());
            prop_assert!(value.is_some() || !restriction.must_be_present);
            prop_assert!(value.is_none() || !restriction.must_be_absent);
            if let (Some(value), Some(values)) = (value, restriction.must_have_one_of_values) {
                prop_assert!(values.contains(value));
            }
        }
    }

    #[test]
    fn a_prefix_moves_the_meaning(selector in selector(), labels in labels()) {
        let moved: BTreeMap<String, &str> =
            labels.iter().map(|(k, v)| (format!("pcns.{k}"), &**v)).collect();
        prop_assert_eq!(selector.prefixed("pcns.").matches(&moved), selector.matches(&labels));
    }

    #[test]
    fn any_text_parses_or_says_where_not(text in any_text()) {
        if let Err(error) = Selector::parse(&text) {
            prop_assert!(text.get(error.span()).is_some(), "{:?} of {:?}", error, text);
            prop_assert!(error.corrected(&text) != Some(text));
        }
    }
}

/// Arbitrary text, and texts that are nearly selectors.
fn any_text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "a", "'x'", "\"y\"", "==", "!=", "=", "in", "not", "{", "}", "(", ")", ",", "&&", "||",
        "!", "has(", "all()", "contains", "starts", "with", "'", "“", " ", "\t", "\n", "ü", ":",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(word, 0..20).prop_map(|words| words.concat()),
    ]
}
