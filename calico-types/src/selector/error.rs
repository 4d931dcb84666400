//! Errors of selector text: what is wrong, where, and what to write instead.

use std::fmt::{self, Display, Formatter, Write as _};
use std::ops::Range;

use super::{Hint, MAX_DEPTH, MAX_LABEL_LENGTH, repair};

/// Why a text is not a selector.
///
/// Calico's own parser says what it expected and not where, nor what else the
/// author may have meant; here an error has a [place](Self::span), most often a
/// [hint](Self::hint), and where the remedy is a matter of replacing a word, the
/// [corrected text](Self::corrected).
///
/// ```
/// use calico_types::selector::Selector;
///
/// let text = "app == web && tier = 'gold'";
/// let error = Selector::parse(text).unwrap_err();
/// assert_eq!(error.to_string(), "expected a quoted string, found `web`");
/// assert_eq!(&text[error.span()], "web");
/// assert_eq!(error.hint().unwrap().to_string(), "values are quoted: 'web'");
///
/// // One mistake is corrected at a time; the next is found in the result.
/// let text = error.corrected(text).unwrap();
/// assert_eq!(text, "app == 'web' && tier = 'gold'");
/// let error = Selector::parse(&text).unwrap_err();
/// assert_eq!(error.corrected(&text).unwrap(), "app == 'web' && tier == 'gold'");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct SelectorError {
    kind: SelectorErrorKind,
    span: Range<usize>,
    hint: Option<Hint>,
}

/// Ways in which a text is not a selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectorErrorKind {
    /// The grammar wants something else here.
    #[error("expected {expected}, found {}", Found(.found.as_deref()))]
    Unexpected {
        /// What the grammar wants.
        expected: Expected,
        /// What stands there, shortened; `None` at the end of the text.
        found: Option<Box<str>>,
    },
    /// A string without its closing quote.
    ///
    /// The language has no escapes, so a value with a quote of one kind must
    /// stand in quotes of the other, and one with both cannot be written.
    #[error("string has no closing {0}")]
    UnterminatedString(char),
    /// A label longer than [`MAX_LABEL_LENGTH`].
    /// The number is its length in bytes.
    #[error("label of {0} bytes, at most {MAX_LABEL_LENGTH} are allowed")]
    LabelTooLong(usize),
    /// Groups nested beyond [`MAX_DEPTH`].
    ///
    /// Calico would go on recursing. Also what composition reports, with an
    /// empty [place](SelectorError::span) when the node had none.
    #[error("groups nest deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

/// What the grammar wants at a place.
///
/// [`Display`] says it as a noun phrase, for a sentence of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// A comparison, `has(…)`, `all()`, `global()`, `!` or a group.
    Term,
    /// A label name, inside `has(…)`.
    Label,
    /// An operator after the label of this name.
    Operator(Box<str>),
    /// A quoted string.
    String,
    /// A set, `{'a', 'b'}`.
    Set,
    /// A quoted string of a set, or the end of the set.
    StringOrCloseBrace,
    /// `,` or `}` after a string of a set.
    CommaOrCloseBrace,
    /// `)`.
    CloseParen,
    /// `&&`, `||` or the end of the text.
    Conjunction,
}

impl Display for Expected {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Term => f.write_str("a label, `has(`, `all()`, `!` or `(`"),
            Self::Label => f.write_str("a label name"),
            Self::Operator(label) => write!(f, "an operator after label {label}"),
            Self::String => f.write_str("a quoted string"),
            Self::Set => f.write_str("a set in braces"),
            Self::StringOrCloseBrace => f.write_str("a quoted string or `}`"),
            Self::CommaOrCloseBrace => f.write_str("`,` or `}`"),
            Self::CloseParen => f.write_str("`)`"),
            Self::Conjunction => f.write_str("`&&`, `||` or the end"),
        }
    }
}

struct Found<'a>(Option<&'a str>);

impl Display for Found<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("the end"),
            Some(text) => {
                f.write_str("`")?;
                for c in text.chars() {
                    match c {
                        '\'' | '"' => f.write_char(c)?,
                        // Makes line breaks and invisible characters visible.
                        _ => write!(f, "{}", c.escape_debug())?,
                    }
                }
                f.write_str("`")
            }
        }
    }
}

impl SelectorError {
    pub(super) fn unexpected(
        expected: Expected,
        found: Option<&str>,
        span: Range<usize>,
        hint: Option<Hint>,
    ) -> Self {
        let found = found.map(|text| text.chars().take(32).collect::<String>().into());
        Self {
            kind: SelectorErrorKind::Unexpected { expected, found },
            span,
            hint,
        }
    }

    pub(super) fn unterminated(quote: char, span: Range<usize>) -> Self {
        Self {
            kind: SelectorErrorKind::UnterminatedString(quote),
            span,
            hint: None,
        }
    }

    pub(super) fn label_too_long(span: Range<usize>) -> Self {
        Self {
            kind: SelectorErrorKind::LabelTooLong(span.len()),
            span,
            hint: None,
        }
    }

    pub(super) fn too_deep(span: Range<usize>) -> Self {
        Self {
            kind: SelectorErrorKind::TooDeep,
            span,
            hint: None,
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &SelectorErrorKind {
        &self.kind
    }

    /// Where, in bytes of the text; both ends are character boundaries, and
    /// empty at the end of the text.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// What was probably meant.
    ///
    /// `None` when the text gives no clue, such as a string that never ends.
    /// Hints never change what is accepted: they are found after the grammar
    /// has refused the text.
    #[must_use]
    pub fn hint(&self) -> Option<&Hint> {
        self.hint.as_ref()
    }

    /// The text with the mistake corrected as the [hint](Self::hint) says,
    /// where that is plain. The rest of the text may have mistakes of its own:
    /// see [`Selector::repaired`](super::Selector::repaired).
    #[must_use]
    pub fn corrected(&self, text: &str) -> Option<String> {
        text.get(self.span())?;
        repair::corrected(self.hint.as_ref()?, text, self.span())
    }
}
