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

/// The longest part of a line that is shown.
const WIDTH: usize = 160;

fn excerpt(out: &mut String, source: &Source, span: Span, margin: &str) -> fmt::Result {
    let before = source.bytes.get(..span.start).unwrap_or(&source.bytes);
    let begin = before
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |newline| newline + 1);
    let rest = source.bytes.get(begin..).unwrap_or_default();
    let line = rest.split(|&b| b == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let shown: String = line
        .trim_end()
        .chars()
        .map(|c| if c == '\t' { ' ' } else { c })
        .take(WIDTH)
        .collect();
    let width = shown.chars().count();
    let from = span.column.saturating_sub(1).min(width);
    let marked = source.bytes.get(span.start..span.end).unwrap_or_default();
    let marked = marked.split(|&b| b == b'\n').next().unwrap_or_default();
    let length = String::from_utf8_lossy(marked).trim_end().chars().count();
    let length = length.clamp(1, (width - from).max(1));
    writeln!(out, "{margin} |")?;
    writeln!(out, "{} | {shown}", span.line)?;
    writeln!(out, "{margin} | {}{}", " ".repeat(from), "^".repeat(length))
}
