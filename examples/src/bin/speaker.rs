//! A BGP speaker and route reflector, configured from Calico's manifests.
//!
//! ```text
//! speaker run --manifests DIR --node NAME [--announce PREFIX[,NEXTHOP]]… [--listen ADDR:PORT]…
//!             [--router-id ID] [--status SOCKET] [--json]
//! ```
//!
//! It does what the node's BIRD would do under the same resources, except that it leaves
//! the kernel's routing table alone: sessions as the topology has them, filters, route
//! reflection, the node's own blocks announced.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use bgp_rib::{LocalOrigin, LocalRoute};
use bgp_session::ConfigError;
use bgp_wire::NextHop;
use calico_types::topology::RouterId;
use calico_types::{Resource, Severity, diagnose, render};
use examples::daemon::{self, Output, Settings, Style};
use examples::manifests::ManifestSet;
use examples::node::Speaker;
use examples::paths::ReadError;
use examples::plan::{ClusterPlan, PlanError};
use ipnet::IpNet;
use tokio::signal::unix::{SignalKind, signal};

const HELP: &str = "\
Runs the BGP speaker of one node, as the Calico manifests in a directory want it.

Usage: speaker run --manifests DIR --node NAME [OPTIONS]

  --manifests DIR              the cluster's resources (.yaml, .yml, .json)
  --node NAME                  the node to be
  --announce PREFIX[,NEXTHOP]  originate a route besides the node's own blocks; repeatable
  --listen ADDR:PORT           listen here instead of where the topology says; repeatable
  --router-id ID               BGP identifier: an address, or `hash` of the node's name
  --status SOCKET              tell sessions and routes as JSON to whoever connects there
  --json                       print JSON objects, one a line
  -h, --help                   print this

It prints a line for each change of a session's state and of a best route. SIGINT and
SIGTERM end all sessions with Cease / Administrative Shutdown.

Exit status: 0 stopped by a signal; 1 the manifests have errors; 2 anything else.
";

/// What is on the command line.
#[derive(Default)]
struct Arguments {
    manifests: Option<PathBuf>,
    node: Option<String>,
    announce: Vec<LocalRoute>,
    settings: Settings,
    router_id: RouterId,
    style: Style,
}

/// Why the speaker does not run.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}\nTry --help.")]
    Usage(#[from] lexopt::Error),
    #[error("{0} is missing\nTry --help.")]
    Missing(&'static str),
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

/// A text that is no `PREFIX[,NEXTHOP]`.
#[derive(Debug, thiserror::Error)]
enum AnnounceError {
    #[error(transparent)]
    Prefix(#[from] ipnet::AddrParseError),
    #[error("next hop: {0}")]
    NextHop(#[from] std::net::AddrParseError),
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
    let Some(arguments) = parse()? else {
        print!("{HELP}");
        return Ok(());
    };
    let directory = arguments
        .manifests
        .ok_or(Failure::Missing("--manifests DIR"))?;
    let node = arguments.node.ok_or(Failure::Missing("--node NAME"))?;
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

/// The command line; `None` when only help is wanted.
fn parse() -> Result<Option<Arguments>, Failure> {
    use lexopt::prelude::*;
    let mut arguments = Arguments::default();
    let mut parser = lexopt::Parser::from_env();
    let mut command = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("manifests") => arguments.manifests = Some(parser.value()?.into()),
            Long("node") => arguments.node = Some(parser.value()?.string()?),
            Long("announce") => arguments
                .announce
                .push(parser.value()?.parse_with(announce)?),
            Long("listen") => {
                let address: SocketAddr = parser.value()?.parse()?;
                arguments.settings.listen.push(address);
            }
            Long("router-id") => arguments.router_id = parser.value()?.parse()?,
            Long("status") => arguments.settings.status = Some(parser.value()?.into()),
            Long("json") => arguments.style = Style::Json,
            Short('h') | Long("help") => return Ok(None),
            Value(word) if command.is_none() && word == "run" => command = Some(word),
            Short(_) | Long(_) | Value(_) => return Err(argument.unexpected().into()),
        }
    }
    if command.is_none() {
        return Err(Failure::Missing("the command `run`"));
    }
    Ok(Some(arguments))
}

/// A route from `PREFIX[,NEXTHOP]`.
fn announce(text: &str) -> Result<LocalRoute, AnnounceError> {
    let (prefix, next_hop) = text
        .split_once(',')
        .map_or((text, None), |(prefix, hop)| (prefix, Some(hop)));
    let mut route = LocalRoute::new(prefix.parse::<IpNet>()?, LocalOrigin::Static);
    route.attributes.next_hop = match next_hop.map(str::parse::<IpAddr>).transpose()? {
        None => None,
        Some(IpAddr::V4(address)) => Some(NextHop::V4(address)),
        Some(IpAddr::V6(global)) => Some(NextHop::V6 {
            global,
            link_local: None,
        }),
    };
    Ok(route)
}
