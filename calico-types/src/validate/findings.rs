//! Where a rule looks, and where it puts what it finds.

use super::Version;
use crate::decode::Document;
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::path::Path;
use crate::source::Span;
use crate::tree::Node;

/// A value under examination.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) node: &'a Node,
    pub(crate) path: &'a Path<'a>,
    /// The document that the value is in.
    pub(crate) root: &'a Node,
}

/// One of Calico's rules that looks at several fields at once.
pub(crate) type Check = fn(&Place<'_>, &mut Findings<'_>);

/// One CEL rule of a custom resource definition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    /// The field to point at, below the one that carries the rule.
    pub(crate) at: &'static str,
    pub(crate) holds: fn(&Node) -> bool,
    /// What to do about it, where the message does not say.
    pub(crate) help: Option<&'static str>,
    /// What most probably is to be written, if that can be said.
    pub(crate) instead: Option<&'static str>,
    /// The same, where it depends on what is there.
    pub(crate) corrected: Option<fn(&Node) -> Option<String>>,
}

impl Rule {
    /// The same rule with what to do about it.
    pub(crate) const fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }

    /// The same rule with what is to be written, made from what is there.
    pub(crate) const fn corrected(mut self, with: fn(&Node) -> Option<String>) -> Self {
        self.corrected = Some(with);
        self
    }

    /// What is to be written, if that can be said.
    pub(crate) fn suggestion(&self, node: &Node) -> Option<String> {
        let fixed = self.instead.map(str::to_owned);
        fixed.or_else(|| self.corrected.and_then(|with| with(node)))
    }

    /// The same rule with what is most probably to be written.
    pub(crate) const fn instead(mut self, yaml: &'static str) -> Self {
        self.instead = Some(yaml);
        self
    }
}

/// What one layer has against one document.
#[derive(Debug)]
pub(crate) struct Findings<'a> {
    document: &'a Document,
    layer: RefusedBy,
    release: Version,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Findings<'a> {
    pub(crate) const fn new(document: &'a Document, layer: RefusedBy, release: Version) -> Self {
        Self {
            document,
            layer,
            release,
            diagnostics: Vec::new(),
        }
    }

    pub(crate) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// The kind of the document.
    pub(crate) const fn kind(&self) -> &'static str {
        self.document.kind.kind
    }

    /// The release whose rules are asked.
    pub(crate) const fn release(&self) -> Version {
        self.release
    }

    /// What stands at a path of the document as it was written, before anything
    /// was dropped.
    pub(crate) fn written(&self, path: &str) -> Option<&Node> {
        crate::decode::find(&self.document.root, path)
    }

    /// Says something about the value at a place, for which nobody refuses it.
    pub(crate) fn warn(&mut self, place: &Place<'_>, diagnostic: Diagnostic) {
        if self.diagnostics.len() < self.document.most_findings {
            let diagnostic = diagnostic.on(place.path.to_string());
            let located = self.document.locate(diagnostic, place.node.span);
            self.diagnostics.push(located);
        }
    }

    /// Refuses the value at a place.
    pub(crate) fn refuse(
        &mut self,
        place: &Place<'_>,
        code: &'static str,
        message: impl Into<String>,
    ) {
        self.add(
            place.path.to_string(),
            place.node.span,
            Diagnostic::error(Code(code), message),
        );
    }

    /// Refuses a field below a place, or the place itself where the field is
    /// missing.
    pub(crate) fn refuse_field(
        &mut self,
        place: &Place<'_>,
        field: &str,
        code: &'static str,
        message: impl Into<String>,
    ) {
        self.refuse_field_as(place, field, Diagnostic::error(Code(code), message));
    }

    /// The same with a diagnostic that is made already.
    pub(crate) fn refuse_field_as(
        &mut self,
        place: &Place<'_>,
        field: &str,
        diagnostic: Diagnostic,
    ) {
        let found = crate::decode::find(place.node, field);
        let span = found.map_or(place.node.span, |node| node.span);
        let path = match (field, place.path) {
            ("", path) => path.to_string(),
            (field, Path::Root) => field.to_owned(),
            (field, path) => format!("{path}.{field}"),
        };
        self.add(path, span, diagnostic);
    }

    /// Refuses with help and a suggestion.
    pub(crate) fn add(&mut self, path: String, span: Span, diagnostic: Diagnostic) {
        if self.diagnostics.len() >= self.document.most_findings {
            return;
        }
        let diagnostic = diagnostic.on(path).refused_by(self.layer);
        self.diagnostics
            .push(self.document.locate(diagnostic, span));
    }
}
