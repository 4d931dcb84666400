//! Selectors that do not parse.

use super::Advice;
use super::spot::Spot;
use super::write::one;
use crate::edit::{Change, text};
use crate::selector::{Selector, SelectorErrorKind};

/// The token that is wrong, what was meant, and the whole selector put right.
pub(super) fn advice(spot: &Spot<'_>) -> Option<Advice> {
    let written = spot.text()?;
    let error = Selector::parse(written).err()?;
    let mut advice = match (error.hint(), error.kind()) {
        (Some(hint), _) => Advice::help(hint.to_string()),
        (None, SelectorErrorKind::UnterminatedString(quote)) => Advice::help(format!(
            "a value stands between two of them: {quote}web{quote}"
        )),
        (None, _) => Advice::default(),
    };
    advice.part = Some((spot.steps.clone(), written.to_owned(), error.span()));
    if let Some(right) = Selector::repaired(written) {
        advice.suggestion = Some(one(&spot.steps, &text(right.clone())));
        let (part, with) = difference(written, &right);
        advice.changes = vec![Change::Splice {
            at: spot.steps.clone(),
            part,
            with,
        }];
    } else if let Some(better) = error.corrected(written) {
        advice.suggestion = Some(one(&spot.steps, &text(better)));
    }
    Some(advice)
}

/// The stretch in which two texts differ, and what the other has there.
fn difference(before: &str, after: &str) -> (std::ops::Range<usize>, String) {
    let mut start = before
        .bytes()
        .zip(after.bytes())
        .take_while(|(one, two)| one == two)
        .count();
    while !before.is_char_boundary(start) || !after.is_char_boundary(start) {
        start -= 1;
    }
    let left = |text: &str| text.len() - start;
    let mut end = before
        .bytes()
        .rev()
        .zip(after.bytes().rev())
        .take(left(before).min(left(after)))
        .take_while(|(one, two)| one == two)
        .count();
    while !before.is_char_boundary(before.len() - end) || !after.is_char_boundary(after.len() - end)
    {
        end -= 1;
    }
    let with = after.get(start..after.len() - end).unwrap_or_default();
    (start..before.len() - end, with.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_differs() {
        for (before, after, part, with) in [
            ("a = 'b'", "a == 'b'", 3..3, "="),
            ("a == b", "a == 'b'", 5..6, "'b'"),
            ("é", "è", 0..2, "è"),
            ("aa", "aaa", 2..2, "a"),
            ("x", "x", 1..1, ""),
        ] {
            assert_eq!(
                difference(before, after),
                (part, with.to_owned()),
                "{before}"
            );
        }
    }
}
