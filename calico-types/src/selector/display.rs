//! Canonical form.
//!
//! The form is a contract: Felix names IP sets by its hash (see
//! [`Selector::unique_id`]), and two programs that print a selector differently
//! disagree about which set is which.
//!
//! Calico's `String()`: conjunctions and disjunctions always in parentheses,
//! `!` directly before its operand, double quotes unless the value has one,
//! sets sorted. Redundant parentheses vanish.
//!
//! Printing and parsing again keeps the meaning, but not always the tree:
//! `!(!has(a))` prints as `!!has(a)`, which parses as `has(a)`. Calico does
//! the same, and ids are made from this form, so it stays.

use std::fmt::{self, Display, Formatter};

use super::{Expr, Node, Selector};

/// The canonical form, which [`Selector::parse`] reads back with the same
/// meaning, provided that labels and values came out of the parser (see
/// [`Selector::from_node`]). As long as the tree is printed once: linear.
impl Display for Selector {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.root().fmt(f)
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.expr {
            Expr::All => f.write_str("all()"),
            Expr::Global => f.write_str("global()"),
            Expr::Has(label) => write!(f, "has({label})"),
            Expr::Compare {
                label,
                operator,
                value,
            } => write!(f, "{label} {} {}", operator.as_str(), Quoted(value)),
            Expr::In {
                label,
                negated,
                values,
            } => {
                let operator = if *negated { "not in" } else { "in" };
                write!(f, "{label} {operator} {{")?;
                joined(f, values.iter().map(|v| Quoted(v)), ", ")?;
                f.write_str("}")
            }
            Expr::Not(operand) => write!(f, "!{operand}"),
            Expr::And(operands) => grouped(f, operands, " && "),
            Expr::Or(operands) => grouped(f, operands, " || "),
        }
    }
}

fn grouped(f: &mut Formatter<'_>, operands: &[Node], operator: &str) -> fmt::Result {
    f.write_str("(")?;
    joined(f, operands.iter(), operator)?;
    f.write_str(")")
}

fn joined<T: Display>(
    f: &mut Formatter<'_>,
    items: impl Iterator<Item = T>,
    separator: &str,
) -> fmt::Result {
    for (position, item) in items.enumerate() {
        if position > 0 {
            f.write_str(separator)?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

/// A value in the quotes that can hold it.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let quote = if self.0.contains('"') { '\'' } else { '"' };
        write!(f, "{quote}{}{quote}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Selector;

    #[track_caller]
    fn check(text: &str, canonical: &str) {
        assert_eq!(Selector::parse(text).unwrap().to_string(), canonical);
    }

    #[test]
    fn spelling_disappears() {
        check("((a=='b'))", r#"a == "b""#);
        check("a notin{'c',\"b\" , 'c',}", r#"a not in {"b", "c"}"#);
        check("a startswith'x'", r#"a starts with "x""#);
        check("a  ends\twith 'x'", r#"a ends with "x""#);
        check("a == 'say \"hi\"'", r#"a == 'say "hi"'"#);
        check("a in {}", "a in {}");
    }

    #[test]
    fn groups_stay_as_written() {
        check("has(a) && has(b) && has(c)", "(has(a) && has(b) && has(c))");
        check(
            "has(a) && (has(b) && has(c))",
            "(has(a) && (has(b) && has(c)))",
        );
        check("has(a)&&has(b)||has(c)", "((has(a) && has(b)) || has(c))");
    }

    #[test]
    fn runs_of_negation_collapse_but_groups_do_not() {
        check("!!!has(a)", "!has(a)");
        check("!!has(a)", "has(a)");
        check("!(!(has(a)))", "!!has(a)");
    }
}
