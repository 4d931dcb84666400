//! A BGP speaker and route reflector, configured from Calico's manifests.
//!
//! ```text
//! speaker run --manifests DIR --node NAME [--announce PREFIX[,NEXTHOP]]… [--listen ADDR:PORT]…
//!             [--router-id ID] [--socket SOCKET] [--bmp ADDR:PORT] [--json]
//! speaker status|metrics --socket SOCKET
//! speaker routes [PREFIX] --socket SOCKET
//! speaker explain PREFIX --socket SOCKET
//! ```
//!
//! It does what the node's BIRD would do under the same resources, except that it leaves
//! the kernel's routing table alone: sessions as the topology has them, filters, route
//! reflection, the node's own blocks announced.

mod arguments;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use bgp_session::ConfigError;
use calico_types::{Resource, Severity, diagnose, render};
use examples::asking;
use examples::daemon::{self, Output};
use examples::manifests::ManifestSet;
use examples::node::Speaker;
use examples::output::{PrintError, print};
use examples::paths::ReadError;
use examples::plan::{ClusterPlan, PlanError};
use tokio::signal::unix::{SignalKind, signal};

use arguments::{Arguments, Asking, Command, HELP, UsageError};

/// Why the speaker does not run.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}\nTry --help.")]
    Usage(#[from] UsageError),
    #[error("{}: {cause}", path.display())]
    Socket { path: PathBuf, cause: io::Error },
    #[error(transparent)]
    Print(#[from] PrintError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the manifests have errors")]
    Manifests,
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    System(#[from] io::Error),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("speaker: {failure}");
            ExitCode::from(if matches!(failure, Failure::Manifests) {
                1
            } else {
                2
            })
        }
    }
}

fn run() -> Result<(), Failure> {
    match arguments::parse(std::env::args_os().skip(1))? {
        Command::Help => Ok(print(io::stdout(), HELP.as_bytes())?),
        Command::Ask(asking) => ask(&asking),
        Command::Run(arguments) => speak(arguments),
    }
}

/// Asks the speaker at a socket, and prints what it says.
fn ask(asking: &Asking) -> Result<(), Failure> {
    let answer =
        asking::ask(&asking.socket, &asking.question).map_err(|cause| Failure::Socket {
            path: asking.socket.clone(),
            cause,
        })?;
    let text = match asking.json {
        true => answer,
        false => asking::shown(&asking.question, &answer),
    };
    Ok(print(io::stdout(), text.as_bytes())?)
}

fn speak(arguments: Arguments) -> Result<(), Failure> {
    let directory = arguments
        .manifests
        .ok_or(UsageError::Missing("--manifests DIR"))?;
    let node = arguments.node.ok_or(UsageError::Missing("--node NAME"))?;
    let resources = read(&ManifestSet::read(&directory)?)?;
    let mut plan = ClusterPlan::with_router_id(&resources, arguments.router_id).speaker(&node)?;
    plan.originate.extend(arguments.announce);
    let mut settings = arguments.settings;
    if settings.listen.is_empty() {
        settings.listen = std::mem::take(&mut plan.listen);
    }
    let speaker = Speaker::new(plan)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (mut interrupt, mut terminate) = (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        );
        let stop = async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        let output = Output::new(arguments.style, io::stdout().lock());
        Ok(daemon::run(speaker, settings, output, stop).await?)
    })
}

/// The resources of a set; what is wrong with them goes to standard error.
fn read(set: &ManifestSet) -> Result<Vec<Resource>, Failure> {
    let decoded = diagnose(&set.sources);
    for diagnostic in decoded
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity != Severity::Info)
    {
        eprintln!("{}", render(diagnostic, &set.sources));
    }
    if decoded.has_errors() {
        return Err(Failure::Manifests);
    }
    Ok(decoded.iter().cloned().collect())
}
