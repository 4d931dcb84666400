//! What Calico's and Kubernetes' network policies mean: verdicts with their reasons, who
//! reaches whom, what a change changes, what decides nothing.
//!
//! ```text
//! policy eval|explain|list|matrix|ask|diff|lint PATH… [OPTIONS]
//! ```

mod answer;
mod arguments;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use arguments::{Arguments, Command, HELP};
use examples::output::{PrintError, print};
use examples::paths::ReadError;
use examples::resources;
use policy_engine::{BuildOptions, CompileError, ConnectivityError, FlowError, PolicySet};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}\nTry --help.")]
    Usage(#[from] lexopt::Error),
    #[error("{0}\nTry --help.")]
    Wrong(String),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Flow(#[from] FlowError),
    #[error(transparent)]
    Compile(#[from] CompileError),
    #[error(transparent)]
    Connectivity(#[from] ConnectivityError),
    #[error(transparent)]
    Print(#[from] PrintError),
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("policy: {failure}");
            ExitCode::from(2)
        }
    }
}

/// Whether the answer is yes.
fn run() -> Result<bool, Failure> {
    let Some(arguments) = Arguments::parse(std::env::args_os().skip(1))? else {
        print(io::stdout(), HELP.as_bytes())?;
        return Ok(true);
    };
    let (set, readable) = read(&arguments.paths, arguments.build)?;
    let (text, yes) = match arguments.command {
        Command::Eval => answer::eval(&set, &arguments)?,
        Command::Explain => answer::explain(&set, &arguments)?,
        Command::List => answer::list(&set, &arguments)?,
        Command::Matrix => answer::matrix(&set, &arguments)?,
        Command::Ask => answer::ask(&set, &arguments)?,
        Command::Lint => answer::lint(&set, &arguments)?,
        Command::Diff => {
            let (then, also_readable) = match arguments.with.is_empty() {
                true => (set.clone(), true),
                false => read(&arguments.with, arguments.build)?,
            };
            let (text, same) = answer::diff(&set, &then, &arguments)?;
            (text, same && also_readable)
        }
    };
    print(io::stdout(), text.as_bytes())?;
    Ok(yes && readable)
}

/// The policy set of what is at paths, and whether all of it could be read; what could not
/// is shown.
fn read(paths: &[PathBuf], options: BuildOptions) -> Result<(PolicySet, bool), Failure> {
    let (resources, mut readable) = resources::read(paths)?;
    let build = PolicySet::from_resources_with(options, &resources);
    for issue in &build.issues {
        eprintln!("{issue}");
        readable &= !issue.effect.may_allow();
    }
    Ok((build.set, readable))
}
