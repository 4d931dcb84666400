//! Label restrictions: what a selector demands of single labels, for indexes.
//!
//! An index of selectors by label asks: which label must an endpoint have, and
//! with which values, before this selector need be evaluated at all? The
//! answer is Calico's (`label_restriction.go`), which is a safe approximation:
//! whatever the selector selects satisfies the restrictions, not conversely.
//!
//! Felix keeps its selectors under the most selective of these, so that a change
//! of one endpoint's labels asks few of many thousand selectors. The rules:
//!
//! | selector | demands |
//! |---|---|
//! | `a == "x"`, `a in {"x", "y"}` | present, one of the values |
//! | `has(a)`, `a contains …`, `starts with`, `ends with` | present |
//! | `!has(a)` | absent |
//! | `!=`, `not in`, `all()`, `global()`, any other `!` | nothing |
//! | `… && …` | what any operand demands; values are intersected |
//! | <code>… \|\| …</code> | what every operand demands of the label; values are united |

use std::collections::{BTreeMap, BTreeSet};

use super::{Expr, Node, Selector, StringOperator};

/// Restrictions by label name.
///
/// A label that is not in the map may be anything. The map is empty for
/// selectors that have to be evaluated on everything.
pub type LabelRestrictions = BTreeMap<Box<str>, LabelRestriction>;

/// What a selector demands of one label.
///
/// The three fields hold together; the default demands nothing, and does not
/// occur in a [`LabelRestrictions`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelRestriction {
    /// Only something that has the label can be selected.
    pub must_be_present: bool,
    /// Only something without the label can be selected.
    pub must_be_absent: bool,
    /// Only these values can be selected; `None` is any, an empty set is
    /// impossible to satisfy.
    pub must_have_one_of_values: Option<BTreeSet<Box<str>>>,
}

impl LabelRestriction {
    /// Whether nothing can satisfy it.
    ///
    /// Then the selector selects nothing, and need never be evaluated. The
    /// contrary proves nothing: restrictions are about single labels.
    #[must_use]
    pub fn is_impossible(&self) -> bool {
        let no_value = self
            .must_have_one_of_values
            .as_ref()
            .is_some_and(BTreeSet::is_empty);
        no_value || (self.must_be_present && self.must_be_absent)
    }

    fn present(values: Option<BTreeSet<Box<str>>>) -> Self {
        Self {
            must_be_present: true,
            must_be_absent: false,
            must_have_one_of_values: values,
        }
    }

    fn absent() -> Self {
        Self {
            must_be_absent: true,
            ..Self::default()
        }
    }

    /// Both hold.
    fn and(&mut self, other: Self) {
        self.must_be_present |= other.must_be_present;
        self.must_be_absent |= other.must_be_absent;
        self.must_have_one_of_values = match (
            self.must_have_one_of_values.take(),
            other.must_have_one_of_values,
        ) {
            (Some(mine), Some(theirs)) => Some(mine.intersection(&theirs).cloned().collect()),
            (mine, theirs) => mine.or(theirs),
        };
    }

    /// At least one holds.
    fn or(&mut self, other: &Self) {
        self.must_be_present &= other.must_be_present;
        self.must_be_absent &= other.must_be_absent;
        self.must_have_one_of_values = match (
            self.must_have_one_of_values.take(),
            &other.must_have_one_of_values,
        ) {
            (Some(mut mine), Some(theirs)) => {
                mine.extend(theirs.iter().cloned());
                Some(mine)
            }
            (Some(_), None) | (None, Some(_) | None) => None,
        };
    }

    fn is_void(&self) -> bool {
        *self == Self::default()
    }
}

impl Selector {
    /// What the selector demands of single labels; a label that is not named
    /// may be anything.
    ///
    /// Costs time in proportion to the selector, with its values copied.
    ///
    /// ```
    /// use calico_types::selector::Selector;
    ///
    /// let selector = Selector::parse("app in {'web', 'api'} && !has(debug) && zone != 'b'")?;
    /// let demands = selector.label_restrictions();
    /// let app = &demands["app"];
    /// assert!(app.must_be_present);
    /// assert_eq!(app.must_have_one_of_values.as_ref().unwrap().len(), 2);
    /// assert!(demands["debug"].must_be_absent);
    /// // An absent label satisfies `!=`: nothing is demanded.
    /// assert!(!demands.contains_key("zone"));
    /// # Ok::<(), calico_types::selector::SelectorError>(())
    /// ```
    #[must_use]
    pub fn label_restrictions(&self) -> LabelRestrictions {
        restrictions(self.root())
    }
}

fn restrictions(node: &Node) -> LabelRestrictions {
    match &node.expr {
        Expr::Has(label) => one(label, LabelRestriction::present(None)),
        Expr::Compare {
            label,
            operator,
            value,
        } => match operator {
            StringOperator::Equal => {
                let values = BTreeSet::from([value.clone()]);
                one(label, LabelRestriction::present(Some(values)))
            }
            StringOperator::Contains | StringOperator::StartsWith | StringOperator::EndsWith => {
                one(label, LabelRestriction::present(None))
            }
            StringOperator::NotEqual => LabelRestrictions::new(),
        },
        Expr::In {
            label,
            negated: false,
            values,
        } => {
            // Calico keeps the values in a slice whose nil is "any", and the
            // slice of an empty set is nil.
            let values = (!values.is_empty()).then(|| values.iter().cloned().collect());
            one(label, LabelRestriction::present(values))
        }
        Expr::Not(operand) => match &operand.expr {
            Expr::Has(label) => one(label, LabelRestriction::absent()),
            Expr::All
            | Expr::Global
            | Expr::Compare { .. }
            | Expr::In { .. }
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_) => LabelRestrictions::new(),
        },
        Expr::And(operands) => conjunction(operands),
        Expr::Or(operands) => disjunction(operands),
        Expr::All | Expr::Global | Expr::In { .. } => LabelRestrictions::new(),
    }
}

fn one(label: &str, restriction: LabelRestriction) -> LabelRestrictions {
    LabelRestrictions::from([(label.into(), restriction)])
}

/// A label that two operands restrict has to satisfy both.
fn conjunction(operands: &[Node]) -> LabelRestrictions {
    let mut all = LabelRestrictions::new();
    for (label, restriction) in operands.iter().flat_map(restrictions) {
        all.entry(label).or_default().and(restriction);
    }
    all
}

/// A label is restricted only if every branch restricts it; what is left of a
/// restriction that no longer demands anything is dropped.
fn disjunction(operands: &[Node]) -> LabelRestrictions {
    let mut branches = operands.iter().map(restrictions);
    let mut common = branches.next().unwrap_or_default();
    for branch in branches {
        common.retain(|label, restriction| {
            let Some(other) = branch.get(label) else {
                return false;
            };
            restriction.or(other);
            !restriction.is_void()
        });
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> LabelRestrictions {
        Selector::parse(text).unwrap().label_restrictions()
    }

    fn values<const N: usize>(values: [&str; N]) -> LabelRestriction {
        LabelRestriction::present(Some(values.into_iter().map(Into::into).collect()))
    }

    #[test]
    fn conjunction_intersects_values() {
        assert_eq!(
            of("a in {'x', 'y'} && a == 'y' && b != 'z'"),
            one("a", values(["y"]))
        );
        let impossible = of("a == 'x' && a == 'y'");
        assert!(impossible["a"].is_impossible());
        assert!(of("has(a) && !has(a)")["a"].is_impossible());
    }

    #[test]
    fn disjunction_keeps_what_every_branch_demands() {
        assert_eq!(of("a == 'x' || a == 'y'"), one("a", values(["x", "y"])));
        assert_eq!(
            of("a == 'x' || a contains 'y'"),
            one("a", LabelRestriction::present(None))
        );
        assert_eq!(of("a == 'x' || b == 'x'"), LabelRestrictions::new());
        assert_eq!(of("has(a) || !has(a)"), LabelRestrictions::new());
    }

    #[test]
    fn only_the_negation_of_has_demands_anything() {
        assert_eq!(of("!has(a)"), one("a", LabelRestriction::absent()));
        assert_eq!(of("!(a != 'b')"), LabelRestrictions::new());
        assert_eq!(of("all()"), LabelRestrictions::new());
    }

    #[test]
    fn the_empty_set_demands_presence_only() {
        assert_eq!(of("a in {}"), one("a", LabelRestriction::present(None)));
    }
}
