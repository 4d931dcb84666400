//! The command line of `speaker`.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use bgp_rib::{LocalOrigin, LocalRoute};
use calico_types::topology::RouterId;
use examples::daemon::{Question, Settings, Style};
use examples::fib::KernelSettings;
use examples::plan;
use ipnet::IpNet;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Runs the BGP speaker of one node, as the Calico manifests in a directory want it, or one that
a file describes, and asks a running one.

Usage: speaker run --manifests DIR --node NAME [OPTIONS]
       speaker run --config FILE [OPTIONS]

  --manifests DIR              the cluster's resources (.yaml, .yml, .json)
  --node NAME                  the node to be
  --config FILE                a speaker outside of a cluster, in TOML; --help-config says how
  --announce PREFIX[,NEXTHOP]  originate a route besides the node's own blocks; repeatable
  --listen ADDR:PORT           listen here instead of where the topology says; repeatable
  --router-id ID               BGP identifier: an address, or `hash` of the node's name
  --socket SOCKET              answer questions here
  --bmp ADDR:PORT              tell this monitoring station by BMP what each peer sends
  --fib                        keep the kernel's routing table, as BIRD does on a Calico node: best
                               routes, several where they are equal, blackholes for own blocks,
                               IP-in-IP through tunl0 where the pool says so
  --fib-table NUMBER           in this table; 254, main, otherwise
  --fib-protocol NUMBER        as routes of this protocol, which nobody else may use; otherwise 179
  --fib-metric NUMBER          with this metric; otherwise 32
  --fib-keep                   leave them there on exit; otherwise only SIGUSR1 does
  --drain SECONDS              before sessions end, mark all routes as going (RFC 8326) and wait
                               so long for traffic to take other ways
  --restarted                  it was here a moment ago and has forwarded since: peers keep its
                               routes, and are told of none before all of theirs are here, or a
                               minute is over (RFC 4724)
  --quiet                      print nothing of routes
  --json                       print JSON objects, one a line

It prints a line for each change of a session's state and of a best route, which at a full
table is work. SIGINT and
SIGTERM end all sessions with Cease / Administrative Shutdown; a second one ends --drain.
SIGHUP has it read the manifests or the file again, do what differs, and reset no session that
need not be; what has errors changes nothing. SIGUSR1 ends it without a word, so that peers that take part in graceful restart keep its
routes until it is back with --restarted. As Calico has it, external
peers of a node may send and are told what no filter refuses; those of a file nothing without
a policy (RFC 8212).

Usage: speaker status            --socket SOCKET [--json]
       speaker routes [PREFIX]   --socket SOCKET [--json]
       speaker explain PREFIX    --socket SOCKET [--json]
       speaker metrics           --socket SOCKET
       speaker refresh PEER      --socket SOCKET [--json]

  status     sessions: state, since when, routes received and sent, why the last one ended
  routes     the best route of each prefix, or every route of one
  explain    why the best route of a prefix is the best, and where each other one lost
  metrics    counters, in the text format of Prometheus
  refresh    ask a peer for its routes again (RFC 2918); PEER is its address, or the session's
             name
  PREFIX     may be an address, which stands for the longest prefix that has it

  -h, --help                   print this
      --help-config            print what FILE can say

Exit status: 0 stopped by a signal, or answered; 1 the manifests or the file have errors;
2 anything else.
";

/// What to do.
pub(crate) enum Command {
    /// Print [`HELP`].
    Help,
    /// Print what a configuration file can say.
    HelpConfig,
    /// Be a speaker.
    Run(Arguments),
    /// Ask one.
    Ask(Asking),
}

/// How to run.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) manifests: Option<PathBuf>,
    pub(crate) node: Option<String>,
    pub(crate) config: Option<PathBuf>,
    pub(crate) announce: Vec<LocalRoute>,
    pub(crate) settings: Settings,
    pub(crate) router_id: Option<RouterId>,
    pub(crate) style: Style,
    pub(crate) restarted: bool,
    pub(crate) quiet: bool,
}

/// What to ask, and where.
pub(crate) struct Asking {
    pub(crate) socket: PathBuf,
    pub(crate) question: Question,
    pub(crate) json: bool,
}

/// A command line that is not understood.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    #[error(transparent)]
    Option(#[from] lexopt::Error),
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0} goes with --manifests, not with --config")]
    Either(&'static str),
    #[error("expected run, status, routes, explain, metrics or refresh")]
    Command,
    #[error(transparent)]
    Question(#[from] examples::daemon::QuestionError),
}

/// The last number of the kernel's own, of the system's start and of administrators
/// (linux/rtnetlink.h).
const RTPROT_STATIC: u8 = 4;
/// The kernel's table of the host's own addresses (linux/rtnetlink.h).
const RT_TABLE_LOCAL: u32 = 255;

/// A number by which the kernel's routes cannot be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KernelError {
    #[error(transparent)]
    Number(#[from] std::num::ParseIntError),
    #[error("0 to 4 are the kernel's, the system's and the administrator's")]
    Protocol,
    #[error("not a table to put routes into")]
    Table,
}

/// A text that is no `PREFIX[,NEXTHOP]`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnnounceError {
    #[error(transparent)]
    Prefix(#[from] ipnet::AddrParseError),
    #[error("next hop: {0}")]
    NextHop(#[from] std::net::AddrParseError),
}

/// What a command line asks for, the program's name left out.
pub(crate) fn parse(line: impl IntoIterator<Item = OsString>) -> Result<Command, UsageError> {
    use lexopt::prelude::*;
    let mut parser = lexopt::Parser::from_args(line);
    match parser.next()? {
        None => Err(UsageError::Missing("a command")),
        Some(Short('h') | Long("help")) => Ok(Command::Help),
        Some(Long("help-config")) => Ok(Command::HelpConfig),
        Some(Value(word)) if word == "run" => run(parser),
        Some(Value(word)) => ask(word.string()?, parser),
        Some(argument @ (Short(_) | Long(_))) => Err(argument.unexpected().into()),
    }
}

fn run(mut parser: lexopt::Parser) -> Result<Command, UsageError> {
    use lexopt::prelude::*;
    let mut arguments = Arguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("manifests") => arguments.manifests = Some(parser.value()?.into()),
            Long("node") => arguments.node = Some(parser.value()?.string()?),
            Long("config") => arguments.config = Some(parser.value()?.into()),
            Long("help-config") => return Ok(Command::HelpConfig),
            Long("announce") => arguments
                .announce
                .push(parser.value()?.parse_with(announce)?),
            Long("listen") => {
                let address: SocketAddr = parser.value()?.parse()?;
                arguments.settings.listen.push(address);
            }
            Long("router-id") => arguments.router_id = Some(parser.value()?.parse()?),
            Long("socket") => arguments.settings.socket = Some(parser.value()?.into()),
            Long("bmp") => arguments.settings.monitor = Some(parser.value()?.parse()?),
            Long("fib") => {
                arguments.settings.kernel.get_or_insert_default();
            }
            Long("fib-table") => {
                kernel(&mut arguments).table = parser.value()?.parse_with(table)?
            }
            Long("fib-protocol") => {
                kernel(&mut arguments).protocol = parser.value()?.parse_with(protocol)?;
            }
            Long("fib-metric") => kernel(&mut arguments).metric = parser.value()?.parse()?,
            Long("fib-keep") => kernel(&mut arguments).keep = true,
            Long("drain") => {
                let seconds: u32 = parser.value()?.parse()?;
                arguments.settings.drain = Duration::from_secs(seconds.into());
            }
            Long("restarted") => arguments.restarted = true,
            Long("quiet") => arguments.quiet = true,
            Long("json") => arguments.style = Style::Json,
            Short('h') | Long("help") => return Ok(Command::Help),
            Short(_) | Long(_) | Value(_) => return Err(argument.unexpected().into()),
        }
    }
    Ok(Command::Run(arguments))
}

/// Whoever says how the kernel's table is kept wants it kept.
fn kernel(arguments: &mut Arguments) -> &mut KernelSettings {
    arguments.settings.kernel.get_or_insert_default()
}

/// A number of a routing protocol that may be ours: what has that number and is not wanted goes.
fn protocol(text: &str) -> Result<u8, KernelError> {
    match text.parse()? {
        0..=RTPROT_STATIC => Err(KernelError::Protocol),
        number => Ok(number),
    }
}

/// A table that routes may be put into.
fn table(text: &str) -> Result<u32, KernelError> {
    match text.parse()? {
        0 | RT_TABLE_LOCAL => Err(KernelError::Table),
        number => Ok(number),
    }
}

/// The words of a question are those that the socket understands.
fn ask(mut question: String, mut parser: lexopt::Parser) -> Result<Command, UsageError> {
    use lexopt::prelude::*;
    let (mut socket, mut json) = (None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("socket") => socket = Some(parser.value()?.into()),
            Long("json") => json = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            Value(word) => {
                question.push(' ');
                question.push_str(&word.string()?);
            }
            Short(_) | Long(_) => return Err(argument.unexpected().into()),
        }
    }
    let word = question.split_whitespace().next().unwrap_or_default();
    if !["status", "routes", "explain", "metrics", "refresh"].contains(&word) {
        return Err(UsageError::Command);
    }
    Ok(Command::Ask(Asking {
        question: question.parse()?,
        socket: socket.ok_or(UsageError::Missing("--socket SOCKET"))?,
        json,
    }))
}

/// A route from `PREFIX[,NEXTHOP]`.
fn announce(text: &str) -> Result<LocalRoute, AnnounceError> {
    let (prefix, next_hop) = text
        .split_once(',')
        .map_or((text, None), |(prefix, hop)| (prefix, Some(hop)));
    let mut route = LocalRoute::new(prefix.parse::<IpNet>()?, LocalOrigin::Static);
    let next_hop = next_hop.map(str::parse::<IpAddr>).transpose()?;
    route.attributes.next_hop = next_hop.map(plan::next_hop);
    Ok(route)
}
