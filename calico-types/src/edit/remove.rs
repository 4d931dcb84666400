//! Entries and items that go, with their lines or their commas.

use super::plan::Plan;
use super::site::Site;
use crate::diagnostic::fix::Edit;
use crate::source::Span;
use crate::tree::{Node, Value};

impl<'a> Plan<'a> {
    /// An entry or item that goes, with its lines or its comma.
    pub(super) fn removal(&self, site: &Site<'a>) -> Option<Edit> {
        let moves = site.entry.is_some() && self.moved.is_some();
        if let Some(entry) = site.entry
            && self.sheet.has_comments(entry)
            && !moves
        {
            return None;
        }
        let parent = *site.around.last()?;
        if self.sheet.is_flow(parent) {
            self.flow_removal(site, parent)
        } else {
            self.block_removal(site, parent)
        }
    }

    fn bounds(&self, parent: &'a Node, index: usize) -> Option<(usize, usize, Span)> {
        match &parent.value {
            Value::Mapping(_) => {
                let entry = self.sheet.entry_in_place(parent, index)?;
                let start = entry.key_span.start;
                Some((start, self.sheet.entry_end(entry)?, entry.key_span))
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Sequence(_) => {
                let item = self.sheet.item_in_place(parent, index)?;
                Some((item.span.start, self.sheet.end(item)?, item.span))
            }
        }
    }

    fn flow_removal(&self, site: &Site<'a>, parent: &'a Node) -> Option<Edit> {
        let (start, end, near) = self.bounds(parent, site.index)?;
        let (from, to) = match site.index.checked_sub(1) {
            Some(before) => (self.bounds(parent, before)?.1, end),
            None => match self.bounds(parent, 1) {
                Some((next, ..)) => (start, next),
                None => (start, end),
            },
        };
        let bare = |start, end| {
            let gap = self.sheet.gap(start, end, ",")?;
            (!gap.comment).then_some(())
        };
        bare(from.min(start), start)?;
        bare(end, to.max(end))?;
        Some(Edit {
            span: self.sheet.span(near, from, to),
            replacement: String::new(),
        })
    }

    fn block_removal(&self, site: &Site<'a>, parent: &'a Node) -> Option<Edit> {
        let (start, end, near) = self.bounds(parent, site.index)?;
        let edit = |from, to, replacement: &str| Edit {
            span: self.sheet.span(near, from, to),
            replacement: replacement.to_owned(),
        };
        let count = parent.entries().len() + parent.items().len();
        if count == 1 {
            let nested = site.entry.is_some() && site.around.len() > 1;
            return nested.then(|| edit(start, end, "{}"));
        }
        let line = self.sheet.line_start(start);
        let lead = self.sheet.slice(line, start).trim();
        let first = if site.entry.is_some() { "" } else { "-" };
        if lead == first {
            let line_end = self.sheet.line_end(end);
            if self.sheet.gap(end, line_end, "")?.comment {
                let comment = self.sheet.slice(end, line_end).find('#')?;
                let from = line
                    + (self.sheet.slice(line, start).len()
                        - self.sheet.slice(line, start).trim_start().len());
                return Some(edit(from, end + comment, ""));
            }
            let rest = self.sheet.text.get(line_end..)?;
            let broken = if rest.starts_with("\r\n") {
                2
            } else {
                rest.len().min(1)
            };
            return Some(edit(line, line_end + broken, ""));
        }
        // The first entry of an item, behind its dash.
        let (next, ..) = self
            .bounds(parent, 1)
            .filter(|_| site.index == 0 && site.entry.is_some())?;
        self.sheet.gap(end, next, "").filter(|gap| !gap.comment)?;
        Some(edit(start, next, ""))
    }
}
