//! Hints: what somebody probably meant who wrote something else.
//!
//! Each is a mistake that people make because another language has it: shells
//! and SQL (`=`, `and`), Kubernetes (`app: web`, `exists`), Python (`in (…)`),
//! documents pasted from a word processor (`“web”`).

use std::fmt::{self, Display, Formatter};

/// A remedy for one mistake in a selector.
///
/// [`Display`] is a sentence for the author, without full stop. The variant is
/// for programs: an editor can offer
/// [`SelectorError::corrected`](super::SelectorError::corrected) as a quick fix
/// where that gives something, and the sentence elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// `=` or `===` for `==`.
    Equality,
    /// `&`, `and` or `,` for `&&`.
    And,
    /// `|` or `or` for `||`.
    Or,
    /// A value without quotes.
    QuoteValue(Box<str>),
    /// Typographic quotes or backquotes.
    StraightQuotes,
    /// `in 'x'` or `in (…)` for `in {…}`.
    Braces,
    /// `any()`, `*` for `all()`.
    All,
    /// `exists(x)` or a label alone, for `has(x)`.
    Has(Box<str>),
    /// `has (x)`: the parenthesis must follow directly.
    NoSpace(Box<str>),
    /// `all(x)`: takes nothing.
    NoArgument,
    /// `a not contains 'b'`, for `!(a contains 'b')`.
    NegateWhole,
    /// `is`, `eq` for `==`.
    WriteOperator(&'static str),
    /// A line break, carriage return, no-break space, byte order mark.
    OnlyBlanks,
    /// `<`, `>`, `=~`: values have no order, and there are no patterns.
    NoSuchComparison,
    /// `app: web`, for `app == 'web'`.
    Colon,
    /// Label on the right, string on the left.
    LabelFirst,
    /// An operator word in capitals.
    LowerCase(&'static str),
    /// `exists(x)` for `has(x)`.
    WriteHas,
    /// `has('x')` for `has(x)`.
    BareLabel,
}

impl Display for Hint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equality => f.write_str("equality is written =="),
            Self::And => f.write_str("both conditions: &&"),
            Self::Or => f.write_str("either condition: ||"),
            Self::QuoteValue(value) => write!(f, "values are quoted: '{value}'"),
            Self::StraightQuotes => f.write_str("strings stand in ' or \" (straight quotes)"),
            Self::Braces => f.write_str("sets stand in braces: {'a', 'b'}"),
            Self::All => f.write_str("everything is all()"),
            Self::Has(label) => write!(f, "to ask whether the label is there: has({label})"),
            Self::NoSpace(word) => write!(f, "no blank between {word} and its parenthesis"),
            Self::NoArgument => f.write_str("it takes no argument"),
            Self::NegateWhole => f.write_str("negate the whole comparison: !(label contains 'x')"),
            Self::WriteOperator(operator) => write!(f, "write {operator}"),
            Self::OnlyBlanks => f.write_str("only spaces and tabs may separate words"),
            Self::NoSuchComparison => f.write_str(
                "labels compare with ==, !=, in, not in, contains, starts with and ends with",
            ),
            Self::Colon => f.write_str("a selector is an expression: label == 'value'"),
            Self::LabelFirst => f.write_str("the label stands first: label == 'value'"),
            Self::LowerCase(operator) => write!(f, "operators are in lower case: {operator}"),
            Self::WriteHas => f.write_str("whether a label is there is asked by has(label)"),
            Self::BareLabel => f.write_str("label names stand without quotes: has(label)"),
        }
    }
}

/// What was meant by a text that stands where an operator should.
///
/// `found` is empty at the end of the text: a label alone asks for `has`,
/// except for the words that other languages use for everything.
pub(super) fn for_operator(label: &str, found: &str) -> Option<Hint> {
    if found.starts_with('=') && !found.starts_with("=~") {
        return Some(Hint::Equality);
    }
    if matches!(label, "has" | "all" | "global") && found.starts_with('(') {
        return Some(Hint::NoSpace(label.into()));
    }
    if found.starts_with('(') {
        match label.to_ascii_lowercase().as_str() {
            "exists" | "exist" | "defined" | "haslabel" | "has" => return Some(Hint::WriteHas),
            "all" | "any" | "everything" => return Some(Hint::All),
            _ => {}
        }
    }
    if matches!((label, found), ("all" | "any", "" | "&&" | "||" | ")")) {
        return Some(Hint::All);
    }
    let word = found.to_ascii_lowercase();
    match word.as_str() {
        "not" if found != "not" => Some(Hint::LowerCase("not")),
        "not" => Some(Hint::NegateWhole),
        "is" | "eq" | "equals" => Some(Hint::WriteOperator("==")),
        "isnot" | "ne" => Some(Hint::WriteOperator("!=")),
        "startswith" | "starts" | "starts-with" | "starts_with" | "hasprefix" => {
            Some(Hint::WriteOperator("starts with"))
        }
        "endswith" | "ends" | "ends-with" | "ends_with" | "hassuffix" => {
            Some(Hint::WriteOperator("ends with"))
        }
        "contains" => Some(Hint::LowerCase("contains")),
        "in" => Some(Hint::LowerCase("in")),
        "notin" | "not-in" | "not_in" => Some(Hint::WriteOperator("not in")),
        "matches" | "like" => Some(Hint::NoSuchComparison),
        "" | "&&" | "||" | ")" | "," | "(" => Some(Hint::Has(label.into())),
        _ => match word.chars().next()? {
            ':' => Some(Hint::Colon),
            '<' | '>' | '=' | '~' => Some(Hint::NoSuchComparison),
            c => for_character(c),
        },
    }
}

/// What was meant by a text that stands where `&&` or `||` should.
pub(super) fn for_conjunction(found: &str) -> Option<Hint> {
    let word = found.to_ascii_lowercase();
    match word.as_str() {
        "and" | "," | "&" => Some(Hint::And),
        "or" | "|" => Some(Hint::Or),
        _ => word.chars().next().and_then(for_character),
    }
}

/// What was meant by a text that stands where a string should.
pub(super) fn for_string(found: &str) -> Option<Hint> {
    let first = found.chars().next()?;
    if first.is_ascii_alphanumeric() || matches!(first, '_' | '-' | '.' | '/') {
        return Some(Hint::QuoteValue(found.into()));
    }
    for_character(first)
}

/// What was meant by a text that stands where a label name should.
pub(super) fn for_label(found: &str) -> Option<Hint> {
    found.starts_with(['\'', '"']).then_some(Hint::BareLabel)
}

/// What was meant by a text that stands where a term should.
pub(super) fn for_term(found: &str) -> Option<Hint> {
    match found.chars().next()? {
        '*' => Some(Hint::All),
        '\'' | '"' => Some(Hint::LabelFirst),
        c => for_character(c),
    }
}

/// What was meant by a character that is no part of the language.
pub(super) fn for_character(character: char) -> Option<Hint> {
    match character {
        '\u{2018}'..='\u{201f}' | '`' | '\u{ab}' | '\u{bb}' => Some(Hint::StraightQuotes),
        c if c.is_whitespace() || c == '\u{feff}' => Some(Hint::OnlyBlanks),
        _ => None,
    }
}
