//! What a hint says, done to the text.

use std::ops::Range;

use super::{Hint, MAX_LABEL_LENGTH, Selector};

/// How many mistakes of one text are corrected.
const MOST: usize = 64;

/// The longest text that is gone through so often.
const LONGEST: usize = 4 * 1024;

pub(super) fn repaired(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let mut current = text.to_owned();
    for _ in 0..MOST {
        let Err(error) = Selector::parse(&current) else {
            return (current != text).then_some(current);
        };
        current = error.corrected(&current)?;
    }
    None
}

/// The text with one mistake corrected, which is at `span`.
pub(super) fn corrected(hint: &Hint, text: &str, span: Range<usize>) -> Option<String> {
    let replaced = |range: Range<usize>, with: &str| {
        let (before, after) = (text.get(..range.start)?, text.get(range.end..)?);
        Some(format!("{before}{with}{after}"))
    };
    match hint {
        Hint::Equality => replaced(span, "=="),
        Hint::Colon => replaced(span.clone(), &apart(text, &span, "==")),
        Hint::And => replaced(span.clone(), &apart(text, &span, "&&")),
        Hint::Or => replaced(span.clone(), &apart(text, &span, "||")),
        Hint::QuoteValue(value) => replaced(span, &format!("'{value}'")),
        Hint::WriteOperator(operator) | Hint::LowerCase(operator) => {
            // `starts` may have its `with` already.
            let rest = text.get(span.end..)?.trim_start();
            let second = operator.split_once(' ').map(|(_, word)| word);
            let whole = second.is_none_or(|second| !rest.starts_with(second));
            let first = operator.split(' ').next().unwrap_or(operator);
            replaced(span, if whole { operator } else { first })
        }
        Hint::OnlyBlanks => {
            let outer = text.get(span.end..)?.trim().is_empty()
                || text.get(..span.start)?.trim().is_empty();
            replaced(span, if outer { "" } else { " " })
        }
        Hint::StraightQuotes => straight(text, span.start),
        Hint::Braces => braces(text, span),
        Hint::All => {
            let rest = text.get(span.end..)?;
            // `*`, or a word with or without parentheses behind it.
            if text.get(span.clone()) == Some("*") {
                return replaced(span, "all()");
            }
            let label = label_before(text, span.start)?;
            let end = match text.get(span.clone()) {
                Some("(") => span.end + rest.len() - rest.trim_start().strip_prefix(')')?.len(),
                _ => label.end,
            };
            replaced(label.start..end, "all()")
        }
        Hint::Has(name) => {
            let label = label_before(text, span.start)?;
            let fits = text.get(label.clone()) == Some(&**name) && text.get(span) != Some("(");
            fits.then(|| replaced(label, &format!("has({name})")))?
        }
        Hint::WriteHas => {
            let label = label_before(text, span.start)?;
            replaced(label.start..span.end, "has(")
        }
        Hint::BareLabel => {
            let rest = text.get(span.start..)?;
            let quote = rest.chars().next()?;
            let (label, _) = rest.get(quote.len_utf8()..)?.split_once(quote)?;
            replaced(
                span.start..span.start + label.len() + 2 * quote.len_utf8(),
                label,
            )
        }
        Hint::NoSpace(word) => {
            let label = label_before(text, span.start)?;
            replaced(label.start..span.start, word)
        }
        Hint::NegateWhole => negated(text, span),
        Hint::NoArgument | Hint::NoSuchComparison | Hint::LabelFirst => None,
    }
}

/// An operator in place of what is at `span`, with a blank on each side.
fn apart(text: &str, span: &Range<usize>, operator: &str) -> String {
    let blank = |c: Option<char>| c.is_none_or(|c| c == ' ' || c == '\t');
    let before = text
        .get(..span.start)
        .and_then(|text| text.chars().next_back());
    let after = text.get(span.end..).and_then(|text| text.chars().next());
    let left = if blank(before) { "" } else { " " };
    let right = if blank(after) { "" } else { " " };
    format!("{left}{operator}{right}")
}

/// The label that ends before a place, but for blanks.
fn label_before(text: &str, at: usize) -> Option<Range<usize>> {
    let before = text.get(..at)?.trim_end_matches([' ', '\t']);
    let label = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-');
    let length = before.len() - before.trim_end_matches(label).len();
    (1..=MAX_LABEL_LENGTH)
        .contains(&length)
        .then(|| before.len() - length..before.len())
}

const CURLY: [char; 11] = [
    '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}', '\u{201c}', '\u{201d}', '\u{201e}', '\u{201f}',
    '`', '\u{ab}', '\u{bb}',
];

/// A string in typographic quotes in straight ones.
fn straight(text: &str, at: usize) -> Option<String> {
    let (before, rest) = text.split_at_checked(at)?;
    let open = rest.chars().next()?;
    let inner = rest.get(open.len_utf8()..)?;
    let (value, rest) = match inner.split_once(CURLY) {
        Some(found) => found,
        None => inner.split_once(['\'', '"'])?,
    };
    let quote = if value.contains('\'') { '"' } else { '\'' };
    (!value.contains(quote)).then(|| format!("{before}{quote}{value}{quote}{rest}"))
}

/// `in 'x'` and `in (…)` with the braces of a set.
fn braces(text: &str, span: Range<usize>) -> Option<String> {
    let (before, after) = (text.get(..span.start)?, text.get(span.end..)?);
    let found = text.get(span)?;
    let close = match found {
        "(" => ')',
        "[" => ']',
        _ if found.starts_with(['\'', '"']) && found.len() > 1 => {
            return Some(format!("{before}{{{found}}}{after}"));
        }
        _ => return None,
    };
    let (values, rest) = after.split_once(close)?;
    Some(format!("{before}{{{values}}}{rest}"))
}

/// `a not contains 'b'` as `!(a contains 'b')`.
fn negated(text: &str, span: Range<usize>) -> Option<String> {
    let label = label_before(text, span.start)?;
    let rest = text.get(span.end..)?.trim_start();
    if rest
        .get(..2)
        .is_some_and(|word| word.eq_ignore_ascii_case("in"))
    {
        return Some(format!("{} in{}", text.get(..span.end)?, rest.get(2..)?));
    }
    let operator = ["contains", "starts with", "ends with"]
        .iter()
        .find(|operator| rest.starts_with(**operator))?;
    let value = rest.get(operator.len()..)?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (inner, rest) = value.get(1..)?.split_once(quote)?;
    Some(format!(
        "{}!({} {operator} {quote}{inner}{quote}){rest}",
        text.get(..label.start)?,
        text.get(label)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repairs_what_is_plain() {
        for (text, right) in [
            ("app = web", "app == 'web'"),
            ("app=web,tier=db", "app=='web' && tier=='db'"),
            ("app: web", "app == 'web'"),
            ("app == \u{201c}web\u{201d}", "app == 'web'"),
            ("app == `it's`", "app == \"it's\""),
            ("app in ('a', 'b')", "app in {'a', 'b'}"),
            ("app in [a, b]", "app in {'a', 'b'}"),
            ("app in 'a'", "app in {'a'}"),
            ("app notin (a)", "app notin {'a'}"),
            ("app NOT IN {'a'}", "app not in {'a'}"),
            ("any()", "all()"),
            ("any( ) && has(x)", "all() && has(x)"),
            ("*", "all()"),
            ("all", "all()"),
            ("exists(app)", "has(app)"),
            ("has('app')", "has(app)"),
            ("has (app)", "has(app)"),
            ("!app", "!has(app)"),
            (
                "app not contains 'x' && has(b)",
                "!(app contains 'x') && has(b)",
            ),
            ("app startsWith 'x'", "app starts with 'x'"),
            ("app starts-with 'x'", "app starts with 'x'"),
            ("app == 'x'\n", "app == 'x'"),
            ("app == 'x'\n&& has(b)", "app == 'x' && has(b)"),
            (
                "a == 'b' AND c == 'd' Or has(e)",
                "a == 'b' && c == 'd' || has(e)",
            ),
        ] {
            assert_eq!(repaired(text).as_deref(), Some(right), "{text}");
        }
    }

    #[test]
    fn leaves_what_is_not_plain() {
        for text in [
            "a == 'b",
            "(a == 'b'",
            "a > 5",
            "a =~ 'x.*'",
            "all(x)",
            "a == 'b' &&",
            "foo(bar)",
            "'a' == b",
            "a in b",
            "",
        ] {
            assert_eq!(repaired(text), None, "{text}");
        }
    }
}
