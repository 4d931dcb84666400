//! What the program prints while it runs: a line for each change.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::node::Notice;

/// How lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Where lines go.
#[derive(Debug)]
pub struct Output<W> {
    style: Style,
    sink: W,
}

impl<W: Write> Output<W> {
    /// Lines in `style` to `sink`.
    pub const fn new(style: Style, sink: W) -> Self {
        Self { style, sink }
    }

    /// One line about what a speaker told.
    ///
    /// # Errors
    ///
    /// The sink's.
    pub fn notice(&mut self, notice: &Notice) -> io::Result<()> {
        match self.style {
            Style::Text => self.line(&notice.to_string()),
            Style::Json => self.line(&object(notice).to_string()),
        }
    }

    /// One line about the program itself, such as where it listens.
    ///
    /// # Errors
    ///
    /// The sink's.
    pub fn event(&mut self, event: &str, detail: &str) -> io::Result<()> {
        match self.style {
            Style::Text => self.line(&format!("{event} {detail}")),
            Style::Json => self.line(&json!({"event": event, "detail": detail}).to_string()),
        }
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.sink, "{line}")?;
        self.sink.flush()
    }
}

/// A notice as data.
fn object(notice: &Notice) -> Value {
    match notice {
        Notice::State { peering, from, to } => {
            json!({"event": "state", "session": peering, "from": from.to_string(), "to": to.to_string()})
        }
        Notice::Down { peering, reason } => {
            json!({"event": "down", "session": peering, "reason": reason.to_string()})
        }
        Notice::Failed { peering, reason } => {
            json!({"event": "failed", "session": peering, "reason": reason.to_string()})
        }
        Notice::PrefixLimit {
            peering,
            family,
            count,
            maximum,
        } => {
            json!({"event": "prefixLimit", "session": peering, "family": family.to_string(), "count": count, "maximum": maximum})
        }
        Notice::Best(change) => match &change.new {
            None => json!({"event": "withdrawn", "prefix": change.destination.to_string()}),
            Some(route) => {
                let mut value = super::status::route(route);
                if let Some(fields) = value.as_object_mut() {
                    fields.insert("event".to_owned(), "route".into());
                }
                value
            }
        },
    }
}
