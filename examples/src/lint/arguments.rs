//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use calico_types::Severity;
use calico_types::lint::LintContext;

/// What `--help` prints.
pub const HELP: &str = "\
Checks Calico's manifests: syntax and fields as calicoctl does, Calico's rules and the
API server's, and what the resources mean together.

Usage: lint [OPTIONS] PATH…

  PATH                      a file, a directory with .yaml, .yml and .json files in it, or
                            - for standard input
  --format text|json|sarif  how to report [default: text]
  --fix                     correct what is certain: files are replaced, what came from
                            standard input goes to standard output and the report to
                            standard error
  --deny warnings           warnings count as well
  --complete                the manifests are all that the cluster has
  --nic-mtu N               the MTU of the nodes' network interfaces
  -h, --help                print this

Exit status: 0 clean; 1 errors, or with --deny warnings warnings, are left; 2 something
cannot be read or written, or the command line is wrong.
";

/// What is on the command line.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// What to check; at least one.
    pub paths: Vec<PathBuf>,
    /// How to report.
    pub format: Format,
    /// Whether to correct.
    pub fix: bool,
    /// What counts: findings as bad as this, or worse.
    pub threshold: Severity,
    /// What is known beside the manifests.
    pub context: LintContext,
}

/// How to report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One object, as [`calico_types::json`] documents it; with `--fix` its `fixed` has
    /// what was found and corrected.
    Json,
    /// SARIF 2.1.0.
    Sarif,
}

/// A word that is no [`Format`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a format is text, json or sarif")]
pub struct ParseFormatError;

impl std::str::FromStr for Format {
    type Err = ParseFormatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            "sarif" => Ok(Self::Sarif),
            _ => Err(ParseFormatError),
        }
    }
}

impl Arguments {
    /// Reads a command line without the program's name; `None` when only help is
    /// wanted.
    ///
    /// # Errors
    ///
    /// [`lexopt::Error`] for what is not in [`HELP`], or no path.
    pub fn parse(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;
        let mut parsed = Self {
            paths: Vec::new(),
            format: Format::default(),
            fix: false,
            threshold: Severity::Error,
            context: LintContext::new(),
        };
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("format") => parsed.format = parser.value()?.parse()?,
                Long("fix") => parsed.fix = true,
                Long("deny") => match parser.value()?.string()?.as_str() {
                    "warnings" => parsed.threshold = Severity::Warning,
                    other => return Err(format!("--deny takes warnings, not {other}").into()),
                },
                Long("complete") => parsed.context = parsed.context.with_complete(),
                Long("nic-mtu") => {
                    parsed.context = parsed.context.with_nic_mtu(parser.value()?.parse()?);
                }
                Short('h') | Long("help") => return Ok(None),
                Value(path) => parsed.paths.push(path.into()),
                Short(_) | Long(_) => return Err(argument.unexpected()),
            }
        }
        if parsed.paths.is_empty() {
            return Err("no PATH is given".into());
        }
        Ok(Some(parsed))
    }
}
