//! How many instructions the codec takes for a message, counted by callgrind: a figure
//! that a busy machine does not change, held against the one in `instructions.txt`.
//!
//! ```text
//! instructions check     fails where something takes more than it may
//! instructions update    writes down what is taken now
//! instructions run WHAT TIMES
//! ```
//!
//! A run of `2 × TIMES` less a run of `TIMES` leaves what the work itself takes. Figures
//! differ by compiler: [`TOLERANCE`] is for that, and `update` after a new one.

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

use benches::updates::{self, Route};
use benches::walk::walk;
use bgp_wire::{Context, PeerType, UpdatePacker, UpdateView};

/// UPDATEs of the workload.
const MESSAGES: u32 = 1000;

/// How often the workload is run, and once more twice as often.
const TIMES: u32 = 5;

/// How much more than written down something may take, in percent.
const TOLERANCE: u64 = 10;

/// One thing that is measured, and what it is called.
type Work = (&'static str, fn(&Workload));

/// What is measured.
const WORK: [Work; 3] = [
    ("scan", |work| {
        for message in &work.messages {
            black_box(UpdateView::scan(black_box(message), &work.context).is_ok());
        }
    }),
    ("scan-and-walk", |work| {
        for message in &work.messages {
            if let Ok(update) = UpdateView::scan(black_box(message), &work.context) {
                walk(&update);
            }
        }
    }),
    ("encode", |work| {
        let packer = UpdatePacker::new(&work.context);
        let mut buffer = [0; 4096];
        for route in &work.routes {
            black_box(updates::encode_one(&packer, black_box(route), &mut buffer).is_ok());
        }
    }),
];

struct Workload {
    context: Context,
    routes: Vec<Route>,
    messages: Vec<Vec<u8>>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["run", what, times] => run(what, times),
        ["check"] => check(),
        ["update"] => update(),
        _ => Err("usage: instructions check | update | run WHAT TIMES".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("instructions: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(what: &str, times: &str) -> Result<(), Box<dyn Error>> {
    let context = Context::new(PeerType::Internal);
    let routes = updates::routes(MESSAGES);
    let messages = updates::encode(&routes, &context)?;
    let workload = Workload {
        context,
        routes,
        messages,
    };
    let (_, work) = WORK
        .into_iter()
        .find(|(name, _)| *name == what)
        .ok_or("no such work")?;
    for _ in 0..times.parse()? {
        work(&workload);
    }
    Ok(())
}

/// Instructions for one message of each work.
fn count_all() -> Result<Vec<(&'static str, u64)>, Box<dyn Error>> {
    WORK.into_iter()
        .map(|(name, _)| {
            let [once, twice] = [count(name, TIMES)?, count(name, 2 * TIMES)?];
            let messages = u64::from(MESSAGES) * u64::from(TIMES);
            Ok((name, twice.saturating_sub(once) / messages))
        })
        .collect()
}

/// Instructions of a whole run.
fn count(what: &str, times: u32) -> Result<u64, Box<dyn Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args(["run", what, &times.to_string()])
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    let counted = told.lines().find_map(|line| {
        let (_, count) = line.split_once("Collected :")?;
        count.trim().parse().ok()
    });
    counted.ok_or_else(|| format!("valgrind: {told}").into())
}

fn check() -> Result<(), Box<dyn Error>> {
    let written = fs::read_to_string(file())?;
    let mut over = Vec::new();
    for (name, now) in count_all()? {
        let before = written
            .lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok())
            .ok_or_else(|| format!("{name} is not written down"))?;
        println!("{name:<14} {now:>6} instructions a message, {before} written down");
        if now * 100 > before * (100 + TOLERANCE) {
            over.push(name);
        }
    }
    if over.is_empty() {
        return Ok(());
    }
    Err(format!(
        "more than {TOLERANCE} % over what is written down: {}",
        over.join(", ")
    )
    .into())
}

fn update() -> Result<(), Box<dyn Error>> {
    let mut text = String::new();
    for (name, count) in count_all()? {
        writeln!(text, "{name:<14} {count:>6}")?;
    }
    print!("{text}");
    Ok(fs::write(file(), text).map_err(|error: io::Error| error)?)
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.txt")
}
