//! A BGP speaker and route reflector, configured from Calico's manifests or from a TOML file.
//!
//! ```text
//! speaker run --config FILE | --manifests DIR --node NAME [--announce PREFIX[,NEXTHOP]]… [--listen ADDR:PORT]…
//!             [--router-id ID] [--socket SOCKET] [--bmp ADDR:PORT]
//!             [--drain SECONDS] [--restarted] [--fib …] [--quiet] [--json]
//! speaker status|metrics --socket SOCKET
//! speaker routes [PREFIX] --socket SOCKET
//! speaker explain PREFIX --socket SOCKET
//! speaker refresh PEER --socket SOCKET
//! ```
//!
//! It does what the node's BIRD would do under the same resources: sessions as the topology has
//! them, filters, route reflection, the node's own blocks announced; with `--fib` the kernel's
//! routing table too.

mod arguments;

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use bgp_session::ConfigError;
use calico_types::{Resource, Severity, diagnose, render};
use examples::asking;
use examples::daemon::{self, Order, Output};
use examples::manifests::ManifestSet;
use examples::node::Speaker;
use examples::output::{PrintError, print};
use examples::paths::ReadError;
use examples::plan::{ClusterPlan, PlanError, SpeakerPlan};
use examples::standalone::{self, StandaloneError};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use arguments::{Arguments, Asking, Command, HELP, UsageError};

/// Why the speaker does not run.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}\nTry --help.")]
    Usage(#[from] UsageError),
    #[error("{}: {cause}", path.display())]
    File { path: PathBuf, cause: io::Error },
    #[error(transparent)]
    Print(#[from] PrintError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the manifests have errors")]
    Manifests,
    #[error("{}: {error}", path.display())]
    Config {
        path: PathBuf,
        error: StandaloneError,
    },
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Session(#[from] ConfigError),
    #[error(transparent)]
    System(#[from] io::Error),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("speaker: {failure}");
            let has_errors = matches!(failure, Failure::Manifests | Failure::Config { .. });
            ExitCode::from(if has_errors { 1 } else { 2 })
        }
    }
}

fn run() -> Result<(), Failure> {
    match arguments::parse(std::env::args_os().skip(1))? {
        Command::Help => Ok(print(io::stdout(), HELP.as_bytes())?),
        Command::HelpConfig => Ok(print(io::stdout(), standalone::HELP.as_bytes())?),
        Command::Ask(asking) => ask(&asking),
        Command::Run(arguments) => speak(arguments),
    }
}

/// Asks the speaker at a socket, and prints what it says.
fn ask(asking: &Asking) -> Result<(), Failure> {
    let answer = asking::ask(&asking.socket, &asking.question).map_err(|cause| Failure::File {
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
    let mut plan = plan(&arguments)?;
    let mut settings = arguments.settings.clone();
    settings.listen = std::mem::take(&mut plan.listen);
    let style = arguments.style;
    let speaker = Speaker::new(plan)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let output = Output::new(style, io::stdout().lock());
        Ok(daemon::run(speaker, settings, output, orders(arguments)?).await?)
    })
}

/// What signals ask for.
fn orders(arguments: Arguments) -> io::Result<mpsc::Receiver<Order>> {
    let (sender, orders) = mpsc::channel(1);
    on(SignalKind::interrupt(), &sender, || Some(Order::Shutdown))?;
    on(SignalKind::terminate(), &sender, || Some(Order::Shutdown))?;
    on(SignalKind::user_defined1(), &sender, || {
        Some(Order::Restart)
    })?;
    on(SignalKind::hangup(), &sender, move || reloaded(&arguments))?;
    Ok(orders)
}

/// Gives an order, if there is one to give, whenever the signal comes.
fn on(
    kind: SignalKind,
    orders: &mpsc::Sender<Order>,
    order: impl Fn() -> Option<Order> + Send + 'static,
) -> io::Result<()> {
    let (mut signals, orders) = (signal(kind)?, orders.clone());
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            let Some(order) = order() else { continue };
            if orders.send(order).await.is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// The manifests or the file, read again; what is wrong with them goes to standard error.
fn reloaded(arguments: &Arguments) -> Option<Order> {
    match plan(arguments) {
        Ok(plan) => Some(Order::Reload(Box::new(plan))),
        Err(failure) => {
            eprintln!("speaker: not reloaded: {failure}");
            None
        }
    }
}

/// What the speaker is to be, by all that the command line says.
fn plan(arguments: &Arguments) -> Result<SpeakerPlan, Failure> {
    let mut plan = described(arguments)?;
    plan.originate.extend(arguments.announce.iter().cloned());
    plan.rib.multipath = arguments.settings.kernel.is_some();
    plan.rib.report_best = !arguments.quiet;
    if !arguments.settings.listen.is_empty() {
        plan.listen.clone_from(&arguments.settings.listen);
    }
    Ok(match arguments.restarted {
        true => plan.restarted(),
        false => plan,
    })
}

/// What the speaker is to be, by the manifests or the file.
fn described(arguments: &Arguments) -> Result<SpeakerPlan, Failure> {
    if let Some(path) = &arguments.config {
        let only_with_manifests = [
            (arguments.manifests.is_some(), "--manifests"),
            (arguments.node.is_some(), "--node"),
            (arguments.router_id.is_some(), "--router-id"),
        ];
        if let Some((_, option)) = only_with_manifests.iter().find(|(given, _)| *given) {
            return Err(UsageError::Either(option).into());
        }
        let failure = |cause| Failure::File {
            path: path.clone(),
            cause,
        };
        let text = fs::read_to_string(path).map_err(failure)?;
        return standalone::plan(&text).map_err(|error| Failure::Config {
            path: path.clone(),
            error,
        });
    }
    let missing = |what| UsageError::Missing(what);
    let directory = arguments.manifests.as_ref();
    let directory = directory.ok_or_else(|| missing("--manifests DIR or --config FILE"))?;
    let node = arguments.node.as_ref();
    let node = node.ok_or_else(|| missing("--node NAME"))?;
    let resources = read(&ManifestSet::read(directory)?)?;
    let router_id = arguments.router_id.unwrap_or_default();
    Ok(ClusterPlan::with_router_id(&resources, router_id).speaker(node)?)
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
