//! What is tried with each daemon, what some cannot do, and the table of both.

use testkit::netns::routers::Kind;

use super::{exchange, failure, operations, reflection};

/// Something that is tried with each daemon that can do it.
pub(super) struct Scenario {
    /// The rows of the table that it proves.
    pub(super) rows: &'static [&'static str],
    /// Panics unless it works.
    pub(super) run: fn(Kind),
    /// Who cannot, and why.
    lacks: &'static [(Kind, &'static str)],
}

const CLOSES: &str = "keeps the first, whoever opened it";
const NO_TABLE: &str = "has no table of routes: passes nothing on";

const fn all(rows: &'static [&'static str], run: fn(Kind)) -> Scenario {
    Scenario {
        rows,
        run,
        lacks: &[],
    }
}

/// All of them, in the order of the table.
pub(super) const SCENARIOS: &[Scenario] = &[
    all(
        &[
            "Established, we dial",
            "IPv4 and IPv6 unicast over IPv4",
            "4-octet AS numbers",
            "Communities, large and extended ones",
        ],
        exchange::we_dial,
    ),
    all(
        &["Established, they dial", "IPv4 and IPv6 unicast over IPv6"],
        exchange::they_dial,
    ),
    all(
        &["Both dial at once, one connection stays"],
        exchange::collision,
    ),
    Scenario {
        rows: &["Of two connections that of the higher identifier stays"],
        run: exchange::collision_by_identifier,
        lacks: &[
            (Kind::GoBgp, CLOSES),
            (Kind::ExaBgp, CLOSES),
            (Kind::OpenBgpd, CLOSES),
        ],
    },
    all(&["They are our route reflector client"], reflection::by_us),
    all(
        &["Several paths from us (ADD-PATH)"],
        reflection::add_path_to_them,
    ),
    Scenario {
        rows: &["They are our route reflector"],
        run: reflection::by_them,
        lacks: &[(Kind::ExaBgp, NO_TABLE)],
    },
    Scenario {
        rows: &["Several paths from them (ADD-PATH)"],
        run: reflection::add_path_to_us,
        lacks: &[(Kind::ExaBgp, NO_TABLE)],
    },
    all(&["TCP MD5, right and wrong"], operations::md5),
    all(&["Hold timer, either end frozen"], failure::hold_timer),
    all(&["Killed, and back"], failure::killed_and_back),
    Scenario {
        rows: &["They restart gracefully, stale routes swept"],
        run: failure::they_restart,
        lacks: &[(
            Kind::OpenBgpd,
            "keeps routes of others, and asks nobody to keep its own",
        )],
    },
    Scenario {
        rows: &["We restart gracefully, they keep our routes"],
        run: failure::we_restart,
        lacks: &[(Kind::ExaBgp, NO_TABLE)],
    },
    Scenario {
        rows: &["They answer our route refresh"],
        run: operations::our_refresh,
        lacks: &[(
            Kind::OpenBgpd,
            "7.7 counts the request, and sends nothing that it has sent before",
        )],
    },
    Scenario {
        rows: &["We answer their route refresh"],
        run: operations::their_refresh,
        lacks: &[(
            Kind::GoBgp,
            "keeps what it was sent, and never asks for it again",
        )],
    },
    Scenario {
        rows: &["They show our shutdown communication"],
        run: operations::shutdown,
        lacks: &[(
            Kind::ExaBgp,
            "fails to decode the NOTIFICATION: its own error ends the session",
        )],
    },
    all(&["Our maximum of prefixes"], operations::our_limit),
    Scenario {
        rows: &["Their maximum of prefixes"],
        run: operations::their_limit,
        lacks: &[(Kind::ExaBgp, "counts no routes")],
    },
];

impl Scenario {
    /// Why the daemon cannot do it.
    pub(super) fn lack(&self, kind: Kind) -> Option<&'static str> {
        let mut lacks = self.lacks.iter();
        lacks.find_map(|(who, why)| (*who == kind).then_some(*why))
    }
}

/// The table, as the documentation has it.
pub(super) fn table() -> String {
    let mut notes: Vec<String> = Vec::new();
    let mut text = String::from("| |");
    for kind in Kind::ALL {
        text += &format!(" {kind} |");
    }
    text += "\n|---|";
    text += &":-:|".repeat(Kind::ALL.len());
    for scenario in SCENARIOS {
        let mut cells = String::new();
        for kind in Kind::ALL {
            cells += &match scenario.lack(kind) {
                None => " ✓ |".to_owned(),
                Some(why) => format!(" {} |", noted(&mut notes, format!("{kind} {why}."))),
            };
        }
        for row in scenario.rows {
            text += &format!("\n| {row} |{cells}");
        }
    }
    text += "\n\n";
    for (number, note) in (1..).zip(notes) {
        text += &format!("{number}. {note}\n");
    }
    text
}

/// The number of a note, from 1.
fn noted(notes: &mut Vec<String>, note: String) -> usize {
    let known = notes.iter().position(|known| *known == note);
    known.unwrap_or_else(|| {
        notes.push(note);
        notes.len() - 1
    }) + 1
}
