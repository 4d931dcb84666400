//! Values and keys that get another text where they stand.

use std::ops::Range;

use super::scalar::{encoded, is_plain, place_of};
use super::site::{Quotes, Sheet, Site};
use super::write::{Style, Writer};
use crate::diagnostic::fix::{Claim, Edit};
use crate::tree::{Node, Value};

impl<'a> Sheet<'a> {
    /// How to write at a site.
    pub(super) fn writer(&self, around: &[&Node]) -> Writer<'a> {
        Writer {
            sheet: Some(*self),
            style: Style {
                flow: around.iter().any(|node| self.is_flow(node)),
                quoted: self.is_quoted(around),
                step: self.indentation(),
            },
            moved: None,
        }
    }
}

/// Gives a key another name, in its own quotes.
pub(super) fn rename(sheet: &Sheet<'_>, site: &Site<'_>, to: &str) -> Option<(Edit, Claim)> {
    let (parent, entry) = (site.around.last()?, site.entry?);
    if parent.entries().iter().any(|other| other.key == to) {
        return None;
    }
    let written = match sheet.written(entry.key_span).as_bytes().first()? {
        b'"' => format!("\"{}\"", encoded(to, Quotes::Double)),
        b'\'' => format!("'{}'", encoded(to, Quotes::Single)),
        _ => sheet.writer(&site.around).key(to),
    };
    let edit = Edit {
        span: entry.key_span,
        replacement: written,
    };
    Some((edit, (parent.span.start, to.to_owned())))
}

/// Gives a value another value: a scalar in the quotes of the scalar before it,
/// everything else in one line.
pub(super) fn replace(sheet: &Sheet<'_>, site: &Site<'_>, value: &Node) -> Option<Edit> {
    let writer = sheet.writer(&site.around);
    let written = match (&value.value, sheet.quotes(site)) {
        (Value::String(text), Quotes::Double) => format!("\"{}\"", encoded(text, Quotes::Double)),
        (Value::String(text), Quotes::Single) if is_scalar(site.node) => {
            format!("'{}'", encoded(text, Quotes::Single))
        }
        (Value::String(text), _) => writer.text(text),
        _ => writer.flow(value),
    };
    let (start, end) = extent(sheet, site)?;
    let lead = if start < site.node.span.start || sheet.is_absent(site.node) {
        " "
    } else {
        ""
    };
    Some(Edit {
        span: sheet.span(site.node.span, start, end),
        replacement: format!("{lead}{written}"),
    })
}

/// Puts several items in the place of one.
pub(super) fn split(sheet: &Sheet<'_>, site: &Site<'_>, values: &[Node]) -> Option<Edit> {
    let parent = site.around.last()?;
    let plain = sheet.quotes(site) != Quotes::Block && is_scalar(site.node);
    let (start, end) = extent(sheet, site).filter(|_| plain && site.entry.is_none())?;
    let writer = sheet.writer(&site.around);
    let items: Vec<String> = values.iter().map(|value| writer.flow(value)).collect();
    let separator = if sheet.is_flow(parent) {
        ", ".to_owned()
    } else {
        let line = sheet.slice(sheet.line_start(start), start);
        let dash = line.rfind('-').filter(|_| line.trim() == "-")?;
        format!("{}{}- ", sheet.line_break(start), " ".repeat(dash))
    };
    Some(Edit {
        span: sheet.span(site.node.span, start, end),
        replacement: items.join(&separator),
    })
}

/// Gives a stretch of a text another text.
pub(super) fn splice(
    sheet: &Sheet<'_>,
    site: &Site<'_>,
    part: Range<usize>,
    with: &str,
) -> Option<Edit> {
    let before = site.node.text()?;
    let mut after = before.to_owned();
    before.get(part.clone())?;
    after.replace_range(part.clone(), with);
    let quotes = sheet.quotes(site);
    let flow = site.around.iter().any(|node| sheet.is_flow(node));
    let fits = match quotes {
        Quotes::Plain => is_plain(&after, flow),
        Quotes::Single | Quotes::Double => !with.contains('\n'),
        // A line of it is a line of the document.
        Quotes::Block => !with.contains('\n') && !before.get(part.clone())?.contains('\n'),
    };
    match self::part(sheet, site, before, part).filter(|_| fits) {
        Some((start, end)) => Some(Edit {
            span: sheet.span(site.node.span, start, end),
            replacement: encoded(with, quotes),
        }),
        None => replace(sheet, site, &super::text(after)),
    }
}

/// Where a part of the text of a scalar stands.
pub(super) fn part(
    sheet: &Sheet<'_>,
    site: &Site<'_>,
    value: &str,
    part: Range<usize>,
) -> Option<(usize, usize)> {
    let span = site.node.span;
    let quotes = sheet.quotes(site);
    let written = sheet.written(span);
    let place = |offset| {
        place_of(
            written,
            quotes,
            span.column.saturating_sub(1),
            value,
            offset,
        )
    };
    Some((
        span.start + place(part.start)?,
        span.start + place(part.end)?,
    ))
}

/// From where to where a value is to be replaced: itself, if it is a scalar or
/// in flow style; from behind its colon, if it stands on lines of its own.
fn extent(sheet: &Sheet<'_>, site: &Site<'_>) -> Option<(usize, usize)> {
    let node = site.node;
    let Some(entry) = site.entry else {
        let plain = sheet.is_flow(node) || sheet.quotes(site) != Quotes::Block;
        let end = sheet.end(node)?;
        let lines = sheet.slice(node.span.start, end).contains('\n');
        let fits = plain && (sheet.is_flow(node) || is_scalar(node) || !lines);
        return fits.then_some((node.span.start, end));
    };
    let end = sheet.entry_end(entry)?;
    let alone = is_scalar(node) && sheet.quotes(site) != Quotes::Block && !sheet.is_absent(node);
    if alone {
        return Some((node.span.start, end));
    }
    if sheet.has_comments(entry) {
        return None;
    }
    if sheet.is_flow(node) {
        return Some((node.span.start, end));
    }
    let rest = sheet.text.get(entry.key_span.end..)?;
    let colon = entry.key_span.end + rest.find(':')? + 1;
    Some((colon, end))
}

const fn is_scalar(node: &Node) -> bool {
    match node.value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        Value::Sequence(_) | Value::Mapping(_) => false,
    }
}
