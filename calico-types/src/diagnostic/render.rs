//! Diagnostics as text: the line, underlined, and what to do.

use std::fmt::{self, Write as _};

use super::Diagnostic;
use crate::source::{Source, Span};

/// Prints a diagnostic with the source line that it is about.
///
/// ```
/// use calico_types::{Code, Diagnostic, Source, Span, render};
/// let source = Source::new("pool.yaml", "spec:\n  cdir: 10.0.0.0/16\n");
/// let span = Span { start: 8, end: 12, line: 2, column: 3 };
/// let diagnostic = Diagnostic::error(Code("unknown-field"), "no such field: cdir")
///     .at("pool.yaml", span)
///     .help("did you mean `cidr`?");
/// assert_eq!(render(&diagnostic, &[source]), "\
/// error[unknown-field]: no such field: cdir
///  --> pool.yaml:2:3
///   |
/// 2 |   cdir: 10.0.0.0/16
///   |   ^^^^
///   = help: did you mean `cidr`?
/// ");
/// ```
#[must_use]
pub fn render(diagnostic: &Diagnostic, sources: &[Source]) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut out, diagnostic, sources);
    // Control characters would let a manifest write to the reader's terminal.
    out.replace(|c: char| c.is_control() && c != '\n', "\u{fffd}")
}

fn write(out: &mut String, diagnostic: &Diagnostic, sources: &[Source]) -> fmt::Result {
    let Diagnostic {
        code,
        severity,
        message,
        ..
    } = diagnostic;
    writeln!(out, "{severity}[{code}]: {message}")?;
    let margin = match (&diagnostic.source, diagnostic.span) {
        (Some(name), Some(span)) => {
            let margin = " ".repeat(span.line.to_string().len());
            writeln!(out, "{margin}--> {name}:{}:{}", span.line, span.column)?;
            if let Some(source) = sources.iter().find(|source| source.name == *name) {
                excerpt(out, source, span, &margin)?;
            }
            margin
        }
        (Some(name), None) => {
            writeln!(out, " --> {name}")?;
            " ".to_owned()
        }
        (None, _) => " ".to_owned(),
    };
    if let Some(resource) = &diagnostic.resource {
        let at = if diagnostic.path.is_empty() { "" } else { ", " };
        writeln!(out, "{margin} = in: {resource}{at}{}", diagnostic.path)?;
    } else if !diagnostic.path.is_empty() && diagnostic.span.is_none() {
        writeln!(out, "{margin} = in: {}", diagnostic.path)?;
    }
    if let Some(stored) = &diagnostic.stored {
        labelled(out, &margin, "stored", stored)?;
    }
    for line in &diagnostic.help {
        labelled(out, &margin, "help", line)?;
    }
    if let Some(suggestion) = &diagnostic.suggestion {
        writeln!(out, "{margin} = write:")?;
        for line in suggestion.lines() {
            writeln!(out, "{margin}   {line}")?;
        }
    }
    Ok(())
}

/// A note, its further lines indented under the first.
fn labelled(out: &mut String, margin: &str, label: &str, text: &str) -> fmt::Result {
    let mut lines = text.lines();
    writeln!(out, "{margin} = {label}: {}", lines.next().unwrap_or(""))?;
    for line in lines {
        writeln!(out, "{margin}   {line}")?;
    }
    Ok(())
}

/// The widest part of a line that is shown, in columns of a terminal.
const WIDTH: usize = 120;
/// How much of a wide line stands before what is marked.
const LEAD: usize = 40;
/// How far a line is looked at to either side, in bytes: a document of one line
/// may be long.
const REACH: usize = 4 * WIDTH;

/// The line that a span begins in, and a mark under the span.
fn excerpt(out: &mut String, source: &Source, span: Span, margin: &str) -> fmt::Result {
    let bytes = source.bytes.as_slice();
    let start = span.start.min(bytes.len());
    let before = before_in_line(bytes, start);
    let marked = bytes
        .get(start..span.end.clamp(start, bytes.len()))
        .unwrap_or_default();
    let first = marked.split(|&b| b == b'\n').next().unwrap_or_default();
    let first = cut(first.trim_ascii_end());
    let after = cut(bytes.get(start + first.len()..).unwrap_or_default());
    let after = after.split(|&b| b == b'\n').next().unwrap_or_default();

    let (lead, mark) = (shown(before), shown(first));
    let line = format!("{lead}{mark}{}", shown(after));
    let line = line.trim_end();
    let from = width(&lead);
    // A place behind the end is marked by one caret.
    let length = width(&mark).max(1);
    let skipped = if from + length > WIDTH {
        from.saturating_sub(LEAD)
    } else {
        0
    };
    let (line, cut_left) = window(line, skipped);
    let from = from - skipped + usize::from(cut_left);
    let length = length.min((WIDTH + 1).saturating_sub(from).max(1));
    let carets = "^".repeat(length);
    writeln!(out, "{margin} |")?;
    writeln!(out, "{} | {line}", span.line)?;
    write!(out, "{margin} | {}{carets}", " ".repeat(from))?;
    let lines = marked
        .trim_ascii_end()
        .iter()
        .filter(|&&b| b == b'\n')
        .count();
    match lines {
        0 => writeln!(out),
        lines => writeln!(out, " to line {}", span.line.saturating_add(lines)),
    }
}

/// What stands before a place in its line, as far as it is looked at.
fn before_in_line(bytes: &[u8], at: usize) -> &[u8] {
    let mut from = at.saturating_sub(REACH);
    // Not in the middle of a character.
    while from > 0 && bytes.get(from).is_some_and(|b| b & 0xc0 == 0x80) {
        from -= 1;
    }
    let before = bytes.get(from..at).unwrap_or_default();
    let line = before.iter().rposition(|&b| b == b'\n');
    before
        .get(line.map_or(0, |newline| newline + 1)..)
        .unwrap_or_default()
}

/// The beginning of something long.
fn cut(bytes: &[u8]) -> &[u8] {
    bytes.get(..REACH).unwrap_or(bytes)
}

/// Bytes as they are shown: tabs as blanks, what is no text as a mark.
fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .trim_end_matches('\r')
        .replace('\u{feff}', "")
        .replace('\t', "    ")
}

/// The part of a line that begins behind so many columns, with dots where
/// something is left out; and whether it has dots in front.
fn window(line: &str, skipped: usize) -> (String, bool) {
    let mut out = String::new();
    let (mut column, mut taken) = (0, 0);
    for c in line.chars() {
        let wide = char_width(c);
        if column >= skipped {
            if taken + wide > WIDTH {
                out.push('…');
                break;
            }
            if taken == 0 && skipped > 0 && out.is_empty() {
                out.push('…');
                // A wide character that was cut in two leaves a blank.
                out.push_str(&" ".repeat(column - skipped));
            }
            out.push(c);
            taken += wide;
        }
        column += wide;
    }
    (out, skipped > 0)
}

fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// How many columns of a terminal a character takes: none for marks on the one
/// before, two for what East Asian scripts and pictures take.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036f
        | 0x0483..=0x0489
        | 0x0591..=0x05bd
        | 0x064b..=0x065f
        | 0x200b..=0x200f
        | 0x202a..=0x202e
        | 0x2060..=0x2064
        | 0x20d0..=0x20f0
        | 0xfe00..=0xfe0f
        | 0xfe20..=0xfe2f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0x33ff
        | 0x3400..=0x4dbf
        | 0x4e00..=0x9fff
        | 0xa000..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, Source};

    /// The two lines that mark `marked` in `text`.
    fn marked(text: &str, marked: &str) -> [String; 2] {
        let start = text.find(marked).unwrap();
        let line = text[..start].matches('\n').count() + 1;
        let column = text[..start].rsplit('\n').next().unwrap().chars().count() + 1;
        let span = Span {
            start,
            end: start + marked.len(),
            line,
            column,
        };
        let diagnostic = Diagnostic::error(Code("x"), "x").at("x", span);
        let text = render(&diagnostic, &[Source::new("x", text)]);
        let lines: Vec<&str> = text.lines().skip(3).map(|line| &line[4..]).collect();
        [lines[0].to_owned(), lines[1].to_owned()]
    }

    #[test]
    fn marks_stand_under_what_they_mark() {
        assert_eq!(marked("a: bcd e", "bcd"), ["a: bcd e", "   ^^^"]);
        assert_eq!(marked("\ta: b\tc", "b"), ["    a: b    c", "       ^"]);
        assert_eq!(marked("é: ü", "ü"), ["é: ü", "   ^"]);
        assert_eq!(marked("名前: 値 # x", "値"), ["名前: 値 # x", "      ^^"]);
        assert_eq!(marked("e\u{301}: b", "b"), ["e\u{301}: b", "   ^"]);
        assert_eq!(marked("\u{feff}a: b", "b"), ["a: b", "   ^"]);
        assert_eq!(marked("a: b\r\nc", "b"), ["a: b", "   ^"]);
        assert_eq!(marked("a: ", ""), ["a:", "^"]);
    }

    #[test]
    fn spans_of_several_lines_say_where_they_end() {
        let text = "a:\n  b: 1\n  c: 2\n\nd: 3\n";
        assert_eq!(
            marked(text, "b: 1\n  c: 2\n\n"),
            ["  b: 1", "  ^^^^ to line 3"]
        );
    }

    #[test]
    fn wide_lines_are_cut_around_the_mark() {
        let text = format!(
            "{{{}\"here\": 1{}}}",
            "\"a\": 1, ".repeat(50_000),
            ", \"b\": 2".repeat(50_000)
        );
        let [line, mark] = marked(&text, "\"here\"");
        assert!(line.starts_with('…') && line.ends_with('…'), "{line}");
        assert!(width(&line) <= WIDTH + 2, "{line}");
        let from = mark.find('^').unwrap();
        let shown: String = line.chars().skip(from).take(mark.len() - from).collect();
        assert_eq!(shown, "\"here\"");
        // What is marked may itself be long.
        let [_, mark] = marked(&"x".repeat(10_000), &"x".repeat(10_000));
        assert_eq!(mark.len(), WIDTH + 1);
    }
}
