//! ExaBGP. It tells a program of its own what it receives, a JSON object a line; here that
//! program is a file, read from its beginning for each question.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use ipnet::IpNet;
use serde_json::Value;

use super::super::{Daemon, Namespace, NetnsError, Scratch};
use super::{Announcement, Held, Neighbor, Router, Setup, list, parse};

#[derive(Debug)]
pub(super) struct ExaBgp<'ns> {
    daemon: Daemon<'ns>,
    told: PathBuf,
    commands: PathBuf,
}

impl<'ns> ExaBgp<'ns> {
    pub(super) fn start(
        namespace: &'ns Namespace,
        scratch: &Scratch,
        setup: &Setup,
    ) -> Result<Self, NetnsError> {
        let told = scratch.write("exabgp.json", "")?;
        let commands = scratch.write("exabgp.commands", "")?;
        // It takes a program whose output ends for dead, and reads commands from there.
        let script = format!(
            "#!/bin/sh\ntail -f {} &\nexec cat > {}\n",
            commands.display(),
            told.display()
        );
        let script = scratch.write("exabgp.sh", &script)?;
        let failed = |source| NetnsError::File {
            path: script.display().to_string(),
            source,
        };
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).map_err(failed)?;
        let config = config(setup, &script.to_string_lossy());
        let file = scratch.write("exabgp.conf", &config)?;
        let bind = bind(setup);
        let arguments = [
            "exabgp.daemon.user=root",
            &bind,
            "exabgp.tcp.port=179",
            "exabgp.api.cli=false",
            "exabgp.log.destination=stderr",
            "exabgp",
            &file.to_string_lossy(),
        ];
        let daemon = Daemon::start(namespace, scratch, "exabgp", "env", &arguments)?;
        Ok(Self {
            daemon,
            told,
            commands,
        })
    }

    fn events(&self) -> impl Iterator<Item = Value> {
        let text = fs::read_to_string(&self.told).unwrap_or_default();
        let lines: Vec<Value> = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        lines.into_iter()
    }
}

impl Router for ExaBgp<'_> {
    fn daemon(&self) -> &Daemon<'_> {
        &self.daemon
    }

    fn is_established(&self, peer: IpAddr) -> Result<bool, String> {
        let peer = peer.to_string();
        let states = self.events().filter(|event| {
            event["type"] == "state" && event["neighbor"]["address"]["peer"] == peer.as_str()
        });
        Ok(states
            .last()
            .is_some_and(|event| event["neighbor"]["state"] == "up"))
    }

    /// What the messages come to, as a table would have it.
    fn held(&self, prefix: IpNet) -> Result<Vec<Held>, String> {
        let mut paths: BTreeMap<(String, String), Held> = BTreeMap::new();
        let family = format!("{} unicast", super::family(prefix));
        for event in self.events() {
            let neighbor = &event["neighbor"];
            let peer = neighbor["address"]["peer"].to_string();
            if event["type"] == "state" && neighbor["state"] == "down" {
                paths.retain(|(from, _), _| *from != peer);
            }
            let update = &neighbor["message"]["update"];
            for nlri in list(&update["withdraw"][&family]) {
                if is_of(nlri, prefix) {
                    paths.remove(&(peer.clone(), nlri["path-information"].to_string()));
                }
            }
            let hops = update["announce"][&family].as_object();
            for (hop, nlris) in hops.into_iter().flatten() {
                for nlri in list(nlris).filter(|nlri| is_of(nlri, prefix)) {
                    let next_hop = hop.parse().map_err(|_| format!("next hop {hop}"))?;
                    let held = held(next_hop, &update["attribute"]);
                    paths.insert((peer.clone(), nlri["path-information"].to_string()), held);
                }
            }
        }
        Ok(paths.into_values().collect())
    }

    fn refresh(&self, peer: IpAddr) -> Result<(), String> {
        let commands = ["ipv4", "ipv6"]
            .map(|family| format!("neighbor {peer} announce route-refresh {family} unicast\n"));
        let before = fs::read_to_string(&self.commands).map_err(|error| error.to_string())?;
        fs::write(&self.commands, before + &commands.concat()).map_err(|error| error.to_string())
    }

    fn account(&self, _: IpAddr) -> String {
        let told = fs::read_to_string(&self.told).unwrap_or_default();
        format!("{told}\n{}", self.daemon.log())
    }
}

fn is_of(nlri: &Value, prefix: IpNet) -> bool {
    parse::<IpNet>(&nlri["nlri"]) == Some(prefix)
}

fn held(next_hop: IpAddr, attributes: &Value) -> Held {
    let number = |value: &Value| u32::try_from(value.as_u64()?).ok();
    let joined = |value: &Value| {
        let numbers = list(value).map(ToString::to_string);
        numbers.collect::<Vec<_>>().join(":")
    };
    Held {
        as_path: list(&attributes["as-path"]).filter_map(number).collect(),
        communities: list(&attributes["community"]).map(joined).collect(),
        large_communities: list(&attributes["large-community"]).map(joined).collect(),
        extended_communities: list(&attributes["extended-community"])
            .filter_map(|value| Some(value["string"].as_str()?.replacen("target:", "rt:", 1)))
            .collect(),
        originator: parse(&attributes["originator-id"]),
        cluster_list: list(&attributes["cluster-list"])
            .filter_map(parse)
            .collect(),
        ..Held::via(next_hop)
    }
}

/// Where it listens: on the addresses of its sessions.
fn bind(setup: &Setup) -> String {
    let neighbors = setup.neighbors.iter();
    let addresses: BTreeSet<String> = neighbors.map(|it| it.local.to_string()).collect();
    let addresses: Vec<String> = addresses.into_iter().collect();
    format!("exabgp.tcp.bind={}", addresses.join(" "))
}

fn config(setup: &Setup, script: &str) -> String {
    let mut text = format!("process log {{ run {script}; encoder json; }}\n");
    for neighbor in &setup.neighbors {
        text += &session(neighbor, setup);
    }
    text
}

fn session(neighbor: &Neighbor, setup: &Setup) -> String {
    let mut capabilities = String::from("asn4 enable; route-refresh enable;");
    if neighbor.add_path {
        capabilities += " add-path send/receive;";
    }
    if neighbor.graceful_restart {
        capabilities += " graceful-restart 60;";
    }
    let mut more = String::new();
    if neighbor.passive {
        more += "  passive true;\n";
    }
    if let Some(password) = neighbor.password {
        more += &format!("  md5-password {password};\n");
    }
    let routes = |family: &str| {
        let of_family = |route: &&Announcement| super::family(route.prefix) == family;
        let routes = setup.announce.iter().filter(of_family);
        let routes = routes.map(|route| announcement(route, setup.address(route.prefix)));
        routes.collect::<String>()
    };
    format!(
        "neighbor {} {{\n  router-id {};\n  local-address {};\n  local-as {};\n  peer-as {};\n  \
         hold-time {};\n{more}  family {{ ipv4 unicast; ipv6 unicast; }}\n  \
         capability {{ {capabilities} }}\n  \
         api {{ processes [ log ]; neighbor-changes; receive {{ parsed; update; }} }}\n  \
         announce {{\n    ipv4 {{ {} }}\n    ipv6 {{ {} }}\n  }}\n}}\n",
        neighbor.remote,
        setup.ipv4,
        neighbor.local,
        setup.asn,
        neighbor.asn,
        neighbor.hold_time,
        routes("ipv4"),
        routes("ipv6"),
    )
}

fn announcement(route: &Announcement, next_hop: IpAddr) -> String {
    let marks = route.mark.map_or_else(String::new, |mark| {
        format!(
            " community [64512:{mark}] large-community [64512:1:{mark}] \
             extended-community [target:64512:{mark}]"
        )
    });
    format!("unicast {} next-hop {next_hop}{marks}; ", route.prefix)
}
