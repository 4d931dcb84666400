//! Says what each octet of BGP messages means, and what is wrong with them.
//!
//! ```text
//! dissect [--format text|json] [--summary] [--only-findings] [--filter TYPE] [--as2|--as4]
//!         [--add-path FAMILY] [--port N] FILE|HEX|-
//! ```

use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufWriter, Read as _};
use std::path::Path;
use std::process::ExitCode;

use examples::dissect::{Arguments, Command, HELP, InputError, Report, dissect};
use examples::output::{PrintError, print, printed};
use examples::paths::{ReadError, STDIN};

/// Why there is no report, or not a whole one.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}\nTry --help.")]
    Usage(#[from] lexopt::Error),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Print(#[from] PrintError),
    #[error(transparent)]
    Input(#[from] InputError),
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("dissect: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    let arguments = match Arguments::parse(std::env::args_os().skip(1))? {
        Command::Help => {
            print(io::stdout(), HELP.as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Dissect(arguments) => arguments,
    };
    let input = read(&arguments.input)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut report = Report::new(&arguments, &mut out);
    let done = dissect(&input, &arguments, &mut report);
    let has_findings = report.has_findings();
    printed(report.finish())?;
    done?;
    Ok(ExitCode::from(u8::from(has_findings)))
}

/// A file, standard input, or else the argument itself.
fn read(input: &OsStr) -> Result<Vec<u8>, ReadError> {
    let path = Path::new(input);
    let failed = |cause| ReadError {
        path: path.to_owned(),
        cause,
    };
    if input == STDIN {
        let mut octets = Vec::new();
        io::stdin().read_to_end(&mut octets).map_err(failed)?;
        return Ok(octets);
    }
    let text = input.to_string_lossy();
    let is_hex = text
        .chars()
        .all(|c| c.is_ascii_hexdigit() || " :,x".contains(c));
    match is_hex && !path.exists() {
        true => Ok(text.into_owned().into_bytes()),
        false => fs::read(path).map_err(failed),
    }
}
