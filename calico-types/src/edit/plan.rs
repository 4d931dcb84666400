//! Changes as edits: entries that come, and what becomes of those that go.

use super::Change;
use super::model;
use super::replace::{rename, replace, splice, split};
use super::site::{Sheet, Site};
use super::steps::{Step, Steps};
use super::write::{entry, mapping};
use crate::diagnostic::fix::{Claim, Edit, Fix};
use crate::source::Span;
use crate::tree::{Entry, Node, Value};

pub(super) fn fix(sheet: Sheet<'_>, changes: &[Change]) -> Option<Fix> {
    let mut plan = Plan {
        sheet,
        edits: Vec::new(),
        claims: Vec::new(),
        removals: Vec::new(),
        insertions: Vec::new(),
        moved: None,
    };
    for change in changes {
        plan.take(change)?;
    }
    plan.finish()
}

pub(super) struct Plan<'a> {
    pub(super) sheet: Sheet<'a>,
    edits: Vec<Edit>,
    claims: Vec<Claim>,
    removals: Vec<Site<'a>>,
    insertions: Vec<Insertion<'a>>,
    /// The entry whose text moves as it is.
    pub(super) moved: Option<&'a Entry>,
}

/// Entries that come into a mapping.
struct Insertion<'a> {
    /// From the root to the mapping.
    around: Vec<&'a Node>,
    /// The mapping's own entry, where it is in a mapping.
    entry: Option<&'a Entry>,
    entries: Vec<Entry>,
}

impl<'a> Plan<'a> {
    fn take(&mut self, change: &Change) -> Option<()> {
        match change {
            Change::Rename { at, to } => {
                let (edit, claim) = rename(&self.sheet, &self.sheet.locate(at)?, to)?;
                self.edits.push(edit);
                self.claims.push(claim);
            }
            Change::Replace { at, value } => {
                self.edits
                    .push(replace(&self.sheet, &self.sheet.locate(at)?, value)?);
            }
            Change::Splice { at, part, with } => {
                let site = self.sheet.locate(at)?;
                self.edits
                    .push(splice(&self.sheet, &site, part.clone(), with)?);
            }
            Change::Split { at, values } => {
                self.edits
                    .push(split(&self.sheet, &self.sheet.locate(at)?, values)?);
            }
            Change::Remove { at } => self.removals.push(self.sheet.locate(at)?),
            Change::Set { at, value } => self.insert(at, value.clone())?,
            Change::Move { from, to } => {
                let site = self.sheet.locate(from)?;
                self.moved = site.entry;
                self.insert(to, site.node.clone())?;
                self.removals.push(site);
            }
        }
        Some(())
    }

    /// Notes that a value comes, into the innermost mapping that is there.
    fn insert(&mut self, at: &Steps, value: Node) -> Option<()> {
        if model::found(self.sheet.root, &at.0).is_some() {
            return None;
        }
        let mut inner = at.split_last()?.0;
        while model::found(self.sheet.root, &inner.0).is_none() {
            inner = inner.split_last()?.0;
        }
        let keys: Vec<&str> =
            at.0.get(inner.0.len()..)?
                .iter()
                .map(|step| match step {
                    Step::Key(key) => Some(key.as_str()),
                    Step::Index(_) => None,
                })
                .collect::<Option<_>>()?;
        let site = self.sheet.locate(&inner)?;
        if !matches!(site.node.value, Value::Mapping(_) | Value::Null) {
            return None;
        }
        let mut around = site.around;
        around.push(site.node);
        let known = self.insertions.iter_mut().find(|insertion| {
            let mapping = insertion.around.last();
            mapping.is_some_and(|mapping| std::ptr::eq(*mapping, site.node))
        });
        match known {
            Some(insertion) => graft(&mut insertion.entries, &keys, value),
            None => {
                let mut entries = Vec::new();
                graft(&mut entries, &keys, value)?;
                self.insertions.push(Insertion {
                    around,
                    entry: site.entry,
                    entries,
                });
                Some(())
            }
        }
    }

    fn finish(mut self) -> Option<Fix> {
        for insertion in std::mem::take(&mut self.insertions) {
            // Nothing comes into what goes.
            let goes = |node: &&Node| {
                self.removals
                    .iter()
                    .any(|site| std::ptr::eq(site.node, *node))
            };
            if insertion.around.iter().any(goes) {
                return None;
            }
            let mapping = *insertion.around.last()?;
            for entry in &insertion.entries {
                self.claims
                    .push((mapping.span.start, entry.key.to_string()));
            }
            let same = self.removals.iter().position(|site| {
                site.entry.is_some()
                    && site
                        .around
                        .last()
                        .is_some_and(|m| std::ptr::eq(*m, mapping))
            });
            let edit = match same {
                Some(index) => {
                    let site = self.removals.remove(index);
                    self.in_place(&site, &insertion)?
                }
                None => self.insertion(&insertion)?,
            };
            self.edits.push(edit);
        }
        for site in std::mem::take(&mut self.removals) {
            if site.entry.is_some() {
                self.claims
                    .push((site.around.last()?.span.start, String::new()));
            }
            let edit = self.removal(&site)?;
            self.join(edit)?;
        }
        let mut fix = Fix::new(self.edits);
        fix.claims = self.claims;
        Some(fix)
    }

    /// Adds a removal; what comes in right behind it takes its place.
    fn join(&mut self, removal: Edit) -> Option<()> {
        let nothing = usize::from(removal.replacement.is_empty());
        let inside = |edit: &Edit| {
            (removal.span.start..removal.span.end + nothing).contains(&edit.span.start)
        };
        let Some(index) = self.edits.iter().position(inside) else {
            self.edits.push(removal);
            return Some(());
        };
        let other = self.edits.get_mut(index)?;
        let lines = self.sheet.slice(removal.span.start, removal.span.end);
        let line_break = self.sheet.line_break(removal.span.start);
        let ending = if lines.ends_with(line_break) {
            line_break
        } else {
            ""
        };
        let whole = removal.replacement.is_empty()
            && other.span.start == other.span.end
            && other.span.start + ending.len() == removal.span.end;
        // The insertion begins with the line break that the removal ends with.
        let text = other
            .replacement
            .strip_prefix(line_break)
            .filter(|_| whole)?;
        *other = Edit {
            replacement: format!("{text}{ending}"),
            ..removal
        };
        Some(())
    }

    /// Entries as text; lines after the first with the mapping's indentation.
    fn written(&self, around: &[&Node], entries: &[Entry], pad: usize, line_break: &str) -> String {
        let mut writer = self.sheet.writer(around);
        writer.moved = self.moved;
        let margin = " ".repeat(pad);
        let text = writer.entries(entries);
        let lines: Vec<String> = text
            .split('\n')
            .enumerate()
            .map(|(number, line)| match number {
                0 => line.to_owned(),
                _ if line.is_empty() => String::new(),
                _ => format!("{margin}{line}"),
            })
            .collect();
        lines.join(line_break)
    }

    /// Other entries in the place of one.
    fn in_place(&self, site: &Site<'a>, insertion: &Insertion<'a>) -> Option<Edit> {
        let entry = site.entry?;
        let moves = self.moved.is_some_and(|moved| std::ptr::eq(moved, entry));
        if self.sheet.has_comments(entry)
            && (!moves || self.sheet.is_flow(insertion.around.last()?))
        {
            return None;
        }
        let pad = entry.key_span.column.saturating_sub(1);
        let start = entry.key_span.start;
        // A line in flow style may be long, and is not looked at.
        let line_break = if self.sheet.is_flow(insertion.around.last()?) {
            "\n"
        } else {
            self.sheet.line_break(start)
        };
        Some(Edit {
            span: Span {
                end: self.sheet.entry_end(entry)?,
                ..entry.key_span
            },
            replacement: self.written(&insertion.around, &insertion.entries, pad, line_break),
        })
    }

    /// Entries behind the last one of a mapping.
    fn insertion(&self, insertion: &Insertion<'a>) -> Option<Edit> {
        let mapping = *insertion.around.last()?;
        if self
            .moved
            .is_some_and(|moved| self.sheet.has_comments(moved) && self.sheet.is_flow(mapping))
        {
            return None;
        }
        if mapping.is_null() {
            return self.under_key(insertion);
        }
        let Some(last) = mapping.entries().last() else {
            let inner = (mapping.span.start + 1, mapping.span.end.checked_sub(1)?);
            self.sheet
                .gap(inner.0, inner.1, "")
                .filter(|gap| !gap.comment)?;
            let text = self.written(&insertion.around, &insertion.entries, 0, "\n");
            return Some(Edit {
                span: self.sheet.span(mapping.span, inner.0, inner.1),
                replacement: text,
            });
        };
        // Also proves that nothing but entries stands in the mapping.
        self.sheet
            .entry_in_place(mapping, mapping.entries().len() - 1)?;
        let end = self.sheet.entry_end(last)?;
        if self.sheet.is_flow(mapping) {
            let text = self.written(&insertion.around, &insertion.entries, 0, "\n");
            let separator = self.separator(mapping)?;
            return Some(Edit {
                span: self.sheet.span(last.key_span, end, end),
                replacement: format!("{separator}{text}"),
            });
        }
        let line_end = self.sheet.line_end(end);
        self.sheet.gap(end, line_end, "")?;
        let pad = last.key_span.column.saturating_sub(1);
        let line_break = self.sheet.line_break(end);
        let text = self.written(&insertion.around, &insertion.entries, pad, line_break);
        Some(Edit {
            span: self.sheet.span(last.key_span, line_end, line_end),
            replacement: format!("{line_break}{}{text}", " ".repeat(pad)),
        })
    }

    /// Entries under a key that has no value.
    fn under_key(&self, insertion: &Insertion<'a>) -> Option<Edit> {
        let (mapping, entry) = (*insertion.around.last()?, insertion.entry?);
        let parent = insertion.around.iter().rev().nth(1)?;
        if !self.sheet.is_absent(mapping) || self.sheet.is_flow(parent) {
            return None;
        }
        let end = self.sheet.entry_end(entry)?;
        let gap = self.sheet.gap(end, self.sheet.line_end(end), "")?;
        let line_break = self.sheet.line_break(end);
        let pad = entry.key_span.column.saturating_sub(1) + self.sheet.indentation();
        let text = self.written(&insertion.around, &insertion.entries, pad, line_break);
        (!gap.comment).then(|| Edit {
            span: self.sheet.span(entry.key_span, end, end),
            replacement: format!("{line_break}{}{text}", " ".repeat(pad)),
        })
    }

    /// What stands between the entries of a flow mapping: with a line break, if
    /// the last one is on a line of its own.
    fn separator(&self, mapping: &Node) -> Option<String> {
        let (last, before) = mapping.entries().split_last()?;
        let start = match before.last() {
            None => mapping.span.start + 1,
            Some(before) => self.sheet.entry_end(before)?,
        };
        let between = self.sheet.slice(start, last.key_span.start);
        let blanks = between.trim_start_matches([',', ' ']);
        let lines = blanks.starts_with(['\n', '\r']) && blanks.trim().is_empty();
        Some(if lines {
            format!(",{blanks}")
        } else {
            ", ".to_owned()
        })
    }
}

/// Puts a value under nested keys. `None` where another is already.
fn graft(entries: &mut Vec<Entry>, keys: &[&str], value: Node) -> Option<()> {
    let (first, rest) = keys.split_first()?;
    match entries.iter_mut().find(|entry| entry.key == *first) {
        Some(known) => {
            let Value::Mapping(below) = &mut known.value.value else {
                return None;
            };
            graft(below, rest, value)
        }
        None => {
            let nested = rest
                .iter()
                .rev()
                .fold(value, |value, key| mapping(vec![entry(key, value)]));
            entries.push(entry(first, nested));
            Some(())
        }
    }
}
