//! The kernel's table in network namespaces: what is in it, and that packets follow.

use std::fs;

use ipnet::IpNet;
use serde_json::Value;
use testkit::netns::{self, Daemon, Lan, Namespace, Scratch, wait_for};

use crate::speaker::LIMIT;

/// A network of nodes, each with the addresses `10.98.0.N` and `fd98::N` and the last octet N.
struct Net {
    lan: Lan,
    scratch: Scratch,
}

impl Net {
    /// `None` where there can be no network.
    fn new(label: &str, nodes: u8) -> Option<Self> {
        if !netns::ready(&["ping"]) {
            return None;
        }
        let names: Vec<String> = (1..=nodes).map(|node| format!("n{node}")).collect();
        let addresses: Vec<[IpNet; 2]> = (1..=nodes)
            .map(|node| {
                [
                    net(&format!("10.98.0.{node}/24")),
                    net(&format!("fd98::{node}/64")),
                ]
            })
            .collect();
        let hosts: Vec<(&str, &[IpNet])> = names
            .iter()
            .zip(&addresses)
            .map(|(name, addresses)| (name.as_str(), addresses.as_slice()))
            .collect();
        let net = Self {
            lan: Lan::new(&hosts).unwrap(),
            scratch: Scratch::new(label).unwrap(),
        };
        for node in 1..=nodes {
            net.run(node, "sysctl", &["-qw", "net.ipv4.ip_forward=1"]);
        }
        Some(net)
    }

    fn node(&self, node: u8) -> &Namespace {
        self.lan.host(&format!("n{node}"))
    }

    fn run(&self, node: u8, program: &str, words: &[&str]) -> String {
        self.node(node).run(program, words).unwrap()
    }

    /// A speaker of a TOML file, with more words on its command line.
    fn speaker(&self, node: u8, config: &str, more: &[&str]) -> Daemon<'_> {
        let head = format!(
            "name = \"n{node}\"\nas = 64512\nrouter-id = \"10.98.0.{node}\"\n\
             addresses = [\"10.98.0.{node}\", \"fd98::{node}\"]\n"
        );
        let name = format!("n{node}");
        let file = self
            .scratch
            .write(&format!("{name}.toml"), &(head + config))
            .unwrap();
        let file = file.to_string_lossy();
        let words = [&["run", "--config", &file], more].concat();
        let program = env!("CARGO_BIN_EXE_speaker");
        Daemon::start(self.node(node), &self.scratch, &name, program, &words).unwrap()
    }

    /// A speaker of the manifests.
    fn node_speaker(&self, node: u8, more: &[&str]) -> Daemon<'_> {
        let name = format!("n{node}");
        let manifests = self.scratch.path().join("manifests");
        let words = [
            "run",
            "--manifests",
            &manifests.to_string_lossy(),
            "--node",
            &name,
        ];
        let words = [&words, more].concat();
        let program = env!("CARGO_BIN_EXE_speaker");
        Daemon::start(self.node(node), &self.scratch, &name, program, &words).unwrap()
    }

    /// The routes of the speaker in a table: destination, and where it leads.
    fn routes(&self, node: u8, family: &str, table: &str) -> Vec<String> {
        let words = [
            family, "-j", "route", "show", "table", table, "proto", "179",
        ];
        let routes: Value = serde_json::from_str(&self.run(node, "ip", &words)).unwrap_or_default();
        let mut shown: Vec<String> = routes.as_array().into_iter().flatten().map(shown).collect();
        shown.sort();
        shown
    }

    fn wait_for_routes(&self, node: u8, expected: &[&str]) {
        wait_for(&format!("routes of node {node}"), LIMIT, || {
            let mut routes = self.routes(node, "-4", "main");
            routes.extend(self.routes(node, "-6", "main"));
            match routes == expected {
                true => Ok(()),
                false => Err(format!("{routes:?}, expected {expected:?}")),
            }
        });
    }

    fn pings(&self, node: u8, from: &str, to: &str) -> bool {
        let words = ["-c", "1", "-W", "1", "-I", from, to];
        self.node(node).run("ping", &words).is_ok()
    }
}

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

/// `192.168.2.0/26 via 10.98.0.2`, next hops in order.
fn shown(route: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let hop = |hop: &Value| {
        let gateway = match hop["via"].is_null() {
            true => &hop["gateway"],
            false => &hop["via"]["host"],
        };
        let onlink = hop["flags"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|flag| flag == "onlink");
        match onlink {
            true => format!("{} dev {} onlink", text(gateway), text(&hop["dev"])),
            false => text(gateway),
        }
    };
    let mut hops: Vec<String> = route["nexthops"]
        .as_array()
        .into_iter()
        .flatten()
        .map(hop)
        .collect();
    hops.sort();
    if hops.is_empty() {
        hops.push(hop(route));
    }
    let destination = text(&route["dst"]);
    match route["type"].as_str() {
        Some(kind) => format!("{kind} {destination}"),
        None => format!("{destination} via {}", hops.join(", ")),
    }
}

/// Two nodes of a cluster without encapsulation, with a block each.
fn manifests(ipip: &str) -> String {
    let node = |number: u8| {
        format!(
            "---\napiVersion: projectcalico.org/v3\nkind: Node\nmetadata: {{name: n{number}}}\n\
             spec: {{bgp: {{ipv4Address: 10.98.0.{number}/24}}}}\n\
             ---\napiVersion: projectcalico.org/v3\nkind: BlockAffinity\nmetadata: {{name: n{number}}}\n\
             spec: {{cidr: 192.168.{number}.0/26, node: n{number}, state: confirmed, deleted: false}}\n"
        )
    };
    format!(
        "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {{name: pool}}\n\
         spec: {{cidr: 192.168.0.0/16, ipipMode: {ipip}, vxlanMode: Never}}\n{}{}",
        node(1),
        node(2),
    )
}

fn write_manifests(net: &Net, ipip: &str) {
    let directory = net.scratch.directory("manifests").unwrap();
    fs::write(directory.join("cluster.yaml"), manifests(ipip)).unwrap();
}

/// Pods are behind the nodes: packets between them follow what the speakers put there.
#[test]
fn pods_of_two_nodes_reach_each_other() {
    let Some(net) = Net::new("fib-pods", 2) else {
        return;
    };
    write_manifests(&net, "Never");
    for node in [1, 2] {
        // The node's own pod, in its block.
        net.run(
            node,
            "ip",
            &[
                "address",
                "add",
                &format!("192.168.{node}.1/32"),
                "dev",
                "lo",
            ],
        );
    }
    assert!(!net.pings(1, "192.168.1.1", "192.168.2.1"));
    let mut one = net.node_speaker(1, &["--fib"]);
    let two = net.node_speaker(2, &["--fib"]);
    net.wait_for_routes(
        1,
        &["192.168.2.0/26 via 10.98.0.2", "blackhole 192.168.1.0/26"],
    );
    net.wait_for_routes(
        2,
        &["192.168.1.0/26 via 10.98.0.1", "blackhole 192.168.2.0/26"],
    );
    assert!(net.pings(1, "192.168.1.1", "192.168.2.1"));
    // An address of the block that no pod has leads nowhere, and not back.
    assert!(!net.pings(1, "192.168.1.1", "192.168.2.9"));

    // A restart leaves the routes, and so do the peers.
    one.signal("USR1").unwrap();
    wait_for("its end", LIMIT, || one.ended().ok_or_else(|| one.log()));
    assert!(net.pings(1, "192.168.1.1", "192.168.2.1"), "{}", two.log());
    let one = net.node_speaker(1, &["--fib", "--restarted"]);
    wait_for("the session", LIMIT, || {
        match one.log().contains("Established") {
            true => Ok(()),
            false => Err(one.log()),
        }
    });
    assert!(net.pings(1, "192.168.1.1", "192.168.2.1"));

    // A shutdown takes them away.
    two.terminate().unwrap();
    net.wait_for_routes(2, &[]);
    net.wait_for_routes(1, &["blackhole 192.168.1.0/26"]);
    assert!(!net.pings(1, "192.168.1.1", "192.168.2.1"));
}

/// What an earlier run has left and nobody announces any more goes; what others have there stays.
#[test]
fn leftovers_go_and_the_routes_of_others_stay() {
    let Some(net) = Net::new("fib-left", 2) else {
        return;
    };
    let add = |words: &[&str]| {
        let words = [&["route", "add"], words].concat();
        net.run(1, "ip", &words);
    };
    add(&[
        "198.18.1.0/24",
        "via",
        "10.98.0.2",
        "proto",
        "179",
        "metric",
        "32",
    ]);
    add(&["198.18.2.0/24", "via", "10.98.0.2", "proto", "static"]);
    add(&[
        "198.18.3.0/24",
        "via",
        "10.98.0.2",
        "proto",
        "179",
        "table",
        "100",
    ]);
    let peer = "[[peer]]\naddress = \"10.98.0.2\"\nas = 64512\n\
                families = [\"ipv4 unicast\", \"ipv6 unicast\"]\n";
    let one = net.speaker(1, peer, &["--fib", "--fib-keep"]);
    let announce =
        "[[announce]]\nprefix = \"198.18.2.0/24\"\n[[announce]]\nprefix = \"fd00:2::/64\"\n";
    let back = peer.replace("10.98.0.2", "10.98.0.1");
    let _two = net.speaker(2, &(announce.to_owned() + &back), &[]);
    net.wait_for_routes(
        1,
        &["198.18.2.0/24 via 10.98.0.2", "fd00:2::/64 via fd98::2"],
    );
    let others = net.run(1, "ip", &["route", "show", "proto", "static"]);
    assert!(others.contains("198.18.2.0/24"), "{others}");
    assert_eq!(net.routes(1, "-4", "100"), ["198.18.3.0/24 via 10.98.0.2"]);

    // Whoever deletes one of ours does so for some seconds.
    net.run(
        1,
        "ip",
        &["route", "delete", "198.18.2.0/24", "proto", "179"],
    );
    net.wait_for_routes(
        1,
        &["198.18.2.0/24 via 10.98.0.2", "fd00:2::/64 via fd98::2"],
    );

    one.terminate().unwrap();
    wait_for("the end", LIMIT, || match one.log().contains("stopped") {
        true => Ok(()),
        false => Err(one.log()),
    });
    // The sessions have ended, and the routes are where they were.
    net.wait_for_routes(
        1,
        &["198.18.2.0/24 via 10.98.0.2", "fd00:2::/64 via fd98::2"],
    );
}

/// Equal routes of two peers are both used, and each alone when the other is gone.
#[test]
fn equal_routes_are_next_hops_of_one() {
    let Some(net) = Net::new("fib-ecmp", 3) else {
        return;
    };
    let peer = |node: u8| {
        format!(
            "[[peer]]\naddress = \"10.98.0.{node}\"\nas = 64512\nclient = true\n\
             families = [\"ipv4 unicast\", \"ipv6 unicast\"]\n"
        )
    };
    let one = net.speaker(1, &(peer(2) + &peer(3)), &["--fib"]);
    let announce =
        "[[announce]]\nprefix = \"198.18.0.0/24\"\n[[announce]]\nprefix = \"fd00:1::/64\"\n";
    let back = peer(1).replace("client = true\n", "");
    let two = net.speaker(2, &(announce.to_owned() + &back), &[]);
    let three = net.speaker(3, &(announce.to_owned() + &back), &[]);
    net.wait_for_routes(
        1,
        &[
            "198.18.0.0/24 via 10.98.0.2, 10.98.0.3",
            "fd00:1::/64 via fd98::2, fd98::3",
        ],
    );
    two.terminate().unwrap();
    net.wait_for_routes(
        1,
        &["198.18.0.0/24 via 10.98.0.3", "fd00:1::/64 via fd98::3"],
    );
    three.terminate().unwrap();
    net.wait_for_routes(1, &[]);
    drop(one);
}

/// Through the tunnel where the pool says so. A plain device stands in for tunl0: not every
/// kernel has IP-in-IP, and the route is the same.
#[test]
fn ipip_pools_go_through_the_tunnel() {
    let Some(net) = Net::new("fib-ipip", 2) else {
        return;
    };
    write_manifests(&net, "Always");
    let link = [
        "link",
        "add",
        "tunl0",
        "type",
        "veth",
        "peer",
        "name",
        "tunl0-peer",
    ];
    let one = net.node_speaker(1, &["--fib"]);
    let _two = net.node_speaker(2, &[]);
    wait_for("word of the missing device", LIMIT, || {
        match one.log().contains("not in the kernel: 192.168.2.0/26") {
            true => Ok(()),
            false => Err(one.log()),
        }
    });
    net.run(1, "ip", &link);
    net.run(1, "ip", &["link", "set", "tunl0", "up"]);
    net.run(1, "ip", &["link", "set", "tunl0-peer", "up"]);
    net.wait_for_routes(
        1,
        &[
            "192.168.2.0/26 via 10.98.0.2 dev tunl0 onlink",
            "blackhole 192.168.1.0/26",
        ],
    );
    // The pool changes its mind.
    write_manifests(&net, "CrossSubnet");
    one.signal("HUP").unwrap();
    net.wait_for_routes(
        1,
        &["192.168.2.0/26 via 10.98.0.2", "blackhole 192.168.1.0/26"],
    );
}

/// Numbers by which the speaker would take the routes of others for its own.
#[test]
fn the_numbers_of_others_are_refused() {
    for (option, number, says) in [
        ("--fib-protocol", "4", "administrator"),
        ("--fib-protocol", "256", "number"),
        ("--fib-table", "255", "not a table"),
    ] {
        let mut command = crate::speaker::Speaker::command(&["run", option, number]);
        let output = command.output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(says), "{errors}");
    }
}

/// Another table, protocol and metric.
#[test]
fn routes_go_where_they_are_asked_to_go() {
    let Some(net) = Net::new("fib-table", 1) else {
        return;
    };
    write_manifests(&net, "Never");
    let more = [
        "--fib",
        "--fib-table",
        "77",
        "--fib-protocol",
        "200",
        "--fib-metric",
        "9",
    ];
    let one = net.node_speaker(1, &more);
    wait_for("the route", LIMIT, || {
        let routes = net.run(1, "ip", &["route", "show", "table", "all", "proto", "200"]);
        match routes.trim() == "blackhole 192.168.1.0/26 table 77 metric 9" {
            true => Ok(()),
            false => Err(routes + &one.log()),
        }
    });
}
