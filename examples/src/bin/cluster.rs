//! The main job: an operator's cluster, from its manifests to a report.
//!
//! ```text
//! cluster [--manifests DIR] [--out DIR] [--seed N] [--link-mtu BYTES]
//! ```

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use examples::cluster::{self, ClusterError, Options};
use examples::manifests::ManifestSet;
use examples::output::{PrintError, print};
use examples::paths::ReadError;
use examples::report::Report;

const HELP: &str = "\
Diagnoses a Calico cluster's manifests, plans its BGP sessions, runs its nodes as
speakers in memory, and checks MTU and segmentation.

Usage: cluster [OPTIONS]

  --manifests DIR   judge the manifests in DIR instead of the reference cluster's
  --out DIR         write report.txt, report.json and report.html there
  --seed N          seed of the simulated network [default: 1]
  --link-mtu BYTES  what the links between nodes carry [default: 9000]
  -h, --help        print this

Exit status: 0 clean; 1 findings of severity error in the manifests that were asked
for, or a claim of the report that does not hold; 2 unreadable input.
";

/// What is on the command line.
struct Arguments {
    manifests: Option<PathBuf>,
    out: Option<PathBuf>,
    options: Options,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}\nTry --help.")]
    Usage(#[from] lexopt::Error),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error(transparent)]
    Print(#[from] PrintError),
    #[error("{}: {cause}", path.display())]
    Write { path: PathBuf, cause: io::Error },
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("cluster: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    let Some(arguments) = parse()? else {
        print(io::stdout(), HELP.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    };
    let set = match &arguments.manifests {
        Some(directory) => ManifestSet::read(directory)?,
        None => ManifestSet::ecommerce(),
    };
    let terminal = io::stderr().is_terminal();
    let mut progress = |what: &str| {
        if terminal {
            eprintln!("{what} …");
        }
    };
    let report = cluster::run(&set, &arguments.options, base(), &mut progress)?;
    let text = report.text();
    print(io::stdout(), text.as_bytes())?;
    if let Some(directory) = &arguments.out {
        write(directory, &report, &text)?;
    }
    for check in report.failed_checks() {
        eprintln!("cluster: part {}: does not hold: {check}", check.part);
    }
    Ok(ExitCode::from(u8::from(!report.is_clean())))
}

/// The instant that virtual time is counted from; nothing else reads the clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where this program reads the clock"
)]
fn base() -> Instant {
    Instant::now()
}

/// The command line; `None` when only help is wanted.
fn parse() -> Result<Option<Arguments>, lexopt::Error> {
    use lexopt::prelude::*;
    let mut arguments = Arguments {
        manifests: None,
        out: None,
        options: Options::default(),
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("manifests") => arguments.manifests = Some(parser.value()?.into()),
            Long("out") => arguments.out = Some(parser.value()?.into()),
            Long("seed") => arguments.options.seed = parser.value()?.parse()?,
            Long("link-mtu") => arguments.options.link_mtu = parser.value()?.parse()?,
            Short('h') | Long("help") => return Ok(None),
            Short(_) | Long(_) | Value(_) => return Err(argument.unexpected()),
        }
    }
    Ok(Some(arguments))
}

fn write(directory: &Path, report: &Report, text: &str) -> Result<(), Failure> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |cause| Failure::Write { path, cause }
    };
    fs::create_dir_all(directory).map_err(failed(directory))?;
    let json_path = directory.join("report.json");
    let json = report
        .json()
        .map_err(io::Error::from)
        .map_err(failed(&json_path))?;
    for (path, content) in [
        (directory.join("report.txt"), text.to_owned()),
        (json_path, json),
        (directory.join("report.html"), report.html()),
    ] {
        fs::write(&path, content).map_err(failed(&path))?;
    }
    Ok(())
}
