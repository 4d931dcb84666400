//! Rewriting: prefixed labels, and the scope that policies give to `all()`
//! and `global()`.

use std::ops::Range;

use super::{Expr, Node, Selector, SelectorError};

impl Selector {
    /// The same selector over labels that all carry a prefix: with `pcns.`,
    /// `env == "prod"` becomes `pcns.env == "prod"` (Calico's
    /// `PrefixVisitor`). `all()` and `global()` stay.
    ///
    /// ```
    /// use calico_types::selector::Selector;
    ///
    /// let namespaces = Selector::parse("env == 'prod' && all()")?;
    /// let endpoints = namespaces.prefixed("pcns.");
    /// assert_eq!(endpoints.to_string(), r#"(pcns.env == "prod" && all())"#);
    /// assert!(endpoints.matches(&[("pcns.env", "prod"), ("env", "test")]));
    /// # Ok::<(), calico_types::selector::SelectorError>(())
    /// ```
    ///
    /// This is how a selector of namespaces or service accounts becomes one of
    /// endpoints, which inherit those labels under `pcns.` and `pcsa.`.
    #[must_use]
    pub fn prefixed(&self, prefix: &str) -> Self {
        self.with_labels(|label| format!("{prefix}{label}").into())
    }

    /// The same selector with every label name replaced.
    ///
    /// Spans stay those of the original text, operators and values as they are.
    /// A name that the grammar does not know is not noticed, nor one beyond
    /// [`MAX_LABEL_LENGTH`](super::MAX_LABEL_LENGTH), which prefixing can reach.
    #[must_use]
    pub fn with_labels(&self, mut name: impl FnMut(&str) -> Box<str>) -> Self {
        let root = rewrite(self.root(), &mut |expr| match expr {
            Expr::Has(label) => Some(Expr::Has(name(label))),
            Expr::Compare {
                label,
                operator,
                value,
            } => Some(Expr::Compare {
                label: name(label),
                operator: *operator,
                value: value.clone(),
            }),
            Expr::In {
                label,
                negated,
                values,
            } => Some(Expr::In {
                label: name(label),
                negated: *negated,
                values: values.clone(),
            }),
            Expr::All | Expr::Global | Expr::Not(_) | Expr::And(_) | Expr::Or(_) => None,
        });
        Self { root }
    }

    /// The same selector with each `all()` replaced, as policy conversion
    /// replaces it by `has(projectcalico.org/namespace)`.
    ///
    /// Calico replaces the text `all()`, wherever it stands, in a string too;
    /// this replaces the expression.
    ///
    /// # Errors
    ///
    /// [`TooDeep`](super::SelectorErrorKind::TooDeep) when the replacement
    /// takes it beyond [`MAX_DEPTH`](super::MAX_DEPTH).
    pub fn replacing_all(&self, by: &Self) -> Result<Self, SelectorError> {
        self.replacing(&Expr::All, by)
    }

    /// The same selector with each `global()` replaced, as policy conversion
    /// replaces it by `!has(projectcalico.org/namespace)`.
    ///
    /// # Errors
    ///
    /// As [`replacing_all`](Self::replacing_all).
    pub fn replacing_global(&self, by: &Self) -> Result<Self, SelectorError> {
        self.replacing(&Expr::Global, by)
    }

    fn replacing(&self, what: &Expr, by: &Self) -> Result<Self, SelectorError> {
        let root = rewrite(self.root(), &mut |expr| {
            (expr == what).then(|| by.root().expr.clone())
        });
        Self::from_node(root)
    }
}

/// A copy in which every expression for which `change` has an answer is
/// replaced by it. Depth of the input is at most `MAX_DEPTH`.
fn rewrite(node: &Node, change: &mut impl FnMut(&Expr) -> Option<Expr>) -> Node {
    let expr = change(&node.expr).unwrap_or_else(|| match &node.expr {
        Expr::Not(operand) => Expr::Not(Box::new(rewrite(operand, change))),
        Expr::And(operands) => Expr::And(operands.iter().map(|o| rewrite(o, change)).collect()),
        Expr::Or(operands) => Expr::Or(operands.iter().map(|o| rewrite(o, change)).collect()),
        leaf @ (Expr::All
        | Expr::Global
        | Expr::Has(_)
        | Expr::Compare { .. }
        | Expr::In { .. }) => leaf.clone(),
    });
    let span: Range<usize> = node.span.clone();
    Node::new(expr, span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Selector {
        Selector::parse(text).unwrap()
    }

    #[test]
    fn every_label_gets_the_prefix() {
        let text = "!(!(k == 'v' && has(t) || all()) && (a in {'b', 'c'}))";
        assert_eq!(
            parse(text).prefixed("pcns.").to_string(),
            r#"!(!((pcns.k == "v" && has(pcns.t)) || all()) && pcns.a in {"b", "c"})"#
        );
    }

    #[test]
    fn constants_take_their_scope() {
        let namespaced = parse("has(projectcalico.org/namespace)");
        assert_eq!(
            parse("all() && a == 'all()'")
                .replacing_all(&namespaced)
                .unwrap(),
            parse("has(projectcalico.org/namespace) && a == 'all()'")
        );
        let global = parse("!has(projectcalico.org/namespace)");
        assert_eq!(parse("global()").replacing_global(&global).unwrap(), global);
    }
}
