//! The command line of `dissect`.

use std::ffi::OsString;

use bgp_wire::bmp::BmpMessageType;
use bgp_wire::dissect::Dissector;
use bgp_wire::{Context, Family, FamilySet, MessageType, ParseError, PeerType};

/// What `--help` prints.
pub const HELP: &str = "\
Says what each octet of BGP and BMP messages means, and what is wrong with it.

Usage: dissect [OPTIONS] FILE|HEX|-

  FILE                 a capture (pcap, pcapng) with BGP or BMP over TCP, an MRT archive,
                       messages as they are on the wire, or hex digits, also as xxd,
                       hexdump -C and tcpdump -x print them; - for standard input
  HEX                  the digits themselves
  --format text|json   [default: text]
  --summary            one line a message
  --only-findings      messages with something wrong
  --filter TYPE        open, update, notification, keepalive or route-refresh; of BMP
                       route-monitoring, statistics-report, peer-down, peer-up, initiation,
                       termination or route-mirroring; again for more
  --as2, --as4         AS numbers have two or four octets, where OPENs do not say
  --add-path FAMILY    NLRI have path identifiers, as in \"ipv4 unicast\" or 1/1, where
                       OPENs do not say; again for more
  --port N             the TCP port of BGP in a capture [default: 179]; connections on
                       other ports are read where they begin with a message of BMP
  -h, --help           print this

How a message reads depends on what its session negotiated: that is learnt from the OPENs of
a capture or by the Peer Ups of BMP, told by an archive, or else the reading with the fewest
faults is taken.

Exit status: 0 nothing is wrong; 1 a message has faults; 2 the input cannot be read.
";

/// How the report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// An array of messages.
    Json,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// A file's name, `-`, or hex digits.
    pub input: OsString,
    /// How the report is written.
    pub format: Format,
    /// One line a message.
    pub summary: bool,
    /// Only messages with findings.
    pub only_findings: bool,
    /// Types to show, by the names of messages; empty for all.
    pub filter: Vec<String>,
    /// Whether AS numbers have four octets, if that is said; OPENs say better.
    pub four_octet_as: Option<bool>,
    /// Families with path identifiers; OPENs say better.
    pub add_path: FamilySet,
    /// BGP's port in captures.
    pub port: u16,
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Command {
    /// Print [`HELP`].
    Help,
    /// Dissect.
    Dissect(Arguments),
}

impl Arguments {
    /// What a command line asks for, the program's name left out.
    ///
    /// # Errors
    ///
    /// An option that is not known, or a value that it does not take.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, lexopt::Error> {
        use lexopt::prelude::*;
        let mut parsed = Self {
            input: OsString::new(),
            format: Format::Text,
            summary: false,
            only_findings: false,
            filter: Vec::new(),
            four_octet_as: None,
            add_path: FamilySet::empty(),
            port: 179,
        };
        let mut input = None;
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("format") => {
                    parsed.format = parser.value()?.parse_with(format)?;
                }
                Long("summary") => parsed.summary = true,
                Long("only-findings") => parsed.only_findings = true,
                Long("filter") => parsed
                    .filter
                    .push(parser.value()?.parse_with(message_type)?),
                Long("as2") => parsed.four_octet_as = Some(false),
                Long("as4") => parsed.four_octet_as = Some(true),
                Long("add-path") => {
                    parsed.add_path.insert(parser.value()?.parse_with(family)?);
                }
                Long("port") => parsed.port = parser.value()?.parse()?,
                Short('h') | Long("help") => return Ok(Command::Help),
                Value(value) if input.is_none() => input = Some(value),
                Short(_) | Long(_) | Value(_) => return Err(argument.unexpected()),
            }
        }
        parsed.input = input.ok_or("an input is missing")?;
        Ok(Command::Dissect(parsed))
    }

    /// How messages are read when the command line says so; otherwise what is known of them
    /// decides.
    #[must_use]
    pub fn context(&self, known: Option<Context>) -> Option<Context> {
        if self.four_octet_as.is_none() && self.add_path.is_empty() {
            return known;
        }
        let mut context = known.unwrap_or_else(every_family);
        if let Some(four_octet_as) = self.four_octet_as {
            context.four_octet_as = four_octet_as;
        }
        for family in self.add_path {
            context.add_path_receive.insert(family);
        }
        Some(context)
    }

    /// A dissector for a connection of which this is known.
    #[must_use]
    pub fn dissector(&self, known: Option<Context>) -> Dissector {
        match self.context(known) {
            Some(context) => Dissector::with_context(context),
            None => Dissector::new(),
        }
    }
}

/// A session that reads whatever comes.
fn every_family() -> Context {
    let mut context = Context::new(PeerType::Internal);
    context.families = FamilySet::all();
    (context.receive_limit, context.send_limit) = (u16::MAX, u16::MAX);
    context
}

fn format(text: &str) -> Result<Format, &'static str> {
    match text {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        _ => Err("expected text or json"),
    }
}

/// The name of a type, as messages of it have it.
fn message_type(text: &str) -> Result<String, &'static str> {
    Ok(match text.to_ascii_lowercase().as_str() {
        "open" => MessageType::Open.to_string(),
        "update" => MessageType::Update.to_string(),
        "notification" => MessageType::Notification.to_string(),
        "keepalive" => MessageType::Keepalive.to_string(),
        "route-refresh" => MessageType::RouteRefresh.to_string(),
        "route-monitoring" => BmpMessageType::ROUTE_MONITORING.to_string(),
        "statistics-report" => BmpMessageType::STATISTICS_REPORT.to_string(),
        "peer-down" => BmpMessageType::PEER_DOWN.to_string(),
        "peer-up" => BmpMessageType::PEER_UP.to_string(),
        "initiation" => BmpMessageType::INITIATION.to_string(),
        "termination" => BmpMessageType::TERMINATION.to_string(),
        "route-mirroring" => BmpMessageType::ROUTE_MIRRORING.to_string(),
        _ => return Err("no type of BGP or BMP messages; see --help"),
    })
}

fn family(text: &str) -> Result<Family, ParseError> {
    text.parse()
}
