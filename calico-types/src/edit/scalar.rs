//! Scalars as they are written: quotes, escapes, folded lines.

use super::site::Quotes;

/// Where a part of a scalar's text stands in the scalar as it is written:
/// `offset` is in bytes of `value`, the answer in bytes of `written`, quotes
/// included. `indentation` is that of a block scalar's lines.
///
/// `None` where the two do not agree, as with YAML that this does not know.
pub(crate) fn place_of(
    written: &str,
    quotes: Quotes,
    indentation: usize,
    value: &str,
    offset: usize,
) -> Option<usize> {
    let mut at = match quotes {
        Quotes::Single | Quotes::Double => 1,
        Quotes::Plain | Quotes::Block => 0,
    };
    let mut done = 0;
    while done < offset {
        let rest = written.get(at..)?;
        let expected = value.get(done..)?;
        let piece = piece(rest, quotes, indentation, expected)?;
        done += piece.value;
        if done > offset {
            return Some(at);
        }
        at += piece.written;
    }
    Some(at)
}

/// Lengths of something that is written in one way and read in another.
struct Piece {
    value: usize,
    written: usize,
}

/// The next piece of `rest`, provided that it reads as `expected` begins.
fn piece(rest: &str, quotes: Quotes, indentation: usize, expected: &str) -> Option<Piece> {
    if let Some(written) = line_break(rest, quotes, indentation) {
        let breaks = rest.get(..written)?.matches('\n').count();
        let newlines = expected.len() - expected.trim_start_matches('\n').len();
        let folded = if quotes == Quotes::Block && newlines >= breaks {
            breaks
        } else if breaks == 1 && expected.starts_with(' ') {
            1
        } else if newlines + 1 == breaks {
            newlines
        } else {
            return None;
        };
        return Some(Piece {
            value: folded,
            written,
        });
    }
    let (value, written) = match (quotes, rest.as_bytes()) {
        (Quotes::Single, [b'\'', b'\'', ..]) => ('\'', 2),
        (Quotes::Double, [b'\\', b'\n' | b'\r', ..]) => {
            let line = rest.get(1..)?.trim_start_matches('\r').strip_prefix('\n')?;
            let written = rest.len() - line.trim_start_matches([' ', '\t']).len();
            return Some(Piece { value: 0, written });
        }
        (Quotes::Double, [b'\\', ..]) => escape(rest)?,
        _ => {
            let c = rest.chars().next()?;
            (c, c.len_utf8())
        }
    };
    expected.starts_with(value).then_some(Piece {
        value: value.len_utf8(),
        written,
    })
}

/// The length of line breaks that stand here, with the blanks around them that
/// do not count.
fn line_break(rest: &str, quotes: Quotes, indentation: usize) -> Option<usize> {
    let blanks = match quotes {
        Quotes::Block => 0,
        Quotes::Plain | Quotes::Single | Quotes::Double => {
            rest.len() - rest.trim_start_matches([' ', '\t']).len()
        }
    };
    let mut at = blanks;
    let mut found = false;
    loop {
        let line = rest.get(at..)?;
        let Some(after) = line
            .strip_prefix("\r\n")
            .or_else(|| line.strip_prefix('\n'))
        else {
            break;
        };
        found = true;
        at = rest.len() - after.len();
        let blank = after.len() - after.trim_start_matches([' ', '\t']).len();
        at += match quotes {
            Quotes::Block => blank.min(indentation),
            Quotes::Plain | Quotes::Single | Quotes::Double => blank,
        };
    }
    found.then_some(at)
}

/// An escape of a text in double quotes, in YAML or JSON, and its length.
fn escape(rest: &str) -> Option<(char, usize)> {
    let hex =
        |from: usize, digits: usize| u32::from_str_radix(rest.get(from..from + digits)?, 16).ok();
    let simple = |c: char| Some((c, 2));
    match rest.as_bytes().get(1)? {
        b'0' => simple('\0'),
        b'a' => simple('\u{7}'),
        b'b' => simple('\u{8}'),
        b't' | b'\t' => simple('\t'),
        b'n' => simple('\n'),
        b'v' => simple('\u{b}'),
        b'f' => simple('\u{c}'),
        b'r' => simple('\r'),
        b'e' => simple('\u{1b}'),
        b'N' => simple('\u{85}'),
        b'_' => simple('\u{a0}'),
        b'L' => simple('\u{2028}'),
        b'P' => simple('\u{2029}'),
        b'x' => Some((char::from_u32(hex(2, 2)?)?, 4)),
        b'U' => Some((char::from_u32(hex(2, 8)?)?, 10)),
        b'u' => {
            let first = hex(2, 4)?;
            if let Some(c) = char::from_u32(first) {
                return Some((c, 6));
            }
            // Half of a pair, as JSON writes what is beyond 16 bits.
            let second = rest.get(6..)?.starts_with("\\u").then(|| hex(8, 4))??;
            let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
            let c = char::decode_utf16(units).next()?.ok()?;
            Some((c, 12))
        }
        _ => {
            let c = rest.get(1..)?.chars().next()?;
            matches!(c, ' ' | '"' | '/' | '\\').then_some((c, 2))
        }
    }
}

/// Text as a part of a scalar that is written so.
pub(super) fn encoded(text: &str, quotes: Quotes) -> String {
    match quotes {
        Quotes::Plain | Quotes::Block => text.to_owned(),
        Quotes::Single => text.replace('\'', "''"),
        Quotes::Double => {
            let json = serde_json::Value::from(text).to_string();
            let inner = json
                .strip_prefix('"')
                .and_then(|json| json.strip_suffix('"'));
            inner.unwrap_or_default().to_owned()
        }
    }
}

/// Whether text can stand without quotes, and is text then.
///
/// Stricter than YAML is: what a reader would have to think about gets quotes.
pub(crate) fn is_plain(text: &str, flow: bool) -> bool {
    const WORDS: [&str; 11] = [
        "y", "yes", "n", "no", "on", "off", "true", "false", "null", "nan", "inf",
    ];
    let inner = |c: char| {
        c.is_alphanumeric()
            || "./:-_=() '\"!|&<>*+%@^$;?".contains(c)
            || (!flow && ",[]{}".contains(c))
    };
    let duration = || {
        text.ends_with(|c: char| c.is_ascii_alphabetic())
            && text.parse::<crate::scalar::Duration>().is_ok()
    };
    let fits = text.starts_with(|c: char| c.is_alphabetic() || "/_(".contains(c))
        || (crate::validate::net(text).is_some() && !text.contains(':'))
        || duration();
    fits && text.chars().all(inner)
        && !text.ends_with([':', ' '])
        && !text.contains(": ")
        && !text.contains(" #")
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        && !(flow && text.contains([',', '[', ']', '{', '}']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, quotes: Quotes, indentation: usize, value: &str) {
        // Each character of the value that is written as itself is found.
        for (offset, c) in value.char_indices() {
            let at = place_of(written, quotes, indentation, value, offset);
            let at = at.unwrap_or_else(|| panic!("{offset} of {value:?} in {written:?}"));
            let found = written[at..].chars().next().unwrap();
            if c.is_alphanumeric() && c.is_ascii() {
                assert!(
                    found == c || found == '\\',
                    "{offset} of {value:?}: {found}"
                );
            }
        }
    }

    #[test]
    fn finds_places_in_scalars() {
        check("app = x", Quotes::Plain, 0, "app = x");
        check("'it''s ''here'''", Quotes::Single, 0, "it's 'here'");
        check(
            r#""a \"b\" \u00e9 \x41 c""#,
            Quotes::Double,
            0,
            "a \"b\" é A c",
        );
        check(r#""\ud83d\ude00 x""#, Quotes::Double, 0, "\u{1f600} x");
        check(
            "one\n    two\n\n  three",
            Quotes::Plain,
            0,
            "one two\nthree",
        );
        check(
            "\"one  \n  two\\\n  three\"",
            Quotes::Double,
            0,
            "one twothree",
        );
        check(
            "one\n  two\n   more\n\n  end\n",
            Quotes::Block,
            2,
            "one\ntwo\n more\n\nend\n",
        );
        check("one\r\n  two\r\n", Quotes::Block, 2, "one\ntwo\n");
        check(
            "one\n    two\n\n    end\n",
            Quotes::Block,
            4,
            "one two\nend",
        );
    }

    #[test]
    fn gives_up_on_what_does_not_agree() {
        assert_eq!(place_of("abc", Quotes::Plain, 0, "abd", 3), None);
        assert_eq!(place_of("abc", Quotes::Plain, 0, "abcd", 4), None);
        assert_eq!(place_of("\"\\q\"", Quotes::Double, 0, "qq", 1), None);
    }

    #[test]
    fn quotes_what_needs_quotes() {
        for (text, block, flow) in [
            ("app == 'web'", true, true),
            ("10.0.0.0/8", true, true),
            ("fd00::/8", true, true),
            ("fd00::", false, false),
            ("a in {'b', 'c'}", true, false),
            ("yes", false, false),
            ("80:90", false, false),
            ("80", false, false),
            ("!has(a)", false, false),
            ("", false, false),
            ("a: b", false, false),
            ("a #b", false, false),
            ("x ", false, false),
            ("Never", true, true),
            ("90s", true, true),
            ("1e3", false, false),
            ("0x1f", false, false),
        ] {
            assert_eq!(
                (is_plain(text, false), is_plain(text, true)),
                (block, flow),
                "{text}"
            );
        }
    }
}
