//! Checks Calico's manifests, for people and for pipelines.
//!
//! ```text
//! lint [--format text|json|sarif] [--fix] [--deny warnings] [--severity CODE=LEVEL]
//!      [--allow CODE] [--calico VERSION] [--complete] [--nic-mtu N] PATH…
//! lint --explain CODE
//! ```

use std::io;
use std::process::ExitCode;

use examples::lint::{Arguments, Command, HELP, ReplaceError, Report, replace};
use examples::output::{PrintError, print};
use examples::paths::{self, Input, ReadError};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}\nTry --help.")]
    Usage(#[from] lexopt::Error),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Replace(#[from] ReplaceError),
    #[error(transparent)]
    Print(#[from] PrintError),
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("lint: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    match Arguments::parse(std::env::args_os().skip(1))? {
        Command::Help => print(io::stdout(), HELP.as_bytes())?,
        Command::Explain(explanation) => print(io::stdout(), explanation.page.as_bytes())?,
        Command::Check(arguments) => return check(&arguments),
    }
    Ok(ExitCode::SUCCESS)
}

fn check(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let inputs = paths::read(&arguments.paths, &mut io::stdin())?;
    let sources = inputs.iter().map(|input| input.source.clone()).collect();
    let report = Report::new(sources, arguments);
    let mut printed = false;
    if arguments.fix {
        for (input, source) in inputs.iter().zip(&report.sources) {
            printed |= write_back(input, &source.bytes)?;
        }
    }
    let text = report.written(arguments.format);
    if printed {
        // Standard output has the corrected manifest.
        print(io::stderr(), text.as_bytes())?;
    } else {
        print(io::stdout(), text.as_bytes())?;
    }
    let clean = report.is_clean(arguments.threshold);
    Ok(ExitCode::from(u8::from(!clean)))
}

/// Puts corrected bytes where they came from. Whether that was standard input, whose
/// bytes go to standard output, corrected or not.
fn write_back(input: &Input, bytes: &[u8]) -> Result<bool, Failure> {
    let Some(path) = &input.path else {
        print(io::stdout(), bytes)?;
        return Ok(true);
    };
    if input.source.bytes != bytes {
        replace(path, &input.source.bytes, bytes)?;
    }
    Ok(false)
}
