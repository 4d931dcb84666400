//! Selectors: Calico's expressions over labels.
//!
//! The language is that of `libcalico-go/lib/selector`:
//!
//! ```text
//! selector   = [ or ]                                  blank means all()
//! or         = and { "||" and }
//! and        = unary { "&&" unary }
//! unary      = { "!" } primary                         a run of "!" counts by parity
//! primary    = "has(" label ")" | "all(" ")" | "global(" ")" | "(" or ")" | comparison
//! comparison = label ( "==" | "!=" | "contains" | "starts with" | "ends with" ) string
//!            | label ( "in" | "not in" ) "{" [ string { "," string } [ "," ] ] "}"
//! label      = 1 to 512 of A-Z a-z 0-9 _ . / -
//! string     = '"' any but '"' '"'  |  "'" any but "'" "'"       no escapes
//! ```
//!
//! Blanks are space and tab. Operator words are recognised only after a
//! label, so that `in in {'in'}` and `has == 'x'` are selectors.
//!
//! # Meaning
//!
//! | operator | label absent | label present with value `v` |
//! |---|---|---|
//! | `==`, `in` | false | `v` equals the string, is in the set |
//! | `!=`, `not in` | **true** | the contrary |
//! | `has` | false | true, even when `v` is empty |
//! | `contains`, `starts with`, `ends with` | false | bytewise |
//! | `all()`, `global()` | true | true |
//!
//! `global()` is true of everything *here*; that it selects resources outside
//! of namespaces is the doing of policy conversion, which replaces it by
//! `!has(projectcalico.org/namespace)` (see [`Selector::replacing_global`]).
//!
//! # Contract
//!
//! Parsing takes time and memory linear in the length of the text, and fails
//! with an error that has a place and most often a remedy. Calico puts no
//! bound on nesting and recurses; here it is bounded by [`MAX_DEPTH`], so that
//! no text can exhaust the stack. Nothing in this module panics.
//!
//! The parser is written by hand rather than with a combinator library: half
//! of it is finding out what somebody meant who wrote `app = web`.
//!
//! ```
//! use calico_types::selector::Selector;
//! use std::collections::BTreeMap;
//!
//! let selector: Selector = "app == 'db' && tier in {'gold', 'silver'}".parse()?;
//! let labels = BTreeMap::from([("app", "db"), ("tier", "gold")]);
//! assert!(selector.matches(&labels));
//! assert_eq!(selector.to_string(), r#"(app == "db" && tier in {"gold", "silver"})"#);
//!
//! let error = Selector::parse("app = 'db'").unwrap_err();
//! assert_eq!(error.to_string(), "expected an operator after label app, found `=`");
//! assert_eq!(error.hint().unwrap().to_string(), "equality is written ==");
//! # Ok::<(), calico_types::selector::SelectorError>(())
//! ```

mod ast;
mod display;
mod error;
mod hint;
mod labels;
mod lexer;
mod parser;
mod repair;
mod restriction;
mod rewrite;
mod unique_id;

pub use ast::{Expr, Node, StringOperator};
pub use error::{Expected, SelectorError, SelectorErrorKind};
pub use hint::Hint;
pub use labels::Labels;
pub use restriction::{LabelRestriction, LabelRestrictions};

/// The longest label name that Calico's tokenizer reads, in bytes.
pub const MAX_LABEL_LENGTH: usize = 512;

/// How deep groups may nest: `(((…)))` and negations of groups, in levels.
///
/// A bound on the stack: parsing, printing, evaluating and dropping recurse as
/// deep as the tree.
///
/// Calico has no limit. Selectors in use nest three or four deep.
pub const MAX_DEPTH: usize = 128;

/// A parsed selector.
///
/// Cheap to keep and to share, not to copy: a tree of boxes. Parse once and
/// evaluate often; parsing costs some microseconds, evaluating a comparison the
/// look-up of a label.
///
/// Two selectors are equal when their canonical forms are: spelling, redundant
/// parentheses, order and repetition inside sets do not count, the order of
/// operands does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Selector {
    root: Node,
}

impl Selector {
    /// Reads a selector; blank text is `all()`.
    ///
    /// # Errors
    ///
    /// The first place where the text leaves the grammar, or a label longer
    /// than [`MAX_LABEL_LENGTH`], or nesting beyond [`MAX_DEPTH`].
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        parser::parse(text).map(|root| Self { root })
    }

    /// A text that parses, made from one that does not by what the
    /// [hints](Hint) say, one after the other. `None` where that does not lead
    /// to a selector, or there is nothing to repair.
    ///
    /// ```
    /// use calico_types::selector::Selector;
    ///
    /// let text = "app=web,tier in (gold, silver),!legacy";
    /// assert_eq!(
    ///     Selector::repaired(text).unwrap(),
    ///     "app=='web' && tier in {'gold', 'silver'} && !has(legacy)"
    /// );
    /// assert_eq!(Selector::repaired("app == 'web'"), None);
    /// ```
    #[must_use]
    pub fn repaired(text: &str) -> Option<String> {
        repair::repaired(text)
    }

    /// The selector of everything, `all()`.
    #[must_use]
    pub fn all() -> Self {
        Self {
            root: Node::new(Expr::All, 0..0),
        }
    }

    /// The selector `label == "value"`.
    ///
    /// Neither is checked: see [`from_node`](Self::from_node).
    #[must_use]
    pub fn equals(label: &str, value: &str) -> Self {
        let expr = Expr::Compare {
            label: label.into(),
            operator: StringOperator::Equal,
            value: value.into(),
        };
        Self {
            root: Node::new(expr, 0..0),
        }
    }

    /// A selector with the given syntax tree; sets are sorted, conjunctions
    /// and disjunctions of fewer than two operands simplified.
    ///
    /// Labels and values are taken as they are. Those that the grammar cannot
    /// write (a label with a blank, a value with both kinds of quote) evaluate
    /// as expected, but what is printed does not read back: check what comes
    /// from outside, as [`convert`](crate::convert) does.
    ///
    /// # Errors
    ///
    /// [`SelectorErrorKind::TooDeep`] beyond [`MAX_DEPTH`].
    pub fn from_node(root: Node) -> Result<Self, SelectorError> {
        if root.is_deeper_than(MAX_DEPTH) {
            return Err(SelectorError::too_deep(root.span));
        }
        Ok(Self {
            root: root.normalised(),
        })
    }

    /// What all of the given selectors select: `(a) && (b) && …`. None at all
    /// gives `all()`, a single one itself.
    ///
    /// # Errors
    ///
    /// [`SelectorErrorKind::TooDeep`] beyond [`MAX_DEPTH`].
    pub fn all_of(selectors: impl IntoIterator<Item = Self>) -> Result<Self, SelectorError> {
        let operands = selectors.into_iter().map(|s| s.root).collect();
        Self::from_node(Node::new(Expr::And(operands), 0..0))
    }

    /// The contrary, `!(self)`.
    ///
    /// # Errors
    ///
    /// [`SelectorErrorKind::TooDeep`] beyond [`MAX_DEPTH`].
    pub fn negated(self) -> Result<Self, SelectorError> {
        Self::from_node(Node::new(Expr::Not(Box::new(self.root)), 0..0))
    }

    /// The syntax tree.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Whether the selector selects something with these labels.
    ///
    /// Conjunctions and disjunctions stop at the first operand that decides, in
    /// the order in which they were written. Never allocates.
    ///
    /// Costs one lookup for each comparison that decides.
    #[must_use]
    pub fn matches<L: Labels + ?Sized>(&self, labels: &L) -> bool {
        self.root.matches(labels)
    }

    /// Whether this is `all()`: written so, or left blank.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.root.expr == Expr::All
    }

    /// The canonical form of a selector; text that does not parse comes back
    /// unaltered, as from Calico's `Normalise`.
    ///
    /// Calico stores some fields so. To tell whether a text parses, use
    /// [`parse`](Self::parse).
    ///
    /// ```
    /// use calico_types::selector::Selector;
    ///
    /// assert_eq!(Selector::normalise(" app=='web' "), r#"app == "web""#);
    /// assert_eq!(Selector::normalise("app = web"), "app = web");
    /// ```
    #[must_use]
    pub fn normalise(text: &str) -> String {
        Self::parse(text.trim()).map_or_else(|_| text.to_owned(), |s| s.to_string())
    }
}

impl std::str::FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_text_selects_everything() {
        for text in ["", " ", "\t \t"] {
            let selector = Selector::parse(text).unwrap();
            assert!(selector.is_all());
            assert_eq!(selector.to_string(), "all()");
        }
    }

    #[test]
    fn composition_prints_as_the_joined_text_would() {
        let a = Selector::parse("a == 'b' || has(c)").unwrap();
        let ns = Selector::equals("projectcalico.org/namespace", "shop");
        let both = Selector::all_of([a, ns]).unwrap();
        let joined =
            Selector::parse("(a == 'b' || has(c)) && projectcalico.org/namespace == 'shop'");
        assert_eq!(both, joined.unwrap());
    }

    #[test]
    fn composition_stops_at_the_depth_limit() {
        let mut selector = Selector::parse("has(a)").unwrap();
        let error = loop {
            match selector.negated() {
                Ok(deeper) => selector = deeper,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), &SelectorErrorKind::TooDeep);
    }

    #[test]
    fn normalising_leaves_what_does_not_parse() {
        assert_eq!(Selector::normalise(" a=='b' "), r#"a == "b""#);
        assert_eq!(Selector::normalise(" a = b "), " a = b ");
    }
}
