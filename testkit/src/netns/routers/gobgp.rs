//! GoBGP: routes are given to it by its client once it runs.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;
use serde_json::Value;

use super::super::{Daemon, Namespace, NetnsError, Scratch, wait_for};
use super::{Announcement, Held, Neighbor, Router, Setup, family, json, list, parse};

/// Where the daemon answers its client; each namespace has a loopback of its own.
const PORT: &str = "50051";

#[derive(Debug)]
pub(super) struct GoBgp<'ns> {
    daemon: Daemon<'ns>,
    namespace: &'ns Namespace,
}

impl<'ns> GoBgp<'ns> {
    pub(super) fn start(
        namespace: &'ns Namespace,
        scratch: &Scratch,
        setup: &Setup,
    ) -> Result<Self, NetnsError> {
        let file = scratch.write("gobgpd.toml", &config(setup))?;
        let file = file.to_string_lossy();
        let api = format!("127.0.0.1:{PORT}");
        let mut arguments = vec![
            "-f",
            &file,
            "--api-hosts",
            &api,
            "--pprof-disable",
            "-l",
            "debug",
            "-p",
        ];
        if setup.restarted {
            arguments.push("-r");
        }
        let daemon = Daemon::start(namespace, scratch, "gobgp", "gobgpd", &arguments)?;
        let gobgp = Self { daemon, namespace };
        wait_for("GoBGP to answer", Duration::from_secs(10), || {
            gobgp.ask(&["global"])
        });
        for route in &setup.announce {
            gobgp.announce(route, setup.address(route.prefix))?;
        }
        Ok(gobgp)
    }

    fn announce(&self, route: &Announcement, next_hop: IpAddr) -> Result<(), NetnsError> {
        let text = |text: &str| text.to_owned();
        let mut words = vec![
            text("-p"),
            text(PORT),
            text("global"),
            text("rib"),
            text("add"),
        ];
        words.extend([text("-a"), text(family(route.prefix))]);
        words.extend([route.prefix.to_string(), text("origin"), text("igp")]);
        words.extend([text("nexthop"), next_hop.to_string()]);
        if let Some(mark) = route.mark {
            words.extend([text("community"), format!("64512:{mark}")]);
            words.extend([text("large-community"), format!("64512:1:{mark}")]);
            words.extend([text("rt"), format!("64512:{mark}")]);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.namespace.run("gobgp", &words).map(drop)
    }

    fn ask(&self, words: &[&str]) -> Result<String, String> {
        let words = [&["-j", "-p", PORT], words].concat();
        self.namespace
            .run("gobgp", &words)
            .map_err(|error| error.to_string())
    }
}

impl Router for GoBgp<'_> {
    fn daemon(&self) -> &Daemon<'_> {
        &self.daemon
    }

    fn is_established(&self, peer: IpAddr) -> Result<bool, String> {
        let answer = json(&self.ask(&["neighbor", &peer.to_string()])?)?;
        // SESSION_STATE of its API: 6 is Established.
        Ok(answer["state"]["session_state"] == 6)
    }

    fn held(&self, prefix: IpNet) -> Result<Vec<Held>, String> {
        let prefix_text = prefix.to_string();
        let question = ["global", "rib", "-a", family(prefix), &prefix_text];
        let answer = match self.ask(&question) {
            Err(error) if error.contains("Network not in table") => return Ok(Vec::new()),
            answer => json(&answer?)?,
        };
        let paths = list(&answer[&prefix_text]);
        let learned = paths.filter(|path| path["neighbor-ip"].is_string());
        Ok(learned.filter_map(|path| held(&path["attrs"])).collect())
    }

    fn refresh(&self, peer: IpAddr) -> Result<(), String> {
        self.ask(&["neighbor", &peer.to_string(), "softresetin"])
            .map(drop)
    }

    fn account(&self, _: IpAddr) -> String {
        self.daemon.log()
    }
}

fn held(attributes: &Value) -> Option<Held> {
    let of = |code: u64| list(attributes).find(move |attribute| attribute["type"] == code);
    let next_hop = of(3).or_else(|| of(14))?;
    let mut held = Held::via(parse(&next_hop["nexthop"])?);
    let number = |value: &Value| u32::try_from(value.as_u64()?).ok();
    if let Some(path) = of(2) {
        let segments = list(&path["as_paths"]).flat_map(|segment| list(&segment["asns"]));
        held.as_path = segments.filter_map(number).collect();
    }
    if let Some(communities) = of(8) {
        let values = list(&communities["communities"]).filter_map(number);
        held.communities = values
            .map(|value| format!("{}:{}", value >> 16, value & 0xffff))
            .collect();
    }
    held.originator = of(9).and_then(|value| parse(&value["value"]));
    held.cluster_list = of(10).map_or_else(Vec::new, |value| {
        list(&value["value"]).filter_map(parse).collect()
    });
    if let Some(extended) = of(16) {
        held.extended_communities = list(&extended["value"])
            .filter(|value| value["subtype"] == 2)
            .filter_map(|value| Some(format!("rt:{}", value["value"].as_str()?)))
            .collect();
    }
    if let Some(large) = of(32) {
        held.large_communities = list(&large["value"])
            .map(|value| {
                format!(
                    "{}:{}:{}",
                    value["ASN"], value["LocalData1"], value["LocalData2"]
                )
            })
            .collect();
    }
    Some(held)
}

fn config(setup: &Setup) -> String {
    let mut text = format!(
        "[global.config]\n  as = {}\n  router-id = \"{}\"\n",
        setup.asn, setup.ipv4
    );
    for neighbor in &setup.neighbors {
        text += &session(neighbor, setup);
    }
    text
}

fn session(neighbor: &Neighbor, setup: &Setup) -> String {
    let mut text = format!(
        "[[neighbors]]\n[neighbors.config]\n  neighbor-address = \"{}\"\n  peer-as = {}\n",
        neighbor.remote, neighbor.asn
    );
    if let Some(password) = neighbor.password {
        text += &format!("  auth-password = \"{password}\"\n");
    }
    text += &format!(
        "[neighbors.timers.config]\n  connect-retry = 2\n  idle-hold-time-after-reset = 2\n  \
         hold-time = {}\n  keepalive-interval = {}\n[neighbors.transport.config]\n  \
         local-address = \"{}\"\n  passive-mode = {}\n",
        neighbor.hold_time,
        neighbor.hold_time / 3,
        neighbor.local,
        neighbor.passive,
    );
    if neighbor.client {
        text += &format!(
            "[neighbors.route-reflector.config]\n  route-reflector-client = true\n  \
             route-reflector-cluster-id = \"{}\"\n",
            setup.ipv4
        );
    }
    if neighbor.graceful_restart {
        text += "[neighbors.graceful-restart.config]\n  enabled = true\n  restart-time = 60\n";
    }
    for family in ["ipv4", "ipv6"] {
        text += &format!(
            "[[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\n  afi-safi-name = \"{family}-unicast\"\n"
        );
        if neighbor.graceful_restart {
            text += "[neighbors.afi-safis.mp-graceful-restart.config]\n  enabled = true\n";
        }
        if neighbor.add_path {
            text += "[neighbors.afi-safis.add-paths.config]\n  receive = true\n  send-max = 8\n";
        }
        if let Some(maximum) = neighbor.maximum_prefixes.filter(|_| family == "ipv4") {
            text +=
                &format!("[neighbors.afi-safis.prefix-limit.config]\n  max-prefixes = {maximum}\n");
        }
    }
    text
}
