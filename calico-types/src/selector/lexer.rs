//! Tokens of a selector.
//!
//! A token borrows from the text and knows its place; the lexer allocates
//! nothing and reads each byte a bounded number of times. It never fails for
//! what merely makes no sense here: that is a [`TokenKind::Foreign`], and the
//! parser, which knows what was wanted, finds the words for it. Errors of its own
//! are an unterminated string, a label that is too long, and what follows `has(`,
//! `all(` and `global(`, which are single tokens: `has (a)` is not `has(a)`.
//!
//! Whether a word is an operator depends on what stands before it: only
//! directly after a label. The lexer therefore remembers its last token.

use std::ops::Range;

use super::error::{Expected, SelectorError};
use super::{Hint, MAX_LABEL_LENGTH, StringOperator};

/// A token and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind<'a>,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind<'a> {
    Label(&'a str),
    Text(&'a str),
    Has(&'a str),
    All,
    Global,
    Compare(StringOperator),
    In {
        negated: bool,
    },
    Not,
    And,
    Or,
    Comma,
    OpenParen,
    CloseParen,
    OpenBrace,
    CloseBrace,
    /// No part of the language, at least not here.
    Foreign,
    End,
}

/// A position in a text between two tokens.
#[derive(Debug, Clone)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// The last token was a label.
    after_label: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            after_label: false,
        }
    }

    /// The next token; [`TokenKind::End`] again and again at the end.
    pub(super) fn advance(&mut self) -> Result<Token<'a>, SelectorError> {
        self.skip_blanks();
        let start = self.at;
        let kind = if self.after_label {
            self.operator()?
        } else {
            self.operand()?
        };
        self.after_label = matches!(kind, TokenKind::Label(_));
        Ok(Token {
            kind,
            span: start..self.at,
        })
    }

    /// The text at a place.
    pub(super) fn slice(&self, span: &Range<usize>) -> &'a str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// About how many commas are left of the set that is being read: how much
    /// room its values want.
    pub(super) fn commas_of_set(&self) -> usize {
        let set = self.bytes().iter().take_while(|byte| **byte != b'}');
        set.filter(|byte| **byte == b',').count()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// What stands here, byte by byte: everything that the language knows is
    /// ASCII, and places stay on character boundaries since only ASCII is eaten,
    /// or whole strings and characters.
    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        let blanks = self
            .bytes()
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'));
        self.at += blanks.count();
    }

    fn eat(&mut self, prefix: &str) -> bool {
        let found = self.bytes().starts_with(prefix.as_bytes());
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// Eats a word that is followed by something else than a label character.
    fn eat_word(&mut self, word: &str) -> bool {
        let after = self.bytes().strip_prefix(word.as_bytes());
        let found = after.is_some_and(|after| !after.first().is_some_and(is_label_byte));
        if found {
            self.at += word.len();
        }
        found
    }

    /// Eats two words, with or without blanks between them.
    fn eat_two_words(&mut self, first: &str, second: &str) -> bool {
        let start = self.at;
        if self.eat(first) {
            self.skip_blanks();
            if self.eat_word(second) {
                return true;
            }
        }
        self.at = start;
        false
    }

    /// A token of punctuation or a string, which mean the same everywhere.
    fn punctuation(&mut self) -> Result<Option<TokenKind<'a>>, SelectorError> {
        let mut bytes = self.bytes().iter();
        let Some(first) = bytes.next() else {
            return Ok(Some(TokenKind::End));
        };
        let (kind, length) = match (first, bytes.next()) {
            (b'=', Some(b'=')) => (TokenKind::Compare(StringOperator::Equal), 2),
            (b'!', Some(b'=')) => (TokenKind::Compare(StringOperator::NotEqual), 2),
            (b'&', Some(b'&')) => (TokenKind::And, 2),
            (b'|', Some(b'|')) => (TokenKind::Or, 2),
            (b'!', _) => (TokenKind::Not, 1),
            (b',', _) => (TokenKind::Comma, 1),
            (b'(', _) => (TokenKind::OpenParen, 1),
            (b')', _) => (TokenKind::CloseParen, 1),
            (b'{', _) => (TokenKind::OpenBrace, 1),
            (b'}', _) => (TokenKind::CloseBrace, 1),
            (b'"', _) => return self.string('"').map(Some),
            (b'\'', _) => return self.string('\'').map(Some),
            _ => return Ok(None),
        };
        self.at += length;
        Ok(Some(kind))
    }

    /// A string without escapes: everything up to the next quote of its kind,
    /// line breaks too.
    fn string(&mut self, quote: char) -> Result<TokenKind<'a>, SelectorError> {
        let rest = self.rest();
        let value = rest
            .get(quote.len_utf8()..)
            .and_then(|after| after.split_once(quote))
            .map(|(value, _)| value);
        let Some(value) = value else {
            return Err(SelectorError::unterminated(quote, self.at..self.text.len()));
        };
        self.at += value.len() + 2 * quote.len_utf8();
        Ok(TokenKind::Text(value))
    }

    /// What stands after a label: an operator, or punctuation that the parser
    /// will refuse with the label in its message.
    fn operator(&mut self) -> Result<TokenKind<'a>, SelectorError> {
        // `===` would read as `==` and something left over, which helps nobody.
        if !self.rest().starts_with("===")
            && let Some(kind) = self.punctuation()?
        {
            return Ok(kind);
        }
        if self.eat_word("contains") {
            return Ok(TokenKind::Compare(StringOperator::Contains));
        }
        if self.eat_two_words("starts", "with") {
            return Ok(TokenKind::Compare(StringOperator::StartsWith));
        }
        if self.eat_two_words("ends", "with") {
            return Ok(TokenKind::Compare(StringOperator::EndsWith));
        }
        if self.eat_two_words("not", "in") {
            return Ok(TokenKind::In { negated: true });
        }
        if self.eat_word("in") {
            return Ok(TokenKind::In { negated: false });
        }
        Ok(self.foreign())
    }

    /// What stands anywhere else, where operator words are labels like others.
    fn operand(&mut self) -> Result<TokenKind<'a>, SelectorError> {
        if let Some(kind) = self.punctuation()? {
            return Ok(kind);
        }
        if self.eat("has(") {
            self.skip_blanks();
            let label = self.label()?.ok_or_else(|| {
                let hint = super::hint::for_label(self.rest());
                self.unexpected(Expected::Label, hint)
            })?;
            self.close(None)?;
            return Ok(TokenKind::Has(label));
        }
        if self.eat("all(") {
            self.close(Some(Hint::NoArgument))?;
            return Ok(TokenKind::All);
        }
        if self.eat("global(") {
            self.close(Some(Hint::NoArgument))?;
            return Ok(TokenKind::Global);
        }
        match self.label()? {
            Some(label) => Ok(TokenKind::Label(label)),
            None => Ok(self.foreign()),
        }
    }

    /// Eats a label name, if one stands here.
    fn label(&mut self) -> Result<Option<&'a str>, SelectorError> {
        let span = self.at..self.at + self.label_length();
        match span.len() {
            0 => Ok(None),
            1..=MAX_LABEL_LENGTH => {
                self.at = span.end;
                Ok(Some(self.slice(&span)))
            }
            _ => Err(SelectorError::label_too_long(span)),
        }
    }

    /// Eats the parenthesis that ends `has(`, `all(` or `global(`.
    fn close(&mut self, otherwise: Option<Hint>) -> Result<(), SelectorError> {
        self.skip_blanks();
        if self.eat(")") {
            return Ok(());
        }
        Err(self.unexpected(Expected::CloseParen, otherwise))
    }

    /// The error that something else stands here.
    fn unexpected(&self, expected: Expected, hint: Option<Hint>) -> SelectorError {
        let span = self.at..self.at + self.foreign_length();
        let found = Some(self.slice(&span)).filter(|found| !found.is_empty());
        let hint = hint.filter(|_| found.is_some());
        SelectorError::unexpected(expected, found, span, hint)
    }

    /// Eats what has no meaning here.
    fn foreign(&mut self) -> TokenKind<'a> {
        self.at += self.foreign_length();
        TokenKind::Foreign
    }

    /// Bytes of what stands here, for a message: a word, a run of equal
    /// signs, or a single character; 0 at the end.
    fn foreign_length(&self) -> usize {
        let rest = self.rest();
        match rest.chars().next() {
            None => 0,
            Some('=') => rest.len() - rest.trim_start_matches(['=', '~']).len(),
            Some(first) => self.label_length().max(first.len_utf8()),
        }
    }

    /// Bytes of the label name that stands here; 0 for none.
    fn label_length(&self) -> usize {
        let label = self.bytes().iter().take_while(|byte| is_label_byte(byte));
        label.count()
    }
}

fn is_label_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-')
}
