//! Counters in the text format of Prometheus.

use std::fmt::Write as _;
use std::time::Instant;

use bgp_session::{Counters, State, Traffic};

use crate::node::{Peering, Speaker};

/// A number of a session.
type Value = fn(&Counters) -> u64;
/// A number of messages.
type Count = fn(&Traffic) -> u64;
/// One of the two directions.
type Side = fn(&Counters) -> &Traffic;

/// Name, what it means, and where it stands.
const COUNTERS: [(&str, &str, Value); 5] = [
    (
        "bgp_session_established_total",
        "Times that the session reached Established.",
        |it| it.established,
    ),
    (
        "bgp_session_flaps_total",
        "Times that the session left Established.",
        |it| it.flaps,
    ),
    (
        "bgp_session_collisions_total",
        "Connections that lost a collision.",
        |it| it.collisions,
    ),
    (
        "bgp_session_malformed_updates_total",
        "UPDATEs that RFC 7606 kept from ending the session.",
        |it| it.malformed_updates,
    ),
    (
        "bgp_session_connect_retries",
        "Failed attempts since the session was started.",
        |it| it.connect_retry_counter,
    ),
];

/// Types of messages, and their counts.
const MESSAGES: [(&str, Count); 5] = [
    ("open", |it| it.opens),
    ("update", |it| it.updates),
    ("notification", |it| it.notifications),
    ("keepalive", |it| it.keepalives),
    ("route-refresh", |it| it.route_refreshes),
];

/// All of them. A session is told by its name and its peer's address.
pub(super) fn text(speaker: &Speaker, now: Instant) -> String {
    let mut out = String::new();
    head(
        &mut out,
        "bgp_loc_rib_routes",
        "gauge",
        "Prefixes with a best route.",
    );
    line(
        &mut out,
        "bgp_loc_rib_routes",
        "",
        speaker.rib().loc_rib().count() as u64,
    );

    let peerings: Vec<&Peering> = speaker.peerings().collect();
    let peerings = peerings.as_slice();
    let name = "bgp_session_up";
    head(
        &mut out,
        name,
        "gauge",
        "1 where the session is Established.",
    );
    each(&mut out, name, peerings, |it| {
        u64::from(it.session().state() == State::Established)
    });
    let name = "bgp_session_uptime_seconds";
    head(
        &mut out,
        name,
        "gauge",
        "How long the session has been Established.",
    );
    each(&mut out, name, peerings, |it| {
        let since = it.session().counters().established_since;
        since.map_or(0, |since| now.saturating_duration_since(since).as_secs())
    });
    let name = "bgp_session_received_routes";
    head(&mut out, name, "gauge", "Routes of Adj-RIB-In.");
    each(&mut out, name, peerings, |it| counts(speaker, it).0);
    let name = "bgp_session_stale_routes";
    head(
        &mut out,
        name,
        "gauge",
        "Routes kept over a restart of the peer.",
    );
    each(&mut out, name, peerings, |it| counts(speaker, it).1);
    for (name, help, value) in COUNTERS {
        let kind = match name.ends_with("_total") {
            true => "counter",
            false => "gauge",
        };
        head(&mut out, name, kind, help);
        each(&mut out, name, peerings, |it| {
            value(it.session().counters())
        });
    }
    messages(&mut out, peerings);
    out
}

fn counts(speaker: &Speaker, peering: &Peering) -> (u64, u64) {
    let (routes, stale) = speaker
        .rib()
        .route_counts(peering.peer())
        .unwrap_or_default();
    (routes as u64, stale as u64)
}

fn messages(out: &mut String, peerings: &[&Peering]) {
    let directions: [(&str, Side); 2] = [("received", |it| &it.received), ("sent", |it| &it.sent)];
    let name = "bgp_session_messages_total";
    head(out, name, "counter", "Messages by direction and type.");
    for peering in peerings {
        for (direction, traffic) in directions {
            for (kind, count) in MESSAGES {
                let session = labels(peering);
                let labels = format!("{session},direction=\"{direction}\",type=\"{kind}\"");
                line(
                    out,
                    name,
                    &labels,
                    count(traffic(peering.session().counters())),
                );
            }
        }
    }
    let name = "bgp_session_bytes_total";
    head(out, name, "counter", "Octets by direction.");
    for peering in peerings {
        for (direction, traffic) in directions {
            let labels = format!("{},direction=\"{direction}\"", labels(peering));
            line(
                out,
                name,
                &labels,
                traffic(peering.session().counters()).bytes,
            );
        }
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn each(out: &mut String, name: &str, peerings: &[&Peering], value: impl Fn(&Peering) -> u64) {
    for peering in peerings {
        line(out, name, &labels(peering), value(peering));
    }
}

fn line(out: &mut String, name: &str, labels: &str, value: u64) {
    let _ = match labels {
        "" => writeln!(out, "{name} {value}"),
        _ => writeln!(out, "{name}{{{labels}}} {value}"),
    };
}

fn labels(peering: &Peering) -> String {
    format!(
        "session=\"{}\",peer=\"{}\",asn=\"{}\"",
        escaped(&peering.plan.name),
        peering.plan.session.remote.ip(),
        super::status::asn(peering).unwrap_or_default(),
    )
}

/// A label's value: backslashes, quotes and line feeds are escaped.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
