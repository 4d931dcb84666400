//! bgpd of FRR, alone: next hops count as reachable, and nobody has routes installed.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use serde_json::Value;

use super::super::{Daemon, Namespace, NetnsError, Scratch, run, wait_for};
use super::{Held, Neighbor, Router, Setup, family, json, list, parse, texts};

/// Not on `PATH`, where OpenBGPD's has the same name.
pub(super) const PROGRAM: &str = "/usr/lib/frr/bgpd";

#[derive(Debug)]
pub(super) struct Frr<'ns> {
    daemon: Daemon<'ns>,
    sockets: PathBuf,
}

impl<'ns> Frr<'ns> {
    pub(super) fn start(
        namespace: &'ns Namespace,
        scratch: &Scratch,
        setup: &Setup,
    ) -> Result<Self, NetnsError> {
        let file = scratch.write("frr.conf", &config(setup))?;
        // Behind the parent's path the name of a socket would be too long.
        let sockets = scratch.directory("vty")?;
        let pid = scratch.path().join("frr.pid");
        let arguments = [
            "-Z",
            "-n",
            "-S",
            "-P",
            "0",
            "--log",
            "stdout",
            "-i",
            &pid.to_string_lossy(),
            "--vty_socket",
            &sockets.to_string_lossy(),
            "-f",
            &file.to_string_lossy(),
        ];
        let daemon = Daemon::start(namespace, scratch, "frr", PROGRAM, &arguments)?;
        let frr = Self { daemon, sockets };
        wait_for("FRR to answer", Duration::from_secs(10), || {
            frr.ask("show bgp summary json")
        });
        Ok(frr)
    }

    fn ask(&self, command: &str) -> Result<String, String> {
        let mut vtysh = std::process::Command::new("vtysh");
        vtysh.arg("--vty_socket").arg(&self.sockets);
        run(vtysh.args(["-d", "bgpd", "-c", command])).map_err(|error| error.to_string())
    }
}

impl Router for Frr<'_> {
    fn daemon(&self) -> &Daemon<'_> {
        &self.daemon
    }

    fn is_established(&self, peer: IpAddr) -> Result<bool, String> {
        let answer = json(&self.ask(&format!("show bgp neighbors {peer} json"))?)?;
        Ok(answer[peer.to_string()]["bgpState"] == "Established")
    }

    fn held(&self, prefix: IpNet) -> Result<Vec<Held>, String> {
        let question = format!("show bgp {} unicast {prefix} json", family(prefix));
        let answer = json(&self.ask(&question)?)?;
        let learned = list(&answer["paths"]).filter(|path| path["sourced"] != true);
        Ok(learned.filter_map(path).collect())
    }

    fn refresh(&self, peer: IpAddr) -> Result<(), String> {
        for family in ["ipv4", "ipv6"] {
            self.ask(&format!("clear bgp {family} unicast {peer} soft in"))?;
        }
        Ok(())
    }

    fn account(&self, peer: IpAddr) -> String {
        let neighbor = self.ask(&format!("show bgp neighbors {peer} json"));
        format!("{neighbor:?}\n{}", self.daemon.log())
    }
}

fn path(path: &Value) -> Option<Held> {
    let hop = list(&path["nexthops"]).find(|hop| hop["scope"] != "link-local")?;
    let segments = list(&path["aspath"]["segments"]).flat_map(|segment| list(&segment["list"]));
    let extended = path["extendedCommunity"]["string"].as_str();
    Some(Held {
        as_path: segments
            .filter_map(|asn| u32::try_from(asn.as_u64()?).ok())
            .collect(),
        communities: texts(&path["community"]["list"]),
        large_communities: texts(&path["largeCommunity"]["list"]),
        extended_communities: extended
            .unwrap_or_default()
            .split_whitespace()
            .map(|text| text.replacen("RT:", "rt:", 1))
            .collect(),
        originator: parse(&path["originatorId"]),
        cluster_list: list(&path["clusterList"]["list"])
            .filter_map(parse)
            .collect(),
        ..Held::via(parse(&hop["ip"])?)
    })
}

fn config(setup: &Setup) -> String {
    let mut text = String::from("hostname frr\n");
    let mut add = |line: std::fmt::Arguments<'_>| {
        // A text takes whatever is written to it.
        let _ = writeln!(text, "{line}");
    };
    add(format_args!(
        "route-map own permit 10\n set ip next-hop {}\n set ipv6 next-hop global {}\nexit",
        setup.ipv4, setup.ipv6
    ));
    for mark in setup.announce.iter().filter_map(|route| route.mark) {
        add(format_args!(
            "route-map mark{mark} permit 10\n set community 64512:{mark}\n \
             set large-community 64512:1:{mark}\n set extcommunity rt 64512:{mark}\n \
             set ipv6 next-hop global {}\nexit",
            setup.ipv6
        ));
    }
    add(format_args!(
        "router bgp {}\n bgp router-id {}",
        setup.asn, setup.ipv4
    ));
    add(format_args!(
        " no bgp default ipv4-unicast\n no bgp network import-check\n no bgp ebgp-requires-policy"
    ));
    if setup
        .neighbors
        .iter()
        .any(|neighbor| neighbor.graceful_restart)
    {
        add(format_args!(
            " bgp graceful-restart\n bgp graceful-restart preserve-fw-state\n \
             bgp graceful-restart restart-time 60\n bgp graceful-restart select-defer-time 5"
        ));
    }
    for neighbor in &setup.neighbors {
        add(format_args!("{}", session(neighbor)));
    }
    for family in ["ipv4", "ipv6"] {
        add(format_args!(" address-family {family} unicast"));
        let routes = setup.announce.iter();
        for route in routes.filter(|route| super::family(route.prefix) == family) {
            let map = route
                .mark
                .map_or_else(String::new, |mark| format!(" route-map mark{mark}"));
            add(format_args!("  network {}{map}", route.prefix));
        }
        for neighbor in &setup.neighbors {
            add(format_args!("{}", of_family(neighbor, family, setup)));
        }
        add(format_args!(" exit-address-family"));
    }
    text
}

fn session(neighbor: &Neighbor) -> String {
    let remote = neighbor.remote;
    let mut text = format!(
        " neighbor {remote} remote-as {}\n neighbor {remote} timers connect 2\n \
         neighbor {remote} timers {} {}\n neighbor {remote} update-source {}\n",
        neighbor.asn,
        neighbor.hold_time / 3,
        neighbor.hold_time,
        neighbor.local,
    );
    if neighbor.passive {
        text += &format!(" neighbor {remote} passive\n");
    }
    if let Some(password) = neighbor.password {
        text += &format!(" neighbor {remote} password {password}\n");
    }
    text
}

fn of_family(neighbor: &Neighbor, family: &str, setup: &Setup) -> String {
    let remote = neighbor.remote;
    let mut text = format!("  neighbor {remote} activate\n");
    if neighbor.client {
        text += &format!("  neighbor {remote} route-reflector-client\n");
    } else if (family == "ipv4") != remote.is_ipv4() && setup.asn != neighbor.asn {
        // Alone it knows no addresses of its interface.
        text += &format!("  neighbor {remote} route-map own out\n");
    }
    if neighbor.add_path {
        text += &format!("  neighbor {remote} addpath-tx-all-paths\n");
    }
    if let Some(maximum) = neighbor.maximum_prefixes.filter(|_| family == "ipv4") {
        text += &format!("  neighbor {remote} maximum-prefix {maximum}\n");
    }
    text
}
