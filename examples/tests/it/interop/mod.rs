//! Our speaker with the daemons that people run, feature by feature.
//!
//! `examples/INTEROP.md` has the table of what holds here: a cell is a tick where the scenario
//! passes, and else says why the daemon cannot do it. No scenario may fail.

mod exchange;
mod failure;
mod matrix;
mod operations;
mod ours;
mod reflection;
mod scene;

use std::panic::catch_unwind;

use testkit::netns;
use testkit::netns::routers::Kind;

use self::matrix::SCENARIOS;

/// Where the table begins and ends.
const BEGIN: &str = "<!-- table -->\n";
const END: &str = "<!-- end -->\n";

/// Tries all with one daemon; `INTEROP_ONLY` holds what the rows of interest have in them.
fn run(kind: Kind) {
    if !netns::ready(kind.programs()) {
        return;
    }
    let only = std::env::var("INTEROP_ONLY").unwrap_or_default();
    let is_wanted = |row: &str| row.contains(&only);
    let mut failed = Vec::new();
    for scenario in SCENARIOS {
        if scenario.lack(kind).is_some() || !scenario.rows.iter().any(|row| is_wanted(row)) {
            continue;
        }
        let works = catch_unwind(|| (scenario.run)(kind)).is_ok();
        println!(
            "{kind}: {}: {}",
            scenario.rows.join("; "),
            if works { "works" } else { "fails" }
        );
        if !works {
            failed.push(scenario.rows);
        }
    }
    assert!(failed.is_empty(), "{kind}: {failed:?}");
}

#[test]
fn bird() {
    run(Kind::Bird);
}

#[test]
fn frr() {
    run(Kind::Frr);
}

#[test]
fn gobgp() {
    run(Kind::GoBgp);
}

#[test]
fn exabgp() {
    run(Kind::ExaBgp);
}

#[test]
fn openbgpd() {
    run(Kind::OpenBgpd);
}

/// The documentation says what is tried. `INTEROP_WRITE=1` writes it.
#[test]
fn table_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/INTEROP.md");
    let document = std::fs::read_to_string(path).unwrap();
    let (head, rest) = document.split_once(BEGIN).unwrap();
    let (_, tail) = rest.split_once(END).unwrap();
    let current = format!("{head}{BEGIN}\n{}{END}{tail}", matrix::table());
    if std::env::var_os("INTEROP_WRITE").is_some() {
        std::fs::write(path, current).unwrap();
    } else {
        assert_eq!(document, current, "INTEROP_WRITE=1 writes it anew");
    }
}
