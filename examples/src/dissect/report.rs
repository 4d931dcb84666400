//! What is told of each message.

use std::fmt::Write as _;
use std::time::Duration;

use bgp_wire::dissect::Node;
use serde_json::{Value, json};

use super::{Arguments, Format};

/// Everything that is told, in the order of the messages.
#[derive(Clone, Debug)]
pub struct Report {
    format: Format,
    summary: bool,
    only_findings: bool,
    filter: Vec<String>,
    text: String,
    json: Vec<Value>,
    has_findings: bool,
}

impl Report {
    /// A report of nothing, for a command line.
    #[must_use]
    pub fn new(arguments: &Arguments) -> Self {
        Self {
            format: arguments.format,
            summary: arguments.summary,
            only_findings: arguments.only_findings,
            filter: arguments.filter.clone(),
            text: String::new(),
            json: Vec::new(),
            has_findings: false,
        }
    }

    /// Whether something is wrong with a message, shown or not, or with the input.
    #[must_use]
    pub const fn has_findings(&self) -> bool {
        self.has_findings
    }

    /// The report as it is printed.
    #[must_use]
    pub fn written(self) -> String {
        match self.format {
            Format::Text => self.text,
            Format::Json => format!("{:#}\n", Value::Array(self.json)),
        }
    }

    /// Octets of a session that the capture lacks.
    pub(super) fn gap(&mut self, session: &str, missing: u64) {
        self.fault(&format!("{session}: {missing} octets are missing"));
    }

    /// Something wrong with the input itself.
    pub(super) fn fault(&mut self, what: &str) {
        self.has_findings = true;
        match self.format {
            Format::Text => {
                let _ = writeln!(self.text, "! {what}");
            }
            Format::Json => self.json.push(json!({"fault": what})),
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
            Format::Json => self.json.push(json!({
                "session": session,
                "time": time,
                "message": message,
            })),
            Format::Text if self.summary => {
                let _ = writeln!(self.text, "{}", summary(session, time, message));
            }
            Format::Text => {
                let head = [time.as_deref().unwrap_or_default(), session].join(" ");
                if !head.trim().is_empty() {
                    let _ = writeln!(self.text, "{}", head.trim());
                }
                self.text.push_str(&message.render(input));
                self.text.push('\n');
            }
        }
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
