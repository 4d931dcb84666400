//! Syntax tree of a selector, and its meaning.
//!
//! The tree is public for those who compile selectors instead of evaluating
//! them: an index over labels, a set algebra, a translation into another
//! language. They walk [`Selector::root`](super::Selector::root) and match
//! [`Expr`], which is exhaustive on purpose: a new operator must not be
//! overlooked by an engine that decides about packets.

use std::hash::{Hash, Hasher};
use std::ops::Range;

use super::Labels;

/// An expression and where it stood.
///
/// Comparison and hashing look at the expression only.
///
/// To compose a selector, build nodes and hand the outermost to
/// [`Selector::from_node`](super::Selector::from_node).
///
/// ```
/// use calico_types::selector::{Expr, Node, Selector};
///
/// let node = |expr| Node::new(expr, 0..0);
/// let outside = node(Expr::Not(Box::new(node(Expr::Has("projectcalico.org/namespace".into())))));
/// let selector = Selector::from_node(outside)?;
/// assert_eq!(selector.to_string(), "!has(projectcalico.org/namespace)");
/// # Ok::<(), calico_types::selector::SelectorError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Node {
    /// What the node says.
    pub expr: Expr,
    /// Bytes of the text from which it was parsed; empty for a node that was
    /// composed. Half open, on character boundaries, with the parentheses around it.
    pub span: Range<usize>,
}

/// One expression of the language.
///
/// Every operator but the negative ones (`!=`, `not in`) is false of a label
/// that is absent; `Not` around a positive one is therefore true of it, so
/// `a != "b"` and `!(a == "b")` agree.
///
/// INVARIANT inside a [`Selector`](super::Selector): `And` and `Or` have at
/// least two operands, and the values of `In` are sorted bytewise without
/// repetition. [`Selector::from_node`](super::Selector::from_node) sees to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// `all()`: everything.
    All,
    /// `global()`: true, see the [module](super).
    ///
    /// Calico gives it a meaning only in the `namespaceSelector` of a rule,
    /// where nothing may stand beside it.
    Global,
    /// `has(label)`: the label is there; an empty value counts.
    Has(Box<str>),
    /// `label OP "value"`.
    Compare {
        /// Name of the label.
        label: Box<str>,
        /// How its value is compared.
        operator: StringOperator,
        /// With what.
        value: Box<str>,
    },
    /// `label in {…}`, or `label not in {…}` when negated.
    In {
        /// Name of the label.
        label: Box<str>,
        /// `not in`.
        negated: bool,
        /// Sorted bytewise, each once, so that evaluation can search instead of scan. Empty
        /// is allowed: nothing is in it.
        values: Box<[Box<str>]>,
    },
    /// `!operand`.
    Not(Box<Node>),
    /// `operand && operand …`: all hold.
    And(Vec<Node>),
    /// `operand || operand …`: at least one holds.
    Or(Vec<Node>),
}

/// Comparison of a label's value with one string.
///
/// All of them compare bytes: there is no case folding, no Unicode
/// normalisation and no pattern. The empty string is contained in, begins and
/// ends every value that is present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StringOperator {
    /// `==`
    Equal,
    /// `!=`: also true of an absent label.
    NotEqual,
    /// `contains`
    Contains,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
}

impl StringOperator {
    /// As written in canonical form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Contains => "contains",
            Self::StartsWith => "starts with",
            Self::EndsWith => "ends with",
        }
    }

    fn holds(self, actual: Option<&str>, value: &str) -> bool {
        let Some(actual) = actual else {
            return self == Self::NotEqual;
        };
        match self {
            Self::Equal => actual == value,
            Self::NotEqual => actual != value,
            Self::Contains => actual.contains(value),
            Self::StartsWith => actual.starts_with(value),
            Self::EndsWith => actual.ends_with(value),
        }
    }
}

impl Node {
    /// A node at a place in the text, `0..0` when it has none.
    #[must_use]
    pub fn new(expr: Expr, span: Range<usize>) -> Self {
        Self { expr, span }
    }

    /// Whether the expression holds of these labels.
    ///
    /// Recursion is as deep as the tree, which a [`Selector`](super::Selector)
    /// keeps within [`MAX_DEPTH`](super::MAX_DEPTH).
    pub(super) fn matches<L: Labels + ?Sized>(&self, labels: &L) -> bool {
        match &self.expr {
            Expr::All | Expr::Global => true,
            Expr::Has(label) => labels.value(label).is_some(),
            Expr::Compare {
                label,
                operator,
                value,
            } => operator.holds(labels.value(label), value),
            Expr::In {
                label,
                negated,
                values,
            } => {
                let within = labels
                    .value(label)
                    .is_some_and(|actual| values.binary_search_by(|v| (**v).cmp(actual)).is_ok());
                within != *negated
            }
            Expr::Not(operand) => !operand.matches(labels),
            Expr::And(operands) => operands.iter().all(|o| o.matches(labels)),
            Expr::Or(operands) => operands.iter().any(|o| o.matches(labels)),
        }
    }

    /// The operands one level down.
    ///
    /// None for a leaf, one for a negation, two or more for `And` and `Or`. A
    /// stack of nodes walks the whole tree without recursion:
    ///
    /// ```
    /// use calico_types::selector::Selector;
    ///
    /// let selector = Selector::parse("has(a) && !(b == 'x' || has(c))")?;
    /// let (mut pending, mut labels) = (vec![selector.root()], Vec::new());
    /// while let Some(node) = pending.pop() {
    ///     labels.extend(node.label());
    ///     pending.extend(node.operands());
    /// }
    /// labels.sort();
    /// assert_eq!(labels, ["a", "b", "c"]);
    /// # Ok::<(), calico_types::selector::SelectorError>(())
    /// ```
    pub fn operands(&self) -> impl Iterator<Item = &Self> {
        let (one, many): (Option<&Self>, &[Self]) = match &self.expr {
            Expr::Not(operand) => (Some(operand), &[]),
            Expr::And(operands) | Expr::Or(operands) => (None, operands),
            Expr::All | Expr::Global | Expr::Has(_) | Expr::Compare { .. } | Expr::In { .. } => {
                (None, &[])
            }
        };
        one.into_iter().chain(many)
    }

    /// The label that the node itself names.
    ///
    /// `None` for constants and for nodes that only join others.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        match &self.expr {
            Expr::Has(label) | Expr::Compare { label, .. } | Expr::In { label, .. } => Some(label),
            Expr::All | Expr::Global | Expr::Not(_) | Expr::And(_) | Expr::Or(_) => None,
        }
    }

    /// Establishes the invariant of [`Expr`] in a tree of bounded depth.
    pub(super) fn normalised(self) -> Self {
        let expr = match self.expr {
            Expr::In {
                label,
                negated,
                values,
            } => Expr::In {
                label,
                negated,
                values: set_of(values.into_vec()),
            },
            Expr::Not(operand) => Expr::Not(Box::new(operand.normalised())),
            Expr::And(operands) => n_ary(operands, Expr::And, || Expr::All),
            Expr::Or(operands) => n_ary(operands, Expr::Or, || {
                Expr::Not(Box::new(Self::new(Expr::All, 0..0)))
            }),
            leaf @ (Expr::All | Expr::Global | Expr::Has(_) | Expr::Compare { .. }) => leaf,
        };
        Self::new(expr, self.span)
    }

    /// Whether a path from here to a leaf has more than this many nodes. Stops
    /// there, so that a tree of any depth costs at most `levels` frames.
    pub(super) fn is_deeper_than(&self, levels: usize) -> bool {
        let Some(below) = levels.checked_sub(1) else {
            return true;
        };
        self.operands().any(|operand| operand.is_deeper_than(below))
    }
}

/// The values of a set, sorted, each once.
pub(super) fn set_of(mut values: Vec<Box<str>>) -> Box<[Box<str>]> {
    values.sort_unstable();
    values.dedup();
    values.into_boxed_slice()
}

/// A conjunction of nothing is true, a disjunction of nothing false, one of a
/// single operand that operand: neither has a form of its own in the grammar.
fn n_ary(operands: Vec<Node>, join: fn(Vec<Node>) -> Expr, none: fn() -> Expr) -> Expr {
    let mut operands: Vec<Node> = operands.into_iter().map(Node::normalised).collect();
    match operands.pop() {
        None => none(),
        Some(only) if operands.is_empty() => only.expr,
        Some(last) => {
            operands.push(last);
            join(operands)
        }
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

impl Eq for Node {}

impl Hash for Node {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expr.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Selector;

    #[track_caller]
    fn check(selector: &str, labels: &[(&str, &str)], expected: bool) {
        let parsed = Selector::parse(selector).unwrap();
        assert_eq!(parsed.matches(labels), expected, "{selector} of {labels:?}");
    }

    #[test]
    fn an_absent_label_satisfies_only_the_negative_operators() {
        check("a == 'b'", &[], false);
        check("a != 'b'", &[], true);
        check("a in {'b'}", &[], false);
        check("a not in {'b'}", &[], true);
        check("has(a)", &[], false);
        check("a contains ''", &[], false);
        check("a starts with ''", &[], false);
        check("a ends with ''", &[], false);
        check("all()", &[], true);
        check("global()", &[], true);
    }

    #[test]
    fn an_empty_value_is_a_value() {
        let labels = [("a", "")];
        check("has(a)", &labels, true);
        check("a == ''", &labels, true);
        check("a contains ''", &labels, true);
        check("a in {''}", &labels, true);
    }

    #[test]
    fn negation_binds_to_the_comparison_and_conjunction_before_disjunction() {
        check("!a == 'b'", &[("a", "b")], false);
        check("!a == 'b'", &[("a", "c")], true);
        check("a == 'x' || b == 'y' && c == 'z'", &[("a", "x")], true);
        check("(a == 'x' || b == 'y') && c == 'z'", &[("a", "x")], false);
    }

    #[test]
    fn the_empty_set_holds_nothing() {
        check("a in {}", &[("a", "")], false);
        check("a not in {}", &[("a", "")], true);
    }

    #[test]
    fn comparison_is_of_bytes() {
        check("a contains 'ü'", &[("a", "grün")], true);
        check("a ends with 'n'", &[("a", "grün")], true);
        check("a == 'GRÜN'", &[("a", "grün")], false);
    }
}
