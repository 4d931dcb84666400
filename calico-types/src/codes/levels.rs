//! How bad each kind of finding is to the one who asks.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::{find, near};
use crate::diagnostic::{Diagnostic, Severity};

/// Severities as somebody wants them.
///
/// Every finding comes with a default severity. Levels change it, code by code, or
/// leave findings out; [`deny_warnings`](Self::deny_warnings) then turns the
/// warnings that are left into errors, as a pipeline wants it.
///
/// ```
/// use calico_types::codes::{Level, Levels};
/// use calico_types::lint::{LintContext, lint};
/// use calico_types::{Severity, Source, decode};
///
/// let levels = Levels::new()
///     .set("dangling-filter", Level::Error)?
///     .set("yaml-boolean", Level::Allow)?;
///
/// let peer = Source::new("peer.json", r#"{
///     "apiVersion": "projectcalico.org/v3", "kind": "BGPPeer", "metadata": {"name": "tor"},
///     "spec": {"peerIP": "192.0.2.1", "asNumber": 65000, "filters": ["edge"]}
/// }"#);
/// let mut found = lint(&decode(&[peer]).resources, &LintContext::new());
/// assert_eq!(found[0].severity, Severity::Warning);
/// levels.apply(&mut found);
/// assert_eq!(found[0].severity, Severity::Error);
///
/// let error = Levels::new().set("danging-filter", Level::Allow).unwrap_err();
/// assert_eq!(error.to_string(), "no code danging-filter: did you mean dangling-filter?");
/// # Ok::<(), calico_types::codes::UnknownCode>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    by_code: BTreeMap<&'static str, Level>,
    deny_warnings: bool,
}

/// What is made of a kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It is left out.
    Allow,
    /// It is worth knowing.
    Info,
    /// It is a warning.
    Warning,
    /// It is an error.
    Error,
}

/// A code that this crate does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownCode {
    /// What was given.
    pub code: String,
    /// The codes that may have been meant, the nearest first.
    pub near: Vec<&'static str>,
}

/// A text that is no [`Level`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a level: expected allow, info, warning or error")]
pub struct ParseLevelError;

impl Levels {
    /// Everything as it comes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With another level for one code. The last one counts.
    ///
    /// Errors of decoding and validation can be lowered like everything else; that
    /// does not make `calicoctl` or an API server take the document, and
    /// [`Diagnostic::refused_by`] goes on to say so.
    ///
    /// # Errors
    ///
    /// [`UnknownCode`], with the codes that are near: a typing error must not
    /// leave a check switched on, or off, unnoticed.
    pub fn set(mut self, code: &str, level: Level) -> Result<Self, UnknownCode> {
        let known = find(code).ok_or_else(|| UnknownCode {
            code: code.to_owned(),
            near: near(code),
        })?;
        self.by_code.insert(known.code.0, level);
        Ok(self)
    }

    /// With every warning an error, also those that [`set`](Self::set) makes.
    #[must_use]
    pub fn deny_warnings(self) -> Self {
        Self {
            deny_warnings: true,
            ..self
        }
    }

    /// Changes the severities of findings, whatever they come from, and leaves out
    /// those that are allowed. The order stays.
    pub fn apply(&self, found: &mut Vec<Diagnostic>) {
        found.retain_mut(|diagnostic| match self.severity(diagnostic) {
            Some(severity) => {
                diagnostic.severity = severity;
                true
            }
            None => false,
        });
    }

    /// `None` for what is left out.
    fn severity(&self, diagnostic: &Diagnostic) -> Option<Severity> {
        let severity = match self.by_code.get(diagnostic.code.0) {
            Some(Level::Allow) => return None,
            Some(Level::Info) => Severity::Info,
            Some(Level::Warning) => Severity::Warning,
            Some(Level::Error) => Severity::Error,
            None => diagnostic.severity,
        };
        Some(match severity {
            Severity::Warning if self.deny_warnings => Severity::Error,
            Severity::Error | Severity::Warning | Severity::Info => severity,
        })
    }
}

impl FromStr for Level {
    type Err = ParseLevelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "allow" => Ok(Self::Allow),
            "info" => Ok(Self::Info),
            "warning" => Ok(Self::Warning),
            "error" => Ok(Self::Error),
            _ => Err(ParseLevelError),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "allow",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no code {}", crate::decode::printable(&self.code))?;
        match self.near.split_last() {
            None => Ok(()),
            Some((only, [])) => write!(f, ": did you mean {only}?"),
            Some((last, rest)) => write!(f, ": did you mean {} or {last}?", rest.join(", ")),
        }
    }
}

impl std::error::Error for UnknownCode {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    fn found() -> Vec<Diagnostic> {
        vec![
            Diagnostic::error(Code("unknown-field"), "a"),
            Diagnostic::warning(Code("no-dns"), "b"),
            Diagnostic::warning(Code("all-ports"), "c"),
            Diagnostic::info(Code("no-order"), "d"),
        ]
    }

    #[track_caller]
    fn check(levels: &Levels, expected: &[(&str, Severity)]) {
        let mut found = found();
        levels.apply(&mut found);
        let got: Vec<_> = found.iter().map(|d| (d.code.0, d.severity)).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn levels_change_what_they_name_and_nothing_else() {
        let (error, warning, info) = (Severity::Error, Severity::Warning, Severity::Info);
        check(
            &Levels::new(),
            &[
                ("unknown-field", error),
                ("no-dns", warning),
                ("all-ports", warning),
                ("no-order", info),
            ],
        );
        let levels = Levels::new()
            .set("unknown-field", Level::Info)
            .and_then(|levels| levels.set("no-dns", Level::Allow))
            .and_then(|levels| levels.set("no-order", Level::Warning))
            .unwrap();
        check(
            &levels,
            &[
                ("unknown-field", info),
                ("all-ports", warning),
                ("no-order", warning),
            ],
        );
        check(
            &levels.deny_warnings(),
            &[
                ("unknown-field", info),
                ("all-ports", error),
                ("no-order", error),
            ],
        );
    }

    #[test]
    fn what_is_unknown_is_told_with_what_is_near() {
        let error = Levels::new().set("reflector", Level::Allow).unwrap_err();
        assert_eq!(error.near.len(), 3);
        assert!(
            error
                .to_string()
                .starts_with("no code reflector: did you mean ")
        );
        let error = Levels::new().set("xyzzy\n", Level::Allow).unwrap_err();
        assert_eq!(error.to_string(), "no code xyzzy\u{fffd}");
        assert_eq!("warn".parse::<Level>(), Err(ParseLevelError));
        for level in [Level::Allow, Level::Info, Level::Warning, Level::Error] {
            assert_eq!(level.to_string().parse(), Ok(level));
        }
    }
}
