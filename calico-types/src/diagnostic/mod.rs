//! Findings about manifests: what is wrong, where, and what to write instead.

pub mod fix;
mod json;
mod render;
mod sarif;
mod summary;

use std::fmt;

use serde::Serialize;

pub use json::json;
pub use render::render;
pub use sarif::{SarifRule, SarifTool, sarif};
pub use summary::Summary;

use crate::source::Span;
use fix::Fix;

/// One finding.
///
/// Findings are collected, never thrown: a document with three mistakes has
/// three diagnostics. [`render`] prints them for people; serde prints them for
/// programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// What kind of finding; stable between releases.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Which ways into a cluster refuse the document because of this.
    pub refused_by: RefusedBy,
    /// The name of the [`Source`](crate::Source), where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Where in the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// Kind and name of the resource, `BGPPeer tor` or `NetworkPolicy shop/db`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The field, `spec.ingress[0].port`; empty for the document as a whole.
    pub path: String,
    /// What is wrong, in one line.
    pub message: String,
    /// A cluster that drops what it does not know would store this, and what
    /// that means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored: Option<String>,
    /// What to do about it, one line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub help: Vec<String>,
    /// Corrected YAML of the place, without indentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// The correction, where it is certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// The stable name of a kind of finding, in kebab case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document does not do what it says.
    Error,
    /// It probably does not do what was meant.
    Warning,
    /// Worth knowing.
    Info,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}

/// The ways into a cluster that refuse a document.
///
/// None of them means: the mistake goes in unnoticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RefusedBy {
    /// Strict decoding, as `calicoctl` does.
    pub decoder: bool,
    /// Calico's own validation, which `calicoctl` and the aggregated API
    /// server run, and Felix runs on what it reads.
    pub calico: bool,
    /// The schema and rules of the custom resource definitions, which every
    /// Kubernetes API server runs.
    pub api_server: bool,
    /// What Calico's client compares with the datastore before it writes:
    /// `calicoctl` and the aggregated API server do, an API server that serves
    /// the custom resource definitions itself does not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub datastore: bool,
    /// The Tigera operator: the resource is stored, and nothing is done about
    /// it but a condition `Degraded`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub operator: bool,
}

impl RefusedBy {
    /// Nobody.
    pub const NOBODY: Self = Self {
        decoder: false,
        calico: false,
        api_server: false,
        datastore: false,
        operator: false,
    };
    /// Whoever reads the document at all.
    pub const EVERYONE: Self = Self {
        decoder: true,
        calico: true,
        api_server: true,
        ..Self::NOBODY
    };
    /// Strict decoding only.
    pub const DECODER: Self = Self {
        decoder: true,
        ..Self::NOBODY
    };
    /// Calico's validation only.
    pub const CALICO: Self = Self {
        calico: true,
        ..Self::NOBODY
    };
    /// The API server only.
    pub const API_SERVER: Self = Self {
        api_server: true,
        ..Self::NOBODY
    };
    /// Calico's client only, for what is in the datastore already.
    pub const DATASTORE: Self = Self {
        datastore: true,
        ..Self::NOBODY
    };
    /// The operator only.
    pub const OPERATOR: Self = Self {
        operator: true,
        ..Self::NOBODY
    };

    /// Whether anything refuses.
    #[must_use]
    pub const fn any(self) -> bool {
        self.decoder || self.calico || self.api_server || self.datastore || self.operator
    }

    /// What either refuses.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            decoder: self.decoder || other.decoder,
            calico: self.calico || other.calico,
            api_server: self.api_server || other.api_server,
            datastore: self.datastore || other.datastore,
            operator: self.operator || other.operator,
        }
    }
}

impl Diagnostic {
    /// A finding without a place.
    #[must_use]
    pub fn new(severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            refused_by: RefusedBy::default(),
            source: None,
            span: None,
            resource: None,
            path: String::new(),
            message: message.into(),
            stored: None,
            help: Vec::new(),
            suggestion: None,
            fix: None,
        }
    }

    /// An [`Error`](Severity::Error).
    #[must_use]
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A [`Warning`](Severity::Warning).
    #[must_use]
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// An [`Info`](Severity::Info).
    #[must_use]
    pub fn info(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, message)
    }

    /// Says where: the source's name and the stretch of it.
    #[must_use]
    pub fn at(mut self, source: impl Into<String>, span: Span) -> Self {
        self.source = Some(source.into());
        self.span = Some(span);
        self
    }

    /// Names the field.
    #[must_use]
    pub fn on(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Names the resource.
    #[must_use]
    pub fn of(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Says who refuses the document because of this.
    #[must_use]
    pub fn refused_by(mut self, who: RefusedBy) -> Self {
        self.refused_by = who;
        self
    }

    /// Adds a line of help.
    #[must_use]
    pub fn help(mut self, line: impl Into<String>) -> Self {
        self.help.push(line.into());
        self
    }

    /// Gives corrected YAML.
    #[must_use]
    pub fn suggest(mut self, yaml: impl Into<String>) -> Self {
        self.suggestion = Some(yaml.into());
        self
    }

    /// Gives a correction that is certain; `None` for none.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fix = fix.into();
        self
    }

    /// Says what a cluster would store, and what that means.
    #[must_use]
    pub fn stored(mut self, meaning: impl Into<String>) -> Self {
        self.stored = Some(meaning.into());
        self
    }
}
