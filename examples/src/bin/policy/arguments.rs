//! The command line.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use calico_types::selector::Selector;
use policy_engine::{
    BuildOptions, CompileOptions, Connections, Family, Flow, Peer, Protocol, Staged,
};

use crate::Failure;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Says what network policies mean, from manifests or `kubectl get … -o yaml`.

Usage: policy eval PATH… --from PEER --to PEER [--protocol P] [--port N]   is it allowed, by whom
       policy explain PATH… --from PEER --to PEER [--protocol P] [--port N] every tier and rule asked
       policy list PATH… --endpoint NAME         the policies of an endpoint, in order
       policy matrix PATH…                       who reaches whom
       policy ask PATH… --from PEER --to PEER --permits|--forbids CONNECTIONS
       policy diff PATH… --with PATH…            what is connected otherwise with the other set
       policy diff PATH… --staged                what enforcing the staged policies would change
       policy lint PATH…                         what decides nothing

  PATH                  a file, a directory (.yaml, .yml, .json), or - for standard input
  --from, --to PEER     namespace/pod, the name of an endpoint, or an address
  --protocol P          TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number [default: TCP]
  --port N              the destination port [default: 0]
  --from-port N         the source port [default: 0]
  --icmp TYPE/CODE      of an ICMP message
  --permits, --forbids  such as \"TCP 80,443; UDP 53\", \"all\"
  --staged              as if staged policies were enforced; with diff: the difference
  --family 4|6          one address family [default: those of the endpoints]
  --namespace NAME      endpoints of a namespace only; may be repeated
  --selector SELECTOR   endpoints with these labels only
  --endpoint NAME       this endpoint only
  --unknown             with a workload that might come from a new namespace
  --redundant           lint: also policies without which the same would be connected
  --admin-network-policies  AdminNetworkPolicy counts, as in Calico 3.29 to 3.31
  --format FORMAT       text or json; matrix also: csv, markdown, dot, svg [default: text]
  -h, --help            print this

Exit status: 0 allowed, yes, the same, nothing found; 1 denied, no, a difference, something
found, or a manifest cannot be read as what it says it is; 2 a wrong command line, an
unreadable file, no such peer.
";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Eval,
    Explain,
    List,
    Matrix,
    Ask,
    Diff,
    Lint,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
    Csv,
    Markdown,
    Dot,
    Svg,
}

/// What is asked of a pair of peers.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    Permits(Connections),
    Forbids(Connections),
}

/// What is on the command line.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) command: Command,
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) with: Vec<PathBuf>,
    from: Option<String>,
    to: Option<String>,
    protocol: Protocol,
    port: u16,
    from_port: u16,
    icmp: Option<(u8, u8)>,
    pub(crate) question: Option<Question>,
    pub(crate) staged: Staged,
    pub(crate) family: Option<Family>,
    pub(crate) namespaces: Vec<String>,
    pub(crate) selector: Option<Selector>,
    pub(crate) endpoint: Option<String>,
    pub(crate) unknown: bool,
    pub(crate) redundant: bool,
    pub(crate) build: BuildOptions,
    pub(crate) format: Format,
}

impl Arguments {
    /// The command line; `None` when only help is wanted.
    pub(crate) fn parse(
        arguments: impl Iterator<Item = OsString>,
    ) -> Result<Option<Self>, Failure> {
        use lexopt::prelude::*;
        let mut parser = lexopt::Parser::from_args(arguments);
        let command = match parser.next()? {
            Some(Value(word)) => command(&word.string()?)?,
            Some(Short('h') | Long("help")) => return Ok(None),
            Some(other) => return Err(other.unexpected().into()),
            None => return Err(Failure::Wrong("what is to be done is missing".to_owned())),
        };
        let mut it = Self::new(command);
        let mut with = false;
        while let Some(argument) = parser.next()? {
            match argument {
                Value(path) if with => it.with.push(path.into()),
                Value(path) => it.paths.push(path.into()),
                Long("with") => with = true,
                Long("from") => it.from = Some(parser.value()?.string()?),
                Long("to") => it.to = Some(parser.value()?.string()?),
                Long("protocol") => it.protocol = protocol(&parser.value()?.string()?)?,
                Long("port") => it.port = parser.value()?.parse()?,
                Long("from-port") => it.from_port = parser.value()?.parse()?,
                Long("icmp") => it.icmp = Some(icmp(&parser.value()?.string()?)?),
                Long("permits") => it.question = Some(Question::Permits(parser.value()?.parse()?)),
                Long("forbids") => it.question = Some(Question::Forbids(parser.value()?.parse()?)),
                Long("staged") => it.staged = Staged::Enforced,
                Long("family") => it.family = Some(family(&parser.value()?.string()?)?),
                Long("namespace") => it.namespaces.push(parser.value()?.string()?),
                Long("selector") => it.selector = Some(selector(&parser.value()?.string()?)?),
                Long("endpoint") => it.endpoint = Some(parser.value()?.string()?),
                Long("unknown") => it.unknown = true,
                Long("redundant") => it.redundant = true,
                Long("admin-network-policies") => {
                    it.build = it.build.with_admin_network_policies(true)
                }
                Long("format") => it.format = parser.value()?.parse()?,
                Short('h') | Long("help") => return Ok(None),
                Short(_) | Long(_) => return Err(argument.unexpected().into()),
            }
        }
        it.check()?;
        Ok(Some(it))
    }

    const fn new(command: Command) -> Self {
        Self {
            command,
            paths: Vec::new(),
            with: Vec::new(),
            from: None,
            to: None,
            protocol: Protocol::TCP,
            port: 0,
            from_port: 0,
            icmp: None,
            question: None,
            staged: Staged::Ignored,
            family: None,
            namespaces: Vec::new(),
            selector: None,
            endpoint: None,
            unknown: false,
            redundant: false,
            build: BuildOptions::new(),
            format: Format::Text,
        }
    }

    fn check(&self) -> Result<(), Failure> {
        let flow = matches!(
            self.command,
            Command::Eval | Command::Explain | Command::Ask
        );
        let drawn = !matches!(self.format, Format::Text | Format::Json);
        let rules = [
            (self.paths.is_empty(), "PATH is missing"),
            (flow && self.from.is_none(), "--from is missing"),
            (flow && self.to.is_none(), "--to is missing"),
            (
                self.command == Command::List && self.endpoint.is_none(),
                "--endpoint is missing",
            ),
            (
                self.command == Command::Ask && self.question.is_none(),
                "--permits or --forbids is missing",
            ),
            (
                self.command == Command::Diff
                    && self.with.is_empty()
                    && self.staged == Staged::Ignored,
                "--with or --staged is missing",
            ),
            (
                drawn && self.command != Command::Matrix,
                "--format: only matrix has more than text and json",
            ),
        ];
        match rules.into_iter().find(|(broken, _)| *broken) {
            Some((_, why)) => Err(Failure::Wrong(why.to_owned())),
            None => Ok(()),
        }
    }

    /// The peers that are asked about; checked to be there.
    pub(crate) fn peers(&self) -> (&str, &str) {
        (
            self.from.as_deref().unwrap_or_default(),
            self.to.as_deref().unwrap_or_default(),
        )
    }

    /// The flow that is asked about.
    pub(crate) fn flow(&self) -> Flow<'_> {
        let (from, to) = self.peers();
        let flow = Flow::new(peer(from), peer(to), self.protocol);
        let flow = flow.to_port(self.port).from_port(self.from_port);
        Flow {
            icmp: self.icmp,
            family: self.family,
            ..flow
        }
    }

    /// How policies are compiled.
    pub(crate) const fn options(&self) -> CompileOptions {
        CompileOptions::new().with_staged(self.staged)
    }
}

fn peer(text: &str) -> Peer<'_> {
    match text.parse::<IpAddr>() {
        Ok(address) => Peer::Address(address),
        Err(_) => Peer::Name(text),
    }
}

fn command(word: &str) -> Result<Command, Failure> {
    Ok(match word {
        "eval" => Command::Eval,
        "explain" => Command::Explain,
        "list" => Command::List,
        "matrix" => Command::Matrix,
        "ask" => Command::Ask,
        "diff" => Command::Diff,
        "lint" => Command::Lint,
        _ => return Err(Failure::Wrong(format!("{word:?} is nothing to do"))),
    })
}

fn protocol(word: &str) -> Result<Protocol, Failure> {
    Protocol::named(word).ok_or_else(|| Failure::Wrong(format!("{word:?} is no protocol")))
}

fn icmp(word: &str) -> Result<(u8, u8), Failure> {
    let (icmp_type, code) = word.split_once('/').unwrap_or((word, "0"));
    let both = icmp_type.parse().ok().zip(code.parse().ok());
    both.ok_or_else(|| Failure::Wrong(format!("{word:?} is no ICMP type and code")))
}

fn family(word: &str) -> Result<Family, Failure> {
    match word {
        "4" => Ok(Family::V4),
        "6" => Ok(Family::V6),
        _ => Err(Failure::Wrong("--family: expected 4 or 6".to_owned())),
    }
}

fn selector(text: &str) -> Result<Selector, Failure> {
    Selector::parse(text).map_err(|error| Failure::Wrong(format!("--selector: {error}")))
}

/// A word that names no format.
#[derive(Debug, thiserror::Error)]
#[error("expected text, json, csv, markdown, dot or svg")]
pub(crate) struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Ok(match text {
            "text" => Self::Text,
            "json" => Self::Json,
            "csv" => Self::Csv,
            "markdown" => Self::Markdown,
            "dot" => Self::Dot,
            "svg" => Self::Svg,
            _ => return Err(UnknownFormat),
        })
    }
}
