//! Parser of selectors: recursive descent, one token of lookahead.
//!
//! One function for each line of the grammar in the [module](super)'s
//! documentation, from the loosest binding to the tightest. Recursion happens in
//! [`Parser::group`] only, which counts down from [`MAX_DEPTH`]; runs of `!` are
//! counted, not nested, as in Calico. What the tree then measures is checked once
//! more, since a negated group is two levels of it.
//!
//! INVARIANT: the current token has been read but not used, so an error is always
//! about it, and its span is where the text left the grammar.

use super::ast::{Expr, Node, set_of};
use super::error::{Expected, SelectorError};
use super::hint::{self, Hint};
use super::lexer::{Lexer, Token, TokenKind};
use super::{MAX_DEPTH, StringOperator};

/// Reads a whole text.
pub(super) fn parse(text: &str) -> Result<Node, SelectorError> {
    let mut lexer = Lexer::new(text);
    let token = lexer.advance()?;
    let mut parser = Parser { lexer, token };
    if parser.token.kind == TokenKind::End {
        return Ok(Node::new(Expr::All, 0..0));
    }
    let node = parser.disjunction(MAX_DEPTH)?;
    if parser.token.kind != TokenKind::End {
        return Err(parser.unexpected(Expected::Conjunction));
    }
    if node.is_deeper_than(MAX_DEPTH) {
        return Err(SelectorError::too_deep(node.span));
    }
    Ok(node)
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The token that is looked at.
    token: Token<'a>,
}

impl<'a> Parser<'a> {
    /// Takes the current token and looks at the next.
    fn advance(&mut self) -> Result<Token<'a>, SelectorError> {
        let next = self.lexer.advance()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// The error that the current token is not what the grammar wants, with
    /// what its author may have meant.
    fn unexpected(&self, expected: Expected) -> SelectorError {
        let span = self.token.span.clone();
        let found = self.lexer.slice(&span);
        let hint = match &expected {
            Expected::Term => hint::for_term(found),
            Expected::Operator(label) => hint::for_operator(label, found),
            Expected::String | Expected::StringOrCloseBrace => hint::for_string(found),
            Expected::Set => Some(Hint::Braces),
            Expected::Conjunction => hint::for_conjunction(found),
            Expected::Label | Expected::CommaOrCloseBrace | Expected::CloseParen => None,
        };
        let found = (self.token.kind != TokenKind::End).then_some(found);
        SelectorError::unexpected(expected, found, span, hint)
    }

    fn disjunction(&mut self, depth: usize) -> Result<Node, SelectorError> {
        self.chain(TokenKind::Or, Expr::Or, depth, Self::conjunction)
    }

    fn conjunction(&mut self, depth: usize) -> Result<Node, SelectorError> {
        self.chain(TokenKind::And, Expr::And, depth, Self::unary)
    }

    /// Operands joined by an operator; a single one stays itself.
    fn chain(
        &mut self,
        operator: TokenKind<'_>,
        join: fn(Vec<Node>) -> Expr,
        depth: usize,
        operand: fn(&mut Self, usize) -> Result<Node, SelectorError>,
    ) -> Result<Node, SelectorError> {
        let first = operand(self, depth)?;
        if self.token.kind != operator {
            return Ok(first);
        }
        let start = first.span.start;
        let mut end = first.span.end;
        // Two are most common, and no room is left over.
        let mut operands = Vec::with_capacity(2);
        operands.push(first);
        while self.token.kind == operator {
            self.advance()?;
            let next = operand(self, depth)?;
            end = next.span.end;
            operands.push(next);
        }
        Ok(Node::new(join(operands), start..end))
    }

    /// A run of `!` counts by its parity before any node is made: `!!a` is
    /// `a`, whereas `!(!a)` keeps both. Calico's ids depend on it.
    fn unary(&mut self, depth: usize) -> Result<Node, SelectorError> {
        let start = self.token.span.start;
        let mut negated = false;
        while self.token.kind == TokenKind::Not {
            self.advance()?;
            negated = !negated;
        }
        let operand = self.primary(depth)?;
        if !negated {
            return Ok(operand);
        }
        let span = start..operand.span.end;
        Ok(Node::new(Expr::Not(Box::new(operand)), span))
    }

    fn primary(&mut self, depth: usize) -> Result<Node, SelectorError> {
        let span = self.token.span.clone();
        let expr = match self.token.kind {
            TokenKind::Has(label) => Expr::Has(label.into()),
            TokenKind::All => Expr::All,
            TokenKind::Global => Expr::Global,
            TokenKind::Label(label) => return self.comparison(label),
            TokenKind::OpenParen => return self.group(depth),
            TokenKind::Text(_)
            | TokenKind::Compare(_)
            | TokenKind::In { .. }
            | TokenKind::Not
            | TokenKind::And
            | TokenKind::Or
            | TokenKind::Comma
            | TokenKind::CloseParen
            | TokenKind::OpenBrace
            | TokenKind::CloseBrace
            | TokenKind::Foreign
            | TokenKind::End => return Err(self.unexpected(Expected::Term)),
        };
        self.advance()?;
        Ok(Node::new(expr, span))
    }

    /// The node inside, its span widened to the parentheses: groups have no
    /// node of their own, so redundant ones leave no trace in the tree.
    fn group(&mut self, depth: usize) -> Result<Node, SelectorError> {
        let open = self.token.span.clone();
        let Some(depth) = depth.checked_sub(1) else {
            return Err(SelectorError::too_deep(open));
        };
        self.advance()?;
        let inner = self.disjunction(depth)?;
        if self.token.kind != TokenKind::CloseParen {
            return Err(self.unexpected(Expected::CloseParen));
        }
        let close = self.advance()?;
        Ok(Node::new(inner.expr, open.start..close.span.end))
    }

    fn comparison(&mut self, label: &'a str) -> Result<Node, SelectorError> {
        let start = self.advance()?.span.start;
        match self.token.kind {
            TokenKind::Compare(operator) => self.string_comparison(label, operator, start),
            TokenKind::In { negated } => self.membership(label, negated, start),
            TokenKind::Label(_)
            | TokenKind::Text(_)
            | TokenKind::Has(_)
            | TokenKind::All
            | TokenKind::Global
            | TokenKind::Not
            | TokenKind::And
            | TokenKind::Or
            | TokenKind::Comma
            | TokenKind::OpenParen
            | TokenKind::CloseParen
            | TokenKind::OpenBrace
            | TokenKind::CloseBrace
            | TokenKind::Foreign
            | TokenKind::End => Err(self.unexpected(Expected::Operator(label.into()))),
        }
    }

    fn string_comparison(
        &mut self,
        label: &str,
        operator: StringOperator,
        start: usize,
    ) -> Result<Node, SelectorError> {
        self.advance()?;
        let TokenKind::Text(value) = self.token.kind else {
            return Err(self.unexpected(Expected::String));
        };
        let end = self.advance()?.span.end;
        let expr = Expr::Compare {
            label: label.into(),
            operator,
            value: value.into(),
        };
        Ok(Node::new(expr, start..end))
    }

    /// A set: values separated by commas, one comma more allowed at the end,
    /// none between nothing (`{,}`).
    fn membership(
        &mut self,
        label: &str,
        negated: bool,
        start: usize,
    ) -> Result<Node, SelectorError> {
        self.advance()?;
        if self.token.kind != TokenKind::OpenBrace {
            return Err(self.unexpected(Expected::Set));
        }
        self.advance()?;
        let mut values = Vec::with_capacity(self.lexer.commas_of_set().min(63) + 1);
        let mut expected = Expected::StringOrCloseBrace;
        while let TokenKind::Text(value) = self.token.kind {
            values.push(value.into());
            self.advance()?;
            if self.token.kind != TokenKind::Comma {
                expected = Expected::CommaOrCloseBrace;
                break;
            }
            self.advance()?;
        }
        if self.token.kind != TokenKind::CloseBrace {
            return Err(self.unexpected(expected));
        }
        let end = self.advance()?.span.end;
        let expr = Expr::In {
            label: label.into(),
            negated,
            values: set_of(values),
        };
        Ok(Node::new(expr, start..end))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MAX_LABEL_LENGTH, Selector, SelectorErrorKind};
    use super::*;

    /// Message, place and corrected text of a mistake.
    #[track_caller]
    fn check(text: &str, message: &str, place: &str, corrected: Option<&str>) {
        let error = Selector::parse(text).unwrap_err();
        assert_eq!(error.to_string(), message, "{text}");
        assert_eq!(&text[error.span()], place, "{text}");
        assert_eq!(error.corrected(text).as_deref(), corrected, "{text}");
    }

    #[track_caller]
    fn hint(text: &str, expected: Hint) {
        let error = Selector::parse(text).unwrap_err();
        assert_eq!(error.hint(), Some(&expected), "{text}: {error}");
    }

    #[test]
    fn words_are_operators_only_after_a_label() {
        for text in [
            "in in {'in'}",
            "contains contains 'c'",
            "has == 'x'",
            "all == 'x'",
            "not not in {'not'}",
            "-a == 'v' && / == 'v' && . == 'v' && 9 == 'v'",
        ] {
            assert!(Selector::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn mistakes_have_a_place_and_a_remedy() {
        check(
            "app = 'x'",
            "expected an operator after label app, found `=`",
            "=",
            Some("app == 'x'"),
        );
        check(
            "app == web",
            "expected a quoted string, found `web`",
            "web",
            Some("app == 'web'"),
        );
        check(
            "a == 'b' and c == 'd'",
            "expected `&&`, `||` or the end, found `and`",
            "and",
            Some("a == 'b' && c == 'd'"),
        );
        check(
            "a == 'b' | c == 'd'",
            "expected `&&`, `||` or the end, found `|`",
            "|",
            Some("a == 'b' || c == 'd'"),
        );
        check(
            "a in {'x' 'y'}",
            "expected `,` or `}`, found `'y'`",
            "'y'",
            None,
        );
        check("a == 'b", "string has no closing '", "'b", None);
        check("(a == 'b'", "expected `)`, found the end", "", None);
    }

    #[test]
    fn hints_know_what_was_meant() {
        hint("a === 'b'", Hint::Equality);
        hint("has (a)", Hint::NoSpace("has".into()));
        hint("any()", Hint::All);
        hint("all", Hint::All);
        hint("all(a)", Hint::NoArgument);
        hint("app", Hint::Has("app".into()));
        hint("a in 'x'", Hint::Braces);
        hint("a in ('x')", Hint::Braces);
        hint("a in {x}", Hint::QuoteValue("x".into()));
        hint("a == \u{201c}b\u{201d}", Hint::StraightQuotes);
        hint("a: b", Hint::Colon);
        hint("a > 5", Hint::NoSuchComparison);
        hint("a not contains 'b'", Hint::NegateWhole);
        hint("a IN {'b'}", Hint::LowerCase("in"));
        hint("a is 'b'", Hint::WriteOperator("=="));
        hint("a == 'x', b == 'y'", Hint::And);
        hint("'a' == 'b'", Hint::LabelFirst);
        hint("a\n== 'b'", Hint::OnlyBlanks);
        hint("\u{feff}all()", Hint::OnlyBlanks);
    }

    #[test]
    fn limits_are_exact() {
        let label = "x".repeat(MAX_LABEL_LENGTH);
        assert!(Selector::parse(&format!("has({label})")).is_ok());
        let error = Selector::parse(&format!("has({label}x)")).unwrap_err();
        assert_eq!(error.kind(), &SelectorErrorKind::LabelTooLong(513));

        let nested = |n: usize| format!("{}all(){}", "(".repeat(n), ")".repeat(n));
        assert!(Selector::parse(&nested(MAX_DEPTH)).is_ok());
        for depth in [MAX_DEPTH + 1, 1_000_000] {
            let error = Selector::parse(&nested(depth)).unwrap_err();
            assert_eq!(error.kind(), &SelectorErrorKind::TooDeep);
        }
        let negations = format!("{}all()", "!".repeat(1_000_000));
        assert!(Selector::parse(&negations).unwrap().is_all());
    }

    #[test]
    fn spans_cover_what_was_written() {
        let text = "  a == 'b' && !(has(c) || d in {'e'}) ";
        let selector = Selector::parse(text).unwrap();
        let places: Vec<&str> = selector
            .root()
            .operands()
            .map(|node| &text[node.span.clone()])
            .collect();
        assert_eq!(places, ["a == 'b'", "!(has(c) || d in {'e'})"]);
        assert_eq!(&text[selector.root().span.clone()], text.trim());
    }
}
