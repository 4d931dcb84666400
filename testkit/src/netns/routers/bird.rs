//! BIRD 2, asked in its own words: it has no other.

use std::fmt::Write as _;
use std::net::IpAddr;

use ipnet::IpNet;

use super::super::bird::Bird;
use super::super::{Daemon, Namespace, NetnsError, Scratch};
use super::{Announcement, Held, Neighbor, Router, Setup, family, numbers};

#[derive(Debug)]
pub(super) struct BirdRouter<'ns>(Bird<'ns>);

impl<'ns> BirdRouter<'ns> {
    pub(super) fn start(
        namespace: &'ns Namespace,
        scratch: &Scratch,
        setup: &Setup,
    ) -> Result<Self, NetnsError> {
        let more: &[&str] = if setup.restarted { &["-R"] } else { &[] };
        Bird::start_with(namespace, scratch, "bird", &config(setup), more).map(Self)
    }

    fn ask(&self, command: &str) -> Result<String, String> {
        self.0.query(command).map_err(|error| error.to_string())
    }
}

impl Router for BirdRouter<'_> {
    fn daemon(&self) -> &Daemon<'_> {
        self.0.daemon()
    }

    fn is_established(&self, peer: IpAddr) -> Result<bool, String> {
        let answer = self.ask(&format!("show protocols {}", name(peer)))?;
        Ok(answer.contains("Established"))
    }

    fn held(&self, prefix: IpNet) -> Result<Vec<Held>, String> {
        let answer = self.ask(&format!("show route all {prefix}"))?;
        Ok(paths(&answer))
    }

    fn refresh(&self, peer: IpAddr) -> Result<(), String> {
        self.ask(&format!("reload in {}", name(peer))).map(drop)
    }

    fn account(&self, _: IpAddr) -> String {
        self.0.log()
    }
}

/// The paths of BGP in an answer.
fn paths(answer: &str) -> Vec<Held> {
    let mut paths = Vec::new();
    for line in answer.lines() {
        let Some((attribute, value)) = line.trim().split_once(": ") else {
            continue;
        };
        if attribute == "BGP.origin" {
            paths.push(Held::via(IpAddr::from([0, 0, 0, 0])));
        }
        let Some(path) = paths.last_mut() else {
            continue;
        };
        // Lists are in parentheses, one after another.
        let groups = || {
            let groups = value.split('(').skip(1).map(numbers);
            let texts = groups.map(|group| {
                let numbers: Vec<String> = group.iter().map(ToString::to_string).collect();
                numbers.join(":")
            });
            texts.collect::<Vec<_>>()
        };
        match attribute {
            "BGP.as_path" => path.as_path = numbers(value),
            "BGP.next_hop" => {
                let first = value.split_whitespace().next().unwrap_or_default();
                if let Ok(next_hop) = first.parse() {
                    path.next_hop = next_hop;
                }
            }
            "BGP.community" => path.communities = groups(),
            "BGP.large_community" => path.large_communities = groups(),
            "BGP.ext_community" => {
                path.extended_communities =
                    groups().iter().map(|group| format!("rt:{group}")).collect();
            }
            "BGP.originator_id" => path.originator = value.trim().parse().ok(),
            "BGP.cluster_list" => {
                let ids = value.split_whitespace();
                path.cluster_list = ids.filter_map(|id| id.parse().ok()).collect();
            }
            _ => {}
        }
    }
    paths
}

/// The protocol of a peer.
fn name(peer: IpAddr) -> String {
    format!("p_{}", peer.to_string().replace(['.', ':'], "_"))
}

fn config(setup: &Setup) -> String {
    let mut text = format!(
        "log stderr all;\nrouter id {};\ndebug protocols {{ states, events }};\n\
         protocol device {{ scan time 10; }}\nprotocol direct {{ ipv4; ipv6; }}\n",
        setup.ipv4
    );
    for family in ["ipv4", "ipv6"] {
        let of_family = |route: &&Announcement| super::family(route.prefix) == family;
        let routes = setup.announce.iter().filter(of_family).map(announcement);
        // A text takes whatever is written to it.
        let _ = writeln!(
            text,
            "protocol static static_{family} {{\n  {family};\n{}}}",
            routes.collect::<String>()
        );
    }
    for neighbor in &setup.neighbors {
        text += &session(neighbor, setup);
    }
    text
}

fn announcement(route: &Announcement) -> String {
    let marks = route.mark.map_or_else(String::new, |mark| {
        format!(
            " {{ bgp_community.add((64512,{mark})); bgp_large_community.add((64512,1,{mark})); \
             bgp_ext_community.add((rt,64512,{mark})); }}"
        )
    });
    format!("  route {} blackhole{marks};\n", route.prefix)
}

fn session(neighbor: &Neighbor, setup: &Setup) -> String {
    let mut text = format!(
        "protocol bgp {} {{\n  local {} as {};\n  neighbor {} as {};\n  hold time {};\n  \
         connect delay time 1; connect retry time 2; error wait time 1, 3;\n",
        name(neighbor.remote),
        neighbor.local,
        setup.asn,
        neighbor.remote,
        neighbor.asn,
        neighbor.hold_time,
    );
    if neighbor.passive {
        text += "  passive;\n";
    }
    if let Some(password) = neighbor.password {
        text += &format!("  password \"{password}\";\n");
    }
    if neighbor.client {
        text += &format!("  rr client;\n  rr cluster id {};\n", setup.ipv4);
    }
    if neighbor.graceful_restart {
        text += "  graceful restart on;\n  graceful restart time 60;\n";
    }
    for prefix in ["10.0.0.0/8", "fd00::/8"] {
        let Ok(prefix) = prefix.parse::<IpNet>() else {
            continue;
        };
        let mut channel =
            String::from("import all; export where source ~ [ RTS_STATIC, RTS_BGP ];");
        if neighbor.add_path {
            channel += " add paths on;";
        }
        if neighbor.remote.is_ipv4() != prefix.addr().is_ipv4() {
            // It knows the address of its interface in the family of the session only.
            channel += &format!(" next hop address {};", setup.address(prefix));
        }
        if let Some(maximum) = neighbor
            .maximum_prefixes
            .filter(|_| prefix.addr().is_ipv4())
        {
            channel += &format!(" import limit {maximum} action disable;");
        }
        text += &format!("  {} {{ {channel} }};\n", family(prefix));
    }
    text + "}\n"
}
