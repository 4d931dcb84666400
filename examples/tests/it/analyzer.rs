//! Connectivity as np-guard's network-config-analyzer sees it: a program in Python, of which
//! this crate has nothing.
//!
//! It is asked where it is installed (`nca` on the PATH, or named by `CALICO_NCA`):
//! `python3 -m venv v && v/bin/pip install network-config-analyzer`.
//!
//! Compared is what both understand: pods, namespaces, Kubernetes' NetworkPolicy and Calico's
//! NetworkPolicy and GlobalNetworkPolicy in one tier. Where they differ, and why the clusters here
//! have none of it:
//!
//! - `nets` and `notNets` mean addresses to Felix and to us, also those of pods; to the analyzer
//!   they mean addresses outside. So no network here has pods in it, nets are on the far side of
//!   a rule, and there are no `notNets`, which would match every pod.
//! - The analyzer knows no tiers (`tier` is a mistake to it), and reads types that are left out
//!   otherwise; here they are written down.
//! - It has no port 0, and a pod always reaches itself. Neither is asked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use calico_types::{Resource, Severity, Source, decode};
use policy_engine::{CompileOptions, Connectivity, Family, Packet, PolicySet, Protocol, Snapshot};

/// How many clusters are compared.
const CLUSTERS: u64 = 40;

/// Addresses outside, in and around the networks of the rules.
const OUTSIDE: [&str; 4] = ["192.0.2.1", "192.0.2.200", "198.51.100.7", "8.8.8.8"];

/// xorshift64*: the same clusters in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.roll(from.len() as u64)).unwrap()]
    }

    fn chance(&mut self, of_ten: u64) -> bool {
        self.roll(10) < of_ten
    }
}

const SELECTORS: [&str; 9] = [
    "app == 'front'",
    "app == 'back'",
    "app == 'db'",
    "app != 'db'",
    "app in {'front', 'back'}",
    "app not in {'db'}",
    "has(zone)",
    "!has(zone)",
    "all()",
];

/// None with pods in it: there the analyzer differs, see above.
const NETS: [&str; 3] = ["192.0.2.0/24", "192.0.2.128/25", "198.51.100.0/24"];

fn cluster(dice: &mut Dice) -> String {
    let mut out = String::new();
    let mut number = 0;
    for namespace in ["shop", "lab"] {
        let _ = writeln!(
            out,
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}, labels: {{team: {namespace}}}}}\n---"
        );
        for app in ["front", "back", "db"] {
            number += 1;
            let zone = if dice.chance(5) { ", zone: a" } else { "" };
            let _ = writeln!(
                out,
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: {app}, namespace: {namespace}, labels: {{app: {app}{zone}}}}}\n\
                 spec: {{nodeName: n1, containers: [{{name: c, image: x}}]}}\n\
                 status: {{podIP: 10.1.0.{number}}}\n---"
            );
        }
    }
    for policy in 0..=dice.roll(5) {
        let text = match dice.roll(3) {
            0 => kubernetes(dice, policy),
            1 => {
                let namespace = dice.pick(&["shop", "lab"]);
                calico(dice, policy, Some(namespace))
            }
            _ => calico(dice, policy, None),
        };
        let _ = writeln!(out, "{text}---");
    }
    out
}

fn kubernetes(dice: &mut Dice, number: u64) -> String {
    let namespace = dice.pick(&["shop", "lab"]);
    let labels = |dice: &mut Dice| match dice.roll(3) {
        0 => "{}".to_owned(),
        1 => format!(
            "{{matchLabels: {{app: {}}}}}",
            dice.pick(&["front", "back", "db"])
        ),
        _ => "{matchExpressions: [{key: zone, operator: Exists}]}".to_owned(),
    };
    let subject = labels(dice);
    let mut out = format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: k{number}, namespace: {namespace}}}\n\
         spec:\n  podSelector: {subject}\n"
    );
    let directions = [("Ingress", "ingress", "from"), ("Egress", "egress", "to")];
    let both = dice.chance(3);
    let first = usize::from(dice.chance(4));
    let used: Vec<_> = match both {
        true => directions.to_vec(),
        false => vec![directions[first]],
    };
    let types: Vec<&str> = used.iter().map(|it| it.0).collect();
    let _ = writeln!(out, "  policyTypes: [{}]", types.join(", "));
    for (_, field, peers) in used {
        let _ = writeln!(out, "  {field}:");
        for _ in 0..=dice.roll(2) {
            let peer = match dice.roll(4) {
                0 => format!("{{podSelector: {}}}", labels(dice)),
                1 => format!(
                    "{{namespaceSelector: {{matchLabels: {{team: {}}}}}}}",
                    dice.pick(&["shop", "lab"])
                ),
                2 => "{namespaceSelector: {}, podSelector: {matchLabels: {app: front}}}".to_owned(),
                _ => "{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}}".to_owned(),
            };
            let port = dice.pick(&[
                "{port: 80}",
                "{port: 3306, protocol: TCP}",
                "{port: 53, protocol: UDP}",
                "{port: 8000, endPort: 9000}",
                "{protocol: UDP}",
            ]);
            let _ = match dice.roll(3) {
                0 => writeln!(out, "  - {peers}: [{peer}]"),
                1 => writeln!(out, "  - ports: [{port}]"),
                _ => writeln!(out, "  - {peers}: [{peer}]\n    ports: [{port}]"),
            };
        }
    }
    out
}

fn calico(dice: &mut Dice, number: u64, namespace: Option<&str>) -> String {
    let (kind, place) = match namespace {
        Some(namespace) => ("NetworkPolicy", format!(", namespace: {namespace}")),
        None => ("GlobalNetworkPolicy", String::new()),
    };
    let mut out = format!(
        "apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {{name: c{number}{place}}}\n\
         spec:\n  order: {number}\n  selector: {:?}\n",
        dice.pick(&SELECTORS)
    );
    let (kind, field, remote) = match dice.chance(6) {
        true => ("Ingress", "ingress", "source"),
        false => ("Egress", "egress", "destination"),
    };
    let _ = writeln!(out, "  types: [{kind}]\n  {field}:");
    for _ in 0..=dice.roll(3) {
        let _ = writeln!(
            out,
            "  - action: {}",
            dice.pick(&["Allow", "Allow", "Deny"])
        );
        let protocol = dice.pick(&["TCP", "UDP", "any"]);
        if protocol != "any" {
            let _ = writeln!(out, "    protocol: {protocol}");
        }
        for side in ["source", "destination"] {
            let mut fields = Vec::new();
            match dice.roll(4) {
                0 => fields.push(format!("selector: {:?}", dice.pick(&SELECTORS))),
                1 if side == remote => fields.push(format!("nets: [{}]", dice.pick(&NETS))),
                2 if namespace.is_none() => {
                    let team = dice.pick(&["shop", "lab"]);
                    fields.push(format!("namespaceSelector: \"team == '{team}'\""));
                }
                _ => {}
            }
            if side == "destination" && protocol != "any" && dice.chance(5) {
                let name = dice.pick(&["ports", "ports", "notPorts"]);
                fields.push(format!(
                    "{name}: [{}]",
                    dice.pick(&["80", "53", "\"3000:4000\"", "8080"])
                ));
            }
            if !fields.is_empty() {
                let _ = writeln!(out, "    {side}: {{{}}}", fields.join(", "));
            }
        }
    }
    out
}

/// What is tried between each pair.
fn probes() -> Vec<(Protocol, u16)> {
    let tcp = [22, 80, 3306, 3999, 8080, 8500].map(|port| (Protocol::TCP, port));
    let udp = [53, 80, 3306].map(|port| (Protocol::UDP, port));
    tcp.into_iter()
        .chain(udp)
        .chain([(Protocol::SCTP, 80)])
        .collect()
}

/// A line of the analyzer: `lab/back[Pod] => 192.0.2.0-192.0.2.255 : All connections`.
struct Row {
    source: String,
    destination: String,
    connections: String,
}

fn row(line: &str) -> Option<Row> {
    let (source, rest) = line.split_once(" => ")?;
    let (destination, connections) = rest.split_once(" : ")?;
    Some(Row {
        source: source.to_owned(),
        destination: destination.to_owned(),
        connections: connections.to_owned(),
    })
}

/// Whether one end of a row is, or has, a peer.
fn has(end: &str, peer: &str) -> bool {
    match (end.strip_suffix("[Pod]"), peer.parse::<IpAddr>()) {
        (Some(pod), Err(_)) => pod == peer,
        (None, Ok(address)) => end.split(',').any(|range| in_range(range, address)),
        (Some(_), Ok(_)) | (None, Err(_)) => false,
    }
}

/// `192.0.2.0-192.0.2.7`, a network or one address.
fn in_range(text: &str, address: IpAddr) -> bool {
    let text = text.trim();
    if let Ok(net) = text.parse::<ipnet::IpNet>() {
        return net.contains(&address);
    }
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let ends = [low, high].map(|end| end.parse::<IpAddr>().unwrap());
    (ends[0]..=ends[1]).contains(&address)
}

/// `All connections`, `{protocols:TCP,dst_ports:80,90-99},{protocols:UDP}`, or `All but` these.
fn allows(connections: &str, protocol: Protocol, port: u16) -> bool {
    if connections == "All connections" {
        return true;
    }
    if let Some(others) = connections.strip_prefix("All but ") {
        return !allows(others, protocol, port);
    }
    let terms = connections.trim_matches(['{', '}']).split("},{");
    terms.into_iter().any(|term| {
        let (protocols, ports) = match term.split_once(",dst_ports:") {
            Some((protocols, ports)) => (protocols, Some(ports)),
            None => (term, None),
        };
        let protocols = protocols.strip_prefix("protocols:").unwrap();
        let named = |text: &str| match text.split_once('-') {
            Some((low, high)) => {
                let number = |text: &str| text.parse::<u8>().unwrap();
                (number(low)..=number(high)).contains(&protocol.0)
            }
            None => {
                text.eq_ignore_ascii_case(&protocol.to_string()) || text == protocol.0.to_string()
            }
        };
        let within = |text: &str| {
            let (low, high) = text.split_once('-').unwrap_or((text, text));
            (low.parse::<u16>().unwrap()..=high.parse().unwrap()).contains(&port)
        };
        protocols.split(',').map(str::trim).any(named)
            && ports.is_none_or(|ports| ports.split(',').any(within))
    })
}

fn analyzer() -> Option<PathBuf> {
    let named = std::env::var_os("CALICO_NCA").map(PathBuf::from);
    let program = named.unwrap_or_else(|| PathBuf::from("nca"));
    let there = Command::new(&program).arg("--version").output();
    there.ok().map(|_| program)
}

/// What the analyzer says of a cluster, pair by pair.
fn analyzed(program: &Path, directory: &Path, manifests: &str) -> Vec<Row> {
    let file = directory.join("cluster.yaml");
    fs::write(&file, manifests).unwrap();
    let mut command = Command::new(program);
    for option in ["--connectivity", "--pod_list", "--ns_list"] {
        command.arg(option).arg(&file);
    }
    let output = command
        .args(["--output_format", "txt_no_fw_rules"])
        .output()
        .unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let known = table.contains("cluster has 6 unique endpoints, 2 namespaces");
    assert!(known, "{table}{}", String::from_utf8_lossy(&output.stderr));
    table.lines().filter_map(row).collect()
}

#[test]
fn network_config_analyzer_agrees() {
    let Some(program) = analyzer() else {
        println!("skipped: no network-config-analyzer");
        return;
    };
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("analyzer");
    fs::create_dir_all(&directory).unwrap();
    let mut compared = 0;
    for seed in 1..=CLUSTERS {
        let manifests = cluster(&mut Dice(seed * 7919));
        let decoded = decode(&[Source::new("cluster.yaml", manifests.clone())]);
        let mistakes = decoded.diagnostics.iter();
        let mistakes: Vec<_> = mistakes
            .filter(|it| it.severity == Severity::Error)
            .collect();
        assert!(mistakes.is_empty(), "{mistakes:?}\n{manifests}");
        let resources: Vec<Resource> = decoded
            .resources
            .into_iter()
            .map(|at| at.resource)
            .collect();
        let build = PolicySet::from_resources(&resources);
        assert_eq!(build.issues, [], "{manifests}");
        let snapshot = Snapshot::compile(build.set, CompileOptions::new()).unwrap();
        let ours = Connectivity::new(&snapshot, Family::V4).unwrap();
        let theirs = analyzed(&program, &directory, &manifests);
        let pods = ["shop", "lab"]
            .into_iter()
            .flat_map(|namespace| ["front", "back", "db"].map(|app| format!("{namespace}/{app}")));
        let peers: Vec<String> = pods.chain(OUTSIDE.map(str::to_owned)).collect();
        let mut differences: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for source in &peers {
            for destination in &peers {
                let Some(cell) = ours.between(source, destination) else {
                    continue;
                };
                // Its own address is nothing that policy decides about.
                if source == destination {
                    continue;
                }
                for (protocol, port) in probes() {
                    let packet = Packet::new([0; 4].into(), [0; 4].into(), protocol).to_port(port);
                    let here = cell.contains(&packet);
                    let there = theirs.iter().any(|row| {
                        has(&row.source, source)
                            && has(&row.destination, destination)
                            && allows(&row.connections, protocol, port)
                    });
                    compared += 1;
                    if here != there {
                        let pair = format!("{source} -> {destination}: ours {cell}");
                        differences
                            .entry(pair)
                            .or_default()
                            .push(format!("{protocol} {port}"));
                    }
                }
            }
        }
        assert!(
            differences.is_empty(),
            "cluster {seed}: {differences:#?}\n{manifests}"
        );
    }
    println!("{CLUSTERS} clusters, {compared} answers compared");
}
