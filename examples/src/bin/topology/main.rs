//! The BGP sessions that Calico's manifests mean, as text, JSON or a drawing; and what a
//! change of manifests does to them.
//!
//! ```text
//! topology PATH… [--node N] [--format text|json|dot|mermaid|svg] [--diff PATH…] [--bird 1|2]
//!          [--router-id ID]
//! ```

mod text;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use calico_types::topology::{Bird, Diff, RouterId, Topology, TopologyInput};
use examples::output::{PrintError, print};
use examples::paths::ReadError;
use examples::resources;
use serde_json::json;

const HELP: &str = "\
Says which BGP sessions Calico's manifests mean, node by node, and what does not fit.

Usage: topology PATH... [OPTIONS]
       topology PATH... --diff PATH... [OPTIONS]

  PATH                 a file, a directory (.yaml, .yml, .json), or - for standard input
  --node NAME          one node instead of all
  --format FORMAT      text, json, dot, mermaid or svg [default: text]
  --diff PATH...       what changes when these manifests replace the former: sessions that
                       come, go and are reset, and nodes that are cut off meanwhile
                       (text or json)
  --bird 1|2           which BIRD the nodes run, for --diff [default: 1]
  --router-id ID       BGP identifier of nodes: an address, or `hash` of the node's name
  -h, --help           print this

Large clusters are drawn and listed by what their nodes do; --node has everything of one.
Passwords are never shown.

Exit status: 0 nothing is wrong; 1 the topology has problems, nodes do not hear of each
other's routes, the change cuts nodes off, or a manifest cannot be read as what it says it
is; 2 a wrong command line, an unreadable file, or no such node.
";

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Format {
    #[default]
    Text,
    Json,
    Dot,
    Mermaid,
    Svg,
}

/// A word that names no format.
#[derive(Debug, thiserror::Error)]
#[error("expected text, json, dot, mermaid or svg")]
struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Ok(match text {
            "text" => Self::Text,
            "json" => Self::Json,
            "dot" => Self::Dot,
            "mermaid" => Self::Mermaid,
            "svg" => Self::Svg,
            _ => return Err(UnknownFormat),
        })
    }
}

/// What is on the command line.
#[derive(Default)]
struct Arguments {
    paths: Vec<PathBuf>,
    new_paths: Option<Vec<PathBuf>>,
    node: Option<String>,
    format: Format,
    bird: Bird,
    router_id: RouterId,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}\nTry --help.")]
    Usage(#[from] lexopt::Error),
    #[error("{0}\nTry --help.")]
    Wrong(&'static str),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("no Node {0} among the resources")]
    NoSuchNode(String),
    #[error(transparent)]
    Print(#[from] PrintError),
    #[error("standard output: {0}")]
    Json(#[from] serde_json::Error),
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("topology: {failure}");
            ExitCode::from(2)
        }
    }
}

/// Whether nothing is wrong.
fn run() -> Result<bool, Failure> {
    let Some(arguments) = parse()? else {
        print(io::stdout(), HELP.as_bytes())?;
        return Ok(true);
    };
    let (old, readable) = topology(&arguments.paths, arguments.router_id)?;
    let Some(new_paths) = &arguments.new_paths else {
        let sound = show(&old, &arguments)?;
        return Ok(sound && readable);
    };
    let (new, also_readable) = topology(new_paths, arguments.router_id)?;
    let diff = old.diff(&new).under(arguments.bird);
    let safe = show_diff(&diff, &old, &new, &arguments)?;
    Ok(safe && readable && also_readable)
}

/// The command line; `None` when only help is wanted.
fn parse() -> Result<Option<Arguments>, Failure> {
    use lexopt::prelude::*;
    let mut arguments = Arguments::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(path) => match &mut arguments.new_paths {
                None => arguments.paths.push(path.into()),
                Some(paths) => paths.push(path.into()),
            },
            Long("diff") => arguments.new_paths = Some(Vec::new()),
            Long("node") => arguments.node = Some(parser.value()?.string()?),
            Long("format") => arguments.format = parser.value()?.parse()?,
            Long("router-id") => arguments.router_id = parser.value()?.parse()?,
            Long("bird") => {
                arguments.bird = match parser.value()?.string()?.as_str() {
                    "1" => Bird::V1,
                    "2" => Bird::V2,
                    _ => return Err(Failure::Wrong("--bird: expected 1 or 2")),
                };
            }
            Short('h') | Long("help") => return Ok(None),
            Short(_) | Long(_) => return Err(argument.unexpected().into()),
        }
    }
    let drawn = matches!(
        arguments.format,
        Format::Dot | Format::Mermaid | Format::Svg
    );
    match &arguments.new_paths {
        _ if arguments.paths.is_empty() => Err(Failure::Wrong("PATH is missing")),
        Some(paths) if paths.is_empty() => Err(Failure::Wrong("--diff: PATH is missing")),
        Some(_) if drawn => Err(Failure::Wrong("--diff has text and json only")),
        Some(_) | None => Ok(Some(arguments)),
    }
}

/// The topology of what is at paths, and whether all of it could be read; what could not
/// is shown.
fn topology(paths: &[PathBuf], router_id: RouterId) -> Result<(Topology, bool), Failure> {
    let (resources, readable) = resources::read(paths)?;
    let mut input = TopologyInput::from_resources(&resources);
    input.router_id = router_id;
    Ok((Topology::build(&input), readable))
}

/// Prints a topology; whether nothing is wrong with it.
fn show(topology: &Topology, arguments: &Arguments) -> Result<bool, Failure> {
    let node = match &arguments.node {
        None => None,
        Some(name) => Some(
            topology
                .node(name)
                .ok_or_else(|| Failure::NoSuchNode(name.clone()))?,
        ),
    };
    let problems: Vec<String> = topology.problems().map(|p| p.to_string()).collect();
    let gaps = topology.gaps().unwrap_or_default();
    let drawing = || match &arguments.node {
        None => topology.drawing(),
        Some(name) => topology
            .drawing_of(name)
            .unwrap_or_else(|| topology.drawing()),
    };
    let text = match (arguments.format, &node) {
        (Format::Dot, _) => drawing().to_dot(),
        (Format::Mermaid, _) => drawing().to_mermaid(),
        (Format::Svg, _) => drawing().to_svg(),
        (Format::Json, Some(node)) => line(serde_json::to_string_pretty(node)?),
        (Format::Json, None) => {
            let whole = json!({"topology": topology, "problems": problems, "gaps": gaps});
            line(serde_json::to_string_pretty(&whole)?)
        }
        (Format::Text, Some(node)) => text::one(node),
        (Format::Text, None) => text::all(topology, &problems, &gaps),
    };
    print(io::stdout(), text.as_bytes())?;
    Ok(problems.is_empty() && gaps.is_empty())
}

/// Prints a difference; whether it leaves a sound topology, and cuts nobody off.
fn show_diff(
    diff: &Diff<'_>,
    old: &Topology,
    new: &Topology,
    arguments: &Arguments,
) -> Result<bool, Failure> {
    if let Some(name) = &arguments.node {
        if old.speaker(name).or_else(|| new.speaker(name)).is_none() {
            return Err(Failure::NoSuchNode(name.clone()));
        }
        let node = diff.node(name);
        let text = match (&node, arguments.format) {
            (node, Format::Json) => line(serde_json::to_string_pretty(node)?),
            (Some(node), _) => node.to_string(),
            (None, _) => format!("{name}: nothing changes\n"),
        };
        print(io::stdout(), text.as_bytes())?;
        return Ok(!node.is_some_and(|node| node.counts.is_cut_off()));
    }
    let problems: Vec<String> = new.problems().map(|p| p.to_string()).collect();
    let gaps = new.gaps().unwrap_or_default();
    if arguments.format == Format::Json {
        let whole = json!({"diff": diff, "problems": problems, "gaps": gaps});
        let text = line(serde_json::to_string_pretty(&whole)?);
        print(io::stdout(), text.as_bytes())?;
    } else {
        let text = format!("{diff}{}", text::wrong(&problems, &gaps));
        print(io::stdout(), text.as_bytes())?;
    }
    let cut_off = diff.summary().cut_off;
    Ok(problems.is_empty() && gaps.is_empty() && cut_off.is_empty())
}

fn line(mut text: String) -> String {
    text.push('\n');
    text
}
