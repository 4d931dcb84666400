//! Judges conformance cases: `conformance SUITE FILE…`.
//!
//! Prints one line for each failing case and, last, `N passed, M failed`. Exit code 0:
//! all passed; 1: some failed; 2: the suite is unknown or a file cannot be read.

use std::env;
use std::process::ExitCode;

use testkit::conformance::{self, Suite};

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let suite = arguments.next();
    let files: Vec<_> = arguments.collect();
    let Some(suite) = suite.filter(|_| !files.is_empty()) else {
        return unusable(&format!("usage: conformance SUITE FILE…\n{}", suites()));
    };
    let suite: Suite = match suite.to_string_lossy().parse() {
        Ok(suite) => suite,
        Err(error) => return unusable(&format!("{error}\n{}", suites())),
    };
    match conformance::run(suite, &files) {
        Ok(report) => {
            println!("{report}");
            ExitCode::from(u8::from(!report.failures.is_empty()))
        }
        Err(error) => unusable(&error.to_string()),
    }
}

fn unusable(message: &str) -> ExitCode {
    eprintln!("conformance: {message}");
    ExitCode::from(2)
}

fn suites() -> String {
    let names: Vec<_> = Suite::ALL.iter().map(|suite| suite.name()).collect();
    format!("suites: {}", names.join(", "))
}
