//! OpenBGPD. It wants to be the only reader of its configuration, and a directory to lock
//! itself into, that of the user whom its package makes.

use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use ipnet::IpNet;
use serde_json::Value;

use super::super::{Daemon, Namespace, NetnsError, Scratch, run, wait_for};
use super::{Held, Neighbor, Router, Setup, json, list, numbers, parse, texts};

/// Not on every `PATH`, where FRR's has the same name.
pub(super) const PROGRAM: &str = "/usr/sbin/bgpd";

/// Where it locks itself into: the home of its user.
const HOME: &str = "/run/openbgpd";

#[derive(Debug)]
pub(super) struct OpenBgpd<'ns> {
    daemon: Daemon<'ns>,
    socket: PathBuf,
}

impl<'ns> OpenBgpd<'ns> {
    pub(super) fn start(
        namespace: &'ns Namespace,
        scratch: &Scratch,
        setup: &Setup,
    ) -> Result<Self, NetnsError> {
        let socket = scratch.path().join("openbgpd.sock");
        let file = scratch.write("openbgpd.conf", &config(setup, &socket.to_string_lossy()))?;
        let failed = |source| NetnsError::File {
            path: HOME.to_owned(),
            source,
        };
        fs::create_dir_all(HOME).map_err(failed)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        let arguments = ["-d", "-f", &file.to_string_lossy()];
        let daemon = Daemon::start(namespace, scratch, "openbgpd", PROGRAM, &arguments)?;
        let openbgpd = Self { daemon, socket };
        wait_for("OpenBGPD to answer", Duration::from_secs(10), || {
            openbgpd.ask(&["show", "neighbor"])
        });
        Ok(openbgpd)
    }

    fn ask(&self, words: &[&str]) -> Result<String, String> {
        let mut bgpctl = Command::new("bgpctl");
        bgpctl.arg("-s").arg(&self.socket).arg("-j").args(words);
        run(&mut bgpctl).map_err(|error| error.to_string())
    }
}

impl Router for OpenBgpd<'_> {
    fn daemon(&self) -> &Daemon<'_> {
        &self.daemon
    }

    fn is_established(&self, peer: IpAddr) -> Result<bool, String> {
        let answer = json(&self.ask(&["show", "neighbor"])?)?;
        let mut neighbors = list(&answer["neighbors"]);
        let peer = peer.to_string();
        Ok(neighbors.any(|it| it["remote_addr"] == peer.as_str() && it["state"] == "Established"))
    }

    fn held(&self, prefix: IpNet) -> Result<Vec<Held>, String> {
        let answer = json(&self.ask(&["show", "rib", "detail", &prefix.to_string()])?)?;
        let routes = list(&answer["rib"]).filter(|route| route["announced"] != true);
        Ok(routes
            .filter(|route| route["prefix"] == prefix.to_string().as_str())
            .filter_map(path)
            .collect())
    }

    fn refresh(&self, peer: IpAddr) -> Result<(), String> {
        self.ask(&["neighbor", &peer.to_string(), "refresh"])
            .map(drop)
    }

    fn account(&self, _: IpAddr) -> String {
        let neighbors = self.ask(&["show", "neighbor"]);
        format!("{neighbors:?}\n{}", self.daemon.log())
    }
}

fn path(route: &Value) -> Option<Held> {
    let of = |field: &'static str| list(&route["attributes"]).map(move |it| &it[field]);
    Some(Held {
        as_path: numbers(route["aspath"].as_str().unwrap_or_default()),
        communities: texts(&route["communities"]),
        large_communities: texts(&route["large_communities"]),
        extended_communities: texts(&route["extended_communities"])
            .iter()
            .map(|text| text.replacen("rt ", "rt:", 1))
            .collect(),
        originator: of("originator").find_map(parse),
        cluster_list: of("cluster_list")
            .flat_map(list)
            .filter_map(parse)
            .collect(),
        ..Held::via(parse(&route["exit_nexthop"])?)
    })
}

fn config(setup: &Setup, socket: &str) -> String {
    let mut text = format!(
        "AS {}\nrouter-id {}\nfib-update no\nlisten on {}\nlisten on {}\nsocket \"{socket}\"\n",
        setup.asn, setup.ipv4, setup.ipv4, setup.ipv6
    );
    for route in &setup.announce {
        let next_hop = setup.address(route.prefix);
        let marks = route.mark.map_or_else(String::new, |mark| {
            format!(
                " community 64512:{mark} large-community 64512:1:{mark} \
                 ext-community rt 64512:{mark}"
            )
        });
        // A text takes whatever is written to it.
        let _ = writeln!(
            text,
            "network {} set {{ nexthop {next_hop}{marks} }}",
            route.prefix
        );
    }
    for neighbor in &setup.neighbors {
        text += &session(neighbor, setup);
    }
    text += "allow from any\nallow to any\n";
    // It knows the address of its interface in the family of the session only.
    text += "match to any set nexthop no-modify\n";
    text
}

fn session(neighbor: &Neighbor, setup: &Setup) -> String {
    let mut text = format!(
        "neighbor {} {{\n  remote-as {}\n  local-address {}\n  holdtime {}\n  \
         announce IPv4 unicast\n  announce IPv6 unicast\n",
        neighbor.remote, neighbor.asn, neighbor.local, neighbor.hold_time
    );
    if neighbor.asn != setup.asn {
        // Else it does not do what `no-modify` says.
        text += "  multihop 2\n";
    }
    if neighbor.passive {
        text += "  passive\n";
    }
    if let Some(password) = neighbor.password {
        text += &format!("  tcp md5sig password {password}\n");
    }
    if neighbor.client {
        text += &format!("  route-reflector {}\n", setup.ipv4);
    }
    if neighbor.add_path {
        text += "  announce add-path recv yes\n  announce add-path send all\n";
    }
    if let Some(maximum) = neighbor.maximum_prefixes {
        text += &format!("  max-prefix {maximum}\n");
    }
    text + "}\n"
}
