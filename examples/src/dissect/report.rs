//! What is told of each message.

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use bgp_wire::dissect::Node;
use serde_json::{Value, json};

use super::{Arguments, Format};

/// Tells what there is in the order of the messages, as it comes: the trees of a capture are
/// many times as large as the capture.
pub struct Report<'w> {
    format: Format,
    summary: bool,
    only_findings: bool,
    filter: Vec<String>,
    sink: &'w mut dyn Write,
    /// Nothing was told yet.
    is_new: bool,
    /// Why the rest cannot be told.
    failed: Option<io::Error>,
    has_findings: bool,
}

impl<'w> Report<'w> {
    /// A report of nothing, for a command line.
    #[must_use]
    pub fn new(arguments: &Arguments, sink: &'w mut dyn Write) -> Self {
        Self {
            format: arguments.format,
            summary: arguments.summary,
            only_findings: arguments.only_findings,
            filter: arguments.filter.clone(),
            sink,
            is_new: true,
            failed: None,
            has_findings: false,
        }
    }

    /// Whether something is wrong with a message, shown or not, or with the input.
    #[must_use]
    pub const fn has_findings(&self) -> bool {
        self.has_findings
    }

    /// Ends the report.
    ///
    /// # Errors
    ///
    /// It could not be written.
    pub fn finish(mut self) -> io::Result<()> {
        match (self.format, self.is_new) {
            (Format::Text, _) => {}
            (Format::Json, true) => self.write("[]\n"),
            (Format::Json, false) => self.write("\n]\n"),
        }
        match self.failed {
            Some(error) => Err(error),
            None => self.sink.flush(),
        }
    }

    fn write(&mut self, text: &str) {
        self.is_new = false;
        if self.failed.is_none() {
            self.failed = self.sink.write_all(text.as_bytes()).err();
        }
    }

    /// An element of the array.
    fn element(&mut self, value: &Value) {
        let before = if self.is_new { "[\n" } else { ",\n" };
        self.write(&format!("{before}{value:#}"));
    }

    /// Octets of a session that the capture lacks.
    pub(super) fn gap(&mut self, session: &str, missing: u64) {
        self.fault(&format!("{session}: {missing} octets are missing"));
    }

    /// Something wrong with the input itself.
    pub(super) fn fault(&mut self, what: &str) {
        self.has_findings = true;
        match self.format {
            Format::Text => self.write(&format!("! {what}\n")),
            Format::Json => self.element(&json!({"fault": what})),
        }
    }

    /// The messages of a tree. `input` is what was dissected.
    pub(super) fn tree(
        &mut self,
        session: &str,
        time: Option<Duration>,
        tree: &Node,
        input: &[u8],
    ) {
        for message in &tree.children {
            let wrong = message.has_findings() || !is_message(&message.name);
            self.has_findings |= wrong;
            let hidden = self.only_findings && !wrong;
            if !hidden && self.is_asked_for(&message.name) {
                self.message(session, time, message, input);
            }
        }
    }

    fn is_asked_for(&self, name: &str) -> bool {
        self.filter.is_empty() || self.filter.iter().any(|asked| asked == name)
    }

    fn message(&mut self, session: &str, time: Option<Duration>, message: &Node, input: &[u8]) {
        let time = time.map(|time| format!("{}.{:06}", time.as_secs(), time.subsec_micros()));
        match self.format {
            Format::Json => self.element(&json!({
                "session": session,
                "time": time,
                "message": message,
            })),
            Format::Text if self.summary => {
                self.write(&format!("{}\n", summary(session, time, message)));
            }
            Format::Text => {
                let head = [time.as_deref().unwrap_or_default(), session].join(" ");
                if !head.trim().is_empty() {
                    self.write(&format!("{}\n", head.trim()));
                }
                self.write(&message.render(input));
                self.write("\n");
            }
        }
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("format", &self.format)
            .field("has_findings", &self.has_findings)
            .finish_non_exhaustive()
    }
}

fn is_message(name: &str) -> bool {
    name != "octets"
}

/// Time, session, type, length and what is wrong with a message.
fn summary(session: &str, time: Option<String>, message: &Node) -> String {
    let length = message.end.saturating_sub(message.offset);
    let parts = [
        time.unwrap_or_default(),
        session.to_owned(),
        message.name.to_string(),
        format!("{length} octets"),
        faults(message),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("  ")
}

fn faults(message: &Node) -> String {
    let mut found = Vec::new();
    let mut open = vec![message];
    while let Some(node) = open.pop() {
        found.extend(
            node.findings
                .iter()
                .map(|note| format!("{} ({})", note.text, note.outcome)),
        );
        open.extend(node.children.iter().rev());
    }
    found.join("; ")
}
