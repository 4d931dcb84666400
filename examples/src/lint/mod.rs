//! Manifests checked for a pipeline: everything that is to be said about them, in a
//! form for people or for programs, and what is certain corrected.

mod arguments;
mod fixing;
mod replace;

pub use arguments::{Arguments, Command, Format, HELP, ParseFormatError};
pub use fixing::{Fixed, fix};
pub use replace::{ReplaceError, replace};

use std::fmt::Write as _;

use calico_types::{
    Code, Diagnostic, SarifRule, SarifTool, Severity, Source, Summary, check, codes, json, render,
    sarif,
};

/// What the catalogue says of a kind of finding.
fn rule(code: Code) -> Option<SarifRule> {
    let explanation = codes::find(code.0)?;
    Some(SarifRule {
        summary: explanation.summary().to_owned(),
        description: explanation.page.to_owned(),
        help_uri: None,
        severity: explanation.severity,
    })
}

/// What was found, and from when on it counts.
#[derive(Debug)]
pub struct Report {
    /// The sources as they are now.
    pub sources: Vec<Source>,
    /// What is found in them.
    pub found: Vec<Diagnostic>,
    /// What was found and corrected.
    pub fixed: Vec<Diagnostic>,
}

impl Report {
    /// Checks sources, and corrects them first if that is asked for.
    #[must_use]
    pub fn new(sources: Vec<Source>, arguments: &Arguments) -> Self {
        if arguments.fix {
            let Fixed {
                sources,
                mut found,
                mut fixed,
            } = fix(sources, &arguments.context);
            arguments.levels.apply(&mut found);
            arguments.levels.apply(&mut fixed);
            return Self {
                sources,
                found,
                fixed,
            };
        }
        let mut found = check(&sources, &arguments.context).diagnostics;
        arguments.levels.apply(&mut found);
        Self {
            sources,
            found,
            fixed: Vec::new(),
        }
    }

    /// Whether nothing is as bad as the threshold.
    #[must_use]
    pub fn is_clean(&self, threshold: Severity) -> bool {
        // The worst severity is the least.
        self.found.iter().all(|found| found.severity > threshold)
    }

    /// The report in a format, with a line break at its end.
    #[must_use]
    pub fn written(&self, format: Format) -> String {
        let value = match format {
            Format::Text => return self.text(),
            Format::Json => {
                let mut value = json(&self.found);
                if let (false, Some(object)) = (self.fixed.is_empty(), value.as_object_mut()) {
                    object.insert("fixed".to_owned(), serde_json::json!(self.fixed));
                }
                value
            }
            Format::Sarif => {
                let mut tool = SarifTool::new("calico-lint", env!("CARGO_PKG_VERSION"));
                tool.rules = rule;
                sarif(&self.found, &self.sources, &tool)
            }
        };
        format!("{value:#}\n")
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for found in &self.found {
            out.push_str(&render(found, &self.sources));
            out.push('\n');
        }
        for fixed in &self.fixed {
            let place = match (&fixed.source, fixed.span) {
                (Some(name), Some(span)) => format!("{name}:{}:{}", span.line, span.column),
                (name, _) => name.clone().unwrap_or_default(),
            };
            // Writing to a String cannot fail.
            let _ = writeln!(out, "fixed: {place}: {}: {}", fixed.code, fixed.message);
        }
        let _ = writeln!(out, "{}", self.summary());
        out
    }

    /// One line: `3 errors, 1 warning in 2 files; 2 can be fixed: --fix`.
    fn summary(&self) -> String {
        let summary = Summary::of(&self.found);
        let files = match self.sources.len() {
            1 => "1 file".to_owned(),
            files => format!("{files} files"),
        };
        let counts = Summary {
            fixable: 0,
            ..summary
        };
        let mut line = format!("{counts} in {files}");
        if summary.fixable > 0 {
            let _ = write!(line, "; {} can be fixed: --fix", summary.fixable);
        }
        if !self.fixed.is_empty() {
            let _ = write!(line, "; {} fixed", self.fixed.len());
        }
        line
    }
}
