//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use calico_types::Severity;
use calico_types::codes::{self, Explanation, Level, Levels};
use calico_types::lint::LintContext;
use calico_types::validate::Version;

/// What `--help` prints.
pub const HELP: &str = "\
Checks Calico's manifests: syntax and fields as calicoctl does, Calico's rules and the
API server's, and what the resources mean together.

Usage: lint [OPTIONS] PATH…
       lint --explain CODE

  PATH                      a file, a directory with .yaml, .yml and .json files in it, or
                            - for standard input
  --format text|json|sarif  how to report [default: text]
  --fix                     correct what is certain: files are replaced, what came from
                            standard input goes to standard output and the report to
                            standard error
  --deny warnings           warnings count as well
  --severity CODE=LEVEL     how bad a kind of finding is: allow, info, warning or error
  --allow CODE              the same as --severity CODE=allow
  --calico VERSION          Calico's release in the cluster, such as 3.30 [default: the
                            one in the making, 3.33]
  --complete                the manifests are all that the cluster has
  --nic-mtu N               the MTU of the nodes' network interfaces
  --explain CODE            say what a kind of finding means, with an example
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
    /// How bad which findings are.
    pub levels: Levels,
}

/// What a command line asks for.
#[derive(Clone, Debug)]
pub enum Command {
    /// To be told how to ask.
    Help,
    /// To be told what a kind of finding means.
    Explain(&'static Explanation),
    /// To have manifests checked.
    Check(Box<Arguments>),
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
    /// Reads a command line without the program's name.
    ///
    /// # Errors
    ///
    /// [`lexopt::Error`] for what is not in [`HELP`], or no path.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, lexopt::Error> {
        use lexopt::prelude::*;
        let mut parsed = Self {
            paths: Vec::new(),
            format: Format::default(),
            fix: false,
            threshold: Severity::Error,
            context: LintContext::new(),
            levels: Levels::new(),
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
                Long("calico") => {
                    let version: Version = parser.value()?.parse()?;
                    let (major, minor) = (version.major(), version.minor());
                    parsed.context = parsed.context.with_release(major, minor);
                }
                Long("severity") => {
                    let value = parser.value()?.string()?;
                    let Some((code, level)) = value.split_once('=') else {
                        return Err(format!("--severity takes CODE=LEVEL, not {value}").into());
                    };
                    let level: Level = level.parse().map_err(custom)?;
                    parsed.levels = parsed.levels.set(code, level).map_err(custom)?;
                }
                Long("allow") => {
                    let code = parser.value()?.string()?;
                    parsed.levels = parsed.levels.set(&code, Level::Allow).map_err(custom)?;
                }
                Long("explain") => return explain(&parser.value()?.string()?),
                Short('h') | Long("help") => return Ok(Command::Help),
                Value(path) => parsed.paths.push(path.into()),
                Short(_) | Long(_) => return Err(argument.unexpected()),
            }
        }
        if parsed.paths.is_empty() {
            return Err("no PATH is given".into());
        }
        Ok(Command::Check(Box::new(parsed)))
    }
}

fn explain(code: &str) -> Result<Command, lexopt::Error> {
    if let Some(explanation) = codes::find(code) {
        return Ok(Command::Explain(explanation));
    }
    let near = codes::near(code).join(", ");
    let near = if near.is_empty() {
        "no code is like it"
    } else {
        &near
    };
    Err(format!("{code} is no kind of finding; {near}").into())
}

fn custom(error: impl std::error::Error + Send + Sync + 'static) -> lexopt::Error {
    lexopt::Error::Custom(Box::new(error))
}
