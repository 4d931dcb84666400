//! The tree: nodes that tile their parent, and its text.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::nlri::Hex;
use crate::{DecodeError, Disposition, Finding};

/// How many octets a value shows before it is cut.
const SHOWN: usize = 32;

/// What a fault leads to (RFC 7606 §2); the later the stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Outcome {
    /// The part at fault is skipped.
    Accept,
    /// The attribute is dropped.
    AttributeDiscard,
    /// The routes of the UPDATE are withdrawn.
    TreatAsWithdraw,
    /// The family is ignored from here on.
    AfiSafiDisable,
    /// The session ends with a NOTIFICATION.
    SessionReset,
}

impl From<Disposition> for Outcome {
    fn from(disposition: Disposition) -> Self {
        match disposition {
            Disposition::Accept => Self::Accept,
            Disposition::AttributeDiscard => Self::AttributeDiscard,
            Disposition::TreatAsWithdraw => Self::TreatAsWithdraw,
            Disposition::AfiSafiDisable => Self::AfiSafiDisable,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accept => "accept",
            Self::AttributeDiscard => "attribute discard",
            Self::TreatAsWithdraw => "treat-as-withdraw",
            Self::AfiSafiDisable => "AFI/SAFI disable",
            Self::SessionReset => "session reset",
        })
    }
}

/// A fault, where it stands and what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Note {
    /// Where, in octets from the first octet of the input.
    pub offset: usize,
    /// What is wrong.
    pub text: String,
    /// What it leads to.
    pub outcome: Outcome,
}

impl Note {
    pub(super) fn of_finding(finding: &Finding, base: usize) -> Self {
        Self {
            offset: base.saturating_add(finding.offset()),
            text: match finding.attribute() {
                Some(attribute) => alloc::format!("{attribute}: {}", finding.kind()),
                None => finding.kind().to_string(),
            },
            outcome: finding.disposition().into(),
        }
    }

    pub(super) fn of_error(error: &DecodeError, base: usize) -> Self {
        Self {
            offset: base.saturating_add(error.offset()),
            text: match error.attribute() {
                Some(attribute) => alloc::format!("{attribute}: {}", error.kind()),
                None => error.kind().to_string(),
            },
            outcome: Outcome::SessionReset,
        }
    }
}

/// A part of the input. The children of a node that has any tile it: each octet
/// of the input is in exactly one leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Node {
    /// What the part is.
    pub name: Cow<'static, str>,
    /// Its first octet.
    pub offset: usize,
    /// The octet behind its last one.
    pub end: usize,
    /// Its value; empty where the children say all.
    pub text: String,
    /// The faults that begin here and in none of the children.
    pub findings: Vec<Note>,
    /// Its parts in order.
    pub children: Vec<Self>,
}

impl Node {
    pub(super) fn leaf(name: impl Into<Cow<'static, str>>, part: Part<'_>, text: String) -> Self {
        Self {
            name: name.into(),
            offset: part.at,
            end: part.end(),
            text,
            findings: Vec::new(),
            children: Vec::new(),
        }
    }

    /// Octets that cannot be understood, and why.
    pub(super) fn opaque(reason: &str, part: Part<'_>) -> Self {
        let text = alloc::format!("{} ({reason})", hex(part.octets));
        Self::leaf("octets", part, text)
    }

    /// Whether this node or one below has a finding.
    #[must_use]
    pub fn has_findings(&self) -> bool {
        !self.findings.is_empty() || self.children.iter().any(Self::has_findings)
    }

    /// The strongest outcome of the findings here and below.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        let own = self.findings.iter().map(|note| note.outcome);
        own.chain(self.children.iter().filter_map(Self::outcome))
            .max()
    }

    /// The nodes without children, in the order of the input.
    #[must_use]
    pub fn leaves(&self) -> Vec<&Self> {
        let mut leaves = Vec::new();
        self.collect(&mut leaves);
        leaves
    }

    fn collect<'n>(&'n self, into: &mut Vec<&'n Self>) {
        if self.children.is_empty() {
            into.push(self);
        }
        for child in &self.children {
            child.collect(into);
        }
    }

    /// Hangs a finding on the deepest node that has its octet.
    pub(super) fn attach(&mut self, note: Note) {
        let holds = |node: &&mut Self| node.offset <= note.offset && note.offset < node.end;
        match self.children.iter_mut().find(holds) {
            Some(child) => child.attach(note),
            None => self.findings.push(note),
        }
    }

    /// The tree as text, a node a line, with offsets and the octets of leaves.
    /// `input` is what was dissected.
    #[must_use]
    pub fn render(&self, input: &[u8]) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut out, input, 0);
        out
    }

    fn write(&self, out: &mut String, input: &[u8], depth: usize) -> fmt::Result {
        let indent = depth.saturating_mul(2);
        write!(out, "{:04x}  {:indent$}{}", self.offset, "", self.name)?;
        if !self.text.is_empty() {
            write!(out, ": {}", self.text)?;
        }
        if self.children.is_empty() {
            let octets = input.get(self.offset..self.end).unwrap_or_default();
            write!(out, "  [{}]", hex(octets))?;
        }
        out.push('\n');
        for note in &self.findings {
            let Note {
                offset,
                text,
                outcome,
            } = note;
            writeln!(out, "{offset:04x}  {:indent$}! {text} ({outcome})", "")?;
        }
        let deeper = depth.saturating_add(1);
        self.children
            .iter()
            .try_for_each(|child| child.write(out, input, deeper))
    }
}

/// Octets with their place in the input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) octets: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Part<'a> {
    pub(super) const fn end(self) -> usize {
        self.at.saturating_add(self.octets.len())
    }

    /// The first octets, and what follows them.
    pub(super) fn split(self, length: usize) -> Option<(Self, Self)> {
        let (head, tail) = self.octets.split_at_checked(length)?;
        let at = self.at.saturating_add(length);
        Some((
            Self {
                octets: head,
                at: self.at,
            },
            Self { octets: tail, at },
        ))
    }
}

/// A walk over a part that makes the children of its node. What is left at the
/// end becomes a node too, and so nothing is lost.
pub(super) struct Walk<'a> {
    whole: Part<'a>,
    pub(super) rest: Part<'a>,
    nodes: Vec<Node>,
}

impl<'a> Walk<'a> {
    pub(super) const fn new(part: Part<'a>) -> Self {
        Self {
            whole: part,
            rest: part,
            nodes: Vec::new(),
        }
    }

    pub(super) const fn is_done(&self) -> bool {
        self.rest.octets.is_empty()
    }

    /// The octets that come next, without taking them.
    pub(super) fn peek(&self, length: usize) -> Option<Part<'a>> {
        self.rest.split(length).map(|(head, _)| head)
    }

    /// Takes octets and makes a node of them, none where there are none.
    pub(super) fn node(
        &mut self,
        length: usize,
        make: impl FnOnce(Part<'a>) -> Node,
    ) -> Option<()> {
        let (head, tail) = self.rest.split(length)?;
        self.rest = tail;
        if length > 0 {
            self.nodes.push(make(head));
        }
        Some(())
    }

    /// Takes a field.
    pub(super) fn field(
        &mut self,
        name: &'static str,
        length: usize,
        text: impl FnOnce(&'a [u8]) -> String,
    ) -> Option<()> {
        self.node(length, |part| Node::leaf(name, part, text(part.octets)))
    }

    /// Takes a number of at most eight octets, which it returns.
    pub(super) fn number(&mut self, name: &'static str, length: usize) -> Option<u64> {
        let value = number(self.peek(length)?.octets);
        self.field(name, length, |_| value.to_string())?;
        Some(value)
    }

    /// The node of the whole part. Octets that were not taken are cut off or
    /// too many, for the reason given.
    pub(super) fn finish(
        mut self,
        name: impl Into<Cow<'static, str>>,
        text: String,
        reason: &str,
    ) -> Node {
        if !self.is_done() {
            self.nodes.push(Node::opaque(reason, self.rest));
        }
        let mut node = Node::leaf(name, self.whole, text);
        node.children = self.nodes;
        node
    }
}

/// Octets as a number, most significant first.
pub(super) fn number(octets: &[u8]) -> u64 {
    octets
        .iter()
        .fold(0, |value, octet| value << 8 | u64::from(*octet))
}

/// Octets in hexadecimal, long ones cut.
pub(super) fn hex(octets: &[u8]) -> String {
    match octets.get(..SHOWN) {
        Some(head) if octets.len() > SHOWN => {
            alloc::format!("{}.. {} octets", Hex(head), octets.len())
        }
        _ => alloc::format!("{}", Hex(octets)),
    }
}
