//! BGP daemons under the same load, in one run: BIRD, FRR, OpenBGPD, GoBGP and our speaker.
//!
//! Each is started anew for each scenario, in a network namespace of its own. Sessions that
//! feed routes and sessions that count what arrives come from a second namespace, out of one
//! process that costs no one's account. What is printed is a table in Markdown.

#![expect(
    clippy::disallowed_methods,
    reason = "it measures other programs in real time"
)]

mod load;
mod routes;
mod scenario;
mod under_test;
mod usage;

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use scenario::{Load, Measured, SCENARIOS, Scenario};
use testkit::netns::{self, Lan, Scratch};
use under_test::Subject;

const HELP: &str = "\
Usage: daemons [SCENARIO…] [--subjects NAME,…] [--routes FILE] [--limit SECONDS] [--speaker PROGRAM]

Without a scenario all of them run; `daemons --list` names them.

  --subjects NAME,…  of bird, frr, openbgpd, gobgp and speaker; otherwise all of them
  --routes FILE      lines of prefix,length,origin AS, gzipped or not; otherwise the shared
                     data's, and without it a made table of the same shape
  --limit SECONDS    how long a daemon may take to converge; otherwise 240
  --speaker PROGRAM  our speaker, built with --release; otherwise the one in ../../target
";

fn main() -> Result<(), Box<dyn Error>> {
    let mut line: Vec<OsString> = std::env::args_os().skip(1).collect();
    if line.first().is_some_and(|word| word == load::WORD) {
        return load::main(line.split_off(1));
    }
    let Some(arguments) = Arguments::parse(line)? else {
        return Ok(());
    };
    let programs: Vec<&str> = arguments
        .subjects
        .iter()
        .filter_map(|it| it.program())
        .collect();
    netns::check(&programs)?;
    for scenario in &arguments.scenarios {
        compare(scenario, &arguments)?;
    }
    Ok(())
}

/// What to do.
#[derive(Debug)]
struct Arguments {
    scenarios: Vec<&'static Scenario>,
    subjects: Vec<Subject>,
    routes: Option<PathBuf>,
    limit: Duration,
    speaker: PathBuf,
}

impl Arguments {
    /// `None`: there was something to print and nothing to do.
    fn parse(line: Vec<OsString>) -> Result<Option<Self>, Box<dyn Error>> {
        use lexopt::prelude::*;
        let mut arguments = Self {
            scenarios: Vec::new(),
            subjects: Subject::ALL.to_vec(),
            routes: testkit::shared::path("data/dfz/dfz.csv.gz"),
            limit: Duration::from_secs(240),
            speaker: "../../target/release/speaker".into(),
        };
        let mut parser = lexopt::Parser::from_args(line);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("subjects") => {
                    let names = parser.value()?.string()?;
                    arguments.subjects =
                        names.split(',').map(str::parse).collect::<Result<_, _>>()?;
                }
                Long("routes") => arguments.routes = Some(parser.value()?.into()),
                Long("limit") => {
                    arguments.limit = Duration::from_secs(parser.value()?.parse()?);
                }
                Long("speaker") => arguments.speaker = parser.value()?.into(),
                Long("list") => {
                    for scenario in &SCENARIOS {
                        println!("{:<18} {}", scenario.name, scenario.what);
                    }
                    return Ok(None);
                }
                Short('h') | Long("help") => {
                    print!("{HELP}");
                    return Ok(None);
                }
                Value(name) => {
                    let known = SCENARIOS.iter().find(|it| name == it.name);
                    arguments
                        .scenarios
                        .push(known.ok_or("no such scenario: see --list")?);
                }
                Short(_) | Long(_) => return Err(argument.unexpected().into()),
            }
        }
        if arguments.scenarios.is_empty() {
            arguments.scenarios.extend(&SCENARIOS);
        }
        Ok(Some(arguments))
    }
}

fn compare(scenario: &'static Scenario, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    println!("\n{} ({})\n", scenario.what, scenario.name);
    println!(
        "| | converged, s | CPU, s | peak RSS, MB | withdrawn, s | CPU for it, s | messages out |"
    );
    println!("|---|---|---|---|---|---|---|");
    for subject in &arguments.subjects {
        match measure(scenario, *subject, arguments) {
            Ok(measured) => println!("| {subject} {measured}"),
            Err(error) => {
                // Of a process that failed, the last line says why.
                let text = error.to_string();
                let why = text.trim().lines().next_back().unwrap_or_default();
                println!("| {subject} | {why} | | | | | |");
            }
        }
    }
    Ok(())
}

/// Starts a daemon, loads it and ends it.
fn measure(
    scenario: &'static Scenario,
    subject: Subject,
    arguments: &Arguments,
) -> Result<Measured, Box<dyn Error>> {
    let load = Load::new(scenario, arguments.routes.clone(), arguments.limit);
    let lan = Lan::new(&[
        ("subject", &[scenario::SUBJECT_NET]),
        ("load", &load.addresses()),
    ])?;
    let scratch = Scratch::new("daemons")?;
    let daemon = subject.start(lan.host("subject"), &scratch, scenario, &arguments.speaker)?;
    let program = std::env::current_exe()?;
    let program = program
        .to_str()
        .ok_or("the program's own path is no text")?;
    let mut words = vec![load::WORD.to_owned(), daemon.id().to_string()];
    words.extend(load.words());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let printed = lan.host("load").run(program, &words)?;
    Ok(Measured::parse(&printed).ok_or(printed)?)
}
